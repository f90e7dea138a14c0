//! The organiser's own words for all mails, written as Markdown, without Tera.
//!
//! Owns: what of `CommonMark` may stand in them (paragraphs, bold, emphasis, links, lists), and how that
//! becomes plain text and HTML. Everything else is refused with its line, so that nothing that was
//! written is lost in silence. Only `{name}`, `{first_name}` and `{title}` are filled in; what is
//! filled in is escaped, and never looked at again.

mod reading;

use std::{fmt, fs, path::Path};

use self::reading::{Reading, literal_braces};
use super::{context::escaped, filters::wrap_under, phrase::Piece};
use crate::model::{Attendee, Event, forbidden_char_in_text, system_words};

/// More than any mail's words: 100 kB.
const MOST: u64 = 100 * 1024;

/// Words for all mails, ready to be filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    blocks: Vec<Block>,
    html: Vec<Piece>,
}

/// A paragraph of the plain text, or an item of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Block {
    /// What stands before its first line; the others have as many blanks.
    marker: String,
    pieces: Vec<Piece>,
    /// Whether it follows the one before without an empty line.
    tight: bool,
}

/// What is wrong with a file of words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageProblem {
    /// The line, from 1, where one is to blame.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
    /// The way out.
    pub hint: &'static str,
}

impl fmt::Display for MessageProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for MessageProblem {}

impl Message {
    /// Reads a file.
    ///
    /// # Errors
    /// [`MessageProblem`] where it cannot be read, is over 100 kB or no UTF-8, and as [`Message::parse`].
    pub fn read(path: &Path) -> Result<Self, Vec<MessageProblem>> {
        let one = |what: String, hint| vec![MessageProblem { line: None, what, hint }];
        let failed =
            |error: std::io::Error| one(format!("failed to read the file: {}", system_words(&error)), "check the name");
        let metadata = fs::metadata(path).map_err(failed)?;
        if !metadata.is_file() {
            return Err(one("this is no file".to_owned(), "name a text file"));
        }
        if metadata.len() > MOST {
            return Err(one("the file is larger than 100 kB".to_owned(), "mails should be short: link to long texts"));
        }
        let bytes = fs::read(path).map_err(failed)?;
        let text = String::from_utf8(bytes)
            .map_err(|_| one("the file is not UTF-8".to_owned(), "save it as UTF-8 in your editor"))?;
        Self::parse(text.trim_start_matches('\u{FEFF}'))
    }

    /// Reads words in Markdown.
    ///
    /// # Errors
    /// All that is wrong: nothing in it, characters that nobody sees, marks that are not shown, names in
    /// braces that are not known, links that are no web or mail address.
    pub fn parse(text: &str) -> Result<Self, Vec<MessageProblem>> {
        let source = literal_braces(text);
        let mut reading = Reading::of(&source);
        if let Some(found) = forbidden_char_in_text(text) {
            reading.problem(0, format!("the text contains {found}"), "delete it and type the place anew");
        }
        reading.take_all();
        if reading.problems.is_empty() && reading.blocks.is_empty() {
            reading.problems.push(MessageProblem {
                line: None,
                what: "the file says nothing".to_owned(),
                hint: "write a line, or take `message_file` out of event.toml",
            });
        }
        if reading.problems.is_empty() {
            Ok(Self { blocks: reading.blocks, html: reading.html })
        } else {
            Err(reading.problems)
        }
    }

    /// The words as plain text of 72 columns.
    #[must_use]
    pub(super) fn text(&self, attendee: &Attendee, event: &Event, value: impl Fn(&str) -> String) -> String {
        let mut out = String::new();
        for block in &self.blocks {
            if !out.is_empty() {
                out.push_str(if block.tight { "\n" } else { "\n\n" });
            }
            let filled: String = block.pieces.iter().map(|piece| piece.filled(attendee, event, &value)).collect();
            out.push_str(&wrap_under(&block.marker, &filled));
        }
        out
    }

    /// The words as HTML.
    #[must_use]
    pub(super) fn html(&self, attendee: &Attendee, event: &Event) -> String {
        let value = |text: &str| ["<bdi>", &escaped(text), "</bdi>"].concat();
        self.html.iter().map(|piece| piece.filled(attendee, event, value)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invitation::fixture;

    fn both(text: &str) -> (String, String) {
        let message = Message::parse(text).unwrap();
        let (ada, event) = (fixture::ada(), fixture::event());
        (message.text(&ada, &event, str::to_owned), message.html(&ada, &event))
    }

    fn refused(text: &str) -> Vec<(Option<usize>, String)> {
        Message::parse(text).unwrap_err().into_iter().map(|problem| (problem.line, problem.what)).collect()
    }

    #[test]
    fn what_nobody_sees_is_refused_however_it_is_written() {
        for text in ["a \u{202e} b", "a &#8238; b", "a &#x202E; b"] {
            let problems = refused(text);
            assert!(problems.len() == 1 && problems[0].1.starts_with("the text contains"), "{problems:?}");
        }
    }

    #[test]
    fn paragraphs_bold_links_and_lists_are_said_in_both_forms() {
        let (text, html) = both(
            "Dear {first_name},\n\nwe look forward to **{title}**; see [the plan](https://example.org/plan?a=1&b=2)\n\
             or write to <ada@example.org>.\n\n- a laptop\n- a cup\n\n1. come\n2. see\n",
        );
        let expected = "Dear Ada,\n\nwe look forward to Rust for Everyone; see the plan\n\
                        <https://example.org/plan?a=1&b=2> or write to ada@example.org.\n\n  - a laptop\n  - a cup\n  \
                        1. come\n  2. see";
        assert_eq!(text, expected);
        for piece in [
            "<p dir=\"auto\" style=\"margin: 0 0 12px 0;text-align: start;\">Dear <bdi>Ada</bdi>,</p>",
            "<strong><bdi>Rust for Everyone</bdi></strong>",
            "href=\"https://example.org/plan?a=1&amp;b=2\"",
            "href=\"mailto:ada@example.org\"",
            "<li style=\"margin: 0 0 4px 0;\">a laptop</li>",
        ] {
            assert!(html.contains(piece), "{piece} in {html}");
        }
    }

    #[test]
    fn what_is_filled_in_is_never_taken_for_words() {
        let message = Message::parse("Hello {name}, <3 & *you*").unwrap();
        let (mut ada, event) = (fixture::ada(), fixture::event());
        ada.name = "{title} **<b>**".into();
        assert_eq!(message.text(&ada, &event, str::to_owned), "Hello {title} **<b>**, <3 & you");
        assert!(message.html(&ada, &event).contains("<bdi>{title} **&lt;b&gt;**</bdi>, &lt;3 &amp; <em>you</em>"));
    }

    #[test]
    fn what_is_not_shown_is_refused_with_its_line() {
        assert_eq!(
            refused("one\n\n# Two\n\n{nmae} three\n"),
            [
                (Some(3), "a heading is not shown in mails".to_owned()),
                (Some(5), "`{nmae}` is nothing that can be filled in".to_owned()),
            ]
        );
        assert_eq!(refused("a\n\n<b>b</b>\n")[0].0, Some(3));
        assert_eq!(refused("![x](https://example.org/x.png)")[0].1, "a picture is not shown in mails");
        assert!(refused("[x](javascript:alert)")[0].1.contains("no address"));
        assert_eq!(refused(" \n")[0].1, "the file says nothing");
        assert_eq!(refused("a {")[0].1, "a `{` has no partner");
        assert!(refused("a\u{202e}b")[0].1.contains("the text contains"));
    }

    #[test]
    fn a_web_address_is_a_link_and_escaped_braces_are_braces() {
        let (text, html) =
            both("See https://example.org/a_b?c=1&d=2, or (http://example.net).\n\nSet \\{x\\} for {name}");
        assert!(text.starts_with("See https://example.org/a_b?c=1&d=2, or (http://example.net)."), "{text}");
        assert!(text.ends_with("Set {x} for Ada Lovelace"), "{text}");
        assert!(html.contains("href=\"https://example.org/a_b?c=1&amp;d=2\""), "{html}");
        assert!(html.contains(">http://example.net</a>)."), "{html}");
        let (_, html) = both("(see https://example.org/Rust_(language)) and HTTPS://EXAMPLE.net!");
        assert!(html.contains("href=\"https://example.org/Rust_(language)\""), "{html}");
        assert!(html.contains("href=\"HTTPS://EXAMPLE.net\""), "{html}");
        for cut in ["https://example.org/?n={name}", "https://example.org/~u/*a*/b", "https://example.org/[a](b)"] {
            assert!(refused(cut)[0].1.contains("is cut short"), "{cut}: {:?}", refused(cut));
        }
        let (text, _) = both("- one\n\n  more of it\n- two");
        assert_eq!(text, "  - one\n\n    more of it\n  - two");
        assert_eq!(both("xhttps://example.org https://").1.matches("<a ").count(), 0);
        assert!(both("3. three\n4. four").1.contains("<ol dir=\"auto\" start=\"3\""));
    }

    #[test]
    fn marks_of_other_kinds_of_markdown_are_refused_once() {
        for (text, what) in [
            ("| a | b |\n|---|---|\n| c | d |", "a table is not shown in mails"),
            ("this is ~~gone~~", "struck-out text is not shown in mails"),
            ("- [ ] bring a laptop", "a box to tick is not shown in mails"),
            ("some <b>bold</b> words", "HTML is not shown in mails"),
            ("a [](https://example.org)", "this link has no words: nobody can see it"),
        ] {
            assert_eq!(refused(text), [(Some(1), what.to_owned())], "{text}");
        }
        assert_eq!(refused("so it is [^1]\n\n[^1]: or not")[0].1, "a footnote is not shown in mails");
    }

    #[test]
    fn long_lines_are_broken_under_their_beginning() {
        let (text, _) = both(&format!("- {}\n", "word ".repeat(30)));
        assert!(text.lines().all(|line| line.len() <= 72));
        assert!(
            text.starts_with("  - word") && text.lines().skip(1).all(|line| line.starts_with("    word")),
            "{text}"
        );
    }
}
