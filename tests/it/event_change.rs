//! The event changed after mails went out: `send` stops, says what differs, and offers the ways on.

use crate::support::{EventFile, Sandbox, SmtpServer, attendees};

/// Two people were mailed; a third one registered since.
fn mailed() -> (SmtpServer, Sandbox) {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(2, server.port());
    sandbox.run(&["send", "--yes"]).is(0);
    sandbox.write("attendees.csv", &attendees(3));
    (server, sandbox)
}

fn moved(port: u16) -> EventFile {
    EventFile::at(port).text("event", "starts", "2036-12-12T14:00").text("event", "ends", "2036-12-12T17:00")
}

#[test]
fn each_value_that_mails_depend_on_stops_the_next_send() {
    for (table, key, value, said) in [
        ("event", "room", "other-room", "room other-room"),
        ("event", "starts", "2036-12-05T13:00", "Fri 5 Dec 2036 13:00"),
        ("event", "ends", "2036-12-05T18:00", "18:00"),
        ("event", "opens_before", "1h", "13:00"),
        ("event", "title", "Rust for Nobody", "\"Rust for Nobody\""),
        ("jitsi", "url", "https://jitsi.example.net", "https://jitsi.example.net"),
        ("jitsi", "app_id", "other-app", "other-app"),
    ] {
        let (server, sandbox) = mailed();
        let rows_before = sandbox.rows();
        EventFile::at(server.port()).text(table, key, value).write(&sandbox);
        let finished = sandbox.run(&["send", "--yes"]);
        finished.is(3).says("2 people were mailed for").says("event.toml now says").says(said);
        finished
            .says("Give it a new id")
            .says("roomkey resend --all --note \"New time\"")
            .says("roomkey send --accept-change");
        assert_eq!(server.counts().mails, 2, "{key}");
        assert_eq!(sandbox.rows(), rows_before, "{key}: nothing is written");
    }
}

#[test]
fn another_signing_secret_stops_the_next_send_and_is_not_shown() {
    let (server, mut sandbox) = mailed();
    sandbox.set("ROOMKEY_JITSI_SECRET", "another-secret-of-more-than-32-octets");
    let finished = sandbox.run(&["send", "--yes"]);
    finished.is(3).says("signing secret: another one");
    assert!(!finished.said().contains("another-secret-of"));
    assert_eq!(server.counts().mails, 2);
}

#[test]
fn what_no_link_depends_on_stops_nothing() {
    let (server, sandbox) = mailed();
    EventFile::at(server.port()).text("mail", "subject", "{title}: here it is").write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(0);
    assert_eq!(server.counts().mails, 3);
}

#[test]
fn new_registrants_alone_are_mailed_where_that_was_accepted_for_exactly_these_values() {
    let (server, sandbox) = mailed();
    moved(server.port()).write(&sandbox);
    sandbox.run(&["send", "--yes", "--accept-change"]).is(0);
    server.mailed_once(&["a1@example.org", "a2@example.org", "a3@example.org"]);

    sandbox.write("attendees.csv", &attendees(4));
    sandbox.run(&["send", "--yes"]).is(0);
    assert_eq!(server.counts().mails, 4, "remembered");

    sandbox.write("attendees.csv", &attendees(5));
    moved(server.port()).text("event", "room", "third-room").write(&sandbox);
    let finished = sandbox.run(&["send", "--yes"]);
    finished.is(3).says("2 people were mailed for Fri 5 Dec 2036").says("2 people were mailed for room rust-workshop");
    assert_eq!(server.counts().mails, 4, "for no other values");
}

#[test]
fn a_round_to_all_settles_it_and_the_new_ones_follow() {
    let (server, sandbox) = mailed();
    moved(server.port()).write(&sandbox);
    sandbox.run(&["resend", "--all", "--note", "New time", "--yes"]).is(0);
    assert_eq!(server.counts().mails, 4);
    sandbox.run(&["send", "--yes"]).is(0);
    assert_eq!(server.received().last().unwrap().to(), "a3@example.org");
}

#[test]
fn a_dry_run_and_a_test_to_oneself_are_not_stopped() {
    let (server, sandbox) = mailed();
    moved(server.port()).write(&sandbox);
    sandbox.run(&["send", "--dry-run"]).is(0);
    sandbox.run(&["send", "--to", "me@example.org", "--yes"]).is(0);
    assert_eq!(server.received().last().unwrap().to(), "me@example.org");
}

#[test]
fn differences_of_single_rows_are_listed_and_stop_nothing() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(0, server.port());
    sandbox.write("attendees.csv", "email,name,room\na1@example.org,Ada,\na2@example.org,Ben,side-room\n");
    sandbox.run(&["send", "--yes"]).is(0);
    sandbox.write(
        "attendees.csv",
        "email,name,room\na1@example.org,Ada,\na2@example.org,Ben,quiet-room\na3@example.org,Cy,\n",
    );
    let finished = sandbox.run(&["send", "--yes"]);
    finished.is(0).says("a2@example.org was mailed another").says("roomkey resend a2@example.org");
    assert!(!finished.said().contains("a1@example.org was mailed another"));
    assert_eq!(server.received().last().unwrap().to(), "a3@example.org");

    sandbox.run(&["resend", "a2@example.org"]).is(0);
    assert_eq!(server.received().last().unwrap().claims()["room"], "quiet-room");
    assert!(!sandbox.run(&["send", "--yes"]).is(0).said().contains("was mailed another"));
}
