//! One registrant, and what makes them the same person tomorrow.

use std::{fmt, sync::Arc};

use jiff::tz::TimeZone;

use super::{Address, Language, OwnClaims, Room, Session, SessionKey, Tenant, Window};

/// Where a row stands: a source (file, or file and sheet) and its physical line, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Locator {
    /// The file as the organiser named it; with a sheet, `people.xlsx[Sheet1]`.
    pub source: Arc<str>,
    /// The physical line on which the record starts, from 1.
    pub line: u64,
}

impl Locator {
    /// `line 3`, or `line 3 of b.csv` where which file it is does not go without saying.
    #[must_use]
    pub fn in_words(&self, with_file: bool) -> String {
        let Self { source, line } = self;
        if with_file { format!("line {line} of {source}") } else { format!("line {line}") }
    }
}

impl fmt::Display for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.source, self.line)
    }
}

/// The header line of a file: names in file order, outer blanks taken off.
#[derive(Debug, PartialEq, Eq, Default)]
pub struct Headers(pub Vec<String>);

/// What identifies an invitation among an event's: the person, and the session where the event has some.
///
/// The person is known by the row's `id` where the file has one, else by the address, with the name where
/// addresses are shared. The text forms are what the ledger keeps and what user ids derive from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttendeeKey {
    person: String,
    session: Option<SessionKey>,
}

impl AttendeeKey {
    /// The key of a person with an id of their own.
    #[must_use]
    pub fn from_id(id: &str) -> Self {
        Self::from_ledger(format!("id:{id}"), None)
    }

    /// The key of one of several addresses that a row with an id has: each of them is somebody of their own.
    #[must_use]
    pub fn from_id_and_address(id: &str, address: &Address) -> Self {
        Self::from_id(&format!("{id}\u{1f}{}", address.folded()))
    }

    /// The key of a person known by their address alone.
    #[must_use]
    pub fn from_address(address: &Address) -> Self {
        Self::from_ledger(format!("address:{}", address.folded()), None)
    }

    /// The key of a person who shares an address with others.
    #[must_use]
    pub fn from_address_and_name(address: &Address, name: &str) -> Self {
        Self::from_ledger(format!("address:{}\u{1f}{name}", address.folded()), None)
    }

    /// Takes the text form back, as the ledger kept it.
    #[must_use]
    pub fn from_ledger(person: String, session: Option<SessionKey>) -> Self {
        Self { person, session }
    }

    /// The same person's, for a session.
    #[must_use]
    pub fn of_session(self, session: Option<SessionKey>) -> Self {
        Self { session, ..self }
    }

    /// The person's text form, the same in all sessions.
    #[must_use]
    pub fn person(&self) -> &str {
        &self.person
    }

    /// The session; `None` where the event has none.
    #[must_use]
    pub fn session(&self) -> Option<&SessionKey> {
        self.session.as_ref()
    }

    /// The session's text form: empty where the event has none.
    #[must_use]
    pub fn session_text(&self) -> &str {
        self.session.as_ref().map_or("", SessionKey::as_str)
    }

    /// The id, where the key was made from one, alone or with one of several addresses.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.person.strip_prefix("id:").and_then(|id| id.split('\u{1f}').next())
    }
}

/// The ledger's integer for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonId(pub i64);

/// One registrant, in one session where the event has some: a row of the attendee file that is sound, or a part of one.
#[derive(Debug, Clone)]
pub struct Attendee {
    /// Where the row stands.
    pub locator: Locator,
    /// The invitation's number, from 1, in file order: one for each row, and one more for each further session that a
    /// row names; numbers previews.
    pub number: u32,
    /// Who this is, and for which session.
    pub key: AttendeeKey,
    /// Where the mail goes.
    pub email: Address,
    /// The name shown in the room and in the mail; never empty.
    pub name: String,
    /// The first name; where the file has none, guessed from the name: never empty, the whole name
    /// where nothing better is sure.
    pub first_name: String,
    /// The last name; where the file has neither first nor last name, guessed from a name of two
    /// plain words or a `Last, First`, else empty.
    pub last_name: String,
    /// Whether the token asks for a moderator's rights.
    pub moderator: bool,
    /// The room: the row's own, else the session's or the event's.
    pub room: Room,
    /// Whether the room is the row's own.
    pub own_room: bool,
    /// The window: the row's own times, else the session's or the event's, with the event's margins.
    pub window: Window,
    /// Whether the times are the row's own.
    pub own_window: bool,
    /// What the row says of its own token, where it says anything.
    pub own_claims: Option<Box<OwnClaims>>,
    /// The zone in which this person is told the time, where the row names one.
    pub timezone: Option<TimeZone>,
    /// The language of the mail, where the row names one.
    pub language: Option<Language>,
    /// The file's header line.
    pub headers: Arc<Headers>,
    /// The row's cells in file order, outer blanks taken off.
    pub cells: Vec<String>,
}

impl Attendee {
    /// The same person, invited to a session: with its room and window, unless the row has its own.
    #[must_use]
    pub fn in_session(&self, session: &Session, number: u32) -> Self {
        Self {
            number,
            key: self.key.clone().of_session(Some(session.key.clone())),
            room: if self.own_room { self.room.clone() } else { session.room.clone() },
            window: if self.own_window { self.window.clone() } else { session.window.clone() },
            ..self.clone()
        }
    }

    /// The tenant that the row names for itself.
    #[must_use]
    pub fn own_tenant(&self) -> Option<&Tenant> {
        self.own_claims.as_ref()?.tenant.as_ref()
    }
}
