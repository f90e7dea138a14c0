//! Calendar entries in the mails, and `cancel`, which takes them back.

use icalendar::{Calendar, CalendarComponent, Component as _, Event};
use mail_parser::{MessageParser, MimeHeaders as _};
use roomkey::{
    model::Stage,
    rehearsal::{Action, Rule, Script, Times},
};

use crate::support::{EventFile, ReceivedMail, Sandbox, SmtpServer, attendees};

/// A mail's calendar entry, and how it travels.
struct Entry {
    method: String,
    event: Event,
    text: String,
    /// Whether it stands among the alternatives as well as in the attachment.
    is_shown: bool,
}

impl Entry {
    fn of(mail: &ReceivedMail) -> Option<Self> {
        let message = MessageParser::default().parse(&mail.raw).unwrap();
        let is_calendar = |part: &&mail_parser::MessagePart<'_>| {
            part.content_type().is_some_and(|kind| kind.ctype() == "text" && kind.subtype() == Some("calendar"))
        };
        let parts: Vec<_> = message.parts.iter().filter(is_calendar).collect();
        let file = parts.iter().find(|part| part.attachment_name() == Some("invite.ics"))?;
        let text = file.text_contents().unwrap().to_owned();
        assert!(parts.iter().all(|part| part.text_contents() == Some(&text)), "the same in both places");
        let read: Calendar = text.parse().unwrap();
        let [CalendarComponent::Event(event)] = read.components.as_slice() else { panic!("one event: {text}") };
        let method = read.property_value("METHOD").unwrap().to_owned();
        for part in &parts {
            assert_eq!(part.content_type().unwrap().attribute("method"), Some(method.as_str()));
        }
        Some(Self { method, event: event.clone(), is_shown: parts.len() == 2, text })
    }

    fn value(&self, name: &str) -> &str {
        self.event.property_value(name).unwrap_or_else(|| panic!("no {name}: {}", self.text))
    }

    fn attendees(&self) -> Vec<String> {
        let several = self.event.multi_properties().get("ATTENDEE").cloned().unwrap_or_default();
        let one = self.event.properties().get("ATTENDEE").cloned();
        one.into_iter().chain(several).map(|attendee| attendee.value().to_owned()).collect()
    }

    fn sequence(&self) -> u32 {
        self.value("SEQUENCE").parse().unwrap()
    }
}

fn entry(mail: &ReceivedMail) -> Entry {
    Entry::of(mail).unwrap_or_else(|| panic!("no calendar in {}", String::from_utf8_lossy(&mail.raw)))
}

fn mailed(count: usize, style: &str) -> (SmtpServer, Sandbox) {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(count, server.port());
    EventFile::at(server.port()).text("calendar", "style", style).write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(0);
    (server, sandbox)
}

fn last(server: &SmtpServer) -> ReceivedMail {
    server.received().pop().unwrap()
}

#[test]
fn a_few_people_are_invited_each_to_an_entry_of_their_own() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(2, server.port());
    let sent = sandbox.run(&["send", "--yes"]);
    sent.is(0).says("calendar: an invitation to say yes or no to: answers go to workshop@example.org");
    sent.says("(as for up to 50 people; `style` under [calendar])");
    let mails = server.received();
    let mut uids = Vec::new();
    for mail in &mails {
        let entry = entry(mail);
        assert_eq!((entry.method.as_str(), entry.is_shown, entry.sequence()), ("REQUEST", true, 0));
        assert_eq!(entry.attendees(), [format!("mailto:{}", mail.to())]);
        assert_eq!(entry.value("ORGANIZER"), "mailto:workshop@example.org");
        for place in ["URL", "LOCATION", "CONFERENCE"] {
            assert_eq!(entry.value(place), mail.link(), "{place}");
        }
        assert!(entry.event.get_description().unwrap().contains(&mail.link()));
        assert_eq!((entry.value("DTSTART"), entry.value("DTEND")), ("20361205T130000Z", "20361205T160000Z"));
        assert!(entry.text.contains("TRIGGER:-PT10M") && !entry.text.contains("TZID"));
        uids.push(entry.value("UID").to_owned());
    }
    uids.dedup();
    assert_eq!(uids.len(), 2);
}

#[test]
fn many_people_get_an_entry_without_a_question_and_so_do_those_who_come_later() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(51, server.port());
    sandbox
        .run(&["send", "--yes"])
        .is(0)
        .says("calendar: an entry to add, with nothing to answer (as for more than 50");
    let first = entry(&last(&server));
    assert_eq!((first.method.as_str(), first.is_shown, first.attendees().len()), ("PUBLISH", false, 0));
    // when somebody registers later, and event.toml says something else by now
    sandbox.write("attendees.csv", &attendees(52));
    EventFile::at(server.port()).text("calendar", "style", "request").write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(0).says("people were mailed with \"publish\", and it stays so");
    assert_eq!(entry(&last(&server)).method, "PUBLISH");
    sandbox.run(&["rehearse"]).is(0);
    let rehearsed = sandbox.eml_files("rehearsal");
    assert_eq!(entry(&ReceivedMail::read(&rehearsed[0])).method, "PUBLISH");
}

#[test]
fn there_is_no_entry_where_none_is_wanted() {
    let (server, _sandbox) = mailed(1, "none");
    assert!(Entry::of(&last(&server)).is_none());
}

#[test]
fn a_mail_again_changes_the_entry_only_where_it_says_something_else() {
    let (server, sandbox) = mailed(1, "request");
    let first = entry(&last(&server));
    let file = || EventFile::at(server.port()).text("calendar", "style", "request");
    let again = |file: EventFile| {
        file.write(&sandbox);
        sandbox.run(&["resend", "a1@example.org"]).is(0);
        let entry = entry(&last(&server));
        assert_eq!(entry.value("UID"), first.value("UID"));
        entry.sequence()
    };
    assert_eq!(again(file()), 0, "the same once more");
    assert_eq!(again(file().text("event", "title", "Rust for All")), 1);
    let titled = || file().text("event", "title", "Rust for All");
    assert_eq!(again(titled()), 1);
    assert_eq!(again(titled().text("event", "room", "another-room")), 2);
    let moved = || titled().text("event", "room", "another-room").text("event", "ends", "2036-12-05T18:00");
    assert_eq!(again(moved()), 3);
    assert_eq!(again(moved().text("event", "description", "Bring a laptop.")), 3, "neither time, room nor title");
}

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
fn a_cancellation_tells_what_people_were_invited_to_or_nothing_is_sent() {
    let (server, sandbox) = mailed(2, "request");
    // Moved since, and nobody was told.
    EventFile::at(server.port())
        .text("calendar", "style", "request")
        .text("event", "starts", "2036-12-07T14:00")
        .text("event", "ends", "2036-12-07T17:00")
        .write(&sandbox);
    let told = sandbox.run(&["cancel", "--all"]);
    told.is(3).says("event.toml now says Sun 7 Dec").says("put the old values back until it is called off");
    assert_eq!(server.counts().mails, 2);
    // Who holds the new one can be told.
    sandbox.run(&["resend", "a2@example.org"]).is(0);
    sandbox.run(&["cancel", "a2@example.org"]).is(0);
    sandbox.run(&["cancel", "a1@example.org"]).is(3);
    // With another sender it is the same entry.
    EventFile::at(server.port())
        .text("calendar", "style", "request")
        .text("mail", "from", "Rust Workshop <workshop@other.example>")
        .write(&sandbox);
    let told = sandbox.run(&["cancel", "--all", "--yes"]);
    told.is(0).says("people have workshop@example.org as organiser in their calendars, not workshop@other.example");
    let mails = server.received();
    assert_eq!(entry(&mails[4]).value("ORGANIZER"), "mailto:workshop@example.org", "a calendar obeys nobody else");
    sandbox.run(&["check"]).is(0).says("the entries go on naming workshop@example.org");
    let uids: std::collections::HashSet<_> = mails.iter().map(|mail| entry(mail).value("UID").to_owned()).collect();
    assert_eq!((mails.len(), entry(&mails[4]).method.as_str()), (5, "CANCEL"));
    assert_eq!(uids.len(), 2, "each person's entry keeps its name");
}

#[test]
fn another_link_is_a_change_that_calendars_take() {
    let (server, mut sandbox) = mailed(1, "request");
    let again = |sandbox: &Sandbox| {
        sandbox.run(&["resend", "a1@example.org"]).is(0);
        let mail = last(&server);
        let entry = entry(&mail);
        assert_eq!(entry.value("URL"), mail.link());
        entry.sequence()
    };
    assert_eq!(again(&sandbox), 0);
    sandbox.set("ROOMKEY_JITSI_SECRET", "another-secret-of-thirty-two-octets-or-more");
    assert_eq!(again(&sandbox), 1, "signed anew");
    let elsewhere = EventFile::at(server.port()).text("calendar", "style", "request");
    elsewhere.text("jitsi", "url", "https://other.example.org").write(&sandbox);
    assert_eq!(again(&sandbox), 2);
    assert_eq!(again(&sandbox), 2);
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
