//! Header values that lettre would not write the way we need them.

use data_encoding::BASE64;
use lettre::message::{
    Mailbox as LettreMailbox, Mailboxes,
    header::{Header, HeaderName, HeaderValue},
};

use super::ComposeProblem;
use crate::model::{Address, forbidden_char};

/// The longest name shown in a header, in characters; what is longer is cut. lettre folds at
/// blanks only, and a line may have 998 octets.
const LONGEST_NAME: usize = 200;
/// The longest line that holds an encoded word, the field's name included (RFC 2047 §2).
const LINE: usize = 76;
/// What frames an encoded word's base64.
const FRAME: (&str, &str) = ("=?utf-8?b?", "?=");

/// A name and address as lettre takes them: checked, because lettre panics over a line break.
fn mailbox(place: &'static str, name: &str, address: &Address) -> Result<LettreMailbox, ComposeProblem> {
    if let Some(found) = forbidden_char(name) {
        return Err(ComposeProblem::Forbidden { place, found });
    }
    let name: String = name.trim().chars().take(LONGEST_NAME).collect();
    let name = Some(name.trim_end().to_owned()).filter(|name| !name.is_empty());
    Ok(LettreMailbox::new(name, lettre_address(address)))
}

/// A field with a name and an address: lettre's own writing, unless the name needs encoded words.
///
/// lettre puts the address behind them, on a line that gets longer than such lines may be.
pub(super) fn named<H: Header + From<Mailboxes>>(
    place: &'static str,
    name: &str,
    address: &Address,
) -> Result<HeaderValue, ComposeProblem> {
    let mailbox = mailbox(place, name, address)?;
    let Some(name) = mailbox.name.as_deref().filter(|name| !name.is_ascii()) else {
        return Ok(H::from(Mailboxes::from(mailbox)).display());
    };
    let taken = H::name().len() + ": ".len();
    let words = encoded_words(name, taken);
    let last_line = words.rsplit_once('\n').map_or(taken + words.len(), |(_, line)| line.len());
    let address = format!("<{}>", mailbox.email);
    let gap = if last_line + " ".len() + address.len() > LINE { "\r\n " } else { " " };
    let encoded = format!("{words}{gap}{address}");
    // lettre reads the bare form to see whether there is a sender, and sends the encoded one.
    Ok(HeaderValue::dangerous_new_pre_encoded(H::name(), mailbox.email.to_string(), encoded))
}

/// An address as lettre takes it. An [`Address`] is checked, and may hold letters that lettre does not know.
pub(super) fn lettre_address(address: &Address) -> lettre::Address {
    lettre::Address::new_dangerous(address.local(), address.domain())
}

/// A subject: as it is where it is plain, else whole in encoded words.
///
/// lettre encodes word by word and leaves alone what is ASCII, so that a title which looks like an
/// encoded word would be decoded by the reader's program.
pub(super) fn subject(text: &str) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str("Subject");
    if text.is_ascii() && !text.contains("=?") {
        return HeaderValue::new(name, text.to_owned());
    }
    HeaderValue::dangerous_new_pre_encoded(name, text.to_owned(), encoded_words(text, "Subject: ".len()))
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

/// A header whose value is ASCII and ours.
pub(super) fn plain(name: &'static str, value: impl Into<String>) -> HeaderValue {
    let value = value.into();
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), value.clone(), value)
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
