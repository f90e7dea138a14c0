//! Files of names as programs of old wrote them: each is read as it was meant.

use proptest::{collection::vec, prelude::*};

use super::{Encoding, Found, Undecided, find, pages::char_of, table};

/// A text in an encoding of one octet a character.
pub(super) fn written(encoding: &str, text: &str) -> Vec<u8> {
    let table = table(Encoding::named(encoding).unwrap()).unwrap();
    let octet = |char: char| (0..=255).find(|octet| char_of(&table, *octet) == char);
    text.chars().map(|char| octet(char).unwrap_or_else(|| panic!("{encoding} has no {char}"))).collect()
}

fn found(octets: &[u8]) -> Found {
    find(octets, None).unwrap().unwrap()
}

/// A text by what it was found to be.
fn read(octets: &[u8]) -> (String, Found) {
    let found = found(octets);
    let text = match (table(found.encoding), found.encoding) {
        (Some(table), _) => octets.iter().map(|octet| char_of(&table, *octet)).collect(),
        (None, Encoding::Known(known)) => known.decode_without_bom_handling(octets).0.into_owned(),
        (None, Encoding::Page(_)) => unreachable!(),
    };
    (text, found)
}

/// A file of people, as exporters write it.
fn file(names: &str) -> String {
    let row = |(number, name): (usize, &str)| format!("{},p{number}@example.org\r\n", name.trim());
    format!("Name,E-mail\r\n{}", names.split('/').enumerate().map(row).collect::<String>())
}

/// An encoding, and names that are to come back of it.
const NAMES: &[(&str, &str)] = &[
    ("windows-1252", "Hélène Martin / Irène Leroy / Ann Smith"),
    ("windows-1252", "Lefèvre Hélène / Noël Blanc"),
    ("windows-1252", "Jürgen Müller"),
    ("windows-1252", "Jörg Groß / Ann Smith"),
    ("windows-1252", "Pat O’Brien"),
    ("windows-1252", "Pat O’Brien / Zoë Dupont"),
    ("windows-1252", "Agnès Varda"),
    ("windows-1252", "Begoña García / José Peña"),
    ("windows-1252", "François Lebœuf / Benoît Maître"),
    ("windows-1252", "Søren Kierkegaard / Åse Lind / Bjørn Ås"),
    ("windows-1252", "Åsa Öberg / Pär Ström"),
    ("windows-1252", "João Conceição / Sebastião Simões"),
    ("windows-1252", "Björk Guðmundsdóttir / Þóra Jónsdóttir"),
    ("windows-1252", "Niccolò Ferrè / Mattia Forlì"),
    ("windows-1252", "Daniël de Vries / Renée Bakker"),
    ("windows-1252", "Seán Ó Briain / Máire Ní Dhónaill"),
    ("windows-1252", "Éric Léger / Élodie Hervé"),
    ("windows-1252", "éric léger / hélène noël"),
    ("windows-1252", "MÜLLER JÜRGEN / GROß"),
    ("windows-1252", "Hans „Hansi“ Huber / Jörg Weiß"),
    ("windows-1252", "Jürgen Müller / Hélène Martin / José Muñoz / Søren Ås"),
    ("windows-1252", "Ann Smith – Ada Lovelace / Ben"),
    ("iso-8859-15", "Lefèvre Hélène / Cœur Noël"),
    ("windows-1250", "Jan Śliwa / Ewa Nowak"),
    ("windows-1250", "Boštjan Žagar / Žiga Novak / Matjaž Kos"),
    ("windows-1250", "Łukasz Wiśniewski / Małgorzata Wójcik"),
    ("windows-1250", "Zażółć gęślą jaźń Łódź święto"),
    ("windows-1250", "Jiří Dvořák / Tomáš Novotný"),
    ("windows-1250", "Zoltán Kőszegi / Győző Szűcs"),
    ("windows-1250", "Ion Ţiriac / Ştefan Mărginean"),
    ("windows-1250", "Ivan Đurić / Marko Pavlović"),
    ("windows-1250", "Jürgen Müller / Łukasz Kowalski"),
    ("iso-8859-2", "Jan Śliwa / Łukasz Wąs"),
    ("iso-8859-2", "Šárka Žáková / Tomáš Dvořák"),
    ("windows-1254", "Ayşe Yıldız / Çağrı Şükrü / Işık"),
    ("windows-1254", "Ayşe Öztürk / Gökhan Çelik"),
    ("windows-1254", "Ömer Doğan / İrem Güneş"),
    ("windows-1257", "Ülle Mägi / Priit Õunapuu / Žanna Šmidt"),
    ("windows-1257", "Jānis Bērziņš / Līga Kalniņa"),
    ("windows-1257", "Ąžuolas Žukauskas / Rūta Šimkutė"),
    ("windows-1251", "Иван Петров Сергеевич"),
    ("windows-1251", "Иван Петров / Ольга Смирнова"),
    ("koi8-u", "Иван Петров / Ольга Смирнова"),
    ("windows-1253", "Γιώργος Παπαδόπουλος / Ελένη"),
    ("macintosh", "René Dupont / Zoë Smith"),
    ("macintosh", "Begoña García / José Peña"),
    ("macintosh", "Pat O’Brien"),
    ("macintosh", "Solène Roux / Noël Blanc"),
    ("macintosh", "Agnès Varda"),
    ("macintosh", "Søren Kierkegaard / Åse Lind"),
    ("macintosh", "Åsa Berg"),
    ("macintosh", "Olof Ågren"),
    ("macintosh", "Daniël de Vries / Renée Bakker"),
    ("macintosh", "Jörg Groß / Grüße"),
    ("macintosh", "Seán Murphy"),
    ("macintosh", "Jürgen Müller"),
    ("macintosh", "Benoît Maître / François Noël"),
    ("cp850", "Jürgen Müller / Jörg Groß"),
    ("cp850", "Jörg Bäcker"),
    ("cp850", "René Dupont / François Noël"),
    ("cp850", "José Muñoz / Begoña García"),
    ("cp850", "Søren Kierkegaard / Åse Lind"),
    ("cp850", "Änne Österreich / Übel"),
    ("cp852", "Łukasz Wiśniewski / Ewa Śliwa"),
    ("cp852", "Jiří Dvořák / Tomáš Novotný"),
    ("cp857", "Ayşe Yıldız / Çağrı Şükrü"),
    ("x-mac-ce", "Łukasz Wiśniewski / Ewa Śliwa"),
];

#[test]
fn names_come_back_whatever_program_wrote_them() {
    let mut wrong = Vec::new();
    for (encoding, names) in NAMES {
        let text = file(names);
        let (back, found) = read(&written(encoding, &text));
        if back != text {
            wrong.push(format!("{encoding} {names}: {:?}", found.guess));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), NAMES.len(), wrong.join("\n"));
}

#[test]
fn what_is_half_utf8_is_damaged_and_nothing_else() {
    for octets in [
        &b"name,email\nJ\xC3\xBCrgen,j@example.org\nRen\xE9,r@example.org\n"[..],
        b"name,email\nRen\xE9,r@example.org\nZo\xC3\xAB,z@example.org\nAnd\xE9,a@example.org\nNo\xEBl,n@example.org\n",
    ] {
        assert!(matches!(find(octets, None).unwrap(), Err(Undecided::Damaged { .. })));
    }
    // Octets that could be UTF-8 by chance, of a name that reads well without it.
    let (text, _) =
        read(&[b"\xC4\xC0\xD0\xA1,a@example.org\n", &written("windows-1251", "Рёрих Иванов,b\n")[..]].concat());
    assert!(!text.contains('\u{FFFD}'), "{text}");
}

proptest! {
    #[test]
    fn a_guess_is_one_of_others_and_reads_no_control_characters(octets in vec(any::<u8>(), 0..300)) {
        if let Ok(Found { guess: Some(guess), .. }) = find(&octets[..], None).unwrap() {
            prop_assert!(!guess.others.contains(&guess.encoding));
            prop_assert_eq!(Encoding::named(&guess.encoding.name()), Some(guess.encoding));
            let table = table(guess.encoding);
            prop_assert!(table.iter().flatten().all(|char| !char.is_control()));
        }
    }
}
