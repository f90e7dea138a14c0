//! `--dry-run`: every mail as it would be sent now, as a file, and a page that shows them; no network, no ledger.

use std::{collections::HashMap, path::Path};

use super::{
    Desk, browser, continued, interrupt, kept_out, mailing,
    opened::Opened,
    order::{Order, Planned},
    pass::{Course, pass},
    preview_page::{self, Filed},
    report, summary,
};
use crate::{
    campaign::{Continued, Journal, Making},
    cli::Going,
    delivery::eml_folder::{EmlFolder, FolderProblem},
    failure::{Failure, Status, Told},
    invitation::Occasion,
    preview::remove_old,
};

pub(super) fn run(desk: &Desk<'_>, opened: &Opened, order: Order, going: &Going) -> Result<Status, Failure> {
    for warning in &opened.warnings {
        desk.console.warn(warning);
    }
    let (reader, roster) = opened.ledger()?;
    let planned = mailing::plan(desk, opened, order, reader.as_ref(), &roster)?;
    if planned.order.occasion() == Occasion::Invite {
        report::warn_about_rows(desk, &planned.survey, &planned.order);
    }
    kept_out::say(desk, opened, &planned.survey);
    report::warn_about_languages(desk, opened, &planned);
    if opened.press.event.is_over(desk.around.now()) {
        desk.console
            .warn(&Told::new("the event is over: these links work no more").hint("correct `starts` and `ends`"));
    } else {
        for told in report::rows_over(&planned.survey, &planned.survey.rows_over()) {
            desk.console.warn(&told);
        }
    }
    if planned.to_go() == 0 {
        return summary::nothing_to_do(desk, &planned, reader.as_ref(), &roster);
    }
    let (path, ours) = match &going.out {
        Some(out) => (desk.around.folder.join(out), false),
        None => (opened.preview_folder(), true),
    };
    let skipped = planned.order.skip_invalid && !planned.survey.unsound.is_empty();
    let continued = match &reader {
        Some(reader) => continued::taken_over(reader, &roster, &planned.fates, &planned.order, planned.round)?,
        None => HashMap::new(),
    };
    let folder = prepared(&path, ours)?;
    write(desk, opened, &planned, roster, continued, folder)?;
    let count = planned.to_go();
    let occasion = planned.order.occasion();
    let look = going.look();
    let index = preview_page::write(desk, opened, &path, Filed::ByNumber, (occasion, &planned.removed), look)?;
    desk.console.result_shown(&path.display().to_string());
    desk.console.say(&preview_page::what_lies_there(count, occasion, look));
    if look.open {
        browser::open(desk, &index);
    }
    Ok(if skipped { Status::SomeFailed } else { Status::Done })
}

/// A folder for mails, those before emptied, and without the page that showed them.
pub(super) fn prepared(path: &Path, ours: bool) -> Result<EmlFolder, Failure> {
    let folder = EmlFolder::prepare(path, ours).map_err(|problem| folder_failure(&problem))?;
    remove_old(folder.path()).map_err(|problem| Failure::bad_input(Told::new(problem.to_string())))?;
    Ok(folder)
}

pub(super) fn folder_failure(problem: &FolderProblem) -> Failure {
    Failure::bad_input(Told::new(problem.to_string()).hint(problem.hint()))
}

fn write(
    desk: &Desk<'_>,
    opened: &Opened,
    planned: &Planned,
    roster: crate::ledger::Roster,
    continued: HashMap<u32, Continued>,
    folder: EmlFolder,
) -> Result<(), Failure> {
    let mut composer = mailing::composer(opened, planned, roster, Making::Real);
    composer.continued = continued;
    let taken = folder.clone();
    let runtime = interrupt::runtime()?;
    let (ended, _) = runtime.block_on(async {
        let interrupt = interrupt::Interrupt::listen(desk.console);
        pass(desk.console, opened, Journal::Nowhere, composer, folder, Course::alone(&interrupt)).await
    });
    taken.sweep().map_err(|problem| folder_failure(&problem))?;
    match (ended.failure, ended.outage) {
        (Some(failure), _) => Err(Failure::of(Status::Unexpected, failure)),
        (None, Some(outage)) => Err(Failure::unexpected(format!("failed to write the previews: {outage:?}"))),
        (None, None) if ended.tally.accepted < ended.tally.total => Err(Failure::of(
            Status::Interrupted,
            Told::new(format!("interrupted after {} of {} previews", ended.tally.accepted, ended.tally.total)),
        )),
        (None, None) => Ok(()),
    }
}
