//! What the settings say of the attendee file, as plain values.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use jiff::SignedDuration;

use super::{Encoding, SheetChoice};
use crate::model::{Room, Session, Window};

/// A column that means something to Roomkey itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The address; required.
    Email,
    /// The whole name; required unless first and last name are there.
    Name,
    /// The first name.
    FirstName,
    /// The last name.
    LastName,
    /// What identifies the person, whatever else changes.
    Id,
    /// Whether the token asks for a moderator's rights.
    Moderator,
    /// The row's own room.
    Room,
    /// Which of the event's sessions it is for, where it has some.
    Session,
    /// The row's own start, in the event's zone.
    Starts,
    /// The row's own end, in the event's zone.
    Ends,
    /// The zone in which this person is told the time.
    Timezone,
    /// The language of this person's mail.
    Language,
    /// What the token calls its holder.
    Affiliation,
    /// The address of the picture by which the room shows them.
    Avatar,
    /// The group they belong to.
    Group,
    /// What the token allows.
    Features,
    /// The token's `sub`.
    Subject,
    /// The token's `aud`.
    Audience,
    /// The tenant that the link leads to.
    Tenant,
}

impl Field {
    /// Every field, in the order in which they are shown.
    pub const ALL: [Self; 19] = [
        Self::Email,
        Self::Name,
        Self::FirstName,
        Self::LastName,
        Self::Id,
        Self::Moderator,
        Self::Room,
        Self::Session,
        Self::Starts,
        Self::Ends,
        Self::Timezone,
        Self::Language,
        Self::Affiliation,
        Self::Avatar,
        Self::Group,
        Self::Features,
        Self::Subject,
        Self::Audience,
        Self::Tenant,
    ];

    /// What a row may say of its own token: only where `[attendees.columns]` names the column, so that no file
    /// changes its meaning with a new version.
    pub const OF_TOKEN: [Self; 7] =
        [Self::Affiliation, Self::Avatar, Self::Group, Self::Features, Self::Subject, Self::Audience, Self::Tenant];

    /// The field's name in `[attendees.columns]`, which is also its usual header, where it has one.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Name => "name",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Id => "id",
            Self::Moderator => "moderator",
            Self::Room => "room",
            Self::Session => "session",
            Self::Starts => "starts",
            Self::Ends => "ends",
            Self::Timezone => "timezone",
            Self::Language => "language",
            Self::Affiliation => "affiliation",
            Self::Avatar => "avatar",
            Self::Group => "group",
            Self::Features => "features",
            Self::Subject => "subject",
            Self::Audience => "audience",
            Self::Tenant => "tenant",
        }
    }

    /// The field of a setting's name.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.key() == key)
    }

    /// Whether a header of the field's name is enough to mean it.
    #[must_use]
    pub fn has_usual_header(self) -> bool {
        !Self::OF_TOKEN.contains(&self)
    }

    /// Whether the header is matched without case: a ticket shop's `Room` or `ID` must not become
    /// a Jitsi room or a key, but its `Email` is the address.
    #[must_use]
    pub fn ignores_case(self) -> bool {
        matches!(self, Self::Email | Self::Name | Self::FirstName | Self::LastName)
    }
}

/// What `[attendees.columns]` says of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnChoice {
    /// The column under this header.
    Header(String),
    /// The column at this position, from 1.
    Position(u32),
    /// No column, whatever the headers say.
    Ignore,
}

/// The choices made in `[attendees.columns]`.
pub type ColumnChoices = BTreeMap<Field, ColumnChoice>;

/// What becomes of a row without a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EmptyName {
    /// It is a problem.
    #[default]
    Refuse,
    /// The address is shown instead.
    UseAddress,
}

/// A file of attendees.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// The file; absolute.
    pub path: PathBuf,
    /// What messages call it.
    pub shown_as: Arc<str>,
    /// The folder that a relative path of it starts from, in words: `event.toml's folder`.
    pub relative_to: Arc<str>,
}

/// Everything from the settings that decides how attendee files are read.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The files, in the order in which they are read; at least one.
    pub files: Vec<SourceFile>,
    /// What messages call them together.
    pub shown_as: Arc<str>,
    /// How they are encoded, where that is said.
    pub encoding: Option<Encoding>,
    /// What stands between values, where that is said.
    pub delimiter: Option<u8>,
    /// What stands around values, where that is said; nothing, where quotes are letters like any other.
    pub quote: Option<Option<u8>>,
    /// Which sheet of a workbook, where that is said.
    pub sheet: Option<SheetChoice>,
    /// How many lines stand above the columns' names, where that is said.
    pub skip_lines: Option<u32>,
    /// Rows that are taken alone: by column, one of these values.
    pub only: Vec<(String, Vec<String>)>,
    /// Rows that are left out: by column, one of these values.
    pub except: Vec<(String, Vec<String>)>,
    /// Whether rows are taken that their exporter marks as cancelled, refunded or denied.
    pub with_cancelled: bool,
    /// The columns chosen by the organiser.
    pub choices: ColumnChoices,
    /// What becomes of a row without a name.
    pub empty_name: EmptyName,
    /// Whether several people may share an address.
    pub shared_addresses: bool,
    /// Whether several addresses in one cell are an invitation each.
    pub split_addresses: bool,
    /// Whether rows that do not say are moderators'.
    pub moderator: bool,
    /// The room of rows that name none.
    pub room: Room,
    /// The window of rows without times of their own; its zone is the one rows' times are read in.
    pub window: Window,
    /// The event's sessions; none where it has none, and then no column says which.
    pub sessions: Vec<Session>,
    /// How long before a row's own start its link works.
    pub opens_before: SignedDuration,
    /// How long after a row's own end its link works.
    pub closes_after: SignedDuration,
}

#[cfg(test)]
impl Rules {
    /// Rules for tests: an event in Berlin, nothing chosen.
    pub(super) fn for_tests() -> Self {
        let zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
        let at = |text| crate::model::parse_local_time(text, &zone).unwrap();
        let (before, after) = (SignedDuration::from_mins(30), SignedDuration::from_hours(2));
        let (starts, ends) = (at("2026-12-05T14:00"), at("2026-12-05T17:00"));
        Self {
            files: vec![SourceFile {
                path: PathBuf::from("/nowhere/attendees.csv"),
                shown_as: "attendees.csv".into(),
                relative_to: "event.toml's folder".into(),
            }],
            shown_as: "attendees.csv".into(),
            encoding: None,
            delimiter: None,
            quote: None,
            sheet: None,
            skip_lines: None,
            only: Vec::new(),
            except: Vec::new(),
            with_cancelled: false,
            choices: ColumnChoices::new(),
            empty_name: EmptyName::Refuse,
            shared_addresses: false,
            split_addresses: false,
            moderator: false,
            room: Room::parse("rust-workshop").unwrap(),
            window: Window::new(starts, ends, before, after, zone.clone()).unwrap(),
            sessions: Vec::new(),
            opens_before: before,
            closes_after: after,
        }
    }

    /// The same event with two sessions, `morning` ("First steps, and a coffee") and `evening`.
    pub(super) fn with_sessions() -> Self {
        let rules = Self::for_tests();
        let at = |text| crate::model::parse_local_time(text, rules.window.zone()).unwrap();
        let session = |key: &str, title: &str, starts, ends| Session {
            key: crate::model::SessionKey::parse(key).unwrap(),
            title: title.to_owned(),
            room: Room::parse(&format!("room-{key}")).unwrap(),
            window: Window::new(
                at(starts),
                at(ends),
                rules.opens_before,
                rules.closes_after,
                rules.window.zone().clone(),
            )
            .unwrap(),
        };
        let sessions = vec![
            session("morning", "First steps, and a coffee", "2026-12-05T09:00", "2026-12-05T12:00"),
            session("evening", "Evening", "2026-12-05T18:00", "2026-12-05T20:00"),
        ];
        Self { sessions, ..rules }
    }
}
