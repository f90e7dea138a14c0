//! Everybody's whole name, found in anybody's mail.
//!
//! Known weakness: names of one word, which may be any word, are replaced in their own mails alone.

use std::cell::OnceCell;

use aho_corasick::{AhoCorasick, MatchKind};

use super::{in_every_form, scan::joins};

/// The names, and what stands in their place.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    names: Vec<String>,
    shown: Vec<String>,
    /// Made when the first mail is redacted.
    finder: OnceCell<Option<AhoCorasick>>,
}

impl Crowd {
    /// Takes somebody in.
    pub(super) fn add(&mut self, name: &str, shown: &str) {
        if name.split_whitespace().nth(1).is_none() {
            return;
        }
        for (form, shown) in in_every_form(name, shown) {
            self.names.push(form);
            self.shown.push(shown);
        }
        self.finder = OnceCell::new();
    }

    /// A text without anybody's whole name.
    pub(super) fn replaced(&self, text: &str) -> String {
        let Some(finder) = self.finder() else { return text.to_owned() };
        let mut out = String::with_capacity(text.len());
        let mut kept = 0;
        for found in finder.find_iter(text) {
            let (before, inside) = (&text[..found.start()], &text[found.range()]);
            let after = &text[found.end()..];
            let is_part = joins(before.chars().next_back(), inside.chars().next())
                || joins(inside.chars().next_back(), after.chars().next());
            if !is_part {
                out.push_str(&text[kept..found.start()]);
                out.push_str(&self.shown[found.pattern().as_usize()]);
                kept = found.end();
            }
        }
        out.push_str(&text[kept..]);
        out
    }

    fn finder(&self) -> Option<&AhoCorasick> {
        let make = || {
            let mut builder = AhoCorasick::builder();
            builder.match_kind(MatchKind::LeftmostLongest).ascii_case_insensitive(true);
            (!self.names.is_empty()).then(|| builder.build(&self.names).ok()).flatten()
        };
        self.finder.get_or_init(make).as_ref()
    }
}
