//! Names and addresses of mail servers, as they stand in settings.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::problem::{Refusal, quoted};
use crate::model::forbidden_char;

/// Reads a host: a name (A-labels are made of an international one) or an IP address.
///
/// # Errors
/// [`Refusal`] for an address with a scheme or port, and whatever no resolver would take.
pub(super) fn host(given: &str) -> Result<String, Refusal> {
    let text = given.trim();
    // A name may end with the root's dot (RFC 1034 §3.1); certificates are never made for it.
    let text = text.strip_suffix('.').filter(|name| !name.ends_with('.')).unwrap_or(text);
    // What stands before an `@` may be a password.
    if text.contains('@') {
        return Err(Refusal::new("this is not a host name: it holds an `@`").hint(HOST_HINT));
    }
    let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Ok(address.to_string());
    }
    if let Some((name, port)) = text.rsplit_once(':')
        && port.parse::<u16>().is_ok()
        && is_host_name(name)
    {
        let what = format!("{} holds a port beside the host", quoted(text));
        return Err(Refusal::new(what).hint(format!("write two lines: host = \"{name}\" and port = {port}")));
    }
    let ascii = if text.is_ascii() { text.to_owned() } else { idna::domain_to_ascii_strict(text).unwrap_or_default() };
    if is_host_name(&ascii) {
        Ok(ascii.to_ascii_lowercase())
    } else {
        Err(Refusal::new(format!("{} is not a host name", quoted(text))).hint(HOST_HINT))
    }
}

const HOST_HINT: &str = "write the server's name alone: host = \"smtp.example.org\"";

/// Labels of 1 to 63 letters, digits, `-` and `_` (container networks use it), 253 in all; no IPv4 look-alike.
fn is_host_name(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    let last_is_number = text.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    text.len() <= 253 && text.split('.').all(label) && !last_is_number
}

/// Whether a host, as [`host`] gives it, is this machine itself.
pub(super) fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

/// Reads what EHLO is to say: a host name with a dot, or an address literal (RFC 5321 §4.1.3).
///
/// # Errors
/// [`Refusal`] for anything else.
pub(super) fn helo(given: &str) -> Result<String, Refusal> {
    let text = given.trim();
    let literal = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).is_some_and(|inner| {
        inner.parse::<Ipv4Addr>().is_ok()
            || inner.strip_prefix("IPv6:").is_some_and(|v6| v6.parse::<Ipv6Addr>().is_ok())
    });
    if literal || (is_host_name(text) && (text.contains('.') || text == "localhost")) {
        return Ok(text.to_owned());
    }
    let what = match forbidden_char(text) {
        Some(found) => format!("it holds {found}"),
        None => format!("{} is not a full host name or an address in brackets", quoted(text)),
    };
    Err(Refusal::new(what).hint("write it like: helo = \"mail.example.org\", or helo = \"[192.0.2.7]\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_names_or_addresses() {
        for (given, read) in [
            ("smtp.example.org", "smtp.example.org"),
            (" SMTP.Example.org ", "smtp.example.org"),
            ("müller.example", "xn--mller-kva.example"),
            ("mail_relay", "mail_relay"),
            ("smtp.example.org.", "smtp.example.org"),
            ("127.0.0.1", "127.0.0.1"),
            ("[::1]", "::1"),
            ("::1", "::1"),
        ] {
            assert_eq!(host(given).as_deref(), Ok(read), "{given}");
        }
    }

    #[test]
    fn what_no_resolver_takes_is_refused() {
        for given in [
            "",
            " ",
            ".",
            "smtp.example.org..",
            "a b",
            "-x.org",
            "smtps://x.org",
            "x.org/",
            "256.1.1.1",
            "a..b",
            "a\nb",
        ] {
            assert!(host(given).is_err(), "{given:?}");
        }
    }

    #[test]
    fn a_port_beside_the_host_gets_its_own_line() {
        let refusal = host("smtp.example.org:587").unwrap_err();
        assert_eq!(refusal.hint.as_deref(), Some("write two lines: host = \"smtp.example.org\" and port = 587"));
    }

    #[test]
    fn a_password_before_the_host_is_not_repeated() {
        let refusal = host("smtps://me:hunter2@smtp.example.org").unwrap_err();
        assert!(!format!("{refusal:?}").contains("hunter2"));
    }

    #[test]
    fn loopback_is_known_by_name_and_address() {
        for (given, answer) in [
            ("localhost", true),
            ("127.8.8.8", true),
            ("::1", true),
            ("::ffff:127.0.0.1", true),
            ("10.0.0.1", false),
            ("localhost.example.org", false),
        ] {
            assert_eq!(is_loopback(given), answer, "{given}");
        }
    }

    #[test]
    fn helo_is_a_full_name_or_a_literal() {
        for given in ["mail.example.org", "[192.0.2.7]", "[IPv6:2001:db8::1]", "localhost"] {
            assert_eq!(helo(given).as_deref(), Ok(given));
        }
        for given in ["laptop", "192.0.2.7", "[::1]", "", "mail.example.org\r\nMAIL FROM:<x@y>"] {
            assert!(helo(given).is_err(), "{given}");
        }
    }
}
