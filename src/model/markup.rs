//! Values as they may stand in a page: in its HTML, in a script, in its policy.
//!
//! JSON is JavaScript but for where it stands: `<` could end or open a tag where a script is inline,
//! and U+2028 and U+2029 end lines in older engines.

use std::io::{self, Write};

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64;
use serde::Serialize;

/// Writes a value as JSON that is a script's expression wherever it stands.
///
/// # Errors
/// Where `out` takes no more.
pub fn write_for_script(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let mut json = Vec::with_capacity(16 * 1024);
    serde_json::to_writer(&mut json, value)?;
    write_escaped(out, &json)
}

/// `<`, U+2028 and U+2029 stand only in strings: there an escape means the same.
fn write_escaped(out: &mut impl Write, json: &[u8]) -> io::Result<()> {
    let mut start = 0;
    for at in memchr::memchr2_iter(b'<', 0xE2, json) {
        let (escape, length): (&[u8], usize) = match json[at..] {
            [b'<', ..] => (b"\\u003c", 1),
            [0xE2, 0x80, 0xA8, ..] => (b"\\u2028", 3),
            [0xE2, 0x80, 0xA9, ..] => (b"\\u2029", 3),
            _ => continue,
        };
        out.write_all(&json[start..at])?;
        out.write_all(escape)?;
        start = at + length;
    }
    out.write_all(&json[start..])
}

/// A script's or style sheet's hash as a Content-Security-Policy writes it (CSP 3 §2.3.1).
#[must_use]
pub fn policy_hash(text: &str) -> String {
    format!("'sha256-{}'", BASE64.encode(digest(&SHA256, text.as_bytes()).as_ref()))
}

/// A text as HTML shows it, in an element or a quoted attribute.
#[must_use]
pub fn html_escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '"' => shown.push_str("&quot;"),
            '\'' => shown.push_str("&#39;"),
            c => shown.push(c),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let mut out = Vec::new();
        write_for_script(&mut out, &text).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn nothing_of_a_value_can_end_the_script_it_stands_in() {
        let text = "</script><!-- a\u{2028}b\u{2029}c \"quoted\" \\ \u{7}ü € “x”";
        let script = written(text);
        assert_eq!(script.matches(['<', '\u{2028}', '\u{2029}', '\u{7}']).count(), 0, "{script}");
        assert_eq!(serde_json::from_str::<String>(&script).unwrap(), text);
    }

    #[test]
    fn escapes_at_either_end_are_not_lost() {
        assert_eq!(written("<"), "\"\\u003c\"");
        assert_eq!(written("\u{2028}\u{2029}<"), "\"\\u2028\\u2029\\u003c\"");
        assert_eq!(written("€"), "\"€\"");
    }

    #[test]
    fn a_hash_is_the_one_that_browsers_compute() {
        // The example of CSP 3 §8.3 is `alert('Hello, world.');`.
        assert_eq!(policy_hash("alert('Hello, world.');"), "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='");
    }

    #[test]
    fn a_title_is_text_in_html() {
        assert_eq!(html_escaped("<b a='x' c=\"y\">&"), "&lt;b a=&#39;x&#39; c=&quot;y&quot;&gt;&amp;");
    }
}
