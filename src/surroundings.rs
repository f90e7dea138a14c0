//! The environment, the terminals and the clock: read here, and passed down as values.

use std::{collections::BTreeMap, env, io::IsTerminal, path::PathBuf};

use jiff::Timestamp;

/// What the program finds around it when it starts.
#[derive(Clone)]
pub struct Surroundings {
    variables: BTreeMap<String, String>,
    /// The working folder.
    pub folder: PathBuf,
    /// Whether questions can be asked: standard input and standard error are terminals.
    pub can_ask: bool,
    /// Whether standard error is a terminal.
    pub stderr_is_terminal: bool,
    /// The command line, without values that could be secrets, for the run lock's note.
    pub command_line: String,
}

impl Surroundings {
    /// Reads them from the process.
    #[must_use]
    pub fn read() -> Self {
        let stderr_is_terminal = std::io::stderr().is_terminal();
        Self {
            variables: env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .collect(),
            folder: env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
            can_ask: std::io::stdin().is_terminal() && stderr_is_terminal,
            stderr_is_terminal,
            command_line: env::args().collect::<Vec<_>>().join(" "),
        }
    }

    /// An environment variable that is set and is text.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }

    /// The user's own settings, `roomkey/config.toml` in the configuration folder: `$XDG_CONFIG_HOME`, else `~/.config`.
    #[must_use]
    pub fn config_file(&self) -> Option<PathBuf> {
        let folder = match self.variables.get("XDG_CONFIG_HOME").filter(|value| !value.is_empty()) {
            Some(folder) => PathBuf::from(folder),
            None => PathBuf::from(self.variables.get("HOME").filter(|home| !home.is_empty())?).join(".config"),
        };
        Some(folder.join("roomkey").join("config.toml"))
    }

    /// Whether colours are unwelcome whatever the terminal (`NO_COLOR`, `TERM=dumb`).
    #[must_use]
    pub fn refuses_color(&self) -> bool {
        self.variables.get("NO_COLOR").is_some_and(|value| !value.is_empty()) || self.is_dumb_terminal()
    }

    /// Whether the terminal cannot redraw a line.
    #[must_use]
    pub fn is_dumb_terminal(&self) -> bool {
        self.variables.get("TERM").is_some_and(|term| term == "dumb")
    }

    /// The time, now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        now()
    }
}

/// The time, now, for those who must ask again and again.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

impl std::fmt::Debug for Surroundings {
    // The environment holds secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Surroundings").field("folder", &self.folder).finish_non_exhaustive()
    }
}
