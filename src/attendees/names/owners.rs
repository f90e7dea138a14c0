//! Whose a column is, by its header alone: the attendee's, the buyer's, nobody's in particular, or somebody else's.

use super::{Kind, Meaning, PATTERNS, Rank, Spelling, Word, folded, meanings, spelling, spelling_of};

/// Whose an address or a name is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Owner {
    /// Who comes: `Attendee email`, `Ticket holder name`.
    Attendee,
    /// Nobody's in particular: `Email`.
    Nobody,
    /// Who paid.
    Buyer,
    /// Whoever is called so before or behind the word: `Speaker email`, `E-Mail Referentin`; folded.
    Before(String),
    Behind(String),
}

/// Whose a column is; none where nothing is known of its header.
pub(in super::super) fn owner(header: &str) -> Option<Owner> {
    match spelling(header).map(|spelling| spelling.rank) {
        Some(Rank::Own) => return Some(Owner::Attendee),
        Some(Rank::Plain | Rank::Weak) => return Some(Owner::Nobody),
        Some(Rank::Buyer) => return Some(Owner::Buyer),
        None => {}
    }
    let header = folded(header);
    let emails = PATTERNS.spellings.iter().filter(|(_, it)| it.word == Word::Sure(Kind::Email));
    let rests = emails.filter_map(|(email, _)| {
        let before = header.strip_suffix(email.as_str()).map(|rest| Owner::Before(rest.to_owned()));
        Some((
            before.or_else(|| header.strip_prefix(email.as_str()).map(|rest| Owner::Behind(rest.to_owned())))?,
            email,
        ))
    });
    rests.max_by_key(|(_, email)| email.len()).map(|(owner, _)| owner)
}

/// What the headers of one owner mean; those of others mean nothing.
pub(in super::super) fn meanings_of(of: &Owner, headers: &[&str]) -> Vec<Option<Meaning>> {
    let bare = |header: &&str| match of {
        Owner::Before(word) => folded(header).strip_prefix(word.as_str()).unwrap_or_default().to_owned(),
        Owner::Behind(word) => folded(header).strip_suffix(word.as_str()).unwrap_or_default().to_owned(),
        of if owner(header).as_ref() == Some(of) => (*header).to_owned(),
        _ => String::new(),
    };
    let bare: Vec<String> = headers.iter().map(bare).collect();
    meanings(&bare.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Whether a word is that of a name, or of a part of one.
fn is_name(word: Word) -> bool {
    match word {
        Word::Sure(kind) => matches!(kind, Kind::Name | Kind::FirstName | Kind::LastName),
        Word::FullOrLast | Word::FullOrFirst | Word::LastOrNickname | Word::HalfFirst | Word::HalfLast => true,
        Word::State | Word::Account => false,
    }
}

/// Whether it holds a buyer's name, or a part of it.
pub(in super::super) fn is_buyers_name(header: &str) -> bool {
    spelling(header).is_some_and(|it| is_name(it.word) && it.rank == Rank::Buyer)
}

/// Whether it holds a name, or a part of it, that its header says to be nobody's in particular.
pub(in super::super) fn is_nobodys_name(header: &str) -> bool {
    spelling(header).is_some_and(|it| is_name(it.word) && matches!(it.rank, Rank::Plain | Rank::Weak))
}

/// `Attendee name: Given name`, `Teilnehmername: Vorname`: a part beside the whole, whatever it is called.
pub(super) fn part_of_whole(header: &str) -> Option<Spelling> {
    let (whole, part) = header.split_once(':')?;
    let whole = spelling_of(&folded(whole)).filter(|it| it.rank != Rank::Weak)?;
    if !matches!(whole.word, Word::Sure(Kind::Name) | Word::FullOrLast | Word::FullOrFirst) {
        return None;
    }
    let part = PATTERNS.spellings.get(&folded(part))?;
    let kind = match part.word {
        Word::Sure(Kind::FirstName) | Word::FullOrFirst => Kind::FirstName,
        Word::Sure(Kind::LastName) | Word::LastOrNickname => Kind::LastName,
        _ => return None,
    };
    Some(Spelling { word: Word::Sure(kind), rank: whole.rank, is_part: true, ..*part })
}

/// Whether a header says in so many words that it holds the attendee's own address.
pub(in super::super) fn has_attendees_email(headers: &[&str]) -> bool {
    let is_own = |it: Spelling| it.word == Word::Sure(Kind::Email) && it.rank == Rank::Own;
    headers.iter().any(|header| spelling(header).is_some_and(is_own))
}

/// Whether a header says that it holds an address, whoever's.
pub(in super::super) fn says_email(header: &str) -> bool {
    spelling(header).is_some_and(|it| it.word == Word::Sure(Kind::Email))
}

/// Whether a line names the attendee's own address, name or status in so many words.
pub(in super::super) fn has_attendees(headers: &[&str]) -> bool {
    let is_own = |it: Spelling| {
        let is_said = is_name(it.word) || matches!(it.word, Word::Sure(Kind::Email | Kind::Status));
        it.rank == Rank::Own && is_said
    };
    headers.iter().any(|header| spelling(header).is_some_and(is_own))
}

/// Whether it holds the buyer's address, whatever stands beside it.
pub(in super::super) fn is_buyers_email(header: &str) -> bool {
    spelling(header).is_some_and(|it| it.word == Word::Sure(Kind::Email) && it.rank == Rank::Buyer)
}

/// Whether a header can be that of a whole name, whatever stands beside it.
pub(in super::super) fn says_name(header: &str) -> bool {
    let is_whole = |word| matches!(word, Word::Sure(Kind::Name) | Word::FullOrLast | Word::FullOrFirst);
    spelling(header).is_some_and(|it| is_whole(it.word) && matches!(it.rank, Rank::Own | Rank::Plain))
}
