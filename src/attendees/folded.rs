//! Captions and words as people and exporters spell them, brought to one spelling. Pure.
//!
//! Owns: that `E-Mail *`, `e_mail` and `E‑MAIL:` are one word. Does not own what the word means.
//!
//! Known weakness: `ä` becomes `a`, so `ae` is another spelling; lists that need both name both.

/// Lower case, accents off, and of the rest only letters, digits and `#` (`Attendee #` is no attendee).
pub(super) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for char in text.chars().flat_map(char::to_lowercase) {
        match bare(char) {
            Some(letters) => folded.push_str(letters),
            None if char.is_alphanumeric() || char == '#' => folded.push(char),
            // Blanks of all widths, hyphens, brackets, stars, the byte order mark, accents that stand alone.
            None => {}
        }
    }
    folded
}

/// The entries of a list written as one text, each in its one spelling.
pub(super) fn entries(list: &'static str) -> impl Iterator<Item = String> {
    list.split(',').map(folded).filter(|entry| !entry.is_empty())
}

/// An accented Latin letter without its accent.
fn bare(char: char) -> Option<&'static str> {
    Some(match char {
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' => "d",
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì'..='ï' | 'ī' | 'į' | 'ı' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ő' => "o",
        'œ' => "oe",
        'ř' => "r",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ß' => "ss",
        'ť' | 'ţ' | 'ț' => "t",
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_word_are_one() {
        for email in ["E-Mail", " e_mail ", "\u{feff}EMAIL:", "E‑Mail *", "e mail?", "E\u{a0}Mail", "E-Mail\n"] {
            assert_eq!(folded(email), "email", "{email:?}");
        }
        for (spelt, one) in [
            ("Prénom(s)", "prenoms"),
            ("Pre\u{301}nom", "prenom"),
            ("Teilnehmer*in", "teilnehmerin"),
            ("TeilnehmerIn", "teilnehmerin"),
            ("İSİM", "isim"),
            ("ADI", "adi"),
            ("Adı", "adi"),
            ("Straße", "strasse"),
            ("Imię", "imie"),
            ("Order #", "order#"),
            ("***", ""),
        ] {
            assert_eq!(folded(spelt), one);
        }
    }

    #[test]
    fn lists_are_read_entry_by_entry() {
        assert_eq!(entries("E-Mail, Adres e-mail,").collect::<Vec<_>>(), ["email", "adresemail"]);
    }
}
