//! First and last name, guessed from a whole name. Pure.
//!
//! A wrong guess stands in a greeting, so that doubt goes to the whole name: "Hello Ada Lovelace,"
//! offends nobody. Known weakness: names that put the family first without a comma ("Nagy Imre")
//! are read as if they did not.

/// What a name was taken apart into.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Guess<'n> {
    /// The whole name, outer commas taken off, where nothing better is sure.
    pub(super) first: &'n str,
    /// Empty where it is not sure.
    pub(super) last: &'n str,
}

/// Words before a name, beside all that end with a dot; in lower case.
const TITLES: [&str; 25] = [
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "sir",
    "dame",
    "dr",
    "prof",
    "professor",
    "herr",
    "herrn",
    "frau",
    "fräulein",
    "dipl-ing",
    "mme",
    "mlle",
    "monsieur",
    "madame",
    "sr",
    "sra",
    "señor",
    "señora",
    "doctor",
    "doktor",
];
/// Titles that are written with blanks in them go on with these.
const MIDDLES: [&str; 5] = ["med", "phil", "rer", "nat", "jur"];
/// What follows a name behind a comma, and is no first name; in lower case, without dots.
const SUFFIXES: [&str; 18] = [
    "jr", "sr", "ii", "iii", "iv", "phd", "md", "mba", "msc", "bsc", "ma", "ba", "esq", "dds", "cpa", "mph", "llm",
    "jd",
];

/// The first name in a whole one; the whole one where nothing better is sure.
#[must_use]
pub fn first_name(name: &str) -> &str {
    guess(name).first
}

/// Guesses first and last name.
pub(super) fn guess(name: &str) -> Guess<'_> {
    let name = name.trim_matches(|c: char| c == ',' || c.is_whitespace());
    match name.split_once(',') {
        Some((before, behind)) if is_suffix(behind) => guess_in_order(before, name),
        Some((last, first)) => {
            let first_word = plain_word(without_titles(first));
            let last = without_titles(last);
            match first_word {
                // "Lovelace, Ada, PhD": more commas than we understand give no last name.
                Some(word) if !last.is_empty() => {
                    Guess { first: word, last: if first.contains(',') { "" } else { last } }
                }
                _ => Guess { first: name, last: "" },
            }
        }
        None => guess_in_order(name, name),
    }
}

/// Guesses from a name that begins with the surname: only what stands behind a comma is a first name for sure.
pub(super) fn guess_surname_first(name: &str) -> Guess<'_> {
    if name.trim_matches(|c: char| c == ',' || c.is_whitespace()).contains(',') {
        return guess(name);
    }
    Guess { first: name, last: "" }
}

/// "First Last", titles before it; `whole` is what remains where that is no help.
fn guess_in_order<'n>(name: &'n str, whole: &'n str) -> Guess<'n> {
    let named = without_titles(name);
    let titled = named.len() != name.trim().len();
    let words: Vec<&str> = named.split_whitespace().collect();
    match words[..] {
        [first, last] if is_first(first) && is_plain(last) => Guess { first, last },
        // Behind a title a single word is a last name: "Hello Müller" would be rude.
        [first, ..] if is_first(first) && !(titled && words.len() == 1) => Guess { first, last: "" },
        _ => Guess { first: whole, last: "" },
    }
}

/// A name from its first word on that is no title.
fn without_titles(name: &str) -> &str {
    let mut rest = name.trim();
    let mut skipped = false;
    loop {
        let word = rest.split_whitespace().next().unwrap_or_default();
        let bare = word.trim_end_matches('.').to_lowercase();
        let is_middle = skipped && MIDDLES.contains(&bare.as_str());
        if word.is_empty() || !(is_title(word, &bare) || is_middle) {
            return rest;
        }
        skipped = true;
        rest = rest[word.len()..].trim_start();
    }
}

/// `Dr.`, `Dipl.-Ing.`, `Herr`; but `J.` is somebody's initial.
fn is_title(word: &str, bare: &str) -> bool {
    let initial = word.ends_with('.') && bare.chars().count() == 1;
    !initial && (word.ends_with('.') || TITLES.contains(&bare.replace('.', "").as_str()))
}

/// Whether what stands behind a comma is a degree or a generation, not a first name.
fn is_suffix(text: &str) -> bool {
    let bare = text.replace('.', "").to_lowercase();
    let mut words = bare.split([',', ' ']).filter(|word| !word.is_empty()).peekable();
    words.peek().is_some() && words.all(|word| SUFFIXES.contains(&word))
}

/// The first word, where it can be somebody's first name.
fn plain_word(text: &str) -> Option<&str> {
    let mut words = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
    words.next().filter(|word| is_first(word))
}

/// Whether a word can be a first name: not an initial, nor of a script that puts the family first.
fn is_first(word: &str) -> bool {
    is_plain(word) && !(word.is_ascii() && word.len() == 1) && !word.chars().any(puts_family_first)
}

/// Chinese, Japanese and Korean letters.
fn puts_family_first(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11FF}' | '\u{2E80}'..='\u{9FFF}' | '\u{A960}'..='\u{A97F}' | '\u{AC00}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{FF66}'..='\u{FFDC}' | '\u{20000}'..='\u{3FFFF}')
}

/// Letters, with hyphens and apostrophes between them; no initial, no sign, no address.
fn is_plain(word: &str) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let within = |c: char| c.is_alphabetic() || is_mark(c) || matches!(c, '-' | '\'' | '’' | '‐' | '‑' | 'ʼ' | '·');
    letters > 0 && word.chars().all(within) && word.starts_with(|c: char| c.is_alphabetic() || is_mark(c))
}

/// Signs that belong to the letter before them, and joiners between letters.
fn is_mark(c: char) -> bool {
    !c.is_ascii() && !c.is_alphanumeric() && !c.is_whitespace() && !is_punctuation(c)
}

fn is_punctuation(c: char) -> bool {
    matches!(c, '\u{A1}'..='\u{BF}' | '\u{2010}'..='\u{205E}' | '\u{3001}'..='\u{303F}' | '\u{FF01}'..='\u{FF0F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(name: &str, first: &str, last: &str) {
        assert_eq!(guess(name), Guess { first, last }, "{name}");
    }

    #[test]
    fn two_plain_words_are_first_and_last_name() {
        reads("Ada Lovelace", "Ada", "Lovelace");
        reads("Jean-Luc O'Neill", "Jean-Luc", "O'Neill");
        reads("Ada King Lovelace", "Ada", "");
        reads("Suharto", "Suharto", "");
        reads("Владимир Иванов", "Владимир", "Иванов");
        reads("प्रिया शर्मा", "प्रिया", "शर्मा");
        reads("علي محمد", "علي", "محمد");
    }

    #[test]
    fn behind_a_comma_stands_the_first_name() {
        reads("Lovelace, Ada", "Ada", "Lovelace");
        reads("King Lovelace,Ada Augusta", "Ada", "King Lovelace");
        reads("Müller, Dr. Jörg", "Jörg", "Müller");
        reads("Dr. Müller, Jörg", "Jörg", "Müller");
        reads("Lovelace, Ada, PhD", "Ada", "");
        reads("Lovelace,", "Lovelace", "");
        reads(", Ada", "Ada", "");
        reads("Acme, Inc.", "Acme, Inc.", "");
        reads("Ada Lovelace, Ph.D.", "Ada", "Lovelace");
        reads("Martin King, Jr.", "Martin", "King");
    }

    #[test]
    fn where_the_surname_comes_first_only_a_comma_tells_the_first_name() {
        assert_eq!(guess_surname_first("Lovelace Ada"), Guess { first: "Lovelace Ada", last: "" });
        assert_eq!(guess_surname_first("King Lovelace, Ada"), Guess { first: "Ada", last: "King Lovelace" });
    }

    #[test]
    fn titles_are_no_first_names() {
        reads("Dr. Ada Lovelace", "Ada", "Lovelace");
        reads("Frau Dr. Ada Lovelace", "Ada", "Lovelace");
        reads("Prof. Dr. rer. nat. Ada Lovelace", "Ada", "Lovelace");
        reads("Dr med Ada Lovelace", "Ada", "Lovelace");
        reads("Dipl.-Ing. Ada Lovelace", "Ada", "Lovelace");
        reads("MRS ADA LOVELACE", "ADA", "LOVELACE");
    }

    #[test]
    fn where_nothing_is_sure_the_whole_name_is_the_greeting() {
        reads("Prof. Dr. Müller", "Prof. Dr. Müller", "");
        reads("Herr Müller", "Herr Müller", "");
        reads("Dr.", "Dr.", "");
        reads("J. Smith", "J. Smith", "");
        reads("ada@example.org", "ada@example.org", "");
        reads("\"Ada\" Lovelace", "\"Ada\" Lovelace", "");
        reads("J Smith", "J Smith", "");
        reads("李雷", "李雷", "");
        reads("山田 花子", "山田 花子", "");
        reads("山田、花子", "山田、花子", "");
        reads("", "", "");
    }
}
