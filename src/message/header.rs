//! Header values that lettre would not write the way we need them.

use data_encoding::BASE64;
use lettre::message::{
    Mailbox as LettreMailbox,
    header::{HeaderName, HeaderValue},
};

use super::ComposeProblem;
use crate::model::{Address, forbidden_char};

/// The longest name shown in a header, in characters; what is longer is cut. lettre folds at
/// blanks only, and a line may have 998 octets.
const LONGEST_NAME: usize = 200;
/// The octets in one encoded word: 60 characters of base64, 75 with its frame (RFC 2047 §2).
const WORD: usize = 45;

/// A name and address as lettre takes them: checked, because lettre panics over a line break.
pub(super) fn mailbox(place: &'static str, name: &str, address: &Address) -> Result<LettreMailbox, ComposeProblem> {
    if let Some(found) = forbidden_char(name) {
        return Err(ComposeProblem::Forbidden { place, found });
    }
    let name: String = name.trim().chars().take(LONGEST_NAME).collect();
    let name = Some(name.trim_end().to_owned()).filter(|name| !name.is_empty());
    Ok(LettreMailbox::new(name, lettre_address(address)?))
}

/// An address as lettre takes it.
pub(super) fn lettre_address(address: &Address) -> Result<lettre::Address, ComposeProblem> {
    lettre::Address::new(address.local(), address.domain())
        .map_err(|_| ComposeProblem::Address(address.as_str().to_owned()))
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
    HeaderValue::dangerous_new_pre_encoded(name, text.to_owned(), encoded_words(text))
}

fn encoded_words(text: &str) -> String {
    let mut words = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut end = rest.len().min(WORD);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        words.push(format!("=?utf-8?b?{}?=", BASE64.encode(&rest.as_bytes()[..end])));
        rest = &rest[end..];
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
        let encoded = encoded_words(&"é🦀".repeat(60));
        for word in encoded.split("\r\n ") {
            assert!(word.len() <= 75, "{word}");
            let inner = word.strip_prefix("=?utf-8?b?").and_then(|word| word.strip_suffix("?=")).unwrap();
            assert!(String::from_utf8(BASE64.decode(inner.as_bytes()).unwrap()).is_ok());
        }
    }
}
