//! What is wrong with the settings: file, place, what, and the way out.

use std::{fmt, sync::Arc};

/// A place in a text file: line and column, both counted from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The physical line.
    pub line: u32,
    /// The character within the line.
    pub column: u32,
}

impl Place {
    /// The place of a byte offset in a text.
    pub(super) fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { line: count(before.matches('\n').count() + 1), column: count(before[line_start..].chars().count() + 1) }
    }

    /// The start of a text's last line: where something that is missing would be added.
    pub(super) fn last_line(text: &str) -> Self {
        Self { line: u32::try_from(text.lines().count().max(1)).unwrap_or(u32::MAX), column: 1 }
    }
}

/// One thing that is wrong; shown as `event.toml:7:3: …`, the hint apart.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct SettingsProblem {
    /// The file, as the organiser named it.
    pub file: Arc<str>,
    /// Where in it; `None` where the file as a whole is meant.
    pub place: Option<Place>,
    /// What is wrong, in one line; never holds a secret's value.
    pub what: String,
    /// The way out, where there is one to offer.
    pub hint: Option<String>,
}

impl SettingsProblem {
    /// Makes a problem; control characters in `what` and `hint` are written as escapes.
    #[must_use]
    pub fn new(file: Arc<str>, place: Option<Place>, what: &str, hint: Option<&str>) -> Self {
        Self { file, place, what: in_one_line(what), hint: hint.map(in_one_line) }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for SettingsProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Some(Place { line, column }) => write!(f, "{}:{line}:{column}: {}", self.file, self.what),
            None => write!(f, "{}: {}", self.file, self.what),
        }
    }
}

/// Everything that is wrong, sorted: the event's file first, then by line and column; never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct SettingsProblems(Vec<SettingsProblem>);

impl SettingsProblems {
    /// Sorts the problems of the event's file before those of others, each file's by place.
    pub(super) fn sorted(mut problems: Vec<SettingsProblem>, event_file: &str) -> Self {
        problems.sort_by(|a, b| {
            let rank = |p: &SettingsProblem| (&*p.file != event_file, p.place);
            rank(a).cmp(&rank(b))
        });
        problems.dedup();
        Self(problems)
    }

    /// The problems.
    #[must_use]
    pub fn all(&self) -> &[SettingsProblem] {
        &self.0
    }
}

impl IntoIterator for SettingsProblems {
    type Item = SettingsProblem;
    type IntoIter = std::vec::IntoIter<SettingsProblem>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Each problem on a line of its own, its hint on the next, indented.
impl fmt::Display for SettingsProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, problem) in self.0.iter().enumerate() {
            let line_end = if n == 0 { "" } else { "\n" };
            write!(f, "{line_end}{problem}")?;
            if let Some(hint) = &problem.hint {
                write!(f, "\n  hint: {hint}")?;
            }
        }
        Ok(())
    }
}

/// Why a value is refused, before it is known where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong.
    pub what: String,
    /// The way out, where there is one to offer.
    pub hint: Option<String>,
}

impl Refusal {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), hint: None }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// A text for a message: cut at 60 characters, so that a value pasted in the wrong place stays readable.
pub(super) fn quoted(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("`{}…`", &text[..at]),
        None => format!("`{text}`"),
    }
}

/// Escapes what would break a line or deceive the eye.
fn in_one_line(text: &str) -> String {
    let deceives = |c: char| c.is_control() || matches!(c, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    text.chars().fold(String::with_capacity(text.len()), |mut line, c| {
        if deceives(c) {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
        line
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_and_characters_from_one() {
        let text = "a = 1\nü = \"x\"\n";
        assert_eq!(Place::of(text, 0), Place { line: 1, column: 1 });
        assert_eq!(Place::of(text, text.find('x').unwrap()), Place { line: 2, column: 6 });
        assert_eq!(Place::last_line(text).line, 2);
        assert_eq!(Place::last_line("").line, 1);
    }

    #[test]
    fn a_message_stays_in_one_line() {
        let problem = SettingsProblem::new("event.toml".into(), None, "a\nb\u{202E}c", None);
        assert_eq!(problem.to_string(), "event.toml: a\\nb\\u{202e}c");
    }

    #[test]
    fn problems_are_sorted_by_file_and_place() {
        let at =
            |file: &str, line| SettingsProblem::new(file.into(), Some(Place { line, column: 1 }), "x", Some("do this"));
        let sorted =
            SettingsProblems::sorted(vec![at("a.toml", 1), at("event.toml", 9), at("event.toml", 2)], "event.toml");
        assert_eq!(
            sorted.to_string(),
            "event.toml:2:1: x\n  hint: do this\nevent.toml:9:1: x\n  hint: do this\na.toml:1:1: x\n  hint: do this"
        );
    }
}
