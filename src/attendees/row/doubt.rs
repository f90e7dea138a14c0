//! Rows that are taken though their status sounds like "not coming": counted, and told once. Pure.
//!
//! Nobody is left out by it: of files that nobody is known to have written, the organiser has to say what a word means.

use std::collections::BTreeSet;

use crate::attendees::{Columns, Rules, exporters::means_off, names, nearest::shortened};

/// So many words are told.
const MOST_WORDS: usize = 3;

/// What was seen in the column of the status.
#[derive(Debug)]
pub(super) struct Doubt {
    column: usize,
    rows: u64,
    words: BTreeSet<String>,
}

impl Doubt {
    /// None where no column is a status, or the organiser has said what becomes of it.
    pub(super) fn new(columns: &Columns, rules: &Rules) -> Option<Self> {
        let headers: Vec<&str> = columns.headers.0.iter().map(String::as_str).collect();
        let column = *names::candidates(names::Kind::Status, &names::meanings(&headers)).first()?;
        let is_settled = columns.only.iter().chain(&columns.except).any(|(settled, _)| *settled == column);
        (!is_settled && !rules.with_cancelled).then(|| Self { column, rows: 0, words: BTreeSet::new() })
    }

    /// Looks at a row that is taken.
    pub(super) fn look(&mut self, cells: &[&str]) {
        let Some(word) = cells.get(self.column).filter(|word| means_off(word)) else { return };
        self.rows += 1;
        if self.words.len() < MOST_WORDS {
            self.words.insert(shortened(word));
        }
    }

    /// What is to be said once all rows were read.
    pub(super) fn told(&self, columns: &Columns) -> Option<String> {
        let (header, words) = (columns.headers.0.get(self.column)?, quoted(&self.words));
        let rows = match self.rows {
            0 => return None,
            1 => "1 row is".to_owned(),
            rows => format!("{rows} rows are"),
        };
        let label = columns.label_at(self.column);
        Some(format!(
            "{rows} taken though {label} says {words}; to leave such rows out: \"{}\" = [{words}] under [attendees.except]",
            shortened(header)
        ))
    }
}

fn quoted(words: &BTreeSet<String>) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}
