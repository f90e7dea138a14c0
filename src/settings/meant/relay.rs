//! The relay as the settings mean it, and when it is tried again.

use std::{path::PathBuf, time::Duration};

use jiff::SignedDuration;

use crate::settings::{hosts, provider::Provider, secrets::SecretSource};

/// How a connection to the relay is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// From the first byte.
    Implicit,
    /// By STARTTLS, required.
    StartTls,
    /// Not at all.
    Plaintext,
}

/// At most so many mails in so much time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many, at least 1.
    pub mails: u32,
    /// In what time: a second, a minute, an hour or a day.
    pub per: Duration,
}

/// How long each stage of a conversation may take (RFC 5321 §4.5.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Until the connection stands, TLS included.
    pub connect: Duration,
    /// Until the relay greets.
    pub greeting: Duration,
    /// For each reply to a command.
    pub command: Duration,
    /// For the reply to DATA, and for each write of the body.
    pub data: Duration,
    /// For the reply to the final dot.
    pub last_reply: Duration,
}

/// How to log in at the relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// By password, as the relay likes it.
    Auto,
    /// By password: PLAIN.
    Plain,
    /// By password: LOGIN.
    Login,
    /// By access token: XOAUTH2.
    XOAuth2,
    /// By access token: OAUTHBEARER.
    OAuthBearer,
}

impl Auth {
    /// Whether the password is an access token.
    #[must_use]
    pub fn takes_a_token(self) -> bool {
        matches!(self, Self::XOAuth2 | Self::OAuthBearer)
    }
}

/// The relay.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// The provider, where one is named or known by its host.
    pub provider: Option<Provider>,
    /// Host name in A-labels, or an IP address without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// The log-in name; without one there is no log-in.
    pub user: Option<String>,
    /// How to log in.
    pub auth: Auth,
    /// Where the password, or the access token, is found.
    pub password: SecretSource,
    /// How many connections at most, 1 to 64.
    pub connections: u32,
    /// How fast at most.
    pub rate: Option<Rate>,
    /// How many in any 24 hours at most.
    pub daily_limit: Option<u32>,
    /// Roots trusted besides the system's, a PEM file, absolute.
    pub ca_file: Option<PathBuf>,
    /// What EHLO says: a full host name, or an address literal in brackets.
    pub helo: Option<String>,
    /// Whether plaintext off loopback was accepted.
    pub allow_plaintext: bool,
    /// Time limits.
    pub timeouts: Timeouts,
}

impl SmtpSettings {
    /// The provider that the host's name tells, whichever is named.
    #[must_use]
    pub fn provider_of_host(&self) -> Option<Provider> {
        Provider::of_host(&self.host, self.user.as_deref())
    }

    /// Whether the relay is this machine itself, by its name.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        hosts::is_loopback(&self.host)
    }
}

/// When a deferred row is tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetrySettings {
    /// The waits after the first, second, … deferral; the last one repeats; never empty.
    pub delays: Vec<SignedDuration>,
    /// The first wait after greylisting; each further one is longer by as much.
    pub greylist_wait: SignedDuration,
    /// How long after its first attempt a row is given up.
    pub give_up_after: SignedDuration,
}
