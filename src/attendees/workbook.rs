//! A workbook (`.xlsx`, `.xlsm`, `.xls`, `.ods`) as rows of text.
//!
//! Owns: which files are workbooks, which sheet of one is meant, what a cell says as text, and that no file
//! exhausts memory or time, or ends the program. A workbook is read as a whole when it is opened, so that nothing
//! which changes it meanwhile matters. Does not own: what the columns mean.
//!
//! Known weakness: values come, not how they are shown (see [`cell`]); hidden rows come like all others, while
//! hidden sheets come by name or number only. A file that was made to harm can still take a minute.

mod biff;
mod cell;
mod compound;
mod excel;
mod grid;
mod ods;
mod package;
mod problem;

use std::{
    io::Read,
    sync::mpsc::{RecvTimeoutError, sync_channel},
    thread,
    time::Duration,
};

pub(super) use cell::{Cell, CellFault};
use grid::Grid;
pub use problem::{SheetChoice, WorkbookProblem};

/// Octets of the file itself.
const LARGEST_FILE: u64 = 256 << 20;
/// Many times what reading the largest sound workbook takes.
const LONGEST: Duration = Duration::from_mins(2);
/// The name of the thread in which a panic is no bug of Roomkey: it is contained, and told as a problem of the file.
const READER: &str = "workbook";

/// What the first octets tell of a file that is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Packed parts: `.xlsx`, `.ods`, and much that is no workbook.
    Packed,
    /// A container of old Office files: `.xls`, or an `.xlsx` under a password.
    Compound,
}

/// What kind of workbook the first octets tell; `None` for all that is none. What a file is called does not count.
pub(super) fn kind_of(start: &[u8]) -> Option<Kind> {
    const KINDS: [(&[u8], Kind); 2] = [(b"PK\x03\x04", Kind::Packed), (b"\xD0\xCF\x11\xE0", Kind::Compound)];
    KINDS.into_iter().find(|(signature, _)| start.starts_with(signature)).map(|(_, kind)| kind)
}

/// Whether this thread reads a workbook: a panic in it is contained, and nothing to be told.
pub fn reads_workbook() -> bool {
    thread::current().name() == Some(READER)
}

/// One sheet of a workbook, row by row.
#[derive(Debug)]
pub(super) struct Workbook {
    sheets: Vec<String>,
    sheet: String,
    grid: Grid,
}

/// Opens a sheet: by name, by number, or the first visible one that holds anything. The file is read from its start
/// by whoever holds it open, so that what is read is what was looked at before.
pub(super) fn open(file: impl Read, kind: Kind, choice: Option<&SheetChoice>) -> Result<Workbook, WorkbookProblem> {
    let mut bytes = Vec::new();
    file.take(LARGEST_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(WorkbookProblem::TooLarge);
    }
    read(bytes, kind, choice.cloned())
}

/// Reads in a thread of its own: calamine panics at some damaged files, and no file may keep the program for ever.
fn read(bytes: Vec<u8>, kind: Kind, choice: Option<SheetChoice>) -> Result<Workbook, WorkbookProblem> {
    let (sender, receiver) = sync_channel(1);
    thread::Builder::new().name(READER.into()).spawn(move || {
        // Nobody waits any more where that fails.
        let _ = sender.send(read_here(&bytes, kind, choice.as_ref()));
    })?;
    let found = match receiver.recv_timeout(LONGEST) {
        Ok(found) => found?,
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return Err(WorkbookProblem::Stumbled),
    };
    Ok(Workbook { sheets: found.sheets, sheet: found.sheet, grid: found.grid })
}

fn read_here(bytes: &[u8], kind: Kind, choice: Option<&SheetChoice>) -> Result<Found, WorkbookProblem> {
    match kind {
        Kind::Packed => match package::open(bytes)? {
            (package, package::Packed::OpenDocument) => ods::read(package, choice),
            (_, package::Packed::OfficeXml) => excel::read_xlsx(bytes, choice),
        },
        Kind::Compound => match compound::read(bytes)? {
            compound::Content::Workbook(stream) => {
                biff::check(&stream)?;
                excel::read_xls(bytes, choice)
            }
            compound::Content::Encrypted => Err(WorkbookProblem::Password),
            compound::Content::Other => Err(WorkbookProblem::NoWorkbook {
                kind: "another old Office document",
                way_out: "copy the attendees into a spreadsheet, and save it as .xlsx",
            }),
        },
    }
}

impl Workbook {
    /// The name of the sheet whose rows come; empty where the workbook has none.
    pub(super) fn sheet_name(&self) -> &str {
        &self.sheet
    }

    /// The names of all sheets, hidden ones too, in their order.
    pub(super) fn sheets(&self) -> &[String] {
        &self.sheets
    }

    /// Fills `cells` with the next row that holds anything, up to its last cell that does, and gives the row's
    /// number in the sheet, from 1; `None` at the end.
    pub(super) fn next(&mut self, cells: &mut Vec<Cell>) -> Option<u64> {
        self.grid.next(cells)
    }
}

/// What a format gave.
#[derive(Debug)]
struct Found {
    sheets: Vec<String>,
    sheet: String,
    grid: Grid,
}

/// A sheet in the list of a workbook.
#[derive(Debug)]
struct Sheet {
    name: String,
    hidden: bool,
    has_cells: bool,
}

/// All sheets, in their order.
#[derive(Debug)]
struct Sheets(Vec<Sheet>);

impl Sheets {
    /// The place of the sheet that is asked for; `None` where none is. Names count exactly, and without case where
    /// nothing matches exactly.
    fn chosen(&self, choice: Option<&SheetChoice>) -> Result<Option<usize>, WorkbookProblem> {
        let by_name = |is_it: &dyn Fn(&str) -> bool| self.0.iter().position(|sheet| is_it(sheet.name.trim()));
        let found = match choice {
            None => return Ok(None),
            Some(SheetChoice::Name(name)) => {
                let (name, folded) = (name.trim(), name.trim().to_lowercase());
                by_name(&|sheet| sheet == name).or_else(|| by_name(&|sheet| sheet.to_lowercase() == folded))
            }
            Some(SheetChoice::Number(number)) => {
                let index = usize::try_from(*number).ok().and_then(|number| number.checked_sub(1));
                index.filter(|index| *index < self.0.len())
            }
        };
        match (found, choice) {
            (None, Some(wanted)) => Err(WorkbookProblem::NoSuchSheet { wanted: wanted.clone(), sheets: self.names() }),
            (Some(index), _) if !self.0[index].has_cells => {
                Err(WorkbookProblem::NoCells { sheet: self.0[index].name.clone() })
            }
            (found, _) => Ok(found),
        }
    }

    /// Reads the sheet that is asked for, or the first visible one that holds anything.
    fn find(
        &self,
        choice: Option<&SheetChoice>,
        mut read: impl FnMut(&str) -> Result<Grid, WorkbookProblem>,
    ) -> Result<Found, WorkbookProblem> {
        if let Some(index) = self.chosen(choice)? {
            return Ok(self.found(Some(index), read(&self.0[index].name)?));
        }
        for (index, sheet) in self.0.iter().enumerate().filter(|(_, sheet)| sheet.has_cells && !sheet.hidden) {
            match read(&sheet.name) {
                Ok(grid) if grid.is_empty() => {}
                Err(WorkbookProblem::NoCells { .. }) => {}
                read => return Ok(self.found(Some(index), read?)),
            }
        }
        Ok(self.found(None, Grid::default()))
    }

    fn found(&self, index: Option<usize>, grid: Grid) -> Found {
        let visible = || self.0.iter().find(|sheet| sheet.has_cells && !sheet.hidden);
        let sheet = index.and_then(|index| self.0.get(index)).or_else(visible);
        Found { sheets: self.names(), sheet: sheet.map(|sheet| sheet.name.clone()).unwrap_or_default(), grid }
    }

    fn names(&self) -> Vec<String> {
        self.0.iter().map(|sheet| sheet.name.clone()).collect()
    }
}

#[cfg(test)]
mod tests;
