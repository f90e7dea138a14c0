//! To which domains mails go, and how many: what looks like a slip of the finger, and what DNS is asked of.

use std::collections::HashMap;

use crate::{
    campaign::words,
    failure::Told,
    model::{Attendee, likely_typo},
};

/// So many domains are kept; people of the others are counted.
const MOST: usize = 50_000;
/// So many slips are named; the rest is counted.
const NAMED: usize = 10;

/// One domain's people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfDomain {
    /// Where the first of them stands.
    pub at: String,
    /// How many there are.
    pub people: u64,
    /// In which order they came.
    order: usize,
}

impl OfDomain {
    /// So many people, the first of them there.
    #[must_use]
    pub fn at(at: String, people: u64) -> Self {
        Self { at, people, order: 0 }
    }
}

/// The domains of all who may be mailed.
#[derive(Debug, Default)]
pub struct Domains {
    known: HashMap<String, OfDomain>,
    /// People of further domains.
    pub others: u64,
}

impl Domains {
    /// Takes one person.
    pub(super) fn add(&mut self, attendee: &Attendee) {
        let domain = attendee.email.domain();
        if let Some(known) = self.known.get_mut(domain) {
            known.people += 1;
        } else if self.known.len() < MOST {
            let first = OfDomain { order: self.known.len(), ..OfDomain::at(attendee.locator.to_string(), 1) };
            self.known.insert(domain.to_owned(), first);
        } else {
            self.others += 1;
        }
    }

    /// All of them, in the order in which they came.
    #[must_use]
    pub fn all(&self) -> Vec<(&str, &OfDomain)> {
        let mut all: Vec<_> = self.known.iter().map(|(domain, of)| (domain.as_str(), of)).collect();
        all.sort_by_key(|(_, of)| of.order);
        all
    }

    /// A warning for each domain that looks like a slip of a well-known one; the last one counts those not named.
    #[must_use]
    pub fn likely_typos(&self) -> Vec<Told> {
        let all = self.all().into_iter();
        let found: Vec<_> = all.filter_map(|(domain, of)| Some((domain, of, likely_typo(domain)?))).collect();
        let told = |(domain, of, meant): &(&str, &OfDomain, String)| {
            let people = words::people(of.people);
            Told::new(format!("{}: `{domain}` looks like a slip of `{meant}` ({people})", of.at))
                .hint("correct the address where it is one; mails go to the address as it stands")
        };
        let mut warnings: Vec<Told> = found.iter().take(NAMED).map(told).collect();
        if let Some(more) = found.len().checked_sub(NAMED).filter(|more| *more > 0) {
            warnings.push(Told::new(format!(
                "and {} that look like slips",
                words::counted(more as u64, "more domain", "more domains")
            )));
        }
        warnings
    }
}
