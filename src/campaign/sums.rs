//! What a file's sound rows come to: telling samples, and how many of each kind. Pure.

use std::collections::BTreeMap;

use crate::model::Attendee;

/// Telling rows.
#[derive(Debug, Default)]
pub struct Samples {
    /// The first plain attendee.
    pub plain: Option<Attendee>,
    /// The first moderator.
    pub moderator: Option<Attendee>,
    /// The first with a language or zone of their own.
    pub unusual: Option<Attendee>,
}

impl Samples {
    /// The first row there is.
    #[must_use]
    pub fn first(&self) -> Option<&Attendee> {
        self.all().min_by_key(|attendee| attendee.number)
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Attendee> {
        [&self.plain, &self.moderator, &self.unusual].into_iter().flatten()
    }

    pub(super) fn offer(&mut self, attendee: &Attendee, event_language: &str) {
        let foreign = attendee.timezone.is_some()
            || attendee.language.as_ref().is_some_and(|language| language.as_str() != event_language);
        let place = match (attendee.moderator, foreign) {
            (true, _) => &mut self.moderator,
            (false, true) => &mut self.unusual,
            (false, false) => &mut self.plain,
        };
        if place.is_none() {
            *place = Some(attendee.clone());
        }
    }
}

/// How many sound rows are what.
#[derive(Debug, Default, Clone)]
pub struct Counts {
    /// Invitations of sound rows, duplicates left out.
    pub sound: u32,
    /// Moderators.
    pub moderators: u32,
    /// Rows by session, where the event has some.
    pub sessions: BTreeMap<String, u32>,
    /// Rows by language, where they name one.
    pub languages: BTreeMap<String, u32>,
    /// Rows by zone, where they name one.
    pub zones: BTreeMap<String, u32>,
    /// Rows by room of their own.
    pub rooms: BTreeMap<String, u32>,
    /// Rows with times of their own.
    pub own_windows: u32,
}

impl Counts {
    /// Takes an invitation; `is_first` says that it is the person's first, by whom languages and the like are counted.
    pub(super) fn add(&mut self, attendee: &Attendee, is_first: bool) {
        self.sound += 1;
        self.moderators += u32::from(attendee.moderator);
        self.own_windows += u32::from(attendee.own_window);
        if let Some(session) = attendee.key.session() {
            count(&mut self.sessions, session.as_str());
        }
        if !is_first {
            return;
        }
        if let Some(language) = &attendee.language {
            count(&mut self.languages, language.as_str());
        }
        if let Some(zone) = attendee.timezone.as_ref().and_then(|zone| zone.iana_name()) {
            count(&mut self.zones, zone);
        }
        if attendee.own_room {
            count(&mut self.rooms, attendee.room.as_str());
        }
    }
}

fn count(counts: &mut BTreeMap<String, u32>, key: &str) {
    match counts.get_mut(key) {
        Some(count) => *count += 1,
        None => {
            counts.insert(key.to_owned(), 1);
        }
    }
}
