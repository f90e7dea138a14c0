//! The tables `[smtp]` and `[retry]` become what they mean.

use jiff::SignedDuration;

use super::{
    event::secret,
    hosts,
    keys::Group,
    layers::Layers,
    meant::{Auth, Rate, RetrySettings, SmtpSettings, Timeouts, Tls},
    origin::Origin,
    problem::Refusal,
    provider::{self, Preset, Provider},
    values,
};

const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Reads `[smtp]`; `None` where no relay is named, which is a problem only where the event's file says half of one.
pub(super) fn smtp(layers: &mut Layers<'_>) -> Option<SmtpSettings> {
    let user = layers.text("smtp.user", |text| values::line(text, 255));
    let (host, preset) = whose(layers, user.as_deref());
    let loopback = host.as_deref().is_some_and(hosts::is_loopback);
    let (port, tls) = protection(layers, host.as_deref(), preset);
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
    let Burden { connections, rate, daily_limit } = burden(layers, preset);
    let ca_file = layers.path("smtp.ca_file");
    let helo = layers.text("smtp.helo", hosts::helo);
    let timeouts = timeouts(layers);
    Some(SmtpSettings {
        provider: preset.map(|preset| preset.provider),
        host: host?,
        port: port?,
        tls: tls?,
        user,
        auth: auth?,
        password,
        connections: connections?,
        rate,
        daily_limit,
        ca_file,
        helo,
        allow_plaintext,
        timeouts: timeouts?,
    })
}

/// The host, and what is known of its provider: by its name, or by the host's.
fn whose(layers: &mut Layers<'_>, user: Option<&str>) -> (Option<String>, Option<&'static Preset>) {
    const KEY: &str = "smtp.provider";
    let given = layers.text(KEY, provider::named);
    if layers.says("smtp.host") {
        let host = layers.text("smtp.host", hosts::host);
        let known = host.as_deref().filter(|_| !layers.says(KEY)).and_then(|host| Provider::of_host(host, user));
        if let Some(known) = known {
            layers.derive_from(KEY, known.name(), Origin::ToldBy("smtp.host"));
        }
        return (host, given.or(known).map(Provider::preset));
    }
    let Some(preset) = given.map(Provider::preset) else {
        if layers.event_speaks_of(Group::Relay) && !layers.says(KEY) {
            // Noted as missing.
            layers.text("smtp.host", hosts::host);
        }
        return (None, None);
    };
    if let Some(host) = preset.host {
        layers.derive_from("smtp.host", host, Origin::Preset(preset.name));
    } else {
        let what = format!("{} has a mail server in each region, and no `host` says which is yours", preset.name);
        let hint = "add a line like host = \"email-smtp.eu-west-1.amazonaws.com\", with the region of your account";
        layers.refuse(KEY, &Refusal::new(what).hint(hint));
    }
    (preset.host.map(str::to_owned), Some(preset))
}

/// What a relay bears.
struct Burden {
    connections: Option<u32>,
    rate: Option<Rate>,
    daily_limit: Option<u32>,
}

/// Reads how much at once, how fast and how many a day; what no file says is as the preset has it.
fn burden(layers: &mut Layers<'_>, preset: Option<&'static Preset>) -> Burden {
    if let Some(preset) = preset {
        let origin = || Origin::Preset(preset.name);
        for (name, number) in [("smtp.connections", preset.connections), ("smtp.daily_limit", preset.daily_limit)] {
            if let Some(number) = number {
                layers.derive_from(name, number.to_string(), origin());
            }
        }
        if let Some(rate) = preset.rate {
            layers.derive_from("smtp.rate", rate, origin());
        }
    }
    let unsaid = |layers: &Layers<'_>, name| preset.filter(|_| !layers.says(name));
    let connections = unsaid(layers, "smtp.connections").and_then(|preset| preset.connections);
    let rate = unsaid(layers, "smtp.rate").and_then(|preset| preset.rate);
    let daily_limit = unsaid(layers, "smtp.daily_limit").and_then(|preset| preset.daily_limit);
    Burden {
        connections: connections.or_else(|| layers.integer("smtp.connections", 1..=64)),
        rate: match rate {
            Some(rate) => values::rate(rate).ok().flatten(),
            None => layers.text("smtp.rate", values::rate).flatten(),
        },
        // 0 lifts a preset's limit.
        daily_limit: daily_limit
            .or_else(|| layers.integer("smtp.daily_limit", 0..=10_000_000))
            .filter(|mails| *mails > 0),
    }
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
fn protection(
    layers: &mut Layers<'_>,
    host: Option<&str>,
    preset: Option<&'static Preset>,
) -> (Option<u16>, Option<Tls>) {
    let tls = layers.text("smtp.tls", |text| {
        values::choice(text, &[("implicit", Tls::Implicit), ("starttls", Tls::StartTls), ("none", Tls::Plaintext)])
    });
    // Where a protection is set that is not the preset's, its port is another one.
    let preset = preset.filter(|preset| !layers.says("smtp.tls") || tls == Some(preset.tls));
    let port = if layers.says("smtp.port") {
        layers.integer("smtp.port", 1..=65_535).and_then(|port| u16::try_from(port).ok())
    } else if let Some(preset) = preset {
        layers.derive_from("smtp.port", preset.port.to_string(), Origin::Preset(preset.name));
        Some(preset.port)
    } else {
        Some(match tls {
            Some(Tls::StartTls) => 587,
            Some(Tls::Plaintext) => 25,
            Some(Tls::Implicit) | None => 465,
        })
    };
    if let (Some(port), None) = (port, preset) {
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
        let by_preset = preset.filter(|_| !layers.says("smtp.port"));
        layers.derive_from("smtp.tls", shown, by_preset.map_or(Origin::Default, |preset| Origin::Preset(preset.name)));
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
