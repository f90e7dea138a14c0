//! What became of mails and could not be written down: said aloud, with the command that records it.

use super::Desk;
use crate::{
    campaign::words,
    failure::Told,
    ledger::{State, Unrecorded},
};

/// Tells what is known of mails that the ledger, when it is opened next, will call in doubt.
pub(super) fn tell(desk: &Desk<'_>, unrecorded: &[Unrecorded]) {
    let (arrived, others): (Vec<_>, Vec<_>) = unrecorded
        .iter()
        .filter(|one| one.ending.state() != State::InDoubt)
        .partition(|one| one.ending.state() == State::Sent);
    for (mails, what, flag) in [
        (arrived, "accepted by the mail server", "--arrived"),
        (others, "not accepted by the mail server", "--not-arrived"),
    ] {
        if mails.is_empty() {
            continue;
        }
        let count = words::counted(mails.len() as u64, "mail was", "mails were");
        let addresses: Vec<String> = mails.iter().map(|one| one.to.to_string()).collect();
        desk.console.warn(
            &Told::new(format!("{count} {what}, and that could not be recorded: {}", addresses.join(", "))).hint(
                format!("first, when the ledger can be written again: `roomkey settle {} {flag}`", addresses.join(" ")),
            ),
        );
    }
}
