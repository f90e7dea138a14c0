//! Calendar entries in the mails, and `cancel`, which takes them back.

use crate::support::{EventFile, ReceivedMail, Sandbox, SmtpServer, attendees};
use icalendar::{Calendar, CalendarComponent, Component as _, Event};
use mail_parser::{MessageParser, MimeHeaders as _};

/// A mail's calendar entry, and how it travels.
pub(crate) struct Entry {
    pub(crate) method: String,
    event: Event,
    text: String,
    /// Whether it stands among the alternatives as well as in the attachment.
    pub(crate) is_shown: bool,
}

impl Entry {
    fn of(mail: &ReceivedMail) -> Option<Self> {
        Self::named(mail, "invite.ics")
    }

    fn named(mail: &ReceivedMail, name: &str) -> Option<Self> {
        let message = MessageParser::default().parse(&mail.raw).unwrap();
        let is_calendar = |part: &&mail_parser::MessagePart<'_>| {
            part.content_type().is_some_and(|kind| kind.ctype() == "text" && kind.subtype() == Some("calendar"))
        };
        let is_this = |part: &&mail_parser::MessagePart<'_>| {
            is_calendar(part) && part.attachment_name().is_none_or(|given| given == name)
        };
        let parts: Vec<_> = message.parts.iter().filter(is_this).collect();
        let file = parts.iter().find(|part| part.attachment_name() == Some(name))?;
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

    pub(crate) fn value(&self, name: &str) -> &str {
        self.event.property_value(name).unwrap_or_else(|| panic!("no {name}: {}", self.text))
    }

    pub(crate) fn attendees(&self) -> Vec<String> {
        let several = self.event.multi_properties().get("ATTENDEE").cloned().unwrap_or_default();
        let one = self.event.properties().get("ATTENDEE").cloned();
        one.into_iter().chain(several).map(|attendee| attendee.value().to_owned()).collect()
    }

    pub(crate) fn sequence(&self) -> u32 {
        self.value("SEQUENCE").parse().unwrap()
    }
}

/// A mail's calendar entries, each with the name of its file.
pub(crate) fn entries(mail: &ReceivedMail) -> Vec<(String, Entry)> {
    let message = MessageParser::default().parse(&mail.raw).unwrap();
    let names = message
        .attachments()
        .filter_map(|part| part.attachment_name())
        .filter(|name| std::path::Path::new(name).extension().is_some_and(|ending| ending == "ics"));
    names.map(|name| (name.to_owned(), Entry::named(mail, name).unwrap())).collect()
}

pub(crate) fn entry(mail: &ReceivedMail) -> Entry {
    Entry::of(mail).unwrap_or_else(|| panic!("no calendar in {}", String::from_utf8_lossy(&mail.raw)))
}

pub(crate) fn mailed(count: usize, style: &str) -> (SmtpServer, Sandbox) {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(count, server.port());
    EventFile::at(server.port()).text("calendar", "style", style).write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(0);
    (server, sandbox)
}

pub(crate) fn last(server: &SmtpServer) -> ReceivedMail {
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
