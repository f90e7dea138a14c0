//! `send --dry-run`: every mail as a file, and nothing else touched.

use std::fs;

use crate::support::{CLOSED_PORT, EventFile, ReceivedMail, Sandbox, SmtpServer, mode};

#[test]
fn every_row_becomes_a_file_that_only_its_owner_can_read() {
    let sandbox = Sandbox::with_attendees(3, CLOSED_PORT);
    let finished = sandbox.run(&["send", "--dry-run"]);
    finished.is(0);
    let files = sandbox.eml_files("preview");
    let names: Vec<_> = files.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, ["0001-a1@example.org.eml", "0002-a2@example.org.eml", "0003-a3@example.org.eml"]);
    assert_eq!(mode(&sandbox.path("preview")), 0o700);
    assert!(files.iter().all(|path| mode(path) == 0o600));
    assert_eq!(sandbox.read("preview/.gitignore").trim(), "*");
    for (file, number) in files.iter().zip(1..) {
        let mail = ReceivedMail::read(file);
        assert_eq!(mail.to(), format!("a{number}@example.org"));
        assert_eq!(mail.claims()["context"]["user"]["name"], format!("Attendee {number}"));
        assert_eq!(mail.message_id().rsplit('@').next(), Some("example.org"));
    }
}

#[test]
fn no_ledger_is_made() {
    let sandbox = Sandbox::with_attendees(2, CLOSED_PORT);
    sandbox.run(&["send", "--dry-run"]).is(0);
    assert!(!sandbox.path(".roomkey").exists());
}

#[test]
fn the_files_are_what_is_sent() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(3, server.port());
    sandbox.run(&["send", "--dry-run"]).is(0);
    let previews: Vec<_> = sandbox.eml_files("preview").iter().map(|path| ReceivedMail::read(path)).collect();
    sandbox.run(&["send", "--yes"]).is(0);
    let mut sent = server.received();
    sent.sort_by_key(ReceivedMail::to);
    let texts = |mails: &[ReceivedMail]| mails.iter().map(ReceivedMail::without_date).collect::<Vec<_>>();
    assert_eq!(texts(&previews), texts(&sent));
}

#[test]
fn a_second_preview_leaves_no_stale_mail() {
    let sandbox = Sandbox::with_attendees(3, CLOSED_PORT);
    sandbox.run(&["send", "--dry-run"]).is(0);
    sandbox.run(&["send", "--dry-run", "--only", "a2@example.org"]).is(0);
    assert_eq!(sandbox.eml_files("preview").len(), 1);
}

#[test]
fn somebody_elses_folder_is_left_alone() {
    let sandbox = Sandbox::with_attendees(2, CLOSED_PORT);
    sandbox.write("photos/cat.jpg", "meow");
    sandbox.run(&["send", "--dry-run", "--out", "photos"]).is(3).says("photos");
    assert_eq!(fs::read_dir(sandbox.path("photos")).unwrap().count(), 1);

    fs::create_dir(sandbox.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink(sandbox.path("elsewhere"), sandbox.path("linked")).unwrap();
    sandbox.run(&["send", "--dry-run", "--out", "linked"]).is(3);
    assert_eq!(fs::read_dir(sandbox.path("elsewhere")).unwrap().count(), 0);
}

#[test]
fn a_file_name_is_safe_whatever_the_address() {
    let sandbox = Sandbox::with_attendees(0, CLOSED_PORT);
    let long = format!("{}@{}.example.org", "x".repeat(60), "y".repeat(60));
    sandbox
        .write("attendees.csv", &format!("email,name\na/b@example.org,Ada\n{long},Ben\njürgen@example.org,Jürgen\n"));
    sandbox.run(&["send", "--dry-run"]).is(0);
    let files = sandbox.eml_files("preview");
    assert_eq!(files.len(), 3);
    let safe =
        |name: &str| name.len() <= 100 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"@._+-".contains(&b));
    assert!(files.iter().all(|path| safe(path.file_name().unwrap().to_str().unwrap())), "{files:?}");
}

#[test]
fn own_templates_and_languages_are_used() {
    let sandbox = Sandbox::with_attendees(0, CLOSED_PORT);
    EventFile::at(CLOSED_PORT).text("mail", "templates", "templates").write(&sandbox);
    sandbox.write("attendees.csv", "email,name,language,Ticket\nada@example.org,Ada,fr,A & B\nben@example.org,Ben,,\n");
    sandbox.write("templates/fr/invite.subject.txt", "Bonjour {{ attendee.name }}");
    sandbox.write("templates/fr/invite.txt", "{{ row[\"Ticket\"] }}\n<{{ link }}>\n");
    sandbox.write("templates/fr/invite.html", "<p>{{ row[\"Ticket\"] }} <a href=\"{{ link }}\">ici</a></p>");
    sandbox.run(&["send", "--dry-run"]).is(0);
    let mails: Vec<_> = sandbox.eml_files("preview").iter().map(|path| ReceivedMail::read(path)).collect();
    assert_eq!(mails[0].subject(), "Bonjour Ada");
    assert!(mails[0].text().starts_with("A & B"));
    assert!(mails[0].html().contains("A &amp; B"));
    assert_eq!(mails[0].claims()["context"]["user"]["name"], "Ada");
    assert_ne!(mails[1].subject(), "Bonjour Ben");
}

#[test]
fn a_template_that_fails_stops_all_with_its_line() {
    let sandbox = Sandbox::with_attendees(2, CLOSED_PORT);
    EventFile::at(CLOSED_PORT).text("mail", "templates", "templates").write(&sandbox);
    for broken in [
        "Hello\n{{ attendee.nmae }} {{ link }}\n",
        "Hello\n{% if attendee.nmae %}x{% endif %} {{ link }}\n",
        "Hello\n{{ link\n",
    ] {
        sandbox.write("templates/invite.txt", broken);
        sandbox.run(&["send", "--dry-run"]).is(3).says("invite.txt");
        sandbox.run(&["check"]).is(3).says("invite.txt");
    }
}
