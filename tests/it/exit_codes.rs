//! Each exit status, and what leads to it.

use roomkey::{
    model::Stage,
    rehearsal::{Action, Rule, Script},
};

use crate::support::{CLOSED_PORT, EventFile, Sandbox, SmtpServer, attendees};

#[test]
fn done_is_0() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    for arguments in
        [&["--help"][..], &["--version"], &["check"], &["status"], &["link", "a1@example.org"], &["send", "--help"]]
    {
        sandbox.run(arguments).is(0);
    }
}

#[test]
fn wrong_usage_is_2() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    for arguments in [
        &["--no-such-flag"][..],
        &["no-such-command"],
        &["send", "--limit", "many"],
        &["settle", "a1@example.org"],
        &["settle", "a1@example.org", "--arrived", "--not-arrived"],
        &["link"],
    ] {
        sandbox.run(arguments).is(2);
    }
}

#[test]
fn bad_input_is_3() {
    let sandbox = Sandbox::new();
    for arguments in [&["check"][..], &["send", "--yes"], &["status"], &["link", "a1@example.org"]] {
        sandbox.run(arguments).is(3).says("event.toml");
    }
    sandbox.run(&["check", "-e", "elsewhere.toml"]).is(3).says("elsewhere.toml");

    EventFile::at(CLOSED_PORT).write(&sandbox);
    sandbox.run(&["check"]).is(3).says("attendees.csv");
    sandbox.write("attendees.csv", &attendees(1));
    sandbox.run(&["check"]).is(0);
    sandbox.run(&["link", "nobody@example.org"]).is(3);
    for (table, key, value) in [
        ("event", "titel", "typo"),
        ("event", "room", "*"),
        ("event", "room", "Rust Workshop"),
        ("event", "starts", "2036-12-05"),
        ("event", "starts", "2036-12-05T14:00Z"),
        ("event", "ends", "2036-12-05T13:00"),
        ("event", "timezone", "Europe/Berlim"),
        ("event", "title", "two\nlines"),
        ("event", "id", "Workshop"),
        ("mail", "from", "nobody"),
        ("smtp", "tls", "perhaps"),
        ("jitsi", "url", "meet.example.org"),
    ] {
        EventFile::at(CLOSED_PORT).text(table, key, value).write(&sandbox);
        sandbox.run(&["check"]).is(3).says(key);
    }
    EventFile::at(CLOSED_PORT).text("smtp", "host", "smtp.example.org").write(&sandbox);
    sandbox.run(&["check"]).is(3).says("allow_plaintext");
}

#[test]
fn warnings_are_3_only_where_they_must_not_be() {
    let mut sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    sandbox.set("ROOMKEY_JITSI_SECRET", "between-16-and-32-oct");
    sandbox.run(&["check"]).is(0);
    sandbox.run(&["check", "--strict"]).is(3);
}

#[test]
fn some_failed_is_4_and_some_in_doubt_outranks_it() {
    let failing = || Rule::at(Stage::Recipient, Action::reply("550 5.1.1 no")).recipient("a2@");
    let doubtful = Rule::at(Stage::Final, Action::Drop).recipient("a4@");
    for (script, status) in
        [(Script::default().rule(failing()), 4), (Script::default().rule(failing()).rule(doubtful), 5)]
    {
        let server = SmtpServer::start(script);
        let sandbox = Sandbox::with_attendees(6, server.port());
        sandbox.run(&["send", "--yes"]).is(status);
        // They speak of the ledger's rows, not of this run's work.
        sandbox.run(&["send", "--yes"]).is(status);
        sandbox.run(&["send", "--yes", "--only", "a1@example.org"]).is(0);
    }
}

#[test]
fn a_relay_that_will_not_have_us_is_6() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    sandbox.run(&["send", "--yes"]).is(6);
    sandbox.run(&["check", "--smtp"]).is(6);
    assert_eq!(sandbox.in_state("pending").len(), 1);
}

#[test]
fn a_ledger_that_is_none_is_not_overwritten() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(2, server.port());
    sandbox.run(&["send", "--yes", "--limit", "1"]).is(0);
    sandbox
        .write(".roomkey/workshop.sqlite3", "this is no database at all, and it is long enough to be looked at twice");
    let finished = sandbox.run(&["send", "--yes"]);
    assert!(matches!(finished.status.code(), Some(1 | 3)), "{}", finished.said());
    finished.says("workshop.sqlite3");
    assert_eq!(server.counts().mails, 1);
    assert!(sandbox.read(".roomkey/workshop.sqlite3").starts_with("this is no database"));
}
