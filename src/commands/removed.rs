//! People who hold an invitation and are in no row any more: they too can be told that it is off.
//!
//! What is known of them is what the ledger keeps: name, address, room, and what their row said for itself
//! of times, zone and language.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::{invited::Recall, opened::Opened, order::Order};
use crate::{
    attendees::{AttendeeFile, first_name},
    campaign::{Found, RowKind, RowNote, Survey, removed},
    failure::Failure,
    ledger::{Reader, Roster, Standing},
    model::{Address, Attendee, Headers, Language, Locator, PersonId},
};

/// Somebody of the ledger as if they were in a row behind the file's last one.
#[derive(Debug, Clone)]
pub(super) struct Removed {
    pub(super) attendee: Attendee,
    pub(super) person: PersonId,
}

/// Finds those an order means, and enters them into the survey as rows of their own.
pub(super) fn enter(
    survey: &mut Survey,
    opened: &Opened,
    order: &Order,
    reader: Option<&Reader>,
    roster: &Roster,
) -> Result<Vec<Removed>, Failure> {
    let Some(reader) = reader else { return Ok(Vec::new()) };
    let present = survey.identified.known.values().copied().collect();
    let mut recall = Recall::of(opened, reader);
    // Templates may name the file's columns: of whoever is in no row they are empty.
    let file = AttendeeFile::open(&opened.rules);
    let headers = file.ok().and_then(|file| Some(file.columns().next()?.headers().clone())).unwrap_or_default();
    let mut found = Vec::new();
    for standing in removed(roster, &present).filter(|standing| standing.held.is_some()) {
        let wanted = wanted_index(order, standing);
        if wanted.is_none() && !order.wanted.addresses.is_empty() {
            continue;
        }
        let number = u32::try_from(survey.rows.len()).unwrap_or(u32::MAX).saturating_add(1);
        let Some(attendee) = attendee(&mut recall, standing, number, &headers)? else { continue };
        if let Some(list) = opened.suppressed.by(&attendee.email) {
            survey.keep_out(list, true);
            continue;
        }
        let session = survey.note_session(standing.session().as_ref());
        survey.rows.push(RowNote { line: 0, kind: RowKind::Sound, over: false, session });
        if let Some(wanted) = wanted {
            survey.found.push(Found { number, wanted, attendee: Some(attendee.clone()) });
        }
        found.push(Removed { attendee, person: standing.person });
    }
    know(survey, &found);
    Ok(found)
}

/// Says who is who behind the file's last row.
pub(super) fn know(survey: &mut Survey, removed: &[Removed]) {
    survey.identified.known.extend(removed.iter().map(|one| (one.attendee.number, one.person)));
}

fn wanted_index(order: &Order, standing: &Standing) -> Option<usize> {
    let is_named = order.wanted.name.as_ref().is_none_or(|name| name == standing.name());
    let address = standing.address().to_lowercase();
    let is_in = order.wanted.session.as_ref().is_none_or(|session| standing.session().as_ref() == Some(session));
    order.wanted.addresses.iter().position(|wanted| wanted.folded() == address).filter(|_| is_named && is_in)
}

fn attendee(
    recall: &mut Recall<'_>,
    standing: &Standing,
    number: u32,
    headers: &Arc<Headers>,
) -> Result<Option<Attendee>, Failure> {
    let (Some((invited, mailing)), Ok(email)) = (recall.one(standing)?, Address::parse(standing.address())) else {
        return Ok(None);
    };
    let own = &mailing.own;
    Ok(Some(Attendee {
        locator: Locator { source: Arc::from(format!("the ledger, {email}")), line: 0 },
        number,
        key: standing.key(),
        email,
        name: standing.name().to_owned(),
        first_name: first_name(standing.name()).to_owned(),
        last_name: String::new(),
        moderator: false,
        own_room: invited.room != invited.event.room,
        room: invited.room,
        own_window: invited.window != invited.event.window,
        window: invited.window,
        own_claims: None,
        timezone: own.timezone.as_deref().and_then(|name| TimeZone::get(name).ok()),
        language: own.language.as_deref().and_then(|tag| Language::parse_leniently(tag).ok()),
        headers: headers.clone(),
        cells: vec![String::new(); headers.0.len()],
    }))
}
