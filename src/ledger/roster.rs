//! Everybody who was mailed and how they stand, as one picture in memory.
//!
//! A person's state is that of their last mail, with one exception: a mail that failed, or was
//! settled as not arrived, does not erase an earlier one that was sent.
//!
//! | mails, oldest first | state |
//! |---|---|
//! | … sending, sent, deferred or in doubt | that of the last |
//! | sent, failed | sent; the failure stands in [`Standing::last`] |
//! | in doubt, failed | failed |
//! | sent, in doubt settled as not arrived | sent |
//! | in doubt settled as not arrived | pending |
//!
//! Kept small, some 300 octets a person: replies, Message-IDs, rooms and titles are read one by one,
//! by [`super::Reader::mailing`].

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
};

use jiff::Timestamp;
use rusqlite::{Connection, Row};

use super::{CampaignId, MailingId, State, TermsId, columns};
use crate::model::{Address, AttendeeKey, Fingerprint, PersonId, UserId};

/// A person's last mail, in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastMailing {
    /// The ledger's integer.
    pub id: MailingId,
    /// Its own state.
    pub state: State,
    /// What it is part of.
    pub campaign: CampaignId,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is due, where it was deferred; at once where there is none.
    pub next_attempt: Option<Timestamp>,
    /// When it was first tried.
    pub first_attempt: Timestamp,
    /// When it was last tried.
    pub last_attempt: Timestamp,
}

/// The latest mail that a person has, or may have, in hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The mail.
    pub mailing: MailingId,
    /// The event's values in it.
    pub terms: TermsId,
    /// Its calendar sequence number.
    pub sequence: u32,
    link: Box<str>,
}

impl Held {
    /// Tells whether another link is the same as the one in it.
    #[must_use]
    pub fn link(&self) -> Fingerprint {
        Fingerprint(self.link.as_ref().to_owned())
    }
}

/// How one person stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The ledger's integer.
    pub person: PersonId,
    /// Their state: see the module's table.
    pub state: State,
    /// Whether a relay ever accepted a mail to them, or one is known to have arrived.
    pub ever_sent: bool,
    /// How many mails they were sent, retries not counted: the next one's revision.
    pub mailings: u32,
    /// The last one.
    pub last: LastMailing,
    /// The latest one that reached them or may have.
    pub held: Option<Held>,
    texts: Texts,
}

impl Standing {
    /// The key under which they were first mailed.
    #[must_use]
    pub fn key(&self) -> AttendeeKey {
        AttendeeKey::from_ledger(self.texts.get(0).to_owned())
    }

    /// The name at their last mail.
    #[must_use]
    pub fn name(&self) -> &str {
        self.texts.get(1)
    }

    /// The file's address at their last mail.
    #[must_use]
    pub fn address(&self) -> &str {
        self.texts.get(2)
    }

    /// The user id in all their tokens.
    #[must_use]
    pub fn user_id(&self) -> UserId {
        UserId(self.texts.get(3).to_owned())
    }

    /// The UID of their calendar entry.
    #[must_use]
    pub fn calendar_uid(&self) -> &str {
        self.texts.get(4)
    }

    fn add(&mut self, line: Line) {
        self.mailings += 1;
        self.ever_sent |= line.last.state == State::Sent;
        if line.last.state.may_have_arrived() {
            self.held = Some(line.as_held);
        }
        self.last = line.last;
        self.state = match self.last.state {
            State::Failed | State::Pending if self.ever_sent => State::Sent,
            state => state,
        };
    }
}

/// Five texts in one piece of memory.
#[derive(Debug, Clone)]
struct Texts {
    all: Box<str>,
    ends: [u32; 5],
}

impl Texts {
    fn of(parts: [&str; 5]) -> Self {
        let mut end = 0;
        let ends = parts.map(|part| {
            end += part.len();
            u32::try_from(end).expect("a row of SQLite's is far below 4 GB")
        });
        Self { all: parts.concat().into_boxed_str(), ends }
    }

    fn get(&self, n: usize) -> &str {
        let start = if n == 0 { 0 } else { self.ends[n - 1] as usize };
        &self.all[start..self.ends[n] as usize]
    }
}

/// One mail as the roster needs it.
struct Line {
    last: LastMailing,
    as_held: Held,
}

impl Line {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let id = MailingId(row.get("id")?);
        let last = LastMailing {
            id,
            state: row.get("state")?,
            campaign: CampaignId(row.get("campaign")?),
            attempts: row.get("attempts")?,
            next_attempt: columns::optional_time(row, "next_attempt")?,
            first_attempt: columns::time(row, "first_attempt")?,
            last_attempt: columns::time(row, "last_attempt")?,
        };
        let terms = TermsId(row.get("terms")?);
        let as_held = Held { mailing: id, terms, sequence: row.get("sequence")?, link: row.get("link")? };
        Ok(Self { last, as_held })
    }

    fn first(self, person: PersonId, texts: Texts) -> Standing {
        let (state, last) = (self.last.state, self.last.clone());
        let mut standing = Standing { person, state, ever_sent: false, mailings: 0, last, held: None, texts };
        standing.add(self);
        standing
    }
}

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
        // One picture of both tables; an older ledger is being read in a transaction already.
        let _picture = connection.is_autocommit().then(|| connection.unchecked_transaction()).transpose()?;
        let mut people = people_to_be_filled(connection)?;
        let mut statement = connection.prepare_cached(
            "SELECT id, person, campaign, terms, state, attempts, next_attempt, first_attempt, last_attempt, link,
                    sequence
             FROM mailing ORDER BY id",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let person = PersonId(row.get("person")?);
            let Ok(at) = people.binary_search_by_key(&person, |p| p.id) else { continue };
            let (line, place) = (Line::read(row)?, &mut people[at]);
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
            by_key: Index::of(&people, |p| p.texts.get(0).to_owned()),
            by_address: Index::of(&people, |p| p.address().to_lowercase()),
            by_user_id: Index::of(&people, |p| p.texts.get(3).to_owned()),
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
        self.candidates(&self.by_key, key.as_str()).find(|p| p.texts.get(0) == key.as_str())
    }

    /// Everybody with an address, capitals not told apart.
    pub fn by_address(&self, address: &Address) -> impl Iterator<Item = &Standing> + use<'_> {
        let folded = address.folded();
        self.candidates(&self.by_address, &folded).filter(move |p| p.address().to_lowercase() == folded)
    }

    /// The person with a user id.
    #[must_use]
    pub fn by_user_id(&self, id: &UserId) -> Option<&Standing> {
        self.candidates(&self.by_user_id, &id.0).find(|p| p.texts.get(3) == id.0)
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

fn people_to_be_filled(connection: &Connection) -> rusqlite::Result<Vec<Place>> {
    let mut statement =
        connection.prepare_cached("SELECT id, key, name, address, user_id, calendar_uid FROM person ORDER BY id")?;
    let places = statement.query_map([], |row| {
        let text = |n| row.get_ref(n).and_then(|value| Ok(value.as_str()?));
        let texts = Texts::of([text(1)?, text(2)?, text(3)?, text(4)?, text(5)?]);
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
        Ending, Entry,
        samples::{self, at, deferred, entry, failed, in_doubt, resend, sent},
    };

    /// Records one mail after another to one person, settles what is in doubt, and looks.
    fn standing_after(endings: &[Ending], settled_as_arrived: Option<bool>) -> Standing {
        let (_dir, folder) = samples::folder();
        let mut ledger = samples::ledger(&folder);
        for ending in endings {
            samples::record(&ledger, &entry(1), ending);
        }
        if let Some(arrived) = settled_as_arrived {
            ledger.settle(PersonId(1), arrived, at(20)).unwrap();
        }
        ledger.roster().unwrap().by_id(PersonId(1)).unwrap().clone()
    }

    #[test]
    fn a_person_stands_as_their_last_mail_but_a_failure_erases_no_success() {
        use State::{Deferred, Failed, InDoubt, Pending, Sent};
        let table: [(&[Ending], Option<bool>, State, State, bool); 14] = [
            // mails, settled as arrived, their state, that of the last mail, ever sent
            (&[sent()], None, Sent, Sent, true),
            (&[failed()], None, Failed, Failed, false),
            (&[deferred()], None, Deferred, Deferred, false),
            (&[in_doubt()], None, InDoubt, InDoubt, false),
            (&[sent(), failed()], None, Sent, Failed, true),
            (&[sent(), failed(), failed()], None, Sent, Failed, true),
            (&[sent(), in_doubt()], None, InDoubt, InDoubt, true),
            (&[sent(), deferred()], None, Deferred, Deferred, true),
            (&[failed(), sent()], None, Sent, Sent, true),
            (&[in_doubt(), failed()], None, Failed, Failed, false),
            (&[in_doubt()], Some(true), Sent, Sent, true),
            (&[in_doubt()], Some(false), Pending, Pending, false),
            (&[sent(), in_doubt()], Some(false), Sent, Pending, true),
            (&[in_doubt(), failed()], Some(true), Sent, Failed, true),
        ];
        for (mails, settled, state, last, ever_sent) in table {
            let found = standing_after(mails, settled);
            let told = (found.state, found.last.state, found.ever_sent, found.mailings as usize);
            assert_eq!(told, (state, last, ever_sent, mails.len()), "{mails:?}, settled {settled:?}");
        }
    }

    #[test]
    fn a_person_holds_the_latest_mail_that_may_have_arrived() {
        assert_eq!(standing_after(&[failed(), deferred()], None).held, None);
        assert_eq!(standing_after(&[sent(), failed()], None).held.unwrap().mailing, MailingId(1));
        assert_eq!(standing_after(&[sent(), in_doubt()], None).held.unwrap().mailing, MailingId(2));
        assert_eq!(standing_after(&[sent(), in_doubt()], Some(false)).held.unwrap().mailing, MailingId(1));
        let held = standing_after(&[sent()], None).held.unwrap();
        assert_eq!((held.terms, held.sequence, held.link()), (TermsId(1), 0, entry(1).link));
    }

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
