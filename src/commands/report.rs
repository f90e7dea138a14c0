//! What is said of a file before anything is sent: problems, rows left out, rows that changed.

use std::collections::HashSet;

use super::{
    Desk, languages,
    opened::Opened,
    order::{Order, Planned},
};
use crate::{
    attendees::FileProblem,
    campaign::{Changed, Survey, grouped, words},
    failure::{Failure, Status, Told},
    invitation::{Occasion, Part},
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

/// Says what was assumed of the files, and who is left out of them by choice.
pub(super) fn say_how_files_are_read(desk: &Desk<'_>, survey: &Survey) {
    for told in survey.remarks_on_files() {
        desk.console.say(&format!("note: {}", told.what));
        if let Some(hint) = &told.hint {
            desk.console.say(&format!("  hint: {hint}"));
        }
    }
}

/// Warns about rows that are left out, or that say something else than was mailed.
pub(super) fn warn_about_rows(desk: &Desk<'_>, survey: &Survey, order: &Order) {
    let console = desk.console;
    say_how_files_are_read(desk, survey);
    survey.unmet.iter().for_each(|told| console.warn(told));
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
    if order.wanted.addresses.is_empty() {
        survey.domains.likely_typos().iter().for_each(|told| console.warn(told));
    }
    for Changed { at, email, .. } in survey.changed.iter().take(NAMED) {
        console.warn(
            &Told::new(format!("{at}: {email} was mailed another link than there would be now: another name, room, time or role, or other \
                 settings under [jitsi]"
            ))
                .hint(format!("to mail it again: `roomkey resend {email}`")),
        );
    }
    if let Some(more) = survey.changed.len().checked_sub(NAMED + 1) {
        console.warn(&Told::new(format!("and {} more such rows", more + 1)));
    }
}

/// Warns of mails in another language than was asked for, or in two.
pub(super) fn warn_about_languages(desk: &Desk<'_>, opened: &Opened, planned: &Planned) {
    if !planned.order.wanted.addresses.is_empty() {
        return;
    }
    let survey = &planned.survey;
    let (of_messages, _) = languages::of_messages(opened, survey);
    let mixed = languages::mixed(opened, survey, planned.order.occasion());
    for told in languages::unknown(opened, survey, planned.order.occasion()).iter().chain(&mixed).chain(&of_messages) {
        desk.console.warn(told);
    }
}

/// Rows whose own times are over already.
pub(super) fn rows_over(survey: &Survey, rows: &[u32]) -> Vec<Told> {
    let told = |row: &u32| {
        let at = survey.at(*row).map_or_else(String::new, |at| format!("{at}: "));
        Told::new(format!("{at}the time in this row is over: its link works no more"))
            .hint("correct the row's `starts` and `ends`, or leave both empty for the event's own")
    };
    let mut all: Vec<Told> = rows.iter().take(NAMED).map(told).collect();
    if rows.len() > NAMED {
        all.push(Told::new(format!("and {} more such rows", grouped((rows.len() - NAMED) as u64))));
    }
    all
}

/// Stops where a note was given that an own template would not show.
pub(super) fn refuse_a_note_nobody_sees(opened: &Opened, occasion: Occasion, survey: &Survey) -> Result<(), Failure> {
    let event = &opened.press.event.language;
    let [_, text, html] = Part::of_mail(occasion).map(Part::file_name);
    let languages = survey.counts.languages.keys().filter_map(|tag| crate::model::Language::parse(tag).ok());
    for language in std::iter::once(event.clone()).chain(languages) {
        if !opened.press.templates.uses_note(occasion, &language) {
            return Err(Failure::bad_input(
                Told::new(format!("your templates for `{language}` do not show `note`: nobody would read it"))
                    .hint(format!("put {{{{ note }}}} into {text} and {html}, or leave --note out")),
            ));
        }
    }
    Ok(())
}
