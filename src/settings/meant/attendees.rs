//! What `[attendees]` means.

use std::{collections::BTreeMap, path::PathBuf};

/// Where a value of each row is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnSetting {
    /// Under this header.
    Header(String),
    /// In this column, counted from 1.
    Position(u32),
    /// Nowhere: a column of that name means something else.
    Ignore,
}

/// The attendee file and how it is read.
#[derive(Debug, Clone)]
pub struct AttendeeSettings {
    /// The files, each absolute and as the organiser named it, for `attendees.csv:17: …`; at least one.
    pub files: Vec<(PathBuf, String)>,
    /// Lists of people who are not to be mailed; likewise, none where none is named.
    pub suppress: Vec<(PathBuf, String)>,
    /// How they are encoded, where that is said.
    pub encoding: Option<String>,
    /// What stands between values, where that is said.
    pub delimiter: Option<u8>,
    /// What stands around values, where that is said; `Some(None)`: nothing does.
    pub quote: Option<Option<u8>>,
    /// Which sheet of a workbook: by name or number, where that is said.
    pub sheet: Option<ColumnSetting>,
    /// How many lines stand above the columns' names, where that is said.
    pub skip_lines: Option<u32>,
    /// Which rows are taken alone: a column's header, and its values.
    pub only: Vec<(String, Vec<String>)>,
    /// Which rows are left out.
    pub except: Vec<(String, Vec<String>)>,
    /// Whether rows are taken that their exporter marks as cancelled.
    pub with_cancelled: bool,
    /// The columns set by hand: field name to place.
    pub columns: BTreeMap<String, ColumnSetting>,
    /// Whether an empty name is filled from the address instead of being a problem.
    pub empty_name_address: bool,
    /// Whether several people may have one address.
    pub shared_addresses_allow: bool,
    /// Whether several addresses in one cell are an invitation each, instead of a problem.
    pub several_addresses_split: bool,
    /// So many problems are listed, one by one.
    pub max_problems: u32,
}

impl AttendeeSettings {
    /// The files together, as messages name them.
    #[must_use]
    pub fn shown_as(&self) -> String {
        self.files.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(", ")
    }
}
