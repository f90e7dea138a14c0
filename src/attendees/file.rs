//! The attendee file on disk: opened, recognised, read from top to bottom.
//!
//! Owns: which files are accepted at all, and that one file is read, not two: it is read once to
//! check and once to send, and a change in between must not go unnoticed.
//!
//! Known weakness: a change within the clock's grain that keeps the length goes unnoticed.

use std::{
    fmt,
    fs::{self, File, Metadata},
    io,
    iter::FusedIterator,
    time::SystemTime,
};

use super::{
    Columns, Encoding, FileProblem, Rules, Unsound,
    header::read_header,
    record::{RecordFault, Records},
    row::RowReader,
    scanner::{Lines, ScanFault, Scanner},
};
use crate::model::{Attendee, Locator};

/// What shows whether a file is still the same: length, time of change, and which file it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileStamp {
    length: u64,
    modified: Option<SystemTime>,
    inode: u64,
}

impl FileStamp {
    fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let inode = 0;
        Self { length: metadata.len(), modified: metadata.modified().ok(), inode }
    }
}

/// An attendee file whose header is read; an iterator over its rows, in file order, each in every session it names.
///
/// Each item is an attendee, or [`Unsound::Row`], or, as the last one, [`Unsound::File`].
pub struct AttendeeFile {
    records: Records<File>,
    rows: RowReader,
    stamp: FileStamp,
    number: u32,
    done: bool,
}

impl fmt::Debug for AttendeeFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Its buffers hold people's data.
        f.debug_struct("AttendeeFile").field("stamp", &self.stamp).field("number", &self.number).finish_non_exhaustive()
    }
}

impl AttendeeFile {
    /// Opens the file and reads its header.
    ///
    /// # Errors
    /// [`FileProblem`] where it is not a regular file of comma-separated UTF-8, or its header does
    /// not fit; all of the header's problems at once.
    pub fn open(rules: &Rules) -> Result<Self, FileProblem> {
        let (file, stamp) = open_regular(rules)?;
        let mut scanner = Scanner::new(file);
        check_start(&mut scanner, rules)?;
        let mut records = Records::new(scanner);
        let header = records.next().map_err(|fault| file_problem(fault, rules))?;
        let Some(lines) = header else { return Err(FileProblem::Empty { file: rules.shown_as.clone() }) };
        let columns = read_header(records.cells().iter(), lines.first, rules).map_err(FileProblem::Header)?;
        Ok(Self { records, rows: RowReader::new(rules.clone(), columns), stamp, number: 0, done: false })
    }

    /// Opens the file for another reading.
    ///
    /// # Errors
    /// [`FileProblem::Changed`] where it is not the file of that stamp any more; else as
    /// [`AttendeeFile::open`].
    pub fn reopen(rules: &Rules, stamp: &FileStamp) -> Result<Self, FileProblem> {
        let file = Self::open(rules)?;
        if file.stamp == *stamp { Ok(file) } else { Err(FileProblem::Changed { file: rules.shown_as.clone() }) }
    }

    /// Which columns mean what.
    #[must_use]
    pub fn columns(&self) -> &Columns {
        self.rows.columns()
    }

    /// What shows whether the file is still the same.
    #[must_use]
    pub fn stamp(&self) -> &FileStamp {
        &self.stamp
    }

    fn is_unchanged(&self) -> bool {
        self.records.source().metadata().is_ok_and(|metadata| FileStamp::of(&metadata) == self.stamp)
    }

    fn last_item(&mut self, problem: FileProblem) -> Result<Attendee, Unsound> {
        self.done = true;
        // What a half-written file seems to lack says nothing.
        let file = self.rows.rules().shown_as.clone();
        let problem = if self.is_unchanged() { problem } else { FileProblem::Changed { file } };
        Err(Unsound::File(problem))
    }

    fn at_the_end(&mut self) -> Option<Result<Attendee, Unsound>> {
        let file = self.rows.rules().shown_as.clone();
        if self.number == 0 {
            return Some(self.last_item(FileProblem::NoRows { file }));
        }
        if !self.is_unchanged() {
            return Some(self.last_item(FileProblem::Changed { file }));
        }
        self.done = true;
        None
    }
}

impl Iterator for AttendeeFile {
    type Item = Result<Attendee, Unsound>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        if let Some(attendee) = self.rows.next_session() {
            self.number = attendee.number;
            return Some(Ok(attendee));
        }
        let lines: Lines = match self.records.next() {
            Ok(Some(lines)) => lines,
            Ok(None) => return self.at_the_end(),
            Err(fault) => {
                let problem = file_problem(fault, self.rows.rules());
                return Some(self.last_item(problem));
            }
        };
        self.number = self.number.saturating_add(1);
        Some(self.rows.read(self.records.cells().iter(), lines, self.number).map_err(Unsound::Row))
    }
}

impl FusedIterator for AttendeeFile {}

fn open_regular(rules: &Rules) -> Result<(File, FileStamp), FileProblem> {
    let file = || rules.shown_as.clone();
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            FileProblem::Missing { file: file(), path: rules.path.clone(), relative_to: rules.relative_to.clone() }
        }
        _ => FileProblem::Unreadable { file: file(), error },
    };
    // Looked at before it is opened: opening a pipe would wait for its writer.
    let metadata = fs::metadata(&rules.path).map_err(failed)?;
    if metadata.is_dir() {
        return Err(FileProblem::Folder { file: file() });
    }
    if !metadata.is_file() {
        return Err(FileProblem::NotRegular { file: file() });
    }
    let opened = File::open(&rules.path).map_err(failed)?;
    let metadata = opened.metadata().map_err(failed)?;
    Ok((opened, FileStamp::of(&metadata)))
}

/// How files begin that are no text at all.
const SIGNATURES: [(&[u8], &str); 4] = [
    (b"PK\x03\x04", "a spreadsheet or another packed document"),
    (b"\xD0\xCF\x11\xE0", "an old Office document"),
    (b"%PDF-", "a PDF document"),
    (b"\x1F\x8B", "a packed file"),
];

/// Recognises by its first octets what is no UTF-8 text, and passes over a byte-order mark.
fn check_start(scanner: &mut Scanner<File>, rules: &Rules) -> Result<(), FileProblem> {
    let file = rules.shown_as.clone();
    let start = scanner.start().map_err(|error| FileProblem::Unreadable { file: file.clone(), error })?;
    if start.is_empty() {
        return Err(FileProblem::Empty { file });
    }
    if let Some((_, kind)) = SIGNATURES.iter().find(|(signature, _)| start.starts_with(signature)) {
        return Err(FileProblem::OtherFormat { file, kind });
    }
    if let Some(encoding) = Encoding::of_wide_file(start) {
        let at = Locator { source: file, line: 1 };
        return Err(FileProblem::NotUtf8 { at, encoding, sample: String::new() });
    }
    if start.starts_with(b"\xEF\xBB\xBF") {
        scanner.skip(3);
    }
    Ok(())
}

fn file_problem(fault: RecordFault, rules: &Rules) -> FileProblem {
    let file = rules.shown_as.clone();
    let at = |line| Locator { source: rules.shown_as.clone(), line };
    match fault {
        RecordFault::Scan(ScanFault::UnclosedQuote { line, closed_on }) => {
            FileProblem::UnclosedQuote { at: at(line), closed_on }
        }
        RecordFault::Scan(ScanFault::TooLong { line }) => FileProblem::TooLong { at: at(line) },
        RecordFault::Scan(ScanFault::Io(error)) => FileProblem::Unreadable { file, error },
        RecordFault::NotUtf8 { line, encoding, sample } => FileProblem::NotUtf8 { at: at(line), encoding, sample },
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Write, path::Path};

    use tempfile::TempDir;

    use super::*;

    fn rules_for(path: &Path) -> Rules {
        Rules { path: path.to_owned(), ..Rules::for_tests() }
    }

    /// A folder with an attendee file of these octets.
    fn given(bytes: impl AsRef<[u8]>) -> (TempDir, Rules) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("attendees.csv");
        fs::write(&path, bytes).unwrap();
        let rules = rules_for(&path);
        (folder, rules)
    }

    fn refused(bytes: impl AsRef<[u8]>) -> FileProblem {
        let (_folder, rules) = given(bytes);
        let file = match AttendeeFile::open(&rules) {
            Ok(file) => file,
            Err(problem) => return problem,
        };
        match file.last() {
            Some(Err(Unsound::File(problem))) => problem,
            other => panic!("the file is read to its end: {other:?}"),
        }
    }

    #[track_caller]
    fn assert_says(problem: &FileProblem, words: &str) {
        assert!(problem.to_string().starts_with("attendees.csv:"), "{problem}");
        assert!(problem.to_string().contains(words), "{problem}");
        assert!(problem.hint().is_some_and(|hint| !hint.is_empty()), "{problem}");
    }

    #[test]
    fn rows_come_in_order_with_their_physical_lines_and_problems_do_not_stop_them() {
        let (_folder, rules) = given(
            "\u{FEFF}email,name,Note\r\n\r\nada@example.org,Ada,\"two\r\nlines\"\r\n\r\nbad,Bob,\r\n,,\r\n\
             charles@example.org,Charles,\r\n",
        );
        let rows: Vec<_> = AttendeeFile::open(&rules).unwrap().collect();
        assert_eq!(rows.len(), 3);
        let ada = rows[0].as_ref().unwrap();
        assert_eq!((ada.number, ada.locator.to_string().as_str()), (1, "attendees.csv:3"));
        let Err(Unsound::Row(bob)) = &rows[1] else { panic!("{rows:?}") };
        assert_eq!((bob.number, bob.at.line, bob.name.as_str()), (2, 6, "Bob"));
        let charles = rows[2].as_ref().unwrap();
        assert_eq!((charles.number, charles.locator.line), (3, 8));
    }

    #[test]
    fn what_is_no_file_of_rows_is_said_to_be_so() {
        let folder = tempfile::tempdir().unwrap();
        let open = |path: &Path| AttendeeFile::open(&rules_for(path)).err().unwrap();
        assert_says(&open(&folder.path().join("none.csv")), "no such file");
        let elsewhere = Rules { relative_to: "config.toml's folder".into(), ..rules_for(Path::new("/nowhere/x.csv")) };
        assert!(AttendeeFile::open(&elsewhere).err().unwrap().hint().unwrap().ends_with("to config.toml's folder"));
        assert_says(&open(folder.path()), "a folder");
        assert_says(&open(Path::new("/dev/null")), "not a regular file");
        assert_says(&refused(""), "is empty");
        assert_says(&refused("\u{FEFF}\r\n \r\n"), "is empty");
        assert_says(&refused("email,name\n\n"), "no rows");
        assert_says(&refused("PK\x03\x04rest of it"), "not a CSV file");
        assert_says(&refused("a,b\nc,d\n"), "there is no column `email`");
    }

    #[test]
    fn all_problems_of_a_header_are_listed() {
        let listed = refused("Mail,Who\n1,2\n").listed();
        assert_eq!(listed.len(), 2);
        assert!(
            listed.iter().all(|(text, hint)| text.starts_with("attendees.csv:1: ") && hint.is_some()),
            "{listed:?}"
        );
    }

    #[test]
    fn other_encodings_are_named_with_their_line() {
        let wide: Vec<u8> = "\u{FEFF}email,name\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_says(&refused(wide), "attendees.csv:1: this line is not UTF-8; the file looks like UTF-16");
        let latin = refused(b"email,name\na@example.org,Ada\nj@example.org,J\xFCrgen\n");
        assert_says(&latin, "attendees.csv:3: this line is not UTF-8; the file looks like Windows-1252");
        assert_says(&refused(b"email,Stra\xDFe\n"), "attendees.csv:1: ");
    }

    #[test]
    fn an_unclosed_quote_ends_the_reading_and_names_its_line() {
        let problem = refused("email,name\na@example.org,Ada\nb@example.org,\"Bob\nc@example.org,Carl\n");
        assert_says(&problem, "attendees.csv:3: a quote opens on this line and is never closed");
        let problem = refused("email,name\nb@example.org,\"Bob\nc@example.org,\"Carl\"\n");
        assert_says(&problem, "attendees.csv:2: a quote opens on this line and meets the next one");
    }

    #[test]
    fn after_a_problem_of_the_file_no_row_follows() {
        let (_folder, rules) = given(b"email,name\n\xFF@example.org,Ada\nb@example.org,Bob\n");
        let mut file = AttendeeFile::open(&rules).unwrap();
        assert!(matches!(file.next(), Some(Err(Unsound::File(_)))));
        assert!(file.next().is_none());
    }

    #[test]
    fn a_change_between_or_during_readings_is_noticed() {
        let (_folder, rules) = given("email,name\na@example.org,Ada\n");
        let first = AttendeeFile::open(&rules).unwrap();
        let stamp = first.stamp().clone();
        assert_eq!(AttendeeFile::reopen(&rules, &stamp).unwrap().count(), 1);
        let mut appended = fs::OpenOptions::new().append(true).open(&rules.path).unwrap();
        appended.write_all(b"b@example.org,\"Bob").unwrap();
        assert!(matches!(first.last(), Some(Err(Unsound::File(FileProblem::Changed { .. })))));
        assert!(matches!(AttendeeFile::reopen(&rules, &stamp), Err(FileProblem::Changed { .. })));
    }

    #[test]
    fn a_file_put_in_place_of_the_checked_one_is_noticed() {
        let (folder, rules) = given("email,name\na@example.org,Ada\n");
        let stamp = AttendeeFile::open(&rules).unwrap().stamp().clone();
        let other = folder.path().join("other.csv");
        fs::write(&other, "email,name\nb@example.org,Bob\n").unwrap();
        fs::rename(&other, &rules.path).unwrap();
        assert!(matches!(AttendeeFile::reopen(&rules, &stamp), Err(FileProblem::Changed { .. })));
    }
}
