//! Everybody's whole name, found in anybody's mail.
//!
//! Known weakness: names of one word, which may be any word, are replaced in their own mails alone.

use std::cell::OnceCell;

use aho_corasick::{AhoCorasick, MatchKind};

use super::{
    in_every_form,
    scan::{ends_encoded, joins},
};
use crate::model::percent_encoded;

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
        let encoded = (percent_encoded(name, ""), percent_encoded(shown, ""));
        let plus = (name.replace(' ', "+"), shown.replace(' ', "+"));
        for (form, shown) in in_every_form(name, shown).chain([encoded, plus]) {
            self.take(&form, shown);
        }
    }

    /// Takes somebody's address in, as it stands in links.
    pub(super) fn add_address(&mut self, address: &str, shown: &str) {
        self.take(&address.replace('@', "%40"), shown.replace('@', "%40"));
        self.take(&percent_encoded(address, ""), percent_encoded(shown, ""));
        self.take(&percent_encoded(address, "@"), shown.to_owned());
    }

    fn take(&mut self, form: &str, shown: String) {
        self.names.push(form.split_whitespace().collect::<Vec<_>>().join(" "));
        self.shown.push(shown);
        self.finder = OnceCell::new();
    }

    /// A text without anybody's whole name, also where a line ends in its midst.
    pub(super) fn replaced(&self, text: &str) -> String {
        let Some(finder) = self.finder() else { return text.to_owned() };
        let (flat, places) = flattened(text);
        let mut out = String::with_capacity(text.len());
        let mut kept = 0;
        for found in finder.find_iter(&flat) {
            let (before, inside) = (&flat[..found.start()], &flat[found.range()]);
            let after = &flat[found.end()..];
            let left = before.chars().next_back().filter(|_| !ends_encoded(before));
            let is_part = joins(left, inside.chars().next()) || joins(inside.chars().next_back(), after.chars().next());
            if !is_part {
                out.push_str(&text[kept..places[found.start()]]);
                out.push_str(&self.shown[found.pattern().as_usize()]);
                kept = places[found.end()];
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

/// A text with each run of blanks and line ends as one blank, and where each of its octets stood.
fn flattened(text: &str) -> (String, Vec<usize>) {
    let mut flat = String::with_capacity(text.len());
    let mut places = Vec::with_capacity(text.len() + 1);
    let mut in_blank = false;
    for (at, c) in text.char_indices() {
        if c.is_ascii_whitespace() {
            if !in_blank {
                flat.push(' ');
                places.push(at);
            }
            in_blank = true;
        } else {
            flat.push(c);
            places.extend(at..at + c.len_utf8());
            in_blank = false;
        }
    }
    places.push(text.len());
    (flat, places)
}
