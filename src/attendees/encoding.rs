//! Guesses how a file is encoded that is not UTF-8, so that the refusal can say what to change.
//!
//! Known weakness: a guess. One-byte encodings of Central Europe look like Windows-1252 here.

use std::fmt;

/// How a file seems to be encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-16, little-endian: what Excel calls "Unicode text".
    Utf16Le,
    /// UTF-16, big-endian.
    Utf16Be,
    /// UTF-32 of either order.
    Utf32,
    /// Windows-1252, of which ISO-8859-1 (Latin-1) is nearly a part: Western Europe.
    Windows1252,
    /// Windows-1251: Cyrillic.
    Windows1251,
    /// Mac OS Roman: what Excel for Mac writes unless told otherwise.
    MacRoman,
    /// UTF-8 as a whole, with a damaged character.
    DamagedUtf8,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf16Le | Self::Utf16Be => "UTF-16 (\"Unicode text\")",
            Self::Utf32 => "UTF-32",
            Self::Windows1252 => "Windows-1252 or ISO-8859-1 (\"Western European\", \"Latin-1\")",
            Self::Windows1251 => "Windows-1251 (\"Cyrillic\")",
            Self::MacRoman => "Mac Roman (\"Western European (Macintosh)\")",
            Self::DamagedUtf8 => "UTF-8 with a damaged character",
        })
    }
}

impl Encoding {
    /// Recognises UTF-16 and UTF-32 by the first octets of a file: by its byte-order mark, or by
    /// the zeros that plain letters leave there.
    pub(super) fn of_wide_file(start: &[u8]) -> Option<Self> {
        if start.starts_with(&[0xFF, 0xFE, 0, 0]) || start.starts_with(&[0, 0, 0xFE, 0xFF]) {
            return Some(Self::Utf32);
        }
        if start.starts_with(&[0xFF, 0xFE]) {
            return Some(Self::Utf16Le);
        }
        if start.starts_with(&[0xFE, 0xFF]) {
            return Some(Self::Utf16Be);
        }
        let sample = &start[..start.len().min(64)];
        let zeros = |first| sample.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
        let (even, odd) = (zeros(0), zeros(1));
        // Half of every pair is zero for Latin letters; a stray NUL in UTF-8 is another matter.
        match (even, odd) {
            _ if sample.len() < 4 => None,
            (0, odd) if odd * 3 >= sample.len() => Some(Self::Utf16Le),
            (even, 0) if even * 3 >= sample.len() => Some(Self::Utf16Be),
            _ => None,
        }
    }

    /// Guesses a one-byte encoding from a record that is not UTF-8.
    pub(super) fn of_narrow_text(text: &[u8]) -> Self {
        if text.utf8_chunks().any(|chunk| !chunk.valid().is_ascii()) {
            return Self::DamagedUtf8;
        }
        let high = || text.iter().filter(|byte| !byte.is_ascii());
        let letters_in_a_row = text.split(|byte| !is_upper_half_letter(*byte)).map(<[u8]>::len).max().unwrap_or(0);
        if letters_in_a_row >= 3 {
            Self::Windows1251
        } else if high().all(|byte| is_mac_roman_letter(*byte)) {
            Self::MacRoman
        } else {
            Self::Windows1252
        }
    }
}

/// Where Windows-1251 has all its Russian letters and Windows-1252 its accented ones.
fn is_upper_half_letter(byte: u8) -> bool {
    byte >= 0xC0
}

/// `ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü` and `ß`, where Windows-1252 has quotes, dashes and gaps.
fn is_mac_roman_letter(byte: u8) -> bool {
    const WINDOWS_PUNCTUATION: [u8; 8] = [0x80, 0x85, 0x91, 0x92, 0x93, 0x94, 0x96, 0x97];
    matches!(byte, 0x80..=0x9F | 0xA7) && !WINDOWS_PUNCTUATION.contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_files_are_known_by_their_mark_or_their_zeros() {
        let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        assert_eq!(Encoding::of_wide_file(&[0xFF, 0xFE, b'e', 0]), Some(Encoding::Utf16Le));
        assert_eq!(Encoding::of_wide_file(&[0xFE, 0xFF, 0, b'e']), Some(Encoding::Utf16Be));
        assert_eq!(Encoding::of_wide_file(&wide("email,name\n")), Some(Encoding::Utf16Le));
        let big: Vec<u8> = "email,name\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(Encoding::of_wide_file(&big), Some(Encoding::Utf16Be));
        assert_eq!(Encoding::of_wide_file(b"email,name\na\0@example.org,Ada\n"), None);
        assert_eq!(Encoding::of_wide_file(b""), None);
    }

    #[test]
    fn narrow_texts_are_guessed_by_their_letters() {
        assert_eq!(Encoding::of_narrow_text(b"j@example.org,J\xFCrgen"), Encoding::Windows1252);
        assert_eq!(Encoding::of_narrow_text(b"o@example.org,O\x92Neill"), Encoding::Windows1252);
        assert_eq!(Encoding::of_narrow_text(b"j@example.org,J\x9Frgen"), Encoding::MacRoman);
        assert_eq!(Encoding::of_narrow_text(b"i@example.org,\xC8\xE2\xE0\xED"), Encoding::Windows1251);
        assert_eq!(Encoding::of_narrow_text(b"j@example.org,J\xC3\xBCrgen M\xC3"), Encoding::DamagedUtf8);
    }
}
