//! What the records of an old workbook (MS-XLS) would take to read. Pure.
//!
//! calamine reads all sheets at once, each as a full rectangle from its first cell to its last, and copies every
//! shared text into every cell that uses it. So both are counted here first.

use super::{
    WorkbookProblem,
    grid::{MOST_CELLS, MOST_TEXT},
};

/// Rows and columns of a sheet (MS-XLS 2.5.1).
const MOST_ROWS: u32 = 65_536;
const MOST_COLUMNS: u16 = 256;
/// Octets that formulas may take as text.
const MOST_FORMULAS: u64 = 1 << 30;

/// Types of records (MS-XLS 2.3.2).
mod record {
    pub(super) const FORMULA: u16 = 0x0006;
    pub(super) const END: u16 = 0x000A;
    pub(super) const NAME: u16 = 0x0018;
    pub(super) const FILE_PASS: u16 = 0x002F;
    pub(super) const CONTINUE: u16 = 0x003C;
    pub(super) const SHEET: u16 = 0x0085;
    pub(super) const NUMBERS: u16 = 0x00BD;
    pub(super) const RICH_TEXT: u16 = 0x00D6;
    pub(super) const SHARED_TEXTS: u16 = 0x00FC;
    pub(super) const SHARED_TEXT: u16 = 0x00FD;
    pub(super) const DIMENSIONS: u16 = 0x0200;
    pub(super) const NUMBER: u16 = 0x0203;
    pub(super) const TEXT: u16 = 0x0204;
    pub(super) const BOOLEAN: u16 = 0x0205;
    pub(super) const SHORT_NUMBER: u16 = 0x027E;
    pub(super) const BEGIN: u16 = 0x0809;
}

/// Whether the workbook's stream can be read.
pub(super) fn check(stream: &[u8]) -> Result<(), WorkbookProblem> {
    let globals = Globals::read(stream)?;
    // Sheets lie one behind the other: those that share their records would multiply them.
    let mut octets = 0;
    let mut count = Count::default();
    for (start, name) in &globals.sheets {
        let records = stream.get(*start..).ok_or_else(|| WorkbookProblem::damaged("a sheet lies behind its end"))?;
        octets += count.sheet(records, &globals, name)?;
        if octets > stream.len() {
            return Err(WorkbookProblem::damaged("its sheets lie in one another"));
        }
    }
    Ok(())
}

/// Cuts records; what does not fit is damage.
struct Records<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<(u16, &'a [u8]), WorkbookProblem>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let cut = |rest: &'a [u8]| {
            let (head, rest) = rest.split_at_checked(4)?;
            let (data, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes([head[2], head[3]])))?;
            Some((u16::from_le_bytes([head[0], head[1]]), data, rest))
        };
        let Some((kind, data, rest)) = cut(self.rest) else {
            self.rest = &[];
            return Some(Err(WorkbookProblem::damaged("a record of it is cut off")));
        };
        self.rest = rest;
        Some(Ok((kind, data)))
    }
}

fn u16_at(data: &[u8], at: usize) -> Result<u16, WorkbookProblem> {
    let two = data.get(at..at + 2).and_then(|two| two.try_into().ok());
    two.map(u16::from_le_bytes).ok_or_else(|| WorkbookProblem::damaged("a record of it is too short"))
}

fn u32_at(data: &[u8], at: usize) -> Result<u32, WorkbookProblem> {
    Ok(u32::from(u16_at(data, at)?) | u32::from(u16_at(data, at + 2)?) << 16)
}

/// What stands before the sheets.
#[derive(Default)]
struct Globals {
    sheets: Vec<(usize, String)>,
    /// Octets of each shared text, at most.
    texts: Vec<u32>,
    /// Octets of the longest name that formulas can hold, at most.
    longest_name: u64,
}

impl Globals {
    fn read(stream: &[u8]) -> Result<Self, WorkbookProblem> {
        let mut globals = Self::default();
        let mut shared: Vec<&[u8]> = Vec::new();
        let mut before = 0;
        for item in (Records { rest: stream }) {
            let (kind, data) = item?;
            match kind {
                record::FILE_PASS => return Err(WorkbookProblem::Password),
                record::SHEET => {
                    let name = sheet_name(data);
                    globals.longest_name = globals.longest_name.max(3 * name.len() as u64);
                    globals.sheets.push((u32_at(data, 0)? as usize, name));
                }
                record::NAME => {
                    let length = data.get(3).copied().unwrap_or_default();
                    globals.longest_name = globals.longest_name.max(3 * u64::from(length));
                }
                record::SHARED_TEXTS => shared = vec![data],
                record::CONTINUE if before == record::SHARED_TEXTS => shared.push(data),
                record::END => break,
                _ => {}
            }
            if kind != record::CONTINUE {
                before = kind;
            }
        }
        globals.texts = Shared { parts: &shared, part: 0, at: 0 }.lengths()?;
        Ok(globals)
    }
}

/// The name of a sheet, for messages (MS-XLS 2.4.28).
fn sheet_name(data: &[u8]) -> String {
    match data.get(7..) {
        Some([1, units @ ..]) => {
            let units: Vec<_> = units.chunks_exact(2).map(|two| u16::from_le_bytes([two[0], two[1]])).collect();
            String::from_utf16_lossy(&units)
        }
        Some([0, octets @ ..]) => octets.iter().map(|octet| char::from(*octet)).collect(),
        Some(octets) => String::from_utf8_lossy(octets).into_owned(),
        None => String::new(),
    }
}

/// The shared texts, cut into records (MS-XLS 2.4.265, 2.5.293).
struct Shared<'a> {
    parts: &'a [&'a [u8]],
    part: usize,
    at: usize,
}

impl Shared<'_> {
    fn lengths(mut self) -> Result<Vec<u32>, WorkbookProblem> {
        if self.parts.is_empty() {
            return Ok(Vec::new());
        }
        self.skip(4)?;
        let count = u32::from_le_bytes([self.next()?, self.next()?, self.next()?, self.next()?]);
        let mut lengths = Vec::new();
        for _ in 0..count {
            lengths.push(self.text()?);
        }
        Ok(lengths)
    }

    fn damaged<T>() -> Result<T, WorkbookProblem> {
        Err(WorkbookProblem::damaged("its texts are cut off"))
    }

    fn next(&mut self) -> Result<u8, WorkbookProblem> {
        loop {
            let Some(part) = self.parts.get(self.part) else { return Self::damaged() };
            if let Some(octet) = part.get(self.at) {
                self.at += 1;
                return Ok(*octet);
            }
            (self.part, self.at) = (self.part + 1, 0);
        }
    }

    fn skip(&mut self, octets: u64) -> Result<(), WorkbookProblem> {
        let mut left = usize::try_from(octets).unwrap_or(usize::MAX);
        while left > 0 {
            let Some(part) = self.parts.get(self.part) else { return Self::damaged() };
            let here = left.min(part.len() - self.at);
            (left, self.at) = (left - here, self.at + here);
            if left > 0 {
                (self.part, self.at) = (self.part + 1, 0);
            }
        }
        Ok(())
    }

    fn text(&mut self) -> Result<u32, WorkbookProblem> {
        let length = u16::from_le_bytes([self.next()?, self.next()?]);
        let mut flags = self.next()?;
        let (has_runs, has_more) = (flags & 8 != 0, flags & 4 != 0);
        let runs = if has_runs { u16::from_le_bytes([self.next()?, self.next()?]) } else { 0 };
        let more =
            if has_more { u32::from_le_bytes([self.next()?, self.next()?, self.next()?, self.next()?]) } else { 0 };
        let mut left = usize::from(length);
        while left > 0 {
            let Some(part) = self.parts.get(self.part) else { return Self::damaged() };
            let width = if flags & 1 == 0 { 1 } else { 2 };
            let here = left.min((part.len() - self.at) / width);
            (left, self.at) = (left - here, self.at + here * width);
            if left > 0 {
                // The rest stands in the next record, behind flags of its own.
                (self.part, self.at) = (self.part + 1, 0);
                flags = self.next()?;
            }
        }
        self.skip(4 * u64::from(runs) + u64::from(more))?;
        Ok(3 * u32::from(length))
    }
}

/// What has been counted, of all sheets.
#[derive(Default)]
struct Count {
    cells: u64,
    text: u64,
    formulas: u64,
}

impl Count {
    /// Counts a sheet, and gives how many octets its records take.
    fn sheet(&mut self, stream: &[u8], globals: &Globals, name: &str) -> Result<usize, WorkbookProblem> {
        let mut records = Records { rest: stream };
        let mut area = Area::default();
        // Charts within the sheet hold records of the same types.
        let mut depth = 0_u32;
        for item in records.by_ref() {
            let (kind, data) = item?;
            match kind {
                record::BEGIN => depth += 1,
                record::END if depth <= 1 => break,
                record::END => depth -= 1,
                _ if depth > 1 => {}
                _ => self.cell(kind, data, globals, &mut area)?,
            }
            let sheet = || name.to_owned();
            // Records at one place count as well.
            if self.cells + area.records.max(area.cells()) > MOST_CELLS {
                return Err(WorkbookProblem::TooManyCells { sheet: sheet() });
            }
            if self.text > MOST_TEXT as u64 || self.formulas > MOST_FORMULAS {
                return Err(WorkbookProblem::TooMuchText { sheet: sheet() });
            }
        }
        self.cells += area.records.max(area.cells());
        Ok(stream.len() - records.rest.len())
    }

    fn cell(&mut self, kind: u16, data: &[u8], globals: &Globals, area: &mut Area) -> Result<(), WorkbookProblem> {
        match kind {
            record::DIMENSIONS => return check_dimensions(data),
            record::NUMBERS => {
                area.records += data.len() as u64 / 6;
                area.add(u16_at(data, 0)?, u16_at(data, data.len().saturating_sub(2))?);
            }
            record::SHARED_TEXT => {
                let text = globals.texts.get(u32_at(data, 6)? as usize).copied().unwrap_or_default();
                self.text += u64::from(text);
            }
            record::TEXT | record::RICH_TEXT => self.text += 3 * data.len() as u64,
            record::FORMULA => self.formulas += data.len() as u64 * (8 + globals.longest_name / 5),
            record::NUMBER | record::BOOLEAN | record::SHORT_NUMBER => {}
            _ => return Ok(()),
        }
        area.records += 1;
        area.add(u16_at(data, 0)?, u16_at(data, 2)?);
        Ok(())
    }
}

/// The rectangle around a sheet's cells.
#[derive(Default)]
struct Area {
    records: u64,
    corners: Option<[(u16, u16); 2]>,
}

impl Area {
    fn add(&mut self, row: u16, column: u16) {
        let [from, to] = self.corners.get_or_insert([(row, column); 2]);
        *from = (from.0.min(row), from.1.min(column));
        *to = (to.0.max(row), to.1.max(column));
    }

    fn cells(&self) -> u64 {
        let Some([from, to]) = self.corners else { return 0 };
        (u64::from(to.0 - from.0) + 1) * (u64::from(to.1 - from.1) + 1)
    }
}

/// calamine makes room for all of them (MS-XLS 2.4.90).
fn check_dimensions(data: &[u8]) -> Result<(), WorkbookProblem> {
    let (from, to, columns) = if data.len() >= 14 {
        (u32_at(data, 0)?, u32_at(data, 4)?, u16_at(data, 10)?)
    } else {
        (u32::from(u16_at(data, 0)?), u32::from(u16_at(data, 2)?), u16_at(data, 6)?)
    };
    if from > to.max(1) || to > MOST_ROWS || columns > MOST_COLUMNS {
        return Err(WorkbookProblem::damaged("a sheet says that it is larger than any"));
    }
    Ok(())
}
