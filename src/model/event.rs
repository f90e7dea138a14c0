//! The event: what everybody who is invited has in common.

use std::fmt;

use jiff::Timestamp;

use super::{Room, Session, SessionKey, Window};

/// The event's name for machines: `[a-z0-9][a-z0-9._-]{0,63}`. Names the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EventId(String);

/// Why a text is not an event id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an event id: up to 64 of a-z, 0-9, `.`, `_` and `-`, starting with a letter or digit")]
pub struct EventIdProblem(pub String);

impl EventId {
    /// Accepts an event id.
    ///
    /// # Errors
    /// [`EventIdProblem`] for anything but `[a-z0-9][a-z0-9._-]{0,63}`.
    pub fn parse(given: &str) -> Result<Self, EventIdProblem> {
        let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-');
        let first = given.bytes().next().is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if first && given.len() <= 64 && given.bytes().all(inner) {
            Ok(Self(given.to_owned()))
        } else {
            Err(EventIdProblem(given.to_owned()))
        }
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A language tag of BCP 47, as far as mails need it: `en`, `de-AT`, `zh-Hant-TW`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Language(String);

/// Why a text is not a language tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a language tag like `en`, `de` or `de-AT`")]
pub struct LanguageProblem(pub String);

impl Language {
    /// Reads a tag and writes it the usual way (`DE-at` becomes `de-AT`).
    ///
    /// # Errors
    /// [`LanguageProblem`] for what has not the shape of a tag (RFC 5646 §2.1, no extensions) that begins with
    /// a language's code of two or three letters.
    pub fn parse(given: &str) -> Result<Self, LanguageProblem> {
        Self::beginning(given, 3)
    }

    /// Reads what somebody else wrote: also a name of up to eight letters, `english`, which may be a tag one
    /// day and names no language that there are words in.
    ///
    /// # Errors
    /// [`LanguageProblem`] for what has not the shape of a tag (RFC 5646 §2.1, no extensions).
    pub fn parse_leniently(given: &str) -> Result<Self, LanguageProblem> {
        Self::beginning(given, 8)
    }

    fn beginning(given: &str, longest: usize) -> Result<Self, LanguageProblem> {
        let problem = || LanguageProblem(given.to_owned());
        let text = given.trim().replace('_', "-");
        let mut tag = String::with_capacity(text.len());
        for (n, part) in text.split('-').enumerate() {
            let alnum = part.bytes().all(|b| b.is_ascii_alphanumeric());
            let length = if n == 0 { 2..=longest } else { 2..=8 };
            if !alnum || !length.contains(&part.len()) || (n == 0 && !part.bytes().all(|b| b.is_ascii_alphabetic())) {
                return Err(problem());
            }
            let lower = part.to_ascii_lowercase();
            match (n, part.len()) {
                (0, _) => tag.push_str(&lower),
                (_, 2) => tag.extend(["-", &part.to_ascii_uppercase()]),
                (_, 4) => tag.extend(["-", &lower[..1].to_ascii_uppercase(), &lower[1..]]),
                _ => tag.extend(["-", &lower]),
            }
        }
        Ok(Self(tag))
    }

    /// The whole tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The tag and its shorter forms, longest first: `de-AT`, `de`.
    pub fn fallbacks(&self) -> impl Iterator<Item = &str> {
        let mut next = Some(self.0.as_str());
        std::iter::from_fn(move || {
            let now = next?;
            next = now.rsplit_once('-').map(|(shorter, _)| shorter);
            Some(now)
        })
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An event, its settings checked.
#[derive(Debug, Clone)]
pub struct Event {
    /// Names the ledger; stays when anything else changes.
    pub id: EventId,
    /// The title, one line.
    pub title: String,
    /// A few words for the invited; may hold line breaks; empty where none were given.
    pub description: String,
    /// The room of every row that names none.
    pub room: Room,
    /// The window of every row that has no times of its own.
    pub window: Window,
    /// The language of every row that names none.
    pub language: Language,
    /// Who invites: name and address, as shown in the mail.
    pub organizer: super::Mailbox,
    /// Its sessions, in the order of event.toml; none where everybody is invited to all of it.
    pub sessions: Vec<Session>,
}

impl Event {
    /// Whether no link to it, or to any of its sessions, works at `now` or later.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        now >= self.closes()
    }

    /// When the last of its links stops working.
    #[must_use]
    pub fn closes(&self) -> Timestamp {
        let last = self.sessions.iter().map(|session| session.window.closes()).max();
        last.unwrap_or_else(|| self.window.closes())
    }

    /// A session of it.
    #[must_use]
    pub fn session(&self, key: &SessionKey) -> Option<&Session> {
        self.sessions.iter().find(|session| session.key == *key)
    }

    /// The event as those see it who are invited to one of its sessions alone: with its title, room and window.
    #[must_use]
    pub fn of_session(&self, session: &Session) -> Self {
        Self {
            title: format!("{}: {}", self.title, session.title),
            room: session.room.clone(),
            window: session.window.clone(),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn event_ids_are_plain() {
        assert!(EventId::parse("rust-workshop-2026-12").is_ok());
        for bad in ["", "-x", "../x", "Rust", "a b", &"a".repeat(65)] {
            assert!(EventId::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn languages_are_written_the_usual_way_and_fall_back() {
        let tag = Language::parse("DE_at").unwrap();
        assert_eq!(tag.as_str(), "de-AT");
        assert_eq!(tag.fallbacks().collect::<Vec<_>>(), ["de-AT", "de"]);
        assert_eq!(Language::parse("zh-hant-tw").unwrap().as_str(), "zh-Hant-TW");
        assert!(Language::parse("../en").is_err());
        assert!(Language::parse("german language").is_err());
        assert!(Language::parse("german").is_err());
        assert_eq!(Language::parse_leniently("German").unwrap().as_str(), "german");
        assert!(Language::parse_leniently("Portuguese").is_err());
    }
}
