//! Which rows may stand beside each other: duplicates, shared addresses, ids.
//!
//! Fed with sound rows in file order. Keeps, of each that was admitted, digests and a line number (40 octets, and some
//! 40 for each table it is found by), never its text; the digests are keyed at random, so that no file can be written to
//! make two of them meet.

use std::sync::Arc;

use super::{
    Begun, Problem, Rules, composed,
    digest::{ByDigest, Digest, Digests},
    nearest::shortened,
};
use crate::model::{Attendee, Locator};

/// What becomes of a row beside those before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// A person not seen before.
    New,
    /// A person seen before, in a session of the event not seen with them: first as this invitation.
    AnotherSession {
        /// The number of their first invitation.
        first: u32,
    },
    /// The same person, room and window as the row of this number: to be skipped, with a warning.
    DuplicateOf(u32),
    /// It cannot stand beside an earlier row.
    Problem(Problem),
}

/// The rows admitted so far.
#[derive(Debug)]
pub struct Crowd {
    shared_addresses: bool,
    digests: Digests,
    /// Every row that was admitted.
    seen: Vec<Seen>,
    begun: Begun,
    by_key: Places,
    /// The same by person and session, where the event has sessions.
    by_session: Places,
    /// Rows with ids, by what they must not share with another id.
    by_address: Places,
}

/// Where in [`Crowd::seen`] a row is, by what it is found by.
type Places = ByDigest<u32>;

/// What is kept of a row.
#[derive(Debug, Clone, Copy)]
struct Seen {
    number: u32,
    line: u32,
    address: u64,
    name: u64,
    session: u64,
    /// What its token says beside.
    rights: u64,
}

impl Crowd {
    /// An empty crowd.
    #[must_use]
    pub fn new(rules: &Rules) -> Self {
        Self {
            shared_addresses: rules.shared_addresses,
            digests: Digests::default(),
            seen: Vec::new(),
            begun: Begun::default(),
            by_key: Places::default(),
            by_session: Places::default(),
            by_address: Places::default(),
        }
    }

    /// How many rows were admitted as new.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_key.len()
    }

    /// Whether no row was admitted yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    /// Judges the next row in file order. One that is not new leaves no trace.
    #[must_use]
    pub fn admit(&mut self, attendee: &Attendee) -> Admission {
        self.begun.note(attendee.number, &attendee.locator.source);
        let row = self.seen(attendee);
        let key = self.digests.of(&attendee.key.person());
        let by_session = attendee.key.session().map(|session| self.digests.of(&(attendee.key.person(), session)));
        let here = u32::try_from(self.seen.len()).unwrap_or(u32::MAX);
        if let Some(earlier) = self.by_key.get(&key).map(|place| self.at(*place)) {
            let is_same_person = (row.address, row.name) == (earlier.address, earlier.name);
            let Some(by_session) = by_session.filter(|_| is_same_person) else {
                return self.same_key(attendee, row, earlier);
            };
            if let Some(place) = self.by_session.get(&by_session) {
                return self.same_key(attendee, row, self.at(*place));
            }
            self.by_session.insert(by_session, here);
            self.seen.push(row);
            return Admission::AnotherSession { first: earlier.number };
        }
        if attendee.key.id().is_some() {
            let by_address = self.address_digest(attendee, row);
            if let Some(place) = self.by_address.get(&by_address) {
                return self.other_id(attendee, row, self.at(*place));
            }
            self.by_address.insert(by_address, here);
        }
        self.by_key.insert(key, here);
        self.by_session.extend(by_session.map(|by_session| (by_session, here)));
        self.seen.push(row);
        Admission::New
    }

    fn at(&self, place: u32) -> Seen {
        self.seen[place as usize]
    }

    fn seen(&self, attendee: &Attendee) -> Seen {
        let window = &attendee.window;
        let digests = &self.digests;
        Seen {
            number: attendee.number,
            line: u32::try_from(attendee.locator.line).unwrap_or(u32::MAX),
            address: digests.half_of(attendee.email.folded()),
            name: digests.half_of(composed(&attendee.name)),
            session: digests.half_of((&attendee.room, attendee.own_tenant(), window.starts(), window.ends())),
            rights: digests.half_of((attendee.moderator, attendee.own_claims.as_ref().map(|own| format!("{own:?}")))),
        }
    }

    /// What two rows with different ids must not have in common: the address; where addresses are
    /// shared, all of address, name, room and window.
    fn address_digest(&self, attendee: &Attendee, row: Seen) -> Digest {
        let address = attendee.email.folded();
        if self.shared_addresses {
            self.digests.of(&(address, composed(&attendee.name), row.session))
        } else {
            self.digests.of(&address)
        }
    }

    /// Where an earlier row stands, as seen from another one.
    fn place(&self, earlier: Seen, from: &Attendee) -> String {
        let source = self.begun.source(earlier.number).unwrap_or(&from.locator.source).clone();
        let is_elsewhere = !Arc::ptr_eq(&source, &from.locator.source);
        Locator { source, line: earlier.line.into() }.in_words(is_elsewhere)
    }

    /// A row whose key an earlier row has: the same id, or the same address (and name).
    fn same_key(&self, attendee: &Attendee, row: Seen, earlier: Seen) -> Admission {
        let place = self.place(earlier, attendee);
        let same_person = (row.address, row.name) == (earlier.address, earlier.name);
        if same_person && (row.session, row.rights) == (earlier.session, earlier.rights) {
            return Admission::DuplicateOf(earlier.number);
        }
        if same_person && row.session == earlier.session {
            return problem(
                attendee,
                format!(
                    "{} is on {place} already, with other rights or another picture, group or audience",
                    person(attendee)
                ),
                "keep one of the two rows: nobody can tell which is meant",
            );
        }
        if same_person {
            return problem(
                attendee,
                format!("{} is on {place} already, with another room or other times", person(attendee)),
                "keep one of the two rows; for one person in several sessions, write a [[session]] for each in \
                 event.toml",
            );
        }
        match attendee.key.id() {
            Some(id) => problem(
                attendee,
                format!("id `{}` stands on {place} and on line {}, for different people", shortened(id), row.line),
                "give each person an id of their own; for one person, let name and address agree",
            ),
            None => another_name(attendee, &place),
        }
    }

    /// A row with an id of its own that has too much in common with an earlier one.
    fn other_id(&self, attendee: &Attendee, row: Seen, earlier: Seen) -> Admission {
        let place = self.place(earlier, attendee);
        if row.name != earlier.name {
            return another_name(attendee, &place);
        }
        if row.session == earlier.session {
            return problem(
                attendee,
                format!("{} is on {place} already, under another id", person(attendee)),
                "one of the two rows is superfluous: delete it",
            );
        }
        problem(
            attendee,
            format!(
                "{} is on {place} already, under another id and with another room or other times",
                person(attendee)
            ),
            "keep one of the two rows; if they are two people, set shared_addresses = \"allow\" under [attendees]",
        )
    }
}

fn another_name(attendee: &Attendee, place: &str) -> Admission {
    problem(
        attendee,
        format!("{} is on {place} already, under another name", shortened(attendee.email.as_str())),
        "correct one of the two rows; if they are two people, set shared_addresses = \"allow\" under [attendees]",
    )
}

fn person(attendee: &Attendee) -> String {
    format!("{} ({})", shortened(attendee.email.as_str()), shortened(&attendee.name))
}

fn problem(attendee: &Attendee, what: String, hint: &str) -> Admission {
    Admission::Problem(Problem { at: attendee.locator.clone(), what, hint: Some(hint.into()) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attendees::{EmptyName, header::read_header, reading::Raw, row::RowReader, scanner::Lines};

    /// Admits the rows below a header, from line 2 on.
    fn admit(header: &str, shared_addresses: bool, rows: &[&str]) -> Vec<Admission> {
        admit_by(Rules { shared_addresses, ..Rules::for_tests() }, header, rows)
    }

    fn admit_by(rules: Rules, header: &str, rows: &[&str]) -> Vec<Admission> {
        let columns = read_header(header.split(','), 1, &rules, &"attendees.csv".into(), &[]).unwrap();
        let mut crowd = Crowd::new(&rules);
        let mut reader = RowReader::new(rules, "attendees.csv".into(), columns);
        let (mut line, mut number) = (1, 0);
        let mut admit = |row: &&str| {
            (line, number) = (line + 1, number + 1);
            let lines = Lines { first: line, last: line, stray_quote: false };
            crowd.admit(&reader.read(&Raw::of(row.split(','), lines), number).unwrap())
        };
        rows.iter().map(&mut admit).collect()
    }

    /// The last row's admission, the others being new.
    fn last(header: &str, shared: bool, rows: &[&str]) -> Admission {
        let mut admitted = admit(header, shared, rows);
        let last = admitted.pop().unwrap();
        assert!(admitted.iter().all(|admission| *admission == Admission::New), "{admitted:?}");
        last
    }

    #[track_caller]
    fn assert_problem(admission: &Admission, words: &str) {
        let Admission::Problem(problem) = admission else { panic!("{admission:?}") };
        assert!(problem.what.contains(words), "{problem}");
        assert!(problem.hint.is_some());
    }

    const PLAIN: &str = "email,name,room,starts,ends";
    const WITH_ID: &str = "email,name,room,id";

    #[test]
    fn address_in_any_case_name_room_and_window_make_a_duplicate() {
        let rows = ["ada@example.org,Ada,,,", "ADA@Example.org,Ada,,,"];
        assert_eq!(last(PLAIN, false, &rows), Admission::DuplicateOf(1));
        assert_eq!(last(PLAIN, true, &rows), Admission::DuplicateOf(1));
        // The event's own room and times, spelt out, are the same room and times.
        let spelt_out = "ada@example.org,Ada,rust-workshop,2026-12-05T14:00,2026-12-05T17:00";
        assert_eq!(last(PLAIN, false, &[rows[0], spelt_out]), Admission::DuplicateOf(1));
    }

    #[test]
    fn another_name_at_the_address_is_a_problem_unless_addresses_are_shared() {
        let rows = ["home@example.org,Ada,,,", "home@example.org,Charles,,,"];
        let refused = last(PLAIN, false, &rows);
        assert_problem(&refused, "home@example.org is on line 2 already, under another name");
        let Admission::Problem(problem) = refused else { unreachable!() };
        assert_eq!(problem.at.to_string(), "attendees.csv:3");
        assert!(problem.hint.unwrap().contains("shared_addresses = \"allow\""));
        assert_eq!(last(PLAIN, true, &rows), Admission::New);
    }

    #[test]
    fn the_same_person_in_another_room_or_at_another_time_is_a_problem() {
        let first = "ada@example.org,Ada,,,";
        for other in ["ada@example.org,Ada,side-room,,", "ada@example.org,Ada,,2026-12-05T14:00,2026-12-05T16:00"] {
            assert_problem(&last(PLAIN, false, &[first, other]), "another room or other times");
            assert_problem(&last(PLAIN, true, &[first, other]), "another room or other times");
        }
    }

    #[test]
    fn an_id_belongs_to_one_person() {
        let first = "ada@example.org,Ada,,17";
        assert_eq!(last(WITH_ID, false, &[first, first]), Admission::DuplicateOf(1));
        assert_problem(
            &last(WITH_ID, true, &[first, "bob@example.org,Bob,,17"]),
            "id `17` stands on line 2 and on line 3",
        );
        assert_problem(&last(WITH_ID, true, &[first, "ada@example.org,Ada L.,,17"]), "for different people");
        assert_problem(&last(WITH_ID, false, &[first, "ada@example.org,Ada,side-room,17"]), "another room");
    }

    #[test]
    fn two_ids_at_one_address_are_two_people_who_share_it() {
        let first = "home@example.org,Ada,,1";
        let charles = "HOME@example.org,Charles,,2";
        assert_problem(&last(WITH_ID, false, &[first, charles]), "under another name");
        assert_eq!(last(WITH_ID, true, &[first, charles]), Admission::New);
        let namesake = "home@example.org,Ada,side-room,2";
        assert_problem(&last(WITH_ID, false, &[first, namesake]), "under another id");
        assert_eq!(last(WITH_ID, true, &[first, namesake]), Admission::New);
        let superfluous = "home@example.org,Ada,,2";
        assert_problem(&last(WITH_ID, false, &[first, superfluous]), "under another id");
        assert_problem(&last(WITH_ID, true, &[first, charles, "home@example.org,Ada,,3"]), "under another id");
    }

    #[test]
    fn a_nameless_row_is_a_duplicate_however_its_address_is_typed() {
        let rules = Rules { empty_name: EmptyName::UseAddress, ..Rules::for_tests() };
        let admitted = admit_by(rules, PLAIN, &["ada@example.org,,,,", "Ada@example.org,,,,"]);
        assert_eq!(admitted[1], Admission::DuplicateOf(1));
    }

    #[test]
    fn one_name_composed_in_two_ways_is_one_name() {
        let rows = ["j@example.org,J\u{FC}rgen,,,", "j@example.org,Ju\u{308}rgen,,,"];
        for shared in [false, true] {
            assert_eq!(last(PLAIN, shared, &rows), Admission::DuplicateOf(1), "shared: {shared}");
        }
        let with_ids = ["j@example.org,J\u{FC}rgen,,1", "j@example.org,Ju\u{308}rgen,,2"];
        assert_problem(&last(WITH_ID, true, &with_ids), "under another id");
    }

    #[test]
    fn a_row_that_is_not_admitted_leaves_no_trace() {
        let rows = ["ada@example.org,Ada,,1", "bob@example.org,Bob,,1", "bob@example.org,Bob,,2"];
        let admitted = admit(WITH_ID, false, &rows);
        assert_problem(&admitted[1], "id `1`");
        assert_eq!(admitted[2], Admission::New);
        let rows = ["ada@example.org,Ada,,1", "ada@example.org,Bob,,2", "bob@example.org,Bob,,2"];
        assert_eq!(admit(WITH_ID, false, &rows)[2], Admission::New);
    }
}
