//! What `send`, `resend` and `rehearse` have in common: look, plan, say, ask, mail, report.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use super::{
    Desk, asking, between, calendar, doubts, event_change, invited, limits,
    opened::{Opened, ledger_failure},
    order::{Order, Planned},
    passes::{self, Ending},
    relay::Way,
    removed, report, round, server, summary, who,
};
use crate::{
    campaign::{Composer, Depth, Fate, Making, Reason, Selection, Survey, decide, limit, words},
    failure::{Failure, Status, Told},
    invitation::Occasion,
    ledger::{CampaignId, CampaignKind, Reader, Roster, State, TermsId},
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
        round::warn_of_an_earlier_one(desk, opened, reader)?;
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
    if order.occasion() == Occasion::Invite {
        who::refuse_an_unknown_session(&opened.press.event, &order.wanted)?;
    }
    let terms = current_terms(opened, reader, roster)?;
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
    let meant = meant_rows(&survey, roster, &order, opened)?;
    let mut fates = fates(&survey, &order, roster, &terms, meant.as_ref(), desk.around.now());
    who::refuse_never_mailed(&survey, &order, &fates)?;
    if order.note.is_some() {
        report::refuse_a_note_nobody_sees(opened, order.occasion(), &survey)?;
    }
    let over = if opened.press.event.is_over(desk.around.now()) {
        HashSet::new()
    } else {
        leave_out_what_is_over(desk, &survey, &order, &mut fates)
    };
    let parties = match order.occasion() {
        Occasion::Invite => opened.parties(&survey),
        Occasion::Cancel => Arc::default(),
    };
    if let Some(most) = order.limit {
        limit(&mut fates, most, |number| parties.first(number));
    }
    let strangers = match (&order.selection, order.accept_change) {
        (Selection::Send, false) => who::strangers(&survey, meant.as_ref()),
        _ => Vec::new(),
    };
    let mut concerned = concerned(&survey, &order, &fates, meant);
    concerned.retain(|number| !over.contains(number));
    let known = survey.identified.known.values().filter_map(|person| roster.by_id(*person));
    let known =
        known.filter(|standing| standing.ever_sent || matches!(standing.state, State::InDoubt | State::Sending));
    let mailed_before = known.count() as u64;
    let calendar = calendar::style(opened, &order, reader, &survey)?;
    let organizer = calendar::organizer(opened, reader)?;
    let invited = invited::of(opened, order.occasion(), reader, roster, &fates)?;
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
    })
}

/// Each row's fate under a selection.
pub(super) fn fates(
    survey: &Survey,
    order: &Order,
    roster: &Roster,
    terms: &HashSet<TermsId>,
    meant: Option<&HashSet<u32>>,
    now: jiff::Timestamp,
) -> Vec<Fate> {
    let mut fates = vec![Fate::Left(Reason::NotMeant); survey.rows.len()];
    for number in survey.sound_rows() {
        if meant.is_some_and(|meant| !meant.contains(&number)) || !is_in_session(survey, order, number) {
            continue;
        }
        let standing = survey.person(number).and_then(|person| roster.by_id(person));
        let corrected = survey.identified.corrected.contains_key(&number);
        let mut fate = decide(&order.selection, standing, corrected, now);
        // A mail in doubt keeps its Message-ID, so that a mailbox can drop the double; not where the
        // new one says something else, or goes elsewhere: it would be dropped as well.
        if let (Fate::Go(task), Some(standing)) = (&mut fate, standing) {
            let other_terms = standing.held.as_ref().is_some_and(|held| !terms.contains(&held.terms));
            let settled = standing.last.state == State::Pending;
            let in_doubt = matches!(standing.last.state, State::InDoubt | State::Sending);
            let other_words = order.note.is_some() || order.to.is_some();
            let own = match &order.selection {
                Selection::Send | Selection::Due | Selection::Cancel { .. } => true,
                Selection::Round { done } => done.contains_key(&standing.person),
                _ => false,
            };
            let again = task.mailing == Some(standing.last.id) && !own;
            if again && ((settled || in_doubt) && other_words || in_doubt && other_terms) {
                task.mailing = None;
            }
        }
        if let Some(index) = usize::try_from(number).ok().and_then(|number| number.checked_sub(1)) {
            fates[index] = fate;
        }
    }
    fates
}

/// The ledger's numbers of the values that the event, or its sessions, have now, as far as people hold mails of them.
pub(super) fn current_terms(
    opened: &Opened,
    reader: Option<&Reader>,
    roster: &Roster,
) -> Result<HashSet<TermsId>, Failure> {
    let mut current = HashSet::new();
    let Some(reader) = reader else { return Ok(current) };
    let ids: HashSet<TermsId> = roster.people().iter().filter_map(|s| s.held.as_ref()).map(|held| held.terms).collect();
    for id in ids {
        let terms = reader.terms(id).map_err(|problem| ledger_failure(&problem))?;
        if terms.is_some_and(|then| event_change::is_of_today(opened, &then)) {
            current.insert(id);
        }
    }
    Ok(current)
}

/// Rows the command names; `None` where it means everybody.
fn meant_rows(
    survey: &Survey,
    roster: &Roster,
    order: &Order,
    opened: &Opened,
) -> Result<Option<HashSet<u32>>, Failure> {
    if order.wanted.addresses.is_empty() {
        return Ok(None);
    }
    who::refuse_unknown_or_several(survey, roster, &order.wanted, &opened.rules.shown_as)?;
    Ok(Some(survey.found.iter().map(|found| found.number).collect()))
}

fn concerned(survey: &Survey, order: &Order, fates: &[Fate], meant: Option<HashSet<u32>>) -> HashSet<u32> {
    let going = |(row, fate): (u32, &Fate)| matches!(fate, Fate::Go(_)).then_some(row);
    // Whom the command leaves out for a problem in their row, it was still meant for.
    let left_out = survey.unsound.iter().copied().filter(|_| order.skip_invalid && meant.is_none()).collect::<Vec<_>>();
    let concerned: HashSet<u32> = match (meant, order.limit, &order.selection) {
        (Some(meant), None, _) => meant,
        (None, None, Selection::Send) => survey.sound_rows().chain(survey.unsound.iter().copied()).collect(),
        (None, None, Selection::Round { .. } | Selection::Cancel { .. }) => (1..)
            .zip(fates)
            .filter(|(_, fate)| !matches!(fate, Fate::Left(Reason::NeverMailed | Reason::NotMeant)))
            .map(|(row, _)| row)
            .collect(),
        _ => (1..).zip(fates).filter_map(going).collect(),
    };
    let is_meant = |row: &u32| survey.unsound.contains(row) || is_in_session(survey, order, *row);
    concerned.into_iter().chain(left_out).filter(is_meant).collect()
}

/// Whether a row is for the session that a command names; any row is where it names none.
fn is_in_session(survey: &Survey, order: &Order, number: u32) -> bool {
    order.wanted.session.as_ref().is_none_or(|session| survey.session(number) == Some(session))
}

/// Leaves out who is to be mailed for sessions that are over, and says so: who registers late for several is mailed
/// for those to come.
fn leave_out_what_is_over(desk: &Desk<'_>, survey: &Survey, order: &Order, fates: &mut [Fate]) -> HashSet<u32> {
    let mut left = HashSet::new();
    if order.occasion() == Occasion::Cancel {
        return left;
    }
    for (number, fate) in (1..).zip(fates) {
        let is_over = survey.rows.get(number as usize - 1).is_some_and(|row| row.over && row.session > 0);
        if is_over && matches!(fate, Fate::Go(_)) {
            *fate = Fate::Left(Reason::NotMeant);
            left.insert(number);
        }
    }
    let sessions: BTreeSet<_> = left.iter().filter_map(|number| survey.session(*number)).collect();
    if !left.is_empty() {
        let keys: Vec<_> = sessions.iter().map(|session| session.as_str()).collect();
        let rows = words::counted(
            left.len() as u64,
            "invitation to a session that is over is",
            "invitations to sessions that are over are",
        );
        desk.console.warn(&Told::new(format!("{rows} left out ({})", keys.join(", "))));
    }
    left
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
        && let Some(change) = event_change::look(opened, reader, roster, &planned.survey)?
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
    let over: Vec<_> = planned.survey.rows.iter().zip(goes).filter(|(row, goes)| row.over && *goes).collect();
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
    let lines: Vec<u64> = over.iter().map(|(row, _)| row.line.into()).collect();
    Err(Failure { status: Status::BadInput, problems: report::rows_over(opened, &lines) })
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
