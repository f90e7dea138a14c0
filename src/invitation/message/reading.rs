//! Markdown on its way to the two forms of a message, mark by mark.

use pulldown_cmark::{Event as Mark, LinkType, Options, Parser, Tag, TagEnd, TextMergeWithOffset};

use super::{Block, MessageProblem};
use crate::{
    invitation::{
        context::escaped,
        phrase::{Piece, pieces},
    },
    model::forbidden_char_in_text,
};

/// Markdown, half read.
#[derive(Default)]
pub(super) struct Reading<'s> {
    source: &'s str,
    pub(super) problems: Vec<MessageProblem>,
    pub(super) blocks: Vec<Block>,
    pub(super) html: Vec<Piece>,
    open: Block,
    /// The lists that are open: the next number of each, or none for bullets.
    lists: Vec<Option<u64>>,
    /// Where the link that is open leads, and how many pieces stood before its words.
    link: Option<(String, usize)>,
    /// Where the text of the last item of a list begins.
    indent: usize,
    /// How deep inside something that is refused.
    refused: usize,
}

/// Known, so that they are refused: shown as they are typed, they would be taken for mistakes.
const MORE_MARKS: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_FOOTNOTES);

/// What stands for `\\{` and `\\}` while a text is read: characters that mean nothing.
const BRACES: [(char, &str); 2] = [('\u{E07B}', "{"), ('\u{E07D}', "}")];

const P: &str = "<p dir=\"auto\" style=\"margin: 0 0 12px 0;text-align: start;\">";
const LIST: &str = " style=\"margin: 0 0 12px 0;text-align: start;padding-left: 24px;padding-right: 24px;\">\n";

impl<'s> Reading<'s> {
    /// Begins with a text that [`literal_braces`] has made ready.
    pub(super) fn of(source: &'s str) -> Self {
        Self { source, ..Self::default() }
    }

    /// Takes every mark of it.
    pub(super) fn take_all(&mut self) {
        for (mark, range) in TextMergeWithOffset::new(Parser::new_ext(self.source, MORE_MARKS).into_offset_iter()) {
            self.take(mark, range.start);
        }
    }

    pub(super) fn problem(&mut self, at: usize, what: String, hint: &'static str) {
        let line = self.source.get(..at).map_or(1, |before| before.matches('\n').count() + 1);
        let problem = MessageProblem { line: Some(line), what, hint };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
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
            Mark::Start(Tag::Paragraph) => {
                if self.open.marker.is_empty() && !self.lists.is_empty() {
                    self.open.marker = " ".repeat(self.indent);
                }
                self.tag(P);
            }
            Mark::End(TagEnd::Paragraph) => {
                self.tag("</p>\n");
                self.close();
            }
            Mark::Start(Tag::List(first)) => {
                self.close();
                self.tag(&match first {
                    Some(1) => "<ol dir=\"auto\"".to_owned(),
                    Some(number) => format!("<ol dir=\"auto\" start=\"{number}\""),
                    None => "<ul dir=\"auto\"".to_owned(),
                });
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
            Mark::End(TagEnd::Link) => self.close_link(at),
            Mark::Text(text) if self.link.is_none() => self.words_with_addresses(&text, at),
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
            Mark::Start(Tag::Table(_)) => "a table",
            Mark::Start(Tag::Strikethrough) => "struck-out text",
            Mark::TaskListMarker(_) => "a box to tick",
            Mark::FootnoteReference(_) | Mark::Start(Tag::FootnoteDefinition(_)) => "a footnote",
            _ => "this",
        };
        self.refused = usize::from(matches!(mark, Mark::Start(_)));
        let hint = "write paragraphs, **bold**, [links](https://example.org) and lists; a `\\` before a mark shows it as it is";
        self.problem(at, format!("{what} is not shown in mails"), hint);
    }

    fn tag(&mut self, tag: &str) {
        self.html.push(Piece::Words(tag.to_owned()));
    }

    /// Words in which a web address is a link.
    fn words_with_addresses(&mut self, text: &str, at: usize) {
        let mut rest = text;
        while let Some((before, address)) = next_address(rest) {
            self.words(before, at);
            let behind = &rest[before.len() + address.len()..];
            let source = self.source.get(at + text.len()..).unwrap_or_default();
            let broken = behind.starts_with('{') || behind.is_empty() && source.starts_with(['*', '_', '[']);
            if broken {
                let what = format!("the web address `{address}` is cut short by what follows it");
                self.problem(at, what, "write it between `<` and `>`; nothing can be filled in there");
            }
            self.open_link(LinkType::Autolink, address, at);
            self.words(address, at);
            self.close_link(at);
            rest = &rest[before.len() + address.len()..];
        }
        self.words(rest, at);
    }

    fn words(&mut self, text: &str, at: usize) {
        // Also where it is written as `&#8238;`.
        if let (Some(found), None) = (forbidden_char_in_text(text), forbidden_char_in_text(self.source)) {
            self.problem(at, format!("the text contains {found}"), "delete it and type the place anew");
        }
        match pieces(text) {
            Ok(mut found) => {
                for piece in &mut found {
                    if let Piece::Words(words) = piece {
                        for (mark, brace) in BRACES {
                            *words = words.replace(mark, brace);
                        }
                    }
                }
                let html = found.iter().map(|piece| match piece {
                    Piece::Words(words) => Piece::Words(escaped(words)),
                    place @ Piece::Place(_) => place.clone(),
                });
                self.html.extend(html);
                self.open.pieces.extend(found);
            }
            Err(problem) => {
                let hint = "only {name}, {first_name} and {title} can stand in braces; a `\\` before a brace shows it as it is";
                self.problem(at, problem.to_string(), hint);
            }
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
        self.indent = marker.chars().count();
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

    fn close_link(&mut self, at: usize) {
        self.tag("</a>");
        let Some((url, before)) = self.link.take() else { return };
        let is_blank = |piece: &Piece| matches!(piece, Piece::Words(words) if words.trim().is_empty());
        if self.open.pieces[before..].iter().all(is_blank) {
            self.problem(at, "this link has no words: nobody can see it".to_owned(), "write some between `[` and `]`");
        }
        let shown = url.strip_prefix("mailto:").unwrap_or(&url);
        let is_shown = matches!(self.open.pieces.get(before..), Some([Piece::Words(words)]) if words == shown);
        if !is_shown {
            self.open.pieces.push(Piece::Words(format!(" <{shown}>")));
        }
    }
}

/// A text whose escaped braces cannot be taken for places.
pub(super) fn literal_braces(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let escaped = rest.peek().copied().filter(|_| c == '\\');
        match escaped.map(|next| (next, BRACES.iter().find(|(_, brace)| brace.starts_with(next)))) {
            Some((_, Some((mark, _)))) => out.push(*mark),
            Some((next, None)) => out.extend([c, next]),
            None => {
                out.push(c);
                continue;
            }
        }
        rest.next();
    }
    out
}

/// The first web address in a text, and what stands before it.
fn next_address(text: &str) -> Option<(&str, &str)> {
    let lower = text.to_ascii_lowercase();
    let begins = |(at, _): &(usize, &str)| !text[..*at].ends_with(|c: char| c.is_alphanumeric());
    let secure = lower.match_indices("https://").find(begins);
    let plain = lower.match_indices("http://").find(begins);
    let (at, scheme) = secure.into_iter().chain(plain).min()?;
    let address = &text[at..];
    let end = address.find(|c: char| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c));
    let mut address = &address[..end.unwrap_or(address.len())];
    // What ends a sentence is none of it, nor is a bracket that was opened before it.
    while let Some(last) = address.chars().next_back() {
        let closes = last == ')' && address.matches(')').count() > address.matches('(').count();
        if !closes && !".,;:!?']*_".contains(last) {
            break;
        }
        address = &address[..address.len() - last.len_utf8()];
    }
    (address.len() > scheme.len()).then(|| (&text[..at], address))
}
