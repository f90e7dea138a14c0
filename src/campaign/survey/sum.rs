//! What a survey comes to, as others ask for it.

use super::{RowFault, RowKind, SHOWN_PROBLEMS, Survey};
use crate::{
    campaign::words,
    failure::Told,
    message::lint::Finding,
    model::{Locator, PersonId, SessionKey},
};

impl Survey {
    pub(super) fn note_findings(&mut self, findings: Vec<Finding>, at: &Locator) {
        for finding in findings {
            let known = self.of_rows.iter_mut().find(|(known, ..)| known.clone().takes_in(&finding));
            if let Some((known, _, more)) = known {
                known.takes_in(&finding);
                *more += 1;
            } else if self.of_rows.len() < SHOWN_PROBLEMS {
                self.of_rows.push((finding, at.to_string(), 0));
            }
        }
    }

    pub(super) fn fault(&mut self, number: u32, told: Told, who: String) {
        self.problems += 1;
        self.unsound.insert(number);
        if self.faults.len() < SHOWN_PROBLEMS {
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

    /// Counts a row; several sessions of one stand on one line.
    pub(super) fn note_record(&mut self, line: u32) {
        let is_same = self.rows.last().is_some_and(|last| last.line == line);
        self.records += u64::from(!is_same);
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
