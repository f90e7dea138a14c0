//! What a file that is not UTF-8 may be: read under each encoding that is likely, and judged by how its words read. Pure.
//!
//! Owns: which encodings are tried, and what speaks for each beforehand. Does not own: what is odd about a word, and
//! which letters go together. Known weakness: a few names may read well in two encodings; then both readings are told.

use std::collections::HashSet;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};

use super::{
    Encoding,
    pages::{Table, char_of, table},
    tongues::{self, Letters, Region},
    words::{Neighbours, Place, is_letter_of_latin, is_quote, oddity, small},
};

/// So many different words are looked at.
const WORDS: usize = 500;
/// Of a word that goes on and on, so many octets.
const LONGEST: usize = 120;
/// So many octets before a word are looked at for a quote that it closes, and so many other words of its cell.
const LOOKED_BACK: usize = 200;
const NEIGHBOURS: usize = 16;
/// What speaks against encodings that are rarely met, in the measure of [`super::words`].
const CANDIDATES: [(&str, Region, u32); 11] = [
    ("windows-1252", Region::Western, 0),
    ("windows-1250", Region::Central, 4),
    ("windows-1254", Region::Turkish, 6),
    ("macintosh", Region::Western, 6),
    ("iso-8859-15", Region::Western, 8),
    ("cp850", Region::Western, 8),
    ("windows-1257", Region::Baltic, 7),
    ("iso-8859-2", Region::Central, 9),
    ("cp852", Region::Central, 12),
    ("cp857", Region::Turkish, 13),
    ("x-mac-ce", Region::Central, 16),
];
/// What speaks against another one that the detector names, and against all that it does not name.
const NAMED: u32 = 10;
const NOT_NAMED: u32 = 4;
/// Two readings so near to each other are both told.
const NEAR: u32 = 20;
/// A word so odd is hardly ever right.
const ODD: u32 = 40;

/// What a file was guessed to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::attendees) struct Guess {
    pub(in crate::attendees) encoding: Encoding,
    /// The first word that the likeliest of the others reads otherwise.
    pub(in crate::attendees) word: Option<String>,
    /// Others that read it otherwise, the likeliest first.
    pub(in crate::attendees) others: Vec<Encoding>,
    /// How the first of the others reads that word, where it is nearly as likely.
    pub(in crate::attendees) as_likely: Option<String>,
    /// Whether a word is sound UTF-8, and odd in this encoding.
    pub(super) has_words_of_utf8: bool,
}

/// The file under one encoding.
struct Reading {
    encoding: Encoding,
    words: Vec<String>,
    oddities: Vec<u32>,
    /// What speaks against it beforehand, and all that does.
    against: u32,
    cost: u32,
}

/// Guesses by the lines that are more than ASCII.
pub(super) fn guess(lines: &[u8]) -> Guess {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(lines, true);
    let named = Encoding::Known(detector.guess(None, Utf8Detection::Deny));
    let known = |(name, region, against): &(&str, Region, u32)| Some((Encoding::named(name)?, *region, *against));
    let mut tried: Vec<(Encoding, Region, u32)> = CANDIDATES.iter().filter_map(known).collect();
    if tried.iter().all(|(encoding, ..)| *encoding != named) {
        tried.push((named, Region::Any, NAMED));
    }
    let words = words_of(lines);
    let mut readings: Vec<Reading> = tried
        .into_iter()
        .map(|(encoding, region, against)| {
            let mut reading = Reading::of(encoding, region, lines, &words);
            reading.against = against + if encoding == named { 0 } else { NOT_NAMED };
            reading.cost += reading.against;
            reading
        })
        .collect();
    // Stable: the likelier one stands first.
    readings.sort_by_key(|reading| reading.cost);
    told(&readings, &words)
}

fn told(readings: &[Reading], words: &[Word<'_>]) -> Guess {
    let (best, others) = readings.split_first().expect("candidates");
    let mut others: Vec<&Reading> = others.iter().filter(|other| other.words != best.words).collect();
    let is_near = others.first().is_some_and(|other| other.cost < best.cost.saturating_add(NEAR));
    if !is_near {
        // None reads well: then the way out leads to what is met most.
        others.sort_by_key(|other| other.against);
    }
    let pair = others.first().and_then(|other| best.first_difference(other));
    let word = pair.as_ref().map(|(here, _)| *here).or(best.words.first().map(String::as_str));
    let is_rather_utf8 = |word: &Word<'_>, odd: u32| {
        let as_utf8 = std::str::from_utf8(word.octets).map(|text| oddity(text, word.place(utf8, text)));
        odd >= ODD && as_utf8.is_ok_and(|as_utf8| as_utf8 < odd / 3)
    };
    let is_aligned = best.words.len() == words.len();
    Guess {
        encoding: best.encoding,
        word: word.map(str::to_owned),
        others: others.iter().take(2).map(|other| other.encoding).collect(),
        as_likely: pair.filter(|_| is_near).map(|(_, there)| there.to_owned()),
        has_words_of_utf8: is_aligned && words.iter().zip(&best.oddities).any(|(word, odd)| is_rather_utf8(word, *odd)),
    }
}

impl Reading {
    fn of(encoding: Encoding, region: Region, lines: &[u8], words: &[Word<'_>]) -> Self {
        match (table(encoding), encoding) {
            (Some(table), _) => Self::by(encoding, region, words, |octets| read_by(&table, octets)),
            (None, Encoding::Known(known)) => {
                let text = known.decode_without_bom_handling(lines).0;
                Self::by(encoding, region, &words_of(text.as_bytes()), utf8)
            }
            (None, Encoding::Page(_)) => unreachable!("each page has a table"),
        }
    }

    fn by(encoding: Encoding, region: Region, words: &[Word<'_>], read: impl Fn(&[u8]) -> String) -> Self {
        let texts: Vec<String> = words.iter().map(|word| read(word.octets)).collect();
        let oddities: Vec<u32> =
            words.iter().zip(&texts).map(|(word, text)| oddity(text, word.place(&read, text))).collect();
        let letters: Vec<Letters> = texts.iter().map(|text| letters(text)).collect();
        let cost = oddities.iter().sum::<u32>() + tongues::cost(letters.iter(), region);
        Self { encoding, words: texts, oddities, against: 0, cost }
    }

    /// The first word that another one reads otherwise, and how.
    fn first_difference<'a>(&'a self, other: &'a Self) -> Option<(&'a str, &'a str)> {
        let mut pairs = self.words.iter().zip(&other.words).filter(|_| self.words.len() == other.words.len());
        pairs.find(|(here, there)| here != there).map(|(here, there)| (here.as_str(), there.as_str()))
    }
}

fn read_by(table: &Table, octets: &[u8]) -> String {
    octets.iter().map(|octet| char_of(table, *octet)).collect()
}

/// Text that is UTF-8, but may be cut within a character.
fn utf8(octets: &[u8]) -> String {
    octets.utf8_chunks().map(|chunk| chunk.valid()).collect()
}

fn letters(word: &str) -> Letters {
    let mut letters: Letters = word.chars().filter(|char| is_letter_of_latin(*char)).map(small).collect();
    letters.retain(|letter| !letter.is_ascii());
    letters.sort_unstable();
    letters.dedup();
    letters
}

/// A word that is more than ASCII, and where it stands.
struct Word<'a> {
    octets: &'a [u8],
    /// Its line before it.
    before: &'a [u8],
    neighbours: Neighbours,
}

impl Word<'_> {
    fn place(&self, read: impl Fn(&[u8]) -> String, text: &str) -> Place {
        let is_closing = text.chars().next_back().is_some_and(is_quote);
        let before = if is_closing { read(self.before) } else { String::new() };
        Place { is_opened: before.contains(is_quote), neighbours: self.neighbours }
    }
}

/// The different words beyond ASCII. A word ends at every ASCII sign that is no letter.
fn words_of(lines: &[u8]) -> Vec<Word<'_>> {
    let mut seen: HashSet<&[u8]> = HashSet::new();
    let mut words = Vec::new();
    for (_, line) in parts(lines, |octet| matches!(octet, b'\n' | b'\r')) {
        for (start, cell) in parts(line, |octet| matches!(octet, b',' | b';' | b'\t' | b'|' | b'"')) {
            for (nth, (from, octets)) in pieces(cell).enumerate() {
                let octets = &octets[..octets.len().min(LONGEST)];
                if !octets.is_ascii() && seen.insert(octets) {
                    let from = start + from;
                    let before = &line[from.saturating_sub(LOOKED_BACK)..from];
                    words.push(Word { octets, before, neighbours: neighbours(cell, nth) });
                }
                if words.len() >= WORDS {
                    return words;
                }
            }
        }
    }
    words
}

fn pieces(cell: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    parts(cell, |octet| octet.is_ascii() && !octet.is_ascii_alphabetic()).filter(|(_, piece)| !piece.is_empty())
}

/// What stands between the octets at which it is cut, each with its place.
fn parts(whole: &[u8], is_cut: fn(u8) -> bool) -> impl Iterator<Item = (usize, &[u8])> {
    whole.split(move |octet| is_cut(*octet)).scan(0, |next, part| {
        let start = *next;
        *next += part.len() + 1;
        Some((start, part))
    })
}

fn neighbours(cell: &[u8], except: usize) -> Neighbours {
    let others = pieces(cell).take(NEIGHBOURS).enumerate().filter(|(nth, _)| *nth != except);
    let firsts: Vec<u8> = others.map(|(_, (_, piece))| piece[0]).filter(u8::is_ascii).collect();
    match firsts.iter().all(u8::is_ascii_uppercase) {
        _ if firsts.is_empty() => Neighbours::None,
        true => Neighbours::Capitals,
        false => Neighbours::Mixed,
    }
}
