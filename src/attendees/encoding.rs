//! How a text file is encoded: what a mark, the file's own octets, or the organiser says.
//!
//! Owns: the decision, made over the whole file before a row is read. Does not own: decoding. Known weakness: an
//! encoding of one octet a character is a guess by its letters; what was assumed is therefore said.

use std::{
    fmt,
    io::{self, Read},
};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs as rs;

/// So much of a file that is not UTF-8 is looked at to guess what it is: of the pieces that are more than ASCII.
const LOOKED_AT: usize = 4 << 20;

/// How a file is encoded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Encoding(&'static rs::Encoding);

impl fmt::Debug for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0.name() {
            "windows-1252" => "Windows-1252 (\"Western European\", \"Latin-1\")",
            "windows-1250" => "Windows-1250 (\"Central European\")",
            "windows-1251" => "Windows-1251 (\"Cyrillic\")",
            "windows-1254" => "Windows-1254 (\"Turkish\")",
            "macintosh" => "Mac Roman (\"Western European (Macintosh)\")",
            "UTF-16LE" | "UTF-16BE" => "UTF-16 (\"Unicode text\")",
            other => other,
        })
    }
}

impl Encoding {
    /// UTF-8.
    pub const UTF_8: Self = Self(rs::UTF_8);

    /// The encoding of a name that browsers know: `windows-1252`, `latin1`, `utf-16le`.
    #[must_use]
    pub fn named(label: &str) -> Option<Self> {
        rs::Encoding::for_label_no_replacement(label.as_bytes()).map(Self)
    }

    /// The name by which it can be chosen.
    #[must_use]
    pub fn name(self) -> String {
        self.0.name().to_ascii_lowercase()
    }

    pub(super) fn decoder(self) -> rs::Decoder {
        self.0.new_decoder_without_bom_handling()
    }

    /// Whether every character has an even number of octets.
    pub(super) fn is_utf16(self) -> bool {
        self.0 == rs::UTF_16LE || self.0 == rs::UTF_16BE
    }

    pub(super) fn is_utf8(self) -> bool {
        self.0 == rs::UTF_8
    }
}

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
    /// Whether it was guessed.
    pub(super) is_guess: bool,
}

/// Decides by a mark at the start, else by all octets. `chosen` is what the organiser says: only a mark goes before it.
pub(super) fn find(mut file: impl Read, chosen: Option<Encoding>) -> io::Result<Result<Found, Undecided>> {
    let mut start = Vec::with_capacity(1 << 16);
    file.by_ref().take(1 << 16).read_to_end(&mut start)?;
    if start.starts_with(&[0xFF, 0xFE, 0, 0]) || start.starts_with(&[0, 0, 0xFE, 0xFF]) {
        return Ok(Err(Undecided::Utf32));
    }
    if let Some((encoding, mark)) = rs::Encoding::for_bom(&start) {
        return Ok(Ok(Found { encoding: Encoding(encoding), mark, is_guess: false }));
    }
    if let Some(encoding) = chosen {
        return Ok(Ok(Found { encoding, mark: 0, is_guess: false }));
    }
    if let Some(encoding) = wide(&start) {
        return Ok(Ok(Found { encoding, mark: 0, is_guess: true }));
    }
    by_all_octets(start, file)
}

/// UTF-16 without a mark, by the zeros that plain letters leave.
fn wide(start: &[u8]) -> Option<Encoding> {
    let sample = &start[..start.len().min(64)];
    let zeros = |first| sample.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    // Half of every pair is zero for Latin letters; a stray NUL in UTF-8 is another matter.
    match (zeros(0), zeros(1)) {
        _ if sample.len() < 4 => None,
        (0, odd) if odd * 3 >= sample.len() => Some(Encoding(rs::UTF_16LE)),
        (even, 0) if even * 3 >= sample.len() => Some(Encoding(rs::UTF_16BE)),
        _ => None,
    }
}

fn by_all_octets(start: Vec<u8>, mut file: impl Read) -> io::Result<Result<Found, Undecided>> {
    let mut judge = Judge::default();
    let mut chunk = start;
    while !chunk.is_empty() {
        judge.take(&chunk);
        chunk.clear();
        file.by_ref().take(1 << 20).read_to_end(&mut chunk)?;
    }
    Ok(judge.verdict())
}

/// Looks at a file octet by octet: whether it is UTF-8, and what else it could be.
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
    /// Whether every octet beyond ASCII is a letter of Mac Roman where Windows-1252 has signs.
    is_mac: bool,
}

impl Default for Judge {
    fn default() -> Self {
        Self {
            carried: Vec::new(),
            octets: 0,
            sound: 0,
            unsound: 0,
            first_unsound: None,
            looked_at: Vec::new(),
            is_mac: true,
        }
    }
}

impl Judge {
    fn take(&mut self, piece: &[u8]) {
        if piece.is_ascii() && self.carried.is_empty() {
            self.octets += piece.len() as u64;
            return;
        }
        let room = LOOKED_AT - self.looked_at.len();
        self.looked_at.extend_from_slice(&piece[..piece.len().min(room)]);
        self.is_mac &= piece.iter().filter(|byte| !byte.is_ascii()).all(|byte| is_mac_roman_letter(*byte));
        let mut all = std::mem::take(&mut self.carried);
        all.extend_from_slice(piece);
        let mut rest: &[u8] = &all;
        loop {
            match std::str::from_utf8(rest) {
                Ok(text) => {
                    self.count(text, rest.len());
                    return;
                }
                Err(error) => {
                    let (good, bad) = rest.split_at(error.valid_up_to());
                    self.count(std::str::from_utf8(good).unwrap_or_default(), good.len());
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

    fn count(&mut self, text: &str, octets: usize) {
        if !text.is_ascii() {
            self.sound += text.bytes().filter(|byte| *byte >= 0xC0).count() as u64;
        }
        self.octets += octets as u64;
    }

    fn note_unsound(&mut self, octets: usize) {
        self.first_unsound.get_or_insert(self.octets);
        self.unsound += 1;
        self.octets += octets as u64;
    }

    fn verdict(mut self) -> Result<Found, Undecided> {
        if !self.carried.is_empty() {
            self.note_unsound(0);
        }
        let Some(at) = self.first_unsound else {
            return Ok(Found { encoding: Encoding::UTF_8, mark: 0, is_guess: false });
        };
        if self.sound > self.unsound {
            return Err(Undecided::Damaged { at });
        }
        let encoding = if self.is_mac {
            rs::MACINTOSH
        } else {
            let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
            detector.feed(&self.looked_at, true);
            detector.guess(None, Utf8Detection::Deny)
        };
        Ok(Found { encoding: Encoding(encoding), mark: 0, is_guess: true })
    }
}

/// `ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü` and `ß`, where Windows-1252 has quotes, dashes and gaps.
fn is_mac_roman_letter(byte: u8) -> bool {
    const WINDOWS_PUNCTUATION: [u8; 8] = [0x80, 0x85, 0x91, 0x92, 0x93, 0x94, 0x96, 0x97];
    matches!(byte, 0x80..=0x9F | 0xA7) && !WINDOWS_PUNCTUATION.contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(bytes: &[u8]) -> String {
        match find(bytes, None).unwrap() {
            Ok(Found { encoding, mark, is_guess }) => {
                format!(
                    "{}{}{}",
                    encoding.name(),
                    if mark > 0 { " marked" } else { "" },
                    if is_guess { "?" } else { "" }
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
        assert_eq!(found(&little("email,name\n")), "utf-16le?");
        assert_eq!(found(&big("email,name\n")), "utf-16be?");
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
    fn what_the_organiser_says_goes_before_a_guess() {
        let latin = Encoding::named("latin1").unwrap();
        let chosen = find(&b"a\xFC"[..], Some(latin)).unwrap().unwrap();
        assert_eq!((chosen.encoding.name().as_str(), chosen.is_guess), ("windows-1252", false));
        let marked = find("\u{FEFF}ü".as_bytes(), Some(latin)).unwrap().unwrap();
        assert_eq!(marked.encoding, Encoding::UTF_8);
        assert_eq!(Encoding::named("utf-7"), None);
    }
}
