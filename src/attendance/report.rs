//! Who came, who did not, and whom no invitation explains. Pure.
//!
//! A person is known by the id in the token, exactly; names and addresses are told as what they are, somebody's words.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    gathered::is_recorder,
    person::{self, Seen},
    scope::{Hours, Scope},
    settle::Settled,
    siblings::Siblings,
    span::{Gap, Span, last_sign, span},
    stays::{Ends, Stretch, by_session},
};
use crate::model::{Claimed, Presence, Stay, UnixSeconds, Witness};

/// What was read up to so many seconds ago is how things stand.
const FRESH: UnixSeconds = 15 * 60;

/// A link that was mailed to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The room that it opens.
    pub room: String,
    /// The first second in which it works.
    pub opens: UnixSeconds,
    /// The first second in which it works no more.
    pub closes: UnixSeconds,
}

impl Link {
    /// Whether it opens a room at a time.
    pub(super) fn works(&self, room: &str, at: UnixSeconds) -> bool {
        self.room == room && (self.opens..self.closes).contains(&at)
    }
}

/// Somebody whom the event invites, or invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invited {
    /// The address.
    pub email: String,
    /// The name.
    pub name: String,
    /// The id in all their tokens.
    pub id: String,
    /// Of an event with sessions, the key of this one.
    pub session: Option<String>,
    /// The room that their link opens.
    pub room: String,
    /// Its hours.
    pub hours: Hours,
    /// Whether a mail reached them, or may have.
    pub mailed: bool,
    /// Whether they were told that the invitation is called off.
    pub called_off: bool,
    /// Whether the attendee file has them still.
    pub in_file: bool,
    /// The links they were mailed, oldest first.
    pub links: Vec<Link>,
}

impl Invited {
    /// Who it is, in all their sessions: the address in lower case, and the name.
    pub(super) fn person(&self) -> (String, &str) {
        (self.email.to_lowercase(), &self.name)
    }

    /// Whether a link of theirs leads to a room.
    pub(super) fn has_room(&self, room: &str) -> bool {
        room == self.room || self.links.iter().any(|link| link.room == room)
    }
}

/// Whether somebody came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// They were seen.
    Came,
    /// They were not seen, and the sources tell all.
    Absent,
    /// They were not seen, and the sources do not tell all.
    Unknown,
}

impl Status {
    /// The word for it, in all forms of the report.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Came => "came",
            Self::Absent => "absent",
            Self::Unknown => "unknown",
        }
    }
}

/// A stretch of somebody's presence, as a line of time shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    /// From when to when.
    pub time: Stretch,
    /// Whether it was spent in a breakout room.
    pub breakout: bool,
    /// Whether its end is not known.
    pub uncertain: bool,
}

/// What was seen of somebody.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Presented {
    /// When they first came.
    pub first_joined: Option<UnixSeconds>,
    /// When they were last there.
    pub last_left: Option<UnixSeconds>,
    /// Seconds, over all sessions and breakout rooms.
    pub present: UnixSeconds,
    /// Page loads.
    pub joins: usize,
    /// The most sessions at once, reconnects left out.
    pub at_once: usize,
    /// Seconds with two sessions and more, reconnects left out.
    pub overlap: UnixSeconds,
    /// Whether all of that was told, and does not rest on an end that nobody told.
    pub overlap_is_sure: bool,
    /// Seconds in breakout rooms.
    pub in_breakouts: UnixSeconds,
    /// Whether the end is not known: they may have stayed on.
    pub uncertain: bool,
    /// For a line of time.
    pub bars: Vec<Bar>,
    /// When there were two sessions and more.
    pub overlaps: Vec<Stretch>,
}

/// One of the invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub invited: Invited,
    /// Whether they came.
    pub status: Status,
    /// What was seen of them.
    pub seen: Presented,
    /// What is odd about it, in words; empty where nothing is.
    pub note: String,
    /// Whether they came on a link that a later mail replaced.
    pub superseded: bool,
}

/// Somebody whom no invitation explains, or a recorder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranger {
    /// What their token says of them.
    pub who: Claimed,
    /// In which room they were.
    pub room: String,
    /// What was seen of them.
    pub seen: Presented,
    /// Why nothing explains them, in words.
    pub note: String,
}

/// The whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The invited, in the order in which they were given.
    pub people: Vec<Person>,
    /// Whom no invitation explains.
    pub unexplained: Vec<Stranger>,
    /// Recorders and transcribers.
    pub recorders: Vec<Stranger>,
    /// Refused joins by reason.
    pub refusals: BTreeMap<&'static str, u64>,
    /// What time the sources cover.
    pub span: Span,
    /// Whether the event is not over yet.
    pub so_far: bool,
    /// How many people are in a room at the last moment that is known of, as far as nothing tells that they left.
    pub inside: usize,
}

impl Report {
    /// Those of a status.
    pub fn with(&self, status: Status) -> impl Iterator<Item = &Person> {
        self.people.iter().filter(move |person| person.status == status)
    }

    /// Whether the event has sessions: each line is an invitation then, and no person.
    #[must_use]
    pub fn has_sessions(&self) -> bool {
        self.people.iter().any(|person| person.invited.session.is_some())
    }

    /// How many were neither seen nor mailed.
    #[must_use]
    pub fn never_mailed(&self) -> usize {
        self.people.iter().filter(|one| one.status != Status::Came && !one.invited.mailed).count()
    }

    /// Those who were there twice at once.
    pub fn at_once(&self) -> impl Iterator<Item = &Person> {
        self.people.iter().filter(|person| person.seen.at_once > 1)
    }
}

/// Lays what was seen over the invited.
#[must_use]
pub fn report(settled: &Settled, scope: &Scope, invited: &[Invited], now: UnixSeconds) -> Report {
    let fresh = last_sign(&settled.all, settled.ends.last).filter(|sign| (0..=FRESH).contains(&(now - sign)));
    let ends = &settled.ends.until(fresh);
    let known: BTreeSet<&str> = invited.iter().map(|one| one.id.as_str()).collect();
    let groups = Groups::of(&settled.in_hours, &known);
    let sure = settled.sure.as_ref().map(|sure| Presence { covered: sure.clone(), ..settled.all.clone() });
    let closes = scope.whole().map_or(now, |whole| whole.closes);
    let is_silent = now >= closes && fresh.is_none() && is_told_by_receiver(&settled.all) && groups.inside(ends) > 0;
    let silent_since = is_silent.then_some(settled.ends.last);
    let mut spans = Spans { all: &settled.all, sure, silent_since, known: BTreeMap::new() };
    let perhaps: BTreeSet<&str> = settled.perhaps.iter().filter_map(|stay| stay.who.id.as_deref()).collect();
    let mut whole = Span::default();
    let siblings = Siblings::of(invited);
    let people: Vec<Person> = invited
        .iter()
        .filter_map(|one| {
            let stays = groups.people.get(one.id.as_str());
            let (theirs, others): (Vec<&Stay>, Vec<&Stay>) =
                stays.into_iter().flatten().partition(|stay| one.has_room(&stay.place.room.name));
            let seen = (!theirs.is_empty()).then(|| Seen::of(&theirs, ends));
            let by_others = match seen {
                None => siblings.stays(one, ends, &|id| groups.people.get(id)),
                Some(_) => Vec::new(),
            };
            let of_others: Vec<&Stay> = by_others.iter().collect();
            let seen = seen.or_else(|| (!of_others.is_empty()).then(|| Seen::of(&of_others, ends).by_another_link()));
            let is_complete = spans.of(&one.room, &one.hours).is_complete();
            let is_perhaps = seen.is_none() && perhaps.contains(one.id.as_str());
            // Whoever was told that it is called off, or is nobody's guest any more, is not missed.
            (stays.is_some() || seen.is_some() || !one.called_off)
                .then(|| person::person(one, seen, &others, (is_complete, is_perhaps)))
        })
        .collect();
    if spans.known.is_empty() {
        for hours in scope.hours() {
            for room in scope.rooms() {
                spans.of(room, hours);
            }
        }
    }
    for one in spans.known.into_values() {
        whole.from = [whole.from, one.from].into_iter().flatten().min();
        whole.to = whole.to.max(one.to);
        whole.gaps.extend(one.gaps);
    }
    let strangers = |groups: &BTreeMap<&str, Vec<&Stay>>| {
        let mut strangers: Vec<Stranger> = groups.values().map(|stays| person::stranger(stays, ends)).collect();
        strangers.sort_by_key(|one| one.seen.first_joined);
        strangers
    };
    let mut refusals = BTreeMap::new();
    for join in &settled.all.refusals {
        *refusals.entry(join.why.as_str()).or_default() += u64::from(join.count);
    }
    let closes = people.iter().map(|person| person.invited.hours.closes).max();
    let closes = closes.or_else(|| scope.whole().map(|whole| whole.closes)).unwrap_or(now);
    Report {
        people,
        unexplained: strangers(&groups.strangers),
        recorders: strangers(&groups.recorders)
            .into_iter()
            .map(|one| Stranger { note: String::new(), ..one })
            .collect(),
        refusals,
        span: whole,
        so_far: now < closes,
        inside: groups.inside(ends),
    }
}

/// Whether the receiver alone tells of what was: it lives on where the server does not.
fn is_told_by_receiver(presence: &Presence) -> bool {
    presence.covered.iter().all(|one| one.by == Witness::Receiver)
}

/// What time the sources cover, for each room's hours.
struct Spans<'a> {
    all: &'a Presence,
    /// Without logs of which nobody knows the zone; `None` where there are none.
    sure: Option<Presence>,
    /// Where the receiver alone tells of the event, and nothing that it ended: since when the server is silent.
    silent_since: Option<UnixSeconds>,
    known: BTreeMap<(String, Hours), Span>,
}

impl Spans<'_> {
    fn of(&mut self, room: &str, hours: &Hours) -> &Span {
        let known = self.known.entry((room.to_owned(), *hours));
        known.or_insert_with(|| {
            let mut all = span(self.all, room, hours);
            if all.is_complete() && self.sure.as_ref().is_some_and(|sure| !span(sure, room, hours).is_complete()) {
                all.gaps.insert(Gap::WithoutZone);
            }
            all.gaps.extend(self.silent_since.filter(|since| *since < hours.ends).map(Gap::Silent));
            all
        })
    }
}

/// Stays by whose they are; recorders do not count as being there.
struct Groups<'a> {
    people: BTreeMap<&'a str, Vec<&'a Stay>>,
    /// By id where there is one, else by session.
    strangers: BTreeMap<&'a str, Vec<&'a Stay>>,
    recorders: BTreeMap<&'a str, Vec<&'a Stay>>,
}

impl<'a> Groups<'a> {
    fn of(stays: &'a [Stay], known: &BTreeSet<&str>) -> Self {
        let mut groups = Self { people: BTreeMap::new(), strangers: BTreeMap::new(), recorders: BTreeMap::new() };
        for stay in stays {
            let (group, key) = match stay.who.id.as_deref() {
                Some(id) if known.contains(id) => (&mut groups.people, id),
                _ if is_recorder(&stay.session, &stay.place.room) => (&mut groups.recorders, stay.session.as_str()),
                Some(id) => (&mut groups.strangers, id),
                None => (&mut groups.strangers, stay.session.as_str()),
            };
            group.entry(key).or_default().push(stay);
        }
        groups
    }

    /// People of whom nobody saw the end.
    fn inside(&self, ends: &Ends) -> usize {
        let is_inside = |stays: &&Vec<&'a Stay>| {
            let of_session = by_session(stays.iter().copied());
            of_session.values().any(|session| ends.close(session).iter().any(|one| one.end.is_open()))
        };
        self.people.values().chain(self.strangers.values()).filter(is_inside).count()
    }
}

#[cfg(test)]
mod tests;
