//! The cells of one sheet, packed: what holds nothing takes no memory. Pure.

use std::fmt;

use super::{Cell, CellFault, WorkbookProblem};

/// Rows that any of the formats can have.
const MOST_ROWS: u32 = 1_048_576;
/// Columns that any of the formats can have.
const MOST_COLUMNS: u32 = 16_384;
/// Cells from the first column to each row's last one, empty ones counted.
pub(super) const MOST_CELLS: u64 = 5_000_000;
/// Octets of text in a sheet.
pub(super) const MOST_TEXT: usize = 256 << 20;

/// What a cell's text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stored {
    Text,
    ErrorValue,
    NoValue,
    NoDate,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    row: u32,
    column: u32,
    from: u32,
    to: u32,
    what: Stored,
}

/// Cells as they are read from a file, in any order.
#[derive(Default)]
pub(super) struct Grid {
    text: String,
    places: Vec<Place>,
    at: usize,
}

impl fmt::Debug for Grid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Its text is people's data.
        f.debug_struct("Grid").field("cells", &self.places.len()).field("at", &self.at).finish_non_exhaustive()
    }
}

impl Grid {
    /// Takes a cell; row and column count from 0. Of two at one place the later one holds.
    pub(super) fn put(&mut self, row: u32, column: u32, cell: &Cell, sheet: &str) -> Result<(), WorkbookProblem> {
        let (text, what) = match cell {
            Cell::Text(text) if text.trim().is_empty() => return Ok(()),
            Cell::Text(text) => (text.as_str(), Stored::Text),
            Cell::Fault(CellFault::ErrorValue(name)) => (name.as_str(), Stored::ErrorValue),
            Cell::Fault(CellFault::NoValue) => ("", Stored::NoValue),
            Cell::Fault(CellFault::NoDate(number)) => (number.as_str(), Stored::NoDate),
        };
        if row >= MOST_ROWS || column >= MOST_COLUMNS {
            return Err(WorkbookProblem::damaged("a cell stands outside of any sheet"));
        }
        if self.places.len() as u64 >= MOST_CELLS {
            return Err(WorkbookProblem::TooManyCells { sheet: sheet.to_owned() });
        }
        let position =
            |at: usize| u32::try_from(at).map_err(|_| WorkbookProblem::TooMuchText { sheet: sheet.to_owned() });
        if self.text.len() + text.len() > MOST_TEXT {
            return Err(WorkbookProblem::TooMuchText { sheet: sheet.to_owned() });
        }
        let from = position(self.text.len())?;
        self.text.push_str(text);
        self.places.push(Place { row, column, from, to: position(self.text.len())?, what });
        Ok(())
    }

    /// Puts the cells in order, once all are there.
    pub(super) fn finish(&mut self, sheet: &str) -> Result<(), WorkbookProblem> {
        if !self.places.is_sorted_by_key(|place| (place.row, place.column)) {
            self.places.sort_by_key(|place| (place.row, place.column));
        }
        let rows = self.places.chunk_by(|a, b| a.row == b.row);
        let spanned: u64 = rows.filter_map(|row| row.last()).map(|last| u64::from(last.column) + 1).sum();
        if spanned > MOST_CELLS {
            return Err(WorkbookProblem::TooManyCells { sheet: sheet.to_owned() });
        }
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Fills `cells` with the next row that holds anything, and gives its number, from 1.
    pub(super) fn next(&mut self, cells: &mut Vec<Cell>) -> Option<u64> {
        cells.clear();
        let row = self.places.get(self.at)?.row;
        while let Some(place) = self.places.get(self.at).filter(|place| place.row == row) {
            let column = place.column as usize;
            if cells.len() <= column {
                cells.resize(column + 1, Cell::Text(String::new()));
            }
            cells[column] = self.cell(*place);
            self.at += 1;
        }
        Some(u64::from(row) + 1)
    }

    fn cell(&self, place: Place) -> Cell {
        let text = self.text[place.from as usize..place.to as usize].to_owned();
        match place.what {
            Stored::Text => Cell::Text(text),
            Stored::ErrorValue => Cell::Fault(CellFault::ErrorValue(text)),
            Stored::NoValue => Cell::Fault(CellFault::NoValue),
            Stored::NoDate => Cell::Fault(CellFault::NoDate(text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn rows_come_in_order_with_their_gaps_and_without_what_is_blank() {
        let mut grid = Grid::default();
        for (row, column, cell) in [(4, 1, "b"), (4, 2, "  "), (1, 0, "a"), (4, 1, "c"), (2, 3, " ")] {
            grid.put(row, column, &text(cell), "S").unwrap();
        }
        grid.put(5, 0, &Cell::Fault(CellFault::NoValue), "S").unwrap();
        grid.finish("S").unwrap();
        let mut cells = Vec::new();
        assert_eq!((grid.next(&mut cells), &cells), (Some(2), &vec![text("a")]));
        assert_eq!((grid.next(&mut cells), &cells), (Some(5), &vec![text(""), text("c")]));
        assert_eq!((grid.next(&mut cells), &cells), (Some(6), &vec![Cell::Fault(CellFault::NoValue)]));
        assert_eq!(grid.next(&mut cells), None);
    }

    #[test]
    fn a_sheet_that_spans_too_much_is_refused() {
        let mut grid = Grid::default();
        for row in 0..306 {
            grid.put(row, 16_383, &text("x"), "S").unwrap();
        }
        let problem = grid.finish("S").unwrap_err();
        assert!(matches!(problem, WorkbookProblem::TooManyCells { .. }), "{problem}");
        let problem = Grid::default().put(0, 16_384, &text("x"), "S").unwrap_err();
        assert!(matches!(problem, WorkbookProblem::Damaged { .. }), "{problem}");
        let long = text(&"x".repeat(100 << 20));
        let mut grid = Grid::default();
        let problem = (0..3).try_for_each(|row| grid.put(row, 0, &long, "S")).unwrap_err();
        assert!(matches!(problem, WorkbookProblem::TooMuchText { .. }), "{problem}");
    }
}
