//! What single answers mean, before they stand in a file. Pure.

use jiff::{Timestamp, tz::TimeZone};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{
    failure::Told,
    jitsi::{ServerAddress, SigningSecret},
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
pub(super) fn attendee_path(text: &str, home: Option<&str>) -> Result<String, Told> {
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

/// A server's address; without a scheme it is `https://`.
pub(super) fn jitsi_address(text: &str) -> Result<ServerAddress, Told> {
    let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    told(ServerAddress::parse(&whole), |problem| Some(problem.hint()))
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
        assert_eq!(jitsi_address("Meet.example.org").unwrap().as_str(), "https://meet.example.org");
        assert!(jitsi_address("http://meet.example.org").is_err() && jitsi_address("a b").is_err());
        assert!(port("0").is_err() && port("65536").is_err() && port("587").is_ok());
    }

    #[test]
    fn a_path_is_taken_as_it_was_typed_pasted_or_dragged() {
        for given in ["my list.csv", "'my list.csv'", "\"my list.csv\"", "my\\ list.csv"] {
            assert_eq!(attendee_path(given, None).unwrap(), "my list.csv", "{given}");
        }
        assert_eq!(attendee_path("~/a.csv", Some("/home/ada")).unwrap(), "/home/ada/a.csv");
        assert_eq!(attendee_path("~ada.csv", Some("/home/ada")).unwrap(), "~ada.csv");
        assert!(attendee_path("~/a.csv", None).is_err());
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
