//! Cuts a CSV file into records and knows on which physical line each starts (RFC 4180 §2).
//!
//! Owns: lines, blank lines, and where quotes open and close. Does not own: the cells, which the
//! `csv` crate parses from each record. It is here because that crate miscounts lines with CRLF
//! and after blank lines, and swallows an unclosed quote up to the end of the file.
//!
//! The states mirror that crate's: a quote opens a quoted value only as its first character.

use std::io::{self, BufRead, BufReader, Read};

use super::dialect::Dialect;

/// The most octets of one record: far more than a person's row, little for a computer.
const LONGEST_RECORD: usize = 1 << 20;

/// The physical lines of one record, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lines {
    /// Where it starts.
    pub(super) first: u64,
    /// Where it ends; another line than the first where a quoted value holds line breaks.
    pub(super) last: u64,
    /// Whether text follows a closing quote within a value.
    pub(super) stray_quote: bool,
}

/// Why no more records can be told apart.
#[derive(Debug)]
pub(super) enum ScanFault {
    /// The quote opened on this line is never closed, or closes in the middle of a value elsewhere.
    UnclosedQuote { line: u64, closed_on: Option<u64> },
    /// The record that starts on this line is too long.
    TooLong { line: u64 },
    /// Reading failed.
    Io(io::Error),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before a value's first character; blanks may have passed.
    ValueStart,
    /// In a value without quotes.
    Plain,
    /// Between quotes.
    Quoted,
    /// After a quote that closes the value, unless a second one follows.
    QuoteSeen,
    /// After the closing quote.
    AfterQuote,
}

/// How the file ends its lines: seen at the first line's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineEnd {
    Unknown,
    /// LF or CRLF; a CR alone is a character like any other.
    Lf,
    /// CR alone, as old Macs wrote.
    Cr,
}

/// What one octet did to the record.
enum Step {
    More,
    /// The record ended with this octet.
    Ended,
    /// The record ended before this octet.
    EndedBefore,
}

/// Reads records one after the other.
pub(super) struct Scanner<R> {
    source: BufReader<R>,
    machine: Machine,
}

impl<R: Read> Scanner<R> {
    pub(super) fn new(source: R, dialect: Dialect) -> Self {
        Self::over(BufReader::with_capacity(1 << 16, source), dialect)
    }

    /// The same over what was looked at already.
    pub(super) fn over(source: BufReader<R>, dialect: Dialect) -> Self {
        Self { source, machine: Machine::new(dialect) }
    }

    /// Fills `record` with the next record, without its line end; `None` at the end of the file.
    ///
    /// Blank lines are passed over. Blanks before an opening quote are left out.
    pub(super) fn next(&mut self, record: &mut Vec<u8>) -> Result<Option<Lines>, ScanFault> {
        self.machine.begin(record);
        loop {
            let chunk = match self.source.fill_buf() {
                Ok([]) => return self.machine.finish(record),
                Ok(chunk) => chunk,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(ScanFault::Io(error)),
            };
            let (used, lines) = self.machine.advance(chunk, record)?;
            self.source.consume(used);
            if lines.is_some() {
                return Ok(lines);
            }
        }
    }
}

/// The state between two octets.
#[derive(Debug)]
struct Machine {
    dialect: Dialect,
    place: Place,
    line_end: LineEnd,
    /// The line of the next octet.
    line: u64,
    first_line: u64,
    last_line: u64,
    /// A CR outside quotes waits to see whether an LF follows.
    cr_waits: bool,
    /// Whether the octet before, between quotes, was a CR.
    after_cr: bool,
    value_starts: usize,
    quote_line: u64,
    stray_quote: bool,
}

impl Machine {
    fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            place: Place::ValueStart,
            line_end: LineEnd::Unknown,
            line: 1,
            first_line: 1,
            last_line: 1,
            cr_waits: false,
            after_cr: false,
            value_starts: 0,
            quote_line: 0,
            stray_quote: false,
        }
    }

    fn begin(&mut self, record: &mut Vec<u8>) {
        record.clear();
        (self.first_line, self.last_line) = (self.line, self.line);
        self.place = Place::ValueStart;
        self.value_starts = 0;
        self.stray_quote = false;
    }

    /// Takes octets up to the end of a record: how many were taken, and the record's lines at its end.
    fn advance(&mut self, chunk: &[u8], record: &mut Vec<u8>) -> Result<(usize, Option<Lines>), ScanFault> {
        let mut used = 0;
        while let Some(byte) = chunk.get(used) {
            used += match self.step(*byte, record)? {
                Step::More => {
                    used += 1;
                    continue;
                }
                Step::Ended => 1,
                Step::EndedBefore => 0,
            };
            if let Some(lines) = self.lines_of(record) {
                return Ok((used, Some(lines)));
            }
            self.begin(record);
        }
        Ok((used, None))
    }

    fn finish(&mut self, record: &[u8]) -> Result<Option<Lines>, ScanFault> {
        self.cr_waits = false;
        if self.place == Place::Quoted {
            return Err(ScanFault::UnclosedQuote { line: self.quote_line, closed_on: None });
        }
        Ok(self.lines_of(record))
    }

    /// The lines of a record that is complete; `None` where it is a blank line.
    fn lines_of(&self, record: &[u8]) -> Option<Lines> {
        let blank = record.iter().all(|byte| is_blank(*byte));
        let Self { first_line: first, last_line: last, stray_quote, .. } = *self;
        (!blank).then_some(Lines { first, last, stray_quote })
    }

    fn step(&mut self, byte: u8, record: &mut Vec<u8>) -> Result<Step, ScanFault> {
        if self.cr_waits {
            self.cr_waits = false;
            match (byte, self.line_end) {
                (b'\n', LineEnd::Cr) => return Ok(Step::Ended),
                (b'\n', _) => return Ok(self.line_feed()),
                (_, LineEnd::Cr) => return Ok(Step::EndedBefore),
                (_, LineEnd::Unknown) => {
                    self.line_end = LineEnd::Cr;
                    self.line += 1;
                    return Ok(Step::EndedBefore);
                }
                (_, LineEnd::Lf) => self.take(b'\r', record)?,
            }
        }
        match byte {
            b'\n' if self.place != Place::Quoted => return Ok(self.line_feed()),
            b'\r' if self.place != Place::Quoted => {
                self.line += u64::from(self.line_end == LineEnd::Cr);
                self.cr_waits = true;
            }
            _ => self.take(byte, record)?,
        }
        Ok(Step::More)
    }

    /// An LF outside quotes.
    fn line_feed(&mut self) -> Step {
        if self.line_end == LineEnd::Unknown {
            self.line_end = LineEnd::Lf;
        }
        self.line += 1;
        Step::Ended
    }

    /// An octet of the record.
    fn take(&mut self, byte: u8, record: &mut Vec<u8>) -> Result<(), ScanFault> {
        use Place::{AfterQuote, Plain, QuoteSeen, Quoted, ValueStart};
        self.last_line = self.line;
        let is_quote = self.dialect.quote == Some(byte);
        let delimiter = self.dialect.delimiter;
        self.place = match (self.place, byte) {
            (Quoted, _) if is_quote => QuoteSeen,
            (Quoted, _) => {
                self.count_quoted(byte);
                Quoted
            }
            (ValueStart, _) if is_quote => {
                record.truncate(self.value_starts);
                self.quote_line = self.line;
                Quoted
            }
            (QuoteSeen, _) if is_quote => Quoted,
            (_, _) if byte == delimiter => {
                self.value_starts = record.len() + 1;
                ValueStart
            }
            (ValueStart, _) if is_blank(byte) => ValueStart,
            (ValueStart | Plain, _) => Plain,
            (QuoteSeen | AfterQuote, _) if is_blank(byte) => AfterQuote,
            (QuoteSeen | AfterQuote, _) => {
                self.note_stray_quote()?;
                AfterQuote
            }
        };
        if record.len() >= LONGEST_RECORD {
            return Err(self.too_long());
        }
        record.push(byte);
        Ok(())
    }

    /// Counts the lines within a quoted value the way the file ends its lines.
    fn count_quoted(&mut self, byte: u8) {
        let old_mac = self.line_end == LineEnd::Cr;
        self.line += match byte {
            b'\n' => u64::from(!(old_mac && self.after_cr)),
            b'\r' => u64::from(old_mac),
            _ => 0,
        };
        self.after_cr = byte == b'\r';
    }

    /// Text after a closing quote: a slip of one row, unless the value had swallowed whole lines.
    fn note_stray_quote(&mut self) -> Result<(), ScanFault> {
        if self.quote_line != self.line {
            return Err(ScanFault::UnclosedQuote { line: self.quote_line, closed_on: Some(self.line) });
        }
        self.stray_quote = true;
        Ok(())
    }

    fn too_long(&self) -> ScanFault {
        match self.place {
            Place::Quoted | Place::QuoteSeen if self.quote_line != self.line => {
                ScanFault::UnclosedQuote { line: self.quote_line, closed_on: None }
            }
            // One line: a long value, rather than a quote that is never closed.
            _ => ScanFault::TooLong { line: self.first_line },
        }
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &str) -> Vec<(u64, u64, String)> {
        let mut scanner = Scanner::new(text.as_bytes(), Dialect::COMMAS);
        let (mut record, mut found) = (Vec::new(), Vec::new());
        while let Some(lines) = scanner.next(&mut record).unwrap() {
            found.push((lines.first, lines.last, String::from_utf8(record.clone()).unwrap()));
        }
        found
    }

    fn fault(text: &str) -> ScanFault {
        let mut scanner = Scanner::new(text.as_bytes(), Dialect::COMMAS);
        let mut record = Vec::new();
        loop {
            match scanner.next(&mut record) {
                Ok(Some(_)) => {}
                Ok(None) => panic!("{text:?} is sound"),
                Err(fault) => return fault,
            }
        }
    }

    #[test]
    fn every_kind_of_line_end_counts_as_one_line() {
        let expected: Vec<_> = [(1, "a,b"), (3, "c,d"), (5, "e,f")].map(|(n, text)| (n, n, text.to_owned())).into();
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a,b", "", "c,d", "  \t", "e,f"].join(end);
            assert_eq!(records(&text), expected, "{end:?}");
            assert_eq!(records(&format!("{text}{end}{end}")), expected, "{end:?}");
        }
    }

    #[test]
    fn line_breaks_between_quotes_count_and_do_not_end_the_record() {
        assert_eq!(
            records("h\r\n\"x\r\ny\",1\r\nz\r\n"),
            [(1, 1, "h".into()), (2, 3, "\"x\r\ny\",1".into()), (4, 4, "z".into())]
        );
    }

    #[test]
    fn a_lone_cr_in_a_file_of_lf_lines_is_a_character_of_its_row() {
        assert_eq!(records("a\nb\rc\nd\n"), [(1, 1, "a".into()), (2, 2, "b\rc".into()), (3, 3, "d".into())]);
    }

    #[test]
    fn blanks_around_quotes_do_not_hide_them() {
        assert_eq!(records("a, \t\"x,\ny\" ,b\n"), [(1, 2, "a,\"x,\ny\" ,b".into())]);
    }

    #[test]
    fn an_unclosed_quote_is_named_by_the_line_that_opened_it() {
        let sound = "h,i\r\n\r\na,\"b\r\nb\"\r\n";
        let unclosed = fault(&format!("{sound}c,\"d\r\ne,f\r\ng,h"));
        assert!(matches!(unclosed, ScanFault::UnclosedQuote { line: 5, closed_on: None }), "{unclosed:?}");
    }

    #[test]
    fn a_quote_that_meets_the_next_rows_quote_is_unclosed_too() {
        let swallowed = fault("h,i\na,\"Ada\nb,Bob\nc,\"Carl\"\nd,Dan\n");
        assert!(matches!(swallowed, ScanFault::UnclosedQuote { line: 2, closed_on: Some(4) }), "{swallowed:?}");
    }

    #[test]
    fn an_undoubled_quote_within_a_line_is_noted() {
        let mut scanner = Scanner::new(&b"a,\"Ada \"Countess\" Lovelace\"\nb,\"c\"\"d\"\n"[..], Dialect::COMMAS);
        let mut record = Vec::new();
        assert!(scanner.next(&mut record).unwrap().unwrap().stray_quote);
        assert!(!scanner.next(&mut record).unwrap().unwrap().stray_quote);
    }

    #[test]
    fn an_endless_row_is_refused_before_it_fills_the_memory() {
        let long = "x".repeat(LONGEST_RECORD + 1);
        assert!(matches!(fault(&format!("h\n{long}\n")), ScanFault::TooLong { line: 2 }));
        assert!(matches!(fault(&format!("h\n\"{long}\"\n")), ScanFault::TooLong { line: 2 }));
        let lines = "x\n".repeat(LONGEST_RECORD);
        assert!(matches!(fault(&format!("h\n\"{lines}\"\n")), ScanFault::UnclosedQuote { line: 2, closed_on: None }));
    }
}
