#!/usr/bin/env python3
"""Writes tests/fixtures/exporters/ anew: invented people in the layouts of ten exporters.

    .ci/exporters.py FOLDER     needs openpyxl; .ci/fixtures calls it

Where each header comes from stands in the folder's SOURCES.md. Only captions are the exporters'; every person, order
and answer is made up. Bytes are as each exporter writes them: mark, line ends, quotes, code page.
"""

import csv
import datetime
import io
import sys
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font

OUT = Path(sys.argv[1])
DAY = datetime.datetime(2036, 8, 1, 10, 0, 0)


def at(n):
    """When the n-th of them signed up."""
    return DAY + datetime.timedelta(days=n, minutes=n)


def put(name, text, encoding="utf-8"):
    (OUT / name).write_bytes(text.encode(encoding))


def table(rows, **dialect):
    text = io.StringIO(newline="")
    csv.writer(text, **dialect).writerows(rows)
    return text.getvalue()


def php(rows):
    """As PHP's fputcsv writes: a blank is enough for quotes, and lines end with LF."""

    def cell(value):
        value = str(value)
        needs = any(sign in value for sign in ' \t\r\n",\\')
        return '"' + value.replace('"', '""') + '"' if needs else value

    return "".join(",".join(map(cell, row)) + "\n" for row in rows)


def book(name, sheet, rows, bold=True):
    workbook = Workbook()
    workbook.active.title = sheet
    for row in rows:
        workbook.active.append(row)
    if bold:
        for cell in workbook.active[1]:
            cell.font = Font(bold=True)
    workbook.properties.created = workbook.properties.modified = DAY
    workbook.save(OUT / name)


def row(header, values):
    """A row under a header, by captions; what is not said is empty."""
    unknown = set(values) - set(header)
    assert not unknown, unknown
    return [values.get(caption, "") for caption in header]


def captions(text):
    return [caption.strip() for caption in text.replace("\n", " ").split(",")]


# --- Eventbrite -------------------------------------------------------------------------------------------------------

CLASSIC = captions(
    """Order #,Order Date,First Name,Last Name,Email,Quantity,Price Tier,Ticket Type,Attendee #,Group,Order Type,
    Currency,Total Paid,Fees Paid,Eventbrite Fees,Eventbrite Payment Processing,Attendee Status,Home Address 1,
    Home Address 2,Home City,Home State,Home Zip,Home Country"""
) + ["How did you hear about us?"]
EVENTBRITE = [
    ("Jürgen", "Müßig", "juergen@example.org", "General Admission", "Attending"),
    ("Zoë", "Lefèvre", "zoe@example.net", "VIP", "Checked In"),
    ("Ned", "Stark", "ned@example.org", "General Admission", "Not Attending"),
    ("Rosa", "Ruiz", "rosa@example.com", "General Admission", "Refunded"),
    ("Ona", "O'Neill", "ona@example.org", "General Admission", "Attending"),
]
rows = [
    row(CLASSIC, {
        "Order #": 11211912243 + n, "Order Date": at(n), "First Name": first, "Last Name": last, "Email": email,
        "Quantity": 1, "Ticket Type": ticket, "Attendee #": 18441583423 + 117 * n, "Order Type": "Free Order",
        "Currency": "USD", "Total Paid": "0.00", "Fees Paid": "0.00", "Eventbrite Fees": "0.00",
        "Eventbrite Payment Processing": "0.00", "Attendee Status": status, "Home City": "Springfield",
        "Home State": "IL", "How did you hear about us?": "From a friend, by email",
    })
    for n, (first, last, email, ticket, status) in enumerate(EVENTBRITE)
]
put("eventbrite.csv", table([CLASSIC, *rows]))

# British English, and captions that end with a blank.
UK = captions(
    """Order no.,Order Date,First Name,Surname,Email,Quantity,Ticket Type,Order Type,Total Paid,Eventbrite Fees,
    Eventbrite Payment Processing,Attendee Status,Home Address 1,Home Address 2,Home City,County of Residence,
    Home Postcode,Home Country"""
)
rows = [
    row(UK, {
        "Order no.": 11211912243 + n, "Order Date": at(n), "First Name": first, "Surname": last, "Email": email,
        "Quantity": 1, "Ticket Type": ticket, "Order Type": "Free Order", "Total Paid": "0.00",
        "Eventbrite Fees": "0.00", "Eventbrite Payment Processing": "0.00", "Attendee Status": status,
    })
    for n, (first, last, email, ticket, status) in enumerate(EVENTBRITE)
]
spaced = [caption + " " if caption in ("Eventbrite Fees", "Attendee Status") else caption for caption in UK]
put("eventbrite-uk.csv", table([spaced, *rows]))

# The new report has no status, and the buyer beside the attendee.
NEW = captions(
    """Order ID,Order date,Attendee first name,Attendee last name,Attendee email,Phone number,Purchaser city,
    Purchaser state,Purchaser country,Event name,Event ID,Event start date,Event start time,Event timezone,
    Event location,Ticket quantity,Ticket tier,Ticket type,Currency,Ticket price,Buyer first name,Buyer last name,
    Buyer email,Seating location 1,Seating location 2,Seating location 3,Barcode number"""
)
rows = [
    row(NEW, {
        "Order ID": order, "Order date": at(n), "Attendee first name": first, "Attendee last name": last,
        "Attendee email": email, "Purchaser city": "Berlin", "Purchaser country": "DE", "Event name": "Example Day",
        "Event ID": 1234567890, "Event start date": "2036-12-05", "Event start time": "14:00:00",
        "Event timezone": "Europe/Berlin", "Event location": "Online", "Ticket quantity": 1,
        "Ticket type": "General Admission", "Currency": "EUR", "Ticket price": "0.00", "Buyer first name": "Carla",
        "Buyer last name": "Käufer", "Buyer email": "carla@example.com", "Barcode number": f"14572631913184415{n:02}",
    })
    for n, (order, first, last, email) in enumerate([
        (14572631913, "Mia", "Rossi", "mia@example.org"),
        (14572631913, "Jürgen", "Müßig", "juergen@example.org"),
        (14572632554, "Carla", "Käufer", "carla@example.com"),
    ])
]
put("eventbrite-2025.csv", table([NEW, *rows]))

# --- pretix -----------------------------------------------------------------------------------------------------------

POSITIONS = captions(
    """Event slug,Event name,Order code,Position ID,Status,Email,Phone number,Order date,Order time,Product,Product ID,
    Variation,Variation ID,Price,Tax rate,Tax rule,Tax value,Attendee name,Attendee name: Given name,
    Attendee name: Family name,Attendee email,Attendee company,Address,ZIP code,City,Country,State,Voucher,
    Voucher budget usage,Voucher tag,Pseudonymization ID,Ticket secret,Seat ID,Seat name,Seat zone,Seat row,Seat number,
    Blocked,Valid from,Valid until,Order comment,Follow-up date,Add-on to position ID,Invoice address company,
    Invoice address name,Invoice address name: Given name,Invoice address name: Family name,Invoice address street,
    Invoice address ZIP code,Invoice address city,Invoice address country,Invoice address state,VAT ID,Sales channel,
    Order locale,Email address verified,External customer ID,Check-in lists,Payment providers,Position order link"""
)
# Buyer, position, status, given and family name, own address, locale.
PRETIX = [
    ("AB3DE", 1, "carla@example.com", "paid", "Jürgen", "Müßig", "juergen@example.org", "de-informal"),
    ("AB3DE", 2, "carla@example.com", "paid", "Mia", "Rossi", "mia@example.net", "de-informal"),
    ("BX7QP", 1, "zoe@example.net", "canceled", "Zoë", "Lefèvre", "zoe@example.net", "fr"),
    ("CK9TR", 1, "ned@example.org", "canceled (paid fee)", "Ned", "Stark", "ned@example.org", "en"),
    ("DM4WZ", 1, "joao@example.org", "pending", "João", "Núñez", "joao@example.org", "pt-br"),
    ("EN8LS", 1, "eva@example.org", "expired", "Eva", "Żak", "eva@example.org", "pl"),
]


def position(n, order, number, buyer, status, given, family, email, locale):
    return row(POSITIONS, {
        "Event slug": "exday36", "Event name": "Example Day", "Order code": order, "Position ID": number,
        "Status": status, "Email": buyer, "Phone number": f"'+4930123456{n}", "Order date": f"{at(n):%Y-%m-%d}",
        "Order time": f"{at(n):%H:%M:%S}", "Product": "Regular ticket", "Product ID": "71", "Price": "23.00",
        "Tax rate": "0.00", "Tax value": "0.00", "Attendee name": f"{given} {family}",
        "Attendee name: Given name": given, "Attendee name: Family name": family, "Attendee email": email,
        "Country": "DE", "Pseudonymization ID": f"A7C{n}QXWZ2", "Ticket secret": f"k3j5h7secret{n}",
        "Invoice address company": "Käufer & Co", "Invoice address name": "Carla Käufer",
        "Invoice address name: Given name": "Carla", "Invoice address name: Family name": "Käufer",
        "Sales channel": "web", "Order locale": locale, "Email address verified": "No",
        "Payment providers": "Bank transfer",
        "Position order link": f"https://tickets.example.org/demo/exday36/ticket/{order}/{number}/x{n}/",
    })


rows = [position(n, *of) for n, of in enumerate(PRETIX)]
put("pretix.csv", table([POSITIONS, *rows], quoting=csv.QUOTE_NONNUMERIC))

# In German, separated by semicolons; columns whose German caption was not read are left out.
GERMAN = {
    "Event slug": "Kurzname der Veranstaltung", "Event name": "Veranstaltungstitel", "Order code": "Bestellnummer",
    "Position ID": "Position", "Status": "Status", "Email": "E-Mail", "Phone number": "Telefonnummer",
    "Order date": "Bestelldatum", "Order time": "Bestelluhrzeit", "Product": "Produkt", "Product ID": "Produkt-ID",
    "Variation": "Variante", "Price": "Preis", "Attendee name": "Name Teilnehmer*in",
    "Attendee name: Given name": "Name Teilnehmer*in: Vorname",
    "Attendee name: Family name": "Name Teilnehmer*in: Nachname", "Attendee email": "E-Mail Teilnehmer*in",
    "Attendee company": "Teilnehmer*innen-Firma", "Pseudonymization ID": "Pseudonyme ID",
    "Ticket secret": "Ticket-Code", "Invoice address company": "Rechnungsadresse: Firma",
    "Invoice address name": "Rechnungsadresse: Name", "Order locale": "Bestellsprache",
    "Email address verified": "E-Mail-Adresse verifiziert", "Check-in lists": "Check-in-Listen",
}
STATUS = {
    "paid": "bezahlt", "canceled": "storniert", "canceled (paid fee)": "storniert", "pending": "ausstehend",
    "expired": "abgelaufen", "23.00": "23,00", "Regular ticket": "Normales Ticket",
}
kept = [index for index, caption in enumerate(POSITIONS) if caption in GERMAN]
german = [[STATUS.get(values[index], values[index]) for index in kept] for values in rows]
put("pretix-de.csv", table([[GERMAN[POSITIONS[index]] for index in kept], *german], delimiter=";"))

CHECK_INS = captions(
    """Order code,Attendee name,Attendee name: Given name,Attendee name: Family name,Product,Price,Checked in,
    Checked out,Automatically checked in,Paid,Email,Phone number,Company,Voucher code,Order date,Order time,
    Requires special attention,Comment,Check-in text,Seat ID,Seat name,Seat zone,Seat row,Seat number,Blocked,Valid from,
    Valid until,Address,ZIP code,City,Country,State"""
)
rows = [
    row(CHECK_INS, {
        "Order code": order, "Attendee name": f"{given} {family}", "Attendee name: Given name": given,
        "Attendee name: Family name": family, "Product": "Regular ticket", "Price": "23.00",
        "Automatically checked in": "No", "Paid": "Yes", "Email": email, "Order date": f"{at(n):%Y-%m-%d}",
        "Order time": f"{at(n):%H:%M:%S}", "Requires special attention": "No",
    })
    for n, (order, _, _, status, given, family, email, _) in enumerate(PRETIX) if status == "paid"
]
put("pretix-check-in.csv", table([CHECK_INS, *rows], quoting=csv.QUOTE_NONNUMERIC))

# --- Zoom -------------------------------------------------------------------------------------------------------------

ZOOM = [
    ("Jürgen", "Müßig", "juergen@example.org", "approved"),
    ("李", "雷", "li@example.net", "approved"),
    ("Ned", "Stark", "ned@example.org", "denied"),
    ("Rosa", "Ruiz", "rosa@example.com", "cancelled by the registrant"),
    ("Ona", "O'Neill", "ona@example.org", "pending"),
]
head = [
    ["Registration Report"],
    ["Report Generated:", "Sep 20, 2036 2:31 PM"],
    ["Topic", "Webinar ID", "Scheduled Time", "Duration (minutes)", "# Registered", "# Cancelled"],
    ["Example Day, opening", "847 5984 1045", "Dec 5, 2036 2:00 PM", 60, 4, 1],
    ["Attendee Details"],
    ["First Name", "Last Name", "Email", "Registration Time", "Approval Status", "Phone"],
]
rows = [
    [first, last, email, f"{at(n):%b %d, %Y %H:%M:%S}", status, f"'+4930123456{n}"]
    for n, (first, last, email, status) in enumerate(ZOOM)
]
put("zoom.csv", table([*head, *rows], lineterminator="\n"), "utf-8-sig")

ATTENDED = captions(
    """Attended,User Name (Original Name),First Name,Last Name,Email,Registration Time,Approval Status,Join Time,
    Leave Time,Time in Session (minutes),Is Guest,Country/Region Name"""
)


def attended(n, first, last, email, status, joins="--"):
    came = "No" if joins == "--" else "Yes"
    return row(ATTENDED, {
        "Attended": came, "User Name (Original Name)": f"{first} {last}", "First Name": first, "Last Name": last,
        "Email": email, "Registration Time": f"{at(n):%b %d, %Y %H:%M:%S}", "Approval Status": status,
        "Join Time": joins, "Leave Time": joins, "Time in Session (minutes)": "--", "Is Guest": "--",
        "Country/Region Name": "--",
    })


rows = [
    ["Attendee Report"],
    ["Report Generated:", "Sep 20, 2036 8:50 PM"],
    ["Topic", "Webinar ID", "Actual Start Time", "Actual Duration (minutes)", "# Registered", "# Cancelled",
     "Unique Viewers", "Total Users", "Max Concurrent Views"],
    ["Example Day, opening", "847 5984 1045", "Sep 19, 2036 6:00 PM", " 61", " 5", " 1", "2", "3", "2"],
    ["Host Details"],
    ["Attended", "User Name (Original Name)", "Email", "Join Time", "Leave Time", "Time in Session (minutes)",
     "Is Guest", "Country/Region Name"],
    ["Yes", "Example Host", "host@example.org", "Sep 19, 2036 17:58:00", "Sep 19, 2036 19:01:00", "63", "No", "Germany"],
    ["Attendee Details"],
    ATTENDED,
    attended(0, *ZOOM[0], "Sep 19, 2036 18:01:00"),
    attended(1, *ZOOM[1]),
    attended(2, *ZOOM[2]),
    # The first one again, who had fallen out of the room.
    row(ATTENDED, {
        "Attended": "Yes", "User Name (Original Name)": "Jürgen Müßig", "First Name": "Jürgen", "Last Name": "Müßig",
        "Email": "juergen@example.org", "Registration Time": "", "Approval Status": "",
        "Join Time": "Sep 19, 2036 18:40:00", "Leave Time": "Sep 19, 2036 18:59:00",
        "Time in Session (minutes)": "19", "Is Guest": "Yes", "Country/Region Name": "Germany",
    }),
    ["Other Attended"],
    ["User Name", "Join Time", "Leave Time", "Time in Session (minutes)", "Country/Region Name"],
    ["+49301****00", "Sep 19, 2036 6:20 PM", "Sep 19, 2036 6:21 PM", "1", "Germany"],
]
put("zoom-attendees.csv", table(rows, lineterminator="\n"), "utf-8-sig")

# --- Google Forms -----------------------------------------------------------------------------------------------------

ANSWERS = [
    ("juergen@example.org", "Jürgen", "Müßig", "Yes"),
    ("zoe@example.net", "Zoë", "Lefèvre", "Yes"),
    ("ned@example.org", "Ned", "Stark", "No, sorry"),
]
rows = [["Timestamp", "Email Address", "First name", "Last name ", "Will you come?\n(please answer by Sept 1)", "Ticket"]]
rows += [
    [f"{at(n).month}/{at(n).day}/{at(n):%Y %H:%M:%S}", email, first, last, comes, "Dinner, Workshop"]
    for n, (email, first, last, comes) in enumerate(ANSWERS)
]
# The last line has no end.
put("google-forms.csv", table(rows).removesuffix("\r\n"))
rows = [["Zeitstempel", "E-Mail-Adresse", "Vor- und Nachname", "Bevorzugte Sprache"]]
rows += [
    [f"{at(n):%d.%m.%Y %H:%M:%S}", email, f"{first} {last}", ["Deutsch", "English", ""][n]]
    for n, (email, first, last, _) in enumerate(ANSWERS)
]
put("google-forms-de.csv", table(rows).removesuffix("\r\n"))

# --- Microsoft Forms --------------------------------------------------------------------------------------------------

# Where anyone may answer, its own columns say nothing, and people are asked.
rows = [["ID", "Start time", "Completion time", "Email", "Name", "Last modified time", "First name", "Last name",
         "Your e-mail", "Topics"]]
rows += [
    [n + 1, at(n), at(n) + datetime.timedelta(minutes=9), "anonymous", None, None, first, last, email, "Rust;Jitsi;"]
    for n, (email, first, last, _) in enumerate(ANSWERS)
]
book("microsoft-forms.xlsx", "Sheet1", rows)
# Where only colleagues may, it knows them.
rows = [["ID", "Startzeit", "Fertigstellungszeit", "E-Mail", "Name", "Was erwarten Sie?"]]
rows += [
    [n + 1, at(n), at(n) + datetime.timedelta(minutes=9), email, f"{first} {last}", "Einen Überblick"]
    for n, (email, first, last, _) in enumerate(ANSWERS)
]
book("microsoft-forms-de.xlsx", "Sheet1", rows)

# --- Hi.Events --------------------------------------------------------------------------------------------------------

HI_EVENTS = [
    ("Jürgen", "Müßig", "juergen@example.org", "ACTIVE"),
    ("Zoë", "Lefèvre", "zoe@example.net", "ACTIVE"),
    ("Ned", "Stark", "ned@example.org", "CANCELLED"),
    ("Ona", "O'Neill", "ona@example.org", "AWAITING_PAYMENT"),
]
HI = captions(
    """ID,First Name,Last Name,Email,Status,Check Ins,Product ID,Product Name,Event ID,Public ID,Short ID,Created Date,
    Last Updated Date,Notes"""
)
HI_GERMAN = captions(
    """ID,Vorname,Nachname,E-Mail,Status,Check Ins,Produkt-ID,Produktname,Veranstaltungs-ID,Öffentliche ID,Kurz-ID,
    Erstellungsdatum,Letztes Aktualisierungsdatum,Notizen"""
)
rows = [
    [501 + n, first, last, email, status, "Front door (2036-10-01 17:55:01)" if n == 0 else "", 12,
     "Standard - Early bird", 7, f"A-XK3P{n}QZ", f"a_9fJ2kQ7Lm0p{n}X", f"{at(n)}", f"{at(n)}", ""]
    for n, (first, last, email, status) in enumerate(HI_EVENTS)
]
book("hi-events.xlsx", "Worksheet", [HI, *rows])
book("hi-events-de.xlsx", "Worksheet", [HI_GERMAN, *rows])

# --- Indico -----------------------------------------------------------------------------------------------------------

rows = [captions("ID,Name,Email Address,Affiliation,Title,Registration date,Registration state,Tags")]
rows += [
    [n + 1, name, email, "Example Institute", "", f"{at(n)}.123456+00:00", state, "Speaker; VIP" if n == 1 else ""]
    for n, (name, email, state) in enumerate([
        ("Jürgen Müßig", "juergen@example.org", "Completed"),
        ("Zoë Lefèvre", "zoe@example.net", "Completed"),
        ("Ned Stark", "ned@example.org", "Rejected"),
        ("Rosa Ruiz", "rosa@example.com", "Withdrawn"),
        ("Ona O'Neill", "ona@example.org", "Pending"),
    ])
]
put("indico.csv", table(rows), "utf-8-sig")

# --- Outlook ----------------------------------------------------------------------------------------------------------

CONTACTS = [
    ("Jürgen", "Müßig", "juergen@example.org"),
    ("Zoë", "Lefèvre", "zoe@example.net"),
    ("Ned", "Stark", "ned@example.org"),
]
DESKTOP = captions(
    """Title,First Name,Middle Name,Last Name,Suffix,Company,Department,Job Title,Business Street,Business Street 2,
    Business Street 3,Business City,Business State,Business Postal Code,Business Country/Region,Home Street,Home Street 2,
    Home Street 3,Home City,Home State,Home Postal Code,Home Country/Region,Other Street,Other Street 2,Other Street 3,
    Other City,Other State,Other Postal Code,Other Country/Region,Assistant's Phone,Business Fax,Business Phone,
    Business Phone 2,Callback,Car Phone,Company Main Phone,Home Fax,Home Phone,Home Phone 2,ISDN,Mobile Phone,Other Fax,
    Other Phone,Pager,Primary Phone,Radio Phone,TTY/TDD Phone,Telex,Account,Anniversary,Assistant's Name,
    Billing Information,Birthday,Business Address PO Box,Categories,Children,Directory Server,E-mail Address,E-mail Type,
    E-mail Display Name,E-mail 2 Address,E-mail 2 Type,E-mail 2 Display Name,E-mail 3 Address,E-mail 3 Type,
    E-mail 3 Display Name,Gender,Government ID Number,Hobby,Home Address PO Box,Initials,Internet Free Busy,Keywords,
    Language,Location,Manager's Name,Mileage,Notes,Office Location,Organizational ID Number,Other Address PO Box,Priority,
    Private,Profession,Referred By,Sensitivity,Spouse,User 1,User 2,User 3,User 4,Web Page"""
)
rows = [
    row(DESKTOP, {
        "First Name": first, "Last Name": last, "E-mail Address": email, "E-mail Type": "SMTP",
        "E-mail Display Name": f"{first} {last} ({email})", "E-mail 2 Address": f"private.{email}",
        "Anniversary": "0/0/00", "Birthday": "0/0/00", "Gender": "Unspecified", "Priority": "Normal",
        "Private": "False", "Sensitivity": "Normal", "Notes": "met in Köln\r\nand again in Zürich",
    })
    for first, last, email in CONTACTS
]
put("outlook.csv", table([DESKTOP, *rows], quoting=csv.QUOTE_ALL), "cp1252")
DESKTOP_GERMAN = captions(
    """Anrede,Vorname,Weitere Vornamen,Nachname,Suffix,Firma,Abteilung,Position,Straße geschäftlich,Ort geschäftlich,
    Telefon geschäftlich,Mobiltelefon,E-Mail-Adresse,E-Mail-Typ,E-Mail: Angezeigter Name,E-Mail 2: Adresse,E-Mail 2: Typ,
    E-Mail 2: Angezeigter Name,Geburtstag,Geschlecht,Initialen,Kategorien,Notizen,Priorität,Privat,Sprache,Webseite"""
)
rows = [
    row(DESKTOP_GERMAN, {
        "Anrede": "Frau" if n == 1 else "Herr", "Vorname": first, "Nachname": last, "E-Mail-Adresse": email,
        "E-Mail-Typ": "SMTP", "E-Mail: Angezeigter Name": f"{first} {last} ({email})", "Priorität": "Normal",
    })
    for n, (first, last, email) in enumerate(CONTACTS)
]
put("outlook-de.csv", table([DESKTOP_GERMAN, *rows], quoting=csv.QUOTE_ALL, delimiter=";"), "cp1252")
WEB = captions(
    """First Name,Middle Name,Last Name,Title,Suffix,Nickname,Given Yomi,Surname Yomi,E-mail Address,E-mail 2 Address,
    E-mail 3 Address,Home Phone,Business Phone,Mobile Phone,Job Title,Department,Company,Company Yomi,Business Street,
    Business City,Home Street,Home City,Personal Web Page,Spouse,Schools,Hobby,Location,Web Page,Birthday,Anniversary,Notes"""
)
rows = [row(WEB, {"First Name": first, "Last Name": last, "E-mail Address": email}) for first, last, email in CONTACTS]
put("outlook-web.csv", table([WEB, *rows]), "utf-8-sig")

# --- Mailchimp --------------------------------------------------------------------------------------------------------

AUDIENCE = captions(
    """Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,
    GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS"""
)
UNSUBSCRIBED = captions("UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER")


def member(n, first, last, email):
    return row(AUDIENCE, {
        "Email Address": email, "First Name": first, "Last Name": last, "MEMBER_RATING": 2, "CONFIRM_TIME": at(n),
        "CONFIRM_IP": f"192.0.2.{n}", "LATITUDE": "52.5200000", "LONGITUDE": "13.4050000", "GMTOFF": 1, "DSTOFF": 2,
        "TIMEZONE": "Europe/Berlin", "CC": "DE", "REGION": "BE", "LAST_CHANGED": at(n), "LEID": 90498395 + n,
        "EUID": f"810826c5{n:02}", "TAGS": '"VIP","Blog"' if n == 1 else "",
    })


put("mailchimp.csv", php([AUDIENCE, *(member(n, *who) for n, who in enumerate(CONTACTS))]))
put("mailchimp-unsubscribed.csv", php(
    [AUDIENCE[:3] + UNSUBSCRIBED + AUDIENCE[3:]]
    + [
        values[:3] + [at(9), "", "", "N/A (Unsubscribed by an admin)", ""] + values[3:]
        for values in (member(n, *who) for n, who in enumerate(CONTACTS))
    ]
))

# --- Moodle -----------------------------------------------------------------------------------------------------------

for name, header, groups in [
    ("moodle.csv", "First name,Last name,Email address,Groups", "Group A, Group B"),
    ("moodle-de.csv", "Vorname,Nachname,E-Mail-Adresse,Gruppen", "Gruppe A"),
    ("moodle-es.csv", "Nombre,Apellido(s),Dirección de correo,Grupos", "G32 - Lunes-B 11:00-13:00"),
    ("moodle-it.csv", "Nome,Cognome,Indirizzo email,Gruppi", "Gruppo A"),
]:
    put(name, php([captions(header), *([*who, groups] for who in CONTACTS)]), "utf-8-sig")
