//! How a text file divides its values: found in its first rows, unless the organiser says. Pure.
//!
//! Owns: which of four delimiters a file has, and the line `sep=;` with which some programs say so. Does not own: which
//! row names the columns. Known weakness: quotes are `"` unless the first line stands in `'` from end to end.

use super::{Rules, record::Records, scanner::Scanner, top};

/// What stands between values and around them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    /// `None` where quotes are letters like any other.
    pub(super) quote: Option<u8>,
}

impl Dialect {
    /// RFC 4180's.
    pub(super) const COMMAS: Self = Self { delimiter: b',', quote: Some(b'"') };

    /// What a delimiter is called.
    pub(super) fn delimiter_in_words(self) -> &'static str {
        match self.delimiter {
            b',' => "commas",
            b';' => "semicolons",
            b'\t' => "tabs",
            b'|' => "`|`",
            _ => "another sign",
        }
    }
}

/// Those that are looked for, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// So many rows are looked at.
const ROWS: usize = 40;

/// Finds a file's dialect by its start, which holds whole characters. `is_all` says that nothing follows.
pub(super) fn find(start: &str, is_all: bool, rules: &Rules) -> Dialect {
    let quote = rules.quote.unwrap_or_else(|| Some(if stands_in_apostrophes(start) { b'\'' } else { b'"' }));
    if let Some(delimiter) = rules.delimiter.or_else(|| announced(start)) {
        return Dialect { delimiter, quote };
    }
    // A line that is cut off says nothing.
    let whole = if is_all { start } else { start.rfind('\n').map_or(start, |end| &start[..=end]) };
    let dialects = DELIMITERS.map(|delimiter| Dialect { delimiter, quote });
    let best = dialects.into_iter().rev().map(|dialect| (worth(whole, dialect, rules), dialect)).max_by_key(|it| it.0);
    // Where nothing speaks for any of them, what is wrong with the file is told as of the likeliest.
    let found = best.filter(|((is_header, alike, _), _)| *is_header || *alike > 0);
    found.map_or(Dialect { delimiter: b',', quote }, |(_, dialect)| dialect)
}

/// The dialect in which a file names its columns, where the organiser's delimiter is another one and finds none.
pub(super) fn better_than_said(start: &str, is_all: bool, rules: &Rules) -> Option<Dialect> {
    let said = find(start, is_all, rules);
    rules.delimiter?;
    let own = find(start, is_all, &Rules { delimiter: None, ..rules.clone() });
    let names_columns = |dialect| worth(start, dialect, rules).0;
    (own.delimiter != said.delimiter && names_columns(own) && !names_columns(said)).then_some(own)
}

/// Whether each value of the first line stands in `'`.
fn stands_in_apostrophes(start: &str) -> bool {
    let line = start.lines().next().unwrap_or_default().trim_start_matches('\u{feff}').trim();
    let pairs = [",", ";", "\t", "|"].iter().any(|delimiter| line.contains(&format!("'{delimiter}'")));
    pairs && line.starts_with('\'') && line.ends_with('\'') && !line.contains('"')
}

/// `sep=;` in the first line.
pub(super) fn announced(start: &str) -> Option<u8> {
    let line = start.lines().next()?.trim_start_matches(['\u{feff}', '"', ' ']).trim_end_matches(['"', ' ']);
    let delimiter = line.strip_prefix("sep=").or_else(|| line.strip_prefix("SEP="))?;
    match delimiter.as_bytes() {
        [delimiter] if delimiter.is_ascii() && !delimiter.is_ascii_alphanumeric() => Some(*delimiter),
        _ => None,
    }
}

/// How well a dialect fits: whether a row names columns that are known, then how many rows are as wide as the others.
fn worth(text: &str, dialect: Dialect, rules: &Rules) -> (bool, usize, usize) {
    let mut records = Records::new(Scanner::new(text.as_bytes(), dialect), dialect);
    let mut rows = Vec::new();
    while rows.len() < ROWS {
        match records.next() {
            Ok(Some(lines)) => rows.push((records.cells().clone(), lines)),
            // A quote that is not closed here may be closed behind the sample.
            Ok(None) | Err(_) => break,
        }
    }
    let rows: Vec<top::Row> = rows.iter().map(|(cells, lines)| (cells, *lines)).collect();
    let header = top::header_among(&rows, rules);
    let below = &rows[header.unwrap_or(0).min(rows.len())..];
    let width = below.first().map_or(0, |(cells, _)| cells.len());
    let alike = below.iter().filter(|(cells, _)| cells.len() == width && width > 1).count();
    (header.is_some(), alike, width)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delimiter(text: &str) -> char {
        find(text, true, &Rules::for_tests()).delimiter.into()
    }

    #[test]
    fn the_delimiter_is_found_by_known_columns_and_by_equal_widths() {
        assert_eq!(delimiter("email,name\na@example.org,Ada\n"), ',');
        assert_eq!(delimiter("E-Mail;Name;Firma\na@example.org;Ada;\"Engine; Ltd\"\n"), ';');
        assert_eq!(delimiter("email\tname\na@example.org\tLovelace, Ada\n"), '\t');
        assert_eq!(delimiter("email|name\na@example.org|Ada\n"), '|');
        assert_eq!(delimiter("x;y\n1;2\n3;4\n"), ';', "by widths alone");
        assert_eq!(delimiter("email\na@example.org\n"), ',');
        assert_eq!(delimiter("email,\"name\na@example.org,Ada\n"), ',', "though nothing can be read of it");
        assert_eq!(delimiter(""), ',');
        assert_eq!(delimiter("Report;of today\nname,email\nAda,a@example.org\nBob;b,b@example.org\n"), ',');
    }

    #[test]
    fn what_the_file_or_the_organiser_says_holds() {
        assert_eq!(delimiter("sep=;\nemail,name\n"), ';');
        assert_eq!(delimiter("\"sep=|\"\nemail|name\n"), '|');
        let rules = Rules { delimiter: Some(b':'), quote: Some(None), ..Rules::for_tests() };
        assert_eq!(find("email,name\n", true, &rules), Dialect { delimiter: b':', quote: None });
    }
}
