//! One file of attendees, opened: recognised, decoded, its columns named, read from top to bottom.
//!
//! Owns: what stands above and below the rows, and what is assumed of the file, in words. Of its rows a few are read
//! ahead: those among which the header is looked for, and those that may be a sum below the last.

use std::{collections::VecDeque, fs::File, sync::Arc};

use csv::StringRecord;

use super::{
    Columns, FileProblem, Problem, Rules, SourceFile,
    exporters::{self, Exporter},
    header::read_header,
    nearest::shortened,
    on_disk::{Stamp, open_regular},
    reading::{Raw, Reading, file_problem},
    remark,
    row::RowReader,
    scanner::ScanFault,
    top,
};
use crate::model::Locator;

/// Rows below the last that may be sums and remarks.
const TRAILING: usize = 20;

/// An opened file.
pub(super) struct Source {
    file: File,
    stamp: Stamp,
    pub(super) name: Arc<str>,
    reading: Reading,
    /// Rows that were read ahead.
    ahead: VecDeque<Raw>,
    /// Rows that may be no people, until one follows that is.
    held: VecDeque<Raw>,
    pub(super) rows: RowReader,
    exporter: Option<Exporter>,
    /// What was assumed, in words.
    pub(super) assumed: Vec<String>,
    ended: bool,
    has_rows: bool,
    /// Why the rows read ahead are the last.
    fault: Option<ScanFault>,
}

impl Source {
    /// Opens a file and reads its header.
    pub(super) fn open(of: &SourceFile, rules: &Rules) -> Result<Self, FileProblem> {
        let (file, stamp) = open_regular(of)?;
        let name = of.shown_as.clone();
        let handle = file.try_clone().map_err(|error| FileProblem::Unreadable { file: name.clone(), error })?;
        let mut recognised = Reading::open(file, &name, rules)?;
        let (mut ahead, mut fault) = recognised.first_rows(rules.skip_lines.unwrap_or_default().into());
        if let Some(met) = fault.take_if(|_| ahead.is_empty()) {
            return Err(file_problem(met, &name));
        }
        let mut assumed = std::mem::take(&mut recognised.assumed);
        let last = ahead.back().map(|raw| raw.lines.last);
        let head = skip_head(&mut ahead, rules, &name, &mut assumed);
        let Some(header) = head else {
            return Err(match (rules.skip_lines, last) {
                (Some(skipped), Some(last)) => FileProblem::AllSkipped { file: name, skipped, last },
                _ => FileProblem::Empty { file: name },
            });
        };
        let sample: Vec<&StringRecord> = ahead.iter().map(|raw| &raw.cells).collect();
        let with_ways_out = |problems| FileProblem::Header(recognised.with_other_ways_out(problems, &header.cells));
        let unread: Vec<Problem> = unread_headers(&header, &name).collect();
        if !unread.is_empty() {
            return Err(FileProblem::Header(unread));
        }
        let mut columns =
            read_header(header.cells.iter(), header.lines.first, rules, &name, &sample).map_err(with_ways_out)?;
        let reading = recognised.reading;
        let exporter = columns.exporter;
        if let Some(exporter) = exporter {
            assumed.push(format!("{name}: {}, by its columns", exporter.name()));
            let at = Locator { source: name.clone(), line: header.lines.first };
            columns.warnings.extend(exporter.has_buyers_only().then(|| buyers_only(at)));
        }
        let rows = RowReader::new(rules.clone(), name.clone(), columns);
        Ok(Self {
            file: handle,
            stamp,
            name,
            reading,
            ahead,
            held: VecDeque::new(),
            rows,
            exporter,
            assumed,
            ended: false,
            has_rows: false,
            fault,
        })
    }

    pub(super) fn columns(&self) -> &Columns {
        self.rows.columns()
    }

    pub(super) fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    pub(super) fn is_unchanged(&self) -> bool {
        self.file.metadata().is_ok_and(|metadata| Stamp::of(&metadata) == self.stamp)
    }

    pub(super) fn has_rows(&self) -> bool {
        self.has_rows
    }

    /// The next row of a person, or of what looks like one.
    pub(super) fn next(&mut self) -> Result<Option<Raw>, FileProblem> {
        let next = self.next_of_somebody()?;
        self.has_rows |= next.is_some();
        Ok(next)
    }

    fn next_of_somebody(&mut self) -> Result<Option<Raw>, FileProblem> {
        loop {
            // Rows that were held back, and the one that has released them.
            if self.ended || self.held.back().is_some_and(|raw| !self.is_below_the_last(raw, self.held.len() > 1)) {
                return Ok(self.held.pop_front());
            }
            let next = match self.ahead.pop_front() {
                Some(raw) => Some(raw),
                None => self.read()?,
            };
            let ends = next.as_ref().is_none_or(|raw| self.exporter.is_some_and(|of| ends_at(of, &raw.cells)));
            match next.filter(|_| !ends) {
                None => {
                    self.ended = true;
                    self.tell_what_lies_below();
                    let told = self.rows.ends_early().into_iter().chain(self.rows.doubts());
                    self.assumed.extend(told.map(|told| format!("{}: {told}", self.name)));
                    self.held.clear();
                }
                Some(raw) if self.held.is_empty() && !self.is_below_the_last(&raw, false) => return Ok(Some(raw)),
                Some(raw) => {
                    let is_long = self.held.len() >= TRAILING;
                    self.held.push_back(raw);
                    if is_long {
                        return Ok(self.held.pop_front());
                    }
                }
            }
        }
    }

    fn read(&mut self) -> Result<Option<Raw>, FileProblem> {
        if let Some(fault) = self.fault.take() {
            return Err(file_problem(fault, &self.name));
        }
        self.reading.next().map_err(|fault| file_problem(fault, &self.name))
    }

    /// Whether a row can be a sum or a remark below the last person: it has no address, and nobody's name. `follows` one
    /// that can.
    fn is_below_the_last(&self, raw: &Raw, follows: bool) -> bool {
        let first = raw.cells.iter().map(str::trim).find(|cell| !cell.is_empty()).unwrap_or_default();
        let holds_address = || raw.cells.iter().any(remark::holds_address);
        if raw.cells.len() == 1 && self.columns().headers().0.len() > 1 && (follows || remark::is_remark(first)) {
            return !holds_address() || remark::tells_of_file(first);
        }
        if self.columns().names_somebody(&raw.cells) && !exporters::is_total(first) {
            return false;
        }
        !holds_address()
    }

    fn tell_what_lies_below(&mut self) {
        let (Some(first), Some(last)) = (self.held.front(), self.held.back()) else { return };
        let cell = first.cells.iter().map(str::trim).find(|cell| !cell.is_empty()).unwrap_or_default();
        let cell = shortened(cell);
        let told = match (first.lines.first, last.lines.last) {
            (line, end) if line == end => format!("{}:{line}: skipped, nobody's row (`{cell}`)", self.name),
            (line, end) => {
                format!("{}:{line}: lines {line} to {end} are skipped, nobody's rows (`{cell}` …)", self.name)
            }
        };
        self.assumed.push(told);
    }
}

/// Names of columns that hold what is no character of the file's encoding.
fn unread_headers(header: &Raw, name: &Arc<str>) -> impl Iterator<Item = Problem> {
    let at = Locator { source: name.clone(), line: header.lines.first };
    let columns = header.cells.iter().enumerate().filter(|(_, cell)| cell.contains(char::REPLACEMENT_CHARACTER));
    columns.map(move |(index, _)| Problem {
        at: at.clone(),
        what: format!("the header of column {} holds a character that cannot be read (`\u{fffd}`)", index + 1),
        hint: Some(
            "type it anew; where others have one too, the file's encoding is another one: `encoding` under [attendees]"
                .into(),
        ),
    })
}

fn buyers_only(at: Locator) -> Problem {
    Problem {
        at,
        what: "this list holds who bought, and not who comes".into(),
        hint: Some("where somebody buys for others, export the attendees (pretix: the sheet of positions)".into()),
    }
}

/// Whether an exporter's rows end above this one: Zoom lists below `Other Attended` who was not registered.
fn ends_at(exporter: Exporter, cells: &StringRecord) -> bool {
    let mut filled = cells.iter().map(str::trim).filter(|cell| !cell.is_empty());
    let (first, second) = (filled.next(), filled.next());
    matches!(exporter, Exporter::ZoomRegistrations | Exporter::ZoomAttendees)
        && second.is_none()
        && first.is_some_and(|cell| cell.eq_ignore_ascii_case("Other Attended"))
}

/// Takes the rows above the header, and the header.
fn skip_head(ahead: &mut VecDeque<Raw>, rules: &Rules, name: &str, assumed: &mut Vec<String>) -> Option<Raw> {
    let above = if let Some(lines) = rules.skip_lines {
        ahead.iter().take_while(|raw| raw.lines.first <= u64::from(lines)).count()
    } else {
        let rows: Vec<top::Row> = ahead.iter().map(|raw| (&raw.cells, raw.lines)).collect();
        let above = top::header_among(&rows, rules).unwrap_or(0);
        if let Some(below) = top::another_below(&rows, above, rules) {
            let line = ahead[below].lines.first;
            assumed.push(format!(
                "{name}:{line}: another table's header; to read that one instead: skip_lines = {} under [attendees]",
                line - 1
            ));
        }
        above
    };
    let skipped: Vec<Raw> = ahead.drain(..above).collect();
    if let (Some(first), Some(last), None) = (skipped.first(), skipped.last(), rules.skip_lines) {
        let (first, last) = (first.lines.first, last.lines.last);
        let lines = if first == last { format!("line {first} is") } else { format!("lines {first} to {last} are") };
        assumed.push(format!("{name}: {lines} skipped: the columns' names stand below"));
    }
    ahead.pop_front()
}
