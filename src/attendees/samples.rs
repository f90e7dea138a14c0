//! Header lines as exporters write them, for tests: from the sample files, and from what was read of their
//! sources where no file was at hand. Captions are divided by commas.

/// `eventbrite.csv`.
pub(super) const EVENTBRITE: &str = "\
    Order #,Order Date,First Name,Last Name,Email,Quantity,Price Tier,Ticket Type,Attendee #,Group,Order Type,\
    Currency,Total Paid,Fees Paid,Eventbrite Fees,Eventbrite Payment Processing,Attendee Status,\
    Home Address 1,Home Address 2,Home City,Home State,Home Zip,Home Country,\
    How did you hear about this event?";
/// `eventbrite-new.csv`.
pub(super) const EVENTBRITE_NEW: &str = "\
    Order ID,Order date,Attendee first name,Attendee last name,Attendee email,Phone number,Purchaser city,\
    Purchaser state,Purchaser country,Event name,Event ID,Event start date,Event start time,Event timezone,\
    Event location,Ticket quantity,Ticket tier,Ticket type,Currency,Ticket price,Buyer first name,\
    Buyer last name,Buyer email,Seating location 1,Seating location 2,Seating location 3,Barcode number";
/// `pretix.csv`.
pub(super) const PRETIX: &str = "\
    Event slug,Event name,Order code,Position ID,Status,Email,Phone number,Order date,Order time,Product,\
    Product ID,Variation,Variation ID,Price,Tax rate,Tax rule,Tax value,Attendee name,\
    Attendee name: Given name,Attendee name: Family name,Attendee email,Attendee company,Address,ZIP code,\
    City,Country,State,Voucher,Voucher budget usage,Voucher tag,Pseudonymization ID,Ticket secret,Seat ID,\
    Seat name,Seat zone,Seat row,Seat number,Blocked,Valid from,Valid until,Order comment,Follow-up date,\
    Add-on to position ID,Invoice address company,Invoice address name,Invoice address name: Given name,\
    Invoice address name: Family name,Invoice address street,Invoice address ZIP code,Invoice address city,\
    Invoice address country,Invoice address state,VAT ID,Sales channel,Order locale,Email address verified,\
    External customer ID,Check-in lists,Payment providers,Position order link";
/// `pretix-de-semicolon.csv`.
pub(super) const PRETIX_DE: &str = "\
    Kurzname der Veranstaltung,Veranstaltungstitel,Bestellnummer,Position,Status,E-Mail,Telefonnummer,\
    Bestelldatum,Bestelluhrzeit,Produkt,Produkt-ID,Variante,Preis,Name Teilnehmer*in,\
    Name Teilnehmer*in: Vorname,Name Teilnehmer*in: Nachname,E-Mail Teilnehmer*in,Teilnehmer*innen-Firma,\
    Pseudonyme ID,Ticket-Code,Rechnungsadresse: Firma,Rechnungsadresse: Name,Bestellsprache,\
    E-Mail-Adresse verifiziert,Check-in-Listen";
/// `pretix-checkinlist.csv`.
pub(super) const PRETIX_CHECK_INS: &str = "\
    Order code,Attendee name,Attendee name: Given name,Attendee name: Family name,Product,Price,Checked in,\
    Checked out,Automatically checked in,Paid,Email,Phone number,Company,Voucher code,Order date,Order time,\
    Requires special attention,Comment,Check-in text,Seat ID,Seat name,Seat zone,Seat row,Seat number,Blocked,\
    Valid from,Valid until,Address,ZIP code,City,Country,State";
/// `zoom.csv`.
pub(super) const ZOOM: &str = "First Name,Last Name,Email,Registration Time,Approval Status,Phone";
/// `zoom-attendee-report.csv`.
pub(super) const ZOOM_ATTENDEES: &str = "\
    Attended,User Name,First Name,Last Name,Email,Registration Time,Approval Status,Join Time,Leave Time,\
    Time in Session (minutes),Country/Region Name";
/// `zoom-attendee-report.csv`.
pub(super) const ZOOM_HOSTS: &str =
    "Attended,User Name,Email,Join Time,Leave Time,Time in Session (minutes),Country/Region Name";
/// `googleforms.csv`.
pub(super) const GOOGLE_FORMS: &str =
    "Timestamp,Email Address,First name,Last name,Will you come?\n(please answer by Sept 1),Ticket";
/// `googleforms-de.csv`.
pub(super) const GOOGLE_FORMS_DE: &str = "Zeitstempel,E-Mail-Adresse,Vorname,Nachname,Kommst du?,Karte";
/// `microsoftforms.csv`.
pub(super) const MICROSOFT_FORMS: &str = "\
    ID,Start time,Completion time,Email,Name,Last modified time,First name,Last name,Your e-mail,\
    Will you come?";
/// `hievents.csv`.
pub(super) const HI_EVENTS: &str = "\
    ID,First Name,Last Name,Email,Status,Check Ins,Product ID,Product Name,Event ID,Public ID,Short ID,\
    Created Date,Last Updated Date,Notes";
/// `indico.csv`.
pub(super) const INDICO: &str = "ID,Name,Email Address,Affiliation,Title,Registration date,Registration state,Tags";
/// `outlook.csv`.
pub(super) const OUTLOOK: &str = "\
    Title,First Name,Middle Name,Last Name,Suffix,Company,Department,Job Title,Business Street,\
    Business Street 2,Business Street 3,Business City,Business State,Business Postal Code,\
    Business Country/Region,Home Street,Home Street 2,Home Street 3,Home City,Home State,Home Postal Code,\
    Home Country/Region,Other Street,Other Street 2,Other Street 3,Other City,Other State,Other Postal Code,\
    Other Country/Region,Assistant's Phone,Business Fax,Business Phone,Business Phone 2,Callback,Car Phone,\
    Company Main Phone,Home Fax,Home Phone,Home Phone 2,ISDN,Mobile Phone,Other Fax,Other Phone,Pager,\
    Primary Phone,Radio Phone,TTY/TDD Phone,Telex,Account,Anniversary,Assistant's Name,Billing Information,\
    Birthday,Business Address PO Box,Categories,Children,Directory Server,E-mail Address,E-mail Type,\
    E-mail Display Name,E-mail 2 Address,E-mail 2 Type,E-mail 2 Display Name,E-mail 3 Address,E-mail 3 Type,\
    E-mail 3 Display Name,Gender,Government ID Number,Hobby,Home Address PO Box,Initials,Internet Free Busy,\
    Keywords,Language,Location,Manager's Name,Mileage,Notes,Office Location,Organizational ID Number,\
    Other Address PO Box,Priority,Private,Profession,Referred By,Sensitivity,Spouse,User 1,User 2,User 3,\
    User 4,Web Page";
/// `outlook-com.csv`.
pub(super) const OUTLOOK_COM: &str = "\
    First Name,Middle Name,Last Name,Title,Suffix,Nickname,Given Yomi,Surname Yomi,E-mail Address,\
    E-mail 2 Address,E-mail 3 Address,Home Phone,Home Phone 2,Business Phone,Business Phone 2,Mobile Phone,\
    Car Phone,Other Phone,Primary Phone,Pager,Business Fax,Home Fax,Other Fax,Company Main Phone,Callback,\
    Radio Phone,Telex,TTY/TDD Phone,IMAddress,Job Title,Department,Company,Office Location,Manager's Name,\
    Assistant's Name,Assistant's Phone,Company Yomi,Business Street,Business City,Business State,\
    Business Postal Code,Business Country/Region,Home Street,Home City,Home State,Home Postal Code,\
    Home Country/Region,Other Street,Other City,Other State,Other Postal Code,Other Country/Region,\
    Personal Web Page,Spouse,Schools,Hobby,Location,Web Page,Birthday,Anniversary,Notes";
/// `outlook-de.csv`.
pub(super) const OUTLOOK_DE: &str = "\
    Anrede,Vorname,Weitere Vornamen,Nachname,Suffix,Firma,Abteilung,Position,Straße geschäftlich,\
    Straße geschäftlich 2,Straße geschäftlich 3,Ort geschäftlich,Region geschäftlich,\
    Postleitzahl geschäftlich,Land/Region geschäftlich,Straße privat,Straße privat 2,Straße privat 3,\
    Ort privat,Bundesland/Kanton privat,Postleitzahl privat,Land/Region privat,Weitere Straße,\
    Weitere Straße 2,Weitere Straße 3,Weiterer Ort,Weiteres/r Bundesland/Kanton,Weitere Postleitzahl,\
    Weiteres/e Land/Region,Telefon Assistent,Fax geschäftlich,Telefon geschäftlich,Telefon geschäftlich 2,\
    Rückmeldung,Autotelefon,Telefon Firma,Fax privat,Telefon (privat),Telefon (privat 2),ISDN,Mobiltelefon,\
    Weiteres Fax,Weiteres Telefon,Pager,Haupttelefon,Mobiltelefon 2,Telefon für Hörbehinderte,Telex,\
    Abrechnungsinformation,Assistent(in),Benutzer 1,Benutzer 2,Benutzer 3,Benutzer 4,Beruf,Büro,\
    E-Mail-Adresse,E-Mail-Typ,E-Mail: Angezeigter Name,E-Mail 2: Adresse,E-Mail 2: Typ,\
    E-Mail 2: Angezeigter Name,E-Mail 3: Adresse,E-Mail 3: Typ,E-Mail 3: Angezeigter Name,Empfohlen von,\
    Geburtstag,Geschlecht,Hobby,Initialen,Internet Frei/Gebucht,Jahrestag,Kategorien,Kinder,Konto,\
    Name des/r Vorgesetzten,Notizen,Organisationsnr.,Ort,Partner,Postfach geschäftlich,Postfach privat,\
    Priorität,Privat,Reisekilometer,Sozialversicherungsnr.,Sprache,Stichwörter,Vertraulichkeit,\
    Verzeichnisserver,Webseite,Weiteres Postfach";
/// `mailchimp.csv`.
pub(super) const MAILCHIMP: &str = "\
    Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,\
    LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS";
/// `mailchimp-unsubscribed_members_export.csv`.
pub(super) const MAILCHIMP_UNSUBSCRIBED: &str = "\
    Email Address,First Name,Last Name,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,\
    UNSUB_REASON_OTHER,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,\
    DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS";
/// `moodle.csv`.
pub(super) const MOODLE: &str = "First name,Last name,Email address,Groups";
/// `moodle-de.csv`.
pub(super) const MOODLE_DE: &str = "Vorname,Nachname,E-Mail-Adresse,Gruppen";
/// `moodle-es.csv`.
pub(super) const MOODLE_ES: &str = "Nombre,Apellido(s),Dirección de correo,Grupos";
/// `excel-de-resaved.csv`.
pub(super) const EXCEL_DE: &str = "Vorname,Nachname,E-Mail,Status";
/// Eventbrite in British English, a blank behind the status.
pub(super) const EVENTBRITE_UK: &str = "\
    Order no.,Order Date,First Name,Surname,Email,Quantity,Ticket Type,Order Type,Total Paid,Eventbrite Fees,\
    Eventbrite Payment Processing,Attendee Status ,Home Address 1,Home Address 2,Home City,\
    County of Residence,Home Postcode,Home Country";
/// Eventbrite, attendee and buyer in one line.
pub(super) const EVENTBRITE_MIXED: &str = "\
    Order No.,Order Date,First Name,Last Name,Email,Quantity,Ticket Type,Order Type,Total Paid,Event Name,\
    Buyer First Name,Buyer Last Name,Buyer Email";
/// Eventbrite's order report: buyers only.
pub(super) const EVENTBRITE_ORDERS: &str = "\
    Order ID,Order date,Buyer first name,Buyer last name,Buyer email,Phone number,Ticket quantity,Net sales,\
    Event name,Event location";
/// pretix's sheet `orders`.
pub(super) const PRETIX_ORDERS: &str = "\
    Event slug,Event name,Order code,Order total,Status,Email,Phone number,Order date,Order time,Company,Name,\
    Given name,Family name,Address,ZIP code,City,Country,State,Custom address field,VAT ID,\
    Date of last payment,Fees,Order locale,Invoice numbers,Sales channel,Email address verified,\
    Payment providers,Order link";
/// Microsoft Forms in French.
pub(super) const MICROSOFT_FORMS_FR: &str =
    "ID,Heure de début,Heure de fin,Adresse de messagerie,Nom,Langue,Heure de la dernière modification";
/// French Outlook, shortened.
pub(super) const OUTLOOK_FR: &str = "\
    Nom,Titre,Prénom,Deuxième prénom,Nom,Suffixe,Surnom,Société ,Service ,Titre,Adresse de messagerie,\
    Type de messagerie,Nom complet de l'adresse de messagerie,Langue";
/// Google Contacts for Outlook.
pub(super) const OUTLOOK_BY_GOOGLE: &str = "\
    First Name,Middle Name,Last Name,Title,Suffix,Initials,Web Page,Gender,Birthday,Anniversary,Location,\
    Language,Internet Free Busy,Notes,E-mail Address,E-mail 2 Address";
/// Hi.Events in Turkish.
pub(super) const HI_EVENTS_TR: &str =
    "Kimlik,Ad,Soyad,E-posta,Durum,Check Ins,Ürün Kimliği,Ürün Adı,Etkinlik Kimliği,Genel Kimlik,Kısa Kimlik";
/// Hi.Events in French.
pub(super) const HI_EVENTS_FR: &str =
    "ID,Prénom,Nom,E-mail,Statut,Check Ins,ID du produit,Nom du produit,ID de l'événement,ID public,ID court";
/// Moodle in French.
pub(super) const MOODLE_FR: &str = "Prénom,Nom de famille,Adresse de courriel,Groupes";

/// A line's captions.
pub(super) fn captions(line: &'static str) -> Vec<&'static str> {
    line.split(',').collect()
}
