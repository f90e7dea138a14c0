//! A clock that is set back while mails wait.

use std::path::PathBuf;

use roomkey::{
    model::Stage,
    rehearsal::{Action, Rule, Script, Times},
};

use super::skipped_for_want_of;
use crate::support::{EventFile, Sandbox, SmtpServer};

/// Debian's libfaketime.
fn faketime(test: &str) -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let found = folders.map(|folder| folder.path().join("faketime/libfaketimeMT.so.1")).find(|path| path.exists());
    if found.is_none() {
        skipped_for_want_of("libfaketime", test);
    }
    found
}

/// A sandbox whose clock can be set, before a relay that defers.
fn sandbox(library: &std::path::Path, deferring: Rule) -> (SmtpServer, Sandbox) {
    let server = SmtpServer::start(Script::default().rule(deferring).records_commands());
    let mut sandbox = Sandbox::with_attendees(4, server.port());
    set_clock(&sandbox, "+0");
    sandbox.set("LD_PRELOAD", library.to_str().unwrap());
    sandbox.set("FAKETIME_TIMESTAMP_FILE", sandbox.path("clock").to_str().unwrap());
    sandbox.set("FAKETIME_NO_CACHE", "1");
    // What measures lengths is not set when the clock is.
    sandbox.set("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    (server, sandbox)
}

fn set_clock(sandbox: &Sandbox, to: &str) {
    sandbox.write("clock.new", to);
    std::fs::rename(sandbox.path("clock.new"), sandbox.path("clock")).unwrap();
}

const ALL: [&str; 4] = ["a1@example.org", "a2@example.org", "a3@example.org", "a4@example.org"];

fn later() -> Rule {
    Rule::at(Stage::Recipient, Action::reply("451 4.3.0 later"))
}

#[test]
fn a_run_that_waits_goes_on_in_its_time_though_the_clock_is_set_back() {
    let Some(library) = faketime("a clock set back in a run") else { return };
    let (server, sandbox) = sandbox(&library, later().times(Times::FirstOfEach(1)));
    EventFile::at(server.port())
        .raw("retry", "delays", r#"["3s"]"#)
        .text("retry", "give_up_after", "1m")
        .write(&sandbox);
    let run = sandbox.spawn(&["send", "--yes"]);
    run.wait_until_it_says("trying again in");
    set_clock(&sandbox, "-5h");
    run.wait().is(0);
    server.mailed_once(&ALL);
    assert!(sandbox.rows().iter().all(|row| row["attempts"] == 2), "{:?}", sandbox.rows());
}

#[test]
fn what_was_deferred_before_the_clock_was_set_back_is_due() {
    let Some(library) = faketime("a clock set back between runs") else { return };
    let (server, sandbox) = sandbox(&library, later().times(Times::FirstOfEach(1)));
    EventFile::at(server.port())
        .raw("retry", "delays", r#"["1h"]"#)
        .text("retry", "give_up_after", "4h")
        .write(&sandbox);
    sandbox.run(&["send", "--yes", "--no-wait"]).is(4);
    sandbox.run(&["send", "--yes", "--no-wait"]).is(4);
    assert_eq!(server.counts().mails, 0, "nothing is due by a clock that goes right");
    set_clock(&sandbox, "-400d");
    sandbox.run(&["send", "--yes", "--no-wait"]).is(0);
    server.mailed_once(&ALL);
}

#[test]
fn a_clock_that_is_set_back_makes_the_tries_neither_endless_nor_hasty() {
    let Some(library) = faketime("a clock set back before a relay that always defers") else { return };
    let (server, sandbox) = sandbox(&library, later());
    EventFile::at(server.port())
        .raw("retry", "delays", r#"["1s"]"#)
        .text("retry", "give_up_after", "4s")
        .write(&sandbox);
    let run = sandbox.spawn(&["send", "--yes"]);
    run.wait_until_it_says("trying again in");
    set_clock(&sandbox, "-5h");
    run.wait().is(4);
    let tries = server.commands().iter().filter(|command| command.line.starts_with("RCPT")).count();
    assert!((8..=24).contains(&tries), "{tries} tries for four people within four seconds");
    assert_eq!(sandbox.in_state("deferred").len(), 4);
}
