//! What `send`, `resend` and `rehearse` have in common: look, plan, say, ask, mail, report.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{
    Desk, asking, between, calendar, doubts, event_change, invited, kept_out, limits, meant,
    opened::Opened,
    order::{Order, Planned},
    passes::{self, Ending},
    relay::Way,
    removed, report, round, server, summary, who,
};
use crate::{
    campaign::{Composer, Depth, Fate, Making, Selection, limit, words},
    failure::{Failure, Status, Told},
    invitation::Occasion,
    ledger::{CampaignId, CampaignKind, Reader, Roster, State},
};

/// Does an order, from the look at the file to the report.
pub(super) fn carry_out(desk: &Desk<'_>, opened: &Opened, order: Order, way: Option<Way>) -> Result<Status, Failure> {
    let console = desk.console;
    for warning in &opened.warnings {
        console.warn(warning);
    }
    between::refuse_a_second_run(opened)?;
    let (reader, roster) = opened.ledger()?;
    let planned = plan(desk, opened, order, reader.as_ref(), &roster)?;
    if reader.is_some() && !planned.survey.identified.learned.is_empty() {
        // Before anything can stop this run. Where it cannot be written now, a later run learns it.
        drop(passes::learn_keys(desk, opened, &planned));
    }
    if planned.order.occasion() == Occasion::Invite {
        report::warn_about_rows(desk, &planned.survey, &planned.order);
    }
    kept_out::say(desk, opened, &planned.survey);
    report::warn_about_languages(desk, opened, &planned);
    invited::warn(desk, &planned, reader.as_ref(), &roster)?;
    who::warn_of_changed_addresses(console, &planned, &roster);
    who::warn_of_strangers(console, &planned);
    refuse_what_cannot_be(desk, opened, &planned, reader.as_ref(), &roster)?;
    if planned.to_go() == 0 && (planned.waiting() == 0 || !planned.order.wait) {
        if planned.order.accept_change && reader.is_some() {
            passes::accept_change(desk, opened)?;
        }
        return summary::nothing_to_do(desk, &planned, reader.as_ref(), &roster);
    }
    if let (Some(reader), CampaignKind::ResendAll, None) = (&reader, planned.order.kind, planned.round) {
        round::warn_of_an_earlier_one(desk, opened, reader, planned.order.wanted.session.as_ref())?;
    }
    // A rehearsal's links open nothing, and nobody mails a link that calls something off.
    if way.is_none() && planned.order.occasion() == Occasion::Invite {
        server::ask_before_a_run(desk, opened)?;
    }
    let relay = way.as_ref().map(|way| way.host.clone());
    let forecast = match way {
        // A catcher on this computer sets no limits.
        Some(_) => None,
        None => limits::forecast(desk, opened, &planned, reader.as_ref())?,
    };
    asking::announce(desk, opened, &planned, reader.is_some(), relay.as_deref(), forecast.as_ref());
    calendar::announce(desk, opened, &planned, reader.as_ref())?;
    if let Some(reader) = &reader {
        doubts::list(desk, opened, &planned, reader, &roster)?;
    }
    if planned.order.yes || desk.console.can_ask() {
        limits::refuse_where_nothing_can_go(opened, &planned, forecast.as_ref())?;
    }
    asking::confirm_in_time(desk, &planned.order, forecast.as_ref())?;
    let way = match way {
        Some(way) => way,
        None => Way::of(desk, opened)?,
    };
    let host = way.host.clone();
    let started = std::time::Instant::now();
    let (planned, ending) = passes::run(desk, opened, planned, way)?;
    summary::summary(desk, opened, planned, &ending, &host, started.elapsed())
}

/// Looks at every row and decides.
pub(super) fn plan(
    desk: &Desk<'_>,
    opened: &Opened,
    mut order: Order,
    reader: Option<&Reader>,
    roster: &Roster,
) -> Result<Planned, Failure> {
    let ledgers = (order.occasion() == Occasion::Cancel).then_some(roster);
    who::refuse_an_unknown_session(&opened.press.event, &order.wanted, ledgers)?;
    kept_out::refuse_named(opened, &order)?;
    let terms = meant::current_terms(opened, reader, roster)?;
    let round = match order.kind {
        CampaignKind::ResendAll => round::find(opened, &mut order, reader)?,
        _ => None,
    };
    let mut surveyor = opened.surveyor(roster, &order.wanted, desk);
    surveyor.terms.clone_from(&terms);
    surveyor.occasion = order.occasion();
    let mut survey = surveyor
        .survey(Depth::UnlikeOthers, order.note.as_deref())
        .map_err(|problem| report::file_failure(&problem))?;
    // Whoever is told that it is off is told what the ledger knows, whatever their row says.
    if order.occasion() == Occasion::Invite || !survey.broken.is_empty() {
        report::refuse_problems(&survey, &order)?;
    }
    let removed = match order.occasion() {
        Occasion::Invite => Vec::new(),
        Occasion::Cancel => removed::enter(&mut survey, opened, &order, reader, roster)?,
    };
    let meant_rows = meant::meant_rows(&survey, roster, &order, opened)?;
    let mut fates = meant::fates(&survey, &order, roster, &terms, meant_rows.as_ref(), desk.around.now());
    who::refuse_never_mailed(&survey, &order, &fates)?;
    if order.note.is_some() {
        report::refuse_a_note_nobody_sees(opened, order.occasion(), &survey)?;
    }
    let over = if opened.press.event.is_over(desk.around.now()) {
        HashSet::new()
    } else {
        meant::leave_out_what_is_over(desk, &survey, &order, &mut fates)
    };
    let parties = match order.occasion() {
        Occasion::Invite => opened.parties(&survey),
        Occasion::Cancel => Arc::default(),
    };
    if let Some(most) = order.limit {
        limit(&mut fates, most, |number| parties.first(number));
    }
    let strangers = match (&order.selection, order.accept_change) {
        (Selection::Send, false) => who::strangers(&survey, meant_rows.as_ref()),
        _ => Vec::new(),
    };
    let mut concerned = meant::concerned(&survey, &order, &fates, meant_rows);
    concerned.retain(|number| !over.contains(number));
    let known = survey.identified.known.values().filter_map(|person| roster.by_id(*person));
    let known =
        known.filter(|standing| standing.ever_sent || matches!(standing.state, State::InDoubt | State::Sending));
    let mailed_before = known.count() as u64;
    let calendar = calendar::style(opened, &order, reader, &survey)?;
    let organizer = calendar::organizer(opened, reader)?;
    let mut invited = invited::of(opened, order.occasion(), reader, roster, &fates)?;
    let out = kept_out::leave_out_where_it_goes(&opened.suppressed, &mut fates, &invited, &HashMap::new());
    for (row, list) in out {
        survey.keep_out(list, true);
        invited.remove(&row);
        concerned.remove(&row);
    }
    Ok(Planned {
        order,
        survey,
        fates,
        concerned,
        strangers,
        round,
        mailed_before,
        calendar,
        invited,
        organizer,
        removed,
        parties,
        suppressed: None,
    })
}

/// Stops before anything is asked or sent, where the order cannot be right.
fn refuse_what_cannot_be(
    desk: &Desk<'_>,
    opened: &Opened,
    planned: &Planned,
    reader: Option<&Reader>,
    roster: &Roster,
) -> Result<(), Failure> {
    let order = &planned.order;
    let mut problems = planned.strangers.clone();
    if let (Some(reader), Selection::Send) = (reader, &order.selection)
        && let Some(change) =
            event_change::look(opened, reader, roster, &planned.survey, planned.order.wanted.session.as_ref())?
    {
        if change.is_settled || order.accept_change {
            change.problems().iter().for_each(|told| desk.console.warn(told));
        } else {
            problems.extend(change.problems());
        }
    }
    if !problems.is_empty() {
        return Err(Failure { status: Status::BadInput, problems });
    }
    match order.occasion() {
        Occasion::Invite => refuse_over(desk, opened, planned),
        Occasion::Cancel => Ok(()),
    }
}

/// Stops where links to be mailed work no more.
pub(super) fn refuse_over(desk: &Desk<'_>, opened: &Opened, planned: &Planned) -> Result<(), Failure> {
    let goes = planned.fates.iter().map(|fate| matches!(fate, Fate::Go(_)));
    let all = (1..).zip(&planned.survey.rows).zip(goes);
    let over: Vec<u32> = all.filter(|((_, row), goes)| row.over && *goes).map(|((number, _), _)| number).collect();
    let event = &opened.press.event;
    if over.is_empty() {
        return Ok(());
    }
    if event.is_over(desk.around.now()) {
        let closed = words::moment(event.closes(), event.window.zone());
        return Err(Failure::bad_input(
            Told::new(format!("the event is over: its links stopped working {closed}"))
                .hint("correct `starts` and `ends`; for a new event, give event.toml a new id as well"),
        ));
    }
    Err(Failure { status: Status::BadInput, problems: report::rows_over(&planned.survey, &over) })
}

/// A composer for the rows that go.
pub(super) fn composer(opened: &Opened, planned: &Planned, roster: Roster, making: Making) -> Composer {
    Composer {
        press: opened.press.clone(),
        rules: opened.rules.clone(),
        stamp: planned.survey.stamp.clone(),
        fates: planned.fates.clone(),
        roster,
        continued: HashMap::new(),
        campaign: CampaignId(0),
        terms: HashMap::new(),
        parties: planned.parties.clone(),
        to: planned.order.to.clone(),
        note: planned.order.note.clone(),
        occasion: planned.order.occasion(),
        calendar: planned.calendar,
        organizer: planned.organizer.clone(),
        told: HashMap::new(),
        invited: planned.invited.clone(),
        behind: planned.removed.iter().map(|one| one.attendee.clone()).collect(),
        making,
        brisk: opened.settings.smtp.as_ref().is_none_or(|smtp| smtp.rate.is_none()),
        now: crate::surroundings::now,
    }
}

/// Whether a run came to its end by itself.
pub(super) fn ended_well(ending: &Ending) -> bool {
    ending.outage.is_none() && ending.failure.is_none() && !ending.interrupted
}
