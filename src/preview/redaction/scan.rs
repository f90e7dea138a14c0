//! Finding what is to be replaced in a text, once through it, so that nothing put there is replaced again.

use std::collections::HashSet;

/// A text and what stands in its place.
#[derive(Debug)]
pub(super) struct Pattern {
    text: String,
    shown: String,
    any_case: bool,
    /// Whether letters or digits beside it make it another word.
    is_word: bool,
}

impl Pattern {
    /// Wherever it stands.
    pub(super) fn exactly((text, shown): (String, String)) -> Self {
        Self { text, shown, any_case: false, is_word: false }
    }

    /// Whatever the case of its ASCII letters.
    pub(super) fn in_any_case(pair: (String, String)) -> Self {
        Self { any_case: true, is_word: true, ..Self::exactly(pair) }
    }

    /// Where it is a word of its own.
    pub(super) fn word(pair: (String, String)) -> Self {
        Self { is_word: true, ..Self::exactly(pair) }
    }

    /// How much of a text it takes that begins with it.
    fn leads(&self, whole_before: &str, text: &str) -> Option<usize> {
        let before = whole_before.chars().next_back();
        let length = self.length_in(text.as_bytes())?;
        // What stands behind `%20` is a word.
        let before = before.filter(|_| !ends_encoded(whole_before));
        let stands_alone = !self.is_word
            || !joins(before, self.text.chars().next()) && {
                let after = text.get(length..).and_then(|rest| rest.chars().next());
                !joins(self.text.chars().next_back(), after)
            };
        stands_alone.then_some(length)
    }

    /// Where a line ends between the words of a name, it is the name all the same.
    fn length_in(&self, text: &[u8]) -> Option<usize> {
        let mut at = 0;
        for own in self.text.bytes() {
            let octet = *text.get(at)?;
            if self.is_word && own == b' ' {
                let blanks = text[at..].iter().take_while(|octet| octet.is_ascii_whitespace()).count();
                if blanks == 0 {
                    return None;
                }
                at += blanks;
                continue;
            }
            let is_same = if self.any_case { octet.eq_ignore_ascii_case(&own) } else { octet == own };
            if !is_same {
                return None;
            }
            at += 1;
        }
        Some(at)
    }
}

/// Whether a text ends with an octet as it stands in links: `%20`.
pub(super) fn ends_encoded(text: &str) -> bool {
    let octets = text.as_bytes();
    octets.len() > 2 && octets[octets.len() - 3] == b'%' && octets[octets.len() - 2..].iter().all(u8::is_ascii_hexdigit)
}

/// Whether two neighbours belong to one word. Scripts without cases write words together, or put
/// particles to them: there a name is a name whatever stands beside it.
pub(super) fn joins(left: Option<char>, right: Option<char>) -> bool {
    let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_lowercase() || c.is_uppercase() || c.is_ascii_digit());
    is_letter(left) && is_letter(right)
}

/// The longest pattern is to win where several fit.
pub(super) fn longest_first(patterns: &mut Vec<Pattern>) {
    patterns.retain(|pattern| !pattern.text.is_empty());
    patterns.sort_by_key(|pattern| std::cmp::Reverse(pattern.text.len()));
}

/// A text with every pattern replaced.
pub(super) fn replaced(text: &str, patterns: &[Pattern]) -> String {
    let mut may_lead = [false; 256];
    for first in patterns.iter().filter_map(|pattern| pattern.text.bytes().next()) {
        may_lead[usize::from(first.to_ascii_lowercase())] = true;
        may_lead[usize::from(first.to_ascii_uppercase())] = true;
    }
    let mut out = String::with_capacity(text.len());
    let (mut at, mut kept) = (0, 0);
    while at < text.len() {
        let here = text.is_char_boundary(at) && may_lead[usize::from(text.as_bytes()[at])];
        let length = |pattern: &Pattern| pattern.leads(&text[..at], &text[at..]);
        match patterns.iter().filter(|_| here).find_map(|pattern| Some((pattern, length(pattern)?))) {
            Some((pattern, length)) => {
                out.push_str(&text[kept..at]);
                out.push_str(&pattern.shown);
                at += length;
                kept = at;
            }
            None => at += 1,
        }
    }
    out.push_str(&text[kept..]);
    out
}

/// A text without whatever has the shape of a token, or stands where one does.
pub(super) fn without_tokens(text: &str) -> String {
    let is_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("eyJ") {
        let token = &rest[at..];
        let end = token.find(|c: char| !is_token(c)).unwrap_or(token.len());
        out.push_str(&rest[..at]);
        // A header alone is 16 characters and more; ordinary words are shorter.
        out.push_str(if end >= 16 { "redacted" } else { &token[..end] });
        rest = &token[end..];
    }
    out.push_str(rest);
    out
}

/// The characters of a token, by stretches of a length that nothing else repeats by chance.
#[derive(Debug, Default)]
pub(super) struct Shreds(HashSet<[u8; SHRED]>);

const SHRED: usize = 10;

impl Shreds {
    /// Those of the token in a link, whatever the case of its letters.
    pub(super) fn of(link: &str) -> Self {
        let token = link.find("eyJ").map_or("", |at| &link[at..]).to_ascii_lowercase();
        Self(token.as_bytes().windows(SHRED).filter_map(|shred| shred.try_into().ok()).collect())
    }

    /// A text without any of them.
    pub(super) fn without(&self, text: &str) -> String {
        let bytes = text.to_ascii_lowercase().into_bytes();
        let is_token = |octet: &u8| octet.is_ascii_alphanumeric() || b"-_.".contains(octet);
        let mut out = String::with_capacity(text.len());
        let (mut at, mut kept) = (0, 0);
        while at + SHRED <= bytes.len() {
            let window = &bytes[at..at + SHRED];
            if let Some(other) = window.iter().rposition(|octet| !is_token(octet)) {
                at += other + 1;
                continue;
            }
            let is_known = |window: &[u8]| <[u8; SHRED]>::try_from(window).is_ok_and(|shred| self.0.contains(&shred));
            if !is_known(window) {
                at += 1;
                continue;
            }
            out.push_str(&text[kept..at]);
            out.push_str("redacted");
            let more = bytes[at..].windows(SHRED).take_while(|window| is_known(window)).count();
            at += more - 1 + SHRED;
            kept = at;
        }
        out.push_str(&text[kept..]);
        out
    }
}

/// A text with each address in it replaced, where `shown` says by what.
pub(super) fn each_address(text: &str, mut shown: impl FnMut(&str) -> Option<String>) -> String {
    let in_local = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '+' | '-');
    let in_domain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
    let mut out = String::with_capacity(text.len());
    let (mut kept, mut from) = (0, 0);
    while let Some(at) = text[from..].find('@').map(|found| from + found) {
        from = at + 1;
        let start = text[kept..at].char_indices().rev().take_while(|(_, c)| in_local(*c)).last();
        let Some(start) = start.map(|(index, _)| kept + index) else { continue };
        let domain = &text[at + 1..];
        let domain = &domain[..domain.find(|c: char| !in_domain(c)).unwrap_or(domain.len())];
        let domain = domain.trim_end_matches(['.', '-']);
        let address = &text[start..at + 1 + domain.len()];
        if !domain.contains('.') {
            continue;
        }
        if let Some(placeholder) = shown(address) {
            out.push_str(&text[kept..start]);
            out.push_str(&placeholder);
            kept = at + 1 + domain.len();
            from = kept;
        }
    }
    out.push_str(&text[kept..]);
    out
}
