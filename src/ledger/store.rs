//! The ledger in a run's hands: opened under the run's lock, able to write.

use std::ops::Deref;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, TransactionBehavior, params};

use super::{
    CampaignId, CampaignKind, LedgerProblem, Reader, RunLock, Terms, TermsId,
    columns::Millis,
    opening::{MIGRATIONS, open_to_write},
};
use crate::model::PersonId;

/// An event's ledger, open to write; it holds the run's lock as long as it lives.
///
/// All that a [`Reader`] answers, it answers too.
#[derive(Debug)]
pub struct Ledger {
    // Dropped in this order: the file is closed before the lock is given back.
    reader: Reader,
    recovered: usize,
    _lock: RunLock,
}

impl Deref for Ledger {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

impl Ledger {
    /// Opens the ledger that the lock guards; makes it where there is none, brings an older schema up
    /// to date, and puts mails that a cut-off run left as `sending` in doubt.
    ///
    /// # Errors
    /// [`LedgerProblem`] for a ledger that is damaged, of another event, of a newer schema, or cannot
    /// be written. Nothing is changed then.
    pub fn open(lock: RunLock) -> Result<Self, LedgerProblem> {
        let path = lock.ledger_path().to_owned();
        let connection = open_to_write(&path, lock.event(), MIGRATIONS)?;
        let mut ledger = Self { reader: Reader::over(connection, path), recovered: 0, _lock: lock };
        ledger.recovered =
            ledger.write(|step| step.execute("UPDATE mailing SET state = 'in_doubt' WHERE state = 'sending'", []))?;
        Ok(ledger)
    }

    /// How many mails a cut-off run had left in the air; they are in doubt now.
    #[must_use]
    pub fn recovered(&self) -> usize {
        self.recovered
    }

    /// Records that a command begins to mail people.
    pub fn campaign_begin(
        &mut self,
        kind: CampaignKind,
        selection: &str,
        note: Option<&str>,
        now: Timestamp,
    ) -> Result<CampaignId, LedgerProblem> {
        self.write(|step| {
            step.execute(
                "INSERT INTO campaign (kind, selection, note, started) VALUES (?1, ?2, ?3, ?4)",
                params![kind, selection, note, Millis(now)],
            )?;
            Ok(CampaignId(step.last_insert_rowid()))
        })
    }

    /// Records that a campaign came to its end: everybody it meant has a mail in it.
    pub fn campaign_finish(&mut self, id: CampaignId, now: Timestamp) -> Result<(), LedgerProblem> {
        self.write(|step| {
            step.execute("UPDATE campaign SET finished = ?2 WHERE id = ?1", params![id.0, Millis(now)]).map(drop)
        })
    }

    /// The integer of the event's values; they are kept when they are new.
    pub fn terms_id(&mut self, terms: &Terms, now: Timestamp) -> Result<TermsId, LedgerProblem> {
        let digest = terms.digest();
        self.write(|step| {
            let known = step
                .query_row("SELECT id FROM terms WHERE digest = ?1", [&digest], |row| row.get(0))
                .optional()?;
            if let Some(id) = known {
                return Ok(TermsId(id));
            }
            step.execute(
                "INSERT INTO terms (digest, room, starts, ends, opens, closes, zone, title, url, app_id, secret,
                                    first_used)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                params![
                    digest,
                    terms.room,
                    Millis(terms.starts),
                    Millis(terms.ends),
                    Millis(terms.opens),
                    Millis(terms.closes),
                    terms.zone,
                    terms.title,
                    terms.url,
                    terms.app_id,
                    terms.secret.0,
                    Millis(now)
                ],
            )?;
            Ok(TermsId(step.last_insert_rowid()))
        })
    }

    /// Remembers that the organiser accepts exactly these terms, though others were mailed before.
    pub fn accept_change(&mut self, terms: &Terms) -> Result<(), LedgerProblem> {
        let digest = terms.digest();
        self.write(|step| {
            step.execute("REPLACE INTO meta (key, value) VALUES ('accepted_change', ?1)", [&digest]).map(drop)
        })
    }

    /// Records what the organiser learnt about a person's mails in doubt: they arrived (sent), or did
    /// not (pending again). Says how many there were; with none, nothing changes.
    pub fn settle(&mut self, person: PersonId, arrived: bool, now: Timestamp) -> Result<usize, LedgerProblem> {
        let state = if arrived { super::State::Sent } else { super::State::Pending };
        self.write(|step| {
            step.execute(
                "UPDATE mailing SET state = ?2, settled = ?3 WHERE person = ?1 AND state = 'in_doubt'",
                params![person.0, state, Millis(now)],
            )
        })
    }

    /// Moves what was committed from the write-ahead log into the file.
    pub(super) fn checkpoint(&self) -> Result<(), LedgerProblem> {
        self.connection()
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .map_err(|error| self.problem(&error))
    }

    fn write<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T, LedgerProblem> {
        let write = || {
            let step = Transaction::new_unchecked(self.reader.connection(), TransactionBehavior::Immediate)?;
            let done = work(&step)?;
            step.commit().map(|()| done)
        };
        write().map_err(|error| self.problem(&error))
    }

    /// Leaves no room for more than what the file holds already, as a full disk would.
    #[cfg(test)]
    pub(super) fn fill_the_disk(&self) {
        let pages: i64 = self.connection().pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        self.connection().pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).unwrap();
    }
}
