//! Pass after pass, until nothing is left to wait for.
//!
//! The run lock is held only while a pass runs: a run that waits lets go of it and reads the ledger
//! again afterwards.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use jiff::Timestamp;

use super::{
    Desk, between, calendar, continued,
    deferred::Deferred,
    interrupt::{Interrupt, runtime},
    invited, kept_out, limits, mailing, meant,
    opened::{Opened, ledger_failure},
    order::{Order, Planned},
    pass::{Course, pass},
    relay::{self, Way},
    removed, report, round,
};
use crate::{
    attendees::FileProblem,
    campaign::{Composer, Depth, Ended, Journal, Making, Wanted, words},
    delivery::smtp::SmtpMailer,
    failure::{Failure, Status, Told},
    invitation::Occasion,
    ledger::{CampaignId, CampaignKind, Ledger, LedgerProblem, Unrecorded, Writer},
    model::Outage,
};

/// How a run ended.
#[derive(Debug, Default)]
pub(super) struct Ending {
    pub(super) outage: Option<Outage>,
    pub(super) failure: Option<Told>,
    pub(super) interrupted: bool,
    /// Accepted in this run.
    pub(super) accepted: u64,
    /// Whether the first pass had every mail accepted, and all of it is recorded.
    pub(super) in_one_pass: bool,
    /// When it began.
    pub(super) began: Option<Timestamp>,
    /// What the ledger calls this run.
    pub(super) campaign: Option<CampaignId>,
    /// What became of mails, and could not be written down.
    pub(super) unrecorded: Vec<Unrecorded>,
    /// Whether the attendee file changed while the run waited.
    pub(super) file_changed: bool,
    /// When the next deferred row is due, where the run did not wait for it.
    pub(super) next_due: Option<Timestamp>,
}

/// Mails what was planned, and waits for what is deferred where that is wished.
pub(super) fn run(desk: &Desk<'_>, opened: &Opened, planned: Planned, way: Way) -> Result<(Planned, Ending), Failure> {
    let runtime = runtime()?;
    let Way { mailer, connections, trace, .. } = way;
    let waits = mailer.waits();
    let passes = limits::waits_told(waits, desk.console, all_passes(desk, opened, planned, mailer, connections));
    let ended = runtime.block_on(relay::traced(trace, desk.console, passes));
    desk.console.end_progress();
    runtime.shutdown_background();
    ended
}

async fn all_passes(
    desk: &Desk<'_>,
    opened: &Opened,
    mut planned: Planned,
    mailer: SmtpMailer,
    connections: usize,
) -> Result<(Planned, Ending), Failure> {
    let interrupt = Interrupt::listen(desk.console);
    let taken = planned.taken();
    let mailer = Arc::new(mailer);
    let mut ending = Ending { began: Some(desk.around.now()), ..Ending::default() };
    let mut campaign = planned.round;
    let (mut first, mut place) = (true, None);
    loop {
        let mut ledger = if first {
            between::open_ledger(desk, opened)?
        } else {
            match between::ledger_again(desk, opened, &interrupt).await {
                Ok(Some(ledger)) => ledger,
                Ok(None) => {
                    ending.interrupted = true;
                    return Ok((planned, ending));
                }
                Err(failure) => {
                    ending.failure = failure.problems.into_iter().next();
                    return Ok((planned, ending));
                }
            }
        };
        if place.get_or_insert_with(|| ledger.place().clone()) != ledger.place() {
            let gone = LedgerProblem::Gone { path: ledger.path().to_owned() };
            ending.failure = Some(Told::new(gone.to_string()).hint(gone.hint()));
            return Ok((planned, ending));
        }
        limits::remember(&mailer, &ledger, opened, desk.around.now())?;
        let composer = match replan(desk, opened, &mut planned, &mut ledger, &taken, campaign, first) {
            Ok(Some(composer)) => composer,
            Ok(None) => {
                ending.file_changed = true;
                return Ok((planned, ending));
            }
            Err(failure) if first => return Err(failure),
            Err(failure) => {
                ending.failure = failure.problems.into_iter().next();
                return Ok((planned, ending));
            }
        };
        campaign = Some(composer.campaign);
        ending.campaign = campaign;
        let total = composer.total();
        let course = Course {
            connections,
            is_proven: ending.accepted > 0,
            is_patient: planned.order.wait,
            lasts: limits::forecast(desk, opened, &planned, Some(&ledger))?.map(|sum| sum.lasts(desk.around.now())),
            ..Course::alone(&interrupt)
        };
        let (ledger, ended, unrecorded) = one_pass(desk, opened, ledger, composer, mailer.clone(), course).await?;
        ending.unrecorded = unrecorded;
        ending.accepted += ended.tally.accepted;
        (ending.outage, ending.failure) = (ended.outage, ended.failure);
        ending.interrupted = interrupt.was_hit();
        let Some(ledger) = ledger else { return Ok((planned, ending)) };
        ending.in_one_pass = first && planned.waiting() == 0 && ended.tally.accepted == total;
        let left = if ending.in_one_pass {
            Deferred::default()
        } else {
            Deferred::of(&ledger, &planned, &taken, campaign, desk.around.now())?
        };
        let is_over = !mailing::ended_well(&ending);
        if is_over || !planned.order.wait {
            ending.next_due = left.dues.iter().min().copied();
        }
        if is_over {
            return Ok((planned, ending));
        }
        if left.open == 0 {
            finish(desk, ledger, campaign)?;
            return Ok((planned, ending));
        }
        drop(ledger);
        let Some((due, together)) = left.next_pass(desk.around.now()).filter(|_| planned.order.wait) else {
            return Ok((planned, ending));
        };
        let wait = between::Wait { due, together, open: left.open };
        between::wait_until(desk, wait, &planned.order.command, &interrupt).await;
        if interrupt.was_hit() {
            ending.interrupted = true;
            return Ok((planned, ending));
        }
        first = false;
    }
}

/// Looks at the rows again, under the lock: the ledger may have changed since the question was asked.
/// `None` where the attendee file changed while the run waited.
fn replan(
    desk: &Desk<'_>,
    opened: &Opened,
    planned: &mut Planned,
    ledger: &mut Ledger,
    taken: &HashSet<u32>,
    campaign: Option<CampaignId>,
    first: bool,
) -> Result<Option<Composer>, Failure> {
    let failed = |problem| ledger_failure(&problem);
    let now = desk.around.now();
    let roster = ledger.roster().map_err(failed)?;
    let mut terms = HashMap::new();
    for session in opened.press.parts() {
        let Some(of_session) = opened.press.terms(session) else { continue };
        terms.insert(session.cloned(), ledger.terms_id(&of_session, now).map_err(failed)?);
    }
    let current = meant::current_terms(opened, Some(&*ledger), &roster)?;
    if first && planned.order.accept_change {
        ledger.accept_change(&opened.press.terms_digest()).map_err(failed)?;
    }
    let suppressed = kept_out::changed(opened, planned)?;
    let as_planned = first && roster.is_empty() && planned.survey.identified.known.is_empty() && suppressed.is_none();
    if !as_planned {
        let everybody = Wanted::default();
        let mut surveyor = opened.surveyor(&roster, &everybody, desk);
        surveyor.terms.clone_from(&current);
        surveyor.stamp = planned.survey.stamp.as_ref();
        surveyor.occasion = planned.order.occasion();
        surveyor.suppressed = suppressed.as_ref().or(planned.suppressed.as_ref()).unwrap_or(&opened.suppressed);
        let survey = match surveyor.survey(Depth::Rows, None) {
            Err(FileProblem::Changed { .. }) if !first => return Ok(None),
            survey => survey.map_err(|problem| report::file_failure(&problem))?,
        };
        if !survey.broken.is_empty() {
            return Err(Failure { status: Status::BadInput, problems: survey.broken });
        }
        if let Some(suppressed) = &suppressed {
            let out = kept_out::take_out(planned, &survey, suppressed);
            if out > 0 {
                let who = words::counted(out, "person more is", "people more are");
                desk.console.say(&format!("{who} kept out: they were put on a list since this run began"));
            }
        }
        planned.survey.identified = survey.identified;
        removed::know(&mut planned.survey, &planned.removed);
    }
    planned.suppressed = suppressed.or(planned.suppressed.take());
    let order = if first {
        planned.order.clone()
    } else {
        Order { selection: planned.order.of_later_passes(), ..planned.order.clone() }
    };
    planned.fates = meant::fates(&planned.survey, &order, &roster, &current, Some(taken), now);
    let campaign = if let Some(campaign) = campaign {
        campaign
    } else {
        let selection = match planned.order.kind {
            CampaignKind::ResendAll => round::selection(opened, planned.order.wanted.session.as_ref()),
            _ => planned.order.command.clone(),
        };
        ledger.campaign_begin(planned.order.kind, &selection, planned.order.note.as_deref(), now).map_err(failed)?
    };
    if first && planned.order.occasion() == Occasion::Invite {
        planned.calendar = ledger.settle_calendar(planned.calendar, &planned.organizer).map_err(failed)?;
    }
    let continued = continued::taken_over(ledger, &roster, &planned.fates, &order, Some(campaign))?;
    let told = calendar::entries(ledger, &roster, &planned.fates)?;
    planned.invited = invited::of(opened, order.occasion(), Some(ledger), &roster, &planned.fates)?;
    let suppressed = planned.suppressed.as_ref().unwrap_or(&opened.suppressed);
    for (row, _) in kept_out::leave_out_where_it_goes(suppressed, &mut planned.fates, &planned.invited, &continued) {
        planned.concerned.remove(&row);
    }
    let mut composer = mailing::composer(opened, planned, roster, Making::Real);
    composer.continued = continued;
    composer.told = told;
    composer.campaign = campaign;
    composer.terms = terms;
    Ok(Some(composer))
}

/// Remembers that today's values are accepted, where nobody is to be mailed.
pub(super) fn accept_change(desk: &Desk<'_>, opened: &Opened) -> Result<(), Failure> {
    let mut ledger = between::open_ledger(desk, opened)?;
    ledger.accept_change(&opened.press.terms_digest()).map_err(|problem| ledger_failure(&problem))
}

/// Has the ledger learn the ids that people have now, where there is no other reason to write.
pub(super) fn learn_keys(desk: &Desk<'_>, opened: &Opened, planned: &Planned) -> Result<(), Failure> {
    let mut ledger = between::open_ledger(desk, opened)?;
    ledger.learn_keys(&planned.survey.identified.learned).map_err(|problem| ledger_failure(&problem))
}

async fn one_pass(
    desk: &Desk<'_>,
    opened: &Opened,
    ledger: Ledger,
    composer: Composer,
    mailer: Arc<SmtpMailer>,
    course: Course,
) -> Result<(Option<Ledger>, Ended, Vec<Unrecorded>), Failure> {
    let writer = Writer::start(ledger).map_err(|problem| ledger_failure(&problem))?;
    let handle = writer.handle();
    let journal = Journal::Ledger(handle.clone());
    let (ended, _) = pass(desk.console, opened, journal, composer, mailer, course).await;
    match writer.close() {
        Ok(ledger) => Ok((Some(ledger), ended, Vec::new())),
        Err(problem) => {
            let failure = ended.failure.clone().or(Some(Told::new(problem.to_string()).hint(problem.hint())));
            Ok((None, Ended { failure, ..ended }, handle.unrecorded()))
        }
    }
}

fn finish(desk: &Desk<'_>, mut ledger: Ledger, campaign: Option<CampaignId>) -> Result<(), Failure> {
    if let Some(campaign) = campaign {
        ledger.campaign_finish(campaign, desk.around.now()).map_err(|problem| ledger_failure(&problem))?;
    }
    Ok(())
}
