//! Which of a file's first rows names the columns: reports have a head above it. Pure.

use csv::StringRecord;

use super::{ColumnChoice, Field, Rules, exporters, names};
use crate::model::Address;

/// The row that names the columns, where one of these does: one of a known exporter's, else the first that names an
/// address and somebody's name, else the first that names an address.
pub(super) fn header_among(rows: &[StringRecord], rules: &Rules) -> Option<usize> {
    let of_exporter = rows.iter().position(|row| exporters::exporter(&cells(row)).is_some());
    let named = |wanted: fn(Named) -> bool| rows.iter().position(|row| wanted(Named::by(row, rules)));
    of_exporter.or_else(|| named(|named| named.address && named.somebody)).or_else(|| named(|named| named.address))
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

    fn found(text: &str, rules: &Rules) -> Option<usize> {
        let rows: Vec<StringRecord> =
            text.lines().map(|line| StringRecord::from(line.split(',').collect::<Vec<_>>())).collect();
        header_among(&rows, rules)
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
    fn what_the_organiser_named_is_looked_for() {
        let mut rules = Rules::for_tests();
        rules.choices.insert(Field::Email, ColumnChoice::Header("Kontakt".into()));
        assert_eq!(found("Liste,2026\nKontakt,Name\na@example.org,Ada", &rules), Some(1));
    }
}
