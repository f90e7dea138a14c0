//! The mails in doubt that are about to be mailed again: what to look for in the relay's log first.

use super::{
    Desk,
    opened::{Opened, ledger_failure},
    order::Planned,
};
use crate::{
    campaign::{Fate, grouped, words},
    console::without_tokens,
    failure::Failure,
    ledger::{Mailing, Reader, Roster, Standing, State},
};

/// So many are listed.
const LISTED: usize = 50;

/// Lists them, each with what identifies it to the relay.
///
/// # Errors
/// Where the ledger cannot be read.
pub(super) fn list(
    desk: &Desk<'_>,
    opened: &Opened,
    planned: &Planned,
    reader: &Reader,
    roster: &Roster,
) -> Result<(), Failure> {
    let doubtful: Vec<&Standing> = planned
        .fates
        .iter()
        .filter_map(|fate| if let Fate::Go(task) = fate { task.person } else { None })
        .filter_map(|person| roster.by_id(person))
        .filter(|standing| matches!(standing.last.state, State::InDoubt | State::Sending))
        .collect();
    if doubtful.is_empty() {
        return Ok(());
    }
    let are = words::counted(doubtful.len() as u64, "of these mails is", "of these mails are");
    desk.console.say(&format!(
        "{are} in doubt and may have arrived already. Look for the Message-ID in the mail server's log first; \
         `roomkey settle EMAIL --arrived` records what you find"
    ));
    for standing in doubtful.iter().take(LISTED) {
        if let Some(mailing) = reader.mailing(standing.last.id).map_err(|problem| ledger_failure(&problem))? {
            desk.console.say(&format!("  {}", without_tokens(&identified(opened, &mailing))));
        }
    }
    if doubtful.len() > LISTED {
        let more = grouped((doubtful.len() - LISTED) as u64);
        desk.console.say(&format!("  and {more} more: `roomkey status --state in_doubt` lists them"));
    }
    Ok(())
}

/// Address, time, Message-ID, and what was heard last: a reply may name the relay's own number for the mail.
fn identified(opened: &Opened, mailing: &Mailing) -> String {
    let zone = opened.settings.event.window.zone().clone();
    // As exact as a log, and with the zone, since a log may be in another one.
    let tried = mailing.last_attempt.to_zoned_datetime(zone).strftime("%a %-d %b %Y %H:%M:%S %Z");
    let heard = mailing.reply.as_deref().unwrap_or("the run was cut off while it was handed over");
    format!("{}: handed over {tried}, Message-ID {}; {heard}", mailing.address, mailing.message_id)
}
