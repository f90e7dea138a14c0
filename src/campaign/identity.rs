//! Who is who: rows of today's file against the people the ledger knows. Pure.
//!
//! The match is frozen at the first mail. An id column that came later, or addresses that may now
//! be shared, must mail nobody twice; an address that was mailed under a key no row has any more is
//! nobody's to guess about. Somebody mailed before there were ids is found by address once, and the
//! ledger learns the id. Known weakness: where address and id come anew together, they are somebody new.

use std::collections::{HashMap, HashSet};

use crate::{
    ledger::{Roster, Standing},
    model::{Address, Attendee, AttendeeKey, PersonId},
};

/// A row whose key the ledger does not know, though it knows its address.
#[derive(Debug)]
struct Claim {
    row: u32,
    key: AttendeeKey,
    name: String,
    address: Address,
}

/// An address that was mailed under a key which no row has any more, or only a row of another address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranger {
    /// The row that has the address now.
    pub row: u32,
    /// The address.
    pub address: String,
    /// The name in the row.
    pub name: String,
    /// Who was mailed there.
    pub mailed: PersonId,
    /// The key under which the address was mailed.
    pub mailed_as: AttendeeKey,
    /// The name that was mailed.
    pub mailed_name: String,
    /// The row that has this key now, with another address.
    pub key_of_row: Option<u32>,
}

/// Collects rows in file order, then says who each one is.
#[derive(Debug, Default)]
pub(super) struct Identities {
    corrected: HashMap<u32, Address>,
    known: HashMap<u32, PersonId>,
    taken: HashSet<PersonId>,
    /// How many rows there are of an address, in each session.
    rows_of_address: HashMap<(String, String), u32>,
    claims: Vec<Claim>,
    learned: Vec<(PersonId, AttendeeKey)>,
    /// Addresses and names of rows that cannot be mailed, but are there.
    unsound: Vec<(Address, String)>,
}

/// Who the rows are.
#[derive(Debug, Default, Clone)]
pub struct Identified {
    /// Rows whose address, here, is another than the one their person was last mailed under.
    pub corrected: HashMap<u32, Address>,
    /// Rows of people the ledger knows; every other row is new.
    pub known: HashMap<u32, PersonId>,
    /// People mailed before they had an id, and the key that they have by it now.
    pub learned: Vec<(PersonId, AttendeeKey)>,
    /// Rows that may be somebody mailed before, or not.
    pub strangers: Vec<Stranger>,
}

impl Identities {
    /// Takes one sound row.
    pub(super) fn add(&mut self, attendee: &Attendee, roster: &Roster) {
        if roster.is_empty() {
            return;
        }
        let (folded, session) = (attendee.email.folded(), attendee.key.session_text().to_owned());
        if let Some(standing) = of_same_id_and_address(roster, attendee) {
            // A second address came into the cell, or went out of it.
            self.learned.push((standing.person, attendee.key.clone()));
            self.known.insert(attendee.number, standing.person);
            self.taken.insert(standing.person);
            *self.rows_of_address.entry((folded, session)).or_default() += 1;
        } else if let Some(standing) = roster.by_key(&attendee.key) {
            self.known.insert(attendee.number, standing.person);
            self.taken.insert(standing.person);
            if standing.address().to_lowercase() != folded {
                self.corrected.insert(attendee.number, attendee.email.clone());
            }
            *self.rows_of_address.entry((folded, session)).or_default() += 1;
        } else if there(roster, &attendee.email, &attendee.key).next().is_some() {
            *self.rows_of_address.entry((folded, session)).or_default() += 1;
            let (key, name) = (attendee.key.clone(), attendee.name.clone());
            self.claims.push(Claim { row: attendee.number, key, name, address: attendee.email.clone() });
        }
    }

    /// Takes one row that cannot be mailed: somebody else at its address must not be taken for its person.
    pub(super) fn add_unsound(&mut self, address: &Address, name: &str, roster: &Roster) {
        let sessions: HashSet<_> = roster.by_address(address).map(Standing::session_text).collect();
        if !sessions.is_empty() {
            // Which session it is for cannot be read.
            for session in sessions {
                *self.rows_of_address.entry((address.folded(), session.to_owned())).or_default() += 1;
            }
            self.unsound.push((address.clone(), name.to_owned()));
        }
    }

    /// Whom a row will most probably turn out to be, before all rows are known.
    pub(super) fn guess<'a>(attendee: &Attendee, roster: &'a Roster) -> Option<&'a Standing> {
        roster.by_key(&attendee.key).or_else(|| {
            let there = || there(roster, &attendee.email, &attendee.key);
            there().find(|standing| standing.name() == attendee.name).or_else(|| there().next())
        })
    }

    /// Decides, once every row was taken.
    #[must_use]
    pub(super) fn decide(mut self, roster: &Roster) -> Identified {
        // Equal names first: they leave the doubtful ones fewer to be taken for.
        let (by_name, others): (Vec<Claim>, Vec<Claim>) =
            std::mem::take(&mut self.claims).into_iter().partition(|claim| self.namesake(claim, roster).is_some());
        let mut strangers = self.settle(by_name, roster);
        for (address, name) in std::mem::take(&mut self.unsound) {
            let namesakes = roster.by_address(&address).filter(|standing| standing.name() == name);
            self.taken.extend(namesakes.map(|standing| standing.person));
        }
        strangers.extend(self.settle(others, roster));
        strangers.sort_by_key(|stranger| stranger.row);
        Identified { corrected: self.corrected, known: self.known, learned: self.learned, strangers }
    }

    /// Finds the people of these rows; gives back those that somebody must decide about.
    fn settle(&mut self, claims: Vec<Claim>, roster: &Roster) -> Vec<Stranger> {
        let mut strangers = Vec::new();
        for claim in claims {
            let found = self.namesake(&claim, roster).or_else(|| self.only_one(&claim, roster)).map(|s| s.person);
            if let Some(person) = found {
                self.known.insert(claim.row, person);
                self.taken.insert(person);
                if claim.key.id().is_some() {
                    self.learned.push((person, claim.key));
                }
            } else if let Some((standing, key_of_row)) = self.mailed_before(&claim, roster) {
                strangers.push(Stranger {
                    row: claim.row,
                    address: claim.address.to_string(),
                    name: claim.name.clone(),
                    mailed: standing.person,
                    mailed_as: standing.key(),
                    mailed_name: standing.name().to_owned(),
                    key_of_row,
                });
            }
        }
        strangers
    }

    /// People of the claim's address whom no row has yet.
    fn free<'a>(&'a self, claim: &'a Claim, roster: &'a Roster) -> impl Iterator<Item = &'a Standing> {
        there(roster, &claim.address, &claim.key).filter(|standing| !self.taken.contains(&standing.person))
    }

    /// Somebody of the same address and name, mailed before people had ids, or never reached at all:
    /// then nobody can be mailed twice.
    fn namesake<'a>(&'a self, claim: &'a Claim, roster: &'a Roster) -> Option<&'a Standing> {
        let unbound = |standing: &Standing| standing.key().id().is_none() || !super::was_mailed(standing);
        self.free(claim, roster).find(|standing| standing.name() == claim.name && unbound(standing))
    }

    /// The one person mailed at this address before people had ids, where one row alone has it now.
    fn only_one<'a>(&'a self, claim: &'a Claim, roster: &'a Roster) -> Option<&'a Standing> {
        let of_address = (claim.address.folded(), claim.key.session_text().to_owned());
        let alone = self.rows_of_address.get(&of_address) == Some(&1);
        let mut free = self.free(claim, roster);
        let (first, second) = (free.next()?, free.next());
        // A new id, or a name that tells sharers apart: both came after a mail to the address alone.
        let came_later =
            claim.key.id().is_some() || first.key().person() == AttendeeKey::from_address(&claim.address).person();
        (alone && second.is_none() && first.key().id().is_none() && came_later).then_some(first)
    }

    /// Somebody mailed at this address whom no row is any more, or whose key a row of another address
    /// has now: ids that were counted anew would else mail the same person under each.
    fn mailed_before<'a>(&self, claim: &Claim, roster: &'a Roster) -> Option<(&'a Standing, Option<u32>)> {
        let there = || there(roster, &claim.address, &claim.key).filter(|standing| super::was_mailed(standing));
        if let Some(standing) = there().find(|standing| !self.taken.contains(&standing.person)) {
            return Some((standing, None));
        }
        there().filter(|standing| standing.name() == claim.name).find_map(|standing| {
            let moved = |row: &&u32| self.known.get(*row) == Some(&standing.person);
            self.corrected.keys().find(moved).map(|row| (standing, Some(*row)))
        })
    }
}

/// Somebody mailed at the row's address under its id, who was told apart by the address and is no more, or the other
/// way round.
fn of_same_id_and_address<'a>(roster: &'a Roster, attendee: &Attendee) -> Option<&'a Standing> {
    let id = attendee.key.id()?;
    if roster.by_key(&attendee.key).is_some_and(|known| known.address().to_lowercase() == attendee.email.folded()) {
        return None;
    }
    there(roster, &attendee.email, &attendee.key)
        .find(|standing| standing.key() != attendee.key && standing.key().id() == Some(id))
}

/// Whom the ledger knows at an address, in the session that a key is for: what somebody was mailed for another one is
/// another matter.
fn there<'a>(roster: &'a Roster, address: &Address, key: &AttendeeKey) -> impl Iterator<Item = &'a Standing> + use<'a> {
    let session = key.session().cloned();
    roster.by_address(address).filter(move |standing| standing.session() == session)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::{SignedDuration, tz::TimeZone};

    use super::*;
    use crate::{
        ledger::{
            Ending,
            samples::{self, at, entry, failed, sent},
        },
        model::{Headers, Locator, Room, SessionKey, Window},
    };

    const HOME: &str = "home@example.org";

    fn keyed(id: &str, email: &str, name: &str) -> (AttendeeKey, Address, String) {
        let address = Address::parse(email).unwrap();
        let key = match id {
            "" => AttendeeKey::from_address(&address),
            "+" => AttendeeKey::from_address_and_name(&address, name),
            id => AttendeeKey::from_id(id),
        };
        (key, address, name.to_owned())
    }

    /// People mailed one after the other: id (`+` for a shared address), address, name, how it ended.
    fn roster(people: &[(&str, &str, &str, Ending)]) -> Roster {
        let (_dir, folder) = samples::folder();
        let ledger = samples::ledger(&folder);
        for (row, (id, email, name, ending)) in (1..).zip(people) {
            let mut entry = entry(row);
            (entry.person.key, entry.person.address, entry.person.name) = keyed(id, email, name);
            samples::record(&ledger, &entry, ending);
        }
        ledger.roster().unwrap()
    }

    fn attendee(number: u32, id: &str, email: &str, name: &str) -> Attendee {
        let (key, email, name) = keyed(id, email, name);
        let window = Window::new(at(0), at(60), SignedDuration::ZERO, SignedDuration::ZERO, TimeZone::UTC).unwrap();
        Attendee {
            locator: Locator { source: "attendees.csv".into(), line: u64::from(number) + 1 },
            number,
            key,
            email,
            first_name: name.clone(),
            name,
            last_name: String::new(),
            moderator: false,
            room: Room::parse("rust-workshop").unwrap(),
            own_room: false,
            window,
            own_window: false,
            own_claims: None,
            timezone: None,
            language: None,
            headers: Arc::new(Headers::default()),
            cells: Vec::new(),
        }
    }

    /// Who these rows are.
    fn identified(roster: &Roster, rows: &[(&str, &str, &str)]) -> Identified {
        let mut identities = Identities::default();
        for (number, (id, email, name)) in (1..).zip(rows) {
            identities.add(&attendee(number, id, email, name), roster);
        }
        identities.decide(roster)
    }

    /// The person each row is (0: somebody new, -1: a stranger).
    fn people(roster: &Roster, rows: &[(&str, &str, &str)]) -> Vec<i64> {
        let found = identified(roster, rows);
        let stranger = |row: u32| found.strangers.iter().any(|stranger| stranger.row == row);
        (1..)
            .zip(rows)
            .map(|(row, _)| match found.known.get(&row) {
                Some(person) => person.0,
                None => -i64::from(stranger(row)),
            })
            .collect()
    }

    #[test]
    fn a_key_decides_whatever_else_changed() {
        let roster = roster(&[("1", "ada@example.org", "Ada", sent()), ("", HOME, "Ben", sent())]);
        assert_eq!(people(&roster, &[("1", "new@example.org", "Lady A."), ("", "HOME@example.org", "B.")]), [1, 2]);
        let found = identified(&roster, &[("1", "new@example.org", "Ada"), ("", HOME, "Ben")]);
        assert_eq!(found.corrected.keys().collect::<Vec<_>>(), [&1]);
        assert_eq!(found.corrected[&1].as_str(), "new@example.org");
    }

    #[test]
    fn ids_and_shared_addresses_may_come_later() {
        let alone = roster(&[("", HOME, "Ada", sent())]);
        assert_eq!(people(&alone, &[("9", HOME, "Ada")]), [1]);
        assert_eq!(people(&alone, &[("9", HOME, "Another Name")]), [1], "alone at the address");
        assert_eq!(people(&alone, &[("+", HOME, "Ben"), ("+", HOME, "Ada")]), [0, 1]);
        assert_eq!(people(&alone, &[("8", HOME, "Ben"), ("9", HOME, "Ada")]), [0, 1]);
        let shared = roster(&[("+", HOME, "Ada", sent()), ("+", HOME, "Ben", sent())]);
        assert_eq!(people(&shared, &[("1", HOME, "Ben"), ("2", HOME, "Ada"), ("3", HOME, "Cora")]), [2, 1, 0]);
        assert_eq!(people(&shared, &[("", HOME, "Ben")]), [2], "and be taken back");
    }

    #[test]
    fn a_key_that_no_row_has_any_more_makes_strangers() {
        let ids = roster(&[("1", HOME, "Ada", sent())]);
        assert_eq!(people(&ids, &[("", HOME, "Ada")]), [-1], "ids taken away");
        assert_eq!(people(&ids, &[("7", HOME, "Ada")]), [-1], "another id");
        assert_eq!(people(&ids, &[("7", HOME, "Ben"), ("1", "ada@example.net", "Ada")]), [0, 1], "Ada is elsewhere");
        let shared = roster(&[("+", HOME, "Ada", sent())]);
        assert_eq!(people(&shared, &[("+", HOME, "Ada L.")]), [-1], "a name that told sharers apart");
        let alone = roster(&[("", HOME, "Ada", sent())]);
        assert_eq!(people(&alone, &[("+", HOME, "Ben"), ("+", HOME, "Cora")]), [-1, -1], "either may be she");
    }

    #[test]
    fn a_stranger_is_told_with_both_keys() {
        let ids = roster(&[("1", HOME, "Ada", sent())]);
        let found = identified(&ids, &[("7", HOME, "Ben")]);
        let told = &found.strangers[0];
        assert_eq!((told.row, told.address.as_str(), told.name.as_str()), (1, HOME, "Ben"));
        assert_eq!((told.mailed_as.id(), told.mailed_name.as_str(), told.key_of_row), (Some("1"), "Ada", None));
    }

    #[test]
    fn ids_counted_anew_are_noticed_by_name_and_address() {
        let ids = roster(&[("1", "ada@example.org", "Ada", sent()), ("2", "ben@example.org", "Ben", sent())]);
        let rows = [("1", "new@example.org", "New"), ("2", "ada@example.org", "Ada"), ("3", "ben@example.org", "Ben")];
        assert_eq!(people(&ids, &rows), [1, 2, -1]);
        assert_eq!(identified(&ids, &rows).strangers[0].key_of_row, Some(2));
    }

    #[test]
    fn whom_no_mail_reached_is_no_stranger() {
        let ids = roster(&[("1", HOME, "Ada", failed())]);
        assert_eq!(people(&ids, &[("", HOME, "Ada")]), [1], "the refusal stands");
        assert_eq!(people(&ids, &[("7", HOME, "Ben")]), [0]);
    }

    #[test]
    fn a_row_with_a_problem_still_stands_for_its_person() {
        let alone = roster(&[("", HOME, "Ada", sent())]);
        let mut identities = Identities::default();
        identities.add_unsound(&Address::parse(HOME).unwrap(), "Ada", &alone);
        identities.add(&attendee(2, "+", HOME, "Ben"), &alone);
        let found = identities.decide(&alone);
        assert!(found.known.is_empty() && found.strangers.is_empty(), "{found:?}");

        let mut identities = Identities::default();
        identities.add(&attendee(1, "9", HOME, "Ada"), &alone);
        identities.add_unsound(&Address::parse(HOME).unwrap(), "Ada", &alone);
        assert_eq!(identities.decide(&alone).known[&1], PersonId(1), "a sound row comes first");
    }

    #[test]
    fn another_session_is_another_invitation_with_ids_and_without() {
        let (_dir, folder) = samples::folder();
        let ledger = samples::ledger(&folder);
        for (row, id) in [(1, ""), (3, "7")] {
            let mut entry = samples::entry_of_two(row);
            let key = if id.is_empty() { entry.person.key.clone() } else { AttendeeKey::from_id(id) };
            entry.person.key = key.clone().of_session(SessionKey::from_ledger("morning"));
            entry.with[0].person.key = key.of_session(SessionKey::from_ledger("evening"));
            samples::record(&ledger, &entry, &sent());
        }
        let roster = ledger.roster().unwrap();
        let row = |number, id, email: &str, session: &str| {
            let mut attendee = attendee(number, id, email, &format!("Person {}", if id.is_empty() { 1 } else { 3 }));
            attendee.key = attendee.key.of_session(SessionKey::from_ledger(session));
            attendee
        };
        let mut identities = Identities::default();
        let rows = [("", "Person.1@example.org"), ("7", "Person.3@example.org")];
        for (number, (id, email)) in (1..).zip(rows) {
            identities.add(&row(number, id, email, "noon"), &roster);
            identities.add(&row(number + 10, id, email, "evening"), &roster);
        }
        let found = identities.decide(&roster);
        let mut known: Vec<_> = found.known.iter().map(|(row, person)| (*row, person.0)).collect();
        known.sort_unstable();
        assert_eq!(known, [(11, 2), (12, 4)], "noon is new to both");
        assert!(found.strangers.is_empty() && found.learned.is_empty(), "{found:?}");
    }

    #[test]
    fn an_empty_ledger_knows_nobody() {
        let found = identified(&Roster::default(), &[("1", HOME, "Ada")]);
        assert!(found.known.is_empty() && found.strangers.is_empty() && found.corrected.is_empty());
    }
}
