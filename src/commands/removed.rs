//! People who hold an invitation and are in no row any more: they too can be told that it is off.
//!
//! What is known of them is what the ledger keeps: name, address, room, and what their row said for itself
//! of times, zone and language.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::{
    opened::{Opened, ledger_failure},
    order::Order,
};
use crate::{
    campaign::{Found, RowKind, RowNote, Survey, removed},
    failure::Failure,
    ledger::{Reader, Roster, Standing},
    model::{Address, Attendee, Language, Locator, PersonId, Room, Window},
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
    let mut found = Vec::new();
    for standing in removed(roster, &present).filter(|standing| standing.held.is_some()) {
        let wanted = wanted_index(order, standing);
        if wanted.is_none() && !order.wanted.addresses.is_empty() {
            continue;
        }
        let number = u32::try_from(survey.rows.len()).unwrap_or(u32::MAX).saturating_add(1);
        let Some(attendee) = attendee(opened, reader, standing, number)? else { continue };
        survey.rows.push(RowNote { line: 0, kind: RowKind::Sound, over: false });
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
    order.wanted.addresses.iter().position(|wanted| wanted.folded() == address).filter(|_| is_named)
}

fn attendee(opened: &Opened, reader: &Reader, standing: &Standing, number: u32) -> Result<Option<Attendee>, Failure> {
    let held = standing.held.as_ref().map(|held| held.mailing);
    let mailing = held.map(|held| reader.mailing(held)).transpose().map_err(|problem| ledger_failure(&problem))?;
    let (Some(mailing), Ok(email)) = (mailing.flatten(), Address::parse(standing.address())) else { return Ok(None) };
    let event = &opened.press.event;
    let own = &mailing.own;
    // The margins are those that the mail told, and nothing that is called off depends on them.
    let own_window = own.times.and_then(|(starts, ends)| {
        let (before, after) = (mailing.opens.duration_until(starts), ends.duration_until(mailing.closes));
        Window::new(starts, ends, before, after, event.window.zone().clone()).ok()
    });
    Ok(Some(Attendee {
        locator: Locator { source: Arc::from(format!("the ledger, {email}")), line: 0 },
        number,
        key: standing.key(),
        email,
        name: standing.name().to_owned(),
        first_name: standing.name().to_owned(),
        last_name: String::new(),
        moderator: false,
        room: Room::parse(&mailing.room).unwrap_or_else(|_| event.room.clone()),
        own_room: mailing.room != event.room.as_str(),
        own_window: own_window.is_some(),
        window: own_window.unwrap_or_else(|| event.window.clone()),
        timezone: own.timezone.as_deref().and_then(|name| TimeZone::get(name).ok()),
        language: own.language.as_deref().and_then(|tag| Language::parse_leniently(tag).ok()),
        headers: Arc::default(),
        cells: Vec::new(),
    }))
}
