//! Which of a file's first rows names the columns: reports have a head above it. Pure.

use csv::StringRecord;

use super::{ColumnChoice, Field, Rules, exporters, names, scanner::Lines};
use crate::model::Address;

/// A row, and where it stands.
pub(super) type Row<'a> = (&'a StringRecord, Lines);

/// The row that names the columns, where one of these does: one of a known exporter's, else one that names an address and
/// somebody's name, the first or that of the longest table of several, else the first that names an address.
pub(super) fn header_among(rows: &[Row], rules: &Rules) -> Option<usize> {
    let of_exporter = rows.iter().position(|(row, _)| exporters::exporter(&cells(row)).is_some());
    let named = |wanted: fn(Named) -> bool| rows.iter().position(|(row, _)| wanted(Named::by(row, rules)));
    of_exporter.or_else(|| longest(rows, &tables(rows, rules))).or_else(|| named(|named| named.address))
}

/// The header of another table below the one that is read, as reports have a host's and the attendees'.
pub(super) fn another_below(rows: &[Row], header: usize, rules: &Rules) -> Option<usize> {
    tables(rows, rules).into_iter().find(|other| *other > header)
}

/// The rows that name address and name: the first, and those that begin another table.
fn tables(rows: &[Row], rules: &Rules) -> Vec<usize> {
    let names_both = |row: &StringRecord| {
        let named = Named::by(row, rules);
        named.address && named.somebody
    };
    let all: Vec<usize> = (0..rows.len()).filter(|at| names_both(rows[*at].0)).collect();
    all.iter().copied().filter(|at| all.first() == Some(at) || begins_table(rows, *at)).collect()
}

/// Whether a row begins a table: it stands below a caption, below a blank line, or is wider or narrower than those above.
fn begins_table(rows: &[Row], at: usize) -> bool {
    let Some(((above, of_above), (row, lines))) = at.checked_sub(1).map(|above| (rows[above], rows[at])) else {
        return true;
    };
    let width = |row: &StringRecord| (0..row.len()).rev().find(|at| !row[*at].trim().is_empty());
    is_caption(above) || lines.first > of_above.last + 1 || width(row) != width(above) && row.len() != above.len()
}

/// A row of one cell, which is nobody's address.
fn is_caption(row: &StringRecord) -> bool {
    let mut filled = row.iter().map(str::trim).filter(|cell| !cell.is_empty());
    filled.next().is_some_and(|cell| !cell.contains('@')) && filled.next().is_none()
}

/// The header with the most rows below it, as far as they were read; the first of several.
fn longest(rows: &[Row], headers: &[usize]) -> Option<usize> {
    // The caption of the next table is no row.
    let end_above = |next: &usize| next - usize::from(*next > 0 && is_caption(rows[next - 1].0));
    let ends = headers.iter().skip(1).map(end_above).chain([rows.len()]);
    let lengths: Vec<usize> = headers.iter().zip(ends).map(|(at, end)| end.saturating_sub(at + 1)).collect();
    let most = lengths.iter().max()?;
    Some(headers[lengths.iter().position(|length| length == most)?])
}

/// A row's cells without outer blanks.
pub(super) fn cells(row: &StringRecord) -> Vec<&str> {
    row.iter().map(|cell| cell.trim().trim_start_matches('\u{FEFF}')).collect()
}

/// What a row names, as far as it may be a header.
#[derive(Debug, Clone, Copy)]
struct Named {
    address: bool,
    somebody: bool,
}

impl Named {
    fn by(row: &StringRecord, rules: &Rules) -> Self {
        let cells = cells(row);
        if cells.iter().any(|cell| cell.contains('@') && Address::parse(cell).is_ok()) {
            return Self { address: false, somebody: false };
        }
        let meanings = names::meanings(&cells);
        let holds = |text: &str| cells.iter().any(|cell| cell.to_lowercase() == text.trim().to_lowercase());
        let is_named = |field: Field, kind: names::Kind| match rules.choices.get(&field) {
            Some(ColumnChoice::Header(name)) => holds(name),
            Some(ColumnChoice::Position(_)) => cells.len() > 1,
            Some(ColumnChoice::Ignore) => false,
            None => holds(field.key()) || meanings.iter().flatten().any(|meaning| meaning.kind == kind),
        };
        Self {
            address: is_named(Field::Email, names::Kind::Email),
            somebody: is_named(Field::Name, names::Kind::Name)
                || is_named(Field::FirstName, names::Kind::FirstName)
                || is_named(Field::LastName, names::Kind::LastName),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(StringRecord, Lines)> {
        let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.is_empty());
        let row = |(line, text): (u64, &str)| {
            let lines = Lines { first: line, last: line, stray_quote: false };
            (StringRecord::from(text.split(',').collect::<Vec<_>>()), lines)
        };
        lines.map(row).collect()
    }

    fn found(text: &str, rules: &Rules) -> Option<usize> {
        let rows = rows(text);
        header_among(&rows.iter().map(|(row, lines)| (row, *lines)).collect::<Vec<_>>(), rules)
    }

    #[test]
    fn the_row_that_names_address_and_name_is_it_whatever_stands_above() {
        let rules = Rules::for_tests();
        assert_eq!(found("email,name\na@example.org,Ada", &rules), Some(0));
        assert_eq!(
            found("Registration Report\nTopic,Rust\nFirst Name,Last Name,Email\nAda,L,a@example.org", &rules),
            Some(2)
        );
        assert_eq!(found("e-mail of the host,h@example.org\nE-Mail,Wer\na@example.org,Ada", &rules), Some(1));
        assert_eq!(found("a@example.org,Ada\nb@example.org,Bob", &rules), None);
        assert_eq!(found("x,y\n1,2", &rules), None);
    }

    #[test]
    fn of_several_tables_the_longest_is_the_list() {
        let rules = Rules::for_tests();
        let of_host = "Host\nName,Email\nHo,h@example.org\n";
        let report = format!("{of_host}Attendees\nName,Email\nAda,a@example.org\nBen,b@example.org");
        assert_eq!(found(&report, &rules), Some(4));
        // Without a caption it may be anything; and of two alike the first is meant.
        let answers = "Name,Email\nAda,a@example.org\nName,Email\nBen,b@example.org\nCy,c@example.org";
        assert_eq!(found(answers, &rules), Some(0));
        let alike = format!("{of_host}Attendees\nName,Email\nAda,a@example.org");
        assert_eq!(found(&alike, &rules), Some(1));
        let rows = rows(&alike);
        let rows: Vec<Row> = rows.iter().map(|(row, lines)| (row, *lines)).collect();
        assert_eq!((another_below(&rows, 1, &rules), another_below(&rows, 4, &rules)), (Some(4), None));
    }

    #[test]
    fn another_table_begins_below_a_blank_line_and_in_another_width() {
        let rules = Rules::for_tests();
        let list = "Vorname,Nachname,E-Mail\nAda,L,a@example.org\nBen,B,b@example.org\n";
        let of_team = "Name,E-Mail\nOrga Team,orga@example.org\n";
        assert_eq!(found(&format!("{of_team}\n{list}"), &rules), Some(2));
        assert_eq!(found(&format!("{of_team}{list}"), &rules), Some(2));
        let alike = "Name,E-Mail\nAda,a@example.org\nBen,b@example.org\n";
        assert_eq!(found(&format!("{of_team}\n{alike}"), &rules), Some(2));
        assert_eq!(found(&format!("{list}\n{of_team}"), &rules), Some(0));
    }

    #[test]
    fn what_the_organiser_named_is_looked_for() {
        let mut rules = Rules::for_tests();
        rules.choices.insert(Field::Email, ColumnChoice::Header("Kontakt".into()));
        assert_eq!(found("Liste,2026\nKontakt,Name\na@example.org,Ada", &rules), Some(1));
    }
}
