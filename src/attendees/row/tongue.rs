//! What people and shops write for a language where a tag is meant. Pure.

use std::{collections::HashMap, sync::LazyLock};

use crate::attendees::folded::{entries, folded};

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

/// The tag that a cell means: `de` of `Deutsch`, `de` of pretix's `de-informal`; what is neither stays as it is.
pub(super) fn tag(cell: &str) -> &str {
    let known = TAGS.get(&folded(cell)).copied();
    known.unwrap_or_else(|| cell.strip_suffix("-informal").or_else(|| cell.strip_suffix("-formal")).unwrap_or(cell))
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
        ] {
            assert_eq!(tag(cell), expected);
        }
    }
}
