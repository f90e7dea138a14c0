//! From one record to one attendee, or to everything that is wrong with it. Pure.
//!
//! Owns: what each cell may hold. Does not own what rows may stand beside each other: that is the
//! crowd's.

use std::sync::Arc;

use jiff::{Timestamp, tz::TimeZone};

use super::{Columns, EmptyName, Field, Problem, RowProblems, Rules, nearest::shortened, scanner::Lines, zones::Zones};
use crate::model::{
    Address, Attendee, AttendeeKey, Language, Locator, Room, Window, WindowProblem, forbidden_char,
    forbidden_char_in_text, parse_local_time,
};

/// The most octets of a name.
const LONGEST_NAME: usize = 1000;
/// The most octets of an id.
const LONGEST_ID: usize = 255;
/// The most octets of an address cell that a message quotes: RFC 5321 knows none over 254.
const LONGEST_ADDRESS: usize = 254;

/// Reads the records of one file.
#[derive(Debug)]
pub(super) struct RowReader {
    rules: Rules,
    columns: Columns,
    zones: Zones,
}

impl RowReader {
    pub(super) fn new(rules: Rules, columns: Columns) -> Self {
        Self { rules, columns, zones: Zones::default() }
    }

    pub(super) fn columns(&self) -> &Columns {
        &self.columns
    }

    pub(super) fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Reads one record: row `number` of the data rows, from 1.
    pub(super) fn read<'a>(
        &mut self,
        cells: impl Iterator<Item = &'a str>,
        lines: Lines,
        number: u32,
    ) -> Result<Attendee, Box<RowProblems>> {
        let Self { rules, columns, zones } = self;
        let cells: Vec<&str> = cells.map(trim_blanks).collect();
        let at = Locator { source: rules.shown_as.clone(), line: lines.first };
        let mut row = Row { rules, columns, zones, lines, cells: &cells, at, problems: Vec::new() };
        let attendee = if row.check_shape() { row.attendee(number) } else { None };
        match attendee {
            Some(attendee) if row.problems.is_empty() => Ok(attendee),
            _ => Err(Box::new(RowProblems {
                number,
                email: row.cell(Field::Email).to_owned(),
                address: Address::parse(row.cell(Field::Email)).ok(),
                name: row.readable_name(),
                at: row.at,
                problems: row.problems,
            })),
        }
    }
}

struct Row<'a> {
    rules: &'a Rules,
    columns: &'a Columns,
    zones: &'a mut Zones,
    lines: Lines,
    cells: &'a [&'a str],
    at: Locator,
    problems: Vec<Problem>,
}

impl<'a> Row<'a> {
    fn note(&mut self, what: String, hint: impl Into<Option<String>>) {
        self.problems.push(Problem { at: self.at.clone(), what, hint: hint.into() });
    }

    /// A field's cell; empty where the file or this row has none.
    fn cell(&self, field: Field) -> &'a str {
        self.columns.index(field).and_then(|index| self.cells.get(index)).copied().unwrap_or_default()
    }

    fn label(&self, field: Field) -> String {
        self.columns.label(field)
    }

    /// Whether the row has as many cells as the header, each quoted properly: else no cell can be
    /// trusted to stand where it belongs.
    fn check_shape(&mut self) -> bool {
        let (found, wanted) = (self.cells.len(), self.columns.headers.0.len());
        if found != wanted {
            let fields = if found == 1 { "field" } else { "fields" };
            let what = format!("this row has {found} {fields}, the header has {wanted}");
            let other_separator = found == 1 && wanted > 1 && self.cells[0].contains([';', '\t']);
            let hint = if other_separator {
                "its values are separated by `;` or tabs: separate them by commas".into()
            } else if let Some(hint) = self.swallowed_lines() {
                hint
            } else if found > wanted {
                "a value with a comma in it stands in double quotes; delete commas at the end".into()
            } else {
                "add what is missing; an empty value still needs its comma".into()
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
    fn swallowed_lines(&self) -> Option<String> {
        let Lines { first, last, .. } = self.lines;
        (first != last)
            .then(|| format!("the row reaches from line {first} to line {last}: is a closing quote missing?"))
    }

    /// The attendee; of use only where no problem was noted.
    fn attendee(&mut self, number: u32) -> Option<Attendee> {
        let email = self.email();
        let name = self.name();
        let id = self.id();
        let moderator = self.moderator();
        let room = self.room();
        let window = self.window();
        let timezone = self.timezone();
        let language = self.language();
        self.check_other_columns();
        let email = email?;
        let name = name.or_else(|| self.stand_in_name(&email))?;
        let key = self.key(id, &email, &name);
        let first_name = match self.cell(Field::FirstName) {
            first if is_empty_name(first) => name.split_whitespace().next().unwrap_or(&name),
            first => first,
        };
        Some(Attendee {
            locator: self.at.clone(),
            number,
            key,
            first_name: first_name.to_owned(),
            last_name: self.cell(Field::LastName).to_owned(),
            email,
            name,
            moderator: moderator?,
            own_room: !self.cell(Field::Room).is_empty(),
            room: room?,
            own_window: !self.cell(Field::Starts).is_empty(),
            window: window?,
            timezone,
            language,
            headers: Arc::clone(&self.columns.headers),
            cells: self.cells.iter().map(|cell| (*cell).to_owned()).collect(),
        })
    }

    fn key(&self, id: Option<&str>, email: &Address, name: &str) -> AttendeeKey {
        match id {
            Some(id) => AttendeeKey::from_id(id),
            None if self.rules.shared_addresses => AttendeeKey::from_address_and_name(email, name),
            None => AttendeeKey::from_address(email),
        }
    }

    fn email(&mut self) -> Option<Address> {
        let cell = self.cell(Field::Email);
        if !self.is_one_line(Field::Email) || !self.is_short(Field::Email, LONGEST_ADDRESS) {
            return None;
        }
        match Address::parse(cell) {
            Ok(address) => Some(address),
            Err(problem) => {
                self.note(problem.to_string(), problem.hint().to_owned());
                None
            }
        }
    }

    /// The name, if the row has one that is sound; notes a problem where it has none and needs one.
    fn name(&mut self) -> Option<String> {
        let mut sound = true;
        for field in [Field::Name, Field::FirstName, Field::LastName] {
            sound &= self.is_one_line(field) && self.is_short(field, LONGEST_NAME);
        }
        let name = self.readable_name();
        if sound && is_empty_name(&name) && self.rules.empty_name == EmptyName::Refuse {
            let what = match self.columns.index(Field::Name) {
                Some(_) => format!("{} is empty", self.label(Field::Name)),
                None => format!("{} and {} are empty", self.label(Field::FirstName), self.label(Field::LastName)),
            };
            let hint = "fill it in, or set empty_name = \"address\" under [attendees] to show the address instead";
            self.note(what, hint.to_owned());
        }
        (sound && !is_empty_name(&name)).then_some(name)
    }

    /// The name column, or first and last name where there is none.
    fn readable_name(&self) -> String {
        if self.columns.index(Field::Name).is_some() {
            return self.cell(Field::Name).to_owned();
        }
        let (first, last) = (self.cell(Field::FirstName), self.cell(Field::LastName));
        trim_blanks(&format!("{first} {last}")).to_owned()
    }

    fn stand_in_name(&self, email: &Address) -> Option<String> {
        let allowed = self.rules.empty_name == EmptyName::UseAddress && self.problems.is_empty();
        allowed.then(|| email.as_str().to_owned())
    }

    /// The id, where the file has such a column and this row's is sound.
    fn id(&mut self) -> Option<&'a str> {
        self.columns.index(Field::Id)?;
        let id = self.cell(Field::Id);
        if id.is_empty() {
            let what = format!("{} is empty", self.label(Field::Id));
            let hint = "give every row an id of its own, or set id = false under [attendees.columns]";
            self.note(what, hint.to_owned());
            return None;
        }
        (self.is_one_line(Field::Id) && self.is_short(Field::Id, LONGEST_ID)).then_some(id)
    }

    fn moderator(&mut self) -> Option<bool> {
        let cell = self.cell(Field::Moderator);
        let is_one_of = |words: &[&str]| words.iter().any(|word| cell.eq_ignore_ascii_case(word));
        if is_one_of(&["yes", "true", "1", "x"]) {
            return Some(true);
        }
        if is_one_of(&["no", "false", "0", ""]) {
            return Some(false);
        }
        let what = format!("{}: `{}` is neither yes nor no", self.label(Field::Moderator), shortened(cell));
        self.note(what, "write yes, true, 1 or x; or no, false, 0 or nothing".to_owned());
        None
    }

    fn room(&mut self) -> Option<Room> {
        let cell = self.cell(Field::Room);
        if cell.is_empty() {
            return Some(self.rules.room.clone());
        }
        if !self.is_one_line(Field::Room) {
            return None;
        }
        match Room::parse(cell) {
            Ok(room) => Some(room),
            Err(problem) => {
                self.note(problem.to_string(), problem.hint());
                None
            }
        }
    }

    fn window(&mut self) -> Option<Window> {
        let (starts, ends) = (self.cell(Field::Starts), self.cell(Field::Ends));
        if starts.is_empty() && ends.is_empty() {
            return Some(self.rules.window.clone());
        }
        if starts.is_empty() || ends.is_empty() {
            let (full, empty) =
                if ends.is_empty() { (Field::Starts, Field::Ends) } else { (Field::Ends, Field::Starts) };
            let what = format!("{} is filled in, {} is empty", self.label(full), self.label(empty));
            self.note(what, "fill in both, or neither for the event's own times".to_owned());
            return None;
        }
        let zone = self.rules.window.zone().clone();
        let starts = self.local_time(Field::Starts, &zone);
        let ends = self.local_time(Field::Ends, &zone);
        let rules = self.rules;
        match Window::new(starts?, ends?, rules.opens_before, rules.closes_after, zone) {
            Ok(window) => Some(window),
            Err(WindowProblem::EndsBeforeStart) => {
                let what = format!("{} is not after {}", self.label(Field::Ends), self.label(Field::Starts));
                self.note(what, "check the day as well as the hour".to_owned());
                None
            }
            Err(problem @ WindowProblem::OutOfRange) => {
                self.note(problem.to_string(), None);
                None
            }
        }
    }

    fn local_time(&mut self, field: Field, zone: &TimeZone) -> Option<Timestamp> {
        match parse_local_time(shortened(self.cell(field)).as_str(), zone) {
            Ok(time) => Some(time),
            Err(problem) => {
                let what = format!("{}: {problem}", self.label(field));
                let zone = zone.iana_name().unwrap_or("the event's zone");
                self.note(what, format!("write it like 2026-12-05T14:00; times are those of {zone}"));
                None
            }
        }
    }

    fn timezone(&mut self) -> Option<TimeZone> {
        let cell = self.cell(Field::Timezone);
        if cell.is_empty() {
            return None;
        }
        let suggestion = match self.zones.get(cell) {
            Ok(zone) => return Some(zone),
            Err(suggestion) => suggestion,
        };
        let hint = match suggestion {
            Some(zone) => format!("did you mean `{zone}`?"),
            None => "zones are named like `Europe/Berlin` or `America/New_York`".into(),
        };
        self.note(format!("{}: there is no time zone `{}`", self.label(Field::Timezone), shortened(cell)), hint);
        None
    }

    fn language(&mut self) -> Option<Language> {
        let cell = self.cell(Field::Language);
        if cell.is_empty() || !self.is_one_line(Field::Language) {
            return None;
        }
        let language = Language::parse(cell).ok();
        if language.is_none() {
            let label = self.label(Field::Language);
            let what = format!("{label}: `{}` is not a language tag like `en`, `de` or `de-AT`", shortened(cell));
            self.note(what, "leave it empty for the event's own language".to_owned());
        }
        language
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
        for index in 0..self.cells.len() {
            if checked.contains(&Some(index)) {
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

/// Whether nothing of it can be seen: empty, blank, or joiners and marks alone.
fn is_empty_name(name: &str) -> bool {
    let unseen = |c: char| {
        c.is_whitespace() || matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{3164}' | '\u{FEFF}')
    };
    name.chars().all(unseen)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::attendees::header::read_header;

    const HEADER: &str = "email,name,id,moderator,room,starts,ends,timezone,language,Company";

    fn lines(first: u64, last: u64) -> Lines {
        Lines { first, last, stray_quote: false }
    }

    fn read_by(rules: Rules, header: &str, cells: &[&str]) -> Result<Attendee, Box<RowProblems>> {
        let columns = read_header(header.split(','), 1, &rules).unwrap();
        RowReader::new(rules, columns).read(cells.iter().copied(), lines(17, 17), 9)
    }

    fn read(header: &str, cells: &[&str]) -> Result<Attendee, Box<RowProblems>> {
        read_by(Rules::for_tests(), header, cells)
    }

    /// A sound row under `HEADER`, one cell replaced.
    fn with(field: &str, cell: &str) -> Result<Attendee, Box<RowProblems>> {
        let mut cells = vec!["ada@example.org", "Ada Lovelace", "7", "", "", "", "", "", "", "Engine Ltd"];
        cells[HEADER.split(',').position(|header| header == field).unwrap()] = cell;
        read(HEADER, &cells)
    }

    #[track_caller]
    fn only_problem(row: Result<Attendee, Box<RowProblems>>) -> Problem {
        let row = row.unwrap_err();
        assert_eq!(row.problems.len(), 1, "{row}");
        row.problems[0].clone()
    }

    #[test]
    fn a_row_becomes_an_attendee_with_what_the_event_lends_it() {
        let ada = with("moderator", " YES ").unwrap();
        assert_eq!((ada.number, ada.locator.line), (9, 17));
        assert_eq!(ada.email.as_str(), "ada@example.org");
        assert_eq!((ada.first_name.as_str(), ada.last_name.as_str()), ("Ada", ""));
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
    fn names_come_whole_or_in_two_parts() {
        let two = read("email,First_Name,last_name", &["ada@example.org", "Ada", "King Lovelace"]).unwrap();
        assert_eq!((two.name.as_str(), two.first_name.as_str()), ("Ada King Lovelace", "Ada"));
        assert_eq!(two.last_name, "King Lovelace");
        let mononym = read("email,first_name,last_name", &["s@example.org", "", "Suharto"]).unwrap();
        assert_eq!((mononym.name.as_str(), mononym.first_name.as_str()), ("Suharto", "Suharto"));
        let both = read("email,name,first_name", &["ada@example.org", "Countess Lovelace", "Ada"]).unwrap();
        assert_eq!((both.name.as_str(), both.first_name.as_str()), ("Countess Lovelace", "Ada"));
    }

    #[test]
    fn an_empty_name_is_a_problem_unless_the_address_may_stand_in() {
        for empty in ["", "  ", "\u{200B}", "\u{200E}\u{200F}"] {
            let problem = only_problem(read("email,name", &["ada@example.org", empty]));
            assert_eq!(problem.to_string(), "attendees.csv:17: `name` is empty");
            assert!(problem.hint.unwrap().contains("empty_name = \"address\""));
            let rules = Rules { empty_name: EmptyName::UseAddress, ..Rules::for_tests() };
            assert_eq!(read_by(rules, "email,name", &["ada@example.org", empty]).unwrap().name, "ada@example.org");
        }
    }

    #[test]
    fn the_key_is_the_id_else_the_address_else_address_and_name() {
        let address = Address::parse("Ada@Example.org").unwrap();
        let cells = ["Ada@Example.org", "Ada"];
        assert_eq!(read("email,name", &cells).unwrap().key, AttendeeKey::from_address(&address));
        let shared = Rules { shared_addresses: true, ..Rules::for_tests() };
        let key = read_by(shared, "email,name", &cells).unwrap().key;
        assert_eq!(key, AttendeeKey::from_address_and_name(&address, "Ada"));
        assert!(only_problem(with("id", " ")).what.contains("`id` is empty"));
        assert!(with("id", &"x".repeat(255)).is_ok());
        assert!(with("id", &"x".repeat(256)).is_err());
    }

    #[test]
    fn moderator_says_yes_or_no_in_any_case() {
        for yes in ["yes", "TRUE", "1", "X"] {
            assert!(with("moderator", yes).unwrap().moderator, "{yes}");
        }
        for no in ["No", "false", "0", ""] {
            assert!(!with("moderator", no).unwrap().moderator, "{no}");
        }
        assert!(only_problem(with("moderator", "perhaps")).what.contains("`perhaps` is neither yes nor no"));
    }

    #[test]
    fn a_room_of_ones_own_is_a_safe_one() {
        let ada = with("room", "side-room").unwrap();
        assert!(ada.own_room && ada.room.as_str() == "side-room");
        assert_eq!(only_problem(with("room", "Side Room")).hint.as_deref(), Some("write `side-room`"));
        assert!(with("room", "*").is_err());
    }

    fn times(starts: &str, ends: &str) -> Result<Attendee, Box<RowProblems>> {
        read("email,name,starts,ends", &["ada@example.org", "Ada", starts, ends])
    }

    #[test]
    fn times_of_ones_own_are_read_in_the_events_zone_with_its_margins() {
        let ada = times("2026-12-06T10:00", "2026-12-06 11:30").unwrap();
        assert!(ada.own_window);
        assert_eq!(ada.window.opens().to_string(), "2026-12-06T08:30:00Z");
        assert_eq!(ada.window.closes().to_string(), "2026-12-06T12:30:00Z");
        assert!(!times("", "").unwrap().own_window);
    }

    #[test]
    fn times_come_in_pairs_in_order_and_exist() {
        assert_eq!(only_problem(times("2026-12-06T10:00", "")).what, "`starts` is filled in, `ends` is empty");
        assert_eq!(only_problem(times("", "2026-12-06T10:00")).what, "`ends` is filled in, `starts` is empty");
        let backwards = only_problem(times("2026-12-06T10:00", "2026-12-06T10:00"));
        assert_eq!(backwards.what, "`ends` is not after `starts`");
        assert!(only_problem(times("2026-03-29T02:30", "2026-03-29T04:00")).what.contains("does not exist"));
        assert!(only_problem(times("2026-12-06T10:00Z", "2026-12-06T11:00")).what.contains("offset"));
        assert_eq!(times("soon", "later").unwrap_err().problems.len(), 2);
        assert!(only_problem(times("9999-12-30T20:00", "9999-12-30T22:00")).what.contains("calendar"));
    }

    #[test]
    fn zone_and_language_are_known_ones() {
        assert_eq!(with("timezone", "Asia/Tokyo").unwrap().timezone.unwrap().iana_name(), Some("Asia/Tokyo"));
        assert_eq!(only_problem(with("timezone", "Tokyo")).hint.as_deref(), Some("did you mean `Asia/Tokyo`?"));
        assert_eq!(with("language", "DE_at").unwrap().language.unwrap().as_str(), "de-AT");
        assert!(only_problem(with("language", "German language")).what.contains("not a language tag"));
        assert_eq!(with("language", "").unwrap().language, None);
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
    fn addresses_are_single_bare_and_may_be_international() {
        assert_eq!(with("email", "Ada@Müller.example").unwrap().email.as_str(), "Ada@xn--mller-kva.example");
        assert!(with("email", "jürgen@example.org").unwrap().email.needs_smtputf8());
        assert!(only_problem(with("email", "a@example.org; b@example.org")).what.contains("more than one address"));
        assert_eq!(only_problem(with("email", "")).what, "the address is empty");
        let endless = only_problem(with("email", &format!("{}@example.org", "x".repeat(5000))));
        assert!(endless.to_string().len() < 200, "{endless}");
    }

    #[test]
    fn long_names_pass_and_endless_ones_do_not() {
        assert!(with("name", &"字".repeat(300)).is_ok());
        assert!(only_problem(with("name", &"字".repeat(334))).what.contains("longer than 1000 octets"));
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
        let columns = read_header("email,name".split(','), 1, &rules).unwrap();
        let mut reader = RowReader::new(rules, columns);
        let mut read = |cells: &[&str]| reader.read(cells.iter().copied(), lines(2, 4), 1);
        let hint = "the row reaches from line 2 to line 4: is a closing quote missing?";
        let swallowed = read(&["ada@example.org", "Ada\nbob@example.org,Bob\ncarl@example.org,Carl"]);
        assert_eq!(only_problem(swallowed).hint.as_deref(), Some(hint));
        assert_eq!(only_problem(read(&["ada@example.org"])).hint.as_deref(), Some(hint));
    }

    #[test]
    fn a_quote_inside_a_quoted_value_is_doubled() {
        let rules = Rules::for_tests();
        let columns = read_header("email,name".split(','), 1, &rules).unwrap();
        let stray = Lines { first: 2, last: 2, stray_quote: true };
        let row = RowReader::new(rules, columns).read(["ada@example.org", "Ada L\""].into_iter(), stray, 1);
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
