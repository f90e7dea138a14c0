//! `roomkey` alone: what is here, and what to do next.

use std::fs;

use roomkey::{
    model::Stage,
    rehearsal::{Action, Rule, Script},
};

use crate::support::{CLOSED_PORT, EventFile, Sandbox, SmtpServer, attendees};

/// The line that says what to do.
fn next(sandbox: &Sandbox) -> String {
    let finished = sandbox.run(&[]);
    finished.is(0);
    let line = finished.stdout.lines().find(|line| line.starts_with("Next: "));
    line.unwrap_or_else(|| panic!("nothing comes next: {}", finished.said())).to_owned()
}

#[test]
fn an_empty_folder_gets_init_and_the_events_below() {
    let sandbox = Sandbox::new();
    sandbox.run(&[]).is(0).says("no event.toml here").says("roomkey init").says("-e FILE").says("--help");
    sandbox.write("next week/event.toml", "");
    sandbox.run(&[]).is(0).says("`roomkey -e \"next week/event.toml\"`");
    // One that was named is missed.
    sandbox.run(&["-e", "nowhere.toml"]).is(3).says("nowhere.toml: there is no such file");
}

#[test]
fn before_the_first_mail_it_names_the_steps() {
    let sandbox = Sandbox::with_attendees(2, CLOSED_PORT);
    let finished = sandbox.run(&[]);
    finished.is(0).says("Rust for Everyone (workshop)").says("attendees.csv: 2 rows").says("nobody was mailed yet");
    finished.says("Fri 5 Dec 2036 14:00 to 17:00 Europe/Berlin; links work from 13:30 to 19:00");
    let next = next(&sandbox);
    let steps = ["roomkey rehearse", "roomkey send --to", "`roomkey send`"].map(|step| next.find(step));
    assert!(steps.is_sorted() && steps[0].is_some(), "{next}");
    fs::create_dir(sandbox.path("w")).unwrap();
    fs::rename(sandbox.path("event.toml"), sandbox.path("w/event.toml")).unwrap();
    fs::rename(sandbox.path("attendees.csv"), sandbox.path("w/attendees.csv")).unwrap();
    sandbox.run(&["-e", "w/event.toml"]).is(0).says("`roomkey -e w/event.toml rehearse`");
}

#[test]
fn half_mailed_and_whole() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(3, server.port());
    sandbox.run(&["send", "--yes", "--limit", "2"]);
    sandbox.run(&[]).is(0).says("2 of 3 people mailed");
    assert!(next(&sandbox).contains("`roomkey send` mails those who are left"));
    sandbox.run(&["send", "--yes"]).is(0);
    sandbox.run(&[]).is(0).says("3 of 3 people mailed");
    assert!(next(&sandbox).contains("everybody was mailed"));
}

#[test]
fn failed_and_in_doubt_come_before_the_rest() {
    let refused = Rule::at(Stage::Recipient, Action::reply("550 5.1.1 no such user")).recipient("a1@");
    let server = SmtpServer::start(Script::default().rule(refused));
    let sandbox = Sandbox::with_attendees(2, server.port());
    sandbox.run(&["send", "--yes"]).is(4);
    assert!(next(&sandbox).contains("what was refused and why"), "{}", next(&sandbox));

    let server = SmtpServer::start(Script::default().rule(Rule::at(Stage::Final, Action::Drop)));
    let sandbox = Sandbox::with_attendees(2, server.port());
    sandbox.run(&["send", "--yes"]).is(5);
    assert!(next(&sandbox).contains("in doubt"), "{}", next(&sandbox));
}

#[test]
fn what_stands_in_the_way_comes_first() {
    let mut sandbox = Sandbox::with_attendees(0, CLOSED_PORT);
    sandbox.write("attendees.csv", "email,name\nnobody,Ada\n");
    sandbox.run(&[]).is(0).says("1 row, 1 problem");
    assert!(next(&sandbox).contains("roomkey check"));

    fs::remove_file(sandbox.path("attendees.csv")).unwrap();
    sandbox.run(&[]).is(0).says("attendees  attendees.csv: there is no such file");
    assert!(next(&sandbox).contains("roomkey check"));

    sandbox.write("attendees.csv", &attendees(1));
    sandbox.unset("ROOMKEY_JITSI_SECRET");
    assert!(next(&sandbox).contains("the Jitsi secret is missing"));

    EventFile::at(CLOSED_PORT)
        .text("event", "starts", "2020-12-05T14:00")
        .text("event", "ends", "2020-12-05T17:00")
        .write(&sandbox);
    assert!(next(&sandbox).contains("the event is over"));

    sandbox.write("event.toml", "[event]\ntitel = \"x\"\n");
    sandbox.run(&[]).is(3).says("event.toml:2:1: unknown key `titel`");
}
