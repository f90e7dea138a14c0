//! Everybody who was mailed and how they stand, as one picture in memory.
//!
//! Kept small, some 300 octets a person: replies, Message-IDs, rooms and titles are read one by one,
//! by [`super::Reader::mailing`].

use std::{
    collections::HashSet,
    fmt,
    hash::{BuildHasher, RandomState},
};

use rusqlite::Connection;

use super::{
    CampaignKind, Standing,
    standing::{Line, Texts},
};
use crate::model::{Address, AttendeeKey, PersonId, UserId};

/// Everybody who was mailed, in the order in which they were first mailed.
#[derive(Default)]
pub struct Roster {
    people: Vec<Standing>,
    by_key: Index,
    by_address: Index,
    by_user_id: Index,
}

impl fmt::Debug for Roster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Roster({} people)", self.people.len())
    }
}

impl Roster {
    pub(super) fn load(connection: &Connection) -> rusqlite::Result<Self> {
        // One picture of both tables.
        let _picture = connection.unchecked_transaction()?;
        let mut people = people_to_be_filled(connection)?;
        let cancellations = cancellations(connection)?;
        let mut statement = connection.prepare_cached(
            "SELECT id, person, campaign, terms, state, attempts, next_attempt, first_attempt, last_attempt, link,
                    sequence
             FROM mailing ORDER BY id",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let person = PersonId(row.get("person")?);
            let Ok(at) = people.binary_search_by_key(&person, |p| p.id) else { continue };
            let (line, place) = (Line::read(row, &cancellations)?, &mut people[at]);
            match (&mut place.standing, place.texts.take()) {
                (Some(standing), _) => standing.add(line),
                (none, Some(texts)) => *none = Some(line.first(person, texts)),
                (None, None) => {}
            }
        }
        Ok(Self::of(people.into_iter().filter_map(|place| place.standing).collect()))
    }

    fn of(mut people: Vec<Standing>) -> Self {
        people.shrink_to_fit();
        Self {
            by_key: Index::of(&people, |p| p.key_text().to_owned()),
            by_address: Index::of(&people, |p| p.address().to_lowercase()),
            by_user_id: Index::of(&people, |p| p.user_id_text().to_owned()),
            people,
        }
    }

    /// Everybody.
    #[must_use]
    pub fn people(&self) -> &[Standing] {
        &self.people
    }

    /// Whether nobody was mailed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// The person with the ledger's integer.
    #[must_use]
    pub fn by_id(&self, id: PersonId) -> Option<&Standing> {
        self.people.binary_search_by_key(&id, |p| p.person).ok().map(|at| &self.people[at])
    }

    /// The person with a key.
    #[must_use]
    pub fn by_key(&self, key: &AttendeeKey) -> Option<&Standing> {
        let is_it = |p: &&Standing| (p.key_text(), p.session_text()) == (key.person(), key.session_text());
        self.candidates(&self.by_key, key.person()).find(is_it)
    }

    /// Somebody in each of their sessions.
    pub fn in_all_sessions(&self, key: &AttendeeKey) -> impl Iterator<Item = &Standing> + use<'_> {
        let person = key.person().to_owned();
        self.candidates(&self.by_key, &person).filter(move |p| p.key_text() == person)
    }

    /// Everybody with an address, capitals not told apart; once for each session of theirs.
    pub fn by_address(&self, address: &Address) -> impl Iterator<Item = &Standing> + use<'_> {
        let folded = address.folded();
        self.candidates(&self.by_address, &folded).filter(move |p| p.address().to_lowercase() == folded)
    }

    /// The person with a user id.
    #[must_use]
    pub fn by_user_id(&self, id: &UserId) -> Option<&Standing> {
        self.candidates(&self.by_user_id, &id.0).find(|p| p.user_id_text() == id.0)
    }

    fn candidates<'a>(&'a self, index: &'a Index, text: &str) -> impl Iterator<Item = &'a Standing> + use<'a> {
        index.places(text).map(|place| &self.people[place])
    }
}

/// A person read from the ledger, their mails not yet.
struct Place {
    id: PersonId,
    texts: Option<Texts>,
    standing: Option<Standing>,
}

/// The campaigns that called invitations off.
fn cancellations(connection: &Connection) -> rusqlite::Result<HashSet<i64>> {
    let mut statement = connection.prepare_cached("SELECT id FROM campaign WHERE kind = ?1")?;
    statement.query_map([CampaignKind::Cancel], |row| row.get(0))?.collect()
}

fn people_to_be_filled(connection: &Connection) -> rusqlite::Result<Vec<Place>> {
    let mut statement = connection
        .prepare_cached("SELECT id, key, name, address, user_id, calendar_uid, session FROM person ORDER BY id")?;
    let places = statement.query_map([], |row| {
        let text = |n| row.get_ref(n).and_then(|value| Ok(value.as_str()?));
        let texts = Texts::of([text(1)?, text(2)?, text(3)?, text(4)?, text(5)?, text(6)?]);
        Ok(Place { id: PersonId(row.get(0)?), texts: Some(texts), standing: None })
    })?;
    places.collect()
}

/// Where the people with a text stand: hashes, sorted; 8 octets a person. Two texts may share a
/// hash, so that what is found is to be compared.
#[derive(Default)]
struct Index {
    hasher: RandomState,
    places: Vec<(u32, u32)>,
}

impl Index {
    fn of(people: &[Standing], text: fn(&Standing) -> String) -> Self {
        let hasher = RandomState::new();
        let mut places: Vec<_> = (0..).zip(people).map(|(at, p)| (short_hash(&hasher, &text(p)), at)).collect();
        places.sort_unstable();
        Self { hasher, places }
    }

    fn places(&self, text: &str) -> impl Iterator<Item = usize> + use<'_> {
        let hash = short_hash(&self.hasher, text);
        let from = self.places.partition_point(|(h, _)| *h < hash);
        self.places[from..].iter().take_while(move |(h, _)| *h == hash).map(|(_, at)| *at as usize)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "half of a hash is a hash")]
fn short_hash(hasher: &RandomState, text: &str) -> u32 {
    hasher.hash_one(text) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{
        Entry,
        samples::{self, entry, resend, sent},
    };

    #[test]
    fn people_are_found_by_key_address_user_id_and_integer() {
        let (_dir, folder) = samples::folder();
        let ledger = samples::ledger(&folder);
        let twin = AttendeeKey::from_address_and_name(&entry(2).person.address, "Twin");
        let mut shared = entry(9);
        shared.person.key = twin.clone();
        shared.person.address = entry(2).person.address;
        for one in [entry(1), entry(2), shared, entry(3)] {
            samples::record(&ledger, &one, &sent());
        }
        let roster = ledger.roster().unwrap();
        let names = |people: Vec<&Standing>| people.into_iter().map(|p| p.name().to_owned()).collect::<Vec<_>>();
        let upper = Address::parse("PERSON.2@Example.org").unwrap();
        assert_eq!(names(roster.by_address(&upper).collect()), ["Person 2", "Person 9"]);
        assert_eq!(roster.by_address(&entry(7).to).count(), 0);
        assert_eq!(roster.by_key(&twin).unwrap().name(), "Person 9");
        assert!(roster.by_key(&entry(7).person.key).is_none());
        assert_eq!(roster.by_user_id(&UserId("user3".into())).unwrap().calendar_uid(), "uid3");
        assert_eq!(roster.by_id(PersonId(1)).unwrap().key(), entry(1).person.key);
        assert_eq!(names(roster.people().iter().collect()), ["Person 1", "Person 2", "Person 9", "Person 3"]);
    }

    #[test]
    fn a_newer_mail_renames_a_person_and_leaves_key_and_ids_alone() {
        let (_dir, folder) = samples::folder();
        let ledger = samples::ledger(&folder);
        samples::record(&ledger, &entry(1), &sent());
        let mut second: Entry = (*resend(1)).clone();
        second.person.known = Some(PersonId(1));
        second.person.key = AttendeeKey::from_id("a-new-column");
        second.person.name = "Ada Lovelace".into();
        second.person.address = Address::parse("ada@example.net").unwrap();
        second.person.calendar_uid = "another".into();
        samples::record(&ledger, &second, &sent());
        let roster = ledger.roster().unwrap();
        let ada = roster.by_key(&entry(1).person.key).unwrap();
        assert_eq!((ada.name(), ada.address(), ada.mailings), ("Ada Lovelace", "ada@example.net", 2));
        assert_eq!((ada.user_id().0.as_str(), ada.calendar_uid()), ("user1", "uid1"));
        assert_eq!(roster.people().len(), 1);
    }
}
