//! A whole mail with everything replaced: each part in its own encoding, each field in its own form.

use std::fmt::Write as _;

use data_encoding::{BASE64, BASE64_MIME};

use crate::preview::letter::{Letter, Part};

/// Octets of text that one encoded word takes (RFC 2047 §2: 75 characters with its frame).
const ENCODED_WORD: usize = 45;
/// The longest line of iCalendar, without its CRLF (RFC 5545 §3.1).
const CALENDAR_LINE: usize = 75;

/// The mail with everything replaced; `entry` stands for the name of its calendar entry.
pub(super) fn redacted(letter: &Letter<'_>, entry: &str, replace: &mut dyn FnMut(&str) -> String) -> Vec<u8> {
    let mut out = Vec::new();
    for (piece, stretch) in letter.stretches().into_iter().enumerate() {
        match stretch.part {
            Some(part) => write_part(&mut out, stretch.bytes, &part, entry, replace),
            None if piece == 0 => write_header(&mut out, stretch.bytes, letter, replace),
            None => out.extend(replace(&String::from_utf8_lossy(stretch.bytes)).into_bytes()),
        }
    }
    out
}

fn write_part(out: &mut Vec<u8>, bytes: &[u8], part: &Part<'_>, entry: &str, replace: &mut dyn FnMut(&str) -> String) {
    let Some(text) = &part.text else {
        // A picture.
        out.extend_from_slice(bytes);
        return;
    };
    let is_calendar = part.kind == "text/calendar";
    let decoded = if part.is_base64 { text.clone() } else { String::from_utf8_lossy(bytes) };
    let shown = if is_calendar { calendar(&decoded, entry, replace) } else { replace(&decoded) };
    // What was ASCII is ASCII still: what is put there is.
    if part.is_base64 {
        out.extend(BASE64_MIME.encode(shown.as_bytes()).into_bytes());
        // The last line's end may belong to the boundary.
        if !bytes.ends_with(b"\n") && out.ends_with(b"\r\n") {
            out.truncate(out.len() - 2);
        }
    } else {
        out.extend(shown.into_bytes());
    }
}

/// A calendar's lines are folded anew: what is looked for may stand across a fold.
fn calendar(text: &str, entry: &str, replace: &mut dyn FnMut(&str) -> String) -> String {
    let unfolded = text.replace("\r\n ", "").replace("\r\n\t", "").replace("\n ", "").replace("\n\t", "");
    let mut out = String::with_capacity(text.len());
    for line in unfolded.split_inclusive('\n') {
        let content = line.trim_end_matches(['\r', '\n']);
        let shown = match content.strip_prefix("UID:") {
            Some(_) => format!("UID:{entry}"),
            None => replace(content),
        };
        let mut length = 0;
        for c in shown.chars() {
            if length + c.len_utf8() > CALENDAR_LINE {
                out.push_str("\r\n ");
                length = 1;
            }
            out.push(c);
            length += c.len_utf8();
        }
        out.push_str(&line[content.len()..]);
    }
    out
}

fn write_header(out: &mut Vec<u8>, bytes: &[u8], letter: &Letter<'_>, replace: &mut dyn FnMut(&str) -> String) {
    let block = String::from_utf8_lossy(bytes);
    for field in fields(&block) {
        let name = field.split(':').next().unwrap_or_default();
        let value = match name {
            "From" | "To" | "Reply-To" | "Sender" => {
                let boxes = letter.mailboxes(name);
                let shown: Vec<_> =
                    boxes.iter().map(|(name, address)| mailbox(&replace(name), &replace(address))).collect();
                Some(shown.join(",\r\n "))
            }
            "Subject" => Some(encoded(&replace(letter.subject()))),
            _ => None,
        };
        let line = value.map_or_else(|| replace(field), |value| format!("{name}: {value}\r\n"));
        out.extend(line.into_bytes());
    }
}

/// The fields of a header block, each with its continuation lines; the last one is the blank line.
fn fields(block: &str) -> Vec<&str> {
    let mut fields = Vec::new();
    let mut start = 0;
    let mut at = 0;
    for line in block.split_inclusive('\n') {
        if at > start && !line.starts_with([' ', '\t']) {
            fields.push(&block[start..at]);
            start = at;
        }
        at += line.len();
    }
    fields.push(&block[start..]);
    fields
}

fn mailbox(name: &str, address: &str) -> String {
    match name {
        "" => address.to_owned(),
        _ if name.is_ascii() => format!("\"{}\" <{address}>", name.replace('\\', "\\\\").replace('"', "\\\"")),
        _ => format!("{} <{address}>", encoded(name)),
    }
}

/// A text as it may stand in a field (RFC 2047).
fn encoded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut words = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end =
            (1..=rest.len().min(ENCODED_WORD)).rev().find(|end| rest.is_char_boundary(*end)).unwrap_or(rest.len());
        let gap = if words.is_empty() { "" } else { "\r\n " };
        let _ = write!(words, "{gap}=?utf-8?b?{}?=", BASE64.encode(&rest.as_bytes()[..end]));
        rest = &rest[end..];
    }
    words
}
