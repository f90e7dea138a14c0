//! What is not wrong with a mail, but keeps it from being read, trusted or delivered.
//!
//! Owns: what is said of a finished mail ([`lint`]) and of its sender ([`sender`]), each with a way
//! out. Does not own: what must not be sent at all, which the parts' makers refuse. Pure.
//!
//! Known weakness: HTML is read for its tags and attributes, not as a browser would.

mod css;
mod finding;
mod freemail;
mod html;
mod links;
mod sender;
mod style;

pub use finding::{Finding, Half};
pub use sender::{Sender, SenderFinding, sender};

/// Subjects are cut after about so many characters in the lists of mail programs.
const LONGEST_SUBJECT: usize = 70;
/// Filters and slow lines dislike more octets than this.
const LARGEST: usize = 100_000;
/// Gmail shows so many octets of an HTML part and hides the rest behind a link.
const CLIPPED_AT: usize = 102_000;
/// A subject with fewer letters is an abbreviation rather than a shout.
const LETTERS_OF_A_SHOUT: usize = 6;

/// A finished mail, as its reader gets it.
#[derive(Debug, Clone, Copy)]
pub struct Proof<'a> {
    /// The subject, without the mark of a test.
    pub subject: &'a str,
    /// The plain-text part.
    pub text: &'a str,
    /// The HTML part.
    pub html: &'a str,
    /// The reader's own link; the first, of several sessions.
    pub link: &'a str,
    /// Their links to the other sessions that the mail is about.
    pub others: &'a [&'a str],
    /// The domain of From.
    pub from_domain: &'a str,
    /// The whole message's size on its way; 0 where it is not known.
    pub octets: usize,
}

/// Everything there is to say of a mail, in the order of its parts, each thing once.
#[must_use]
pub fn lint(proof: &Proof<'_>) -> Vec<Finding> {
    let mut findings = subject(proof.subject);
    if proof.subject.contains(proof.link) && !proof.link.is_empty() || proof.subject.contains("jwt=") {
        findings.push(Finding::SubjectOpens);
    }
    let html = html::read(proof.html);
    findings.extend(acting(&html));
    let empty: Vec<_> = [(Half::Text, proof.text), (Half::Html, proof.html)]
        .into_iter()
        .filter(|(_, words)| words.trim().is_empty())
        .map(|(half, _)| half)
        .collect();
    let of_links = links::findings(proof, &html);
    findings.extend(empty.iter().copied().map(Finding::Empty));
    // What says nothing misses more than its link.
    findings
        .extend(of_links.into_iter().filter(|one| !matches!(one, Finding::LinkMissing(half) if empty.contains(half))));
    findings.extend(size(proof));
    findings.extend(style::findings(&html));
    findings
}

/// Tags, and what links begin with, that no mail program obeys.
const ACTING: [(&str, &str); 11] = [
    ("script", "`<script>`"),
    ("form", "`<form>`"),
    ("input", "`<input>`"),
    ("video", "`<video>`"),
    ("audio", "`<audio>`"),
    ("iframe", "`<iframe>`"),
    ("object", "`<object>`"),
    ("embed", "`<embed>`"),
    ("javascript:", "a `javascript:` link"),
    ("data:", "a `data:` picture or link"),
    ("vbscript:", "a `vbscript:` link"),
];

fn acting(html: &html::Html<'_>) -> Vec<Finding> {
    let leads = |tag: &html::Tag<'_>, start: &str| {
        let links = ["href", "src"].into_iter().filter_map(|name| tag.get(name));
        links.into_iter().any(|link| link.trim_start().to_ascii_lowercase().starts_with(start))
    };
    let is_there = |name: &str| html.tags.iter().any(|tag| tag.name == name || name.ends_with(':') && leads(tag, name));
    let refreshes = |tag: &html::Tag<'_>| {
        tag.name == "meta" && tag.get("http-equiv").is_some_and(|value| value.eq_ignore_ascii_case("refresh"))
    };
    let mut found: Vec<_> =
        ACTING.iter().filter(|(name, _)| is_there(name)).map(|(_, what)| Finding::Acts { what }).collect();
    if html.tags.iter().any(refreshes) {
        found.push(Finding::Acts { what: "`<meta http-equiv=\"refresh\">`" });
    }
    if html.tags.iter().any(html::Tag::has_handler) {
        found.push(Finding::Acts { what: "an `onclick` or the like" });
    }
    found
}

fn subject(line: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let characters = line.trim().chars().count();
    if characters == 0 {
        findings.push(Finding::SubjectEmpty);
    }
    if characters > LONGEST_SUBJECT {
        findings.push(Finding::SubjectLong { characters });
    }
    let capitals = line.chars().filter(|c| c.is_uppercase()).count();
    if capitals >= LETTERS_OF_A_SHOUT && !line.chars().any(char::is_lowercase) {
        findings.push(Finding::SubjectShouts);
    }
    findings
}

fn size(proof: &Proof<'_>) -> Option<Finding> {
    if proof.html.len() > CLIPPED_AT {
        return Some(Finding::Clipped { octets: proof.html.len() });
    }
    (proof.octets > LARGEST).then_some(Finding::Large { octets: proof.octets })
}

#[cfg(test)]
mod tests;
