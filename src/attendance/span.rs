//! What time the sources cover, and whether that is enough to call somebody absent. Pure.

use std::collections::BTreeSet;

use crate::model::{Covered, Presence, RoomAddress, RoomLife, UnixSeconds, Witness};

use super::{
    outages::{Outage, outages},
    posts::SILENCE,
    scope::{Hours, MARGIN},
    stays::{Stretch, union},
};

/// Between two pieces of a log that was rotated so many seconds may be silent.
const BRIDGE: UnixSeconds = 60;
/// So many may be, where the log was not much louder just before and after.
const QUIET_BRIDGE: UnixSeconds = 600;
/// Two sources tell of one making of a room within so many seconds.
const ONE_MAKING: UnixSeconds = 10;

/// What time the sources cover.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Span {
    /// From when.
    pub from: Option<UnixSeconds>,
    /// To when.
    pub to: Option<UnixSeconds>,
    /// Why it is not enough; empty where it is.
    pub gaps: BTreeSet<Gap>,
}

impl Span {
    /// Whether who was not seen was not there.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.gaps.is_empty()
    }
}

/// Why sources are not enough to call somebody absent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// There is no source.
    Nothing,
    /// It begins after links started to work.
    BeginsLate(UnixSeconds),
    /// It ends before the event does.
    EndsEarly(UnixSeconds),
    /// It has a hole.
    Hole(UnixSeconds, UnixSeconds),
    /// The server was down meanwhile, from one time to another: who came then is not told.
    Stopped(UnixSeconds, UnixSeconds),
    /// The room was made anew, and nothing tells that it had ended: the server ended unseen, or something got lost.
    MadeAnew(UnixSeconds),
    /// It tells nothing of the room.
    NoSuchRoom(String),
    /// It is a log that does not tell in which zone the server is.
    WithoutZone,
    /// The receiver alone tells of it, and the server posted nothing more after a time, not even that people left.
    Silent(UnixSeconds),
}

/// Judges the sources for a room's hours.
#[must_use]
pub(super) fn span(presence: &Presence, room: &str, hours: &Hours) -> Span {
    let mut gaps = BTreeSet::new();
    let covered = || presence.covered.iter().filter(|one| one.room.as_deref().is_none_or(|its| its == room));
    let from = covered().map(|one| one.from).min();
    let to = covered().map(|one| one.to).max();
    if from.is_none() {
        let is_of_others = !presence.covered.is_empty();
        gaps.insert(if is_of_others { Gap::NoSuchRoom(room.to_owned()) } else { Gap::Nothing });
    }
    if !is_told_by_events(presence, room, hours) && from.is_some() {
        gaps.extend(holes(covered(), hours));
    }
    let outages = outages(&presence.turns);
    let meanwhile = outages.iter().filter(|outage| outage.touches(hours.opens, hours.ends));
    gaps.extend(meanwhile.map(|outage| Gap::Stopped(outage.from, outage.to)));
    gaps.extend(made_anew(presence, room, hours, &outages));
    let is_near = |from: UnixSeconds, to: UnixSeconds| from <= hours.closes && to >= hours.opens;
    let seen = presence.stays.iter().filter(|stay| stay.place.room.name == room).any(|stay| {
        let from = stay.joined.or(stay.left).unwrap_or_default();
        is_near(from, stay.left.unwrap_or(UnixSeconds::MAX))
    });
    let lived = presence.lives.iter().filter(|life| life.place.room.name == room).any(|life| {
        let times = [life.created, life.destroyed].into_iter().flatten();
        let (from, to) = (times.clone().min().unwrap_or_default(), times.max().unwrap_or_default());
        is_near(from, to)
    });
    if !seen && !lived && from.is_some() {
        gaps.insert(Gap::NoSuchRoom(room.to_owned()));
    }
    Span { from, to, gaps }
}

/// The lives of the main rooms of a name.
fn lives<'a>(presence: &'a Presence, room: &str) -> impl Iterator<Item = &'a RoomLife> {
    presence.lives.iter().filter(move |life| life.place.breakout.is_none() && life.place.room.name == room)
}

/// The last moment up to which sources tell everything from an event on; `None` where none does.
#[must_use]
pub(super) fn last_sign(presence: &Presence, event: UnixSeconds) -> Option<UnixSeconds> {
    let live = presence.covered.iter().filter(|one| one.room.is_none());
    let all = union(live.map(|one| Stretch { from: one.from, to: one.to }).collect());
    // An event may come after the last sign of life, and is one itself.
    all.into_iter().find(|one| (one.from..=one.to + SILENCE).contains(&event)).map(|one| one.to.max(event))
}

/// Where a room was made though nothing had told its end, no stop of the server either; a life that nothing was seen of
/// in these hours matters to nobody.
fn made_anew(presence: &Presence, room: &str, hours: &Hours, outages: &[Outage]) -> Vec<Gap> {
    // Several tenants, or a server and its visitors', may have rooms of one name, each with a life of its own.
    let rooms: BTreeSet<&RoomAddress> = lives(presence, room).map(|life| &life.place.room).collect();
    rooms.into_iter().flat_map(|room| one_made_anew(presence, room, hours, outages)).collect()
}

fn one_made_anew(presence: &Presence, room: &RoomAddress, hours: &Hours, outages: &[Outage]) -> Vec<Gap> {
    let lives = lives(presence, &room.name).filter(|life| life.place.room == *room);
    // Of one second the end comes first.
    let mut turns: Vec<(UnixSeconds, bool)> = lives
        .flat_map(|life| [life.destroyed.map(|at| (at, false)), life.created.map(|at| (at, true))])
        .flatten()
        .collect();
    turns.sort_unstable();
    turns.dedup();
    let stays = presence.stays.iter().filter(|stay| stay.place.room == *room);
    let events: Vec<UnixSeconds> = stays.flat_map(|stay| [stay.joined, stay.left]).flatten().collect();
    let odd = turns.windows(2).filter_map(|pair| {
        let [(made, true), (again, true)] = *pair else { return None };
        let is_told = outages.iter().any(|outage| outage.touches(made, again));
        let seen = events.iter().copied().filter(|at| (made..again).contains(at)).max().unwrap_or(made);
        let matters = seen >= hours.opens - MARGIN && seen <= hours.ends;
        (again - made > ONE_MAKING && !is_told && matters).then_some(Gap::MadeAnew(again))
    });
    odd.collect()
}

/// Saved events alone are enough where the room's last end is after the event's.
fn is_told_by_events(presence: &Presence, room: &str, hours: &Hours) -> bool {
    let of_events =
        || presence.covered.iter().filter(|one| one.by == Witness::Events && one.room.as_deref() == Some(room));
    let ends = || lives(presence, room).filter_map(|life| life.destroyed);
    let is_inside =
        |at: UnixSeconds| of_events().any(|one| one.from <= hours.ends && (one.from..=one.to).contains(&at));
    // What begins neither with the room's making nor with an empty room begins in the middle.
    let near = || of_events().filter(|one| one.to >= hours.opens);
    let begins = near().map(|one| one.from).min();
    let is_making = |at: UnixSeconds| begins.is_some_and(|begins| (at - begins).abs() <= ONE_MAKING);
    let is_whole = lives(presence, room).filter_map(|life| life.created).any(is_making)
        || ends().any(|at| at <= hours.opens && near().any(|one| one.from <= at));
    is_whole && ends().any(|at| at >= hours.ends && is_inside(at))
}

/// Pieces of logs, those together that only a rotation parts.
fn bridged(mut logs: Vec<&Covered>) -> Vec<Stretch> {
    logs.sort_unstable_by_key(|one| (one.from, one.to));
    let mut pieces: Vec<Stretch> = Vec::with_capacity(logs.len());
    let mut quiet = 0;
    for next in logs {
        let mostly = QUIET_BRIDGE.min(2 * next.quiet.0.max(quiet));
        match pieces.last_mut() {
            Some(last) if next.from <= last.to + BRIDGE.max(mostly) => {
                quiet = if next.to >= last.to { next.quiet.1 } else { quiet };
                last.to = last.to.max(next.to);
            }
            _ => {
                quiet = next.quiet.1;
                pieces.push(Stretch { from: next.from, to: next.to });
            }
        }
    }
    pieces
}

fn holes<'a>(covered: impl Iterator<Item = &'a Covered>, hours: &Hours) -> BTreeSet<Gap> {
    let (mut logs, mut others) = (Vec::new(), Vec::new());
    let (mut first, mut last) = (UnixSeconds::MAX, UnixSeconds::MIN);
    for one in covered {
        (first, last) = (first.min(one.from), last.max(one.to));
        match one.by {
            Witness::Log => logs.push(one),
            Witness::Receiver => others.push(Stretch { from: one.from, to: one.to }),
            Witness::Events => {}
        }
    }
    let mut pieces = bridged(logs);
    pieces.extend(others);
    let mut gaps = BTreeSet::new();
    let mut reached = None;
    for piece in union(pieces) {
        match reached {
            None if piece.from > hours.opens => {
                gaps.insert(Gap::BeginsLate(piece.from));
            }
            Some(to) if to < hours.ends && piece.from > hours.opens => {
                gaps.insert(Gap::Hole(to, piece.from));
            }
            _ => {}
        }
        reached = Some(piece.to);
    }
    match reached {
        Some(to) if to < hours.ends => {
            gaps.insert(Gap::EndsEarly(to));
        }
        Some(_) => {}
        // Saved events alone, that end too early, or begin too late.
        None if first > hours.opens && last >= hours.ends => {
            gaps.insert(Gap::BeginsLate(first));
        }
        None => {
            gaps.insert(Gap::EndsEarly(last));
        }
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Place, ServerTurn};

    const HOURS: Hours = Hours { opens: 1000, starts: 2000, ends: 10_000, closes: 20_000 };

    fn place() -> Place {
        Place::main(RoomAddress::parse("r@conference.h").unwrap())
    }

    fn presence(
        covered: &[(Witness, UnixSeconds, UnixSeconds)],
        created: UnixSeconds,
        destroyed: UnixSeconds,
    ) -> Presence {
        let covered = covered.iter().map(|(by, from, to)| {
            let room = (*by == Witness::Events).then(|| "r".to_owned());
            Covered { room, ..Covered::of(*by, *from, *to) }
        });
        let life = RoomLife { place: place(), created: Some(created), destroyed: Some(destroyed) };
        Presence { covered: covered.collect(), lives: vec![life], ..Presence::default() }
    }

    fn gaps(covered: &[(Witness, UnixSeconds, UnixSeconds)]) -> Vec<Gap> {
        span(&presence(covered, 2000, 9000), "r", &HOURS).gaps.into_iter().collect()
    }

    #[test]
    fn a_log_is_enough_from_opening_to_end() {
        use Witness::{Log, Receiver};
        assert_eq!(gaps(&[(Log, 1000, 10_000)]), []);
        assert_eq!(gaps(&[(Log, 0, 5000), (Log, 5050, 11_000)]), [], "rotated meanwhile");
        assert_eq!(gaps(&[(Log, 0, 5000), (Log, 5100, 11_000)]), [Gap::Hole(5000, 5100)]);
        assert_eq!(gaps(&[(Receiver, 0, 5000), (Receiver, 5100, 11_000)]), [Gap::Hole(5000, 5100)]);
        assert_eq!(gaps(&[(Receiver, 0, 5000), (Receiver, 5100, 11_000), (Log, 4000, 6000)]), []);
        assert_eq!(gaps(&[(Log, 1001, 9999)]), [Gap::BeginsLate(1001), Gap::EndsEarly(9999)]);
        assert_eq!(gaps(&[]), [Gap::Nothing]);
    }

    #[test]
    fn saved_events_are_enough_where_the_room_ended_after_the_event() {
        let told = |created, destroyed| {
            let presence = presence(&[(Witness::Events, created, destroyed)], created, destroyed);
            span(&presence, "r", &HOURS).gaps.into_iter().collect::<Vec<_>>()
        };
        assert_eq!(told(2000, 10_000), []);
        assert_eq!(told(2000, 9999), [Gap::EndsEarly(9999)]);
        let begun = |first_end: UnixSeconds| {
            let mut presence = presence(&[(Witness::Events, first_end - 100, 10_000)], 2000, 10_000);
            presence.lives.push(RoomLife { place: place(), created: None, destroyed: Some(first_end) });
            let is_whole = span(&presence, "r", &HOURS).is_complete();
            // What was saved of last week is another matter.
            presence.covered[0].from = 3000;
            presence.covered.push(Covered { from: -900, to: -500, ..presence.covered[0].clone() });
            presence.lives.push(RoomLife { place: place(), created: Some(-900), destroyed: Some(-500) });
            assert!(!span(&presence, "r", &HOURS).is_complete());
            is_whole
        };
        assert!(begun(1000), "of an event before, it tells the end");
        assert!(!begun(1500), "it begins in the middle of this one");
    }

    #[test]
    fn a_stop_and_another_room_are_gaps() {
        let mut stopped = presence(&[(Witness::Log, 0, 30_000)], 2000, 9000);
        let stop = |at| ServerTurn { at, since: at, is_stop: true, host: None };
        stopped.turns = vec![stop(500), stop(3000), stop(10_001)];
        assert_eq!(span(&stopped, "r", &HOURS).gaps.into_iter().collect::<Vec<_>>(), [Gap::Stopped(3000, 3000)]);
        let other = span(&presence(&[(Witness::Log, 0, 30_000)], 2000, 9000), "other", &HOURS);
        assert_eq!(other.gaps.into_iter().collect::<Vec<_>>(), [Gap::NoSuchRoom("other".into())]);
        let last_month = span(&presence(&[(Witness::Log, -90_000, 30_000)], -80_000, -70_000), "r", &HOURS);
        assert_eq!(last_month.gaps.into_iter().collect::<Vec<_>>(), [Gap::NoSuchRoom("r".into())]);
    }
}
