//! Headers by themselves.

use super::{super::samples::captions, *};

fn rank(header: &str) -> Option<(Kind, Rank)> {
    meaning(header).map(|meaning| (meaning.kind, meaning.rank))
}

#[test]
fn an_address_is_recognised_however_it_is_spelt() {
    for header in [
        "email",
        "E-MAIL",
        "e_mail",
        "E-Mail:",
        "E-Mail *",
        " Email ?",
        "\u{feff}Email",
        "E\u{2011}Mail",
        "Email\u{a0}",
        "E-mail addresses",
        "E-mail 1 - Value",
        "User Email",
        "Email (required)",
        "E-Mail (Pflichtfeld) *",
        "E-Mail-Adresse",
        "Emailadresse",
        "E-Mail / Email",
        "Adresse e-mail",
        "courriel",
        "Mél",
        "Mel",
        "Correo electrónico",
        "CORREO ELECTRONICO",
        "Dirección de correo",
        "Endereço de e-mail",
        "Correio eletrônico",
        "E-POSTA",
        "E-posta Adresi",
        "Adres e-mail",
        "Adres poczty elektronicznej",
        "Indirizzo email",
        "Posta elettronica",
        "E-mailadres",
    ] {
        assert_eq!(rank(header), Some((Kind::Email, Rank::Plain)), "{header:?}");
    }
}

#[test]
fn whose_it_is_gives_the_rank() {
    for header in [
        "Attendee email",
        "Participant's e-mail",
        "Guest email",
        "Your email",
        "What is your email address?",
        "Email of participant",
        "E-Mail Teilnehmer*in",
        "E-Mail-Adresse der Teilnehmerin",
        "Ihre E-Mail-Adresse",
        "Deine E-Mail",
        "Teilnehmer-E-Mail",
        "E-mail du participant",
        "Adresse mail du participant",
        "Votre e-mail",
        "Correo electrónico del participante",
        "Email do participante",
        "Katılımcı e-postası",
        "E-posta adresiniz",
        "Adres email uczestnika",
        "Twój e-mail",
        "Email partecipante",
        "La tua email",
        "E-mailadres van deelnemer",
        "E-mailadres van aanwezige",
        "Uw e-mailadres",
    ] {
        assert_eq!(rank(header), Some((Kind::Email, Rank::Own)), "{header:?}");
    }
    for header in [
        "Buyer email",
        "Purchaser's e-mail",
        "Billing email",
        "Order email",
        "Rechnungs-E-Mail",
        "E-Mail Käufer",
        "E-Mail Kaeufer*in",
        "E-mail de l'acheteur",
        "Email payeur",
        "Adresse e-mail de facturation",
        "Correo electrónico del comprador",
        "E-mail do comprador",
        "Alıcı e-postası",
        "E-mail kupującego",
        "Email dell'acquirente",
        "E-mail koper",
    ] {
        assert_eq!(rank(header), Some((Kind::Email, Rank::Buyer)), "{header:?}");
    }
    assert_eq!(rank("Work email"), Some((Kind::Email, Rank::Weak)));
    assert_eq!(rank("Attendee status"), Some((Kind::Status, Rank::Own)));
    assert_eq!(rank("Order status"), Some((Kind::Status, Rank::Buyer)));
    assert_eq!(rank("Your ticket"), Some((Kind::TicketType, Rank::Own)));
}

#[test]
fn whole_names_are_recognised() {
    for header in [
        "Name",
        "Full name",
        "First and last name",
        "Name (Original Name)",
        "User Name (Original Name)",
        "Voller Name",
        "Vollständiger Name",
        "VOLLSTAENDIGER NAME",
        "Vor- und Nachname",
        "Name, Vorname",
        "Nom",
        "Nom complet",
        "Nom et prénom",
        "NOM Prénom",
        "Nom / Prénom",
        "Nombre",
        "Nombre y apellidos",
        "Nome",
        "Nome completo",
        "Nome e sobrenome",
        "Ad Soyad",
        "İSİM SOYİSİM",
        "Adı Soyadı",
        "Imię",
        "Imię i nazwisko",
        "Nome e cognome",
        "Nominativo",
        "Naam",
        "Voornaam + Naam",
        "Voor- en achternaam",
        "Name / Nom",
    ] {
        assert_eq!(rank(header), Some((Kind::Name, Rank::Plain)), "{header:?}");
    }
    for header in [
        "Attendee name",
        "Your full name",
        "Name of participant",
        "Name Teilnehmer*in",
        "Teilnehmername",
        "Ihr Name",
        "Nom du participant",
        "Nombre del asistente",
        "Nombre del participante",
        "Nome do participante",
        "Katılımcı adı",
        "Adınız Soyadınız",
        "Imię i nazwisko uczestnika",
        "Imię uczestnika",
        "Nome del partecipante",
        "Naam deelnemer",
        "Naam van aanwezige",
    ] {
        assert_eq!(rank(header), Some((Kind::Name, Rank::Own)), "{header:?}");
    }
    assert_eq!(rank("Teilnehmer:in"), Some((Kind::Name, Rank::Weak)));
    assert_eq!(rank("Ad"), Some((Kind::Name, Rank::Weak)));
}

#[test]
fn halves_of_names_are_recognised() {
    for header in [
        "First name",
        "first_name",
        "FirstName",
        "Given names",
        "Forename",
        "FNAME",
        "Vorname",
        "Vorname(n)",
        "Rufname",
        "Prénom",
        "Prénom(s)",
        "prenom",
        "Primer nombre",
        "Primeiro nome",
        "Nome próprio",
        "Imiona",
        "Voornaam",
        "Roepnaam",
        "Vorname / First name",
    ] {
        assert_eq!(rank(header), Some((Kind::FirstName, Rank::Plain)), "{header:?}");
    }
    for header in [
        "Last name",
        "LASTNAME",
        "Surname",
        "Family name",
        "LNAME",
        "Nachname",
        "Familienname",
        "Zuname",
        "Nom de famille",
        "Apellido",
        "Apellidos",
        "Apellido(s)",
        "Primer apellido",
        "Sobrenome",
        "Último nome",
        "Soyad",
        "Soyadı",
        "SOYADI",
        "Soyisim",
        "Nazwisko",
        "Cognome",
        "Achternaam",
        "Familienaam",
    ] {
        assert_eq!(rank(header), Some((Kind::LastName, Rank::Plain)), "{header:?}");
    }
    assert_eq!(rank("Soyadınız"), Some((Kind::LastName, Rank::Own)));
    assert_eq!(rank("Prénom du participant"), Some((Kind::FirstName, Rank::Own)));
    assert_eq!(rank("Buyer last name"), Some((Kind::LastName, Rank::Buyer)));
}

#[test]
fn languages_states_and_tickets_are_recognised() {
    for (kind, headers) in [
        (Kind::Language, "Language,Preferred language,Locale,Order locale,Bestellsprache,Korrespondenzsprache,Langue"),
        (Kind::Language, "Langue de la commande,Idioma,Idioma del pedido,Língua,Local do pedido,Dil,Yerel sipariş"),
        (Kind::Language, "Język,Region zamówienia,Lingua,Lingua dell'ordine,Taal,Taal van bestelling,Voorkeurstaal"),
        (
            Kind::Status,
            "Status,State,Attendee status,Registration state,RSVP,Anmeldestatus,Statut,État,Estado,Situação",
        ),
        (Kind::Status, "Durum,Kayıt durumu,Stan,Status zgłoszenia,Stato,Stato iscrizione,Aanmeldstatus"),
        (
            Kind::TicketType,
            "Ticket type,Ticket,Ticket name,Product,Product name,Ticketart,Kartenart,Type de billet,Tarif",
        ),
        (Kind::TicketType, "Tipo de entrada,Producto,Ingresso,Bilet türü,Ürün,Rodzaj biletu,Biglietto,Soort ticket"),
    ] {
        for header in captions(headers) {
            assert_eq!(meaning(header).map(|meaning| meaning.kind), Some(kind), "{header}");
        }
    }
}

#[test]
fn what_only_sounds_like_it_is_never_taken() {
    for header in [
        "Email address verified",
        "E-mail address verified",
        "E-Mail-Adresse verifiziert",
        "E-mail Type",
        "E-Mail-Typ",
        "E-mail Display Name",
        "E-Mail: Angezeigter Name",
        "E-mail 2 Address",
        "E-mail 2 - Value",
        "Email sent",
        "Email opt-in",
        "Confirm email",
        "Emergency contact email",
        "Mailing address",
        "IMAddress",
        "Event name",
        "User name",
        "Username",
        "Nome utente",
        "Invoice address name",
        "Rechnungsadresse: Name",
        "Invoice address name: Given name",
        "Company name",
        "Firmenname",
        "Seat name",
        "Tax rule",
        "Middle Name",
        "Manager's Name",
        "Assistant's Name",
        "Nickname",
        "Surnom",
        "Nom complet de l'adresse de messagerie",
        "Attendee #",
        "Attendee company",
        "Attendee name: Title",
        "Katılımcı adı: Ad Soyad",
        "Katılımcı adı: Etkinlik adı",
        "Nome do evento",
        "Nombre del evento",
        "Apelido",
        "Order #",
        "Order ID",
        "Order code",
        "Position",
        "Position ID",
        "Product ID",
        "Event ID",
        "Variation ID",
        "ID",
        "id",
        "room",
        "moderator",
        "session",
        "starts",
        "ends",
        "timezone",
        "Title",
        "Type",
        "Home State",
        "Categories",
        "Kategorien",
        "Ticket number",
        "Sprachkenntnisse",
        "",
        " ",
        "#",
        "*",
        "(",
        "/",
        "()",
        "Name der Firma",
        "Email\nof your boss",
    ] {
        assert_eq!(meaning(header), None, "{header:?}");
    }
}

#[test]
fn entries_that_mean_two_things_are_meant_to() {
    let mut seen: HashMap<String, (Word, &str)> = HashMap::new();
    for (word, _, language, list) in spellings::SPELLINGS {
        for entry in entries(list) {
            if let Some((other, first)) = seen.insert(entry.clone(), (*word, language)) {
                assert_eq!(other, *word, "`{entry}` in {first} and {language}");
            }
        }
    }
}
