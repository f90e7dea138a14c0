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
    campaign::{Fate, Reason, Selection, Survey, Wanted, grouped, rough_time, words},
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
    let can_skip = !named && survey.broken.is_empty() && order.command != "roomkey rehearse";
    problems.push(if can_skip { last.hint("or send to the others only: `--skip-invalid`") } else { last });
    Err(Failure { status: Status::BadInput, problems })
}

/// Warns about rows that are left out, or that say something else than was mailed.
pub(super) fn warn_about_rows(desk: &Desk<'_>, survey: &Survey, order: &Order) {
    let console = desk.console;
    for told in survey.duplicate_warnings() {
        console.warn(&told);
    }
    if !order.wanted.addresses.is_empty() && survey.problems > 0 {
        let rows = survey.unsound.len() as u64;
        console.warn(
            &Told::new(format!("{} problems; those you named are fine", words::counted(rows, "row has", "rows have")))
                .hint("`roomkey check` lists them"),
        );
    } else if order.skip_invalid && survey.problems > 0 {
        let mut left_out: Vec<_> = survey.faults.iter().collect();
        left_out.dedup_by_key(|fault| fault.number);
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
    for (at, email) in &survey.changed {
        console.warn(
            &Told::new(format!("{at}: {email} was mailed another name, room, time or role than the file has now"))
                .hint(format!("to mail it again: `roomkey resend {email}`")),
        );
    }
}

/// Addresses that were mailed under a key no row has any more.
pub(super) fn strangers(survey: &Survey) -> Failure {
    let mut problems: Vec<Told> = survey
        .identified
        .strangers
        .iter()
        .take(NAMED)
        .map(|stranger| {
            let line = survey.rows.get(stranger.row as usize - 1).map_or(0, |row| row.line);
            let as_whom = match stranger.mailed_as.id() {
                Some(id) => format!("id {id}"),
                None => format!("\"{}\"", stranger.mailed_name),
            };
            Told::new(format!(
                "line {line}: {} ({}) was mailed before as {as_whom}, which no row is any more",
                stranger.address, stranger.name
            ))
        })
        .collect();
    if let Some(last) = problems.last_mut() {
        last.hint = Some(
            "the same person? Give the row its former id or name again. Somebody new at that address? \
             `roomkey send --accept-change` mails them a link of their own"
                .into(),
        );
    }
    Failure { status: Status::BadInput, problems }
}

/// Stops where a named person is not in the file, or where one name fits several people.
pub(super) fn refuse_unknown_or_several(survey: &Survey, wanted: &Wanted, file: &str) -> Result<(), Failure> {
    let mut problems = Vec::new();
    for (index, address) in wanted.addresses.iter().enumerate() {
        let found: Vec<_> = survey.found.iter().filter(|found| found.wanted == index).collect();
        if found.is_empty() {
            let whom = wanted.name.as_ref().map_or(String::new(), |name| format!(" with the name \"{name}\""));
            problems.push(
                Told::new(format!("{address}{whom} is not in {file}"))
                    .hint("check the spelling; `roomkey status PART-OF-A-NAME` finds people"),
            );
        } else if found.len() > 1 {
            let names: Vec<_> = found
                .iter()
                .filter_map(|found| found.attendee.as_ref())
                .map(|one| format!("\"{}\"", one.name))
                .collect();
            problems.push(
                Told::new(format!("{address} is the address of several people: {}", names.join(", ")))
                    .hint(format!("say whom you mean: --name {}", names.first().map_or("NAME", String::as_str))),
            );
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Failure { status: Status::BadInput, problems }) }
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
    let never: Vec<u32> = (1..)
        .zip(&planned.fates)
        .filter(|(row, fate)| planned.concerned.contains(row) && matches!(fate, Fate::Left(Reason::NeverMailed)))
        .map(|(row, _)| row)
        .collect();
    if matches!(planned.order.selection, Selection::Again) && !never.is_empty() {
        return Err(Failure::bad_input(
            Told::new(format!(
                "{} was never mailed so far: there is nothing to mail again",
                named(&planned.order.wanted)
            ))
            .hint("`roomkey send` mails whoever was not mailed yet; `roomkey send --only EMAIL` just one"),
        ));
    }
    if matches!(planned.order.selection, Selection::Round { .. }) && planned.concerned.is_empty() {
        return Err(Failure::bad_input(
            Told::new("nobody was mailed so far: there is nothing to mail again")
                .hint("`roomkey send` is the first step"),
        ));
    }
    desk.console.say("nothing to send: everybody concerned was mailed, or needs you first");
    if planned.round.is_some() {
        desk.console.say("this round of `resend --all` has reached everybody it can; `--again` starts a new one");
    }
    let status = verdict(planned, roster);
    list_the_others(desk, planned, reader, roster, &[])?;
    Ok(status)
}

fn named(wanted: &Wanted) -> String {
    wanted.addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
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
    close(desk, &planned, ending, host, verdict(&planned, &roster))
}

/// The last lines: what stopped the run, and how to go on.
fn close(desk: &Desk<'_>, planned: &Planned, ending: &Ending, host: &str, verdict: Status) -> Result<Status, Failure> {
    let go_on = format!("`{}` goes on with the rest, and mails nobody twice", planned.order.command);
    if let Some(outage) = &ending.outage {
        desk.console.problem(&relay::outage_told(outage, host));
        desk.console.say(&go_on);
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
    Ok(verdict)
}

fn count(planned: &Planned, roster: &Roster, state: State) -> u64 {
    standings(planned, roster).filter(|standing| standing.state == state).count() as u64
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
        let state = standing.last.state;
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
        let reply = mailing.and_then(|mailing| mailing.reply).unwrap_or_else(|| "no reply".into());
        let (word, hint) = match state {
            State::Failed => {
                ("refused", format!("correct the address and run `roomkey send`, or `roomkey resend {email}`"))
            }
            State::Deferred => ("deferred", "`roomkey send` tries again".to_owned()),
            State::InDoubt | State::Sending => {
                ("in doubt", format!("look whether it arrived: `roomkey settle {email} --arrived` or `--not-arrived`"))
            }
            State::Pending | State::Sent => ("not sent", "`roomkey send`".to_owned()),
        };
        desk.console.warn(&Told::new(format!("{email}: {word}: {reply}")).hint(hint));
    }
    if listed > NAMED {
        desk.console.say(&format!("and {} more: `roomkey status` lists them", grouped((listed - NAMED) as u64)));
    }
    for (row, fate) in (1_u32..).zip(&planned.fates) {
        if !matches!(fate, Fate::Left(Reason::AddressChanged)) {
            continue;
        }
        let standing = planned.survey.person(row).and_then(|person| roster.by_id(person));
        if let (Some(standing), Some(now)) = (standing, planned.survey.identified.corrected.get(&row)) {
            let told = format!("{} was mailed at {}; the file now has {now}", standing.name(), standing.address());
            desk.console.warn(&Told::new(told).hint(format!("to mail the new address: `roomkey resend {now}`")));
        }
    }
    Ok(())
}
