//! Messages read back by an independent parser.

use jiff::Timestamp;
use mail_parser::{MessageParser, MimeHeaders};

use super::{ComposeProblem, Letter, Unsubscribe, compose};
use crate::model::{Address, CalendarFile, Invitation, Language, Mail, Mailbox, MessageId, Picture};

mod as_lettre;
mod logo;

const CALENDAR: &str = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nATTENDEE:mailto:ada@example.org\r\nEND:VCALENDAR\r\n";

fn invite(text: String) -> CalendarFile {
    CalendarFile { name: "invite.ics".into(), text }
}

struct Desk {
    invitation: Invitation,
    logo: Option<Picture>,
    from: Mailbox,
    reply_to: Option<Mailbox>,
    envelope_from: Address,
    to_name: String,
    to: Address,
    id: MessageId,
    unsubscribe: Option<Unsubscribe>,
    test_for: Option<Address>,
    date: Timestamp,
}

impl Desk {
    fn new() -> Self {
        Self {
            invitation: Invitation {
                subject: "Rust for Everyone: your personal link".into(),
                text: format!("Hello Ada,\n\n<{}>\n", link()),
                html: format!("<p>Hello Ada</p>\n<a href=\"{}\">Join</a>\n", link()),
                calendars: Vec::new(),
                language: Language::parse("en").unwrap(),
            },
            logo: None,
            from: Mailbox::parse("Rust Workshop <workshop@example.org>").unwrap(),
            reply_to: None,
            envelope_from: Address::parse("bounces@example.org").unwrap(),
            to_name: "Ada Lovelace".into(),
            to: Address::parse("ada@example.org").unwrap(),
            id: MessageId("abcdefghijklmnopqrstuvwxyz@example.org".into()),
            unsubscribe: None,
            test_for: None,
            date: "2026-11-21T10:00:00Z".parse().unwrap(),
        }
    }

    fn letter(&self) -> Letter<'_> {
        Letter {
            row: 7,
            invitation: &self.invitation,
            logo: self.logo.as_ref(),
            from: &self.from,
            reply_to: self.reply_to.as_ref(),
            envelope_from: &self.envelope_from,
            to_name: &self.to_name,
            to: &self.to,
            message_id: &self.id,
            date: self.date,
            unsubscribe: self.unsubscribe.as_ref(),
            test_for: self.test_for.as_ref(),
        }
    }

    fn compose(&self) -> Result<Mail, ComposeProblem> {
        compose(&self.letter())
    }

    fn text(&self) -> String {
        String::from_utf8(self.compose().unwrap().bytes).unwrap()
    }
}

fn link() -> String {
    format!("https://meet.example.org/room?jwt={}", "aB3_-.".repeat(120))
}

fn longest_line(message: &str) -> usize {
    message.split("\r\n").map(str::len).max().unwrap()
}

#[test]
fn what_was_meant_is_what_a_parser_reads() {
    let mail = Desk::new().compose().unwrap();
    assert_eq!(
        (mail.row, mail.sender.as_str(), mail.recipient.as_str()),
        (7, "bounces@example.org", "ada@example.org")
    );
    let message = MessageParser::default().parse(&mail.bytes).unwrap();
    assert_eq!(message.subject(), Some("Rust for Everyone: your personal link"));
    let to = message.to().unwrap().first().unwrap();
    assert_eq!((to.name(), to.address()), (Some("Ada Lovelace"), Some("ada@example.org")));
    assert_eq!(message.from().unwrap().first().unwrap().address(), Some("workshop@example.org"));
    assert_eq!(message.message_id(), Some("abcdefghijklmnopqrstuvwxyz@example.org"));
    assert_eq!(message.header_raw("Auto-Submitted").unwrap().trim(), "auto-generated");
    assert_eq!(message.header_raw("Content-Language").unwrap().trim(), "en");
    assert_eq!(message.date().unwrap().to_rfc3339(), "2026-11-21T10:00:00Z");
    assert!(message.body_text(0).unwrap().contains(&format!("<{}>", link())));
    assert!(message.body_html(0).unwrap().contains(&format!("\"{}\"", link())));
}

#[test]
fn plain_parts_travel_as_they_are_and_the_link_is_never_split() {
    let text = Desk::new().text();
    assert!(text.is_ascii() && text.ends_with("\r\n"));
    assert_eq!(text.matches("Content-Transfer-Encoding: 7bit\r\n").count(), 2);
    assert_eq!(text.matches(&link()).count(), 2);
    assert!(!text.contains("quoted-printable") && !text.contains("multipart/mixed"));
}

#[test]
fn other_parts_travel_as_base64_and_decode_to_the_same() {
    let mut desk = Desk::new();
    desk.invitation.text = format!("Grüß Gott, 李雷 🦀\n<{}>\n", link());
    desk.invitation.html = format!("<p>{}</p>{}", "x".repeat(1200), link());
    let mail = desk.compose().unwrap();
    let text = std::str::from_utf8(&mail.bytes).unwrap();
    assert_eq!(text.matches("Content-Transfer-Encoding: base64\r\n").count(), 2);
    assert!(longest_line(text) <= 78);
    let message = MessageParser::default().parse(&mail.bytes).unwrap();
    assert_eq!(message.body_text(0).unwrap().replace("\r\n", "\n"), desk.invitation.text);
    assert_eq!(message.body_html(0).unwrap(), desk.invitation.html.as_str());
}

#[test]
fn the_same_letter_gives_the_same_bytes_but_for_its_date() {
    let mut desk = Desk::new();
    let first = desk.text();
    assert_eq!(first, desk.text());
    desk.date = "2026-11-21T10:00:01Z".parse().unwrap();
    let (old, new): (Vec<_>, Vec<_>) = first.lines().zip(desk.text().leak().lines()).filter(|(a, b)| a != b).unzip();
    assert!(old.len() == 1 && old[0].starts_with("Date: ") && new[0].starts_with("Date: "));
    desk.id = MessageId("other@example.org".into());
    assert!(!desk.text().contains("abcdefghij"));
}

#[test]
fn hostile_names_and_titles_arrive_literally() {
    let long_words = "word ".repeat(60);
    for name in [
        "O'Brien, \"Bob\" <x@y.example>",
        "=?utf-8?q?=0D=0ABcc:_evil=40example.org?=",
        "{{ link }} <b>&amp;</b>",
        "李雷 🦀🦀",
        "علي\u{200F} محمد",
        "back\\slash \"quote\" (comment); a:b@c",
        "a",
        "  two  blanks ",
        &"n".repeat(300),
        &"ü".repeat(300),
        &"\"\\".repeat(150),
        long_words.trim(),
    ] {
        let mut desk = Desk::new();
        desk.to_name = name.into();
        desk.from.name = Some(name.into());
        desk.reply_to = Some(desk.from.clone());
        desk.invitation.subject = name.into();
        let mail = desk.compose().unwrap();
        let text = std::str::from_utf8(&mail.bytes).unwrap();
        assert!(longest_line(text) <= 998, "{name}");
        let message = MessageParser::default().parse(&mail.bytes).unwrap();
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let shown: String = name.trim().chars().take(200).collect();
        for list in [message.to(), message.from(), message.reply_to()] {
            let one = list.unwrap().first().unwrap();
            assert_eq!(words(one.name().unwrap()), words(&shown), "{name}");
        }
        assert_eq!(message.to().unwrap().first().unwrap().address(), Some("ada@example.org"), "{name}");
        assert_eq!(words(message.subject().unwrap()), words(name), "{name}");
        assert!(message.bcc().is_none() && message.cc().is_none());
    }
}

#[test]
fn lines_with_encoded_words_have_at_most_76_characters() {
    for title in
        ["Titel ÄÖÜ ".repeat(20).trim(), "Rust für alle: Ihr persönlicher Link zum Treffen", "ä", &"🦀".repeat(90)]
    {
        let mut desk = Desk::new();
        desk.invitation.subject = title.into();
        desk.to_name = title.into();
        desk.from.name = Some(title.into());
        desk.reply_to = Some(desk.from.clone());
        let mail = desk.compose().unwrap();
        let text = std::str::from_utf8(&mail.bytes).unwrap();
        let header = text.split("\r\n\r\n").next().unwrap();
        for line in header.split("\r\n").filter(|line| line.contains("=?")) {
            assert!(line.len() <= 76, "{} in {line}", line.len());
        }
        let message = MessageParser::default().parse(&mail.bytes).unwrap();
        assert_eq!(message.subject(), Some(title));
        assert_eq!(message.to().unwrap().first().unwrap().name(), Some(title));
    }
}

#[test]
fn line_breaks_and_overrides_never_reach_a_header() {
    let evil = "Eve\r\nBcc: x@example.org";
    let forbidden = |desk: &Desk| matches!(desk.compose(), Err(ComposeProblem::Forbidden { .. }));
    assert!(forbidden(&Desk { to_name: evil.into(), ..Desk::new() }));
    assert!(forbidden(&Desk { to_name: "a\u{202E}b".into(), ..Desk::new() }));
    let mut desk = Desk::new();
    desk.from.name = Some(evil.into());
    assert!(forbidden(&desk));
    let mut desk = Desk::new();
    desk.invitation.subject = evil.into();
    assert!(forbidden(&desk));
    let id = MessageId("a\r\nBcc: x@example.org".into());
    assert!(matches!(Desk { id, ..Desk::new() }.compose(), Err(ComposeProblem::MessageId(_))));
}

#[test]
fn a_blank_name_leaves_the_bare_address() {
    let text = Desk { to_name: "  ".into(), ..Desk::new() }.text();
    assert!(text.contains("\r\nTo: ada@example.org\r\n"));
}

#[test]
fn bodies_hold_crlf_only() {
    let mut desk = Desk::new();
    desk.invitation.text = format!("a\rb\nc\r\nd\n\r\n.\r\n{}", link());
    let text = desk.text().replace("\r\n", "");
    assert!(!text.contains(['\r', '\n']));
}

#[test]
fn the_boundary_is_in_no_part() {
    let mut desk = Desk::new();
    desk.invitation.text = format!("--alt-abcdefghijklmnopqrstuvwxyzexampleorg\n{}", link());
    let message = desk.compose().unwrap().bytes;
    let message = MessageParser::default().parse(&message).unwrap();
    assert_eq!(message.body_text(0).unwrap().replace("\r\n", "\n"), desk.invitation.text);
}

#[test]
fn unsubscribing_and_tests_show_in_the_header() {
    let mut desk = Desk::new();
    assert!(!desk.text().contains("Unsubscribe") && !desk.text().contains("X-Roomkey-Test"));
    desk.unsubscribe = Some(Unsubscribe::parse("mailto:stop@example.org").unwrap());
    assert!(desk.text().contains("\r\nList-Unsubscribe: <mailto:stop@example.org>\r\n"));
    assert!(!desk.text().contains("List-Unsubscribe-Post"));
    desk.unsubscribe = Some(Unsubscribe::parse("https://example.org/stop").unwrap());
    assert!(desk.text().contains("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
    desk.test_for = Some(Address::parse("bob@example.org").unwrap());
    let bytes = desk.compose().unwrap().bytes;
    let message = MessageParser::default().parse(&bytes).unwrap();
    assert_eq!(message.subject(), Some("[TEST → bob@example.org] Rust for Everyone: your personal link"));
    assert_eq!(message.header_raw("X-Roomkey-Test").unwrap().trim(), "yes");
}

#[test]
fn an_international_local_part_stands_in_the_header_as_utf8() {
    let desk = Desk { to: Address::parse("jürgen@example.org").unwrap(), ..Desk::new() };
    let mail = desk.compose().unwrap();
    assert!(mail.recipient.needs_smtputf8());
    let message = MessageParser::default().parse(&mail.bytes).unwrap();
    assert_eq!(message.to().unwrap().first().unwrap().address(), Some("jürgen@example.org"));
    let ascii = Desk { to: Address::parse("ada@müller.example").unwrap(), ..Desk::new() }.text();
    assert!(ascii.is_ascii() && ascii.contains("<ada@xn--mller-kva.example>"));
}

#[test]
fn a_calendar_is_an_alternative_and_an_attachment() {
    let mut desk = Desk::new();
    desk.invitation.calendars = vec![invite(CALENDAR.into())];
    let bytes = desk.compose().unwrap().bytes;
    let message = MessageParser::default().parse(&bytes).unwrap();
    let kinds: Vec<_> = message.parts.iter().filter_map(|part| part.content_type()).collect();
    let told: Vec<_> = kinds.iter().map(|kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap())).collect();
    let expected =
        ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar", "text/calendar"];
    assert_eq!(told, expected);
    assert!(kinds[4..].iter().all(|kind| kind.attribute("method") == Some("REQUEST")));
    desk.invitation.calendars = vec![invite(CALENDAR.replace("REQUEST", "PUBLISH"))];
    assert_eq!(desk.text().matches("text/calendar").count(), 1);
    desk.invitation.calendars = vec![invite("no calendar".into())];
    assert_eq!(desk.compose().unwrap_err(), ComposeProblem::Calendar);
}

#[test]
fn several_calendars_are_attachments_each_under_its_name() {
    let mut desk = Desk::new();
    let of = |name: &str| CalendarFile { name: name.to_owned(), text: CALENDAR.to_owned() };
    desk.invitation.calendars = vec![of("morning.ics"), of("evening.ics")];
    let bytes = desk.compose().unwrap().bytes;
    let message = MessageParser::default().parse(&bytes).unwrap();
    let names: Vec<_> = message.attachments().filter_map(|part| part.attachment_name()).collect();
    assert_eq!(names, ["morning.ics", "evening.ics"]);
    assert_eq!(desk.text().matches("text/calendar").count(), 2, "none of them is an alternative");
}

#[test]
fn no_problem_tells_the_link() {
    let mut desk = Desk::new();
    desk.invitation.calendars = vec![invite(link())];
    let problem = desk.compose().unwrap_err();
    assert!(!format!("{problem} {problem:?}").contains("jwt"));
    assert!(!format!("{:?}", Desk::new().compose().unwrap()).contains("jwt"));
}

#[test]
fn whatever_is_an_address_can_be_written_to() {
    for given in [
        "\"Ada B.\"@example.org",
        "\"a,b;c@d\"@example.org",
        "\"a\\\"b\"@example.org",
        "!#$%&'*+/=?^_`{|}~-@example.org",
        "संपर्क@डाटामेल.भारत",
        "نامه\u{200C}ها@example.org",
        "🦀@example.org",
    ] {
        for name in ["", "Ada", "Ädä"] {
            let mut desk = Desk::new();
            desk.to = Address::parse(given).unwrap();
            desk.to_name = name.to_owned();
            let mail = desk.compose().unwrap_or_else(|problem| panic!("{given}, {name}: {problem}"));
            let header = String::from_utf8(mail.bytes).unwrap();
            let header = header.split("\r\n\r\n").next().unwrap();
            assert_eq!(header.matches(desk.to.as_str()).count(), 1, "{header}");
        }
    }
}
