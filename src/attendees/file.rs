//! The attendee files on disk, one after the other, read from top to bottom.
//!
//! Owns: the numbers of rows over all files, and that what is read twice, once to check and once to send, is the same:
//! a change in between must not go unnoticed.
//!
//! Known weakness: a change within the clock's grain that keeps the length goes unnoticed.

use std::{fmt, iter::FusedIterator};

use super::{
    ColumnChoice, Columns, FileProblem, Problem, Rules, Unsound,
    filter::{self, column_named},
    nearest::shortened,
    on_disk::Stamp,
    source::Source,
};
use crate::model::{Attendee, Locator};

/// What shows whether the files are still the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileStamp(Vec<Stamp>);

/// The attendee files, their headers read; an iterator over their rows, in order, each in every session it names.
///
/// Each item is an attendee, or [`Unsound::Row`], or [`Unsound::LeftOut`], or, as the last one, [`Unsound::File`].
pub struct AttendeeFile {
    sources: Vec<Source>,
    /// The one that is being read.
    at: usize,
    number: u32,
    done: bool,
}

impl fmt::Debug for AttendeeFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Its buffers hold people's data.
        f.debug_struct("AttendeeFile")
            .field("stamp", &self.stamp())
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

impl AttendeeFile {
    /// Opens the files and reads their headers.
    ///
    /// # Errors
    /// [`FileProblem`] where one is not a file of rows, or its header does not fit; all of a header's problems at once.
    pub fn open(rules: &Rules) -> Result<Self, FileProblem> {
        let sources: Vec<Source> =
            rules.files.iter().map(|file| Source::open(file, rules)).collect::<Result<_, _>>()?;
        refuse_columns_of_no_file(&sources, rules)?;
        Ok(Self { sources, at: 0, number: 0, done: false })
    }

    /// Opens the files for another reading.
    ///
    /// # Errors
    /// [`FileProblem::Changed`] where they are not the files of that stamp any more; else as [`AttendeeFile::open`].
    pub fn reopen(rules: &Rules, stamp: &FileStamp) -> Result<Self, FileProblem> {
        let file = Self::open(rules)?;
        if file.stamp() == *stamp { Ok(file) } else { Err(FileProblem::Changed { file: rules.shown_as.clone() }) }
    }

    /// Opens the files once more, as they were then; for the first time where there is no stamp yet.
    ///
    /// # Errors
    /// As [`AttendeeFile::reopen`].
    pub fn again(rules: &Rules, stamp: Option<&FileStamp>) -> Result<Self, FileProblem> {
        stamp.map_or_else(|| Self::open(rules), |stamp| Self::reopen(rules, stamp))
    }

    /// Which columns mean what, in each file.
    pub fn columns(&self) -> impl Iterator<Item = &Columns> {
        self.sources.iter().map(Source::columns)
    }

    /// What shows whether the files are still the same.
    #[must_use]
    pub fn stamp(&self) -> FileStamp {
        FileStamp(self.sources.iter().map(|source| source.stamp().clone()).collect())
    }

    /// What was assumed of the files, in words; of what lies below the last row, once that was read.
    pub fn assumed(&self) -> impl Iterator<Item = &str> {
        self.sources.iter().flat_map(|source| &source.assumed).map(String::as_str)
    }

    /// Once all was read, of values in `[attendees.only]` and `[attendees.except]` that no row has: what it is, and a way
    /// out.
    #[must_use]
    pub fn unmet(&self, rules: &Rules) -> Vec<(String, String)> {
        let of_files: Vec<_> = self.sources.iter().map(|source| (source.columns(), source.rows.met())).collect();
        filter::unmet(rules, &of_files)
    }

    fn last_item(&mut self, problem: FileProblem) -> Unsound {
        self.done = true;
        // What a half-written file seems to lack says nothing.
        let changed = self.sources.iter().find(|source| !source.is_unchanged());
        let changed = changed.map(|source| FileProblem::Changed { file: source.name.clone() });
        Unsound::File(changed.unwrap_or(problem))
    }

    /// What is to be said once all was read, if anything.
    fn at_the_end(&mut self) -> Option<Unsound> {
        let name = |source: &Source| source.name.clone();
        if let Some(file) = self.sources.iter().find(|source| !source.has_rows()).map(name) {
            return Some(self.last_item(FileProblem::NoRows { file }));
        }
        if let Some(file) = self.sources.iter().find(|source| !source.is_unchanged()).map(name) {
            return Some(self.last_item(FileProblem::Changed { file }));
        }
        self.done = true;
        None
    }
}

/// A column that the settings name has to be in one file at the least.
fn refuse_columns_of_no_file(sources: &[Source], rules: &Rules) -> Result<(), FileProblem> {
    let in_file = |source: &Source, name: &str| column_named(&source.columns().headers().0, name).is_some();
    let missing = |name: &&String| !sources.iter().any(|source| in_file(source, name));
    let of = |table: &'static str| move |(name, _): &'_ (String, Vec<String>)| (name.clone(), table);
    let chosen = rules.choices.values().filter_map(|choice| match choice {
        ColumnChoice::Header(name) => Some((name.clone(), "columns")),
        ColumnChoice::Position(_) | ColumnChoice::Ignore => None,
    });
    let filters = rules.only.iter().map(of("only")).chain(rules.except.iter().map(of("except")));
    let at = || Locator { source: rules.files[0].shown_as.clone(), line: sources[0].columns().line() };
    let problems: Vec<Problem> = filters
        .chain(chosen)
        .filter(|(name, _)| missing(&name))
        .map(|(name, table)| Problem {
            at: at(),
            what: format!("\"{}\" under [attendees.{table}]: no file has such a column", shortened(&name)),
            hint: Some("write the header as it stands in one of the files".into()),
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(FileProblem::Header(problems)) }
}

impl Iterator for AttendeeFile {
    type Item = Result<Attendee, Unsound>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.done {
                return None;
            }
            let Some(source) = self.sources.get_mut(self.at) else { return self.at_the_end().map(Err) };
            if let Some(attendee) = source.rows.next_session() {
                self.number = attendee.number;
                return Some(Ok(attendee));
            }
            match source.next() {
                Ok(Some(raw)) => {
                    self.number = self.number.saturating_add(1);
                    return Some(source.rows.read(&raw, self.number));
                }
                Ok(None) => self.at += 1,
                Err(problem) => return Some(Err(self.last_item(problem))),
            }
        }
    }
}

impl FusedIterator for AttendeeFile {}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write, path::Path};

    use tempfile::TempDir;

    use super::*;

    fn rules_for(path: &Path) -> Rules {
        let mut rules = Rules::for_tests();
        rules.files[0].path = path.to_owned();
        rules
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
        let mut elsewhere = rules_for(Path::new("/nowhere/x.csv"));
        elsewhere.files[0].relative_to = "config.toml's folder".into();
        assert!(AttendeeFile::open(&elsewhere).err().unwrap().hint().unwrap().ends_with("to config.toml's folder"));
        assert_says(&open(folder.path()), "a folder");
        assert_says(&open(Path::new("/dev/null")), "not a regular file");
        assert_says(&refused(""), "is empty");
        assert_says(&refused("\u{FEFF}\r\n \r\n"), "is empty");
        assert_says(&refused("email,name\n\n"), "no rows");
        assert_says(&refused("PK\x03\x04rest of it"), "this workbook is damaged");
        assert_says(&refused("%PDF-1.7"), "this is a PDF document, not a table");
        assert_says(&refused("a,b\nc,d\n"), "there is no column `email`");
    }

    #[test]
    fn all_problems_of_a_header_are_listed() {
        let listed = refused("Kontakt,Who\n1,2\n").listed();
        assert_eq!(listed.len(), 2);
        assert!(
            listed.iter().all(|(text, hint)| text.starts_with("attendees.csv:1: ") && hint.is_some()),
            "{listed:?}"
        );
    }

    #[test]
    fn other_encodings_are_read_and_said() {
        let wide: Vec<u8> =
            "\u{FEFF}email,name\nj@example.org,J\u{FC}rgen\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let latin = b"email;name\na@example.org;Ada\nj@example.org;J\xFCrgen\n".to_vec();
        for (bytes, name) in [(wide, "UTF-16"), (latin, "Windows-1252")] {
            let (_folder, rules) = given(bytes);
            let mut file = AttendeeFile::open(&rules).unwrap();
            let last = file.by_ref().last().unwrap().unwrap();
            assert_eq!(last.name, "J\u{FC}rgen");
            let assumed: Vec<_> = file.assumed().collect();
            assert!(assumed[0].starts_with(&format!("attendees.csv: read as {name}")), "{assumed:?}");
        }
    }

    #[test]
    fn lines_to_skip_may_be_more_than_are_looked_at_for_a_header() {
        let (_folder, mut rules) = given(format!("{}email,name\na@example.org,Ada\n", "head,of a report\n".repeat(60)));
        rules.skip_lines = Some(60);
        let rows: Vec<_> = AttendeeFile::open(&rules).unwrap().map(Result::unwrap).collect();
        assert_eq!((rows.len(), rows[0].locator.line), (1, 62));
    }

    #[test]
    fn no_character_that_cannot_be_read_passes() {
        let (_folder, mut rules) = given(b"email,name,Company\na@example.org,Ada,Engine\nb@example.org,B\xA5b,\n");
        rules.encoding = crate::attendees::Encoding::named("iso-8859-3");
        let rows: Vec<_> = AttendeeFile::open(&rules).unwrap().collect();
        let told: Vec<_> =
            rows.iter().map(|row| row.as_ref().map_or_else(ToString::to_string, |one| one.name.clone())).collect();
        assert!(told[1].contains("`name` holds a character that cannot be read"), "{told:?}");
        let damaged =
            [b"email,name\nj@example.org,J\xC3\xBCrgen M\xC3\xBCller\nk@example.org,K\xC3\n".as_slice()].concat();
        assert_says(&refused(damaged), "attendees.csv:3: this line holds a damaged character");
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
        let long = "x,".repeat(600_000);
        let (_folder, rules) = given(format!("email,name\na@example.org,Ada\n{long}\nb@example.org,Bob\n"));
        let mut file = AttendeeFile::open(&rules).unwrap();
        assert!(matches!(file.next(), Some(Ok(_))));
        assert!(matches!(file.next(), Some(Err(Unsound::File(FileProblem::TooLong { .. })))));
        assert!(file.next().is_none());
    }

    #[test]
    fn a_change_between_or_during_readings_is_noticed() {
        let (_folder, rules) = given("email,name\na@example.org,Ada\n");
        let first = AttendeeFile::open(&rules).unwrap();
        let stamp = first.stamp().clone();
        assert_eq!(AttendeeFile::reopen(&rules, &stamp).unwrap().count(), 1);
        let mut appended = fs::OpenOptions::new().append(true).open(&rules.files[0].path).unwrap();
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
        fs::rename(&other, &rules.files[0].path).unwrap();
        assert!(matches!(AttendeeFile::reopen(&rules, &stamp), Err(FileProblem::Changed { .. })));
    }
}
