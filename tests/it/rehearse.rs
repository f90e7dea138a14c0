//! `rehearse`: a whole run that needs no account, no server, and no secret.

use crate::{
    check::copy_sample,
    support::{CLOSED_PORT, EventFile, ReceivedMail, SECRET, Sandbox, mode, verify_token},
};

#[test]
fn the_sample_is_rehearsed_from_nothing() {
    let mut sandbox = Sandbox::new();
    sandbox.unset("ROOMKEY_JITSI_SECRET");
    copy_sample("rust-workshop", &sandbox);

    let finished = sandbox.run(&["rehearse"]);

    finished.is(0).says("rehearsal").says("120");
    assert!(!finished.said().contains("jwt="), "a throw-away secret's link opens nothing");
    assert_eq!(mode(&sandbox.path("rehearsal")), 0o700);
    assert!(!sandbox.path(".roomkey").exists(), "a rehearsal is not remembered");
}

#[test]
fn the_organisers_own_secret_signs_where_there_is_one() {
    let sandbox = Sandbox::with_attendees(2, CLOSED_PORT);
    // Twice: each time starts from an empty ledger.
    for _ in 0..2 {
        sandbox.run(&["rehearse"]).is(0);
        let files = caught(&sandbox);
        assert_eq!(files.len(), 2);
        for file in files {
            let mail = ReceivedMail::read(&file);
            assert_eq!(mode(&file), 0o600);
            assert!(verify_token(&mail.link(), SECRET).is_some());
            assert!(verify_token(&mail.link(), "another secret").is_none());
        }
    }
    assert_eq!(sandbox.in_state("pending").len(), 2);
}

/// The caught mails, wherever in the rehearsal's folder they lie.
pub(crate) fn caught(sandbox: &Sandbox) -> Vec<std::path::PathBuf> {
    let mut folders = vec![sandbox.path("rehearsal")];
    let mut mails = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                _ if path.is_dir() => folders.push(path),
                Some(extension) if extension == "eml" => mails.push(path),
                _ => {}
            }
        }
    }
    mails
}

#[test]
fn only_the_first_are_tried_and_the_link_stands_on_stdout() {
    let sandbox = Sandbox::with_attendees(5, CLOSED_PORT);
    let finished = sandbox.run(&["rehearse", "--limit", "2"]);
    finished.says("2 mails were caught");
    assert_eq!(caught(&sandbox).len(), 2);
    let lines: Vec<_> = finished.stdout.lines().collect();
    assert_eq!(lines[0], sandbox.path("rehearsal").display().to_string());
    assert!(verify_token(lines[1], SECRET).is_some() && lines.len() == 2, "{}", finished.stdout);
    // The smaller rehearsal leaves nothing of a larger one.
    sandbox.run(&["rehearse"]).is(0);
    sandbox.run(&["rehearse", "--limit", "1"]);
    assert_eq!(caught(&sandbox).len(), 1);
}

#[test]
fn it_needs_no_mail_server_and_no_password() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    EventFile::at(CLOSED_PORT).text("smtp", "user", "workshop").write(&sandbox);
    sandbox.run(&["rehearse"]).is(0);
    let event = sandbox.read("event.toml");
    sandbox.write("event.toml", event.split("[smtp]").next().unwrap());
    sandbox.run(&["rehearse"]).is(0);
}

#[test]
fn problems_stop_it_and_offer_no_flag_it_does_not_have() {
    let sandbox = Sandbox::with_attendees(0, CLOSED_PORT);
    sandbox.write("attendees.csv", "email,name\nada@example.org,Ada\nnobody,Ben\n");
    sandbox.run(&["rehearse"]).is(3).says("attendees.csv:3").says_not("--skip-invalid");
    assert!(caught(&sandbox).is_empty());
}

#[test]
fn somebody_elses_folder_of_that_name_is_left_alone() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    sandbox.write("rehearsal/opera.txt", "la la");
    sandbox.run(&["rehearse"]).is(3).says("rehearsal");
    assert_eq!(sandbox.read("rehearsal/opera.txt"), "la la");

    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    std::fs::create_dir(sandbox.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink(sandbox.path("elsewhere"), sandbox.path("rehearsal")).unwrap();
    sandbox.run(&["rehearse"]).is(3);
    assert_eq!(std::fs::read_dir(sandbox.path("elsewhere")).unwrap().count(), 0);
}

#[test]
fn an_event_that_is_over_cannot_be_rehearsed() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    EventFile::at(CLOSED_PORT)
        .text("event", "starts", "2020-12-05T14:00")
        .text("event", "ends", "2020-12-05T17:00")
        .write(&sandbox);
    sandbox.run(&["rehearse"]).is(3).says("over");
    sandbox.run(&["check"]).is(0).says("the event is over");
}
