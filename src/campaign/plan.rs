//! Who is to be mailed, who is left alone, and why. Pure.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use crate::{
    ledger::{MailingId, Roster, Standing, State},
    model::PersonId,
};

/// What a command means by its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// `send`: whoever was never tried, is due, or had a failed address corrected.
    Send,
    /// The later passes of a run: what has fallen due of it, and what it never came to.
    Due,
    /// `resend EMAIL…`: these, whatever became of their last mail.
    Again,
    /// `resend --failed` or `--in-doubt`: those who stand so. A later mail that failed does not make
    /// somebody who was mailed a failure.
    InState(State),
    /// `resend --all`: everybody who was mailed, but for those this round has reached.
    Round {
        /// People this round has a mail for already, and that mail.
        done: HashMap<PersonId, (MailingId, State)>,
    },
    /// `send --dry-run`: everybody.
    Everybody,
}

/// A row to mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Task {
    /// The person, where the ledger knows them.
    pub person: Option<PersonId>,
    /// The mail that this is another attempt of.
    pub mailing: Option<MailingId>,
}

/// Why a row is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Mailed.
    Sent,
    /// Mailed, but to another address than the file has now.
    AddressChanged,
    /// Nobody knows whether the last mail arrived.
    InDoubt,
    /// To be tried later.
    NotDue(Timestamp),
    /// Tried again and again, in vain.
    GaveUp,
    /// Refused for good, and the address is the same.
    Failed,
    /// Never mailed: nothing to mail again.
    NeverMailed,
    /// Not of those the command means.
    NotMeant,
    /// Past `--limit`.
    OverLimit,
}

/// One row's fate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// To be mailed.
    Go(Task),
    /// Left alone.
    Left(Reason),
}

/// Decides one row.
///
/// `corrected` says that the row's address is another than the one mailed. A row that was given up
/// is tried once more when the organiser asks, not by the run itself.
#[must_use]
pub fn decide(selection: &Selection, standing: Option<&Standing>, corrected: bool, now: Timestamp) -> Fate {
    let Some(standing) = standing else {
        return match selection {
            Selection::Send | Selection::Due | Selection::Everybody => anew(None),
            _ => Fate::Left(Reason::NeverMailed),
        };
    };
    let person = Some(standing.person);
    match selection {
        Selection::Everybody | Selection::Again => Fate::Go(Task { person, mailing: in_doubt_or_open(standing) }),
        Selection::Send => first_or_due(standing, corrected, now, true),
        Selection::Due => first_or_due(standing, corrected, now, false),
        Selection::InState(state) if after_the_run(standing.state) == *state => {
            Fate::Go(Task { person, mailing: in_doubt_or_open(standing) })
        }
        Selection::InState(_) => Fate::Left(Reason::NotMeant),
        Selection::Round { done } => match done.get(&standing.person) {
            None if was_mailed(standing) => Fate::Go(Task { person, mailing: in_doubt_or_open(standing) }),
            None => Fate::Left(Reason::NotMeant),
            Some((mailing, State::Deferred | State::Pending)) => Fate::Go(Task { person, mailing: Some(*mailing) }),
            Some((_, State::InDoubt | State::Sending)) => Fate::Left(Reason::InDoubt),
            Some((_, State::Failed)) => Fate::Left(Reason::Failed),
            Some((_, State::Sent)) => Fate::Left(Reason::Sent),
        },
    }
}

/// Whether somebody has, or may have, a mail in hand, or is to get one.
#[must_use]
pub fn was_mailed(standing: &Standing) -> bool {
    standing.ever_sent || !matches!(standing.state, State::Failed | State::Pending)
}

fn anew(person: Option<PersonId>) -> Fate {
    Fate::Go(Task { person, mailing: None })
}

/// A state as opening the ledger makes it: what a cut-off run left on its way is in doubt.
fn after_the_run(state: State) -> State {
    if state == State::Sending { State::InDoubt } else { state }
}

/// The mail in doubt, which keeps its Message-ID so that mailboxes can drop the double, or one that
/// was settled as not arrived.
fn in_doubt_or_open(standing: &Standing) -> Option<MailingId> {
    matches!(after_the_run(standing.last.state), State::InDoubt | State::Pending).then_some(standing.last.id)
}

fn first_or_due(standing: &Standing, corrected: bool, now: Timestamp, asked: bool) -> Fate {
    let person = Some(standing.person);
    let last = standing.last.id;
    // What matters is the last mail where it is still open, else whether any arrived.
    match (standing.last.state, standing.state) {
        (State::Deferred, _) if corrected => anew(person),
        (State::Deferred, _) => match standing.last.next_attempt {
            Some(due) if due > now => Fate::Left(Reason::NotDue(due)),
            None if !asked => Fate::Left(Reason::GaveUp),
            _ => Fate::Go(Task { person, mailing: Some(last) }),
        },
        (State::InDoubt | State::Sending, _) | (_, State::InDoubt | State::Sending) => Fate::Left(Reason::InDoubt),
        (_, State::Sent) if corrected => Fate::Left(Reason::AddressChanged),
        (_, State::Sent) => Fate::Left(Reason::Sent),
        (State::Pending, _) if corrected => anew(person),
        (State::Pending, _) => Fate::Go(Task { person, mailing: Some(last) }),
        _ if corrected => anew(person),
        _ => Fate::Left(Reason::Failed),
    }
}

/// Keeps the first `limit` rows that would go, and as many of those not due as there is room for.
pub fn limit(fates: &mut [Fate], limit: u32) {
    let mut room = usize::try_from(limit).unwrap_or(usize::MAX);
    for waits in [false, true] {
        let counts = |fate: &&mut Fate| match fate {
            Fate::Go(_) => !waits,
            Fate::Left(Reason::NotDue(_)) => waits,
            Fate::Left(_) => false,
        };
        for fate in fates.iter_mut().filter(counts) {
            match room.checked_sub(1) {
                Some(left) => room = left,
                None => *fate = Fate::Left(Reason::OverLimit),
            }
        }
    }
}

/// People the ledger has mailed whom no row of the file is any more.
pub fn removed<'a>(roster: &'a Roster, present: &'a HashSet<PersonId>) -> impl Iterator<Item = &'a Standing> {
    roster.people().iter().filter(|standing| !present.contains(&standing.person))
}
