//! One person's presence, and what is odd about it, in words. Pure.

use std::collections::BTreeSet;

use super::{
    report::{Bar, Invited, Person, Presented, Status, Stranger},
    stays::{Closed, End, Ends, at_once, by_session, total, union},
};
use crate::model::{Claimed, Stay, UnixSeconds};

/// Of what a token says of somebody so many characters are told.
const HINT: usize = 100;

/// The stays of one id, with their ends.
pub(super) struct Seen<'a> {
    stays: Vec<Closed<'a>>,
    told: Presented,
    /// How the last end is known.
    end: End,
    /// Whether they were there on a link of theirs that is for another session.
    by_another_link: bool,
}

impl<'a> Seen<'a> {
    pub(super) fn of(stays: &[&'a Stay], ends: &Ends) -> Self {
        let of_session = by_session(stays.iter().copied());
        let sessions: Vec<Vec<Closed<'a>>> = of_session.values().map(|session| ends.close(session)).collect();
        let times = |session: &Vec<Closed<'_>>| union(session.iter().map(|one| one.time).collect());
        let overlaps = at_once(&sessions.iter().map(times).collect::<Vec<_>>());
        let told_times = |session: &Vec<Closed<'_>>| {
            union(session.iter().filter(|one| one.end != End::Lost).map(|one| one.time).collect())
        };
        let overlap_is_sure = overlaps == at_once(&sessions.iter().map(told_times).collect::<Vec<_>>());
        let joins = sessions.len();
        let stays: Vec<Closed<'a>> = sessions.into_iter().flatten().collect();
        let all = union(stays.iter().map(|one| one.time).collect());
        let breakouts = stays.iter().filter(|one| one.stay.place.breakout.is_some()).map(|one| one.time).collect();
        let last = all.last().map(|stretch| stretch.to);
        let ends_there = stays.iter().filter(|one| Some(one.time.to) == last);
        // Of two ends at one moment the one that is known holds.
        let end = ends_there.map(|one| one.end).min_by_key(|end| end.is_uncertain()).unwrap_or(End::Known);
        let told = Presented {
            first_joined: all.first().map(|stretch| stretch.from),
            last_left: last,
            present: total(&all),
            joins,
            at_once: overlaps.most.max(1),
            overlap: total(&overlaps.when),
            overlap_is_sure,
            in_breakouts: total(&union(breakouts)),
            uncertain: end.is_uncertain() || stays.iter().any(|one| is_open(one, &stays)),
            bars: bars(&stays),
            overlaps: overlaps.when,
        };
        Self { stays, told, end, by_another_link: false }
    }

    /// The same, where another session's link is what they were there on.
    pub(super) fn by_another_link(self) -> Self {
        Self { by_another_link: true, ..self }
    }

    /// The rooms, with each moment at which they were entered.
    fn entries(&self) -> impl Iterator<Item = (&str, UnixSeconds)> {
        self.stays.iter().map(|one| (one.stay.place.room.name.as_str(), one.time.from))
    }
}

/// Whether a stay has no sure end, and no other stay covers what that leaves open.
fn is_open(one: &Closed<'_>, all: &[Closed<'_>]) -> bool {
    let covers = |other: &Closed<'_>| {
        !other.end.is_uncertain() && other.time.from <= one.time.from && other.time.to >= one.time.to
    };
    one.end.is_uncertain() && !all.iter().any(covers)
}

/// Stretches of main and breakout rooms, each merged by itself.
fn bars(stays: &[Closed<'_>]) -> Vec<Bar> {
    let mut bars = Vec::new();
    for breakout in [false, true] {
        let here = || stays.iter().filter(move |one| one.stay.place.breakout.is_some() == breakout);
        for time in union(here().map(|one| one.time).collect()) {
            let uncertain = here().any(|one| one.end.is_uncertain() && one.time.to == time.to);
            bars.push(Bar { time, breakout, uncertain });
        }
    }
    bars.sort_by_key(|bar| bar.time);
    bars
}

/// One of the invited, as the report tells of them; `elsewhere` are stays in rooms that no link of theirs opens. Whether
/// the sources tell everything, and whether something of them was seen that may belong to these hours or not.
pub(super) fn person(
    invited: &Invited,
    seen: Option<Seen<'_>>,
    elsewhere: &[&Stay],
    (is_complete, is_perhaps): (bool, bool),
) -> Person {
    let status = match (&seen, is_complete && !is_perhaps) {
        (Some(_), _) => Status::Came,
        (None, true) => Status::Absent,
        (None, false) => Status::Unknown,
    };
    let superseded = seen.as_ref().and_then(|seen| superseded(invited, seen));
    let mut notes = Vec::new();
    if let Some(seen) = &seen {
        notes.extend(two_at_once(&seen.told));
        notes.extend(superseded.clone());
        if invited.called_off {
            notes.push("came though the invitation was called off".to_owned());
        } else if !invited.mailed {
            notes.push("came though no mail to them is on record".to_owned());
        }
        if seen.by_another_link {
            notes.push("was there on the link of another session".to_owned());
        }
        notes.extend(untold(seen));
    } else if !invited.mailed {
        notes.push("not mailed".to_owned());
    }
    if is_perhaps {
        notes.push("perhaps there: came before these hours, or to a breakout room, and nothing tells more".to_owned());
    }
    let others: BTreeSet<&str> = elsewhere.iter().map(|stay| stay.place.room.name.as_str()).collect();
    if !others.is_empty() {
        let others: Vec<&str> = others.into_iter().collect();
        notes.push(format!("was in room {}, to which this link does not lead: not counted", others.join(", ")));
    }
    if !invited.in_file {
        notes.push("no longer in the attendee file".to_owned());
    }
    Person {
        invited: invited.clone(),
        status,
        seen: seen.map(|seen| seen.told).unwrap_or_default(),
        note: notes.join("; "),
        superseded: superseded.is_some(),
    }
}

fn two_at_once(told: &Presented) -> Option<String> {
    let count = match told.at_once {
        0 | 1 => return None,
        2 => "two".to_owned(),
        3 => "three".to_owned(),
        more => more.to_string(),
    };
    let unless = if told.overlap_is_sure { "" } else { ", if both stayed so long: an end was not told" };
    Some(format!("{count} at once, {} min: second device or shared link{unless}", minutes(told.overlap)))
}

/// Seconds as whole minutes, rounded; never none.
pub(super) fn minutes(seconds: UnixSeconds) -> UnixSeconds {
    ((seconds + 30) / 60).max(1)
}

/// Whether they came on a link that a later mail replaced: the one they hold did not open that room at that time, and an
/// earlier one did.
fn superseded(invited: &Invited, seen: &Seen<'_>) -> Option<String> {
    let (current, earlier) = invited.links.split_last()?;
    let by_old = |(room, at): &(&str, UnixSeconds)| {
        !current.works(room, *at) && earlier.iter().any(|link| link.works(room, *at))
    };
    let rooms: BTreeSet<&str> = seen.entries().filter(by_old).map(|(room, _)| room).collect();
    let named: Vec<&str> = rooms.iter().copied().filter(|room| *room != current.room).collect();
    match (rooms.is_empty(), named.is_empty()) {
        (true, _) => None,
        (false, true) => Some("came on a link since superseded".to_owned()),
        (false, false) => Some(format!("came on a link since superseded, to room {}", named.join(", "))),
    }
}

/// What was not told of when they came and left.
fn untold(seen: &Seen<'_>) -> Option<String> {
    let end = match seen.end {
        End::Known if !seen.told.uncertain => None,
        End::Known => seen.stays.iter().map(|one| one.end).find(|end| end.is_uncertain()),
        end => Some(end),
    };
    let told = end.map(|end| match end {
        End::Known | End::Lost => "when they left was not told",
        End::Stopped => "the server stopped while they were there",
        End::Unseen => "nothing tells that they left",
        End::Still => "still there",
        End::SetBack => "the server's clock was set back while they were there: for how long is not known",
    });
    let begin = seen.stays.iter().any(|one| one.stay.joined.is_none());
    let begin = begin.then_some("when they came was not told");
    let told: Vec<&str> = begin.into_iter().chain(told).collect();
    (!told.is_empty()).then(|| told.join("; "))
}

/// Somebody whom no invitation explains, or a recorder.
pub(super) fn stranger(stays: &[&Stay], ends: &Ends) -> Stranger {
    let seen = Seen::of(stays, ends);
    let first = stays.iter().min_by_key(|stay| stay.joined.or(stay.left));
    let who = first.map(|stay| stay.who.clone()).unwrap_or_default();
    let rooms: BTreeSet<&str> = seen.entries().map(|(room, _)| room).collect();
    let room = rooms.into_iter().collect::<Vec<_>>().join(", ");
    let mut note = unexplained(&who);
    for more in [two_at_once(&seen.told), untold(&seen)].into_iter().flatten() {
        note = format!("{note}; {more}");
    }
    Stranger { who, room, seen: seen.told, note }
}

fn unexplained(who: &Claimed) -> String {
    let says: Vec<&str> = [&who.name, &who.email].into_iter().flatten().map(String::as_str).collect();
    let why = match &who.id {
        Some(_) => "an id that this event never gave",
        None if says.is_empty() => "no token, or one that names nobody",
        None => "a token without an id",
    };
    let says: Vec<String> = says.into_iter().map(|says| says.chars().take(HINT).collect()).collect();
    if says.is_empty() { why.to_owned() } else { format!("{why}; says {}", says.join(", ")) }
}
