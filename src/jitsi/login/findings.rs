//! What a server's answers mean for an organiser. Pure.

use jiff::SignedDuration;

use super::{Answers, Login, reason::meaning};
use crate::jitsi::{Finding, Severity, TokenSettings};

/// Clocks further apart than this open rooms at the wrong time, and fail the check.
pub const CLOCK_LIMIT: SignedDuration = SignedDuration::from_secs(30);
/// Clocks further apart than this are worth a word.
const CLOCK_ODD: SignedDuration = SignedDuration::from_secs(2);

/// Everything there is to say, the worst first; a server without fault gets one line.
#[must_use]
pub fn findings(answers: &Answers, settings: &TokenSettings) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut say = |severity, text: String, hint: &str| {
        let hint = (!hint.is_empty()).then(|| hint.to_owned());
        found.push(Finding { rule: None, severity, text, hint });
    };
    let open = "set `allow_empty_token = false` in Prosody's configuration (in containers: ENABLE_GUESTS=0), and start \
                Prosody anew";
    let is_open = answers.without == Login::Accepted;
    match (&answers.without, &answers.ours) {
        (Login::WantsPassword, _) => say(
            Severity::Error,
            "the server asks for a name and a password, not for tokens: no personal link can work".into(),
            "set `authentication = \"token\"` for its VirtualHost in Prosody's configuration (`roomkey server-config`)",
        ),
        (Login::OffersNothing, _) => say(
            Severity::Error,
            "the server offers no way to log in at all, neither by token nor by password".into(),
            "`authentication = \"token\"` stands in its VirtualHost (`roomkey server-config`), and where a web server is in \
             front of Prosody, `consider_bosh_secure = true` before all blocks; the reason stands in Prosody's log",
        ),
        (_, Login::Refused { reason }) => {
            let (text, hint) = meaning(reason, settings);
            say(Severity::Error, text, &hint);
        }
        _ => {}
    }
    if is_open && answers.forged == Login::Accepted {
        say(
            Severity::Error,
            "the server lets anybody in and looks at no token: personal links keep nobody out".into(),
            "set `authentication = \"token\"` for its VirtualHost in Prosody's configuration (`roomkey server-config`)",
        );
    } else if is_open {
        say(
            Severity::Error,
            "the server lets people in without a token: anybody who knows the room can enter".into(),
            open,
        );
    } else if answers.forged == Login::Accepted {
        say(
            Severity::Error,
            "the server lets in tokens that another key has signed: anybody can make links".into(),
            "its token plugin does not check signatures: install Jitsi's own (`jitsi-meet-tokens`)",
        );
    }
    if let Some((domain, Login::Accepted)) = &answers.guests {
        say(
            Severity::Error,
            format!(
                "the server has a door for guests without a token, {domain}: once the room is open, anybody can enter"
            ),
            "take `anonymousdomain` out of the server's config.js and its VirtualHost out of Prosody's configuration (in \
             containers: ENABLE_GUESTS=0)",
        );
    }
    if !is_open && answers.forged != Login::Accepted {
        for (login, when) in [(&answers.expired, "whose time is over"), (&answers.early, "whose time has not come")] {
            if *login == Login::Accepted {
                say(
                    Severity::Error,
                    format!("the server lets in tokens {when}: links would work outside their window"),
                    "its token plugin does not look at the window: install Jitsi's own (`jitsi-meet-tokens`)",
                );
            }
        }
    }
    if let Some(clock) = answers.clock {
        let (apart, way) = (clock.abs(), if clock.is_negative() { "behind" } else { "ahead of" });
        let text = format!("the server's clock is {} s {way} this computer's", apart.as_secs());
        let hint = "set both clocks by the network (`timedatectl set-ntp true`): the server's decides when links work";
        if apart > CLOCK_LIMIT {
            say(Severity::Error, text, hint);
        } else if apart > CLOCK_ODD {
            say(Severity::Warning, text, hint);
        }
    }
    if let Some(elsewhere) = &answers.elsewhere {
        say(
            Severity::Warning,
            format!("the server's config.js names BOSH on another host, {elsewhere}; that was not asked"),
            "where that is right, set `bosh` under [jitsi] to it",
        );
    }
    if let Some(why) = &answers.config {
        let text = format!(
            "the server's config.js told nothing ({why}): asked for the domain {} at {}, as is usual",
            answers.domain, answers.bosh
        );
        say(Severity::Note, text, "");
    }
    found.sort_by_key(|finding| match finding.severity {
        Severity::Error => 0,
        Severity::Warning => 1,
        Severity::Note => 2,
    });
    if answers.ours == Login::Accepted && !found.iter().any(|finding| finding.severity == Severity::Error) {
        let text = "the server accepts this event's key, and refuses empty, forged, early and late tokens";
        found.insert(0, Finding { rule: None, severity: Severity::Note, text: text.into(), hint: None });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jitsi::{Algorithm, ServerAddress};

    fn settings(algorithm: Algorithm) -> TokenSettings {
        TokenSettings {
            key_id: algorithm.is_rsa().then(|| "key".into()),
            algorithm,
            ..TokenSettings::usual(ServerAddress::parse("https://meet.example.org").unwrap(), "workshop".into())
        }
    }

    fn refused(reason: &str) -> Login {
        Login::Refused { reason: reason.into() }
    }

    fn good() -> Answers {
        Answers {
            bosh: "https://meet.example.org/http-bind".into(),
            domain: "meet.example.org".into(),
            config: None,
            elsewhere: None,
            ours: Login::Accepted,
            without: refused("token required"),
            guests: None,
            forged: refused("Invalid signature"),
            expired: refused("Not acceptable by exp"),
            early: refused("Not acceptable by nbf"),
            clock: Some(SignedDuration::ZERO),
        }
    }

    fn told(answers: &Answers) -> Vec<(Severity, String)> {
        let found = findings(answers, &settings(Algorithm::Hs256));
        found.into_iter().map(|finding| (finding.severity, finding.text)).collect()
    }

    #[test]
    fn a_server_without_fault_gets_one_line() {
        let found = told(&good());
        assert!(found.len() == 1 && found[0].0 == Severity::Note && found[0].1.contains("accepts this event's key"));
    }

    #[test]
    fn every_reason_of_the_plugins_leads_to_a_setting() {
        for (reason, word, setting) in [
            ("invalid 'iss' claim", "app_id is not `workshop`", "`app_id`"),
            ("Invalid issuer ('iss' claim)", "it refused `iss`", "asap_accepted_issuers"),
            ("invalid 'aud' claim", "it refused `aud`", "`audience`"),
            ("Invalid audience ('aud' claim)", "it refused `aud`", "asap_accepted_audiences"),
            ("'aud' claim is missing", "it refused `aud`", "`audience`"),
            ("Invalid signature", "secret is another one", "app_secret"),
            ("Invalid or incorrect alg", "it refused `alg`", "`algorithm`"),
            ("Not acceptable by exp (3 sec since expired)", "its clock is ahead", "clocks"),
            ("Not acceptable by nbf", "its clock is behind", "clocks"),
            ("could not obtain public key", "key server", "private_key_file"),
            ("'kid' claim is missing", "key server", "key_id"),
            ("sub claim is missing", "it refused `sub`", "`subject`"),
            ("Tenant differs", "tenant", "`url`"),
            ("token required", "did not see the token", "/http-bind"),
            ("something new", "something new", "Prosody's log"),
            ("not-allowed", "not-allowed", "Prosody's log"),
        ] {
            let found = findings(&Answers { ours: refused(reason), ..good() }, &settings(Algorithm::Hs256));
            let finding = &found[0];
            assert_eq!(finding.severity, Severity::Error, "{reason}");
            assert!(finding.text.contains(word), "{reason}: {}", finding.text);
            assert!(finding.hint.as_ref().unwrap().contains(setting), "{reason}: {:?}", finding.hint);
        }
        let of_key = |reason: &str| {
            let found = findings(&Answers { ours: refused(reason), ..good() }, &settings(Algorithm::Rs256));
            format!("{} {}", found[0].text, found[0].hint.clone().unwrap())
        };
        assert!(of_key("could not obtain public key").contains(".pem"));
        assert!(of_key("'kid' claim is missing").contains("finds no public key"));
        assert!(of_key("no answer to the token").contains("`cache_keys_url` must hold that key"));
        assert!(of_key("Invalid signature").contains("public half of another key"));
    }

    #[test]
    fn whatever_lets_strangers_in_is_an_error() {
        let open = Answers { without: Login::Accepted, ..good() };
        assert!(told(&open)[0].1.contains("without a token"));
        let blind = Answers { forged: Login::Accepted, ..open };
        assert!(told(&blind)[0].1.contains("looks at no token"));
        assert!(told(&Answers { forged: Login::Accepted, ..good() })[0].1.contains("another key"));
        assert!(told(&Answers { expired: Login::Accepted, ..good() })[0].1.contains("is over"));
        assert!(told(&Answers { early: Login::Accepted, ..good() })[0].1.contains("has not come"));
        let guests = Some(("guest.meet.jitsi".into(), Login::Accepted));
        assert!(told(&Answers { guests, ..good() })[0].1.contains("guest.meet.jitsi"));
        let password = Answers { without: Login::WantsPassword, ours: Login::WantsPassword, ..good() };
        assert!(told(&password)[0].1.contains("name and a password"));
        let nothing = Answers { without: Login::OffersNothing, ours: Login::OffersNothing, ..good() };
        assert!(told(&nothing)[0].1.contains("no way to log in at all") && told(&nothing).len() == 1);
    }

    #[test]
    fn clocks_apart_are_warned_of_and_then_an_error() {
        let at = |seconds| told(&Answers { clock: Some(SignedDuration::from_secs(seconds)), ..good() });
        assert_eq!(at(2).len(), 1);
        assert!(at(-3).contains(&(Severity::Warning, "the server's clock is 3 s behind this computer's".into())));
        assert_eq!(at(61)[0], (Severity::Error, "the server's clock is 61 s ahead of this computer's".into()));
    }
}
