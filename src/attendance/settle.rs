//! All that was read, put together: what needs its neighbours is settled when everything is there. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    besides::Besides,
    gathered::{Dated, Gathered, add_to, fill},
    scope::{MARGIN, Scope},
    stays::{Ends, by_session},
};
use crate::model::{Claimed, Covered, Place, Presence, RoomAddress, RoomLife, ServerClock, Stay, UnixSeconds};

/// Two beginnings of one session in one room that are this close, in seconds, are one, told by two clocks.
const ONE_BEGINNING: UnixSeconds = 300;

/// A day, in seconds.
const DAY: UnixSeconds = 24 * 3600;

/// All that is known of an event.
#[derive(Debug)]
pub struct Settled {
    /// What is to be kept of it.
    pub kept: Presence,
    /// All of its rooms.
    pub all: Presence,
    /// The stays that lie in its hours: to be reported.
    pub(super) in_hours: Vec<Stay>,
    /// Stays of which nobody knows whether they belong to it: begun before, and nothing tells when they ended; or in a
    /// breakout room of which nothing tells the main room.
    pub(super) perhaps: Vec<Stay>,
    /// What is known of the time without logs of which nobody knows the zone; `None` where there are none.
    pub(super) sure: Option<Vec<Covered>>,
    /// What ends stays whose end nobody told.
    pub(super) ends: Ends,
    /// What there was besides.
    pub besides: Besides,
}

impl Gathered<'_> {
    /// Puts it all together.
    #[must_use]
    pub fn settle(mut self) -> Settled {
        let (adrift, lives_adrift) = self.attach_breakouts();
        self.pair_loose_ends();
        self.leave_out_namesakes();
        self.learn_who();
        let stays: Vec<Stay> = std::mem::take(&mut self.stays).into_values().collect();
        self.compare_clocks(&stays);
        let clocks = self.clocks.iter().map(|(at, ahead)| ServerClock { at: *at, ahead: *ahead }).collect();
        let mut all = Presence { stays, clocks, ..presence(self.dated) };
        let mut kept = all.clone();
        let in_hours = |stay: &&Stay| self.scope.spans(stay.joined.or(stay.left).unwrap_or_default());
        let adrift_in_hours: Vec<Stay> = adrift.iter().filter(in_hours).cloned().collect();
        kept.stays.extend(adrift);
        kept.lives.extend(lives_adrift);
        let unsure = presence(self.unsure);
        all.lives.extend(unsure.lives);
        all.turns.extend(unsure.turns);
        all.refusals.extend(unsure.refusals);
        let mut sure = (!unsure.covered.is_empty()).then(|| all.covered.clone());
        all.covered = merged([all.covered, unsure.covered].concat());
        self.besides.other_servers = leave_out_other_servers(&mut all, self.scope);
        if let Some(sure) = &mut sure {
            sure.retain(|one| all.covered.iter().any(|other| other.host == one.host));
        }
        let ends = Ends::of(&all, self.scope.whole().map(|whole| whole.closes + MARGIN));
        let touches = |stay: &Stay, is_sure: bool| {
            let touches = |from, to| self.scope.touches(&stay.place.room.name, from, to);
            ends.close(&[stay]).iter().any(|one| {
                // Whoever came before, and of whose end nothing at all tells, was not seen in these hours.
                let known = if one.end.is_open() { one.time.from } else { one.time.to };
                touches(one.time.from, if is_sure { known } else { one.over })
            })
        };
        let (in_hours, others): (Vec<Stay>, Vec<Stay>) =
            all.stays.iter().cloned().partition(|stay| touches(stay, true));
        self.besides.other_times = others.len() as u64;
        // No ghost lives for a day.
        let is_recent =
            |stay: &Stay| stay.joined.is_none_or(|at| self.scope.touches(&stay.place.room.name, at, at + DAY));
        let mut perhaps: Vec<Stay> =
            others.into_iter().filter(|stay| is_recent(stay) && touches(stay, false)).collect();
        perhaps.extend(adrift_in_hours);
        Settled { kept, all, in_hours, perhaps, sure, ends, besides: self.besides }
    }

    /// A breakout room belongs to the main room in which one of its sessions is seen, nearest in time. What is left has
    /// its main room in a log that is still to be read; of whom it tells, the id is enough.
    fn attach_breakouts(&mut self) -> (Vec<Stay>, Vec<RoomLife>) {
        let adrift = std::mem::take(&mut self.adrift);
        let mut main_of: BTreeMap<RoomAddress, (UnixSeconds, RoomAddress)> = BTreeMap::new();
        let of_session = by_session(self.stays.values());
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
        let mut left = (Vec::new(), Vec::new());
        for stay in adrift {
            if let Some((_, main)) = main_of.get(&stay.place.room) {
                let place = Place { room: main.clone(), breakout: Some(stay.place.room.name.clone()) };
                self.keep(Stay { place, ..stay });
            } else {
                self.pass_by(&stay.place.room, &stay.session, stay.joined.or(stay.left).unwrap_or_default());
                left.0.push(Stay { who: Claimed { id: stay.who.id, ..Claimed::default() }, ..stay });
            }
        }
        for life in std::mem::take(&mut self.lives_adrift) {
            if let Some((_, main)) = main_of.get(&life.place.room) {
                let place = Place { room: main.clone(), breakout: Some(life.place.room.name) };
                self.dated.lives.insert(RoomLife { place, ..life });
            } else if left.0.iter().any(|stay| stay.place == life.place) {
                left.1.push(life);
            }
        }
        left
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
                add_to(stay, &ended);
            }
        }
    }

    /// Where rooms of one name are on several servers and one of them is the event's, the others are not.
    fn leave_out_namesakes(&mut self) {
        let is_at_home = |place: &Place| self.scope.is_at_home(&place.room);
        if !self.stays.keys().any(|key| is_at_home(&key.0)) {
            return;
        }
        let others = self.stays.keys().filter(|key| !is_at_home(&key.0)).map(|key| key.0.room.to_string());
        self.besides.namesakes.extend(others);
        self.besides.other_rooms += self.stays.keys().filter(|key| !is_at_home(&key.0)).count() as u64;
        let scope = self.scope;
        self.stays.retain(|key, _| scope.is_at_home(&key.0.room));
        self.dated.lives.retain(|life| scope.is_at_home(&life.place.room));
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

/// What another server's log covers, and when it stopped, is none of this event's; tells which servers those are whose
/// logs count for nothing. As long as no room of the event was seen, nobody knows which server is its own.
fn leave_out_other_servers(all: &mut Presence, scope: &Scope) -> BTreeSet<String> {
    let stays = all.stays.iter().map(|stay| stay.place.room.host());
    let ours: BTreeSet<String> =
        stays.chain(all.lives.iter().map(|life| life.place.room.host())).map(str::to_owned).collect();
    let is_ours = |host: &String| ours.is_empty() || ours.contains(host) || scope.is_host(host);
    all.turns.retain(|turn| turn.host.as_ref().is_none_or(is_ours));
    let (covered, others): (Vec<Covered>, Vec<Covered>) =
        std::mem::take(&mut all.covered).into_iter().partition(|one| one.host.as_ref().is_none_or(is_ours));
    // One process may be several servers.
    let is_told =
        |other: &Covered| covered.iter().any(|one| one.by == other.by && one.from <= other.from && one.to >= other.to);
    let servers = others.iter().filter(|other| !is_told(other)).filter_map(|other| other.host.clone()).collect();
    all.covered = covered;
    servers
}

fn presence(dated: Dated) -> Presence {
    Presence {
        lives: dated.lives.into_iter().collect(),
        turns: dated.turns.into_iter().collect(),
        refusals: dated.refusals.into_values().map(|(join, _)| join).collect(),
        covered: merged(dated.covered),
        ..Presence::default()
    }
}

/// Stretches of each kind that touch become one; sorted.
fn merged(mut covered: Vec<Covered>) -> Vec<Covered> {
    covered.sort_unstable();
    let mut merged: Vec<Covered> = Vec::with_capacity(covered.len());
    for next in covered {
        match merged.last_mut() {
            Some(last)
                if (last.by, &last.room, &last.host) == (next.by, &next.room, &next.host) && next.from <= last.to =>
            {
                let (is_first, is_last) = (next.from == last.from, next.to >= last.to);
                last.quiet.0 = last.quiet.0.max(if is_first { next.quiet.0 } else { 0 });
                last.quiet.1 = if is_last { next.quiet.1 } else { last.quiet.1 };
                last.to = last.to.max(next.to);
            }
            _ => merged.push(next),
        }
    }
    merged
}
