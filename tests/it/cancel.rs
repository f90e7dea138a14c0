//! `cancel`: whom it tells, of what, and that it tells each once.

use roomkey::{
    model::Stage,
    rehearsal::{Action, Rule, Script, Times},
};

use crate::calendar::{entry, last, mailed};
use crate::support::{EventFile, ReceivedMail, Sandbox, SmtpServer, attendees};

#[test]
fn a_cancellation_takes_the_entry_back_and_send_leaves_the_person_alone() {
    let (server, sandbox) = mailed(3, "request");
    let mails = server.received();
    let first = mails.iter().find(|mail| mail.to() == "a2@example.org").map(entry).unwrap();
    let told = sandbox.run(&["cancel", "a2@example.org", "--note", "We are full."]);
    told.is(0).says("1 person to tell that their invitation is called off");
    told.says("a mail calls no link back: those that people have work until").says("note: We are full.");
    let mail = last(&server);
    assert_eq!((mail.to().as_str(), mail.subject()), ("a2@example.org", "Cancelled: Rust for Everyone"));
    assert!(mail.text().contains("We are full.") && mail.html().contains("We are full."));
    assert!(!String::from_utf8_lossy(&mail.raw).contains("jwt="), "no link any more");
    let off = entry(&mail);
    assert_eq!((off.method.as_str(), off.sequence(), off.is_shown), ("CANCEL", 1, true));
    assert_eq!((off.value("UID"), off.value("STATUS")), (first.value("UID"), "CANCELLED"));
    assert_eq!((off.attendees(), off.value("DTSTART")), (first.attendees(), first.value("DTSTART")));
    // and neither `send`, a round to all nor a second `cancel` mails them
    assert_eq!(sandbox.state("a2@example.org"), "cancelled");
    sandbox.run(&["send", "--yes"]).is(0);
    sandbox.run(&["cancel", "a2@example.org"]).is(0).says("nothing to call off");
    assert_eq!(server.counts().mails, 4);
    sandbox.run(&["resend", "--all", "--yes"]).is(0);
    assert_eq!(server.counts().mails, 6);
    // but who is named is invited again, to the same entry
    sandbox.run(&["resend", "a2@example.org"]).is(0);
    let again = entry(&last(&server));
    assert_eq!((again.method.as_str(), again.sequence(), again.value("UID")), ("REQUEST", 2, first.value("UID")));
    assert_eq!(sandbox.state("a2@example.org"), "sent");
}

#[test]
fn everybody_who_holds_an_invitation_is_told_once_also_after_a_stop() {
    let (server, sandbox) = mailed(6, "publish");
    let mailed_before = server.received().len();
    // given somebody who was never mailed, and somebody who is in the file no more
    let rows = attendees(7).lines().filter(|line| !line.contains("a1@example.org")).collect::<Vec<_>>().join("\n");
    sandbox.write("attendees.csv", &format!("{rows}\n"));
    sandbox.run(&["cancel", "--all"]).is(3).says("6 people to tell").says("--yes");
    // when the relay dies on the third
    let dying = SmtpServer::start(
        Script::default().rule(Rule::at(Stage::Sender, Action::reply("550 5.7.1 no")).times(Times::After(2))),
    );
    let at = |port| EventFile::at(port).text("calendar", "style", "publish").raw("smtp", "connections", 1);
    at(dying.port()).write(&sandbox);
    sandbox.run(&["cancel", "--all", "--yes"]).is(6).says("`roomkey cancel --all` goes on with the rest");
    assert_eq!((dying.counts().mails, sandbox.in_state("cancelled").len()), (2, 2));
    // then the same command goes on with the rest
    at(server.port()).write(&sandbox);
    sandbox.run(&["cancel", "--all", "--yes", "--wait"]).is(0);
    let mut told: Vec<_> =
        dying.received().iter().chain(&server.received()[mailed_before..]).map(ReceivedMail::to).collect();
    told.sort();
    assert_eq!(told, (1..=6).map(|n| format!("a{n}@example.org")).collect::<Vec<_>>());
    for mail in &server.received()[mailed_before..] {
        let off = entry(mail);
        assert_eq!((off.method.as_str(), off.is_shown, off.attendees().len()), ("CANCEL", false, 0));
    }
    sandbox.run(&["cancel", "--all", "--yes"]).is(0).says("nothing to call off");
}

#[test]
fn a_cancellation_that_was_put_off_is_not_turned_into_an_invitation() {
    let (server, sandbox) = mailed(2, "request");
    let later = Rule::at(Stage::Recipient, Action::reply("451 4.7.1 later")).times(Times::First(1));
    let greylisting = SmtpServer::start(Script::default().rule(later));
    EventFile::at(greylisting.port()).text("calendar", "style", "request").write(&sandbox);
    sandbox.run(&["cancel", "a1@example.org", "--no-wait"]).is(4).says("`roomkey cancel a1@example.org`");
    let id = sandbox.row("a1@example.org")["message_id"].clone();
    sandbox.run(&["send", "--yes"]).is(4).says("not told yet that it is off");
    assert_eq!((server.counts().mails, greylisting.counts().mails), (2, 0));
    sandbox.run(&["cancel", "a1@example.org"]).is(0);
    let mail = last(&greylisting);
    assert_eq!((entry(&mail).method.as_str(), entry(&mail).sequence()), ("CANCEL", 1));
    assert_eq!(sandbox.row("a1@example.org")["message_id"], id, "the same mail, tried again");
    sandbox.run(&["send", "--yes"]).is(0);
}

#[test]
fn who_cannot_be_told_is_named_and_nothing_is_sent() {
    let (server, sandbox) = mailed(1, "request");
    sandbox.write("attendees.csv", &attendees(2));
    sandbox.run(&["cancel", "a2@example.org"]).is(3).says("a2@example.org holds no invitation so far");
    sandbox.run(&["cancel", "nobody@example.org"]).is(3).says("nobody@example.org is not in attendees.csv");
    sandbox.run(&["cancel", "a1@example.org", "--name", "Somebody Else"]).is(3);
    sandbox.run(&["cancel", "a1@example.org", "--note", " "]).is(3).says("the note is empty");
    sandbox.run(&["cancel"]).is(2);
    assert_eq!(server.counts().mails, 1);
}

#[test]
fn a_cancellation_can_be_looked_at_before() {
    let (server, sandbox) = mailed(2, "request");
    sandbox.run(&["cancel", "--all", "--dry-run", "--out", "look", "--skip-invalid"]).is(0);
    let mails: Vec<_> = sandbox.eml_files("look").iter().map(|file| ReceivedMail::read(file)).collect();
    assert!(mails.iter().all(|mail| entry(mail).method == "CANCEL"));
    assert_eq!((mails.len(), server.counts().mails), (2, 2));
    // Who is in no row any more is told as well, and seen on the page.
    sandbox.write("attendees.csv", &attendees(1));
    sandbox.run(&["cancel", "--all", "--dry-run", "--out", "look"]).is(0);
    let list = sandbox.read("look/index-data/list.js");
    assert!(list.contains("a1@example.org") && list.contains("a2@example.org"), "{list}");
    sandbox.write("attendees.csv", &attendees(2));
    sandbox.run(&["cancel", "--all", "--dry-run", "--out", "shared", "--redact"]).is(0);
    assert!(!sandbox.read("shared/index.html").contains("a1@example.org"));
    sandbox.run(&["cancel", "--all", "--open"]).is(2).says("--dry-run");
}

#[test]
fn who_is_in_no_row_any_more_reads_what_they_were_invited_to() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(0, server.port());
    EventFile::at(server.port())
        .text("calendar", "style", "request")
        .raw("attendees.columns", "starts", "\"from\"")
        .raw("attendees.columns", "ends", "\"to\"")
        .write(&sandbox);
    let header = "email,name,from,to,timezone,language\n";
    sandbox.write(
        "attendees.csv",
        &format!(
            "{header}a1@example.org,Ada,2036-12-06T09:00,2036-12-06T10:00,Asia/Tokyo,de\na2@example.org,Ben,,,,\n"
        ),
    );
    sandbox.run(&["send", "--yes"]).is(0);
    // when everybody's row is deleted
    sandbox.write("attendees.csv", header);
    sandbox.run(&["cancel", "a1@example.org", "--dry-run", "--out", "look"]).is(0);
    assert!(sandbox.read("look/index-data/list.js").contains("a1@example.org"));
    sandbox.run(&["cancel", "a1@example.org"]).is(0);
    // then the mail tells Ada's own hour, in her language and her zone
    let mail = last(&server);
    assert_eq!(mail.subject(), "Einladung zurückgezogen: Rust for Everyone");
    assert!(mail.text().contains("17:00 bis 18:00 Uhr (Tokyo, JST)"), "{}", mail.text());
    assert_eq!(entry(&mail).value("DTSTART"), "20361206T080000Z");
    sandbox.run(&["cancel", "--all", "--yes"]).is(0);
    assert_eq!((last(&server).to(), server.counts().mails), ("a2@example.org".to_owned(), 4));
    sandbox.run(&["send", "--yes"]).is(3).says("no rows below it");
}

fn request_at(port: u16) -> EventFile {
    EventFile::at(port).text("calendar", "style", "request")
}

#[test]
fn what_people_were_invited_to_is_called_off_whatever_the_files_say_by_now() {
    let (server, sandbox) = mailed(3, "request");
    // Moved and renamed since; one person was told.
    let moved = || {
        request_at(server.port())
            .text("event", "title", "Rust for Some")
            .text("event", "starts", "2036-12-07T14:00")
            .text("event", "ends", "2036-12-07T17:00")
    };
    moved().write(&sandbox);
    sandbox.run(&["resend", "a2@example.org"]).is(0);
    // With another sender it is the same entry.
    moved().text("mail", "from", "Rust Workshop <workshop@other.example>").write(&sandbox);
    let told = sandbox.run(&["cancel", "--all", "--yes"]);
    told.is(0).says("\"Rust for Everyone\", Fri 5 Dec 2036 14:00").says("\"Rust for Some\", Sun 7 Dec 2036 14:00");
    told.says("people have workshop@example.org as organiser in their calendars, not workshop@other.example");
    told.says("until Sun 7 Dec 2036 19:00");
    let mails = server.received();
    let off = |to: &str| mails[4..].iter().find(|mail| mail.to() == to).unwrap();
    assert_eq!(entry(off("a1@example.org")).value("DTSTART"), "20361205T130000Z");
    assert!(off("a1@example.org").text().contains("Friday, 5 December 2036"), "{}", off("a1@example.org").text());
    assert_eq!(entry(off("a2@example.org")).value("DTSTART"), "20361207T130000Z");
    assert_eq!(
        (off("a1@example.org").subject(), off("a2@example.org").subject()),
        ("Cancelled: Rust for Everyone", "Cancelled: Rust for Some")
    );
    assert_eq!(
        entry(off("a3@example.org")).value("ORGANIZER"),
        "mailto:workshop@example.org",
        "a calendar obeys nobody else"
    );
    sandbox.run(&["check"]).is(0).says("the entries go on naming workshop@example.org");
    let uids: std::collections::HashSet<_> = mails.iter().map(|mail| entry(mail).value("UID").to_owned()).collect();
    assert_eq!((mails.len(), uids.len()), (7, 3), "each person's entry keeps its name");
    // Whoever comes now is invited to what was called off.
    sandbox.write("attendees.csv", &attendees(4));
    let invited = sandbox.run(&["send", "--yes", "--accept-change"]);
    invited.is(0).says("this event was called off by `roomkey cancel --all`");
}

#[test]
fn a_row_that_says_another_hour_by_now_or_cannot_be_read_is_told_the_old_one() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(0, server.port());
    let event = || {
        request_at(server.port()).raw("attendees.columns", "starts", "\"from\"").raw(
            "attendees.columns",
            "ends",
            "\"to\"",
        )
    };
    event().write(&sandbox);
    let rows = |from: &str, to: &str, zone: &str| {
        format!("email,name,from,to,timezone\na1@example.org,Ada,{from},{to},{zone}\na2@example.org,Ben,{from},{to},\n")
    };
    sandbox.write("attendees.csv", &rows("2036-12-06T09:00", "2036-12-06T10:00", ""));
    sandbox.run(&["send", "--yes"]).is(0);
    sandbox.write("attendees.csv", &rows("2036-12-20T09:00", "2036-12-20T10:00", "Nowhere/None"));
    let told = sandbox.run(&["cancel", "--all", "--yes"]);
    told.is(0).says("Sat 6 Dec 2036 09:00").says_not("left out").says_not("20 Dec");
    for mail in &server.received()[2..] {
        assert_eq!(entry(mail).value("DTSTART"), "20361206T080000Z");
    }
    assert_eq!(sandbox.in_state("cancelled").len(), 2);
}

#[test]
fn a_cancellation_goes_where_the_invitation_went() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(0, server.port());
    request_at(server.port()).write(&sandbox);
    sandbox.write("attendees.csv", "id,email,name\n1,a1@example.org,Ada\n2,a2@example.org,Ben\n");
    sandbox.run(&["send", "--yes"]).is(0);
    // One address was corrected since; one mail was sent once more, elsewhere.
    sandbox.write("attendees.csv", "id,email,name\n1,other@example.org,Ada\n2,a2@example.org,Ben\n");
    sandbox.run(&["resend", "a2@example.org", "--to", "ben@example.net"]).is(0);
    let told = sandbox.run(&["cancel", "--all", "--yes"]);
    told.is(0).says("Ben is told at ben@example.net, where the last mail went; an earlier one went to a2@example.org");
    let mails = server.received();
    let to: Vec<_> = mails[3..].iter().map(|mail| (mail.to(), entry(mail).attendees())).collect();
    let one = |to: &str| (to.to_owned(), vec![format!("mailto:{to}")]);
    assert_eq!(to, [one("a1@example.org"), one("ben@example.net")]);
    assert_eq!(sandbox.in_state("cancelled").len(), 2);
    sandbox.run(&["cancel", "--all", "--yes"]).is(0).says("nothing to call off");
}

#[test]
fn a_cancellation_in_doubt_is_settled_and_an_invitation_after_it_is_one() {
    let (server, sandbox) = mailed(2, "request");
    let lost = |times| Rule::at(Stage::Final, Action::Drop).times(times);
    let doubtful = SmtpServer::start(Script::default().rule(lost(Times::First(2))));
    request_at(doubtful.port()).write(&sandbox);
    for email in ["a1@example.org", "a2@example.org"] {
        sandbox.run(&["cancel", email]).is(5);
    }
    sandbox.run(&["status"]).is(0).says("nobody knows whether the mail that calls it off arrived");
    // The first did not arrive: the same command tells once more, under the same name.
    let id = sandbox.row("a1@example.org")["message_id"].clone();
    sandbox
        .run(&["settle", "a1@example.org", "--not-arrived"])
        .is(0)
        .says("`roomkey cancel a1@example.org` tells them");
    sandbox.run(&["status", "--all"]).is(0).says("still to be told that it is off");
    sandbox.run(&["cancel", "a1@example.org"]).is(0);
    let told = last(&doubtful);
    assert_eq!((told.to().as_str(), entry(&told).method.as_str()), ("a1@example.org", "CANCEL"));
    assert_eq!(
        (sandbox.state("a1@example.org").as_str(), &sandbox.row("a1@example.org")["message_id"]),
        ("cancelled", &id)
    );
    // The second is invited again all the same, by a mail of its own that calendars take for newer.
    sandbox.run(&["resend", "a2@example.org"]).is(0);
    let again = last(&doubtful);
    assert_eq!((entry(&again).method.as_str(), entry(&again).sequence()), ("REQUEST", 2));
    assert_eq!(sandbox.state("a2@example.org"), "sent");
    sandbox.run(&["cancel", "--all", "--yes"]).is(0);
    assert_eq!((last(&doubtful).to().as_str(), entry(&last(&doubtful)).sequence()), ("a2@example.org", 3));
    assert_eq!(server.counts().mails, 2);
}
