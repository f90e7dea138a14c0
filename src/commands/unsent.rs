//! The rows that a run did not send: each with the reason and the way to go on.

use std::collections::HashSet;

use super::{
    Desk,
    opened::ledger_failure,
    order::Planned,
    summary::{standings, state_for},
};
use crate::{
    campaign::grouped,
    console::shell_word,
    delivery::smtp::KEPT_FOR_SIZE,
    failure::{Failure, Told},
    ledger::{Reader, Roster, State, Unrecorded},
    model::Address,
};

/// Rows named in a list; the rest is counted.
const NAMED: usize = 20;

/// How a person is named on a command line: by address, and by name where several share it.
fn whom(roster: &Roster, standing: &crate::ledger::Standing) -> String {
    let email = shell_word(standing.address());
    let person = standing.key();
    let is_another = |other: &crate::ledger::Standing| other.key().person() != person.person();
    let shared = Address::parse(standing.address()).is_ok_and(|address| roster.by_address(&address).any(is_another));
    if shared { format!("{email} --name {}", shell_word(standing.name())) } else { email }
}

/// Whether a refusal speaks of the address, as far as its enhanced code tells (RFC 3463 §3.2, §3.3).
fn blames_the_address(reply: &str) -> bool {
    let code = reply.split_whitespace().find(|word| word.starts_with("5.") && word.matches('.').count() == 2);
    !reply.starts_with(KEPT_FOR_SIZE) && code.is_none_or(|code| code.starts_with("5.1.") || code.starts_with("5.2."))
}

/// Lists the rows that were not sent, with reason and command.
pub(super) fn list_the_others(
    desk: &Desk<'_>,
    planned: &Planned,
    reader: Option<&Reader>,
    roster: &Roster,
    told_apart: &[Unrecorded],
) -> Result<(), Failure> {
    let Some(reader) = reader else { return Ok(()) };
    let mut listed = 0_usize;
    let mut mails = HashSet::new();
    for standing in standings(planned, roster) {
        let state = if state_for(planned, standing) == State::Sent { State::Sent } else { standing.last.state };
        if state == State::Sent
            || told_apart.iter().any(|one| one.to.to_string().eq_ignore_ascii_case(standing.address()))
        {
            continue;
        }
        // One mail about several sessions is one.
        if standing.shared_mail().is_some_and(|mail| !mails.insert(mail)) {
            continue;
        }
        listed += 1;
        if listed > NAMED {
            continue;
        }
        let mailing = reader.mailing(standing.last.id).map_err(|problem| ledger_failure(&problem))?;
        let email = standing.address();
        let elsewhere =
            mailing.as_ref().map(|mailing| &mailing.address).filter(|to| to.folded() != email.to_lowercase());
        let reply = match (state, mailing.as_ref().and_then(|mailing| mailing.reply.clone())) {
            (State::Pending, _) => "settled as not arrived".to_owned(),
            (_, Some(reply)) => reply,
            (State::InDoubt | State::Sending, None) => "the run was cut off while it was handed over".to_owned(),
            (_, None) => "no reply".to_owned(),
        };
        let whom = whom(roster, standing);
        let again = if standing.last.is_cancellation { "cancel" } else { "resend" };
        let resend = format!("`roomkey {again} {whom}`");
        let (word, hint) = match state {
            State::Failed if elsewhere.is_some() => {
                ("refused there", format!("try another address: {resend} with --to"))
            }
            State::Failed if standing.state == State::Sent => ("refused", format!("try again: {resend}")),
            State::Failed if blames_the_address(&reply) => {
                ("refused", format!("correct the address and run `roomkey send`, or {resend}"))
            }
            State::Failed if reply.starts_with(KEPT_FOR_SIZE) => {
                ("not offered", format!("make the mail smaller, then {resend}"))
            }
            State::Failed => ("refused", format!("when the cause is mended: {resend}, or `roomkey resend --failed`")),
            State::Deferred | State::Pending if standing.last.is_cancellation => {
                ("not told yet that it is off", format!("{resend} tries again"))
            }
            State::Deferred if standing.last.next_attempt.is_none() => {
                ("given up for now", "`roomkey send` tries once more".to_owned())
            }
            State::Deferred => ("deferred", "`roomkey send` tries again".to_owned()),
            State::InDoubt | State::Sending => {
                ("in doubt", format!("look whether it arrived: `roomkey settle {whom} --arrived` or `--not-arrived`"))
            }
            State::Pending | State::Sent => ("not sent", "`roomkey send`".to_owned()),
        };
        let at = elsewhere.map_or(String::new(), |to| format!(", mailed to {to}"));
        desk.console.warn(&Told::new(format!("{email}{at}: {word}: {reply}")).hint(hint));
    }
    if listed > NAMED {
        desk.console.say(&format!("and {} more: `roomkey status` lists them", grouped((listed - NAMED) as u64)));
    }
    Ok(())
}
