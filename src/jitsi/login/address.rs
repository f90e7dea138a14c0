//! Where to ask, as somebody wrote it: the address of BOSH, and the XMPP domain. Pure.

use reqwest::Url;

use crate::jitsi::ServerAddress;

/// The address of a server's BOSH.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoshAddress(Url);

/// Why a text is no address of BOSH, or no XMPP domain. No variant holds a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceProblem {
    /// No address of a web server.
    #[error("`{0}` is no address of a server: https://…")]
    NoAddress(String),
    /// `http://` to another computer: the event's token would travel in the clear.
    #[error("`{0}` is not encrypted: whoever is on the way could read a token of this event's key")]
    Unencrypted(String),
    /// A user name or password stands in it.
    #[error("the address holds a user name or password (`@`)")]
    UserInfo,
    /// No domain.
    #[error("`{0}` is no XMPP domain")]
    NoDomain(String),
}

impl PlaceProblem {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoAddress(_) => "write it like https://meet.example.org/http-bind",
            Self::Unencrypted(_) => "write https://; http:// is for a server on this computer alone",
            Self::UserInfo => "leave out what stands before the `@`: BOSH asks for none",
            Self::NoDomain(_) => {
                "write it as `hosts.domain` stands in the server's config.js, like meet.example.org; in containers it is \
                 meet.jitsi"
            }
        }
    }
}

impl BoshAddress {
    /// Takes an address of `https`, or of `http` where it is this computer's own.
    ///
    /// # Errors
    /// [`PlaceProblem`] for everything else.
    pub fn parse(text: &str) -> Result<Self, PlaceProblem> {
        let shown = || text.split(['?', '#']).next().unwrap_or_default().to_owned();
        let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
        let Some(url) = url else {
            return Err(if text.contains('@') { PlaceProblem::UserInfo } else { PlaceProblem::NoAddress(shown()) });
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(PlaceProblem::UserInfo);
        }
        let root = format!("{}/", url.origin().ascii_serialization());
        if url.scheme() == "http" && ServerAddress::parse(&root).is_err() {
            return Err(PlaceProblem::Unencrypted(shown()));
        }
        Ok(Self(url))
    }

    /// As it is asked.
    pub(super) fn url(&self) -> &Url {
        &self.0
    }
}

/// Takes a domain as XMPP compares it: in lower case (RFC 7622 §3.2).
///
/// # Errors
/// [`PlaceProblem::NoDomain`] where it is empty, or has a blank or a mark that no domain has.
pub fn xmpp_domain(text: &str) -> Result<String, PlaceProblem> {
    let domain = text.trim().trim_end_matches('.').to_lowercase();
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || "@/\\:?#\"'<>&".contains(c);
    if domain.is_empty() || domain.len() > 1023 || domain.contains(is_odd) {
        return Err(PlaceProblem::NoDomain(text.to_owned()));
    }
    Ok(domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_travel_to_no_other_computer_in_the_clear() {
        for good in ["https://meet.example.org/http-bind", "http://127.0.0.1:5280/http-bind", "http://localhost/b"] {
            assert!(BoshAddress::parse(good).is_ok(), "{good}");
        }
        let of = |text: &str| BoshAddress::parse(text).unwrap_err();
        assert!(matches!(of("http://meet.example.org/http-bind"), PlaceProblem::Unencrypted(_)));
        assert!(matches!(of("meet.example.org/http-bind"), PlaceProblem::NoAddress(_)));
        assert!(matches!(of("ftp://127.0.0.1/http-bind"), PlaceProblem::NoAddress(_)));
        for with in ["https://ada:lovelace@meet.example.org/http-bind", "ada:lovelace@meet.example.org"] {
            assert_eq!(of(with), PlaceProblem::UserInfo);
            assert!(!of(with).to_string().contains("lovelace"));
        }
        assert!(!of("ftp://x/y?token=abc").to_string().contains("abc"));
    }

    #[test]
    fn a_domain_is_compared_in_lower_case() {
        assert_eq!(xmpp_domain(" Meet.Jitsi. ").as_deref(), Ok("meet.jitsi"));
        for odd in ["", " ", "https://meet.jitsi", "a b", "ada@meet.jitsi", "meet.jitsi/x"] {
            assert!(xmpp_domain(odd).is_err(), "{odd}");
        }
    }
}
