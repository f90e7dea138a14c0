//! One TOML file becomes known keys with their places, or problems.
//!
//! Owns: reading, syntax, unknown keys and tables, kinds of values. Does not own: what a value
//! means, or which of two files wins. No value of an unknown key is ever shown: it may be a secret
//! in the wrong place; the parser's own display of an error would quote its line.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read,
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    client_config::{self, ClientSetting},
    convert::{convert, kind_of},
    filters::{self, Filter},
    keys::{self, Key},
    problem::{Place, Refusal, SettingsProblem, quoted},
    sessions::SessionTable,
};
use crate::model::system_words;

/// More than any settings file holds; keeps a mistaken `-e` from filling memory.
const MAX_BYTES: u64 = 1 << 20;

/// A value of a known key, of the kind the key takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Bool(bool),
    Words(Vec<String>),
}

/// A known key's value and where it stands.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) value: Value,
    pub(super) place: Place,
}

/// A settings file, read: what it sets, and what is wrong with it as it stands.
#[derive(Debug)]
pub(super) struct SettingsFile {
    /// The file as the organiser named it.
    pub(super) shown: Arc<str>,
    /// Its folder, absolute: where its paths start.
    pub(super) folder: PathBuf,
    /// Where something new would be added.
    pub(super) end: Place,
    pub(super) tables: BTreeMap<String, Place>,
    pub(super) entries: BTreeMap<String, Entry>,
    /// `[jitsi.config]`, whose names are the web client's.
    pub(super) client: Vec<ClientSetting>,
    /// Each `[[session]]`.
    pub(super) sessions: Vec<SessionTable>,
    /// `[attendees.only]` and `[attendees.except]`, whose keys are headers.
    pub(super) filters: Vec<Filter>,
    /// Keys and tables that are set, but to something already reported.
    pub(super) broken: BTreeSet<String>,
}

/// Which of the two files is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Event,
    Config,
}

/// Why a file is no text; where in it, where that can be told.
#[derive(Debug)]
pub(super) struct Unreadable {
    pub(super) place: Option<Place>,
    pub(super) refusal: Refusal,
}

impl From<Refusal> for Unreadable {
    fn from(refusal: Refusal) -> Self {
        Self { place: None, refusal }
    }
}

/// Reads a file as text.
///
/// `Ok(None)`: it does not exist.
pub(super) fn read_text(path: &Path) -> Result<Option<String>, Unreadable> {
    if path.is_dir() {
        return Err(Refusal::new("is a folder, not a file")
            .hint(format!("name the file in it: `-e {}`", path.join("event.toml").display()))
            .into());
    }
    let unreadable =
        |error: std::io::Error| Unreadable::from(Refusal::new(format!("cannot be read: {}", system_words(&error))));
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Refusal::new("is larger than 1 MB: that is no settings file")
            .hint("name the event's own file: `-e FILE`")
            .into());
    }
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(Refusal::new("is UTF-16, not UTF-8").hint("save it with the encoding UTF-8").into());
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let sound = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let sound = String::from_utf8_lossy(sound);
        let sound = sound.strip_prefix('\u{FEFF}').unwrap_or(&sound);
        let what = "this is not UTF-8: a character stands here in another encoding (Windows-1252 or Latin-1?)";
        Unreadable {
            place: Some(Place::of(sound, sound.len())),
            refusal: Refusal::new(what).hint("save the file with the encoding UTF-8"),
        }
    })?;
    // A byte-order mark would count as a character of the first line.
    Ok(Some(text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text)))
}

/// Takes a text apart into known keys; problems are added to `problems`.
///
/// `None` where the syntax is broken.
pub(super) fn parse(
    text: &str,
    shown: &Arc<str>,
    folder: PathBuf,
    role: Role,
    problems: &mut Vec<SettingsProblem>,
) -> Option<SettingsFile> {
    let (root, errors) = DeTable::parse_recoverable(text);
    let sound = errors.iter().all(|error| error.message() == DUPLICATE);
    let mut last_line = 0;
    for error in &errors {
        let problem = syntax_problem(text, shown, error);
        let line = problem.place.map_or(0, |place| place.line);
        // What follows an error in the same line is its echo.
        if line != last_line {
            problems.push(problem);
        }
        last_line = line;
    }
    if !sound {
        return None;
    }
    let file = SettingsFile {
        shown: shown.clone(),
        folder,
        end: Place::last_line(text),
        tables: BTreeMap::new(),
        entries: BTreeMap::new(),
        client: Vec::new(),
        sessions: Vec::new(),
        filters: Vec::new(),
        broken: BTreeSet::new(),
    };
    let mut sorter = Sorter { text, role, file, problems };
    sorter.table("", root.get_ref());
    Some(sorter.file)
}

/// The one message of the parser after which the rest of the file is still trustworthy.
const DUPLICATE: &str = "duplicate key";

fn syntax_problem(text: &str, shown: &Arc<str>, error: &toml::de::Error) -> SettingsProblem {
    let span = error.span().unwrap_or(0..0);
    let at = text.get(span.clone()).unwrap_or_default();
    if error.message() == DUPLICATE {
        let known = keys::all().any(|key| key.short() == at) || keys::is_table(at);
        let name = if known { format!("`{at}`") } else { "a key".to_owned() };
        let what = format!("{name} is set a second time");
        let hint = "each key and each table stands once: delete one of the two";
        return SettingsProblem::new(shown.clone(), Some(Place::of(text, span.start)), &what, Some(hint));
    }
    let what = format!("this is not TOML: {}", error.message());
    let line_start = text[..span.start.min(text.len())].rfind('\n').map_or(0, |n| n + 1);
    let line = text.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let hint = if line.contains(['“', '”', '„', '‘', '’', '«', '»']) {
        "use straight quotes: title = \"Rust for Everyone\""
    } else if error.message().contains("unclosed table") {
        "a table's name stands in brackets: [event]"
    } else if error.message().contains("escape") || line.contains('\\') {
        "write each backslash twice, or use / in paths"
    } else {
        "each line is: key = value; texts stand in quotes: title = \"Rust for Everyone\""
    };
    SettingsProblem::new(shown.clone(), error.span().map(|span| Place::of(text, span.start)), &what, Some(hint))
}

/// Sorts what a file holds into known keys and problems.
struct Sorter<'a> {
    text: &'a str,
    role: Role,
    file: SettingsFile,
    problems: &'a mut Vec<SettingsProblem>,
}

impl Sorter<'_> {
    fn refuse(&mut self, at: &Range<usize>, refusal: &Refusal) {
        let place = Place::of(self.text, at.start);
        self.problems.push(SettingsProblem::new(
            self.file.shown.clone(),
            Some(place),
            &refusal.what,
            refusal.hint.as_deref(),
        ));
    }

    fn table(&mut self, table: &str, content: &DeTable<'_>) {
        for (name, value) in content {
            let path =
                if table.is_empty() { name.get_ref().to_string() } else { format!("{table}.{}", name.get_ref()) };
            // A quoted name with a dot in it only looks like a table and its key.
            let plain = !name.get_ref().contains('.');
            if plain && keys::is_table(&path) {
                self.subtable(path, value);
            } else if let Some(key) = keys::find(&path).filter(|_| plain) {
                self.known(key, &name.span(), value);
            } else {
                let what = match value.get_ref() {
                    DeValue::Table(_) => format!("unknown table {}", quoted(&format!("[{path}]"))),
                    _ => format!("unknown key {}", quoted(name.get_ref())),
                };
                let hint = keys::hint_for_unknown(table, name.get_ref());
                self.refuse(&name.span(), &Refusal::new(what).hint(hint));
            }
        }
    }

    fn subtable(&mut self, path: String, value: &Spanned<DeValue<'_>>) {
        if path == keys::SESSION {
            self.sessions(value);
        } else if let DeValue::Table(inner) = value.get_ref() {
            self.file.tables.insert(path.clone(), Place::of(self.text, value.span().start));
            if path == keys::CLIENT {
                let (place, mut refused) = (|at| Place::of(self.text, at), Vec::new());
                self.file.client = client_config::read(inner, &place, &mut |at, refusal| refused.push((at, refusal)));
                for (at, refusal) in refused {
                    self.refuse(&(at..at), &refusal);
                }
                return;
            }
            if path == keys::ONLY || path == keys::EXCEPT {
                return self.filters(&path, inner);
            }
            self.table(&path, inner);
        } else {
            let what = format!("`{path}` must be a table, not {}", kind_of(value.get_ref()));
            let hint = format!("write [{path}] once, on a line of its own, and its keys below");
            self.refuse(&value.span(), &Refusal::new(what).hint(hint));
            self.file.broken.insert(path);
        }
    }

    /// Each `[[session]]`, key by key.
    fn sessions(&mut self, value: &Spanned<DeValue<'_>>) {
        let tables = value.get_ref().as_array().into_iter().flatten();
        let tables: Option<Vec<_>> = tables.map(|item| Some((item.span(), item.get_ref().as_table()?))).collect();
        let Some(tables) = tables.filter(|tables| !tables.is_empty()) else {
            let refusal = Refusal::new("each session stands under a line of its own with two brackets, [[session]]");
            self.refuse(&value.span(), &refusal.hint("write [[session]], and its keys below, once for each session"));
            self.file.broken.insert(keys::SESSION.to_owned());
            return;
        };
        if self.role == Role::Config {
            let refusal = Refusal::new("sessions cannot be shared by all events");
            return self.refuse(&value.span(), &refusal.hint("they belong in each event's own event.toml"));
        }
        for (at, table) in tables {
            // What is set in one is set in no other: each is sorted by itself, and taken out again.
            let elsewhere = std::mem::take(&mut self.file.entries);
            let broken = std::mem::take(&mut self.file.broken);
            self.table(keys::SESSION, table);
            let entries = std::mem::replace(&mut self.file.entries, elsewhere);
            let broken = std::mem::replace(&mut self.file.broken, broken);
            self.file.sessions.push(SessionTable { place: Place::of(self.text, at.start), entries, broken });
        }
    }

    fn filters(&mut self, path: &str, table: &DeTable<'_>) {
        for (name, value) in table {
            if self.role == Role::Config {
                let refusal = Refusal::new(format!("[{path}] cannot be shared by all events"));
                self.refuse(&name.span(), &refusal.hint("it belongs in each event's own event.toml"));
                continue;
            }
            let place = Place::of(self.text, value.span().start);
            match filters::read(path, name.get_ref(), value, place) {
                Ok(filter) => self.file.filters.push(filter),
                Err(refusal) => self.refuse(&value.span(), &refusal),
            }
        }
    }

    fn known(&mut self, key: &'static Key, name_at: &Range<usize>, value: &Spanned<DeValue<'_>>) {
        if self.role == Role::Config && key.event_only {
            let refusal = Refusal::new(format!("`{}` cannot be shared by all events", key.short()))
                .hint("it belongs in each event's own event.toml");
            return self.refuse(name_at, &refusal);
        }
        match convert(key, value, self.text) {
            Ok(converted) => {
                let place = Place::of(self.text, value.span().start);
                self.file.entries.insert(key.name.to_owned(), Entry { value: converted, place });
            }
            Err((at, refusal)) => {
                self.refuse(&at, &refusal);
                self.file.broken.insert(key.name.to_owned());
            }
        }
    }
}
