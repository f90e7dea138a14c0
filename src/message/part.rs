//! The parts of a message, and how each travels.

use lettre::message::{
    Body, MultiPart, SinglePart,
    header::{ContentDisposition, ContentTransferEncoding, ContentType},
};

use super::ComposeProblem;
use crate::model::{Invitation, MessageId};

/// The longest line that may travel as it is, without its CRLF (RFC 5322 §2.1.1).
const LONGEST_LINE: usize = 998;

/// `multipart/alternative` of text and HTML; with a calendar, `multipart/mixed` of that and the
/// attachment.
pub(super) fn body(invitation: &Invitation, id: &MessageId) -> Result<MultiPart, ComposeProblem> {
    let [mixed, alternative] = boundaries(invitation, id);
    let mut parts = MultiPart::alternative()
        .boundary(alternative)
        .singlepart(part(ContentType::TEXT_PLAIN, &invitation.text))
        .singlepart(part(ContentType::TEXT_HTML, &invitation.html));
    let Some(calendar) = &invitation.calendar else { return Ok(parts) };
    let method = method(calendar)?;
    // Outlook shows a PUBLISH part as raw text: there the attachment alone.
    if method != "PUBLISH" {
        let kind = content_type(&format!("text/calendar; method={method}; charset=utf-8"))?;
        parts = parts.singlepart(part(kind, calendar));
    }
    let kind = content_type(&format!("text/calendar; method={method}; charset=utf-8; name=\"invite.ics\""))?;
    let attachment = SinglePart::builder()
        .content_type(kind)
        .header(ContentDisposition::attachment("invite.ics"))
        .body(travelling(calendar));
    Ok(MultiPart::mixed().boundary(mixed).multipart(parts).singlepart(attachment))
}

fn content_type(text: &str) -> Result<ContentType, ComposeProblem> {
    ContentType::parse(text).map_err(|_| ComposeProblem::Calendar)
}

fn part(kind: ContentType, text: &str) -> SinglePart {
    SinglePart::builder().content_type(kind).body(travelling(text))
}

/// The calendar's METHOD (RFC 5546 §1.4): letters only, as it goes into a header.
fn method(calendar: &str) -> Result<&str, ComposeProblem> {
    let method = calendar.lines().find_map(|line| line.strip_prefix("METHOD:")).map(str::trim_end);
    method
        .filter(|method| !method.is_empty() && method.bytes().all(|b| b.is_ascii_uppercase()))
        .ok_or(ComposeProblem::Calendar)
}

/// A text ready to travel: CRLF line ends, 7bit where that is possible, else base64.
///
/// Never quoted-printable: it cuts long links in two, and some programs do not mend them.
fn travelling(text: &str) -> Body {
    let text = with_crlf(text);
    if is_seven_bit(&text) {
        return Body::dangerous_pre_encoded(text.into_bytes(), ContentTransferEncoding::SevenBit);
    }
    match Body::new_with_encoding(text, ContentTransferEncoding::Base64) {
        Ok(body) => body,
        Err(_) => unreachable!("base64 takes every text"),
    }
}

/// Every line end, also a lone CR or LF, as CRLF.
fn with_crlf(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 32 + 2);
    let mut rest = text;
    while let Some(at) = memchr::memchr2(b'\r', b'\n', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        out.push_str("\r\n");
        rest = rest[at..].strip_prefix("\r\n").unwrap_or(&rest[at + 1..]);
    }
    out.push_str(rest);
    out
}

/// Whether a text with CRLF line ends may travel as it is. The fold looks at many octets at once.
fn is_seven_bit(text: &str) -> bool {
    let is_plain = |line: &[u8]| line.iter().fold(true, |plain, b| plain & matches!(b, b'\t' | b' '..=b'~'));
    let mut start = 0;
    for end in memchr::memchr_iter(b'\r', text.as_bytes()).chain([text.len()]) {
        let line = &text.as_bytes()[start..end];
        if line.len() > LONGEST_LINE || !is_plain(line) {
            return false;
        }
        start = (end + 2).min(text.len());
    }
    true
}

/// Two boundaries made of the Message-ID, so that the same mail always has the same bytes. They
/// grow where a part holds them by chance.
fn boundaries(invitation: &Invitation, id: &MessageId) -> [String; 2] {
    let mut tag: String = id.0.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    let bodies = [Some(&invitation.text), Some(&invitation.html), invitation.calendar.as_ref()];
    while bodies.into_iter().flatten().any(|body| holds(body, &format!("-{tag}"))) && tag.len() < 60 {
        tag.push('x');
    }
    [format!("mixed-{tag}"), format!("alt-{tag}")]
}

fn holds(text: &str, part: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), part.as_bytes()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lone_line_ends_become_crlf() {
        assert_eq!(with_crlf("a\nb\rc\r\nd\n\r\n\r"), "a\r\nb\r\nc\r\nd\r\n\r\n\r\n");
        assert_eq!(with_crlf("a"), "a");
    }

    #[test]
    fn only_short_plain_lines_travel_as_they_are() {
        let encoding = |text: &str| travelling(text).encoding();
        assert_eq!(encoding(&"x".repeat(998)), ContentTransferEncoding::SevenBit);
        assert_eq!(encoding(&"x".repeat(999)), ContentTransferEncoding::Base64);
        assert_eq!(encoding("Grüße"), ContentTransferEncoding::Base64);
        assert_eq!(encoding("nul\0"), ContentTransferEncoding::Base64);
    }
}
