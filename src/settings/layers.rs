//! The event's file laid over the user's `config.toml`.
//!
//! Owns: which file a value comes from (what belongs together is inherited together or not at
//! all), defaults, and the list of what is missing. Does not own: what values mean.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
    path::PathBuf,
};

use super::{
    client_config::ClientSetting,
    file::{Entry, SettingsFile, Value},
    filters::Filter,
    keys::{self, Group, Key},
    origin::{Origin, Position, Setting},
    problem::{Place, Refusal, SettingsProblem},
    sessions::SessionTable,
    values,
};

/// What the files say of a key.
pub(super) enum Lookup<'a> {
    /// Nothing.
    Absent,
    /// Something that has been reported already.
    Broken,
    /// A value, and the file it stands in.
    Found(&'a Entry, &'a SettingsFile),
}

/// Both files, and what was found wrong with their values.
pub(super) struct Layers<'a> {
    event: &'a SettingsFile,
    config: Option<&'a SettingsFile>,
    problems: Vec<SettingsProblem>,
    missing: Vec<&'static Key>,
    derived: BTreeMap<&'static str, (String, Origin)>,
}

impl<'a> Layers<'a> {
    pub(super) fn new(event: &'a SettingsFile, config: Option<&'a SettingsFile>) -> Self {
        Self { event, config, problems: Vec::new(), missing: Vec::new(), derived: BTreeMap::new() }
    }

    /// What is said of a key: by the event, else by the configuration unless the event sets another of its group.
    pub(super) fn lookup(&self, name: &str) -> Lookup<'a> {
        if let Some(found) = lookup_in(self.event, name) {
            return found;
        }
        let key = known(name);
        let apart = self.set_apart_by(key).is_some() || key.is_of_whole_table() && self.has_table(key.table());
        self.config.filter(|_| !apart).and_then(|config| lookup_in(config, name)).unwrap_or(Lookup::Absent)
    }

    /// The key of the event's file that names a server of its own, and so keeps this key's whole group from being inherited.
    fn set_apart_by(&self, key: &Key) -> Option<&'static Key> {
        let group = key.group?;
        keys::all().find(|other| other.leads(group) && lookup_in(self.event, other.name).is_some())
    }

    /// Whether any file that counts says anything of a key.
    pub(super) fn says(&self, name: &str) -> bool {
        !matches!(self.lookup(name), Lookup::Absent)
    }

    /// Whether the event's file says anything of a group.
    pub(super) fn event_speaks_of(&self, group: Group) -> bool {
        keys::all().any(|key| key.leads(group) && lookup_in(self.event, key.name).is_some())
    }

    /// Reads a text; where none is set, the default; where there is none and one is needed, notes it as missing.
    pub(super) fn text<T>(&mut self, name: &str, read: impl FnOnce(&str) -> Result<T, Refusal>) -> Option<T> {
        let key = known(name);
        let result = match self.lookup(name) {
            Lookup::Found(Entry { value: Value::Text(text), .. }, _) => read(text),
            Lookup::Absent if !key.default.is_empty() => read(key.default),
            Lookup::Absent if key.required => {
                self.missing.push(key);
                return None;
            }
            _ => return None,
        };
        result.map_err(|refusal| self.refuse(name, &refusal)).ok()
    }

    /// Reads a list of texts.
    pub(super) fn words<T>(&mut self, name: &str, read: impl FnOnce(&[String]) -> Result<T, Refusal>) -> Option<T> {
        let key = known(name);
        let result = match self.lookup(name) {
            Lookup::Found(Entry { value: Value::Words(words), .. }, _) => read(words),
            Lookup::Absent if !key.default.is_empty() => {
                read(&key.default.split(", ").map(str::to_owned).collect::<Vec<_>>())
            }
            _ => return None,
        };
        result.map_err(|refusal| self.refuse(name, &refusal)).ok()
    }

    /// Reads a whole number within a range.
    pub(super) fn integer(&mut self, name: &str, range: RangeInclusive<u32>) -> Option<u32> {
        let key = known(name);
        let given = match self.lookup(name) {
            Lookup::Found(Entry { value: Value::Integer(n), .. }, _) => *n,
            Lookup::Absent => key.default.parse().ok()?,
            _ => return None,
        };
        let read = u32::try_from(given).ok().filter(|n| range.contains(n));
        if read.is_none() {
            let what = format!("{given} is not between {} and {}", range.start(), range.end());
            self.refuse(name, &Refusal::new(what).hint(format!("write it like: {}", key.example_line())));
        }
        read
    }

    /// Reads a switch that is off where no file sets it.
    pub(super) fn switch(&self, name: &str) -> bool {
        matches!(self.lookup(name), Lookup::Found(Entry { value: Value::Bool(true), .. }, _))
    }

    /// Reads a path, relative to the folder of the file that names it.
    pub(super) fn path(&mut self, name: &str) -> Option<PathBuf> {
        let folder = self.folder(name);
        self.text(name, values::path).map(|path| folder.join(path))
    }

    /// The folder of the file that sets a key; the event's where none does.
    pub(super) fn folder(&self, name: &str) -> PathBuf {
        match self.lookup(name) {
            Lookup::Found(_, file) => file.folder.clone(),
            _ => self.event.folder.clone(),
        }
    }

    /// Reports a key's value, at its place.
    pub(super) fn refuse(&mut self, name: &str, refusal: &Refusal) {
        let (file, place) = match self.lookup(name) {
            Lookup::Found(entry, file) => (file, Some(entry.place)),
            _ => (self.event, Some(self.place_for(known(name).table()))),
        };
        let what = format!("{}: {}", known(name).short(), refusal.what);
        self.problems.push(SettingsProblem::new(file.shown.clone(), place, &what, refusal.hint.as_deref()));
    }

    /// Notes what holds where no file sets a key and its value follows from others.
    pub(super) fn derive(&mut self, name: &str, shown: impl Into<String>) {
        self.derive_from(name, shown, Origin::Default);
    }

    /// The same, and where it comes from.
    pub(super) fn derive_from(&mut self, name: &str, shown: impl Into<String>, origin: Origin) {
        if !self.says(name) {
            self.derived.insert(known(name).name, (shown.into(), origin));
        }
    }

    /// The file that a table under `[jitsi]` is taken from, whole: the event's where it holds the table, else the
    /// configuration unless the event names a server of its own.
    pub(super) fn owner_of(&self, table: &str) -> Option<&'a SettingsFile> {
        if self.has_table(table) {
            return Some(self.event);
        }
        let config = self.config.filter(|_| !self.event_speaks_of(Group::Server));
        config.filter(|config| config.tables.contains_key(table))
    }

    fn has_table(&self, table: &str) -> bool {
        self.event.tables.contains_key(table)
    }

    /// Whether a table stands in any file, be it empty.
    pub(super) fn any_has_table(&self, table: &str) -> bool {
        self.has_table(table) || self.config.is_some_and(|config| config.tables.contains_key(table))
    }

    /// The web client's settings, and the file they are taken from.
    pub(super) fn client(&self) -> Option<(&'a [ClientSetting], &'a SettingsFile)> {
        let file = self.owner_of(keys::CLIENT)?;
        Some((&file.client, file))
    }

    /// Each `[[session]]` of the event's file.
    pub(super) fn sessions(&self) -> &'a [SessionTable] {
        &self.event.sessions
    }

    /// `[attendees.only]` and `[attendees.except]`.
    pub(super) fn filters(&self) -> &'a [Filter] {
        &self.event.filters
    }

    /// Reports something at a place of the event's file.
    pub(super) fn refuse_at(&mut self, place: Place, refusal: &Refusal) {
        let shown = self.event.shown.clone();
        self.problems.push(SettingsProblem::new(shown, Some(place), &refusal.what, refusal.hint.as_deref()));
    }

    /// Where a table stands in the event's file, or would be added.
    pub(super) fn place_for(&self, table: &str) -> Place {
        self.event.tables.get(table).copied().unwrap_or(self.event.end)
    }

    /// Every problem found, one for each missing key or wholly missing table included.
    pub(super) fn into_problems(mut self) -> Vec<SettingsProblem> {
        let tables: BTreeSet<&str> = self.missing.iter().map(|key| key.table()).collect();
        for table in tables {
            let keys: Vec<&Key> = self.missing.iter().copied().filter(|key| key.table() == table).collect();
            let place = Some(self.place_for(table));
            let shown = self.event.shown.clone();
            if self.event.tables.contains_key(table) {
                for key in keys {
                    let what = format!("`{}` is missing in [{table}]", key.short());
                    let problem = SettingsProblem::new(shown.clone(), place, &what, Some(&self.hint_for_missing(key)));
                    self.problems.push(problem);
                }
            } else {
                let lines: Vec<String> = keys.iter().map(|key| key.example_line()).collect();
                let hint = format!("add the line [{table}], and below it lines like: {}", lines.join(", "));
                let what = format!("the table [{table}] is missing");
                self.problems.push(SettingsProblem::new(shown, place, &what, Some(&hint)));
            }
        }
        self.problems
    }

    fn hint_for_missing(&self, key: &Key) -> String {
        let add = format!("add a line like: {}", key.example_line());
        let config = self.config.filter(|config| lookup_in(config, key.name).is_some());
        match (config, self.set_apart_by(key)) {
            (Some(config), Some(other)) => format!(
                "{add} ({} sets `{}`, so `{}` is not taken from {}: they belong together)",
                self.event.shown,
                other.short(),
                key.short(),
                config.shown
            ),
            _ => add,
        }
    }

    /// Every value in force and where it came from; `skip` leaves out tables that do not count.
    pub(super) fn origins(&self, skip: impl Fn(&Key) -> bool) -> Vec<Setting> {
        let setting = |key: &'static Key| {
            let (shown, origin) = match self.lookup(key.name) {
                Lookup::Found(entry, file) => {
                    let at = Position::new(file.shown.clone(), entry.place);
                    let own = std::ptr::eq(file, self.event);
                    (shown(&entry.value, key), if own { Origin::EventFile(at) } else { Origin::ConfigFile(at) })
                }
                _ => match self.derived.get(key.name) {
                    Some((derived, origin)) => (derived.clone(), origin.clone()),
                    None if key.default.is_empty() => return None,
                    None => (key.default.to_owned(), Origin::Default),
                },
            };
            Some(Setting { key: key.name.into(), shown, origin })
        };
        let at = |file: &SettingsFile, place| {
            let at = Position::new(file.shown.clone(), place);
            if std::ptr::eq(file, self.event) { Origin::EventFile(at) } else { Origin::ConfigFile(at) }
        };
        let of_client = self.client().into_iter().flat_map(|(client, file)| {
            client.iter().map(move |setting| {
                let key = format!("{}.{}", keys::CLIENT, setting.name).into();
                Setting { key, shown: setting.json.clone(), origin: at(file, setting.place) }
            })
        });
        let of_sessions = self.sessions().iter().flat_map(|session| {
            session.settings().map(|(key, value, place)| {
                let value =
                    shown(value, known(&format!("{}.{}", keys::SESSION, key.rsplit('.').next().unwrap_or(&key))));
                Setting { key: key.into(), shown: value, origin: at(self.event, place) }
            })
        });
        let of_filters = self.filters().iter().map(|filter| {
            let key = format!("{}.{}", filter.table, filter.header).into();
            Setting { key, shown: filter.values.join(", "), origin: at(self.event, filter.place) }
        });
        let of_keys = keys::all().filter(|key| !skip(key)).filter_map(setting);
        let mut settings: Vec<_> = of_keys.chain(of_client).chain(of_sessions).chain(of_filters).collect();
        let table = |setting: &Setting| setting.key.split('.').next().map(str::to_owned);
        settings.sort_by_key(|setting| keys::TABLES.iter().position(|name| Some(*name) == table(setting).as_deref()));
        settings
    }

    /// Whether nothing was found wrong.
    pub(super) fn is_sound(&self) -> bool {
        self.problems.is_empty() && self.missing.is_empty()
    }
}

/// A key that the code asks for; the list and the code are one program.
fn known(name: &str) -> &'static Key {
    keys::find(name).unwrap_or_else(|| unreachable!("`{name}` is not in the list of keys"))
}

fn lookup_in<'a>(file: &'a SettingsFile, name: &str) -> Option<Lookup<'a>> {
    if let Some(entry) = file.entries.get(name) {
        return Some(Lookup::Found(entry, file));
    }
    let covers =
        |broken: &String| name.strip_prefix(broken.as_str()).is_some_and(|r| r.is_empty() || r.starts_with('.'));
    file.broken.iter().any(covers).then_some(Lookup::Broken)
}

/// A value in short. A command's words may hold a secret, and so may what stands before an address's `@`.
fn shown(value: &Value, key: &Key) -> String {
    match value {
        Value::Text(text) if key.name == "jitsi.url" => match text.rsplit_once('@') {
            Some((_, host)) => format!("…@{host}"),
            None => text.clone(),
        },
        Value::Text(text) => text.clone(),
        Value::Integer(n) => n.to_string(),
        Value::Bool(b) => b.to_string(),
        Value::Words(words) if key.name.ends_with("_command") => match &words[..] {
            [program] => program.clone(),
            [program, ..] => format!("{program} …"),
            [] => String::new(),
        },
        Value::Words(words) => words.join(", "),
    }
}
