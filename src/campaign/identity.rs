//! Who is who: rows of today's file against the people the ledger knows. Pure.
//!
//! The match is frozen at the first mail. An id column that came later, or addresses that may now
//! be shared, must mail nobody twice; an address that was mailed under a key no row has any more is
//! nobody's to guess about.

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

/// An address that was mailed under a key which no row has any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranger {
    /// The row that has the address now.
    pub row: u32,
    /// The address.
    pub address: String,
    /// The name in the row.
    pub name: String,
    /// The key under which the address was mailed.
    pub mailed_as: AttendeeKey,
    /// The name that was mailed.
    pub mailed_name: String,
}

/// Collects rows in file order, then says who each one is.
#[derive(Debug, Default)]
pub(super) struct Identities {
    corrected: HashMap<u32, Address>,
    known: HashMap<u32, PersonId>,
    taken: HashSet<PersonId>,
    rows_of_address: HashMap<String, u32>,
    claims: Vec<Claim>,
}

/// Who the rows are.
#[derive(Debug, Default, Clone)]
pub struct Identified {
    /// Rows whose address is another than the one their person was last mailed under, and that address.
    pub corrected: HashMap<u32, Address>,
    /// Rows of people the ledger knows; every other row is new.
    pub known: HashMap<u32, PersonId>,
    /// Rows that may be somebody mailed before, or not.
    pub strangers: Vec<Stranger>,
}

impl Identities {
    /// Takes one sound row.
    pub(super) fn add(&mut self, attendee: &Attendee, roster: &Roster) {
        if roster.is_empty() {
            return;
        }
        let folded = attendee.email.folded();
        if let Some(standing) = roster.by_key(&attendee.key) {
            self.known.insert(attendee.number, standing.person);
            self.taken.insert(standing.person);
            if !standing.address().eq_ignore_ascii_case(&folded) {
                self.corrected.insert(attendee.number, attendee.email.clone());
            }
            *self.rows_of_address.entry(folded).or_default() += 1;
        } else if roster.by_address(&attendee.email).next().is_some() {
            *self.rows_of_address.entry(folded).or_default() += 1;
            let (key, name) = (attendee.key.clone(), attendee.name.clone());
            self.claims.push(Claim { row: attendee.number, key, name, address: attendee.email.clone() });
        }
    }

    /// Decides, once every row was taken.
    #[must_use]
    pub(super) fn decide(mut self, roster: &Roster) -> Identified {
        let mut strangers = Vec::new();
        // Equal names first: they leave the doubtful ones fewer to be taken for.
        let claims = std::mem::take(&mut self.claims);
        let (by_name, others): (Vec<Claim>, Vec<Claim>) =
            claims.into_iter().partition(|claim| self.namesake(claim, roster).is_some());
        for claim in by_name.into_iter().chain(others) {
            let found = self.namesake(&claim, roster).or_else(|| self.only_one(&claim, roster)).map(|s| s.person);
            if let Some(person) = found {
                self.known.insert(claim.row, person);
                self.taken.insert(person);
            } else if let Some(standing) = self.free(&claim, roster).find(|standing| super::was_mailed(standing)) {
                strangers.push(Stranger {
                    row: claim.row,
                    address: claim.address.to_string(),
                    name: claim.name.clone(),
                    mailed_as: standing.key(),
                    mailed_name: standing.name().to_owned(),
                });
            }
        }
        strangers.sort_by_key(|stranger| stranger.row);
        Identified { corrected: self.corrected, known: self.known, strangers }
    }

    /// People of the claim's address whom no row has yet.
    fn free<'a>(&'a self, claim: &'a Claim, roster: &'a Roster) -> impl Iterator<Item = &'a Standing> {
        roster.by_address(&claim.address).filter(|standing| !self.taken.contains(&standing.person))
    }

    /// Somebody of the same address and name, mailed before people had ids.
    fn namesake<'a>(&'a self, claim: &'a Claim, roster: &'a Roster) -> Option<&'a Standing> {
        self.free(claim, roster).find(|s| s.key().id().is_none() && s.name() == claim.name)
    }

    /// The one person mailed at this address before people had ids, where one row alone has it now.
    fn only_one<'a>(&'a self, claim: &'a Claim, roster: &'a Roster) -> Option<&'a Standing> {
        let alone = self.rows_of_address.get(&claim.address.folded()) == Some(&1);
        let mut free = self.free(claim, roster);
        let (first, second) = (free.next()?, free.next());
        // A new id, or a name that tells sharers apart: both came after a mail to the address alone.
        let came_later = claim.key.id().is_some() || first.key() == AttendeeKey::from_address(&claim.address);
        (alone && second.is_none() && first.key().id().is_none() && came_later).then_some(first)
    }
}
