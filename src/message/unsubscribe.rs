//! Where readers can say that they want no more mail (RFC 2369, RFC 8058).

use crate::model::Address;

/// The longest address that fits on one header line with room to spare.
const LONGEST: usize = 800;

/// A checked `mailto:` or `https:` address for `List-Unsubscribe`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsubscribe {
    uri: String,
    one_click: bool,
}

/// Why a text is no address to unsubscribe at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnsubscribeProblem {
    /// Neither `mailto:` nor `https:`.
    #[error("`{0}` begins neither with `mailto:` nor with `https://`")]
    Scheme(String),
    /// Blanks, brackets, control or non-ASCII characters.
    #[error("`{0}` contains a character that may not stand in such an address")]
    Forbidden(String),
    /// No address after `mailto:`, or no host after `https://`.
    #[error("`{0}` leads nowhere")]
    Nowhere(String),
    /// Over 800 octets.
    #[error("the address is longer than {LONGEST} characters")]
    TooLong,
}

impl UnsubscribeProblem {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Forbidden(_) => "write blanks and other special characters as %20 and the like",
            _ => "write `mailto:workshop@example.org` or `https://example.org/unsubscribe`",
        }
    }
}

impl Unsubscribe {
    /// Reads a `mailto:` or `https:` address.
    ///
    /// # Errors
    /// [`UnsubscribeProblem`] for any other scheme, characters that break the header, a missing
    /// address or host, and over 800 octets.
    pub fn parse(given: &str) -> Result<Self, UnsubscribeProblem> {
        let uri = given.trim();
        let problem = |of: fn(String) -> UnsubscribeProblem| of(uri.chars().take(100).collect());
        if uri.len() > LONGEST {
            return Err(UnsubscribeProblem::TooLong);
        }
        let (scheme, rest) = uri.split_once(':').ok_or_else(|| problem(UnsubscribeProblem::Scheme))?;
        let one_click = scheme.eq_ignore_ascii_case("https");
        if !one_click && !scheme.eq_ignore_ascii_case("mailto") || one_click && !rest.starts_with("//") {
            return Err(problem(UnsubscribeProblem::Scheme));
        }
        // A comma would begin a second address (RFC 2369 §2).
        if !uri.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'<' | b'>' | b'"' | b',' | b'\\' | b'`')) {
            return Err(problem(UnsubscribeProblem::Forbidden));
        }
        let leads = if one_click {
            let host = rest[2..].split(['/', '?', '#']).next().unwrap_or_default();
            host.bytes().any(|b| b.is_ascii_alphanumeric())
        } else {
            Address::parse(rest.split('?').next().unwrap_or_default()).is_ok()
        };
        if leads { Ok(Self { uri: uri.to_owned(), one_click }) } else { Err(problem(UnsubscribeProblem::Nowhere)) }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.uri
    }

    /// Whether it is an HTTPS end point, for which `List-Unsubscribe-Post` is set.
    #[must_use]
    pub fn is_one_click(&self) -> bool {
        self.one_click
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_kinds_of_address_pass() {
        let mail = Unsubscribe::parse(" mailto:stop@example.org?subject=stop ").unwrap();
        assert_eq!((mail.as_str(), mail.is_one_click()), ("mailto:stop@example.org?subject=stop", false));
        assert!(Unsubscribe::parse("HTTPS://example.org/u?id=1").unwrap().is_one_click());
    }

    #[test]
    fn what_breaks_a_header_or_leads_nowhere_is_refused() {
        use UnsubscribeProblem as P;
        assert!(matches!(Unsubscribe::parse("http://example.org"), Err(P::Scheme(_))));
        assert!(matches!(Unsubscribe::parse("stop@example.org"), Err(P::Scheme(_))));
        assert!(matches!(Unsubscribe::parse("https:example.org"), Err(P::Scheme(_))));
        assert!(matches!(Unsubscribe::parse("mailto:stop"), Err(P::Nowhere(_))));
        assert!(matches!(Unsubscribe::parse("https:///x"), Err(P::Nowhere(_))));
        for bad in ["https://x.org/\r\nBcc: a@b.org", "https://x.org/>,<mailto:a@b.org", "https://x.org/ä"] {
            assert!(matches!(Unsubscribe::parse(bad), Err(P::Forbidden(_))), "{bad}");
        }
        assert_eq!(Unsubscribe::parse(&format!("https://x.org/{}", "a".repeat(800))), Err(P::TooLong));
    }
}
