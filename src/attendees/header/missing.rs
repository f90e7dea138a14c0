//! What a header lacks that no file can do without, and the settings that mend it.

use super::{Found, Header, choice_of};
use crate::{
    attendees::{ColumnChoice, EmptyName, Field, names, nearest::shortened},
    model::Address,
};

/// The way out for a list without names.
const SHOW_ADDRESSES: &str = "set empty_name = \"address\" under [attendees] to show addresses instead";

impl Header<'_> {
    /// What a file cannot do without.
    pub(super) fn check_complete(&mut self, found: &[Found; Field::ALL.len()]) {
        let has = |field: Field| found[field as usize].is_some();
        // The address may stand in for everybody's name.
        let named = has(Field::Name)
            || has(Field::FirstName) && has(Field::LastName)
            || self.rules.empty_name == EmptyName::UseAddress;
        let holds_an_address = || self.headers.iter().any(|header| Address::parse(header).is_ok());
        let is_address = |index: usize| Address::parse(&self.headers[index]).is_ok();
        let stands_for_the_column = found[Field::Email as usize].is_some_and(|(index, _)| is_address(index));
        if stands_for_the_column || (!has(Field::Email) || !named) && holds_an_address() {
            self.note(
                "the first line holds an address: it must name the columns".into(),
                "put a line `email,name` (or whatever the columns are) above it".to_owned(),
            );
            return;
        }
        if !has(Field::Email) {
            self.missing(Field::Email, "`email`");
        }
        if !named {
            match (has(Field::FirstName), has(Field::LastName)) {
                (true, false) => self.missing_half(Field::LastName, found[Field::FirstName as usize]),
                (false, true) => self.missing_half(Field::FirstName, found[Field::LastName as usize]),
                _ => self.missing_name(),
            }
        }
        let is_said = has(Field::Session) || self.rules.choices.contains_key(&Field::Session);
        if !self.rules.sessions.is_empty() && !is_said {
            self.missing_session();
        }
        for (field, other) in [(Field::Starts, Field::Ends), (Field::Ends, Field::Starts)] {
            if has(field) && !has(other) {
                let (key, other) = (field.key(), other.key());
                self.note(
                    format!("there is a column for `{key}` but none for `{other}`"),
                    format!("add `{other}`, or set {key} = false under [attendees.columns]"),
                );
            }
        }
    }

    fn missing(&mut self, field: Field, which: &str) {
        let key = field.key();
        if self.rules.choices.get(&field) == Some(&ColumnChoice::Ignore) {
            self.note(
                format!("{key} = false under [attendees.columns] leaves out a column that no file can do without"),
                format!("delete that line, or say which column it is: {key} = \"its header\""),
            );
            return;
        }
        let what = format!("there is no column {which}; {}", self.list());
        let example = match self.likely(field) {
            Some(index) => choice_of(&self.headers[index], index),
            None if field == Field::Name => {
                self.note(what, format!("add one, or {SHOW_ADDRESSES}"));
                return;
            }
            None => "\"its header\"".into(),
        };
        self.note(what, format!("name it in event.toml under [attendees.columns]: {key} = {example}"));
    }

    /// Half a name alone, which some lists are content with.
    fn missing_half(&mut self, half: Field, there: Found) {
        if self.rules.choices.get(&half) == Some(&ColumnChoice::Ignore) {
            return self.missing(half, "");
        }
        let Some((index, _)) = there else { return };
        let other = if half == Field::LastName { Field::FirstName } else { Field::LastName };
        let (half, other, list) = (half.key(), other.key(), self.list());
        let choice = choice_of(&self.headers[index], index);
        self.note(
            format!("there is no column `{half}` beside `{other}`, and no `name`; {list}"),
            format!(
                "name it in event.toml under [attendees.columns]: {half} = \"its header\"; where there is none: name = \
                 {choice}"
            ),
        );
    }

    /// Two columns that sound like the halves of a name are more likely than one that sounds like the whole.
    fn missing_name(&mut self) {
        let buyers = self.matching(names::is_buyers_name);
        if !buyers.is_empty() && !self.rules.choices.contains_key(&Field::Name) {
            let listed: Vec<_> = buyers.iter().map(|index| format!("`{}`", shortened(&self.headers[*index]))).collect();
            self.note(
                format!("there is no column with the attendees' names: {} are the buyers'", listed.join(", ")),
                format!(
                    "add one, or {SHOW_ADDRESSES}; where buyers and attendees are the same people, name these columns under \
                     [attendees.columns]"
                ),
            );
            return;
        }
        let which = "`name`, nor `first_name` and `last_name`";
        let is_open = |field| !self.rules.choices.contains_key(&field);
        let halves = [Field::FirstName, Field::LastName].map(|field| self.likely(field).filter(|_| is_open(field)));
        let [Some(first), Some(last)] = halves else { return self.missing(Field::Name, which) };
        if first == last || !is_open(Field::Name) {
            return self.missing(Field::Name, which);
        }
        let [first, last] = [first, last].map(|index| choice_of(&self.headers[index], index));
        self.note(
            format!("there is no column {which}; {}", self.list()),
            format!("name them in event.toml under [attendees.columns]: first_name = {first} and last_name = {last}"),
        );
    }

    fn missing_session(&mut self) {
        let what = format!("event.toml has sessions, and there is no column `session`; {}", self.list());
        let example = self.likely(Field::Session).map(|index| choice_of(&self.headers[index], index));
        let example = example.as_deref().unwrap_or("\"its header\"");
        self.note(
            what,
            format!(
                "name it in event.toml under [attendees.columns]: session = {example}; or session = false: everybody \
                 is invited to all of them"
            ),
        );
    }

    /// A header that sounds like the field.
    fn likely(&self, field: Field) -> Option<usize> {
        let words: &[&str] = match field {
            Field::Email => &["mail"],
            Field::FirstName => &["first", "given", "vorname"],
            Field::Session => &["session", "sitzung", "slot", "block"],
            Field::LastName => &["last", "surname", "family", "nachname"],
            _ => &["name"],
        };
        let sounds = |header: &str| words.iter().any(|word| header.to_lowercase().contains(word));
        self.headers.iter().position(|header| sounds(header))
    }
}
