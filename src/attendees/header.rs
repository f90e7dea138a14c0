//! From a header line and the organiser's choices to the meaning of each column. Pure.
//!
//! Owns: which headers match by themselves, what a choice overrides, and the ways out where that
//! does not settle it.

mod known;
mod missing;
mod pairs;
mod sampled;
mod told;

use std::sync::Arc;

use csv::StringRecord;

use super::{
    ColumnChoice, Columns, Field, FoundBy, Problem, Rules,
    columns::position_of,
    exporters::{Exporter, exporter},
    filter::Table,
    names::{self, Meaning},
    nearest::{nearest, shortened},
};
use crate::model::{Headers, Locator, forbidden_char_in_text};

/// How many headers a message lists.
const MOST_LISTED: usize = 20;

/// Finds each field's column; all problems of the header at once.
///
/// `sample` are rows below it: of several columns that could be one, that is taken which holds the most addresses.
pub(super) fn read_header<'a>(
    cells: impl Iterator<Item = &'a str>,
    line: u64,
    rules: &Rules,
    file: &Arc<str>,
    sample: &[&StringRecord],
) -> Result<Columns, Vec<Problem>> {
    let clean = |cell: &str| cell.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}').to_owned();
    let headers = Arc::new(Headers(cells.map(clean).collect()));
    let at = Locator { source: file.clone(), line };
    let known: Vec<&str> = headers.0.iter().map(String::as_str).collect();
    let meanings = names::meanings(&known);
    let mut header = Header {
        headers: &headers.0,
        rules,
        at,
        meanings,
        exporter: exporter(&known),
        follows_owner: false,
        sample,
        problems: Vec::new(),
        warnings: Vec::new(),
    };
    header.check_characters();
    let mut found = [None; Field::ALL.len()];
    for field in Field::ALL {
        found[field as usize] = match rules.choices.get(&field) {
            Some(ColumnChoice::Position(position)) => header.at_position(field, *position),
            Some(ColumnChoice::Header(name)) => header.by_choice(field, name),
            // Without sessions a column of that name is nobody's business.
            None if field == Field::Session && rules.sessions.is_empty() => None,
            None if field.has_usual_header() => header.by_any_header(field),
            Some(ColumnChoice::Ignore) | None => None,
        };
        if field == Field::Email {
            header.follow_owner(found[field as usize]);
        }
    }
    header.settle_names(&mut found);
    header.warn_of_other_names(&found);
    header.warn_of_anothers_name(&found);
    let (only, except) = (header.filters(&rules.only, Table::Only), header.filters(&rules.except, Table::Except));
    // A choice or a doubled header that failed is the one thing to mend first.
    if header.problems.is_empty() {
        header.check_complete(&found);
    }
    let (other_email, exporter) = (header.other_email(&found), header.exporter);
    let Header { problems, warnings, .. } = header;
    if !problems.is_empty() {
        return Err(problems);
    }
    let examples = (0..headers.0.len()).map(|index| example(sample, index)).collect();
    let surname_first =
        found[Field::Name as usize].is_some_and(|(index, _)| names::puts_surname_first(&headers.0[index]));
    let notes = Vec::new();
    let mut columns =
        Columns { headers, line, found, warnings, notes, examples, only, except, exporter, surname_first, other_email };
    columns.warnings.extend(told::doubled_headers(&columns, file));
    if exporter.is_none() {
        columns.notes = told::lookalikes(&columns, rules, file);
    }
    Ok(columns)
}

fn example(sample: &[&StringRecord], index: usize) -> String {
    let mut cells = sample.iter().filter_map(|row| row.get(index)).map(str::trim);
    cells.find(|cell| !cell.is_empty()).unwrap_or_default().to_owned()
}

struct Header<'a> {
    headers: &'a [String],
    rules: &'a Rules,
    at: Locator,
    meanings: Vec<Option<Meaning>>,
    exporter: Option<Exporter>,
    /// Whether the organiser has chosen the address, and names of the same owner stand beside it.
    follows_owner: bool,
    sample: &'a [&'a StringRecord],
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
}

type Found = Option<(usize, FoundBy)>;

impl Header<'_> {
    fn note(&mut self, what: String, hint: impl Into<Option<String>>) {
        self.problems.push(Problem { at: self.at.clone(), what, hint: hint.into() });
    }

    fn check_characters(&mut self) {
        for index in 0..self.headers.len() {
            if let Some(found) = forbidden_char_in_text(&self.headers[index]) {
                let position = position_of(index);
                self.note(
                    format!("the header of column {position} contains {found}"),
                    "type that header anew".to_owned(),
                );
            }
        }
    }

    fn at_position(&mut self, field: Field, position: u32) -> Found {
        let index = usize::try_from(position).ok().and_then(|position| position.checked_sub(1));
        if let Some(index) = index.filter(|index| *index < self.headers.len()) {
            return Some((index, FoundBy::ChosenPosition));
        }
        let (key, count) = (field.key(), self.headers.len());
        self.note(
            format!("{key} = {position} under [attendees.columns]: there is no column {position}"),
            format!("the file has {count} column{}, counted from 1", if count == 1 { "" } else { "s" }),
        );
        None
    }

    /// A chosen header is matched exactly, and without case where nothing matches exactly.
    fn by_choice(&mut self, field: Field, name: &str) -> Found {
        let name = name.trim();
        let mut matches = self.matching(|header| header == name);
        if matches.is_empty() {
            let folded = name.to_lowercase();
            matches = self.matching(|header| header.to_lowercase() == folded);
        }
        match matches[..] {
            [] if self.rules.files.len() > 1 => self.by_choice_elsewhere(field, name),
            [] => {
                let key = field.key();
                let what = format!(
                    "{key} = {} under [attendees.columns]: the file has no such column; {}",
                    quoted(name),
                    self.list()
                );
                if !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit()) {
                    self.note(what, format!("a position stands without quotes: {key} = {name}"));
                    return None;
                }
                let near = nearest(name, self.headers.iter().map(String::as_str));
                let hint = near.map(|near| format!("did you mean `{}`?", shortened(near)));
                self.note(what, hint.or_else(|| Some("write the header as it stands in the file".into())));
                None
            }
            [index] => Some((index, FoundBy::ChosenHeader)),
            _ => self.doubled(field, &matches),
        }
    }

    /// Of several files one may have the column; that one has, is seen once all are open.
    fn by_choice_elsewhere(&mut self, field: Field, name: &str) -> Found {
        let found = if field.has_usual_header() { self.by_any_header(field) } else { None };
        let key = field.key();
        let what = format!("{key} = {} under [attendees.columns]: this file has no such column", quoted(name));
        let hint = match found {
            Some((index, _)) => format!("`{}` is taken", shortened(&self.headers[index])),
            None => format!("nothing here is taken for `{key}`"),
        };
        self.warnings.push(Problem { at: self.at.clone(), what, hint: Some(hint) });
        found
    }

    /// Roomkey's own header goes before all others. One that differs in its capitals is as good as any that people use:
    /// `Attendee email` says more than `Email`, and `Name` beside `Vorname` is the last one.
    fn by_any_header(&mut self, field: Field) -> Found {
        // An exporter's own column goes before a question that is called like Roomkey's.
        if (self.exporter.is_some() || self.follows_owner) && field.ignores_case() {
            return self.by_known_header(field);
        }
        match self.by_usual_header(field) {
            Some((index, by)) if self.headers[index] == field.key() => Some((index, by)),
            _ => self.by_known_header(field),
        }
    }

    fn by_usual_header(&mut self, field: Field) -> Found {
        let key = field.key();
        let matches = if field.ignores_case() {
            self.matching(|header| header.eq_ignore_ascii_case(key))
        } else {
            self.matching(|header| header == key)
        };
        match matches[..] {
            [] => None,
            [index] => Some((index, FoundBy::UsualHeader)),
            _ => self.doubled(field, &matches),
        }
    }

    fn matching(&self, is_it: impl Fn(&str) -> bool) -> Vec<usize> {
        (0..self.headers.len()).filter(|index| is_it(&self.headers[*index])).collect()
    }

    fn doubled(&mut self, field: Field, matches: &[usize]) -> Found {
        let key = field.key();
        let listed: Vec<_> =
            matches.iter().map(|i| format!("{} (`{}`)", position_of(*i), shortened(&self.headers[*i]))).collect();
        self.note(
            format!("several columns could be `{key}`: {}", listed.join(", ")),
            format!(
                "say which by its position, in event.toml under [attendees.columns]: {key} = {}",
                position_of(matches[0])
            ),
        );
        None
    }

    fn list(&self) -> String {
        let named: Vec<_> = self.headers.iter().filter(|header| !header.is_empty()).collect();
        let shown: Vec<_> = named.iter().take(MOST_LISTED).map(|header| format!("`{}`", shortened(header))).collect();
        let more = named.len().saturating_sub(MOST_LISTED);
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("its columns are {}{rest}", shown.join(", "))
    }
}

/// A setting's value that chooses a column: its header, or its position where TOML would need escapes.
fn choice_of(header: &str, index: usize) -> String {
    let plain = !header.contains(['"', '\\']) && !header.contains(char::is_control) && !header.is_empty();
    if !plain || shortened(header) != header { position_of(index).to_string() } else { quoted(header) }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", shortened(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns_of(header: &str, choices: &[(Field, ColumnChoice)]) -> Result<Columns, Vec<Problem>> {
        let rules = Rules { choices: choices.iter().cloned().collect(), ..Rules::for_tests() };
        read_header(header.split(','), 1, &rules, &"attendees.csv".into(), &[])
    }

    fn index(header: &str, choices: &[(Field, ColumnChoice)], field: Field) -> Option<usize> {
        columns_of(header, choices).unwrap().index(field)
    }

    fn problem(header: &str, choices: &[(Field, ColumnChoice)]) -> Problem {
        let problems = columns_of(header, choices).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
        problems.into_iter().next().unwrap()
    }

    fn by_name(name: &str) -> ColumnChoice {
        ColumnChoice::Header(name.into())
    }

    #[test]
    fn address_and_names_match_without_case_and_the_others_exactly() {
        assert_eq!(index(" EMail ,NAME", &[], Field::Email), Some(0));
        assert_eq!(index("Last_Name,First_Name,email", &[], Field::FirstName), Some(1));
        assert_eq!(index("email,name, room ,id", &[], Field::Room), Some(2));
        let columns = columns_of("email,name,Room,ID", &[]).unwrap();
        assert_eq!((columns.index(Field::Room), columns.index(Field::Id)), (None, None));
        assert_eq!(columns.others().collect::<Vec<_>>(), [(3, "Room"), (4, "ID")]);
        assert_eq!((columns.warnings().len(), columns.notes().len()), (0, 2));
        assert!(columns.notes()[0].hint.as_ref().unwrap().contains("room = \"Room\""), "{:?}", columns.notes());
    }

    #[test]
    fn a_choice_goes_before_the_usual_header() {
        let header = "email,Private Mail,Wer,room";
        let choices = [(Field::Email, by_name("private mail")), (Field::Name, ColumnChoice::Position(3))];
        let columns = columns_of(header, &choices).unwrap();
        let email = columns.get(Field::Email).unwrap();
        assert_eq!((email.header, email.position, email.found_by), ("Private Mail", 2, FoundBy::ChosenHeader));
        assert_eq!(columns.get(Field::Name).unwrap().found_by, FoundBy::ChosenPosition);
        assert_eq!(columns.index(Field::Room), Some(3));
        let ignoring = [choices.as_slice(), &[(Field::Room, ColumnChoice::Ignore)]].concat();
        let columns = columns_of(header, &ignoring).unwrap();
        assert_eq!(columns.index(Field::Room), None);
        assert_eq!(columns.others().collect::<Vec<_>>(), [(1, "email"), (4, "room")]);
        assert!(columns.notes().is_empty());
    }

    #[test]
    fn what_a_setting_leaves_out_is_not_said_to_be_missing() {
        let left_out = problem("email,name", &[(Field::Email, ColumnChoice::Ignore)]);
        assert!(left_out.what.starts_with("email = false under [attendees.columns] leaves out"), "{left_out}");
        assert!(left_out.hint.unwrap().starts_with("delete that line"));
        assert!(problem("email,name", &[(Field::Name, ColumnChoice::Ignore)]).what.starts_with("name = false"));
        // First and last name do as well.
        assert!(columns_of("email,name,first_name,last_name", &[(Field::Name, ColumnChoice::Ignore)]).is_ok());
    }

    #[test]
    fn a_position_in_quotes_gets_told_apart_from_a_header() {
        let quoted = problem("email,Full", &[(Field::Name, by_name("2"))]);
        assert_eq!(quoted.hint.unwrap(), "a position stands without quotes: name = 2");
        assert_eq!(index("email,2,x", &[(Field::Name, by_name("2"))], Field::Name), Some(1));
    }

    #[test]
    fn a_missing_column_lists_those_that_are_there_and_the_way_out() {
        let missing = problem("Mailbox of theirs,Name", &[]);
        assert!(missing.what.contains("`Mailbox of theirs`, `Name`"), "{missing}");
        assert!(missing.hint.unwrap().ends_with("email = \"Mailbox of theirs\""));
        let no_name = problem("email,Name on the badge", &[]);
        assert!(no_name.hint.unwrap().ends_with("name = \"Name on the badge\""));
        assert!(problem("email,first_name", &[]).what.contains("`last_name`"));
        assert_eq!(columns_of("a,b", &[]).unwrap_err().len(), 2);
    }

    #[test]
    fn what_sounds_like_halves_of_a_name_is_named_as_such() {
        let halves = problem("email,Guest's first name please,Guest's last name please", &[]);
        let settings = "first_name = \"Guest's first name please\" and last_name = \"Guest's last name please\"";
        assert!(halves.hint.unwrap().ends_with(settings));
        assert!(problem("email,Name on the first badge", &[]).hint.unwrap().contains(" name = "));
    }

    #[test]
    fn capitals_are_told_of_fields_that_are_never_guessed_in_files_of_no_exporter() {
        let notes = |header: &str| columns_of(header, &[]).unwrap().notes().len();
        assert_eq!(notes("email,first_name,last_name,Name,Language"), 0, "`Name` is known in any case");
        assert_eq!(notes("email,name,ID"), 1);
        assert_eq!(notes("ID,Name,Email Address,Registration date"), 0, "Indico's");
    }

    #[test]
    fn a_choice_that_fits_nothing_gets_a_suggestion() {
        let wrong = problem("E-Mail,name", &[(Field::Email, by_name("E-Mial"))]);
        assert_eq!(wrong.hint.as_deref(), Some("did you mean `E-Mail`?"));
        assert!(wrong.what.contains("`E-Mail`, `name`"), "{wrong}");
        for position in [0, 3] {
            let wrong = problem("email,name", &[(Field::Id, ColumnChoice::Position(position))]);
            assert!(wrong.what.contains(&format!("no column {position}")), "{wrong}");
        }
    }

    #[test]
    fn the_attendees_own_goes_before_what_only_looks_like_the_usual_header() {
        let pretix = "Email,Attendee name,Attendee email";
        assert_eq!((index(pretix, &[], Field::Email), index(pretix, &[], Field::Name)), (Some(2), Some(1)));
        let german = "Name,Vorname,E-Mail";
        assert_eq!((index(german, &[], Field::Name), index(german, &[], Field::LastName)), (None, Some(0)));
        assert_eq!(index("email,name,Attendee email", &[], Field::Email), Some(0), "Roomkey's own");
        let exporters = "Order code,Attendee name,Attendee email,email,EMAIL,room";
        assert_eq!(index(exporters, &[], Field::Email), Some(2), "pretix's own");
        assert_eq!(index(exporters, &[], Field::Room), Some(5), "what was added for Roomkey");
    }

    #[test]
    fn two_columns_for_one_field_are_settled_by_position() {
        let doubled = problem("Email,name,EMAIL", &[]);
        assert!(doubled.what.contains("1 (`Email`), 3 (`EMAIL`)"), "{doubled}");
        assert!(doubled.hint.unwrap().ends_with("email = 1"));
        assert_eq!(index("Email,name,EMAIL", &[(Field::Email, ColumnChoice::Position(3))], Field::Email), Some(2));
        assert_eq!(index("Email,name,EMAIL", &[(Field::Email, by_name("EMAIL"))], Field::Email), Some(2));
        assert_eq!(columns_of("email,name,room,room", &[]).unwrap_err().len(), 1);
    }

    #[test]
    fn the_same_header_twice_is_worth_a_warning() {
        let columns = columns_of("email,name,Note,Note,,", &[]).unwrap();
        assert_eq!(columns.warnings().len(), 1);
        assert_eq!(columns.others().count(), 2, "what has no header is no template's");
        assert_eq!(columns.warnings()[0].what, "`Note` is the header of columns 3 and 4");
    }

    #[test]
    fn a_missing_header_line_is_recognised() {
        assert!(problem("ada@example.org,Ada Lovelace", &[]).what.contains("must name the columns"));
    }

    #[test]
    fn start_and_end_come_together() {
        assert!(problem("email,name,starts", &[]).what.contains("none for `ends`"));
        assert_eq!(index("email,name,starts", &[(Field::Starts, ColumnChoice::Ignore)], Field::Starts), None);
    }

    #[test]
    fn a_header_holds_no_control_characters_but_may_break_lines() {
        assert!(problem("email,name,a\0b", &[]).what.contains("column 3"));
        assert!(columns_of("email,name,two\nlines", &[]).is_ok());
    }
}
