//! Sheets of `.ods` (ODF 1.3, part 3): one pass for their names, one for the cells. Pure.
//!
//! Not by calamine: at a part that ends in its midst it reads on for ever, it unrolls what is repeated before anyone
//! can count it, and an error value comes as text.
//!
//! Known weakness: elements are known by their usual prefixes. Rows that are hidden, or filtered away, come like all
//! others; what merged cells cover comes where the file still holds it.

use std::io::{BufReader, Cursor};

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};
use zip::read::ZipFile;

use super::{
    Cell, CellFault, Found, Sheet, SheetChoice, Sheets, WorkbookProblem, cell, grid::Grid, package, package::Package,
};

/// Blanks that one element stands for, at most.
const MOST_BLANKS: usize = 1000;
/// Elements within one another.
const DEEPEST: usize = 256;
/// What failed formulas are shown as, where nothing else tells.
const ERRORS: [&str; 7] = ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"];

/// Reads a sheet.
pub(super) fn read(mut package: Package<'_>, choice: Option<&SheetChoice>) -> Result<Found, WorkbookProblem> {
    let mut listing = Content::new(Wanted::Nothing);
    listing.read(&mut package)?;
    let sheets = Sheets(listing.sheets);
    let chosen = sheets.chosen(choice)?;
    let wanted = match chosen {
        Some(number) => Wanted::Number(number),
        None => Wanted::FirstFilled(sheets.0.iter().map(|sheet| sheet.hidden).collect()),
    };
    let mut content = Content::new(wanted);
    content.read(&mut package)?;
    Ok(sheets.found(chosen.or(content.chosen), content.grid))
}

/// Which sheet's cells are taken.
enum Wanted {
    Nothing,
    Number(usize),
    /// The first that holds anything, of those that are not hidden.
    FirstFilled(Vec<bool>),
}

/// One pass over the part that holds all sheets.
struct Content {
    wanted: Wanted,
    sheets: Vec<Sheet>,
    /// Styles of sheets that hide them.
    hiding: Vec<String>,
    style: String,
    /// Tables within one another: a cell may hold one.
    tables: usize,
    /// Where in the sheet the next row stands.
    row: u32,
    /// How often the row at hand stands there.
    times: u32,
    cells: Vec<Run>,
    cell: Option<Open>,
    chosen: Option<usize>,
    grid: Grid,
}

/// A cell, and how often it stands there.
struct Run {
    column: u32,
    times: u32,
    cell: Cell,
}

/// A cell whose end has not come yet.
#[derive(Default)]
struct Open {
    value: Option<Cell>,
    formula: bool,
    error: bool,
    times: u32,
    text: String,
    paragraphs: usize,
    /// Elements around the place: paragraphs count, notes and drawings do not.
    in_paragraph: usize,
    aside: usize,
}

impl Content {
    fn new(wanted: Wanted) -> Self {
        let (sheets, hiding, cells, grid) = (Vec::new(), Vec::new(), Vec::new(), Grid::default());
        let (style, cell, chosen) = (String::new(), None, None);
        Self { wanted, sheets, hiding, style, tables: 0, row: 0, times: 1, cells, cell, chosen, grid }
    }

    fn read(&mut self, package: &mut Package<'_>) -> Result<(), WorkbookProblem> {
        let part = package.by_name("content.xml").map_err(|error| package::problem(&error))?;
        let mut reader: Reader<BufReader<ZipFile<'_, Cursor<&[u8]>>>> = Reader::from_reader(BufReader::new(part));
        reader.config_mut().expand_empty_elements = true;
        let (mut buffer, mut depth) = (Vec::new(), 0_usize);
        loop {
            buffer.clear();
            match reader.read_event_into(&mut buffer).map_err(WorkbookProblem::damaged)? {
                Event::Start(element) => {
                    depth += 1;
                    if depth > DEEPEST {
                        return Err(WorkbookProblem::damaged("its elements are nested too deeply"));
                    }
                    self.start(&element)?;
                }
                Event::End(element) => {
                    depth = depth.saturating_sub(1);
                    self.end(element.name().as_ref())?;
                }
                Event::Text(text) => self.text(&text.xml10_content()),
                Event::CData(text) => self.text(&text.xml10_content()),
                Event::GeneralRef(reference) => {
                    let predefined = quick_xml::escape::resolve_predefined_entity(reference.as_ref());
                    let mut character = [0; 4];
                    match (predefined, reference.resolve_char_ref().map_err(WorkbookProblem::damaged)?) {
                        (Some(text), _) => self.text(text),
                        (None, Some(one)) => self.text(one.encode_utf8(&mut character)),
                        (None, None) => return Err(WorkbookProblem::damaged("it names what it never explains")),
                    }
                }
                Event::Eof if depth > 0 => return Err(WorkbookProblem::damaged("its content ends in its midst")),
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    /// Whether the cells of the sheet at hand are taken.
    fn takes(&self) -> bool {
        let Some(number) = self.sheets.len().checked_sub(1) else { return false };
        match &self.wanted {
            Wanted::Nothing => false,
            Wanted::Number(wanted) => *wanted == number,
            Wanted::FirstFilled(hidden) => {
                !hidden.get(number).copied().unwrap_or_default() && self.chosen.is_none_or(|chosen| chosen == number)
            }
        }
    }

    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), WorkbookProblem> {
        let name = element.name();
        if let Some(cell) = &mut self.cell {
            return cell.start(name.as_ref(), element);
        }
        match name.as_ref() {
            "style:style" => self.style = attribute(element, "style:name")?.unwrap_or_default(),
            "style:table-properties" if attribute(element, "table:display")?.as_deref() == Some("false") => {
                self.hiding.push(std::mem::take(&mut self.style));
            }
            "table:table" => {
                self.tables += 1;
                if self.tables == 1 {
                    let hidden =
                        attribute(element, "table:style-name")?.is_some_and(|style| self.hiding.contains(&style));
                    let name = attribute(element, "table:name")?.unwrap_or_default();
                    self.sheets.push(Sheet { name, hidden, has_cells: true });
                    self.row = 0;
                }
            }
            "table:table-row" if self.tables == 1 => {
                self.cells.clear();
                self.times = repeated(element, "table:number-rows-repeated")?;
            }
            "table:table-cell" | "table:covered-table-cell" if self.tables == 1 && self.takes() => {
                self.cell = Some(Open::of(element)?);
            }
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), WorkbookProblem> {
        if let Some(cell) = &mut self.cell {
            let ends = cell.aside == 0 && matches!(name, "table:table-cell" | "table:covered-table-cell");
            if !ends {
                cell.end(name);
                return Ok(());
            }
            if let Some(cell) = self.cell.take() {
                let column = self.cells.last().map_or(0, |run| run.column.saturating_add(run.times));
                self.cells.push(Run { column, times: cell.times, cell: cell.said() });
            }
            return Ok(());
        }
        match name {
            "table:table" => self.tables = self.tables.saturating_sub(1),
            "table:table-row" if self.tables == 1 => self.row_ends()?,
            _ => {}
        }
        Ok(())
    }

    fn row_ends(&mut self) -> Result<(), WorkbookProblem> {
        let runs = std::mem::take(&mut self.cells).into_iter();
        let is_blank = |cell: &Cell| matches!(cell, Cell::Text(text) if text.trim().is_empty());
        let filled: Vec<_> = runs.filter(|run| !is_blank(&run.cell)).collect();
        let first = self.row;
        self.row = self.row.saturating_add(self.times);
        let (Some(number), false) = (self.sheets.len().checked_sub(1), filled.is_empty()) else { return Ok(()) };
        self.chosen = Some(number);
        let sheet = &self.sheets[number].name;
        for row in first..self.row {
            for run in &filled {
                for column in run.column..run.column.saturating_add(run.times) {
                    self.grid.put(row, column, &run.cell, sheet)?;
                }
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if let Some(cell) = &mut self.cell
            && cell.in_paragraph > 0
            && cell.aside == 0
        {
            cell.text.push_str(text);
        }
    }
}

impl Open {
    fn of(element: &BytesStart<'_>) -> Result<Self, WorkbookProblem> {
        let mut open = Self { times: repeated(element, "table:number-columns-repeated")?, ..Self::default() };
        let mut truth = None;
        for found in element.attributes().with_checks(false) {
            let found = found.map_err(WorkbookProblem::damaged)?;
            let value = found.normalized_value(XmlVersion::Implicit1_0).map_err(WorkbookProblem::damaged)?;
            match found.key.as_ref() {
                "office:value" => {
                    let number = value.trim().parse().map_err(|_| WorkbookProblem::damaged("a number is none"))?;
                    open.value = Some(cell::number_as_text(number));
                }
                "office:date-value" => open.value = Some(Cell::Text(cell::iso_date_time(&value))),
                "office:time-value" => open.value = Some(Cell::Text(cell::iso_duration(&value))),
                "office:boolean-value" => open.value = Some(Cell::Text(value.trim().to_owned())),
                "office:string-value" => open.value = Some(Cell::Text(value.into_owned())),
                // LibreOffice writes the truth values of an `.xlsx` as numbers that a formula gives.
                "table:formula" if value == "of:=TRUE()" => truth = Some("true"),
                "table:formula" if value == "of:=FALSE()" => truth = Some("false"),
                "table:formula" => open.formula = true,
                "calcext:value-type" => open.error = value == "error",
                _ => {}
            }
        }
        if let Some(truth) = truth {
            open.value = Some(Cell::Text(truth.to_owned()));
        }
        Ok(open)
    }

    fn start(&mut self, name: &str, element: &BytesStart<'_>) -> Result<(), WorkbookProblem> {
        if self.aside > 0
            || name.starts_with("draw:")
            || matches!(name, "office:annotation" | "text:note" | "table:table")
        {
            self.aside += 1;
            return Ok(());
        }
        match name {
            "text:p" | "text:h" => {
                if self.paragraphs > 0 {
                    self.text.push('\n');
                }
                self.paragraphs += 1;
                self.in_paragraph += 1;
            }
            "text:s" => {
                let blanks = attribute(element, "text:c")?.map_or(Ok(1), |count| count.trim().parse::<usize>());
                let blanks = blanks.map_err(|_| WorkbookProblem::damaged("a count is none"))?;
                self.text.extend(std::iter::repeat_n(' ', blanks.min(MOST_BLANKS)));
            }
            "text:tab" => self.text.push('\t'),
            "text:line-break" => self.text.push('\n'),
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str) {
        if self.aside > 0 {
            self.aside -= 1;
        } else if matches!(name, "text:p" | "text:h") {
            self.in_paragraph = self.in_paragraph.saturating_sub(1);
        }
    }

    fn said(self) -> Cell {
        let failed = self.error || self.formula && ERRORS.contains(&self.text.trim());
        match (self.value, self.text) {
            (_, text) if failed => Cell::Fault(CellFault::ErrorValue(text.trim().to_owned())),
            (Some(value), _) => value,
            (None, text) if text.is_empty() && self.formula && self.paragraphs == 0 => Cell::Fault(CellFault::NoValue),
            (None, text) => Cell::Text(text),
        }
    }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, WorkbookProblem> {
    let found = element.try_get_attribute(name).map_err(WorkbookProblem::damaged)?;
    let value = found.map(|found| found.normalized_value(XmlVersion::Implicit1_0).map(std::borrow::Cow::into_owned));
    value.transpose().map_err(WorkbookProblem::damaged)
}

/// How often a row or cell stands there.
fn repeated(element: &BytesStart<'_>, name: &str) -> Result<u32, WorkbookProblem> {
    let times = attribute(element, name)?.map_or(Ok(1), |times| times.trim().parse());
    times.map_err(|_| WorkbookProblem::damaged("a count is none"))
}
