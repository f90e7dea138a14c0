//! The event changed after mails went out: nothing is sent before the organiser has chosen.

use std::fs;

use roomkey::{
    model::Stage,
    rehearsal::{Action, Rule, Script, Times},
};

use crate::support::{EventFile, Sandbox, SmtpServer, attendees};

const OTHER_SECRET: &str = "another-secret-of-more-than-32-octets";

fn mailed(count: usize) -> (SmtpServer, Sandbox) {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(count, server.port());
    sandbox.run(&["send", "--yes"]).is(0);
    (server, sandbox)
}

fn moved(server: &SmtpServer) -> EventFile {
    let event = EventFile::at(server.port()).text("event", "starts", "2036-12-06T14:00");
    event.text("event", "ends", "2036-12-06T17:00")
}

/// The ledger's octets, but for what only reading it may touch.
fn ledger(sandbox: &Sandbox) -> Vec<u8> {
    fs::read(sandbox.path(".roomkey/workshop.sqlite3")).unwrap()
}

#[test]
fn every_value_that_people_rely_on_stops_the_run() {
    let (server, mut sandbox) = mailed(2);
    sandbox.write("attendees.csv", &attendees(3));
    let event = || EventFile::at(server.port());
    let before = ledger(&sandbox);
    for (changed, told) in [
        (
            event().text("event", "room", "other-room"),
            "2 people were mailed for room rust-workshop; event.toml now says room other-room",
        ),
        (
            moved(&server),
            "2 people were mailed for Fri 5 Dec 2036 14:00 Europe/Berlin; event.toml now says Sat 6 Dec 2036 14:00 \
             Europe/Berlin",
        ),
        (event().text("event", "ends", "2036-12-05T18:00"), "14:00 to Fri 5 Dec 2036 17:00"),
        (event().text("event", "closes_after", "3h"), "mailed for links from Fri 5 Dec 2036 13:30 to"),
        (event().text("event", "opens_before", "10m"), "event.toml now says links from Fri 5 Dec 2036 13:50 to"),
        (
            event().text("event", "title", "Rust for All"),
            "mailed for title \"Rust for Everyone\"; event.toml now says title \"Rust for All\"",
        ),
        (
            event().text("jitsi", "url", "https://meet2.example.org"),
            "mailed for server https://meet.example.org; event.toml now says server https://meet2.example.org",
        ),
        (event().text("jitsi", "app_id", "other"), "mailed for app_id workshop; event.toml now says app_id other"),
    ] {
        changed.write(&sandbox);
        for arguments in [&["send", "--yes"][..], &["send", "--yes", "--only", "a3@example.org"]] {
            let stopped = sandbox.run(arguments);
            stopped.is(3).says(told).says("new event? Give it a new id.");
            stopped.says("`roomkey resend --all --note \"New time\"`").says("`roomkey send --accept-change`");
        }
    }
    event().write(&sandbox);
    sandbox.set("ROOMKEY_JITSI_SECRET", OTHER_SECRET);
    sandbox.run(&["send", "--yes"]).is(3).says("2 people were mailed").says("signing secret").says("--accept-change");
    moved(&server).write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(3).says("Sat 6 Dec 2036 14:00").says("signing secret");

    assert_eq!((server.counts().mails, ledger(&sandbox) == before), (2, true), "nothing sent, nothing written");
    sandbox.set("ROOMKEY_JITSI_SECRET", crate::support::SECRET);
    event().write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(0);
    server.mailed_once(&["a1@example.org", "a2@example.org", "a3@example.org"]);
}

#[test]
fn what_nobody_relies_on_stops_nothing() {
    let (server, sandbox) = mailed(1);
    sandbox.write("attendees.csv", &attendees(2));
    let event = EventFile::at(server.port()).text("event", "language", "de").text("event", "description", "Bring tea.");
    event.text("mail", "subject", "Another subject").write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(0);
    assert_eq!(server.counts().mails, 2);
}

#[test]
fn a_round_to_all_with_a_note_goes_on() {
    let (server, sandbox) = mailed(2);
    sandbox.write("attendees.csv", &attendees(3));
    moved(&server).write(&sandbox);
    sandbox.run(&["resend", "--all", "--note", "New time", "--yes"]).is(0);
    let mails = server.received();
    assert_eq!(mails.len(), 4);
    assert!(mails[2..].iter().all(|mail| mail.text().contains("New time")));
    sandbox.run(&["send", "--yes"]).is(0);
    assert_eq!((server.counts().mails, server.received()[4].to()), (5, "a3@example.org".to_owned()));
}

#[test]
fn an_accepted_change_holds_for_exactly_these_values() {
    let (server, sandbox) = mailed(2);
    sandbox.write("attendees.csv", &attendees(3));
    moved(&server).write(&sandbox);
    sandbox.run(&["send", "--yes", "--accept-change"]).is(0);
    server.mailed_once(&["a1@example.org", "a2@example.org", "a3@example.org"]);
    sandbox.write("attendees.csv", &attendees(4));
    sandbox.run(&["send", "--yes"]).is(0);
    assert_eq!(server.counts().mails, 4);

    moved(&server).text("event", "room", "third-room").write(&sandbox);
    let stopped = sandbox.run(&["send", "--yes"]);
    stopped.is(3).says("2 people were mailed for Fri 5 Dec 2036 14:00 Europe/Berlin, room rust-workshop");
    stopped.says("2 people were mailed for room rust-workshop; event.toml now says room third-room");
    // Back to the first values: those of the second are the others now.
    EventFile::at(server.port()).write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(3).says("2 people were mailed for Sat 6 Dec 2036 14:00");
    moved(&server).write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(0);
    assert_eq!(server.counts().mails, 4);
}

#[test]
fn a_change_can_be_accepted_before_anybody_new_is_there() {
    let (server, sandbox) = mailed(1);
    moved(&server).write(&sandbox);
    sandbox.run(&["send", "--yes", "--accept-change"]).is(0);
    sandbox.write("attendees.csv", &attendees(2));
    sandbox.run(&["send", "--yes"]).is(0);
    server.mailed_once(&["a1@example.org", "a2@example.org"]);
}

#[test]
fn a_change_is_not_accepted_by_an_answer_about_somebody_else() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(0, server.port());
    sandbox.write("attendees.csv", "id,email,name\n1,a1@example.org,Attendee 1\n");
    sandbox.run(&["send", "--yes"]).is(0);
    sandbox.write("attendees.csv", "email,name\na1@example.org,Attendee 1\n");
    moved(&server).write(&sandbox);
    // Both are told at once: one flag answers both.
    sandbox.run(&["send", "--yes"]).is(3).says("id 1").says("event.toml now says Sat 6 Dec");
}

#[test]
fn a_row_of_its_own_is_listed_and_stops_nothing() {
    let (server, sandbox) = mailed(2);
    sandbox.write(
        "attendees.csv",
        "email,name,room,starts,ends\n\
         a1@example.org,Attendee One,,,\n\
         a2@example.org,Attendee 2,own-room,,\n\
         a3@example.org,Attendee 3,,2036-12-05T15:00,2036-12-05T16:00\n",
    );
    let sent = sandbox.run(&["send", "--yes"]);
    sent.is(0).says("attendees.csv:2: a1@example.org").says("attendees.csv:3: a2@example.org");
    sent.says("`roomkey resend a2@example.org`");
    server.mailed_once(&["a1@example.org", "a2@example.org", "a3@example.org"]);
    assert!(!sandbox.run(&["send", "--yes"]).is(0).said().contains("a3@"), "as it was mailed");

    sandbox.run(&["resend", "a1@example.org", "a2@example.org"]).is(0);
    assert!(!sandbox.run(&["send", "--yes"]).is(0).said().contains("resend"), "all know now");
}

#[test]
fn a_name_changed_beside_a_new_id_column_is_listed_too() {
    let (server, sandbox) = mailed(1);
    sandbox.write("attendees.csv", "id,email,name\n1,a1@example.org,Ada Lovelace\n");
    sandbox.run(&["send", "--yes"]).is(0).says("`roomkey resend a1@example.org`");
    assert_eq!(server.counts().mails, 1);
}

#[test]
fn whoever_waits_for_the_new_values_holds_nothing_up() {
    use roomkey::{
        model::Stage,
        rehearsal::{Action, Rule, Script},
    };
    let (_server, sandbox) = mailed(2);
    let later = Rule::at(Stage::Recipient, Action::reply("451 4.3.0 later")).recipient("a1@");
    let server = SmtpServer::start(Script::default().rule(later));
    let patient = |event: EventFile| {
        event.raw("retry", "delays", r#"["1h"]"#).text("retry", "give_up_after", "4h").write(&sandbox);
    };
    patient(moved(&server));
    sandbox.run(&["resend", "--all", "--note", "New time", "--yes", "--no-wait"]).is(4);
    sandbox.write("attendees.csv", &attendees(3));
    sandbox.run(&["send", "--yes", "--no-wait"]).is(4);
    server.mailed_once(&["a2@example.org", "a3@example.org"]);
}

#[test]
fn whoever_is_in_the_file_no_more_holds_nothing_up_after_the_round() {
    let (server, sandbox) = mailed(3);
    sandbox.write("attendees.csv", &attendees(2));
    moved(&server).write(&sandbox);
    sandbox.run(&["resend", "--all", "--note", "New time", "--yes"]).is(0);
    sandbox.run(&["send", "--yes"]).is(0);
    assert_eq!(server.counts().mails, 5);
}

#[test]
fn a_copied_folder_with_other_people_in_its_file_stops_the_run() {
    let (server, sandbox) = mailed(3);
    sandbox.write("attendees.csv", "email,name\nsomebody.else@example.org,Else\n");
    moved(&server).write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(3).says("3 people were mailed for Fri 5 Dec").says("Give it a new id");
    assert_eq!(server.counts().mails, 3);
}

#[test]
fn a_changed_event_is_told_wherever_somebody_looks() {
    let (server, sandbox) = mailed(2);
    moved(&server).write(&sandbox);
    for command in [&[][..], &["check"], &["status"]] {
        sandbox.run(command).is(0).says("2 people were mailed for Fri 5 Dec 2036").says("resend --all");
    }
    sandbox.write("attendees.csv", &attendees(3));
    sandbox.run(&["send", "--yes", "--accept-change"]).is(0);
    // Accepted: it stops nothing any more, and is not forgotten.
    sandbox.run(&["send", "--yes"]).is(0).says("2 people were mailed for Fri 5 Dec 2036");
    sandbox.run(&[]).is(0).says("2 people were mailed for Fri 5 Dec 2036");
}

#[test]
fn a_finished_round_that_did_not_reach_somebody_stops_nothing_and_shows_who() {
    let (server, sandbox) = mailed(2);
    let refusing = SmtpServer::start(
        Script::default().rule(Rule::at(Stage::Recipient, Action::reply("550 5.1.1 gone")).recipient("a2@")),
    );
    moved(&refusing).write(&sandbox);
    sandbox.run(&["resend", "--all", "--note", "New time", "--yes"]).is(4).says("1 refused");
    sandbox.run(&["status"]).is(0).says("a2@example.org").says("a later mail was refused").says("resend --failed");
    sandbox.run(&[]).is(0).says("who was mailed and still needs you");
    moved(&server).write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(0);
    sandbox.run(&["resend", "--failed", "--yes"]).is(0);
    let told = server.received().pop().unwrap();
    assert_eq!(told.to(), "a2@example.org");
    assert!(told.text().contains("New time"), "the round's note goes with it");
}

#[test]
fn a_round_that_was_stopped_half_way_is_told_with_the_way_on() {
    let (_server, sandbox) = mailed(2);
    let quota = Rule::at(Stage::Recipient, Action::reply("550 5.4.5 daily limit reached")).times(Times::After(1));
    let stopping = SmtpServer::start(Script::default().rule(quota));
    EventFile::at(stopping.port()).raw("smtp", "connections", 1).write(&sandbox);
    let finished = sandbox.run(&["resend", "--all", "--note", "It's moved", "--yes"]);
    finished.is(6).says("run `roomkey resend --all --note \"It's moved\"` again");
    for command in [&[][..], &["status"]] {
        sandbox.run(command).is(0).says("stopped half-way").says("roomkey resend --all --note \"It's moved\"");
    }
}
