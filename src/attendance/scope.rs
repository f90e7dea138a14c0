//! What belongs to an event: which rooms, and from when to when. Pure.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use crate::model::{RoomAddress, UnixSeconds};

/// Clocks and people are late: so many seconds before opening and after closing still belong to the event.
pub(super) const MARGIN: UnixSeconds = 30 * 60;

/// Whoever is refused for being early belongs to the event if it opens within a day.
const EARLY: UnixSeconds = 24 * 3600;

/// When links to a room work, and when it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hours {
    /// The first second in which links work.
    pub opens: UnixSeconds,
    /// When the event starts.
    pub starts: UnixSeconds,
    /// When the event ends.
    pub ends: UnixSeconds,
    /// The first second in which links work no more.
    pub closes: UnixSeconds,
}

/// The rooms of an event, each with its hours.
#[derive(Debug, Clone)]
pub struct Scope {
    tenants: BTreeSet<Option<String>>,
    host: String,
    zone: TimeZone,
    rooms: BTreeMap<String, Vec<Hours>>,
    /// From when to when links worked that later mails replaced, by their room.
    replaced: BTreeMap<String, BTreeSet<(UnixSeconds, UnixSeconds)>>,
}

impl Scope {
    /// The scope of an event on a server's `host`, told in `zone`; without rooms yet.
    #[must_use]
    pub fn new(tenant: Option<&str>, host: &str, zone: TimeZone) -> Self {
        let tenants = BTreeSet::from([tenant.map(str::to_ascii_lowercase)]);
        Self { tenants, host: host.to_ascii_lowercase(), zone, rooms: BTreeMap::new(), replaced: BTreeMap::new() }
    }

    /// Adds a tenant that some people's links lead to.
    pub fn add_tenant(&mut self, tenant: &str) {
        self.tenants.insert(Some(tenant.to_ascii_lowercase()));
    }

    /// Adds a room; the same one may have several hours.
    pub fn add(&mut self, room: &str, hours: Hours) {
        let of_room = self.rooms.entry(room.to_ascii_lowercase()).or_default();
        if !of_room.contains(&hours) {
            of_room.push(hours);
        }
    }

    /// Adds where and when links work that were mailed, be they replaced since; those of another time, before the event
    /// was moved, are none of it. After all hours.
    pub fn add_link(&mut self, room: &str, opens: UnixSeconds, closes: UnixSeconds) {
        if !self.hours().any(|hours| opens <= hours.closes && closes >= hours.opens) {
            return;
        }
        let room = room.to_ascii_lowercase();
        let is_known = |hours: &Hours| (hours.opens, hours.closes) == (opens, closes);
        if !self.rooms.get(&room).is_some_and(|known| known.iter().any(is_known)) {
            self.replaced.entry(room).or_default().insert((opens, closes));
        }
    }

    /// Whether a domain is the event's own server.
    #[must_use]
    pub fn is_host(&self, domain: &str) -> bool {
        domain == self.host
    }

    /// From when to when links to a room work, or worked.
    fn links(&self, room: &str) -> impl Iterator<Item = (UnixSeconds, UnixSeconds)> {
        let hours = self.rooms.get(room).into_iter().flatten().map(|hours| (hours.opens, hours.closes));
        hours.chain(self.replaced.get(room).into_iter().flatten().copied())
    }

    /// The zone in which the organiser speaks of it.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Whether a room is one of them; on which server it is, it does not tell.
    #[must_use]
    pub fn has_room(&self, room: &RoomAddress) -> bool {
        self.tenants.contains(&room.tenant) && self.is_named(&room.name)
    }

    /// Whether a room has the name of one of them, and another tenant.
    #[must_use]
    pub fn has_namesake(&self, room: &RoomAddress) -> bool {
        !self.tenants.contains(&room.tenant) && self.is_named(&room.name)
    }

    fn is_named(&self, room: &str) -> bool {
        self.rooms.contains_key(room) || self.replaced.contains_key(room)
    }

    /// Whether a room is on the event's own server, as far as its domain tells, or on one of its servers for visitors
    /// (`v1.meet.example.org`); in containers it has another name.
    #[must_use]
    pub fn is_at_home(&self, room: &RoomAddress) -> bool {
        let visitors = room.host().split_once('.').filter(|(label, _)| {
            label
                .strip_prefix('v')
                .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
        });
        room.host() == self.host || visitors.is_some_and(|(_, host)| host == self.host)
    }

    /// Whether a stretch of time touches the hours of a room, margins included.
    #[must_use]
    pub fn touches(&self, room: &str, from: UnixSeconds, to: UnixSeconds) -> bool {
        self.links(room).any(|(opens, closes)| from <= closes + MARGIN && to >= opens - MARGIN)
    }

    /// Whether a moment lies between the first opening and the last closing, margins included.
    #[must_use]
    pub(super) fn spans(&self, at: UnixSeconds) -> bool {
        self.whole().is_some_and(|whole| (whole.opens - MARGIN..=whole.closes + MARGIN).contains(&at))
    }

    /// Whether somebody who was refused meant this event.
    #[must_use]
    pub fn may_have_meant(&self, room: &str, at: UnixSeconds, is_early: bool) -> bool {
        let before = if is_early { EARLY } else { MARGIN };
        self.links(room).any(|(opens, closes)| at <= closes + MARGIN && at >= opens - before)
    }

    /// All hours.
    pub fn hours(&self) -> impl Iterator<Item = &Hours> {
        self.rooms.values().flatten()
    }

    /// From the first opening to the last closing.
    #[must_use]
    pub fn whole(&self) -> Option<Hours> {
        let first = *self.hours().next()?;
        Some(self.hours().fold(first, |whole, hours| Hours {
            opens: whole.opens.min(hours.opens),
            starts: whole.starts.min(hours.starts),
            ends: whole.ends.max(hours.ends),
            closes: whole.closes.max(hours.closes),
        }))
    }

    /// The name of the room that refusals spell with its tenant in brackets; `None` where it is none of the event's.
    #[must_use]
    pub fn room_spelt(&self, spelt: &str) -> Option<&str> {
        let (tenant, name) = match spelt.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((tenant, name)) => (Some(tenant.to_owned()), name),
            None => (None, spelt),
        };
        let known = self.rooms.get_key_value(name).map(|(known, _)| known);
        let known = known.or_else(|| self.replaced.get_key_value(name).map(|(known, _)| known))?;
        self.tenants.contains(&tenant).then_some(known)
    }

    /// The rooms' names.
    pub fn rooms(&self) -> impl Iterator<Item = &str> {
        self.rooms.keys().map(String::as_str)
    }
}
