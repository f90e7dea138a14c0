//! Headers among their neighbours.

use proptest::prelude::*;

use super::{
    super::samples::{self, captions},
    *,
};

/// What is guessed of a line: each kind's best header.
fn guessed(headers: &[&'static str]) -> Vec<(Kind, &'static str)> {
    let meanings = meanings(headers);
    let kinds =
        [Kind::Email, Kind::Name, Kind::FirstName, Kind::LastName, Kind::Language, Kind::Status, Kind::TicketType];
    let best = |kind| Some((kind, headers[*candidates(kind, &meanings).first()?]));
    kinds.into_iter().filter_map(best).collect()
}

fn kinds(line: &'static str) -> Vec<Option<Kind>> {
    meanings(&captions(line)).into_iter().map(|meaning| meaning.map(|meaning| meaning.kind)).collect()
}

#[test]
fn exporters_header_lines_yield_the_attendees_columns() {
    use Kind::{Email as E, FirstName as F, Language as Lang, LastName as L, Name as N, Status as S, TicketType as T};
    let table: &[(&str, &[(Kind, &str)])] = &[
        (
            samples::EVENTBRITE,
            &[(E, "Email"), (F, "First Name"), (L, "Last Name"), (S, "Attendee Status"), (T, "Ticket Type")],
        ),
        (
            samples::EVENTBRITE_UK,
            &[(E, "Email"), (F, "First Name"), (L, "Surname"), (S, "Attendee Status "), (T, "Ticket Type")],
        ),
        (
            samples::EVENTBRITE_NEW,
            &[(E, "Attendee email"), (F, "Attendee first name"), (L, "Attendee last name"), (T, "Ticket type")],
        ),
        (samples::EVENTBRITE_MIXED, &[(E, "Email"), (F, "First Name"), (L, "Last Name"), (T, "Ticket Type")]),
        (samples::EVENTBRITE_ORDERS, &[(E, "Buyer email"), (F, "Buyer first name"), (L, "Buyer last name")]),
        (
            samples::PRETIX,
            &[
                (E, "Attendee email"),
                (N, "Attendee name"),
                (F, "Attendee name: Given name"),
                (L, "Attendee name: Family name"),
                (Lang, "Order locale"),
                (S, "Status"),
                (T, "Product"),
            ],
        ),
        (
            samples::PRETIX_DE,
            &[
                (E, "E-Mail Teilnehmer*in"),
                (N, "Name Teilnehmer*in"),
                (F, "Name Teilnehmer*in: Vorname"),
                (L, "Name Teilnehmer*in: Nachname"),
                (Lang, "Bestellsprache"),
                (S, "Status"),
                (T, "Produkt"),
            ],
        ),
        (
            samples::PRETIX_CHECK_INS,
            &[
                (E, "Email"),
                (N, "Attendee name"),
                (F, "Attendee name: Given name"),
                (L, "Attendee name: Family name"),
                (S, "Paid"),
                (T, "Product"),
            ],
        ),
        (
            samples::PRETIX_ORDERS,
            &[(E, "Email"), (N, "Name"), (F, "Given name"), (L, "Family name"), (Lang, "Order locale"), (S, "Status")],
        ),
        (samples::ZOOM, &[(E, "Email"), (F, "First Name"), (L, "Last Name"), (S, "Approval Status")]),
        (samples::ZOOM_ATTENDEES, &[(E, "Email"), (F, "First Name"), (L, "Last Name"), (S, "Approval Status")]),
        (samples::ZOOM_HOSTS, &[(E, "Email"), (S, "Attended")]),
        (samples::GOOGLE_FORMS, &[(E, "Email Address"), (F, "First name"), (L, "Last name"), (T, "Ticket")]),
        (samples::GOOGLE_FORMS_DE, &[(E, "E-Mail-Adresse"), (F, "Vorname"), (L, "Nachname"), (T, "Karte")]),
        (
            samples::MICROSOFT_FORMS,
            &[(E, "Your e-mail"), (N, "Name"), (F, "First name"), (L, "Last name"), (S, "Will you come?")],
        ),
        (samples::MICROSOFT_FORMS_FR, &[(E, "Adresse de messagerie"), (N, "Nom"), (Lang, "Langue")]),
        (samples::HI_EVENTS, &[(E, "Email"), (F, "First Name"), (L, "Last Name"), (S, "Status"), (T, "Product Name")]),
        (samples::HI_EVENTS_FR, &[(E, "E-mail"), (F, "Prénom"), (L, "Nom"), (S, "Statut"), (T, "Nom du produit")]),
        (samples::HI_EVENTS_TR, &[(E, "E-posta"), (F, "Ad"), (L, "Soyad"), (S, "Durum"), (T, "Ürün Adı")]),
        (samples::INDICO, &[(E, "Email Address"), (N, "Name"), (S, "Registration state")]),
        (samples::OUTLOOK, &[(E, "E-mail Address"), (F, "First Name"), (L, "Last Name"), (Lang, "Language")]),
        (samples::OUTLOOK_COM, &[(E, "E-mail Address"), (F, "First Name"), (L, "Last Name")]),
        (samples::OUTLOOK_BY_GOOGLE, &[(E, "E-mail Address"), (F, "First Name"), (L, "Last Name"), (Lang, "Language")]),
        (samples::OUTLOOK_DE, &[(E, "E-Mail-Adresse"), (F, "Vorname"), (L, "Nachname"), (Lang, "Sprache")]),
        (samples::OUTLOOK_FR, &[(E, "Adresse de messagerie"), (F, "Prénom"), (L, "Nom"), (Lang, "Langue")]),
        (samples::MAILCHIMP, &[(E, "Email Address"), (F, "First Name"), (L, "Last Name")]),
        (samples::MAILCHIMP_UNSUBSCRIBED, &[(E, "Email Address"), (F, "First Name"), (L, "Last Name")]),
        (samples::MOODLE, &[(E, "Email address"), (F, "First name"), (L, "Last name")]),
        (samples::MOODLE_DE, &[(E, "E-Mail-Adresse"), (F, "Vorname"), (L, "Nachname")]),
        (samples::MOODLE_ES, &[(E, "Dirección de correo"), (F, "Nombre"), (L, "Apellido(s)")]),
        (samples::MOODLE_FR, &[(E, "Adresse de courriel"), (F, "Prénom"), (L, "Nom de famille")]),
        (samples::EXCEL_DE, &[(E, "E-Mail"), (F, "Vorname"), (L, "Nachname"), (S, "Status")]),
    ];
    for (line, expected) in table {
        assert_eq!(guessed(&captions(line)), *expected, "{line}");
    }
}

#[test]
fn name_beside_a_first_name_of_its_language_is_the_last_name() {
    use Kind::{Email, FirstName, LastName, Name};
    let (name, first, last, email) = (Some(Name), Some(FirstName), Some(LastName), Some(Email));
    assert_eq!(kinds("Name,Vorname,E-Mail"), [last, first, email]);
    assert_eq!(kinds("Nom,Prénom,E-mail"), [last, first, email]);
    assert_eq!(kinds("Naam,Voornaam,E-mail"), [last, first, email]);
    assert_eq!(kinds("Nom participant,Prénom participant,Nom payeur,Prénom payeur"), [last, first, None, None]);
    assert_eq!(kinds("Nom payeur,Prénom payeur"), [last, first]);
    // English forms ask for the whole in `Name`.
    assert_eq!(kinds("Name,First name,E-mail"), [name, first, email]);
    // Where the last name is there as well, it is the whole, unless something says so better.
    assert_eq!(kinds("Name,Vorname,Nachname"), [name, first, last]);
    assert_eq!(kinds("Name,Vorname,Nachname,Vollständiger Name"), [None, first, last, name]);
    assert_eq!(kinds("Name,Full name"), [None, name]);
    assert_eq!(kinds("Name,Surname,E-mail"), [first, last, email]);
    assert_eq!(kinds("Nom,Prénom,Nom de famille"), [name, first, last]);
}

#[test]
fn nome_beside_a_last_name_is_the_first_name() {
    use Kind::{FirstName, LastName, Name};
    let (name, first, last) = (Some(Name), Some(FirstName), Some(LastName));
    for line in ["Nombre,Apellidos", "Nome,Cognome", "Nome,Sobrenome", "Nome,Apelido", "Ad,Soyad", "Imię,Nazwisko"] {
        assert_eq!(kinds(line), [first, last], "{line}");
    }
    for line in ["Adı,Soyadı", "İsim,Soyisim", "Adınız,Soyadınız", "Nombres,Apellido(s)"] {
        assert_eq!(kinds(line), [first, last], "{line}");
    }
    assert_eq!(kinds("Nome completo,Nome,Sobrenome"), [name, first, last]);
    assert_eq!(kinds("Nome,Nome completo"), [None, name]);
    assert_eq!(kinds("Nombre,Primer nombre,Apellido"), [name, first, last]);
    // An advertisement, rather.
    assert_eq!(candidates(Kind::Name, &meanings(&["Ad", "Name"])), [1, 0]);
    // A Brazilian's nickname.
    assert_eq!(kinds("Nome,Sobrenome,Apelido"), [first, last, None]);
    assert_eq!(kinds("Nome completo,Apelido"), [name, None]);
}

#[test]
fn a_part_of_pretix_attendee_name_does_not_make_the_whole_a_last_name() {
    use Kind::{FirstName, LastName, Name};
    let (name, first, last) = (Some(Name), Some(FirstName), Some(LastName));
    for line in [
        "Nom du participant,Nom du participant: Prénom,Nom du participant: Nom de famille",
        "Nombre del asistente,Nombre del asistente: Nombre,Nombre del asistente: Apellido",
        "Nome do participante,Nome do participante: Nome,Nome do participante: Sobrenome",
        "Imię uczestnika,Imię uczestnika: Imię,Imię uczestnika: Nazwisko",
        "Naam deelnemer,Naam deelnemer: Voornaam,Naam deelnemer: Achternaam",
    ] {
        assert_eq!(kinds(line), [name, first, last], "{line}");
    }
    // A question of the organiser's, on top.
    assert_eq!(kinds("Nom du participant,Prénom"), [name, None]);
}

#[test]
fn state_is_a_status_unless_it_is_an_address_or_something_says_so_better() {
    assert_eq!(kinds("Name,State")[1], Some(Kind::Status));
    assert_eq!(kinds("Nombre,Ciudad,Estado")[2], None);
    assert_eq!(kinds("Status,Estado"), [Some(Kind::Status), None]);
}

#[test]
fn username_is_the_address_that_google_forms_collected() {
    assert_eq!(kinds("Timestamp,Username,Full name")[1], Some(Kind::Email));
    assert_eq!(kinds("Informazioni cronologiche,Nome utente")[1], Some(Kind::Email));
    assert_eq!(kinds("Timestamp,Username,Email")[1], None);
    assert_eq!(kinds("Username,Full name")[0], None);
}

#[test]
fn the_attendees_own_goes_first_and_the_buyers_is_the_last_resort() {
    let of = |line| candidates(Kind::Email, &meanings(&captions(line)));
    assert_eq!(of("Email,Attendee email,Buyer email,Work email"), [1, 0, 3]);
    assert_eq!(of("Buyer email,Name"), [0]);
    assert_eq!(of("E-Mail,Name,Email"), [0, 2]);
    assert_eq!(of("Name,Stadt"), [0; 0]);
    // The name on an invoice beside a whole name that is the attendee's.
    let line = captions("Name,Attendee first name,Attendee last name");
    assert_eq!(candidates(Kind::Name, &meanings(&line)), [0; 0]);
    let line = captions("Buyer name,First name,Last name");
    assert_eq!(candidates(Kind::Name, &meanings(&line)), [0; 0]);
}

proptest! {
    #[test]
    fn no_line_makes_it_panic(headers in prop::collection::vec("\\PC{0,12}|(Name|Nom|Ad|Apelido|e-mail|[(/*:]){1,4}", 0..8)) {
        let headers: Vec<_> = headers.iter().map(String::as_str).collect();
        let meanings = meanings(&headers);
        prop_assert_eq!(meanings.len(), headers.len());
        for kind in [Kind::Email, Kind::Name, Kind::Status] {
            prop_assert!(candidates(kind, &meanings).iter().all(|index| *index < headers.len()));
        }
    }
}

#[test]
fn first_and_last_are_halves_of_a_name_where_nothing_else_is_one() {
    use Kind::{Email as E, FirstName as F, LastName as L, Name as N};
    assert_eq!(kinds("first,last,mail"), [Some(F), Some(L), Some(E)]);
    assert_eq!(kinds("First,Surname,Email"), [Some(F), Some(L), Some(E)]);
    assert_eq!(kinds("First name,Last,Email"), [Some(F), Some(L), Some(E)]);
    assert_eq!(kinds("First,Email"), [None, Some(E)]);
    // Visits, of somebody who has a name.
    assert_eq!(kinds("Name,Email,First,Last"), [Some(N), Some(E), None, None]);
}

#[test]
fn what_google_forms_called_the_address_is_one_beside_its_time_alone() {
    for line in ["Sygnatura czasowa,Nazwa użytkownika", "Zeitstempel,Nutzername", "Horodateur,Nom d'utilisateur"] {
        assert_eq!(kinds(line), [None, Some(Kind::Email)], "{line}");
    }
    assert_eq!(kinds("Login,Nazwa użytkownika"), [None, None]);
}

#[test]
fn parts_of_a_name_on_an_invoice_are_the_buyers_and_a_whole_one_may_be_a_companys() {
    use Kind::{Email as E, FirstName as F, LastName as L, Name as N};
    assert_eq!(kinds("Billing First Name,Billing Last Name,Billing Email"), [Some(F), Some(L), Some(E)]);
    assert_eq!(kinds("Billing Name,Name,Billing Email"), [None, Some(N), Some(E)]);
    assert_eq!(kinds("Billing Name,Billing Email"), [None, Some(E)]);
    assert_eq!(kinds("First name,Last name,Email,Billing First Name"), [Some(F), Some(L), Some(E), None]);
}
