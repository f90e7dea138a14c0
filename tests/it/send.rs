//! `send`: everybody gets their own link, once.

use std::collections::BTreeSet;

use roomkey::{
    model::Stage,
    rehearsal::{Action, Rule, Script},
};

use crate::support::{CLOSED_PORT, EventFile, ReceivedMail, Sandbox, SmtpServer};

#[test]
fn everybody_gets_their_own_link_once() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(3, server.port());

    sandbox.run(&["send", "--yes"]).is(0);

    server.mailed_once(&["a1@example.org", "a2@example.org", "a3@example.org"]);
    let mails = server.received();
    for mail in &mails {
        let claims = mail.claims();
        assert_eq!(claims["context"]["user"]["name"], mail.to_name().unwrap());
        assert_eq!((&claims["iss"], &claims["aud"]), (&"workshop".into(), &"workshop".into()));
        assert_eq!((&claims["room"], &claims["sub"]), (&"rust-workshop".into(), &"meet.example.org".into()));
        // 13:30 in Berlin to 19:00, 5 December 2036.
        assert_eq!((&claims["nbf"], &claims["exp"]), (&2_112_093_000_u64.into(), &2_112_112_800_u64.into()));
        assert!(mail.link().starts_with("https://meet.example.org/rust-workshop?jwt="));
        assert!(claims["context"]["user"].get("email").is_none(), "the room need not know the address");
    }
    let links: BTreeSet<_> = mails.iter().map(|mail| mail.link()).collect();
    let ids: BTreeSet<_> = mails.iter().map(|mail| mail.claims()["context"]["user"]["id"].to_string()).collect();
    let message_ids: BTreeSet<_> = mails.iter().map(|mail| mail.message_id().to_owned()).collect();
    assert_eq!((links.len(), ids.len(), message_ids.len()), (3, 3, 3));
}

#[test]
fn a_second_run_mails_nobody() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(3, server.port());
    sandbox.run(&["send", "--yes"]).is(0);
    sandbox.run(&["send", "--yes"]).is(0);
    assert_eq!(server.counts().mails, 3);
    assert_eq!(sandbox.in_state("sent").len(), 3);
}

#[test]
fn a_new_registrant_is_mailed_alone() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(2, server.port());
    sandbox.run(&["send", "--yes"]).is(0);
    sandbox.write(
        "attendees.csv",
        "email,name\na3@example.org,Attendee 3\nA1@EXAMPLE.ORG,Attendee 1\na2@example.org,Attendee 2\n",
    );
    sandbox.run(&["send", "--yes"]).is(0);
    server.mailed_once(&["a1@example.org", "a2@example.org", "a3@example.org"]);
}

#[test]
fn without_a_terminal_nothing_is_sent_unless_told_so() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(3, server.port());
    sandbox.run(&["send"]).is(3).says("--yes");
    assert_eq!(server.counts().mails, 0);
    assert_eq!(sandbox.in_state("pending").len(), 3);
}

#[test]
fn only_some_are_mailed_where_they_are_named_or_limited() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(6, server.port());
    sandbox.run(&["send", "--yes", "--only", "A3@example.org", "--only", "a5@example.org"]).is(0);
    server.mailed_once(&["a3@example.org", "a5@example.org"]);
    sandbox.run(&["send", "--yes", "--limit", "2"]).is(0);
    server.mailed_once(&["a1@example.org", "a2@example.org", "a3@example.org", "a5@example.org"]);
    assert_eq!(sandbox.in_state("pending"), ["a4@example.org", "a6@example.org"]);
}

#[test]
fn only_of_somebody_unknown_is_refused() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(2, server.port());
    sandbox.run(&["send", "--yes", "--only", "nobody@example.org"]).is(3).says("nobody@example.org");
    assert_eq!(server.counts().mails, 0);
}

#[test]
fn a_test_to_oneself_is_marked_and_not_recorded() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(0, server.port());
    sandbox.write(
        "attendees.csv",
        "email,name,moderator,timezone\nada@example.org,Ada,,\nben@example.org,Ben,yes,\ncora@example.org,Cora,,Asia/Tokyo\n\
         dan@example.org,Dan,,\n",
    );

    sandbox.run(&["send", "--yes", "--to", "me@example.com"]).is(0);

    let tests = server.received();
    assert_eq!(server.deliveries(), [("me@example.com".to_owned(), 3)].into(), "three telling samples");
    assert!(tests.iter().all(|mail| mail.header("X-Roomkey-Test").as_deref() == Some("yes")));
    assert!(tests.iter().all(|mail| mail.subject().starts_with("[TEST → ")));
    let of = |who: &str| tests.iter().any(|mail| mail.subject().contains(who));
    assert!(of("ada@example.org") && of("ben@example.org") && of("cora@example.org"));
    assert_eq!(sandbox.in_state("pending").len(), 4);

    sandbox.run(&["send", "--yes"]).is(0);
    let all = server.received();
    let message_ids: BTreeSet<_> = all.iter().map(ReceivedMail::message_id).collect();
    assert_eq!(message_ids.len(), 7, "a mailbox would drop the real mail as a double of the test");
    assert!(all[3..].iter().all(|mail| mail.header("X-Roomkey-Test").is_none()));
}

#[test]
fn one_bad_row_stops_all_until_it_may_be_skipped() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(0, server.port());
    sandbox.write("attendees.csv", "email,name\nada@example.org,Ada\nben,Ben\ncora@example.org,Cora\n");
    sandbox.run(&["send", "--yes"]).is(3).says("attendees.csv:3");
    assert_eq!(server.counts().mails, 0);
    sandbox.run(&["send", "--yes", "--skip-invalid"]).is(4).says("attendees.csv:3");
    server.mailed_once(&["ada@example.org", "cora@example.org"]);
}

#[test]
fn a_corrected_address_is_tried_again() {
    let refused = Rule::at(Stage::Recipient, Action::reply("550 5.1.1 no such user")).recipient("typo@");
    let server = SmtpServer::start(Script::default().rule(refused));
    let sandbox = Sandbox::with_attendees(0, server.port());
    let file =
        |address: &str| format!("id,email,name\n1,ada@example.org,Ada\n2,{address},Ben\n3,cora@example.org,Cora\n");
    sandbox.write("attendees.csv", &file("typo@example.org"));
    sandbox.run(&["send", "--yes"]).is(4).says("typo@example.org");

    sandbox.run(&["send", "--yes"]).is(4);
    assert_eq!(sandbox.row("typo@example.org")["attempts"], 1, "a refused address is not tried again by itself");
    sandbox.write("attendees.csv", &file("ben@example.org"));
    sandbox.run(&["send", "--yes"]).is(0);
    server.mailed_once(&["ada@example.org", "ben@example.org", "cora@example.org"]);
}

#[test]
fn a_moved_event_stops_the_run_until_the_organiser_has_chosen() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(2, server.port());
    sandbox.run(&["send", "--yes"]).is(0);
    sandbox.write(
        "attendees.csv",
        "email,name\na1@example.org,Attendee 1\na2@example.org,Attendee 2\nnew@example.org,New\n",
    );
    let moved = EventFile::at(server.port()).text("event", "starts", "2036-12-06T14:00").text(
        "event",
        "ends",
        "2036-12-06T17:00",
    );
    moved.write(&sandbox);

    sandbox.run(&["send", "--yes"]).is(3).says("resend --all").says("--accept-change");
    assert_eq!(server.counts().mails, 2);

    sandbox.run(&["send", "--yes", "--accept-change"]).is(0);
    server.mailed_once(&["a1@example.org", "a2@example.org", "new@example.org"]);
    sandbox.run(&["send", "--yes"]).is(0);
    moved.text("event", "room", "another-room").write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(3);
}

#[test]
fn a_window_already_over_sends_nothing() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    let past = EventFile::at(CLOSED_PORT).text("event", "starts", "2020-12-05T14:00").text(
        "event",
        "ends",
        "2020-12-05T17:00",
    );
    past.write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(3);
}

#[test]
fn names_of_strangers_are_shown_and_never_obeyed() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(0, server.port());
    let names = ["<b>Bobby</b> & {{ link }}", "O'Brien", "{% raw %}", "-1+1", "Smith, \"Jr.\"", "山田 太郎", "علي"];
    let mut file = csv::Writer::from_writer(Vec::new());
    file.write_record(["email", "name"]).unwrap();
    for (number, name) in names.iter().enumerate() {
        file.write_record([format!("n{number}@example.org").as_str(), name]).unwrap();
    }
    sandbox.write("attendees.csv", &String::from_utf8(file.into_inner().unwrap()).unwrap());

    sandbox.run(&["send", "--yes"]).is(0);

    let mails = server.received();
    assert_eq!(mails.len(), names.len());
    for mail in &mails {
        let number: usize = mail.to()[1..2].parse().unwrap();
        assert_eq!(mail.to_name().as_deref(), Some(names[number]));
        assert_eq!(mail.claims()["context"]["user"]["name"], names[number]);
        assert!(!mail.html().contains("<b>Bobby"), "{}", mail.html());
    }
}

#[test]
fn nobody_waits_for_somebody_who_left_the_file() {
    let later = Rule::at(Stage::Recipient, Action::reply("451 4.3.0 later")).recipient("a1@");
    let server = SmtpServer::start(Script::default().rule(later));
    let sandbox = Sandbox::with_attendees(1, server.port());
    EventFile::at(server.port())
        .raw("retry", "delays", r#"["1h"]"#)
        .text("retry", "give_up_after", "4h")
        .write(&sandbox);
    sandbox.run(&["send", "--yes", "--no-wait"]).is(4);
    sandbox.write("attendees.csv", "email,name\na2@example.org,Ben\n");
    // It would wait for an hour.
    sandbox.run(&["send", "--yes"]).is(0);
    server.mailed_once(&["a2@example.org"]);
}

#[test]
fn somebody_named_twice_is_meant_once() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(2, server.port());
    sandbox.run(&["send", "--yes", "--only", "a1@example.org", "--only", "A1@example.org"]).is(0);
    sandbox.run(&["resend", "a1@example.org", "a1@EXAMPLE.org"]).is(0);
    assert_eq!(server.deliveries()["a1@example.org"], 2);
}

#[test]
fn commands_to_go_on_with_can_be_pasted() {
    let sandbox = Sandbox::with_attendees(2, CLOSED_PORT);
    let only = sandbox.run(&["send", "--yes", "--only", "a1@example.org"]);
    only.is(6).says("`roomkey send --only a1@example.org` goes on");
    let event = sandbox.path("event.toml");
    let elsewhere = sandbox.run(&["send", "--yes", "-e", event.to_str().unwrap()]);
    elsewhere.is(6).says(&format!("`roomkey -e {} send` goes on", event.display()));
}
