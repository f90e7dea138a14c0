//! The organiser's own templates, as they lie in a folder.
//!
//! Nothing is read from outside the folder, whatever links lie in it, and nothing large.

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

use super::{builtin, problem::TemplateFault};
use crate::model::{Language, system_words};

/// The most a template, or a part made of one, may hold: 1 MB.
pub(super) const MOST: usize = 1024 * 1024;
/// Folders within folders: a language, and a folder of pieces in it.
const DEEPEST: usize = 3;
const MOST_FILES: usize = 500;

/// What a mail is sent for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Occasion {
    /// To invite.
    #[default]
    Invite,
    /// To call an invitation off.
    Cancel,
}

/// A part of a mail that has a template of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// The subject line.
    Subject,
    /// The plain text.
    Text,
    /// The HTML.
    Html,
    /// The words in the calendar entry.
    Calendar,
    /// The subject line of a cancellation.
    CancelSubject,
    /// Its plain text.
    CancelText,
    /// Its HTML.
    CancelHtml,
}

impl Part {
    /// All of them, in the order in which they are made.
    pub const ALL: [Self; 7] = [
        Self::Subject,
        Self::Text,
        Self::Html,
        Self::Calendar,
        Self::CancelSubject,
        Self::CancelText,
        Self::CancelHtml,
    ];

    /// The subject, the text and the HTML of a mail.
    #[must_use]
    pub fn of_mail(occasion: Occasion) -> [Self; 3] {
        match occasion {
            Occasion::Invite => [Self::Subject, Self::Text, Self::Html],
            Occasion::Cancel => [Self::CancelSubject, Self::CancelText, Self::CancelHtml],
        }
    }

    /// The name of its template file.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Subject => "invite.subject.txt",
            Self::Text => "invite.txt",
            Self::Html => "invite.html",
            Self::Calendar => "invite.calendar.txt",
            Self::CancelSubject => "cancel.subject.txt",
            Self::CancelText => "cancel.txt",
            Self::CancelHtml => "cancel.html",
        }
    }

    /// Whether it is HTML.
    #[must_use]
    pub fn is_html(self) -> bool {
        matches!(self, Self::Html | Self::CancelHtml)
    }

    /// Whether it is one line in a header.
    #[must_use]
    pub fn is_subject(self) -> bool {
        matches!(self, Self::Subject | Self::CancelSubject)
    }
}

/// One template file.
#[derive(Debug)]
pub(super) struct OwnFile {
    /// The name from the folder on, with `/`: what other templates include it by.
    pub(super) name: String,
    pub(super) source: String,
    /// The part it is, and in which language (none: in all), where its name says so.
    pub(super) part: Option<(Option<Language>, Part)>,
}

/// What a folder holds.
#[derive(Debug, Default)]
pub(super) struct Folder {
    pub(super) files: Vec<OwnFile>,
    /// Names of files that can be no templates.
    pub(super) others: Vec<String>,
}

struct Walk<'d> {
    shown: &'d Path,
    real: PathBuf,
    /// The folders being read, so that a link back up is not followed.
    within: Vec<PathBuf>,
    folder: Folder,
    faults: Vec<TemplateFault>,
}

/// Reads a folder of templates, told of as `shown`; gives all that is wrong with its files.
pub(super) fn read(dir: &Path, shown: &Path) -> (Folder, Vec<TemplateFault>) {
    let unreadable = |reason: String| {
        let hint = "create the folder, or take `templates` out of event.toml";
        (Folder::default(), vec![TemplateFault::new(&shown.display().to_string(), reason, hint)])
    };
    let real = match dir.canonicalize() {
        Ok(real) if real.is_dir() => real,
        Ok(_) => return unreadable("this is not a folder".into()),
        Err(problem) if problem.kind() == std::io::ErrorKind::NotFound => {
            return unreadable("there is no such folder of templates".into());
        }
        Err(problem) => return unreadable(format!("failed to open the folder of templates: {}", plain(&problem))),
    };
    let mut walk = Walk { shown, within: vec![real.clone()], real, folder: Folder::default(), faults: Vec::new() };
    walk.enter(dir, "", 1);
    walk.folder.files.sort_by(|a, b| a.name.cmp(&b.name));
    walk.folder.others.sort();
    (walk.folder, walk.faults)
}

/// What the system says, in lower case and without its number.
fn plain(problem: &std::io::Error) -> String {
    system_words(problem).to_lowercase()
}

/// Whether a folder holds a part of a mail, for all or for a language: then it is meant for us.
///
/// Many folders are called `templates`; one of a web site must not break the mails.
#[must_use]
pub fn holds_parts(dir: &Path) -> bool {
    let holds = |folder: &Path| Part::ALL.iter().any(|part| folder.join(part.file_name()).is_file());
    let is_language = |entry: &fs::DirEntry| {
        entry.file_name().to_str().is_some_and(|name| Language::parse(name).is_ok()) && holds(&entry.path())
    };
    // `Invite.txt`, `invite.htm`: meant for us, and to be told of; so is a language by another name, `german`.
    let is_meant = |entry: &fs::DirEntry| {
        let is_one = |name: &std::ffi::OsStr| {
            let name = name.to_str().unwrap_or_default().to_lowercase();
            Part::ALL.iter().any(|part| [part.file_name(), part.file_name().trim_end_matches('l')].contains(&&*name))
        };
        let inside =
            || fs::read_dir(entry.path()).is_ok_and(|inside| inside.flatten().any(|one| is_one(&one.file_name())));
        is_one(&entry.file_name()) || is_word(&entry.file_name()) && inside()
    };
    holds(dir)
        || fs::read_dir(dir).is_ok_and(|entries| entries.flatten().any(|entry| is_language(&entry) || is_meant(&entry)))
}

/// Whether a folder may be named after a language: letters alone, as in `german`.
fn is_word(name: &std::ffi::OsStr) -> bool {
    name.to_str().is_some_and(|name| name.chars().all(char::is_alphabetic))
}

impl Walk<'_> {
    fn fault(&mut self, name: &str, message: impl Into<String>, hint: &str) {
        let shown = self.shown.join(name).display().to_string();
        self.faults.push(TemplateFault::new(&shown, message, hint));
    }

    fn enter(&mut self, path: &Path, prefix: &str, depth: usize) {
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(problem) => {
                return self.fault(
                    prefix,
                    format!("failed to read the folder: {}", plain(&problem)),
                    "make it readable",
                );
            }
        };
        for entry in entries.filter_map(Result::ok) {
            let Ok(file_name) = entry.file_name().into_string() else { continue };
            // Hidden files and editors' backups.
            if file_name.starts_with('.') || file_name.ends_with('~') {
                continue;
            }
            let name = format!("{prefix}{file_name}");
            self.meet(&entry.path(), name, depth);
        }
    }

    fn meet(&mut self, path: &Path, name: String, depth: usize) {
        let is_template = is_template_name(&name);
        let target = path.canonicalize();
        let is_folder = target.as_ref().is_ok_and(|target| target.is_dir());
        if !is_template && !is_folder {
            self.folder.others.push(name);
            return;
        }
        match target {
            Ok(target) if !target.starts_with(&self.real) => {
                self.fault(&name, "this link leads out of the folder of templates", "copy the file into the folder");
            }
            Ok(target) if is_folder => {
                // `built-in/` is how the program's own templates are named.
                if depth < DEEPEST && !self.within.contains(&target) && format!("{name}/") != builtin::PREFIX {
                    self.within.push(target.clone());
                    self.enter(&target, &format!("{name}/"), depth + 1);
                    self.within.pop();
                }
            }
            Ok(target) => self.take(&target, name),
            Err(problem) => {
                self.fault(&name, format!("failed to open the file: {}", plain(&problem)), "mend or delete the file");
            }
        }
    }

    fn take(&mut self, path: &Path, name: String) {
        if self.folder.files.len() >= MOST_FILES {
            if self.folder.files.len() == MOST_FILES {
                self.fault(
                    &name,
                    format!("more than {MOST_FILES} templates"),
                    "name a folder that holds only templates",
                );
            }
            return;
        }
        match contents(path) {
            Ok(source) => {
                let part = part_of(&name);
                self.folder.files.push(OwnFile { name, source, part });
            }
            Err((line, message, hint)) => {
                self.fault(&name, message, hint);
                if let Some(fault) = self.faults.last_mut() {
                    fault.line = line;
                }
            }
        }
    }
}

type Unreadable = (Option<usize>, String, &'static str);

/// Reads a file as text: no byte-order mark, line ends as LF.
fn contents(path: &Path) -> Result<String, Unreadable> {
    let failed =
        |problem: std::io::Error| (None, format!("failed to read the file: {}", plain(&problem)), "make it readable");
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err((None, "this is not a file".to_owned(), "put a plain text file there"));
    }
    let mut bytes = Vec::new();
    let limit = u64::try_from(MOST).unwrap_or(u64::MAX) + 1;
    File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.len() > MOST {
        return Err((None, "the file is larger than 1 MB".to_owned(), "mails should be small: link to large things"));
    }
    let text = String::from_utf8(bytes).map_err(|problem| {
        let before = &problem.as_bytes()[..problem.utf8_error().valid_up_to()];
        let line = before.split(|b| *b == b'\n').count();
        (Some(line), "the file is not UTF-8".to_owned(), "save it as UTF-8 in your editor")
    })?;
    Ok(text.trim_start_matches('\u{FEFF}').replace("\r\n", "\n").replace('\r', "\n"))
}

fn is_template_name(name: &str) -> bool {
    let extension = Path::new(name).extension();
    extension.is_some_and(|extension| extension == "txt" || extension == "html")
}

/// The part and language that a file's name stands for.
fn part_of(name: &str) -> Option<(Option<Language>, Part)> {
    let (language, file) = name.rsplit_once('/').map_or((None, name), |(folder, file)| (Some(folder), file));
    let part = Part::ALL.into_iter().find(|part| part.file_name() == file)?;
    match language {
        None => Some((None, part)),
        Some(folder) => Some((Some(Language::parse(folder).ok()?), part)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_part_and_language() {
        let de = Language::parse("de-AT").unwrap();
        assert_eq!(part_of("invite.html"), Some((None, Part::Html)));
        assert_eq!(part_of("de_at/invite.subject.txt"), Some((Some(de), Part::Subject)));
        assert_eq!(part_of("german/invite.txt"), None);
        assert_eq!(part_of("de/pieces/invite.txt"), None);
        assert_eq!(part_of("footer.html"), None);
    }

    #[test]
    fn a_folder_of_mails_is_told_from_any_other() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("index.html"), "").unwrap();
        fs::create_dir_all(dir.path().join("assets/img")).unwrap();
        fs::write(dir.path().join("assets/img/invite.txt"), "").unwrap();
        assert!(!holds_parts(dir.path()) && !holds_parts(&dir.path().join("nowhere")));
        for odd in ["Invite.txt", "invite.htm"] {
            let path = dir.path().join(odd);
            fs::write(&path, "").unwrap();
            assert!(holds_parts(dir.path()), "{odd}");
            fs::remove_file(path).unwrap();
        }
        fs::create_dir(dir.path().join("fr")).unwrap();
        fs::write(dir.path().join("fr/invite.txt"), "").unwrap();
        assert!(holds_parts(dir.path()) && holds_parts(&dir.path().join("fr")));
    }

    #[test]
    fn nothing_large_binary_or_hidden_is_read() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("invite.txt"), "\u{FEFF}one\r\ntwo").unwrap();
        fs::write(dir.path().join("big.html"), vec![b'x'; MOST + 1]).unwrap();
        fs::write(dir.path().join("latin.txt"), b"one\ncaf\xe9").unwrap();
        fs::write(dir.path().join(".invite.txt.swp"), b"\xff").unwrap();
        let (folder, faults) = read(dir.path(), dir.path());
        assert_eq!(folder.files[0].source, "one\ntwo");
        let mut told: Vec<_> = faults.iter().map(|fault| (fault.line, fault.message.as_str())).collect();
        told.sort_unstable();
        assert_eq!(told, [(None, "the file is larger than 1 MB"), (Some(2), "the file is not UTF-8")]);
    }

    #[cfg(unix)]
    #[test]
    fn links_may_not_lead_out() {
        use std::os::unix::fs::symlink;
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret.txt"), "secret").unwrap();
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("de")).unwrap();
        fs::write(dir.path().join("de/invite.txt"), "{{ link }}").unwrap();
        symlink(outside.path().join("secret.txt"), dir.path().join("invite.txt")).unwrap();
        symlink(outside.path(), dir.path().join("pieces")).unwrap();
        symlink("de", dir.path().join("de-AT")).unwrap();
        symlink("..", dir.path().join("de/up")).unwrap();
        let (folder, faults) = read(dir.path(), dir.path());
        assert!(folder.files.iter().all(|file| !file.source.contains("secret")));
        assert!(folder.files.iter().any(|file| file.name == "de-AT/invite.txt"));
        assert_eq!(faults.iter().filter(|fault| fault.message.contains("leads out")).count(), 2);
    }
}
