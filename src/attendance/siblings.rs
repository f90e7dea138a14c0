//! Somebody who was in a session's room all along, on the link of another session of theirs. Pure.
//!
//! Each session of an event has an id of its own for everybody; whoever does not load the page anew between two of them
//! is there by the first one's.

use std::collections::BTreeMap;

use super::{
    report::Invited,
    scope::Hours,
    stays::{Ends, by_session},
};
use crate::model::{Stay, UnixSeconds};

/// Whoever lingers for less than so many seconds has not come to the next session.
const LINGERS: UnixSeconds = 60;

/// All ids of one registrant, by address and name, in an event with sessions.
pub(super) struct Siblings<'a>(BTreeMap<(String, &'a str), Vec<&'a str>>);

impl<'a> Siblings<'a> {
    pub(super) fn of(invited: &'a [Invited]) -> Self {
        let mut siblings: BTreeMap<_, Vec<&str>> = BTreeMap::new();
        for one in invited.iter().filter(|one| one.session.is_some()) {
            siblings.entry(one.person()).or_default().push(&one.id);
        }
        Self(siblings)
    }

    /// What somebody's other links show of a session: their stays in its room while it was held, cut to the hours in
    /// which its own links work. `stays_of` gives the stays of an id.
    pub(super) fn stays(
        &self,
        one: &Invited,
        ends: &Ends,
        stays_of: &dyn Fn(&str) -> Option<&'a Vec<&'a Stay>>,
    ) -> Vec<Stay> {
        if one.session.is_none() {
            return Vec::new();
        }
        let ids = self.0.get(&one.person()).into_iter().flatten();
        let others = ids.filter(|id| **id != one.id).filter_map(|id| stays_of(id)).flatten();
        let here = others.copied().filter(|stay| stay.place.room.name == one.room);
        let of_session = by_session(here);
        of_session.values().flat_map(|session| within(session, ends, &one.hours)).collect()
    }
}

/// A session's stays while something was held; none where that is shorter than [`LINGERS`].
fn within(session: &[&Stay], ends: &Ends, hours: &Hours) -> Vec<Stay> {
    let closed = ends.close(session);
    let held = |from: UnixSeconds, to: UnixSeconds| (to.min(hours.ends) - from.max(hours.starts)).max(0);
    if closed.iter().map(|one| held(one.time.from, one.time.to)).sum::<UnixSeconds>() < LINGERS {
        return Vec::new();
    }
    let inside = closed.iter().filter(|one| one.time.from < hours.closes && one.time.to > hours.opens);
    let cut = |one: &super::stays::Closed<'_>| {
        let is_open = one.end.is_uncertain() && one.time.to <= hours.closes;
        Stay {
            joined: Some(one.time.from.max(hours.opens)),
            left: (!is_open).then(|| one.time.to.min(hours.closes)),
            ..one.stay.clone()
        }
    };
    inside.map(cut).collect()
}
