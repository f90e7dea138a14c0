//! By which captions each exporter is known: data for `exporters`.
//!
//! Does not own what their cells mean. Captions are divided by commas, each list is in all languages in which
//! the exporter was seen or its translations read, and spelt in whatever way `folded` brings together.

use super::Exporter::{self, EventbriteAttendees as Eventbrite, GoogleForms, MicrosoftForms, Outlook};

/// A header line of an exporter's.
pub(super) struct Layout {
    pub(super) exporter: Exporter,
    /// One caption of each list stands in the line.
    pub(super) needs: &'static [&'static str],
    /// How many of these lists hold the captions with which the line begins, in their order.
    pub(super) leading: usize,
}

const fn anywhere(exporter: Exporter, needs: &'static [&'static str]) -> Layout {
    Layout { exporter, needs, leading: 0 }
}

const fn leading(leading: usize, exporter: Exporter, needs: &'static [&'static str]) -> Layout {
    Layout { exporter, needs, leading }
}

/// All of them; the first that fits is it.
pub(super) const LAYOUTS: &[Layout] = &[
    anywhere(Exporter::MailchimpUnsubscribed, &["LEID", "EUID", "UNSUB_TIME"]),
    anywhere(Exporter::MailchimpCleaned, &["LEID", "EUID", "CLEAN_TIME"]),
    anywhere(Exporter::Mailchimp, &["LEID", "EUID"]),
    // Desktop: English, German, French; then the web's, and Google's for it.
    anywhere(Outlook, &["E-mail Address", "E-mail Type", "E-mail Display Name"]),
    anywhere(Outlook, &["E-Mail-Adresse", "E-Mail-Typ", "E-Mail: Angezeigter Name"]),
    anywhere(Outlook, &["Adresse de messagerie", "Type de messagerie"]),
    anywhere(Outlook, &["E-mail Address", "Given Yomi, Surname Yomi"]),
    anywhere(Outlook, &["E-mail Address", "Internet Free Busy"]),
    anywhere(Exporter::PretixPositions, &[ORDER_CODE, ATTENDEE_EMAIL]),
    anywhere(Exporter::PretixCheckIns, &[ORDER_CODE, ATTENDEE_NAME, PRODUCT]),
    anywhere(Exporter::PretixOrders, &[ORDER_CODE, ORDER_LOCALE]),
    // Classic, in American and British English; organisers choose the columns.
    anywhere(
        Eventbrite,
        &["Order #, Order no.", "Attendee #, Attendee no., Attendee Status, Order Type, Eventbrite Fees"],
    ),
    // Later ones, whatever was chosen of them.
    anywhere(
        Eventbrite,
        &[
            "Order ID, Order number",
            "Attendee #, Attendee no., Attendee Status",
            "Ticket type, Ticket quantity, Ticket price, Ticket tier, Event name, Attendee #, Attendee no., Buyer email",
        ],
    ),
    anywhere(
        Eventbrite,
        &[
            "Order ID",
            "Attendee email, Attendee first name",
            "Ticket tier, Ticket quantity, Ticket price, Purchaser city, Event ID, Barcode number",
        ],
    ),
    anywhere(Exporter::EventbriteOrders, &["Order ID", "Buyer email, Buyer first name", "Ticket quantity, Net sales"]),
    anywhere(Exporter::ZoomAttendees, &["Attended", "Email", "Registration Time", "Approval Status"]),
    anywhere(Exporter::ZoomRegistrations, &["Email", "Registration Time", "Approval Status"]),
    anywhere(MicrosoftForms, &["ID", STARTED, COMPLETED]),
    anywhere(Exporter::HiEvents, &["ID, Kimlik", PUBLIC_ID, SHORT_ID]),
    anywhere(Exporter::Indico, &["ID", "Name", "Registration date, Registration state"]),
    // People add columns to the left of the time; then the address that was collected has to be there.
    leading(1, GoogleForms, &[TIMESTAMP]),
    anywhere(GoogleForms, &[TIMESTAMP, COLLECTED]),
    leading(2, Exporter::Moodle, &["First name", "Last name", "Email address", "Groups"]),
    // As older English has it, and newer with the roles.
    leading(2, Exporter::Moodle, &["First name", "Surname", "Email address", "Roles, Groups, Status"]),
    leading(2, Exporter::Moodle, &["First name", "Last name", "Email address", "Roles"]),
    leading(2, Exporter::Moodle, &["Vorname", "Nachname", "E-Mail-Adresse", "Gruppen"]),
    leading(2, Exporter::Moodle, &["Nombre", "Apellido(s)", "Dirección de correo", "Grupos"]),
    leading(2, Exporter::Moodle, &["Nome", "Cognome", "Indirizzo email", "Gruppi"]),
    leading(2, Exporter::Moodle, &["Prénom", "Nom de famille", "Adresse de courriel", "Groupes"]),
];

/// pretix: en, de, fr, es, pt, tr, pl, it, nl; with older wordings.
const ORDER_CODE: &str = "Order code, Bestellnummer, Code de commande, Código del pedido, \
    Código de la orden, Código do pedido, Código de pedido, Código da encomenda, Sipariş kodu, Kod zamówienia, Codice ordine, Bestelcode";
const ATTENDEE_NAME: &str = "Attendee name, Name Teilnehmer*in, Nom du participant, Nombre del asistente, \
    Nombre del participante, Nome do participante, Katılımcı adı, Imię i nazwisko uczestnika, Imię uczestnika, \
    Nome del partecipante, Naam deelnemer, Naam van aanwezige";
const ATTENDEE_EMAIL: &str = "Attendee email, E-Mail Teilnehmer*in, E-mail du participant, \
    Adresse mail du participant, Correo electrónico del participante, Email do participante, Katılımcı e-postası, \
    Adres email uczestnika, Email partecipante, E-mailadres van deelnemer, E-mailadres van aanwezige";
const ORDER_LOCALE: &str = "Order locale, Bestellsprache, Langue de la commande, Idioma del pedido, \
    Localización de la orden, Local do pedido, Localidade do pedido, Yerel sipariş, Region zamówienia, \
    Lingua dell'ordine, Taal van bestelling";
const PRODUCT: &str = "Product, Produkt, Produit, Producto, Produto, Ürün, Prodotto";

/// What ticket shops call the order, in en, de, fr, es, pt, tr, pl, it, nl, beside pretix's captions.
pub(super) const ORDERS: &str = "Order code, Order ID, Order number, Order #, Order no., Order reference, Order, \
    Booking ID, Booking number, Booking reference, Booking code, Reservation number, Transaction ID, \
    Bestellnummer, Bestell-ID, Bestellnr., Bestellcode, Auftragsnummer, Buchungsnummer, Buchungs-ID, Buchungscode, \
    Code de commande, Numéro de commande, N° de commande, Commande n°, ID de commande, Référence de commande, Commande, \
    Numéro de réservation, Référence, Código del pedido, Código de pedido, Número de pedido, ID de pedido, ID del pedido, \
    N.º de pedido, Código de la orden, Número de orden, ID de la orden, Número de reserva, Localizador, \
    Código do pedido, Número do pedido, ID do pedido, Código da encomenda, Número da encomenda, N.º da encomenda, \
    Sipariş kodu, Sipariş numarası, Sipariş no, Sipariş ID, Rezervasyon no, Rezervasyon numarası, \
    Kod zamówienia, Numer zamówienia, Nr zamówienia, ID zamówienia, Numer rezerwacji, \
    Codice ordine, Numero ordine, Numero d'ordine, N. ordine, ID ordine, Codice prenotazione, Numero prenotazione, \
    Bestelcode, Bestelnummer, Ordernummer, Bestel-ID, Order-ID, Boekingsnummer, Reserveringsnummer";

/// Microsoft Forms: en, de, fr, es, pt, it, nl, pl; Turkish is not verified.
const STARTED: &str = "Start time, Startzeit, Heure de début, Hora de inicio, Hora de início, Ora di inizio, \
    Begintijd, Godzina rozpoczęcia, Başlangıç zamanı";
const COMPLETED: &str = "Completion time, Fertigstellungszeit, Heure de fin, Hora de finalización, \
    Hora de conclusão, Ora di completamento, Tijd van voltooien, Godzina ukończenia, Tamamlama zamanı";

/// Google Forms: en, de, fr, es, pt, it, nl, pl, tr.
const TIMESTAMP: &str = "Timestamp, Zeitstempel, Horodateur, Marca temporal, Carimbo de data/hora, \
    Informazioni cronologiche, Tijdstempel, Sygnatura czasowa, Zaman damgası";
const COLLECTED: &str = "Email Address, Username, E-Mail-Adresse, Adresse e-mail, Dirección de correo electrónico, \
    Endereço de e-mail, Indirizzo email, Indirizzo di mail, Nome utente, Nazwa użytkownika, E-mailadres, Adres e-mail, E-posta Adresi";

/// Hi.Events: en, de, fr, es, pt, it, nl, pl, tr.
const PUBLIC_ID: &str = "Public ID, Öffentliche ID, ID public, ID público, ID pubblico, Publieke ID, Publiczne ID, \
    Genel Kimlik";
const SHORT_ID: &str = "Short ID, Kurz-ID, ID court, ID corto, ID curto, Korte ID, Krótkie ID, Kısa Kimlik";
