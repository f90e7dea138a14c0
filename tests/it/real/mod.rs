//! Runs against real servers, disks, clocks and system calls, where they are to be had.
//!
//! `.ci/run` installs and starts them and says so by `ROOMKEY_REAL=1`; then they are mandatory. The folder
//! `.ci/full.d` does the same for those that take longer.

use crate::support::variable;

mod aiosmtpd;
mod attendance;
mod attendance_page;
mod browser;
mod clock;
mod dns;
mod durability;
mod greylisting;
mod judges;
mod mails_seen;
mod names;
mod postfix;
mod preview_page;
mod prosody;
mod read_only_disk;
mod small_disk;
mod verdicts;

/// Says that a test does not run here, and what it lacks.
#[expect(clippy::print_stderr, reason = "a test that does not run must not look as if it had")]
fn skipped(test: &str, lacks: &str) {
    eprintln!("SKIPPED: {test}: {lacks}");
}

/// Skips a test for want of a tool that `.ci/run` installs: in CI, after that, it is a failure.
fn skipped_for_want_of(tool: &str, test: &str) {
    let is_installed = ["ROOMKEY_REAL", "CI"].map(|name| variable(name).unwrap_or_default()) == ["1", "true"];
    assert!(!is_installed, "CI needs {tool}, and the right to use it");
    skipped(test, &format!("{tool} is missing, or may not be used here"));
}
