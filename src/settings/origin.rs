//! Where each value came from: the event's file, the user's `config.toml`, or nowhere (a default).

use std::{borrow::Cow, fmt, sync::Arc};

use super::{
    Settings,
    problem::{Place, SettingsProblem},
};

/// A place in a settings file; shown as `event.toml:7:3`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The file, as the organiser named it.
    pub file: Arc<str>,
    /// The physical line, from 1.
    pub line: u32,
    /// The character in the line, from 1.
    pub column: u32,
}

impl Position {
    pub(super) fn new(file: Arc<str>, place: Place) -> Self {
        Self { file, line: place.line, column: place.column }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The event's own file.
    EventFile(Position),
    /// The user's `config.toml`.
    ConfigFile(Position),
    /// Neither: what is known of a mail provider, by its name.
    Preset(&'static str),
    /// Neither: another key's value tells it.
    ToldBy(&'static str),
    /// Neither: the program's default, or not set at all.
    Default,
}

impl Origin {
    /// The place, where a file holds the value.
    #[must_use]
    pub fn position(&self) -> Option<&Position> {
        match self {
            Self::EventFile(position) | Self::ConfigFile(position) => Some(position),
            Self::Preset(_) | Self::ToldBy(_) | Self::Default => None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EventFile(at) | Self::ConfigFile(at) => write!(f, "{}:{}", at.file, at.line),
            Self::Preset(provider) => write!(f, "preset of {provider}"),
            Self::ToldBy(key) => write!(f, "told by {key}"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// One value in force, as `check` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The key with its table, `smtp.host`.
    pub key: Cow<'static, str>,
    /// The value in short; never a secret: of a command, its program alone.
    pub shown: String,
    /// Where it came from.
    pub origin: Origin,
}

impl Settings {
    /// Every value in force and where it came from, in the order of the documented file.
    #[must_use]
    pub fn origins(&self) -> &[Setting] {
        &self.origins
    }

    /// Where the value of a key (`smtp.host`) came from.
    #[must_use]
    pub fn origin(&self, key: &str) -> Origin {
        self.origins.iter().find(|s| s.key == key).map_or(Origin::Default, |s| s.origin.clone())
    }

    /// Where the value of a key (`jitsi.url`) stands; `None` where no file sets it.
    #[must_use]
    pub fn position(&self, key: &str) -> Option<Position> {
        self.origin(key).position().cloned()
    }

    /// A problem found later at a key's value: at its place, or at the event's file where no file sets it.
    #[must_use]
    pub fn problem(&self, key: &str, what: &str, hint: Option<&str>) -> SettingsProblem {
        match self.position(key) {
            Some(Position { file, line, column }) => {
                SettingsProblem::new(file, Some(Place { line, column }), what, hint)
            }
            None => SettingsProblem::new(self.shown_file.clone(), None, what, hint),
        }
    }
}
