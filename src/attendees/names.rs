//! What a header says of its column, in the nine languages in which ticket shops, forms and people write them.
//!
//! Owns: which spellings there are, how they combine with whose they are, what `Name` beside `Vorname` is, and
//! which of several columns goes first. A header that is not recognised whole means nothing: `Event name`,
//! `E-mail address verified` and `Invoice address name` need no list of exceptions.
//!
//! Does not own: what the organiser chose or what Roomkey's own headers mean (`header` does), whether the cells
//! hold what the header promises, who wrote the file (`exporters`). `id`, `room`, `moderator`, `session`,
//! `starts`, `ends` and `timezone` are never guessed here.
//!
//! Known weakness: headers are not questions; `Where shall we write to?` is nobody's address.

mod order;
mod owners;
mod spellings;

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

pub(super) use owners::{
    Owner, has_attendees, has_attendees_email, is_buyers_email, is_buyers_name, is_nobodys_name, meanings_of, owner,
    says_email, says_name,
};

use super::folded::{entries, folded};

/// What a column can be guessed to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// The address.
    Email,
    /// The whole name.
    Name,
    /// The first name.
    FirstName,
    /// The last name.
    LastName,
    /// The language of the person's mail.
    Language,
    /// Whether they come.
    Status,
    /// What they have a ticket for.
    TicketType,
}

/// How well a header says whose it is; the better goes before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Rank {
    /// The attendee's own, in so many words: `Attendee email`, `E-Mail Teilnehmer*in`, `Your email`.
    Own,
    /// Nobody's in particular: `Email`.
    Plain,
    /// A second choice beside any of the above: `Work email`, `Ticket tier`, `Attended`.
    Weak,
    /// The buyer's or the order's: `Buyer email`, `Order status`.
    Buyer,
}

/// What a header means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Meaning {
    /// What its column holds.
    pub(super) kind: Kind,
    /// How sure it is that it is the attendee's.
    pub(super) rank: Rank,
}

/// What a spelling means before its neighbours are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Sure(Kind),
    /// `Name`, `nom`, `naam`: the last name beside a first name in its language.
    FullOrLast,
    /// `Nome`, `nombre`, `ad`, `imię`: the first name beside a last name.
    FullOrFirst,
    /// `Apelido`: the last name in Portugal, a nickname in Brazil.
    LastOrNickname,
    /// `State`: a status, or a part of an address.
    State,
    /// `Username`: what Google Forms once called the address that it collected.
    Account,
    /// `First`, `Last`: halves of a name beside each other, where nothing else is one.
    HalfFirst,
    HalfLast,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Spelling {
    word: Word,
    rank: Rank,
    is_english: bool,
    /// `Nachname Vorname`.
    is_surname_first: bool,
    /// A part of pretix's attendee name, which stands beside the whole of it.
    is_part: bool,
}

/// What a header means by itself.
#[cfg(test)]
pub(super) fn meaning(header: &str) -> Option<Meaning> {
    meanings(&[header])[0]
}

/// Whether a header asks for a whole name that begins with the surname, as far as it says.
pub(super) fn puts_surname_first(header: &str) -> bool {
    spelling(header).is_some_and(|spelling| spelling.is_surname_first)
}

/// What each header of a line means. Buyers' columns mean nothing where attendees' are there, and names that
/// are not said to be the attendee's mean nothing beside complete ones that are.
pub(super) fn meanings(headers: &[&str]) -> Vec<Option<Meaning>> {
    let spelled: Vec<_> = headers.iter().map(|header| spelling(header)).collect();
    let facts = |rank| Facts::new(headers, &spelled, rank);
    let (own, all, buyers) = (facts(Rank::Own), facts(Rank::Weak), facts(Rank::Buyer));
    let facts_for = |rank| match rank {
        Rank::Own => &own,
        Rank::Plain | Rank::Weak => &all,
        Rank::Buyer => &buyers,
    };
    let resolve = |spelling: Spelling| {
        let kind = facts_for(spelling.rank).resolve(spelling.word)?;
        Some(Meaning { kind, rank: spelling.rank })
    };
    let resolved: Vec<_> = spelled.into_iter().map(|spelling| spelling.and_then(resolve)).collect();
    let stays = what_stays(&resolved);
    resolved.into_iter().map(|meaning| meaning.filter(&stays)).collect()
}

/// The columns that could be of a kind, the best first: by rank, then by position. Where the first two have
/// one rank, they compete.
pub(super) fn candidates(kind: Kind, meanings: &[Option<Meaning>]) -> Vec<usize> {
    let rank = |index: usize| meanings[index].filter(|meaning| meaning.kind == kind).map(|meaning| meaning.rank);
    let mut found: Vec<_> = (0..meanings.len()).filter(|index| rank(*index).is_some()).collect();
    found.sort_by_key(|index| rank(*index));
    found
}

/// The column, from 0, that says best whether somebody comes.
pub(super) fn status_column(headers: &[&str]) -> Option<usize> {
    candidates(Kind::Status, &meanings(headers)).first().copied()
}

/// What stands in a line, as far as it decides what ambiguous headers mean.
struct Facts {
    /// The spellings of one side; parts of pretix's attendee name say nothing of the others.
    known: Vec<Spelling>,
    has_address: bool,
    has_timestamp: bool,
}

impl Facts {
    /// Of the attendee's own headers alone, of all that are not the buyer's, or of the buyer's.
    fn new(headers: &[&str], spelled: &[Option<Spelling>], rank: Rank) -> Self {
        let counts = |spelling: &Spelling| match rank {
            Rank::Own => spelling.rank == Rank::Own,
            Rank::Plain | Rank::Weak => spelling.rank != Rank::Buyer,
            Rank::Buyer => spelling.rank == Rank::Buyer,
        };
        let stands = |set: &HashSet<String>| headers.iter().any(|header| set.contains(&folded(header)));
        Self {
            known: spelled.iter().flatten().copied().filter(|it| counts(it) && !it.is_part).collect(),
            has_address: stands(&PATTERNS.addresses),
            has_timestamp: stands(&PATTERNS.timestamps),
        }
    }

    fn has(&self, word: Word) -> bool {
        self.known.iter().any(|spelling| spelling.word == word)
    }

    fn has_sure(&self, kind: Kind) -> bool {
        self.has(Word::Sure(kind))
    }

    /// A first name in a language in which forms call the last name `Name` beside it. English ones do not.
    fn has_foreign_first(&self) -> bool {
        self.known.iter().any(|spelling| spelling.word == Word::Sure(Kind::FirstName) && !spelling.is_english)
    }

    /// Something that is the whole name for sure.
    fn has_full(&self) -> bool {
        self.known.iter().any(|spelling| spelling.word == Word::Sure(Kind::Name) && spelling.rank != Rank::Weak)
    }

    /// Whether `First` and `Last` are halves of a name: both are there, or one and the other in so many words.
    fn has_halves(&self, has_other: bool) -> bool {
        let halves = [Word::HalfFirst, Word::HalfLast].map(|half| self.has(half));
        let has_whole = self.has_full() || self.has(Word::FullOrLast) || self.has(Word::FullOrFirst);
        !has_whole && (halves == [true, true] || halves != [false, false] && has_other)
    }

    fn resolve(&self, word: Word) -> Option<Kind> {
        let (first, last) = (self.has_sure(Kind::FirstName), self.has_sure(Kind::LastName));
        let has_sure_first = first || self.has_halves(last);
        let has_first = has_sure_first || self.has(Word::FullOrFirst);
        let has_sure_last = last || self.has_halves(first);
        let has_last = has_sure_last || self.has(Word::LastOrNickname) && has_first;
        match word {
            Word::Sure(kind) => Some(kind),
            Word::FullOrLast if !has_last && self.has_foreign_first() => Some(Kind::LastName),
            // `Name, Surname` are two halves.
            Word::FullOrLast if has_last && !has_first && !self.has_full() => Some(Kind::FirstName),
            Word::FullOrFirst if has_last && !has_sure_first => Some(Kind::FirstName),
            Word::FullOrLast | Word::FullOrFirst => (!self.has_full()).then_some(Kind::Name),
            Word::LastOrNickname => (has_last && !has_sure_last).then_some(Kind::LastName),
            Word::State => (!self.has_sure(Kind::Status) && !self.has_address).then_some(Kind::Status),
            Word::HalfFirst => self.has_halves(last).then_some(Kind::FirstName),
            Word::HalfLast => self.has_halves(first).then_some(Kind::LastName),
            Word::Account => (!self.has_sure(Kind::Email) && self.has_timestamp).then_some(Kind::Email),
        }
    }
}

/// Whether something may stand in for the attendee's own.
fn what_stays(meanings: &[Option<Meaning>]) -> impl Fn(&Meaning) -> bool + use<> {
    let is_name = |kind| matches!(kind, Kind::Name | Kind::FirstName | Kind::LastName);
    let has = |test: &dyn Fn(Meaning) -> bool| meanings.iter().flatten().any(|meaning| test(*meaning));
    let own = |kind| has(&|it| it.kind == kind && it.rank == Rank::Own);
    let has_own_name = own(Kind::Name) || own(Kind::FirstName) && own(Kind::LastName);
    let has_name = has(&|it| is_name(it.kind) && it.rank != Rank::Buyer);
    let has_email = has(&|it| it.kind == Kind::Email && it.rank != Rank::Buyer);
    let has_own_email = own(Kind::Email);
    move |meaning| match (meaning.kind, meaning.rank) {
        (_, Rank::Own) => true,
        (Kind::Email, Rank::Buyer) => !has_email,
        // Nobody is mailed under a buyer's name.
        (kind, Rank::Buyer) if is_name(kind) => !has_name && !has_own_email,
        (kind, _) if is_name(kind) => !has_own_name,
        _ => true,
    }
}

/// A header's spelling, also where it says the same in two languages: `Vorname / First name`.
fn spelling(header: &str) -> Option<Spelling> {
    let header = without_duty(order::without_number(header));
    if let Some(part) = owners::part_of_whole(header) {
        return Some(part);
    }
    spelling_of(&folded(header)).or_else(|| {
        let mut languages = header.split(['/', '|']).map(|part| spelling_of(&folded(part)));
        let first = languages.next()??;
        languages.all(|it| it.is_some_and(|it| (it.word, it.rank) == (first.word, first.rank))).then_some(first)
    })
}

/// The header without a form's "(required)".
fn without_duty(header: &str) -> &str {
    let header = header.trim().trim_end_matches(['*', ':', ' ']);
    let Some((caption, bracket)) = header.rsplit_once(['(', '[']) else { return header };
    if PATTERNS.duty.contains(&folded(bracket)) { caption } else { header }
}

/// The spelling of a header in one language, folded.
fn spelling_of(header: &str) -> Option<Spelling> {
    let whole = || PATTERNS.spellings.get(header).copied();
    whole().or_else(|| part_of_name(header)).or_else(|| {
        let of = |rank, allowed: fn(Word) -> bool, before: &[String], after: &[String]| {
            let before = before.iter().filter_map(|word| header.strip_prefix(word.as_str()));
            let after = after.iter().filter_map(|word| header.strip_suffix(word.as_str()));
            let mut rests = before.chain(after).filter_map(|rest| PATTERNS.spellings.get(rest));
            rests.find(|it| it.rank != Rank::Buyer && allowed(it.word)).map(|it| Spelling { rank, ..*it })
        };
        let may_be_own = |word| !matches!(word, Word::State | Word::Account);
        let is_person = |word| match word {
            Word::Sure(kind) => !matches!(kind, Kind::Language | Kind::Status | Kind::TicketType),
            Word::State | Word::Account => false,
            Word::FullOrLast | Word::FullOrFirst | Word::LastOrNickname | Word::HalfFirst | Word::HalfLast => true,
        };
        // An invoice's whole name may be a company's; its parts are somebody's.
        let is_billed = |word| matches!(word, Word::Sure(Kind::Email | Kind::FirstName | Kind::LastName));
        of(Rank::Own, may_be_own, &PATTERNS.own_before, &PATTERNS.own_after)
            .or_else(|| of(Rank::Buyer, is_person, &PATTERNS.buyer_before, &PATTERNS.buyer_after))
            .or_else(|| of(Rank::Buyer, is_billed, &PATTERNS.billing, &PATTERNS.billing))
    })
}

/// `Attendee name: Given name`: never the whole, whatever the part is called.
fn part_of_name(header: &str) -> Option<Spelling> {
    let part = PATTERNS.parts_of.iter().find_map(|name| PATTERNS.spellings.get(header.strip_prefix(name.as_str())?))?;
    let kind = match part.word {
        Word::Sure(Kind::FirstName) | Word::FullOrFirst => Kind::FirstName,
        Word::Sure(Kind::LastName) | Word::LastOrNickname => Kind::LastName,
        _ => return None,
    };
    Some(Spelling { word: Word::Sure(kind), rank: Rank::Own, is_part: true, ..*part })
}

/// All spellings, folded once.
struct Patterns {
    spellings: HashMap<String, Spelling>,
    own_before: Vec<String>,
    own_after: Vec<String>,
    buyer_before: Vec<String>,
    buyer_after: Vec<String>,
    billing: Vec<String>,
    parts_of: Vec<String>,
    duty: HashSet<String>,
    addresses: HashSet<String>,
    timestamps: HashSet<String>,
}

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let mut spellings = HashMap::new();
    for (word, rank, language, list) in spellings::SPELLINGS {
        let is_english = *language == "en";
        let spelling = Spelling { word: *word, rank: *rank, is_english, is_surname_first: false, is_part: false };
        for entry in entries(list) {
            spellings.entry(entry).or_insert(spelling);
        }
    }
    for entry in order::SURNAME_FIRST.iter().flat_map(|list| entries(list)) {
        let word = Word::Sure(Kind::Name);
        let whole = Spelling { word, rank: Rank::Plain, is_english: false, is_surname_first: true, is_part: false };
        spellings.insert(entry, whole);
    }
    let all = |lists: &[&'static str]| lists.iter().flat_map(|list| entries(list)).collect();
    Patterns {
        spellings,
        own_before: all(spellings::OWN_BEFORE),
        own_after: all(spellings::OWN_AFTER),
        buyer_before: all(spellings::BUYER_BEFORE),
        buyer_after: all(spellings::BUYER_AFTER),
        billing: all(spellings::BILLING),
        parts_of: entries(spellings::PARTS_OF).collect(),
        duty: entries(spellings::DUTY).collect(),
        addresses: entries(spellings::ADDRESSES).collect(),
        timestamps: entries(spellings::TIMESTAMPS).collect(),
    }
});

#[cfg(test)]
mod line_tests;
#[cfg(test)]
mod tests;
