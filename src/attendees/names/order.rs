//! Headers that put the surname first, and headers with a number before them: data and a rule for `names`.

/// Whole names that begin with the surname, in en, de, fr, es, pt, tr, pl, it, nl. French and Dutch `nom` and `naam` are
/// the surname beside a first name, and so is German `Name`.
pub(super) const SURNAME_FIRST: &[&str] = &[
    "last name first name, last name and first name, last name given name, surname first name, surname and first name, \
     surname given name, surname and name, surname name, surname forename, family name first name, \
     family name given name, family name and given name",
    "nachname vorname, nachname und vorname, name vorname, name und vorname, familienname vorname, \
     familienname und vorname, zuname vorname, zu- und vorname, nach- und vorname",
    "nom et prénom, noms et prénoms, nom prénom, noms prénoms, nom de famille et prénom, nom de famille prénom",
    "apellido y nombre, apellidos y nombre, apellidos y nombres, apellido nombre, apellidos nombre, apellidos nombres",
    "sobrenome e nome, sobrenome nome, apelido e nome, apelido nome, apelidos e nomes",
    "soyad ad, soyadı adı, soyad ve ad, soyadı ve adı, soyisim isim, soyisim ve isim, soyadınız adınız, \
     soyadınız ve adınız",
    "nazwisko i imię, nazwisko imię, nazwisko i imiona, nazwisko imiona, nazwiska i imiona",
    "cognome e nome, cognome nome, cognomi e nomi",
    "naam en voornaam, naam voornaam, achternaam en voornaam, achternaam voornaam, familienaam en voornaam, \
     familienaam voornaam",
];

/// A question without its number: `1. Name`, `Q2) E-Mail`.
pub(super) fn without_number(header: &str) -> &str {
    let header = header.trim_start();
    let number = header.strip_prefix(['Q', 'q']).unwrap_or(header);
    let digits = number.bytes().take_while(u8::is_ascii_digit).count();
    let rest = number[digits..].strip_prefix(['.', ')', ':']).filter(|_| (1..=3).contains(&digits));
    rest.filter(|rest| !rest.starts_with(|char: char| char.is_ascii_digit())).unwrap_or(header)
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, Meaning, Rank, meaning, puts_surname_first};

    #[test]
    fn a_header_says_whether_the_surname_comes_first() {
        for header in [
            "Cognome e nome",
            "Nom et prénom",
            "NOM, Prénom",
            "Nachname Vorname",
            "Name, Vorname",
            "Nazwisko i imię",
            "Apellidos y nombre",
            "Apellido, nombre",
            "Sobrenome e nome",
            "Soyadı Adı",
            "Surname and name",
            "Last name, first name",
            "Achternaam, voornaam",
            "Nom et prénom / Surname and name",
            "Your surname and name",
            "2. Nachname, Vorname *",
        ] {
            assert!(puts_surname_first(header), "{header}");
            assert_eq!(meaning(header).map(|meaning| meaning.kind), Some(Kind::Name), "{header}");
        }
        for header in
            ["Name", "Full name", "Vorname Nachname", "Nome e cognome", "Name and surname", "Nachname", "Ad Soyad"]
        {
            assert!(!puts_surname_first(header), "{header}");
        }
    }

    #[test]
    fn a_questions_number_is_no_part_of_it() {
        for header in ["1. E-Mail", "12) E-Mail", "Q3: E-Mail", "1.E-Mail", " 4. E-Mail"] {
            assert_eq!(meaning(header), Some(Meaning { kind: Kind::Email, rank: Rank::Plain }), "{header}");
        }
        for header in ["1 E-Mail", "2026. E-Mail", "1.5 E-Mail", "Q. E-Mail", "1.", "1"] {
            assert_eq!(meaning(header), None, "{header}");
        }
    }
}
