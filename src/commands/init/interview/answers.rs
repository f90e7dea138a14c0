//! What single answers mean, before they stand in a file. Pure.

use std::path::Path;

use jiff::{Timestamp, tz::TimeZone};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{
    failure::Told,
    jitsi::{ServerAddress, SigningSecret, jaas},
    model::{forbidden_char, parse_local_time},
    settings::{Refusal, typed},
};

/// Titles and names longer than this, in characters, are refused.
const LONGEST: usize = 200;

/// A refused answer, with the reason's own way out.
pub(super) fn told<T, E: std::fmt::Display>(
    read: Result<T, E>,
    hint: impl Fn(&E) -> Option<String>,
) -> Result<T, Told> {
    read.map_err(|problem| Told::new(problem.to_string()).maybe_hint(hint(&problem)))
}

pub(super) fn refused(refusal: Refusal) -> Told {
    Told::new(refusal.what).maybe_hint(refusal.hint)
}

pub(super) fn one_line(text: &str) -> Result<String, Told> {
    if forbidden_char(text).is_some() {
        return Err(Told::new("this holds an invisible control character").hint("type it anew instead of pasting it"));
    }
    let length = text.chars().count();
    if length > LONGEST {
        return Err(Told::new(format!("this is {length} characters long")).hint(format!("shorten it to {LONGEST}")));
    }
    Ok(text.to_owned())
}

/// A path as people type, paste or drag it: quotes and backslashes of a shell undone, `~` spelt out.
pub(super) fn typed_path(text: &str, home: Option<&str>) -> Result<String, Told> {
    let quoted = |quote: char| text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    let text = match quoted('\'').or_else(|| quoted('"')) {
        Some(inner) => inner.to_owned(),
        None => text.replace("\\ ", " "),
    };
    let text = one_line(text.trim())?;
    let Some(rest) = text.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with('/')) else {
        return Ok(text);
    };
    match home.filter(|home| home.starts_with('/')) {
        Some(home) => Ok(format!("{}{rest}", home.trim_end_matches('/'))),
        None => {
            Err(Told::new("`~` is not known here").hint("write the whole path, or one relative to event.toml's folder"))
        }
    }
}

/// Who serves the meeting.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Server {
    /// A server of one's own.
    Own(ServerAddress),
    /// 8x8's service, and the `AppID` where the answer holds one.
    Jaas(Option<String>),
}

/// A server's address; without a scheme it is `https://`. JaaS is known by its name, an `AppID` or an address at 8x8.
pub(super) fn jitsi_server(text: &str) -> Result<Server, Told> {
    let lower = text.to_lowercase();
    let address = lower.split_once("://").map_or(&*lower, |(_, address)| address);
    let (host, path) = address.split_once('/').unwrap_or((address, ""));
    let named = [host, path].into_iter().find(|part| part.starts_with(jaas::APP_ID));
    let is_at_8x8 = host.split(':').next().is_some_and(|host| host == "8x8.vc" || host.ends_with(".8x8.vc"));
    if is_at_8x8 || host.starts_with(jaas::APP_ID) || ["jaas", "8x8"].contains(&&*lower) {
        return named.map(app_id).transpose().map(Server::Jaas);
    }
    let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    told(ServerAddress::parse(&whole), |problem| Some(problem.hint())).map(Server::Own)
}

/// An `AppID` of JaaS; a room or a key's id that was copied along behind it is left out.
pub(super) fn app_id(text: &str) -> Result<String, Told> {
    let app_id = text.split(['/', '?', '#']).next().unwrap_or(text).to_lowercase();
    told(jaas::check_app_id(&app_id), |problem| Some(problem.hint())).map(|()| app_id)
}

/// A key's id as the file is to have it; `-` is none. JaaS's is the short one, or whole.
pub(super) fn key_id(text: &str, jaas_app: Option<&str>) -> Result<Option<String>, Told> {
    if text == "-" {
        return Ok(None);
    }
    let key_id = one_line(text)?;
    if let Some(app_id) = jaas_app {
        told(jaas::check_key_id(app_id, &key_id), |problem| Some(problem.hint()))?;
    }
    Ok(Some(key_id))
}

/// What begins a file in PEM form.
pub(super) const PEM_BEGINS: &str = "-----BEGIN ";

/// How somebody says, where a secret is asked for, that a private key signs.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum PrivateKeyMeant {
    /// By the word that the question names.
    ByWord,
    /// By the key's file.
    ByFile(String),
    /// By the key itself, its first line.
    Pasted,
}

/// Whether an answer means a private key and no secret. No server's secret is so short, or named like a file.
pub(super) fn private_key_meant(answer: &str) -> Option<PrivateKeyMeant> {
    const WORDS: [&str; 4] = ["key", "a key", "private key", "a private key"];
    let answer = answer.trim();
    // No copy is made of what may be a secret.
    let plain = answer.trim_matches(['`', '\'', '"']);
    if answer.starts_with(PEM_BEGINS) {
        Some(PrivateKeyMeant::Pasted)
    } else if WORDS.iter().any(|word| plain.eq_ignore_ascii_case(word)) {
        Some(PrivateKeyMeant::ByWord)
    } else {
        let ending = Path::new(plain).extension();
        let is_file =
            ending.is_some_and(|ending| ["pem", "key", "pk"].iter().any(|one| ending.eq_ignore_ascii_case(one)));
        is_file.then(|| PrivateKeyMeant::ByFile(answer.to_owned()))
    }
}

/// The time as the file is to have it, and the moment.
pub(super) fn local_time(text: &str, zone: &TimeZone) -> Result<(String, Timestamp), Told> {
    let at = told(parse_local_time(text, zone), |_| None)?;
    Ok((text.replacen([' ', 't'], "T", 1), at))
}

pub(super) fn zone(name: &str) -> Result<(String, TimeZone), Told> {
    typed::zone(name).map_err(refused)
}

pub(super) fn port(text: &str) -> Result<u16, Told> {
    match text.parse() {
        Ok(port) if port > 0 => Ok(port),
        _ => Err(Told::new(format!("`{text}` is not a port")).hint("465 with most providers, else 587")),
    }
}

pub(super) fn signing_secret(secret: &SecretString) -> Result<Vec<Told>, Told> {
    plain_secret(secret)?;
    let (_, weak) = told(SigningSecret::accept(secret.clone()), |problem| Some(problem.hint().to_owned()))?;
    Ok(weak.iter().map(|warning| Told::new(warning.to_string()).hint(warning.hint())).collect())
}

/// One line without blanks around it: what is read back from a file later.
pub(super) fn plain_secret(secret: &SecretString) -> Result<Vec<Told>, Told> {
    let text = secret.expose_secret();
    let is_outer = |c: char| c.is_whitespace() || matches!(c, '\u{FEFF}' | '\u{200B}');
    if text.starts_with(is_outer) || text.ends_with(is_outer) {
        return Err(Told::new("there is a blank at its start or end").hint("copy it again without the blank"));
    }
    if text.chars().any(char::is_control) {
        return Err(Told::new("it holds a control character").hint("type it, or copy it again"));
    }
    Ok(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_written_as_the_file_wants_them() {
        assert_eq!(local_time("2026-12-05 14:00", &TimeZone::UTC).unwrap().0, "2026-12-05T14:00");
        assert!(local_time("2026-12-05", &TimeZone::UTC).is_err());
        assert_eq!(zone("europe/berlin").unwrap().0, "Europe/Berlin");
        assert_eq!(zone("Berlin").unwrap_err().hint.as_deref(), Some("did you mean Europe/Berlin?"));
        let own = ServerAddress::parse("https://meet.example.org").unwrap();
        assert_eq!(jitsi_server("Meet.example.org").unwrap(), Server::Own(own));
        assert!(jitsi_server("http://meet.example.org").is_err() && jitsi_server("a b").is_err());
        assert!(port("0").is_err() && port("65536").is_err() && port("587").is_ok());
    }

    #[test]
    fn jaas_is_known_by_its_name_an_app_id_or_an_address() {
        let app = "vpaas-magic-cookie-0123456789abcdef";
        for text in ["jaas", "JaaS", "8x8", "8x8.vc", "https://8x8.vc", "https://8x8.vc/some-room", "jaas.8x8.vc"] {
            assert_eq!(jitsi_server(text).unwrap(), Server::Jaas(None), "{text}");
        }
        for text in [
            app.to_owned(),
            app.to_uppercase(),
            format!("{app}/4f4910"),
            format!("8x8.vc/{app}"),
            format!("https://8x8.vc/{app}/my-room?jwt=x"),
        ] {
            assert_eq!(jitsi_server(&text).unwrap(), Server::Jaas(Some(app.into())), "{text}");
        }
        let hint = jitsi_server("vpaas-magic-cookie-").unwrap_err().hint.unwrap();
        assert!(hint.contains("https://jaas.8x8.vc"), "{hint}");
        for text in ["jaas.example.org", "my8x8.vc", "meet.example.org/jaas"] {
            assert!(matches!(jitsi_server(text), Ok(Server::Own(_))), "{text}");
        }
        for (text, fits) in [("4f4910", true), (&*format!("{app}/4f4910"), true), ("other/4f4910", false), ("-", true)]
        {
            assert_eq!(key_id(text, Some(app)).is_ok(), fits, "{text}");
        }
        assert_eq!((key_id("-", None).unwrap(), key_id("a/b", None).unwrap()), (None, Some("a/b".into())));
    }

    #[test]
    fn a_private_key_is_told_from_a_secret() {
        use PrivateKeyMeant as Meant;
        for word in ["key", " Key ", "`key`", "a private key"] {
            assert_eq!(private_key_meant(word), Some(Meant::ByWord), "{word}");
        }
        for file in ["jitsi.pem", "'my keys/jaas.PEM'", "~/keys/id.key"] {
            assert_eq!(private_key_meant(file), Some(Meant::ByFile(file.into())), "{file}");
        }
        assert_eq!(private_key_meant("-----BEGIN PRIVATE KEY-----"), Some(Meant::Pasted));
        for secret in ["f3a9c1b27d5e4a60918273645fbeadc0", "keykeykeykeykeykey", "monkey", "pem"] {
            assert_eq!(private_key_meant(secret), None, "{secret}");
        }
    }

    #[test]
    fn a_path_is_taken_as_it_was_typed_pasted_or_dragged() {
        for given in ["my list.csv", "'my list.csv'", "\"my list.csv\"", "my\\ list.csv"] {
            assert_eq!(typed_path(given, None).unwrap(), "my list.csv", "{given}");
        }
        assert_eq!(typed_path("~/a.csv", Some("/home/ada")).unwrap(), "/home/ada/a.csv");
        assert_eq!(typed_path("~ada.csv", Some("/home/ada")).unwrap(), "~ada.csv");
        assert!(typed_path("~/a.csv", None).is_err());
    }

    #[test]
    fn a_secret_that_could_not_be_read_back_is_refused() {
        for bad in [" secret", "secret ", "a\tb\u{7}", "\u{FEFF}x"] {
            assert!(plain_secret(&SecretString::from(bad)).is_err());
        }
        assert!(plain_secret(&SecretString::from("two words")).is_ok());
        assert!(signing_secret(&SecretString::from("changeme")).is_err());
    }
}
