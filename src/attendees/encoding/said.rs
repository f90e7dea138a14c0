//! What is said of a file's encoding, in words: what it was taken for, and where its letters are damaged or garbled.

use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, Seek as _},
    sync::Arc,
};

use super::{Encoding, Found, Garbled, Guess};
use crate::{
    attendees::{FileProblem, Rules, nearest::shortened},
    model::Locator,
};

/// What the file was taken for, and what shows that it should not have been.
pub(in crate::attendees) fn remarks(
    file: &mut File,
    name: &Arc<str>,
    found: &Found,
    rules: &Rules,
) -> io::Result<Vec<String>> {
    let mut remarks: Vec<String> = assumed(name, found, rules).into_iter().collect();
    if found.is_rather_utf8 {
        let title = found.encoding.title();
        remarks.push(format!(
            "{name}: `encoding` under [attendees] says {title}, but every letter of it is sound UTF-8: encoding = \"utf-8\"?"
        ));
    }
    if let Some(garbled) = &found.garbled {
        let (at, _, _) = line_of(file, name, garbled.at)?;
        remarks.push(format!("{at}: {}", of_garbled(garbled)));
    }
    Ok(remarks)
}

fn assumed(name: &str, found: &Found, rules: &Rules) -> Option<String> {
    let Some(guess) = &found.guess else {
        let is_said = rules.encoding.is_none_or(|chosen| chosen != found.encoding) && !found.encoding.is_utf8();
        return is_said.then(|| format!("{name}: read as {}", found.encoding));
    };
    Some(format!("{name}: read as {}{}", guess.encoding, of_guess(guess)))
}

/// The word by which a guess can be judged, and the way to another one.
fn of_guess(guess: &Guess) -> String {
    let quoted = |word: &str| format!("\"{}\"", shortened(word));
    let setting = |encoding: &Encoding| format!("\"{}\"", encoding.name());
    let example = guess.word.as_deref().map(|word| format!(", as in {}", quoted(word))).unwrap_or_default();
    match (guess.others.as_slice(), &guess.as_likely) {
        ([], _) => example,
        ([other, ..], Some(there)) => format!(
            "{example}; were it {}, that would be {}: then say encoding = {} under [attendees]",
            other.title(),
            quoted(there),
            setting(other)
        ),
        (others, None) => format!(
            "{example}; if letters look wrong, say encoding = {} under [attendees]",
            others.iter().map(setting).collect::<Vec<_>>().join(" or ")
        ),
    }
}

fn of_garbled(garbled: &Garbled) -> String {
    let word = shortened(&garbled.word);
    let seems = match &garbled.meant {
        Some(meant) => format!("`{word}` looks like `{}`, read in a wrong encoding", shortened(meant)),
        None => format!("`{word}` looks as if a letter was lost"),
    };
    format!("{seems}; where it was so before it came here, export it anew")
}

/// The line of a damaged character, and the text around it.
pub(in crate::attendees) fn damaged(file: &mut File, name: &Arc<str>, at: u64) -> io::Result<FileProblem> {
    let (line, text, at) = line_of(file, name, at)?;
    Ok(FileProblem::Damaged { at: line, sample: word_around(&text, at) })
}

/// The line of an octet, its text, and the octet's place in it.
fn line_of(file: &mut File, name: &Arc<str>, at: u64) -> io::Result<(Locator, Vec<u8>, usize)> {
    file.rewind()?;
    let (mut line, mut read, mut text) = (1, 0, Vec::new());
    let mut lines = BufReader::new(file);
    loop {
        text.clear();
        let octets = lines.read_until(b'\n', &mut text)? as u64;
        if octets == 0 || read + octets > at {
            let at_in_line = usize::try_from(at - read).unwrap_or(0).min(text.len());
            return Ok((Locator { source: name.clone(), line }, text, at_in_line));
        }
        (line, read) = (line + 1, read + octets);
    }
}

/// The text between blanks, delimiters and quotes around a place.
fn word_around(line: &[u8], at: usize) -> String {
    let is_edge = |byte: &u8| byte.is_ascii_control() || matches!(byte, b' ' | b',' | b';' | b'|' | b'"');
    let from = line[..at].iter().rposition(is_edge).map_or(0, |edge| edge + 1);
    let to = line[at..].iter().position(is_edge).map_or(line.len(), |edge| at + edge);
    String::from_utf8_lossy(&line[from..to]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attendees::encoding::{find, samples::written};

    fn said_of(octets: &[u8], chosen: Option<&str>) -> Vec<String> {
        let mut rules = Rules::for_tests();
        rules.encoding = chosen.map(|label| Encoding::named(label).unwrap());
        let found = find(octets, rules.encoding).unwrap().unwrap();
        let mut file = tempfile::tempfile().unwrap();
        io::Write::write_all(&mut file, octets).unwrap();
        remarks(&mut file, &"a.csv".into(), &found, &rules).unwrap()
    }

    #[test]
    fn a_guess_is_said_with_the_way_to_another() {
        let near = written("windows-1252", "Name\nGriselda Berrè\n");
        let said = said_of(&near, None);
        assert_eq!(
            said,
            [
                "a.csv: read as Windows-1252 (\"Western European\", \"Latin-1\"), as in \"Berrè\"; were it Windows-1250, that \
              would be \"Berrč\": then say encoding = \"windows-1250\" under [attendees]"
            ]
        );
        let clear = said_of(&written("macintosh", "Name\nZoë Smith\nRené Dupont\nJosé Peña\nJürgen Groß\n"), None);
        assert_eq!(
            clear,
            ["a.csv: read as Mac Roman (\"Western European (Macintosh)\"), as in \"Zoë\"; if letters look wrong, say \
              encoding = \"windows-1252\" or \"windows-1250\" under [attendees]"]
        );
        assert_eq!(said_of(&near, Some("latin1")), [""; 0]);
        assert_eq!(said_of("Zoë".as_bytes(), None), [""; 0]);
    }

    #[test]
    fn garbled_words_are_said_with_their_line() {
        let said = said_of("Name\nAda\nJÃ¼rgen\n".as_bytes(), None);
        assert_eq!(
            said,
            ["a.csv:3: `JÃ¼rgen` looks like `Jürgen`, read in a wrong encoding; where it was so before it came here, \
              export it anew"]
        );
        let said = said_of(b"Name\nJ?rgen\n", None);
        assert_eq!(
            said,
            ["a.csv:2: `J?rgen` looks as if a letter was lost; where it was so before it came here, export it anew"]
        );
        let said = said_of("Jürgen".as_bytes(), Some("latin1"));
        assert!(said[0].ends_with("says Windows-1252, but every letter of it is sound UTF-8: encoding = \"utf-8\"?"));
    }
}
