use jiff::tz::TimeZone;

use super::*;
use crate::{
    attendance::Gathered,
    model::{Covered, Place, RoomAddress},
};

const HOURS: Hours = Hours { opens: 1000, starts: 2000, ends: 10_000, closes: 20_000 };

/// What is told, long after closing, of somebody who came and of whose end nothing tells; with the last event of all.
fn told(by: Witness, last: UnixSeconds) -> Report {
    let mut scope = Scope::new(None, "h", TimeZone::UTC);
    scope.add("r", HOURS);
    let mut gathered = Gathered::with(&scope, Presence::default());
    let place = Place::main(RoomAddress::parse("r@conference.h").unwrap());
    let who = |id: &str| Claimed { id: Some(id.to_owned()), ..Claimed::default() };
    let stay = |session: &str, left| Stay {
        place: place.clone(),
        session: session.to_owned(),
        who: who(session),
        joined: Some(2000),
        left,
    };
    gathered.stay(stay("a", None));
    gathered.stay(stay("b", Some(last)));
    gathered.covers(Covered::of(by, 0, 30_000));
    let invited = ["a", "b", "c"].map(|id| Invited {
        email: format!("{id}@example.org"),
        name: id.to_owned(),
        id: id.to_owned(),
        session: None,
        room: "r".to_owned(),
        hours: HOURS,
        mailed: true,
        called_off: false,
        in_file: true,
        links: Vec::new(),
    });
    report(&gathered.settle(), &scope, &invited, 90_000)
}

#[test]
fn a_receiver_that_hears_no_more_before_the_end_calls_nobody_absent() {
    let silent = told(Witness::Receiver, 9999);
    assert_eq!(silent.span.gaps.iter().collect::<Vec<_>>(), [&Gap::Silent(9999)]);
    assert_eq!(silent.people[2].status, Status::Unknown);
    // Who sits there after the end is nobody's concern, and a log tells what happened.
    for other in [told(Witness::Receiver, 10_000), told(Witness::Log, 9999)] {
        assert!(other.span.is_complete());
        assert_eq!(other.people[2].status, Status::Absent);
    }
}
