//! Characters that may not travel, or only visibly: control characters and bidirectional overrides; and how others do
//! in links.

use std::{borrow::Cow, fmt, io};

use icu_normalizer::ComposingNormalizerBorrowed;

/// A character that is refused in names, addresses, ids, rooms, languages and header values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForbiddenChar(pub char);

impl fmt::Display for ForbiddenChar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = u32::from(self.0);
        match self.0 {
            '\n' | '\r' | '\u{2028}' | '\u{2029}' => write!(f, "a line break (U+{code:04X})"),
            '\t' => write!(f, "a tab (U+0009)"),
            c if is_bidi_override(c) => write!(f, "a text-direction override (U+{code:04X})"),
            c if is_invisible(c) => write!(f, "an invisible character (U+{code:04X})"),
            c if c.is_whitespace() && !c.is_control() => write!(f, "a blank (U+{code:04X})"),
            _ => write!(f, "a control character (U+{code:04X})"),
        }
    }
}

/// A text in Unicode's composed form (NFC): `u` with two dots after it and `ü` look alike, and are one.
#[must_use]
pub fn composed(text: &str) -> Cow<'_, str> {
    const NFC: ComposingNormalizerBorrowed<'static> = ComposingNormalizerBorrowed::new_nfc();
    NFC.normalize(text)
}

/// What the system says of an error, without its number: that helps nobody who reads it.
#[must_use]
pub fn system_words(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

/// Finds the first character that may not stand in a one-line field.
///
/// Refused: C0 and C1 controls, DEL, U+2028/9 and the bidirectional overrides and isolates
/// (U+202A–E, U+2066–9). Joiners (U+200C/D) and direction marks (U+200E/F) are legitimate.
#[must_use]
pub fn forbidden_char(text: &str) -> Option<ForbiddenChar> {
    if is_plain(text) {
        return None;
    }
    text.chars()
        .find(|&c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') || is_bidi_override(c))
        .map(ForbiddenChar)
}

/// Whether a text holds printable ASCII alone, as most do: many octets are looked at together.
fn is_plain(text: &str) -> bool {
    text.bytes().fold(true, |plain, octet| plain & (0x20..0x7F).contains(&octet))
}

/// Finds the first character that may not stand in a free text, where line breaks and tabs may.
#[must_use]
pub fn forbidden_char_in_text(text: &str) -> Option<ForbiddenChar> {
    if is_plain(text) {
        return None;
    }
    text.chars()
        .find(|&c| (c.is_control() && !matches!(c, '\n' | '\r' | '\t')) || is_bidi_override(c))
        .map(ForbiddenChar)
}

/// Makes control characters, text-direction overrides and line separators visible: `\u{202e}`, `\n`.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            c if c.is_control()
                || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}') =>
            {
                shown.extend(c.escape_unicode());
            }
            c => shown.push(c),
        }
    }
    shown
}

/// Whether a CR or LF stands alone: by such line ends one mail is smuggled behind another.
#[must_use]
pub fn has_bare_line_break(bytes: &[u8]) -> bool {
    let Some(((first, behind), last)) = bytes.split_first().zip(bytes.last()) else { return false };
    // The fold looks at many octets at once.
    let within =
        bytes.iter().zip(behind).fold(0, |bare, (a, b)| bare | (u8::from(*a == b'\r') ^ u8::from(*b == b'\n')));
    within != 0 || *first == b'\n' || *last == b'\r'
}

/// A text as it stands in a link (RFC 3986 §2.1): all but the unreserved characters encoded, and those that are
/// `kept`.
#[must_use]
pub fn percent_encoded(text: &str, kept: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || "-._~".contains(c) || kept.contains(c) {
            out.push(c);
        } else {
            let mut octets = [0; 4];
            out.extend(c.encode_utf8(&mut octets).bytes().map(|octet| format!("%{octet:02X}")));
        }
    }
    out
}

/// Whether nobody sees it, and no script needs it within a word: soft hyphen, zero-width blank, direction
/// marks, word joiner, byte-order mark.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2060}' | '\u{FEFF}')
}

fn is_bidi_override(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_goes_without_its_number() {
        assert!(io::Error::from_raw_os_error(2).to_string().contains("(os error 2)"));
        assert_eq!(system_words(&io::Error::from_raw_os_error(2)), "No such file or directory");
        assert_eq!(system_words(&io::Error::other("odd")), "odd");
    }

    #[test]
    fn foreign_text_cannot_move_the_cursor_or_forge_a_line() {
        assert_eq!(visible("a\x1b[2Kb\r\nc\u{202e}d\u{9b}"), "a\\u{1b}[2Kb\\r\\nc\\u{202e}d\\u{9b}");
        assert_eq!(visible("Zoë 李 علي"), "Zoë 李 علي");
    }

    #[test]
    fn line_breaks_and_overrides_are_found_and_joiners_are_not() {
        assert_eq!(forbidden_char("Eve\r\nBcc: x@y"), Some(ForbiddenChar('\r')));
        assert_eq!(forbidden_char("a\u{202E}b"), Some(ForbiddenChar('\u{202E}')));
        assert_eq!(forbidden_char("a\u{7f}b"), Some(ForbiddenChar('\u{7f}')));
        assert_eq!(forbidden_char("a\u{85}b"), Some(ForbiddenChar('\u{85}')));
        assert_eq!(forbidden_char("علي\u{200D}\u{200F}"), None);
    }

    #[test]
    fn free_text_may_hold_line_breaks_but_no_nul() {
        assert_eq!(forbidden_char_in_text("two\nlines\tand a tab"), None);
        assert_eq!(forbidden_char_in_text("nul\0"), Some(ForbiddenChar('\0')));
    }

    #[test]
    fn a_link_holds_unreserved_characters_and_those_that_are_kept() {
        assert_eq!(percent_encoded("A-z_0.~ é@\"", ""), "A-z_0.~%20%C3%A9%40%22");
        assert_eq!(percent_encoded("a@b c", "@"), "a@b%20c");
    }

    #[test]
    fn a_line_break_is_whole_or_found() {
        for whole in ["", "a", "\r\n", "a\r\n\r\nb", "a\r\n"] {
            assert!(!has_bare_line_break(whole.as_bytes()), "{whole:?}");
        }
        for bare in ["\n", "\r", "a\n", "a\rb", "\r\r\n", "\r\n\n", "a\n\r", "\n\r\n", "\r\na\r"] {
            assert!(has_bare_line_break(bare.as_bytes()), "{bare:?}");
        }
    }
}
