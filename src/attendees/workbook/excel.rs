//! Sheets of Excel's formats, by calamine. Pure.
//!
//! Known weakness: rows and columns that are hidden, or filtered away, come like all others. Of merged cells the
//! first one holds the text, the others nothing. A program that cannot compute formulas and writes `0` for their
//! values is believed, and so is an empty text in an `.xls`.

use std::io::Cursor;

use calamine::{DataRef, Reader, Sheet as Listed, SheetType, SheetVisible, Xls, XlsError, Xlsx, XlsxError};

use super::{Cell, CellFault, Found, Sheet, SheetChoice, Sheets, WorkbookProblem, grid::Grid};

/// Reads a sheet of an `.xlsx`.
pub(super) fn read_xlsx(bytes: &[u8], choice: Option<&SheetChoice>) -> Result<Found, WorkbookProblem> {
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|error| of_xlsx(&error))?;
    let sheets = listed(book.sheets_metadata());
    sheets.find(choice, |sheet| {
        let mut grid = Grid::default();
        let mut reader = match book.worksheet_cells_reader(sheet) {
            Ok(reader) => reader,
            Err(XlsxError::NotAWorksheet(_)) => return Err(WorkbookProblem::NoCells { sheet: sheet.to_owned() }),
            Err(error) => return Err(of_xlsx(&error)),
        };
        let mut row = 0;
        // Not `next_cell_with_formula`: it makes room for as many formulas as the file says.
        while let Some(found) =
            reader.next_cell_with_formula_metadata().map_err(|error| after_row(row, &of_xlsx(&error)))?
        {
            let computed = found.formula.is_none() || !matches!(found.value, DataRef::Empty);
            let cell = if computed { Cell::of(&found.value) } else { Cell::Fault(CellFault::NoValue) };
            row = found.pos.0 + 1;
            grid.put(found.pos.0, found.pos.1, &cell, sheet)?;
        }
        grid.finish(sheet)?;
        Ok(grid)
    })
}

/// Reads a sheet of an `.xls`, whose records have been looked at.
pub(super) fn read_xls(bytes: &[u8], choice: Option<&SheetChoice>) -> Result<Found, WorkbookProblem> {
    let mut book = Xls::new(Cursor::new(bytes)).map_err(|error| of_xls(&error))?;
    let sheets = listed(book.sheets_metadata());
    sheets.find(choice, |sheet| {
        let mut grid = Grid::default();
        let values = book.worksheet_range(sheet).map_err(|error| of_xls(&error))?;
        let formulas = book.worksheet_formula(sheet).map_err(|error| of_xls(&error))?;
        let place = |from: Option<(u32, u32)>, row: usize, column: usize| {
            let (first_row, first_column) = from.unwrap_or_default();
            Some((
                first_row.checked_add(u32::try_from(row).ok()?)?,
                first_column.checked_add(u32::try_from(column).ok()?)?,
            ))
        };
        for (row, column, value) in values.used_cells() {
            if let Some((row, column)) = place(values.start(), row, column) {
                grid.put(row, column, &Cell::of_owned(value), sheet)?;
            }
        }
        for (row, column, _) in formulas.used_cells() {
            let Some((row, column)) = place(formulas.start(), row, column) else { continue };
            if values.get_value((row, column)).is_none_or(|value| *value == calamine::Data::Empty) {
                grid.put(row, column, &Cell::Fault(CellFault::NoValue), sheet)?;
            }
        }
        grid.finish(sheet)?;
        Ok(grid)
    })
}

fn listed(sheets: &[Listed]) -> Sheets {
    let sheet = |listed: &Listed| Sheet {
        name: listed.name.clone(),
        hidden: listed.visible != SheetVisible::Visible,
        has_cells: listed.typ == SheetType::WorkSheet,
    };
    Sheets(sheets.iter().map(sheet).collect())
}

fn after_row(row: u32, problem: &WorkbookProblem) -> WorkbookProblem {
    match problem {
        WorkbookProblem::Damaged { what } if row > 0 => {
            WorkbookProblem::Damaged { what: format!("{what}, behind row {row}") }
        }
        WorkbookProblem::Damaged { what } => WorkbookProblem::Damaged { what: what.clone() },
        problem => WorkbookProblem::damaged(problem),
    }
}

fn of_xlsx(error: &XlsxError) -> WorkbookProblem {
    match error {
        XlsxError::Password => WorkbookProblem::Password,
        XlsxError::Zip(error) => super::package::problem(error),
        error => WorkbookProblem::damaged(error),
    }
}

fn of_xls(error: &XlsError) -> WorkbookProblem {
    match error {
        XlsError::Password => WorkbookProblem::Password,
        error => WorkbookProblem::damaged(error),
    }
}
