//! The secrets: found, blamed at the line that names them, and told where they come from.

use secrecy::SecretString;

use super::{Desk, opened::settings_told};
use crate::{
    failure::Told,
    settings::{SecretSource, Settings, secrets},
};

/// One of the secrets, and the keys that say where it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Which {
    name: &'static str,
    file: &'static str,
    /// `None` for one that no command prints.
    command: Option<&'static str>,
}

/// What signs links.
pub(super) const JITSI: Which =
    Which { name: "the Jitsi secret", file: "jitsi.secret_file", command: Some("jitsi.secret_command") };
/// What logs in at the mail server.
pub(super) const MAIL: Which =
    Which { name: "the mail password", file: "smtp.password_file", command: Some("smtp.password_command") };

/// What a Jitsi server's posts must bear.
pub(super) const ATTENDANCE: Which =
    Which { name: "the attendance secret", file: "attendance.secret_file", command: None };

impl Which {
    /// Finds it; `None` where nothing names one.
    pub(super) fn find(
        self,
        desk: &Desk<'_>,
        settings: &Settings,
        source: &SecretSource,
    ) -> Result<Option<SecretString>, Told> {
        let found = secrets::resolve(source, &|name| desk.around.variable(name));
        found.map_err(|problem| self.blame(desk, settings, source, &problem.to_string(), &problem.hint()))
    }

    /// How to get it anew, where it comes from a command.
    pub(super) fn again(
        self,
        desk: &Desk<'_>,
        source: &SecretSource,
    ) -> Option<impl Fn() -> Result<SecretString, Told> + Send + Sync + 'static> {
        let is_beaten = source.file.is_some() || desk.around.variable(source.env_name).is_some();
        let words = source.command.clone().filter(|_| !is_beaten)?;
        let folder = source.folder.clone();
        Some(move || {
            secrets::printed(&words, &folder)
                .map_err(|problem| Told::new(format!("{}: {problem}", self.name)).hint(problem.hint()))
        })
    }

    /// Says what is wrong with it, at the line of the file that names it.
    pub(super) fn blame(
        self,
        desk: &Desk<'_>,
        settings: &Settings,
        source: &SecretSource,
        what: &str,
        hint: &str,
    ) -> Told {
        let what = format!("{}: {what}", self.name);
        let from_environment = desk.around.variable(source.env_name).is_some();
        let key = self.command.filter(|_| source.file.is_none()).unwrap_or(self.file);
        match settings.position(key) {
            Some(_) if !from_environment => settings_told(&settings.problem(key, &what, Some(hint))),
            _ => Told::new(what).hint(hint),
        }
    }

    /// Where it comes from, in words; `None` where nothing names one.
    pub(super) fn origin(self, desk: &Desk<'_>, settings: &Settings, source: &SecretSource) -> Option<String> {
        if desk.around.variable(source.env_name).is_some() {
            return Some(format!("the environment variable {}", source.env_name));
        }
        let (key, place) = match (&source.file, &source.command, self.command) {
            (Some(path), ..) => (self.file, format!("the file {}", path.display())),
            (None, Some(words), Some(key)) => {
                (key, format!("the command {}", words.first().map_or("", String::as_str)))
            }
            (None, ..) => return None,
        };
        Some(format!("{place} ({})", settings.origin(key)))
    }
}
