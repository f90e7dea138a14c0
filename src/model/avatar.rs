//! The address of the picture by which the room shows somebody.

use super::{ForbiddenChar, forbidden_char};

/// An `https://` address that a browser can fetch a picture from (`context.user.avatar`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Avatar(String);

/// Why a text is not the address of a picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AvatarProblem {
    /// A character that may not travel.
    #[error("the address of the picture contains {0}")]
    Forbidden(ForbiddenChar),
    /// More than [`Avatar::LONGEST`].
    #[error("the address of the picture has {0} octets, and may have {longest}", longest = Avatar::LONGEST)]
    TooLong(usize),
    /// The picture itself, `data:`: the link would not bear it.
    #[error("this is a picture, not the address of one")]
    Data,
    /// Another scheme than `https`, or none.
    #[error("the address of the picture does not begin with `https://`")]
    NotHttps,
    /// No host, a user name, or characters that no address has.
    #[error("this is not the address of a picture")]
    Malformed,
}

impl AvatarProblem {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Forbidden(_) => "type it anew, in one line",
            Self::TooLong(_) => "give a shorter address: it makes the link longer by a third more than itself",
            Self::Data => "put the picture on a web server, and give its address",
            Self::NotHttps => "write it like https://example.org/ada.png: browsers load it in an encrypted meeting",
            Self::Malformed => "write it like https://example.org/ada.png, blanks as %20",
        }
    }
}

impl Avatar {
    /// The most octets.
    pub const LONGEST: usize = 2000;

    /// Reads an address, outer blanks taken off.
    ///
    /// # Errors
    /// [`AvatarProblem`] for what a browser would not load within a meeting.
    pub fn parse(given: &str) -> Result<Self, AvatarProblem> {
        use AvatarProblem as P;
        let text = given.trim();
        if let Some(found) = forbidden_char(text) {
            return Err(P::Forbidden(found));
        }
        let begins = |scheme: &str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
        if begins("data:") {
            return Err(P::Data);
        }
        if text.len() > Self::LONGEST {
            return Err(P::TooLong(text.len()));
        }
        if !begins("https://") {
            return Err(P::NotHttps);
        }
        let host = text["https://".len()..].split(['/', '?', '#']).next().unwrap_or_default();
        let in_host = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
        let odd = |c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}');
        if host.is_empty() || host.starts_with([':', '.']) || !host.chars().all(in_host) || text.contains(odd) {
            return Err(P::Malformed);
        }
        Ok(Self(text.to_owned()))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_loads_in_a_meeting_is_taken_as_it_is() {
        for text in [
            "https://example.org/ada.png",
            "HTTPS://example.org:8443/a%20b?s=64&d=mp#x",
            "https://bücher.example/ü.png",
            "https://[2001:db8::1]/a",
            "https://example.org",
        ] {
            assert_eq!(Avatar::parse(&format!(" {text} ")).unwrap().as_str(), text);
        }
        let longest = format!("https://example.org/{}", "a".repeat(1980));
        assert_eq!(longest.len(), Avatar::LONGEST);
        assert!(Avatar::parse(&longest).is_ok());
        assert_eq!(Avatar::parse(&format!("{longest}a")), Err(AvatarProblem::TooLong(2001)));
    }

    #[test]
    fn anything_else_says_why() {
        use AvatarProblem as P;
        for (text, problem) in [
            ("", P::NotHttps),
            ("ada.png", P::NotHttps),
            ("http://example.org/ada.png", P::NotHttps),
            ("//example.org/ada.png", P::NotHttps),
            ("javascript:alert(1)", P::NotHttps),
            ("data:image/png;base64,AAAA", P::Data),
            ("https://", P::Malformed),
            ("https:///ada.png", P::Malformed),
            ("https://:443/ada.png", P::Malformed),
            ("https://ada:pw@example.org/ada.png", P::Malformed),
            ("https://example.org/ada lovelace.png", P::Malformed),
            ("https://example.org/\"ada\".png", P::Malformed),
            ("https://example.org/a\nb", P::Forbidden(ForbiddenChar('\n'))),
        ] {
            assert_eq!(Avatar::parse(text), Err(problem), "{text}");
        }
    }
}
