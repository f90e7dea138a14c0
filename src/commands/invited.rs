//! What people were invited to, as the ledger knows it: a cancellation calls off that, whatever event.toml and the
//! attendee file say by now, and goes where the invitation went.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use jiff::{Timestamp, tz::TimeZone};

use super::{
    Desk, cancel,
    opened::{Opened, ledger_failure},
    order::Planned,
};
use crate::{
    campaign::{Fate, Invited, Task, Wanted, words},
    failure::{Failure, Told},
    invitation::Occasion,
    ledger::{CampaignKind, LedgerProblem, Mailing, Reader, Roster, Standing, State, Terms, TermsId},
    model::{Address, Event, Room, Window},
};

/// People named in a list; the rest is counted.
const NAMED: usize = 20;

/// Recalls invitations; events that many were invited to are made once.
pub(super) struct Recall<'a> {
    opened: &'a Opened,
    reader: &'a Reader,
    /// By the values and the title that it had.
    events: HashMap<(TermsId, String), Option<Known>>,
}

/// Values that an event had, and the event with them.
type Known = (Terms, Arc<Event>);

impl<'a> Recall<'a> {
    pub(super) fn of(opened: &'a Opened, reader: &'a Reader) -> Self {
        Self { opened, reader, events: HashMap::new() }
    }

    /// What one person was invited to, and the mail that told it.
    pub(super) fn one(&mut self, standing: &Standing) -> Result<Option<(Invited, Mailing)>, Failure> {
        let failed = |problem: LedgerProblem| ledger_failure(&problem);
        let Some(held) = &standing.held else { return Ok(None) };
        let Some(mailing) = self.reader.mailing(held.mailing).map_err(failed)? else { return Ok(None) };
        let key = (mailing.terms, mailing.title.clone());
        if !self.events.contains_key(&key) {
            let terms = self.reader.terms(mailing.terms).map_err(failed)?;
            let told = terms.and_then(|terms| Some((terms.clone(), Arc::new(self.event(&terms, &mailing.title)?))));
            self.events.insert(key.clone(), told);
        }
        let Some(Some((terms, event))) = self.events.get(&key) else { return Ok(None) };
        let (starts, ends) = mailing.times(terms);
        let Some(window) = window(terms, starts, ends) else { return Ok(None) };
        let room = Room::parse(&mailing.room).unwrap_or_else(|_| event.room.clone());
        let invited = Invited { event: event.clone(), terms: mailing.terms, window, room, to: mailing.address.clone() };
        Ok(Some((invited, mailing)))
    }

    /// The event with the values it had.
    fn event(&self, terms: &Terms, title: &str) -> Option<Event> {
        let event = &self.opened.press.event;
        Some(Event {
            title: title.to_owned(),
            room: Room::parse(&terms.room).unwrap_or_else(|_| event.room.clone()),
            window: window(terms, terms.starts, terms.ends)?,
            ..event.clone()
        })
    }
}

fn window(terms: &Terms, starts: Timestamp, ends: Timestamp) -> Option<Window> {
    let zone = TimeZone::get(&terms.zone).unwrap_or(TimeZone::UTC);
    let (before, after) = (terms.opens.duration_until(terms.starts), terms.ends.duration_until(terms.closes));
    Window::new(starts, ends, before, after, zone).ok()
}

/// What those were invited to who are to be told that it is off, by row; nothing where people are invited.
pub(super) fn of(
    opened: &Opened,
    occasion: Occasion,
    reader: Option<&Reader>,
    roster: &Roster,
    fates: &[Fate],
) -> Result<HashMap<u32, Invited>, Failure> {
    let mut found = HashMap::new();
    let Some(reader) = reader.filter(|_| occasion == Occasion::Cancel) else { return Ok(found) };
    let mut recall = Recall::of(opened, reader);
    for (row, fate) in (1..).zip(fates) {
        let Fate::Go(Task { person: Some(person), .. }) = fate else { continue };
        let Some(standing) = roster.by_id(*person) else { continue };
        if let Some((invited, _)) = recall.one(standing)? {
            found.insert(row, invited);
        }
    }
    Ok(found)
}

/// Says what stands against inviting to an event that was called off, or what calling it off leaves undone.
pub(super) fn warn(
    desk: &Desk<'_>,
    planned: &Planned,
    reader: Option<&Reader>,
    roster: &Roster,
) -> Result<(), Failure> {
    let Some(reader) = reader else { return Ok(()) };
    if planned.order.occasion() == Occasion::Invite {
        let last = reader.campaign_latest(CampaignKind::Cancel).map_err(|problem| ledger_failure(&problem))?;
        let of_all = last.filter(|round| round.selection.starts_with(cancel::ALL));
        if of_all.is_some() && planned.to_go() > 0 {
            let what = "this event was called off by `roomkey cancel --all`, and these people are invited to it";
            desk.console.warn(&Told::new(what).hint("a new event? Give it a new id in event.toml"));
        }
        return Ok(());
    }
    for told in told_elsewhere(reader, roster, &planned.fates)? {
        desk.console.warn(&told);
    }
    let open = |standing: &&Standing| {
        let last = &standing.last;
        standing.held.is_none() && matches!(last.state, State::Pending | State::Deferred)
    };
    let waiting = roster.people().iter().filter(open).count() as u64;
    if planned.order.wanted.addresses.is_empty() && waiting > 0 {
        let who = words::counted(waiting, "person was never reached and has", "people were never reached and have");
        let told = Told::new(format!("{who} nothing to be called off; `roomkey send` would still invite them"));
        desk.console.warn(&told.hint("do not run `roomkey send` for this event any more"));
    }
    Ok(())
}

/// People who hold invitations at several addresses, of which one is told.
fn told_elsewhere(reader: &Reader, roster: &Roster, fates: &[Fate]) -> Result<Vec<Told>, Failure> {
    let mut told = Vec::new();
    let mut more = 0_u64;
    for fate in fates {
        let Fate::Go(task) = fate else { continue };
        let Some(standing) = task.person.and_then(|person| roster.by_id(person)) else { continue };
        let Some(held) = standing.held.as_ref().filter(|_| standing.mailings > 1) else { continue };
        let mailings = reader.mailings_of(standing.person).map_err(|problem| ledger_failure(&problem))?;
        let Some(last) = mailings.iter().find(|mailing| mailing.id == held.mailing).map(|mailing| &mailing.address)
        else {
            continue;
        };
        let mut seen = HashSet::from([last.folded()]);
        // What an address was told last: there may be one that was told that it is off.
        let arrived = mailings.iter().rev().filter(|mailing| mailing.state.may_have_arrived());
        let mut invites = Vec::new();
        for mailing in arrived {
            let campaign = reader.campaign(mailing.campaign).map_err(|problem| ledger_failure(&problem))?;
            let is_off = campaign.is_some_and(|campaign| campaign.kind == CampaignKind::Cancel);
            if is_off {
                seen.insert(mailing.address.folded());
            } else {
                invites.push(mailing);
            }
        }
        let others: Vec<&Address> =
            invites.into_iter().map(|mailing| &mailing.address).filter(|to| seen.insert(to.folded())).collect();
        if others.is_empty() {
            continue;
        }
        if told.len() == NAMED {
            more += 1;
            continue;
        }
        let others = others.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let name = standing.name();
        told.push(
            Told::new(format!("{name} is told at {last}, where the last mail went; an earlier one went to {others}"))
                .hint(format!("write to {others} yourself: the calendar there keeps the entry")),
        );
    }
    if more > 0 {
        told.push(Told::new(format!("and {more} more people like these")));
    }
    Ok(told)
}

/// The last moment at which a link works that people hold.
pub(super) fn last_close(opened: &Opened, wanted: &Wanted) -> Result<Option<Timestamp>, Failure> {
    let (Some(reader), roster) = opened.ledger()? else { return Ok(None) };
    let is_meant = |standing: &&Standing| {
        let address = standing.address().to_lowercase();
        let is_in = wanted.session.as_ref().is_none_or(|session| standing.session().as_ref() == Some(session));
        let emails = &wanted.addresses;
        is_in && (emails.is_empty() || emails.iter().any(|email| email.folded() == address))
    };
    let mut last = None;
    for standing in roster.people().iter().filter(is_meant) {
        let mailings = reader.mailings_of(standing.person).map_err(|problem| ledger_failure(&problem))?;
        let arrived = mailings.iter().filter(|mailing| mailing.state.may_have_arrived());
        last = last.max(arrived.map(|mailing| mailing.closes).max());
    }
    Ok(last)
}
