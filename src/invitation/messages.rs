//! The organiser's words in one file, and beside it those for readers of other languages.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use super::message::{Message, MessageProblem};
use crate::model::Language;

/// Words for everybody, and for readers of some languages.
#[derive(Debug, Clone)]
pub struct Messages {
    default: Message,
    /// By language tag.
    others: BTreeMap<String, Message>,
}

impl Messages {
    /// Reads `message.md`, and each `message.de.md` beside it.
    ///
    /// # Errors
    /// All that is wrong with any of the files, each with its path.
    pub fn load(path: &Path) -> Result<Self, Vec<(PathBuf, MessageProblem)>> {
        let mut problems = Vec::new();
        let mut read = |path: &Path| {
            Message::read(path)
                .map_err(|found| problems.extend(found.into_iter().map(|one| (path.to_owned(), one))))
                .ok()
        };
        let default = read(path);
        let others = beside(path).into_iter().filter_map(|(tag, path)| Some((tag, read(&path)?))).collect();
        match default {
            Some(default) if problems.is_empty() => Ok(Self { default, others }),
            _ => Err(problems),
        }
    }

    /// The language of the file that a reader's words come from; `None` for the one for everybody.
    #[must_use]
    pub fn language_for(&self, language: &Language) -> Option<&str> {
        let found = language.fallbacks().find_map(|tag| self.others.get_key_value(tag));
        found.map(|(tag, _)| tag.as_str())
    }

    /// The languages of files that nobody's words come from who asks for one of these.
    #[must_use]
    pub fn unread(&self, asked: &[Language]) -> Vec<&str> {
        let read: Vec<_> = asked.iter().filter_map(|language| self.language_for(language)).collect();
        self.others.keys().map(String::as_str).filter(|tag| !read.contains(tag)).collect()
    }

    /// The words for a reader: in their language, less exactly in it, or those for everybody.
    #[must_use]
    pub(super) fn for_reader(&self, language: &Language) -> &Message {
        language.fallbacks().find_map(|tag| self.others.get(tag)).unwrap_or(&self.default)
    }
}

/// The files of other languages beside one.
fn beside(path: &Path) -> BTreeMap<String, PathBuf> {
    let (Some(stem), Some(folder)) = (path.file_stem().and_then(|stem| stem.to_str()), path.parent()) else {
        return BTreeMap::new();
    };
    let extension = path.extension().and_then(|extension| extension.to_str()).map(|text| format!(".{text}"));
    let tag = |name: &str| {
        let rest = name.strip_prefix(stem)?.strip_prefix('.')?;
        let tag = rest.strip_suffix(extension.as_deref().unwrap_or_default())?;
        Language::parse(tag).ok().map(|language| language.as_str().to_owned())
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| Some((tag(entry.file_name().to_str()?)?, entry.path()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invitation::fixture;

    #[test]
    fn a_reader_gets_the_words_of_their_language_where_there_are_any() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("message.md");
        for (name, text) in [
            ("message.md", "Welcome"),
            ("message.de.md", "Willkommen"),
            ("message.de-AT.md", "Servus"),
            ("message.txt", "#"),
            ("message.not a tag.md", "#"),
        ] {
            fs::write(dir.path().join(name), text).unwrap();
        }
        let messages = Messages::load(&path).unwrap();
        let said = |tag: &str| {
            let message = messages.for_reader(&fixture::lang(tag));
            message.text(&fixture::ada(), &fixture::event(), str::to_owned)
        };
        assert_eq!(
            ["en", "de", "de-CH", "de-AT", "fr"].map(said),
            ["Welcome", "Willkommen", "Willkommen", "Servus", "Welcome"]
        );
    }

    #[test]
    fn all_that_is_wrong_is_told_with_its_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("message.md");
        fs::write(&path, "# a").unwrap();
        fs::write(dir.path().join("message.fr.md"), [0xff]).unwrap();
        let problems = Messages::load(&path).unwrap_err();
        let told: Vec<_> =
            problems.iter().map(|(path, one)| (path.file_name().unwrap().to_str().unwrap(), one.line)).collect();
        assert_eq!(told, [("message.md", Some(1)), ("message.fr.md", None)]);
        assert!(Messages::load(&dir.path().join("no.md")).unwrap_err()[0].1.what.contains("failed to read"));
    }
}
