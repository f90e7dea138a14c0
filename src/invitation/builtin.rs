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
/// A template: its name with prefix, and its source.
type Built = (&'static str, &'static str);

macro_rules! language {
    ($tag:literal, $folder:literal) => {
        ($tag, language!(@files $folder, "invite.subject.txt", "invite.txt", "invite.html", "invite.calendar.txt",
                         "cancel.subject.txt", "cancel.txt", "cancel.html"))
    };
    (@files $folder:literal, $($file:literal),*) => {
        [$((concat!("built-in/", $folder, $file), include_str!(concat!("../../templates/", $folder, $file)))),*]
    };
}

/// The templates of each language, in the order of [`Part::ALL`].
const LANGUAGES: [(&str, [Built; Part::ALL.len()]); 9] = [
    language!("en", ""),
    language!("de", "de/"),
    language!("fr", "fr/"),
    language!("es", "es/"),
    language!("pt", "pt/"),
    language!("tr", "tr/"),
    language!("pl", "pl/"),
    language!("ja", "ja/"),
    language!("ar", "ar/"),
];

/// All built-in templates: name with prefix, and source.
pub(super) fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    LANGUAGES.into_iter().flat_map(|(_, files)| files)
}

/// The built-in template of a part in a language, where there is one.
pub(super) fn in_language(part: Part, language: &str) -> Option<&'static str> {
    let (_, files) = LANGUAGES.iter().find(|(tag, _)| *tag == language)?;
    files.get(part as usize).map(|(name, _)| *name)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_stands_in_its_part_s_place() {
        for part in Part::ALL {
            for (tag, _) in LANGUAGES {
                assert!(in_language(part, tag).unwrap().ends_with(&format!("/{}", part.file_name())), "{tag} {part:?}");
            }
        }
    }
}
