//! Which relay, how to reach it, and who we are there.
//!
//! Owns: the settings of one relay and the rules under which they can be used at all. Does not own:
//! where they come from. Known weakness: a name counts as loopback only as `localhost` or an
//! address; another name for this machine needs `allow_plaintext`.

use std::{net::IpAddr, time::Duration};

use rustls::pki_types::CertificateDer;
use tokio::sync::mpsc;

use super::credentials::Credentials;

/// How the connection is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsMode {
    /// TLS from the first octet (RFC 8314), port 465.
    Implicit,
    /// STARTTLS (RFC 3207), required.
    StartTls,
    /// None: loopback, or by [`Relay::allow_plaintext`].
    None,
}

/// The time limit of each stage (RFC 5321 §4.5.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Name, TCP and, again, the TLS handshake.
    pub connect: Duration,
    /// The greeting.
    pub greeting: Duration,
    /// The reply to any command but DATA.
    pub command: Duration,
    /// The reply to DATA, and each piece of a message that must be taken.
    pub data: Duration,
    /// The reply to the final dot.
    pub final_: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            greeting: Duration::from_mins(5),
            command: Duration::from_mins(5),
            data: Duration::from_mins(2),
            final_: Duration::from_mins(10),
        }
    }
}

/// One relay.
#[derive(Debug, Clone)]
pub struct Relay {
    /// Its name or address; certificates are checked against it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is secured.
    pub tls: TlsMode,
    /// Who we are there; `None` for no log-in.
    pub credentials: Option<Credentials>,
    /// Certificates trusted beside the system's; they do where the system has none.
    pub extra_roots: Vec<CertificateDer<'static>>,
    /// What EHLO says; `None` for this end's address as a literal.
    pub helo: Option<String>,
    /// The time limits.
    pub timeouts: Timeouts,
    /// Whether mails may travel readable off loopback. The log-in never does.
    pub allow_plaintext: bool,
    /// A connection is replaced after so many mails.
    pub max_mails_per_connection: u32,
    /// A connection is replaced when it is so old.
    pub max_age: Duration,
    /// Takes the conversation line by line, without secrets and bodies.
    pub trace: Option<mpsc::UnboundedSender<String>>,
}

/// Why a relay cannot be used as it is set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RelayProblem {
    /// Mails would travel readable.
    #[error("plaintext to {host}: everyone on the way could read the links")]
    Plaintext {
        /// The relay.
        host: String,
    },
    /// The password would travel readable.
    #[error("a log-in to {host} without TLS: everyone on the way could read the password")]
    PlaintextLogIn {
        /// The relay.
        host: String,
    },
    /// The name is neither a host's name nor an address.
    #[error("`{host}` is neither a host name nor an address")]
    Name {
        /// What was given.
        host: String,
    },
    /// What EHLO would say is no name and no address literal.
    #[error("`{helo}` is neither a host name nor an address literal")]
    Helo {
        /// What was given.
        helo: String,
    },
    /// There are no certificates to trust, or those given are broken.
    #[error("failed to load the certificates to trust: {detail}")]
    Roots {
        /// What happened.
        detail: String,
    },
}

impl RelayProblem {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Plaintext { .. } => {
                "use port 465 (tls = \"implicit\") or 587 (tls = \"starttls\"); allow_plaintext = true takes the risk"
            }
            Self::PlaintextLogIn { .. } => {
                "use port 465 (tls = \"implicit\") or 587 (tls = \"starttls\"); a relay without TLS gets no password"
            }
            Self::Name { .. } => "write the mail server's name, such as `smtp.example.org`, without port or `smtp://`",
            Self::Helo { .. } => "write this computer's full name, such as `laptop.example.org`, or leave `helo` out",
            Self::Roots { .. } => "install the system's certificates (Debian: ca-certificates), or check `ca_file`",
        }
    }
}

impl Relay {
    /// A relay with everything else as usual: no log-in, 100 mails and 300 s a connection.
    #[must_use]
    pub fn new(host: impl Into<String>, port: u16, tls: TlsMode) -> Self {
        Self {
            host: host.into(),
            port,
            tls,
            credentials: None,
            extra_roots: Vec::new(),
            helo: None,
            timeouts: Timeouts::default(),
            allow_plaintext: false,
            max_mails_per_connection: 100,
            max_age: Duration::from_mins(5),
            trace: None,
        }
    }

    /// Says whether it can be used, without touching the network.
    pub(super) fn check(&self) -> Result<(), RelayProblem> {
        let host = || self.host.clone();
        if self.literal().is_none() && !is_name(&self.host) {
            return Err(RelayProblem::Name { host: host() });
        }
        if let Some(helo) = self.helo.as_ref().filter(|helo| !is_helo(helo)) {
            return Err(RelayProblem::Helo { helo: helo.clone() });
        }
        if self.tls == TlsMode::None && !self.names_loopback() {
            if self.credentials.is_some() {
                return Err(RelayProblem::PlaintextLogIn { host: host() });
            }
            if !self.allow_plaintext {
                return Err(RelayProblem::Plaintext { host: host() });
            }
        }
        Ok(())
    }

    /// The address, where the host is written as one.
    pub(super) fn literal(&self) -> Option<IpAddr> {
        self.host.trim_start_matches('[').trim_end_matches(']').parse().ok()
    }

    fn names_loopback(&self) -> bool {
        let name = self.host.to_ascii_lowercase();
        let name = name.trim_end_matches('.');
        self.literal().is_some_and(is_loopback) || name == "localhost" || name.ends_with(".localhost")
    }
}

/// Whether an address is this machine itself, also where IPv4 is written as IPv6.
pub(super) fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

fn is_name(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    text.len() <= 253
        && text.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        })
}

fn is_helo(text: &str) -> bool {
    let literal = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    match literal {
        Some(inner) => inner.strip_prefix("IPv6:").unwrap_or(inner).parse::<IpAddr>().is_ok(),
        None => is_name(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::smtp::Auth;

    fn problem(host: &str, change: impl FnOnce(&mut Relay)) -> Option<RelayProblem> {
        let mut relay = Relay::new(host, 25, TlsMode::None);
        change(&mut relay);
        relay.check().err()
    }

    fn log_in(relay: &mut Relay) {
        relay.credentials = Some(Credentials { user: "ada".to_owned(), auth: Auth::Auto, password: "hunter2".into() });
    }

    #[test]
    fn plaintext_is_for_loopback_or_by_leave() {
        for host in ["localhost", "127.0.0.1", "::1", "[::1]", "127.3.2.1", "::ffff:127.0.0.1", "LOCALHOST."] {
            assert_eq!(problem(host, log_in), None, "{host}");
        }
        assert!(matches!(problem("mail.example.org", |_| ()), Some(RelayProblem::Plaintext { .. })));
        assert_eq!(problem("mail.example.org", |relay| relay.allow_plaintext = true), None);
    }

    #[test]
    fn a_password_never_travels_readable_off_loopback() {
        let found = problem("mail.example.org", |relay| {
            relay.allow_plaintext = true;
            log_in(relay);
        });
        assert!(matches!(found, Some(RelayProblem::PlaintextLogIn { .. })));
        assert!(matches!(problem("localhost.example.org", log_in), Some(RelayProblem::PlaintextLogIn { .. })));
    }

    #[test]
    fn names_and_literals_are_checked() {
        for host in ["", "smtp://mail.example.org", "mail.example.org:465", "a b", "a..b"] {
            assert!(matches!(problem(host, |_| ()), Some(RelayProblem::Name { .. })), "{host}");
        }
        for helo in ["laptop.example.org", "[192.0.2.1]", "[IPv6:2001:db8::1]"] {
            assert_eq!(problem("localhost", |relay| relay.helo = Some(helo.to_owned())), None, "{helo}");
        }
        for helo in ["", "x\r\nMAIL", "[not]", "a b"] {
            let found = problem("localhost", |relay| relay.helo = Some(helo.to_owned()));
            assert!(matches!(found, Some(RelayProblem::Helo { .. })), "{helo}");
        }
    }

    #[test]
    fn the_password_does_not_show() {
        let mut relay = Relay::new("localhost", 25, TlsMode::None);
        log_in(&mut relay);
        assert!(!format!("{relay:?}").contains("hunter2"));
    }
}
