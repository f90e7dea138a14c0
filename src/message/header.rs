//! One field of a header after another.
//!
//! Most values are plain enough to be written here as they are, octet for octet as lettre would
//! write them; what needs quoting, folding or a calendar is left to lettre.

use std::{io::Write, time::SystemTime};

use data_encoding::BASE64;
use lettre::{
    Address as LettreAddress,
    message::{
        Mailbox as LettreMailbox, Mailboxes,
        header::{Date, Header, HeaderName, HeaderValue, Headers},
    },
};

use super::ComposeProblem;
use crate::model::{Address, Mailbox, forbidden_char};

/// The longest line that holds an encoded word, the field's name included (RFC 2047 §2); lines
/// are folded where they would get longer.
const LINE: usize = 76;
/// What frames an encoded word's base64.
const FRAME: (&str, &str) = ("=?utf-8?b?", "?=");

/// A field whose value is ASCII and ours; the value in pieces.
pub(super) fn plain(out: &mut Vec<u8>, name: &str, value: &[&str]) {
    write(out, &[name, ": "]);
    write(out, value);
    write(out, &["\r\n"]);
}

/// A field whose value is ASCII and ours, in words, between which it is folded.
pub(super) fn folded(out: &mut Vec<u8>, name: &str, words: &[&str]) {
    write(out, &[name, ":"]);
    let mut taken = name.len() + ":".len();
    for (at, word) in words.iter().enumerate() {
        if at > 0 && taken + " ".len() + word.len() > LINE {
            write(out, &["\r\n"]);
            taken = 0;
        }
        write(out, &[" ", word]);
        taken += " ".len() + word.len();
    }
    write(out, &["\r\n"]);
}

/// A field with a name and an address; a name with a line break is refused.
pub(super) fn named<H: Header + From<Mailboxes>>(
    out: &mut Vec<u8>,
    place: &'static str,
    name: &str,
    address: &Address,
) -> Result<(), ComposeProblem> {
    if let Some(found) = forbidden_char(name) {
        return Err(ComposeProblem::Forbidden { place, found });
    }
    let (name, field) = (shown(name), H::name());
    let taken = field.len() + ": ".len();
    if name.is_empty() {
        plain(out, &field, &[address.as_str()]);
    } else if !name.is_ascii() {
        in_words(out, &field, name, address);
    } else if let Some(quote) = quote(name).filter(|quote| taken + quote.len() + name.len() <= LINE) {
        plain(out, &field, &[quote, name, quote, " <", address.as_str(), ">"]);
    } else {
        // An `Address` is checked, and may hold letters that lettre does not know.
        let address = LettreAddress::new_dangerous(address.local(), address.domain());
        let mailbox = LettreMailbox::new(Some(name.to_owned()), address);
        encoded(out, H::from(Mailboxes::from(mailbox)).display());
    }
    Ok(())
}

/// A name without blanks around it, and not too long.
fn shown(name: &str) -> &str {
    let name = name.trim();
    let cut = name.char_indices().nth(Mailbox::LONGEST_SHOWN_NAME).map_or(name, |(end, _)| &name[..end]);
    cut.trim_end()
}

/// What goes around a name of letters, digits and blanks; `None` for other names.
fn quote(name: &str) -> Option<&'static str> {
    let is_atom = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if name.bytes().all(is_atom) {
        return Some("");
    }
    name.bytes().all(|b| is_atom(b) || b == b' ').then_some("\"")
}

/// A field with a name in encoded words.
///
/// lettre puts the address behind them, on a line that gets longer than such lines may be.
fn in_words(out: &mut Vec<u8>, field: &str, name: &str, address: &Address) {
    let taken = field.len() + ": ".len();
    let words = encoded_words(name, taken);
    let last_line = words.rsplit_once('\n').map_or(taken + words.len(), |(_, line)| line.len());
    let length = " <>".len() + address.as_str().len();
    let gap = if last_line + length > LINE { "\r\n <" } else { " <" };
    plain(out, field, &[&words, gap, address.as_str(), ">"]);
}

/// A subject: as it is where it is plain, else whole in encoded words.
///
/// lettre encodes word by word and leaves alone what is ASCII, so that a title which looks like an
/// encoded word would be decoded by the reader's program.
pub(super) fn subject(out: &mut Vec<u8>, text: &str) {
    let taken = "Subject: ".len();
    let looks_encoded = text.as_bytes().windows(2).any(|pair| pair == b"=?");
    if looks_encoded || !text.is_ascii() {
        plain(out, "Subject", &[&encoded_words(text, taken)]);
    } else if taken + text.len() <= LINE {
        plain(out, "Subject", &[text]);
    } else {
        encoded(out, HeaderValue::new(HeaderName::new_from_ascii_str("Subject"), text.to_owned()));
    }
}

/// The `Date`, to the second, in UTC.
pub(super) fn date(out: &mut Vec<u8>, at: SystemTime) {
    encoded(out, Date::new(at).display());
}

/// A field in lettre's own writing.
fn encoded(out: &mut Vec<u8>, field: HeaderValue) {
    let mut fields = Headers::with_capacity(1);
    fields.insert_raw(field);
    // Writing to a vector cannot fail.
    let _ = write!(out, "{fields}");
}

fn write(out: &mut Vec<u8>, pieces: &[&str]) {
    for piece in pieces {
        out.extend_from_slice(piece.as_bytes());
    }
}

/// A text in encoded words, the first on a line of which so many characters are taken.
fn encoded_words(text: &str, taken: usize) -> String {
    let (open, close) = FRAME;
    let mut words = Vec::new();
    let mut rest = text;
    let mut taken = taken;
    while !rest.is_empty() {
        // Four characters of base64 for three octets.
        let room = (LINE - taken - open.len() - close.len()) / 4 * 3;
        let mut end = rest.len().min(room);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        words.push(format!("{open}{}{close}", BASE64.encode(&rest.as_bytes()[..end])));
        rest = &rest[end..];
        taken = " ".len();
    }
    // White space between two encoded words is no part of the text (RFC 2047 §6.2).
    words.join("\r\n ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_words_are_short_and_split_no_character() {
        let encoded = format!("Subject: {}", encoded_words(&"é🦀".repeat(60), 9));
        assert!(encoded.split("\r\n").all(|line| line.len() <= 76), "{encoded}");
        for word in encoded["Subject: ".len()..].split("\r\n ") {
            let inner = word.strip_prefix("=?utf-8?b?").and_then(|word| word.strip_suffix("?=")).unwrap();
            assert!(String::from_utf8(BASE64.decode(inner.as_bytes()).unwrap()).is_ok());
        }
    }
}
