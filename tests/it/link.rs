//! `link`: one person's link alone on stdout, all talk elsewhere.

use crate::support::{CLOSED_PORT, EventFile, ReceivedMail, SECRET, Sandbox, SmtpServer, verify_token};

/// A sandbox with these rows.
fn with_rows(rows: &str) -> Sandbox {
    let sandbox = Sandbox::with_attendees(0, CLOSED_PORT);
    sandbox.write("attendees.csv", rows);
    sandbox
}

#[test]
fn the_link_stands_alone_on_stdout_and_its_window_beside() {
    let sandbox = Sandbox::with_attendees(2, CLOSED_PORT);
    let finished = sandbox.run(&["link", "A2@Example.org"]);
    finished.is(0);
    assert_eq!(finished.stdout.lines().count(), 1);
    assert!(finished.stdout.starts_with("https://meet.example.org/rust-workshop?jwt="), "{}", finished.stdout);
    let claims = verify_token(finished.stdout.trim(), crate::support::SECRET).expect("it is signed");
    assert_eq!(claims["context"]["user"]["name"], "Attendee 2");
    assert_eq!(
        finished.stderr,
        "Attendee 2's link works Fri 5 Dec 2036 13:30 to 19:00 (Europe/Berlin), 12:30 to 18:00 UTC\n"
    );
    assert_eq!(sandbox.run(&["-q", "link", "a2@example.org"]).is(0).stderr, "");
}

#[test]
fn problems_elsewhere_are_one_line() {
    let sandbox = with_rows("email,name\nada@example.org,Ada\nnobody,Ben\nalso@nobody,\n");
    let finished = sandbox.run(&["link", "ada@example.org"]);
    finished.is(0);
    assert_eq!(finished.stderr.matches("warning: ").count(), 1);
    finished.says("2 rows have problems");
    sandbox.run(&["link", "also@nobody.example"]).is(3);
}

#[test]
fn several_people_of_one_address_are_listed() {
    let sandbox = with_rows("email,name\nfamily@example.org,Ada\nfamily@example.org,Ben\n");
    EventFile::at(CLOSED_PORT).text("attendees", "shared_addresses", "allow").write(&sandbox);
    let finished = sandbox.run(&["link", "family@example.org"]);
    finished.is(3).says("attendees.csv:2: Ada").says("attendees.csv:3: Ben").says("--name \"Ada\"");
    assert_eq!((finished.stdout.as_str(), finished.stderr.matches("error: ").count()), ("", 1));
    sandbox.run(&["link", "family@example.org", "--name", "Ben"]).is(0).says("Ben's link");
    sandbox.run(&["link", "family@example.org", "--name", "Cem"]).is(3).says("nobody named Cem");
}

#[test]
fn a_name_that_does_not_tell_people_apart_is_not_offered() {
    let sandbox = with_rows(
        "id,email,name,room\n1,home@example.org,Ada,\n2,home@example.org,Ada,side-room\n3,home@example.org,Ben,\n",
    );
    EventFile::at(CLOSED_PORT).text("attendees", "shared_addresses", "allow").write(&sandbox);
    sandbox.run(&["link", "home@example.org"]).is(3).says("3 rows have the address").says("--name \"Ben\"");
    let both = sandbox.run(&["link", "home@example.org", "--name", "Ada"]);
    both.is(3)
        .says("attendees.csv:2: Ada, attendees.csv:3: Ada")
        .says("of its own in attendees.csv")
        .says_not("--name");

    let sandbox = with_rows("email,name,room\nhome@example.org,Ada,\nhome@example.org,Ada,side-room\n");
    let both = sandbox.run(&["link", "home@example.org"]);
    both.is(3).says("error: attendees.csv:3: ").says("put the rows right").says_not("--name");
}

#[test]
fn a_row_that_holds_just_what_was_given_tells_its_problem() {
    let sandbox = with_rows("email,name\nada@example.org,Ada\nbad,Row\n");
    sandbox.run(&["link", "bad"]).is(3).says("error: attendees.csv:3: `bad` is not an e-mail").says_not("did you mean");
    sandbox.run(&["link", "bat"]).is(3).says("`bat` is not an e-mail").says_not("did you mean");
}

#[test]
fn somebody_unknown_gets_near_misses() {
    let sandbox =
        with_rows("email,name\nada@example.org,Ada Lovelace\nadam@example.org,Adam\ngrace@example.org,Grace Hopper\n");
    for (given, meant) in [
        ("ada@exmaple.org", "did you mean ada@example.org"),
        ("adda@example.org", "did you mean ada@example.org, or adam@example.org"),
        ("hopper", "did you mean grace@example.org"),
        ("GRACE@example.com", "did you mean grace@example.org"),
    ] {
        let finished = sandbox.run(&["link", given]);
        finished.is(3).says(meant);
        assert_eq!(finished.stdout, "");
    }
    sandbox.run(&["link", "zoe@elsewhere.net"]).is(3).says("is not in attendees.csv").says_not("did you mean");
}

#[test]
fn a_window_that_is_over_is_warned_about() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    EventFile::at(CLOSED_PORT)
        .text("event", "starts", "2020-12-05T14:00")
        .text("event", "ends", "2020-12-05T17:00")
        .write(&sandbox);
    let finished = sandbox.run(&["link", "a1@example.org"]);
    finished.is(0).says("warning: attendees.csv:2: this link stopped working Sat 5 Dec 2020 19:00 (Europe/Berlin)");
    assert!(finished.stdout.starts_with("https://"));
}

#[test]
fn the_link_is_the_one_that_was_mailed() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(2, server.port());
    sandbox.run(&["send", "--yes"]).is(0);
    let mailed = server.received().into_iter().find(|mail| mail.to() == "a1@example.org").unwrap().link();
    assert_eq!(sandbox.run(&["link", "a1@example.org"]).is(0).stdout.trim(), mailed);
    // An id column came, and addresses may be shared: the key is another, the person is not.
    sandbox.write("attendees.csv", "id,email,name\n7,a1@example.org,Attendee 1\n8,a2@example.org,Attendee 2\n");
    assert_eq!(sandbox.run(&["link", "a1@example.org"]).is(0).stdout.trim(), mailed);
}

#[test]
fn settings_of_the_web_client_travel_in_the_link_and_spoil_nothing() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(1, server.port());
    let event = || EventFile::at(server.port());
    let with_settings = |event: EventFile| {
        event
            .raw("jitsi.config", "startWithAudioMuted", true)
            .raw("jitsi.config", "subject", "\"Rust & more\"")
            .raw("jitsi.config", "toolbarButtons", "[\"chat\"]")
            .raw("jitsi.config.deeplinking", "disabled", true)
    };
    let carried = "config.deeplinking.disabled=true&config.startWithAudioMuted=true&config.subject=%22Rust%20%26%20more%22&\
                   config.toolbarButtons=%5B%22chat%22%5D";
    with_settings(event()).write(&sandbox);
    let link = sandbox.run(&["link", "a1@example.org"]).is(0).stdout.trim().to_owned();
    assert_eq!(link.split_once('#').unwrap().1, carried);
    assert!(verify_token(&link, SECRET).is_some());
    sandbox.run(&["inspect", &link]).is(0).says("Attendee 1's key");
    let checked = sandbox.run(&["check"]);
    checked.is(0).says_not("warning").says("jitsi.config.startWithAudioMuted ");
    // Text, HTML and calendar hold the same link.
    sandbox.run(&["send", "--yes"]).is(0);
    let mail = &server.received()[0];
    assert_eq!(mail.link(), link);
    assert!(mail.text().contains(&link) && mail.html().contains(&link.replace('&', "&amp;")), "{}", mail.html());
    assert_eq!(crate::calendar::entry(mail).value("URL"), link);
    // Nothing of the token is left in what may be shared.
    sandbox.run(&["resend", "a1@example.org", "--dry-run", "--out", "shared", "--redact"]).is(0);
    let shared = sandbox.eml_files("shared").iter().map(|file| ReceivedMail::read(file)).collect::<Vec<_>>();
    assert!(shared.iter().all(|mail| !String::from_utf8_lossy(&mail.raw).contains("eyJ")));
    // In the fragment they stand behind the token.
    with_settings(event().text("jitsi", "link", "fragment")).write(&sandbox);
    let link = sandbox.run(&["link", "a1@example.org"]).is(0).stdout.trim().to_owned();
    assert!(link.contains("#jwt=%22eyJ") && link.ends_with(&format!("%22&{carried}")), "{link}");
    sandbox.run(&["inspect", &link]).is(0).says("Attendee 1's key");
    for (key, value, says) in [
        ("\"start with\"", "true", "letters, digits and `_` alone"),
        ("\"a&b\"", "true", "letters, digits and `_` alone"),
        ("__proto__", "1", "letters, digits and `_` alone"),
        ("when", "2036-12-05", "`when` is a date"),
        ("x", "nan", "`x` is a number that browsers cannot count to"),
        ("x", "9007199254740993", "`x` is a number that browsers cannot count to"),
        ("x", "[{a = 1}]", "`x` is a list with a table in it"),
        ("x", "{}", "`x` holds nothing"),
        ("x", &format!("\"{}\"", "x".repeat(1000)), "1000 at most"),
    ] {
        event().raw("jitsi.config", key, value).write(&sandbox);
        sandbox.run(&["check"]).is(3).says("event.toml:").says(says);
    }
    event().raw("jitsi", "config", "1").write(&sandbox);
    sandbox.run(&["check"]).is(3).says("`jitsi.config` must be a table");
}

#[test]
fn other_settings_of_links_are_told_and_a_round_to_all_mails_them() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(2, server.port());
    let event = || EventFile::at(server.port());
    sandbox.run(&["send", "--yes"]).is(0);
    event().raw("jitsi.config", "startWithAudioMuted", true).write(&sandbox);
    let says =
        "2 people were mailed links made with the usual settings; [jitsi] now says config.startWithAudioMuted=true";
    sandbox.run(&["send", "--yes"]).is(3).says(says);
    sandbox.run(&["check"]).is(0).says(says);
    sandbox.run(&["resend", "--all", "--yes"]).is(0);
    sandbox.run(&["resend", "--all", "--yes"]).is(0).says("nothing to send");
    assert_eq!(server.counts().mails, 4);
    event().raw("jitsi.features.attendee", "recording", true).write(&sandbox);
    sandbox.run(&["resend", "--all", "--yes"]).is(0).says_not("nothing to send");
    assert_eq!(server.counts().mails, 6);
}

#[test]
fn a_table_of_the_event_takes_the_place_of_the_shared_one() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    sandbox.write_config("[jitsi.config]\nstartWithAudioMuted = true\n[jitsi.features.attendee]\nrecording = true\n");
    // A server of the event's own inherits nothing of another's.
    EventFile::at(CLOSED_PORT).write(&sandbox);
    let link = || sandbox.run(&["link", "a1@example.org"]).is(0).stdout.trim().to_owned();
    let features = |link: &str| verify_token(link, SECRET).unwrap()["context"]["features"].clone();
    assert!(!link().contains("config.") && features(&link()).is_null());
    sandbox.write_config(
        "[jitsi]\nurl = \"https://meet.example.org\"\napp_id = \"workshop\"\n[jitsi.config]\nstartWithAudioMuted = true\n\
         [jitsi.features.attendee]\nrecording = true\n",
    );
    let shared = || EventFile::at(CLOSED_PORT).without("jitsi", "url").without("jitsi", "app_id");
    shared().write(&sandbox);
    assert!(link().ends_with("#config.startWithAudioMuted=true"));
    assert_eq!(features(&link()), serde_json::json!({"recording": true}));
    shared()
        .raw("jitsi.config", "prejoinPageEnabled", false)
        .raw("jitsi.features.attendee", "flip", true)
        .write(&sandbox);
    assert!(link().ends_with("#config.prejoinPageEnabled=false"));
    assert_eq!(features(&link()), serde_json::json!({"flip": true}));
    sandbox.run(&["check"]).is(0).says_not("recording").says_not("startWithAudioMuted");
    let text = sandbox.read("event.toml").replace("flip = true", "").replace("prejoinPageEnabled = false", "");
    sandbox.write("event.toml", &text);
    assert!(!link().contains("config."));
    assert_eq!(features(&link()), serde_json::json!({}));
}
