//! Whether a row has the header's shape, and what may have gone wrong where it has not. Pure.

use super::Row;
use crate::{
    attendees::{remark::holds_address, scanner::Lines},
    model::Address,
};

impl Row<'_> {
    /// Whether the row has as many cells as the header, each quoted properly: else no cell can be
    /// trusted to stand where it belongs.
    pub(super) fn check_shape(&mut self) -> bool {
        let (found, wanted) = (self.cells.len(), self.columns.headers.0.len());
        if found != wanted {
            let fields = if found == 1 { "field" } else { "fields" };
            let what = format!("this row has {found} {fields}, the header has {wanted}");
            let has_lone_return = self.cells.iter().any(|cell| cell.replace("\r\n", "").contains('\r'));
            let other_separator = found == 1 && wanted > 1 && self.cells[0].contains([';', '\t']);
            let hint = if other_separator {
                "its values are separated by `;` or tabs: separate them by commas".into()
            } else if has_lone_return {
                "lines end in several ways here, this one as on old Macs: save the file with one kind of line ends"
                    .into()
            } else if found == 1 && holds_address(self.cells[0]) && Address::parse(self.cells[0]).is_err() {
                "somebody's address stands in it: part its values as the lines above do, without quotes around all of them"
                    .into()
            } else if let Some(hint) = self.swallowed_lines() {
                hint
            } else if found > wanted {
                "a value with a comma in it stands in double quotes; delete commas at the end".into()
            } else {
                "add what is missing: an empty value still needs the sign behind it. A remark below the table? Delete it"
                    .into()
            };
            self.note(what, hint);
        }
        if self.lines.stray_quote {
            self.note(
                "text follows a closing quote within a value".into(),
                "put the whole value in quotes and double those inside it: \"Ada \"\"Countess\"\" Lovelace\""
                    .to_owned(),
            );
        }
        self.problems.is_empty()
    }

    /// The hint for a row that may have swallowed others.
    pub(super) fn swallowed_lines(&self) -> Option<String> {
        let Lines { first, last, .. } = self.lines;
        (first != last)
            .then(|| format!("the row reaches from line {first} to line {last}: is a closing quote missing?"))
    }
}
