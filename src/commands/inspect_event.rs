//! The event that a token is compared with: all of it, or as much as can be had.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use super::{
    Desk,
    opened::{Opened, SecretNeed, load_settings, rules},
};
use crate::{
    attendees::{AttendeeFile, Field, FileProblem, Rules, Unsound},
    jitsi::{Explanation, ServerAddress},
    model::Event,
    settings::Settings,
};

/// So many of the event's rooms are named.
const NAMED: usize = 5;

/// What is at hand of the event.
pub(super) enum AtHand {
    /// All of it.
    Whole(Box<Opened>),
    /// What event.toml says, without what signs.
    Settings(Box<Settings>),
    /// Nothing.
    Nothing,
}

impl AtHand {
    /// Opens the event as far as that goes; what does not is said in one line.
    pub(super) fn open(desk: &Desk<'_>, has_key: bool) -> Self {
        let shown = desk.cli.event.display();
        let unchecked = if has_key { "" } else { "the signature is not checked, " };
        if !desk.cli.event.exists() {
            desk.console.say(&format!("There is no {shown} here: {unchecked}times are in UTC."));
            return Self::Nothing;
        }
        let failure = match Opened::open(desk, SecretNeed::Required) {
            Ok(opened) => return Self::Whole(Box::new(opened)),
            Err(failure) => failure,
        };
        let first = failure.problems.first().map_or("", |told| told.what.as_str());
        let (compared, at_hand) = match load_settings(desk) {
            Ok(settings) => ("room and server alone are compared", Self::Settings(Box::new(settings))),
            Err(_) => ("times are in UTC", Self::Nothing),
        };
        desk.console.say(&format!("{shown} cannot be used ({first}): {unchecked}{compared}."));
        at_hand
    }

    /// The zone in which times are told.
    pub(super) fn zone(&self) -> TimeZone {
        let window = match self {
            Self::Whole(opened) => &opened.press.event.window,
            Self::Settings(settings) => &settings.event.window,
            Self::Nothing => return TimeZone::UTC,
        };
        window.zone().clone()
    }

    /// The event, where everything is at hand.
    pub(super) fn whole(&self) -> Option<&Opened> {
        if let Self::Whole(opened) = self { Some(opened) } else { None }
    }

    /// Says where token and link are for another room than the event's, or for another server.
    pub(super) fn compare(&self, explanation: &mut Explanation) {
        let (event, rules) = match self {
            Self::Nothing => return,
            // The server was compared with all the rest.
            Self::Whole(opened) => (&opened.press.event, opened.rules.clone()),
            Self::Settings(settings) => {
                if let Ok(server) = ServerAddress::parse(&settings.jitsi.url) {
                    explanation.compare_address(&server);
                }
                (&settings.event, rules(settings, None))
            }
        };
        let ours = rooms_of(event);
        let mut others = explanation.rooms();
        others.retain(|room| !ours.contains(&room.to_ascii_lowercase()));
        if others.is_empty() {
            return;
        }
        match rooms_of_rows(&rules) {
            Ok(of_rows) => {
                others.retain(|room| !of_rows.contains(&room.to_ascii_lowercase()));
                let words = in_words(&ours, of_rows.difference(&ours).count());
                for room in &others {
                    explanation.is_for_another_room(room, &words);
                }
            }
            Err(problem) => {
                let words = in_words(&ours, 0);
                let why = problem.to_string().lines().next().unwrap_or_default().to_owned();
                for room in &others {
                    explanation.is_for_an_unknown_room(room, &words, &why);
                }
            }
        }
    }
}

fn rooms_of(event: &Event) -> BTreeSet<String> {
    let rooms = std::iter::once(&event.room).chain(event.sessions.iter().map(|session| &session.room));
    rooms.map(|room| room.as_str().to_ascii_lowercase()).collect()
}

/// The rooms of the file's sound rows; none where it has no column for them.
fn rooms_of_rows(rules: &Rules) -> Result<BTreeSet<String>, FileProblem> {
    let file = AttendeeFile::open(rules)?;
    if file.columns().all(|columns| columns.get(Field::Room).is_none()) {
        return Ok(BTreeSet::new());
    }
    let mut rooms = BTreeSet::new();
    for row in file {
        match row {
            Ok(attendee) => {
                rooms.insert(attendee.room.as_str().to_ascii_lowercase());
            }
            Err(Unsound::Row(_) | Unsound::LeftOut(_)) => {}
            Err(Unsound::File(FileProblem::NoRows { .. })) => break,
            Err(Unsound::File(problem)) => return Err(problem),
        }
    }
    Ok(rooms)
}

/// The event's rooms as a sentence, and how many more its rows name.
fn in_words(rooms: &BTreeSet<String>, of_rows: usize) -> String {
    let named: Vec<String> = rooms.iter().take(NAMED).map(|room| format!("`{room}`")).collect();
    let more = match rooms.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let of_rows = match of_rows {
        0 => String::new(),
        1 => ", and a row names another one".to_owned(),
        count => format!(", and rows name {count} others"),
    };
    let is = if rooms.len() == 1 { "room is" } else { "rooms are" };
    format!("the event's {is} {}{more}{of_rows}", named.join(", "))
}
