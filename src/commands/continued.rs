//! What another attempt takes over from its mail: Message-ID, note, where it goes.

use std::collections::HashMap;

use super::{mailing::Order, opened::ledger_failure};
use crate::{
    campaign::{Continued, Fate, Selection},
    failure::Failure,
    ledger::{CampaignId, CampaignKind, Mailing, MailingId, Reader},
};

/// What each row that is another attempt takes over.
///
/// A round keeps account of whom it reached by its own mails: where it sends a mail in doubt once
/// more, it takes over the Message-ID alone. A mail that went to another address by `--to` is not
/// sent there again where its person is named: the address named is meant.
pub(super) fn taken_over(
    ledger: &Reader,
    fates: &[Fate],
    order: &Order,
    campaign: Option<CampaignId>,
) -> Result<HashMap<u32, Continued>, Failure> {
    let mut found = HashMap::new();
    for (row, fate) in (1..).zip(fates) {
        let Fate::Go(task) = fate else { continue };
        if let Some(continued) = task.mailing.map(|id| one(ledger, id, order, campaign)).transpose()?.flatten() {
            found.insert(row, continued);
        }
    }
    Ok(found)
}

fn one(
    ledger: &Reader,
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
    if order.kind == CampaignKind::ResendAll && campaign != Some(mailing.campaign) && !is_retry(&order.selection) {
        return Ok(Some(Continued {
            mailing: None,
            message_id: mailing.message_id,
            to: None,
            note: order.note.clone(),
            first_attempt: None,
            attempts: 0,
        }));
    }
    let note = ledger.campaign(mailing.campaign).map_err(failed)?.and_then(|campaign| campaign.note);
    let Mailing { message_id, address, first_attempt, attempts, .. } = mailing;
    let to = elsewhere.then_some(address);
    Ok(Some(Continued { mailing: Some(id), message_id, to, note, first_attempt: Some(first_attempt), attempts }))
}

/// A later pass of the same run.
fn is_retry(selection: &Selection) -> bool {
    *selection == Selection::Due
}
