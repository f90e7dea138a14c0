//! Killed, interrupted, or run twice: nobody is mailed twice, and nobody is forgotten.

use std::{collections::BTreeMap, time::Duration};

use roomkey::{
    model::Stage,
    rehearsal::{Action, Rule, Script, Times},
};

use crate::support::{EventFile, Sandbox, SmtpServer, attendees};

const ATTENDEES: usize = 40;
/// As many mails may be claimed at a moment: 16 rows, or twice the connections.
const AT_MOST_IN_DOUBT: usize = 16;

fn killed_while(script: Script, mails_before: u64) -> (SmtpServer, Sandbox) {
    let server = SmtpServer::start(script);
    let sandbox = Sandbox::with_attendees(ATTENDEES, server.port());
    let run = sandbox.spawn(&["send", "--yes"]);
    server.wait_for_mails(mails_before);
    run.kill();
    (server, sandbox)
}

/// Goes on after a kill; demands that each was delivered once, or is in doubt and was left alone.
fn goes_on(killed: &SmtpServer, sandbox: &Sandbox) {
    let doubtful: Vec<_> = sandbox.in_state("in_doubt");
    assert!(doubtful.len() <= AT_MOST_IN_DOUBT, "{doubtful:?}");
    let server = SmtpServer::obliging();
    EventFile::at(server.port()).write(sandbox);

    let status = if doubtful.is_empty() { 0 } else { 5 };
    sandbox.run(&["send", "--yes"]).is(status);

    assert_eq!(sandbox.in_state("in_doubt"), doubtful, "what is in doubt stays so until somebody settles it");
    assert_eq!(sandbox.in_state("sent").len() + doubtful.len(), ATTENDEES);
    let mut delivered: BTreeMap<String, usize> = killed.deliveries();
    for (who, times) in server.deliveries() {
        assert!(!doubtful.contains(&who), "{who} was in doubt and mailed again");
        *delivered.entry(who).or_default() += times;
    }
    assert!(delivered.values().all(|times| *times == 1), "{delivered:?}");
    for row in sandbox.rows().iter().filter(|row| row["state"] == "sent") {
        assert!(delivered.contains_key(row["email"].as_str().unwrap()), "recorded as sent, and never delivered: {row}");
    }
    sandbox.run(&["resend", "--in-doubt", "--yes"]);
    assert_eq!(sandbox.in_state("sent").len(), ATTENDEES);
}

#[test]
fn killed_while_the_relay_is_silent_after_the_dot() {
    let silent = Rule::at(Stage::Final, Action::Stall).times(Times::After(5));
    let (server, sandbox) = killed_while(Script::default().rule(silent), 5);
    goes_on(&server, &sandbox);
}

#[test]
fn killed_when_the_relay_has_it_and_has_not_said_so() {
    let taken = Rule::at(Stage::Final, Action::AcceptThenStall).times(Times::After(5));
    let (server, sandbox) = killed_while(Script::default().rule(taken), 7);
    assert!(!sandbox.in_state("in_doubt").is_empty());
    goes_on(&server, &sandbox);
}

#[test]
fn killed_in_full_run() {
    for mails in [1, 10, 25] {
        let slow = Rule::at(Stage::Final, Action::Delay(Duration::from_millis(20)));
        let (server, sandbox) = killed_while(Script::default().rule(slow), mails);
        goes_on(&server, &sandbox);
    }
}

#[test]
fn an_interrupted_run_finishes_what_is_in_flight() {
    let slow = Rule::at(Stage::Final, Action::Delay(Duration::from_millis(300)));
    let server = SmtpServer::start(Script::default().rule(slow));
    let sandbox = Sandbox::with_attendees(ATTENDEES, server.port());
    let run = sandbox.spawn(&["send", "--yes"]);
    server.wait_for_mails(2);
    run.interrupt();
    run.wait().is(130).says("roomkey send");

    assert_eq!(sandbox.in_state("in_doubt").len(), 0);
    let sent = sandbox.in_state("sent").len();
    assert!(sent < ATTENDEES && sent as u64 == server.counts().mails);
    let rest = SmtpServer::obliging();
    EventFile::at(rest.port()).write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(0);
    assert_eq!(sent as u64 + rest.counts().mails, ATTENDEES as u64);
}

#[test]
fn a_run_that_waits_can_be_interrupted() {
    let later = Rule::at(Stage::Recipient, Action::reply("451 4.3.0 later")).recipient("a1@");
    let server = SmtpServer::start(Script::default().rule(later));
    let sandbox = Sandbox::with_attendees(3, server.port());
    EventFile::at(server.port())
        .raw("retry", "delays", r#"["1h"]"#)
        .text("retry", "give_up_after", "4h")
        .write(&sandbox);
    let run = sandbox.spawn(&["send", "--yes"]);
    server.wait_for_mails(2);
    sandbox.wait_until(|sandbox| sandbox.state("a1@example.org") == "deferred");
    // It lets go of the ledger while it waits, a moment after it has recorded the last reply.
    sandbox.wait_until(|sandbox| !sandbox.run(&[]).stdout.contains("A run is on"));
    sandbox.run(&["send", "--yes", "--no-wait"]).is(4);
    run.interrupt();
    run.wait().is(130);
}

#[test]
fn a_second_run_at_the_same_time_is_refused() {
    let silent = Rule::at(Stage::Final, Action::Stall);
    let server = SmtpServer::start(Script::default().rule(silent));
    let sandbox = Sandbox::with_attendees(3, server.port());
    let first = sandbox.spawn(&["send", "--yes"]);
    sandbox.wait_until(|sandbox| !sandbox.in_state("sending").is_empty());
    sandbox.run(&["send", "--yes"]).is(6).says(&first.id().to_string());
    sandbox.run(&["check"]).is(0);
    first.kill();
}

#[test]
fn a_run_whose_turn_comes_while_another_is_on_waits_for_its_end() {
    let later = Rule::at(Stage::Recipient, Action::reply("451 4.3.0 later")).recipient("a1@").times(Times::First(1));
    let server = SmtpServer::start(Script::default().rule(later));
    let sandbox = Sandbox::with_attendees(3, server.port());
    EventFile::at(server.port()).raw("retry", "delays", r#"["3s"]"#).write(&sandbox);
    let waiting = sandbox.spawn(&["send", "--only", "a1@example.org", "--yes"]);
    sandbox.wait_until(|sandbox| sandbox.state("a1@example.org") == "deferred");

    let silent = SmtpServer::start(Script::default().rule(Rule::at(Stage::Final, Action::Stall)));
    EventFile::at(silent.port()).write(&sandbox);
    let between = sandbox.spawn(&["send", "--only", "a2@example.org", "--yes"]);
    waiting.wait_until_it_says("waiting until it has ended");
    assert_eq!(server.counts().mails, 0, "nothing is sent while another run has the ledger");

    between.kill();
    waiting.wait().is(0);
    server.mailed_once(&["a1@example.org"]);
}

#[test]
fn a_file_that_changes_while_a_run_waits_ends_it_kindly() {
    let later = Rule::at(Stage::Recipient, Action::reply("451 4.3.0 later")).recipient("a1@");
    let server = SmtpServer::start(Script::default().rule(later));
    let sandbox = Sandbox::with_attendees(3, server.port());
    EventFile::at(server.port()).raw("retry", "delays", r#"["2s"]"#).write(&sandbox);
    let run = sandbox.spawn(&["send", "--yes"]);
    run.wait_until_it_says("trying again in");
    sandbox.write("attendees.csv", &attendees(4));
    run.wait().is(4).says("the attendee file changed while this run waited").says("`roomkey send` goes on");
    assert_eq!(server.counts().mails, 2);
}

#[test]
fn ctrl_c_says_what_follows_from_it() {
    let server = SmtpServer::start(Script::default().rule(Rule::at(Stage::Final, Action::Stall)));
    let sandbox = Sandbox::with_attendees(2, server.port());
    let run = sandbox.spawn(&["send", "--yes"]);
    sandbox.wait_until(|sandbox| !sandbox.in_state("sending").is_empty());
    run.interrupt();
    run.wait_until_it_says("what is on its way is finished");
    run.interrupt();
    run.wait().is(130).says("in doubt");
}

#[test]
fn a_file_that_changes_while_mails_are_sent_is_told() {
    let slow = Rule::at(Stage::Final, Action::Delay(Duration::from_millis(100)));
    let server = SmtpServer::start(Script::default().rule(slow));
    let sandbox = Sandbox::with_attendees(8, server.port());
    EventFile::at(server.port()).raw("smtp", "connections", 1).write(&sandbox);
    let run = sandbox.spawn(&["send", "--yes"]);
    server.wait_for_mails(2);
    sandbox
        .write("attendees.csv", &format!("email,name\nnew@example.org,New\n{}", &attendees(8)["email,name\n".len()..]));
    run.wait().says("the attendee file changed while mails were sent");
    assert_eq!(server.counts().mails, 8);
}
