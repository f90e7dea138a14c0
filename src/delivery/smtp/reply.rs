//! Replies, byte by byte: from what a socket gives to a [`Reply`] (RFC 5321 §4.2, RFC 2034).
//!
//! Owns: the grammar, read leniently where no meaning is lost (bare `250`, LF ends, Latin-1), and
//! bounded memory. Does not own: sockets, or what a code means. What is no reply is an error, never
//! a guess: the connection must be given up. Known weakness: of a line only the first 4,096 octets
//! are kept.

use std::collections::VecDeque;

use crate::model::Reply;

const LINE_KEPT: usize = 4096;
const OCTETS_IN_ALL: usize = 64 * 1024;
const LINES_IN_ALL: usize = 512;
const TEXT_KEPT: usize = 512;

/// Why what came is no reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Garbled {
    #[error("a line that is no reply: `{0}`")]
    NoReply(String),
    #[error("a reply of several lines whose codes differ: {0} and {1}")]
    TwoCodes(u16, u16),
    #[error("a reply without end: over {OCTETS_IN_ALL} octets or {LINES_IN_ALL} lines")]
    Endless,
}

/// A complete reply, its lines as they came, without codes and line ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RawReply {
    pub(super) code: u16,
    pub(super) lines: Vec<String>,
}

impl RawReply {
    /// The reply as the model has it; texts in `veiled` that a server repeats are taken out.
    pub(super) fn to_reply(&self, veiled: &[String]) -> Reply {
        let mut enhanced = None;
        let mut text = String::new();
        for line in &self.lines {
            let (code, rest) = split_enhanced(line);
            enhanced = enhanced.or(code);
            if !text.is_empty() && !rest.is_empty() {
                text.push(' ');
            }
            text.push_str(rest);
        }
        for secret in veiled {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), "…");
            }
        }
        cut(&mut text, TEXT_KEPT);
        Reply { code: self.code, enhanced, text }
    }
}

fn cut(text: &mut String, octets: usize) {
    text.truncate(text.floor_char_boundary(octets));
}

// `5.7.26 rest`; the class is 2, 4 or 5, the others have one to three digits (RFC 3463 §2).
fn split_enhanced(line: &str) -> (Option<(u8, u16, u16)>, &str) {
    let line = line.trim();
    let (head, rest) = line.split_once([' ', '\t']).unwrap_or((line, ""));
    let mut parts = head.split('.');
    let mut number = || {
        let digits = parts.next()?;
        let fits = (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| digits.parse::<u16>().ok()).flatten()
    };
    let (Some(class @ (2 | 4 | 5)), Some(subject), Some(detail)) = (number(), number(), number()) else {
        return (None, line);
    };
    if parts.next().is_some() {
        return (None, line);
    }
    (u8::try_from(class).ok().map(|class| (class, subject, detail)), rest.trim_start())
}

/// Collects octets and gives out replies.
#[derive(Debug, Default)]
pub(super) struct ReplyReader {
    line: Vec<u8>,
    begun: Option<RawReply>,
    octets: usize,
    ready: VecDeque<RawReply>,
    broken: Option<Garbled>,
}

impl ReplyReader {
    /// Takes what came, in pieces of any size. After an error everything else is dropped.
    pub(super) fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && self.broken.is_none() {
            let end = bytes.iter().position(|&b| b == b'\n');
            let (piece, rest) = bytes.split_at(end.map_or(bytes.len(), |end| end + 1));
            self.octets += piece.len();
            let room = LINE_KEPT.saturating_sub(self.line.len());
            self.line.extend_from_slice(&piece[..(piece.len() - usize::from(end.is_some())).min(room)]);
            if self.octets > OCTETS_IN_ALL {
                self.broken = Some(Garbled::Endless);
            } else if end.is_some() {
                self.end_of_line();
            }
            bytes = rest;
        }
    }

    /// The next complete reply; `None` when more must be read.
    ///
    /// # Errors
    /// [`Garbled`], from then on always.
    pub(super) fn next(&mut self) -> Result<Option<RawReply>, Garbled> {
        match (self.ready.pop_front(), &self.broken) {
            (Some(reply), _) => Ok(Some(reply)),
            (None, Some(broken)) => Err(broken.clone()),
            (None, None) => Ok(None),
        }
    }

    /// Whether nothing came that was not asked for by [`ReplyReader::next`].
    pub(super) fn is_empty(&self) -> bool {
        self.ready.is_empty() && self.broken.is_none() && self.begun.is_none() && self.line.is_empty()
    }

    fn end_of_line(&mut self) {
        let mut line = std::mem::take(&mut self.line);
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        let Some((code, more, text)) = split_line(&line) else {
            self.broken = Some(Garbled::NoReply(shown(&line)));
            return;
        };
        let reply = self.begun.get_or_insert_with(|| RawReply { code, lines: Vec::new() });
        if reply.code != code {
            self.broken = Some(Garbled::TwoCodes(reply.code, code));
            return;
        }
        reply.lines.push(decode(text));
        if reply.lines.len() > LINES_IN_ALL {
            self.broken = Some(Garbled::Endless);
        } else if !more {
            self.ready.extend(self.begun.take());
            self.octets = 0;
        }
    }
}

fn split_line(line: &[u8]) -> Option<(u16, bool, &[u8])> {
    let (digits, rest) = line.split_at_checked(3)?;
    let [first @ b'1'..=b'5', second @ b'0'..=b'9', third @ b'0'..=b'9'] = digits else { return None };
    let code = [first, second, third].iter().fold(0, |code, digit| code * 10 + u16::from(**digit - b'0'));
    match rest {
        [] => Some((code, false, rest)),
        [b' ' | b'\t', text @ ..] => Some((code, false, text)),
        [b'-', text @ ..] => Some((code, true, text)),
        _ => None,
    }
}

fn decode(text: &[u8]) -> String {
    // Every octet is a character of Latin-1: nothing is lost where it is no UTF-8.
    str::from_utf8(text).map_or_else(|_| text.iter().copied().map(char::from).collect(), str::to_owned)
}

fn shown(line: &[u8]) -> String {
    let mut text = decode(line);
    cut(&mut text, 60);
    text
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Option<RawReply>, Garbled> {
        let mut reader = ReplyReader::default();
        reader.push(bytes);
        reader.next()
    }

    fn reply(bytes: &[u8]) -> Reply {
        read(bytes).unwrap().unwrap().to_reply(&[])
    }

    #[test]
    fn replies_of_every_shape_are_read() {
        assert_eq!(reply(b"250\r\n"), Reply { code: 250, enhanced: None, text: String::new() });
        assert_eq!(reply(b"250 \n").text, "");
        assert_eq!(reply(b"250 2.0.0 Ok: queued as 4F\r\n").enhanced, Some((2, 0, 0)));
        assert_eq!(reply(b"250 2.0.0 Ok: queued as 4F\n").text, "Ok: queued as 4F");
        let long = reply(b"550-5.7.26 This mail\r\n550-5.7.26 is not\r\n550 5.7.26 authenticated\r\n");
        assert_eq!((long.enhanced, long.text.as_str()), (Some((5, 7, 26)), "This mail is not authenticated"));
        assert_eq!(reply(b"550 Bo\xeete inconnue\r\n").text, "Boîte inconnue");
        assert_eq!(reply("550 Boîte inconnue\r\n".as_bytes()).text, "Boîte inconnue");
        assert_eq!(reply(b"250-\r\n250\r\n").text, "");
    }

    #[test]
    fn it_makes_no_difference_how_the_octets_come() {
        let bytes = b"250-one\r\n250-two\r\n250 three\r\n354 go\r\n";
        let mut reader = ReplyReader::default();
        for byte in bytes {
            reader.push(&[*byte]);
        }
        assert_eq!(reader.next().unwrap().unwrap().lines, ["one", "two", "three"]);
        assert_eq!(reader.next().unwrap().unwrap().code, 354);
        assert_eq!(reader.next(), Ok(None));
        assert!(reader.is_empty());
    }

    #[test]
    fn two_hundred_lines_are_a_reply() {
        let mut bytes = b"250-line\r\n".repeat(199);
        bytes.extend_from_slice(b"250 last\r\n");
        assert_eq!(read(&bytes).unwrap().unwrap().lines.len(), 200);
    }

    #[test]
    fn what_is_no_reply_is_never_guessed_at() {
        for bytes in [
            &b"\r\n"[..],
            b"25\r\n",
            b"2500 ok\r\n",
            b"250OK\r\n",
            b"ok\r\n",
            b"HTTP/1.1 400 Bad Request\r\n",
            b"999 what\r\n",
            b"050 what\r\n",
            b"\xff\xfe\x00\n",
            b"250-one\r\n550 two\r\n",
        ] {
            assert!(read(bytes).is_err(), "{}", shown(bytes));
        }
        assert_eq!(read(b"250 not yet ended"), Ok(None));
    }

    #[test]
    fn an_endless_line_or_reply_ends_in_bounded_memory() {
        let mut reader = ReplyReader::default();
        for _ in 0..1000 {
            reader.push(&[b'2'; 1000]);
        }
        assert_eq!(reader.next(), Err(Garbled::Endless));
        assert!(reader.line.capacity() <= 2 * LINE_KEPT);
        assert_eq!(read(&b"250-x\r\n".repeat(600)), Err(Garbled::Endless));
        let mut long = b"250 ".to_vec();
        long.extend_from_slice(&[b'x'; 10_000]);
        long.push(b'\n');
        assert_eq!(reply(&long).text.len(), 512);
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        let long = format!("250 {}\r\n", "€".repeat(300));
        assert_eq!(reply(long.as_bytes()).text.len(), 510);
    }

    #[test]
    fn what_looks_like_an_enhanced_code_and_is_none_stays_text() {
        assert_eq!(reply(b"220 3.4.5 mail\r\n").text, "3.4.5 mail");
        assert_eq!(reply(b"250 2.0.0.1 x\r\n").enhanced, None);
        assert_eq!(reply(b"250 2.0 x\r\n").enhanced, None);
        assert_eq!(reply(b"250 2.1.1234 x\r\n").enhanced, None);
        assert_eq!(reply(b"250 2.0.0\r\n").enhanced, Some((2, 0, 0)));
    }

    #[test]
    fn a_secret_that_a_server_repeats_is_taken_out() {
        let raw = read(b"535 5.7.8 hunter2-secret is wrong\r\n").unwrap().unwrap();
        assert_eq!(raw.to_reply(&["hunter2-secret".to_owned()]).text, "… is wrong");
    }
}
