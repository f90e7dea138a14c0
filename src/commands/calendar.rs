//! Which kind of calendar entry an event's mails carry, and what entries people have.
//!
//! The kind is settled when the event's first mails leave: whoever registers later gets the same, and a
//! cancellation finds what it calls off.

use std::collections::HashMap;

use super::{
    Desk,
    opened::{Opened, ledger_failure},
    order::{Order, Planned},
};
use crate::{
    campaign::{Fate, InCalendar, Survey},
    failure::{Failure, Told},
    invitation::Occasion,
    ledger::{Reader, Roster, TermsId},
    model::CalendarStyle,
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
        Occasion::Invite => settled
            .or(opened.settings.calendar)
            .unwrap_or_else(|| CalendarStyle::for_people(survey.sound_rows().count())),
    })
}

/// The kind under which people were mailed.
pub(super) fn settled(reader: Option<&Reader>) -> Result<Option<CalendarStyle>, Failure> {
    let Some(reader) = reader else { return Ok(None) };
    reader.calendar_style().map_err(|problem| ledger_failure(&problem))
}

/// Says what readers will find in their calendars, and why.
pub(super) fn announce(
    desk: &Desk<'_>,
    opened: &Opened,
    planned: &Planned,
    reader: Option<&Reader>,
) -> Result<(), Failure> {
    if planned.order.occasion() == Occasion::Cancel {
        return Ok(());
    }
    let settled = settled(reader)?;
    let organizer = &opened.press.event.organizer.address;
    let what = match planned.calendar {
        CalendarStyle::None => {
            warn_of_another(desk, opened, settled);
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
    warn_of_another(desk, opened, settled);
    Ok(())
}

/// Says that event.toml asks for another kind than people were mailed.
fn warn_of_another(desk: &Desk<'_>, opened: &Opened, settled: Option<CalendarStyle>) {
    let (Some(settled), Some(wanted)) = (settled, opened.settings.calendar) else { return };
    if settled != wanted {
        let what = format!(
            "[calendar] style = \"{wanted}\" comes too late: people were mailed with \"{settled}\", and it stays so \
             for this event"
        );
        desk.console
            .warn(&Told::new(what).hint(format!("set style = \"{settled}\"; a new event can have another one")));
    }
}

/// What the entries of people who are mailed again say, by row.
pub(super) fn entries(reader: &Reader, roster: &Roster, fates: &[Fate]) -> Result<HashMap<u32, InCalendar>, Failure> {
    let failed = |problem| ledger_failure(&problem);
    let mut times: HashMap<TermsId, _> = HashMap::new();
    let mut found = HashMap::new();
    for (row, fate) in (1..).zip(fates) {
        let Fate::Go(task) = fate else { continue };
        let standing = task.person.and_then(|person| roster.by_id(person));
        let Some(held) = standing.and_then(|standing| standing.held.as_ref()) else { continue };
        let Some(mailing) = reader.mailing(held.mailing).map_err(failed)? else { continue };
        let times = if let Some(known) = times.get(&held.terms) {
            *known
        } else {
            let Some(terms) = reader.terms(held.terms).map_err(failed)? else { continue };
            *times.entry(held.terms).or_insert((terms.starts, terms.ends))
        };
        found.insert(row, InCalendar { mark: mailing.calendar_mark(), times });
    }
    Ok(found)
}
