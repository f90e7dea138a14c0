//! HTML, read as far as links and styles go: its tags with their attributes, and its style sheets.

use std::borrow::Cow;

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Html<'a> {
    pub(super) tags: Vec<Tag<'a>>,
    /// What stands in `<style>`.
    pub(super) sheets: Vec<&'a str>,
    /// Everything with its references resolved, to look for a text in.
    pub(super) plain: Cow<'a, str>,
    /// Whether parts of it are for Outlook alone: whoever writes those has thought of it.
    pub(super) speaks_to_outlook: bool,
}

/// An opening tag.
#[derive(Debug)]
pub(super) struct Tag<'a> {
    /// In lower case.
    pub(super) name: String,
    /// Names in lower case, values with their references resolved.
    attributes: Vec<(String, Cow<'a, str>)>,
}

impl Tag<'_> {
    /// Whether something is to run when somebody does something to it.
    pub(super) fn has_handler(&self) -> bool {
        self.attributes.iter().any(|(name, _)| name.starts_with("on") && name.len() > 4)
    }

    /// The value of an attribute; of two the first, as browsers do.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_ref())
    }
}

/// Reads HTML; what is odd in it is skipped.
pub(super) fn read(source: &str) -> Html<'_> {
    let mut html = Html { plain: resolved(source), speaks_to_outlook: speaks_to_outlook(source), ..Html::default() };
    let mut rest = source;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = after(comment, "-->");
            continue;
        }
        let Some((tag, next)) = tag(&rest[1..]) else {
            rest = &rest[1..];
            continue;
        };
        rest = next;
        if tag.name == "style" {
            let end = find_ignoring_case(rest, "</style").unwrap_or(rest.len());
            html.sheets.push(&rest[..end]);
            rest = &rest[end..];
        }
        html.tags.push(tag);
    }
    html
}

/// Whether a conditional comment is for Word's engine: `<!--[if (gte mso 9)|(IE)]>`.
fn speaks_to_outlook(source: &str) -> bool {
    let mut conditions = source.split("[if ").skip(1).filter_map(|rest| rest.split(']').next());
    conditions.any(|condition| condition.contains("mso"))
}

/// Reads an opening tag from behind its `<`, and what follows it.
fn tag(text: &str) -> Option<(Tag<'_>, &str)> {
    let length = text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, ':' | '-')).unwrap_or(text.len());
    if !text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let mut tag = Tag { name: text[..length].to_ascii_lowercase(), attributes: Vec::new() };
    let mut rest = &text[length..];
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            return Some((tag, rest));
        }
        if let Some(next) = rest.strip_prefix('>') {
            return Some((tag, next));
        }
        let (name, value, next) = attribute(rest);
        tag.attributes.push((name, value));
        rest = next;
    }
}

fn attribute(text: &str) -> (String, Cow<'_, str>, &str) {
    // The first character belongs to the name whatever it is, so that every step moves on.
    let first = text.chars().next().map_or(0, char::len_utf8);
    let is_end = |c: char| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '/');
    let end = text[first..].find(is_end).map_or(text.len(), |at| at + first);
    let name = text[..end].to_ascii_lowercase();
    let Some(value) = text[end..].trim_start().strip_prefix('=') else {
        return (name, Cow::Borrowed(""), &text[end..]);
    };
    let value = value.trim_start();
    let (value, next) = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
        _ => value.split_at(value.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(value.len())),
    };
    (name, resolved(value), next)
}

/// A text with the character references that stand in links resolved.
fn resolved(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let (c, length) = reference(rest).unwrap_or(('&', 1));
        plain.push(c);
        rest = &rest[length..];
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

fn reference(text: &str) -> Option<(char, usize)> {
    // The longest that is known here: `&#x10FFFF;`.
    let end = text.bytes().take(10).position(|b| b == b';')?;
    let name = &text[1..end];
    let c = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    };
    Some((c, end + 1))
}

/// What follows a mark; nothing where it never comes.
fn after<'a>(text: &'a str, mark: &str) -> &'a str {
    text.find(mark).map_or("", |at| &text[at + mark.len()..])
}

fn find_ignoring_case(text: &str, mark: &str) -> Option<usize> {
    text.as_bytes().windows(mark.len()).position(|window| window.eq_ignore_ascii_case(mark.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_attributes_and_sheets_are_found() {
        let html = read(
            "<!DOCTYPE html><!-- <a href=x> --><STYLE>a { b: c }</STYLE ><A class=q HREF='x?a=1&amp;b=&#x3D;2'>1 < 2 \
             </a><img src = \"y\" alt/><p =odd>",
        );
        let names: Vec<_> = html.tags.iter().map(|tag| tag.name.as_str()).collect();
        assert_eq!(names, ["style", "a", "img", "p"]);
        assert_eq!(html.sheets, ["a { b: c }"]);
        assert_eq!(html.tags[1].get("href"), Some("x?a=1&b==2"));
        assert_eq!(html.tags[1].get("class"), Some("q"));
        assert_eq!((html.tags[2].get("src"), html.tags[2].get("alt")), (Some("y"), Some("")));
    }

    #[test]
    fn broken_html_is_read_to_its_end() {
        for source in
            ["<", "<a", "<a href", "<a href=", "<a href='x", "<!-- x", "<style>a{", "<é>", "<a é='&#xFFFFFFFF;'", "&"]
        {
            let _ = read(source);
        }
        assert_eq!(read("<a href='x").tags[0].get("href"), Some("x"));
        assert_eq!(resolved("&amp;amp; & &nbsp; &#0; &#1114112;"), "&amp; & &nbsp; \0 &#1114112;");
    }
}
