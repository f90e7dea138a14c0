//! Before a pass and between two: the run lock, the ledger, and the time that must go by.
//!
//! A run that waits holds no lock, so another one may come between; then it waits for that one's end.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::{
    Desk,
    interrupt::Interrupt,
    opened::{Opened, ledger_failure, lock_failure},
    relay,
};
use crate::{
    campaign::{grouped, words},
    failure::{Failure, Told},
    ledger::{Ledger, LedgerFolder, LockProblem, RunLock},
};

/// How often a run looks whether the one that came between has ended.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// How often a run that waits looks at the clock.
const LOOK_AT_THE_CLOCK: Duration = Duration::from_secs(15);

/// Stops where another run is on this moment, before anything else is said.
pub(super) fn refuse_a_second_run(opened: &Opened) -> Result<(), Failure> {
    let folder = LedgerFolder::find(&opened.settings.folder).map_err(|problem| ledger_failure(&problem))?;
    match folder.and_then(|folder| RunLock::probe(&folder, &opened.settings.event.id)) {
        Some(live) => Err(lock_failure(&LockProblem::HeldBy { holder: live.note })),
        None => Ok(()),
    }
}

/// Takes the run lock and opens the ledger for the first pass.
pub(super) fn open_ledger(desk: &Desk<'_>, opened: &Opened) -> Result<Ledger, Failure> {
    let failed = |problem| ledger_failure(&problem);
    let folder = LedgerFolder::prepare(&opened.settings.folder).map_err(failed)?;
    let ledger = Ledger::open(opened.lock(desk, &folder)?).map_err(failed)?;
    if ledger.recovered() > 0 {
        desk.console.warn(
            &Told::new(format!(
                "an earlier run was cut off while {} on the way: nobody knows whether they arrived",
                words::counted(ledger.recovered() as u64, "mail was", "mails were")
            ))
            .hint("`roomkey status` lists them; they are not mailed again by themselves"),
        );
    }
    Ok(ledger)
}

/// Opens the ledger for a later pass, as soon as no other run holds its lock; `None` after Ctrl-C.
pub(super) async fn ledger_again(
    desk: &Desk<'_>,
    opened: &Opened,
    interrupt: &Interrupt,
) -> Result<Option<Ledger>, Failure> {
    let folder = LedgerFolder::prepare(&opened.settings.folder).map_err(|problem| ledger_failure(&problem))?;
    let mut told = false;
    loop {
        match opened.try_lock(desk, &folder) {
            Ok(lock) => return Ledger::open(lock).map(Some).map_err(|problem| ledger_failure(&problem)),
            Err(LockProblem::Ledger(problem)) => return Err(ledger_failure(&problem)),
            Err(held @ LockProblem::HeldBy { .. }) if !told => {
                desk.console.say(&format!("{held}: waiting until it has ended (Ctrl-C stops here)"));
                told = true;
            }
            Err(LockProblem::HeldBy { .. }) => {}
        }
        if interrupt.sleep(LOOK_AGAIN).await {
            return Ok(None);
        }
    }
}

/// What a run waits for between two passes.
pub(super) struct Wait {
    /// When the next pass begins.
    pub(super) due: Timestamp,
    /// So many mails are due then.
    pub(super) together: u64,
    /// Of so many deferred.
    pub(super) open: u64,
}

/// Waits until the next pass begins, or for Ctrl-C.
///
/// It is over when the clock says so, or when so much time has gone by whatever the clock says: one that is
/// set back keeps nobody waiting, and a machine that slept goes on soon after it wakes.
pub(super) async fn wait_until(desk: &Desk<'_>, wait: Wait, command: &str, interrupt: &Interrupt) {
    let Wait { due, together, open } = wait;
    let now = desk.around.now();
    let wait = due.duration_since(now);
    if wait.is_positive() {
        let which = if together == open { String::new() } else { format!(" {} of them", grouped(together)) };
        desk.console.say(&format!(
            "{} deferred: trying{which} again in {} (Ctrl-C stops here; `{command}` goes on)",
            words::counted(open, "mail is", "mails are"),
            relay::length(wait)
        ));
    }
    let length: Duration = wait.try_into().unwrap_or_default();
    let started = Instant::now();
    loop {
        let by_the_clock: Duration = due.duration_since(desk.around.now()).try_into().unwrap_or_default();
        let rest = by_the_clock.min(length.saturating_sub(started.elapsed()));
        if rest.is_zero() || interrupt.sleep(rest.min(LOOK_AT_THE_CLOCK)).await {
            return;
        }
    }
}
