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
    /// `cancel`: everybody who has a mail in hand, or may have one, and was not told that it is off.
    Cancel {
        /// Whether the organiser asks, or a later pass of the run.
        asked: bool,
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
    /// Told that the invitation is off, or to be told.
    Cancelled,
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
        Selection::Everybody | Selection::Again => {
            // An invitation is no other attempt of the mail that called one off.
            let mailing = in_doubt_or_open(standing).filter(|_| !standing.last.is_cancellation);
            Fate::Go(Task { person, mailing })
        }
        // What was refused or lost of a cancellation is `cancel`'s to do again.
        Selection::Send | Selection::Due | Selection::InState(_) if standing.last.is_cancellation => {
            Fate::Left(Reason::Cancelled)
        }
        Selection::Send => first_or_due(standing, corrected, now, true),
        Selection::Due => first_or_due(standing, corrected, now, false),
        Selection::Cancel { asked } => called_off(standing, now, *asked),
        // A mail again that failed counts too, though an earlier one stands.
        Selection::InState(state) if [standing.state, standing.last.state].map(after_the_run).contains(state) => {
            Fate::Go(Task { person, mailing: in_doubt_or_open(standing) })
        }
        Selection::InState(_) => Fate::Left(Reason::NotMeant),
        Selection::Round { done } => match done.get(&standing.person) {
            None if standing.last.is_cancellation => Fate::Left(Reason::Cancelled),
            None if was_mailed(standing) => Fate::Go(Task { person, mailing: in_doubt_or_open(standing) }),
            None => Fate::Left(Reason::NotMeant),
            Some((mailing, State::Deferred | State::Pending)) => Fate::Go(Task { person, mailing: Some(*mailing) }),
            Some((_, State::InDoubt | State::Sending)) => Fate::Left(Reason::InDoubt),
            Some((_, State::Failed)) => Fate::Left(Reason::Failed),
            Some((_, State::Sent)) => Fate::Left(Reason::Sent),
        },
    }
}

/// Who has an invitation in hand is told that it is off, once.
fn called_off(standing: &Standing, now: Timestamp, asked: bool) -> Fate {
    let last = &standing.last;
    if !last.is_cancellation {
        let holds_invitation = standing.held.as_ref().is_some_and(|held| !held.is_cancellation);
        return if holds_invitation { anew(Some(standing.person)) } else { Fate::Left(Reason::NeverMailed) };
    }
    match last.state {
        State::Sent => Fate::Left(Reason::Cancelled),
        State::Failed if asked => anew(Some(standing.person)),
        // Settled as not arrived, though the invitation stands.
        State::Pending => Fate::Go(Task { person: Some(standing.person), mailing: Some(last.id) }),
        _ => first_or_due(standing, false, now, asked),
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
        (State::Deferred, _) => match standing.last.due(now) {
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

/// Keeps the first `limit` people that would go, and as many of those not due as there is room for; `first` tells the
/// first of the rows that share a mail.
pub fn limit(fates: &mut [Fate], limit: u32, first: impl Fn(u32) -> u32) {
    let mut room = usize::try_from(limit).unwrap_or(usize::MAX);
    for waits in [false, true] {
        let counts = |fate: &Fate| match fate {
            Fate::Go(_) => !waits,
            Fate::Left(Reason::NotDue(_)) => waits,
            Fate::Left(_) => false,
        };
        let mut kept = HashSet::new();
        for (number, fate) in (1..).zip(fates.iter_mut()).filter(|(_, fate)| counts(fate)) {
            match room.checked_sub(1) {
                _ if kept.contains(&first(number)) => {}
                Some(left) => {
                    room = left;
                    kept.insert(first(number));
                }
                None => *fate = Fate::Left(Reason::OverLimit),
            }
        }
    }
}

/// People the ledger has mailed whom no row of the file is any more.
pub fn removed<'a>(roster: &'a Roster, present: &'a HashSet<PersonId>) -> impl Iterator<Item = &'a Standing> {
    roster.people().iter().filter(|standing| !present.contains(&standing.person))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{
        Ending,
        samples::{self, at, deferred, entry, failed, in_doubt, sent},
    };

    /// How somebody stands after these mails, the last one settled where that is said.
    fn standing(endings: &[Ending], arrived: Option<bool>) -> Standing {
        let (_dir, folder) = samples::folder();
        let mut ledger = samples::ledger(&folder);
        for ending in endings {
            samples::record(&ledger, &entry(1), ending);
        }
        if let Some(arrived) = arrived {
            ledger.settle(&[PersonId(1)], arrived, at(20)).unwrap();
        }
        ledger.roster().unwrap().by_id(PersonId(1)).unwrap().clone()
    }

    fn given_up() -> Ending {
        Ending::Deferred { reply: "450 4.2.0 greylisted".into(), next_attempt: None }
    }

    fn sending() -> Standing {
        let mut standing = standing(&[in_doubt()], None);
        (standing.state, standing.last.state) = (State::Sending, State::Sending);
        standing
    }

    const ANEW: Fate = Fate::Go(Task { person: Some(PersonId(1)), mailing: None });

    /// Another attempt of mail number `id`.
    fn again(id: i64) -> Fate {
        Fate::Go(Task { person: Some(PersonId(1)), mailing: Some(MailingId(id)) })
    }

    fn left(reason: Reason) -> Fate {
        Fate::Left(reason)
    }

    /// The deferred samples are due 300 seconds after nine.
    const BEFORE: i64 = 299;
    const DUE: i64 = 300;

    #[test]
    fn somebody_unknown_is_mailed_by_send_alone() {
        let new = Fate::Go(Task { person: None, mailing: None });
        for (selection, fate) in [
            (Selection::Send, new),
            (Selection::Due, new),
            (Selection::Everybody, new),
            (Selection::Again, left(Reason::NeverMailed)),
            (Selection::InState(State::Failed), left(Reason::NeverMailed)),
            (Selection::Round { done: HashMap::new() }, left(Reason::NeverMailed)),
        ] {
            assert_eq!(decide(&selection, None, false, at(0)), fate, "{selection:?}");
        }
    }

    #[test]
    fn send_takes_what_is_open_and_due_and_nobody_twice() {
        use Reason::{AddressChanged, Failed, GaveUp, InDoubt, NotDue, Sent};
        // Mails, settled as arrived; the fate of `send`, of a later pass, and with a corrected address.
        type Row<'a> = (&'a [Ending], Option<bool>, Fate, Fate, Fate);
        let due = |at| left(NotDue(at));
        let table: [Row; 10] = [
            (&[sent()], None, left(Sent), left(Sent), left(AddressChanged)),
            (&[failed()], None, left(Failed), left(Failed), ANEW),
            (&[in_doubt()], None, left(InDoubt), left(InDoubt), left(InDoubt)),
            (&[deferred()], None, due(at(300)), due(at(300)), ANEW),
            (&[given_up()], None, again(1), left(GaveUp), ANEW),
            (&[sent(), failed()], None, left(Sent), left(Sent), left(AddressChanged)),
            (&[sent(), deferred()], None, due(at(300)), due(at(300)), ANEW),
            (&[in_doubt()], Some(true), left(Sent), left(Sent), left(AddressChanged)),
            (&[in_doubt()], Some(false), again(1), again(1), ANEW),
            (&[sent(), in_doubt()], Some(false), left(Sent), left(Sent), left(AddressChanged)),
        ];
        for (mails, settled, send, pass, corrected) in table {
            let standing = standing(mails, settled);
            let fate = |selection, corrected| decide(&selection, Some(&standing), corrected, at(BEFORE));
            assert_eq!(fate(Selection::Send, false), send, "send after {mails:?}, settled {settled:?}");
            assert_eq!(fate(Selection::Due, false), pass, "a pass after {mails:?}, settled {settled:?}");
            assert_eq!(fate(Selection::Send, true), corrected, "corrected after {mails:?}, settled {settled:?}");
        }
        assert_eq!(decide(&Selection::Send, Some(&sending()), false, at(0)), left(InDoubt));
    }

    #[test]
    fn what_has_fallen_due_is_another_attempt_of_the_same_mail() {
        for selection in [Selection::Send, Selection::Due] {
            let standing = standing(&[failed(), deferred()], None);
            assert_eq!(decide(&selection, Some(&standing), false, at(DUE)), again(2));
        }
    }

    #[test]
    fn a_named_person_is_mailed_whatever_became_of_the_last_mail() {
        for (mails, settled, fate) in [
            (vec![sent()], None, ANEW),
            (vec![failed()], None, ANEW),
            (vec![deferred()], None, ANEW),
            (vec![sent(), in_doubt()], None, again(2)),
            (vec![in_doubt()], Some(false), again(1)),
        ] {
            let standing = standing(&mails, settled);
            for selection in [Selection::Again, Selection::Everybody] {
                assert_eq!(decide(&selection, Some(&standing), false, at(0)), fate, "{selection:?} after {mails:?}");
            }
        }
        assert_eq!(decide(&Selection::Again, Some(&sending()), false, at(0)), again(1));
    }

    #[test]
    fn those_in_a_state_are_meant_and_no_others() {
        let (failures, doubts) = (Selection::InState(State::Failed), Selection::InState(State::InDoubt));
        for (mails, failed_fate, doubt_fate) in [
            (vec![failed()], ANEW, left(Reason::NotMeant)),
            (vec![in_doubt()], left(Reason::NotMeant), again(1)),
            (vec![sent(), failed()], ANEW, left(Reason::NotMeant)),
            (vec![in_doubt(), failed()], ANEW, left(Reason::NotMeant)),
            (vec![deferred()], left(Reason::NotMeant), left(Reason::NotMeant)),
        ] {
            let standing = standing(&mails, None);
            assert_eq!(decide(&failures, Some(&standing), false, at(0)), failed_fate, "{mails:?}");
            assert_eq!(decide(&doubts, Some(&standing), false, at(0)), doubt_fate, "{mails:?}");
        }
        assert_eq!(decide(&doubts, Some(&sending()), false, at(0)), again(1), "a run was cut off");
    }

    #[test]
    fn a_round_reaches_whoever_was_mailed_once() {
        let new_round = Selection::Round { done: HashMap::new() };
        for (mails, settled, fate) in [
            (vec![sent()], None, ANEW),
            (vec![sent(), failed()], None, ANEW),
            (vec![deferred()], None, ANEW),
            (vec![in_doubt()], None, again(1)),
            (vec![failed()], None, left(Reason::NotMeant)),
            (vec![in_doubt()], Some(false), left(Reason::NotMeant)),
        ] {
            let standing = standing(&mails, settled);
            assert_eq!(decide(&new_round, Some(&standing), false, at(0)), fate, "{mails:?}");
        }
        for (state, fate) in [
            (State::Sent, left(Reason::Sent)),
            (State::Failed, left(Reason::Failed)),
            (State::InDoubt, left(Reason::InDoubt)),
            (State::Sending, left(Reason::InDoubt)),
            (State::Deferred, again(2)),
            (State::Pending, again(2)),
        ] {
            let round = Selection::Round { done: HashMap::from([(PersonId(1), (MailingId(2), state))]) };
            let standing = standing(&[sent(), sent()], None);
            assert_eq!(decide(&round, Some(&standing), false, at(0)), fate, "{state}");
        }
    }

    #[test]
    fn a_limit_counts_people_tried_and_those_waited_for_last() {
        let wait = left(Reason::NotDue(at(300)));
        let cut = |most| {
            let mut fates = vec![wait, left(Reason::Sent), ANEW, again(3), wait];
            limit(&mut fates, most, |number| number);
            fates
        };
        let over = left(Reason::OverLimit);
        assert_eq!(cut(1), [over, left(Reason::Sent), ANEW, over, over]);
        assert_eq!(cut(3), [wait, left(Reason::Sent), ANEW, again(3), over]);
        assert_eq!(cut(9), [wait, left(Reason::Sent), ANEW, again(3), wait]);
    }

    #[test]
    fn whom_no_row_is_any_more_is_removed() {
        let (_dir, folder) = samples::folder();
        let ledger = samples::ledger(&folder);
        samples::record(&ledger, &entry(1), &sent());
        samples::record(&ledger, &entry(2), &sent());
        let roster = ledger.roster().unwrap();
        let gone: Vec<_> = removed(&roster, &HashSet::from([PersonId(1)])).map(|standing| standing.person).collect();
        assert_eq!(gone, [PersonId(2)]);
    }
}
