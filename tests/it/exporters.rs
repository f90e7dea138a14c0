//! Files in the layouts of ten exporters, with nothing in `event.toml` but their name: the right people come of them.
//!
//! The files are written by `.ci/exporters.py`; where their headers come from stands beside them, in `SOURCES.md`.

use std::{collections::BTreeSet, fs, path::PathBuf};

use crate::support::{CLOSED_PORT, EventFile, Finished, ReceivedMail, Sandbox, each};

/// Address, first and last name, and the language where the file has one.
type Person = (&'static str, &'static str, &'static str, &'static str);

const JUERGEN: Person = ("juergen@example.org", "Jürgen", "Müßig", "en");
const ZOE: Person = ("zoe@example.net", "Zoë", "Lefèvre", "en");
const NED: Person = ("ned@example.org", "Ned", "Stark", "en");
const ONA: Person = ("ona@example.org", "Ona", "O'Neill", "en");
const ROSA: Person = ("rosa@example.com", "Rosa", "Ruiz", "en");
const MIA: Person = ("mia@example.org", "Mia", "Rossi", "en");

/// A file, and what is to come of it.
struct Layout {
    file: &'static str,
    people: &'static [Person],
    /// Who is left out by default, and the words that say so.
    off: &'static [Person],
    left_out: &'static [&'static str],
    /// The mapping that `check` prints.
    mapping: &'static [&'static str],
    /// What else it says.
    says: &'static [&'static str],
}

const LAYOUTS: &[Layout] = &[
    Layout {
        file: "eventbrite.csv",
        people: &[JUERGEN, ZOE, ONA],
        off: &[NED, ROSA],
        left_out: &[
            r#"1 row is left out: `Attendee Status` is "Not Attending""#,
            r#"1 row is left out: `Attendee Status` is "Refunded""#,
        ],
        mapping: &[
            r#"email       column 5 "Email", such as "juergen@example.org""#,
            r#"first_name  column 3 "First Name", such as "Jürgen""#,
            r#"last_name   column 4 "Last Name", such as "Müßig""#,
        ],
        says: &[],
    },
    Layout {
        file: "eventbrite-uk.csv",
        people: &[JUERGEN, ZOE, ONA],
        off: &[NED, ROSA],
        left_out: &[
            r#"1 row is left out: `Attendee Status` is "Not Attending""#,
            r#"1 row is left out: `Attendee Status` is "Refunded""#,
        ],
        mapping: &[r#"last_name   column 4 "Surname", such as "Müßig""#],
        says: &[],
    },
    Layout {
        file: "eventbrite-2025.csv",
        people: &[MIA, JUERGEN, ("carla@example.com", "Carla", "Käufer", "en")],
        mapping: &[
            r#"email       column 5 "Attendee email", such as "mia@example.org""#,
            r#"first_name  column 3 "Attendee first name", such as "Mia""#,
            r#"last_name   column 4 "Attendee last name", such as "Rossi""#,
        ],
        ..NOTHING
    },
    Layout {
        file: "pretix.csv",
        people: &[
            ("juergen@example.org", "Jürgen", "Müßig", "de"),
            ("mia@example.net", "Mia", "Rossi", "de"),
            ("joao@example.org", "João", "Núñez", "pt-BR"),
        ],
        off: &[("zoe@example.net", "Zoë", "Lefèvre", "fr"), NED, ("eva@example.org", "Eva", "Żak", "pl")],
        left_out: &[
            r#"1 row is left out: `Status` is "canceled""#,
            r#"1 row is left out: `Status` is "canceled (paid fee)""#,
            r#"1 row is left out: `Status` is "expired""#,
        ],
        mapping: &[
            r#"email       column 21 "Attendee email", such as "juergen@example.org""#,
            r#"language    column 55 "Order locale", such as "de-informal""#,
        ],
        says: &[],
    },
    Layout {
        file: "pretix-de.csv",
        people: &[
            ("juergen@example.org", "Jürgen", "Müßig", "de"),
            ("mia@example.net", "Mia", "Rossi", "de"),
            ("joao@example.org", "João", "Núñez", "pt-BR"),
        ],
        off: &[("zoe@example.net", "Zoë", "Lefèvre", "fr"), NED, ("eva@example.org", "Eva", "Żak", "pl")],
        left_out: &[
            r#"2 rows are left out: `Status` is "storniert""#,
            r#"1 row is left out: `Status` is "abgelaufen""#,
        ],
        mapping: &[r#""E-Mail Teilnehmer*in", such as "juergen@example.org""#, r#""Bestellsprache", such as "#],
        says: &["its columns are separated by semicolons"],
    },
    Layout {
        file: "pretix-check-in.csv",
        people: &[JUERGEN, ("mia@example.net", "Mia", "Rossi", "en")],
        mapping: &[r#"email       column 11 "Email", such as "juergen@example.org""#],
        ..NOTHING
    },
    Layout {
        file: "zoom.csv",
        people: &[JUERGEN, ("li@example.net", "李", "雷", "en"), ONA],
        off: &[NED, ROSA],
        left_out: &[
            r#"1 row is left out: `Approval Status` is "denied""#,
            r#"1 row is left out: `Approval Status` is "cancelled by the registrant""#,
        ],
        mapping: &[
            r#"email       column 3 "Email", such as "juergen@example.org""#,
            r#"first_name  column 1 "First Name", such as "Jürgen""#,
            r#"last_name   column 2 "Last Name", such as "Müßig""#,
        ],
        says: &["zoom.csv: lines 1 to 5 are skipped: the columns' names stand below"],
    },
    Layout {
        file: "zoom-attendees.csv",
        people: &[JUERGEN, ("li@example.net", "李", "雷", "en")],
        off: &[NED],
        left_out: &[r#"1 row is left out: `Approval Status` is "denied""#],
        mapping: &[r#"email       column 5 "Email", such as "juergen@example.org""#],
        says: &["lines 1 to 8 are skipped", "zoom-attendees.csv:13: repeats line 10"],
    },
    Layout {
        file: "google-forms.csv",
        people: &[JUERGEN, ZOE, NED],
        mapping: &[
            r#"email       column 2 "Email Address", such as "juergen@example.org""#,
            r#"first_name  column 3 "First name", such as "Jürgen""#,
            r#"last_name   column 4 "Last name", such as "Müßig""#,
        ],
        ..NOTHING
    },
    Layout {
        file: "google-forms-de.csv",
        people: &[("juergen@example.org", "Jürgen", "Müßig", "de"), ZOE, NED],
        mapping: &[
            r#"email       column 2 "E-Mail-Adresse", such as "juergen@example.org""#,
            r#"name        column 3 "Vor- und Nachname", such as "Jürgen Müßig""#,
        ],
        ..NOTHING
    },
    Layout {
        file: "microsoft-forms.xlsx",
        people: &[JUERGEN, ZOE, NED],
        mapping: &[
            r#"email       column 9 "Your e-mail", such as "juergen@example.org""#,
            r#"first_name  column 7 "First name", such as "Jürgen""#,
            r#"last_name   column 8 "Last name", such as "Müßig""#,
        ],
        ..NOTHING
    },
    Layout {
        file: "microsoft-forms-de.xlsx",
        people: &[JUERGEN, ZOE, NED],
        mapping: &[
            r#"email       column 4 "E-Mail", such as "juergen@example.org""#,
            r#"name        column 5 "Name", such as "Jürgen Müßig""#,
        ],
        ..NOTHING
    },
    Layout {
        file: "hi-events.xlsx",
        people: &[JUERGEN, ZOE, ONA],
        off: &[NED],
        left_out: &[r#"1 row is left out: `Status` is "CANCELLED""#],
        mapping: &[r#"email       column 4 "Email", such as "juergen@example.org""#],
        says: &[],
    },
    Layout {
        file: "hi-events-de.xlsx",
        people: &[JUERGEN, ZOE, ONA],
        off: &[NED],
        left_out: &[r#"1 row is left out: `Status` is "CANCELLED""#],
        mapping: &[r#"first_name  column 2 "Vorname", such as "Jürgen""#],
        says: &[],
    },
    Layout {
        file: "indico.csv",
        people: &[JUERGEN, ZOE, ONA],
        off: &[NED, ROSA],
        left_out: &[
            r#"1 row is left out: `Registration state` is "Rejected""#,
            r#"1 row is left out: `Registration state` is "Withdrawn""#,
        ],
        mapping: &[
            r#"email       column 3 "Email Address", such as "juergen@example.org""#,
            r#"name        column 2 "Name", such as "Jürgen Müßig""#,
        ],
        says: &[],
    },
    Layout {
        file: "outlook.csv",
        people: &[JUERGEN, ZOE, NED],
        mapping: &[
            r#"email       column 58 "E-mail Address", such as "juergen@example.org""#,
            r#"first_name  column 2 "First Name", such as "Jürgen""#,
            r#"last_name   column 4 "Last Name", such as "Müßig""#,
        ],
        says: &[
            "outlook.csv: read as Windows-1252",
            ", as in \"Lefèvre\"; ",
            "say encoding = \"windows-1250\" or \"macintosh\"",
        ],
        ..NOTHING
    },
    Layout {
        file: "outlook-de.csv",
        people: &[JUERGEN, ZOE, NED],
        mapping: &[
            r#"email       column 13 "E-Mail-Adresse", such as "juergen@example.org""#,
            r#"last_name   column 4 "Nachname", such as "Müßig""#,
        ],
        says: &["outlook-de.csv: read as Windows-1252", "its columns are separated by semicolons"],
        ..NOTHING
    },
    Layout {
        file: "outlook-web.csv",
        people: &[JUERGEN, ZOE, NED],
        mapping: &[r#"email       column 9 "E-mail Address", such as "juergen@example.org""#],
        ..NOTHING
    },
    Layout {
        file: "mailchimp.csv",
        people: &[JUERGEN, ZOE, NED],
        mapping: &[r#"email       column 1 "Email Address", such as "juergen@example.org""#],
        ..NOTHING
    },
    Layout {
        file: "mailchimp-unsubscribed.csv",
        off: &[JUERGEN, ZOE, NED],
        left_out: &["3 rows are left out: the file is Mailchimp's unsubscribed contacts"],
        ..NOTHING
    },
    Layout {
        file: "moodle.csv",
        people: &[JUERGEN, ZOE, NED],
        mapping: &[
            r#"email       column 3 "Email address", such as "juergen@example.org""#,
            r#"first_name  column 1 "First name", such as "Jürgen""#,
            r#"last_name   column 2 "Last name", such as "Müßig""#,
        ],
        ..NOTHING
    },
    Layout {
        file: "moodle-de.csv",
        people: &[JUERGEN, ZOE, NED],
        mapping: &[r#"first_name  column 1 "Vorname", such as "Jürgen""#],
        ..NOTHING
    },
    Layout {
        file: "moodle-es.csv",
        people: &[JUERGEN, ZOE, NED],
        mapping: &[
            r#"email       column 3 "Dirección de correo", such as "juergen@example.org""#,
            r#"first_name  column 1 "Nombre", such as "Jürgen""#,
            r#"last_name   column 2 "Apellido(s)", such as "Müßig""#,
        ],
        ..NOTHING
    },
    Layout {
        file: "moodle-it.csv",
        people: &[JUERGEN, ZOE, NED],
        mapping: &[
            r#"first_name  column 1 "Nome", such as "Jürgen""#,
            r#"last_name   column 2 "Cognome", such as "Müßig""#,
        ],
        ..NOTHING
    },
];

const NOTHING: Layout = Layout { file: "", people: &[], off: &[], left_out: &[], mapping: &[], says: &[] };

/// Templates that say what was read of a person.
const TEMPLATE: &str =
    "{{ attendee.email }}|{{ attendee.first_name }}|{{ attendee.last_name }}|{{ attendee.language }}\n{{ link }}";

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/exporters")
}

/// An event whose attendees are a fixture's.
fn event_of(file: &str) -> (Sandbox, EventFile) {
    let sandbox = Sandbox::new();
    let event = EventFile::at(CLOSED_PORT).text("attendees", "file", file);
    event.write(&sandbox);
    fs::copy(folder().join(file), sandbox.path(file)).unwrap();
    sandbox.write("templates/invite.txt", TEMPLATE);
    sandbox.write("templates/invite.html", &format!("<p>{TEMPLATE}</p>"));
    (sandbox, event)
}

/// Who is mailed, as the mails themselves say.
fn mailed(sandbox: &Sandbox) -> BTreeSet<String> {
    sandbox.run(&["send", "--dry-run"]).is(0);
    let mails = sandbox.eml_files("preview");
    let told = |path: &PathBuf| {
        let mail = ReceivedMail::read(path);
        let line = mail.text().lines().next().unwrap().to_owned();
        assert!(line.starts_with(&format!("{}|", mail.to())), "{line}");
        line
    };
    let people: BTreeSet<String> = mails.iter().map(told).collect();
    assert_eq!(people.len(), mails.len(), "each is mailed once");
    people
}

fn told<'a>(people: impl IntoIterator<Item = &'a Person>) -> BTreeSet<String> {
    people.into_iter().map(|(email, first, last, language)| format!("{email}|{first}|{last}|{language}")).collect()
}

#[track_caller]
fn says_all(finished: &Finished, texts: &[&str]) {
    for text in texts {
        finished.says(text);
    }
}

#[test]
fn the_right_people_come_of_each_layout_and_the_others_when_asked_for() {
    each(LAYOUTS, |layout| {
        let (sandbox, event) = event_of(layout.file);
        let check = sandbox.run(&["check"]);
        let takes_in = "cancelled = \"take_in\" under [attendees]";
        says_all(&check, layout.left_out);
        says_all(&check, layout.mapping);
        says_all(&check, layout.says);
        if layout.people.is_empty() {
            check.is(0).says(takes_in).says("0 people");
            assert!(sandbox.in_state("pending").is_empty());
        } else {
            check.is(0);
            assert_eq!(check.said().contains(takes_in), !layout.off.is_empty(), "{}", check.said());
            assert_eq!(check.said().matches("left out").count(), layout.left_out.len(), "{}", check.said());
            assert_eq!(mailed(&sandbox), told(layout.people), "{}", layout.file);
            let pending: BTreeSet<String> = sandbox.in_state("pending").into_iter().collect();
            assert_eq!(pending, layout.people.iter().map(|who| who.0.to_owned()).collect(), "{}", layout.file);
        }

        event.text("attendees", "cancelled", "take_in").write(&sandbox);

        sandbox.run(&["check"]).is(0).says_not("left out");
        assert_eq!(mailed(&sandbox), told(layout.people.iter().chain(layout.off)), "{}", layout.file);
    });
}

#[test]
fn every_layout_is_looked_at_and_has_its_source() {
    let sources = fs::read_to_string(folder().join("SOURCES.md")).unwrap();
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let files: BTreeSet<String> = files.filter(|name| name != "SOURCES.md").collect();
    assert_eq!(files, LAYOUTS.iter().map(|layout| layout.file.to_owned()).collect());
    assert!(files.iter().all(|file| sources.contains(&format!("`{file}`"))), "{files:?}");
}

/// Who is left in a file of a header and rows, and what `check` says.
fn of_rows(header: &str, rows: &str) -> (BTreeSet<String>, String) {
    let sandbox = Sandbox::new();
    EventFile::at(CLOSED_PORT).write(&sandbox);
    sandbox.write("attendees.csv", &format!("{header}\n{rows}"));
    let said = sandbox.run(&["check"]).said();
    (sandbox.in_state("pending").into_iter().collect(), said)
}

#[test]
fn whoever_does_not_come_is_left_out_whatever_layout_a_ticket_shop_has() {
    let ann = BTreeSet::from(["ann@example.org".to_owned()]);
    for (header, row, off) in [
        (
            "Order ID,Order date,Attendee status,First name,Last name,Email,Event name,Ticket quantity,Ticket type,\
             Ticket price,Buyer first name,Buyer last name,Buyer email",
            "1,2035-01-01,STATUS,FIRST,At,EMAIL,Rust,1,Day,3,Kim,Boss,kim@example.org",
            &["Not Attending", "Refunded", "Cancelled", "Deleted"][..],
        ),
        (
            "Order ID,Order Date,Attendee Status,First Name,Last Name,Email,Event Name,Ticket Type,Attendee #",
            "1,2035-01-01,STATUS,FIRST,At,EMAIL,Rust,Day,7",
            &["Not Attending", "refunded"],
        ),
        (
            "Order ID,Attendee Status,First Name,Last Name,Email",
            "1,STATUS,FIRST,At,EMAIL",
            &["Not attending", "Deleted"],
        ),
        (
            "URL semántica del evento;Código de la orden;ID de posición;Estado;Correo electrónico;Nombre del participante;\
             Nombre del participante: Nombre;Nombre del participante: Apellido;Correo electrónico del participante;\
             Localización de la orden",
            "x;A1;1;STATUS;kim@example.org;FIRST At;FIRST;At;EMAIL;es",
            &["cancelado", "expirado", "cancelado (tarifa pagada)"],
        ),
        (
            "URL semántica del evento;Código de la orden;ID de posición;Estado;Correo electrónico;Nombre del participante;\
             Nombre del participante: Nombre dado;Nombre del participante: Apellido;Correo electrónico del participante",
            "x;A1;1;STATUS;kim@example.org;FIRST At;FIRST;At;EMAIL",
            &["cancelado"],
        ),
        (
            "Event slug;Código de pedido;Position ID;Status;Email;Nome do participante;Nome do participante: Given name;\
             Nome do participante: Family name;Attendee email;Order locale",
            "x;A1;1;STATUS;kim@example.org;FIRST At;FIRST;At;EMAIL;pt-pt",
            &["canceled", "expired"],
        ),
        (
            "Buchungsnummer;Buchungsstatus;E-Mail Teilnehmer;Name Teilnehmer",
            "1;STATUS;EMAIL;FIRST At",
            &["storniert", "Storniert durch Veranstalter", "erstattet"],
        ),
        ("Numéro de commande;Statut;Nom du participant;E-mail du participant", "1;STATUS;FIRST;EMAIL", &["annulée"]),
        (
            "First Name,Last Name,Email,Registration Time,Approval Status",
            "FIRST,At,EMAIL,2035-01-01,STATUS",
            &["Denied by Host", "denied", "cancelled by self"],
        ),
    ] {
        let row = |status: &str, first: &str, email: &str| {
            row.replace("STATUS", status).replace("FIRST", first).replace("EMAIL", email) + "\n"
        };
        let gone = (0..).zip(off).map(|(n, off)| row(off, &format!("Off{n}"), &format!("off{n}@example.org")));
        let rows = format!("{}{}", row("ok", "Ann", "ann@example.org"), gone.collect::<String>());
        let (pending, said) = of_rows(header, &rows);
        assert_eq!(pending, ann, "{header}\n{said}");
        assert!(said.contains("cancelled = \"take_in\"") && !said.contains("who bought"), "{said}");
    }
}

#[test]
fn a_list_of_ones_own_is_asked_about() {
    let header = "email,name,Attendee status";
    let (pending, said) = of_rows(header, "ann@example.org,Ann,ok\nben@example.org,Ben,cancelled\n");
    assert_eq!(pending.len(), 2);
    assert!(said.contains("1 row is taken though `Attendee status` says \"cancelled\""), "{said}");
}
