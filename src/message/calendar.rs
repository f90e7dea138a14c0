//! One person's calendar entry as iCalendar text (RFC 5545, RFC 7986), with iTIP's methods (RFC 5546).
//!
//! Owns: escaping, folding, and which properties each method has. Does not own: the words in it, its
//! UID and sequence, or how it travels. Pure: the same entry always gives the same text. Times are in
//! UTC, so that no time zone has to travel along. Known weakness: a double quote in a name becomes a
//! single one, since many programs do not know the `^'` of RFC 6868.

use std::fmt::Write as _;

use jiff::Timestamp;

use crate::model::{Address, Language};

/// The most octets of a line, without its CRLF (RFC 5545 §3.1).
const LONGEST_LINE: usize = 75;

const MADE_BY: &str = concat!("-//Roomkey//Roomkey ", env!("CARGO_PKG_VERSION"), "//EN");

/// What the entry is for (RFC 5546 §1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// An invitation that can be answered.
    Request,
    /// An entry to take over, with nobody to answer.
    Publish,
    /// The end of an entry that was sent before.
    Cancel,
}

impl Method {
    fn name(self) -> &'static str {
        match self {
            Self::Request => "REQUEST",
            Self::Publish => "PUBLISH",
            Self::Cancel => "CANCEL",
        }
    }
}

/// Somebody in an entry.
#[derive(Debug, Clone, Copy)]
pub struct Party<'a> {
    /// The name shown; may be empty.
    pub name: &'a str,
    /// The address.
    pub address: &'a Address,
}

/// An entry.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// What it is for.
    pub method: Method,
    /// The same in all that is ever sent of this entry, and nobody else's (RFC 7986 §5.3).
    pub uid: &'a str,
    /// Grows with each change (RFC 5545 §3.8.7.4).
    pub sequence: u32,
    /// When this version was made.
    pub stamp: Timestamp,
    /// When it begins.
    pub starts: Timestamp,
    /// When it ends, later than it begins.
    pub ends: Timestamp,
    /// The title.
    pub summary: &'a str,
    /// The words below it; may hold line breaks.
    pub description: &'a str,
    /// The language of both.
    pub language: &'a Language,
    /// The personal link, a URI.
    pub link: &'a str,
    /// Who invites.
    pub organizer: Party<'a>,
    /// Who is invited; nobody in an entry that is published, or was.
    pub attendee: Option<Party<'a>>,
}

/// Minutes before the start at which a calendar reminds.
const REMINDER: u32 = 10;

/// Writes an entry: lines end in CRLF, and none has more than 75 octets.
#[must_use]
pub fn calendar(entry: &Entry<'_>) -> String {
    let mut out = Lines(String::with_capacity(2048));
    let language = entry.language.as_str();
    let text = |name: &str, text: &str| format!("{name};LANGUAGE={language}:{}", escaped(text));
    out.line("BEGIN:VCALENDAR");
    out.line(&format!("PRODID:{MADE_BY}"));
    out.line("VERSION:2.0");
    out.line("CALSCALE:GREGORIAN");
    out.line(&format!("METHOD:{}", entry.method.name()));
    out.line("BEGIN:VEVENT");
    out.line(&format!("UID:{}", escaped(entry.uid)));
    out.line(&format!("DTSTAMP:{}", utc(entry.stamp)));
    out.line(&format!("SEQUENCE:{}", entry.sequence));
    out.line(&format!("DTSTART:{}", utc(entry.starts)));
    out.line(&format!("DTEND:{}", utc(entry.ends)));
    out.line(&text("SUMMARY", entry.summary));
    out.line(&party("ORGANIZER", "", entry.organizer));
    if let Some(attendee) = entry.attendee {
        let answerable = match entry.method {
            Method::Request => ";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE",
            Method::Publish | Method::Cancel => "",
        };
        out.line(&party("ATTENDEE", answerable, attendee));
    }
    if entry.method == Method::Cancel {
        // Who cancels has nothing to show any more: neither the link nor a reminder.
        out.line("STATUS:CANCELLED");
    } else {
        out.line(&text("DESCRIPTION", entry.description));
        out.line(&format!("LOCATION:{}", escaped(entry.link)));
        out.line(&format!("URL:{}", entry.link));
        out.line(&format!("CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO;LABEL=Jitsi Meet:{}", entry.link));
        out.line("STATUS:CONFIRMED");
        out.line("TRANSP:OPAQUE");
        // The link is a credential: who may only see when somebody is busy sees no more than that.
        out.line("CLASS:PRIVATE");
        out.line("BEGIN:VALARM");
        out.line("ACTION:DISPLAY");
        out.line(&format!("TRIGGER:-PT{REMINDER}M"));
        out.line(&text("DESCRIPTION", entry.summary));
        out.line("END:VALARM");
    }
    out.line("END:VEVENT");
    out.line("END:VCALENDAR");
    out.0
}

struct Lines(String);

impl Lines {
    /// Adds a line, folded between characters (RFC 5545 §3.1).
    fn line(&mut self, line: &str) {
        let mut octets = 0;
        for c in line.chars() {
            if octets + c.len_utf8() > LONGEST_LINE {
                self.0.push_str("\r\n ");
                octets = 1;
            }
            self.0.push(c);
            octets += c.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

fn utc(time: Timestamp) -> String {
    time.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// TEXT (RFC 5545 §3.3.11): other control characters than line breaks and tabs have no place in it.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\r' => {
                rest.next_if_eq(&'\n');
                out.push_str("\\n");
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push('\t'),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

fn party(property: &str, parameters: &str, party: Party<'_>) -> String {
    let name: String =
        party.name.chars().filter(|c| !c.is_control()).map(|c| if c == '"' { '\'' } else { c }).collect();
    let name = if name.trim().is_empty() { party.address.as_str().replace('"', "'") } else { name };
    format!("{property};CN=\"{name}\"{parameters}:{}", mailto(party.address))
}

/// An address as a URI (RFC 6068 §2).
fn mailto(address: &Address) -> String {
    let mut out = String::from("mailto:");
    for b in address.as_str().bytes() {
        if b.is_ascii_alphanumeric() || b"-._~!$'*+@".contains(&b) {
            out.push(b.into());
        } else {
            let _ = write!(out, "%{b:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use icalendar::Component as _;
    use proptest::prelude::*;

    use super::*;

    struct Given {
        summary: String,
        description: String,
        name: String,
        address: Address,
        language: Language,
    }

    fn given() -> Given {
        Given {
            summary: "Rust for Everyone".into(),
            description: "Your link:\nhttps://meet.example.org/rust?jwt=a.b.c".into(),
            name: "Ada Lovelace".into(),
            address: Address::parse("ada@example.org").unwrap(),
            language: Language::parse("en").unwrap(),
        }
    }

    fn written(method: Method, given: &Given) -> String {
        calendar(&Entry {
            method,
            uid: "abc@example.org",
            sequence: 3,
            stamp: "2036-11-24T10:00:00Z".parse().unwrap(),
            starts: "2036-12-05T13:00:00Z".parse().unwrap(),
            ends: "2036-12-05T17:30:00Z".parse().unwrap(),
            summary: &given.summary,
            description: &given.description,
            language: &given.language,
            link: "https://meet.example.org/rust?jwt=a.b.c",
            organizer: Party { name: "Workshop \"Team\"; Berlin", address: &given.address },
            attendee: (method != Method::Publish).then_some(Party { name: &given.name, address: &given.address }),
        })
    }

    fn unfolded(text: &str) -> Vec<String> {
        text.replace("\r\n ", "").split_terminator("\r\n").map(str::to_owned).collect()
    }

    fn one<'a>(lines: &'a [String], start: &str) -> &'a str {
        let mut found = lines.iter().filter(|line| line.starts_with(start));
        let line = found.next().unwrap_or_else(|| panic!("no {start} in {lines:#?}"));
        assert!(start.starts_with("DESCRIPTION") || found.next().is_none(), "two of {start}");
        line
    }

    #[test]
    fn a_request_names_one_attendee_and_shows_the_link_everywhere() {
        let lines = unfolded(&written(Method::Request, &given()));
        for line in [
            "METHOD:REQUEST",
            "UID:abc@example.org",
            "DTSTAMP:20361124T100000Z",
            "SEQUENCE:3",
            "DTSTART:20361205T130000Z",
            "DTEND:20361205T173000Z",
            "SUMMARY;LANGUAGE=en:Rust for Everyone",
            "DESCRIPTION;LANGUAGE=en:Your link:\\nhttps://meet.example.org/rust?jwt=a.b.c",
            "URL:https://meet.example.org/rust?jwt=a.b.c",
            "STATUS:CONFIRMED",
            "TRIGGER:-PT10M",
            "ORGANIZER;CN=\"Workshop 'Team'; Berlin\":mailto:ada@example.org",
        ] {
            assert_eq!(one(&lines, line), line);
        }
        assert!(one(&lines, "ATTENDEE;CN=\"Ada Lovelace\"").ends_with(";RSVP=TRUE:mailto:ada@example.org"));
        assert!(one(&lines, "CONFERENCE;VALUE=URI").ends_with(":https://meet.example.org/rust?jwt=a.b.c"));
    }

    #[test]
    fn who_is_not_asked_is_not_named_and_what_is_over_shows_no_link() {
        let published = written(Method::Publish, &given());
        assert!(published.contains("METHOD:PUBLISH\r\n") && !published.contains("ATTENDEE"));
        let cancelled = written(Method::Cancel, &given());
        assert!(cancelled.contains("STATUS:CANCELLED\r\n") && cancelled.contains("ATTENDEE;"));
        assert!(!cancelled.contains("jwt=") && !cancelled.contains("VALARM"));
    }

    #[test]
    fn what_could_end_a_line_or_a_value_does_not() {
        let mut given = given();
        given.summary = "a, b; c\\d\r\nBEGIN:VEVENT\u{7}\re".into();
        given.name = "Ada\r\nATTENDEE:mailto:eve@example.org\"".into();
        given.address = Address::parse("o'neil+a&b=c%d@example.org").unwrap();
        let lines = unfolded(&written(Method::Request, &given));
        let summary = "SUMMARY;LANGUAGE=en:a\\, b\\; c\\\\d\\nBEGIN:VEVENT\\ne";
        assert_eq!(one(&lines, "SUMMARY"), summary);
        assert!(one(&lines, "ATTENDEE").starts_with("ATTENDEE;CN=\"AdaATTENDEE:mailto:eve@example.org'\";"));
        assert!(one(&lines, "ATTENDEE").ends_with(":mailto:o'neil+a%26b%3Dc%25d@example.org"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn another_program_reads_what_was_meant(summary in "\\PC{0,200}", words in "[^\\r\\p{C}]{0,400}\n?[a-z,;\\\\]{0,90}") {
            let given = Given { summary, description: words, ..given() };
            let text = written(Method::Request, &given);
            for line in text.split_terminator("\r\n") {
                prop_assert!(line.len() <= 75 && !line.contains(['\r', '\n']), "{line}");
            }
            let read: icalendar::Calendar = text.parse().map_err(TestCaseError::fail)?;
            let icalendar::CalendarComponent::Event(event) = &read.components[0] else {
                return Err(TestCaseError::fail("no event"));
            };
            prop_assert_eq!(read.components.len(), 1);
            prop_assert_eq!(event.get_summary().unwrap_or_default(), &given.summary);
            prop_assert_eq!(event.get_description().unwrap_or_default(), &given.description);
            prop_assert_eq!(event.get_uid(), Some("abc@example.org"));
        }
    }
}
