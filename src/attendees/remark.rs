//! Lines below the last person that tell of the file and of nobody in it: `Exported on 1 May by admin@example.org`. Pure.
//!
//! Does not own: lines of sums (`exporters`). When in doubt a line is somebody's: whoever is in a row that came out odd is
//! told of, and not passed over.

use std::{collections::HashSet, sync::LazyLock};

use super::folded::{entries, folded};

/// With what a line begins that tells of the file, address or not, in en, de, fr, es, pt, tr, pl, it, nl. None is a name.
const TELLING: &[&str] = &[
    "exported, export, generated, created, downloaded, printed, report, contact, questions, updated, last updated, \
     prepared, source, compiled",
    "exportiert, erstellt, erzeugt, generiert, heruntergeladen, gedruckt, stand, bericht, kontakt, fragen, \
     ansprechpartner, ansprechpartnerin, rückfragen, quelle",
    "exporté, exportée, généré, générée, créé, créée, téléchargé, imprimé, rapport, contacter, édité",
    "exportado, generado, creado, descargado, impreso, informe, contacto, preguntas",
    "gerado, criado, baixado, transferido, impresso, relatório, contato, perguntas",
    "oluşturuldu, oluşturulma, oluşturan, dışa, rapor, iletişim, kaynak",
    "wyeksportowano, wygenerowano, utworzono, pobrano, wydrukowano, raport, kontakt, źródło",
    "esportato, generato, creato, scaricato, stampato, rapporto, contatto, domande",
    "geëxporteerd, gegenereerd, aangemaakt, gedownload, afgedrukt, rapport, vragen",
];

/// Whole lines that say that nothing follows.
const ENDS: &[&str] = &[
    "end, end of file, end of list, end of report, end of the list, end of the report, end of export, eof",
    "ende, ende der liste, ende des berichts, ende der datei, ende des exports, listenende, dateiende",
    "fin de la liste, fin du rapport, fin du fichier, fin de la lista, fin del informe, fin del archivo",
    "fim da lista, fim do relatório, fim do arquivo, fim do ficheiro, liste sonu, rapor sonu, dosya sonu",
    "koniec listy, koniec raportu, koniec pliku, fine elenco, fine lista, fine rapporto, fine del rapporto",
    "fine dell'elenco, fine della lista, einde van de lijst, einde lijst, einde rapport, einde bestand",
];

static WORDS: LazyLock<HashSet<String>> = LazyLock::new(|| all(TELLING));
static LAST_LINES: LazyLock<HashSet<String>> = LazyLock::new(|| all(ENDS));

fn all(lists: &[&'static str]) -> HashSet<String> {
    lists.iter().flat_map(|list| entries(list)).collect()
}

/// Whether a text holds what may be somebody's address, however it stands there: an `@` with something on both sides.
pub(super) fn holds_address(text: &str) -> bool {
    let is_part = |char: Option<char>| char.is_some_and(|char| !char.is_whitespace());
    text.match_indices('@')
        .any(|(at, _)| is_part(text[..at].chars().next_back()) && is_part(text[at + 1..].chars().next()))
}

/// Whether a line of a table that has but one value is a remark. A line of one name or one address may be a person's, of a
/// file that was cut off: it is none. Nor is one with an address in it, unless it begins in words that tell of the file.
pub(super) fn is_remark(line: &str) -> bool {
    if tells_of_file(line) || LAST_LINES.contains(&folded(line)) {
        return true;
    }
    let is_telling = |char: char| char.is_ascii_digit() || char == ':';
    let is_drawn = ["--", "==", "**", "__", "#"].iter().any(|signs| line.starts_with(signs));
    !holds_address(line) && (is_drawn || line.contains(char::is_whitespace) && line.contains(is_telling))
}

/// Whether it begins with a word that tells of the file.
pub(super) fn tells_of_file(line: &str) -> bool {
    let mut words = line.split_whitespace().map(folded).filter(|word| !word.is_empty() && word != "#");
    let first = words.next().unwrap_or_default();
    let first = first.trim_start_matches('#');
    words.next().is_some() && WORDS.contains(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_in_a_line_is_no_remark() {
        for line in [
            "Bob B, bob@example.net",
            "Bob B <bob@example.net>",
            "Bob B;bob@example.net;3",
            "Bob B,bob@example.net,3",
            "Bob B\tbob@example.net\t3",
            "Bob B|bob@example.net|3",
            "2035 Bob bob@example.net",
            "# Bob B bob@example.net",
            "-- bob@example.net",
            "Bob: bob@example.net 3",
            "bob@example.net",
            "cora@example",
            "Cora Lo",
            "u0017",
        ] {
            assert!(!is_remark(line), "{line}");
        }
    }

    #[test]
    fn what_tells_of_the_file_is_one_with_an_address_or_without() {
        for line in [
            "Exported on 2035-11-01 by admin@x.example",
            "Exported by Kim <kim@x.example>",
            "# exported by kim@x.example",
            "Kontakt: orga@x.example",
            "Généré par admin@x.example",
            "Stand: 1.1.2035",
            "Total: 2",
            "#end",
            "--- END OF REPORT ---",
            "End of file",
            "Ende der Liste",
            "*** fin ***",
        ] {
            assert!(is_remark(line), "{line}");
        }
    }

    #[test]
    fn an_at_sign_between_blanks_is_no_address() {
        for text in ["3 @ 5 EUR", "@ada", "ada@", "ada @example", ""] {
            assert!(!holds_address(text), "{text}");
        }
        for text in ["a@b", "B|b@x.org|3", "jörg@müller.example", "x a@b y"] {
            assert!(holds_address(text), "{text}");
        }
    }
}
