//! What people and shops write for a language where a tag is meant. Pure.

use std::{borrow::Cow, collections::HashMap, sync::LazyLock};

use crate::attendees::{
    folded::{entries, folded},
    nearest::shortened,
};

/// Tags, and what the languages are called in themselves, and in en, de, fr, es, pt, tr, pl, it, nl.
const NAMES: [(&str, &str); 11] = [
    ("en", "English, Englisch, anglais, inglés, inglês, İngilizce, angielski, inglese, Engels"),
    ("de", "German, Deutsch, allemand, alemán, alemão, Almanca, niemiecki, tedesco, Duits"),
    ("fr", "French, Französisch, français, francés, francês, Fransızca, francuski, francese, Frans"),
    ("es", "Spanish, Spanisch, espagnol, español, castellano, espanhol, İspanyolca, hiszpański, spagnolo, Spaans"),
    (
        "pt",
        "Portuguese, Portugiesisch, portugais, portugués, português, Portekizce, portugalski, portoghese, Portugees",
    ),
    ("tr", "Turkish, Türkisch, turc, turco, Türkçe, turecki, Turks"),
    ("pl", "Polish, Polnisch, polonais, polaco, polonês, Lehçe, polski, polacco, Pools"),
    ("it", "Italian, Italienisch, italien, italiano, İtalyanca, włoski, Italiaans"),
    (
        "nl",
        "Dutch, Niederländisch, Holländisch, néerlandais, neerlandés, holandês, Hollandaca, niderlandzki, olandese, Nederlands",
    ),
    ("ar", "Arabic, Arabisch, arabe, árabe, Arapça, arabski, arabo, العربية"),
    ("ja", "Japanese, Japanisch, japonais, japonés, japonês, Japonca, japoński, giapponese, Japans, 日本語"),
];

static TAGS: LazyLock<HashMap<String, &str>> = LazyLock::new(|| {
    let names = NAMES.into_iter();
    names.flat_map(|(tag, names)| entries(names).map(move |name| (name, tag))).collect()
});

/// So many values that are no languages are named.
const MOST_NAMED: usize = 3;

/// The tag that a cell means: `de` of `Deutsch` and of pretix's `de-informal`, `en-US` of `English (US)`, `de` of
/// `Deutsch (Deutschland)`; what is none of these stays as it is.
pub(super) fn tag(cell: &str) -> Cow<'_, str> {
    if let Some(known) = TAGS.get(&folded(cell)) {
        return Cow::Borrowed(known);
    }
    let language = cell.split_once('(').and_then(|(language, region)| {
        let region = region.trim_end().strip_suffix(')')?.trim();
        Some((*TAGS.get(&folded(language))?, region))
    });
    match language {
        Some((tag, region)) if region.len() == 2 && region.bytes().all(|b| b.is_ascii_alphabetic()) => {
            Cow::Owned(format!("{tag}-{region}"))
        }
        Some((tag, _)) => Cow::Borrowed(tag),
        None => Cow::Borrowed(cell.strip_suffix("-informal").or_else(|| cell.strip_suffix("-formal")).unwrap_or(cell)),
    }
}

/// Values in a column that nobody has named as the one of languages, and that are none.
#[derive(Debug, Default)]
pub(super) struct Strange {
    named: Vec<String>,
    rows: u64,
}

impl Strange {
    pub(super) fn look(&mut self, cell: &str) {
        self.rows += 1;
        let value = shortened(cell);
        if self.named.len() <= MOST_NAMED && !self.named.contains(&value) {
            self.named.push(value);
        }
    }

    /// What is to be said once all rows were read, of the column by its label.
    pub(super) fn told(&self, label: &str) -> Option<String> {
        let more = if self.named.len() > MOST_NAMED { " and others" } else { "" };
        let named: Vec<_> = self.named.iter().take(MOST_NAMED).map(|value| format!("\"{value}\"")).collect();
        let (rows, who) = match self.rows {
            0 => return None,
            1 => ("1 row".to_owned(), "it gets"),
            rows => (format!("{rows} rows"), "they get"),
        };
        Some(format!(
            "{label} says {}{more} in {rows}, no language by which mails are written: {who} the event's own; if the \
             column means something else: language = false under [attendees.columns]",
            named.join(", ")
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_languages_are_their_tags() {
        for (cell, expected) in [
            ("Deutsch", "de"),
            ("ENGLISH", "en"),
            ("Português", "pt"),
            ("Türkçe", "tr"),
            ("日本語", "ja"),
            ("de-informal", "de"),
            ("pt-br", "pt-br"),
            ("", ""),
            ("Klingon", "Klingon"),
            ("English (US)", "en-US"),
            ("English (United States)", "en"),
            ("Deutsch (Deutschland)", "de"),
            ("Português (br)", "pt-br"),
            ("Klingon (US)", "Klingon (US)"),
            ("English (US", "English (US"),
        ] {
            assert_eq!(tag(cell), expected);
        }
    }

    #[test]
    fn values_that_are_no_languages_are_told_once() {
        let told = |cells: &[&str]| {
            let mut strange = Strange::default();
            for cell in cells {
                strange.look(cell);
            }
            strange.told("`Language`")
        };
        assert_eq!(told(&[]), None);
        assert!(told(&["Python"]).unwrap().starts_with("`Language` says \"Python\" in 1 row, no language"));
        let many = told(&["C", "Ada", "C", "Rust", "Go", "Zig"]).unwrap();
        assert!(many.starts_with("`Language` says \"C\", \"Ada\", \"Rust\" and others in 6 rows"), "{many}");
        assert!(many.ends_with("language = false under [attendees.columns]"), "{many}");
    }
}
