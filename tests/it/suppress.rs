//! People who asked for no mails: by `[attendees] suppress` and by `roomkey suppress`; nothing goes to them.

use roomkey::{
    model::Stage,
    rehearsal::{Action, Rule, Script, Times},
};

use crate::support::{CLOSED_PORT, EventFile, Sandbox, SmtpServer, attendees, mode};

/// Five attendees, of whom a file keeps two out.
fn with_a_file(port: u16) -> Sandbox {
    let sandbox = Sandbox::with_attendees(5, port);
    EventFile::at(port).text("attendees", "suppress", "unsubscribed.csv").write(&sandbox);
    sandbox.write("unsubscribed.csv", "E-Mail;Grund\nA1@Example.org;zu viel\na2@example.org;\nx@example.org;\n");
    sandbox
}

const BOTH: &str = "3 people are kept out: unsubscribed.csv 2, `roomkey suppress` 1";

#[test]
fn who_is_on_a_list_gets_nothing_and_is_counted_by_list() {
    let server = SmtpServer::obliging();
    let sandbox = with_a_file(server.port());
    sandbox.run(&["suppress", "A3@EXAMPLE.org"]).is(0).says("A3@example.org (Attendee 3) gets no mail of this event");
    sandbox.run(&["check"]).is(0).says(BOTH);
    sandbox.run(&["send"]).is(3).says(BOTH).says("2 people to mail");
    sandbox.run(&["send", "--dry-run"]).is(0).says(BOTH);
    assert_eq!(sandbox.eml_files("preview").len(), 2);
    sandbox.run(&["rehearse"]).is(0).says(BOTH).says("2 mails were caught");
    sandbox.run(&["send", "--yes"]).is(0).says(BOTH);
    server.mailed_once(&["a4@example.org", "a5@example.org"]);
    sandbox.run(&["status"]).is(0).says(BOTH);
    let row = sandbox.row("a1@example.org");
    assert_eq!((row["state"].as_str(), row["attempts"].as_u64()), (Some("skipped"), Some(0)));
    assert_eq!(row["reason"], "line 2: kept out: unsubscribed.csv names this address");
    assert_eq!(sandbox.row("a3@example.org")["reason"], "line 4: kept out by `roomkey suppress`");
    sandbox.run(&["resend", "--all", "--yes"]).is(0);
    assert_eq!(server.counts().mails, 4);
}

#[test]
fn the_list_is_kept_privately_survives_and_is_taken_back() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(3, server.port());
    sandbox.run(&["suppress", "--list"]).is(0).says("0 addresses are kept out");
    assert!(!sandbox.path(".roomkey").exists(), "looking makes nothing");
    sandbox
        .run(&["suppress", "a2@example.org", "nobody@example.net"])
        .is(0)
        .says("Nobody in attendees.csv has this address now; it is kept out all the same");
    assert_eq!(sandbox.read(".roomkey/workshop.suppressed"), "a2@example.org\nnobody@example.net\n");
    assert_eq!(mode(&sandbox.path(".roomkey/workshop.suppressed")), 0o600);
    sandbox.run(&["suppress", "A2@example.org"]).is(0).says("was kept out already");
    let list = sandbox.run(&["suppress", "--list"]);
    list.is(0).says("2 addresses are kept out");
    assert_eq!(list.stdout, "a2@example.org\nnobody@example.net\n");
    for _ in 0..2 {
        sandbox.run(&["send", "--yes"]).is(0);
        server.mailed_once(&["a1@example.org", "a3@example.org"]);
    }
    sandbox.run(&["suppress", "--remove", "a2@example.org", "--remove", "a3@example.org"]).is(3).says("a3@example.org");
    sandbox.run(&["suppress", "--remove", "A2@example.org"]).is(0).says("may be mailed again");
    assert_eq!(sandbox.read(".roomkey/workshop.suppressed"), "nobody@example.net\n");
    sandbox.run(&["send", "--yes"]).is(0).says_not("kept out");
    assert_eq!(server.counts().mails, 3);
}

#[test]
fn who_was_mailed_stays_sent_and_gets_neither_a_mail_again_nor_a_cancellation() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(3, server.port());
    sandbox.run(&["send", "--yes"]).is(0);
    sandbox.run(&["suppress", "a2@example.org"]).is(0).says("were mailed before: that link works on");
    let row = sandbox.row("a2@example.org");
    assert_eq!(
        (row["state"].as_str(), row["reason"].as_str()),
        (Some("sent"), Some("line 3: kept out by `roomkey suppress`"))
    );
    let way_out = "`roomkey suppress --remove a2@example.org`";
    let named: [&[&str]; 5] = [
        &["resend", "a2@example.org"],
        &["resend", "a1@example.org", "--to", "a2@example.org"],
        &["send", "--only", "a2@example.org", "--yes"],
        &["send", "--to", "a2@example.org", "--yes"],
        &["cancel", "a2@example.org"],
    ];
    for command in named {
        sandbox.run(command).is(3).says("a2@example.org is kept out of every mail").says(way_out);
    }
    sandbox.run(&["link", "a2@example.org"]).is(0).says("jwt=");
    sandbox.run(&["resend", "--all", "--yes"]).is(0);
    // A row that is gone is told by `cancel` as the ledger knows it; not who asked for no mails.
    sandbox.write("attendees.csv", "email,name\na1@example.org,Attendee 1\n");
    sandbox.run(&["cancel", "--all", "--yes"]).is(0).says("1 person is kept out: `roomkey suppress` 1");
    let deliveries = server.deliveries();
    assert_eq!((deliveries["a1@example.org"], deliveries["a2@example.org"], deliveries["a3@example.org"]), (3, 1, 3));
}

#[test]
fn an_invitation_that_went_to_an_address_of_the_list_is_not_called_off_there() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(2, server.port());
    sandbox.write("attendees.csv", "email,name,id\nold@example.org,Ada,1\nben@example.org,Ben,2\n");
    sandbox.run(&["send", "--yes"]).is(0);
    sandbox.write("attendees.csv", "email,name,id\nnew@example.org,Ada,1\nben@example.org,Ben,2\n");
    sandbox.run(&["suppress", "old@example.org"]).is(0);
    sandbox.run(&["cancel", "--all", "--yes"]).is(0).says("1 person is kept out");
    let deliveries = server.deliveries();
    assert_eq!((deliveries["old@example.org"], deliveries["ben@example.org"]), (1, 2));
    assert!(!deliveries.contains_key("new@example.org"));
}

#[test]
fn a_list_that_cannot_be_read_stops_everything_and_lines_without_address_are_told() {
    let server = SmtpServer::obliging();
    let sandbox = with_a_file(server.port());
    sandbox.write("unsubscribed.csv", "a1@example.org\nnobody\n");
    sandbox.run(&["check"]).is(0).says("unsubscribed.csv:2: this line holds no address");
    sandbox.run(&["check", "--strict"]).is(3);
    std::fs::remove_file(sandbox.path("unsubscribed.csv")).unwrap();
    for command in [&["send", "--yes"][..], &["check"], &["resend", "--all", "--yes"], &["status"]] {
        let refused = sandbox.run(command);
        refused.is(3).says("unsubscribed.csv: there is no such file").says("`suppress` under [attendees]");
    }
    assert_eq!(server.counts().mails, 0);
    // Whoever asks now is put on the list all the same.
    sandbox.run(&["suppress", "a5@example.org"]).is(0).says("a5@example.org gets no mail");
    EventFile::at(server.port()).raw("attendees", "suppress", r#"["a.txt", "b.csv"]"#).write(&sandbox);
    sandbox.write("a.txt", "a1@example.org");
    sandbox.write("b.csv", "Name,Email\nTwo,a2@example.org\n");
    sandbox.run(&["send", "--yes"]).is(0).says("3 people are kept out: a.txt 1, b.csv 1, `roomkey suppress` 1");
    server.mailed_once(&["a3@example.org", "a4@example.org"]);
}

#[test]
fn who_asks_while_a_run_waits_gets_no_second_try() {
    let later = Rule::at(Stage::Recipient, Action::reply("451 4.7.1 later")).recipient("a2@").times(Times::First(1));
    let server = SmtpServer::start(Script::default().rule(later));
    let sandbox = Sandbox::with_attendees(3, server.port());
    EventFile::at(server.port())
        .text("retry", "greylist_wait", "6s")
        .raw("retry", "delays", r#"["6s"]"#)
        .write(&sandbox);
    let run = sandbox.spawn(&["send", "--yes"]);
    run.wait_until_it_says("trying again in");
    sandbox.run(&["suppress", "a2@example.org"]).is(0);
    let finished = run.wait();
    finished.is(0).says("1 person more is kept out");
    server.mailed_once(&["a1@example.org", "a3@example.org"]);
    assert_eq!(sandbox.state("a2@example.org"), "skipped");
}

#[test]
fn what_is_wrong_with_the_row_of_somebody_kept_out_keeps_nobody_waiting() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(0, server.port());
    sandbox.write("attendees.csv", "email,name\nada@example.org,\nben@example.org,Ben\nada@example.org,Ada\n");
    sandbox.run(&["send", "--yes"]).is(3).says("`name` is empty");
    sandbox.run(&["suppress", "ada@example.org"]).is(0);
    sandbox.run(&["send", "--yes"]).is(0);
    server.mailed_once(&["ben@example.org"]);
}

#[test]
fn a_person_in_two_sessions_is_kept_out_of_both_and_counted_once() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(0, server.port());
    EventFile::at(server.port()).write(&sandbox);
    let sessions = "[[session]]\nkey = \"morning\"\ntitle = \"Morning\"\nroom = \"rust-morning\"\n\
                    starts = \"2036-12-05T09:00\"\nends = \"2036-12-05T10:00\"\n\
                    [[session]]\nkey = \"noon\"\ntitle = \"Noon\"\nroom = \"rust-noon\"\n\
                    starts = \"2036-12-05T11:00\"\nends = \"2036-12-05T12:00\"\n";
    let event = sandbox.read("event.toml") + sessions;
    sandbox.write("event.toml", &event);
    sandbox.write("attendees.csv", "email,name,session\nada@example.org,Ada,morning;noon\nben@example.org,Ben,noon\n");
    sandbox.run(&["suppress", "ada@example.org"]).is(0);
    sandbox.run(&["send", "--yes"]).is(0).says("1 person is kept out");
    server.mailed_once(&["ben@example.org"]);
    assert_eq!(sandbox.in_state("skipped"), ["ada@example.org", "ada@example.org"]);
}

#[test]
fn a_time_that_only_they_were_told_holds_nobody_up() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(1, server.port());
    sandbox.run(&["send", "--yes"]).is(0);
    EventFile::at(server.port()).text("event", "starts", "2036-12-05T13:00").write(&sandbox);
    sandbox.write("attendees.csv", &attendees(2));
    sandbox.run(&["send", "--yes"]).is(3).says("a new event?");
    sandbox.run(&["suppress", "a1@example.org"]).is(0);
    sandbox.run(&["send", "--yes", "--accept-change"]).is(0);
    sandbox.write("attendees.csv", &attendees(3));
    sandbox.run(&["send", "--yes"]).is(0);
    assert_eq!(server.deliveries()["a1@example.org"], 1);
}

#[test]
fn what_is_no_address_is_refused_and_nothing_changes() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    sandbox.run(&["suppress", "a1@example.org", "nobody"]).is(3).says("`nobody` is not an e-mail address");
    sandbox.run(&["suppress"]).is(2);
    assert!(!sandbox.path(".roomkey/workshop.suppressed").exists());
    sandbox.run(&["suppress", "a1@example.org"]).is(0);
    sandbox.write(".roomkey/workshop.suppressed", "a1@example.org\nnobody\n");
    sandbox.run(&["send", "--yes"]).is(3).says("line 2 is not an address");
}

#[test]
fn an_address_is_known_however_a_list_dresses_it_up() {
    let sandbox = Sandbox::new();
    EventFile::at(CLOSED_PORT).text("attendees", "suppress", "list.txt").write(&sandbox);
    let list = "“ada@example.org”\n‘ben@example.org’\n\u{200b}cora@example.org\n(dora@example.org).\njörg@example.org\n\
                'eve@example.org\n";
    sandbox.write("list.txt", list);
    let rows = ["ada", "ben", "cora", "dora", "jo\u{308}rg", "eve"].map(|name| format!("{name}@example.org,{name}\n"));
    sandbox.write("attendees.csv", &format!("email,name\n{}", rows.concat()));
    sandbox.run(&["check"]).is(0).says("6 people are kept out: list.txt 6").says_not("holds no address");
}

#[test]
fn who_was_mailed_under_an_address_that_is_kept_out_is_kept_out_under_the_next() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::new();
    EventFile::at(server.port()).write(&sandbox);
    sandbox.write("attendees.csv", "id,email,name\n1,old@example.org,Ada\n2,ben@example.org,Ben\n");
    sandbox.run(&["send", "--yes"]).is(0);
    sandbox.run(&["suppress", "old@example.org"]).is(0);
    sandbox.write("attendees.csv", "id,email,name\n1,new@example.org,Ada\n2,ben@example.org,Ben\n");
    sandbox.run(&["check"]).is(0).says("1 person is kept out");
    sandbox.run(&["resend", "--all", "--yes"]).is(0);
    sandbox.run(&["resend", "new@example.org", "--yes"]).is(3);
    sandbox.run(&["cancel", "--all", "--yes"]).is(0);
    assert!(!server.deliveries().contains_key("new@example.org"));
    sandbox.run(&["link", "new@example.org"]).is(0).says("Ada is kept out of every mail of this event");
}

#[test]
fn a_row_with_several_addresses_keeps_nobody_waiting_where_all_are_kept_out() {
    let sandbox = Sandbox::new();
    EventFile::at(CLOSED_PORT).text("attendees", "suppress", "list.txt").write(&sandbox);
    sandbox.write("list.txt", "ada@example.org\nada2@example.org\n");
    let rows = "\"ada@example.org, ada2@example.org\",Ada\nAda L <ada@example.org>,Ada\nben@example.org,Ben\n";
    sandbox.write("attendees.csv", &format!("email,name\n{rows}"));
    sandbox.run(&["check"]).is(0).says("2 people are kept out");
    sandbox.write("list.txt", "ada@example.org\n");
    sandbox.run(&["check"]).is(3).says("holds more than one address");
}
