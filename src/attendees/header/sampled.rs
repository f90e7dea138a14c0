//! What the rows below a header say of its columns: which are filled, and whether a `Name` beside a first name is whole.

use std::cmp::Reverse;

use super::{Found, Header, known::kind_of};
use crate::{
    attendees::{
        Field, FoundBy,
        exporters::Exporter,
        folded::folded,
        names::{self, Kind, Meaning, Rank},
    },
    model::Address,
};

/// Of Microsoft Forms: where its own columns stand, in every language.
const ACCOUNTS_EMAIL: usize = 3;
const ACCOUNTS_NAME: usize = 4;

impl Header<'_> {
    fn cells(&self, index: usize) -> impl Iterator<Item = &str> {
        self.sample.iter().filter_map(move |row| row.get(index)).map(str::trim).filter(|cell| !cell.is_empty())
    }

    pub(super) fn is_filled(&self, index: usize) -> bool {
        self.cells(index).next().is_some()
    }

    pub(super) fn has_addresses(&self, index: usize) -> bool {
        self.cells(index).any(|cell| Address::parse(cell).is_ok())
    }

    pub(super) fn holds_addresses(&self, index: usize) -> bool {
        let (mut all, mut sound) = (0, 0);
        for cell in self.cells(index) {
            all += 1;
            sound += usize::from(Address::parse(cell).is_ok());
        }
        sound * 2 > all
    }

    /// The columns that exporters' captions settle, whatever their forms' questions are called.
    pub(super) fn by_exporter(&mut self, field: Field) -> Found {
        match (self.exporter?, field) {
            (Exporter::MicrosoftForms, Field::Email) => self.of_form(field, ACCOUNTS_EMAIL),
            (Exporter::MicrosoftForms, Field::Name) => self.of_form(field, ACCOUNTS_NAME),
            (exporter, field) => {
                let headers: Vec<&str> = self.headers.iter().map(String::as_str).collect();
                let own = exporter.own_column(field, &headers).filter(|own| self.is_filled(*own))?;
                self.settle(field, own)
            }
        }
    }

    /// What somebody answered goes before what their account is called, unless fewer have answered: Excel calls a question
    /// `Name2` that is called like the account's own column.
    fn of_form(&mut self, field: Field, accounts: usize) -> Found {
        let caption = folded(self.headers.get(accounts)?);
        let kind = kind_of(field)?;
        let is_same = |header: &str| folded(header).trim_end_matches(|c: char| c.is_ascii_digit()) == caption;
        let asks = |meaning: Meaning| meaning.kind == kind && matches!(meaning.rank, Rank::Own | Rank::Plain);
        let is_answer = |index: &usize| is_same(&self.headers[*index]) || self.meanings[*index].is_some_and(asks);
        let answers = (accounts + 1..self.headers.len()).filter(is_answer);
        let of_use = |index: usize| match field {
            Field::Email => self.cells(index).filter(|cell| Address::parse(cell).is_ok()).count(),
            _ => self.cells(index).count(),
        };
        // Of equals the first.
        let most =
            answers.chain([accounts]).map(|index| (of_use(index), index)).min_by_key(|(of_use, _)| Reverse(*of_use));
        let (_, chosen) = most.filter(|(of_use, _)| *of_use > 0)?;
        self.settle(field, chosen)
    }

    fn settle(&mut self, field: Field, chosen: usize) -> Found {
        let mut rivals = names::candidates(kind_of(field)?, &self.meanings);
        if self.exporter == Some(Exporter::MicrosoftForms) {
            rivals.push(if field == Field::Email { ACCOUNTS_EMAIL } else { ACCOUNTS_NAME });
        }
        rivals.sort_unstable();
        rivals.dedup();
        rivals.retain(|index| *index != chosen && self.is_filled(*index));
        if field == Field::Email {
            rivals.retain(|index| self.holds_addresses(*index));
            rivals.extend(self.other_addresses(chosen));
            rivals.sort_unstable();
            rivals.dedup();
        }
        if !rivals.is_empty() {
            self.warn_of_rivals(field, &[chosen], &rivals);
        }
        Some((chosen, FoundBy::KnownHeader))
    }

    /// Whether a form's own column of names is meant, which holds whole ones.
    pub(super) fn is_accounts_name(&self, index: usize) -> bool {
        self.exporter == Some(Exporter::MicrosoftForms) && index == ACCOUNTS_NAME
    }

    /// Columns full of addresses that no header tells from the chosen one, the buyer's apart. Of address books only those
    /// that say so: theirs hold many addresses more.
    pub(super) fn other_addresses(&self, chosen: usize) -> Vec<usize> {
        let is_buyers = |index: usize| names::is_buyers_email(&self.headers[index]);
        let says_so = |index: usize| match self.exporter {
            // Its `Email` is the buyer's beside `Attendee email`.
            Some(Exporter::PretixPositions | Exporter::PretixOrders) => false,
            Some(exporter) if !exporter.is_form() && exporter != Exporter::TicketShop => {
                self.meanings[index].is_some_and(|meaning| meaning.kind == Kind::Email)
            }
            _ => true,
        };
        let all = (0..self.headers.len()).filter(|index| *index != chosen && !is_buyers(*index) && says_so(*index));
        all.filter(|index| self.is_filled(*index) && self.holds_addresses(*index)).collect()
    }

    /// A whole name goes before first and last name where it alone is filled, and where what was taken for the last
    /// name holds the first one too; else both parts together say more, unless the name is there in so many words.
    pub(super) fn settle_names(&mut self, found: &mut [Found; Field::ALL.len()]) {
        let of = |found: &[Found; Field::ALL.len()], field: Field| found[field as usize];
        let is_guess = |field: Found| field.is_none_or(|(_, by)| by == FoundBy::KnownHeader);
        let (name, first, last) = (of(found, Field::Name), of(found, Field::FirstName), of(found, Field::LastName));
        let filled = |field: Found| field.is_some_and(|(index, _)| self.is_filled(index));
        let rank = |field: Found| self.meanings[field?.0].map(|meaning| meaning.rank);
        if let (None, Some((first, _)), Some((whole, FoundBy::KnownHeader))) = (name, first, last)
            && self.holds_first_names(whole, first)
        {
            found[Field::Name as usize] = last;
            found[Field::LastName as usize] = None;
            return;
        }
        let (Some(_), true) = (name, first.is_some() && last.is_some()) else { return };
        if filled(name) && !(filled(first) && filled(last)) && is_guess(first) && is_guess(last) {
            // One part alone is no name; the first is still of use in a greeting.
            for (field, part) in [(Field::FirstName, first), (Field::LastName, last)] {
                if field == Field::LastName || !filled(part) {
                    found[field as usize] = None;
                }
            }
        } else if let Some((whole, FoundBy::KnownHeader)) = name {
            found[Field::Name as usize] = None;
            // A question for one's own name beside an exporter's first and last one.
            let is_better = rank(name) == Some(Rank::Own) && rank(first) != Some(Rank::Own) && filled(name);
            if let (Some((first, FoundBy::KnownHeader)), Some((last, _)), true) = (first, last, is_better) {
                self.warn_of_rivals(Field::Name, &[first, last], &[whole]);
            }
        }
    }

    /// `Name` beside `Full name`, where they are not the same; forms' and exporters' own are told where they are found.
    pub(super) fn warn_of_other_names(&mut self, found: &[Found; Field::ALL.len()]) {
        let Some((whole, FoundBy::KnownHeader)) = found[Field::Name as usize] else { return };
        if !matches!(self.exporter, None | Some(Exporter::GoogleForms | Exporter::TicketShop)) {
            return;
        }
        // What goes with the address that is taken is the name of the same person.
        let owner = |index: usize| names::owner(&self.headers[index]);
        let email = found[Field::Email as usize].and_then(|(email, _)| owner(email));
        let is_settled = email.is_some() && email == owner(whole);
        let is_taken = |index: usize| found.iter().flatten().any(|(taken, _)| *taken == index);
        let differs = |index: usize| self.sample.iter().any(|row| row.get(index) != row.get(whole));
        let is_warned_of = self.warnings.iter().any(|warning| warning.what.starts_with("`name` is taken"));
        let all = (0..self.headers.len()).filter(|index| !is_taken(*index));
        let all = all.filter(|index| !is_settled || owner(*index) == email);
        let rivals: Vec<usize> = all
            .filter(|index| names::says_name(&self.headers[*index]) && self.is_filled(*index) && differs(*index))
            .collect();
        if !rivals.is_empty() && !is_warned_of {
            self.warn_of_rivals(Field::Name, &[whole], &rivals);
        }
    }

    /// Whether most cells of a column begin or end with the first name beside them, and hold more.
    fn holds_first_names(&self, whole: usize, first: usize) -> bool {
        let (mut all, mut holding) = (0, 0);
        for row in self.sample {
            let [whole, first] = [whole, first].map(|index| row.get(index).unwrap_or_default().trim().to_lowercase());
            if whole.is_empty() || first.is_empty() {
                continue;
            }
            all += 1;
            let around = whole.strip_prefix(&first).or_else(|| whole.strip_suffix(&first));
            let is_word = |rest: &str| rest.starts_with([' ', ',']) || rest.ends_with([' ', ',']);
            holding += usize::from(around.is_some_and(is_word));
        }
        holding * 2 > all
    }
}
