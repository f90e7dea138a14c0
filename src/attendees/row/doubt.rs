//! Rows that are taken though a column sounds like "not coming": counted, and told once. Pure.
//!
//! Nobody is left out by it: of files that nobody is known to have written, the organiser has to say what a word means.
//! Looked at are columns of few values, whatever they are called: a status in a word of its own (`storniert`), a yes or no
//! below a header that is one (`Cancelled`), a no to being asked (`RSVP`), a date below `Cancelled at`.

use std::collections::HashMap;

use crate::attendees::{
    Columns, Field, Rules,
    exporters::{Sounds, sounds},
    filter::one_spelling,
    nearest::shortened,
};

/// So many words are told; a line with more of them is no setting that anybody would paste.
const MOST_WORDS: usize = 20;
/// So many values of a column are told apart; one with more is no status.
const MOST_VALUES: usize = 100;

/// What was seen in the columns that may say so.
#[derive(Debug)]
pub(super) struct Doubt {
    columns: Vec<Suspect>,
}

#[derive(Debug)]
struct Suspect {
    index: usize,
    sounds: Sounds,
    /// Whether each value met says that somebody does not come.
    values: HashMap<String, bool>,
    rows: u64,
}

impl Doubt {
    /// None where the organiser has said that such rows are taken.
    pub(super) fn new(columns: &Columns, rules: &Rules) -> Option<Self> {
        let is_field = |index: usize| Field::ALL.iter().any(|field| columns.index(*field) == Some(index));
        // Whoever is taken for a value alone is taken on purpose; what `except` does not name may have been forgotten.
        let is_wanted = |index: usize| columns.only.iter().any(|(wanted, _)| *wanted == index);
        let headers = columns.headers.0.iter().enumerate();
        let suspects = headers
            .filter(|(index, _)| !is_field(*index) && !is_wanted(*index))
            .map(|(index, header)| Suspect { index, sounds: sounds(header), values: HashMap::new(), rows: 0 });
        (!rules.with_cancelled).then(|| Self { columns: suspects.collect() })
    }

    /// Looks at a row that is taken.
    pub(super) fn look(&mut self, cells: &[&str]) {
        self.columns.retain_mut(|suspect| suspect.look(cells));
    }

    /// What is to be said once all rows were read.
    pub(super) fn told(&self, columns: &Columns) -> Vec<String> {
        self.columns.iter().filter(|suspect| suspect.rows > 0).map(|suspect| suspect.told(columns)).collect()
    }
}

impl Suspect {
    /// Whether the column may still be one.
    fn look(&mut self, cells: &[&str]) -> bool {
        let Some(cell) = cells.get(self.index).filter(|cell| !cell.is_empty()) else { return true };
        if let Some(is_off) = self.values.get(*cell) {
            self.rows += u64::from(*is_off);
            return true;
        }
        // Dates are as many as rows.
        if self.sounds == Sounds::When {
            self.rows += u64::from(self.sounds.off(cell));
            return true;
        }
        if self.values.len() >= MOST_VALUES {
            return self.rows > 0;
        }
        let is_off = self.sounds.off(cell);
        self.rows += u64::from(is_off);
        self.values.insert((*cell).to_owned(), is_off);
        true
    }

    fn told(&self, columns: &Columns) -> String {
        let label = columns.label_at(self.index);
        let rows = match self.rows {
            1 => "1 row is".to_owned(),
            rows => format!("{rows} rows are"),
        };
        let header = shortened(&columns.headers.0[self.index]);
        if self.sounds == Sounds::When {
            return format!(
                "{rows} taken though {label} holds something; to leave such rows out: \"{header}\" = [\"\"] under \
                 [attendees.only]"
            );
        }
        // Spellings that a setting takes for one.
        let mut words: Vec<&String> = self.values.iter().filter(|(_, is_off)| **is_off).map(|(word, _)| word).collect();
        words.sort();
        words.dedup_by_key(|word| one_spelling(word));
        let mut named: Vec<String> = words.iter().map(|word| format!("\"{}\"", shortened(word))).collect();
        named.dedup();
        let more = named.len().saturating_sub(MOST_WORDS);
        named.truncate(MOST_WORDS);
        let (words, more) = (named.join(", "), if more > 0 { format!(" and {more} more") } else { String::new() });
        format!(
            "{rows} taken though {label} says {words}{more}; to leave such rows out: \"{header}\" = [{words}] under \
             [attendees.except]"
        )
    }
}
