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
    /// `resend --failed` or `--in-doubt`: those whose last mail ended so.
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
        // A mail again that failed counts too, though an earlier one stands.
        Selection::InState(state) if standing.state == *state || standing.last.state == *state => {
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

/// The mail in doubt, which keeps its Message-ID so that mailboxes can drop the double, or one that
/// was settled as not arrived.
fn in_doubt_or_open(standing: &Standing) -> Option<MailingId> {
    matches!(standing.last.state, State::InDoubt | State::Pending).then_some(standing.last.id)
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

/// Keeps the first `limit` rows that would go.
pub fn limit(fates: &mut [Fate], limit: u32) {
    let over = |fate: &&mut Fate| matches!(fate, Fate::Go(_));
    for fate in fates.iter_mut().filter(over).skip(usize::try_from(limit).unwrap_or(usize::MAX)) {
        *fate = Fate::Left(Reason::OverLimit);
    }
}

/// People the ledger has mailed whom no row of the file is any more.
pub fn removed<'a>(roster: &'a Roster, present: &'a HashSet<PersonId>) -> impl Iterator<Item = &'a Standing> {
    roster.people().iter().filter(|standing| !present.contains(&standing.person))
}

#[cfg(test)]
mod tests {
    use State::{Deferred, Failed, InDoubt, Pending, Sending, Sent};

    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_second(1_000).unwrap()
    }

    fn later() -> Timestamp {
        Timestamp::from_second(1_001).unwrap()
    }

    fn after(states: &[State]) -> Standing {
        Standing::after(states, None)
    }

    fn decided(selection: &Selection, states: &[State]) -> Fate {
        decide(selection, Some(&after(states)), false, now())
    }

    /// A mail of its own.
    fn new() -> Fate {
        Fate::Go(Task { person: Some(PersonId(1)), mailing: None })
    }

    /// Another attempt of a mail.
    fn again(mailing: i64) -> Fate {
        Fate::Go(Task { person: Some(PersonId(1)), mailing: Some(MailingId(mailing)) })
    }

    #[test]
    fn whoever_was_never_tried_is_mailed_by_send_and_has_nothing_to_be_mailed_again() {
        let unknown = Fate::Go(Task { person: None, mailing: None });
        for selection in [Selection::Send, Selection::Due, Selection::Everybody] {
            assert_eq!(decide(&selection, None, false, now()), unknown, "{selection:?}");
        }
        let round = Selection::Round { done: HashMap::new() };
        for selection in [Selection::Again, Selection::InState(Failed), Selection::InState(InDoubt), round] {
            assert_eq!(decide(&selection, None, false, now()), Fate::Left(Reason::NeverMailed), "{selection:?}");
        }
    }

    #[test]
    fn send_mails_nobody_twice_and_leaves_to_people_what_only_they_can_know() {
        for (states, fate) in [
            (&[Sent][..], Fate::Left(Reason::Sent)),
            (&[Failed], Fate::Left(Reason::Failed)),
            (&[InDoubt], Fate::Left(Reason::InDoubt)),
            (&[Sending], Fate::Left(Reason::InDoubt)),
            (&[Sent, InDoubt], Fate::Left(Reason::InDoubt)),
            (&[Sent, Failed], Fate::Left(Reason::Sent)),
            // Settled as not arrived.
            (&[Pending], again(1)),
            (&[Sent, Pending], Fate::Left(Reason::Sent)),
            (&[Deferred], again(1)),
            (&[Sent, Deferred], again(2)),
        ] {
            assert_eq!(decided(&Selection::Send, states), fate, "{states:?}");
        }
    }

    #[test]
    fn a_deferred_mail_waits_until_it_is_due_and_one_given_up_waits_for_the_organiser() {
        let due_later = Standing::after(&[Deferred], Some(later()));
        let due_now = Standing::after(&[Deferred], Some(now()));
        for selection in [Selection::Send, Selection::Due] {
            let decided = |standing| decide(&selection, Some(standing), false, now());
            assert_eq!(decided(&due_later), Fate::Left(Reason::NotDue(later())));
            assert_eq!(decided(&due_now), again(1));
        }
        assert_eq!(decided(&Selection::Due, &[Deferred]), Fate::Left(Reason::GaveUp));
        assert_eq!(decided(&Selection::Send, &[Deferred]), again(1));
    }

    #[test]
    fn a_corrected_address_frees_what_failed_and_never_what_may_have_arrived() {
        let decided = |states| decide(&Selection::Send, Some(&after(states)), true, now());
        for states in [&[Failed][..], &[Deferred], &[Pending]] {
            assert_eq!(decided(states), new(), "{states:?}: another address is another mail");
        }
        assert_eq!(decided(&[Sent]), Fate::Left(Reason::AddressChanged));
        assert_eq!(decided(&[Sent, Failed]), Fate::Left(Reason::AddressChanged));
        assert_eq!(decided(&[InDoubt]), Fate::Left(Reason::InDoubt));
    }

    #[test]
    fn who_is_named_is_mailed_whatever_became_of_the_last_mail() {
        for states in [&[Sent][..], &[Failed], &[Deferred], &[Sent, Failed]] {
            assert_eq!(decided(&Selection::Again, states), new(), "{states:?}");
        }
        for states in [&[InDoubt][..], &[Pending]] {
            assert_eq!(decided(&Selection::Again, states), again(1), "{states:?}: mailboxes can drop the double");
        }
    }

    #[test]
    fn a_state_selects_by_the_last_mail_too() {
        let failed = Selection::InState(Failed);
        assert_eq!(decided(&failed, &[Failed]), new());
        assert_eq!(decided(&failed, &[Sent, Failed]), new());
        assert_eq!(decided(&failed, &[Failed, Sent]), Fate::Left(Reason::NotMeant));
        let in_doubt = Selection::InState(InDoubt);
        assert_eq!(decided(&in_doubt, &[Sent, InDoubt]), again(2));
        assert_eq!(decided(&in_doubt, &[Sent]), Fate::Left(Reason::NotMeant));
    }

    #[test]
    fn a_round_reaches_everybody_who_was_mailed_once() {
        let fresh = Selection::Round { done: HashMap::new() };
        for states in [&[Sent][..], &[Deferred], &[Sent, Failed]] {
            assert_eq!(decided(&fresh, states), new(), "{states:?}");
        }
        assert_eq!(decided(&fresh, &[InDoubt]), again(1));
        assert_eq!(decided(&fresh, &[Failed]), Fate::Left(Reason::NotMeant), "never reached, so not told anew");
        for (state, fate) in [
            (Sent, Fate::Left(Reason::Sent)),
            (Failed, Fate::Left(Reason::Failed)),
            (InDoubt, Fate::Left(Reason::InDoubt)),
            (Sending, Fate::Left(Reason::InDoubt)),
            (Deferred, again(2)),
            (Pending, again(2)),
        ] {
            let under_way = Selection::Round { done: HashMap::from([(PersonId(1), (MailingId(2), state))]) };
            assert_eq!(decided(&under_way, &[Sent, state]), fate, "{state:?}");
        }
    }

    #[test]
    fn a_limit_counts_those_who_would_go() {
        let mut fates = [new(), Fate::Left(Reason::Sent), again(1), new()];
        limit(&mut fates, 2);
        assert_eq!(fates, [new(), Fate::Left(Reason::Sent), again(1), Fate::Left(Reason::OverLimit)]);
    }
}
