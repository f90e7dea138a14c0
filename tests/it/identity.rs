//! Who is a person: matched by id, else by address, else by address and name; frozen at the first mail.

use roomkey::{
    model::Stage,
    rehearsal::{Action, Rule, Script, Times},
};

use crate::support::{EventFile, Sandbox, SmtpServer};

/// An event whose attendee file was mailed.
fn mailed(file: &str) -> (SmtpServer, Sandbox) {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(0, server.port());
    sandbox.write("attendees.csv", file);
    sandbox.run(&["send", "--yes"]).is(0);
    (server, sandbox)
}

fn allow_shared(sandbox: &Sandbox, server: &SmtpServer) {
    EventFile::at(server.port()).text("attendees", "shared_addresses", "allow").write(sandbox);
}

#[test]
fn an_id_column_that_comes_later_mails_nobody_twice() {
    let (server, sandbox) = mailed("email,name\nada@example.org,Ada\nben@example.org,Ben\n");
    sandbox
        .write("attendees.csv", "id,email,name\n1,ADA@example.org,Ada\n2,ben@example.org,Ben\n3,cy@example.org,Cy\n");
    sandbox.run(&["send", "--yes"]).is(0);
    server.mailed_once(&["ada@example.org", "ben@example.org", "cy@example.org"]);

    // The link is still the one that was mailed, and so is who it names.
    let mailed = server.received().into_iter().find(|mail| mail.to() == "ada@example.org").unwrap();
    let link = sandbox.run(&["link", "ada@example.org"]).is(0).stdout.trim().to_owned();
    assert_eq!(link, mailed.link());
    sandbox.run(&["inspect", &link]).is(0).says("Ada's key, attendees.csv:2");
}

#[test]
fn an_id_column_that_goes_away_mails_nobody_twice_without_a_choice() {
    let (server, sandbox) = mailed("id,email,name\n1,ada@example.org,Ada\n2,ben@example.org,Ben\n");
    sandbox.write("attendees.csv", "email,name\nada@example.org,Ada\nben@example.org,Ben\n");
    sandbox
        .run(&["send", "--yes"])
        .is(3)
        .says("ada@example.org")
        .says("was mailed before as id 1")
        .says("--accept-change");
    assert_eq!(server.counts().mails, 2);
}

#[test]
fn with_an_id_a_person_may_move_to_another_address() {
    let (server, sandbox) = mailed("id,email,name\n1,ada@example.org,Ada\n2,ben@example.org,Ben\n");
    sandbox.write("attendees.csv", "id,email,name\n1,ada@example.net,Ada\n2,ben@example.org,Ben\n");
    let finished = sandbox.run(&["send", "--yes"]);
    finished.is(0).says("ada@example.net").says("roomkey resend ada@example.net");
    assert_eq!(server.counts().mails, 2, "the address is the organiser's to decide");

    let first = server.received().into_iter().find(|mail| mail.to() == "ada@example.org").unwrap();
    sandbox.run(&["resend", "ada@example.net"]).is(0);
    let again = server.received().pop().unwrap();
    assert_eq!((again.to().as_str(), again.claims()), ("ada@example.net", first.claims()), "same person, same key");
    let finished = sandbox.run(&["send", "--yes"]);
    assert!(!finished.is(0).said().contains("the file now has"), "told once: {}", finished.said());
}

#[test]
fn a_failed_address_that_was_corrected_is_mailed() {
    let refuse = Rule::at(Stage::Recipient, Action::reply("550 5.1.1 no such user")).recipient("adda@");
    let server = SmtpServer::start(Script::default().rule(refuse.times(Times::Always)));
    let sandbox = Sandbox::with_attendees(0, server.port());
    sandbox
        .write("attendees.csv", "id,email,name\n1,adda@example.org,Ada\n2,ben@example.org,Ben\n3,cy@example.org,Cy\n");
    sandbox.run(&["send", "--yes"]).is(4).says("adda@example.org");
    sandbox.run(&["send", "--yes"]).is(4);
    assert_eq!(server.counts().mails, 2, "refused for good is not tried again by itself");

    sandbox
        .write("attendees.csv", "id,email,name\n1,ada@example.org,Ada\n2,ben@example.org,Ben\n3,cy@example.org,Cy\n");
    sandbox.run(&["send", "--yes"]).is(0);
    server.mailed_once(&["ada@example.org", "ben@example.org", "cy@example.org"]);
}

#[test]
fn addresses_that_may_be_shared_later_mail_nobody_twice() {
    let (server, sandbox) = mailed("email,name\nhome@example.org,Ada\nben@example.org,Ben\n");
    sandbox.write("attendees.csv", "email,name\nhome@example.org,Ada\nhome@example.org,Cy\nben@example.org,Ben\n");
    allow_shared(&sandbox, &server);
    sandbox.run(&["send", "--yes"]).is(0);
    let names: Vec<_> = server.received().iter().map(|mail| mail.to_name().unwrap()).collect();
    assert_eq!((names.len(), names[2].as_str()), (3, "Cy"), "{names:?}");
    sandbox.run(&["send", "--yes"]).is(0);
    assert_eq!(server.counts().mails, 3);
}

#[test]
fn a_name_that_changed_at_an_address_of_ones_own_is_the_same_person() {
    let (server, sandbox) = mailed("email,name\nada@example.org,Ada Byron\n");
    sandbox.write("attendees.csv", "email,name\nada@example.org,Ada Lovelace\n");
    sandbox.run(&["send", "--yes"]).is(0).says("ada@example.org was mailed another name");
    assert_eq!(server.counts().mails, 1);
}

#[test]
fn a_key_that_no_row_has_any_more_stops_the_run_with_the_choice() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(0, server.port());
    allow_shared(&sandbox, &server);
    sandbox.write("attendees.csv", "email,name\nhome@example.org,Ada\nhome@example.org,Ben\n");
    sandbox.run(&["send", "--yes"]).is(0);

    sandbox.write("attendees.csv", "email,name\nhome@example.org,Ada\nhome@example.org,Cy\ndee@example.org,Dee\n");
    let finished = sandbox.run(&["send", "--yes"]);
    finished.is(3).says("home@example.org").says("Cy").says("Ben").says("the same person?").says("--accept-change");
    assert_eq!(server.counts().mails, 2, "nothing was sent, to nobody");

    sandbox.run(&["send", "--yes", "--accept-change"]).is(0);
    let names: Vec<_> = server.received().iter().map(|mail| mail.to_name().unwrap()).collect();
    assert_eq!(server.counts().mails, 4, "{names:?}");
    assert!(names.contains(&"Cy".to_owned()) && names.contains(&"Dee".to_owned()));
    sandbox.run(&["send", "--yes"]).is(0);
    assert_eq!(server.counts().mails, 4, "and known from then on");
    assert_eq!(sandbox.in_state("removed"), ["home@example.org"], "Ben is no longer in the file");
}

#[test]
fn somebody_who_was_never_reached_is_no_reason_to_stop() {
    let refuse = Rule::at(Stage::Recipient, Action::reply("550 5.1.1 no such user")).recipient("home@");
    let server = SmtpServer::start(Script::default().rule(refuse.times(Times::First(1))));
    let sandbox = Sandbox::with_attendees(0, server.port());
    sandbox.write("attendees.csv", "id,email,name\n1,ben@example.org,Ben\n2,home@example.org,Ada\n");
    sandbox.run(&["send", "--yes"]).is(4);
    sandbox.write("attendees.csv", "id,email,name\n1,ben@example.org,Ben\n7,home@example.org,Ada\n");
    sandbox.run(&["send", "--yes"]).is(0);
    server.mailed_once(&["ben@example.org", "home@example.org"]);
}

#[test]
fn somebody_removed_is_told_so_and_is_not_mailed_again() {
    let (server, sandbox) = mailed("email,name\nada@example.org,Ada\nben@example.org,Ben\n");
    sandbox.write("attendees.csv", "email,name\nada@example.org,Ada\n");
    sandbox.run(&["resend", "ben@example.org"]).is(3).says("ben@example.org is not in attendees.csv");
    sandbox.run(&["resend", "--all", "--yes"]).is(0);
    assert_eq!(server.deliveries()["ben@example.org"], 1);
    assert_eq!(sandbox.state("ben@example.org"), "removed");
}
