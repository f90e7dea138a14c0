//! Mails with everything replaced, read back by looking for what should be gone.

use std::collections::BTreeSet;

use data_encoding::BASE64_MIME;
use jiff::{SignedDuration, tz::TimeZone};

use super::*;
use crate::model::Window;

const TOKEN: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJyb29tIjoiciJ9.c2lnbmF0dXJl";
const MESSAGE_ID: &str = "abcdefghijklmnopqrstuvwxyz@example.org";

fn link() -> String {
    format!("https://meet.example.org/rust-workshop?jwt={TOKEN}")
}

fn row(number: u32, name: &str, first: &str, last: &str, address: &str) -> Row {
    let window = Window::new(
        "2036-12-05T13:00:00Z".parse().unwrap(),
        "2036-12-05T16:00:00Z".parse().unwrap(),
        SignedDuration::ZERO,
        SignedDuration::ZERO,
        TimeZone::UTC,
    );
    Row {
        number,
        at: format!("attendees.csv:{}", number + 1),
        name: name.into(),
        first_name: first.into(),
        last_name: last.into(),
        address: address.into(),
        zone: "UTC".into(),
        moderator: false,
        window: window.unwrap(),
        works: "always".into(),
    }
}

fn told() -> Told {
    Told {
        link: Some(link()),
        user_id: Some("w3myookzfxu6l5cirzqdwarwrz".into()),
        lines: vec![
            "link: to room rust-workshop on meet.example.org".into(),
            "person: Zoë O'Brien, id w3myookzfxu6l5cirzqdwarwrz, plain attendee".into(),
        ],
        remarks: vec![super::super::Remark { severity: "note", text: "for Zoë O'Brien".into(), hint: None }],
        warnings: vec!["zoe@example.com looks odd".into()],
    }
}

/// A mail of every part, the HTML as base64, the calendar folded in the midst of what is looked for.
fn mail() -> String {
    let html = format!("<p>Hello Zoë, dear Zoë O&#39;Brien &amp; O&#x27;Brien</p><a href=\"{}\">in</a>", link());
    let html = BASE64_MIME.encode(html.as_bytes());
    let calendar = format!(
        "BEGIN:VCALENDAR\r\nUID:secretuid@example.org\r\nATTENDEE;CN=Zoë O'Brien:mailto:zo\r\n e@example.com\r\n\
         URL:{}\r\n {}\r\nEND:VCALENDAR",
        &link()[..60],
        &link()[60..]
    );
    format!(
        "From: \"Rust Workshop\" <workshop@example.org>\r\nTo: =?utf-8?b?Wm/DqyBPJ0JyaWVu?= <zoe@example.com>\r\n\
         Subject: =?utf-8?b?Wm/Dqywg8J+mgA==?=\r\nMessage-ID: <{MESSAGE_ID}>\r\n\
         List-Unsubscribe: <mailto:stop@example.net?subject=zoe%40example.com>\r\n\
         Content-Type: multipart/mixed;\r\n boundary=\"mixed-{tag}\"\r\n\r\n\
         --mixed-{tag}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello Zoe@Example.com, write to \
         workshop@example.org.\r\n<{}>\r\nand {TOKEN}\r\n\
         --mixed-{tag}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{html}\
         --mixed-{tag}\r\nContent-Type: text/calendar; charset=utf-8; name=\"invite.ics\"\r\n\r\n{calendar}\r\n\
         --mixed-{tag}--\r\n",
        link(),
        tag = "abcdefghijklmnopqrstuvwxyzexampleorg",
    )
}

/// The mail as text, what is base64 decoded.
fn in_plain(bytes: &[u8]) -> String {
    let letter = Letter::read(bytes).unwrap();
    let mut plain = String::from_utf8(bytes.to_vec()).unwrap().replace("\r\n ", "");
    for part in letter.stretches().iter().filter_map(|stretch| stretch.part.as_ref()) {
        plain.push_str(part.text.as_deref().unwrap_or_default());
    }
    for (name, value) in letter.fields() {
        plain.push_str(&format!("{name}: {value}\n"));
    }
    plain
}

#[test]
fn nothing_that_opens_a_door_or_names_a_person_is_left() {
    let mail = mail();
    let letter = Letter::read(mail.as_bytes()).unwrap();
    assert_eq!(letter.stretches().iter().filter(|stretch| stretch.part.is_some()).count(), 3);
    let row = row(12, "Zoë O'Brien", "Zoë", "O'Brien", "zoe@example.com");
    let redacted = Redactor::default().redact(&letter, &row, &told());
    let plain = format!("{}{:?}{:?}", in_plain(&redacted.bytes), redacted.row, redacted.told);
    for gone in [
        "eyJ",
        TOKEN,
        "Zoë",
        "Brien",
        "zoe@",
        "Zoe@",
        "zoe%40",
        "workshop@",
        "stop@",
        MESSAGE_ID,
        "abcdefghij",
        "secretuid",
        "w3myoo",
        "rust-workshop",
        "meet.example.org",
        "example.com",
        "WsO2",
    ] {
        assert!(!plain.contains(gone), "{gone} is left in {plain}");
    }
    for there in [
        "Hello Person",
        "To: Person 12 <person-12@example.invalid>",
        "person-12%40example.invalid",
        "Subject: Person, 🦀",
        "<https://meet.example.invalid/room?jwt=redacted-12>",
        "UID:entry-12@example.invalid",
        "ATTENDEE;CN=Person 12:mailto:person-12@example.invalid",
        "id user-12, plain attendee",
        "room room on",
        "person-12@example.invalid looks odd",
    ] {
        assert!(plain.contains(there), "{there} is missing in {plain}");
    }
}

#[test]
fn what_is_left_is_a_sound_mail_of_the_same_parts() {
    let mail = mail();
    let letter = Letter::read(mail.as_bytes()).unwrap();
    let row = row(12, "Zoë O'Brien", "Zoë", "O'Brien", "zoe@example.com");
    let redacted = Redactor::default().redact(&letter, &row, &told());
    let again = Letter::read(&redacted.bytes).unwrap();
    let kinds = |letter: &Letter<'_>| -> Vec<String> {
        letter.stretches().into_iter().filter_map(|stretch| Some(stretch.part?.kind)).collect()
    };
    assert_eq!(kinds(&again), ["text/plain", "text/html", "text/calendar"]);
    assert_eq!(again.link().as_deref(), Some("https://meet.example.invalid/room?jwt=redacted-12"));
    assert!(redacted.bytes.is_ascii() || !mail.is_ascii());
    assert!(redacted.bytes.split(|b| *b == b'\n').all(|line| line.len() < 999));
}

#[test]
fn the_same_address_is_the_same_person_in_the_whole_folder() {
    let mut redactor = Redactor::default();
    let mut shown = BTreeSet::new();
    for (number, address) in [(1, "family@example.com"), (2, "Family@Example.com"), (3, "ben@example.com")] {
        let text = format!("To: <{address}>\r\nCc: <workshop@example.org>\r\n\r\nask workshop@example.org\r\n");
        let letter = Letter::read(text.as_bytes()).unwrap();
        let redacted = redactor.redact(&letter, &row(number, "Ada", "Ada", "", address), &Told::default());
        let text = String::from_utf8(redacted.bytes).unwrap();
        assert_eq!(text.matches("address-1@example.invalid").count(), 2, "{text}");
        shown.insert(redacted.row.address);
    }
    assert_eq!(shown.into_iter().collect::<Vec<_>>(), ["person-1@example.invalid", "person-3@example.invalid"]);
}

#[test]
fn names_are_found_in_capitals_and_where_words_are_written_together() {
    let text = "To: <a@example.com>\r\n\r\n李雷様、こんにちは李雷。 ZOË 李雷! zoë 李雷\r\n";
    let letter = Letter::read(text.as_bytes()).unwrap();
    let row = row(3, "Zoë 李雷", "Zoë", "李雷", "a@example.com");
    let redacted = Redactor::default().redact(&letter, &row, &Told::default());
    let text = String::from_utf8(redacted.bytes).unwrap();
    assert!(text.ends_with("\r\n\r\nPerson様、こんにちはPerson。 Person 3! Person 3\r\n"), "{text}");
}

#[test]
fn words_that_merely_hold_a_name_stay() {
    let text = "To: <ann@example.com>\r\n\r\nAnn, the Annex is planned.\r\n";
    let letter = Letter::read(text.as_bytes()).unwrap();
    let redacted = Redactor::default().redact(&letter, &row(1, "Ann", "Ann", "", "ann@example.com"), &Told::default());
    assert!(String::from_utf8(redacted.bytes).unwrap().ends_with("\r\n\r\nPerson 1, the Annex is planned.\r\n"));
}

#[test]
fn what_templates_made_of_link_and_address_goes_as_well() {
    let upper = TOKEN.to_uppercase();
    let [_, payload, signature] = TOKEN.split('.').collect::<Vec<_>>()[..] else { panic!() };
    let joined = TOKEN.replace('.', "_");
    let text = format!(
        "To: <zoe.o-brien@example.com>\r\n\r\n{upper} [{payload}] {signature}. {} {joined} ZOE.O-BRIEN, Middle\r\n",
        &TOKEN[..30]
    );
    let letter = Letter::read(text.as_bytes()).unwrap();
    let row = row(3, "Zoë Middle O'Brien", "Zoë", "O'Brien", "zoe.o-brien@example.com");
    let redacted = Redactor::default().redact(&letter, &row, &told());
    let text = String::from_utf8(redacted.bytes).unwrap();
    let [_, body] = text.split("\r\n\r\n").collect::<Vec<_>>()[..] else { panic!("{text}") };
    assert_eq!(body, "redacted [redacted] redacted. redacted redacted person-3, Person\r\n");
}

#[test]
fn everybody_is_the_same_person_in_everybodys_mail() {
    let mut redactor = Redactor::default();
    for (number, name, address) in [
        (1, "Ada Lovelace", "ada@example.org"),
        (2, "Zoë O'Brien", "zoë@bücher.example"),
        (3, "Ben", "ben@example.net"),
    ] {
        redactor.expect(number, name, address);
    }
    let text = "From: \"Ada Lovelace\" <ada@example.org>\r\nTo: <zoë@xn--bcher-kva.example>\r\n\r\nADA LOVELACE brings \
                (Ada\r\nLovelace, ?n=Ada%20Lovelace&m=ada%40example.org) \
                Ben <ben@example.net>, AdaLovelacelike, Zoë%20O%27Brien zo%C3%AB@b%C3%BCcher.example \
                https://forms.example.org/?n=Zo%C3%AB%20O&#39;Brien\r\n";
    let letter = Letter::read(text.as_bytes()).unwrap();
    let row = row(2, "Zoë O'Brien", "Zoë", "O'Brien", "zoë@xn--bcher-kva.example");
    let redacted = redactor.redact(&letter, &row, &Told::default());
    let text = String::from_utf8(redacted.bytes).unwrap();
    assert!(text.contains("From: \"Person 1\" <person-1@example.invalid>"), "{text}");
    assert!(text.contains("Person 1 brings (Person 1, ?n=Person%201&m=person-1%40example.invalid) Ben <person-3@example.invalid>, AdaLovelacelike, "), "{text}");
    for gone in ["Zo", "Brien", "zo%", "cher", "ada@"] {
        assert!(!text.contains(gone), "{gone} is left in {text}");
    }
}
