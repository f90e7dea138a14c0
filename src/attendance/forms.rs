//! The report as rows: for spreadsheets and programs. Pure. The names and the order of the fields are a promise.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};
use serde::{Serialize, Serializer};

use super::report::{Person, Presented, Report, Stranger};
use crate::model::UnixSeconds;

/// Seconds, told as minutes: a whole number, or with one decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Minutes(UnixSeconds);

impl Minutes {
    fn tenths(self) -> UnixSeconds {
        (self.0 + 3).div_euclid(6)
    }
}

impl std::fmt::Display for Minutes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.tenths() / 10, self.tenths() % 10) {
            (whole, 0) => write!(f, "{whole}"),
            (whole, tenth) => write!(f, "{whole}.{tenth}"),
        }
    }
}

impl Serialize for Minutes {
    #[expect(clippy::cast_precision_loss, reason = "no event lasts so long")]
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match (self.tenths() / 10, self.tenths() % 10) {
            (whole, 0) => to.serialize_i64(whole),
            _ => to.serialize_f64(self.tenths() as f64 / 10.0),
        }
    }
}

/// One of the invited.
#[derive(Serialize)]
struct PersonRow<'a> {
    email: &'a str,
    name: &'a str,
    id: &'a str,
    session: Option<&'a str>,
    status: &'static str,
    #[serde(flatten)]
    seen: SeenRow,
    note: &'a str,
}

/// Somebody whom no invitation explains.
#[derive(Serialize)]
struct StrangerRow<'a> {
    email: Option<&'a str>,
    name: Option<&'a str>,
    id: Option<&'a str>,
    room: &'a str,
    #[serde(flatten)]
    seen: SeenRow,
    note: &'a str,
}

#[derive(Serialize)]
struct SeenRow {
    first_joined: Option<String>,
    last_left: Option<String>,
    minutes: Minutes,
    joins: usize,
    devices_at_once: usize,
    overlap_minutes: Minutes,
    breakout_minutes: Minutes,
    left_uncertain: bool,
}

#[derive(Serialize)]
struct SpanRow {
    from: Option<String>,
    to: Option<String>,
    complete: bool,
}

#[derive(Serialize)]
struct Whole<'a> {
    people: Vec<PersonRow<'a>>,
    unexplained: Vec<StrangerRow<'a>>,
    recorders: Vec<StrangerRow<'a>>,
    refusals: &'a BTreeMap<&'static str, u64>,
    span: SpanRow,
}

/// A time in RFC 3339, on the clock of a zone.
#[must_use]
fn rfc3339(at: UnixSeconds, zone: &TimeZone) -> String {
    let Ok(at) = Timestamp::from_second(at) else { return String::new() };
    at.display_with_offset(zone.to_offset(at)).to_string()
}

fn seen_row(seen: &Presented, zone: &TimeZone) -> SeenRow {
    SeenRow {
        first_joined: seen.first_joined.map(|at| rfc3339(at, zone)),
        last_left: seen.last_left.map(|at| rfc3339(at, zone)),
        minutes: Minutes(seen.present),
        joins: seen.joins,
        devices_at_once: seen.at_once,
        overlap_minutes: Minutes(seen.overlap),
        breakout_minutes: Minutes(seen.in_breakouts),
        left_uncertain: seen.uncertain,
    }
}

fn person_row<'a>(person: &'a Person, zone: &TimeZone) -> PersonRow<'a> {
    let invited = &person.invited;
    PersonRow {
        email: &invited.email,
        name: &invited.name,
        id: &invited.id,
        session: invited.session.as_deref(),
        status: person.status.as_str(),
        seen: seen_row(&person.seen, zone),
        note: &person.note,
    }
}

fn stranger_row<'a>(stranger: &'a Stranger, zone: &TimeZone) -> StrangerRow<'a> {
    StrangerRow {
        email: stranger.who.email.as_deref(),
        name: stranger.who.name.as_deref(),
        id: stranger.who.id.as_deref(),
        room: &stranger.room,
        seen: seen_row(&stranger.seen, zone),
        note: &stranger.note,
    }
}

/// The report as JSON, on many lines.
///
/// # Errors
/// None that a report could bring about.
pub fn json(report: &Report, zone: &TimeZone) -> serde_json::Result<String> {
    let time = |at: Option<UnixSeconds>| at.map(|at| rfc3339(at, zone));
    serde_json::to_string_pretty(&Whole {
        people: report.people.iter().map(|person| person_row(person, zone)).collect(),
        unexplained: report.unexplained.iter().map(|one| stranger_row(one, zone)).collect(),
        recorders: report.recorders.iter().map(|one| stranger_row(one, zone)).collect(),
        refusals: &report.refusals,
        span: SpanRow { from: time(report.span.from), to: time(report.span.to), complete: report.span.is_complete() },
    })
}

/// The names of the columns.
pub const COLUMNS: [&str; 14] = [
    "email",
    "name",
    "id",
    "session",
    "status",
    "first_joined",
    "last_left",
    "minutes",
    "joins",
    "devices_at_once",
    "overlap_minutes",
    "breakout_minutes",
    "left_uncertain",
    "note",
];

/// The cells of a row of the invited, in the order of [`COLUMNS`].
#[must_use]
pub fn cells(person: &Person, zone: &TimeZone) -> [String; 14] {
    let row = person_row(person, zone);
    let seen = row.seen;
    [
        row.email.to_owned(),
        row.name.to_owned(),
        row.id.to_owned(),
        row.session.unwrap_or_default().to_owned(),
        row.status.to_owned(),
        seen.first_joined.unwrap_or_default(),
        seen.last_left.unwrap_or_default(),
        seen.minutes.to_string(),
        seen.joins.to_string(),
        seen.devices_at_once.to_string(),
        seen.overlap_minutes.to_string(),
        seen.breakout_minutes.to_string(),
        seen.left_uncertain.to_string(),
        row.note.to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_are_whole_where_they_can_be() {
        let told = |seconds| (Minutes(seconds).to_string(), serde_json::to_string(&Minutes(seconds)).unwrap());
        assert_eq!(told(720), ("12".into(), "12".into()));
        assert_eq!(told(0), ("0".into(), "0".into()));
        assert_eq!(told(2), ("0".into(), "0".into()));
        assert_eq!(told(11), ("0.2".into(), "0.2".into()));
        assert_eq!(told(93), ("1.6".into(), "1.6".into()));
    }

    #[test]
    fn times_are_told_on_the_events_clock() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        assert_eq!(rfc3339(1_795_504_725, &berlin), "2026-11-24T08:18:45+01:00");
    }
}
