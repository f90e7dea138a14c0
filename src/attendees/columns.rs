//! Which column means what: the outcome, for reading rows and for showing it to the organiser.
//!
//! Does not own how it is found out: that is `header`.

use std::sync::Arc;

use super::{Field, Problem, exporters::Exporter};
use crate::model::Headers;

/// How a field's column was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundBy {
    /// Its header is the field's usual one.
    UsualHeader,
    /// Its header is one that exporters and people use for it.
    KnownHeader,
    /// `[attendees.columns]` names its header.
    ChosenHeader,
    /// `[attendees.columns]` gives its position.
    ChosenPosition,
}

/// The column of one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column<'a> {
    /// The field.
    pub field: Field,
    /// The header, outer blanks taken off; may be empty.
    pub header: &'a str,
    /// The position, from 1.
    pub position: u32,
    /// How it was found.
    pub found_by: FoundBy,
}

/// A file's columns and what they mean.
#[derive(Debug, Clone)]
pub struct Columns {
    pub(super) headers: Arc<Headers>,
    /// The line of the header.
    pub(super) line: u64,
    /// By `Field as usize`: the column's index, from 0, and how it was found.
    pub(super) found: [Option<(usize, FoundBy)>; Field::ALL.len()],
    pub(super) warnings: Vec<Problem>,
    pub(super) notes: Vec<Problem>,
    /// Of each column the first value among the rows below the header; empty where there is none.
    pub(super) examples: Vec<String>,
    /// Rows that are taken alone, and those that are left out: a column's index, and its values, folded.
    pub(super) only: Vec<(usize, Vec<String>)>,
    pub(super) except: Vec<(usize, Vec<String>)>,
    /// Who wrote the file, where that is known.
    pub(super) exporter: Option<Exporter>,
    /// Whether the header of whole names says that the surname comes first.
    pub(super) surname_first: bool,
    /// Another column of addresses, as a setting names it, and whether they are the buyers'.
    pub(super) other_email: Option<(String, bool)>,
}

impl Columns {
    /// All headers in file order, outer blanks taken off.
    #[must_use]
    pub fn headers(&self) -> &Arc<Headers> {
        &self.headers
    }

    /// A value of a column, by its position from 1, where the first rows have one.
    #[must_use]
    pub fn example(&self, position: u32) -> Option<&str> {
        let index = usize::try_from(position).ok()?.checked_sub(1)?;
        self.examples.get(index).map(String::as_str).filter(|example| !example.is_empty())
    }

    /// The physical line of the header, from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The column of a field, where the file has one.
    #[must_use]
    pub fn get(&self, field: Field) -> Option<Column<'_>> {
        let (index, found_by) = self.found[field as usize]?;
        Some(Column { field, header: &self.headers.0[index], position: position_of(index), found_by })
    }

    /// The columns of all fields that have one, in [`Field::ALL`]'s order.
    pub fn fields(&self) -> impl Iterator<Item = Column<'_>> {
        Field::ALL.into_iter().filter_map(|field| self.get(field))
    }

    /// Position (from 1) and header of the columns that only templates use; one without a header is of no use to them.
    pub fn others(&self) -> impl Iterator<Item = (u32, &str)> {
        let taken = |index: usize| self.found.iter().flatten().any(|(of_field, _)| *of_field == index);
        let all = self.headers.0.iter().enumerate();
        all.filter(move |(index, _)| !taken(*index) && !self.headers.0[*index].is_empty())
            .map(|(index, header)| (position_of(index), header.as_str()))
    }

    /// What may well be a mistake though it stops nothing: headers that stand there twice.
    #[must_use]
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    /// What is right as a rule, and worth a line: headers that would mean something to Roomkey if
    /// they were spelt in lower case.
    #[must_use]
    pub fn notes(&self) -> &[Problem] {
        &self.notes
    }

    /// Whether every column that Roomkey itself reads is among the first so many.
    pub(super) fn reach_no_further_than(&self, count: usize) -> bool {
        let of_filters = self.only.iter().chain(&self.except).map(|(index, _)| *index);
        self.found.iter().flatten().map(|(index, _)| *index).chain(of_filters).all(|index| index < count)
    }

    /// Whether a row has something to call somebody by.
    pub(super) fn names_somebody(&self, cells: &csv::StringRecord) -> bool {
        let is_filled =
            |field| self.index(field).and_then(|at| cells.get(at)).is_some_and(|cell| !cell.trim().is_empty());
        [Field::Name, Field::FirstName, Field::LastName, Field::Email].into_iter().any(is_filled)
    }

    /// A field's index among a row's cells, from 0.
    pub(super) fn index(&self, field: Field) -> Option<usize> {
        self.found[field as usize].map(|(index, _)| index)
    }

    /// Whether a field's column is one that nobody has named, by a setting or by Roomkey's own header.
    pub(super) fn is_guessed(&self, field: Field) -> bool {
        self.found[field as usize].is_some_and(|(_, by)| by == FoundBy::KnownHeader)
    }

    /// What messages call a field's column: its header, or its position where that is empty.
    pub(super) fn label(&self, field: Field) -> String {
        self.index(field).map_or_else(|| format!("`{}`", field.key()), |index| self.label_at(index))
    }

    /// What messages call a column.
    pub(super) fn label_at(&self, index: usize) -> String {
        match self.headers.0.get(index) {
            Some(header) if !header.is_empty() => format!("`{}`", super::nearest::shortened(header)),
            _ => format!("column {}", position_of(index)),
        }
    }
}

/// An index from 0 as a position from 1.
pub(super) fn position_of(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1)
}
