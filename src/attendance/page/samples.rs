//! People for the tests of the page.

use std::collections::BTreeMap;

use super::super::{Bar, Hours, Invited, Person, Presented, Report, Span, Status, Stretch};
use crate::model::UnixSeconds;

/// What is seen of somebody who was there so.
pub(super) fn seen(times: &[(UnixSeconds, UnixSeconds)]) -> Presented {
    let stretch = |&(from, to): &(UnixSeconds, UnixSeconds)| Stretch { from, to };
    let bars = times.iter().map(|time| Bar { time: stretch(time), breakout: false, uncertain: false });
    Presented {
        first_joined: times.first().map(|time| time.0),
        last_left: times.last().map(|time| time.1),
        present: times.iter().map(|(from, to)| to - from).sum(),
        joins: times.len(),
        at_once: 1,
        bars: bars.collect(),
        ..Presented::default()
    }
}

/// One of the invited, who came where there are times, and did not where there are none.
pub(super) fn came(name: &str, hours: Hours, times: &[(UnixSeconds, UnixSeconds)]) -> Person {
    Person {
        invited: Invited {
            email: format!("{}@example.org", name.to_lowercase()),
            name: name.to_owned(),
            id: name.to_owned(),
            session: None,
            room: "r".to_owned(),
            hours,
            mailed: true,
            called_off: false,
            in_file: true,
            links: Vec::new(),
        },
        status: if times.is_empty() { Status::Absent } else { Status::Came },
        seen: if times.is_empty() { Presented::default() } else { seen(times) },
        note: String::new(),
        superseded: false,
    }
}

/// A report of nobody.
pub(super) fn empty() -> Report {
    Report {
        inside: 0,
        people: Vec::new(),
        unexplained: Vec::new(),
        recorders: Vec::new(),
        refusals: BTreeMap::new(),
        span: Span::default(),
        so_far: false,
    }
}
