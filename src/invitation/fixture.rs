//! One event and one attendee for this module's tests.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::model::{
    Address, Attendee, AttendeeKey, Event, EventId, Headers, JoinLink, Language, Locator, Mailbox, Room, Window,
    parse_local_time,
};

pub(super) fn lang(tag: &str) -> Language {
    Language::parse(tag).unwrap()
}

pub(super) fn window() -> Window {
    window_of("2026-12-05T14:00", "2026-12-05T17:00")
}

pub(super) fn window_of(starts: &str, ends: &str) -> Window {
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let at = |text| parse_local_time(text, &berlin).unwrap();
    let (starts, ends) = (at(starts), at(ends));
    Window::new(starts, ends, SignedDuration::from_mins(30), SignedDuration::from_hours(2), berlin.clone()).unwrap()
}

/// Nine days before the window.
pub(super) fn now() -> Timestamp {
    "2026-11-26T09:00:00Z".parse().unwrap()
}

pub(super) fn event() -> Event {
    Event {
        id: EventId::parse("rust-workshop").unwrap(),
        title: "Rust for Everyone".into(),
        description: "Bring a laptop.\nCoffee is on us.".into(),
        room: Room::parse("rust-workshop").unwrap(),
        window: window(),
        language: lang("en"),
        organizer: Mailbox::parse("Grace Hopper <grace@example.org>").unwrap(),
        sessions: Vec::new(),
    }
}

pub(super) fn ada() -> Attendee {
    let email = Address::parse("ada@example.org").unwrap();
    Attendee {
        locator: Locator { source: Arc::from("attendees.csv"), line: 2 },
        number: 1,
        key: AttendeeKey::from_address(&email),
        email,
        name: "Ada Lovelace".into(),
        first_name: "Ada".into(),
        last_name: "Lovelace".into(),
        moderator: false,
        room: Room::parse("rust-workshop").unwrap(),
        own_room: false,
        window: window(),
        own_window: false,
        own_claims: None,
        timezone: None,
        language: None,
        headers: Arc::new(Headers(vec!["email".into(), "name".into(), "Company \"name\"".into()])),
        cells: vec!["ada@example.org".into(), "Ada Lovelace".into(), "Analytical & Sons".into()],
    }
}

/// As long as a real one, and with an `&`, which HTML has to escape.
pub(super) fn link() -> JoinLink {
    JoinLink::new(format!("https://meet.example.org/rust-workshop?lang=en&jwt=eyJhbGciOi.{}.s-_g", "Ab1_-".repeat(120)))
}
