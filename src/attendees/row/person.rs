//! Who a row is about: address, name, id, and the key made of them. Pure.

use super::{
    Row,
    guess::{guess, guess_surname_first},
    nobody::{is_blank_name, is_empty_name, is_formula, stands_for_half},
    trim_blanks,
};
use crate::{
    attendees::{EmptyName, Field, composed, nearest::shortened, several::pieces},
    model::{Address, AddressProblem, AttendeeKey},
};

/// The most octets of a name.
const LONGEST_NAME: usize = 1000;
/// The most octets of an id.
const LONGEST_ID: usize = 255;
/// The most addresses of a cell.
const MOST_ADDRESSES: usize = 20;
/// The most octets of an address cell that a message quotes: RFC 5321 knows none over 254.
const LONGEST_ADDRESS: usize = 254;

impl<'a> Row<'a> {
    /// The addresses: one, or several where the organiser wants a mail for each.
    pub(super) fn emails(&mut self) -> Option<Vec<Address>> {
        let cell = self.cell(Field::Email);
        if self.is_faulty(Field::Email) || self.holds_formula(Field::Email) {
            return None;
        }
        let is_several = pieces(cell).filter(|piece| Address::parse(piece).is_ok()).nth(1).is_some();
        if is_several && !self.rules.split_addresses && cell.contains(['\n', '\r']) {
            let one_line = cell.split_whitespace().collect::<Vec<_>>().join(" ");
            let problem = AddressProblem::Several(shortened(&one_line));
            self.note(problem.to_string(), several_hint(&problem));
            return None;
        }
        if !self.rules.split_addresses || Address::parse(cell).is_ok() {
            return self.email(cell, Field::Email).map(|address| vec![address]);
        }
        let given: Vec<&str> = pieces(cell).collect();
        if given.len() < 2 {
            return self.email(given.first().copied().unwrap_or(cell), Field::Email).map(|address| vec![address]);
        }
        if given.len() > MOST_ADDRESSES {
            let what = format!("{} holds {} addresses", self.label(Field::Email), given.len());
            self.note(what, format!("put no more than {MOST_ADDRESSES} into one cell"));
            return None;
        }
        let mut addresses: Vec<Address> = Vec::new();
        let mut is_sound = true;
        for piece in given {
            match self.address(piece) {
                None => is_sound = false,
                // Written twice, mailed once.
                Some(address) if addresses.iter().any(|known| known.folded() == address.folded()) => {}
                Some(address) => addresses.push(address),
            }
        }
        is_sound.then_some(addresses)
    }

    fn email(&mut self, cell: &str, field: Field) -> Option<Address> {
        if !self.is_one_line(field) || !self.is_short(field, LONGEST_ADDRESS) {
            return None;
        }
        self.address(undressed(cell))
    }

    fn address(&mut self, cell: &str) -> Option<Address> {
        match Address::parse(cell) {
            Ok(address) if is_number(address.domain()) => {
                let what = format!("`{address}` has a number for a domain");
                self.note(what, "write the domain's name after the `@`, such as example.org".to_owned());
                None
            }
            Ok(address) if address.local().starts_with('\'') => {
                let what = format!("`{address}` begins with an apostrophe, which spreadsheets put before text");
                self.note(what, "delete it".to_owned());
                None
            }
            Ok(address) => Some(address),
            Err(problem @ AddressProblem::Several(_)) => {
                let hint = if self.rules.split_addresses {
                    "write `;` between them".to_owned()
                } else {
                    several_hint(&problem)
                };
                self.note(problem.to_string(), hint);
                None
            }
            Err(problem) => {
                let hint = match (&problem, &self.columns.other_email) {
                    (AddressProblem::Empty, Some((column, is_buyers))) => {
                        let whose = if *is_buyers { "the buyer's" } else { "another column's" };
                        format!(
                            "fill it in, delete the row, or take {whose} for all: email = {column} under \
                             [attendees.columns]"
                        )
                    }
                    _ => problem.hint().to_owned(),
                };
                self.note(problem.to_string(), hint);
                None
            }
        }
    }

    /// The name, if the row has one that is sound; notes a problem where it has none and needs one.
    pub(super) fn name(&mut self) -> Option<String> {
        let fields = [Field::Name, Field::FirstName, Field::LastName];
        let mut sound = !fields.into_iter().any(|field| self.is_faulty(field));
        for field in fields {
            sound &= self.is_one_line(field) && self.is_short(field, LONGEST_NAME);
        }
        sound &= !fields.into_iter().any(|field| self.holds_formula(field));
        let name = self.readable_name();
        let is_of_parts = self.columns.index(Field::Name).is_none();
        let half = [Field::FirstName, Field::LastName].into_iter().find(|half| stands_for_half(self.cell(*half)));
        let half = half.filter(|_| is_of_parts);
        if sound && (is_empty_name(&name) || half.is_some()) && self.rules.empty_name == EmptyName::Refuse {
            let names_nobody = |field| format!("{}: `{}` names nobody", self.label(field), self.cell(field));
            let what = match half {
                Some(half) => names_nobody(half),
                None if is_of_parts => {
                    format!("{} and {} are empty", self.label(Field::FirstName), self.label(Field::LastName))
                }
                None if name.contains(|c: char| c.is_ascii_graphic()) => names_nobody(Field::Name),
                None => format!("{} is empty", self.label(Field::Name)),
            };
            sound = false;
            let hint = "fill it in, or set empty_name = \"address\" under [attendees] to show the address instead";
            self.note(what, hint.to_owned());
        }
        (sound && !is_empty_name(&name)).then_some(name)
    }

    /// Whether a field holds what a spreadsheet would compute, which is told. An address may begin with `=`.
    fn holds_formula(&mut self, field: Field) -> bool {
        let cell = self.cell(field);
        let is_one = is_formula(cell) && (field != Field::Email || Address::parse(cell).is_err());
        if is_one {
            let what = format!("{} holds a formula, not its value: `{}`", self.label(field), shortened(cell));
            self.note(
                what,
                "put the value in its place: in the spreadsheet, copy the column, paste it as values only, and save the \
                 file anew"
                    .to_owned(),
            );
        }
        is_one
    }

    /// The name column, or first and last name where there is none; a half that names nobody is left out.
    pub(super) fn readable_name(&self) -> String {
        if self.columns.index(Field::Name).is_some() {
            return self.cell(Field::Name).to_owned();
        }
        let halves = [Field::FirstName, Field::LastName].map(|half| self.cell(half));
        let named: Vec<&str> =
            halves.into_iter().filter(|half| !is_blank_name(half) && !stands_for_half(half)).collect();
        trim_blanks(&named.join(" ")).to_owned()
    }

    /// First and last name: the file's own, else guessed from the whole name. The last name is
    /// guessed only where the file has no first name either: it could stand in both.
    pub(super) fn parts_of(&self, name: &str) -> (String, String) {
        let (first, last) = (self.cell(Field::FirstName), self.cell(Field::LastName));
        let guess = if self.columns.surname_first { guess_surname_first(name) } else { guess(name) };
        let is_none = |half: &str| is_blank_name(half) || stands_for_half(half);
        let (first, last) = match (is_none(first), is_none(last)) {
            (true, true) => (guess.first, guess.last),
            // Somebody with nothing but a last name.
            (true, false) if name == last => (name, last),
            (true, false) => (guess.first, last),
            (false, true) => (first, ""),
            (false, false) => (first, last),
        };
        // A name of commas alone is still a name.
        (if is_none(first) { name } else { first }.to_owned(), last.to_owned())
    }

    /// The address in a name's place; in lower case, so that one person typed twice has one name.
    pub(super) fn stand_in_name(&self, email: &Address) -> Option<String> {
        let allowed = self.rules.empty_name == EmptyName::UseAddress && self.problems.is_empty();
        allowed.then(|| email.folded())
    }

    /// The id, where the file has such a column and this row's is sound.
    pub(super) fn id(&mut self) -> Option<&'a str> {
        self.columns.index(Field::Id).filter(|_| !self.is_faulty(Field::Id))?;
        let id = self.cell(Field::Id);
        if id.is_empty() {
            let what = format!("{} is empty", self.label(Field::Id));
            let hint = "give every row an id of its own, or set id = false under [attendees.columns]";
            self.note(what, hint.to_owned());
            return None;
        }
        if let Some(hint) = changed_number(id) {
            let what = format!("{}: `{id}` is what programs make of an id that is a number", self.label(Field::Id));
            self.note(what, hint);
            return None;
        }
        (self.is_one_line(Field::Id) && self.is_short(Field::Id, LONGEST_ID)).then_some(id)
    }

    /// Who somebody is at one of the row's addresses. Where it has several they are told apart by these; the id alone
    /// is that of a row with one.
    pub(super) fn key(&self, id: Option<&str>, email: &Address, is_one_of_several: bool, name: &str) -> AttendeeKey {
        match id {
            Some(id) if is_one_of_several => AttendeeKey::from_id_and_address(id, email),
            Some(id) => AttendeeKey::from_id(id),
            None if self.rules.shared_addresses => AttendeeKey::from_address_and_name(email, &composed(name)),
            None => AttendeeKey::from_address(email),
        }
    }
}

fn several_hint(problem: &AddressProblem) -> String {
    format!("{}, or set several_addresses = \"split\" under [attendees]", problem.hint())
}

/// An address as programs and people dress it up: `<ada@example.org>`, `mailto:ada@example.org`, `ada@example.org;`.
fn undressed(cell: &str) -> &str {
    let bare = cell.trim_end_matches([';', ',']);
    let bare = bare.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(bare);
    let scheme = bare.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("mailto:"));
    let bare = if scheme.is_some() { &bare[7..] } else { bare };
    if bare.is_empty() { cell } else { bare }
}

/// What to do about an id that somebody's program took for a number: `1.0`, `1.12119E+10`. With it, a person would be
/// somebody else than with the id itself, and be mailed again.
fn changed_number(id: &str) -> Option<String> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit());
    let way_out = "; or set id = false under [attendees.columns], and everybody is known by the address";
    if let Some(whole) = id.strip_suffix(".0").filter(|whole| is_number(whole)) {
        return Some(format!("write `{whole}`, as it was{way_out}"));
    }
    let (digits, exponent) = id.split_once("E+")?;
    let (before, after) = digits.split_once(['.', ',']).unwrap_or((digits, "0"));
    ([before, after, exponent].into_iter().all(is_number))
        .then(|| format!("its last digits are lost: take it from where it comes, and keep the column as text{way_out}"))
}

/// No top-level domain is a number (RFC 3696 §2).
fn is_number(domain: &str) -> bool {
    domain.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attendees::{
        ColumnChoice, Rules,
        row::sample::{only_problem, read, read_by, rows_by, with},
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
    fn a_name_whose_header_puts_the_surname_first_greets_as_a_whole() {
        let first = |header: &str, name: &str| read(header, &["ada@example.org", name]).unwrap().first_name;
        assert_eq!(first("email,Cognome e nome", "Lovelace Ada"), "Lovelace Ada");
        assert_eq!(first("email,Cognome e nome", "Lovelace, Ada"), "Ada");
        assert_eq!(first("email,Nome e cognome", "Ada Lovelace"), "Ada");
        let choices = [(Field::Name, ColumnChoice::Position(2))].into();
        let chosen = read_by(
            Rules { choices, ..Rules::for_tests() },
            "email,Nachname Vorname",
            &["ada@example.org", "Lovelace Ada"],
        );
        assert_eq!(chosen.unwrap().first_name, "Lovelace Ada");
    }

    #[test]
    fn formulas_are_nobodys_name_and_changed_numbers_nobodys_id() {
        let formula = only_problem(with("name", "=HYPERLINK(\"https://example.org\",\"Ada\")"));
        assert!(formula.what.starts_with("`name` holds a formula, not its value: `=HYPERLINK("), "{formula}");
        for name in [
            "=A1",
            "=$B$12",
            "=A1&B1",
            "=A1&\" \"&B1",
            "=+A1",
            "=Tabelle1!A2",
            "=[@Vorname]",
            "=1+1",
            "+A1",
            "+A1&B1",
            "-$B$2",
            "+SUM(A1)",
            "@SUM(A1)",
            "Err:502",
            "#######",
            "#REF!",
            "#NAME?",
            "#WERT!",
            "#¡VALOR!",
            "#¿NOMBRE?",
            "#NV",
            "#DIV/0!",
        ] {
            assert!(only_problem(with("name", name)).what.contains("holds a formula"), "{name}");
        }
        for name in ["Ada (=)", "#1", "# Ada", "#Ada!", "A=B", "+Ada", "@ada", "-Ada", "Err: Ada", "A1", "@ada (work)"]
        {
            assert!(with("name", name).is_ok(), "{name}");
        }
        for (id, hint) in
            [("1.0", "write `1`, as it was"), ("1.12119E+10", "its last digits"), ("1E+05", "its last digits")]
        {
            assert!(only_problem(with("id", id)).hint.unwrap().starts_with(hint), "{id}");
        }
        for id in ["1", "007", "1.5", "v1.0", "1.0.0", ".0", "E+1", "AE+1", "=\"007\""] {
            assert!(with("id", id).is_ok(), "{id}");
        }
    }

    #[test]
    fn what_forms_put_in_a_names_place_is_no_name() {
        for name in ["-", "--", "N/A", "Info Requested", "anonymous", "?"] {
            let problem = only_problem(read("email,name", &["ada@example.org", name]));
            assert_eq!(problem.what, format!("`name`: `{name}` names nobody"));
            let rules = Rules { empty_name: EmptyName::UseAddress, ..Rules::for_tests() };
            assert_eq!(read_by(rules, "email,name", &["ada@example.org", name]).unwrap().name, "ada@example.org");
        }
        assert!(read("email,name", &["na@example.org", "Na"]).is_ok());
    }

    #[test]
    fn formulas_in_the_column_of_addresses_are_told_as_such() {
        for cell in ["=HYPERLINK(\"mailto:a@example.net\",\"a@example.net\")", "=A2", "#REF!", "#WERT!", "+A1"] {
            let problem = only_problem(with("email", cell));
            assert!(problem.what.starts_with("`email` holds a formula, not its value"), "{problem}");
            assert!(problem.hint.unwrap().contains("paste it as values only"));
        }
        for address in ["=ada@example.net", "+ada@example.net", "#ada@example.net"] {
            assert_eq!(with("email", address).unwrap().email.as_str(), address, "RFC 5322 §3.2.3");
        }
    }

    #[test]
    fn what_forms_put_in_half_a_names_place_is_no_half_of_one() {
        let halves = |rules: &Rules, first: &str, last: &str| {
            read_by(rules.clone(), "email,First Name,Last Name", &["ada@example.org", first, last])
        };
        let (refuse, show) = (Rules::for_tests(), Rules { empty_name: EmptyName::UseAddress, ..Rules::for_tests() });
        for (first, last) in [
            ("Info Requested", "Info Requested"),
            ("Info Requested", "Lovelace"),
            ("Ada", "N/A"),
            ("null", "null"),
            ("Ada", "null"),
        ] {
            let what = only_problem(halves(&refuse, first, last)).what;
            assert!(what.ends_with("` names nobody"), "{what}");
        }
        assert!(only_problem(halves(&refuse, "-", "")).what.ends_with("are empty"));
        let mononym = halves(&refuse, "Suharto", "-").unwrap();
        assert_eq!((mononym.name.as_str(), mononym.first_name.as_str()), ("Suharto", "Suharto"));
        assert_eq!(halves(&refuse, "Ada", "Null").unwrap().name, "Ada Null", "somebody's name");
        assert_eq!(halves(&show, "Info Requested", "Info Requested").unwrap().name, "ada@example.org");
        let half = halves(&show, "Info Requested", "Lovelace").unwrap();
        assert_eq!((half.name.as_str(), half.first_name.as_str()), ("Lovelace", "Lovelace"));
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
    fn several_addresses_are_an_invitation_each_where_that_is_said() {
        let rules = Rules { split_addresses: true, ..Rules::for_tests() };
        let rows = |cell: &str| rows_by(rules.clone(), "email,name", &[cell, "Ada"]);
        for cell in ["a@x.org; B@x.org", "a@x.org,B@x.org", "a@x.org\nB@x.org", "a@x.org B@x.org; A@x.org"] {
            let rows = rows(cell).unwrap();
            let told: Vec<_> = rows.iter().map(|row| (row.number, row.email.as_str(), row.name.as_str())).collect();
            assert_eq!(told, [(9, "a@x.org", "Ada"), (10, "B@x.org", "Ada")], "{cell:?}");
            assert_eq!(rows[1].key, AttendeeKey::from_address(&rows[1].email));
        }
        assert_eq!(rows("\"a b\"@x.org").unwrap().len(), 1);
        let wrong = rows("a@x.org; b@").unwrap_err();
        assert_eq!(wrong.problems[0].what, "`b@` is not an e-mail address");
        assert_eq!(rows("a@x.org;").unwrap().len(), 1, "one, and a semicolon behind it");
        assert!(rows(&"a@x.org;".repeat(30)).unwrap_err().problems[0].what.contains("holds 30 addresses"));
        let refused = only_problem(with("email", "a@x.org; b@x.org"));
        assert!(refused.hint.unwrap().contains("several_addresses = \"split\""));
    }

    #[test]
    fn an_id_of_several_addresses_is_told_apart_by_them() {
        let rules = Rules { split_addresses: true, ..Rules::for_tests() };
        let keys = |cell: &str| -> Vec<String> {
            let rows = rows_by(rules.clone(), "email,name,id", &[cell, "Ada", "7"]).unwrap();
            rows.iter().map(|row| row.key.person().to_owned()).collect()
        };
        assert_eq!(keys("a@x.org"), ["id:7"]);
        assert_eq!(keys("B@x.org a@x.org"), ["id:7\u{1f}b@x.org", "id:7\u{1f}a@x.org"]);
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
