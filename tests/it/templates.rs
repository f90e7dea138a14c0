//! `templates`: what templates can show, and the built-in ones written out to be changed.

use crate::support::{CLOSED_PORT, EventFile, ReceivedMail, Sandbox, attendees};

/// The previews of all mails, without what the clock says.
fn previews(sandbox: &Sandbox) -> Vec<String> {
    sandbox.run(&["send", "--dry-run"]).is(0);
    sandbox.eml_files("preview").iter().map(|path| ReceivedMail::read(path).without_date()).collect()
}

#[test]
fn every_variable_has_an_example_of_the_first_row() {
    let sandbox = Sandbox::with_attendees(0, CLOSED_PORT);
    sandbox.write("attendees.csv", "email,name,Ticket\nada@example.org,Ada Lovelace,VIP\nben@example.org,Ben,Day\n");
    let finished = sandbox.run(&["templates", "--variables"]);
    finished.is(0).says("attendees.csv:2");
    let example = |name: &str| {
        let line = finished.stdout.lines().find(|line| line.split_whitespace().next() == Some(name));
        line.unwrap_or_else(|| panic!("{name}: {}", finished.stdout))[name.len()..].trim().to_owned()
    };
    assert_eq!(example("attendee.name"), "Ada Lovelace");
    assert_eq!(example("row[\"Ticket\"]"), "VIP");
    assert_eq!(example("window.opens.time"), "13:30");
    for name in ["attendee.email", "event.title", "window.closes.utc_time", "link", "sessions[0].link", "note"] {
        example(name);
    }
    assert!(!finished.stdout.contains("eyJ"), "a link is a credential");
}

#[test]
fn variables_are_listed_without_an_attendee_file_and_without_a_sound_row() {
    let sandbox = Sandbox::with_attendees(0, CLOSED_PORT);
    std::fs::remove_file(sandbox.path("attendees.csv")).unwrap();
    sandbox.run(&["templates", "--variables"]).is(0).says("attendee.name").says("made up: attendees.csv");
    sandbox.write("attendees.csv", "email,name\nnobody,\n");
    sandbox.run(&["templates", "--variables"]).is(0).says("made up: no row");
}

#[test]
fn what_is_exported_says_the_same_and_is_found_beside_the_event() {
    let sandbox = Sandbox::with_attendees(0, CLOSED_PORT);
    sandbox.write("attendees.csv", "email,name,language\nada@example.org,Ada,en\nben@example.org,Ben,de\n");
    let built_in = previews(&sandbox);

    let exported = sandbox.run(&["templates", "--export", "templates"]);

    exported.is(0).says("templates/de/invite.html").says_not("name the folder");
    assert_eq!(previews(&sandbox), built_in);
    sandbox.run(&["check"]).is(0).says("found beside event.toml").says("de/invite.html");

    sandbox.write("templates/de/invite.txt", "Komm: <{{ link }}> {{ note }}");
    let changed = previews(&sandbox);
    assert!(changed[0] == built_in[0] && changed[1].contains("Komm:"), "{}", changed[1]);
}

#[test]
fn what_a_template_does_wrong_is_told_once_for_all_rows() {
    let sandbox = Sandbox::with_attendees(30, CLOSED_PORT);
    for (file, source, said) in [
        ("templates/invite.txt", "no key for {{ attendee.name }}", "would not hold the reader's link"),
        ("templates/invite.txt", "<{{ link }}>\n{{ row[\"Nope\"] }}", "has no such column"),
        ("templates/invite.subject.txt", " ", "the subject is empty"),
    ] {
        sandbox.write(file, source);
        for command in [&["check"][..], &["send", "--dry-run"], &["send", "--dry-run", "--skip-invalid"]] {
            let finished = sandbox.run(command);
            finished.is(3).says(said).says("(for attendees.csv:2 and 29 more rows)").says("1 problem to mend");
            finished.says(file).says_not("skip-invalid");
            assert_eq!(format!("{}{}", finished.stdout, finished.stderr).matches(said).count(), 1);
        }
        let alone = sandbox.run(&["send", "--dry-run", "--only", "a3@example.org"]);
        alone.is(3).says(said).says_not("more rows");
        std::fs::remove_file(sandbox.path(file)).unwrap();
    }
}

#[test]
fn nothing_of_ones_own_is_overwritten() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    sandbox.write("templates/de/invite.txt", "mine {{ link }}");
    sandbox.run(&["templates", "--export", "templates"]).is(3).says("invite.txt").says("nothing was written");
    assert_eq!(sandbox.read("templates/de/invite.txt"), "mine {{ link }}");
    assert!(!sandbox.path("templates/invite.txt").exists());
    sandbox.run(&["templates", "--export", "elsewhere"]).is(0).says("templates = \"");
}

#[test]
fn a_folder_of_that_name_with_other_things_in_it_is_let_be() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    let built_in = previews(&sandbox);
    sandbox.write("templates/index.html", "{% a web site's own language %}");
    assert_eq!(previews(&sandbox), built_in);
    sandbox.run(&["check"]).is(0).says_not("templates");

    // Named, it is meant; and a folder that is named must be there.
    EventFile::at(CLOSED_PORT).text("mail", "templates", "templates").write(&sandbox);
    sandbox.run(&["check"]).is(3).says("index.html");
    EventFile::at(CLOSED_PORT).text("mail", "templates", "nowhere").write(&sandbox);
    sandbox.run(&["check"]).is(3).says("nowhere").says("create the folder");
}

#[test]
fn the_event_may_lie_elsewhere() {
    let sandbox = Sandbox::new();
    sandbox.run(&["init", "next"]).is(0);
    sandbox.write("next/attendees.csv", &attendees(1));
    sandbox.write("next/templates/invite.subject.txt", "From my own words");
    // The folder of the working folder is not the event's.
    sandbox.write("templates/invite.subject.txt", "From elsewhere");
    sandbox.run(&["send", "--dry-run", "-e", "next/event.toml"]).is(0);
    assert_eq!(ReceivedMail::read(&sandbox.eml_files("next/preview")[0]).subject(), "From my own words");
}

#[test]
fn a_mail_in_two_languages_fails_the_check_and_not_the_send() {
    let sandbox = Sandbox::with_attendees(0, CLOSED_PORT);
    sandbox.write("attendees.csv", "email,name,language\na@example.org,Ada,it\nb@example.org,Ben,de\n");
    sandbox.write("templates/it/invite.txt", "Ciao {{ attendee.name }}: {{ link }}\n");
    sandbox.write("templates/it/invite.html", "<!DOCTYPE html><p>Ciao <a href=\"{{ link }}\">entra</a></p>\n");
    // Where there are built-in words, half of the own ones is no mixture.
    sandbox.write("templates/de/invite.subject.txt", "Einladung: {{ event.title }}\n");
    let told = sandbox.run(&["check"]);
    told.is(3).says("your templates say a part of the mail in `it`, asked for by 1 row, and the rest is in English");
    told.says("write it/invite.subject.txt, it/invite.calendar.txt as well").says_not("in `de`");
    sandbox.run(&["send", "--dry-run"]).is(0).says("your templates say a part of the mail in `it`");
    sandbox.write("templates/it/invite.subject.txt", "Invito: {{ event.title }}\n");
    EventFile::at(CLOSED_PORT).text("calendar", "style", "none").write(&sandbox);
    sandbox.run(&["check"]).is(0).says_not("a part of the mail");
}

#[test]
fn words_of_the_message_in_another_language_than_the_mail_are_told() {
    let sandbox = Sandbox::with_attendees(0, CLOSED_PORT);
    sandbox
        .write("attendees.csv", "email,name,language\na@example.org,Ada,zh\nb@example.org,Ben,de\nc@example.org,C,\n");
    EventFile::at(CLOSED_PORT).text("mail", "message_file", "message.md").write(&sandbox);
    sandbox.write("message.md", "Welcome!\n");
    sandbox.write("message.zh.md", "\u{6b22}\u{8fce}\n");
    let told = sandbox.run(&["check"]);
    told.is(0).says("the words of `message_file` for `zh`, read by 1 row, stand in mails in English");
    told.says("note: mails in `de` hold the words of `message_file` in `en`; a file message.de.md beside it");
}

#[test]
fn templates_by_another_name_are_told_of() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    for (name, told) in [
        ("templates/Invite.txt", "templates/Invite.txt: no mail uses this file"),
        ("templates/invite.htm", "templates/invite.htm: no mail uses this file"),
        ("templates/german/invite.txt", "templates/german/invite.txt: no mail uses this file"),
    ] {
        sandbox.write(name, "{{ link }}\n");
        sandbox.run(&["check"]).is(0).says(told);
        std::fs::remove_dir_all(sandbox.path("templates")).unwrap();
    }
}

#[test]
fn what_rows_and_cancellations_do_to_own_words_is_told_as_well() {
    let sandbox = Sandbox::with_attendees(0, CLOSED_PORT);
    let rows = (1..=60).map(|n| format!("a{n}@example.org,Ada,\n")).collect::<Vec<_>>().concat();
    let evil = "b1@example.org,Ben,javascript:alert(1)\nb2@example.org,Ben,javascript:alert(2)\n";
    sandbox.write("attendees.csv", &format!("email,name,site\n{rows}{evil}{rows}"));
    sandbox.write(
        "templates/invite.html",
        "<p><a href=\"{{ link }}\">in</a> <a href=\"{{ row[\"site\"] }}\">site</a></p>\n",
    );
    sandbox.write("templates/invite.txt", "<{{ link }}>\n");
    sandbox.write("templates/cancel.html", "<p style=\"display:flex\">off</p>\n");
    sandbox.write("templates/cancel.txt", "off\n");
    sandbox.write("templates/cancel.subject.txt", "IT IS CANCELLED NOW\n");
    let told = sandbox.run(&["check"]);
    told.is(0).says("attendees.csv:62 and 1 more row: ").says("a `javascript:` link");
    told.says("(in your cancel.*, for `roomkey cancel`)").says("capitals").says_not("the HTML has no link");
}
