//! What is typed at a prompt, judged by the same rules as the file's values; and what the user's
//! `config.toml` answers already.

use std::path::Path;

use jiff::tz::TimeZone;

use super::{
    file::{Entry, Role, SettingsFile, Value},
    hosts,
    load::read,
    problem::Refusal,
    provider::{self, Provider},
    values,
};

/// A mail server as people name it: the host, and the port where it was typed behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailServer {
    /// Name in A-labels, or IP address without brackets.
    pub host: String,
    /// The port, where one was given.
    pub port: Option<u16>,
}

impl MailServer {
    /// Reads `smtp.example.org`, `smtp.example.org:587`, `::1` or `[::1]:465`, or a provider's name.
    ///
    /// # Errors
    /// [`Refusal`] for whatever is no host.
    pub fn parse(given: &str) -> Result<Self, Refusal> {
        let text = given.trim();
        if let Ok(provider) = provider::named(&text.to_lowercase()) {
            return Self::of(provider);
        }
        let port = |text: &str| text.parse().ok().filter(|port: &u16| *port > 0);
        let parted = match text.rsplit_once(':') {
            // Only brackets part an IPv6 address from a port.
            Some((host, _)) if host.contains(':') && !host.ends_with(']') => None,
            Some((host, digits)) => port(digits).map(|port| (host, port)),
            None => None,
        };
        match parted {
            Some((host, port)) => Ok(Self { host: hosts::host(host)?, port: Some(port) }),
            None => Ok(Self { host: hosts::host(text)?, port: None }),
        }
    }

    fn of(provider: Provider) -> Result<Self, Refusal> {
        let preset = provider.preset();
        match preset.host {
            Some(host) => Ok(Self { host: host.to_owned(), port: Some(preset.port) }),
            None => Err(Refusal::new(format!("{} has a mail server in each region", preset.name))
                .hint("write yours, like email-smtp.eu-west-1.amazonaws.com")),
        }
    }

    /// The port that is most likely meant where none was given.
    #[must_use]
    pub fn usual_port(&self) -> u16 {
        Provider::of_host(&self.host, None).map_or(465, |provider| provider.preset().port)
    }

    /// Whether a port alone tells how a connection to this host is protected.
    #[must_use]
    pub fn port_tells_protection(&self, port: u16) -> bool {
        matches!(port, 465 | 587 | 25 | 2525) || hosts::is_loopback(&self.host)
    }
}

/// Reads a time zone by its IANA name; gives the canonical spelling too.
///
/// # Errors
/// [`Refusal`], its hint naming the zone that was most likely meant.
pub fn zone(given: &str) -> Result<(String, TimeZone), Refusal> {
    let zone = values::zone(given)?;
    let name = zone.iana_name().unwrap_or("UTC").to_owned();
    Ok((name, zone))
}

/// What the user's `config.toml` says; nothing where there is none, or none that can be read.
#[derive(Debug, Default)]
pub struct Inherited(Option<SettingsFile>);

impl Inherited {
    /// Reads the file. Its problems are told when an event is loaded with it.
    #[must_use]
    pub fn read(config_file: Option<&Path>) -> Self {
        Self(config_file.and_then(|path| read(path, Role::Config, &mut Vec::new())))
    }

    /// The text of a key (`smtp.host`), where the file sets it.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.0.as_ref()?.entries.get(key) {
            Some(Entry { value: Value::Text(text), .. }) => Some(text),
            _ => None,
        }
    }

    /// The file as it is shown.
    #[must_use]
    pub fn shown(&self) -> &str {
        self.0.as_ref().map_or("", |file| &file.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_server_is_a_host_and_perhaps_a_port() {
        for (given, host, port) in [
            ("smtp.example.org", "smtp.example.org", None),
            (" SMTP.Example.org:587 ", "smtp.example.org", Some(587)),
            ("::1", "::1", None),
            ("[::1]", "::1", None),
            ("[::1]:465", "::1", Some(465)),
            ("2001:db8::25", "2001:db8::25", None),
            ("192.0.2.7:25", "192.0.2.7", Some(25)),
        ] {
            assert_eq!(MailServer::parse(given), Ok(MailServer { host: host.into(), port }), "{given}");
        }
        for given in ["", "a b", "https://smtp.example.org", "a@b", "smtp.example.org:0", "smtp.example.org:x", "x/y"] {
            assert!(MailServer::parse(given).is_err(), "{given}");
        }
    }

    #[test]
    fn a_provider_s_name_or_host_tells_the_port() {
        let office = MailServer { host: "smtp.office365.com".into(), port: Some(587) };
        assert_eq!(MailServer::parse(" Office365 "), Ok(office));
        assert_eq!(MailServer::parse("workspace").unwrap().host, "smtp.gmail.com");
        assert!(MailServer::parse("ses").unwrap_err().hint.unwrap().contains("eu-west-1"));
        for (host, port) in [("smtp.office365.com", 587), ("smtp.gmail.com", 465), ("smtp.example.org", 465)] {
            assert_eq!(MailServer::parse(host).unwrap().usual_port(), port, "{host}");
        }
    }

    #[test]
    fn a_config_that_is_not_there_says_nothing() {
        assert_eq!(Inherited::read(Some(Path::new("/nowhere/config.toml"))).text("smtp.host"), None);
        assert_eq!(Inherited::read(None).text("smtp.host"), None);
    }
}
