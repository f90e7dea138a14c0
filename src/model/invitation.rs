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

/// An entry for the reader's calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarFile {
    /// The name under which it is attached: `invite.ics`, or a session's.
    pub name: String,
    /// The iCalendar object (RFC 5545).
    pub text: String,
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
    /// The calendar parts (iCalendar): one for each session that the mail is about, or none.
    pub calendars: Vec<CalendarFile>,
    /// The language of the templates that were used.
    pub language: Language,
}
