//! Reads a finished message's header block again, as a receiver will, before anyone gets it.

use crate::model::{Address, has_bare_line_break};

/// The longest line (RFC 5322 §2.1.1), without its CRLF.
const LONGEST_LINE: usize = 998;
/// Fields that must be there exactly once.
const ONCE: [&str; 7] = ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"];
/// Fields that must not be there: nobody else reads a link.
const NEVER: [&str; 6] = ["Cc", "Bcc", "Sender", "Resent-To", "Resent-Cc", "Resent-Bcc"];

/// Checks a finished message: line ends, line lengths, ASCII, its fields and its one recipient.
///
/// `utf8` lets header lines hold UTF-8, for an address that needs it.
///
/// # Errors
/// What is wrong, in a few words without any of the message's content.
pub(super) fn check(bytes: &[u8], to: &Address, utf8: bool) -> Result<(), &'static str> {
    let end = find(bytes, b"\r\n\r\n").ok_or("it has no end of header")?;
    check_lines(&bytes[..end], utf8)?;
    check_lines(&bytes[end..], false)?;
    if !bytes.ends_with(b"\r\n") {
        return Err("its last line has no end");
    }
    let header = std::str::from_utf8(&bytes[..end]).map_err(|_| "its header is no text")?;
    check_fields(header, to)
}

fn check_lines(bytes: &[u8], utf8: bool) -> Result<(), &'static str> {
    if !utf8 && !bytes.is_ascii() {
        return Err("it is not ASCII");
    }
    if has_bare_line_break(bytes) {
        return Err("a line end is not CRLF");
    }
    let mut rest = bytes;
    while rest.len() > LONGEST_LINE {
        // As many lines as fit where the longest one does; if not even one fits, it is too long.
        let window = &rest[..rest.len().min(LONGEST_LINE + "\r\n".len())];
        let end = memchr::memrchr(b'\n', window).ok_or("a line is longer than 998 octets")?;
        rest = &rest[end + 1..];
    }
    Ok(())
}

fn check_fields(header: &str, to: &Address) -> Result<(), &'static str> {
    let mut counts = [0; ONCE.len()];
    let mut reaches = false;
    let mut in_to = false;
    // No LF stands alone.
    for line in header.lines() {
        if line.starts_with([' ', '\t']) {
            reaches |= in_to && names(line, to);
            continue;
        }
        let (name, value) = line.split_once(':').ok_or("a header line has no name")?;
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_graphic()) {
            return Err("a header line has no name");
        }
        if NEVER.iter().any(|never| never.eq_ignore_ascii_case(name)) {
            return Err("it names further recipients");
        }
        if let Some(at) = ONCE.iter().position(|once| once.eq_ignore_ascii_case(name)) {
            counts[at] += 1;
        }
        in_to = name.eq_ignore_ascii_case("To");
        reaches |= in_to && names(value, to);
    }
    if counts.iter().any(|count| *count != 1) {
        return Err("a header field is missing or stands there twice");
    }
    if reaches { Ok(()) } else { Err("it is not addressed to its recipient") }
}

/// Whether a line of the To field ends with the one address.
fn names(line: &str, to: &Address) -> bool {
    let line = line.trim();
    let bare = line.strip_suffix('>').and_then(|line| line.rsplit_once('<')).map_or(line, |(_, address)| address);
    bare == to.as_str()
}

fn find(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: &str = "From: a@example.org\r\nTo: \"B\"\r\n <b@example.org>\r\nSubject: x\r\nDate: y\r\n\
        Message-ID: <z@example.org>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nbody\r\n";

    fn verdict(message: &str) -> Result<(), &'static str> {
        check(message.as_bytes(), &Address::parse("b@example.org").unwrap(), false)
    }

    #[test]
    fn a_sound_message_passes() {
        assert_eq!(verdict(SOUND), Ok(()));
    }

    #[test]
    fn smuggled_fields_and_line_ends_are_found() {
        let with = |from: &str, to: &str| verdict(&SOUND.replacen(from, to, 1)).unwrap_err();
        assert!(with("Subject: x", "Subject: x\r\nBcc: c@example.org").contains("further"));
        assert!(with("Subject: x", "Subject: x\r\nsubject: y").contains("twice"));
        assert!(with("Date: y\r\n", "").contains("missing"));
        assert!(with("body", "bo\ndy").contains("CRLF"));
        assert!(with("body", "bo\rdy").contains("CRLF"));
        assert!(with("body", &"x".repeat(999)).contains("998"));
        assert!(with("body", "bödy").contains("ASCII"));
        assert!(with("b@example.org", "c@example.org").contains("addressed"));
        assert_eq!(verdict(&SOUND.replacen("body", &"x".repeat(998), 1)), Ok(()));
    }
}
