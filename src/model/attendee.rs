//! One registrant, and what makes them the same person tomorrow.

use std::{fmt, sync::Arc};

use jiff::tz::TimeZone;

use super::{Address, Language, OwnClaims, Room, Tenant, Window};

/// Where a row stands: a source (file, or file and sheet) and its physical line, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Locator {
    /// The file as the organiser named it; with a sheet, `people.xlsx[Sheet1]`.
    pub source: Arc<str>,
    /// The physical line on which the record starts, from 1.
    pub line: u64,
}

impl fmt::Display for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.source, self.line)
    }
}

/// The header line of a file: names in file order, outer blanks taken off.
#[derive(Debug, PartialEq, Eq, Default)]
pub struct Headers(pub Vec<String>);

/// What identifies a person among an event's attendees.
///
/// Made from the row's `id` where the file has one, else from the address, with the name where
/// addresses are shared. The text form is what the ledger keeps and what user ids derive from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttendeeKey(String);

impl AttendeeKey {
    /// The key of a person with an id of their own.
    #[must_use]
    pub fn from_id(id: &str) -> Self {
        Self(format!("id:{id}"))
    }

    /// The key of a person known by their address alone.
    #[must_use]
    pub fn from_address(address: &Address) -> Self {
        Self(format!("address:{}", address.folded()))
    }

    /// The key of a person who shares an address with others.
    #[must_use]
    pub fn from_address_and_name(address: &Address, name: &str) -> Self {
        Self(format!("address:{}\u{1f}{name}", address.folded()))
    }

    /// Takes the text form back, as the ledger kept it.
    #[must_use]
    pub fn from_ledger(text: String) -> Self {
        Self(text)
    }

    /// The text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id, where the key was made from one.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.0.strip_prefix("id:")
    }
}

/// The ledger's integer for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonId(pub i64);

/// One registrant: a row of the attendee file that is sound.
#[derive(Debug, Clone)]
pub struct Attendee {
    /// Where the row stands.
    pub locator: Locator,
    /// The row's number among the data rows, from 1; numbers previews.
    pub number: u32,
    /// Who this is.
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
    /// The room: the row's own, else the event's.
    pub room: Room,
    /// Whether the room is the row's own.
    pub own_room: bool,
    /// The window: the row's own times, else the event's, with the event's margins.
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
    /// The tenant that the row names for itself.
    #[must_use]
    pub fn own_tenant(&self) -> Option<&Tenant> {
        self.own_claims.as_ref()?.tenant.as_ref()
    }
}
