//! The stretches of time that the page draws: one for each part of the event between which nothing is. Pure.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap, hash_map::Entry},
};

use serde::Serialize;

use super::super::{
    report::{Presented, Report},
    scope::{Hours, MARGIN},
    stays::{Stretch, union},
};
use crate::model::UnixSeconds;

/// Before the start so much is drawn, if nobody was there before, however early the room opens.
const BEFORE: UnixSeconds = 30 * 60;
/// More parts than these are drawn as one.
const MOST: usize = 24;

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Block {
    /// Where it begins.
    pub from: UnixSeconds,
    /// Where it ends.
    pub to: UnixSeconds,
    /// When something starts.
    pub starts: BTreeSet<UnixSeconds>,
    /// When something ends.
    pub ends: BTreeSet<UnixSeconds>,
}

/// The blocks of an event, sorted and apart. There is at least one.
#[must_use]
pub(super) fn blocks(report: &Report, whole: Hours) -> Vec<Block> {
    let mut hours: BTreeSet<Hours> = report.people.iter().map(|person| person.invited.hours).collect();
    if hours.is_empty() {
        hours.insert(whole);
    }
    let drawn = |hours: &Hours| Stretch { from: hours.opens.max(hours.starts - BEFORE), to: hours.ends };
    let mut stretches = union(hours.iter().map(drawn).collect());
    if stretches.len() > MOST {
        let (first, last) = (stretches[0].from, stretches[stretches.len() - 1].to);
        stretches = vec![Stretch { from: first, to: last }];
    }
    let mut blocks: Vec<Block> = Vec::with_capacity(stretches.len());
    for (n, stretch) in stretches.iter().enumerate() {
        let inside: Vec<&Hours> = hours.iter().filter(|hours| contains(*stretch, drawn(hours).from)).collect();
        let earliest = inside.iter().map(|hours| hours.opens - MARGIN).min().unwrap_or(stretch.from);
        let latest = inside.iter().map(|hours| hours.closes + MARGIN).max().unwrap_or(stretch.to);
        // What lies between two blocks is drawn in the first.
        let earliest = blocks.last().map_or(earliest, |before: &Block| earliest.max(before.to));
        let latest = stretches.get(n + 1).map_or(latest, |next| latest.min(next.from));
        let (from, to) = reach(report, *stretch, (earliest, latest));
        let starts = inside.iter().map(|hours| hours.starts).collect();
        let ends = inside.iter().map(|hours| hours.ends).collect();
        blocks.push(Block { from, to: to.max(from + 60), starts, ends });
    }
    blocks
}

/// A stretch, longer where somebody was there before or after, within limits.
fn reach(
    report: &Report,
    stretch: Stretch,
    (earliest, latest): (UnixSeconds, UnixSeconds),
) -> (UnixSeconds, UnixSeconds) {
    let (mut from, mut to) = (stretch.from, stretch.to);
    for bar in everybody(report).flat_map(|seen| &seen.bars) {
        if bar.time.to > earliest && bar.time.from < latest {
            from = from.min(bar.time.from.max(earliest));
            to = to.max(bar.time.to.min(latest));
        }
    }
    (from, to)
}

/// What was seen of the invited and of those whom nothing explains.
fn everybody(report: &Report) -> impl Iterator<Item = &Presented> {
    report.people.iter().map(|person| &person.seen).chain(report.unexplained.iter().map(|one| &one.seen))
}

/// The same, each person once, who may have come to several sessions.
pub(super) fn each_once(report: &Report) -> Vec<Cow<'_, Presented>> {
    let mut once: Vec<Cow<'_, Presented>> = Vec::with_capacity(report.people.len() + report.unexplained.len());
    let mut of_person: HashMap<(String, &str), usize> = HashMap::new();
    for person in &report.people {
        let invited = &person.invited;
        if invited.session.is_none() {
            once.push(Cow::Borrowed(&person.seen));
            continue;
        }
        match of_person.entry(invited.person()) {
            Entry::Occupied(known) => once[*known.get()].to_mut().bars.extend(&person.seen.bars),
            Entry::Vacant(new) => {
                new.insert(once.len());
                once.push(Cow::Borrowed(&person.seen));
            }
        }
    }
    once.extend(report.unexplained.iter().map(|one| Cow::Borrowed(&one.seen)));
    once
}

fn contains(stretch: Stretch, at: UnixSeconds) -> bool {
    (stretch.from..=stretch.to).contains(&at)
}

/// The block in which a moment lies, or the nearest one.
#[must_use]
pub(super) fn nearest(blocks: &[Block], at: UnixSeconds) -> usize {
    let away = |block: &Block| (block.from - at).max(at - block.to).max(0);
    (0..blocks.len()).min_by_key(|n| away(&blocks[*n])).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attendance::page::samples;

    fn hours(starts: UnixSeconds) -> Hours {
        Hours { opens: starts - 1800, starts, ends: starts + 3600, closes: starts + 7200 }
    }

    fn edges(report: &Report) -> Vec<(UnixSeconds, UnixSeconds)> {
        blocks(report, hours(100_000)).iter().map(|block| (block.from, block.to)).collect()
    }

    #[test]
    fn an_event_is_drawn_from_opening_to_end_or_as_long_as_somebody_was_there() {
        let mut report = samples::empty();
        assert_eq!(edges(&report), [(98_200, 103_600)]);
        report.people = vec![samples::came("Ada", hours(100_000), &[(99_000, 104_000)])];
        assert_eq!(edges(&report), [(98_200, 104_000)]);
        report.people = vec![samples::came("Ada", hours(100_000), &[(90_000, 900_000)])];
        assert_eq!(edges(&report), [(96_400, 109_000)], "no further than half an hour beyond");
        report.people = vec![samples::came("Ada", Hours { opens: 0, ..hours(100_000) }, &[])];
        assert_eq!(edges(&report), [(98_200, 103_600)], "a room that opens a day before");
    }

    #[test]
    fn sessions_with_nothing_between_them_are_drawn_apart() {
        let mut report = samples::empty();
        let (first, parallel, next_day) = (hours(100_000), hours(100_600), hours(200_000));
        report.people = [first, parallel, next_day].map(|hours| samples::came("Ada", hours, &[])).to_vec();
        let blocks = blocks(&report, first);
        assert_eq!(blocks.len(), 2);
        assert_eq!(blocks[0].starts.iter().copied().collect::<Vec<_>>(), [100_000, 100_600]);
        assert_eq!((nearest(&blocks, 0), nearest(&blocks, 105_000), nearest(&blocks, 199_000)), (0, 0, 1));
    }
}
