//! From one record to one attendee, or to everything that is wrong with it. Pure.
//!
//! Owns: what each cell may hold. Does not own: what rows may stand beside each other, which is the
//! crowd's to say.

mod claims;
mod doubt;
mod guess;
mod nobody;
mod person;
mod sessions;
mod shape;
mod terms;
mod tongue;

use std::{collections::VecDeque, sync::Arc};

use doubt::Doubt;
pub use guess::first_name;
use tongue::Strange;

use super::{
    Columns, Field, LeftOut, Problem, RowProblems, Rules, Unsound, exporters::Off, filter::Met, nearest::shortened,
    reading::Raw, scanner::Lines, suppressed::addresses, workbook::CellFault, zones::Zones,
};
use crate::model::{Address, Attendee, Locator, forbidden_char, forbidden_char_in_text};

/// Reads the records of one file.
#[derive(Debug)]
pub(super) struct RowReader {
    rules: Rules,
    /// What messages call the file.
    file: Arc<str>,
    off: Option<Off>,
    /// What its rows may say of it where no exporter's words do.
    doubt: Option<Doubt>,
    columns: Columns,
    zones: Zones,
    strange: Strange,
    /// What was found in the columns that keep rows and leave them out.
    met: Met,
    /// Rows that end before the last column.
    short: u64,
    /// Of the last row: the invitations behind its first, to further sessions and addresses.
    further: VecDeque<Attendee>,
}

impl RowReader {
    pub(super) fn new(rules: Rules, file: Arc<str>, columns: Columns) -> Self {
        let headers: Vec<&str> = columns.headers.0.iter().map(String::as_str).collect();
        let off = columns.exporter.filter(|_| !rules.with_cancelled).and_then(|exporter| exporter.off(&headers));
        // Exporters' words leave out whom they mean; others may still say so in words that are not known of them.
        let is_list_of_nobody = matches!(off, Some(Off::Everybody(_)));
        let doubt = if is_list_of_nobody { None } else { Doubt::new(&columns, &rules) };
        Self {
            rules,
            file,
            off,
            doubt,
            columns,
            zones: Zones::default(),
            strange: Strange::default(),
            met: Met::default(),
            short: 0,
            further: VecDeque::new(),
        }
    }

    pub(super) fn columns(&self) -> &Columns {
        &self.columns
    }

    /// What is to be said of rows that were taken, once all were read.
    pub(super) fn doubts(&self) -> Vec<String> {
        let doubts = self.doubt.as_ref().map(|doubt| doubt.told(&self.columns)).unwrap_or_default();
        doubts.into_iter().chain(self.strange.told(&self.columns.label(Field::Language))).collect()
    }

    /// What was found in the columns that keep rows and leave them out.
    pub(super) fn met(&self) -> &Met {
        &self.met
    }

    /// What is to be said of rows that end early, once all rows were read.
    pub(super) fn ends_early(&self) -> Option<String> {
        match self.short {
            0 => None,
            1 => Some("1 row ends before the last column: what it lacks is empty".to_owned()),
            rows => Some(format!("{rows} rows end before the last column: what they lack is empty")),
        }
    }

    /// The next invitation of the last row, of those behind its first: to another session, or another address.
    pub(super) fn next_session(&mut self) -> Option<Attendee> {
        self.further.pop_front()
    }

    /// Reads one record: invitation `number`, from 1; where it is about several, the first of these.
    pub(super) fn read(&mut self, raw: &Raw, number: u32) -> Result<Attendee, Unsound> {
        let Self { rules, file, off, doubt, columns, zones, strange, met, short, further } = self;
        further.clear();
        let mut cells: Vec<&str> = raw.cells.iter().map(|cell| kept_as_text(trim_blanks(cell))).collect();
        let wanted = columns.headers.0.len();
        // Spreadsheets leave delimiters behind the last value, and leave out those of empty ones.
        while cells.len() > wanted && cells.last().is_some_and(|cell| cell.is_empty()) {
            cells.pop();
        }
        let is_short = cells.len() < wanted;
        if is_short && (raw.is_of_sheet || columns.reach_no_further_than(cells.len())) {
            *short += u64::from(!raw.is_of_sheet);
            cells.resize(wanted, "");
        }
        let filtered_by = met.look(columns, &cells);
        let at = Locator { source: file.clone(), line: raw.lines.first };
        let (lines, faults) = (raw.lines, &raw.faults);
        let mut row = Row { rules, columns, zones, strange, lines, cells: &cells, faults, at, problems: Vec::new() };
        let has_shape = row.check_shape();
        row.check_faults();
        if let Some((why, by_exporter)) = row.left_out(filtered_by, *off) {
            let (email, name) = (row.cell(Field::Email).to_owned(), row.readable_name());
            return Err(Unsound::LeftOut(LeftOut { at: row.at, number, email, name, why, by_exporter }));
        }
        let attendee = if has_shape { row.attendees(number) } else { None };
        match attendee {
            Some((attendee, others)) if row.problems.is_empty() => {
                further.extend(others);
                if let Some(doubt) = doubt {
                    doubt.look(&cells);
                }
                Ok(attendee)
            }
            _ => Err(Unsound::Row(Box::new(RowProblems {
                number,
                email: row.cell(Field::Email).to_owned(),
                address: Address::parse(row.cell(Field::Email)).ok(),
                addresses: addresses(row.cell(Field::Email)),
                name: row.readable_name(),
                at: row.at,
                problems: row.problems,
            }))),
        }
    }
}

struct Row<'a> {
    rules: &'a Rules,
    columns: &'a Columns,
    zones: &'a mut Zones,
    strange: &'a mut Strange,
    lines: Lines,
    cells: &'a [&'a str],
    faults: &'a [(usize, CellFault)],
    at: Locator,
    problems: Vec<Problem>,
}

impl<'a> Row<'a> {
    /// Why the row is left out though nothing is wrong with it, and whether its exporter's word is the reason;
    /// `filtered_by` is the column by which the organiser leaves it out.
    fn left_out(&self, filtered_by: Option<usize>, off: Option<Off>) -> Option<(String, bool)> {
        let value = |index: usize| self.cells.get(index).copied().unwrap_or_default();
        let told = |index: usize| format!("{} is \"{}\"", self.columns.label_at(index), shortened(value(index)));
        if let Some(index) = filtered_by {
            return Some((told(index), false));
        }
        match off? {
            Off::ByStatus { column, exporter } => exporter.is_off(value(column)).then(|| (told(column), true)),
            Off::Everybody(exporter) => Some((format!("the file is {}", exporter.name()), true)),
        }
    }

    fn note(&mut self, what: String, hint: impl Into<Option<String>>) {
        self.problems.push(Problem { at: self.at.clone(), what, hint: hint.into() });
    }

    /// A field's cell; empty where the file or this row has none.
    fn cell(&self, field: Field) -> &'a str {
        self.columns.index(field).and_then(|index| self.cells.get(index)).copied().unwrap_or_default()
    }

    /// Whether a field's cell is empty because nothing can be had of it, which is told already.
    fn is_faulty(&self, field: Field) -> bool {
        self.columns.index(field).is_some_and(|column| self.faults.iter().any(|(index, _)| *index == column))
    }

    fn label(&self, field: Field) -> String {
        self.columns.label(field)
    }

    /// What no text can be had of: failed formulas, and octets that are no characters.
    fn check_faults(&mut self) {
        for (index, fault) in self.faults {
            // In a column that nobody reads it is nobody's business; templates find it empty.
            if Field::ALL.iter().any(|field| self.columns.index(*field) == Some(*index)) {
                let what = format!("{} holds {fault}", self.columns.label_at(*index));
                self.note(what, fault.hint().to_owned());
            }
        }
        for index in 0..self.cells.len() {
            if self.cells[index].contains(char::REPLACEMENT_CHARACTER) {
                let what =
                    format!("{} holds a character that cannot be read (`\u{fffd}`)", self.columns.label_at(index));
                self.note(
                    what,
                    "type it anew; where many rows have one, the file's encoding is another one: `encoding` under \
                     [attendees]"
                        .to_owned(),
                );
            }
        }
    }

    /// The attendee, and the same in further sessions and at further addresses; of use only where no problem was noted.
    fn attendees(&mut self, number: u32) -> Option<(Attendee, Vec<Attendee>)> {
        let emails = self.emails();
        let name = self.name();
        let id = self.id();
        let own_claims = self.own_claims();
        let moderator = self.rights(own_claims.as_ref().and_then(|own| own.affiliation));
        let room = self.room();
        let window = self.window();
        let sessions = self.sessions();
        self.check_own_times(sessions.as_deref().unwrap_or_default());
        let timezone = self.timezone();
        let language = self.language();
        self.check_other_columns();
        let (emails, sessions, moderator) = (emails?, sessions?, moderator?);
        let mut invitations = Vec::new();
        for email in &emails {
            let name = name.clone().or_else(|| self.stand_in_name(email))?;
            let (first_name, last_name) = self.parts_of(&name);
            let attendee = Attendee {
                locator: self.at.clone(),
                number,
                key: self.key(id, email, emails.len() > 1, &name),
                first_name,
                last_name,
                email: email.clone(),
                name,
                moderator,
                own_room: room.is_some(),
                room: room.clone().unwrap_or_else(|| self.rules.room.clone()),
                own_window: window.is_some(),
                window: window.clone().unwrap_or_else(|| self.rules.window.clone()),
                own_claims: own_claims.clone(),
                timezone: timezone.clone(),
                language: language.clone(),
                headers: Arc::clone(&self.columns.headers),
                cells: self.cells.iter().map(|cell| (*cell).to_owned()).collect(),
            };
            if sessions.is_empty() {
                invitations.push(attendee);
            } else {
                invitations.extend(sessions.iter().map(|session| attendee.in_session(session, number)));
            }
        }
        for (number, invitation) in (number..).zip(&mut invitations) {
            invitation.number = number;
        }
        let mut invitations = invitations.into_iter();
        invitations.next().map(|first| (first, invitations.collect()))
    }

    /// Whether a cell holds nothing that could break a header or hide in a name.
    fn is_one_line(&mut self, field: Field) -> bool {
        let Some(found) = forbidden_char(self.cell(field)) else { return true };
        let what = format!("{} contains {found}", self.label(field));
        let hint = match found.0 {
            '\n' | '\r' => self.swallowed_lines().unwrap_or_else(|| "write it on one line".into()),
            _ => "type it anew; copied text can carry characters that nobody sees".into(),
        };
        self.note(what, hint);
        false
    }

    fn is_short(&mut self, field: Field, most: usize) -> bool {
        let length = self.cell(field).len();
        if length > most {
            let what = format!("{} is longer than {most} octets: it has {length}", self.label(field));
            self.note(what, "shorten it".to_owned());
        }
        length <= most
    }

    /// The columns that only templates use may break lines, no more.
    fn check_other_columns(&mut self) {
        const STRICTER: [Field; 7] =
            [Field::Email, Field::Name, Field::FirstName, Field::LastName, Field::Id, Field::Room, Field::Language];
        let checked = STRICTER.map(|field| self.columns.index(field));
        let of_token = Field::OF_TOKEN.map(|field| self.columns.index(field));
        for index in 0..self.cells.len() {
            if checked.contains(&Some(index)) || of_token.contains(&Some(index)) {
                continue;
            }
            if let Some(found) = forbidden_char_in_text(self.cells[index]) {
                let what = format!("{} contains {found}", self.columns.label_at(index));
                self.note(what, "type it anew; copied text can carry characters that nobody sees".to_owned());
            }
        }
    }
}

/// Takes off outer blanks, but no line breaks: in a name they are a problem, wherever they stand.
fn trim_blanks(cell: &str) -> &str {
    cell.trim_matches(|c: char| {
        c == '\t' || c.is_whitespace() && !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}')
    })
}

/// `007` of `="007"`, by which programs keep spreadsheets from taking text for a number.
fn kept_as_text(cell: &str) -> &str {
    let inside = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    inside.filter(|text| !text.contains('"')).unwrap_or(cell)
}

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        nobody::is_empty_name,
        sample::{HEADER, lines, only_problem, problems, read, with},
        *,
    };
    use crate::{attendees::header::read_header, model::AttendeeKey};

    #[test]
    fn a_row_becomes_an_attendee_with_what_the_event_lends_it() {
        let ada = with("moderator", " YES ").unwrap();
        assert_eq!((ada.number, ada.locator.line), (9, 17));
        assert_eq!(ada.email.as_str(), "ada@example.org");
        assert_eq!((ada.first_name.as_str(), ada.last_name.as_str()), ("Ada", "Lovelace"));
        assert_eq!(ada.key, AttendeeKey::from_id("7"));
        assert!(ada.moderator && !ada.own_room && !ada.own_window);
        assert_eq!(ada.room, Rules::for_tests().room);
        assert_eq!(ada.window, Rules::for_tests().window);
        assert_eq!(ada.cells[9], "Engine Ltd");
        assert_eq!(ada.headers.0[9], "Company");
    }

    #[test]
    fn blanks_around_values_are_taken_off() {
        let ada = read("email,name", &["  ada@example.org\t", "\u{A0} Ada \u{3000}"]).unwrap();
        assert_eq!((ada.email.as_str(), ada.name.as_str()), ("ada@example.org", "Ada"));
        assert_eq!(ada.cells, ["ada@example.org", "Ada"]);
    }

    #[test]
    fn text_that_was_kept_from_spreadsheets_is_the_text() {
        assert_eq!(with("Company", "=\"007\"").unwrap().cells[9], "007");
        for other in ["=\"", "=\"a\"&\"b\"", "=1"] {
            assert_eq!(with("Company", other).unwrap().cells[9], other);
        }
    }

    #[test]
    fn a_row_with_a_line_end_of_old_macs_is_told_so() {
        let row = only_problem(read("email,name", &["ada@example.org", "Ada\rben@example.org", "Ben"]));
        assert!(row.hint.unwrap().starts_with("lines end in several ways"));
    }

    #[test]
    fn nothing_invisible_passes_in_what_reaches_a_header() {
        for field in ["email", "name", "id", "room", "language"] {
            for bad in ["x\r\nBcc: eve@example.org", "x\0", "\u{202E}x", "x\u{2066}", "x\n", "\u{85}x"] {
                let problem = only_problem(with(field, bad));
                assert!(problem.what.starts_with(&format!("`{field}` contains a ")), "{problem}");
                assert!(!problem.what.contains(char::is_control), "{problem:?}");
            }
        }
        for fine in ["علي\u{200F}", "क्\u{200D}ष", "<b>{{ name }}</b>", "O'Neill-Þór"] {
            assert_eq!(with("name", fine).unwrap().name, fine);
        }
    }

    #[test]
    fn other_columns_may_break_lines_and_hold_tabs_only() {
        assert_eq!(with("Company", "two\r\nlines\tx").unwrap().cells[9], "two\r\nlines\tx");
        assert_eq!(only_problem(with("Company", "x\0y")).what, "`Company` contains a control character (U+0000)");
    }

    #[test]
    fn everything_wrong_with_a_row_is_said_at_once_and_who_it_is_about() {
        let row = read("email,name,room,moderator", &["ada@", "Ada", "A B", "maybe"]).unwrap_err();
        assert_eq!(row.problems.len(), 3);
        assert_eq!((row.email.as_str(), row.name.as_str(), row.number), ("ada@", "Ada", 9));
        assert_eq!(row.address, None);
        let row = read("email,first_name,last_name", &["ada@example.org", "Ada", "Love\0lace"]).unwrap_err();
        assert_eq!(row.address.unwrap().as_str(), "ada@example.org");
        assert_eq!(row.name, "Ada Love\0lace");
    }

    #[test]
    fn a_row_has_as_many_fields_as_the_header() {
        let few = only_problem(read("email,name,Company", &["ada@example.org"]));
        assert_eq!(few.what, "this row has 1 field, the header has 3");
        let row = read("email,name", &["ada@example.org", "Lovelace", " Ada"]).unwrap_err();
        assert_eq!(row.address.as_ref().unwrap().as_str(), "ada@example.org");
        assert!(only_problem(Err(row)).hint.unwrap().contains("double quotes"));
        let semicolons = only_problem(read("email,name", &["ada@example.org;Ada"]));
        assert!(semicolons.hint.unwrap().contains("separated by `;`"));
    }

    #[test]
    fn a_row_that_spans_lines_hints_at_a_missing_quote() {
        let rules = Rules::for_tests();
        let columns = read_header("email,name".split(','), 1, &rules, &"attendees.csv".into(), &[]).unwrap();
        let mut reader = RowReader::new(rules, "attendees.csv".into(), columns);
        let mut read = |cells: &[&str]| reader.read(&Raw::of(cells.iter().copied(), lines(2, 4)), 1).map_err(problems);
        let hint = "the row reaches from line 2 to line 4: is a closing quote missing?";
        let swallowed = read(&["ada@example.org", "Ada\nbob@example.org,Bob\ncarl@example.org,Carl"]);
        assert_eq!(only_problem(swallowed).hint.as_deref(), Some(hint));
        assert_eq!(only_problem(read(&["ada@example.org"])).hint.as_deref(), Some(hint));
    }

    #[test]
    fn a_quote_inside_a_quoted_value_is_doubled() {
        let rules = Rules::for_tests();
        let columns = read_header("email,name".split(','), 1, &rules, &"attendees.csv".into(), &[]).unwrap();
        let stray = Lines { first: 2, last: 2, stray_quote: true };
        let row = RowReader::new(rules, "attendees.csv".into(), columns)
            .read(&Raw::of(["ada@example.org", "Ada L\""], stray), 1)
            .map_err(problems);
        assert!(only_problem(row).hint.unwrap().contains("double those inside"));
    }

    proptest! {
        #[test]
        fn no_cells_make_it_panic_and_every_refusal_says_why(
            cells in proptest::collection::vec("\\PC{0,20}|[\\x00-\\x7f]{0,20}|[0-9T:-]{16}", 0..12),
        ) {
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            match read(HEADER, &cells) {
                Ok(attendee) => {
                    prop_assert!(!is_empty_name(&attendee.name));
                    prop_assert_eq!(forbidden_char(&attendee.name), None);
                }
                Err(row) => prop_assert!(!row.problems.is_empty()),
            }
        }
    }
}
