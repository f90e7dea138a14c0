//! The templates that are part of the program.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
};

use super::Part;

/// How built-in templates are named, for own ones to include or extend: `built-in/de/invite.html`.
pub(super) const PREFIX: &str = "built-in/";
/// The language of the built-in templates that have no folder.
pub(super) const DEFAULT_LANGUAGE: &str = "en";
/// All of them: name with prefix, and source.
const FILES: &[(&str, &str)] = &[
    ("built-in/invite.subject.txt", include_str!("../../templates/invite.subject.txt")),
    ("built-in/invite.txt", include_str!("../../templates/invite.txt")),
    ("built-in/invite.html", include_str!("../../templates/invite.html")),
    ("built-in/invite.calendar.txt", include_str!("../../templates/invite.calendar.txt")),
    ("built-in/cancel.subject.txt", include_str!("../../templates/cancel.subject.txt")),
    ("built-in/cancel.txt", include_str!("../../templates/cancel.txt")),
    ("built-in/cancel.html", include_str!("../../templates/cancel.html")),
    ("built-in/de/invite.subject.txt", include_str!("../../templates/de/invite.subject.txt")),
    ("built-in/de/invite.txt", include_str!("../../templates/de/invite.txt")),
    ("built-in/de/invite.html", include_str!("../../templates/de/invite.html")),
    ("built-in/de/invite.calendar.txt", include_str!("../../templates/de/invite.calendar.txt")),
    ("built-in/de/cancel.subject.txt", include_str!("../../templates/de/cancel.subject.txt")),
    ("built-in/de/cancel.txt", include_str!("../../templates/de/cancel.txt")),
    ("built-in/de/cancel.html", include_str!("../../templates/de/cancel.html")),
];

/// All built-in templates: name with prefix, and source.
pub(super) fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES.iter().copied()
}

/// The built-in template of a part in a language, where there is one.
pub(super) fn in_language(part: Part, language: &str) -> Option<&'static str> {
    let is_it = |name: &str| {
        let in_folder = if language == DEFAULT_LANGUAGE {
            Some(name)
        } else {
            name.strip_prefix(language).and_then(|name| name.strip_prefix('/'))
        };
        in_folder == Some(part.file_name())
    };
    all().map(|(name, _)| name).find(|name| name.strip_prefix(PREFIX).is_some_and(is_it))
}

/// The built-in template of a part for every other language.
pub(super) fn default(part: Part) -> &'static str {
    in_language(part, DEFAULT_LANGUAGE).expect("every part has a built-in template")
}

/// Why the built-in templates could not be written out.
#[derive(Debug, thiserror::Error)]
pub enum ExportProblem {
    /// A file of that name is there already; nothing was written.
    #[error("`{}` is there already, nothing was written", .0.display())]
    Exists(PathBuf),
    /// The folder or a file could not be made.
    #[error("failed to write `{}`", .path.display())]
    Unwritable {
        /// What could not be written.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl ExportProblem {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Exists(_) => "name another folder, or move your own templates away first",
            Self::Unwritable { .. } => "name a folder that you may write to",
        }
    }
}

/// Writes the built-in templates into a folder, as they would lie in an event's own, and gives
/// their paths. Nothing is overwritten.
///
/// # Errors
/// [`ExportProblem`] where one of the files exists, or cannot be written.
pub fn export(dir: &Path) -> Result<Vec<PathBuf>, ExportProblem> {
    let paths: Vec<_> = all().map(|(name, source)| (dir.join(name.trim_start_matches(PREFIX)), source)).collect();
    if let Some((path, _)) = paths.iter().find(|(path, _)| path.symlink_metadata().is_ok()) {
        return Err(ExportProblem::Exists(path.clone()));
    }
    for (path, source) in &paths {
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| {
            let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
            file.write_all(source.as_bytes())
        });
        written.map_err(|source| ExportProblem::Unwritable { path: path.clone(), source })?;
    }
    Ok(paths.into_iter().map(|(path, _)| path).collect())
}
