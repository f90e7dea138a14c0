//! Columns that are found by how exporters and people name them, and those that `only` and `except` speak of.

use csv::StringRecord;

use super::{Found, Header, choice_of, quoted};
use crate::{
    attendees::{
        Field, FoundBy, Problem,
        columns::position_of,
        exporters::Exporter,
        filter::{Table, columns_named, one_spelling},
        names::{self, Kind, Rank},
        nearest::{nearest, shortened},
    },
    model::Address,
};

/// What headers say of a field, where any may be guessed for it.
pub(super) fn kind_of(field: Field) -> Option<Kind> {
    Some(match field {
        Field::Email => Kind::Email,
        Field::Name => Kind::Name,
        Field::FirstName => Kind::FirstName,
        Field::LastName => Kind::LastName,
        Field::Language => Kind::Language,
        _ => return None,
    })
}

impl Header<'_> {
    /// The column that exporters and people name so, where nothing else names one.
    pub(super) fn by_known_header(&mut self, field: Field) -> Found {
        let kind = kind_of(field)?;
        if let Some(found) = self.by_exporter(field) {
            return Some(found);
        }
        let mut candidates = names::candidates(kind, &self.meanings);
        let is_name = matches!(field, Field::Name | Field::FirstName | Field::LastName);
        candidates.retain(|index| !is_name || !self.is_accounts_name(*index));
        let said_best = candidates.first().copied();
        // One that holds something goes before one that never does.
        candidates.sort_by_key(|index| !self.is_filled(*index));
        let best = *candidates.first()?;
        let rank = |index: usize| self.meanings[index].as_ref().map(|meaning| meaning.rank);
        // Another address may be that of a buyer, who has bought for many; a form's account is the attendee's too.
        let is_own = |index: &usize| rank(*index) == Some(Rank::Own) && self.has_addresses(*index);
        let own: Vec<usize> = candidates.iter().copied().filter(is_own).collect();
        let chosen = match field {
            Field::Email if !own.is_empty() && !self.exporter.is_some_and(Exporter::is_form) => {
                self.most_addresses(&own).unwrap_or(best)
            }
            Field::Email => self.most_addresses(&candidates).unwrap_or(best),
            _ => best,
        };
        let mut rivals: Vec<usize> =
            candidates.into_iter().filter(|other| *other != chosen && rank(*other) == rank(chosen)).collect();
        let passed_over = said_best.filter(|best| field == Field::Email && rank(*best) < rank(chosen));
        if let Some(best) = passed_over {
            self.warn_of_passed_over(field, chosen, best);
        }
        if field == Field::Email {
            rivals.extend(self.other_addresses(chosen));
            rivals.sort_unstable();
            rivals.dedup();
            rivals.retain(|index| Some(*index) != passed_over);
        }
        if !rivals.is_empty() {
            self.warn_of_rivals(field, &[chosen], &rivals);
        }
        Some((chosen, FoundBy::KnownHeader))
    }

    /// A setting's value that chooses a column: its position where its header is another's too.
    fn choice(&self, index: usize) -> String {
        let header = &self.headers[index];
        let is_doubled = self.headers.iter().filter(|other| *other == header).nth(1).is_some();
        if is_doubled { position_of(index).to_string() } else { choice_of(header, index) }
    }

    /// Of columns that could hold addresses, the first that holds some in most rows; none where none does.
    fn most_addresses(&self, candidates: &[usize]) -> Option<usize> {
        let addresses = |index: &usize| {
            let is_address =
                |row: &&&StringRecord| row.get(*index).is_some_and(|cell| Address::parse(cell.trim()).is_ok());
            self.sample.iter().filter(is_address).count()
        };
        let first = candidates.iter().find(|index| addresses(index) * 2 > self.sample.len());
        first.or_else(|| candidates.iter().rev().max_by_key(|index| addresses(index))).copied()
    }

    pub(super) fn warn_of_rivals(&mut self, field: Field, taken: &[usize], rivals: &[usize]) {
        let (key, name) = (field.key(), |index: usize| format!("`{}`", shortened(&self.headers[index])));
        let names = |all: &[usize]| all.iter().map(|index| name(*index)).collect::<Vec<_>>();
        let (taken, others) = (names(taken).join(" and "), names(rivals).join(", "));
        let what = format!("`{key}` is taken from {taken}; {others} could be meant too");
        let whose = if field == Field::Email && self.has_names_of_its_own(rivals[0]) {
            "; the name that goes with it is taken then"
        } else {
            ""
        };
        let hint = format!("if so, say it under [attendees.columns]: {key} = {}{whose}", self.choice(rivals[0]));
        self.warnings.push(Problem { at: self.at.clone(), what, hint: Some(hint) });
    }

    /// A column that says better whose it is, and holds too little to be taken.
    fn warn_of_passed_over(&mut self, field: Field, chosen: usize, best: usize) {
        let (key, name) = (field.key(), |index: usize| format!("`{}`", shortened(&self.headers[index])));
        let filled = self.sample.iter().filter(|row| row.get(best).is_some_and(|cell| !cell.trim().is_empty())).count();
        let rows = match self.sample.len() - filled {
            _ if filled == 0 => "the first rows",
            empty if empty > filled => "most of the first rows",
            _ => "many of the first rows",
        };
        let whose = if self.exporter == Some(Exporter::PretixPositions) { ", the buyer's" } else { "" };
        let what = format!("`{key}` is taken from {}{whose}: {} is empty in {rows}", name(chosen), name(best));
        let settings = [best, chosen].map(|index| self.choice(index));
        let hint = format!(
            "to mail nobody else: {key} = {} under [attendees.columns]; if it is right: {key} = {}",
            settings[0], settings[1]
        );
        self.warnings.push(Problem { at: self.at.clone(), what, hint: Some(hint) });
    }

    /// Another column of addresses than the one that is taken, as a setting names it; and whether it is the buyers'.
    pub(super) fn other_email(&self, found: &[Found; Field::ALL.len()]) -> Option<(String, bool)> {
        let (taken, _) = found[Field::Email as usize]?;
        let is_other = |index: &usize| *index != taken && self.is_filled(*index) && self.holds_addresses(*index);
        let buyers =
            (0..self.headers.len()).find(|index| names::is_buyers_email(&self.headers[*index]) && is_other(index));
        let other = || names::candidates(Kind::Email, &self.meanings).into_iter().find(is_other);
        let index = buyers.or_else(other)?;
        let is_buyers = buyers.is_some() || self.exporter == Some(Exporter::PretixPositions);
        Some((self.choice(index), is_buyers))
    }

    /// `[attendees.only]` and `[attendees.except]`: the columns they speak of.
    pub(super) fn filters(&mut self, filters: &[(String, Vec<String>)], table: Table) -> Vec<(usize, Vec<String>)> {
        let mut found = Vec::new();
        for (name, values) in filters {
            let table = table.name();
            let named = columns_named(self.headers, name);
            if named.len() > 1 {
                let positions: Vec<String> = named.iter().map(|index| position_of(*index).to_string()).collect();
                self.note(
                    format!(
                        "{} under [attendees.{table}]: it is the header of columns {}",
                        quoted(name),
                        positions.join(" and ")
                    ),
                    "give the one that is meant a header of its own, in the file and in event.toml".to_owned(),
                );
                continue;
            }
            let Some(index) = named.first().copied() else {
                // Of several files one may have it, which is seen once all are open.
                if self.rules.files.len() > 1 {
                    let what = format!("{} under [attendees.{table}]: this file has no such column", quoted(name));
                    let hint = "none of its rows is kept or left out by it".to_owned();
                    self.warnings.push(Problem { at: self.at.clone(), what, hint: Some(hint) });
                    continue;
                }
                let near = nearest(name, self.headers.iter().map(String::as_str));
                let hint = near.map_or_else(|| self.list(), |near| format!("did you mean `{}`?", shortened(near)));
                self.note(format!("{} under [attendees.{table}]: the file has no such column", quoted(name)), hint);
                continue;
            };
            found.push((index, values.iter().map(|value| one_spelling(value)).collect()));
        }
        found
    }
}
