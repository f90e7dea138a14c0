//! A room's name, as a Jitsi server can be trusted to compare it.
//!
//! The web client normalises, lower-cases and percent-encodes the last path segment, the server
//! lower-cases ASCII only: names outside `a-z 0-9 - _ .` do not survive both alike.

use std::fmt;

/// A room name that every Jitsi client and server spells alike: `[a-z0-9._-]`, 1 to 200 octets.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Room(String);

/// Why a text is not a safe room name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RoomProblem {
    /// `*` in a mailed link would open every room of the server.
    #[error("room `*` would open every room of the server")]
    EveryRoom,
    /// Nothing, or nothing but blanks.
    #[error("the room has no name")]
    Empty,
    /// Longer than 200 octets.
    #[error("the room's name is longer than 200 characters")]
    TooLong,
    /// `.` or `..`, or more of them: as path segments browsers resolve them away.
    #[error("`{0}` is no room's name: browsers take dots alone for a folder")]
    DotsAlone(String),
    /// Characters that clients and servers spell differently.
    #[error("`{given}` is not a safe room name: letters a-z, digits, `-`, `_` and `.` only")]
    Unsafe {
        /// What was given.
        given: String,
        /// A safe spelling of it, where one can be made.
        suggestion: Option<String>,
    },
}

impl RoomProblem {
    /// What to write instead, where that can be said.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unsafe { suggestion: Some(safe), .. } => Some(format!("write `{safe}`")),
            Self::EveryRoom => Some("name the one room of this event, for example `rust-workshop`".into()),
            _ => None,
        }
    }
}

impl Room {
    /// Accepts a safe room name.
    ///
    /// # Errors
    /// [`RoomProblem`] where the name is `*`, empty, too long, or would be spelt differently by
    /// clients and servers; nothing is silently rewritten.
    pub fn parse(given: &str) -> Result<Self, RoomProblem> {
        if given == "*" {
            return Err(RoomProblem::EveryRoom);
        }
        if given.trim().is_empty() {
            return Err(RoomProblem::Empty);
        }
        if given.len() > 200 {
            return Err(RoomProblem::TooLong);
        }
        if given.bytes().all(|b| b == b'.') {
            return Err(RoomProblem::DotsAlone(given.to_owned()));
        }
        if given.bytes().all(is_safe) {
            return Ok(Self(given.to_owned()));
        }
        Err(RoomProblem::Unsafe { given: given.to_owned(), suggestion: safe_spelling(given) })
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_safe(b: u8) -> bool {
    b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.')
}

/// Spells a text with safe characters only: `Rust für Alle!` becomes `rust-fur-alle`.
fn safe_spelling(given: &str) -> Option<String> {
    let ascii = deunicode::deunicode_with_tofu(given.trim(), "").to_ascii_lowercase();
    let mut safe = String::with_capacity(ascii.len());
    for b in ascii.bytes() {
        if is_safe(b) {
            safe.push(char::from(b));
        } else if !safe.ends_with('-') {
            safe.push('-');
        }
    }
    let safe: String = safe.trim_matches(|c| c == '-' || c == '.').chars().take(100).collect();
    (!safe.is_empty()).then_some(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn safe_names_pass_unchanged() {
        for name in ["rust-workshop", "a", "room_1.2", "0"] {
            assert_eq!(Room::parse(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn unsafe_names_get_a_safe_spelling() {
        for (given, safe) in
            [("Rust Workshop", "rust-workshop"), ("Café für Alle!", "cafe-fur-alle"), ("会议", "hui-yi")]
        {
            let problem = Room::parse(given).unwrap_err();
            assert_eq!(problem.hint(), Some(format!("write `{safe}`")), "{given}");
        }
    }

    #[test]
    fn the_star_and_path_segments_are_refused() {
        assert_eq!(Room::parse("*"), Err(RoomProblem::EveryRoom));
        assert!(Room::parse("..").is_err());
        assert!(Room::parse("a/b").is_err());
        assert_eq!(Room::parse("  "), Err(RoomProblem::Empty));
    }
}
