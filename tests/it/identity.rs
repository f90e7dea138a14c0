//! Who is a person: nobody is mailed twice because a file tells people apart in another way today.

use roomkey::{
    model::Stage,
    rehearsal::{Action, Rule, Script},
};

use crate::support::{EventFile, Sandbox, SmtpServer};

/// An event whose attendee file was this when everybody was mailed.
fn mailed(file: &str) -> (SmtpServer, Sandbox) {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(0, server.port());
    sandbox.write("attendees.csv", file);
    sandbox.run(&["send", "--yes"]).is(0);
    (server, sandbox)
}

fn share_addresses(server: &SmtpServer, sandbox: &Sandbox) {
    EventFile::at(server.port()).text("attendees", "shared_addresses", "allow").write(sandbox);
}

#[test]
fn an_id_column_added_later_mails_nobody_twice() {
    let (server, sandbox) = mailed("email,name\nada@example.org,Ada\nben@example.org,Ben\n");
    sandbox.write(
        "attendees.csv",
        "id,email,name\n7,ADA@example.org,Ada\n8,ben@example.org,Benjamin\n9,cora@example.org,Cora\n",
    );
    sandbox.run(&["send", "--yes"]).is(0);
    server.mailed_once(&["ada@example.org", "ben@example.org", "cora@example.org"]);
    assert_eq!((sandbox.in_state("sent").len(), sandbox.in_state("removed").len()), (3, 0));

    sandbox.run(&["resend", "ada@example.org"]).is(0);
    let mails = server.received();
    let first = mails.iter().find(|mail| mail.to() == "ada@example.org").unwrap();
    assert_eq!(mails[3].link(), first.link(), "the key of the first mail stays, and so does the link");
}

#[test]
fn ids_taken_away_later_stop_the_run() {
    let (server, sandbox) = mailed("id,email,name\n1,ada@example.org,Ada\n2,ben@example.org,Ben\n");
    sandbox.write("attendees.csv", "email,name\nada@example.org,Ada\nben@example.org,Ben\n");
    let stopped = sandbox.run(&["send", "--yes"]);
    stopped.is(3).says("line 2: ada@example.org").says("id 1").says("id 2").says("--accept-change");
    stopped.says("Give the row its former id");
    assert_eq!(server.counts().mails, 2);
    assert_eq!(sandbox.in_state("removed").len(), 2, "nothing was written");

    sandbox.write("attendees.csv", "id,email,name\n1,ada@example.org,Ada\n2,ben@example.org,Ben\n");
    sandbox.run(&["send", "--yes"]).is(0);
    assert_eq!(server.counts().mails, 2);
}

#[test]
fn addresses_shared_later_mail_only_those_who_are_new() {
    let (server, sandbox) = mailed("email,name\nhome@example.org,Ada\n");
    share_addresses(&server, &sandbox);
    sandbox.write("attendees.csv", "email,name\nhome@example.org,Ben\nHome@example.org,Ada\n");
    sandbox.run(&["send", "--yes"]).is(0);
    let names: Vec<_> = server.received().iter().map(|mail| mail.to_name().unwrap()).collect();
    assert_eq!(names, ["Ada", "Ben"]);
    sandbox.run(&["send", "--yes"]).is(0);
    assert_eq!(server.counts().mails, 2);

    sandbox.write("attendees.csv", "id,email,name\n1,home@example.org,Ben\n2,home@example.org,Ada\n");
    sandbox.run(&["send", "--yes"]).is(0);
    assert_eq!(server.counts().mails, 2, "and ids on top of it");
}

#[test]
fn a_sharer_with_another_name_is_nobodys_to_guess_about() {
    let (server, sandbox) = mailed("email,name\nhome@example.org,Ada\n");
    share_addresses(&server, &sandbox);
    sandbox.write("attendees.csv", "email,name\nhome@example.org,Ada Lovelace\nhome@example.org,Ben\n");
    sandbox.run(&["send", "--yes"]).is(3).says("home@example.org").says("\"Ada\"");
    assert_eq!(server.counts().mails, 1);

    // Alone at its address, the row can be nobody else.
    sandbox.write("attendees.csv", "email,name\nhome@example.org,Ada Lovelace\n");
    sandbox.run(&["send", "--yes"]).is(0);
    assert_eq!(server.counts().mails, 1);
}

#[test]
fn somebody_new_at_an_address_is_mailed_once_that_is_said() {
    let (server, sandbox) = mailed("id,email,name\n1,desk@example.org,Ada\n2,ben@example.org,Ben\n");
    sandbox.write("attendees.csv", "id,email,name\n2,ben@example.org,Ben\n3,desk@example.org,Cora\n");
    sandbox.run(&["send", "--yes"]).is(3).says("\"Cora\"").says("\"Ada\"");
    sandbox.run(&["resend", "desk@example.org"]).is(3).says("--accept-change");
    sandbox.run(&["status"]).is(0).says("desk@example.org").says("`roomkey send` asks");
    assert_eq!(server.counts().mails, 2);

    sandbox.run(&["send", "--yes", "--accept-change"]).is(0);
    let mails = server.received();
    assert_eq!((mails.len(), mails[2].to_name().as_deref()), (3, Some("Cora")));
    let first = mails.iter().find(|mail| mail.to_name().as_deref() == Some("Ada")).unwrap();
    let id = |at: &crate::support::ReceivedMail| at.claims()["context"]["user"]["id"].clone();
    assert_ne!(id(&mails[2]), id(first), "a key of her own");
    sandbox.run(&["send", "--yes"]).is(0);
    assert_eq!(server.counts().mails, 3, "remembered");
}

#[test]
fn a_stranger_elsewhere_does_not_concern_those_who_are_named() {
    let (server, sandbox) = mailed("id,email,name\n1,ada@example.org,Ada\n");
    sandbox.write("attendees.csv", "id,email,name\n5,ada@example.org,Ada\n6,cora@example.org,Cora\n");
    sandbox.run(&["send", "--yes", "--only", "cora@example.org"]).is(0);
    sandbox.run(&["send", "--yes", "--only", "ada@example.org"]).is(3);
    server.mailed_once(&["ada@example.org", "cora@example.org"]);
}

#[test]
fn ids_counted_anew_mail_nobody_twice() {
    let (server, sandbox) = mailed("id,email,name\n1,ada@example.org,Ada\n2,ben@example.org,Ben\n");
    sandbox
        .write("attendees.csv", "id,email,name\n1,new@example.org,New\n2,ada@example.org,Ada\n3,ben@example.org,Ben\n");
    sandbox.run(&["send", "--yes"]).is(3).says("line 4: ben@example.org").says("line 3 now");
    assert_eq!(server.counts().mails, 2);
}

#[test]
fn a_row_that_cannot_be_mailed_is_still_somebody() {
    let (server, sandbox) = mailed("email,name\nhome@example.org,Ada\n");
    share_addresses(&server, &sandbox);
    sandbox.write("attendees.csv", "email,name,room\nhome@example.org,Ada,not a room*\nhome@example.org,Ben,\n");
    sandbox.run(&["send", "--yes", "--skip-invalid"]).is(4);
    let names: Vec<_> = server.received().iter().map(|mail| mail.to_name().unwrap()).collect();
    assert_eq!(names, ["Ada", "Ben"], "Ben is not taken for Ada, whose row has a problem");
}

#[test]
fn a_refused_address_is_not_tried_again_because_ids_were_taken_away() {
    let refused = Rule::at(Stage::Recipient, Action::reply("550 5.1.1 no such user")).recipient("ada@");
    let server = SmtpServer::start(Script::default().rule(refused).records_commands());
    let sandbox = Sandbox::with_attendees(0, server.port());
    sandbox.write("attendees.csv", "id,email,name\n1,ada@example.org,Ada\n2,ben@example.org,Ben\n");
    sandbox.run(&["send", "--yes"]).is(4);
    sandbox.write("attendees.csv", "email,name\nada@example.org,Ada\ncora@example.org,Cora\n");
    sandbox.run(&["send", "--yes"]).is(4);
    let tries = server.commands().iter().filter(|command| command.line.starts_with("RCPT TO:<ada@")).count();
    assert_eq!(tries, 1);
}

#[test]
fn a_mailed_row_whose_address_changed_is_listed_with_its_resend_line() {
    let (server, sandbox) = mailed("id,email,name\n1,ada@example.org,Ada\n");
    for rest in ["", "2,ben@example.org,Ben\n"] {
        sandbox.write("attendees.csv", &format!("id,email,name\n1,ada@example.net,Ada\n{rest}"));
        sandbox.run(&["send", "--yes"]).is(0).says("ada@example.org").says("`roomkey resend ada@example.net`");
    }
    server.mailed_once(&["ada@example.org", "ben@example.org"]);
    sandbox.run(&["resend", "ada@example.org"]).is(3).says("ada@example.net");
    sandbox.run(&["resend", "ada@example.net"]).is(0);
    let mails = server.received();
    assert_eq!((mails[2].to().as_str(), mails[2].link()), ("ada@example.net", mails[0].link()));
    let after = sandbox.run(&["send", "--yes"]);
    after.is(0);
    assert!(!after.said().contains("roomkey resend"), "{}", after.said());
}

#[test]
fn capitals_alone_are_no_other_address() {
    let (server, sandbox) = mailed("id,email,name\n1,JÜRGEN@example.org,Jürgen\n2,Ada@Example.org,Ada\n");
    sandbox.write("attendees.csv", "id,email,name\n1,jürgen@example.org,Jürgen\n2,ada@EXAMPLE.org,Ada\n");
    let again = sandbox.run(&["send", "--yes"]);
    again.is(0);
    assert!(!again.said().contains("resend"), "{}", again.said());
    assert_eq!(server.counts().mails, 2);
}

#[test]
fn an_id_that_came_later_is_learnt_and_then_a_corrected_address_is_the_same_person() {
    for a_new_one_comes_along in [false, true] {
        let (server, sandbox) = mailed("email,name\nada@example.org,Ada\nben@example.org,Ben\n");
        let new = if a_new_one_comes_along { "9,cy@example.org,Cy\n" } else { "" };
        sandbox.write("attendees.csv", &format!("id,email,name\n1,ada@example.org,Ada\n2,ben@example.org,Ben\n{new}"));
        sandbox.run(&["send", "--yes"]).is(0);
        let before = server.counts().mails;
        sandbox.write("attendees.csv", &format!("id,email,name\n1,ada@example.net,Ada\n2,ben@example.org,Ben\n{new}"));
        sandbox.run(&["send", "--yes"]).is(0).says("roomkey resend ada@example.net");
        assert_eq!(server.counts().mails, before, "nobody is mailed twice");
    }
}

#[test]
fn ids_are_learnt_though_the_run_stops_before_it_mails() {
    let (server, sandbox) = mailed("email,name\nada@example.org,Ada\nben@example.org,Ben\n");
    sandbox
        .write("attendees.csv", "id,email,name\n1,ada@example.org,Ada\n2,ben@example.org,Ben\n3,cy@example.org,Cy\n");
    // Nobody can be asked here.
    sandbox.run(&["send"]).is(3).says("--yes");
    sandbox
        .write("attendees.csv", "id,email,name\n1,ada@example.net,Ada\n2,ben@example.org,Ben\n3,cy@example.org,Cy\n");
    sandbox.run(&["send", "--yes"]).is(0).says("roomkey resend ada@example.net");
    server.mailed_once(&["ada@example.org", "ben@example.org", "cy@example.org"]);
}

#[test]
fn a_choice_that_send_asks_for_is_told_by_check_and_by_roomkey_alone() {
    let (_server, sandbox) = mailed("id,email,name\n1,ada@example.org,Ada\n2,ben@example.org,Ben\n");
    sandbox.write("attendees.csv", "id,email,name\n7,ada@example.org,Ada\n2,ben@example.org,Ben\n");
    sandbox.run(&["check"]).is(0).says("was mailed before as id 1");
    sandbox.run(&["check", "--strict"]).is(3);
    sandbox.run(&[]).is(0).says("needs a choice of yours");
}
