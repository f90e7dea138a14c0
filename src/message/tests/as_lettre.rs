//! Our own writing is, octet for octet, what lettre's builder makes of the same letter.

use std::time::SystemTime;

use lettre::{
    Address as LettreAddress, Message,
    address::Envelope,
    message::{
        Body, Mailbox as LettreMailbox, MultiPart, SinglePart,
        header::{ContentDisposition, ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};
use proptest::{collection::vec, option, prelude::*};

use super::{CALENDAR, Desk, invite, link};
use crate::{
    message::{Letter, Unsubscribe},
    model::{Address, CalendarFile, Mailbox, MessageId},
};

fn address(address: &Address) -> LettreAddress {
    LettreAddress::new_dangerous(address.local(), address.domain())
}

fn mailbox(name: &str, to: &Address) -> LettreMailbox {
    LettreMailbox::new(Some(name.trim().to_owned()).filter(|name| !name.is_empty()), address(to))
}

fn of_mailbox(one: &Mailbox) -> LettreMailbox {
    mailbox(one.name.as_deref().unwrap_or_default(), &one.address)
}

fn ours(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), value.to_owned(), value.to_owned())
}

/// A letter as lettre builds it; for names and subjects in ASCII.
fn built(letter: &Letter, tag: &str) -> Vec<u8> {
    let subject = HeaderValue::new(HeaderName::new_from_ascii_str("Subject"), letter.invitation.subject.clone());
    let mut builder = Message::builder()
        .envelope(Envelope::new(None, vec![address(letter.to)]).unwrap())
        .from(of_mailbox(letter.from))
        .to(mailbox(letter.to_name, letter.to))
        .raw_header(subject)
        .date(SystemTime::try_from(letter.date).unwrap())
        .message_id(Some(letter.message_id.to_string()))
        .raw_header(ours("Auto-Submitted", "auto-generated"))
        .raw_header(ours("Content-Language", letter.invitation.language.as_str()));
    if let Some(reply_to) = letter.reply_to {
        builder = builder.reply_to(of_mailbox(reply_to));
    }
    if let Some(unsubscribe) = letter.unsubscribe {
        builder = builder.raw_header(ours("List-Unsubscribe", &format!("<{}>", unsubscribe.as_str())));
        if unsubscribe.is_one_click() {
            builder = builder.raw_header(ours("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
        }
    }
    builder.multipart(parts(letter, tag)).unwrap().formatted()
}

fn parts(letter: &Letter, tag: &str) -> MultiPart {
    let single = |kind, text: &str| SinglePart::builder().header::<ContentType>(kind).body(body(text));
    let words = MultiPart::alternative()
        .boundary(format!("alt-{tag}"))
        .singlepart(single(ContentType::TEXT_PLAIN, &letter.invitation.text))
        .singlepart(single(ContentType::TEXT_HTML, &letter.invitation.html));
    let Some(CalendarFile { text: calendar, .. }) = letter.invitation.calendars.first() else { return words };
    let method = if calendar.contains("PUBLISH") { "PUBLISH" } else { "REQUEST" };
    let kind = format!("text/calendar; method={method}; charset=utf-8");
    let words = match method {
        "PUBLISH" => words,
        _ => words.singlepart(single(ContentType::parse(&kind).unwrap(), calendar)),
    };
    let attachment = SinglePart::builder()
        .header(ContentType::parse(&format!("{kind}; name=\"invite.ics\"")).unwrap())
        .header(ContentDisposition::attachment("invite.ics"))
        .body(body(calendar));
    MultiPart::mixed().boundary(format!("mixed-{tag}")).multipart(words).singlepart(attachment)
}

fn body(text: &str) -> Body {
    let text = text.replace("\r\n", "\n").replace(['\r', '\n'], "\r\n");
    let is_plain = |b: u8| matches!(b, b'\t' | b'\r' | b'\n' | b' '..=b'~');
    if text.bytes().all(is_plain) && text.split("\r\n").all(|line| line.len() <= 998) {
        return Body::dangerous_pre_encoded(text.into_bytes(), ContentTransferEncoding::SevenBit);
    }
    Body::new_with_encoding(text, ContentTransferEncoding::Base64).unwrap()
}

#[track_caller]
fn assert_alike(desk: &Desk) {
    let tag: String = desk.id.0.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    let ours = desk.compose().unwrap().bytes;
    assert_eq!(String::from_utf8(ours).unwrap(), String::from_utf8(built(&desk.letter(), &tag)).unwrap());
}

#[test]
fn every_structure_is_written_as_lettre_does() {
    let texts = [format!("Hello\n<{}>\n", link()), format!("Grüße\r<{}>", link()), "x".repeat(999), String::new()];
    let calendars = [None, Some(CALENDAR.to_owned()), Some(CALENDAR.replace("REQUEST", "PUBLISH"))];
    let stops = [None, Some("mailto:stop@example.org"), Some("https://example.org/stop")];
    for (at, text) in texts.iter().enumerate() {
        for calendar in &calendars {
            let mut desk = Desk::new();
            desk.invitation.text.clone_from(text);
            desk.invitation.html.clone_from(&texts[(at + 1) % texts.len()]);
            desk.invitation.calendars = calendar.clone().map(invite).into_iter().collect();
            desk.unsubscribe = stops[at % stops.len()].map(|stop| Unsubscribe::parse(stop).unwrap());
            desk.reply_to = (at % 2 == 0).then(|| Mailbox::parse("Grace Hopper <grace@example.org>").unwrap());
            assert_alike(&desk);
            desk.id = MessageId("1@x".into());
            for calendar in &mut desk.invitation.calendars {
                calendar.text = calendar.text.replace("END:V", "X:ü\r\nEND:V");
            }
            assert_alike(&desk);
        }
    }
}

#[test]
fn odd_addresses_are_written_as_lettre_does() {
    for odd in [
        "\"a b\"@example.org",
        "\"a@b\"@example.org",
        "jürgen@example.org",
        "🦀@example.org",
        "a!#$%&'*+/=?^_`{|}~-@exämple.org",
    ] {
        let to = Address::parse(odd).unwrap();
        for to_name in ["", "Ada", "Ada Lovelace", "O'Brien"] {
            assert_alike(&Desk { to: to.clone(), to_name: to_name.into(), ..Desk::new() });
        }
    }
}

proptest! {
    #[test]
    fn names_and_subjects_are_folded_and_quoted_as_lettre_does(
        names in vec("[ -~]{0,60}|[a-zA-Z .-]{0,120}|[a-z]{60,80}( [a-z]{0,3})?", 2),
        subject in "[!-~][ -~]{0,150}|[a-z]{60,75}( [a-z]{0,9}){0,3}",
        tag in "[a-z0-9.]{1,60}",
        domain in "[a-z]{1,60}\\.org",
        reply in option::of("[a-zA-Z ]{0,90}"),
    ) {
        prop_assume!(!subject.contains("=?") && subject == subject.trim());
        let address = Address::parse(&format!("ada@{domain}")).unwrap();
        let mut desk = Desk::new();
        desk.invitation.subject = subject;
        desk.to_name.clone_from(&names[0]);
        desk.from = Mailbox { name: Some(names[1].clone()), address: address.clone() };
        desk.reply_to = reply.map(|name| Mailbox { name: Some(name), address: address.clone() });
        desk.id = MessageId(format!("{tag}@{domain}"));
        desk.to = address;
        assert_alike(&desk);
    }
}
