//! Rows for tests.

use super::*;
use crate::attendees::header::read_header;

pub(super) const HEADER: &str = "email,name,id,moderator,room,starts,ends,timezone,language,Company";

pub(super) fn lines(first: u64, last: u64) -> Lines {
    Lines { first, last, stray_quote: false }
}

pub(super) fn read_by(rules: Rules, header: &str, cells: &[&str]) -> Result<Attendee, Box<RowProblems>> {
    rows_by(rules, header, cells).map(|mut rows| rows.remove(0))
}

/// What is wrong with a row that is not left out.
pub(super) fn problems(unsound: Unsound) -> Box<RowProblems> {
    match unsound {
        Unsound::Row(problems) => problems,
        other => panic!("{other:?}"),
    }
}

/// A row in all of its sessions.
pub(super) fn rows_by(rules: Rules, header: &str, cells: &[&str]) -> Result<Vec<Attendee>, Box<RowProblems>> {
    let columns = read_header(header.split(','), 1, &rules, &"attendees.csv".into(), &[]).unwrap();
    let mut reader = RowReader::new(rules, "attendees.csv".into(), columns);
    let first = reader.read(&Raw::of(cells.iter().copied(), lines(17, 17)), 9).map_err(problems)?;
    Ok(std::iter::once(first).chain(std::iter::from_fn(|| reader.next_session())).collect())
}

pub(super) fn read(header: &str, cells: &[&str]) -> Result<Attendee, Box<RowProblems>> {
    read_by(Rules::for_tests(), header, cells)
}

/// A sound row under `HEADER`, one cell replaced.
pub(super) fn with(field: &str, cell: &str) -> Result<Attendee, Box<RowProblems>> {
    let mut cells = vec!["ada@example.org", "Ada Lovelace", "7", "", "", "", "", "", "", "Engine Ltd"];
    cells[HEADER.split(',').position(|header| header == field).unwrap()] = cell;
    read(HEADER, &cells)
}

#[track_caller]
pub(super) fn only_problem(row: Result<Attendee, Box<RowProblems>>) -> Problem {
    let row = row.unwrap_err();
    assert_eq!(row.problems.len(), 1, "{row}");
    row.problems[0].clone()
}
