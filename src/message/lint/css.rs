//! Style sheets, cut into declarations.

/// A property and its value, both in lower case, without `!important`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Declaration {
    pub(super) property: String,
    pub(super) value: String,
}

/// The declarations of a `style` attribute.
pub(super) fn declarations(style: &str) -> Vec<Declaration> {
    let style = without_comments(style);
    pieces(&style).filter_map(declaration).collect()
}

/// The declarations of a style sheet's plain rules, and the names of its at-rules.
///
/// What stands in `@media` and the like is for those who understand it: it is not read.
pub(super) fn sheet(source: &str) -> (Vec<Declaration>, Vec<String>) {
    let source = without_comments(source);
    let (mut found, mut at_rules) = (Vec::new(), Vec::new());
    let mut rest = source.as_str();
    while let Some(end) = rest.find(['{', ';', '}']) {
        let before = rest[..end].trim();
        let opens = rest[end..].starts_with('{');
        rest = &rest[end + 1..];
        if let Some(name) = before.strip_prefix('@') {
            let length = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(name.len());
            at_rules.push(name[..length].to_ascii_lowercase());
        }
        if opens {
            let block = block(rest);
            if !before.starts_with('@') {
                found.extend(pieces(block).filter_map(declaration));
            }
            rest = rest.get(block.len() + 1..).unwrap_or_default();
        }
    }
    (found, at_rules)
}

/// What stands before the brace that closes the block.
fn block(text: &str) -> &str {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return &text[..at],
            '}' => depth -= 1,
            _ => {}
        }
    }
    text
}

/// Cuts at semicolons that stand in no parentheses and no quotes: `url(data:image/png;base64,…)`.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let (mut depth, mut quote) = (0_usize, None);
    text.split(move |c: char| {
        match (c, quote) {
            (c, Some(open)) => quote = quote.filter(|_| c != open),
            ('"' | '\'', None) => quote = Some(c),
            ('(', None) => depth += 1,
            (')', None) => depth = depth.saturating_sub(1),
            (';', None) => return depth == 0,
            _ => {}
        }
        false
    })
}

fn declaration(piece: &str) -> Option<Declaration> {
    let (property, value) = piece.split_once(':')?;
    let value = value.trim().to_lowercase();
    let value = value.strip_suffix("!important").unwrap_or(&value).trim_end().to_owned();
    Some(Declaration { property: property.trim().to_lowercase(), value })
}

fn without_comments(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("/*") {
        plain.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, rest)| rest);
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(declarations: &[Declaration]) -> Vec<String> {
        declarations.iter().map(|one| format!("{}={}", one.property, one.value)).collect()
    }

    #[test]
    fn an_attribute_is_cut_into_declarations() {
        let found =
            declarations("Color: RED !important;; background:url('a;b') /* ; x:y */ ; c:url(data:x;base64,y);d");
        assert_eq!(shown(&found), ["color=red", "background=url('a;b')", "c=url(data:x;base64,y)"]);
    }

    #[test]
    fn a_sheet_is_read_but_for_what_stands_in_at_rules() {
        let (found, at_rules) = sheet(
            "@import url(x.css); a, b { c: d; e: f } @media (min-width: 1px) { a { display: flex } } g { h: i } @font-face { x: y }",
        );
        assert_eq!(shown(&found), ["c=d", "e=f", "h=i"]);
        assert_eq!(at_rules, ["import", "media", "font-face"]);
        for broken in ["a {", "a { b", "}", "@", "@media {{", "{", "é{"] {
            let _ = sheet(broken);
        }
    }
}
