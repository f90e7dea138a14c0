//! Everybody as the page's script has them: a line of JSON a person. Pure.
//!
//! Foreign text has its control characters made visible here; that it is text and no markup is the script's part.

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use super::{
    super::{
        person::minutes,
        report::{Person, Presented, Report, Status, Stranger},
    },
    blocks::{Block, nearest},
    curve::Curve,
    draw::ticks,
};
use crate::model::{UnixSeconds, visible};

/// All that the script knows.
#[derive(Debug, Serialize)]
pub(super) struct Data<'a> {
    /// Seconds from one refresh to the next.
    refresh: Option<u32>,
    /// From when on the zone is so many seconds ahead of UTC.
    offsets: Vec<(UnixSeconds, i32)>,
    blocks: Vec<Drawn<'a>>,
    /// The sessions' keys, sorted.
    sessions: Vec<String>,
    rows: Vec<Row<'a>>,
}

#[derive(Debug, Serialize)]
struct Drawn<'a> {
    #[serde(flatten)]
    block: &'a Block,
    #[serde(flatten)]
    curve: &'a Curve,
    ticks: Vec<UnixSeconds>,
}

/// Kind, name, address, session, room, block, first joined, last left, minutes, page loads, most at once, whether the
/// end is unknown, note, bars, overlaps.
#[derive(Debug, Serialize)]
struct Row<'a>(
    &'static str,
    String,
    String,
    &'a str,
    String,
    usize,
    Option<UnixSeconds>,
    Option<UnixSeconds>,
    Option<UnixSeconds>,
    usize,
    usize,
    bool,
    String,
    Vec<Stay>,
    Vec<(UnixSeconds, UnixSeconds)>,
);

/// From, to, whether in a breakout room, whether its end is unknown.
#[derive(Debug, Serialize)]
struct Stay(UnixSeconds, UnixSeconds, u8, u8);

/// Puts everybody into rows: the invited, then whom nothing explains, then recorders.
#[must_use]
pub(super) fn data<'a>(
    report: &'a Report,
    blocks: &'a [Block],
    curves: &'a [Curve],
    zone: &TimeZone,
    refresh: Option<u32>,
) -> Data<'a> {
    let drawn = blocks.iter().zip(curves);
    let mut sessions: Vec<String> = report.people.iter().filter_map(|person| person.invited.session.clone()).collect();
    sessions.sort_unstable();
    sessions.dedup();
    let strangers = |of: &'a [Stranger], kind| of.iter().map(move |one| stranger(one, kind, blocks));
    let people = report.people.iter().map(|one| person(one, blocks));
    let unexplained = strangers(&report.unexplained, "unexplained");
    let recorders = strangers(&report.recorders, "recorder");
    Data {
        refresh,
        offsets: offsets(blocks, zone),
        blocks: drawn.map(|(block, curve)| Drawn { block, curve, ticks: ticks(block, zone) }).collect(),
        sessions,
        rows: people.chain(unexplained).chain(recorders).collect(),
    }
}

fn person<'a>(person: &'a Person, blocks: &[Block]) -> Row<'a> {
    let one = &person.invited;
    let session = one.session.as_deref().unwrap_or_default();
    let who = (visible(&one.name), visible(&one.email), session);
    let block = nearest(blocks, one.hours.starts);
    row(person.status.as_str(), who, &one.room, block, &person.seen, &person.note, person.status == Status::Came)
}

fn stranger<'a>(stranger: &Stranger, kind: &'static str, blocks: &[Block]) -> Row<'a> {
    let text = |text: &Option<String>| visible(text.as_deref().unwrap_or_default());
    let who = (text(&stranger.who.name), text(&stranger.who.email), "");
    let block = nearest(blocks, stranger.seen.first_joined.unwrap_or_default());
    row(kind, who, &stranger.room, block, &stranger.seen, &stranger.note, true)
}

fn row<'a>(
    kind: &'static str,
    (name, email, session): (String, String, &'a str),
    room: &str,
    block: usize,
    seen: &Presented,
    note: &str,
    was_there: bool,
) -> Row<'a> {
    let bars =
        seen.bars.iter().map(|bar| Stay(bar.time.from, bar.time.to, u8::from(bar.breakout), u8::from(bar.uncertain)));
    Row(
        kind,
        name,
        email,
        session,
        visible(room),
        block,
        seen.first_joined,
        seen.last_left,
        was_there.then(|| minutes(seen.present)),
        seen.joins,
        seen.at_once,
        seen.uncertain,
        visible(note),
        bars.collect(),
        seen.overlaps.iter().map(|overlap| (overlap.from, overlap.to)).collect(),
    )
}

/// How far a zone is ahead of UTC, from a day before the first block to a day after the last.
fn offsets(blocks: &[Block], zone: &TimeZone) -> Vec<(UnixSeconds, i32)> {
    const DAY: UnixSeconds = 86_400;
    let from = blocks.first().map_or(0, |block| block.from) - DAY;
    let to = blocks.last().map_or(0, |block| block.to) + DAY;
    let Ok(first) = Timestamp::from_second(from) else { return vec![(from, 0)] };
    let mut offsets = vec![(from, zone.to_offset(first).seconds())];
    let changes = zone.following(first).map(|change| (change.timestamp().as_second(), change.offset().seconds()));
    offsets.extend(changes.take_while(|(at, _)| *at < to));
    offsets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_that_changes_its_clock_meanwhile_is_told_exactly() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        // 2036-10-26 01:00 UTC.
        let change = 2_108_595_600;
        let block = Block { from: change - 3600, to: change + 3600, starts: [0].into(), ends: [0].into() };
        assert_eq!(offsets(&[block], &zone), [(change - 90_000, 7200), (change, 3600)]);
    }
}
