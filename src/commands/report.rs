//! What is said before and after: problems, who must choose, the summary, and the exit status.

use std::{collections::HashSet, time::Duration};

use super::{
    Desk,
    mailing::{Order, Planned},
    opened::{Opened, ledger_failure},
    passes::Ending,
    relay, unrecorded,
};
use crate::{
    attendees::FileProblem,
    campaign::{Changed, Fate, Reason, Selection, Survey, Wanted, grouped, rough_time, words},
    failure::{Failure, Status, Told},
    ledger::{Reader, Roster, State, Unrecorded},
};

/// Rows named in a list; the rest is counted.
const NAMED: usize = 20;

/// An attendee file that cannot be read.
pub(super) fn file_failure(problem: &FileProblem) -> Failure {
    let problems = problem.listed().into_iter().map(|(what, hint)| Told::new(what).maybe_hint(hint)).collect();
    Failure { status: Status::BadInput, problems }
}

/// Stops while a problem remains, unless it does not concern the order.
pub(super) fn refuse_problems(survey: &Survey, order: &Order) -> Result<(), Failure> {
    let named = !order.wanted.addresses.is_empty();
    let chosen: HashSet<u32> = survey.found.iter().map(|found| found.number).collect();
    let concerns = |number: u32| !named || chosen.contains(&number);
    let mut problems: Vec<Told> =
        survey.faults.iter().filter(|fault| concerns(fault.number)).map(|fault| fault.told.clone()).collect();
    if survey.broken.is_empty() && (problems.is_empty() || order.skip_invalid) {
        return Ok(());
    }
    problems.extend(survey.broken.iter().cloned());
    let shown = problems.len() as u64;
    if !named && survey.problems > shown {
        problems.push(Told::new(format!("and {} more problems", grouped(survey.problems - shown))));
    }
    let last = Told::new(format!(
        "nothing was sent: {} to mend first",
        words::counted(shown.max(if named { 0 } else { survey.problems }), "problem", "problems")
    ));
    // A file that cannot be read to its end has no sound others; a rehearsal is for all or nobody.
    let can_skip = !named
        && survey.broken.is_empty()
        && survey.sound_rows().next().is_some()
        && order.command != "roomkey rehearse";
    problems.push(if can_skip { last.hint("or send to the others only: `--skip-invalid`") } else { last });
    Err(Failure { status: Status::BadInput, problems })
}

/// Warns about rows that are left out, or that say something else than was mailed.
pub(super) fn warn_about_rows(desk: &Desk<'_>, survey: &Survey, order: &Order) {
    let console = desk.console;
    for told in survey.duplicate_warnings() {
        console.warn(&told);
    }
    let named: Option<HashSet<u32>> =
        (!order.wanted.addresses.is_empty()).then(|| survey.found.iter().map(|found| found.number).collect());
    let mut left_out: Vec<_> = survey.faults.iter().collect();
    left_out.dedup_by_key(|fault| fault.number);
    if let Some(named) = named {
        left_out.retain(|fault| named.contains(&fault.number));
        for fault in &left_out {
            console.warn(&Told::new(format!("left out: {} ({})", fault.who, fault.told.what)));
        }
        let others = (survey.unsound.len() - left_out.len()) as u64;
        if others > 0 {
            let rows = words::counted(others, "row that you did not name has", "rows that you did not name have");
            console.warn(&Told::new(format!("{rows} problems")).hint("`roomkey check` lists them"));
        }
    } else if order.skip_invalid && survey.problems > 0 {
        for fault in &left_out {
            console.warn(&Told::new(format!("left out: {} ({})", fault.who, fault.told.what)));
        }
        let more = (survey.unsound.len() - left_out.len()) as u64;
        if more > 0 {
            let rows = words::counted(more, "more row is", "more rows are");
            console
                .warn(&Told::new(format!("{rows} left out")).hint("`roomkey status --state skipped` lists them all"));
        }
    }
    for Changed { at, email, .. } in survey.changed.iter().take(NAMED) {
        console.warn(
            &Told::new(format!("{at}: {email} was mailed another name, room, time or role than the file has now"))
                .hint(format!("to mail it again: `roomkey resend {email}`")),
        );
    }
    if let Some(more) = survey.changed.len().checked_sub(NAMED + 1) {
        console.warn(&Told::new(format!("and {} more such rows", more + 1)));
    }
}

/// Rows whose own times are over already.
pub(super) fn rows_over(opened: &Opened, lines: &[u64]) -> Vec<Told> {
    let file = &opened.rules.shown_as;
    let told = |line: &u64| {
        Told::new(format!("{file}:{line}: the time in this row is over: its link works no more"))
            .hint("correct the row's `starts` and `ends`, or leave both empty for the event's own")
    };
    let mut all: Vec<Told> = lines.iter().take(NAMED).map(told).collect();
    if lines.len() > NAMED {
        all.push(Told::new(format!("and {} more such rows", grouped((lines.len() - NAMED) as u64))));
    }
    all
}

/// Stops where a note was given that an own template would not show.
pub(super) fn refuse_a_note_nobody_sees(opened: &Opened, survey: &Survey) -> Result<(), Failure> {
    let event = &opened.press.event.language;
    let languages = survey.counts.languages.keys().filter_map(|tag| crate::model::Language::parse(tag).ok());
    for language in std::iter::once(event.clone()).chain(languages) {
        if !opened.press.templates.uses_note(&language) {
            return Err(Failure::bad_input(
                Told::new(format!("your templates for `{language}` do not show `note`: nobody would read it"))
                    .hint("put {{ note }} into invite.txt and invite.html, or send without --note"),
            ));
        }
    }
    Ok(())
}

/// Says why there is nothing to mail.
pub(super) fn nothing_to_do(
    desk: &Desk<'_>,
    planned: &Planned,
    reader: Option<&Reader>,
    roster: &Roster,
) -> Result<Status, Failure> {
    if matches!(planned.order.selection, Selection::Round { .. }) && planned.concerned.is_empty() {
        return Err(Failure::bad_input(
            Told::new("nobody was mailed so far: there is nothing to mail again")
                .hint("`roomkey send` is the first step"),
        ));
    }
    desk.console.say(match planned.order.selection {
        Selection::InState(State::Failed) => "nothing to send: nobody's mail has failed",
        Selection::InState(_) => "nothing to send: nobody's mail is in doubt",
        _ if planned.waiting() > 0 => "nothing to send yet: what is left has to wait",
        _ => "nothing to send: everybody concerned was mailed, or needs you first",
    });
    let due = planned.fates.iter().filter_map(|fate| match fate {
        Fate::Left(Reason::NotDue(due)) => Some(*due),
        _ => None,
    });
    if let Some(due) = due.min() {
        let wait = relay::length(due.duration_since(desk.around.now()));
        let who = words::people(planned.waiting());
        desk.console.say(&format!("{who} can be tried again in {wait}: `{}` then", planned.order.command));
    }
    if planned.round.is_some() {
        desk.console.say("this round of `resend --all` has reached everybody it can; `--again` starts a new one");
    }
    let status = verdict(planned, roster);
    list_the_others(desk, planned, reader, roster, &[])?;
    Ok(status)
}

/// Says how a run ended, each failure with the way to go on.
pub(super) fn summary(
    desk: &Desk<'_>,
    opened: &Opened,
    mut planned: Planned,
    ending: &Ending,
    host: &str,
    time: Duration,
) -> Result<Status, Failure> {
    let (reader, roster) = opened.ledger()?;
    let survey = opened.surveyor(&roster, None, &Wanted::default(), desk).survey(crate::campaign::Depth::Rows, None);
    // The file may have gone meanwhile: then people are told apart by what was known before.
    if let Ok(survey) = survey {
        planned.survey.identified = survey.identified;
    }
    let refused = count(&planned, &roster, State::Failed);
    let mut line = format!("{} accepted by {host}", grouped(ending.accepted));
    for (number, word) in [
        (refused, "refused"),
        (count(&planned, &roster, State::Deferred), "deferred"),
        (count(&planned, &roster, State::InDoubt) + count(&planned, &roster, State::Sending), "in doubt"),
    ] {
        if number > 0 {
            line.push_str(&format!(", {} {word}", grouped(number)));
        }
    }
    let left_out = planned.concerned.iter().filter(|row| planned.survey.unsound.contains(row)).count() as u64;
    if left_out > 0 {
        line.push_str(&format!(", {} left out", grouped(left_out)));
    }
    desk.console.say(&format!("{line}, in {}", rough_time(time)));
    list_the_others(desk, &planned, reader.as_ref(), &roster, &ending.unrecorded)?;
    unrecorded::tell(desk, &ending.unrecorded);
    close(desk, &planned, ending, host, &roster)
}

/// The last lines: what stopped the run, and how to go on.
fn close(desk: &Desk<'_>, planned: &Planned, ending: &Ending, host: &str, roster: &Roster) -> Result<Status, Failure> {
    let go_on = go_on(planned, ending, roster);
    if let Some(outage) = &ending.outage {
        desk.console.problem(&relay::outage_told(outage, host));
        desk.console.say(&go_on);
    }
    if ending.file_changed {
        desk.console.say(&format!(
            "the attendee file changed while this run waited, so it stops here: `{}` goes on with the file as it is now",
            planned.order.command
        ));
    }
    if let Some(failure) = &ending.failure {
        return Err(Failure::of(Status::Unexpected, failure.clone()));
    }
    if ending.interrupted {
        desk.console.say(&format!("interrupted; {go_on}"));
        return Ok(Status::Interrupted);
    }
    if ending.outage.is_some() {
        return Ok(Status::NotNow);
    }
    if let Some(due) = ending.next_due {
        let wait = due.duration_since(desk.around.now());
        desk.console.say(&format!("what is deferred can go again in {}: {go_on}", relay::length(wait)));
    }
    Ok(verdict(planned, roster))
}

/// The command that goes on with what a run left.
fn go_on(planned: &Planned, ending: &Ending, roster: &Roster) -> String {
    let order = &planned.order;
    if order.selection != Selection::Again {
        return format!("`{}` goes on with the rest, and mails nobody twice", order.command);
    }
    // Named people: those whom this run has no mail for; a mail of it that was deferred is `send`'s.
    let reached = |number| {
        let standing = planned.survey.person(number).and_then(|person| roster.by_id(person));
        standing.is_some_and(|standing| Some(standing.last.campaign) == ending.campaign)
    };
    let rest: Vec<String> = planned
        .survey
        .found
        .iter()
        .filter(|found| planned.concerned.contains(&found.number) && !reached(found.number))
        .filter_map(|found| found.attendee.as_ref())
        .map(|attendee| crate::console::shell_word(attendee.email.as_str()))
        .collect();
    if rest.is_empty() {
        return "`roomkey send` goes on with what was deferred".to_owned();
    }
    format!("`{}` goes on with the rest", order.command.replacen("EMAIL", &rest.join(" "), 1))
}

fn count(planned: &Planned, roster: &Roster, state: State) -> u64 {
    standings(planned, roster).filter(|standing| state_for(planned, standing) == state).count() as u64
}

/// A person's state as an order sees it: to `send`, who was mailed once is mailed; to a mail again,
/// what became of it counts.
fn state_for(planned: &Planned, standing: &crate::ledger::Standing) -> State {
    if planned.order.selection == Selection::Send { standing.state } else { standing.last.state }
}

fn standings<'a>(planned: &'a Planned, roster: &'a Roster) -> impl Iterator<Item = &'a crate::ledger::Standing> {
    planned.concerned.iter().filter_map(|row| planned.survey.person(*row)).filter_map(|person| roster.by_id(person))
}

/// What the ledger says of the rows concerned.
fn verdict(planned: &Planned, roster: &Roster) -> Status {
    let doubt = |state| matches!(state, State::InDoubt | State::Sending);
    let mut worst = Status::Done;
    for row in &planned.concerned {
        let state =
            planned.survey.person(*row).and_then(|person| roster.by_id(person)).map(|s| (s.state, s.last.state));
        let this = match state {
            Some((state, last)) if doubt(state) || doubt(last) => Status::SomeInDoubt,
            Some((State::Sent, State::Sent)) => Status::Done,
            // A mail again that failed leaves the first one standing, and still needs somebody.
            Some((State::Sent, _)) if matches!(planned.order.selection, Selection::Send) => Status::Done,
            _ => Status::SomeFailed,
        };
        worst = worst.max(this);
    }
    worst
}

/// Lists the rows that were not sent, with reason and command.
fn list_the_others(
    desk: &Desk<'_>,
    planned: &Planned,
    reader: Option<&Reader>,
    roster: &Roster,
    told_apart: &[Unrecorded],
) -> Result<(), Failure> {
    let Some(reader) = reader else { return Ok(()) };
    let mut listed = 0_usize;
    for standing in standings(planned, roster) {
        let state = if state_for(planned, standing) == State::Sent { State::Sent } else { standing.last.state };
        if state == State::Sent
            || told_apart.iter().any(|one| one.to.to_string().eq_ignore_ascii_case(standing.address()))
        {
            continue;
        }
        listed += 1;
        if listed > NAMED {
            continue;
        }
        let mailing = reader.mailing(standing.last.id).map_err(|problem| ledger_failure(&problem))?;
        let email = standing.address();
        let elsewhere =
            mailing.as_ref().map(|mailing| &mailing.address).filter(|to| to.folded() != email.to_lowercase());
        let reply = match (state, mailing.as_ref().and_then(|mailing| mailing.reply.clone())) {
            (State::Pending, _) => "settled as not arrived".to_owned(),
            (_, Some(reply)) => reply,
            (State::InDoubt | State::Sending, None) => "the run was cut off while it was handed over".to_owned(),
            (_, None) => "no reply".to_owned(),
        };
        let resend = format!("`roomkey resend {}`", crate::console::shell_word(email));
        let (word, hint) = match state {
            State::Failed if elsewhere.is_some() => {
                ("refused there", format!("try another address: {resend} with --to"))
            }
            State::Failed if standing.state == State::Sent => ("refused", format!("try again: {resend}")),
            State::Failed => ("refused", format!("correct the address and run `roomkey send`, or {resend}")),
            State::Deferred if standing.last.next_attempt.is_none() => {
                ("given up for now", "`roomkey send` tries once more".to_owned())
            }
            State::Deferred => ("deferred", "`roomkey send` tries again".to_owned()),
            State::InDoubt | State::Sending => {
                ("in doubt", format!("look whether it arrived: `roomkey settle {email} --arrived` or `--not-arrived`"))
            }
            State::Pending | State::Sent => ("not sent", "`roomkey send`".to_owned()),
        };
        let at = elsewhere.map_or(String::new(), |to| format!(", mailed to {to}"));
        desk.console.warn(&Told::new(format!("{email}{at}: {word}: {reply}")).hint(hint));
    }
    if listed > NAMED {
        desk.console.say(&format!("and {} more: `roomkey status` lists them", grouped((listed - NAMED) as u64)));
    }
    Ok(())
}
