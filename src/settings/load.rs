//! From two files on disk to checked settings, or to everything that is wrong with them.

use std::{path::Path, sync::Arc};

use super::{
    Settings, attendance, event,
    file::{self, Role, SettingsFile, Unreadable},
    layers::Layers,
    problem::{Refusal, SettingsProblem, SettingsProblems},
    relay, server,
};

impl Settings {
    /// Reads an event's file and, where it exists, the user's `config.toml`; merges and checks them.
    ///
    /// Paths in a file are relative to its folder. Secrets are not read.
    ///
    /// # Errors
    /// [`SettingsProblems`]: where a file cannot be read or parsed, that alone; else all that is wrong with both files, sorted by file and place.
    pub fn load(event_file: &Path, config_file: Option<&Path>) -> Result<Self, SettingsProblems> {
        let mut problems = Vec::new();
        let shown = event_file.to_string_lossy();
        let mut of_config = Vec::new();
        let config = config_file.and_then(|path| read(path, Role::Config, &mut of_config));
        let broken_config = config.is_none() && !of_config.is_empty();
        let event = read(event_file, Role::Event, &mut problems);
        let event = match event {
            Some(event) if !broken_config => event,
            // What one file seems to lack may stand in the part of the other that could not be read.
            read => {
                if read.is_some() {
                    problems.clear();
                }
                if broken_config {
                    problems.append(&mut of_config);
                }
                return Err(SettingsProblems::sorted(problems, &shown));
            }
        };
        problems.append(&mut of_config);
        let mut layers = Layers::new(&event, config.as_ref());
        let settings = resolve(&mut layers, &event);
        let sound = layers.is_sound();
        problems.extend(layers.into_problems());
        match settings {
            Some(settings) if sound && problems.is_empty() => Ok(settings),
            _ => Err(SettingsProblems::sorted(problems, &shown)),
        }
    }
}

/// Reads one file; a configuration that does not exist says nothing.
pub(super) fn read(path: &Path, role: Role, problems: &mut Vec<SettingsProblem>) -> Option<SettingsFile> {
    let shown: Arc<str> = path.to_string_lossy().into();
    let unreadable: Unreadable = match file::read_text(path) {
        Ok(Some(text)) => {
            let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
            let folder = whole.parent().map(Path::to_owned).unwrap_or_default();
            return file::parse(&text, &shown, folder, role, problems);
        }
        Ok(None) if role == Role::Config => return None,
        Ok(None) => Refusal::new("there is no such file")
            .hint("`roomkey init` writes one; `-e FILE` names one that stands elsewhere")
            .into(),
        Err(unreadable) => unreadable,
    };
    let Unreadable { place, refusal } = unreadable;
    problems.push(SettingsProblem::new(shown, place, &refusal.what, refusal.hint.as_deref()));
    None
}

/// Reads every table, so that every problem is found, then puts them together.
fn resolve(layers: &mut Layers<'_>, file: &SettingsFile) -> Option<Settings> {
    let mail = event::mail(layers);
    let table = event::event(layers, mail.as_ref().map(|mail| &mail.from));
    let jitsi = server::jitsi(layers);
    let attendees = event::attendees(layers);
    let calendar = event::calendar(layers);
    let attendance = attendance::attendance(layers);
    let smtp = relay::smtp(layers);
    let retry = relay::retry(layers);
    let origins = layers.origins(|key| smtp.is_none() && key.table().starts_with("smtp"));
    let event::EventTable { event, opens_before, closes_after } = table?;
    Some(Settings {
        folder: file.folder.clone(),
        event,
        opens_before,
        closes_after,
        jitsi: jitsi?,
        attendees: attendees?,
        mail: mail?,
        calendar,
        attendance,
        smtp,
        retry: retry?,
        shown_file: file.shown.clone(),
        smtp_place: layers.place_for("smtp"),
        origins,
    })
}
