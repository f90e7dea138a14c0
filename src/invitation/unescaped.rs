//! Finds what strangers wrote and a template prints without escaping it.
//!
//! Known weakness: what a file includes is read on its own; a name that one file makes and another
//! prints is not followed.

use std::collections::HashSet;

use super::tokens::{Kind, Tag, Token, tags};

/// Names under which the attendee file's cells come into a template.
const PERSONAL: [&str; 3] = ["attendee", "row", "greeting"];
/// Filters after which a text can do no harm in HTML.
const ESCAPING: [&str; 4] = ["escape", "escape_html", "breaks", "urlencode"];

/// A name that is printed as it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unescaped {
    /// As it stands in the template: `attendee.name`.
    pub(super) what: String,
    /// The line, from 1.
    pub(super) line: usize,
    /// The column, from 1.
    pub(super) column: usize,
}

/// All of them, in a template that Tera has accepted.
pub(super) fn unescaped(source: &str) -> Vec<Unescaped> {
    let mut personal: HashSet<String> = PERSONAL.map(str::to_owned).into();
    let mut found = Vec::new();
    for tag in tags(source) {
        found.extend(in_tag(&tag, &personal));
        personal.extend(made(&tag, &personal));
    }
    found
}

/// The personal names before each `| safe` of a tag, unless something escapes them on the way.
fn in_tag(tag: &Tag, personal: &HashSet<String>) -> Vec<Unescaped> {
    let filters = |at: usize| tag.tokens[at].is_sign('|').then(|| tag.tokens.get(at + 1)?.ident()).flatten();
    let Some(safe) = (0..tag.tokens.len()).rev().find(|at| filters(*at) == Some("safe")) else { return Vec::new() };
    let is_open = |at: usize| !(at..safe).any(|at| filters(at).is_some_and(|filter| ESCAPING.contains(&filter)));
    names(&tag.tokens[..safe], personal)
        .filter(|at| is_open(*at))
        .map(|at| {
            let Token { line, column, .. } = tag.tokens[at];
            Unescaped { what: path(&tag.tokens[at..safe]), line, column }
        })
        .collect()
}

/// The names that a tag makes out of personal ones: `set x = attendee.name`, `for cell in row`.
fn made(tag: &Tag, personal: &HashSet<String>) -> Vec<String> {
    let word = |at: usize| tag.tokens.get(at).and_then(Token::ident);
    let from = match word(0) {
        Some("set" | "set_global") => tag.tokens.iter().position(|token| token.kind == Kind::Assign),
        Some("for") => tag.tokens.iter().position(|token| token.ident() == Some("in")),
        _ => None,
    };
    let Some(from) = from.filter(|from| names(&tag.tokens[*from..], personal).next().is_some()) else {
        return Vec::new();
    };
    (1..from).filter_map(word).map(str::to_owned).collect()
}

/// Where personal names stand.
fn names(tokens: &[Token], personal: &HashSet<String>) -> impl Iterator<Item = usize> {
    (0..tokens.len()).filter(|&at| {
        let before = at.checked_sub(1).map(|before| &tokens[before]);
        let is_root = !before.is_some_and(|token| token.kind == Kind::Dot || token.is_sign('|'));
        let is_argument = tokens.get(at + 1).is_some_and(|token| token.kind == Kind::Assign);
        // Yes or no.
        let is_role = tokens.get(at + 2).and_then(Token::ident) == Some("moderator");
        is_root && !is_argument && !is_role && tokens[at].ident().is_some_and(|name| personal.contains(name))
    })
}

/// A name and what follows it, as it is written.
fn path(tokens: &[Token]) -> String {
    let mut text = tokens[0].ident().unwrap_or_default().to_owned();
    let mut rest = &tokens[1..];
    loop {
        match rest {
            [Token { kind: Kind::Dot, .. }, Token { kind: Kind::Ident(name), .. }, after @ ..] => {
                text.extend([".", name]);
                rest = after;
            }
            [Token { kind: Kind::Open, .. }, Token { kind: Kind::Str(name), .. }, _, after @ ..] => {
                text.push_str(&format!("[\"{name}\"]"));
                rest = after;
            }
            _ => return text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<String> {
        unescaped(source).iter().map(|one| format!("{}:{} {}", one.line, one.column, one.what)).collect()
    }

    #[test]
    fn what_strangers_wrote_is_found_where_it_is_printed_as_it_is() {
        assert_eq!(found("<p>\n{{ attendee.name | safe }}"), ["2:4 attendee.name"]);
        assert_eq!(found("{{ row[\"Company\"] | upper | safe }}"), ["1:4 row[\"Company\"]"]);
        assert_eq!(found("{{ \"Dear \" ~ greeting|safe }}"), ["1:14 greeting"]);
        assert_eq!(found("{% set who = attendee.name %}{{ who | safe }}"), ["1:33 who"]);
        assert_eq!(found("{% set who = attendee.name | safe %}{{ who }}"), ["1:14 attendee.name"]);
        assert_eq!(found("{% for cell in row %}{{ cell | safe }}{% endfor %}"), ["1:25 cell"]);
    }

    #[test]
    fn what_is_escaped_or_the_organisers_own_is_left_in_peace() {
        for source in [
            "{{ attendee.name }}",
            "{{ event.description | safe }}",
            "{{ note | breaks | safe }}",
            "{{ attendee.name | breaks | safe }}",
            "{{ attendee.name | escape | safe }}",
            "{{ attendee.moderator | safe }}",
            "{{ event.title | safe }}{{ attendee.name }}",
            "{% set who %}{{ attendee.name }}{% endset %}{{ who | safe }}",
            "{# {{ attendee.name | safe }} #}",
        ] {
            assert_eq!(found(source), [""; 0], "{source}");
        }
    }
}
