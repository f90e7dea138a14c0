//! The parts of a message, and how each travels.

use data_encoding::BASE64_MIME;

use super::{ComposeProblem, header};
use crate::model::{Invitation, MessageId, Picture};

/// The longest line that may travel as it is, without its CRLF (RFC 5322 §2.1.1).
const LONGEST_LINE: usize = 998;

/// What becomes the parts of a message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Content<'a> {
    invitation: &'a Invitation,
    /// The picture, where the HTML shows it.
    picture: Option<&'a Picture>,
}

impl<'a> Content<'a> {
    /// The words, and the picture if they show it.
    pub(super) fn of(invitation: &'a Invitation, picture: Option<&'a Picture>) -> Self {
        let shows = |picture: &&Picture| invitation.html.contains(&picture.address());
        Self { invitation, picture: picture.filter(shows) }
    }
}

/// About how many octets the parts take on their way.
pub(super) fn room_for(content: &Content<'_>) -> usize {
    let invitation = content.invitation;
    // A CR a line; where base64 needs more, it makes itself more room.
    let room = |text: &str| text.len() + text.len() / 16;
    let calendar: usize = invitation.calendars.iter().map(|calendar| room(&calendar.text) * 2).sum();
    let picture = content.picture.map_or(0, |picture| picture.base64.len() + 512);
    room(&invitation.text) + room(&invitation.html) + calendar + picture
}

/// Writes what follows a message's own fields: `multipart/alternative` of text and HTML, the HTML
/// and its picture as `multipart/related`; with a calendar, `multipart/mixed` of that and the attachment.
pub(super) fn write(out: &mut Vec<u8>, content: &Content<'_>, id: &MessageId) -> Result<(), ComposeProblem> {
    let tag = tag(content.invitation, id);
    let calendars = &content.invitation.calendars;
    if calendars.is_empty() {
        write_alternatives(out, &tag, content, None);
        return Ok(());
    }
    let mixed = format!("mixed-{tag}");
    let methods = calendars.iter().map(|calendar| Ok(format!("method={};", method(&calendar.text)?)));
    let methods = methods.collect::<Result<Vec<_>, ComposeProblem>>()?;
    open_multipart(out, "multipart/mixed;", &mixed);
    open_part(out, &mixed);
    // Outlook shows an entry that is addressed to nobody as raw text: there the attachment alone. And of several
    // entries none is what the whole mail says in other words (RFC 2046 §5.1.4).
    let shown = match (&methods[..], &calendars[..]) {
        ([method], [one]) => {
            (method != "method=PUBLISH;" && is_addressed(&one.text)).then_some((&**method, &*one.text))
        }
        _ => None,
    };
    write_alternatives(out, &tag, content, shown);
    for (method, calendar) in methods.iter().zip(calendars) {
        open_part(out, &mixed);
        let name = format!("name=\"{}\"", calendar.name);
        header::folded(out, "Content-Type", &["text/calendar;", method, "charset=utf-8;", &name]);
        header::plain(out, "Content-Disposition", &["attachment; file", &name]);
        write_body(out, &calendar.text);
    }
    close_multipart(out, &mixed);
    Ok(())
}

/// The same words in one form after another, the richest last.
fn write_alternatives(out: &mut Vec<u8>, tag: &str, content: &Content<'_>, calendar: Option<(&str, &str)>) {
    let boundary = &format!("alt-{tag}");
    open_multipart(out, "multipart/alternative;", boundary);
    open_part(out, boundary);
    write_words(out, "text/plain;", &content.invitation.text);
    open_part(out, boundary);
    match content.picture {
        None => write_words(out, "text/html;", &content.invitation.html),
        Some(picture) => write_related(out, tag, &content.invitation.html, picture),
    }
    if let Some((method, text)) = calendar {
        open_part(out, boundary);
        header::folded(out, "Content-Type", &["text/calendar;", method, "charset=utf-8"]);
        write_body(out, text);
    }
    close_multipart(out, boundary);
}

fn write_words(out: &mut Vec<u8>, kind: &str, text: &str) {
    header::folded(out, "Content-Type", &[kind, "charset=utf-8"]);
    write_body(out, text);
}

/// HTML with the picture that it shows (RFC 2387).
fn write_related(out: &mut Vec<u8>, tag: &str, html: &str, picture: &Picture) {
    let boundary = &format!("rel-{tag}");
    open_multipart(out, "multipart/related; type=\"text/html\";", boundary);
    open_part(out, boundary);
    write_words(out, "text/html;", html);
    open_part(out, boundary);
    let name = format!("name=\"{}\"", picture.file_name);
    header::folded(out, "Content-Type", &[&format!("{};", picture.media_type), &name]);
    header::plain(out, "Content-ID", &["<", &picture.content_id, ">"]);
    header::plain(out, "Content-Disposition", &["inline; file", &name]);
    out.extend_from_slice(b"Content-Transfer-Encoding: base64\r\n\r\n");
    out.extend_from_slice(picture.base64.as_bytes());
    close_multipart(out, boundary);
}

/// A multipart's own header (RFC 2046 §5.1).
fn open_multipart(out: &mut Vec<u8>, kind: &str, boundary: &str) {
    header::folded(out, "Content-Type", &[kind, &format!("boundary=\"{boundary}\"")]);
    out.extend_from_slice(b"\r\n");
}

fn open_part(out: &mut Vec<u8>, boundary: &str) {
    for piece in ["--", boundary, "\r\n"] {
        out.extend_from_slice(piece.as_bytes());
    }
}

fn close_multipart(out: &mut Vec<u8>, boundary: &str) {
    for piece in ["--", boundary, "--\r\n"] {
        out.extend_from_slice(piece.as_bytes());
    }
}

/// The calendar's METHOD (RFC 5546 §1.4): letters only, as it goes into a header.
fn method(calendar: &str) -> Result<&str, ComposeProblem> {
    let method = calendar.lines().find_map(|line| line.strip_prefix("METHOD:")).map(str::trim_end);
    method
        .filter(|method| !method.is_empty() && method.bytes().all(|b| b.is_ascii_uppercase()))
        .ok_or(ComposeProblem::Calendar)
}

/// Whether an entry has an ATTENDEE (RFC 5545 §3.8.4.1).
fn is_addressed(calendar: &str) -> bool {
    calendar.lines().any(|line| line.starts_with("ATTENDEE;") || line.starts_with("ATTENDEE:"))
}

/// The end of a part's header, and its text, with CRLF line ends: 7bit where that is possible,
/// else base64.
///
/// Never quoted-printable: it cuts long links in two, and some programs do not mend them.
fn write_body(out: &mut Vec<u8>, text: &str) {
    let start = out.len();
    out.extend_from_slice(b"Content-Transfer-Encoding: 7bit\r\n\r\n");
    if is_seven_bit(text) && write_lines(out, text) <= LONGEST_LINE {
        out.extend_from_slice(b"\r\n");
        return;
    }
    out.truncate(start);
    out.extend_from_slice(b"Content-Transfer-Encoding: base64\r\n\r\n");
    let mut lines = Vec::with_capacity(text.len() + text.len() / 16);
    write_lines(&mut lines, text);
    let start = out.len();
    out.resize(start + BASE64_MIME.encode_len(lines.len()), 0);
    BASE64_MIME.encode_mut(&lines, &mut out[start..]);
}

/// A text with every line end, also a lone CR or LF, as CRLF; gives the longest line's octets.
fn write_lines(out: &mut Vec<u8>, text: &str) -> usize {
    let text = text.as_bytes();
    let (mut start, mut longest) = (0, 0);
    for end in memchr::memchr2_iter(b'\r', b'\n', text) {
        if text[end] == b'\n' && end > 0 && text[end - 1] == b'\r' {
            // The CR before it was written as a whole line end.
            start = end + 1;
            continue;
        }
        longest = longest.max(end - start);
        out.extend_from_slice(&text[start..end]);
        out.extend_from_slice(b"\r\n");
        start = end + 1;
    }
    out.extend_from_slice(&text[start..]);
    longest.max(text.len() - start)
}

/// Whether a text holds nothing but printable ASCII, blanks, tabs and line ends. The fold looks at
/// many octets at once.
fn is_seven_bit(text: &str) -> bool {
    text.bytes().fold(true, |plain, b| plain & matches!(b, b'\t' | b'\r' | b'\n' | b' '..=b'~'))
}

/// What all boundaries end with, made of the Message-ID, so that the same mail always has the same
/// bytes. It grows where a part holds it by chance.
fn tag(invitation: &Invitation, id: &MessageId) -> String {
    let mut tag = String::with_capacity(64);
    tag.extend(id.0.chars().filter(char::is_ascii_alphanumeric).take(40));
    while tag.len() < 60 && any_holds(invitation, &format!("-{tag}")) {
        tag.push('x');
    }
    tag
}

fn any_holds(invitation: &Invitation, part: &str) -> bool {
    let part = memchr::memmem::Finder::new(part);
    let calendars = invitation.calendars.iter().map(|calendar| &calendar.text);
    let mut texts = [&invitation.text, &invitation.html].into_iter().chain(calendars);
    texts.any(|text| part.find(text.as_bytes()).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lone_line_ends_become_crlf() {
        let with_crlf = |text: &str| {
            let mut out = Vec::new();
            let longest = write_lines(&mut out, text);
            (String::from_utf8(out).unwrap(), longest)
        };
        assert_eq!(with_crlf("a\nb\rccc\r\nd\n\r\n\r"), ("a\r\nb\r\nccc\r\nd\r\n\r\n\r\n".to_owned(), 3));
        assert_eq!(with_crlf("a\r\r\n\nbb"), ("a\r\n\r\n\r\nbb".to_owned(), 2));
        assert_eq!(with_crlf("a"), ("a".to_owned(), 1));
        assert_eq!(with_crlf(""), (String::new(), 0));
    }

    #[test]
    fn only_short_plain_lines_travel_as_they_are() {
        let encoding = |text: &str| {
            let mut out = Vec::new();
            write_body(&mut out, text);
            String::from_utf8(out).unwrap().lines().next().unwrap().rsplit_once(' ').unwrap().1.to_owned()
        };
        assert_eq!(encoding(&"x".repeat(998)), "7bit");
        assert_eq!(encoding(&"x".repeat(999)), "base64");
        assert_eq!(encoding(&format!("{}\ry", "x".repeat(999))), "base64");
        assert_eq!(encoding("Grüße"), "base64");
        assert_eq!(encoding("nul\0"), "base64");
        assert_eq!(encoding("del\x7f"), "base64");
        assert_eq!(encoding(""), "7bit");
    }
}
