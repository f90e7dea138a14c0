//! Which column is whose where headers alone do not say it: forms' questions, first names beside whole ones, rivals.

use crate::support::{CLOSED_PORT, EventFile, Sandbox};

/// Everybody of a file, as `address name`, and what `check` says.
fn people(file: &str) -> (Vec<String>, String) {
    let sandbox = Sandbox::new();
    EventFile::at(CLOSED_PORT).write(&sandbox);
    sandbox.write("attendees.csv", file);
    let status = sandbox.run(&["status", "--format", "json"]);
    let lines: Vec<serde_json::Value> = serde_json::from_str(&status.is(0).stdout).unwrap();
    let text = |line: &serde_json::Value, key: &str| line[key].as_str().unwrap_or_default().to_owned();
    let told = lines.iter().filter(|line| line["state"] == "pending");
    let told = told.map(|line| format!("{} {}", text(line, "email"), text(line, "name"))).collect();
    (told, sandbox.run(&["check"]).said())
}

#[test]
fn a_forms_own_name_is_whole_whatever_questions_stand_beside_it() {
    for (headers, answer) in [
        ("ID,Start time,Completion time,Email,Name,Vorname", "Ann"),
        ("ID,Start time,Completion time,Email,Name,Surname", "At"),
        ("ID,Startzeit,Fertigstellungszeit,E-Mail,Name,Vorname", "Ann"),
        ("ID,Heure de début,Heure de fin,Adresse de messagerie,Nom,Prénom", "Ann"),
        ("ID,Hora de inicio,Hora de finalización,Correo electrónico,Nombre,Apellidos", "At"),
    ] {
        let file = format!("{headers}\n1,1/5/35 10:00,1/5/35 10:01,ann@example.org,Ann At,{answer}\n");
        assert_eq!(people(&file).0, ["ann@example.org Ann At"], "{headers}");
    }
}

#[test]
fn a_question_that_is_called_like_a_forms_own_column_is_the_answer() {
    let anonymous = "ID,Start time,Completion time,Email,Name,Name2,Email2\n1,a,b,anonymous,,Ann At,ann@example.org\n";
    assert_eq!(people(anonymous).0, ["ann@example.org Ann At"]);
    let signed_in = "ID,Start time,Completion time,Email,Name,Name1\n1,a,b,ann@example.org,\"At, Ann\",Ann At\n";
    let (told, said) = people(signed_in);
    assert_eq!(told, ["ann@example.org Ann At"]);
    assert!(said.contains("`name` is taken from `Name1`; `Name` could be meant too"), "{said}");
}

#[test]
fn a_name_that_holds_the_first_name_is_the_whole_one() {
    let whole = "Vorname,Name,E-Mail\nAnn,Ann At,ann@example.org\nBob,\"Bee, Bob\",bob@example.org\n";
    assert_eq!(people(whole).0, ["ann@example.org Ann At", "bob@example.org Bee, Bob"]);
    let last = "Vorname,Name,E-Mail\nAnn,At,ann@example.org\nBob,Bobson,bob@example.org\n";
    assert_eq!(people(last).0, ["ann@example.org Ann At", "bob@example.org Bob Bobson"]);
}

#[test]
fn what_is_filled_goes_before_what_never_is() {
    let calendly = "Invitee Name,Invitee First Name,Invitee Last Name,Invitee Email\nAnn At,,,ann@example.org\n";
    assert_eq!(people(calendly).0, ["ann@example.org Ann At"]);
    let parts = "Full name,First name,Last name,Email\n,Ann,At,ann@example.org\n";
    assert_eq!(people(parts).0, ["ann@example.org Ann At"]);
}

#[test]
fn columns_that_compete_are_warned_of() {
    for (headers, taken, other) in [
        ("Name,Work Email,Home Email", "Work Email", "Home Email"),
        ("Name,Email,Email 2", "Email", "Email 2"),
        ("Name,Email,Contact of your assistant", "Email", "Contact of your assistant"),
    ] {
        let (told, said) = people(&format!("{headers}\nAnn,ann@example.org,ann@example.com\n"));
        assert_eq!(told, ["ann@example.org Ann"], "{headers}");
        let warning = format!("`email` is taken from `{taken}`; `{other}` could be meant too");
        assert!(said.contains(&warning), "{said}");
    }
    let indico = "ID,Name,Email Address,Your name,Registration date,Registration state\n\
                  1,Ann At,ann@example.org,Annie,2035-01-01,Completed\n";
    let (told, said) = people(indico);
    assert_eq!(told, ["ann@example.org Ann At"]);
    assert!(said.contains("`Your name` could be meant too"), "{said}");
}

#[test]
fn an_exporters_own_columns_go_before_questions_that_are_called_alike() {
    let zoom = "First Name,Last Name,Email,Registration Time,Approval Status,Your name,email\n\
                Ann,At,ann@example.org,2035-01-01,approved,Annie,annie@example.com\n";
    let (told, said) = people(zoom);
    assert_eq!(told, ["ann@example.org Ann At"]);
    assert!(said.contains("`email` is taken from `Email`; `email` could be meant too"), "{said}");
    assert!(
        said.contains("`name` is taken from `First Name` and `Last Name`; `Your name` could be meant too"),
        "{said}"
    );
    let no_exporters = "Attendee email,email,name\nann@example.com,ann@example.org,Ann\n";
    assert_eq!(people(no_exporters).0, ["ann@example.org Ann"]);
}

#[test]
fn the_buyers_address_is_taken_with_a_warning_and_offered_with_a_hint() {
    let pretix = |rows: &str| format!("Order code,Email,Attendee name,Attendee email,Product\n{rows}");
    let (told, said) = people(&pretix("A,buyer@example.org,Ann,,Ticket\n"));
    assert_eq!(told, ["buyer@example.org Ann"]);
    let warning = "`email` is taken from `Email`, the buyer's: `Attendee email` is empty in the first rows";
    assert!(said.contains(warning) && said.contains("email = \"Attendee email\" under"), "{said}");
    // One address of their own is enough for it to be asked of all.
    let some = pretix("A,b@example.org,Ann,,T\nB,c@example.org,Ben,,T\nC,d@example.org,Cy,cy@example.net,T\n");
    let sandbox = Sandbox::new();
    EventFile::at(CLOSED_PORT).write(&sandbox);
    sandbox.write("attendees.csv", &some);
    let check = sandbox.run(&["check"]);
    check
        .is(3)
        .says("fill it in, delete the row, or take the buyer's for all: email = \"Email\" under")
        .says_not("could be");
}

#[test]
fn a_list_with_the_attendees_address_is_not_said_to_hold_buyers() {
    let columns = |own: &str| format!("Bestellnummer,Status,E-Mail,Name,Bestellsprache{own}\n");
    let buyers = people(&format!("{}A,bezahlt,b@example.org,Bea,de\n", columns(""))).1;
    assert!(buyers.contains("this list holds who bought"), "{buyers}");
    let own = format!("{}A,bezahlt,b@example.org,Bea,de,ann@example.org\n", columns(",E-Mail-Adresse des Teilnehmers"));
    let (told, said) = people(&own);
    assert_eq!(told, ["ann@example.org Bea"]);
    assert!(!said.contains("who bought"), "{said}");
}

#[test]
fn the_longest_table_of_a_report_is_the_list_and_another_one_is_told_of() {
    let host = "Host Details\nName,Email\nHo,host@example.org\n\n";
    let both = format!("{host}Attendee Details\nName,Email\nAnn,ann@example.org\nBen,ben@example.org\n");
    let (told, said) = people(&both);
    assert_eq!(told, ["ann@example.org Ann", "ben@example.org Ben"]);
    assert!(said.contains("lines 1 to 5 are skipped"), "{said}");
    let sandbox = Sandbox::new();
    let event = EventFile::at(CLOSED_PORT);
    event.write(&sandbox);
    sandbox.write("attendees.csv", &both.replace("Ben,ben@example.org\n", ""));
    sandbox
        .run(&["check"])
        .is(3)
        .says("attendees.csv:6: another table's header")
        .says("skip_lines = 5 under [attendees]");
}

#[test]
fn what_is_no_language_is_an_error_in_a_named_column_alone() {
    let rows = "ann@example.org,Ann,Deutsch (Deutschland)\nben@example.org,Ben,\"English, French\"\n";
    let (told, said) = people(&format!("E-Mail,Name,Language\n{rows}"));
    assert_eq!(told.len(), 2);
    assert!(said.contains("`Language` says \"English, French\" in 1 row, no language"), "{said}");
    let sandbox = Sandbox::new();
    EventFile::at(CLOSED_PORT).write(&sandbox);
    sandbox.write("attendees.csv", &format!("email,name,language\n{rows}"));
    sandbox.run(&["check"]).is(3).says("`English, French` is not a language tag");
}

#[test]
fn whoever_is_billed_is_the_buyer_of_a_list_without_attendees() {
    let shop = "Billing First Name,Billing Last Name,Billing Email\nAnn,At,ann@example.org\n";
    assert_eq!(people(shop).0, ["ann@example.org Ann At"]);
}

#[test]
fn a_forms_answer_goes_before_the_account_unless_fewer_have_answered() {
    let head = "ID,Start time,Completion time,Email,Name,Last modified time,Your email\n";
    let (told, said) = people(&format!("{head}1,a,b,ann@example.org,Ann At,,annie@example.net\n"));
    assert_eq!(told, ["annie@example.net Ann At"]);
    assert!(said.contains("`email` is taken from `Your email`; `Email` could be meant too"), "{said}");
    let few = "1,a,b,ann@example.org,Ann At,,\n2,a,b,ben@example.org,Ben B,,bennie@example.net\n";
    let (told, said) = people(&format!("{head}{few}"));
    assert_eq!(told, ["ann@example.org Ann At", "ben@example.org Ben B"]);
    assert!(said.contains("`email` is taken from `Email`; `Your email` could be meant too"), "{said}");
}

#[test]
fn two_whole_names_are_warned_of_where_they_differ() {
    let list = |other: &str| people(&format!("Name,Full name,Email\n{other},Ann At,ann@example.org\n"));
    let (told, said) = list("Annie");
    assert_eq!(told, ["ann@example.org Ann At"]);
    assert!(said.contains("`name` is taken from `Full name`; `Name` could be meant too"), "{said}");
    assert!(!list("Ann At").1.contains("could be meant"));
    let shop = "Name,Email,Billing Email\nAnn,ann@example.org,boss@example.org\n";
    assert!(!people(shop).1.contains("could be meant"), "whose it is, is said");
}

#[test]
fn words_that_are_not_known_of_an_exporter_are_told_still() {
    let zoom = "First Name,Last Name,Email,Registration Time,Approval Status\n\
                Ann,At,ann@example.org,2035-01-01,storniert\nBen,B,ben@example.org,2035-01-01,denied\n";
    let (told, said) = people(zoom);
    assert_eq!(told, ["ann@example.org Ann At"]);
    assert!(said.contains("1 row is taken though `Approval Status` says \"storniert\""), "{said}");
}

#[test]
fn a_rival_of_the_same_header_is_offered_by_its_position() {
    let (told, said) = people("Name,E-Mail,E-Mail\nAnn,ann@example.org,ann@example.com\n");
    assert_eq!(told, ["ann@example.org Ann"]);
    assert!(said.contains("if so, say it under [attendees.columns]: email = 3"), "{said}");
}

#[test]
fn the_name_is_of_whom_the_address_is() {
    // Half of the attendees have no address of their own: whose is asked for, and no buyer's taken.
    let half =
        "Name;Email;Attendee name;Attendee email\nKim;kim@example.org;Ann;ann@example.org\nKim;kim@example.org;Ben;\n";
    let sandbox = Sandbox::new();
    EventFile::at(CLOSED_PORT).write(&sandbox);
    sandbox.write("attendees.csv", half);
    let check = sandbox.run(&["check"]);
    check.is(3).says("attendees.csv:3: the address is empty").says("email = \"Email\"").says_not("is empty in");
    check.says_not("`name` is taken");
    for (headers, row, taken) in [
        ("Name;Email;Attendee name;Attendee email", "Kim;kim@example.org;Ann;ann@example.org", "ann@example.org Ann"),
        ("Name;Email;Attendee name;Attendee email", "Kim;kim@example.org;Ann;", "kim@example.org Kim"),
        (
            "Email;Name;Ticket holder email;Ticket holder name",
            "kim@example.org;Kim;ann@example.org;Ann",
            "ann@example.org Ann",
        ),
        (
            "Purchaser email;Purchaser name;Recipient email;Recipient name",
            "kim@example.org;Kim;ann@example.org;Ann",
            "ann@example.org Ann",
        ),
        (
            "Customer Email;Customer Name;Holder Name;Holder Email",
            "kim@example.org;Kim;Ann;ann@example.org",
            "ann@example.org Ann",
        ),
        (
            "Käufer E-Mail;Käufer Name;Ticketinhaber Name;Ticketinhaber E-Mail",
            "kim@example.org;Kim;Ann;ann@example.org",
            "ann@example.org Ann",
        ),
        ("Buyer email;Buyer name;Attendee name", "kim@example.org;Kim;Ann", "kim@example.org Kim"),
    ] {
        assert_eq!(people(&format!("{headers}\n{row}\n")).0, [taken], "{headers}");
    }
}

#[test]
fn a_buyers_name_is_nobody_elses() {
    let (headers, row) = ("Buyer first name;Buyer last name;Attendee email", "Kim;Boss;ann@example.org");
    let sandbox = Sandbox::new();
    EventFile::at(CLOSED_PORT).write(&sandbox);
    sandbox.write("attendees.csv", &format!("{headers}\n{row}\n"));
    let check = sandbox.run(&["check"]);
    check.is(3).says("no column with the attendees' names: `Buyer first name`, `Buyer last name` are the buyers'");
    EventFile::at(CLOSED_PORT).text("attendees", "empty_name", "address").write(&sandbox);
    sandbox.run(&["check"]).is(0).says("1 person in 1 row");
    let (told, said) = people("Name;Email;Attendee email\nKim;kim@example.org;ann@example.org\n");
    assert_eq!(told, ["ann@example.org Kim"]);
    assert!(said.contains("`name` is taken from `Name`, which may be the name of whom `Email` is"), "{said}");
}

#[test]
fn with_a_chosen_address_goes_the_name_beside_it() {
    let file = "Email;Name;Speaker email;Speaker name\nkim@example.org;Kim;ann@example.org;Ann\n";
    let (told, said) = people(file);
    assert_eq!(told, ["kim@example.org Kim"]);
    assert!(said.contains("email = \"Speaker email\"; the name that goes with it is taken then"), "{said}");
    let sandbox = Sandbox::new();
    EventFile::at(CLOSED_PORT).write(&sandbox);
    sandbox.write("attendees.csv", file);
    let of_event = sandbox.read("event.toml");
    sandbox.write("event.toml", &format!("{of_event}\n[attendees.columns]\nemail = \"Speaker email\"\n"));
    assert_eq!(sandbox.rows()[0]["name"], "Ann");
}

#[test]
fn an_account_beside_a_question_for_the_address_is_warned_of() {
    for (headers, other) in [
        ("Zeitstempel,Nutzername,Name,E-Mail-Adresse für die Einladung", "E-Mail-Adresse für die Einladung"),
        ("Zaman damgası,Kullanıcı adı,Adınız,Davet için adres", "Davet için adres"),
    ] {
        let (_, said) = people(&format!("{headers}\n1.1.2035,ann@example.org,Ann,ann@example.com\n"));
        assert!(said.contains(&format!("`{other}` could be meant too")), "{said}");
    }
}

#[test]
fn parts_of_a_name_are_no_whole_ones() {
    let file =
        "Teilnehmername,Teilnehmername: Vorname,Teilnehmername: Nachname,E-Mail\nAnn At,Ann,At,ann@example.org\n";
    assert_eq!(people(file).0, ["ann@example.org Ann At"]);
    let file = "Full name,Full name: First name,Full name: Last name,E-Mail\n,Ann,At,ann@example.org\n";
    assert_eq!(people(file).0, ["ann@example.org Ann At"]);
}

#[test]
fn what_a_list_lacks_is_told_with_a_setting_that_works() {
    let sandbox = Sandbox::new();
    EventFile::at(CLOSED_PORT).write(&sandbox);
    sandbox.write("attendees.csv", "First name,Email\nAnn,ann@example.org\n");
    sandbox.run(&["check"]).is(3).says("where there is none: name = \"First name\"");
    let of_event = sandbox.read("event.toml");
    sandbox.write("event.toml", &format!("{of_event}\n[attendees.columns]\nname = \"First name\"\n"));
    sandbox.run(&["check"]).is(0);
    assert_eq!(sandbox.rows()[0]["name"], "Ann");
    sandbox.write("event.toml", &of_event);
    sandbox.write("attendees.csv", "Email\nann@example.org\n");
    sandbox.run(&["check"]).is(3).says("set empty_name = \"address\" under [attendees] to show addresses instead");
    EventFile::at(CLOSED_PORT).text("attendees", "empty_name", "address").write(&sandbox);
    sandbox.run(&["check"]).is(0);
    assert_eq!(sandbox.rows()[0]["name"], "ann@example.org");
}
