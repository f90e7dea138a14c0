//! A template's tags, cut into tokens: as much of Tera's grammar as it takes to find names.
//!
//! Tera's own parser is private. Templates reach this file only after Tera has accepted them, so
//! that what is odd here can be skipped rather than refused.

/// A piece of a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Ident(String),
    Str(String),
    Number,
    /// `.` or `?.`
    Dot,
    /// `[` or `?[`
    Open,
    /// Any other sign, `==` as `=` twice over excepted: see [`Kind::Assign`].
    Sign(char),
    /// A lone `=`.
    Assign,
    /// `==`, `!=`, `<=`, `>=`, `</`, `//`, `**`, `...`
    Operator,
}

/// A piece and where it stands: line and column from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Token {
    pub(super) fn ident(&self) -> Option<&str> {
        if let Kind::Ident(name) = &self.kind { Some(name) } else { None }
    }

    pub(super) fn is_sign(&self, sign: char) -> bool {
        self.kind == Kind::Sign(sign)
    }
}

/// One `{{ … }}` or `{% … %}`.
#[derive(Debug, Default)]
pub(super) struct Tag {
    /// Whether it prints: `{{ … }}`.
    pub(super) prints: bool,
    pub(super) tokens: Vec<Token>,
}

struct Reader<'s> {
    rest: &'s str,
    line: usize,
    column: usize,
}

impl<'s> Reader<'s> {
    fn advance(&mut self, bytes: usize) -> &'s str {
        let (skipped, rest) = self.rest.split_at(bytes.min(self.rest.len()));
        for c in skipped.chars() {
            if c == '\n' {
                self.line += 1;
                self.column = 1;
            } else {
                self.column += 1;
            }
        }
        self.rest = rest;
        skipped
    }

    fn skip_past(&mut self, mark: &str) {
        self.advance(self.rest.find(mark).map_or(self.rest.len(), |at| at + mark.len()));
    }
}

/// Cuts a template into its tags; comments and raw blocks are left out.
pub(super) fn tags(source: &str) -> Vec<Tag> {
    let mut reader = Reader { rest: source, line: 1, column: 1 };
    let mut tags = Vec::new();
    while let Some(at) = reader.rest.find('{') {
        reader.advance(at);
        match reader.rest.as_bytes().get(1) {
            Some(b'#') => {
                reader.advance(2);
                reader.skip_past("#}");
            }
            Some(b'{') => tags.push(tag(&mut reader, true)),
            Some(b'%') => {
                let tag = tag(&mut reader, false);
                if tag.tokens.first().and_then(Token::ident) == Some("raw") {
                    skip_raw(&mut reader);
                } else {
                    tags.push(tag);
                }
            }
            _ => {
                reader.advance(1);
            }
        }
    }
    tags
}

fn skip_raw(reader: &mut Reader) {
    while let Some(at) = reader.rest.find("{%") {
        reader.advance(at + 2);
        let inner = reader.rest.strip_prefix('-').unwrap_or(reader.rest).trim_start();
        if inner.starts_with("endraw") {
            return reader.skip_past("%}");
        }
    }
}

/// Reads a tag from its opening braces to its closing ones.
fn tag(reader: &mut Reader, prints: bool) -> Tag {
    let end = if prints { "}}" } else { "%}" };
    reader.advance(2);
    let mut tag = Tag { prints, tokens: Vec::new() };
    loop {
        let blank = reader.rest.len() - reader.rest.trim_start().len();
        reader.advance(blank);
        if reader.rest.is_empty() || reader.rest.starts_with(end) {
            reader.advance(end.len());
            return tag;
        }
        let (line, column) = (reader.line, reader.column);
        let (kind, length) = next_kind(reader.rest);
        reader.advance(length);
        // The `-` of `-}}` and `{{-` is white space control.
        if kind == Kind::Sign('-') && (tag.tokens.is_empty() || reader.rest.starts_with(end)) {
            continue;
        }
        tag.tokens.push(Token { kind, line, column });
    }
}

fn next_kind(rest: &str) -> (Kind, usize) {
    let bytes = rest.as_bytes();
    if rest.starts_with("...") {
        return (Kind::Operator, 3);
    }
    match rest.get(..2) {
        Some("==" | "!=" | ">=" | "<=" | "</" | "//" | "**") => return (Kind::Operator, 2),
        Some("?.") => return (Kind::Dot, 2),
        Some("?[") => return (Kind::Open, 2),
        _ => {}
    }
    match bytes[0] {
        b'.' => (Kind::Dot, 1),
        b'[' => (Kind::Open, 1),
        b'=' => (Kind::Assign, 1),
        quote @ (b'"' | b'\'' | b'`') => string(rest, quote),
        b'0'..=b'9' => (Kind::Number, span(bytes, |b| b.is_ascii_digit())),
        b if b == b'_' || b.is_ascii_alphabetic() => {
            let length = span(bytes, |b| b == b'_' || b.is_ascii_alphanumeric());
            (Kind::Ident(rest[..length].to_owned()), length)
        }
        _ => rest.chars().next().map_or((Kind::Operator, 1), |sign| (Kind::Sign(sign), sign.len_utf8())),
    }
}

fn span(bytes: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|b| belongs(**b)).count()
}

/// A string with its escapes undone, and its length in the source.
fn string(rest: &str, quote: u8) -> (Kind, usize) {
    let mut text = String::new();
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if escaped {
            text.push(match c {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                other => other,
            });
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == char::from(quote) {
            return (Kind::Str(text), at + 1);
        } else {
            text.push(c);
        }
    }
    (Kind::Str(text), rest.len())
}
