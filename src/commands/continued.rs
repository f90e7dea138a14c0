//! What another attempt takes over from its mail: Message-ID, note, where it goes.

use std::collections::HashMap;

use super::{opened::ledger_failure, order::Order};
use crate::{
    campaign::{Continued, Fate, Selection},
    failure::Failure,
    ledger::{CampaignId, CampaignKind, Mailing, MailingId, Reader, Roster, State},
    model::PersonId,
};

/// What each row that is another attempt takes over.
///
/// A round keeps account of whom it reached by its own mails: where it sends a mail in doubt once
/// more, it takes over the Message-ID alone. A mail that went to another address by `--to` is not
/// sent there again where its person is named: the address named is meant.
pub(super) fn taken_over(
    ledger: &Reader,
    roster: &Roster,
    fates: &[Fate],
    order: &Order,
    campaign: Option<CampaignId>,
) -> Result<HashMap<u32, Continued>, Failure> {
    let mut found = HashMap::new();
    for (row, fate) in (1..).zip(fates) {
        let Fate::Go(task) = fate else { continue };
        if let (Selection::InState(State::Failed), None, Some(person)) = (&order.selection, task.mailing, task.person)
            && let Some(continued) = of_a_refused_one(ledger, person, order)?
        {
            found.insert(row, continued);
        }
        if let Some(continued) = task.mailing.map(|id| one(ledger, roster, id, order, campaign)).transpose()?.flatten()
        {
            found.insert(row, continued);
        }
    }
    Ok(found)
}

/// What the mail to somebody whose last one was refused takes over: its words, and where it went.
fn of_a_refused_one(ledger: &Reader, person: PersonId, order: &Order) -> Result<Option<Continued>, Failure> {
    let failed = |problem| ledger_failure(&problem);
    let Some(last) = ledger.mailings_of(person).map_err(failed)?.pop() else { return Ok(None) };
    let campaign = ledger.campaign(last.campaign).map_err(failed)?;
    let home = ledger.person(person).map_err(failed)?.map(|person| person.address.folded());
    let to = (home.as_deref() != Some(last.address.folded().as_str())).then_some(last.address);
    let note = order.note.clone().or(campaign.and_then(|campaign| campaign.note));
    Ok(Some(Continued { mailing: None, message_id: None, to, note, first_attempt: None, attempts: 0, sessions: 1 }))
}

/// How many sessions a mail was about.
fn sessions_of(ledger: &Reader, roster: &Roster, mailing: &Mailing) -> Result<usize, Failure> {
    let Some(standing) = roster.by_id(mailing.person) else { return Ok(1) };
    let person = standing.key();
    if person.session().is_none() {
        return Ok(1);
    }
    let mut count = 0;
    // It is a line of theirs in each session.
    for other in roster.in_all_sessions(&person) {
        let mailings = ledger.mailings_of(other.person).map_err(|problem| ledger_failure(&problem))?;
        count += usize::from(mailings.iter().any(|other| other.message_id == mailing.message_id));
    }
    Ok(count)
}

fn one(
    ledger: &Reader,
    roster: &Roster,
    id: MailingId,
    order: &Order,
    campaign: Option<CampaignId>,
) -> Result<Option<Continued>, Failure> {
    let failed = |problem| ledger_failure(&problem);
    let Some(mailing) = ledger.mailing(id).map_err(failed)? else { return Ok(None) };
    let person = ledger.person(mailing.person).map_err(failed)?;
    let elsewhere = person.is_some_and(|person| person.address.folded() != mailing.address.folded());
    if elsewhere && order.selection == Selection::Again {
        return Ok(None);
    }
    let sessions = sessions_of(ledger, roster, &mailing)?;
    if order.kind == CampaignKind::ResendAll && campaign != Some(mailing.campaign) && !is_retry(&order.selection) {
        return Ok(Some(Continued {
            mailing: None,
            message_id: Some(mailing.message_id),
            to: None,
            note: order.note.clone(),
            first_attempt: None,
            attempts: 0,
            sessions,
        }));
    }
    let note = ledger.campaign(mailing.campaign).map_err(failed)?.and_then(|campaign| campaign.note);
    let Mailing { message_id, address, first_attempt, attempts, .. } = mailing;
    let to = elsewhere.then_some(address);
    Ok(Some(Continued {
        mailing: Some(id),
        message_id: Some(message_id),
        to,
        note,
        first_attempt: Some(first_attempt),
        attempts,
        sessions,
    }))
}

/// A later pass of the same run.
fn is_retry(selection: &Selection) -> bool {
    *selection == Selection::Due
}
