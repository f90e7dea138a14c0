//! Mails read back by a parser, and tokens verified by a check, that are not the program's own.

use std::{fs, path::Path};

use aws_lc_rs::hmac;
use data_encoding::BASE64URL_NOPAD;
use mail_parser::{MessageParser, MimeHeaders as _, PartType};
use serde_json::Value;

use super::sandbox::SECRET;

/// A mail as its reader gets it.
pub(crate) struct ReceivedMail {
    /// The octets.
    pub(crate) raw: Vec<u8>,
    message: mail_parser::Message<'static>,
}

impl ReceivedMail {
    /// Reads an `.eml` file.
    #[track_caller]
    pub(crate) fn read(path: &Path) -> Self {
        Self::parse(fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
    }

    /// Parses a message; demands that its encodings are sound.
    #[track_caller]
    pub(crate) fn parse(raw: Vec<u8>) -> Self {
        let message = MessageParser::default().parse(&raw).expect("a message").into_owned();
        assert!(message.parts.iter().all(|part| !part.is_encoding_problem), "a part's encoding is broken");
        Self { raw, message }
    }

    /// The address of the one recipient in the header.
    #[track_caller]
    pub(crate) fn to(&self) -> String {
        let to = self.message.to().expect("a To header");
        assert_eq!(to.iter().count(), 1, "one recipient");
        to.first().and_then(|address| address.address()).expect("an address").to_owned()
    }

    /// The name of the one recipient in the header, decoded.
    pub(crate) fn to_name(&self) -> Option<String> {
        let to = self.message.to()?.first()?;
        to.name().map(str::to_owned)
    }

    /// The subject, decoded.
    pub(crate) fn subject(&self) -> &str {
        self.message.subject().expect("a subject")
    }

    /// The Message-ID without its angle brackets.
    pub(crate) fn message_id(&self) -> &str {
        self.message.message_id().expect("a Message-ID")
    }

    /// A header's value as it stands.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.message.header_raw(name.to_owned()).map(|value| value.trim().to_owned())
    }

    /// The octets without what changes from run to run: the date, in the header and in the calendar entry.
    pub(crate) fn without_date(&self) -> String {
        let mut raw = self.raw.clone();
        let is_calendar = |part: &&mail_parser::MessagePart<'_>| part.is_content_type("text", "calendar");
        // The last one first: places before it stay what they are.
        for part in self.message.parts.iter().rev().filter(is_calendar) {
            // Where it is in base64, its lines can be told apart only once they are decoded.
            let place = part.offset_body as usize..part.offset_end as usize;
            raw.splice(place, part.contents().iter().copied());
        }
        let text = String::from_utf8(raw).expect("text");
        text.split_inclusive("\r\n")
            .filter(|line| !line.starts_with("Date:") && !line.starts_with("DTSTAMP:"))
            .collect()
    }

    /// The decoded text/plain part.
    #[track_caller]
    pub(crate) fn text(&self) -> &str {
        let parts = self.message.parts.iter();
        let mut texts = parts.filter_map(|part| match &part.body {
            PartType::Text(text) => Some(&**text),
            _ => None,
        });
        texts.next().expect("a text/plain part")
    }

    /// The decoded text/html part.
    #[track_caller]
    pub(crate) fn html(&self) -> &str {
        let parts = self.message.parts.iter();
        let mut htmls = parts.filter_map(|part| match &part.body {
            PartType::Html(html) => Some(&**html),
            _ => None,
        });
        htmls.next().expect("a text/html part")
    }

    /// The octets of the picture that the HTML calls by this id.
    pub(crate) fn picture(&self, id: &str) -> Option<Vec<u8>> {
        let part = self.message.parts.iter().find(|part| part.content_id() == Some(id))?;
        part.content_type().is_some_and(|kind| kind.ctype() == "image").then(|| part.contents().to_vec())
    }

    /// The personal link; demands that the text and the HTML part hold the same one.
    #[track_caller]
    pub(crate) fn link(&self) -> String {
        let in_text = links_in(self.text());
        let in_html = links_in(&unescaped(self.html()));
        assert!(!in_text.is_empty(), "no link in the text part:\n{}", self.text());
        assert!(in_text.iter().chain(&in_html).all(|link| *link == in_text[0]), "{in_text:?} {in_html:?}");
        assert!(!in_html.is_empty(), "no link in the HTML part:\n{}", self.html());
        in_text[0].clone()
    }

    /// The claims of the link's token; demands that the sandbox's secret signed it.
    #[track_caller]
    pub(crate) fn claims(&self) -> Value {
        verify_token(&self.link(), SECRET).expect("the token is signed with the sandbox's secret")
    }
}

/// All links of a text that carry a token.
pub(crate) fn links_in(text: &str) -> Vec<String> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\'');
    let starts = text.match_indices("https://").map(|(at, _)| &text[at..]);
    let links = starts.map(|rest| rest.split(ends).next().unwrap_or_default());
    links.filter(|link| link.contains("jwt=")).map(str::to_owned).collect()
}

/// A text with the character references of HTML resolved, as far as links need it.
fn unescaped(html: &str) -> String {
    let mut plain = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let reference = after.split_once(';').and_then(|(name, rest)| Some((character(name)?, rest)));
        let (found, behind) = reference.unwrap_or(('&', after));
        plain.push(found);
        rest = behind;
    }
    plain + rest
}

fn character(name: &str) -> Option<char> {
    let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        _ => match (name.strip_prefix("#x"), name.strip_prefix('#')) {
            (Some(digits), _) => number(digits, 16),
            (_, Some(digits)) => number(digits, 10),
            _ => None,
        },
    }
}

/// The token of a link.
#[track_caller]
pub(crate) fn token_in(link: &str) -> &str {
    let (_, token) = link.split_once("jwt=").unwrap_or_else(|| panic!("no token in `{link}`"));
    token.split(['&', '#']).next().unwrap_or_default().trim_matches('"')
}

/// The claims of a link's HS256 token; `None` where another secret signed it.
#[track_caller]
pub(crate) fn verify_token(link: &str, secret: &str) -> Option<Value> {
    let token = token_in(link);
    let (signed, signature) = token.rsplit_once('.').expect("a token has three parts");
    let (header, claims) = signed.split_once('.').expect("a token has three parts");
    let decoded = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes()).expect("base64url without padding");
    let json = |part: &str| serde_json::from_slice::<Value>(&decoded(part)).expect("JSON");
    assert_eq!((&json(header)["alg"], &json(header)["typ"]), (&"HS256".into(), &"JWT".into()));
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hmac::verify(&key, signed.as_bytes(), &decoded(signature)).ok()?;
    Some(json(claims))
}

#[test]
fn links_are_read_from_decoded_parts_alone() {
    let token = "e30.e30.e30";
    let html = format!("<a href=\"https:&#x2F;&#47;meet.example.org/r?jwt={token}&amp;x=1\">in</a> a & b");
    let mail = format!(
        "To: \"Smith, Jr.\" <ada@example.org>\r\nMessage-ID: <1@example.org>\r\n\
         Subject: =?utf-8?B?w6k=?=\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n\
         Here: <https://meet.example.org/r?jwt={token}&x=1>\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}\r\n--b--\r\n",
        data_encoding::BASE64.encode(html.as_bytes())
    );
    let mail = ReceivedMail::parse(mail.into_bytes());
    assert_eq!(mail.link(), format!("https://meet.example.org/r?jwt={token}&x=1"));
    assert_eq!(token_in(&mail.link()), token);
    assert_eq!((mail.to().as_str(), mail.to_name().as_deref()), ("ada@example.org", Some("Smith, Jr.")));
    assert_eq!((mail.subject(), mail.message_id()), ("é", "1@example.org"));
    assert!(verify_token("https://x?jwt=eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.e30.e30", SECRET).is_none());
}
