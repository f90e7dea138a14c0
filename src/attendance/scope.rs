//! What belongs to an event: which rooms, and from when to when. Pure.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use crate::model::{RoomAddress, UnixSeconds};

/// Clocks and people are late: so many seconds before opening and after closing still belong to the event.
pub const MARGIN: UnixSeconds = 30 * 60;

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
}

impl Scope {
    /// The scope of an event on a server's `host`, told in `zone`; without rooms yet.
    #[must_use]
    pub fn new(tenant: Option<&str>, host: &str, zone: TimeZone) -> Self {
        let tenants = BTreeSet::from([tenant.map(str::to_ascii_lowercase)]);
        Self { tenants, host: host.to_ascii_lowercase(), zone, rooms: BTreeMap::new() }
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

    /// The zone in which the organiser speaks of it.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Whether a room is one of them; on which server it is, it does not tell.
    #[must_use]
    pub fn has_room(&self, room: &RoomAddress) -> bool {
        self.tenants.contains(&room.tenant) && self.rooms.contains_key(&room.name)
    }

    /// Whether a room has the name of one of them, and another tenant.
    #[must_use]
    pub fn has_namesake(&self, room: &RoomAddress) -> bool {
        !self.tenants.contains(&room.tenant) && self.rooms.contains_key(&room.name)
    }

    /// Whether a room is on the event's own server, as far as its domain tells: in containers it has another name.
    #[must_use]
    pub fn is_at_home(&self, room: &RoomAddress) -> bool {
        room.host() == self.host
    }

    /// Whether a stretch of time touches the hours of a room, margins included.
    #[must_use]
    pub fn touches(&self, room: &str, from: UnixSeconds, to: UnixSeconds) -> bool {
        let hours = self.rooms.get(room).into_iter().flatten();
        hours.into_iter().any(|hours| from <= hours.closes + MARGIN && to >= hours.opens - MARGIN)
    }

    /// Whether somebody who was refused meant this event.
    #[must_use]
    pub fn may_have_meant(&self, room: &str, at: UnixSeconds, is_early: bool) -> bool {
        let before = if is_early { EARLY } else { MARGIN };
        let hours = self.rooms.get(room).into_iter().flatten();
        hours.into_iter().any(|hours| at <= hours.closes + MARGIN && at >= hours.opens - before)
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
        let (known, _) = self.rooms.get_key_value(name)?;
        self.tenants.contains(&tenant).then_some(known)
    }

    /// The rooms' names.
    pub fn rooms(&self) -> impl Iterator<Item = &str> {
        self.rooms.keys().map(String::as_str)
    }
}
