//! What holds of every attendee file: any octets are rows or problems with a line, and rows that
//! somebody wrote come back the same.

use proptest::{collection::vec, prelude::*, sample::select};

use super::*;
use crate::model::Attendee;

/// Reads a file of these octets to its end.
fn read(bytes: &[u8]) -> Vec<Result<Attendee, Unsound>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("attendees.csv");
    std::fs::write(&path, bytes).unwrap();
    let rules = Rules { path, ..Rules::for_tests() };
    match AttendeeFile::open(&rules) {
        Ok(file) => file.collect(),
        Err(problem) => vec![Err(Unsound::File(problem))],
    }
}

/// The line that a message names; `None` where it is about the file as a whole.
fn line_of(told: &str) -> Option<u64> {
    told.strip_prefix("attendees.csv:")?.split(':').next()?.parse().ok()
}

/// Octets among which rows, their halves and garbage are likely, often under a sound header.
fn any_octets() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        6 => "[a-c]@example\\.org".prop_map(String::into_bytes),
        4 => Just(b",".to_vec()),
        4 => Just(b"\n".to_vec()),
        2 => Just(b"\r\n".to_vec()),
        2 => Just(b"\"".to_vec()),
        1 => Just(b"\r".to_vec()),
        1 => Just(b";".to_vec()),
        1 => "[ \tA-Zäß漢\u{202E}\u{A0}]{1,6}".prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 0..6),
    ];
    let start = select(vec![
        &b""[..],
        b"\xEF\xBB\xBF",
        b"email,name\n",
        b"\xEF\xBB\xBFemail,name,Note\r\n",
        b"name,email,id\r",
        b"email;name\n",
    ]);
    (start, vec(piece, 0..40)).prop_map(|(start, pieces)| [start.to_vec(), pieces.concat()].concat())
}

/// One row to write: name, note, blank lines before it, whether quotes stand where none are needed.
type Row = (String, String, usize, bool);

fn any_row() -> impl Strategy<Value = Row> {
    let name = "[A-Zäß漢][a-zäß漢\",;' .-]{0,12}[a-zäß漢\"]";
    let note =
        vec(prop_oneof![Just("\n"), Just("\""), Just(","), Just(";"), Just("a b"), Just("漢"), Just("=1")], 0..8);
    (name, note.prop_map(|pieces| pieces.concat()), 0..3_usize, any::<bool>())
}

/// A cell as RFC 4180 has it.
fn cell(text: &str, quoted: bool) -> String {
    if quoted || text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_octets_are_rows_or_problems_with_their_lines(bytes in any_octets()) {
        let lines = 1 + bytes.iter().filter(|octet| matches!(octet, b'\n' | b'\r')).count() as u64;
        let (mut number, mut line) = (0, 1);
        let read = read(&bytes);
        let last = read.len().saturating_sub(1);
        for (n, item) in read.into_iter().enumerate() {
            match item {
                Ok(attendee) => {
                    prop_assert!(attendee.number == number + 1 && attendee.locator.line > line);
                    (number, line) = (attendee.number, attendee.locator.line);
                }
                Err(Unsound::Row(row)) => {
                    prop_assert!(row.number == number + 1 && row.at.line > line && !row.problems.is_empty());
                    (number, line) = (row.number, row.at.line);
                    for problem in &row.problems {
                        prop_assert!(problem.at.line >= line && problem.at.line <= lines, "{problem}");
                        prop_assert!(!problem.to_string().contains(char::is_control), "{problem:?}");
                    }
                }
                Err(Unsound::File(problem)) => {
                    prop_assert_eq!(n, last, "nothing follows what ends the file");
                    for (told, _) in problem.listed() {
                        prop_assert!(told.starts_with("attendees.csv:"), "{told}");
                        prop_assert!(line_of(&told).is_none_or(|line| (1..=lines).contains(&line)), "{told}");
                    }
                }
            }
            prop_assert!(line <= lines);
        }
    }

    #[test]
    fn rows_come_back_as_they_were_written(
        rows in vec(any_row(), 1..10),
        bom in any::<bool>(),
        line_end in select(vec!["\n", "\r\n", "\r"]),
        ends_with_a_line_end in any::<bool>(),
    ) {
        let mut file = String::from(if bom { "\u{FEFF}" } else { "" });
        file.push_str("email,name,Note;1");
        let mut expected = Vec::new();
        for (n, (name, note, blank_lines, quoted)) in rows.iter().enumerate() {
            file.push_str(&line_end.repeat(1 + blank_lines));
            let note = note.replace('\n', line_end);
            let line = 1 + file.matches(line_end).count() as u64;
            file.push_str(&[&format!("a{n}@example.org"), name, &note].map(|text| cell(text, *quoted)).join(","));
            // Outer line breaks of a cell are kept, outer blanks are not.
            expected.push((line, format!("a{n}@example.org"), name.clone(), note));
        }
        if ends_with_a_line_end {
            file.push_str(line_end);
        }
        let found: Vec<_> = read(file.as_bytes())
            .into_iter()
            .map(|row| row.map(|row| (row.locator.line, row.email.to_string(), row.name.clone(), row.cells[2].clone())))
            .collect::<Result<_, _>>()
            .map_err(|problem| TestCaseError::fail(format!("{problem}\n{file:?}")))?;
        prop_assert_eq!(found, expected, "{:?}", file);
    }
}
