//! `rehearse`: a whole run that needs no account, no server, and no secret.

use crate::{
    check::copy_sample,
    support::{CLOSED_PORT, ReceivedMail, SECRET, Sandbox, mode, verify_token},
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
fn caught(sandbox: &Sandbox) -> Vec<std::path::PathBuf> {
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
