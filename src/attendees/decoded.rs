//! A file's text as UTF-8, whatever its encoding, read from the first octet to the last.
//!
//! What cannot be read in the encoding becomes U+FFFD, which no row may hold.

use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder};

use super::{
    Encoding,
    encoding::{Found, Table, table},
};

/// Octets read ahead of a decoder.
const PIECE: usize = 1 << 16;

/// Reads text as UTF-8.
pub(super) struct Decoded<R> {
    source: R,
    /// `None` where the file is UTF-8 as it stands.
    decoder: Option<Piecewise>,
    /// Octets of the mark still to be passed over.
    mark: usize,
}

struct Piecewise {
    by: By,
    piece: Vec<u8>,
    from: usize,
    /// What was decoded, and how much of it was handed out.
    text: Vec<u8>,
    given: usize,
    is_last: bool,
    is_done: bool,
}

/// What turns octets into characters.
enum By {
    /// Each octet is a character.
    Table(Box<Table>),
    Decoder(Box<Decoder>),
}

impl By {
    /// `None` for what is UTF-8 as it stands.
    fn of(encoding: Encoding) -> Option<Self> {
        match (table(encoding), encoding) {
            (Some(table), _) => Some(Self::Table(Box::new(table))),
            (None, Encoding::Known(known)) if !encoding.is_utf8() => {
                Some(Self::Decoder(Box::new(known.new_decoder_without_bom_handling())))
            }
            (None, _) => None,
        }
    }
}

impl<R: Read> Decoded<R> {
    /// Reads a file that was found to be encoded so.
    pub(super) fn new(source: R, found: &Found) -> Self {
        let decoder = By::of(found.encoding).map(|by| Piecewise {
            by,
            piece: Vec::new(),
            from: 0,
            text: Vec::new(),
            given: 0,
            is_last: false,
            is_done: false,
        });
        Self { source, decoder, mark: found.mark }
    }

    fn pass_mark(&mut self) -> io::Result<()> {
        while self.mark > 0 {
            let mut octet = [0];
            if self.source.read(&mut octet)? == 0 {
                break;
            }
            self.mark -= 1;
        }
        self.mark = 0;
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.pass_mark()?;
        let Some(decoding) = &mut self.decoder else { return self.source.read(buffer) };
        while decoding.given == decoding.text.len() && !decoding.is_done {
            decoding.fill(&mut self.source)?;
        }
        let octets = (&decoding.text[decoding.given..]).read(buffer)?;
        decoding.given += octets;
        Ok(octets)
    }
}

impl Piecewise {
    /// Decodes what comes next. A decoder writes whole characters, for which a reader's buffer may have no room.
    fn fill(&mut self, source: &mut impl Read) -> io::Result<()> {
        if self.from == self.piece.len() && !self.is_last {
            self.piece.resize(PIECE, 0);
            let read = source.read(&mut self.piece)?;
            self.piece.truncate(read);
            self.from = 0;
            self.is_last = read == 0;
        }
        let piece = &self.piece[self.from..];
        self.given = 0;
        match &mut self.by {
            By::Table(table) => {
                self.text.clear();
                write_by(table, piece, &mut self.text);
                self.from = self.piece.len();
                self.is_done = self.is_last;
            }
            By::Decoder(decoder) => {
                self.text.resize(PIECE, 0);
                let (result, read, written, _) = decoder.decode_to_utf8(piece, &mut self.text, self.is_last);
                self.from += read;
                self.text.truncate(written);
                self.is_done = self.is_last && result == CoderResult::InputEmpty;
            }
        }
        Ok(())
    }
}

/// Writes text of one octet a character as UTF-8.
fn write_by(table: &Table, octets: &[u8], text: &mut Vec<u8>) {
    let mut room = [0; 4];
    for piece in octets.chunk_by(|one, next| one.is_ascii() == next.is_ascii()) {
        if piece.is_ascii() {
            text.extend_from_slice(piece);
        } else {
            let chars = piece.iter().map(|octet| table[usize::from(octet - 0x80)]);
            chars.for_each(|char| text.extend_from_slice(char.encode_utf8(&mut room).as_bytes()));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::attendees::encoding::find;

    fn text(bytes: &[u8], chosen: Option<&str>) -> String {
        let chosen = chosen.map(|label| Encoding::named(label).unwrap());
        let found = find(bytes, chosen).unwrap().unwrap();
        let mut text = String::new();
        Decoded::new(bytes, &found).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn every_encoding_comes_out_as_utf8_without_its_mark() {
        let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        assert_eq!(text("\u{FEFF}Zoë".as_bytes(), None), "Zoë");
        assert_eq!(text(&wide("\u{FEFF}Zoë 李"), None), "Zoë 李");
        assert_eq!(text(b"Zo\xEB", Some("latin1")), "Zoë");
        assert_eq!(text(b"Zo\x89 \xDB", Some("cp850")), "Zoë █");
        assert_eq!(text(b"\xC0\xEE\xC0\xD7", Some("gbk")), "李雷");
        assert_eq!(text(b"", None), "");
    }

    #[test]
    fn text_of_one_octet_a_character_comes_through_to_its_end() {
        let given = b"Zo\xEB,".repeat(PIECE);
        assert!(text(&given, Some("latin1")) == "Zoë,".repeat(PIECE));
    }

    #[test]
    fn what_cannot_be_read_is_marked() {
        let mut cut = "\u{FEFF}Zoë".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        cut.pop();
        assert_eq!(text(&cut, None), "Zo\u{FFFD}");
        assert_eq!(text(b"Zo\x81", Some("latin1")), "Zo\u{FFFD}", "which has no such character");
    }

    proptest! {
        #[test]
        fn long_texts_come_through_whatever_the_pieces(given in "\\PC{0,50}", times in 1_usize..3000) {
            let given = format!("\u{FEFF}{}", given.repeat(times));
            let wide: Vec<u8> = given.encode_utf16().flat_map(u16::to_be_bytes).collect();
            prop_assert_eq!(text(&wide, None), given.strip_prefix('\u{FEFF}').unwrap());
        }
    }
}
