//! Why a server could not be asked, in words.

use std::{error::Error, io};

use rustls::CertificateError;

use crate::model::system_words;

/// A server that hangs up while keys are being agreed.
const BROKEN_OFF: &str = "it closed the connection before it was encrypted (TLS)";
const BROKEN_OFF_HINT: &str = "does the port in `url` under [jitsi] speak HTTPS? If a browser opens the address, something \
                               between here and there keeps programs out";

/// Why a server could not be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreachable {
    /// Its name leads nowhere.
    #[error("there is no address for the name {0}")]
    NoName(String),
    /// Nobody listens, or the way is blocked.
    #[error("{0} does not answer: {1}")]
    NoConnection(String, String),
    /// It answers too slowly, or not at all.
    #[error("{0} did not answer{2} within {1} seconds")]
    Silent(String, u64, &'static str),
    /// TLS: the certificate is not to be trusted.
    #[error("{host}: {why}")]
    Tls {
        /// The server.
        host: String,
        /// What is wrong.
        why: String,
        /// What to do.
        hint: &'static str,
    },
    /// The web server answers, and Prosody behind it does not.
    #[error("{address} answers with the HTTP status {status}")]
    Status {
        /// Without query.
        address: String,
        /// The status code.
        status: u16,
    },
    /// It sends elsewhere.
    #[error("{address} leads on to {to}, another server")]
    Elsewhere {
        /// Without query.
        address: String,
        /// The host it leads to.
        to: String,
    },
    /// It sends to a file, a program, or anything else that is no web server.
    #[error("{address} leads on to an address that is none of the web (`{scheme}:`), and nobody follows there")]
    NoWebAddress {
        /// Without query.
        address: String,
        /// How that address begins.
        scheme: String,
    },
    /// What it answers is no XML of XMPP.
    #[error("{address} does not answer as XMPP over HTTP (BOSH) does: {why}")]
    NotBosh {
        /// Without query.
        address: String,
        /// What is wrong with it.
        why: String,
    },
    /// Prosody knows no such domain.
    #[error("the server has no XMPP domain {domain}{}", .config.as_ref().map(|why| format!("; its config.js, which would name it, is not to be had: {why}")).unwrap_or_default())]
    NoSuchDomain {
        /// The one that was asked for.
        domain: String,
        /// Why config.js told none.
        config: Option<String>,
    },
    /// The session was ended in the midst of the log-in.
    #[error("the server ended the log-in: {0}")]
    Ended(String),
    /// The address given for it is none.
    #[error("`{0}` is no address of a server: https://…")]
    BadAddress(String),
}

impl Unreachable {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoName(_) => "look for a slip in `url` under [jitsi]; or this computer is offline",
            Self::NoConnection(..) | Self::Silent(..) => {
                "open the address in a browser: where that shows no Jitsi either, ask whoever runs the server; where it \
                 does, something between here and there keeps programs out"
            }
            Self::Tls { hint, .. } => hint,
            Self::Status { status: 404 | 405, .. } => {
                "there is no BOSH at this address: set `bosh` under [jitsi], as it stands in the server's config.js (`check --server \
                 --bosh URL` tries one)"
            }
            Self::Status { status: 502..=504, .. } => {
                "the web server is there, Prosody behind it is not: whoever runs the server can start it \
                 (`systemctl status prosody`)"
            }
            Self::Status { status: 429, .. } => "the server turns away whoever asks often: try again in a few minutes",
            Self::Status { .. } => "open the address in a browser, and show it to whoever runs the server",
            Self::Elsewhere { .. } => "write the address that it leads to as `url` under [jitsi], or set `bosh` there",
            Self::NoWebAddress { .. } => {
                "no Jitsi server does that: look for a slip in `url` under [jitsi], or show it to whoever runs the server"
            }
            Self::NotBosh { .. } => {
                "is that the address of a Jitsi server? Where BOSH is elsewhere, set `bosh` under [jitsi], as it stands in \
                 the server's config.js (`check --server --bosh URL` tries one)"
            }
            Self::NoSuchDomain { .. } => {
                "set `xmpp_domain` under [jitsi], as `hosts.domain` stands in the server's config.js (in containers it is \
                 `meet.jitsi`); `check --server --xmpp-domain DOMAIN` tries one"
            }
            Self::Ended(_) => "try again; if it stays, whoever runs the server finds the reason in Prosody's log",
            Self::BadAddress(_) => "write it like https://meet.example.org/http-bind",
        }
    }

    /// What a failed request means.
    pub(super) fn of(error: &reqwest::Error, host: &str, seconds: u64) -> Self {
        let host = host.to_owned();
        let first: &(dyn Error + 'static) = error;
        let causes = || std::iter::successors(Some(first), |cause| (*cause).source());
        for cause in causes() {
            if let Some(tls) = tls_error(cause) {
                let (why, hint) = in_words(tls);
                return Self::Tls { host, why, hint };
            }
        }
        if error.is_timeout() {
            return Self::Silent(host, seconds, "");
        }
        let last = causes().last().unwrap_or(first);
        let words = last.downcast_ref::<io::Error>().map_or_else(|| last.to_string(), system_words);
        let words = plain(&words).map_or(words.clone(), str::to_owned);
        if words == BROKEN_OFF {
            return Self::Tls { host, why: words, hint: BROKEN_OFF_HINT };
        }
        if words.contains("lookup address") || words.contains("Name or service") || words.contains("nodename") {
            return Self::NoName(host);
        }
        if words.contains("InvalidContentType") || words.contains("corrupt message") {
            let hint = "the port speaks no TLS: is it the right one in `url` under [jitsi]?";
            return Self::Tls { host, why: "what answers speaks no TLS".to_owned(), hint };
        }
        Self::NoConnection(host, words)
    }
}

/// What libraries say to one another, in words for people.
fn plain(words: &str) -> Option<&'static str> {
    match words {
        "tls handshake eof" => Some(BROKEN_OFF),
        "connection closed before message completed" => Some("it closed the connection without an answer"),
        words if words.starts_with("invalid HTTP") => Some("what answers speaks no HTTP"),
        _ => None,
    }
}

/// The fault of TLS in a cause, which an [`io::Error`] hides from those who ask for sources.
fn tls_error<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let hidden = || {
        let inner: &(dyn Error + 'static) = cause.downcast_ref::<io::Error>()?.get_ref()?;
        tls_error(inner)
    };
    cause.downcast_ref::<rustls::Error>().or_else(hidden)
}

fn in_words(error: &rustls::Error) -> (String, &'static str) {
    use CertificateError as C;
    let rustls::Error::InvalidCertificate(problem) = error else {
        return (format!("TLS failed: {error}"), "show this to whoever runs the server");
    };
    let own = "a certificate of your own organisation is trusted by `ca_file` under [jitsi]";
    match problem {
        C::NotValidForName | C::NotValidForNameContext { .. } => (
            "its certificate is for another name: browsers refuse it as well".to_owned(),
            "look for a slip in `url` under [jitsi]; else the server needs a certificate for this name",
        ),
        C::Expired | C::ExpiredContext { .. } => {
            ("its certificate has expired".to_owned(), "whoever runs the server must renew it (`certbot renew`)")
        }
        C::NotValidYet | C::NotValidYetContext { .. } => {
            ("its certificate is not valid yet".to_owned(), "is the clock of this computer right?")
        }
        C::UnknownIssuer => ("nobody trusted has signed its certificate".to_owned(), own),
        other => (format!("its certificate is not trusted: {other:?}"), own),
    }
}
