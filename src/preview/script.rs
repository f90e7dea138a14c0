//! Values as they may stand in a script.
//!
//! JSON is JavaScript but for where it stands: `<` could end or open a tag where a script is inline,
//! and U+2028 and U+2029 end lines in older engines.

use std::io::{self, Write};

use serde::Serialize;

/// Writes a value as JSON that is a script's expression wherever it stands.
pub(super) fn write(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
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

/// A text as HTML shows it, in an element or a quoted attribute.
pub(super) fn html(text: &str) -> String {
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
        write(&mut out, &text).unwrap();
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
    fn a_title_is_text_in_html() {
        assert_eq!(html("<b a='x' c=\"y\">&"), "&lt;b a=&#39;x&#39; c=&quot;y&quot;&gt;&amp;");
    }
}
