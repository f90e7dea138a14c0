//! Composes the mails of a pass, in the order of their rows, as the workers take them.
//!
//! Owns: which Message-ID, user id, note and address each mail gets. Rows are streamed from the
//! file; what is kept of each is its fate.

use std::{collections::HashMap, sync::Arc, thread};

use jiff::Timestamp;

use super::{
    draft::Draft,
    flight::{Job, JobSink},
    in_order::InOrder,
    parties::Parties,
    plan::Fate,
    press::{Addressing, Press, Seat},
};
use crate::{
    attendees::{AttendeeFile, FileProblem, FileStamp, Rules, Unsound},
    failure::Told,
    invitation::Occasion,
    ledger::{CampaignId, Entry, MailingId, Roster, TermsId},
    model::{Address, Attendee, CalendarStyle, Event, MessageId, Room, SessionKey, Window},
};

/// What another attempt takes over from the first one.
#[derive(Debug, Clone)]
pub struct Continued {
    /// The mail; `None` for a new one that takes over its Message-ID.
    pub mailing: Option<MailingId>,
    /// Its Message-ID; `None` for a new one.
    pub message_id: Option<MessageId>,
    /// Where it goes; `None` for the row's own address.
    pub to: Option<Address>,
    /// The note it carries.
    pub note: Option<String>,
    /// When it was first tried.
    pub first_attempt: Option<Timestamp>,
    /// How often it was tried.
    pub attempts: u32,
    /// How many sessions it was about.
    pub sessions: usize,
}

/// What somebody's calendar entry says, as far as another one would have to tell it anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InCalendar {
    /// Room, title and the times at which the link works.
    pub mark: u64,
    /// When the event began and ended.
    pub times: (Timestamp, Timestamp),
}

/// What somebody was invited to, as the mail they hold told it: what a cancellation calls off.
#[derive(Debug, Clone)]
pub struct Invited {
    /// The event, with the title and the times that it had then.
    pub event: Arc<Event>,
    /// The values it had.
    pub terms: TermsId,
    /// When it is for this person.
    pub window: Window,
    /// Where it is for this person.
    pub room: Room,
    /// Where the invitation went.
    pub to: Address,
}

impl Invited {
    /// The row as it was.
    pub(super) fn recall(&self, attendee: &Attendee) -> Attendee {
        Attendee { window: self.window.clone(), room: self.room.clone(), ..attendee.clone() }
    }
}

/// How mails are made out.
#[derive(Debug, Clone)]
pub enum Making {
    /// For the attendees.
    Real,
    /// Tests to oneself: every mail goes there, marked, under a Message-ID of its own.
    Test {
        /// Where they go.
        to: Address,
        /// Makes the Message-IDs unlike any before.
        nonce: String,
    },
}

/// Composes mails.
#[derive(Debug)]
pub struct Composer {
    /// Makes each mail.
    pub press: Arc<Press>,
    /// How the file is read.
    pub rules: Rules,
    /// The file that was checked.
    pub stamp: Option<FileStamp>,
    /// Each row's fate; row `n` is at `n - 1`.
    pub fates: Vec<Fate>,
    /// Who was mailed.
    pub roster: Roster,
    /// Other attempts, by row.
    pub continued: HashMap<u32, Continued>,
    /// What the mails are part of.
    pub campaign: CampaignId,
    /// The values of the event, or of each of its sessions.
    pub terms: HashMap<Option<SessionKey>, TermsId>,
    /// Who is invited to several sessions and gets one mail for them; nobody, where each session has its own.
    pub parties: Arc<Parties>,
    /// Where all mails go instead, for `resend --to`.
    pub to: Option<Address>,
    /// Words on top.
    pub note: Option<String>,
    /// What the mails are sent for.
    pub occasion: Occasion,
    /// What kind of calendar entry they carry.
    pub calendar: CalendarStyle,
    /// Whom these name as organiser.
    pub organizer: Address,
    /// What the calendar entries of those mailed before say, by row.
    pub told: HashMap<u32, InCalendar>,
    /// What those were invited to who are told that it is off, by row.
    pub invited: HashMap<u32, Invited>,
    /// People behind the file's last row.
    pub behind: Vec<Attendee>,
    /// How mails are made out.
    pub making: Making,
    /// Whether mails leave as fast as they are made: then all cores make them, some hundreds ahead.
    pub brisk: bool,
    /// The clock.
    pub now: fn() -> Timestamp,
}

impl Composer {
    /// How many mails there are to compose.
    #[must_use]
    pub fn total(&self) -> u64 {
        (1..).zip(&self.fates).filter(|(number, fate)| matches!(fate, Fate::Go(_)) && self.leads(*number)).count()
            as u64
    }

    /// Whether an invitation goes.
    fn goes(&self, number: u32) -> bool {
        matches!(self.fate(number), Some(Fate::Go(_)))
    }

    /// The invitations in the mail of one that goes. A new one is no part of another attempt: who was reached by the
    /// first would never see it, as mailboxes drop a second mail with the same Message-ID.
    fn mail_of(&self, number: u32) -> Vec<u32> {
        if self.parties.is_empty() || self.occasion == Occasion::Cancel {
            return vec![number];
        }
        let kind = |number: u32| {
            let continued = self.continued.get(&number);
            continued.map(|continued| (&continued.message_id, &continued.to, &continued.note))
        };
        self.parties.mail_of(number, |other| self.goes(other), |one, other| kind(one) == kind(other))
    }

    /// Whether a mail is known by this invitation.
    fn leads(&self, number: u32) -> bool {
        self.parties.is_empty() || self.mail_of(number).first() == Some(&number)
    }

    /// Composes them all, until the sink wants no more.
    ///
    /// # Errors
    /// Where the file changed, or a row's mail cannot be made after all.
    pub fn compose_all(self, sink: &mut JobSink<'_>) -> Result<(), Told> {
        if self.total() == 0 {
            return Ok(());
        }
        let file = match AttendeeFile::again(&self.rules, self.stamp.as_ref()) {
            // All of these are in no row.
            Err(_) if self.stamp.is_none() && self.occasion == Occasion::Cancel => None,
            other => Some(other.map_err(|problem| changed(&problem))?),
        };
        let rows = self.attendees(file);
        let job = |attendee: Result<Attendee, Told>| self.job(&attendee?);
        if self.brisk {
            thread::scope(|scope| deliver(InOrder::start(scope, job).over(rows), sink))
        } else {
            deliver(rows.map(job), sink)
        }
    }

    /// The rows that are to be mailed.
    fn attendees(&self, file: Option<AttendeeFile>) -> impl Iterator<Item = Result<Attendee, Told>> {
        let goes = |attendee: &Attendee| self.goes(attendee.number) && self.leads(attendee.number);
        let left = usize::try_from(self.total()).unwrap_or(usize::MAX);
        file.into_iter()
            .flatten()
            .filter_map(move |row| match row {
                Ok(attendee) => goes(&attendee).then_some(Ok(attendee)),
                Err(Unsound::Row(_) | Unsound::LeftOut(_)) => None,
                Err(Unsound::File(problem @ FileProblem::Changed { .. })) => Some(Err(changed(&problem))),
                // Those behind what cannot be read are told as the ledger knows them.
                Err(Unsound::File(_)) if self.occasion == Occasion::Cancel => None,
                Err(Unsound::File(problem)) => Some(Err(changed(&problem))),
            })
            .chain(self.behind.iter().filter(move |attendee| goes(attendee)).map(|attendee| Ok(attendee.clone())))
            .take(left)
    }

    pub(super) fn fate(&self, number: u32) -> Option<&Fate> {
        self.fates.get(usize::try_from(number).unwrap_or(usize::MAX).wrapping_sub(1))
    }

    fn job(&self, attendee: &Attendee) -> Result<Job, Told> {
        let numbers = self.mail_of(attendee.number);
        let others = numbers.iter().skip(1).filter_map(|n| self.parties.attendee(*n, attendee, &self.rules));
        let others: Vec<Attendee> = others.collect();
        // A mail about other sessions is another mail: a mailbox would take it for the one that it has.
        let continued = self.continued.get(&attendee.number);
        let is_same = continued.is_some_and(|continued| continued.sessions == numbers.len());
        let drafts = std::iter::once(attendee).chain(&others).map(|attendee| self.draft(attendee, is_same));
        let mut drafts = drafts.collect::<Result<Vec<_>, Told>>()?;
        // In the order of the day, whatever the order of the rows.
        drafts.sort_by_key(|draft| (draft.attendee.window.starts(), draft.attendee.number));
        let Some(at) = drafts.iter().position(|draft| draft.attendee.number == attendee.number) else {
            return Err(Told::new("a mail about nothing: please report this as a bug"));
        };
        let lead = &drafts[at];
        let own_to = continued.map_or(self.to.as_ref(), |continued| continued.to.as_ref());
        let (to, message_id, test_for) = match &self.making {
            Making::Test { to, nonce } => {
                let id = MessageId(format!("test.{nonce}.{}@{}", attendee.number, self.press.from.address.domain()));
                (to, id, Some(&attendee.email))
            }
            Making::Real => {
                let id = continued.filter(|_| is_same).and_then(|continued| continued.message_id.clone());
                (
                    own_to.or(lead.invited.map(|invited| &invited.to)).unwrap_or(&attendee.email),
                    id.unwrap_or_else(|| self.press.message_id(&lead.person.key, lead.revision)),
                    None,
                )
            }
        };
        let addressing = Addressing {
            event: if drafts.len() > 1 { &self.press.event } else { lead.event },
            row: attendee.number,
            to,
            message_id: &message_id,
            note: continued.map_or(self.note.as_deref(), |continued| continued.note.as_deref()),
            date: (self.now)(),
            test_for,
            occasion: self.occasion,
            calendar: self.calendar,
            organizer: &self.organizer,
        };
        let seats: Vec<Seat<'_>> = drafts.iter().map(Draft::seat).collect();
        let (mail, links) = self.press.mail(&seats, &addressing)?;
        let entries = drafts.iter().zip(&links).map(|(draft, link)| self.entry(draft, link, to, &message_id));
        let mut entries: Vec<Entry> = entries.collect();
        let mut entry = entries.remove(at);
        entry.with = entries;
        Ok(Job {
            mail: Arc::new(mail),
            entry: Arc::new(entry),
            first_attempt: continued.filter(|_| is_same).and_then(|continued| continued.first_attempt),
            attempts: continued.filter(|_| is_same).map_or(0, |continued| continued.attempts),
        })
    }
}

/// Hands jobs over, until the sink wants no more.
fn deliver(jobs: impl Iterator<Item = Result<Job, Told>>, sink: &mut JobSink<'_>) -> Result<(), Told> {
    for job in jobs {
        if !sink(job?) {
            break;
        }
    }
    Ok(())
}

fn changed(problem: &FileProblem) -> Told {
    Told::new(problem.to_string()).maybe_hint(problem.hint())
}
