//! What the page may do in a browser: its Content-Security-Policy.
//!
//! The page is opened from `file://`, where `'self'` means different things to different browsers and
//! `file:` would mean every file there is. So the policy names no place at all:
//!
//! * `default-src 'none'`: no network, no frame that loads anything, no font, no worker.
//! * `script-src`: the one script of the page, by its hash, and `'strict-dynamic'`: what that script
//!   itself adds, which are the data files beside the page. Markup cannot add a script, whoever wrote
//!   it; a hash for each data file would not do, since browsers do not check those of local files.
//! * `style-src-elem`: the page's style sheet and those of the mails, by their hashes. A frame with
//!   `srcdoc` inherits its page's policy, so that without them no mail would look like itself.
//! * `style-src-attr 'unsafe-inline'`: mails are styled by attributes. With nothing to load, a style
//!   can tell nobody anything.
//! * `img-src data:`: an inline logo.
//!
//! What no policy stops: a browser may look up and connect to the hosts of frames and links before it
//! asks for anything. The page's script takes these out of a mail before it is shown.
//!
//! Known weakness: templates that give each mail a style sheet of its own are listed up to a limit;
//! beyond it all style sheets are allowed, which under `default-src 'none'` costs nothing but rigour.

use std::collections::BTreeSet;

use crate::model::policy_hash as hash;

/// Different style sheets of mails that are named one by one.
const SHEETS: usize = 64;

/// The style sheets of all mails, by their hashes.
#[derive(Debug, Default)]
pub(super) struct Sheets {
    hashes: BTreeSet<String>,
    has_too_many: bool,
}

impl Sheets {
    /// Takes down the style sheets of a mail's HTML.
    pub(super) fn note(&mut self, html: &str) {
        for sheet in sheets_of(html) {
            let hash = hash(&sheet);
            if self.hashes.len() < SHEETS || self.hashes.contains(&hash) {
                self.hashes.insert(hash);
            } else {
                self.has_too_many = true;
            }
        }
    }
}

/// The policy of a page with this script and this style sheet, which shows mails with those sheets.
pub(super) fn policy(script: &str, style: &str, mails: &Sheets) -> String {
    let sheets = if mails.has_too_many {
        "'unsafe-inline'".to_owned()
    } else {
        let all = std::iter::once(hash(style)).chain(mails.hashes.iter().cloned());
        all.collect::<Vec<_>>().join(" ")
    };
    format!(
        "default-src 'none'; script-src {} 'strict-dynamic'; style-src-elem {sheets}; style-src-attr \
         'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'",
        hash(script)
    )
}

/// What stands in the `style` elements of a page, with line ends as a browser reads them.
fn sheets_of(html: &str) -> Vec<String> {
    let mut sheets = Vec::new();
    let lower = html.to_ascii_lowercase();
    let mut at = 0;
    while let Some(open) = lower[at..].find("<style").map(|found| at + found) {
        let Some(start) = lower[open..].find('>').map(|found| open + found + 1) else { break };
        let end = lower[start..].find("</style").map_or(lower.len(), |found| start + found);
        sheets.push(html[start..end].replace("\r\n", "\n").replace('\r', "\n"));
        at = end;
    }
    sheets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_allows_what_is_named_and_nothing_else() {
        let mut sheets = Sheets::default();
        sheets.note("<STYLE type=\"text/css\">p {\r\n}</STYLE><style>b{}</style><style>b{}</style>");
        let policy = policy("script", "style", &sheets);
        let mut expected = [hash("p {\n}"), hash("b{}")];
        expected.sort();
        let named = format!("style-src-elem {} {} {};", hash("style"), expected[0], expected[1]);
        assert!(policy.contains(&named), "{policy}");
        assert!(policy.starts_with(&format!("default-src 'none'; script-src {} 'strict-dynamic';", hash("script"))));
        for place in ["http", "file:", "'self'", "*", "'unsafe-eval'", "blob:"] {
            assert!(!policy.contains(place), "{place} in {policy}");
        }
        assert_eq!(policy.matches("'unsafe-inline'").count(), 1);
    }

    #[test]
    fn too_many_sheets_are_allowed_all_at_once() {
        let mut sheets = Sheets::default();
        for number in 0..=SHEETS {
            sheets.note(&format!("<style>p{number}{{}}</style>"));
        }
        let policy = policy("script", "style", &sheets);
        assert!(policy.contains("style-src-elem 'unsafe-inline';") && policy.len() < 400, "{policy}");
        assert!(policy.contains(&hash("script")));
    }
}
