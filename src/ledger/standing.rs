//! How one person stands with the organiser: what became of their mails, and which they hold.
//!
//! A person's state is that of their last mail, with one exception: a mail that failed, or was
//! settled as not arrived, does not erase an earlier one that was sent.
//!
//! | mails, oldest first | state |
//! |---|---|
//! | … sending, sent, deferred or in doubt | that of the last |
//! | sent, failed | sent; the failure stands in [`Standing::last`] |
//! | in doubt, failed | failed |
//! | sent, in doubt settled as not arrived | sent |
//! | in doubt settled as not arrived | pending |

use std::collections::HashSet;

use jiff::Timestamp;
use rusqlite::Row;

use super::{CampaignId, MailingId, State, TermsId, columns};
use crate::model::{AttendeeKey, Fingerprint, PersonId, SessionKey, UserId};

/// A person's last mail, in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastMailing {
    /// The ledger's integer.
    pub id: MailingId,
    /// Its own state.
    pub state: State,
    /// What it is part of.
    pub campaign: CampaignId,
    /// Whether it called the invitation off.
    pub is_cancellation: bool,
    /// The event's values in it.
    pub terms: TermsId,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is due, where it was deferred; at once where there is none.
    pub next_attempt: Option<Timestamp>,
    /// When it was first tried.
    pub first_attempt: Timestamp,
    /// When it was last tried.
    pub last_attempt: Timestamp,
}

impl LastMailing {
    /// When it is to be tried again; `None` where it was given up.
    ///
    /// At `now` where its last attempt lies ahead of it: the clock was set back since, and would keep the
    /// mail waiting for as long as that.
    #[must_use]
    pub fn due(&self, now: Timestamp) -> Option<Timestamp> {
        self.next_attempt.map(|due| if self.last_attempt > now { now } else { due })
    }
}

/// The latest mail that a person has, or may have, in hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The mail.
    pub mailing: MailingId,
    /// The event's values in it.
    pub terms: TermsId,
    /// Its calendar sequence number.
    pub sequence: u32,
    /// Whether it called the invitation off.
    pub is_cancellation: bool,
    link: Box<str>,
}

impl Held {
    /// Tells whether another link is the same as the one in it.
    #[must_use]
    pub fn link(&self) -> Fingerprint {
        Fingerprint(self.link.as_ref().to_owned())
    }
}

/// How one person stands, in one session where the event has some.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The ledger's integer.
    pub person: PersonId,
    /// Their state: see the table above.
    pub state: State,
    /// Whether a relay ever accepted a mail to them, or one is known to have arrived.
    pub ever_sent: bool,
    /// How many mails they were sent, retries not counted: the next one's revision.
    pub mailings: u32,
    /// The last one.
    pub last: LastMailing,
    /// The latest one that reached them or may have.
    pub held: Option<Held>,
    texts: Texts,
}

impl Standing {
    pub(super) fn key_text(&self) -> &str {
        self.texts.get(0)
    }

    pub(super) fn user_id_text(&self) -> &str {
        self.texts.get(3)
    }

    /// The session's text form: empty where the event had none.
    #[must_use]
    pub fn session_text(&self) -> &str {
        self.texts.get(5)
    }

    /// What all sessions of a person have in common that their last mail was about; `None` where there are no sessions.
    #[must_use]
    pub fn shared_mail(&self) -> Option<(String, CampaignId, Timestamp)> {
        let last = &self.last;
        self.session().map(|_| (self.key_text().to_owned(), last.campaign, last.last_attempt))
    }

    /// The session of the event that this is about; `None` where it had none.
    #[must_use]
    pub fn session(&self) -> Option<SessionKey> {
        SessionKey::from_ledger(self.session_text())
    }

    /// The key under which they were first mailed.
    #[must_use]
    pub fn key(&self) -> AttendeeKey {
        AttendeeKey::from_ledger(self.key_text().to_owned(), self.session())
    }

    /// The name at their last mail.
    #[must_use]
    pub fn name(&self) -> &str {
        self.texts.get(1)
    }

    /// The file's address at their last mail.
    #[must_use]
    pub fn address(&self) -> &str {
        self.texts.get(2)
    }

    /// The user id in all their tokens.
    #[must_use]
    pub fn user_id(&self) -> UserId {
        UserId(self.user_id_text().to_owned())
    }

    /// The UID of their calendar entry.
    #[must_use]
    pub fn calendar_uid(&self) -> &str {
        self.texts.get(4)
    }

    pub(super) fn add(&mut self, line: Line) {
        self.mailings += 1;
        self.ever_sent |= line.last.state == State::Sent;
        if line.last.state.may_have_arrived() {
            self.held = Some(line.as_held);
        }
        self.last = line.last;
        self.state = match self.last.state {
            State::Failed | State::Pending if self.ever_sent => State::Sent,
            state => state,
        };
    }
}

/// Six texts in one piece of memory.
#[derive(Debug, Clone)]
pub(super) struct Texts {
    all: Box<str>,
    ends: [u32; 6],
}

impl Texts {
    pub(super) fn of(parts: [&str; 6]) -> Self {
        let mut end = 0;
        let ends = parts.map(|part| {
            end += part.len();
            u32::try_from(end).expect("a row of SQLite's is far below 4 GB")
        });
        Self { all: parts.concat().into_boxed_str(), ends }
    }

    fn get(&self, n: usize) -> &str {
        let start = if n == 0 { 0 } else { self.ends[n - 1] as usize };
        &self.all[start..self.ends[n] as usize]
    }
}

/// One mail as the roster needs it.
pub(super) struct Line {
    last: LastMailing,
    as_held: Held,
}

impl Line {
    pub(super) fn read(row: &Row<'_>, cancellations: &HashSet<i64>) -> rusqlite::Result<Self> {
        let id = MailingId(row.get("id")?);
        let terms = TermsId(row.get("terms")?);
        let campaign = row.get("campaign")?;
        let is_cancellation = cancellations.contains(&campaign);
        let last = LastMailing {
            id,
            terms,
            state: row.get("state")?,
            campaign: CampaignId(campaign),
            is_cancellation,
            attempts: row.get("attempts")?,
            next_attempt: columns::optional_time(row, "next_attempt")?,
            first_attempt: columns::time(row, "first_attempt")?,
            last_attempt: columns::time(row, "last_attempt")?,
        };
        let as_held =
            Held { mailing: id, terms, sequence: row.get("sequence")?, is_cancellation, link: row.get("link")? };
        Ok(Self { last, as_held })
    }

    pub(super) fn first(self, person: PersonId, texts: Texts) -> Standing {
        let (state, last) = (self.last.state, self.last.clone());
        let mut standing = Standing { person, state, ever_sent: false, mailings: 0, last, held: None, texts };
        standing.add(self);
        standing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{
        Ending,
        samples::{self, at, deferred, entry, failed, in_doubt, sent},
    };

    /// Records one mail after another to one person, settles what is in doubt, and looks.
    fn standing_after(endings: &[Ending], settled_as_arrived: Option<bool>) -> Standing {
        let (_dir, folder) = samples::folder();
        let mut ledger = samples::ledger(&folder);
        for ending in endings {
            samples::record(&ledger, &entry(1), ending);
        }
        if let Some(arrived) = settled_as_arrived {
            ledger.settle(&[PersonId(1)], arrived, at(20)).unwrap();
        }
        ledger.roster().unwrap().by_id(PersonId(1)).unwrap().clone()
    }

    #[test]
    fn a_person_stands_as_their_last_mail_but_a_failure_erases_no_success() {
        use State::{Deferred, Failed, InDoubt, Pending, Sent};
        // Mails, settled as arrived; their state, that of the last mail, ever sent.
        type Row<'a> = (&'a [Ending], Option<bool>, State, State, bool);
        let table: [Row; 14] = [
            (&[sent()], None, Sent, Sent, true),
            (&[failed()], None, Failed, Failed, false),
            (&[deferred()], None, Deferred, Deferred, false),
            (&[in_doubt()], None, InDoubt, InDoubt, false),
            (&[sent(), failed()], None, Sent, Failed, true),
            (&[sent(), failed(), failed()], None, Sent, Failed, true),
            (&[sent(), in_doubt()], None, InDoubt, InDoubt, true),
            (&[sent(), deferred()], None, Deferred, Deferred, true),
            (&[failed(), sent()], None, Sent, Sent, true),
            (&[in_doubt(), failed()], None, Failed, Failed, false),
            (&[in_doubt()], Some(true), Sent, Sent, true),
            (&[in_doubt()], Some(false), Pending, Pending, false),
            (&[sent(), in_doubt()], Some(false), Sent, Pending, true),
            (&[in_doubt(), failed()], Some(true), Sent, Failed, true),
        ];
        for (mails, settled, state, last, ever_sent) in table {
            let found = standing_after(mails, settled);
            let told = (found.state, found.last.state, found.ever_sent, found.mailings as usize);
            assert_eq!(told, (state, last, ever_sent, mails.len()), "{mails:?}, settled {settled:?}");
        }
    }

    #[test]
    fn a_clock_that_was_set_back_keeps_nobody_waiting() {
        let last = standing_after(&[deferred()], None).last;
        let tried = last.last_attempt;
        assert_eq!(last.due(tried), Some(at(300)));
        assert_eq!(last.due(at(400)), Some(at(300)));
        let set_back = tried.saturating_sub(jiff::SignedDuration::from_hours(5)).unwrap();
        assert_eq!(last.due(set_back), Some(set_back), "not five hours later");
        let given_up = Ending::Deferred { reply: "451".into(), next_attempt: None };
        assert_eq!(standing_after(&[given_up], None).last.due(set_back), None);
    }

    #[test]
    fn a_person_holds_the_latest_mail_that_may_have_arrived() {
        assert_eq!(standing_after(&[failed(), deferred()], None).held, None);
        assert_eq!(standing_after(&[sent(), failed()], None).held.unwrap().mailing, MailingId(1));
        assert_eq!(standing_after(&[sent(), in_doubt()], None).held.unwrap().mailing, MailingId(2));
        assert_eq!(standing_after(&[sent(), in_doubt()], Some(false)).held.unwrap().mailing, MailingId(1));
        let held = standing_after(&[sent()], None).held.unwrap();
        assert_eq!((held.terms, held.sequence, held.link()), (TermsId(1), 0, entry(1).link));
    }
}
