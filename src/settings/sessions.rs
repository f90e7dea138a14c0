//! Each `[[session]]` becomes what it means.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{
    event::{local_time, room_refusal, window_of},
    file::{Entry, Value},
    keys,
    layers::Layers,
    problem::{Place, Refusal, quoted},
    values,
};
use crate::model::{Room, Session, SessionKey};

/// More are hardly one event; each mail tells its reader of all of theirs.
const MOST: usize = 100;

/// One `[[session]]` as it stands.
#[derive(Debug)]
pub(super) struct SessionTable {
    pub(super) place: Place,
    /// By whole name, `session.key`.
    pub(super) entries: BTreeMap<String, Entry>,
    /// Keys that are set to something already reported.
    pub(super) broken: BTreeSet<String>,
}

impl SessionTable {
    /// What is set in it: `session.morning.starts`, and where.
    pub(super) fn settings(&self) -> impl Iterator<Item = (String, &Value, Place)> {
        let key = match self.entries.get("session.key") {
            Some(Entry { value: Value::Text(key), .. }) => key.as_str(),
            _ => "?",
        };
        let whole = move |name: &str| name.replacen('.', &format!(".{key}."), 1);
        self.entries.iter().map(move |(name, entry)| (whole(name), &entry.value, entry.place))
    }
}

/// What sessions take from the event.
pub(super) struct Frame<'a> {
    /// The room of those that name none.
    pub(super) room: Option<&'a Room>,
    pub(super) zone: Option<&'a TimeZone>,
    pub(super) opens_before: Option<SignedDuration>,
    pub(super) closes_after: Option<SignedDuration>,
}

/// Reads every session; all that is wrong with them is reported. `None` where anything is.
pub(super) fn read(layers: &mut Layers<'_>, frame: &Frame<'_>) -> Option<Vec<Session>> {
    let tables = layers.sessions();
    if let Some(table) = tables.get(MOST) {
        let refusal = Refusal::new(format!("more than {MOST} sessions are hardly one event"));
        layers.refuse_at(table.place, &refusal.hint("make several events of it, each with its own event.toml"));
        return None;
    }
    let mut sessions: Vec<Session> = Vec::with_capacity(tables.len());
    let mut seen: BTreeSet<SessionKey> = BTreeSet::new();
    for table in tables {
        let mut reader = Reader { table, layers };
        let key = reader.key(&mut seen);
        let session = reader.session(key, frame);
        if let Some(session) = &session {
            reader.refuse_a_name_of_another(session, &sessions);
        }
        sessions.extend(session);
    }
    (sessions.len() == tables.len()).then_some(sessions)
}

/// What a session says of a key.
enum Said<T> {
    Nothing,
    /// Something that has been reported.
    Nonsense,
    This(T),
}

struct Reader<'t, 'l, 'a> {
    table: &'t SessionTable,
    layers: &'l mut Layers<'a>,
}

impl Reader<'_, '_, '_> {
    fn key(&mut self, seen: &mut BTreeSet<SessionKey>) -> Option<SessionKey> {
        let key = self.required("session.key", |text| {
            SessionKey::parse(text).map_err(|problem| {
                Refusal::new(problem.to_string()).hint("write it like: morning; the attendee file names sessions by it")
            })
        })?;
        if seen.insert(key.clone()) {
            return Some(key);
        }
        let refusal = Refusal::new(format!("there are two sessions with the key `{key}`"));
        self.refuse("session.key", &refusal.hint("give each session a key of its own"));
        None
    }

    fn session(&mut self, key: Option<SessionKey>, frame: &Frame<'_>) -> Option<Session> {
        let title = self.text("session.title", |text| values::line(text, 200));
        let room = self.text("session.room", |text| Room::parse(text).map_err(|problem| room_refusal(&problem)));
        let clock = frame.zone.cloned().unwrap_or(TimeZone::UTC);
        let starts = self.required("session.starts", |text| local_time(text, &clock));
        let ends = self.required("session.ends", |text| local_time(text, &clock));
        let window = self.window(starts, ends, frame);
        let room = match (room, frame.room) {
            (Said::This(room), _) => room,
            (Said::Nonsense, _) => return None,
            (Said::Nothing, Some(room)) => room.clone(),
            (Said::Nothing, None) => {
                self.missing("session.room", "neither this session nor [event] names a room");
                return None;
            }
        };
        let (key, window) = (key?, window?);
        let title = match title {
            Said::This(title) => title,
            Said::Nothing => key.as_str().to_owned(),
            Said::Nonsense => return None,
        };
        Some(Session { key, title, room, window })
    }

    /// The attendee file names sessions by key or title: no name may be two sessions'.
    fn refuse_a_name_of_another(&mut self, session: &Session, others: &[Session]) {
        let names = |session: &Session| [session.key.as_str().to_owned(), session.title.to_lowercase()];
        let ours = names(session);
        let other = others.iter().find(|other| names(other).iter().any(|name| ours.contains(name)));
        if let Some(other) = other.filter(|other| other.key != session.key) {
            let what = format!("the sessions `{}` and `{}` share a name", other.key, session.key);
            let hint = "the attendee file may name a session by its key or its title: let all of them differ";
            self.refuse("session.title", &Refusal::new(what).hint(hint));
        }
    }

    fn window(
        &mut self,
        starts: Option<Timestamp>,
        ends: Option<Timestamp>,
        frame: &Frame<'_>,
    ) -> Option<crate::model::Window> {
        let window = window_of(starts?, ends?, frame.opens_before?, frame.closes_after?, frame.zone?.clone());
        window
            .map_err(|(is_end, refusal)| self.refuse(if is_end { "session.ends" } else { "session.starts" }, &refusal))
            .ok()
    }

    /// A text that may be left out.
    fn text<T>(&mut self, name: &'static str, read: impl FnOnce(&str) -> Result<T, Refusal>) -> Said<T> {
        match self.table.entries.get(name) {
            Some(Entry { value: Value::Text(text), .. }) => match read(text) {
                Ok(value) => Said::This(value),
                Err(refusal) => {
                    self.refuse(name, &refusal);
                    Said::Nonsense
                }
            },
            Some(_) => Said::Nonsense,
            None if self.table.broken.contains(name) => Said::Nonsense,
            None => Said::Nothing,
        }
    }

    fn required<T>(&mut self, name: &'static str, read: impl FnOnce(&str) -> Result<T, Refusal>) -> Option<T> {
        match self.text(name, read) {
            Said::This(value) => return Some(value),
            Said::Nonsense => {}
            Said::Nothing => {
                let short = keys::find(name).map_or(name, keys::Key::short);
                self.missing(name, &format!("`{short}` is missing in this [[session]]"));
            }
        }
        None
    }

    fn missing(&mut self, name: &'static str, what: &str) {
        let example = keys::find(name).map(keys::Key::example_line).unwrap_or_default();
        self.layers.refuse_at(self.table.place, &Refusal::new(what).hint(format!("add a line like: {example}")));
    }

    fn refuse(&mut self, name: &'static str, refusal: &Refusal) {
        let place = self.table.entries.get(name).map_or(self.table.place, |entry| entry.place);
        let short = keys::find(name).map_or(name, keys::Key::short);
        let what = format!("{short}: {}", refusal.what);
        self.layers.refuse_at(place, &Refusal { what, hint: refusal.hint.clone() });
    }
}

/// A choice of columns that speaks of sessions where there are none.
pub(super) fn refuse_a_column_without_sessions(layers: &mut Layers<'_>) {
    let refusal = Refusal::new("event.toml has no sessions");
    let hint = format!("write a [[session]] for each, or take this line out; {}", quoted("session = false"));
    layers.refuse("attendees.columns.session", &refusal.hint(hint));
}
