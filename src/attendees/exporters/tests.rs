use proptest::prelude::*;

use super::super::samples::{self, captions};
use super::*;

#[test]
fn each_exporter_is_known_by_its_header_line() {
    for (line, expected, status) in [
        (samples::EVENTBRITE, Some(Exporter::EventbriteAttendees), Some("Attendee Status")),
        (samples::EVENTBRITE_UK, Some(Exporter::EventbriteAttendees), Some("Attendee Status ")),
        (samples::EVENTBRITE_MIXED, Some(Exporter::EventbriteAttendees), None),
        (samples::EVENTBRITE_NEW, Some(Exporter::EventbriteAttendees), None),
        (samples::EVENTBRITE_ORDERS, Some(Exporter::EventbriteOrders), None),
        (samples::PRETIX, Some(Exporter::PretixPositions), Some("Status")),
        (samples::PRETIX_DE, Some(Exporter::PretixPositions), Some("Status")),
        (samples::PRETIX_ORDERS, Some(Exporter::PretixOrders), Some("Status")),
        (samples::PRETIX_CHECK_INS, Some(Exporter::PretixCheckIns), None),
        (samples::ZOOM, Some(Exporter::ZoomRegistrations), Some("Approval Status")),
        (samples::ZOOM_ATTENDEES, Some(Exporter::ZoomAttendees), Some("Approval Status")),
        (samples::ZOOM_HOSTS, None, None),
        (samples::GOOGLE_FORMS, Some(Exporter::GoogleForms), None),
        (samples::GOOGLE_FORMS_DE, Some(Exporter::GoogleForms), None),
        (samples::MICROSOFT_FORMS, Some(Exporter::MicrosoftForms), None),
        (samples::MICROSOFT_FORMS_FR, Some(Exporter::MicrosoftForms), None),
        (samples::HI_EVENTS, Some(Exporter::HiEvents), Some("Status")),
        (samples::HI_EVENTS_FR, Some(Exporter::HiEvents), Some("Statut")),
        (samples::HI_EVENTS_TR, Some(Exporter::HiEvents), Some("Durum")),
        (samples::INDICO, Some(Exporter::Indico), Some("Registration state")),
        (samples::OUTLOOK, Some(Exporter::Outlook), None),
        (samples::OUTLOOK_COM, Some(Exporter::Outlook), None),
        (samples::OUTLOOK_BY_GOOGLE, Some(Exporter::Outlook), None),
        (samples::OUTLOOK_DE, Some(Exporter::Outlook), None),
        (samples::OUTLOOK_FR, Some(Exporter::Outlook), None),
        (samples::MAILCHIMP, Some(Exporter::Mailchimp), None),
        (samples::MAILCHIMP_UNSUBSCRIBED, Some(Exporter::MailchimpUnsubscribed), None),
        (samples::MOODLE, Some(Exporter::Moodle), None),
        (samples::MOODLE_DE, Some(Exporter::Moodle), None),
        (samples::MOODLE_ES, Some(Exporter::Moodle), None),
        (samples::MOODLE_FR, Some(Exporter::Moodle), None),
        ("First name,Surname,Email address,Roles,Groups,Last access to course,Status", Some(Exporter::Moodle), None),
        ("First name,Surname,ID number,Email address,Status", Some(Exporter::Moodle), None),
        ("First name,Last name,Email address,Roles", Some(Exporter::Moodle), None),
        (samples::EXCEL_DE, None, None),
    ] {
        let headers = captions(line);
        let found = exporter(&headers);
        assert_eq!(found, expected, "{line}");
        let column = found.and_then(|exporter| exporter.status_column(&headers));
        assert_eq!(column.map(|index| headers[index]), status, "{line}");
    }
}

#[test]
fn pretix_is_known_in_nine_languages() {
    for (line, expected) in [
        ("Code de commande,Statut,E-Mail,Nom du participant,E-mail du participant", Exporter::PretixPositions),
        ("Código del pedido,Estado,Correo electrónico del participante,Estado", Exporter::PretixPositions),
        ("Código do pedido,Status,Nome do participante,Email do participante", Exporter::PretixPositions),
        // Portuguese of Portugal is half translated.
        ("Código do pedido,Status,Nome do participante,Attendee email", Exporter::PretixPositions),
        ("Sipariş kodu,Durum,Katılımcı adı,Katılımcı e-postası,Durum", Exporter::PretixPositions),
        ("Kod zamówienia,Stan,Adres email uczestnika", Exporter::PretixPositions),
        ("Codice ordine,Stato,Email partecipante,Stato", Exporter::PretixPositions),
        ("Bestelcode,Status,E-mailadres van deelnemer", Exporter::PretixPositions),
        ("Bestelcode,Naam van aanwezige,Product,E-mail", Exporter::PretixCheckIns),
        ("Bestellnummer,Status,E-Mail,Name,Bestellsprache", Exporter::PretixOrders),
        // In words that no version was seen to use.
        ("Bestellnummer,Status,E-Mail,E-Mail-Adresse des Teilnehmers,Bestellsprache", Exporter::PretixPositions),
    ] {
        let headers = captions(line);
        assert_eq!(exporter(&headers), Some(expected), "{line}");
        let status = (expected != Exporter::PretixCheckIns).then_some(1);
        assert_eq!(expected.status_column(&headers), status, "{line}");
    }
}

#[test]
fn a_file_of_ones_own_is_nobodys() {
    for line in [
        "",
        "email,name",
        "Vorname,Nachname,E-Mail",
        "Bestellnummer,E-Mail,Name",
        "ID,Name,Email",
        "Email address,Groups",
        "First name,Last name,Email address",
        "First name,Last name,Email address,Status",
        "Name,Timestamp",
        "Order ID,Email,Name",
        "Start time,End time,Email",
        "Attendee email,Attendee name,Status",
        "Order ID,Email,Name,Status",
    ] {
        assert_eq!(exporter(&captions(line)), None, "{line}");
    }
    for line in ["Order ID,Attendee email,Status", "Buchungsnummer,Name Teilnehmer,Buchungsstatus"] {
        assert_eq!(exporter(&captions(line)), Some(Exporter::TicketShop), "{line}");
    }
    assert_eq!(exporter(&[]), None);
    assert_eq!(exporter(&captions("Seen by us,Zeitstempel,E-Mail-Adresse,Name")), Some(Exporter::GoogleForms));
}

#[test]
fn each_exporters_own_words_say_who_is_not_coming() {
    use Exporter::{
        EventbriteAttendees, EventbriteOrders, GoogleForms, HiEvents, Indico, PretixOrders, PretixPositions,
        ZoomAttendees, ZoomRegistrations,
    };
    for (exporter, off, on) in [
        (
            EventbriteAttendees,
            "Not Attending,Deleted,Refunded,Canceled,Cancelled,Transferred",
            "Attending,Checked In,Unpaid,",
        ),
        (EventbriteOrders, "Refunded/Canceled,Abandoned", "Completed,Partially Refunded,Partially Transferred,Pending"),
        (
            PretixPositions,
            "canceled,canceled (paid fee),expired,storniert,storniert (bezahlte Gebühr),abgelaufen,annulé,expiré,\
             annulé (frais payés),cancelado,cancelado (tarifa pagada),expirado,iptal edildi,İptal Edildi,süresi doldu,\
             anulowane,wygaśnięte,cancellato,annullato (quota pagata),scaduto,geannuleerd,verlopen",
            "paid,pending,pending (confirmed),approval pending,bezahlt,ausstehend,Payé,ödenmiş,opłacona,openstaand,",
        ),
        (PretixOrders, "canceled", "paid"),
        (
            ZoomRegistrations,
            "denied,Denied,Denied/Blocked,Denied by Host,cancelled,canceled,Cancelled by registrant,cancelled by self",
            "approved,pending,--,",
        ),
        (ZoomAttendees, "denied", "approved,--"),
        (HiEvents, "CANCELLED", "ACTIVE,AWAITING_PAYMENT"),
        (
            Indico,
            "Rejected,Withdrawn,Zurückgezogen,Abgelehnt,Retiré,Refusé,Rechazado,Reddedildi,Odrzucony,Rifiutato",
            "Completed,Pending,Awaiting payment,Abgeschlossen,En attente",
        ),
        (GoogleForms, "", "No,cancelled"),
        (
            Exporter::TicketShop,
            "Cancelled,storniert,Storniert durch Veranstalter,annulée,rimborsato,abgelaufen,Not attending",
            "paid,bezahlt,ok,No,Yes,pending,",
        ),
    ] {
        for status in captions(off).into_iter().filter(|status| !status.is_empty()) {
            assert!(exporter.is_off(status), "{}: {status}", exporter.name());
        }
        for status in captions(on) {
            assert!(!exporter.is_off(status), "{}: {status}", exporter.name());
        }
    }
    let everybody = Exporter::MailchimpUnsubscribed;
    assert_eq!((everybody.off(&[]), Exporter::Mailchimp.off(&[])), (Some(Off::Everybody(everybody)), None));
}

#[test]
fn of_other_files_only_plain_words_sound_like_not_coming() {
    for word in [
        "Cancelled",
        "CANCELED (refund)",
        "refunded",
        "No-Show",
        "no show",
        "Storniert",
        "abgesagt",
        "annulée",
        "ANNULÉ",
        "rechazada",
        "recusado",
        "İptal",
        "iptal edildi",
        "odrzucone",
        "rimborsato",
        "afgemeld",
    ] {
        assert!(Sounds::Open.off(word), "{word}");
    }
    for word in ["", "no", "No", "nein", "non", "hayır", "nie", "nee", "yes", "pending", "maybe", "(x)"] {
        assert!(!Sounds::Open.off(word), "{word}");
    }
}

#[test]
fn total_lines_begin_with_their_words() {
    for cell in [
        "Total",
        "TOTAL:",
        "Total 25",
        "25 total",
        "Grand total",
        "Sum",
        "Count",
        "Summe",
        "Gesamt:",
        "Anzahl",
        "Anzahl Teilnehmer: 6",
        "Somme",
        "Sous-total",
        "Suma",
        "Soma",
        "Toplam",
        "TOPLAM",
        "Razem",
        "Łącznie",
        "Totale",
        "Totaal",
        "Aantal",
    ] {
        assert!(is_total(cell), "{cell}");
    }
    for cell in ["", "25", "#", "Ada Lovelace", "Totalitarian", "Sum Wong", "ada@example.org", "Count Dracula"] {
        assert!(!is_total(cell), "{cell}");
    }
}

proptest! {
    #[test]
    fn nothing_makes_it_panic(headers in prop::collection::vec("\\PC{0,8}", 0..5), cell in "\\PC{0,12}") {
        let headers: Vec<_> = headers.iter().map(String::as_str).collect();
        prop_assert_eq!(exporter(&headers), None);
        for exporter in [Exporter::PretixPositions, Exporter::ZoomRegistrations] {
            let _ = (exporter.is_off(&cell), exporter.status_column(&headers));
        }
        let _ = (Sounds::Open.off(&cell), is_total(&cell));
    }
}

#[test]
fn what_a_header_asks_decides_what_a_yes_a_no_and_a_date_say() {
    for (header, cell) in [
        ("Cancelled", "yes"),
        ("Storniert", "ja"),
        ("Canceled", "TRUE"),
        ("Cancelled at", "2035-11-02 10:00"),
        ("Date d'annulation", "2 mai"),
        ("RSVP", "No"),
        ("Zusage", "abgesagt"),
        ("Approved?", "denied"),
        ("State", "void"),
        ("Registration", "CANCELLED BY USER"),
        ("Teilnahmestatus", "Nimmt nicht teil"),
        ("Statut", "Ne participe pas"),
        ("Status", "Suspended"),
        ("Statut du participant", "Supprimé"),
        ("Estado", "Denegado"),
        ("Status", "Usunięty"),
        ("Status", "Geweigerd"),
    ] {
        assert!(sounds(header).off(cell), "{header}: {cell}");
    }
    for (header, cell) in [
        ("Cancelled", "no"),
        ("Cancelled at", ""),
        ("Cancelled at", "-"),
        ("RSVP", "Yes"),
        ("Newsletter", "no"),
        ("Payment Status", "Partially refunded"),
        ("Note", "cancelled my other booking for this one"),
    ] {
        assert!(!sounds(header).off(cell), "{header}: {cell}");
    }
}

#[test]
fn an_exporters_own_columns_are_its_own_whatever_is_asked_beside_them() {
    let own = |line: &'static str, field: Field| {
        let headers = captions(line);
        let column = exporter(&headers)?.own_column(field, &headers)?;
        Some(headers[column])
    };
    assert_eq!(own(samples::EVENTBRITE, Field::Email), Some("Email"));
    assert_eq!(own(samples::EVENTBRITE_UK, Field::LastName), Some("Surname"));
    assert_eq!(own(samples::EVENTBRITE_NEW, Field::FirstName), Some("Attendee first name"));
    assert_eq!(own(samples::ZOOM, Field::Email), Some("Email"));
    assert_eq!(own(samples::INDICO, Field::Name), Some("Name"));
    assert_eq!(own(samples::HI_EVENTS_FR, Field::LastName), Some("Nom"));
    assert_eq!(own(samples::HI_EVENTS_TR, Field::Email), Some("E-posta"));
    assert_eq!(own(samples::PRETIX, Field::Email), None, "the buyer's");
    assert_eq!(own("Public ID,Short ID,ID,Email,Name", Field::Email), None, "columns in another order");
}
