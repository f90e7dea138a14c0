//! Which kind of calendar entry an event's mails carry, and what entries people have.
//!
//! The kind is settled when the event's first mails leave: whoever registers later gets the same, and a
//! cancellation finds what it calls off.

use std::collections::{HashMap, hash_map::Entry};

use super::{
    Desk,
    opened::{Opened, ledger_failure},
    order::{Order, Planned},
};
use crate::{
    campaign::{Fate, InCalendar, Survey},
    failure::{Failure, Told},
    invitation::Occasion,
    ledger::{Reader, Roster, Terms, TermsId},
    model::{Address, CalendarStyle},
};

/// The kind that holds for an order.
pub(super) fn style(
    opened: &Opened,
    order: &Order,
    reader: Option<&Reader>,
    survey: &Survey,
) -> Result<CalendarStyle, Failure> {
    let settled = settled(reader)?;
    Ok(match order.occasion() {
        // Who has no entry has none to be called off.
        Occasion::Cancel => settled.unwrap_or(CalendarStyle::None),
        Occasion::Invite => settled.or(opened.settings.calendar).unwrap_or_else(|| {
            CalendarStyle::for_people(survey.sound_rows().count().saturating_sub(survey.parties.len()))
        }),
    })
}

/// The kind under which people were mailed.
pub(super) fn settled(reader: Option<&Reader>) -> Result<Option<CalendarStyle>, Failure> {
    let Some(reader) = reader else { return Ok(None) };
    reader.calendar_style().map_err(|problem| ledger_failure(&problem))
}

/// Whom the calendar entries of people name as organiser.
pub(super) fn organizer(opened: &Opened, reader: Option<&Reader>) -> Result<Address, Failure> {
    let settled = reader.map(|reader| reader.calendar_organizer().map_err(|problem| ledger_failure(&problem)));
    let settled = settled.transpose()?.flatten();
    Ok(settled.unwrap_or_else(|| opened.press.event.organizer.address.clone()))
}

/// Says what readers will find in their calendars, and why.
pub(super) fn announce(
    desk: &Desk<'_>,
    opened: &Opened,
    planned: &Planned,
    reader: Option<&Reader>,
) -> Result<(), Failure> {
    if planned.calendar != CalendarStyle::None
        && let Some(told) = another_organizer(opened, &planned.organizer)
    {
        desk.console.warn(&told);
    }
    if planned.order.occasion() == Occasion::Cancel {
        return Ok(());
    }
    let settled = settled(reader)?;
    let organizer = &planned.organizer;
    let what = match planned.calendar {
        CalendarStyle::None => {
            if let Some(told) = another_style(opened, settled) {
                desk.console.warn(&told);
            }
            return Ok(());
        }
        CalendarStyle::Request => format!("an invitation to say yes or no to: answers go to {organizer}"),
        CalendarStyle::Publish => "an entry to add, with nothing to answer".to_owned(),
    };
    let most = CalendarStyle::MOST_ASKED;
    let why = match (settled, opened.settings.calendar, planned.calendar) {
        (Some(_), ..) | (_, Some(_), _) => String::new(),
        (None, None, CalendarStyle::Request) => format!(" (as for up to {most} people; `style` under [calendar])"),
        (None, None, _) => format!(" (as for more than {most} people; `style` under [calendar])"),
    };
    desk.console.say(&format!("calendar: {what}{why}"));
    if let Some(told) = another_style(opened, settled) {
        desk.console.warn(&told);
    }
    Ok(())
}

/// What event.toml says of calendar entries that people have otherwise.
pub(super) fn changes(opened: &Opened, reader: Option<&Reader>) -> Result<Vec<Told>, Failure> {
    let settled = settled(reader)?;
    let organizer = match settled {
        None | Some(CalendarStyle::None) => None,
        Some(_) => another_organizer(opened, &organizer(opened, reader)?),
    };
    Ok(another_style(opened, settled).into_iter().chain(organizer).collect())
}

/// Where event.toml asks for another kind than people were mailed.
fn another_style(opened: &Opened, settled: Option<CalendarStyle>) -> Option<Told> {
    let (settled, wanted) = (settled?, opened.settings.calendar?);
    (settled != wanted).then(|| {
        let what = format!(
            "[calendar] style = \"{wanted}\" comes too late: people were mailed with \"{settled}\", and it stays so \
             for this event"
        );
        Told::new(what).hint(format!("set style = \"{settled}\"; a new event can have another one"))
    })
}

/// Where event.toml names another organiser than people have in their calendars.
fn another_organizer(opened: &Opened, settled: &Address) -> Option<Told> {
    let wanted = &opened.press.event.organizer.address;
    (settled != wanted).then(|| {
        let what = format!(
            "people have {settled} as organiser in their calendars, not {wanted}: the entries go on naming {settled}, \
             as a calendar takes a change from nobody else"
        );
        Told::new(what).hint(format!("look after the mail that comes to {settled}: answers go there"))
    })
}

/// What the entries of people who are mailed again say, by row.
pub(super) fn entries(reader: &Reader, roster: &Roster, fates: &[Fate]) -> Result<HashMap<u32, InCalendar>, Failure> {
    let failed = |problem| ledger_failure(&problem);
    let mut terms: HashMap<TermsId, Option<Terms>> = HashMap::new();
    let mut found = HashMap::new();
    for (row, fate) in (1..).zip(fates) {
        let Fate::Go(task) = fate else { continue };
        let standing = task.person.and_then(|person| roster.by_id(person));
        let Some(held) = standing.and_then(|standing| standing.held.as_ref()) else { continue };
        let Some(mailing) = reader.mailing(held.mailing).map_err(failed)? else { continue };
        let terms = match terms.entry(held.terms) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(reader.terms(held.terms).map_err(failed)?),
        };
        let Some(terms) = terms else { continue };
        found.insert(row, InCalendar { mark: mailing.calendar_mark(), times: mailing.times(terms) });
    }
    Ok(found)
}
