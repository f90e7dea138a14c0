//! Text that was read in a wrong encoding before it came here, and saved so. Pure.
//!
//! Known weakness: of a file the first such place is found, and none that lies across two pieces of it.

use encoding_rs::WINDOWS_1252;
use memchr::memchr_iter;

use super::{Encoding, pages::table};

/// So many octets of a word are looked at on each side of a place.
const REACH: usize = 120;

/// A place that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::attendees) struct Garbled {
    /// From the file's first octet on.
    pub(in crate::attendees) at: u64,
    pub(in crate::attendees) word: String,
    /// What it was, where that can be told.
    pub(in crate::attendees) meant: Option<String>,
}

impl Garbled {
    /// The same, of a piece that starts further on in the file.
    pub(super) fn further_on(self, octets: u64) -> Self {
        Self { at: self.at + octets, ..self }
    }

    fn at(place: usize, word: &str, meant: Option<String>) -> Self {
        Self { at: place as u64, word: word.to_owned(), meant }
    }
}

/// The first word whose letters are UTF-8 that was read as Windows-1252: `JÃ¼rgen`, `Oâ€™Brien`.
pub(super) fn misread(text: &str) -> Option<Garbled> {
    let octets = text.as_bytes();
    // `Â Ã Ä Å Ð Ñ â` before another letter or sign beyond ASCII: what the first octets of UTF-8 look like.
    let starts = |at: &usize| {
        matches!(octets.get(at + 1), Some(0x82..=0x85 | 0x90 | 0x91 | 0xA2))
            && octets.get(at + 2).is_some_and(|next| *next >= 0xC2)
    };
    memchr_iter(0xC3, octets).filter(starts).find_map(|at| {
        let word = word_at(text, at);
        Some(Garbled::at(at, word, Some(mended(word)?)))
    })
}

/// The word around a place, without the ASCII signs around it.
fn word_at(text: &str, at: usize) -> &str {
    let is_end = |char: char| char.is_ascii() && !char.is_ascii_alphanumeric();
    let (from, to) =
        (text.ceil_char_boundary(at.saturating_sub(REACH)), text.floor_char_boundary((at + REACH).min(text.len())));
    let start = text[from..at].rfind(is_end).map_or(from, |end| from + end + 1);
    let end = text[at..to].find(is_end).map_or(to, |end| at + end);
    &text[start..end]
}

/// A word written in Windows-1252 and read as UTF-8, where that makes letters.
fn mended(word: &str) -> Option<String> {
    let table = table(Encoding::Known(WINDOWS_1252))?;
    let octet = |char: char| match u32::from(char) {
        // Where Windows-1252 has nothing, programs keep the number.
        number @ 0..=0x9F => u8::try_from(number).ok(),
        _ => table.iter().position(|known| *known == char).and_then(|place| u8::try_from(place + 0x80).ok()),
    };
    let octets: Vec<u8> = word.chars().map(octet).collect::<Option<_>>()?;
    let meant = String::from_utf8(octets).ok()?;
    let is_sound = |char: char| char.is_ascii() || char.is_alphabetic() || matches!(char, '‘'..='”' | '–' | '—');
    // `Ä“` is a letter and a quote, and no `ē`.
    (meant.chars().all(is_sound) && meant.chars().nth(1).is_some()).then_some(meant)
}

/// The first word that has `?` where a letter was: `J?rgen`, `M?LLER`.
pub(super) fn lost(octets: &[u8]) -> Option<Garbled> {
    memchr_iter(b'?', octets).find_map(|at| {
        let is_part = |octet: &u8| octet.is_ascii_alphabetic() || *octet == b'?';
        let (from, to) = (at.saturating_sub(REACH), (at + REACH).min(octets.len()));
        let start = octets[from..at].iter().rposition(|octet| !is_part(octet)).map_or(from, |end| from + end + 1);
        let end = octets[at..to].iter().position(|octet| !is_part(octet)).map_or(to, |end| at + end);
        let edges = [start.checked_sub(1).map(|before| octets[before]), octets.get(end).copied()];
        let is_free = edges
            .iter()
            .flatten()
            .all(|edge| matches!(edge, b' ' | b',' | b';' | b'\t' | b'|' | b'"' | b'\'' | b'-' | b'\n' | b'\r'));
        let (head, tail) = (&octets[start..at], &octets[at + 1..end]);
        (is_free && is_name(head, tail)).then(|| Garbled::at(at, &String::from_utf8_lossy(&octets[start..end]), None))
    })
}

/// Whether these are a name's letters before and behind one that was lost. `Vegan?yes` passes for one.
fn is_name(head: &[u8], tail: &[u8]) -> bool {
    let [first, rest @ ..] = head else { return false };
    let all = |is_such: fn(&u8) -> bool| !tail.is_empty() && rest.iter().chain(tail).all(is_such);
    first.is_ascii_uppercase()
        && head.len() + tail.len() > 2
        && (all(u8::is_ascii_lowercase) || all(u8::is_ascii_uppercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf8_read_as_windows_1252_is_seen() {
        for (text, word, meant) in [
            ("x,Zoë\ny,JÃ¼rgen GroÃŸ\n", "JÃ¼rgen", "Jürgen"),
            ("GroÃŸ", "GroÃŸ", "Groß"),
            ("Pat Oâ€™Brien", "Oâ€™Brien", "O’Brien"),
            ("Å\u{81}ukasz", "Å\u{81}ukasz", "Łukasz"),
            ("(Ã‰mile)", "Ã‰mile", "Émile"),
            ("Ð˜Ð²Ð°Ð½", "Ð˜Ð²Ð°Ð½", "Иван"),
        ] {
            let found = misread(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((found.word.as_str(), found.meant.as_deref()), (word, Some(meant)));
        }
        for sound in ["Jürgen Groß", "MAÇÃO", "Ä“", "„Ära“", "Åsa Ångström", "ÃÃ", "Âé", "Ñandú", "Łódź", "Ã"]
        {
            assert_eq!(misread(sound), None, "{sound}");
        }
    }

    #[test]
    fn a_question_mark_within_a_name_is_a_letter_that_was_lost() {
        for (text, word) in [("a@example.org,J?rgen\n", "J?rgen"), ("\"M?LLER\"", "M?LLER"), ("Anna-Ren?e", "Ren?e")] {
            assert_eq!(lost(text.as_bytes()).map(|found| found.word).as_deref(), Some(word));
        }
        for sound in
            ["Vegetarian?,yes", "https://example.org/A?bc=1", "Why? Because", "Q?A", "J?r?gen", "?", "J?", "a?b"]
        {
            assert_eq!(lost(sound.as_bytes()), None, "{sound}");
        }
    }
}
