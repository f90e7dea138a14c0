//! Why somebody's mail stands as it does, and what to do about it, in words.

use crate::{
    cli::StateName,
    ledger::{Mailing, Standing, State},
    model::Address,
};

/// What there is to say of a state.
pub(super) fn reason(
    state: StateName,
    standing: &Standing,
    mailing: Option<&Mailing>,
    email_now: Option<&Address>,
) -> Option<String> {
    let corrected = email_now.filter(|now| now.folded() != standing.address().to_lowercase());
    let elsewhere = mailing.filter(|mailing| mailing.address.folded() != standing.address().to_lowercase());
    let whom = standing.address();
    let words = match (state, standing.last.state) {
        (StateName::Sent, State::Failed) if standing.last.is_cancellation => {
            format!("mailed; the mail that calls it off was refused: `roomkey cancel {whom}` tries again")
        }
        (StateName::InDoubt, _) if standing.last.is_cancellation => format!(
            "nobody knows whether the mail that calls it off arrived: `roomkey settle {whom} --arrived`; or \
             `--not-arrived`, and `roomkey cancel {whom}` tries again"
        ),
        (StateName::Deferred | StateName::Pending, _) | (StateName::Sent, State::Pending)
            if standing.last.is_cancellation =>
        {
            format!("still to be told that it is off: `roomkey cancel {whom}`")
        }
        (StateName::Sent, State::Failed) => "mailed; a later mail was refused".to_owned(),
        (StateName::Sent, State::Pending) => "mailed; a later mail did not arrive".to_owned(),
        (StateName::Sent, _) => match (corrected, elsewhere) {
            // It went to today's address already, by `--to`.
            (Some(now), Some(mailing)) if mailing.address.folded() == now.folded() => return None,
            (Some(now), _) => {
                format!("mailed to {}; the file has {now} now: `roomkey resend {now}`", standing.address())
            }
            (None, Some(mailing)) => format!("mailed to {}", mailing.address),
            (None, None) => return None,
        },
        (StateName::Failed, _) if corrected.is_some() => {
            "the address was corrected: the next `roomkey send` mails it".to_owned()
        }
        (StateName::Failed, _) => "refused for good".to_owned(),
        (StateName::Deferred, _) if standing.last.next_attempt.is_none() => {
            "given up for now: the next `roomkey send` tries it again".to_owned()
        }
        (StateName::Deferred, _) => "to be tried again".to_owned(),
        (StateName::InDoubt, State::Sending) => "the run was cut off while this mail was handed over".to_owned(),
        (StateName::InDoubt, _) => "nobody knows whether it arrived".to_owned(),
        (StateName::Pending, _) => "settled as not arrived: the next `roomkey send` mails it".to_owned(),
        _ => return None,
    };
    let elsewhere = elsewhere.filter(|_| matches!(state, StateName::Deferred | StateName::InDoubt | StateName::Failed));
    Some(elsewhere.map_or(words.clone(), |mailing| format!("{words}; it went to {}", mailing.address)))
}
