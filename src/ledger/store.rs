//! The ledger in a run's hands: opened under the run's lock, able to write.

use std::ops::Deref;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, TransactionBehavior, params};

use super::{
    CampaignId, CampaignKind, LedgerProblem, Place, Reader, RunLock, Terms, TermsId,
    columns::Millis,
    opening::{MIGRATIONS, open_to_write},
};
use crate::model::{Address, AttendeeKey, CalendarStyle, PersonId, SessionKey};

/// An event's ledger, open to write; it holds the run's lock as long as it lives.
///
/// All that a [`Reader`] answers, it answers too.
#[derive(Debug)]
pub struct Ledger {
    // Dropped in this order: the file is closed before the lock is given back.
    reader: Reader,
    recovered: usize,
    place: Place,
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
        let place = Place::of(&path)?;
        let mut ledger = Self { reader: Reader::over(connection, path), recovered: 0, place, _lock: lock };
        ledger.recovered =
            ledger.write(|step| step.execute("UPDATE mailing SET state = 'in_doubt' WHERE state = 'sending'", []))?;
        Ok(ledger)
    }

    /// Which file it is.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// # Errors
    /// [`LedgerProblem::Gone`] where its path no longer names the file that is open.
    pub(super) fn require_place(&self) -> Result<(), LedgerProblem> {
        self.place.is_at(self.path())
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
            let known =
                step.query_row("SELECT id FROM terms WHERE digest = ?1", [&digest], |row| row.get(0)).optional()?;
            if let Some(id) = known {
                return Ok(TermsId(id));
            }
            step.execute(
                "INSERT INTO terms (digest, room, starts, ends, opens, closes, zone, title, url, app_id, secret,
                                    first_used, session, tokens)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
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
                    Millis(now),
                    terms.session.as_ref().map_or("", SessionKey::as_str),
                    terms.tokens
                ],
            )?;
            Ok(TermsId(step.last_insert_rowid()))
        })
    }

    /// Remembers that the organiser accepts exactly the terms of this digest, though others were mailed before.
    pub fn accept_change(&mut self, digest: &str) -> Result<(), LedgerProblem> {
        self.write(|step| {
            step.execute("REPLACE INTO meta (key, value) VALUES ('accepted_change', ?1)", [digest]).map(drop)
        })
    }

    /// Settles what kind of calendar entry the event's mails carry, and whom as its organiser, unless that is
    /// settled; answers which kind holds.
    pub fn settle_calendar(
        &mut self,
        style: CalendarStyle,
        organizer: &Address,
    ) -> Result<CalendarStyle, LedgerProblem> {
        self.write(|step| {
            let mut settle = step.prepare("INSERT OR IGNORE INTO meta (key, value) VALUES (?1, ?2)")?;
            settle.execute(["calendar_style", style.as_str()])?;
            settle.execute(["calendar_organizer", organizer.as_str()]).map(drop)
        })?;
        Ok(self.calendar_style()?.unwrap_or(style))
    }

    /// Records the keys by which people are known from now on, where nobody else has them.
    pub fn learn_keys(&mut self, keys: &[(PersonId, AttendeeKey)]) -> Result<(), LedgerProblem> {
        self.write(|step| {
            let mut learn = step.prepare(
                "UPDATE person SET key = ?2
                 WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM person AS other WHERE other.key = ?2 AND other.session = person.session)",
            )?;
            keys.iter().try_for_each(|(person, key)| learn.execute(params![person.0, key.person()]).map(drop))
        })
    }

    /// Records what the organiser learnt about people's mails in doubt: they arrived (sent), or did not
    /// (pending again). All or nothing; says how many there were, and with none, nothing changes.
    pub fn settle(&mut self, people: &[PersonId], arrived: bool, now: Timestamp) -> Result<usize, LedgerProblem> {
        let state = if arrived { super::State::Sent } else { super::State::Pending };
        self.write(|step| {
            let mut statement = step.prepare_cached(
                "UPDATE mailing SET state = ?2, settled = ?3 WHERE person = ?1 AND state = 'in_doubt'",
            )?;
            people.iter().map(|person| statement.execute(params![person.0, state, Millis(now)])).sum()
        })
    }

    /// Moves what was committed from the write-ahead log into the file.
    pub(super) fn checkpoint(&self) -> Result<(), LedgerProblem> {
        self.connection()
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .map_err(|error| self.problem(&error))
    }

    pub(super) fn write<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, LedgerProblem> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{
        Entry, MailingId, State,
        samples::{self, at, deferred, entry, failed, in_doubt, sent, terms},
    };

    #[test]
    fn a_campaign_that_was_stopped_half_way_is_found_again_until_a_newer_one_begins() {
        let (_dir, folder) = samples::folder();
        let mut ledger = samples::ledger(&folder);
        let kind = CampaignKind::ResendAll;
        assert_eq!(ledger.campaign_unfinished(kind).unwrap(), None);
        let first = ledger.campaign_begin(kind, "--all", Some("New time"), at(1)).unwrap();
        let found = ledger.campaign_unfinished(kind).unwrap().unwrap();
        assert_eq!((found.id, found.note.as_deref(), found.started), (first, Some("New time"), at(1)));
        assert_eq!(ledger.campaign_unfinished(CampaignKind::Resend).unwrap(), None);
        let second = ledger.campaign_begin(kind, "--all", None, at(2)).unwrap();
        ledger.campaign_finish(second, at(3)).unwrap();
        assert_eq!(ledger.campaign_unfinished(kind).unwrap(), None, "the first was given up");
        assert_eq!(ledger.campaign(second).unwrap().unwrap().finished, Some(at(3)));
    }

    #[test]
    fn a_campaign_knows_who_has_a_mail_in_it() {
        let (_dir, folder) = samples::folder();
        let mut ledger = samples::ledger(&folder);
        samples::record(&ledger, &entry(1), &sent());
        let all = ledger.campaign_begin(CampaignKind::ResendAll, "--all", None, at(1)).unwrap();
        let again = |row| Entry { campaign: all, ..entry(row) };
        samples::record(&ledger, &again(2), &failed());
        let deferred = samples::record(&ledger, &again(1), &deferred());
        // Tried again by another command, it stays in its own campaign.
        samples::record(&ledger, &entry(1).again(deferred), &sent());
        assert_eq!(
            ledger.campaign_done_persons(all).unwrap(),
            [(PersonId(2), MailingId(2), State::Failed), (PersonId(1), deferred, State::Sent)]
        );
    }

    #[test]
    fn equal_terms_are_kept_once_and_told_back() {
        let (_dir, folder) = samples::folder();
        let mut ledger = samples::ledger(&folder);
        assert_eq!(ledger.terms_id(&terms(), at(5)).unwrap(), TermsId(1));
        let moved = Terms { starts: at(0), ..terms() };
        assert_eq!(ledger.terms_id(&moved, at(5)).unwrap(), TermsId(2));
        assert_eq!(ledger.terms(TermsId(1)).unwrap(), Some(terms()));
        assert_eq!(ledger.terms(TermsId(2)).unwrap(), Some(moved.clone()));
        assert_eq!(ledger.accepted_change().unwrap(), None);
        ledger.accept_change(&terms().digest()).unwrap();
        ledger.accept_change(&moved.digest()).unwrap();
        assert_eq!(ledger.accepted_change().unwrap(), Some(moved.digest()));
    }

    #[test]
    fn settling_touches_what_is_in_doubt_and_nothing_else() {
        let (_dir, folder) = samples::folder();
        let mut ledger = samples::ledger(&folder);
        samples::record(&ledger, &entry(1), &in_doubt());
        samples::record(&ledger, &entry(2), &in_doubt());
        samples::record(&ledger, &entry(3), &deferred());
        assert_eq!(ledger.settle(&[PersonId(1)], true, at(50)).unwrap(), 1);
        assert_eq!(ledger.settle(&[PersonId(1)], false, at(51)).unwrap(), 0, "settled once");
        assert_eq!(ledger.settle(&[PersonId(3)], false, at(51)).unwrap(), 0);
        let settled = ledger.mailing(MailingId(1)).unwrap().unwrap();
        assert_eq!((settled.state, settled.settled, settled.ended), (State::Sent, Some(at(50)), Some(at(10))));
        assert_eq!(ledger.mailing(MailingId(2)).unwrap().unwrap().state, State::InDoubt);
    }

    #[test]
    fn a_limit_counts_each_try_by_when_it_was_over() {
        let (_dir, folder) = samples::folder();
        let ledger = samples::ledger(&folder);
        for (row, ending) in [(1, sent()), (2, failed()), (3, deferred()), (4, in_doubt())] {
            samples::record(&ledger, &entry(row), &ending);
        }
        assert_eq!(ledger.tries_since(at(10), at(99)).unwrap(), [at(10); 4]);
        assert_eq!(ledger.tries_since(at(11), at(99)).unwrap(), []);
        // Another try of the same mail is one more.
        samples::record(&ledger, &entry(3).again(MailingId(3)), &sent());
        assert_eq!(ledger.tries_since(at(10), at(99)).unwrap(), [at(10); 5]);
    }

    #[test]
    fn one_mail_for_two_sessions_is_one_try_and_two_lines_that_share_their_fate() {
        let (_dir, folder) = samples::folder();
        let ledger = samples::ledger(&folder);
        let both = samples::entry_of_two(1);
        samples::record(&ledger, &both, &deferred());
        assert_eq!(ledger.tries_since(at(10), at(99)).unwrap(), [at(10)]);
        let states = || {
            let roster = ledger.roster().unwrap();
            let people = roster.people().iter();
            people.map(|p| (p.key().session_text().to_owned(), p.state, p.mailings)).collect::<Vec<_>>()
        };
        let told = |state, mails| [("morning".to_owned(), state, mails), ("evening".to_owned(), state, mails)];
        assert_eq!(states(), told(State::Deferred, 1));
        // The same mail again, both of its lines.
        let mut again = both.again(MailingId(1));
        again.with[0].mailing = Some(MailingId(2));
        let mut claims = crate::ledger::book::Claims::new();
        crate::ledger::book::begin(ledger.connection(), &mut claims, &again, at(20)).unwrap();
        assert_eq!(states(), told(State::Sending, 1));
        crate::ledger::book::withdraw(ledger.connection(), &mut claims, 1).unwrap();
        assert_eq!(states(), told(State::Deferred, 1));
        samples::record(&ledger, &again, &sent());
        assert_eq!(states(), told(State::Sent, 1));
        // What is wrong with one of them keeps both from being written.
        let mut wrong = samples::entry_of_two(1);
        wrong.with[0].person.user_id.0.push('x');
        let refused = crate::ledger::book::begin(ledger.connection(), &mut claims, &wrong, at(30));
        assert!(refused.is_err() && claims.is_empty(), "{refused:?}");
        assert_eq!(states(), told(State::Sent, 1));
    }

    #[test]
    fn times_ahead_of_the_clock_count_as_now_unless_they_were_never_true() {
        let (_dir, folder) = samples::folder();
        let ledger = samples::ledger(&folder);
        samples::record(&ledger, &entry(1), &sent());
        assert_eq!(ledger.tries_since(at(-60), at(0)).unwrap(), [at(0)], "the clock went back by ten seconds");
        assert_eq!(ledger.tries_since(at(-4000), at(-3940)).unwrap(), [], "by an hour, and a minute is asked for");
    }

    #[test]
    fn a_try_whose_end_is_unknown_may_have_lasted_ten_minutes() {
        let (_dir, folder) = samples::folder();
        let ledger = samples::ledger(&folder);
        samples::claim(&ledger, &entry(1));
        assert_eq!(ledger.tries_since(at(-3000), at(30)).unwrap(), [at(30)]);
        assert_eq!(ledger.tries_since(at(-3000), at(3000)).unwrap(), [at(610)]);
        assert_eq!(ledger.tries_since(at(611), at(3000)).unwrap(), []);
    }

    #[test]
    fn all_of_a_mail_is_told_back() {
        let (_dir, folder) = samples::folder();
        let ledger = samples::ledger(&folder);
        let id = samples::record(&ledger, &entry(1), &deferred());
        let told = ledger.mailing(id).unwrap().unwrap();
        let given = entry(1);
        assert_eq!((told.address, told.message_id, told.link), (given.to, given.message_id, given.link));
        assert_eq!((told.room.as_str(), told.opens, told.closes), (given.room.as_str(), given.opens, given.closes));
        assert_eq!((told.attempts, told.next_attempt), (1, Some(at(300))));
        assert_eq!(told.reply.as_deref(), Some("450 4.2.0 greylisted"));
        assert_eq!(ledger.mailings_of(told.person).unwrap().len(), 1);
        let person = ledger.person(told.person).unwrap().unwrap();
        assert_eq!((person.name, person.user_id), (given.person.name, given.person.user_id));
        assert_eq!(ledger.person(PersonId(9)).unwrap(), None);
    }
}
