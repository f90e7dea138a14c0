//! A finished mail, read back: its fields, its parts, the link in it.
//!
//! Owns: which stretch of the mail is which part. Does not own: taking a part's encoding off where
//! the page does it itself.

use std::borrow::Cow;

use mail_parser::{Address, Encoding, Message, MessageParser, MessagePart, MimeHeaders as _, PartType};

/// A mail that could be read.
#[derive(Debug)]
pub struct Letter<'a> {
    bytes: &'a [u8],
    message: Message<'a>,
}

/// A stretch of a mail: parts, and what stands between them.
#[derive(Debug)]
pub(super) struct Stretch<'a> {
    /// The octets.
    pub(super) bytes: &'a [u8],
    /// The part that they are; `None` for header blocks and boundaries.
    pub(super) part: Option<Part<'a>>,
}

/// One part that holds something.
#[derive(Debug)]
pub(super) struct Part<'a> {
    /// Its type, like `text/html`, in lower case.
    pub(super) kind: String,
    /// Whether it travels as base64.
    pub(super) is_base64: bool,
    /// Its text, decoded; `None` where it holds none.
    pub(super) text: Option<Cow<'a, str>>,
    /// The name that it is saved under.
    pub(super) name: Option<String>,
    /// The id that the HTML calls it by.
    pub(super) content_id: Option<String>,
}

impl<'a> Letter<'a> {
    /// Reads a mail; `None` where the bytes are none.
    #[must_use]
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let message = MessageParser::default().parse(bytes)?;
        Some(Self { bytes, message })
    }

    /// The subject, decoded.
    #[must_use]
    pub fn subject(&self) -> &str {
        self.message.subject().unwrap_or_default()
    }

    /// The language that the mail says it is in.
    #[must_use]
    pub fn language(&self) -> &str {
        self.message.header_raw("Content-Language").unwrap_or_default().trim()
    }

    /// The Message-ID, without its brackets.
    #[must_use]
    pub fn message_id(&self) -> &str {
        self.message.message_id().unwrap_or_default()
    }

    /// The first link that carries a token, out of the plain text or else the HTML.
    #[must_use]
    pub fn link(&self) -> Option<String> {
        let html = || self.html().and_then(|html| link_in(&html.replace("&amp;", "&")));
        link_in(&self.text()).or_else(html)
    }

    /// All links that carry a token, each once, out of the plain text.
    #[must_use]
    pub fn links(&self) -> Vec<String> {
        let text = self.text();
        let (mut links, mut rest) = (Vec::new(), &*text);
        while let Some(link) = link_in(rest) {
            rest = rest.split_once(link.as_str()).map_or("", |(_, behind)| behind);
            if !links.contains(&link) {
                links.push(link);
            }
        }
        links
    }

    /// The plain-text part, decoded.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        self.message.body_text(0).unwrap_or_default()
    }

    /// How many octets it has on its way.
    #[must_use]
    pub fn octets(&self) -> usize {
        self.bytes.len()
    }

    /// The HTML part, decoded.
    #[must_use]
    pub fn html(&self) -> Option<Cow<'_, str>> {
        self.message.html_bodies().find_map(|part| match &part.body {
            PartType::Html(html) => Some(Cow::Borrowed(html.as_ref())),
            _ => None,
        })
    }

    /// The mailboxes of an address field, as name and address.
    pub(super) fn mailboxes(&self, field: &str) -> Vec<(String, String)> {
        let addresses = match field {
            "From" => self.message.from(),
            "To" => self.message.to(),
            "Reply-To" => self.message.reply_to(),
            "Sender" => self.message.sender(),
            _ => None,
        };
        let boxes = addresses.map(Address::iter).into_iter().flatten();
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        boxes.map(|mailbox| (text(mailbox.name()), text(mailbox.address()))).collect()
    }

    /// The fields that a mail program shows on top, as people read them.
    pub(super) fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = Vec::with_capacity(6);
        for field in ["From", "To", "Reply-To"] {
            let shown: Vec<_> = self.mailboxes(field).into_iter().map(|mailbox| in_words(&mailbox)).collect();
            if !shown.is_empty() {
                fields.push((field, shown.join(", ")));
            }
        }
        fields.push(("Subject", self.subject().to_owned()));
        if let Some(date) = self.message.header_raw("Date") {
            fields.push(("Date", date.trim().to_owned()));
        }
        fields
    }

    /// The whole mail, cut where its parts begin and end.
    pub(super) fn stretches(&self) -> Vec<Stretch<'_>> {
        let mut leaves: Vec<(usize, usize, &MessagePart<'_>)> = self.message.parts.iter().filter_map(leaf).collect();
        leaves.sort_by_key(|(start, ..)| *start);
        let mut stretches = Vec::with_capacity(leaves.len() * 2 + 1);
        let mut at = 0;
        for (start, end, part) in leaves {
            let (Some(between), Some(bytes)) = (self.bytes.get(at..start), self.bytes.get(start..end)) else {
                continue;
            };
            stretches.push(Stretch { bytes: between, part: None });
            stretches.push(Stretch { bytes, part: Some(described(part)) });
            at = end;
        }
        stretches.push(Stretch { bytes: self.bytes.get(at..).unwrap_or_default(), part: None });
        stretches
    }
}

/// A part that holds no parts, and where it stands.
fn leaf<'p, 'x>(part: &'p MessagePart<'x>) -> Option<(usize, usize, &'p MessagePart<'x>)> {
    let is_leaf = !matches!(part.body, PartType::Multipart(_));
    is_leaf.then_some((part.offset_body as usize, part.offset_end as usize, part))
}

fn described<'p>(part: &'p MessagePart<'_>) -> Part<'p> {
    let kind = match part.content_type() {
        Some(kind) => format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("plain")).to_ascii_lowercase(),
        None => "text/plain".to_owned(),
    };
    let text = match &part.body {
        PartType::Text(text) | PartType::Html(text) => Some(Cow::Borrowed(text.as_ref())),
        _ => None,
    };
    Part {
        kind,
        is_base64: part.encoding == Encoding::Base64,
        text,
        name: part.attachment_name().map(str::to_owned),
        content_id: part.content_id().map(str::to_owned),
    }
}

fn in_words((name, address): &(String, String)) -> String {
    if name.is_empty() { address.clone() } else { format!("{name} <{address}>") }
}

/// The first address of a web page in a text that carries a token.
fn link_in(text: &str) -> Option<String> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\'');
    let token = text.find("jwt=")?;
    let start = text[..token].rfind(ends).map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    let end = text[token..].find(ends).map_or(text.len(), |at| token + at);
    let link = &text[start..end];
    link.starts_with("http").then(|| link.to_owned())
}

/// The Message-ID in a mail's header block, without its brackets.
#[must_use]
pub fn message_id_of(header: &[u8]) -> Option<String> {
    let message = MessageParser::new().with_message_ids().parse_headers(header)?;
    message.message_id().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "From: \"Rust\" <workshop@example.org>\r\nTo: =?utf-8?b?WsO2w6s=?= <zoe@example.org>\r\n\
        Subject: Hello\r\nMessage-ID: <abc@example.org>\r\nContent-Language: de\r\n\
        Content-Type: multipart/alternative; boundary=\"b\"\r\n\r\n\
        --b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nYour link:\r\n<https://m.org/r?jwt=a.b.c>\r\n\
        --b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nPHA+WsO2w6s8L3A+\r\n\
        --b--\r\n";

    #[test]
    fn a_mail_is_cut_into_stretches_that_make_it_up() {
        let letter = Letter::read(MAIL.as_bytes()).unwrap();
        let stretches = letter.stretches();
        let whole: Vec<u8> = stretches.iter().flat_map(|stretch| stretch.bytes).copied().collect();
        assert_eq!(String::from_utf8(whole).unwrap(), MAIL);
        let parts: Vec<_> = stretches.iter().filter_map(|stretch| stretch.part.as_ref()).collect();
        assert_eq!(parts.iter().map(|part| part.kind.as_str()).collect::<Vec<_>>(), ["text/plain", "text/html"]);
        assert_eq!(parts.iter().map(|part| part.is_base64).collect::<Vec<_>>(), [false, true]);
        assert_eq!(parts[1].text.as_deref(), Some("<p>Zöë</p>"));
        assert_eq!(letter.html().as_deref(), Some("<p>Zöë</p>"));
    }

    #[test]
    fn fields_are_decoded() {
        let letter = Letter::read(MAIL.as_bytes()).unwrap();
        assert_eq!(letter.fields()[0], ("From", "Rust <workshop@example.org>".to_owned()));
        assert_eq!(letter.fields()[1], ("To", "Zöë <zoe@example.org>".to_owned()));
        assert_eq!((letter.subject(), letter.language(), letter.message_id()), ("Hello", "de", "abc@example.org"));
        assert_eq!(message_id_of(MAIL.as_bytes()).as_deref(), Some("abc@example.org"));
    }

    #[test]
    fn the_link_is_found_whatever_stands_around_it() {
        assert_eq!(Letter::read(MAIL.as_bytes()).unwrap().link().as_deref(), Some("https://m.org/r?jwt=a.b.c"));
        assert_eq!(link_in("x\u{a0}https://m.org/r#jwt=%22a%22\n").as_deref(), Some("https://m.org/r#jwt=%22a%22"));
        assert_eq!(link_in("jwt=alone"), None);
        assert_eq!(link_in("no link"), None);
    }
}
