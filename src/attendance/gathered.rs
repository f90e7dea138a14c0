//! What was read from all sources, put together: each stay once, however often it was told. Pure.
//!
//! Nothing is overwritten: a second source adds what the first one lacks. Order means nothing: what needs its
//! neighbours (a breakout room's main room, an end without a beginning) is settled when all is read.

use std::collections::{BTreeMap, BTreeSet, HashSet, btree_map::Entry};

use super::{
    scope::{MARGIN, Scope},
    stays::Ends,
};
use crate::model::{Claimed, Covered, Place, Presence, Refusal, RefusedJoin, RoomAddress, RoomLife, Stay, UnixSeconds};

/// Clocks that differ by more seconds than these are spoken of.
pub(super) const CLOCKS_MAY_DIFFER: UnixSeconds = 4;
/// Two beginnings of one session in one room that are this close, in seconds, are one, told by two clocks.
const ONE_BEGINNING: UnixSeconds = 300;
/// So many joins of other rooms are told apart; more are only counted.
const MOST_TOLD_APART: usize = 500_000;

/// What there was besides.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Besides {
    /// Joins of other rooms.
    pub other_rooms: u64,
    /// Joins of this event's rooms at other times.
    pub other_times: u64,
    /// Lines or events of the right kind that could not be read.
    pub unreadable: u64,
    /// So many seconds two clocks are apart at most; 0 where they agree.
    pub clocks_apart: UnixSeconds,
    /// So many seconds the server's clock was set back at most.
    pub set_back: UnixSeconds,
    /// Rooms of the same name that are not the event's: another server's, or another tenant's.
    pub namesakes: BTreeSet<String>,
}

impl Besides {
    /// Both together.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.namesakes.extend(other.namesakes);
        Self {
            other_rooms: self.other_rooms + other.other_rooms,
            // Stays that were kept are counted in each of them.
            other_times: self.other_times.max(other.other_times),
            unreadable: self.unreadable + other.unreadable,
            clocks_apart: self.clocks_apart.max(other.clocks_apart),
            set_back: self.set_back.max(other.set_back),
            namesakes: self.namesakes,
        }
    }
}

/// What was read from all sources.
#[derive(Debug)]
pub struct Gathered<'a> {
    scope: &'a Scope,
    stays: BTreeMap<(Place, String, Option<UnixSeconds>, Option<UnixSeconds>), Stay>,
    /// Of breakout rooms whose main room the log does not name.
    adrift: Vec<Stay>,
    lives_adrift: BTreeSet<RoomLife>,
    lives: BTreeSet<RoomLife>,
    stops: BTreeSet<UnixSeconds>,
    /// By moment and line: the most of one source, and how many the source that is being read has.
    refusals: BTreeMap<(UnixSeconds, u64), (RefusedJoin, u32)>,
    covered: Vec<Covered>,
    elsewhere: HashSet<(String, UnixSeconds)>,
    besides: Besides,
}

/// All that is known of an event.
#[derive(Debug)]
pub struct Settled {
    /// All of its rooms: to be kept.
    pub all: Presence,
    /// What of it lies in its hours: to be reported.
    pub in_hours: Presence,
    /// What there was besides.
    pub besides: Besides,
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
            lives: kept.lives.into_iter().collect(),
            stops: kept.stops.into_iter().collect(),
            refusals: kept.refusals.into_iter().map(|join| ((join.at, join.digest), (join, 0))).collect(),
            covered: kept.covered,
            elsewhere: HashSet::new(),
            besides: Besides::default(),
        };
        for stay in kept.stays {
            gathered.keep(stay);
        }
        gathered
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
        } else if is_breakout(room) && stay.place.breakout.is_none() {
            let times = [stay.joined, stay.left].into_iter().flatten();
            let may_matter = self
                .scope
                .whole()
                .is_some_and(|whole| times.clone().any(|at| at >= whole.opens - MARGIN && at <= whole.closes + MARGIN));
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

    fn keep(&mut self, stay: Stay) {
        // An end without a beginning is told apart by the end.
        let loose_end = if stay.joined.is_none() { stay.left } else { None };
        match self.stays.entry((stay.place.clone(), stay.session.clone(), stay.joined, loose_end)) {
            Entry::Vacant(place) => {
                place.insert(stay);
            }
            Entry::Occupied(mut known) => add_to(known.get_mut(), stay),
        }
    }

    /// Takes what is known of a room's life.
    pub fn life(&mut self, life: RoomLife) {
        let room = &life.place.room;
        if self.scope.has_room(room) {
            self.lives.insert(life);
        } else if is_breakout(room) && life.place.breakout.is_none() && self.lives_adrift.len() < MOST_TOLD_APART {
            self.lives_adrift.insert(life);
        }
    }

    /// Takes a stop of the server, or a start that shows one.
    pub fn stop(&mut self, at: UnixSeconds) {
        self.stops.insert(at);
    }

    /// A source begins: lines that are alike count in each source, and the most counts.
    pub fn source(&mut self) {
        for (_, of_source) in self.refusals.values_mut() {
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
        let (join, of_source) = self.refusals.entry((at, digest)).or_insert_with(new);
        *of_source += 1;
        join.count = join.count.max(*of_source);
    }

    /// Takes a stretch of time of which a source tells everything.
    pub fn covers(&mut self, covered: Covered) {
        if !self.covered.contains(&covered) {
            self.covered.push(covered);
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

    /// Puts it all together.
    #[must_use]
    pub fn settle(mut self) -> Settled {
        self.attach_breakouts();
        self.pair_loose_ends();
        self.leave_out_other_servers();
        self.learn_who();
        let stays: Vec<Stay> = std::mem::take(&mut self.stays).into_values().collect();
        self.compare_clocks(&stays);
        let all = Presence {
            stays,
            lives: self.lives.into_iter().collect(),
            stops: self.stops.into_iter().collect(),
            refusals: self.refusals.into_values().map(|(join, _)| join).collect(),
            covered: merged(self.covered),
        };
        let ends = Ends::of(&all);
        let touches = |stay: &Stay| {
            let closed = ends.close(&[stay]);
            closed.iter().any(|one| self.scope.touches(&stay.place.room.name, one.time.from, one.time.to))
        };
        let (in_hours, others): (Vec<Stay>, Vec<Stay>) = all.stays.iter().cloned().partition(touches);
        self.besides.other_times = others.len() as u64;
        let in_hours = Presence { stays: in_hours, ..all.clone() };
        Settled { all, in_hours, besides: self.besides }
    }

    /// A breakout room belongs to the main room in which one of its sessions is seen, nearest in time.
    fn attach_breakouts(&mut self) {
        let adrift = std::mem::take(&mut self.adrift);
        let mut main_of: BTreeMap<RoomAddress, (UnixSeconds, RoomAddress)> = BTreeMap::new();
        let mut of_session: BTreeMap<&str, Vec<&Stay>> = BTreeMap::new();
        for stay in self.stays.values() {
            of_session.entry(&stay.session).or_default().push(stay);
        }
        for stay in &adrift {
            let at = stay.joined.or(stay.left).unwrap_or_default();
            for main in of_session.get(stay.session.as_str()).into_iter().flatten() {
                let away = [main.joined, main.left].into_iter().flatten().map(|time| (time - at).abs()).min();
                let away = away.unwrap_or(UnixSeconds::MAX);
                let known = main_of.entry(stay.place.room.clone());
                let known = known.or_insert_with(|| (away, main.place.room.clone()));
                if away < known.0 {
                    *known = (away, main.place.room.clone());
                }
            }
        }
        for life in std::mem::take(&mut self.lives_adrift) {
            if let Some((_, main)) = main_of.get(&life.place.room) {
                let place = Place { room: main.clone(), breakout: Some(life.place.room.name) };
                self.lives.insert(RoomLife { place, ..life });
            }
        }
        for stay in adrift {
            match main_of.get(&stay.place.room) {
                Some((_, main)) => {
                    let place = Place { room: main.clone(), breakout: Some(stay.place.room.name.clone()) };
                    self.keep(Stay { place, ..stay });
                }
                None => self.pass_by(&stay.place.room, &stay.session, stay.joined.or(stay.left).unwrap_or_default()),
            }
        }
    }

    /// An end without a beginning ends the latest stay of its session in its room that has none.
    fn pair_loose_ends(&mut self) {
        let loose: Vec<_> = self.stays.keys().filter(|(_, _, joined, _)| joined.is_none()).cloned().collect();
        for key in loose {
            let Some(left) = key.3 else { continue };
            let first = (key.0.clone(), key.1.clone(), Some(UnixSeconds::MIN), None);
            let last = (key.0.clone(), key.1.clone(), Some(left), None);
            let latest = self.stays.range(first..=last).next_back().map(|(other, stay)| (other.clone(), stay.left));
            if let Some((latest, known_left)) = latest
                && known_left.is_none_or(|known| known == left)
                && let Some(ended) = self.stays.remove(&key)
                && let Some(stay) = self.stays.get_mut(&latest)
            {
                add_to(stay, Stay { joined: stay.joined, ..ended });
            }
        }
    }

    /// Where rooms of one name are on several servers and one of them is the event's, the others are not.
    fn leave_out_other_servers(&mut self) {
        let is_at_home = |place: &Place| self.scope.is_at_home(&place.room);
        if !self.stays.keys().any(|key| is_at_home(&key.0)) {
            return;
        }
        let others = self.stays.keys().filter(|key| !is_at_home(&key.0)).map(|key| key.0.room.to_string());
        self.besides.namesakes.extend(others);
        self.besides.other_rooms += self.stays.keys().filter(|key| !is_at_home(&key.0)).count() as u64;
        let scope = self.scope;
        self.stays.retain(|key, _| scope.is_at_home(&key.0.room));
        self.lives.retain(|life| scope.is_at_home(&life.place.room));
    }

    /// A session has one token: what one of its stays tells of it, all do.
    fn learn_who(&mut self) {
        let mut of_session: BTreeMap<String, Claimed> = BTreeMap::new();
        for stay in self.stays.values() {
            fill(of_session.entry(stay.session.clone()).or_default(), &stay.who);
        }
        for stay in self.stays.values_mut() {
            fill(&mut stay.who, &of_session[&stay.session]);
        }
    }

    /// Two beginnings of one session in one room that overlap were told by two clocks.
    fn compare_clocks(&mut self, stays: &[Stay]) {
        for pair in stays.windows(2) {
            let [first, second] = pair else { continue };
            let is_one = (&first.place, &first.session) == (&second.place, &second.session);
            let (Some(begun), Some(again)) = (first.joined, second.joined) else { continue };
            if is_one && first.left.is_none_or(|left| again < left) && again - begun <= ONE_BEGINNING {
                self.clocks_differ(again - begun);
            }
        }
        let backwards = stays.iter().filter_map(|stay| Some(stay.joined? - stay.left?));
        self.set_back(backwards.max().unwrap_or_default());
    }
}

/// Adds to what is known of a stay what another source tells; the later end holds.
fn add_to(known: &mut Stay, other: Stay) {
    known.left = known.left.max(other.left);
    fill(&mut known.who, &other.who);
}

fn fill(known: &mut Claimed, other: &Claimed) {
    for (known, other) in [(&mut known.id, &other.id), (&mut known.name, &other.name), (&mut known.email, &other.email)]
    {
        if known.is_none() {
            known.clone_from(other);
        }
    }
}

/// Stretches of each kind that touch become one; sorted.
fn merged(mut covered: Vec<Covered>) -> Vec<Covered> {
    covered.sort_unstable();
    let mut merged: Vec<Covered> = Vec::with_capacity(covered.len());
    for next in covered {
        match merged.last_mut() {
            Some(last) if (last.by, &last.room) == (next.by, &next.room) && next.from <= last.to => {
                last.to = last.to.max(next.to)
            }
            _ => merged.push(next),
        }
    }
    merged
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
    let label = domain.strip_suffix(room.host()).and_then(|label| label.strip_suffix('.'));
    match label {
        Some("recorder" | "hidden" | "transcriber") => true,
        Some("auth") => matches!(node, "jibri" | "recorder" | "transcriber"),
        _ => false,
    }
}
