//! What was read from all sources, put together: each stay once, however often it was told. Pure.
//!
//! Nothing is overwritten: a second source adds what the first one lacks. Order means nothing: what needs its
//! neighbours (a breakout room's main room, an end without a beginning) is settled when all is read.

use std::collections::{BTreeMap, BTreeSet, HashSet, btree_map::Entry};

use super::{
    besides::{Besides, CLOCKS_MAY_DIFFER},
    scope::Scope,
};
use crate::model::{
    Claimed, Covered, Place, Presence, Refusal, RefusedJoin, RoomAddress, RoomLife, ServerTurn, Stay, UnixSeconds,
};

/// So many joins of other rooms are told apart; more are only counted.
const MOST_TOLD_APART: usize = 500_000;

/// What was read from all sources.
#[derive(Debug)]
pub struct Gathered<'a> {
    pub(super) scope: &'a Scope,
    pub(super) stays: BTreeMap<(Place, String, Option<UnixSeconds>, Option<UnixSeconds>), Stay>,
    /// Of breakout rooms whose main room the log does not name.
    pub(super) adrift: Vec<Stay>,
    pub(super) lives_adrift: BTreeSet<RoomLife>,
    /// What is known at its true time.
    pub(super) dated: Dated,
    /// What a log tells whose zone nobody knows: told, and not kept.
    pub(super) unsure: Dated,
    /// Whether what comes is known at its true time.
    is_sure: bool,
    /// How far the server's clock is ahead of UTC, as its logs tell.
    pub(super) clocks: BTreeMap<UnixSeconds, UnixSeconds>,
    pub(super) elsewhere: HashSet<(String, UnixSeconds)>,
    pub(super) besides: Besides,
}

/// What has a time, and no session.
#[derive(Debug, Default)]
pub(super) struct Dated {
    pub(super) lives: BTreeSet<RoomLife>,
    pub(super) turns: BTreeSet<ServerTurn>,
    /// By moment and line: the most of one source, and how many the source that is being read has.
    pub(super) refusals: BTreeMap<(UnixSeconds, u64), (RefusedJoin, u32)>,
    pub(super) covered: Vec<Covered>,
}

impl<'a> Gathered<'a> {
    /// Begins with what was kept of earlier readings.
    #[must_use]
    pub fn with(scope: &'a Scope, kept: Presence) -> Self {
        let mut gathered = Self {
            scope,
            stays: BTreeMap::new(),
            adrift: Vec::new(),
            lives_adrift: BTreeSet::new(),
            dated: Dated::default(),
            unsure: Dated::default(),
            is_sure: true,
            clocks: BTreeMap::new(),
            elsewhere: HashSet::new(),
            besides: Besides::default(),
        };
        gathered.add(kept);
        gathered
    }

    /// Takes what is to be kept of another reading.
    pub fn add(&mut self, kept: Presence) {
        for stay in kept.stays {
            if is_adrift(&stay.place) { self.adrift.push(stay) } else { self.keep(stay) }
        }
        for life in kept.lives {
            let lives = if is_adrift(&life.place) { &mut self.lives_adrift } else { &mut self.dated.lives };
            lives.insert(life);
        }
        self.dated.turns.extend(kept.turns);
        self.dated.covered.extend(kept.covered);
        for join in kept.refusals {
            let key = (join.at, join.digest);
            let (known, _) =
                self.dated.refusals.entry(key).or_insert_with(|| (RefusedJoin { count: 0, ..join.clone() }, 0));
            known.count = known.count.max(join.count);
        }
        self.clocks.extend(kept.clocks.into_iter().map(|clock| (clock.at, clock.ahead)));
    }

    /// Takes what was told before, and is not to be kept.
    pub fn add_unsure(&mut self, told: Presence) {
        let is_new = |join: &RefusedJoin| !self.dated.refusals.contains_key(&(join.at, join.digest));
        let refusals = told.refusals.into_iter().filter(is_new);
        self.unsure.refusals.extend(refusals.map(|join| ((join.at, join.digest), (join, 0))));
        self.unsure.lives.extend(told.lives);
        self.unsure.turns.extend(told.turns);
        self.unsure.covered.extend(told.covered);
    }

    fn dated(&mut self) -> &mut Dated {
        if self.is_sure { &mut self.dated } else { &mut self.unsure }
    }

    /// Takes what comes as known at its true time, or not: then it is told and not kept.
    pub(super) fn be_sure(&mut self, is_sure: bool) {
        self.is_sure = is_sure;
        self.besides.without_zone |= !is_sure;
    }

    /// Takes what the server's clock showed.
    pub(super) fn clock(&mut self, at: UnixSeconds, ahead: UnixSeconds) {
        self.clocks.insert(at, ahead);
    }

    /// What the server's clock showed at the time nearest to another, and when that was; `None` where nothing tells.
    pub(super) fn clock_near(&self, at: UnixSeconds) -> Option<(UnixSeconds, UnixSeconds)> {
        self.clocks.iter().min_by_key(|(known, _)| known.abs_diff(at)).map(|(known, ahead)| (*known, *ahead))
    }

    /// What belongs to the event.
    #[must_use]
    pub fn scope(&self) -> &'a Scope {
        self.scope
    }

    /// Whether it may matter what happens in a room; what does not is counted by [`Gathered::pass_by`].
    #[must_use]
    pub fn wants(&self, room: &RoomAddress) -> bool {
        self.scope.has_room(room) || is_breakout(room)
    }

    /// Counts a join of another room.
    pub fn pass_by(&mut self, room: &RoomAddress, session: &str, at: UnixSeconds) {
        if self.scope.has_namesake(room) {
            self.besides.namesakes.insert(room.to_string());
        }
        if self.elsewhere.len() >= MOST_TOLD_APART || self.elsewhere.insert((session.to_owned(), at)) {
            self.besides.other_rooms += 1;
        }
    }

    /// Takes a stay, or what is known of one.
    pub fn stay(&mut self, stay: Stay) {
        let room = &stay.place.room;
        if is_focus(&stay.session) {
            return;
        }
        if self.scope.has_room(room) {
            self.keep(stay);
        } else if is_adrift(&stay.place) {
            let times = [stay.joined, stay.left].into_iter().flatten();
            let may_matter = times.clone().any(|at| self.scope.spans(at));
            if may_matter {
                self.adrift.push(stay);
            } else {
                let at = times.min().unwrap_or_default();
                self.pass_by(&stay.place.room, &stay.session, at);
            }
        } else {
            let at = stay.joined.or(stay.left).unwrap_or_default();
            self.pass_by(&stay.place.room, &stay.session, at);
        }
    }

    pub(super) fn keep(&mut self, stay: Stay) {
        // An end without a beginning is told apart by the end.
        let loose_end = if stay.joined.is_none() { stay.left } else { None };
        match self.stays.entry((stay.place.clone(), stay.session.clone(), stay.joined, loose_end)) {
            Entry::Vacant(place) => {
                place.insert(stay);
            }
            Entry::Occupied(mut known) => add_to(known.get_mut(), &stay),
        }
    }

    /// Takes what is known of a room's life.
    pub fn life(&mut self, life: RoomLife) {
        let room = &life.place.room;
        if self.scope.has_room(room) {
            self.dated().lives.insert(life);
        } else if is_adrift(&life.place) && self.lives_adrift.len() < MOST_TOLD_APART {
            self.lives_adrift.insert(life);
        }
    }

    /// Takes a stop of the server, or a start.
    pub fn turn(&mut self, turn: ServerTurn) {
        self.dated().turns.insert(turn);
    }

    /// A source begins: lines that are alike count in each source, and the most counts.
    pub fn source(&mut self) {
        for (_, of_source) in self.dated.refusals.values_mut().chain(self.unsure.refusals.values_mut()) {
            *of_source = 0;
        }
    }

    /// Takes a refused join, where it was meant for this event. The room is as [`Scope::room_spelt`] has it.
    pub fn refusal(&mut self, room: &str, at: UnixSeconds, why: Refusal, digest: u64) {
        if !self
            .scope
            .room_spelt(room)
            .is_some_and(|name| self.scope.may_have_meant(name, at, why == Refusal::TooEarly))
        {
            return;
        }
        let new = || (RefusedJoin { room: room.to_owned(), at, why, digest, count: 0 }, 0);
        let (join, of_source) = self.dated().refusals.entry((at, digest)).or_insert_with(new);
        *of_source += 1;
        join.count = join.count.max(*of_source);
    }

    /// Takes a stretch of time of which a source tells everything.
    pub fn covers(&mut self, covered: Covered) {
        let known = &mut self.dated().covered;
        if !known.contains(&covered) {
            known.push(covered);
        }
    }

    /// Counts what could not be read.
    pub fn unreadable(&mut self, count: u64) {
        self.besides.unreadable += count;
    }

    /// Two clocks differ by so many seconds.
    pub fn clocks_differ(&mut self, by: UnixSeconds) {
        if by.abs() > CLOCKS_MAY_DIFFER {
            self.besides.clocks_apart = self.besides.clocks_apart.max(by.abs());
        }
    }

    /// The server's clock was set back by so many seconds.
    pub fn set_back(&mut self, by: UnixSeconds) {
        if by > CLOCKS_MAY_DIFFER {
            self.besides.set_back = self.besides.set_back.max(by);
        }
    }
}

/// Adds to what is known of a stay what another source tells; the later end holds.
pub(super) fn add_to(known: &mut Stay, other: &Stay) {
    known.left = known.left.max(other.left);
    fill(&mut known.who, &other.who);
}

pub(super) fn fill(known: &mut Claimed, other: &Claimed) {
    for (known, other) in [(&mut known.id, &other.id), (&mut known.name, &other.name), (&mut known.email, &other.email)]
    {
        if known.is_none() {
            known.clone_from(other);
        }
    }
}

/// Whether a place is a breakout room of which nobody knows the main room.
fn is_adrift(place: &Place) -> bool {
    place.breakout.is_none() && is_breakout(&place.room)
}

/// Whether a room is a breakout room, as its component tells.
fn is_breakout(room: &RoomAddress) -> bool {
    room.component() == "breakout"
}

/// The server's own part that keeps every room.
fn is_focus(session: &str) -> bool {
    session.starts_with("focus@")
}

/// Whether a session records or transcribes: it logs in at a domain of its own beside the server's. A telephone gateway
/// does too, and brings people.
#[must_use]
pub(super) fn is_recorder(session: &str, room: &RoomAddress) -> bool {
    let Some((node, rest)) = session.split_once('@') else { return false };
    let domain = rest.split('/').next().unwrap_or_default();
    let (label, host) = domain.split_once('.').unwrap_or((domain, ""));
    // Nobody chooses that name; its domain may keep a default that the server's does not.
    let is_named = matches!(node, "recorder" | "transcriber" | "jibri");
    match label {
        "recorder" | "hidden" | "transcriber" => is_named || host == room.host(),
        "auth" => is_named && host == room.host(),
        _ => false,
    }
}
