//! What is replaced when previews are to be shared.
//!
//! Owns: links, tokens, addresses, names, ids and Message-IDs, and what stands in their place: the
//! same for the same address in the whole folder. Does not own: the words of the mails. What stays are
//! the event's title and times, the words of the templates, and what other columns of the file put
//! into them: known weakness, the organiser must look at those. A first or last name that is also an
//! ordinary word is replaced wherever it stands: rather an odd sentence than a name.

mod crowd;
mod mail;
mod scan;

use std::collections::HashMap;

use self::{
    crowd::Crowd,
    scan::{Pattern, Shreds},
};
use super::{
    letter::Letter,
    record::{Row, Told},
};
use crate::model::{Mailbox, html_escaped, percent_encoded};

/// Domains that nobody can have (RFC 2606): what stands in an address's place ends so.
const NOWHERE: &str = "example.invalid";

/// Replaces; knows what it has put in the place of what.
#[derive(Debug, Default)]
pub(super) struct Redactor {
    addresses: HashMap<String, String>,
    others: u32,
    crowd: Crowd,
}

/// A mail with everything replaced, its row and its link's words.
#[derive(Debug)]
pub(super) struct Redacted {
    pub(super) bytes: Vec<u8>,
    pub(super) row: Row,
    pub(super) told: Told,
}

impl Redactor {
    /// Learns of somebody; before the first mail.
    pub(super) fn expect(&mut self, number: u32, name: &str, address: &str) {
        let shown = self.address(address, number);
        self.crowd.add_address(address, &shown);
        self.crowd.add(name, &format!("Person {number}"));
    }

    /// Replaces everything in a mail and in what is told of it.
    pub(super) fn redact(&mut self, letter: &Letter<'_>, row: &Row, told: &Told) -> Redacted {
        let mask = Mask::of(self.address(&row.address, row.number), letter, row, told);
        let entry = format!("entry-{}@{NOWHERE}", row.number);
        let bytes = mail::redacted(letter, &entry, &mut |text| self.replace(&mask, text));
        let mut words = |text: &str| self.replace(&mask, &scan::replaced(text, &mask.places));
        let remark = |remark: &super::Remark, words: &mut dyn FnMut(&str) -> String| super::Remark {
            severity: remark.severity,
            text: words(&remark.text),
            hint: remark.hint.as_deref().map(words),
        };
        let told = Told {
            link: told.link.as_ref().map(|_| mask.link.clone()),
            user_id: None,
            lines: told.lines.iter().map(|line| words(line)).collect(),
            remarks: told.remarks.iter().map(|one| remark(one, &mut words)).collect(),
            warnings: told.warnings.iter().map(|warning| words(warning)).collect(),
        };
        let (name, address) = (mask.name, mask.address);
        let (first_name, last_name) = (String::new(), String::new());
        Redacted { bytes, row: Row { name, first_name, last_name, address, ..row.clone() }, told }
    }

    fn replace(&mut self, mask: &Mask, text: &str) -> String {
        let known = self.crowd.replaced(&scan::replaced(text, &mask.patterns));
        let without_tokens = mask.shreds.without(&scan::without_tokens(&known));
        scan::each_address(&without_tokens, |address| self.other(address))
    }

    /// What stands in the place of an attendee's address.
    fn address(&mut self, address: &str, number: u32) -> String {
        let placeholder = || format!("person-{number}@{NOWHERE}");
        self.addresses.entry(address.to_lowercase()).or_insert_with(placeholder).clone()
    }

    /// What stands in the place of any other address; `None` for what stands there already.
    fn other(&mut self, address: &str) -> Option<String> {
        if address.ends_with(NOWHERE) {
            return None;
        }
        let folded = address.to_lowercase();
        if let Some(known) = self.addresses.get(&folded) {
            return Some(known.clone());
        }
        self.others += 1;
        let placeholder = format!("address-{}@{NOWHERE}", self.others);
        self.addresses.insert(folded, placeholder.clone());
        Some(placeholder)
    }
}

/// What is known to be replaced in one mail.
struct Mask {
    name: String,
    address: String,
    link: String,
    /// In the mail, and everywhere else.
    patterns: Vec<Pattern>,
    /// In the words about the link alone: as words of a mail they may mean anything.
    places: Vec<Pattern>,
    /// What templates may have made of the token: pieces, or capitals.
    shreds: Shreds,
}

impl Mask {
    fn of(address: String, letter: &Letter<'_>, row: &Row, told: &Told) -> Self {
        let number = row.number;
        let name = format!("Person {number}");
        let link = format!("https://meet.{NOWHERE}/room?jwt=redacted-{number}");
        let mut patterns = Vec::new();
        let mut places = Vec::new();
        if let Some(real) = &told.link {
            patterns.extend(in_every_form(real, &link).map(Pattern::exactly));
            places = places_of(real);
        }
        let id = letter.message_id();
        if !id.is_empty() {
            patterns.push(Pattern::exactly((id.to_owned(), format!("message-{number}@{NOWHERE}"))));
            // The boundaries are made of it.
            let tag: String = id.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
            patterns.push(Pattern::exactly((tag, format!("message{number}"))));
        }
        if let Some(user_id) = &told.user_id {
            patterns.push(Pattern::exactly((user_id.clone(), format!("user-{number}"))));
        }
        for (real, shown) in [(row.address.clone(), address.clone()), (unicode(&row.address), address.clone())] {
            let encoded = [
                (percent_encoded(&real, "@"), shown.clone()),
                (percent_encoded(&real, ""), percent_encoded(&shown, "")),
            ];
            let at_sign_encoded = (real.replace('@', "%40"), shown.replace('@', "%40"));
            for (real, shown) in encoded.into_iter().chain([at_sign_encoded, (real, shown)]) {
                patterns.extend(in_every_form(&real, &shown).map(Pattern::in_any_case));
            }
        }
        // Alone, it may be told from a word of the language: `ada.lovelace`, not `office`.
        let local = row.address.split('@').next().unwrap_or_default();
        if local.len() > 3 && local.contains(|c: char| !c.is_alphabetic()) {
            patterns.push(Pattern::in_any_case((local.to_owned(), format!("person-{number}"))));
        }
        let parts = [(row.name.as_str(), name.as_str()), (&row.first_name, "Person"), (&row.last_name, "Person")];
        let middle = row.name.split_whitespace().filter(|word| word.chars().count() > 2);
        let middle = middle.filter(|word| !word.starts_with(char::is_lowercase)).map(|word| (word, "Person"));
        for (real, shown) in parts.into_iter().chain(middle) {
            // A single letter is an initial, or a word.
            if real.chars().nth(1).is_none() {
                continue;
            }
            // Templates may write names in capitals. In small letters a first name may be any word.
            let small = (real == row.name).then(|| real.to_lowercase());
            // A header shows the beginning of a long one.
            let begun = (real.chars().count() > Mailbox::LONGEST_SHOWN_NAME)
                .then(|| real.chars().take(Mailbox::LONGEST_SHOWN_NAME).collect::<String>().trim_end().to_owned());
            for form in [Some(real.to_owned()), Some(real.to_uppercase()), small, begun].into_iter().flatten() {
                patterns.extend(in_every_form(&form, shown).map(Pattern::word));
                patterns.push(Pattern::word((percent_encoded(&form, ""), percent_encoded(shown, ""))));
            }
        }
        scan::longest_first(&mut patterns);
        let shreds = Shreds::of(told.link.as_deref().unwrap_or_default());
        Self { name, address, link, patterns, places, shreds }
    }
}

/// An address with its domain as people write it (RFC 5890 §2.3.2.1).
fn unicode(address: &str) -> String {
    let Some((local, domain)) = address.rsplit_once('@') else { return address.to_owned() };
    format!("{local}@{}", idna::domain_to_unicode(domain).0)
}

/// Host and room of a link, for the words about it.
fn places_of(link: &str) -> Vec<Pattern> {
    let rest = link.split_once("://").map_or(link, |(_, rest)| rest);
    let path = rest.split(['?', '#']).next().unwrap_or(rest);
    let host = path.split(['/', ':']).next().unwrap_or_default();
    let room = path.rsplit('/').next().unwrap_or_default();
    let mut places = Vec::new();
    for (real, shown) in [(host, format!("meet.{NOWHERE}")), (room, "room".to_owned())] {
        if !real.is_empty() {
            places.push(Pattern::word((real.to_owned(), shown)));
        }
    }
    scan::longest_first(&mut places);
    places
}

/// A text as it may stand in a mail: as it is, as HTML escapes it in one way or another, as iCalendar does.
fn in_every_form<'t>(text: &'t str, shown: &'t str) -> impl Iterator<Item = (String, String)> + 't {
    let html = html_escaped(text);
    let other = html.replace("&#39;", "&#x27;");
    let slashed = other.replace('/', "&#x2F;");
    let apostrophe = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let calendar = text.replace('\\', "\\\\").replace(',', "\\,").replace(';', "\\;");
    let parameter = text.replace('"', "'");
    let mut forms = vec![text.to_owned(), html, other, slashed, apostrophe, calendar, parameter];
    forms.sort();
    forms.dedup();
    forms.into_iter().map(move |form| (form, shown.to_owned()))
}

#[cfg(test)]
mod tests;
