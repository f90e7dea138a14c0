//! A round of `resend --all`: stopped half-way, the same command goes on with it.

use std::collections::HashMap;

use super::{
    Desk,
    opened::{Opened, ledger_failure},
    order::Order,
};
use crate::{
    campaign::{Selection, words},
    console::shell_word,
    failure::{Failure, Told},
    ledger::{Campaign, CampaignId, CampaignKind, MailingId, Reader, State},
    model::PersonId,
};

/// The round of `resend --all` that the same command goes on with.
pub(super) fn find(opened: &Opened, order: &mut Order, reader: Option<&Reader>) -> Result<Option<CampaignId>, Failure> {
    let failed = |problem| ledger_failure(&problem);
    let latest = match reader {
        Some(reader) if !order.again => reader.campaign_latest(CampaignKind::ResendAll).map_err(failed)?,
        _ => None,
    };
    let mut done: HashMap<PersonId, (MailingId, State)> = HashMap::new();
    let mut round = None;
    if let (Some(reader), Some(campaign)) = (reader, latest) {
        let same_event = campaign.selection == selection(opened);
        if same_event && campaign.note == order.note {
            for (person, mailing, state) in reader.campaign_done_persons(campaign.id).map_err(failed)? {
                done.insert(person, (mailing, state));
            }
            round = Some(campaign.id);
        } else if same_event && campaign.finished.is_none() {
            let note = campaign.note.map_or("without a note".into(), |note| format!("with the note \"{note}\""));
            return Err(Failure::bad_input(
                Told::new(format!("a round of `resend --all` {note} was stopped half-way"))
                    .hint("give the same note to go on with it, or `--again` to start a new round"),
            ));
        }
    }
    order.selection = Selection::Round { done };
    Ok(round)
}

/// What the ledger keeps of whom a round of `resend --all` meant: everybody, under these values and with links such
/// as these settings make.
pub(super) fn selection(opened: &Opened) -> String {
    format!("all {}", opened.press.terms_digest())
}

/// Says that everybody was told of today's values already, by a round that came to its end.
pub(super) fn warn_of_an_earlier_one(desk: &Desk<'_>, opened: &Opened, reader: &Reader) -> Result<(), Failure> {
    let latest = reader.campaign_latest(CampaignKind::ResendAll).map_err(|problem| ledger_failure(&problem))?;
    if let Some(finished) = latest.filter(|round| round.selection == selection(opened)).and_then(|round| round.finished)
    {
        let at = words::moment(finished, opened.press.event.window.zone());
        desk.console.warn(&Told::new(format!(
            "a round of `resend --all` under today's values ended {at}: this one mails everybody once more; \
             `roomkey resend --failed` mails those whom it did not reach"
        )));
    }
    Ok(())
}

/// The command that goes on with a round.
pub(super) fn command(round: &Campaign) -> String {
    let note = round.note.as_ref().map_or(String::new(), |note| format!(" --note {}", shell_word(note)));
    format!("roomkey resend --all{note}")
}
