//! The tables `[smtp]` and `[retry]` become what they mean.

use jiff::SignedDuration;

use super::{
    event::secret,
    hosts,
    keys::Group,
    layers::Layers,
    meant::{Auth, RetrySettings, SmtpSettings, Timeouts, Tls},
    problem::Refusal,
    values,
};

const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Reads `[smtp]`; `None` where no relay is named, which is a problem only where the event's file says half of one.
pub(super) fn smtp(layers: &mut Layers<'_>) -> Option<SmtpSettings> {
    let named = layers.says("smtp.host") || layers.event_speaks_of(Group::Relay);
    let host = if named { layers.text("smtp.host", hosts::host) } else { None };
    let loopback = host.as_deref().is_some_and(hosts::is_loopback);
    let (port, tls) = protection(layers, host.as_deref());
    let user = layers.text("smtp.user", |text| values::line(text, 255));
    let password = secret(layers, "ROOMKEY_SMTP_PASSWORD", "smtp.password_file", "smtp.password_command");
    let auth = auth(layers);
    if !layers.says("smtp.user") {
        for name in ["smtp.password_file", "smtp.password_command"] {
            if layers.says(name) {
                let hint = "add `user`, or delete this line where the server asks for no log-in";
                layers.refuse(name, &Refusal::new("a password without a `user`").hint(hint));
            }
        }
    }
    let allow_plaintext = layers.switch("smtp.allow_plaintext");
    if tls == Some(Tls::Plaintext) && host.is_some() && !loopback && !allow_plaintext {
        let what = "without TLS everyone on the way can read each personal link and enter under that name";
        let hint = "use tls = \"starttls\" or \"implicit\"; to take the risk, add allow_plaintext = true \
                    (a password is never sent without TLS)";
        layers.refuse("smtp.tls", &Refusal::new(what).hint(hint));
    }
    if tls == Some(Tls::Plaintext) && host.is_some() && !loopback && user.is_some() {
        let what = "a log-in without TLS: the password is never sent that way, so nothing could be sent at all";
        let hint = "use tls = \"starttls\" or \"implicit\"; delete `user` where the server asks for no log-in";
        layers.refuse("smtp.user", &Refusal::new(what).hint(hint));
    }
    let connections = layers.integer("smtp.connections", 1..=64);
    let rate = layers.text("smtp.rate", values::rate);
    let ca_file = layers.path("smtp.ca_file");
    let helo = layers.text("smtp.helo", hosts::helo);
    let timeouts = timeouts(layers);
    Some(SmtpSettings {
        host: host?,
        port: port?,
        tls: tls?,
        user,
        auth: auth?,
        password,
        connections: connections?,
        rate,
        ca_file,
        helo,
        allow_plaintext,
        timeouts: timeouts?,
    })
}

/// How to log in; a way without a user leads nowhere.
fn auth(layers: &mut Layers<'_>) -> Option<Auth> {
    let auth = layers.text("smtp.auth", |text| {
        let all = [
            ("auto", Auth::Auto),
            ("plain", Auth::Plain),
            ("login", Auth::Login),
            ("xoauth2", Auth::XOAuth2),
            ("oauthbearer", Auth::OAuthBearer),
        ];
        values::choice(text, &all)
    });
    if auth.is_some_and(|auth| auth != Auth::Auto) && !layers.says("smtp.user") {
        let hint = "add `user`, or delete this line where the server asks for no log-in";
        layers.refuse("smtp.auth", &Refusal::new("a way to log in without a `user`").hint(hint));
    }
    auth
}

/// Port and protection: each follows from the other where only one is set.
fn protection(layers: &mut Layers<'_>, host: Option<&str>) -> (Option<u16>, Option<Tls>) {
    let tls = layers.text("smtp.tls", |text| {
        values::choice(text, &[("implicit", Tls::Implicit), ("starttls", Tls::StartTls), ("none", Tls::Plaintext)])
    });
    let port = if layers.says("smtp.port") {
        layers.integer("smtp.port", 1..=65_535).and_then(|port| u16::try_from(port).ok())
    } else {
        Some(match tls {
            Some(Tls::StartTls) => 587,
            Some(Tls::Plaintext) => 25,
            Some(Tls::Implicit) | None => 465,
        })
    };
    if let Some(port) = port {
        layers.derive("smtp.port", port.to_string());
    }
    if layers.says("smtp.tls") {
        return (port, tls);
    }
    let tls = match (port, host) {
        (Some(465), _) => Some((Tls::Implicit, "implicit")),
        (Some(587 | 25 | 2525), _) => Some((Tls::StartTls, "starttls")),
        (Some(_), Some(host)) if hosts::is_loopback(host) => Some((Tls::Plaintext, "none")),
        (Some(port), Some(_)) => {
            let what = format!("port {port} does not tell how the connection is protected");
            let hint = "add tls = \"implicit\" or tls = \"starttls\": the mail provider's help page says which";
            layers.refuse("smtp.port", &Refusal::new(what).hint(hint));
            None
        }
        _ => None,
    };
    if let Some((_, shown)) = tls {
        layers.derive("smtp.tls", shown);
    }
    (port, tls.map(|(tls, _)| tls))
}

fn timeouts(layers: &mut Layers<'_>) -> Option<Timeouts> {
    let mut limit = |name| layers.text(name, values::time_limit);
    let connect = limit("smtp.timeouts.connect");
    let greeting = limit("smtp.timeouts.greeting");
    let command = limit("smtp.timeouts.command");
    let data = limit("smtp.timeouts.data");
    let last_reply = limit("smtp.timeouts.final");
    Some(Timeouts { connect: connect?, greeting: greeting?, command: command?, data: data?, last_reply: last_reply? })
}

/// Reads `[retry]`.
pub(super) fn retry(layers: &mut Layers<'_>) -> Option<RetrySettings> {
    let delays = layers.words("retry.delays", |words| {
        if words.is_empty() || words.len() > 50 {
            return Err(
                Refusal::new("it must list 1 to 50 waits").hint("write it like: [\"1m\", \"5m\", \"15m\", \"1h\"]")
            );
        }
        words.iter().map(|word| values::positive(word, WEEK)).collect()
    });
    let greylist_wait = layers.text("retry.greylist_wait", |text| values::duration(text, WEEK));
    let give_up_after = layers.text("retry.give_up_after", |text| values::positive(text, WEEK));
    Some(RetrySettings { delays: delays?, greylist_wait: greylist_wait?, give_up_after: give_up_after? })
}
