//! What a survey comes to, as others ask for it.

use super::{RowFault, RowKind, RowNote, SHOWN, SHOWN_ROWS, Survey};
use crate::{
    attendees::LeftOut,
    campaign::words,
    failure::Told,
    message::lint::Finding,
    model::{Attendee, Locator, PersonId, SessionKey},
};

/// So many reasons for leaving rows out are told apart.
const MOST_REASONS: usize = 20;

impl Survey {
    pub(super) fn note_findings(&mut self, findings: Vec<Finding>, at: &Locator) {
        for finding in findings {
            let known = self.of_rows.iter_mut().find(|(known, ..)| known.clone().takes_in(&finding));
            if let Some((known, _, more)) = known {
                known.takes_in(&finding);
                *more += 1;
            } else if self.of_rows.len() < SHOWN {
                self.of_rows.push((finding, at.to_string(), 0));
            }
        }
    }

    pub(super) fn leave_out(&mut self, row: &LeftOut) {
        self.note_row(&row.at, RowKind::LeftOut, false, 0);
        // Of very many values, some are told.
        if self.left_out.len() < MOST_REASONS || self.left_out.contains_key(&(row.by_exporter, row.why.clone())) {
            *self.left_out.entry((row.by_exporter, row.why.clone())).or_default() += 1;
        } else {
            *self.left_out.entry((row.by_exporter, String::new())).or_default() += 1;
        }
    }

    /// Marks a row as one of somebody who is to get no mail.
    pub fn set_kept_out(&mut self, number: u32) {
        if let Some(row) = (number as usize).checked_sub(1).and_then(|at| self.rows.get_mut(at)) {
            row.kind = RowKind::KeptOut(0);
        }
    }

    /// Counts a row of somebody who is to get no mail; `is_first` of their rows.
    pub fn keep_out(&mut self, list: u16, is_first: bool) {
        *self.kept_out.entry(list).or_default() += u64::from(is_first);
    }

    /// Whether a row is of somebody who is to get no mail.
    #[must_use]
    pub fn is_kept_out(&self, number: u32) -> bool {
        let row = (number as usize).checked_sub(1).and_then(|at| self.rows.get(at));
        row.is_some_and(|row| matches!(row.kind, RowKind::KeptOut(_)))
    }

    /// Takes a row down that repeats another one.
    pub(super) fn repeats(&mut self, attendee: &Attendee, first: u32) {
        self.duplicate_rows += 1;
        if self.duplicates.len() < SHOWN_ROWS {
            let (at, email) = (&attendee.locator, &attendee.email);
            let first = self.at(first).map_or_else(String::new, |first| first.in_words(first.source != at.source));
            self.duplicates.push(format!("{at}: repeats {first} ({email}): mailed once"));
        }
    }

    pub(super) fn fault(&mut self, number: u32, told: Told, who: String) {
        self.problems += 1;
        self.unsound.insert(number);
        if self.faults.len() < self.most_faults {
            self.faults.push(RowFault { number, told, who });
        }
    }

    /// A warning for each row that repeats another one; the last one counts those that are not named.
    #[must_use]
    pub fn duplicate_warnings(&self) -> Vec<Told> {
        let mut warnings: Vec<Told> = self.duplicates.iter().map(Told::new).collect();
        let more = self.duplicate_rows - self.duplicates.len() as u64;
        if more > 0 {
            let rows = words::counted(more, "more row repeats another", "more rows repeat others");
            warnings.push(
                Told::new(format!("{rows}: mailed once")).hint("`roomkey status --state skipped` lists them all"),
            );
        }
        warnings
    }

    /// Takes a row down; several sessions of one stand on one line.
    pub(super) fn note_row(&mut self, at: &Locator, kind: RowKind, over: bool, session: u8) {
        let line = super::short(at.line);
        let number = u32::try_from(self.rows.len()).unwrap_or(u32::MAX).saturating_add(1);
        let is_another_file = self.begun.note(number, &at.source);
        self.records += u64::from(is_another_file || self.rows.last().is_none_or(|last| last.line != line));
        self.rows.push(RowNote { line, kind, over, session });
    }

    /// Rows whose own times are over.
    #[must_use]
    pub fn rows_over(&self) -> Vec<u32> {
        let over = (1..).zip(&self.rows).filter(|(_, row)| row.over && row.session == 0);
        over.map(|(number, _)| number).collect()
    }

    /// Where a row stands.
    #[must_use]
    pub fn at(&self, number: u32) -> Option<Locator> {
        let row = self.rows.get((number as usize).checked_sub(1)?)?;
        Some(Locator { source: self.begun.source(number)?.clone(), line: row.line.into() })
    }

    /// Where a row stands, in words: `line 3`, or `line 3 of b.csv` where there are several files.
    #[must_use]
    pub fn place(&self, number: u32) -> String {
        self.at(number).map_or_else(String::new, |at| at.in_words(self.begun.are_several()))
    }

    /// Takes a session down; gives what rows note of it.
    pub fn note_session(&mut self, session: Option<&SessionKey>) -> u8 {
        let Some(session) = session else { return 0 };
        let known = self.sessions.iter().position(|known| known == session);
        let at = known.unwrap_or_else(|| {
            self.sessions.push(session.clone());
            self.sessions.len() - 1
        });
        u8::try_from(at + 1).unwrap_or(u8::MAX)
    }

    /// Which session a row is for; `None` where the event has none, or the row cannot be read.
    #[must_use]
    pub fn session(&self, number: u32) -> Option<&SessionKey> {
        let row = self.rows.get((number as usize).checked_sub(1)?)?;
        self.sessions.get(usize::from(row.session).checked_sub(1)?)
    }

    /// What is to be said of the files as they were read: what was assumed, and who is left out.
    #[must_use]
    pub fn remarks_on_files(&self) -> Vec<Told> {
        let mut told: Vec<Told> = self.assumed.iter().map(Told::new).collect();
        for ((by_exporter, why), rows) in &self.left_out {
            let rows = words::counted(*rows, "row is", "rows are");
            let why = if why.is_empty() { "other values" } else { why };
            let line = Told::new(format!("{rows} left out: {why}"));
            let hint = "to mail them all the same: cancelled = \"take_in\" under [attendees]";
            told.push(if *by_exporter { line.hint(hint) } else { line });
        }
        told
    }

    /// The person a row is in the ledger.
    #[must_use]
    pub fn person(&self, number: u32) -> Option<PersonId> {
        self.identified.known.get(&number).copied()
    }

    /// Numbers of the sound rows, in file order.
    pub fn sound_rows(&self) -> impl Iterator<Item = u32> {
        (1..).zip(&self.rows).filter(|(_, row)| row.kind == RowKind::Sound).map(|(number, _)| number)
    }
}
