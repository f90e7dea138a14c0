//! Sessions: parts of an event that people register for one by one, each with a room and a window of its own.

use std::{fmt, sync::Arc};

use super::{Room, Window};

/// The most octets of a session's key.
const LONGEST: usize = 32;

/// A session's name for machines, as the attendee file says it: `[a-z0-9][a-z0-9._-]{0,31}`. Part of what the ledger
/// knows a mail by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionKey(Arc<str>);

/// Why a text is not a session's key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a session's key: up to 32 of a-z, 0-9, `.`, `_` and `-`, starting with a letter or digit")]
pub struct SessionKeyProblem(pub String);

impl SessionKey {
    /// Accepts a key.
    ///
    /// # Errors
    /// [`SessionKeyProblem`] for anything but `[a-z0-9][a-z0-9._-]{0,31}`.
    pub fn parse(given: &str) -> Result<Self, SessionKeyProblem> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let sound = given.bytes().next().is_some_and(plain)
            && given.len() <= LONGEST
            && given.bytes().all(|b| plain(b) || matches!(b, b'.' | b'_' | b'-'));
        if sound { Ok(Self(given.into())) } else { Err(SessionKeyProblem(given.to_owned())) }
    }

    /// Takes a key back, as the ledger kept it; `None` for the empty one, of an event without sessions.
    #[must_use]
    pub fn from_ledger(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self(text.into()))
    }

    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A session, its settings checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// How the attendee file names it; stays when anything else changes.
    pub key: SessionKey,
    /// How mails name it, one line.
    pub title: String,
    /// Where it is.
    pub room: Room,
    /// When it is, with the event's margins.
    pub window: Window,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_plain() {
        assert_eq!(SessionKey::parse("day-1.morning").unwrap().as_str(), "day-1.morning");
        for bad in ["", "-x", "Morning", "a b", "morning;evening", "früh", &"a".repeat(33)] {
            assert!(SessionKey::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(SessionKey::from_ledger(""), None);
    }
}
