//! From stays to who was there when: ends that nobody told, unions, overlaps. Pure.

use std::collections::BTreeMap;

use super::{
    besides::CLOCKS_MAY_DIFFER,
    outages::{Outage, outages},
};
use crate::model::{Place, Presence, Stay, UnixSeconds};

/// Absences of so many seconds are none: a reload, the way to a breakout room.
pub(super) const GAP: UnixSeconds = 5;
/// A second session of somebody that overlaps the first for so many seconds is a browser that came back: a killed
/// tab is noticed after a minute.
pub(super) const RECONNECT: UnixSeconds = 90;

/// A stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stretch {
    /// Its first second.
    pub from: UnixSeconds,
    /// Its last second.
    pub to: UnixSeconds,
}

impl Stretch {
    fn length(self) -> UnixSeconds {
        self.to - self.from
    }
}

/// A stay with an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Closed<'a> {
    /// The stay.
    pub stay: &'a Stay,
    /// From when to when.
    pub time: Stretch,
    /// How it ended.
    pub end: End,
    /// When it was over for sure.
    pub over: UnixSeconds,
}

/// How a stay's end is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The server said so, or the session turned up in another room.
    Known,
    /// The server was stopped: they were there until then at least.
    Stopped,
    /// Nothing was seen of its end, as far as the sources go.
    Unseen,
    /// Nothing was seen of its end, and the sources go up to now: they are there.
    Still,
    /// The room was destroyed: they left before, and nobody said when.
    Lost,
    /// It ended before it began: the server's clock was set back meanwhile.
    SetBack,
}

impl End {
    /// Whether the end is told with `≥`.
    #[must_use]
    pub(super) fn is_uncertain(self) -> bool {
        self != Self::Known
    }

    /// Whether nothing tells that they left.
    #[must_use]
    pub(super) fn is_open(self) -> bool {
        matches!(self, Self::Unseen | Self::Still)
    }
}

/// When each room ended, and the server: what ends stays whose end nobody told.
#[derive(Debug, Clone)]
pub(super) struct Ends {
    /// By room: the last moment of a life, and when it was over for sure; sorted.
    of_rooms: BTreeMap<Place, Vec<(UnixSeconds, UnixSeconds)>>,
    outages: Vec<Outage>,
    /// The last event that was seen.
    pub(super) last: UnixSeconds,
    /// Up to when whoever did not leave is there still, where sources tell how things stand now.
    still: Option<UnixSeconds>,
    /// When nobody can be there any more whose end nobody told.
    latest: UnixSeconds,
}

impl Ends {
    /// Collects them; `latest` is when the event's hours are over.
    #[must_use]
    pub(super) fn of(presence: &Presence, latest: Option<UnixSeconds>) -> Self {
        let mut events: BTreeMap<&Place, Vec<UnixSeconds>> = BTreeMap::new();
        for stay in &presence.stays {
            events.entry(&stay.place).or_default().extend([stay.joined, stay.left].into_iter().flatten());
        }
        for life in &presence.lives {
            events.entry(&life.place).or_default().extend([life.created, life.destroyed].into_iter().flatten());
        }
        for of_room in events.values_mut() {
            of_room.sort_unstable();
        }
        let last = events.values().filter_map(|of_room| of_room.last()).max().copied().unwrap_or(UnixSeconds::MIN);
        let mut of_rooms = BTreeMap::<_, Vec<_>>::new();
        for life in &presence.lives {
            let of_room = of_rooms.entry(life.place.clone()).or_default();
            of_room.extend(life.destroyed.map(|at| (at, at)));
            // A room that is made anew had ended: after the last that was seen of it.
            let before = |at: UnixSeconds| {
                let seen = &events[&life.place];
                seen[..seen.partition_point(|seen| *seen < at)].last().copied()
            };
            of_room.extend(life.created.and_then(|at| Some((before(at)?, at))));
        }
        for of_room in of_rooms.values_mut() {
            of_room.sort_unstable_by_key(|(_, over)| *over);
        }
        let latest = latest.unwrap_or(UnixSeconds::MAX);
        Self { of_rooms, outages: outages(&presence.turns), last, still: None, latest }
    }

    /// The same, where whoever did not leave is known to be there still.
    #[must_use]
    pub(super) fn until(&self, still: Option<UnixSeconds>) -> Self {
        Self { still, ..self.clone() }
    }

    /// The end of a stay, how it is known, and when it was over for sure; `next` is when its session turned up next.
    fn end(&self, stay: &Stay, joined: UnixSeconds, next: Option<UnixSeconds>) -> (UnixSeconds, End, UnixSeconds) {
        if let Some(left) = stay.left {
            let is_back = joined - left > CLOCKS_MAY_DIFFER;
            let at = left.max(joined);
            return (at, if is_back { End::SetBack } else { End::Known }, at);
        }
        let outage = self.outages.iter().find(|outage| outage.to > joined);
        let of_room = self.of_rooms.get(&stay.place).into_iter().flatten();
        let room = of_room.into_iter().find(|(_, over)| *over > joined);
        // By when it was over for sure: a room that is made anew after a stop ended with that stop.
        let candidates = [
            next.map(|at| (at, at, End::Known)),
            outage.map(|outage| (outage.to, outage.from, End::Stopped)),
            room.map(|(at, over)| (*over, *at, End::Lost)),
        ];
        let found = candidates.into_iter().flatten().min_by_key(|(over, ..)| *over);
        let unseen = self.still.map_or((self.last, End::Unseen), |still| (still, End::Still));
        let (over, at, end) = found.unwrap_or((UnixSeconds::MAX, unseen.0, unseen.1));
        // Beyond the event's hours nothing is guessed.
        let at = if end == End::Known { at } else { at.min(self.latest) };
        (at.max(joined), end, over)
    }

    /// Gives each stay of one session its end. A stay of which only the end is known has no length.
    #[must_use]
    pub(super) fn close<'a>(&self, session: &[&'a Stay]) -> Vec<Closed<'a>> {
        let begin = |stay: &Stay| stay.joined.or(stay.left).unwrap_or(self.last);
        let mut sorted = session.to_vec();
        sorted.sort_by_key(|stay| (begin(stay), stay.left));
        let close = |(n, stay): (usize, &&'a Stay)| {
            let from = begin(stay);
            let next = sorted[n + 1..].iter().map(|later| begin(later)).find(|at| *at > from);
            let (to, end, over) = self.end(stay, from, next);
            Closed { stay, time: Stretch { from, to }, end, over }
        };
        sorted.iter().enumerate().map(close).collect()
    }
}

/// Stays by their sessions.
pub(super) fn by_session<'a>(stays: impl Iterator<Item = &'a Stay>) -> BTreeMap<&'a str, Vec<&'a Stay>> {
    let mut of_session: BTreeMap<&str, Vec<&Stay>> = BTreeMap::new();
    for stay in stays {
        of_session.entry(&stay.session).or_default().push(stay);
    }
    of_session
}

/// The union of stretches, gaps of up to [`GAP`] closed; sorted.
#[must_use]
pub(super) fn union(mut stretches: Vec<Stretch>) -> Vec<Stretch> {
    stretches.sort_unstable();
    let mut joined: Vec<Stretch> = Vec::with_capacity(stretches.len());
    for next in stretches {
        match joined.last_mut() {
            Some(last) if next.from <= last.to + GAP => last.to = last.to.max(next.to),
            _ => joined.push(next),
        }
    }
    joined
}

/// How long stretches are together.
#[must_use]
pub(super) fn total(stretches: &[Stretch]) -> UnixSeconds {
    stretches.iter().map(|stretch| stretch.length()).sum()
}

/// How often somebody was there at once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct AtOnce {
    /// The most sessions at once for longer than a reconnect takes; 1 where there were no two, 0 for nobody.
    pub most: usize,
    /// When there were two and more, each longer than a reconnect takes.
    pub when: Vec<Stretch>,
}

/// Finds where several sessions of one id overlap. Each session is given by its own stretches, sorted and apart.
#[must_use]
pub(super) fn at_once(sessions: &[Vec<Stretch>]) -> AtOnce {
    let mut turns: Vec<(UnixSeconds, bool)> = Vec::new();
    for stretch in sessions.iter().flatten().filter(|stretch| stretch.length() > 0) {
        turns.extend([(stretch.from, true), (stretch.to, false)]);
    }
    // Whoever leaves as another comes does not overlap.
    turns.sort_unstable();
    let mut found = AtOnce { most: usize::from(sessions.iter().any(|session| !session.is_empty())), when: Vec::new() };
    // Since when there have been so many, from two on.
    let mut since: Vec<UnixSeconds> = Vec::new();
    let mut depth = 0_usize;
    for (at, comes) in turns {
        if comes {
            depth += 1;
            if depth >= 2 {
                since.push(at);
            }
            continue;
        }
        if depth >= 2
            && let Some(from) = since.pop()
            && at - from > RECONNECT
        {
            found.most = found.most.max(depth);
            if depth == 2 {
                found.when.push(Stretch { from, to: at });
            }
        }
        depth -= 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(from: UnixSeconds, to: UnixSeconds) -> Stretch {
        Stretch { from, to }
    }

    #[test]
    fn short_gaps_are_closed_and_long_ones_stay() {
        assert_eq!(union(vec![s(10, 20), s(0, 5), s(26, 30), s(12, 13)]), [s(0, 20), s(26, 30)]);
        assert_eq!(total(&union(vec![s(0, 10), s(5, 15)])), 15);
    }

    #[test]
    fn an_overlap_up_to_ninety_seconds_is_a_reconnect() {
        let at_once = |sessions: &[&[Stretch]]| at_once(&sessions.iter().map(|one| one.to_vec()).collect::<Vec<_>>());
        assert_eq!(at_once(&[]), AtOnce::default());
        assert_eq!(at_once(&[&[s(0, 100)], &[s(10, 100)]]), AtOnce { most: 1, when: vec![] });
        assert_eq!(at_once(&[&[s(0, 100)], &[s(9, 200)]]), AtOnce { most: 2, when: vec![s(9, 100)] });
        assert_eq!(at_once(&[&[s(0, 100)], &[s(100, 200)]]), AtOnce { most: 1, when: vec![] });
        // A third for a moment is a reconnect of one of the two.
        let three = [&[s(0, 1000)][..], &[s(100, 900)], &[s(200, 260)]];
        assert_eq!(at_once(&three), AtOnce { most: 2, when: vec![s(100, 900)] });
        let three = [&[s(0, 1000)][..], &[s(100, 900)], &[s(200, 400)]];
        assert_eq!(at_once(&three), AtOnce { most: 3, when: vec![s(100, 900)] });
        // Two overlaps of a minute each are two reconnects.
        assert_eq!(at_once(&[&[s(0, 1000)], &[s(0, 60), s(500, 560)]]).when, []);
        assert_eq!(total(&at_once(&[&[s(0, 1000)], &[s(0, 200), s(500, 800)]]).when), 500);
    }
}
