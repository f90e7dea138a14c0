//! The page beside the previews: what `send --dry-run`, `resend --dry-run` and `rehearse` write, open and redact.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::support::{CLOSED_PORT, EventFile, Sandbox, SmtpServer, mode};

/// The lines of a page's list.
fn list(sandbox: &Sandbox, folder: &str) -> Vec<Vec<Value>> {
    let text = sandbox.read(&format!("{folder}/index-data/list.js"));
    let inner = text.trim().strip_prefix("roomkeyList(").unwrap().strip_suffix(");").unwrap();
    serde_json::from_str(inner).unwrap()
}

/// All files below a folder, hidden ones too.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut folders = vec![folder.to_owned()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files
}

/// A program that takes the place of the system's own, and notes what it was called with.
fn plant_opener(sandbox: &mut Sandbox, script: &str) {
    let folder = sandbox.path("bin");
    sandbox.write("bin/xdg-open", &format!("#!/bin/sh\n{script}\n"));
    fs::set_permissions(folder.join("xdg-open"), fs::Permissions::from_mode(0o700)).unwrap();
    sandbox.set("PATH", &format!("{}:/bin", folder.display()));
}

#[test]
fn a_page_that_shows_every_mail_lies_beside_them() {
    let sandbox = Sandbox::with_attendees(3, CLOSED_PORT);
    sandbox.run(&["send", "--dry-run"]).is(0).says("index.html").says("do not share");
    let page = sandbox.read("preview/index.html");
    assert!(page.contains("Rust for Everyone") && page.contains("do not share") && page.contains("default-src 'none'"));
    assert_eq!(mode(&sandbox.path("preview/index.html")), 0o600);
    assert_eq!(mode(&sandbox.path("preview/index-data")), 0o700);
    assert_eq!(mode(&sandbox.path("preview/index-data/mails-0001.js")), 0o600);
    let lines = list(&sandbox, "preview");
    assert_eq!(lines.len(), 3);
    assert_eq!(
        lines[1][1..7],
        serde_json::json!([
            "attendees.csv:3",
            "Attendee 2",
            "a2@example.org",
            "Rust for Everyone: your personal link",
            "en",
            "Europe/Berlin"
        ])
        .as_array()
        .unwrap()[..]
    );
    assert_eq!(lines[1][10], "0002-a2@example.org.eml");
    let mails = sandbox.read("preview/index-data/mails-0001.js");
    assert!(mails.contains("signature: holds") && mails.contains("to room rust-workshop on meet.example.org"));
    assert!(mails.contains("Fri 5 Dec 2036 13:30 to 19:00 (Europe/Berlin), 12:30 to 18:00 UTC"));
}

#[test]
fn a_rehearsal_and_a_resend_have_a_page_too() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(3, server.port());
    sandbox.run(&["send", "--yes"]).is(0);
    sandbox.run(&["resend", "a2@example.org", "--dry-run"]).is(0);
    assert_eq!(list(&sandbox, "preview").len(), 1);
    sandbox.run(&["rehearse"]).is(0).says("index.html");
    let lines = list(&sandbox, "rehearsal");
    assert_eq!(
        lines.iter().map(|line| line[3].as_str().unwrap()).collect::<Vec<_>>(),
        ["a1@example.org", "a2@example.org", "a3@example.org"]
    );
    for line in lines {
        let mail = sandbox.read(&format!("rehearsal/{}", line[10].as_str().unwrap()));
        assert!(mail.contains(line[3].as_str().unwrap()), "its own file");
    }
}

#[test]
fn the_next_preview_leaves_nothing_of_an_older_page() {
    let sandbox = Sandbox::with_attendees(60, CLOSED_PORT);
    sandbox.run(&["send", "--dry-run"]).is(0);
    assert!(sandbox.path("preview/index-data/mails-0002.js").exists());
    sandbox.run(&["send", "--dry-run", "--only", "a2@example.org"]).is(0);
    assert_eq!(list(&sandbox, "preview").len(), 1);
    assert!(!sandbox.path("preview/index-data/mails-0002.js").exists());

    sandbox.write("preview/index-data/notes.txt", "mine");
    sandbox.run(&["send", "--dry-run"]).is(3).says("index-data").says("move what is in it");
    assert_eq!(sandbox.read("preview/index-data/notes.txt"), "mine");
    assert!(!sandbox.path("preview/index.html").exists(), "it would show mails that are gone");
}

#[test]
fn rows_and_zones_and_windows_are_each_mails_own() {
    let sandbox = Sandbox::with_attendees(0, CLOSED_PORT);
    sandbox.write(
        "attendees.csv",
        "email,name,moderator,language,timezone\nada@example.org,Ada,yes,de,Asia/Tokyo\nben@example.org,</script>Ben,,,\n",
    );
    sandbox.run(&["send", "--dry-run"]).is(0);
    let lines = list(&sandbox, "preview");
    assert_eq!((&lines[0][5], &lines[0][6], &lines[0][7]), (&"de".into(), &"Asia/Tokyo".into(), &1.into()));
    assert_eq!(
        (&lines[1][2], &lines[1][6], &lines[1][7]),
        (&"</script>Ben".into(), &"Europe/Berlin".into(), &0.into())
    );
    let mails = sandbox.read("preview/index-data/mails-0001.js");
    assert!(mails.contains("Fri 5 Dec 2036 21:30 to Sat 6 Dec 2036 03:00 (Asia/Tokyo)"));
    assert!(!mails.contains('<') && !sandbox.read("preview/index-data/list.js").contains('<'));
}

#[test]
fn what_check_warns_of_is_told_at_each_mail() {
    let sandbox = Sandbox::with_attendees(2, CLOSED_PORT);
    EventFile::at(2525).text("mail", "subject", "YOUR PERSONAL LINK").write(&sandbox);
    sandbox.run(&["send", "--dry-run"]).is(0);
    assert_eq!(list(&sandbox, "preview").iter().map(|line| line[8].clone()).collect::<Vec<_>>(), [1, 1]);
    assert!(sandbox.read("preview/index-data/mails-0001.js").contains("the subject is all capitals"));
}

#[test]
fn a_mail_in_another_language_than_asked_for_is_warned_of() {
    let sandbox = Sandbox::with_attendees(0, CLOSED_PORT);
    sandbox.write("attendees.csv", "email,name,language\nada@example.org,Ada,xh\nben@example.org,Ben,de-AT\n");
    sandbox.run(&["send", "--dry-run"]).is(0);
    let warned: Vec<_> = list(&sandbox, "preview").iter().map(|line| line[8].as_u64().unwrap()).collect();
    assert_eq!(warned, [1, 0]);
    assert!(sandbox.read("preview/index-data/mails-0001.js").contains("asked for in `xh`, written in `en`"));
}

#[test]
fn names_are_redacted_where_lines_break_in_them_and_where_quotes_or_length_change_them() {
    let sandbox = Sandbox::with_attendees(0, CLOSED_PORT);
    let long = format!("Longino {}", "Wolfeschlegel".repeat(25));
    sandbox.write(
        "attendees.csv",
        &format!("email,name\na@example.org,\"Zed \"\"Qux\"\" Stonebridge & Hall\"\nb@example.org,{long}\n"),
    );
    sandbox.write("message.md", &format!("{} {{name}} {} {{name}} end\n", "x".repeat(60), "y ".repeat(24)));
    EventFile::at(2525).text("mail", "message_file", "message.md").write(&sandbox);
    sandbox.run(&["send", "--dry-run", "--redact"]).is(0);
    for path in files_below(&sandbox.path("preview")) {
        let text = fs::read_to_string(&path).unwrap();
        let decoded = match path.extension() {
            Some(extension) if extension == "eml" => {
                let mail = crate::support::ReceivedMail::read(&path);
                format!("{}{}", mail.text(), mail.html())
            }
            _ => String::new(),
        };
        for name in ["Zed", "Qux", "Stonebridge", "Wolfeschlegel", "Longino"] {
            assert!(!text.contains(name) && !decoded.contains(name), "{name} in {}:\n{text}", path.display());
        }
    }
}

#[test]
fn a_redacted_folder_names_nobody_and_opens_nothing() {
    let sandbox = Sandbox::with_attendees(0, CLOSED_PORT);
    EventFile::at(CLOSED_PORT).text("mail", "reply_to", "Office <office@example.org>").write(&sandbox);
    sandbox.write(
        "attendees.csv",
        "email,name\nzoe@example.com,Zoë O'Brien-Überall\nkarl@example.com,Karl & Söhne\n\"o'hara@example.net\",Scarlett O'Hara\n",
    );
    for (arguments, folder) in
        [(&["send", "--dry-run", "--redact"][..], "preview"), (&["rehearse", "--redact"][..], "rehearsal")]
    {
        sandbox.run(&arguments[..arguments.len() - 1]).is(0);
        let mails = sandbox.eml_files(folder);
        let ids: Vec<String> =
            mails.iter().map(|path| crate::support::ReceivedMail::read(path).message_id().to_owned()).collect();
        sandbox.run(arguments).is(0).says("replaced");
        let files = files_below(&sandbox.path(folder));
        assert_eq!(sandbox.eml_files(folder).len(), 3);
        for path in files {
            let mut text = format!("{} {}", path.display(), String::from_utf8_lossy(&fs::read(&path).unwrap()));
            if path.extension().is_some_and(|extension| extension == "eml") {
                let mail = crate::support::ReceivedMail::read(&path);
                text += &format!("{:?} {} {} {}", mail.to_name(), mail.subject(), mail.text(), mail.html());
                assert!(mail.text().contains("https://meet.example.invalid/room?jwt=redacted-"), "{}", mail.text());
                assert!(mail.to().ends_with("@example.invalid"));
            }
            for gone in [
                "eyJ",
                "zoe@",
                "karl@",
                "hara@",
                "office@",
                "workshop@",
                "Zoë",
                "Brien",
                "Überall",
                "Söhne",
                "Scarlett",
                "Hara",
                "meet.example.org",
            ] {
                assert!(!text.contains(gone), "{gone} is left in {}", path.display());
            }
            for id in &ids {
                assert!(!text.contains(&id[..20]), "a Message-ID is left in {}", path.display());
            }
        }
        let page = sandbox.read(&format!("{folder}/index.html"));
        assert!(page.contains("Rust for Everyone") && page.contains("Redacted") && !page.contains("do not share"));
        assert_eq!(list(&sandbox, folder)[1][2..4], [Value::from("Person 2"), "person-2@example.invalid".into()]);
    }
}

#[test]
fn a_redacted_preview_of_a_resend_is_redacted_too() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(2, server.port());
    sandbox.run(&["send", "--yes"]).is(0);
    sandbox.run(&["resend", "a2@example.org", "--dry-run", "--redact", "--out", "share"]).is(0);
    assert_eq!(sandbox.eml_files("share"), [sandbox.path("share/0002-person-2@example.invalid.eml")]);
}

#[test]
fn the_page_is_opened_where_there_is_a_browser() {
    let mut sandbox = Sandbox::with_attendees(2, CLOSED_PORT);
    plant_opener(&mut sandbox, "echo \"$1\" > opened; env > environment");
    sandbox.run(&["send", "--dry-run", "--open"]).is(0).says_not("browser yourself");
    assert_eq!(sandbox.read("opened").trim(), sandbox.path("preview/index.html").display().to_string());
    assert!(!sandbox.read("environment").contains("ROOMKEY_"), "secrets are no browser's business");
    sandbox.run(&["rehearse", "--open"]).is(0);
    assert_eq!(sandbox.read("opened").trim(), sandbox.path("rehearsal/index.html").display().to_string());
}

#[test]
fn where_there_is_no_browser_it_says_so_and_where_the_page_is() {
    let mut sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    let page = sandbox.path("preview/index.html").display().to_string();
    plant_opener(&mut sandbox, "exit 3");
    sandbox.run(&["send", "--dry-run", "--open"]).is(0).says("xdg-open found no browser").says(&page);
    sandbox.set("PATH", "/nonexistent");
    sandbox.run(&["send", "--dry-run", "--open"]).is(0).says("xdg-open is not installed").says(&page);
}

#[test]
fn looking_goes_with_previews_only() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    for flag in ["--open", "--redact"] {
        sandbox.run(&["send", flag]).is(2).says("--dry-run");
        sandbox.run(&["resend", "a1@example.org", flag]).is(2).says("--dry-run");
    }
    let server = SmtpServer::obliging();
    EventFile::at(server.port()).write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(0);
    sandbox.run(&["resend", "a1@example.org", "--dry-run", "--open"]).is(0);
}

#[test]
fn interrupted_it_leaves_no_half_page() {
    let sandbox = Sandbox::with_attendees(4000, CLOSED_PORT);
    let mut running = sandbox.spawn(&["send", "--dry-run"]);
    let unfinished = sandbox.path("preview/index-data.part");
    while !unfinished.exists() {
        assert!(!running.has_ended(), "it was too quick to be interrupted");
        std::thread::yield_now();
    }
    running.interrupt();
    running.wait().is(130).says("there is no page");
    assert!(!sandbox.path("preview/index.html").exists() && !sandbox.path("preview/index-data").exists());

    sandbox.run(&["send", "--dry-run", "--limit", "2"]).is(0);
    assert!(!unfinished.exists());
    assert_eq!(list(&sandbox, "preview").len(), 2);
}
