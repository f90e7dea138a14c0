//! Who a row is about: address, name, id, and the key made of them. Pure.

use super::{Row, guess::guess, trim_blanks};
use crate::{
    attendees::{EmptyName, Field, composed},
    model::{Address, AttendeeKey},
};

/// The most octets of a name.
const LONGEST_NAME: usize = 1000;
/// The most octets of an id.
const LONGEST_ID: usize = 255;
/// The most octets of an address cell that a message quotes: RFC 5321 knows none over 254.
const LONGEST_ADDRESS: usize = 254;

impl<'a> Row<'a> {
    pub(super) fn email(&mut self) -> Option<Address> {
        let cell = self.cell(Field::Email);
        if !self.is_one_line(Field::Email) || !self.is_short(Field::Email, LONGEST_ADDRESS) {
            return None;
        }
        match Address::parse(cell) {
            Ok(address) if is_number(address.domain()) => {
                let what = format!("`{address}` has a number for a domain");
                self.note(what, "write the domain's name after the `@`, such as example.org".to_owned());
                None
            }
            Ok(address) => Some(address),
            Err(problem) => {
                self.note(problem.to_string(), problem.hint().to_owned());
                None
            }
        }
    }

    /// The name, if the row has one that is sound; notes a problem where it has none and needs one.
    pub(super) fn name(&mut self) -> Option<String> {
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
    pub(super) fn readable_name(&self) -> String {
        if self.columns.index(Field::Name).is_some() {
            return self.cell(Field::Name).to_owned();
        }
        let (first, last) = (self.cell(Field::FirstName), self.cell(Field::LastName));
        trim_blanks(&format!("{first} {last}")).to_owned()
    }

    /// First and last name: the file's own, else guessed from the whole name. The last name is
    /// guessed only where the file has no first name either: it could stand in both.
    pub(super) fn parts_of(&self, name: &str) -> (String, String) {
        let (first, last) = (self.cell(Field::FirstName), self.cell(Field::LastName));
        let guess = guess(name);
        let (first, last) = match (is_empty_name(first), is_empty_name(last)) {
            (true, true) => (guess.first, guess.last),
            // Somebody with nothing but a last name.
            (true, false) if name == last => (name, last),
            (true, false) => (guess.first, last),
            (false, _) => (first, last),
        };
        // A name of commas alone is still a name.
        (if is_empty_name(first) { name } else { first }.to_owned(), last.to_owned())
    }

    /// The address in a name's place; in lower case, so that one person typed twice has one name.
    pub(super) fn stand_in_name(&self, email: &Address) -> Option<String> {
        let allowed = self.rules.empty_name == EmptyName::UseAddress && self.problems.is_empty();
        allowed.then(|| email.folded())
    }

    /// The id, where the file has such a column and this row's is sound.
    pub(super) fn id(&mut self) -> Option<&'a str> {
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

    pub(super) fn key(&self, id: Option<&str>, email: &Address, name: &str) -> AttendeeKey {
        match id {
            Some(id) => AttendeeKey::from_id(id),
            None if self.rules.shared_addresses => AttendeeKey::from_address_and_name(email, &composed(name)),
            None => AttendeeKey::from_address(email),
        }
    }
}

/// No top-level domain is a number (RFC 3696 §2).
fn is_number(domain: &str) -> bool {
    domain.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether nothing of it can be seen: empty, blank, or joiners and marks alone.
pub(super) fn is_empty_name(name: &str) -> bool {
    let unseen = |c: char| {
        c.is_whitespace() || matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{3164}' | '\u{FEFF}')
    };
    name.chars().all(unseen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attendees::{
        Rules,
        row::sample::{only_problem, read, read_by, with},
    };

    #[test]
    fn names_come_whole_or_in_two_parts() {
        let two = read("email,First_Name,last_name", &["ada@example.org", "Ada", "King Lovelace"]).unwrap();
        assert_eq!((two.name.as_str(), two.first_name.as_str()), ("Ada King Lovelace", "Ada"));
        assert_eq!(two.last_name, "King Lovelace");
        let mononym = read("email,first_name,last_name", &["s@example.org", "", "Suharto"]).unwrap();
        assert_eq!((mononym.name.as_str(), mononym.first_name.as_str()), ("Suharto", "Suharto"));
        let last_alone = read("email,first_name,last_name", &["k@example.org", "", "King Lovelace"]).unwrap();
        assert_eq!((last_alone.first_name.as_str(), last_alone.last_name.as_str()), ("King Lovelace", "King Lovelace"));
        let guessed = read("email,name", &["ada@example.org", "Lovelace, Ada"]).unwrap();
        assert_eq!((guessed.first_name.as_str(), guessed.last_name.as_str()), ("Ada", "Lovelace"));
        assert_eq!(read("email,name", &["x@example.org", ",,"]).unwrap().first_name, ",,");
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
        let shared = Rules { shared_addresses: true, ..Rules::for_tests() };
        let key = |name| read_by(shared.clone(), "email,name", &["j@example.org", name]).unwrap().key;
        assert_eq!(key("Ju\u{308}rgen"), key("J\u{FC}rgen"), "composed in two ways, one person");
        assert_eq!(key("J\u{FC}rgen").person(), "address:j@example.org\u{1f}J\u{FC}rgen", "what ledgers keep stays");
        assert!(only_problem(with("id", " ")).what.contains("`id` is empty"));
        assert!(with("id", &"x".repeat(255)).is_ok());
        assert!(with("id", &"x".repeat(256)).is_err());
    }

    #[test]
    fn addresses_are_single_bare_and_may_be_international() {
        assert_eq!(with("email", "Ada@Müller.example").unwrap().email.as_str(), "Ada@xn--mller-kva.example");
        assert!(with("email", "jürgen@example.org").unwrap().email.needs_smtputf8());
        assert!(only_problem(with("email", "a@example.org; b@example.org")).what.contains("more than one address"));
        assert!(only_problem(with("email", "a@1.2.3.4")).what.contains("a number for a domain"));
        assert_eq!(only_problem(with("email", "")).what, "the address is empty");
        let endless = only_problem(with("email", &format!("{}@example.org", "x".repeat(5000))));
        assert!(endless.to_string().len() < 200, "{endless}");
    }

    #[test]
    fn long_names_pass_and_endless_ones_do_not() {
        assert!(with("name", &"字".repeat(300)).is_ok());
        assert!(only_problem(with("name", &"字".repeat(334))).what.contains("longer than 1000 octets"));
    }
}
