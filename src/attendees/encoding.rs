//! How a text file is encoded: what a mark, the file's own octets, or the organiser says.
//!
//! Owns: the decision, made over the whole file before a row is read. Does not own: decoding. Known weakness: an
//! encoding of one octet a character is a guess by its letters; what was assumed is therefore said.

mod garbled;
mod guess;
mod pages;
pub(super) mod said;
#[cfg(test)]
mod samples;
mod tongues;
mod words;

use std::io::{self, Read};

use encoding_rs as rs;

use self::garbled::Garbled;
pub(super) use self::{
    guess::Guess,
    pages::{Table, table},
};
use crate::model::Encoding;

/// So much of a file that is not UTF-8 is looked at to guess what it is: of the lines that are more than ASCII.
const LOOKED_AT: usize = 1 << 20;

/// Why a file has no encoding that its text can be read in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Undecided {
    /// UTF-32, which nothing reads any more.
    Utf32,
    /// UTF-8 as a whole, with a damaged character: where, from the file's first octet on.
    Damaged { at: u64 },
}

/// What a file turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) encoding: Encoding,
    /// The octets of the mark at its start.
    pub(super) mark: usize,
    /// How it was guessed, where it was.
    pub(super) guess: Option<Guess>,
    /// What shows that the text was read wrongly before it came here.
    pub(super) garbled: Option<Garbled>,
    /// Whether it is sound UTF-8, and something else was chosen.
    pub(super) is_rather_utf8: bool,
}

impl Found {
    fn plain(encoding: Encoding) -> Self {
        Self { encoding, mark: 0, guess: None, garbled: None, is_rather_utf8: false }
    }

    fn guessed(guess: Guess) -> Self {
        Self { encoding: guess.encoding, guess: Some(guess), ..Self::plain(Encoding::UTF_8) }
    }
}

/// Decides by a mark at the start, else by all octets. `chosen` is what the organiser says: only a mark goes before it.
pub(super) fn find(mut file: impl Read, chosen: Option<Encoding>) -> io::Result<Result<Found, Undecided>> {
    let mut start = Vec::with_capacity(1 << 16);
    file.by_ref().take(1 << 16).read_to_end(&mut start)?;
    if start.starts_with(&[0xFF, 0xFE, 0, 0]) || start.starts_with(&[0, 0, 0xFE, 0xFF]) {
        return Ok(Err(Undecided::Utf32));
    }
    let (said, mark) = match rs::Encoding::for_bom(&start) {
        Some((encoding, mark)) => (Some(Encoding::Known(encoding)), mark),
        None => (chosen, 0),
    };
    match said {
        Some(encoding) if encoding.is_utf8() => {
            let found = Judge::over(start, file)?.read_as_utf8();
            Ok(found.map(|found| Found { mark, ..found }))
        }
        Some(encoding) => {
            let is_rather_utf8 = table(encoding).is_some() && Judge::over(start, file)?.is_utf8_beyond_ascii();
            Ok(Ok(Found { mark, is_rather_utf8, ..Found::plain(encoding) }))
        }
        None => match wide(&start) {
            Some(encoding) => Ok(Ok(Found::plain(encoding))),
            None => Ok(Judge::over(start, file)?.verdict()),
        },
    }
}

/// UTF-16 without a mark, by the zeros that plain letters leave.
fn wide(start: &[u8]) -> Option<Encoding> {
    let sample = &start[..start.len().min(64)];
    let zeros = |first| sample.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    // Half of every pair is zero for Latin letters; a stray NUL in UTF-8 is another matter.
    match (zeros(0), zeros(1)) {
        _ if sample.len() < 4 => None,
        (0, odd) if odd * 3 >= sample.len() => Some(Encoding::Known(rs::UTF_16LE)),
        (even, 0) if even * 3 >= sample.len() => Some(Encoding::Known(rs::UTF_16BE)),
        _ => None,
    }
}

/// Looks at a file octet by octet: whether it is UTF-8, and what else it could be.
#[derive(Default)]
struct Judge {
    /// The end of a piece that may go on in the next one.
    carried: Vec<u8>,
    octets: u64,
    /// Characters of several octets that are sound, and places that are not.
    sound: u64,
    unsound: u64,
    first_unsound: Option<u64>,
    /// What a guess is made of, should one be needed.
    looked_at: Vec<u8>,
    misread: Option<Garbled>,
    lost: Option<Garbled>,
}

impl Judge {
    fn over(start: Vec<u8>, mut file: impl Read) -> io::Result<Self> {
        let mut judge = Self::default();
        let mut chunk = start;
        while !chunk.is_empty() {
            judge.take(&chunk);
            chunk.clear();
            file.by_ref().take(1 << 20).read_to_end(&mut chunk)?;
        }
        if !judge.carried.is_empty() {
            judge.note_unsound(0);
        }
        Ok(judge)
    }

    fn take(&mut self, piece: &[u8]) {
        if self.lost.is_none() {
            self.lost = garbled::lost(piece).map(|found| found.further_on(self.octets));
        }
        if piece.is_ascii() && self.carried.is_empty() {
            self.octets += piece.len() as u64;
            return;
        }
        self.look_at(piece);
        let mut all = std::mem::take(&mut self.carried);
        all.extend_from_slice(piece);
        let mut rest: &[u8] = &all;
        loop {
            match std::str::from_utf8(rest) {
                Ok(text) => {
                    self.count(text);
                    return;
                }
                Err(error) => {
                    let (good, bad) = rest.split_at(error.valid_up_to());
                    self.count(std::str::from_utf8(good).unwrap_or_default());
                    let Some(length) = error.error_len() else {
                        self.carried = bad.to_vec();
                        return;
                    };
                    self.note_unsound(length);
                    rest = &bad[length..];
                }
            }
        }
    }

    /// Keeps the lines that are more than ASCII.
    fn look_at(&mut self, piece: &[u8]) {
        if self.looked_at.len() >= LOOKED_AT {
            return;
        }
        for line in piece.split_inclusive(|octet| matches!(octet, b'\n' | b'\r')).filter(|line| !line.is_ascii()) {
            let room = LOOKED_AT - self.looked_at.len();
            self.looked_at.extend_from_slice(&line[..line.len().min(room)]);
        }
    }

    fn count(&mut self, text: &str) {
        if !text.is_ascii() {
            self.sound += text.bytes().filter(|byte| *byte >= 0xC0).count() as u64;
            if self.misread.is_none() {
                self.misread = garbled::misread(text).map(|found| found.further_on(self.octets));
            }
        }
        self.octets += text.len() as u64;
    }

    fn note_unsound(&mut self, octets: usize) {
        self.first_unsound.get_or_insert(self.octets);
        self.unsound += 1;
        self.octets += octets as u64;
    }

    fn is_utf8_beyond_ascii(&self) -> bool {
        self.first_unsound.is_none() && self.sound > 0
    }

    fn read_as_utf8(self) -> Result<Found, Undecided> {
        match self.first_unsound {
            Some(at) => Err(Undecided::Damaged { at }),
            None => Ok(Found { garbled: self.misread.or(self.lost), ..Found::plain(Encoding::UTF_8) }),
        }
    }

    fn verdict(self) -> Result<Found, Undecided> {
        let Some(at) = self.first_unsound else { return self.read_as_utf8() };
        if self.sound > self.unsound {
            return Err(Undecided::Damaged { at });
        }
        let guess = guess::guess(&self.looked_at);
        if self.sound > 0 && guess.has_words_of_utf8 {
            return Err(Undecided::Damaged { at });
        }
        Ok(Found { garbled: self.lost, ..Found::guessed(guess) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(bytes: &[u8]) -> String {
        match find(bytes, None).unwrap() {
            Ok(Found { encoding, mark, guess, .. }) => {
                format!(
                    "{}{}{}",
                    encoding.name(),
                    if mark > 0 { " marked" } else { "" },
                    if guess.is_some() { "?" } else { "" }
                )
            }
            Err(undecided) => format!("{undecided:?}"),
        }
    }

    #[test]
    fn a_mark_tells_and_zeros_do() {
        let little = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        let big = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>();
        assert_eq!(found("\u{FEFF}email".as_bytes()), "utf-8 marked");
        assert_eq!(found(&little("\u{FEFF}email,name")), "utf-16le marked");
        assert_eq!(found(&big("\u{FEFF}email,name")), "utf-16be marked");
        assert_eq!(found(&little("email,name\n")), "utf-16le");
        assert_eq!(found(&big("email,name\n")), "utf-16be");
        assert_eq!(found(&[0xFF, 0xFE, 0, 0, b'e', 0, 0, 0]), "Utf32");
        assert_eq!(found(b"email,name\na\0@example.org,Ada\n"), "utf-8");
        assert_eq!(found(b""), "utf-8");
    }

    #[test]
    fn what_is_not_utf8_is_guessed_by_its_letters() {
        let western = b"email,name\nj@example.org,J\xFCrgen M\xFCller\ne@example.org,Zo\xEB Lef\xE8vre\n";
        assert_eq!(found(western), "windows-1252?");
        let polish = rs::WINDOWS_1250.encode("a,b\nx@example.org,Zażółć gęślą jaźń Łódź święto\n").0;
        assert_eq!(found(&polish), "windows-1250?");
        let russian = rs::WINDOWS_1251.encode("a,b\nx@example.org,Иван Петров Сергеевич\n").0;
        assert_eq!(found(&russian), "windows-1251?");
        let turkish = rs::WINDOWS_1254.encode("e-posta,ad\nx@example.org,Ayşe Yıldız Çağrı Şükrü Işık\n").0;
        assert_eq!(found(&turkish), "windows-1254?");
        assert_eq!(found(b"j@example.org,J\x9Frgen"), "macintosh?");
    }

    #[test]
    fn a_damaged_character_in_utf8_is_no_other_encoding() {
        let text = b"j@example.org,J\xC3\xBCrgen M\xC3\xBCller\nk@example.org,K\xC3\n";
        assert_eq!(found(text), "Damaged { at: 45 }");
        assert_eq!(found("ä".repeat(40_000).as_bytes()), "utf-8", "also across pieces");
    }

    #[test]
    fn damage_is_found_in_what_is_said_to_be_utf8_too() {
        let text = b"email,name\nj@example.org,J\xFCrgen\n";
        let chosen = find(&text[..], Some(Encoding::UTF_8)).unwrap();
        assert_eq!(chosen, Err(Undecided::Damaged { at: 26 }));
        let marked = [b"\xEF\xBB\xBF", &text[..]].concat();
        assert_eq!(find(&marked[..], None).unwrap(), Err(Undecided::Damaged { at: 29 }));
    }

    #[test]
    fn a_choice_that_makes_garbage_of_utf8_is_noticed() {
        let latin = Encoding::named("latin1");
        let is_rather_utf8 = |text: &[u8]| find(text, latin).unwrap().unwrap().is_rather_utf8;
        assert!(is_rather_utf8("J\u{FC}rgen".as_bytes()));
        assert!(!is_rather_utf8(b"Jurgen") && !is_rather_utf8(b"J\xFCrgen"));
    }

    #[test]
    fn garbled_words_are_found_wherever_they_stand() {
        let garbled = |text: &str| find(text.as_bytes(), None).unwrap().unwrap().garbled.unwrap();
        let far = format!("{}\nJÃ¼rgen\n", "Zoë,".repeat(40_000));
        assert_eq!(garbled(&far).at, 200_002);
        let lost = format!("{}\nJ?rgen\n", "Zoe,".repeat(40_000));
        assert_eq!((garbled(&lost).at, garbled(&lost).meant), (160_002, None));
        assert_eq!(garbled("J?rgen\nJÃ¼rgen\n").word, "JÃ¼rgen", "which says more");
    }

    #[test]
    fn what_the_organiser_says_goes_before_a_guess() {
        let latin = Encoding::named("latin1").unwrap();
        let chosen = find(&b"a\xFC"[..], Some(latin)).unwrap().unwrap();
        assert_eq!((chosen.encoding.name().as_str(), chosen.guess), ("windows-1252", None));
        let marked = find("\u{FEFF}ü".as_bytes(), Some(latin)).unwrap().unwrap();
        assert_eq!(marked.encoding, Encoding::UTF_8);
        assert_eq!(Encoding::named("utf-7"), None);
    }
}
