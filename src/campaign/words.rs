//! Times and counts in the organiser's words. Pure.

use jiff::{Timestamp, tz::TimeZone};

use crate::model::{Session, Window};

/// `Sat 5 Dec 2026 14:00`.
#[must_use]
pub fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%a %-d %b %Y %H:%M").to_string()
}

/// `Sat 5 Dec 2026 14:00 (Europe/Berlin)`.
#[must_use]
pub fn moment_in_zone(at: Timestamp, zone: &TimeZone) -> String {
    format!("{} ({})", moment(at, zone), zone.iana_name().unwrap_or("local time"))
}

/// `Sat 5 Dec 2026 13:30 to 19:00`, with the second date where it is another day.
#[must_use]
pub fn span(from: Timestamp, to: Timestamp, zone: &TimeZone) -> String {
    between(from, to, zone, None)
}

/// `Sat 5 Dec 2026 13:30 to 19:00 (Europe/Berlin), 12:30 to 18:00 UTC`; a date wherever it is another.
#[must_use]
pub fn works(window: &Window) -> String {
    let (opens, closes, zone) = (window.opens(), window.closes(), window.zone());
    let local = span(opens, closes, zone);
    if zone == &TimeZone::UTC {
        return format!("{local} UTC");
    }
    let universal = between(opens, closes, &TimeZone::UTC, Some(zone));
    format!("{local} ({}), {universal} UTC", zone.iana_name().unwrap_or("local time"))
}

/// `morning: "First steps", Sat 5 Dec 2026 09:00 to 12:00, room rust-morning; links work 08:30 to 14:00`.
#[must_use]
pub fn session(session: &Session) -> String {
    let (Session { key, title, room, window }, zone) = (session, session.window.zone());
    let links = between(window.opens(), window.closes(), zone, Some(zone));
    let when = span(window.starts(), window.ends(), zone);
    format!("{key}: \"{title}\", {when}, room {room}; links work {links}")
}

/// From one time to another; the date is left out where `told` has said it already.
fn between(from: Timestamp, to: Timestamp, zone: &TimeZone, told: Option<&TimeZone>) -> String {
    let (start, end) = (from.to_zoned_datetime(zone.clone()), to.to_zoned_datetime(zone.clone()));
    let same = |at: Timestamp| {
        told.is_some_and(|told| at.to_zoned_datetime(told.clone()).date() == at.to_zoned_datetime(zone.clone()).date())
    };
    let one_day = start.date() == end.date();
    let all_told = same(from) && same(to);
    let full = "%a %-d %b %Y %H:%M";
    let first = start.strftime(if all_told { "%H:%M" } else { full });
    let last = end.strftime(if one_day || all_told { "%H:%M" } else { full });
    format!("{first} to {last}")
}

/// `1 person`, `120 people`.
#[must_use]
pub fn people(count: u64) -> String {
    counted(count, "person", "people")
}

/// `1 row`, `2 rows`.
#[must_use]
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", super::grouped(count), if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn window(starts: &str, ends: &str, zone: &str) -> Window {
        let zone = TimeZone::get(zone).unwrap();
        let (before, after) = (SignedDuration::from_mins(30), SignedDuration::from_hours(2));
        Window::new(starts.parse().unwrap(), ends.parse().unwrap(), before, after, zone).unwrap()
    }

    #[test]
    fn a_window_is_told_with_each_date_once() {
        for (starts, ends, zone, told) in [
            (
                "2026-12-05T13:00:00Z",
                "2026-12-05T16:00:00Z",
                "Europe/Berlin",
                "Sat 5 Dec 2026 13:30 to 19:00 (Europe/Berlin), 12:30 to 18:00 UTC",
            ),
            ("2026-12-05T13:00:00Z", "2026-12-05T16:00:00Z", "UTC", "Sat 5 Dec 2026 12:30 to 18:00 UTC"),
            (
                "2026-12-05T13:00:00Z",
                "2026-12-06T13:00:00Z",
                "Europe/Berlin",
                "Sat 5 Dec 2026 13:30 to Sun 6 Dec 2026 16:00 (Europe/Berlin), 12:30 to 15:00 UTC",
            ),
            (
                "2026-12-05T20:00:00Z",
                "2026-12-05T21:00:00Z",
                "Asia/Tokyo",
                "Sun 6 Dec 2026 04:30 to 08:00 (Asia/Tokyo), Sat 5 Dec 2026 19:30 to 23:00 UTC",
            ),
        ] {
            assert_eq!(works(&window(starts, ends, zone)), told);
        }
    }
}
