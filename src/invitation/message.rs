//! The organiser's own words for all mails, written as Markdown, without Tera.
//!
//! Owns: what of `CommonMark` may stand in them (paragraphs, bold, emphasis, links, lists), and how that
//! becomes plain text and HTML. Everything else is refused with its line, so that nothing that was
//! written is lost in silence. Only `{name}`, `{first_name}` and `{title}` are filled in; what is
//! filled in is escaped, and never looked at again.

use std::{fmt, fs, path::Path};

use pulldown_cmark::{Event as Mark, LinkType, Parser, Tag, TagEnd, TextMergeWithOffset};

use super::{
    context::escaped,
    filters::wrap_under,
    phrase::{Piece, pieces},
};
use crate::model::{Attendee, Event, forbidden_char_in_text};

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
        let failed = |error: std::io::Error| one(format!("failed to read the file: {error}"), "check the name");
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
        let mut reading = Reading { source: text, ..Reading::default() };
        if let Some(found) = forbidden_char_in_text(text) {
            reading.problem(0, format!("the text contains {found}"), "delete it and type the place anew");
        }
        for (mark, range) in TextMergeWithOffset::new(Parser::new(text).into_offset_iter()) {
            reading.take(mark, range.start);
        }
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

/// Markdown, half read.
#[derive(Default)]
struct Reading<'s> {
    source: &'s str,
    problems: Vec<MessageProblem>,
    blocks: Vec<Block>,
    html: Vec<Piece>,
    open: Block,
    /// The lists that are open: the next number of each, or none for bullets.
    lists: Vec<Option<u64>>,
    /// Where the link that is open leads, and how many pieces stood before its words.
    link: Option<(String, usize)>,
    /// How deep inside something that is refused.
    refused: usize,
}

const P: &str = "<p dir=\"auto\" style=\"margin: 0 0 12px 0;\">";
const LIST: &str = " style=\"margin: 0 0 12px 0;padding-left: 24px;padding-right: 24px;\">\n";

impl Reading<'_> {
    fn problem(&mut self, at: usize, what: String, hint: &'static str) {
        let line = self.source.get(..at).map_or(1, |before| before.matches('\n').count() + 1);
        self.problems.push(MessageProblem { line: Some(line), what, hint });
    }

    fn take(&mut self, mark: Mark<'_>, at: usize) {
        if self.refused > 0 {
            match mark {
                Mark::Start(_) => self.refused += 1,
                Mark::End(_) => self.refused -= 1,
                _ => {}
            }
            return;
        }
        match mark {
            Mark::Start(Tag::Paragraph) => self.tag(P),
            Mark::End(TagEnd::Paragraph) => {
                self.tag("</p>\n");
                self.close();
            }
            Mark::Start(Tag::List(first)) => {
                self.close();
                self.tag(if first.is_some() { "<ol dir=\"auto\"" } else { "<ul dir=\"auto\"" });
                self.tag(LIST);
                self.lists.push(first);
            }
            Mark::End(TagEnd::List(numbered)) => {
                self.lists.pop();
                self.tag(if numbered { "</ol>\n" } else { "</ul>\n" });
            }
            Mark::Start(Tag::Item) => self.item(),
            Mark::End(TagEnd::Item) => {
                self.close();
                self.tag("</li>\n");
            }
            Mark::Start(Tag::Strong) => self.tag("<strong>"),
            Mark::End(TagEnd::Strong) => self.tag("</strong>"),
            Mark::Start(Tag::Emphasis) => self.tag("<em>"),
            Mark::End(TagEnd::Emphasis) => self.tag("</em>"),
            Mark::Start(Tag::Link { link_type, dest_url, .. }) => self.open_link(link_type, &dest_url, at),
            Mark::End(TagEnd::Link) => self.close_link(),
            Mark::Text(text) => self.words(&text, at),
            Mark::SoftBreak => self.words(" ", at),
            Mark::HardBreak => {
                self.open.pieces.push(Piece::Words("\n".to_owned()));
                self.tag("<br>\n");
            }
            other => self.refuse(&other, at),
        }
    }

    fn refuse(&mut self, mark: &Mark<'_>, at: usize) {
        let what = match mark {
            Mark::Start(Tag::Heading { .. }) => "a heading",
            Mark::Start(Tag::Image { .. }) => "a picture",
            Mark::Start(Tag::BlockQuote(_)) => "a quotation",
            Mark::Start(Tag::CodeBlock(_)) | Mark::Code(_) => "code",
            Mark::Start(Tag::HtmlBlock) | Mark::Html(_) | Mark::InlineHtml(_) => "HTML",
            Mark::Rule => "a line across",
            _ => "this",
        };
        self.refused = usize::from(matches!(mark, Mark::Start(_)));
        let hint = "write paragraphs, **bold**, [links](https://example.org) and lists; a `\\` before a mark shows it as it is";
        self.problem(at, format!("{what} is not shown in mails"), hint);
    }

    fn tag(&mut self, tag: &str) {
        self.html.push(Piece::Words(tag.to_owned()));
    }

    fn words(&mut self, text: &str, at: usize) {
        // Also where it is written as `&#8238;`.
        if let (Some(found), None) = (forbidden_char_in_text(text), forbidden_char_in_text(self.source)) {
            self.problem(at, format!("the text contains {found}"), "delete it and type the place anew");
        }
        match pieces(text) {
            Ok(found) => {
                let html = found.iter().map(|piece| match piece {
                    Piece::Words(words) => Piece::Words(escaped(words)),
                    place @ Piece::Place(_) => place.clone(),
                });
                self.html.extend(html);
                self.open.pieces.extend(found);
            }
            Err(problem) => self.problem(at, problem.to_string(), problem.hint()),
        }
    }

    fn item(&mut self) {
        let depth = 2 * self.lists.len();
        let marker = match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                format!("{:depth$}{}. ", "", *number - 1)
            }
            _ => format!("{:depth$}- ", ""),
        };
        let follows_item = self.blocks.last().is_some_and(|before| !before.marker.is_empty());
        self.open = Block { marker, pieces: Vec::new(), tight: follows_item };
        self.tag("<li style=\"margin: 0 0 4px 0;\">");
    }

    fn close(&mut self) {
        let block = std::mem::take(&mut self.open);
        if !block.pieces.is_empty() {
            self.blocks.push(block);
        }
    }

    fn open_link(&mut self, kind: LinkType, url: &str, at: usize) {
        let url = if kind == LinkType::Email && !url.starts_with("mailto:") {
            format!("mailto:{url}")
        } else {
            url.to_owned()
        };
        let is_known = ["https://", "http://", "mailto:"].iter().any(|scheme| url.to_lowercase().starts_with(scheme));
        if !is_known || url.contains(['{', '}', '<', '>', '"', ' ']) {
            let hint = "write the whole address, as in [the plan](https://example.org/plan)";
            self.problem(at, format!("`{url}` is no address that a link can lead to"), hint);
        }
        self.tag(&format!("<a class=\"plain\" href=\"{}\" style=\"color: #1a5fb4;\">", escaped(&url)));
        self.link = Some((url, self.open.pieces.len()));
    }

    fn close_link(&mut self) {
        self.tag("</a>");
        let Some((url, before)) = self.link.take() else { return };
        let shown = url.strip_prefix("mailto:").unwrap_or(&url);
        let is_shown = matches!(self.open.pieces.get(before..), Some([Piece::Words(words)]) if words == shown);
        if !is_shown {
            self.open.pieces.push(Piece::Words(format!(" <{shown}>")));
        }
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
            "<p dir=\"auto\" style=\"margin: 0 0 12px 0;\">Dear <bdi>Ada</bdi>,</p>",
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
    fn long_lines_are_broken_under_their_beginning() {
        let (text, _) = both(&format!("- {}\n", "word ".repeat(30)));
        assert!(text.lines().all(|line| line.len() <= 72));
        assert!(
            text.starts_with("  - word") && text.lines().skip(1).all(|line| line.starts_with("    word")),
            "{text}"
        );
    }
}
