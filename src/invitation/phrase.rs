//! One line of the settings with places for a name or the title: `"Dear {first_name},"`.

use std::fmt::Write as _;

use crate::model::{Attendee, Event, ForbiddenChar, forbidden_char};

/// A line with places to fill in: `{name}`, `{first_name}`, `{title}`, and nothing else in braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase(Vec<Piece>);

/// A piece of a text with places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Words(String),
    Place(Place),
}

impl Piece {
    /// The words as they are, or what is filled in as `value` writes it.
    pub(super) fn filled(&self, attendee: &Attendee, event: &Event, value: impl Fn(&str) -> String) -> String {
        match self {
            Self::Words(words) => words.clone(),
            Self::Place(Place::Name) => value(&attendee.name),
            Self::Place(Place::FirstName) => value(&attendee.first_name),
            Self::Place(Place::Title) => value(&event.title),
        }
    }
}

/// What can be filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Name,
    FirstName,
    Title,
}

/// Why a line of the settings is no phrase.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhraseProblem {
    /// Nothing, or nothing but blanks.
    #[error("the line is empty")]
    Empty,
    /// A character that may not travel.
    #[error("the line contains {0}")]
    Forbidden(ForbiddenChar),
    /// Something else than a known name stands in braces.
    #[error("`{{{0}}}` is nothing that can be filled in")]
    UnknownPlace(String),
    /// A brace without its partner.
    #[error("a `{0}` has no partner")]
    LoneBrace(char),
}

impl PhraseProblem {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Empty => "write the line, or delete the setting",
            Self::Forbidden(_) => "type the line anew, on one line",
            Self::UnknownPlace(_) | Self::LoneBrace(_) => "only {name}, {first_name} and {title} can stand in braces",
        }
    }
}

impl Phrase {
    /// Reads a line with places to fill in.
    ///
    /// # Errors
    /// [`PhraseProblem`] for an empty line, control characters, lone braces and unknown names.
    pub fn parse(given: &str) -> Result<Self, PhraseProblem> {
        let text = given.trim();
        if text.is_empty() {
            return Err(PhraseProblem::Empty);
        }
        if let Some(found) = forbidden_char(text) {
            return Err(PhraseProblem::Forbidden(found));
        }
        Ok(Self(pieces(text)?))
    }

    /// Fills the places in, as plain text. What is filled in is never looked at again.
    #[must_use]
    pub fn fill(&self, attendee: &Attendee, event: &Event) -> String {
        self.fill_with(attendee, event, str::to_owned, str::to_owned)
    }

    /// Fills the places in; `words` and `value` say how either kind is written.
    pub(super) fn fill_with(
        &self,
        attendee: &Attendee,
        event: &Event,
        words: impl Fn(&str) -> String,
        value: impl Fn(&str) -> String,
    ) -> String {
        let mut line = String::new();
        for piece in &self.0 {
            let text = match piece {
                Piece::Words(text) => words(text),
                place @ Piece::Place(_) => place.filled(attendee, event, &value),
            };
            // Writing to a string cannot fail.
            let _ = line.write_str(&text);
        }
        line
    }
}

/// Takes a text with places apart.
pub(super) fn pieces(text: &str) -> Result<Vec<Piece>, PhraseProblem> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        if rest[at..].starts_with('}') {
            return Err(PhraseProblem::LoneBrace('}'));
        }
        let Some(end) = rest[at..].find('}') else { return Err(PhraseProblem::LoneBrace('{')) };
        if at > 0 {
            pieces.push(Piece::Words(rest[..at].to_owned()));
        }
        pieces.push(Piece::Place(place(&rest[at + 1..at + end])?));
        rest = &rest[at + end + 1..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Words(rest.to_owned()));
    }
    Ok(pieces)
}

fn place(name: &str) -> Result<Place, PhraseProblem> {
    match name.trim() {
        "name" => Ok(Place::Name),
        "first_name" => Ok(Place::FirstName),
        "title" => Ok(Place::Title),
        _ => Err(PhraseProblem::UnknownPlace(name.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invitation::fixture;

    #[test]
    fn places_are_filled_in_once() {
        let event = fixture::event();
        let mut ada = fixture::ada();
        ada.name = "Ada {title}".into();
        let phrase = Phrase::parse("Dear {first_name} ({ name }): {title}!").unwrap();
        assert_eq!(phrase.fill(&ada, &event), "Dear Ada (Ada {title}): Rust for Everyone!");
    }

    #[test]
    fn anything_else_in_braces_is_refused() {
        assert_eq!(Phrase::parse("Hi {nmae}"), Err(PhraseProblem::UnknownPlace("nmae".into())));
        assert_eq!(Phrase::parse("Hi {{ name }}"), Err(PhraseProblem::UnknownPlace("{ name ".into())));
        assert_eq!(Phrase::parse("Hi {name"), Err(PhraseProblem::LoneBrace('{')));
        assert_eq!(Phrase::parse("Hi name}"), Err(PhraseProblem::LoneBrace('}')));
        assert_eq!(Phrase::parse("  "), Err(PhraseProblem::Empty));
        assert!(matches!(Phrase::parse("Hi\r\nBcc: x@y"), Err(PhraseProblem::Forbidden(_))));
    }
}
