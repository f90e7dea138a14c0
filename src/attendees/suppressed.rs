//! Who is not to be mailed: addresses from files of any form, and from wherever else they are added.
//!
//! Owns: how such a file is read. It is read as attendee files are, whatever its encoding, delimiters or format; but
//! what event.toml says of the attendee file does not count for it. Every address under a header that means one counts;
//! where no line is such a header, every address in the file. A line that holds none is a warning: whoever is not read
//! here is mailed.
//!
//! Of each address a digest is kept, keyed at random.

use std::sync::Arc;

use csv::StringRecord;

use super::{
    ColumnChoices, FileProblem, Problem, Rules, SourceFile,
    digest::{ByDigest, Digest, Digests},
    names::{self, Kind},
    nearest::shortened,
    on_disk::open_regular,
    reading::{Raw, Reading, Recognised, file_problem},
    several::pieces,
    top,
};
use crate::model::{Address, Locator, Mailbox};

/// Lines without an address that are named; the rest is counted.
const NAMED: usize = 10;

/// Addresses that are to get no mail, and where each was found.
#[derive(Debug, Default)]
pub struct Suppressed {
    digests: Digests,
    by_address: ByDigest<u16>,
    sources: Vec<Arc<str>>,
}

impl Suppressed {
    /// Reads files of addresses; gives also what is to be said of them.
    ///
    /// # Errors
    /// [`FileProblem`] where one cannot be read to its end: it would keep nobody out.
    pub fn read(files: &[SourceFile], rules: &Rules) -> Result<(Self, Vec<Problem>), FileProblem> {
        let mut all = Self::default();
        let warnings = all.read_files(files, rules)?;
        Ok((all, warnings))
    }

    /// Reads files again, as they are by now: comparable to this one by [`Suppressed::is_same_as`].
    ///
    /// # Errors
    /// As [`Suppressed::read`].
    pub fn read_again(&self, files: &[SourceFile], rules: &Rules) -> Result<Self, FileProblem> {
        let mut all = Self { digests: self.digests.clone(), ..Self::default() };
        all.read_files(files, rules)?;
        Ok(all)
    }

    /// Whether two readings found the same addresses in the same places.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.by_address == other.by_address
    }

    fn read_files(&mut self, files: &[SourceFile], rules: &Rules) -> Result<Vec<Problem>, FileProblem> {
        let plain = Rules {
            encoding: None,
            delimiter: None,
            quote: None,
            sheet: None,
            skip_lines: None,
            choices: ColumnChoices::new(),
            ..rules.clone()
        };
        let mut warnings = Vec::new();
        for file in files {
            self.read_file(file, &plain, &mut warnings)?;
        }
        Ok(warnings)
    }

    /// Adds addresses of another source.
    pub fn add<'a>(&mut self, source: &str, addresses: impl IntoIterator<Item = &'a Address>) {
        let source = self.source_named(source);
        for address in addresses {
            self.insert(address, source);
        }
    }

    /// The source that names an address first, by its number.
    #[must_use]
    pub fn by(&self, address: &Address) -> Option<u16> {
        if self.by_address.is_empty() {
            return None;
        }
        self.by_address.get(&self.digest(address)).copied()
    }

    /// What a source is called.
    #[must_use]
    pub fn source(&self, number: u16) -> &str {
        self.sources.get(usize::from(number)).map_or("", |source| source)
    }

    /// How many addresses a source is the first to name.
    #[must_use]
    pub fn of(&self, source: &str) -> u64 {
        self.by_address.values().filter(|number| self.source(**number) == source).count() as u64
    }

    /// How many addresses there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_address.len()
    }

    /// Whether nobody is kept out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_address.is_empty()
    }

    fn source_named(&mut self, name: &str) -> u16 {
        let known = self.sources.iter().position(|known| **known == *name);
        let at = known.unwrap_or_else(|| {
            self.sources.push(name.into());
            self.sources.len() - 1
        });
        u16::try_from(at).unwrap_or(u16::MAX)
    }

    /// Addresses are compared as the ledger compares them.
    fn digest(&self, address: &Address) -> Digest {
        self.digests.of(&address.folded())
    }

    fn insert(&mut self, address: &Address, source: u16) {
        let digest = self.digest(address);
        self.by_address.entry(digest).or_insert(source);
    }

    fn read_file(&mut self, of: &SourceFile, rules: &Rules, warnings: &mut Vec<Problem>) -> Result<(), FileProblem> {
        let name = &of.shown_as;
        let source = self.source_named(name);
        let mut lines = Lines { name, read: 0, without: Vec::new(), more: 0 };
        let (file, _) = open_regular(of)?;
        match Reading::open(file, name, rules) {
            Ok(recognised) => self.read_rows(recognised, rules, source, &mut lines)?,
            // Nobody asked for no mails so far.
            Err(FileProblem::Empty { .. }) => {}
            Err(problem) => return Err(problem),
        }
        lines.tell(warnings);
        Ok(())
    }

    fn read_rows(
        &mut self,
        mut recognised: Recognised,
        rules: &Rules,
        source: u16,
        lines: &mut Lines<'_>,
    ) -> Result<(), FileProblem> {
        let name = lines.name;
        let (first, ended_by) = recognised.first_rows(0);
        if let Some(fault) = ended_by {
            return Err(file_problem(fault, name));
        }
        let Recognised { mut reading, assumed, .. } = recognised;
        lines.tell_of_other_sheets(&assumed);
        let rows: Vec<top::Row> = first.iter().map(|raw| (&raw.cells, raw.lines)).collect();
        let header = top::header_among(&rows, rules)
            .map(|at| (at, columns_of(rows[at].0)))
            .filter(|(_, columns)| !columns.is_empty());
        let mut first = first.into_iter().enumerate();
        loop {
            let (at, raw) = match first.next() {
                Some((at, raw)) => (Some(at), raw),
                None => match reading.next().map_err(|fault| file_problem(fault, name))? {
                    Some(raw) => (None, raw),
                    None => return Ok(()),
                },
            };
            // Above the columns' names stands a report's head, or what somebody added on top.
            let is_head = header.as_ref().is_some_and(|(header, _)| at.is_some_and(|at| at <= *header));
            let columns = header.as_ref().filter(|_| !is_head).map(|(_, columns)| columns.as_slice());
            let found = self.read_row(&raw, columns, source);
            lines.read += found;
            if !is_head {
                lines.note(&raw, found);
            }
        }
    }

    /// Takes the addresses of a row: of these columns, or wherever one stands.
    fn read_row(&mut self, raw: &Raw, columns: Option<&[usize]>, source: u16) -> u64 {
        let mut found = 0;
        for (index, cell) in raw.cells.iter().enumerate() {
            if columns.is_none_or(|columns| columns.contains(&index)) {
                for address in addresses(cell) {
                    self.insert(&address, source);
                    found += 1;
                }
            }
        }
        found
    }
}

/// The columns of a header that hold addresses.
fn columns_of(header: &StringRecord) -> Vec<usize> {
    names::candidates(Kind::Email, &names::meanings(&top::cells(header)))
}

/// All addresses in a cell: `ada@example.org`, `Ada <ada@example.org>`, `a@example.org; b@example.org`.
pub(super) fn addresses(cell: &str) -> Vec<Address> {
    if !cell.contains('@') || cell.contains(char::REPLACEMENT_CHARACTER) {
        return Vec::new();
    }
    let cell = cell.trim_matches(is_around);
    let bare = |text: &str| Address::parse(text.trim_start_matches("mailto:"));
    match bare(cell).or_else(|_| Mailbox::parse(cell).map(|mailbox| mailbox.address)) {
        Ok(address) => vec![address],
        Err(_) => pieces(cell).filter_map(|piece| bare(piece.trim_matches(is_around)).ok()).collect(),
    }
}

/// What may stand around an address in a list, and belongs to none: quotes, brackets, a dot, characters that nobody
/// sees.
fn is_around(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '"' | '\'' | '(' | ')' | '[' | ']' | '.' | ',' | ';' | ':' | '!' | '*' | '•')
        || matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2018}'..='\u{201F}' | '\u{2039}' | '\u{203A}' | '«' | '»')
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// What is to be said of a file's lines.
struct Lines<'a> {
    name: &'a Arc<str>,
    /// How many addresses were found.
    read: u64,
    /// Lines that hold none, and other remarks.
    without: Vec<Problem>,
    more: u64,
}

impl Lines<'_> {
    fn at(&self, line: u64) -> Locator {
        Locator { source: self.name.clone(), line }
    }

    fn note(&mut self, raw: &Raw, found: u64) {
        if found > 0 {
            return;
        }
        if self.without.len() >= NAMED {
            self.more += 1;
            return;
        }
        let cell = raw.cells.iter().map(str::trim).find(|cell| cell.contains('@'));
        let cell = cell.or_else(|| raw.cells.iter().map(str::trim).find(|cell| !cell.is_empty())).unwrap_or_default();
        let what = format!("this line holds no address, and keeps nobody out (`{}`)", shortened(cell));
        let hint = Some("write one address a line, or a table with a column `email`".to_owned());
        self.without.push(Problem { at: self.at(raw.lines.first), what, hint });
    }

    fn tell_of_other_sheets(&mut self, assumed: &[String]) {
        for told in assumed.iter().filter(|told| told.contains("read the sheet")) {
            let told = told.trim_start_matches(&**self.name).trim_start_matches(": ");
            let what = told.split("; another one").next().unwrap_or(told).to_owned();
            let hint =
                Some("save the other sheet as a file of its own, and name both: suppress = [\"…\", \"…\"]".into());
            self.without.push(Problem { at: self.at(1), what, hint });
        }
    }

    fn tell(self, warnings: &mut Vec<Problem>) {
        let at = self.at(1);
        warnings.extend(self.without);
        if self.more > 0 {
            let what = format!("and {} more lines without an address, which keep nobody out", self.more);
            warnings.push(Problem { at: at.clone(), what, hint: None });
        }
        if self.read == 0 {
            let what = "no address was found: nobody is kept out by this file".to_owned();
            warnings.push(Problem { at, what, hint: None });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn read(name: &str, bytes: impl AsRef<[u8]>) -> Result<(Suppressed, Vec<String>), FileProblem> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let file = SourceFile { path, shown_as: name.into(), relative_to: "event.toml's folder".into() };
        let (all, warnings) = Suppressed::read(&[file], &Rules::for_tests())?;
        Ok((all, warnings.iter().map(ToString::to_string).collect()))
    }

    fn is_out(all: &Suppressed, address: &str) -> bool {
        all.by(&Address::parse(address).unwrap()).is_some()
    }

    #[test]
    fn a_table_of_any_dialect_and_a_bare_list_are_read() {
        let wide: Vec<u8> =
            "\u{FEFF}E-Mail;Grund\nada@example.org;zu viel\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let files: [&[u8]; 7] = [
            b"Reason,Email Address\nenough,ADA@Example.org\n",
            b"ada@example.org\n\nben@example.org\n",
            b"List of 2026\nAnrede\tE-Mail-Adresse\nFrau\tada@example.org\n",
            b"sep=;\nEmail;Name\nada@example.org;Ada\n",
            &wide,
            b"Ada Lovelace <ada@example.org>\n",
            b"\"ben@example.org; mailto:ada@example.org\"\n",
        ];
        for bytes in files {
            let (all, warnings) = read("unsubscribed.csv", bytes).unwrap();
            assert!(is_out(&all, "ada@example.org"), "{}", String::from_utf8_lossy(bytes));
            assert!(!is_out(&all, "cora@example.org"));
            assert_eq!(warnings, Vec::<String>::new(), "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn a_column_of_another_s_addresses_keeps_nobody_out() {
        let (all, _) = read("x.csv", "Email,Referred by\nada@example.org,ben@example.org\n").unwrap();
        assert!(is_out(&all, "ada@example.org") && !is_out(&all, "ben@example.org"));
        assert_eq!((all.len(), all.of("x.csv"), all.source(0)), (1, 1, "x.csv"));
    }

    #[test]
    fn a_line_without_an_address_is_told_by_its_number() {
        let (all, warnings) = read("x.csv", "Kontakt\nada@example.org\nben@\n\ncora@example.org\n").unwrap();
        assert_eq!(all.len(), 2);
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        assert!(warnings[0].starts_with("x.csv:1: this line holds no address"), "{warnings:?}");
        assert!(warnings[1].starts_with("x.csv:3: ") && warnings[1].contains("`ben@`"), "{warnings:?}");
        let (_, many) = read("x.csv", "nobody\n".repeat(30)).unwrap();
        assert_eq!(many.len(), NAMED + 2);
        assert!(many[NAMED].contains("and 20 more lines"), "{many:?}");
    }

    #[test]
    fn an_empty_file_keeps_nobody_out_and_says_so_and_what_is_no_list_is_refused() {
        for bytes in ["", "\n\n", "Email\n"] {
            let (all, warnings) = read("x.csv", bytes).unwrap();
            assert!(all.is_empty() && warnings.len() == 1, "{warnings:?}");
            assert!(warnings[0].contains("nobody is kept out"), "{warnings:?}");
        }
        assert!(matches!(read("x.csv", "%PDF-1.7"), Err(FileProblem::OtherFormat { .. })));
        assert!(matches!(read("x.csv", "ada@example.org\n\"ben"), Err(FileProblem::UnclosedQuote { .. })));
        let gone = SourceFile { path: "/nowhere/x".into(), shown_as: "x".into(), relative_to: "here".into() };
        assert!(matches!(Suppressed::read(&[gone], &Rules::for_tests()), Err(FileProblem::Missing { .. })));
    }

    #[test]
    fn the_first_source_that_names_an_address_is_told() {
        let (mut all, _) = read("x.csv", "ada@example.org\n").unwrap();
        let [ada, ben] = ["ada@example.org", "Ben@example.org"].map(|text| Address::parse(text).unwrap());
        all.add("by hand", [&ada, &ben]);
        assert_eq!(all.by(&ada).map(|number| all.source(number)), Some("x.csv"));
        assert_eq!(all.by(&ben).map(|number| all.source(number)), Some("by hand"));
        assert!(is_out(&all, "ben@EXAMPLE.org"));
    }
}
