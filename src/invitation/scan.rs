//! Which names a template refers to, and which it makes itself.
//!
//! Tera is silent about an unknown name in `{% if typo %}` and `{{ typo or "x" }}`; this finds them.

use std::collections::HashMap;

use super::tokens::{Kind, Tag, Token, tags};

/// A name with what follows it: `window.starts.date`, `row["Company"]`, `sessions[0].link`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path {
    /// The first name.
    pub(super) root: String,
    /// What follows it.
    pub(super) steps: Vec<Step>,
    /// The line, from 1.
    pub(super) line: usize,
    /// The column, from 1.
    pub(super) column: usize,
    /// Whether the tag prints exactly this.
    pub(super) printed: bool,
    /// Whether the template itself asks whether it exists, or says what to take instead.
    pub(super) guarded: bool,
}

/// One step from a group to what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// By name.
    Name(String),
    /// By number, or computed: what comes after it is not followed.
    Index,
}

/// A file that a template takes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) file: String,
    pub(super) extends: bool,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// What was found in one template.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) paths: Vec<Path>,
    pub(super) references: Vec<Reference>,
    /// Names the template makes; a loop over a known list says whose elements it names.
    pub(super) locals: HashMap<String, Option<Path>>,
    /// Whether a tag shows the note, and nothing but the note.
    pub(super) prints_note: bool,
}

/// Filters that leave of a text what a reader reads.
const HARMLESS: [&str; 5] = ["wrap", "breaks", "safe", "trim", "escape"];

/// Words of Tera's that are no names.
const KEYWORDS: &[&str] = &[
    "and", "or", "not", "in", "is", "if", "elif", "else", "for", "true", "True", "false", "False", "none", "None",
    "null", "loop", "self",
];

/// Statements whose own name, and where it says so the name after it, is no variable.
const STATEMENTS: &[(&str, bool)] = &[
    ("set", true),
    ("set_global", true),
    ("block", true),
    ("endblock", true),
    ("filter", true),
    ("endfilter", false),
    ("endset", false),
    ("endif", false),
    ("endfor", false),
    ("break", false),
    ("continue", false),
];

/// Reads a template that Tera has accepted.
pub(super) fn scan(source: &str) -> Scan {
    let mut found = Scan::default();
    for tag in tags(source) {
        let first = tag.tokens.first().and_then(Token::ident).unwrap_or_default();
        found.prints_note |= tag.prints && first == "note" && is_whole(&tag.tokens[1..]);
        match first {
            _ if tag.prints => expressions(&tag, 0, &mut found),
            "include" | "extends" => reference(&tag, first == "extends", &mut found),
            "component" => component(&tag, &mut found),
            "endcomponent" => {}
            _ => statement(&tag, first, &mut found),
        }
    }
    found
}

/// Whether what follows a name lets all of it through.
fn is_whole(after: &[Token]) -> bool {
    let piped = after.first().is_some_and(|token| token.is_sign('|'));
    after.is_empty() || piped && after.get(1).and_then(Token::ident).is_some_and(|filter| HARMLESS.contains(&filter))
}

fn reference(tag: &Tag, extends: bool, found: &mut Scan) {
    if let Some(Token { kind: Kind::Str(file), line, column }) = tag.tokens.get(1) {
        found.references.push(Reference { file: file.clone(), extends, line: *line, column: *column });
    }
}

/// A component's arguments are names within it; their types and defaults are no variables.
fn component(tag: &Tag, found: &mut Scan) {
    found.locals.insert("body".into(), None);
    for pair in tag.tokens.windows(2) {
        let opens = matches!(pair[0].kind, Kind::Sign('(' | ',' | '@') | Kind::Operator);
        if let (true, Some(name)) = (opens, pair[1].ident()) {
            found.locals.insert(name.to_owned(), None);
        }
    }
}

fn statement(tag: &Tag, first: &str, found: &mut Scan) {
    let Some((_, names)) = STATEMENTS.iter().find(|(word, _)| *word == first) else {
        return expressions(tag, 0, found);
    };
    if first.starts_with("set")
        && let Some(name) = tag.tokens.get(1).and_then(Token::ident)
    {
        found.locals.insert(name.to_owned(), None);
    }
    expressions(tag, 1 + usize::from(*names), found);
}

/// Finds the paths among a tag's tokens, from one of them on.
fn expressions(tag: &Tag, from: usize, found: &mut Scan) {
    let tokens = &tag.tokens;
    let mut at = from;
    while at < tokens.len() {
        let Some(word) = tokens[at].ident() else {
            at += 1;
            continue;
        };
        if word == "for" {
            at = loop_names(tokens, at, found);
        } else if is_variable(tokens, at) {
            let (path, next) = path(tag, at);
            found.paths.push(path);
            at = next;
        } else {
            at = if names_component(tokens, at) { skip_dotted(tokens, at) } else { at + 1 };
        }
    }
}

/// `for a, b in list`: the names up to `in` are made here.
fn loop_names(tokens: &[Token], at: usize, found: &mut Scan) -> usize {
    let Some(length) = tokens[at..].iter().position(|token| token.ident() == Some("in")) else { return at + 1 };
    let names: Vec<_> = tokens[at + 1..at + length].iter().filter_map(Token::ident).collect();
    let list = at + length + 1;
    let whole = Tag { prints: false, tokens: tokens.to_vec() };
    let over = (names.len() == 1 && list < tokens.len() && is_variable(tokens, list)).then(|| path(&whole, list).0);
    for name in names {
        let clash = found.locals.contains_key(name);
        found.locals.insert(name.to_owned(), over.clone().filter(|_| !clash));
    }
    list
}

fn is_variable(tokens: &[Token], at: usize) -> bool {
    let Some(word) = tokens[at].ident() else { return false };
    let before = at.checked_sub(1).map(|at| &tokens[at]);
    let after = tokens.get(at + 1);
    let tests = |token: &Token| matches!(token.ident(), Some("is"));
    let is_test = before.is_some_and(tests)
        || (before.and_then(Token::ident) == Some("not") && at >= 2 && tests(&tokens[at - 2]));
    !KEYWORDS.contains(&word)
        && !is_test
        && !before.is_some_and(|token| token.kind == Kind::Dot || token.is_sign('|'))
        && !after.is_some_and(|token| token.kind == Kind::Assign || token.is_sign('('))
        && !names_component(tokens, at)
}

/// `<Button …` and `</Button>`; elsewhere `<` compares.
fn names_component(tokens: &[Token], at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    if tokens[before].kind == Kind::Operator {
        // Only `</` stands at a tag's start.
        return before == 0;
    }
    let compares = before > 0
        && (matches!(tokens[before - 1].kind, Kind::Str(_) | Kind::Number | Kind::Sign(')' | ']'))
            || tokens[before - 1].ident().is_some_and(|word| !KEYWORDS.contains(&word)));
    tokens[before].is_sign('<') && !compares
}

fn skip_dotted(tokens: &[Token], mut at: usize) -> usize {
    at += 1;
    while tokens.get(at).is_some_and(|token| token.kind == Kind::Dot) {
        at += 2;
    }
    at
}

/// Reads a path that begins at a token; gives the place after what it could follow.
fn path(tag: &Tag, start: usize) -> (Path, usize) {
    let tokens = &tag.tokens;
    let mut steps = Vec::new();
    let mut at = start + 1;
    loop {
        match tokens.get(at..).unwrap_or_default() {
            [Token { kind: Kind::Dot, .. }, Token { kind: Kind::Ident(name), .. }, ..] => {
                steps.push(Step::Name(name.clone()));
                at += 2;
            }
            [Token { kind: Kind::Open, .. }, Token { kind: Kind::Str(name), .. }, close, ..] if close.is_sign(']') => {
                steps.push(Step::Name(name.clone()));
                at += 3;
            }
            [Token { kind: Kind::Open, .. }, Token { kind: Kind::Number, .. }, close, ..] if close.is_sign(']') => {
                steps.push(Step::Index);
                at += 3;
            }
            [Token { kind: Kind::Open, .. }, ..] => {
                // Computed: the expression inside is read by the caller, what follows is unknown.
                steps.push(Step::Index);
                at += 1;
                break;
            }
            _ => break,
        }
    }
    let (root, line, column) = (tokens[start].ident().unwrap_or_default(), tokens[start].line, tokens[start].column);
    let computed = tokens.get(at.wrapping_sub(1)).is_some_and(|token| token.kind == Kind::Open);
    let printed = tag.prints && start == 0 && at == tokens.len() && !computed;
    let guarded = is_guarded(&tokens[at..]);
    (Path { root: root.to_owned(), steps, line, column, printed, guarded }, at)
}

/// `… is defined`, `… is not defined`, `… is undefined`, `… | default(…)`.
fn is_guarded(after: &[Token]) -> bool {
    let word = |at: usize| after.get(at).and_then(Token::ident);
    let test = if word(1) == Some("not") { word(2) } else { word(1) };
    (word(0) == Some("is") && matches!(test, Some("defined" | "undefined")))
        || (after.first().is_some_and(|token| token.is_sign('|')) && word(1) == Some("default"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(source: &str) -> Vec<String> {
        let show = |path: &Path| {
            path.steps.iter().fold(path.root.clone(), |text, step| match step {
                Step::Name(name) => format!("{text}.{name}"),
                Step::Index => format!("{text}[]"),
            })
        };
        scan(source).paths.iter().map(show).collect()
    }

    #[test]
    fn names_are_found_wherever_tera_would_be_silent() {
        assert_eq!(paths("{% if typo %}{% elif not a.b and c %}"), ["typo", "a.b", "c"]);
        assert_eq!(paths("{{ typo or \"x\" }}{{- y -}}"), ["typo", "y"]);
        assert_eq!(paths("{{ row[\"A b\"] | default(value=z) }}"), ["row.A b", "z"]);
        assert_eq!(paths("{{ a?.b }}{{ sessions[0].link }}{{ a[k].c }}"), ["a.b", "sessions[].link", "a[]", "k"]);
        assert_eq!(paths("{% set x = y %}{{ 1 if a == b else c }}"), ["y", "a", "b", "c"]);
        assert_eq!(paths("{% if a < b %}{{ [x for x in list] }}"), ["a", "b", "x", "list"]);
    }

    #[test]
    fn what_is_no_variable_is_left_out() {
        assert!(paths("{# a #}{% raw %}{{ b }}{% endraw %}{{ range(end=3) }}{{ \"x\" | upper }}").is_empty());
        assert_eq!(paths("{% if a is defined and b is not starting_with(\"c\") %}"), ["a", "b"]);
        assert_eq!(paths("{% block title %}{% endblock title %}{% filter upper %}{% endfilter %}"), [""; 0]);
        assert_eq!(paths("{{ <Button.big label={x} y /> }}{% </Button.big> %}"), ["x", "y"]);
        assert!(paths("{% component Button(label: String, size = 1, ...rest) %}").is_empty());
    }

    #[test]
    fn places_are_lines_and_columns_from_one() {
        let found = scan("é\n  {% if a %}{{ b }}");
        assert_eq!((found.paths[0].line, found.paths[0].column), (2, 9));
        assert!(!found.paths[0].printed && found.paths[1].printed);
    }
}
