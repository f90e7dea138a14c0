//! Records of a CSV file: cells, and the physical lines on which they stand.
//!
//! The scanner cuts, the `csv` crate parses.

use std::io::{self, Read};

use csv::{ReaderBuilder, StringRecord, Terminator};

use super::{
    dialect::Dialect,
    scanner::{Lines, ScanFault, Scanner},
};

/// Reads records one after the other, into one set of buffers.
pub(super) struct Records<R> {
    scanner: Scanner<R>,
    parser: csv::Reader<OneRecord>,
    cells: StringRecord,
}

impl<R: Read> Records<R> {
    pub(super) fn new(scanner: Scanner<R>, dialect: Dialect) -> Self {
        // The scanner alone decides what ends a record: it hands over one at a time, with an LF.
        let parser = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(dialect.delimiter)
            .quoting(dialect.quote.is_some())
            .quote(dialect.quote.unwrap_or(b'"'))
            .terminator(Terminator::Any(b'\n'))
            .from_reader(OneRecord::default());
        Self { scanner, parser, cells: StringRecord::new() }
    }

    /// Reads the next record that holds anything; `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<Lines>, ScanFault> {
        loop {
            let record = self.parser.get_mut();
            let Some(lines) = self.scanner.next(&mut record.bytes)? else { return Ok(None) };
            record.bytes.push(b'\n');
            record.given = 0;
            self.parser.read_record(&mut self.cells).map_err(|error| ScanFault::Io(error.into()))?;
            // Spreadsheets leave `,,,` where rows were cleared, DOS programs a sign at the file's end.
            let is_blank = |cell: &str| cell.trim_matches(|c: char| c.is_whitespace() || c == '\u{1A}').is_empty();
            if !self.cells.iter().all(is_blank) {
                return Ok(Some(lines));
            }
        }
    }

    /// The cells of the record read last.
    pub(super) fn cells(&self) -> &StringRecord {
        &self.cells
    }
}

/// One record on its way from the scanner to the parser.
#[derive(Debug, Default)]
struct OneRecord {
    bytes: Vec<u8>,
    given: usize,
}

impl Read for OneRecord {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let taken = (&self.bytes[self.given..]).read(buffer)?;
        self.given += taken;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &[u8]) -> Result<Vec<(u64, Vec<String>)>, ScanFault> {
        let mut records = Records::new(Scanner::new(bytes, Dialect::COMMAS), Dialect::COMMAS);
        let mut found = Vec::new();
        while let Some(lines) = records.next()? {
            found.push((lines.first, records.cells().iter().map(str::to_owned).collect()));
        }
        Ok(found)
    }

    #[test]
    fn rows_that_were_cleared_count_as_blank() {
        let found = read(b"a,b\n,\n\"\", \nc,d\n").unwrap();
        assert_eq!(found, [(1, vec!["a".into(), "b".into()]), (4, vec!["c".into(), "d".into()])]);
    }

    #[test]
    fn a_record_longer_than_every_buffer_comes_through() {
        let long = "x".repeat(200_000);
        assert_eq!(read(format!("{long},b\nc,d\n").as_bytes()).unwrap()[0].1[0], long);
    }

    /// One record of a generated file: its cells, the blank lines before it, its line end.
    fn any_row() -> impl Strategy<Value = (Vec<String>, usize, bool)> {
        let cell = prop_oneof![
            "[a-z ]{0,8}",
            "[a-zäß漢\",;\n\t ]{0,12}",
            Just("two\r\nlines".to_owned()),
            Just("\"".to_owned()),
        ];
        (proptest::collection::vec(cell, 1..6), 0..3_usize, any::<bool>())
    }

    fn written(cells: &[String], crlf: bool, style: csv::QuoteStyle) -> Vec<u8> {
        let end = if crlf { Terminator::CRLF } else { Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new().quote_style(style).terminator(end).from_writer(Vec::new());
        writer.write_record(cells).unwrap();
        writer.into_inner().unwrap()
    }

    proptest! {
        #[test]
        fn what_the_csv_crate_writes_is_read_back_with_its_lines(
            rows in proptest::collection::vec(any_row(), 1..12),
            always_quote in any::<bool>(),
        ) {
            let style = if always_quote { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
            let (mut file, mut expected) = (Vec::new(), Vec::new());
            // The first line settles how the file ends its lines.
            file.extend_from_slice(b"head\n");
            for (cells, blank_lines, crlf) in &rows {
                file.extend(if *crlf { "\r\n" } else { "\n" }.repeat(*blank_lines).bytes());
                let line = file.split(|byte| *byte == b'\n').count() as u64;
                file.extend(written(cells, *crlf, style));
                if cells.iter().any(|cell| !cell.trim().is_empty()) {
                    expected.push((line, cells.clone()));
                }
            }
            let found = read(&file).unwrap();
            prop_assert_eq!(&found[1..], &expected[..]);
        }

        #[test]
        fn no_octets_make_it_panic(bytes in proptest::collection::vec(
            prop_oneof![Just(b'"'), Just(b','), Just(b'\n'), Just(b'\r'), Just(b' '), Just(b'a'), any::<u8>()],
            0..300,
        )) {
            let lines = 1 + bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() as u64;
            if let Ok(found) = read(&bytes) {
                prop_assert!(found.windows(2).all(|pair| pair[0].0 < pair[1].0));
                prop_assert!(found.iter().all(|(line, _)| *line <= lines));
            }
        }
    }
}
