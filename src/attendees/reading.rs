//! A file's rows as they stand in it, whatever it is: text of any encoding and dialect, or a sheet of a workbook.
//!
//! Owns: what the file is taken for, in words. Does not own: what its rows mean.

use std::{
    collections::VecDeque,
    fs::File,
    io::{BufRead as _, BufReader, Read as _, Seek as _},
    sync::Arc,
};

use csv::StringRecord;

use super::{
    FileProblem, Problem, Rules,
    decoded::Decoded,
    dialect::{self, Dialect},
    encoding::{self, Undecided, said},
    nearest::shortened,
    record::Records,
    scanner::{Lines, ScanFault, Scanner},
    workbook::{self, Cell, CellFault, Workbook},
};
use crate::model::Locator;

/// A row as it stands in the file.
pub(super) struct Raw {
    pub(super) cells: StringRecord,
    pub(super) lines: Lines,
    /// Cells of a workbook that hold nothing that can be read, by their place from 0; their text is empty.
    pub(super) faults: Vec<(usize, CellFault)>,
    /// Whether it is of a sheet, whose rows end with their last filled cell.
    pub(super) is_of_sheet: bool,
}

#[cfg(test)]
impl Raw {
    /// A row of a text file, for tests.
    pub(super) fn of<'a>(cells: impl IntoIterator<Item = &'a str>, lines: Lines) -> Self {
        Self { cells: cells.into_iter().collect(), lines, faults: Vec::new(), is_of_sheet: false }
    }
}

/// The rows of one file, one after the other.
pub(super) enum Reading {
    Text(Box<Records<Decoded<File>>>),
    Sheet(Workbook, Vec<Cell>),
}

/// A file that was recognised.
pub(super) struct Recognised {
    pub(super) reading: Reading,
    /// Whether its first line is no row, but names the delimiter (`sep=;`).
    is_announced: bool,
    /// What was assumed, in words.
    pub(super) assumed: Vec<String>,
    /// Of a workbook: the sheets that hold something else.
    other_sheets: Vec<String>,
    /// What the settings say to be between the values, where the file itself seems to have another sign.
    wrong_delimiter: Option<(u8, Dialect)>,
}

/// Rows among which the header is looked for, at the least.
const AMONG: usize = 40;

impl Recognised {
    /// Reads the first rows: those among which the header is looked for, and all down to a line. With the fault that
    /// ended them, where one did.
    pub(super) fn first_rows(&mut self, down_to: u64) -> (VecDeque<Raw>, Option<ScanFault>) {
        let mut rows: VecDeque<Raw> = VecDeque::new();
        let ended_by = loop {
            let is_deep = rows.back().is_some_and(|raw| raw.lines.first > down_to);
            if rows.len() >= AMONG && is_deep {
                break None;
            }
            match self.reading.next() {
                Ok(Some(raw)) => rows.push_back(raw),
                Ok(None) => break None,
                Err(fault) => break Some(fault),
            }
        };
        drop(rows.pop_front_if(|raw| self.is_announced && raw.lines.first == 1));
        (rows, ended_by)
    }

    /// The header's problems, where another place than its columns may be meant: the sheet, the line, the delimiter.
    pub(super) fn with_other_ways_out(&self, mut problems: Vec<Problem>, header: &StringRecord) -> Vec<Problem> {
        if problems.iter().all(|problem| !problem.what.starts_with("there is no column")) {
            return problems;
        }
        // One cause, one way out: no setting that names a column helps where none was parted from the others.
        let is_one_value = header.len() == 1 && header.get(0).and_then(separator_in).is_some();
        if is_one_value || self.wrong_delimiter.is_some() {
            problems.truncate(1);
            // A colon may belong to the one column's name.
            if header.get(0).is_none_or(|cell| separator_in(cell) != Some(':')) {
                problems[0].hint = None;
            }
        }
        let Some(first) = problems.first_mut() else { return problems };
        let only = if header.len() == 1 { header.get(0) } else { None };
        let way_out = if let Some((given, own)) = self.wrong_delimiter {
            first.hint = None;
            format!(
                "delimiter = {:?} under [attendees] is not the file's: its values seem to be separated by {}; delete that \
                 setting, and it is found out",
                char::from(given).to_string(),
                own.delimiter_in_words()
            )
        } else if let Some(sheet) = self.other_sheets.first() {
            format!("are the attendees in another sheet? sheet = \"{}\" under [attendees]", shortened(sheet))
        } else if only.and_then(separator_in).is_some_and(|sign| ",;\t|".contains(sign)) {
            "does each whole line stand in quotes? Save the file anew from the program it comes from".to_owned()
        } else if let Some(sign) = only.and_then(separator_in) {
            format!("is that line parted by `{sign}`? delimiter = {:?} under [attendees]", sign.to_string())
        } else {
            "do the columns' names stand further down? skip_lines under [attendees] says how many lines are above them"
                .to_owned()
        };
        // Half a name and a buyer's are found where they are meant to be.
        if ["`email`", "`name`"].iter().any(|field| first.what.starts_with(&format!("there is no column {field}"))) {
            first.hint = Some(match first.hint.take() {
                Some(hint) => format!("{hint}; or {way_out}"),
                None => way_out,
            });
        }
        problems
    }
}

/// A sign that may part the values of what came out as one.
fn separator_in(cell: &str) -> Option<char> {
    ['~', '^', ':', ';', ',', '\t', '|'].into_iter().find(|sign| cell.contains(*sign))
}

impl Reading {
    /// Recognises a file by its content; what it is called does not count.
    pub(super) fn open(mut file: File, name: &Arc<str>, rules: &Rules) -> Result<Recognised, FileProblem> {
        let unreadable = |error| FileProblem::Unreadable { file: name.clone(), error };
        let mut start = Vec::with_capacity(8);
        file.by_ref().take(8).read_to_end(&mut start).map_err(unreadable)?;
        file.rewind().map_err(unreadable)?;
        if start.is_empty() {
            return Err(FileProblem::Empty { file: name.clone() });
        }
        if let Some((_, kind)) = SIGNATURES.iter().find(|(signature, _)| start.starts_with(signature)) {
            return Err(FileProblem::OtherFormat { file: name.clone(), kind });
        }
        match workbook::kind_of(&start) {
            Some(kind) => Self::open_workbook(file, kind, name, rules),
            None => Self::open_text(file, name, rules),
        }
    }

    fn open_workbook(
        file: File,
        kind: workbook::Kind,
        name: &Arc<str>,
        rules: &Rules,
    ) -> Result<Recognised, FileProblem> {
        let workbook = workbook::open(file, kind, rules.sheet.as_ref())
            .map_err(|problem| FileProblem::Workbook { file: name.clone(), problem: Box::new(problem) })?;
        let mut assumed = Vec::new();
        let mut other_sheets = Vec::new();
        if rules.sheet.is_none() && workbook.sheets().len() > 1 {
            other_sheets = workbook.sheets().iter().filter(|sheet| *sheet != workbook.sheet_name()).cloned().collect();
            let others = other_sheets.iter().take(5).map(|sheet| format!("`{}`", shortened(sheet)));
            let (sheet, others) = (shortened(workbook.sheet_name()), others.collect::<Vec<_>>().join(", "));
            assumed.push(format!(
                "{name}: read the sheet `{sheet}`, and not {others}; another one: sheet = \"its name\" under [attendees]"
            ));
        }
        Ok(Recognised {
            reading: Self::Sheet(workbook, Vec::new()),
            is_announced: false,
            assumed,
            other_sheets,
            wrong_delimiter: None,
        })
    }

    fn open_text(mut file: File, name: &Arc<str>, rules: &Rules) -> Result<Recognised, FileProblem> {
        let unreadable = |error| FileProblem::Unreadable { file: name.clone(), error };
        let found = match encoding::find(&file, rules.encoding).map_err(unreadable)? {
            Ok(found) => found,
            Err(Undecided::Utf32) => return Err(FileProblem::Utf32 { file: name.clone() }),
            Err(Undecided::Damaged { at }) => return Err(said::damaged(&mut file, name, at).map_err(unreadable)?),
        };
        if found.encoding.is_utf16() && file.metadata().map_err(unreadable)?.len() % 2 == 1 {
            return Err(FileProblem::CutOff { file: name.clone() });
        }
        let mut assumed = said::remarks(&mut file, name, &found, rules).map_err(unreadable)?;
        file.rewind().map_err(unreadable)?;
        let mut text = BufReader::with_capacity(1 << 16, Decoded::new(file, &found));
        let start = text.fill_buf().map_err(unreadable)?;
        let is_all = start.len() < 1 << 15;
        let start = String::from_utf8_lossy(start);
        if let Some(kind) = other_text(&start) {
            return Err(FileProblem::OtherFormat { file: name.clone(), kind });
        }
        let start = start.trim_end_matches('\u{FFFD}');
        let dialect = dialect::find(start, is_all, rules);
        let better = dialect::better_than_said(start, is_all, rules);
        let wrong_delimiter = rules.delimiter.zip(better);
        let is_announced = dialect::announced(start).is_some();
        if dialect.delimiter != Dialect::COMMAS.delimiter && rules.delimiter.is_none() {
            assumed.push(format!("{name}: its columns are separated by {}", dialect.delimiter_in_words()));
        }
        let records = Records::new(Scanner::over(text, dialect), dialect);
        let (reading, other_sheets) = (Self::Text(Box::new(records)), Vec::new());
        Ok(Recognised { reading, is_announced, assumed, other_sheets, wrong_delimiter })
    }

    /// The next row that holds anything; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Raw>, ScanFault> {
        match self {
            Self::Text(records) => {
                let lines = records.next()?;
                Ok(lines.map(|lines| Raw {
                    cells: records.cells().clone(),
                    lines,
                    faults: Vec::new(),
                    is_of_sheet: false,
                }))
            }
            Self::Sheet(workbook, cells) => Ok(next_of_sheet(workbook, cells)),
        }
    }
}

fn next_of_sheet(workbook: &mut Workbook, cells: &mut Vec<Cell>) -> Option<Raw> {
    loop {
        let line = workbook.next(cells)?;
        let (mut record, mut faults) = (StringRecord::new(), Vec::new());
        for (index, cell) in cells.drain(..).enumerate() {
            match cell {
                Cell::Text(text) => record.push_field(&text),
                Cell::Fault(fault) => {
                    record.push_field("");
                    faults.push((index, fault));
                }
            }
        }
        if !faults.is_empty() || record.iter().any(|cell| !cell.trim().is_empty()) {
            let lines = Lines { first: line, last: line, stray_quote: false };
            return Some(Raw { cells: record, lines, faults, is_of_sheet: true });
        }
    }
}

/// What a text is, with its article, that is no table.
fn other_text(start: &str) -> Option<&'static str> {
    let text = start.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    let head = text.get(..text.floor_char_boundary(1000))?.to_ascii_lowercase();
    let begins = |with: &str| head.starts_with(with);
    let is_control = |c: &char| c.is_control() && !c.is_whitespace() || *c == '\u{FFFD}';
    let (controls, all) = (text.chars().filter(is_control).count(), text.chars().count());
    // A stray NUL in a table is told by its line.
    if controls > 8 && controls * 20 > all {
        return Some("data of a program");
    }
    if begins("<") && (head.contains("<html") || head.contains("<table") || begins("<!doctype")) {
        return Some("a web page");
    }
    let known = [
        ("begin:vcard", "a file of contacts (vCard)"),
        ("begin:vcalendar", "a calendar"),
        ("<?xml", "an XML file"),
        ("{\\rtf", "a text document (RTF)"),
        ("[{", "JSON"),
        ("{\"", "JSON"),
    ];
    known.iter().find(|(start, _)| begins(start)).map(|(_, kind)| *kind)
}

/// How files begin that hold no rows at all.
const SIGNATURES: [(&[u8], &str); 2] = [(b"%PDF-", "a PDF document"), (b"\x1F\x8B", "a packed file")];

/// Why no row follows, as it is told.
pub(super) fn file_problem(fault: ScanFault, name: &Arc<str>) -> FileProblem {
    let at = |line| Locator { source: name.clone(), line };
    match fault {
        ScanFault::UnclosedQuote { line, closed_on } => FileProblem::UnclosedQuote { at: at(line), closed_on },
        ScanFault::TooLong { line } => FileProblem::TooLong { at: at(line) },
        ScanFault::Io(error) => FileProblem::Unreadable { file: name.clone(), error },
    }
}
