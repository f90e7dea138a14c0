//! What the sources cover, in the organiser's words. Pure.

use jiff::{Timestamp, tz::TimeZone};

use super::span::Gap;
use crate::model::UnixSeconds;

/// `Sat 5 Dec 2026 14:00`.
#[must_use]
pub fn moment(at: UnixSeconds, zone: &TimeZone) -> String {
    let Ok(at) = Timestamp::from_second(at) else { return at.to_string() };
    at.to_zoned_datetime(zone.clone()).strftime("%a %-d %b %Y %H:%M").to_string()
}

/// Why somebody who was not seen may have been there, and what would tell.
#[must_use]
pub fn words(gap: &Gap, zone: &TimeZone) -> String {
    match gap {
        Gap::Nothing => "nothing was read yet that tells of this time".to_owned(),
        Gap::BeginsLate(at) => {
            format!("what was read begins at {}, after links began to work; read the older log too", moment(*at, zone))
        }
        Gap::EndsEarly(at) => {
            format!("what was read ends at {}, before the end of the event; read the newer log too", moment(*at, zone))
        }
        Gap::Hole(from, to) => format!(
            "nothing tells of the time from {} to {}; read the log of that time too",
            moment(*from, zone),
            moment(*to, zone)
        ),
        Gap::Stopped(at) => {
            format!("the server was stopped at {}: who came in that moment may be missing", moment(*at, zone))
        }
        Gap::NoSuchRoom(room) => format!("what was read tells nothing of the room {room} in its hours"),
    }
}
