//! Rows kept and left out by a column's value, as `[attendees.only]` and `[attendees.except]` say. Pure.
//!
//! Owns: when a cell holds a value, and what is to be said of values that no cell holds. Does not own: the columns, which
//! the header knows.

use std::collections::{BTreeSet, HashSet};

use super::{Columns, Rules, composed, nearest::shortened};

/// So many other values of a column are named.
const MOST_OTHERS: usize = 8;

/// A value in its one spelling: outer blanks off, composed, in lower case; the capitals of `i` are one letter in Turkish
/// and another elsewhere, those of `ß` are two, and `ς` is a `σ`.
pub(super) fn one_spelling(value: &str) -> String {
    let lower = composed(value.trim()).to_lowercase();
    lower.replace("i\u{307}", "i").replace('ı', "i").replace('ß', "ss").replace('ς', "σ")
}

/// The columns that a filter's name can mean, from 0: those that are called so exactly go before others.
pub(super) fn columns_named(headers: &[String], name: &str) -> Vec<usize> {
    let of = |is_it: &dyn Fn(&str) -> bool| -> Vec<usize> {
        (0..headers.len()).filter(|index| is_it(&headers[*index])).collect()
    };
    let exactly = of(&|header| header == name.trim());
    let folded = one_spelling(name);
    if exactly.is_empty() { of(&|header| one_spelling(header) == folded) } else { exactly }
}

/// The column that a filter's name means, from 0; the first of several.
pub(super) fn column_named(headers: &[String], name: &str) -> Option<usize> {
    columns_named(headers, name).first().copied()
}

/// Which table of the settings a filter is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Table {
    Only,
    Except,
}

impl Table {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Only => "only",
            Self::Except => "except",
        }
    }
}

/// What one file's rows held in the columns of the filters.
#[derive(Debug, Default)]
pub(super) struct Met {
    /// Table, column, value in its one spelling.
    values: HashSet<(Table, usize, String)>,
    /// By column: values that no filter names.
    others: BTreeSet<(usize, String)>,
}

impl Met {
    /// Takes down what a row holds; gives the column by which it is left out, where it is.
    pub(super) fn look(&mut self, columns: &Columns, cells: &[&str]) -> Option<usize> {
        let mut left_out_by = None;
        let filters = [(Table::Only, &columns.only), (Table::Except, &columns.except)];
        for (table, (index, values)) in filters.iter().flat_map(|(table, all)| all.iter().map(move |one| (table, one)))
        {
            let cell = cells.get(*index).copied().unwrap_or_default();
            let value = one_spelling(cell);
            let is_named = values.contains(&value);
            let is_left_out = match table {
                // A row that ends before the column says nothing.
                Table::Only => *index < cells.len() && !is_named,
                Table::Except => is_named,
            };
            left_out_by = left_out_by.or(is_left_out.then_some(*index));
            if is_named {
                self.values.insert((*table, *index, value));
            } else if !value.is_empty() && self.others.len() < MOST_OTHERS * 4 {
                self.others.insert((*index, cell.trim().to_owned()));
            }
        }
        left_out_by
    }
}

/// What is to be said, once all files were read, of values that no row has: what it is, and a way out.
pub(super) fn unmet(rules: &Rules, of_files: &[(&Columns, &Met)]) -> Vec<(String, String)> {
    let mut told = Vec::new();
    for (table, filters) in [(Table::Only, &rules.only), (Table::Except, &rules.except)] {
        for (header, values) in filters {
            let columns = || of_files.iter().filter_map(|(of, met)| Some((column_named(&of.headers.0, header)?, met)));
            let is_met = |value: &&String| {
                let value = one_spelling(value);
                columns().any(|(column, met)| met.values.contains(&(table, column, value.clone())))
            };
            let missing: Vec<String> =
                values.iter().filter(|value| !is_met(value)).map(|value| format!("\"{}\"", shortened(value))).collect();
            if missing.is_empty() {
                continue;
            }
            let others: BTreeSet<String> = columns()
                .flat_map(|(column, met)| met.others.iter().filter(move |(of, _)| *of == column))
                .map(|(_, value)| format!("\"{}\"", shortened(value)))
                .collect();
            let which = match others.len() {
                0 => "every row has another one of the values that you name".to_owned(),
                count => {
                    let named: Vec<String> = others.into_iter().take(MOST_OTHERS).collect();
                    format!("there is also {}{}", named.join(", "), if count > MOST_OTHERS { " and more" } else { "" })
                }
            };
            told.push((
                format!(
                    "no row has {} in `{}`, which [attendees.{}] names",
                    missing.join(" or "),
                    shortened(header),
                    table.name()
                ),
                format!("{which}; correct the value where it is a slip, or delete it"),
            ));
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_blanks_and_ways_to_compose_a_letter_do_not_count() {
        for (one, other) in [
            (" Cancelled ", "cancelled"),
            ("İPTAL", "iptal"),
            ("IPTAL", "iptal"),
            ("besta\u{308}tigt", "BESTÄTIGT"),
            ("Hauptstraße", "HAUPTSTRASSE"),
            ("ΟΣ", "ος"),
        ] {
            assert_eq!(one_spelling(one), one_spelling(other), "{one:?}");
        }
        assert_ne!(one_spelling("canceld"), one_spelling("cancelled"));
    }
}
