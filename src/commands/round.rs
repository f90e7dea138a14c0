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
    model::{PersonId, SessionKey},
};

/// The round of `resend --all` that the same command goes on with.
pub(super) fn find(opened: &Opened, order: &mut Order, reader: Option<&Reader>) -> Result<Option<CampaignId>, Failure> {
    let failed = |problem| ledger_failure(&problem);
    let session = order.wanted.session.as_ref();
    let latest = match reader {
        Some(reader) if !order.again => latest(opened, reader, session)?,
        _ => None,
    };
    let mut done: HashMap<PersonId, (MailingId, State)> = HashMap::new();
    let mut round = None;
    if let (Some(reader), Some(campaign)) = (reader, latest) {
        let same_event = campaign.selection == selection(opened, session);
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

/// What the ledger keeps of whom a round of `resend --all` meant: everybody, or everybody in one session, under these
/// values.
pub(super) fn selection(opened: &Opened, session: Option<&SessionKey>) -> String {
    let Some(session) = session else { return format!("all {}", opened.press.terms_digest()) };
    let terms = opened.press.terms(Some(session)).map(|terms| terms.digest());
    format!("all {}{OF_SESSION}{session}", terms.unwrap_or_default())
}

/// Parts the values of a round from the session that it was for.
const OF_SESSION: &str = " session ";

/// The session that a round was for; `None` where it was for everybody.
fn session_of(round: &Campaign) -> Option<SessionKey> {
    SessionKey::parse(round.selection.split_once(OF_SESSION)?.1).ok()
}

/// Whether a round was under the values that the event, or its session, has today.
pub(super) fn is_of_today(opened: &Opened, round: &Campaign) -> bool {
    round.selection == selection(opened, session_of(round).as_ref())
}

/// The latest round that meant everybody in a session, or everybody at all: one that meant a session under the values
/// that it has today does not stand between a round to all and its end.
pub(super) fn latest(
    opened: &Opened,
    reader: &Reader,
    session: Option<&SessionKey>,
) -> Result<Option<Campaign>, Failure> {
    let rounds = reader.campaigns(CampaignKind::ResendAll).map_err(|problem| ledger_failure(&problem))?;
    let concerns = |round: &Campaign| match (session_of(round), session) {
        (None, _) => true,
        (Some(of), Some(session)) => of == *session,
        (Some(of), None) => round.selection != selection(opened, Some(&of)),
    };
    Ok(rounds.into_iter().find(concerns))
}

/// Says that everybody was told of today's values already, by a round that came to its end.
pub(super) fn warn_of_an_earlier_one(
    desk: &Desk<'_>,
    opened: &Opened,
    reader: &Reader,
    session: Option<&SessionKey>,
) -> Result<(), Failure> {
    let latest = latest(opened, reader, session)?;
    let is_same = |round: &Campaign| round.selection == selection(opened, session);
    if let Some(finished) = latest.filter(is_same).and_then(|round| round.finished) {
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
    let session = session_of(round).map_or(String::new(), |session| format!(" --session {session}"));
    format!("roomkey resend --all{session}{note}")
}
