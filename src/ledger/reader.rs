//! What the ledger can be asked. Needs no lock, creates nothing, changes nothing.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Params, Row};

use super::{
    Campaign, CampaignId, CampaignKind, LedgerFolder, LedgerProblem, Mailing, MailingId, PersonRecord, Roster, State,
    Terms, TermsId,
    columns::{self, Millis},
    opening::{MIGRATIONS, open_to_read},
};
use crate::model::{Address, CalendarStyle, EventId, PersonId};

/// A ledger open to be read, also while a run writes it.
///
/// Each method sees what was committed when it was called.
#[derive(Debug)]
pub struct Reader {
    connection: Connection,
    path: PathBuf,
}

impl Reader {
    /// Opens an event's ledger; `None` where nothing was ever recorded.
    ///
    /// A ledger of an older schema is read as if it had been brought up to date. On a read-only disk
    /// it is read in place, unless a cut-off run left a part that needs merging first.
    ///
    /// # Errors
    /// [`LedgerProblem`] for a ledger that is damaged, of another event, of a newer schema, or
    /// locked by another program.
    pub fn open(folder: &LedgerFolder, event: &EventId) -> Result<Option<Self>, LedgerProblem> {
        let path = folder.ledger_path(event);
        Ok(open_to_read(&path, event, MIGRATIONS)?.map(|connection| Self::over(connection, path)))
    }

    pub(super) fn over(connection: Connection, path: PathBuf) -> Self {
        Self { connection, path }
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The ledger's file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Everybody who was mailed, and how they stand: one consistent picture.
    pub fn roster(&self) -> Result<Roster, LedgerProblem> {
        Roster::load(&self.connection).map_err(|error| self.problem(&error))
    }

    /// One mail.
    pub fn mailing(&self, id: MailingId) -> Result<Option<Mailing>, LedgerProblem> {
        self.one("SELECT * FROM mailing WHERE id = ?1", [id.0], columns::mailing)
    }

    /// All mails to one person, oldest first.
    pub fn mailings_of(&self, person: PersonId) -> Result<Vec<Mailing>, LedgerProblem> {
        self.all("SELECT * FROM mailing WHERE person = ?1 ORDER BY id", [person.0], columns::mailing)
    }

    /// One person.
    pub fn person(&self, id: PersonId) -> Result<Option<PersonRecord>, LedgerProblem> {
        self.one("SELECT * FROM person WHERE id = ?1", [id.0], columns::person)
    }

    /// The event's values that a mail was made under.
    pub fn terms(&self, id: TermsId) -> Result<Option<Terms>, LedgerProblem> {
        self.one("SELECT * FROM terms WHERE id = ?1", [id.0], columns::terms)
    }

    /// One campaign.
    pub fn campaign(&self, id: CampaignId) -> Result<Option<Campaign>, LedgerProblem> {
        self.one("SELECT * FROM campaign WHERE id = ?1", [id.0], columns::campaign)
    }

    /// The latest campaign of a kind.
    pub fn campaign_latest(&self, kind: CampaignKind) -> Result<Option<Campaign>, LedgerProblem> {
        self.one("SELECT * FROM campaign WHERE kind = ?1 ORDER BY id DESC LIMIT 1", [kind], columns::campaign)
    }

    /// All campaigns of a kind, the latest first.
    pub fn campaigns(&self, kind: CampaignKind) -> Result<Vec<Campaign>, LedgerProblem> {
        self.all("SELECT * FROM campaign WHERE kind = ?1 ORDER BY id DESC", [kind], columns::campaign)
    }

    /// The latest campaign of a kind, if it was stopped half-way. Older ones were given up for it.
    pub fn campaign_unfinished(&self, kind: CampaignKind) -> Result<Option<Campaign>, LedgerProblem> {
        let latest =
            self.one("SELECT * FROM campaign WHERE kind = ?1 ORDER BY id DESC LIMIT 1", [kind], columns::campaign)?;
        Ok(latest.filter(|campaign| campaign.finished.is_none()))
    }

    /// Who has a mail in a campaign already, and its state; in the order in which they were mailed.
    pub fn campaign_done_persons(&self, id: CampaignId) -> Result<Vec<(PersonId, MailingId, State)>, LedgerProblem> {
        self.all("SELECT person, id, state FROM mailing WHERE campaign = ?1 ORDER BY id", [id.0], |row| {
            Ok((PersonId(row.get(0)?), MailingId(row.get(1)?), row.get(2)?))
        })
    }

    /// The digest of the terms that the organiser accepted though others were mailed before.
    pub fn accepted_change(&self) -> Result<Option<String>, LedgerProblem> {
        self.one("SELECT value FROM meta WHERE key = 'accepted_change'", [], |row| row.get(0))
    }

    /// What kind of calendar entry the event's mails carry, once the first has left.
    pub fn calendar_style(&self) -> Result<Option<CalendarStyle>, LedgerProblem> {
        let name: Option<String> =
            self.one("SELECT value FROM meta WHERE key = 'calendar_style'", [], |row| row.get(0))?;
        Ok(name.and_then(|name| CalendarStyle::named(&name)))
    }

    /// Whom the calendar entries name as organiser, once the first has left: calendars take a change of an
    /// entry from nobody else (RFC 5546 §6.1).
    pub fn calendar_organizer(&self) -> Result<Option<Address>, LedgerProblem> {
        let address: Option<String> =
            self.one("SELECT value FROM meta WHERE key = 'calendar_organizer'", [], |row| row.get(0))?;
        Ok(address.and_then(|address| Address::parse(&address).ok()))
    }

    /// When each try was over that a relay may count, in the stretch of time that ends now; sorted.
    ///
    /// A try counts whatever became of it, once for all sessions that the mail is about. Of a mail tried several times since `since`, all tries but
    /// the last are taken to have been as late as the last; of one tried before it too, only the last
    /// is known. One whose end was never recorded may have been on its way for ten minutes.
    pub fn tries_since(&self, since: Timestamp, now: Timestamp) -> Result<Vec<Timestamp>, LedgerProblem> {
        // A clock that was set back leaves times ahead of now; those far ahead were never true.
        let ahead = now.saturating_add(since.duration_until(now)).unwrap_or(now);
        let tries = self.all(
            "SELECT coalesce(ended, min(last_attempt + 600000, max(last_attempt, ?2))) AS was_over,
                    CASE WHEN first_attempt >= ?1 THEN attempts ELSE 1 END
             FROM mailing WHERE was_over >= ?1 AND was_over <= ?3 GROUP BY message_id, was_over ORDER BY was_over",
            [Millis(since), Millis(now), Millis(ahead)],
            |row| Ok((row.get::<_, Millis>(0)?.0, row.get::<_, u32>(1)?)),
        )?;
        Ok(tries.into_iter().flat_map(|(over, count)| std::iter::repeat_n(over.min(now), count as usize)).collect())
    }

    pub(super) fn problem(&self, error: &rusqlite::Error) -> LedgerProblem {
        LedgerProblem::sqlite(&self.path, error)
    }

    fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, LedgerProblem> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_row(params, read).optional())
            .map_err(|error| self.problem(&error))
    }

    fn all<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, LedgerProblem> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_map(params, read)?.collect())
            .map_err(|error| self.problem(&error))
    }
}
