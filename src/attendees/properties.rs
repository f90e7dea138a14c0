//! What holds of every attendee file: any octets are rows or problems with a line, and rows that
//! somebody wrote come back the same.

use proptest::{collection::vec, prelude::*, sample::select};

use super::*;
use crate::model::Attendee;

/// Reads a file of these octets to its end.
fn read(bytes: &[u8]) -> Vec<Result<Attendee, Unsound>> {
    read_by(Rules::for_tests(), bytes)
}

fn read_by(mut rules: Rules, bytes: &[u8]) -> Vec<Result<Attendee, Unsound>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("attendees.csv");
    std::fs::write(&path, bytes).unwrap();
    rules.files[0].path = path;
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

/// How a file is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bytes {
    Utf8,
    Utf8Marked,
    Utf16Little,
    Utf16Big,
    /// Which nothing tells but the settings.
    Windows1252,
}

impl Bytes {
    fn of(self, text: &str) -> Vec<u8> {
        let marked = format!("\u{FEFF}{text}");
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Utf8Marked => marked.into_bytes(),
            Self::Utf16Little => marked.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Self::Utf16Big => marked.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            Self::Windows1252 => {
                let (bytes, _, is_lossy) = encoding_rs::WINDOWS_1252.encode(text);
                assert!(!is_lossy, "{text}");
                bytes.into_owned()
            }
        }
    }

    /// What has to be said of it.
    fn setting(self) -> Option<Encoding> {
        (self == Self::Windows1252).then(|| Encoding::named("windows-1252").unwrap())
    }

    /// A name and a remark in letters that it has.
    fn any_person(self) -> impl Strategy<Value = (String, String)> {
        let (name, piece) = if self == Self::Windows1252 {
            ("[A-ZÄØ€Š][a-zäßéñž,;|\"' .-]{0,12}[a-zß\"]", "[a-zÄé€ ,;|\t\"\n=]{0,6}")
        } else {
            ("[A-ZÄŁ漢И😀][a-zäßığи漢,;|\"' .-]{0,12}[a-z漢\"]", "[a-zÄ漢и😀 ,;|\t\"\n=]{0,6}")
        };
        (name, piece)
    }
}

fn any_people() -> impl Strategy<Value = (Bytes, Vec<(String, String)>)> {
    let encodings = [Bytes::Utf8, Bytes::Utf8Marked, Bytes::Utf16Little, Bytes::Utf16Big, Bytes::Windows1252];
    select(encodings.to_vec()).prop_flat_map(|bytes| (Just(bytes), vec(bytes.any_person(), 1..10)))
}

/// A cell that comes back as it stands: outer blanks are taken off, and `="007"` is `007`.
fn as_read(cell: &str) -> String {
    let is_blank = |c: char| c == '\t' || c.is_whitespace() && !c.is_control();
    let cell = cell.trim_matches(is_blank);
    let kept = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')).filter(|text| !text.contains('"'));
    kept.unwrap_or(cell).to_owned()
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
                Err(Unsound::LeftOut(row)) => prop_assert!(false, "nothing is to be left out: {row}"),
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

    #[test]
    fn rows_come_back_from_every_dialect_encoding_and_order_of_columns(
        (bytes, people) in any_people(),
        delimiter in select(b",;\t|".to_vec()),
        order in Just(vec!["email", "name", "Note", "Größe"]).prop_shuffle(),
        line_end in select(vec!["\n", "\r\n", "\r"]),
        always_quotes in any::<bool>(),
        is_announced in any::<bool>(),
    ) {
        let style = if always_quotes { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).quote_style(style).from_writer(Vec::new());
        writer.write_record(&order).unwrap();
        for (n, (name, note)) in people.iter().enumerate() {
            let email = format!("a{n}@example.org");
            writer.write_record(order.iter().map(|column| match *column {
                "email" => email.as_str(),
                "name" => name,
                "Note" => note,
                _ => "",
            })).unwrap();
        }
        let mut text = String::from_utf8(writer.into_inner().unwrap()).unwrap().replace('\n', line_end);
        if is_announced {
            text = format!("sep={}{line_end}{text}", char::from(delimiter));
        }
        let rules = Rules { encoding: bytes.setting(), ..Rules::for_tests() };
        let note = order.iter().position(|column| *column == "Note").unwrap();
        let found: Vec<_> = read_by(rules, &bytes.of(&text))
            .into_iter()
            .map(|row| row.map(|row| (row.email.to_string(), row.name.clone(), row.cells[note].clone())))
            .collect::<Result<_, _>>()
            .map_err(|problem| TestCaseError::fail(format!("{problem}\n{text:?}")))?;
        let expected: Vec<_> = (0..).zip(&people).map(|(n, (name, note)): (usize, _)| {
            (format!("a{n}@example.org"), name.clone(), as_read(&note.replace('\n', line_end)))
        }).collect();
        prop_assert_eq!(found, expected, "{:?}", text);
    }

    #[test]
    fn no_octets_and_no_settings_make_it_panic(
        start in select(vec![
            &b""[..], b"\xFF\xFE", b"\xFE\xFF", b"\xEF\xBB\xBF", b"PK\x03\x04", b"\xD0\xCF\x11\xE0", b"sep=;\n",
            b"\xFF\xFEe\0m\0a\0i\0l\0,\0n\0a\0m\0e\0\n\0",
        ]),
        octets in any_octets(),
        delimiter in proptest::option::of(select(b",;\t|x".to_vec())),
        quote in proptest::option::of(proptest::option::of(select(b"\"'".to_vec()))),
        label in proptest::option::of(select(vec!["utf-8", "utf-16le", "windows-1252", "shift_jis", "gb18030", "iso-2022-jp"])),
        skip_lines in proptest::option::of(0_u32..4),
    ) {
        let encoding = label.and_then(Encoding::named);
        let rules = Rules { encoding, delimiter, quote, skip_lines, ..Rules::for_tests() };
        for item in read_by(rules, &[start, &octets].concat()) {
            match item {
                Ok(attendee) => prop_assert!(!attendee.name.contains(char::REPLACEMENT_CHARACTER)),
                Err(Unsound::Row(row)) => prop_assert!(!row.to_string().replace('\n', "").contains(char::is_control), "{row:?}"),
                Err(Unsound::File(problem)) => prop_assert!(problem.listed().iter().all(|(_, hint)| hint.is_some())),
                Err(Unsound::LeftOut(row)) => prop_assert!(false, "nothing is to be left out: {row}"),
            }
        }
    }
}
