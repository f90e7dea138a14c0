//! The spellings themselves, language by language: data for `names`.
//!
//! Does not own how they are combined or which of several wins. Each list is one text of entries between
//! commas, and is read in the one spelling of `folded`; so neither capitals, accents, hyphens, blanks nor
//! signs of gender and duty need entries of their own.

use super::{Kind, Rank, Word};
use Kind::{Email, FirstName, Language, LastName, Name, Status, TicketType};
use Rank::{Buyer, Own, Plain, Weak};
use Word::{Account, FullOrFirst, FullOrLast, HalfFirst, HalfLast, LastOrNickname, State, Sure};

/// What a header of nothing but these words means; an entry of an earlier line goes before a later one.
pub(super) const SPELLINGS: &[(Word, Rank, &str, &str)] = &[
    (
        Sure(Email),
        Plain,
        "en",
        "email, emails, email address, email addresses, email 1, email 1 value, email id, contact email, \
         contact email address, user email, user email address, primary email, primary email address",
    ),
    (Sure(Email), Plain, "de", "emailadresse, emailadressen, mailadresse, mailadressen, kontakt-e-mail"),
    (
        Sure(Email),
        Plain,
        "fr",
        "adresse e-mail, adresses e-mail, adresse de messagerie, adresse de messagerie électronique, \
         adresse de courriel, adresse courriel, adresse électronique, adresse mail, courriel, courriels, \
         courrier électronique, mél",
    ),
    (
        Sure(Email),
        Plain,
        "es",
        "correo electrónico, correos electrónicos, correo, dirección de correo electrónico, \
         dirección del correo electrónico, dirección de correo, \
         dirección de e-mail, dirección email",
    ),
    (
        Sure(Email),
        Plain,
        "pt",
        "endereço de e-mail, endereços de e-mail, endereço email, endereço eletrónico, correio eletrónico, \
         endereço de correio eletrónico",
    ),
    (
        Sure(Email),
        Plain,
        "tr",
        "e-posta, e-postası, e-posta adresi, e-mail adresi, mail adresi, elektronik posta, elektronik posta adresi",
    ),
    (Sure(Email), Own, "tr", "e-postanız, e-posta adresiniz, mail adresiniz, e-mail adresiniz"),
    (
        Sure(Email),
        Plain,
        "pl",
        "adres e-mail, adresy e-mail, adres mailowy, adres poczty elektronicznej, poczta elektroniczna",
    ),
    (
        Sure(Email),
        Plain,
        "it",
        "indirizzo email, indirizzi email, indirizzo di mail, indirizzo mail, indirizzo di posta elettronica, \
         indirizzo posta elettronica, posta elettronica",
    ),
    (Sure(Email), Plain, "nl", "e-mailadres, e-mailadressen, mailadres, mailadressen"),
    // `Mail` may be a postal address, and of two addresses the one at work is the second choice.
    (Sure(Email), Weak, "en", "mail, work email, work email address, business email, personal email, private email"),
    (Sure(Email), Weak, "de", "geschäftliche e-mail, e-mail geschäftlich, private e-mail, e-mail privat"),
    (Account, Weak, "en", "username"),
    (Account, Weak, "de", "nutzername, benutzername"),
    (Account, Weak, "fr", "nom d'utilisateur"),
    (Account, Weak, "es", "nombre de usuario"),
    (Account, Weak, "pt", "nome de usuário, nome de utilizador"),
    (Account, Weak, "tr", "kullanıcı adı"),
    (Account, Weak, "pl", "nazwa użytkownika"),
    (Account, Weak, "it", "nome utente"),
    (Account, Weak, "nl", "gebruikersnaam"),
    (HalfFirst, Plain, "en", "first"),
    (HalfLast, Plain, "en", "last"),
    (FullOrLast, Plain, "en", "name, names"),
    (FullOrLast, Plain, "de", "namen"),
    (FullOrLast, Plain, "fr", "nom, noms"),
    (FullOrLast, Plain, "nl", "naam, namen"),
    (FullOrFirst, Plain, "es", "nombre, nombres"),
    (FullOrFirst, Plain, "it", "nome, nomi"),
    (FullOrFirst, Plain, "pt", "nomes"),
    // `Ad` alone is English as well.
    (FullOrFirst, Weak, "tr", "ad"),
    (FullOrFirst, Plain, "tr", "adı, isim, ismi"),
    (FullOrFirst, Own, "tr", "adınız, isminiz"),
    (FullOrFirst, Plain, "pl", "imię"),
    (
        Sure(Name),
        Plain,
        "en",
        "full name, full names, complete name, first and last name, first name and last name, first name last name, \
         name and surname, name surname, name (original name), user name (original name)",
    ),
    (
        Sure(Name),
        Plain,
        "de",
        "vollständiger name, vollstaendiger name, voller name, vor- und nachname, vor- und zuname, \
         vorname und name, vorname und nachname, vorname name, vorname nachname",
    ),
    (Sure(Name), Weak, "de", "teilnehmer, teilnehmer*in, teilnehmende, teilnehmende*r"),
    (Sure(Name), Plain, "fr", "nom complet, prénom et nom, prénom nom, prénom et nom de famille"),
    (
        Sure(Name),
        Plain,
        "es",
        "nombre completo, nombre y apellido, nombre y apellidos, nombres y apellidos, nombre apellido, nombre apellidos",
    ),
    (
        Sure(Name),
        Plain,
        "pt",
        "nome completo, nomes completos, nome e sobrenome, nome sobrenome, nome e apelido, nome apelido",
    ),
    (
        Sure(Name),
        Plain,
        "tr",
        "ad soyad, adı soyadı, ad ve soyad, adı ve soyadı, isim soyisim, isim soyad, isim ve soyisim, tam ad, tam adı",
    ),
    (Sure(Name), Own, "tr", "adınız soyadınız, adınız ve soyadınız, isminiz soyisminiz, isim soyisminiz"),
    (Sure(Name), Plain, "pl", "imię i nazwisko, imiona i nazwisko, imiona i nazwiska, imię nazwisko"),
    (Sure(Name), Weak, "pl", "nazwa"),
    (Sure(Name), Plain, "it", "nome e cognome, nome cognome, nominativo, nominativi"),
    (
        Sure(Name),
        Plain,
        "nl",
        "volledige naam, voornaam + naam, voornaam en naam, voor- en achternaam, voornaam en achternaam, \
         voornaam achternaam",
    ),
    (
        Sure(FirstName),
        Plain,
        "en",
        "first name, first names, given name, given names, forename, forenames, fname, name (first)",
    ),
    (Sure(FirstName), Plain, "de", "vorname, vornamen, rufname"),
    (Sure(FirstName), Plain, "fr", "prénom, prénoms, prénom usuel"),
    (Sure(FirstName), Plain, "es", "primer nombre, nombre de pila, nombre dado"),
    (Sure(FirstName), Plain, "pt", "primeiro nome, nome próprio, nomes próprios"),
    (Sure(FirstName), Plain, "tr", "ilk ad, ilk isim"),
    (Sure(FirstName), Plain, "pl", "imiona, pierwsze imię"),
    (Sure(FirstName), Plain, "it", "nome di battesimo"),
    (Sure(FirstName), Plain, "nl", "voornaam, voornamen, roepnaam"),
    (
        Sure(LastName),
        Plain,
        "en",
        "last name, last names, surname, surnames, family name, family names, lname, name (last)",
    ),
    (Sure(LastName), Plain, "de", "nachname, nachnamen, familienname, familiennamen, zuname"),
    (Sure(LastName), Plain, "fr", "nom de famille, noms de famille, nom d'usage"),
    (Sure(LastName), Plain, "es", "apellido, apellidos, primer apellido"),
    (Sure(LastName), Plain, "pt", "sobrenome, sobrenomes, último nome, nome de família, apelidos"),
    (LastOrNickname, Plain, "pt", "apelido"),
    (Sure(LastName), Plain, "tr", "soyad, soyadı, soyisim, soyismi"),
    (Sure(LastName), Own, "tr", "soyadınız, soyisminiz"),
    (Sure(LastName), Plain, "pl", "nazwisko, nazwiska"),
    (Sure(LastName), Plain, "it", "cognome, cognomi"),
    (Sure(LastName), Plain, "nl", "achternaam, achternamen, familienaam"),
    (Sure(Language), Plain, "en", "language, languages, locale, preferred language, order locale, lang"),
    (
        Sure(Language),
        Plain,
        "de",
        "sprache, sprachen, bestellsprache, bevorzugte sprache, korrespondenzsprache, gewünschte sprache",
    ),
    (Sure(Language), Plain, "fr", "langue, langues, langue de la commande, langue préférée"),
    (
        Sure(Language),
        Plain,
        "es",
        "idioma, idiomas, idioma del pedido, localización de la orden, lengua, idioma preferido",
    ),
    (Sure(Language), Plain, "pt", "língua, idioma do pedido, local do pedido, localidade do pedido, língua preferida"),
    (Sure(Language), Plain, "tr", "dil, dili, diller, tercih edilen dil, yerel sipariş"),
    (Sure(Language), Own, "tr", "diliniz, tercih ettiğiniz dil"),
    (Sure(Language), Plain, "pl", "język, języki, preferowany język, region zamówienia"),
    (Sure(Language), Plain, "it", "lingua, lingue, lingua dell'ordine, lingua preferita"),
    (Sure(Language), Plain, "nl", "taal, talen, taal van bestelling, voorkeurstaal"),
    (
        Sure(Status),
        Plain,
        "en",
        "status, approval status, registration state, registration status, rsvp, response, will you come",
    ),
    (Sure(Status), Plain, "de", "teilnahmestatus, anmeldestatus, buchungsstatus, teilnahme, zusage"),
    (Sure(Status), Plain, "fr", "statut, statut de l'inscription, participation, présence, réponse"),
    (Sure(Status), Plain, "es", "estado de la inscripción, asistencia, situación, confirmación"),
    (Sure(Status), Own, "es", "estado del asistente, estado del participante"),
    (Sure(Status), Plain, "pt", "situação, estado de registro, presença, confirmação"),
    (Sure(Status), Plain, "tr", "durum, durumu, kayıt durumu, katılım durumu, onay durumu"),
    (Sure(Status), Plain, "pl", "status zgłoszenia, status rejestracji, obecność"),
    (Sure(Status), Plain, "it", "stato iscrizione, stato dell'iscrizione, partecipazione, presenza"),
    (Sure(Status), Plain, "nl", "aanmeldstatus, aanwezigheid, deelname"),
    // Who has been there, and what has become of the money.
    (Sure(Status), Weak, "en", "attended"),
    (Sure(Status), Buyer, "en", "order status, payment status, paid"),
    (Sure(Status), Buyer, "de", "bestellstatus, zahlungsstatus, bezahlt"),
    (State, Plain, "en", "state"),
    (State, Plain, "fr", "état"),
    (State, Plain, "es", "estado"),
    (State, Plain, "pl", "stan"),
    (State, Plain, "it", "stato"),
    (
        Sure(TicketType),
        Plain,
        "en",
        "ticket type, ticket types, ticket, ticket name, product, product name, registration type, admission type",
    ),
    (
        Sure(TicketType),
        Plain,
        "de",
        "ticketart, ticketarten, tickettyp, ticketkategorie, karte, kartenart, produkt, produktname",
    ),
    (Sure(TicketType), Plain, "fr", "billet, type de billet, tarif, produit, nom du produit, formule"),
    (
        Sure(TicketType),
        Plain,
        "es",
        "entrada, tipo de entrada, boleto, tipo de boleto, tipo de ticket, producto, nombre del producto",
    ),
    (Sure(TicketType), Plain, "pt", "bilhete, tipo de bilhete, ingresso, tipo de ingresso, produto, nome do produto"),
    (Sure(TicketType), Plain, "tr", "bilet türü, bilet tipi, ürün, ürün adı"),
    (Sure(TicketType), Plain, "pl", "bilet, rodzaj biletu, typ biletu, nazwa produktu"),
    (Sure(TicketType), Plain, "it", "biglietto, tipo di biglietto, tipologia biglietto, prodotto, nome del prodotto"),
    (Sure(TicketType), Plain, "nl", "soort ticket, kaartsoort, productnaam"),
    // What divides tickets further, or other things than tickets.
    (Sure(TicketType), Weak, "en", "ticket tier, price tier, variation, category"),
    (Sure(TicketType), Weak, "de", "kategorie, variante"),
    (Sure(TicketType), Weak, "fr", "catégorie"),
    (Sure(TicketType), Weak, "es", "categoría"),
    (Sure(TicketType), Weak, "pl", "kategoria, wariant"),
    (Sure(TicketType), Weak, "tr", "kategori"),
    (Sure(TicketType), Weak, "nl", "categorie"),
];

/// What before a spelling makes it the attendee's own: `Attendee email`, `Ihre E-Mail-Adresse`.
pub(super) const OWN_BEFORE: &[&str] = &[
    "attendee, attendee's, participant, participant's, registrant, registrant's, guest, invitee, delegate, student, your",
    "holder, holder's, ticket holder, ticket holder's, ticket owner, recipient, recipient's, visitor, ticket",
    "what is your, what's your, enter your, please enter your",
    "teilnehmer, teilnehmer*in, teilnehmenden, teilnehmende, gast, ihr, ihre, dein, deine",
    "ticketinhaber, ticketinhaber*in, karteninhaber, karteninhaber*in, inhaber, inhaber*in, empfänger, empfänger*in, \
     besucher, besucher*in",
    "wie lautet ihr, wie lautet ihre, wie lautet dein, wie lautet deine, wie ist ihr, wie ist ihre, wie ist dein",
    "titulaire, détenteur, bénéficiaire, destinataire, visiteur",
    "participant, invité, votre, quel est votre, quelle est votre",
    "titular, destinatario, beneficiario, visitante, invitado",
    "asistente, participante, tu, su, cuál es tu, cuál es su",
    "portador, destinatário, beneficiário, convidado",
    "participante, seu, sua, o seu, a sua, qual é o seu, qual é a sua, qual o seu",
    "katılımcı, katılımcının, bilet sahibi, bilet sahibinin, misafir",
    "posiadacz, posiadacza, odbiorca, odbiorcy, właściciel biletu, gość",
    "uczestnik, twój, twoje, twoja",
    "titolare, intestatario, destinatario, ospite",
    "partecipante, tuo, tua, il tuo, la tua, suo, sua",
    "tickethouder, kaarthouder, houder, ontvanger, bezoeker, gast",
    "deelnemer, aanwezige, je, jouw, uw, wat is je, wat is uw",
];

/// What after it does: `E-Mail Teilnehmer*in`, `E-mail du participant`.
pub(super) const OWN_AFTER: &[&str] = &[
    "attendee, of attendee, of the attendee, participant, of participant, of the participant, registrant",
    "holder, of holder, of the holder, of ticket holder, of the ticket holder, recipient, of recipient, of the recipient",
    "teilnehmer, teilnehmer*in, des teilnehmers, der teilnehmerin, des teilnehmers / der teilnehmerin, gast",
    "ticketinhaber, ticketinhaber*in, karteninhaber, inhaber, des inhabers, des ticketinhabers, des karteninhabers, \
     empfänger, des empfängers, des gastes",
    "titulaire, du titulaire, du détenteur, du bénéficiaire, du destinataire",
    "participant, du participant, de la participante, du / de la participante, de l'invité",
    "titular, del titular, destinatario, del destinatario, del beneficiario",
    "asistente, del asistente, del participante, del invitado",
    "do titular, do portador, do destinatário, do beneficiário",
    "participante, do participante, da participante, do(a) participante, do convidado",
    "posiadacza, odbiorcy, właściciela biletu, gościa",
    "uczestnika, uczestniczki, uczestnika/uczestniczki, uczestników",
    "titolare, del titolare, intestatario, dell'intestatario, destinatario, del destinatario",
    "partecipante, del partecipante, della partecipante, dei partecipanti, dell'invitato",
    "tickethouder, van tickethouder, houder, van houder, ontvanger, van ontvanger",
    "deelnemer, van deelnemer, van de deelnemer, aanwezige, van aanwezige",
];

/// What before it makes it somebody else's, who paid.
pub(super) const BUYER_BEFORE: &[&str] = &[
    "buyer, buyer's, purchaser, purchaser's, payer, customer, customer's",
    "käufer, kaeufer, käufer*in, kaeufer*in, besteller, besteller*in, kunde, kunden",
    "acheteur, payeur, client",
    "comprador, cliente",
    "alıcı, satın alan, müşteri",
    "kupujący, nabywca, klient",
    "acquirente",
    "koper, klant",
];

/// What after it does.
pub(super) const BUYER_AFTER: &[&str] = &[
    "buyer, of buyer, of the buyer, purchaser, payer",
    "käufer, kaeufer, käufer*in, kaeufer*in, des käufers, besteller, besteller*in, des bestellers",
    "acheteur, de l'acheteur, payeur, du payeur, client, du client",
    "comprador, del comprador, cliente, del cliente",
    "do comprador, do cliente",
    "kupującego, nabywcy, płatnika, klienta",
    "acquirente, dell'acquirente, del cliente",
    "koper, van koper, van de koper, van besteller, klant",
];

/// What makes an address, or a part of a name, the buyer's: the whole name may be a company's.
pub(super) const BILLING: &[&str] = &[
    "billing, invoice, order",
    "rechnung, rechnungs, rechnungsadresse, bestell",
    "facturation, de facturation, de commande",
    "facturación, de facturación, de faturamento, de faturação",
    "fatura, do faktury, na fakturę",
    "fatturazione, di fatturazione, per fatturazione",
    "factuur",
];

/// pretix's captions of the whole name, before which parts of it begin: `Attendee name: Given name`.
pub(super) const PARTS_OF: &str = "attendee name, name teilnehmer*in, nom du participant, nombre del asistente, \
    nombre del participante, nome do participante, katılımcı adı, imię i nazwisko uczestnika, imię uczestnika, \
    nome del partecipante, naam deelnemer, naam van aanwezige";

/// What forms write in brackets behind a caption.
pub(super) const DUTY: &str = "required, mandatory, optional, pflichtfeld, pflicht, pflichtangabe, erforderlich, \
    freiwillig, obligatoire, requis, facultatif, obligatorio, requerido, opcional, obrigatório, zorunlu, isteğe bağlı, \
    wymagane, pole wymagane, opcjonalne, obbligatorio, facoltativo, verplicht, optioneel";

/// Captions beside which `State` and its sisters are a part of an address.
pub(super) const ADDRESSES: &str = "address, city, town, zip, zip code, postcode, postal code, country, street, \
    adresse, anschrift, ort, stadt, wohnort, plz, postleitzahl, land, straße, ville, pays, code postal, rue, \
    dirección, ciudad, país, código postal, calle, endereço, cidade, cep, morada, rua, adres, şehir, ülke, posta kodu, \
    miasto, kraj, kod pocztowy, ulica, indirizzo, città, paese, cap, via, plaats, woonplaats, postcode, straat";

/// Captions of Google Forms beside which `Username` is the address that it collected.
pub(super) const TIMESTAMPS: &str = "timestamp, zeitstempel, horodateur, marca temporal, carimbo de data/hora, \
    informazioni cronologiche, tijdstempel, sygnatura czasowa, zaman damgası";
