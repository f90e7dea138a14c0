//! What one person is told, and the link that lets them in.

use std::fmt;

use super::Language;

/// A personal link: a credential. Its `Debug` form shows nothing of the token.
#[derive(Clone, PartialEq, Eq)]
pub struct JoinLink(String);

impl JoinLink {
    /// Wraps a finished link, `https://host/room?jwt=…`.
    #[must_use]
    pub fn new(url: String) -> Self {
        Self(url)
    }

    /// The link itself, for the mail and for `roomkey link` alone.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for JoinLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JoinLink([redacted])")
    }
}

/// The rendered words of one mail.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// The subject, one line.
    pub subject: String,
    /// The plain-text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// The calendar part (iCalendar), where there is one.
    pub calendar: Option<String>,
    /// The language of the templates that were used.
    pub language: Language,
}
