//! `check` on the samples: one is sound, and every planted fault of the other is found.

use std::{fs, path::Path};

use roomkey::{
    model::Stage,
    rehearsal::{Action, Rule, Script},
};

use crate::support::{CLOSED_PORT, EventFile, ReceivedMail, Sandbox, SmtpServer};

/// Copies a sample's files into the sandbox's event folder.
pub(crate) fn copy_sample(name: &str, sandbox: &Sandbox) {
    copy_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name), "", sandbox);
}

fn copy_folder(from: &Path, to: &str, sandbox: &Sandbox) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{to}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_file() {
            let to = sandbox.path(&name);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(entry.path(), to).unwrap();
        } else if name.starts_with("templates") {
            // Other folders are a rehearsal that somebody left behind.
            copy_folder(&entry.path(), &format!("{name}/"), sandbox);
        }
    }
}

#[test]
fn the_workshop_is_sound() {
    let mut sandbox = Sandbox::new();
    sandbox.set("ROOMKEY_SMTP_PASSWORD", "correct horse battery staple");
    copy_sample("rust-workshop", &sandbox);
    sandbox.run(&["check", "--strict"]).is(0).says("120").says_not("warning");
}

#[test]
fn rows_alone_are_looked_at_on_demand() {
    let sandbox = Sandbox::with_attendees(3, CLOSED_PORT);
    sandbox.write("templates/invite.txt", "<{{ link }}>\n{{ row[\"Nope\"] }}\n");
    sandbox.run(&["check"]).is(3).says("has no such column");
    sandbox.run(&["check", "--rows"]).is(0).says("their mails were not tried").says_not("all is well");
    sandbox.write("attendees.csv", "email,name\nada,Ada\n");
    sandbox.run(&["check", "--rows"]).is(3).says("attendees.csv:2: `ada` is not an e-mail address");
}

#[test]
fn every_planted_fault_is_found_at_its_line_and_no_other() {
    let sandbox = Sandbox::new();
    copy_sample("broken", &sandbox);
    // The table of the sample's README: `| 3 | …`.
    let readme = sandbox.read("README.md");
    let planted: Vec<u64> = readme.lines().filter_map(|line| line.split('|').nth(1)?.trim().parse().ok()).collect();
    assert!(planted.len() >= 10);

    let finished = sandbox.run(&["check"]);

    finished.is(3);
    let said = finished.said();
    let mut found: Vec<u64> = said.split("attendees.csv:").skip(1).filter_map(leading_number).collect();
    found.dedup();
    // Line 16 is a warning and may stand apart; the others are problems, sorted by line.
    let problems: Vec<_> = found.iter().copied().filter(|line| *line != 16).collect();
    let expected: Vec<_> = planted.iter().copied().filter(|line| *line != 16).collect();
    assert_eq!(problems, expected, "{said}");
    assert!(found.contains(&16), "{said}");
}

fn leading_number(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..digits].parse().ok()
}

#[test]
fn the_event_is_told_in_words_with_where_each_value_came_from() {
    let sandbox = Sandbox::with_attendees(0, CLOSED_PORT);
    EventFile::at(CLOSED_PORT).without("mail", "from").write(&sandbox);
    sandbox.write_config("[mail]\nfrom = \"Club <club@example.net>\"\nreply_to = \"answers@example.net\"\n");
    sandbox.write("attendees.csv", "Last_Name,EMail,first_name,Größe 会议,Room\n明,li@example.org,李,\"X\nL\",Saal\n");
    let finished = sandbox.run(&["check"]);
    finished.is(0).says("\"Rust for Everyone\": Fri 5 Dec 2036 14:00 to 17:00 (Europe/Berlin)");
    finished.says("links work Fri 5 Dec 2036 13:30 to 19:00 (Europe/Berlin), 12:30 to 18:00 UTC");
    finished.says("Club <club@example.net>  (").says("config.toml:2)").says("opens_before           30m  (default)");
    finished.says("event.room                   rust-workshop  (event.toml:4)");
    finished.says("first_name  column 3 \"first_name\", such as \"李\"").says("email       column 2 \"EMail\"");
    finished.says("for your templates only: \"Größe 会议\", \"Room\"").says("`Room`, is not read as `room`");
    finished.says("the Jitsi secret comes from the environment variable ROOMKEY_JITSI_SECRET");
}

#[test]
fn quiet_leaves_results_and_warnings_and_strict_makes_them_count() {
    let sandbox = Sandbox::with_attendees(0, CLOSED_PORT);
    sandbox.write("attendees.csv", "email,name\nada@example.org,Ada\nADA@example.org,Ada\n");
    let finished = sandbox.run(&["-q", "check"]);
    finished.is(0);
    assert_eq!(finished.stderr, "warning: attendees.csv:3: repeats line 2 (ADA@example.org): mailed once\n");
    assert_eq!(finished.stdout, sandbox.run(&["check"]).stdout);
    sandbox.run(&["check", "--strict"]).is(3).says("1 warning").says("--strict");
}

#[test]
fn a_file_that_is_broken_as_a_whole_is_not_to_be_skipped() {
    let sandbox = Sandbox::with_attendees(0, CLOSED_PORT);
    for (content, reason) in [
        (&b"Kontakt,Name\na@example.org,Ada\n"[..], "there is no column `email`"),
        (b"email,name\na@example.org,J\xc3\xbcrgen M\xc3\xbcller\nb@example.org,K\xc3\n", "damaged character"),
        (b"email,name\na@example.org,\"Ada\nb@example.org,Ben\n", "attendees.csv:2: a quote opens"),
        (b"email,name\n", "no rows"),
        (b"", "empty"),
    ] {
        fs::write(sandbox.path("attendees.csv"), content).unwrap();
        for arguments in [&["check"][..], &["send", "--yes"], &["send", "--yes", "--skip-invalid"]] {
            sandbox.run(arguments).is(3).says(reason).says_not("--skip-invalid`");
        }
    }
    sandbox.write("attendees.csv", "email,name\na@example.org,Ada\nnobody,Ben\n");
    sandbox.run(&["check"]).is(3).says("attendees.csv:3").says("--skip-invalid");
    sandbox.run(&["send", "--yes"]).is(3).says("--skip-invalid");
}

#[test]
fn of_many_problems_the_rest_is_counted_with_the_way_to_see_it() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(0, server.port());
    let bad = (1..=1200).map(|number| format!("x{number},Somebody\n")).collect::<Vec<_>>().concat();
    sandbox.write("attendees.csv", &format!("email,name\n{bad}ok@example.org,Ok\n"));
    sandbox.run(&["check"]).is(3).says("and 200 more problems").says("1,200 problems").says("status --state skipped");
    let sent = sandbox.run(&["send", "--yes", "--skip-invalid"]);
    sent.is(4).says("left out: x1000").says_not("left out: x1001").says("200 more rows are left out");
    assert_eq!(sandbox.in_state("skipped").len(), 1200);

    let twice = "ada@example.org,Ada\n".repeat(31);
    sandbox.write("attendees.csv", &format!("email,name\n{twice}ok@example.org,Ok\n"));
    sandbox.run(&["check"]).is(0).says("attendees.csv:3: repeats line 2").says("10 more rows repeat others");
}

#[test]
fn the_relay_is_asked_and_its_answer_told() {
    let planted = |script: Script| {
        let server = SmtpServer::start(script);
        let mut sandbox = Sandbox::with_attendees(1, server.port());
        EventFile::at(server.port()).text("smtp", "user", "workshop").write(&sandbox);
        sandbox.set("ROOMKEY_SMTP_PASSWORD", "correct horse");
        let finished = sandbox.run(&["check", "--smtp"]);
        assert_eq!(server.counts().mails, 0);
        finished
    };
    let account = || Script::default().account("workshop", "correct horse");
    planted(account().ehlo_lines(["SIZE 20000000", "PIPELINING", "AUTH PLAIN", "SMTPUTF8"]))
        .is(0)
        .says("takes mail from this sender")
        .says("logged in, mails up to 20 MB, international addresses too, several commands at once");
    planted(account().ehlo_lines(["SIZE 30000", "AUTH PLAIN"])).is(0).says("mails up to 30 kB only");
    planted(account().ehlo_lines(["SIZE 3000", "AUTH PLAIN"]))
        .is(3)
        .says("attendees.csv:2: the mail has ")
        .says("octets, more than 127.0.0.1 takes");
    planted(Script::default().account("workshop", "another")).is(6).says("refused the log-in");
    planted(account().rule(Rule::at(Stage::Sender, Action::reply("550 5.7.1 not yours")))).is(6).says("the sender");
}

#[test]
fn what_is_wrong_with_a_secret_is_said_at_its_line() {
    let mut sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    sandbox.unset("ROOMKEY_JITSI_SECRET");
    let event = || EventFile::at(CLOSED_PORT).text("smtp", "user", "workshop");
    sandbox.write("blank", "f3a9c1b27d5e4a60918273645fbeadc0 \n");
    sandbox.write("jitsi.secret", "f3a9c1b27d5e4a60918273645fbeadc0\n");
    for (key, value, said) in [
        ("secret_file", "\"nowhere\"", "there is no secret file"),
        ("secret_file", "\"blank\"", "a blank at its end"),
        ("secret_command", "[\"false\"]", "`false` ended with status 1"),
        ("secret_command", "[\"true\"]", "is empty"),
        ("secret_command", "[\"no-such-program\"]", "there is no such program"),
        ("secret_command", "[\"echo\", \"changeme\"]", "placeholder"),
    ] {
        event().raw("jitsi", key, value).write(&sandbox);
        let finished = sandbox.run(&["check"]);
        finished.is(3).says(said).says("hint: ").says("error: event.toml:12:");
    }
    // The password's problem stands beside those of rows.
    sandbox.write("attendees.csv", "email,name\nnobody,Ada\n");
    event().text("jitsi", "secret_file", "jitsi.secret").text("smtp", "password_file", "nowhere").write(&sandbox);
    sandbox.run(&["check"]).is(3).says("the mail password: there is no").says("attendees.csv:2").says("2 problems");
}

#[cfg(target_os = "linux")]
#[test]
fn a_password_that_is_nowhere_is_asked_for_and_not_shown() {
    let server = SmtpServer::start(Script::default().account("workshop", "correct horse"));
    let sandbox = Sandbox::with_attendees(1, server.port());
    EventFile::at(server.port()).text("smtp", "user", "workshop").write(&sandbox);
    sandbox.run(&["check"]).is(0).says("the mail password is asked for");
    sandbox.run(&["check", "--smtp"]).is(3).says("password of workshop at 127.0.0.1 is missing");

    let mut terminal = sandbox.in_terminal(&["check", "--smtp"]);
    terminal.answer_hidden("Password of workshop", "correct horse").expect("takes mail from this sender");
    let seen = terminal.ends_with(0);
    assert!(!seen.contains("correct horse"), "{seen}");

    let mut terminal = sandbox.in_terminal(&["check", "--smtp"]);
    terminal.expect("Password of workshop").expect(": ").press('\x03').expect("nothing was sent");
    terminal.ends_with(130);
    assert!(terminal.echoes(), "the terminal shows again what is typed");
}

#[test]
fn ctrl_c_ends_it_while_the_relay_does_not_answer() {
    let server = SmtpServer::start(Script::default().rule(Rule::at(Stage::Sender, Action::Stall)));
    let sandbox = Sandbox::with_attendees(1, server.port());
    let run = sandbox.spawn(&["check", "--smtp"]);
    server.wait_until(|server| server.counts().connections > 0);
    run.interrupt();
    run.wait().is(130);
}

#[test]
fn a_missing_secret_is_named_where_its_server_is() {
    let mut sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    sandbox.unset("ROOMKEY_JITSI_SECRET");
    sandbox.run(&["check"]).is(3).says("name it in event.toml under [jitsi]");
    EventFile::at(CLOSED_PORT).without("jitsi", "url").without("jitsi", "app_id").write(&sandbox);
    sandbox.write_config("[jitsi]\nurl = \"https://meet.example.org\"\napp_id = \"shared\"\n");
    sandbox.run(&["check"]).is(3).says("roomkey/config.toml under [jitsi]");
}

#[test]
fn a_language_without_words_is_warned_of() {
    let sandbox = Sandbox::with_attendees(0, CLOSED_PORT);
    sandbox
        .write("attendees.csv", "email,name,language\na@example.org,A,xh\nb@example.org,B,de-AT\nc@example.org,C,\n");
    let finished = sandbox.run(&["check"]);
    finished.is(0).says("no words in `xh`, asked for by 1 row").says("languages: de-AT 1, xh 1, the others en");
    assert!(!finished.said().contains("no words in `de-AT`"));

    // The event's own language comes before English.
    EventFile::at(CLOSED_PORT).text("event", "language", "de-CH").write(&sandbox);
    sandbox.write("attendees.csv", "email,name,language\na@example.org,A,xh\nb@example.org,B,Klingon\n");
    let finished = sandbox.run(&["check"]);
    finished.is(0).says("no words in `xh`, asked for by 1 row: these mails are in `de`");
    finished.says("no words in `klingon`, asked for by 1 row: these mails are in `de`").says("is no language tag");
    sandbox.run(&["send", "--dry-run"]).is(0);
    for file in sandbox.eml_files("preview") {
        assert_eq!(ReceivedMail::read(&file).header("Content-Language").as_deref(), Some("de"));
    }
}

#[test]
fn a_subject_in_capitals_is_told_at_its_line() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    EventFile::at(CLOSED_PORT).text("jitsi", "subject", "MEET").write(&sandbox);
    sandbox
        .run(&["check"])
        .is(3)
        .says("event.toml:12:11: ")
        .says("jitsi.subject: `subject` must be")
        .says("write `meet`");
}

#[test]
fn certificates_are_read_before_anything_is_sent() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    EventFile::at(CLOSED_PORT).text("smtp", "ca_file", "ca.pem").write(&sandbox);
    let missing = sandbox.run(&["check"]);
    missing.is(3).says("error: event.toml:").says("ca_file: failed to read").says("relative to event.toml's folder");
    sandbox.write("ca.pem", "no certificate\n");
    sandbox.run(&["check"]).is(3).says("error: event.toml:").says("no certificate stands in it");
    sandbox.run(&["status"]).is(0);

    EventFile::at(CLOSED_PORT)
        .without("smtp", "host")
        .without("smtp", "tls")
        .without("smtp", "port")
        .without("attendees", "file")
        .write(&sandbox);
    sandbox.write_config("[smtp]\nhost = \"127.0.0.1\"\nca_file = \"ca.pem\"\n");
    sandbox.run(&["check"]).is(3).says("roomkey/config.toml:3:").says("roomkey/config.toml's folder");
    sandbox.write_config("[attendees]\nfile = \"people.csv\"\n");
    sandbox.run(&["check"]).is(3).says("no such file").says("roomkey/config.toml's folder");
}

#[test]
fn a_provider_that_does_not_fit_its_host_or_wants_a_log_in_is_told() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    let at = |host: &str| EventFile::at(587).text("smtp", "host", host).text("smtp", "tls", "starttls");
    at("smtp.office365.com").text("smtp", "provider", "gmail").write(&sandbox);
    sandbox.run(&["check"]).is(0).says("warning: event.toml:").says("office365's mail server, not gmail's");
    at("smtp.gmail.com.").write(&sandbox);
    sandbox.run(&["check"]).is(0).says("names no `user`").says("add: user = ");
    at("smtp.gmail.com").text("smtp", "provider", "workspace").text("smtp", "user", "ada@example.org").write(&sandbox);
    sandbox.run(&["check"]).is(0).says_not("warning");
}

#[test]
fn mails_that_anybody_can_read_are_warned_of() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    let remote = || EventFile::at(25).text("smtp", "host", "smtp.example.org").raw("smtp", "allow_plaintext", true);
    remote().write(&sandbox);
    sandbox.run(&["check"]).is(0).says("warning: event.toml:").says("read each personal link");
    sandbox.run(&["check", "--strict"]).is(3);
    remote().text("smtp", "user", "workshop").write(&sandbox);
    sandbox.run(&["check"]).is(3).says("the password is never sent that way");
    EventFile::at(25).raw("smtp", "allow_plaintext", true).write(&sandbox);
    sandbox.run(&["check"]).is(0).says_not("personal link can");
}

#[test]
fn years_that_may_be_slips_are_warned_of() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    EventFile::at(CLOSED_PORT).text("event", "starts", "1996-12-05T14:00").write(&sandbox);
    let finished = sandbox.run(&["check"]);
    finished.is(0).says("warning: event.toml:8:").says("in the year 1996").says("lasts more than a year");
    EventFile::at(CLOSED_PORT).text("event", "starts", "1960-12-05T14:00").write(&sandbox);
    sandbox.run(&["check"]).is(3).says("event.toml:8:").says("before 1970");
}

#[test]
fn rows_whose_own_time_is_over_are_named() {
    let sandbox = Sandbox::with_attendees(0, CLOSED_PORT);
    sandbox.write(
        "attendees.csv",
        "email,name,starts,ends\na@example.org,A,2020-12-05T14:00,2020-12-05T15:00\nb@example.org,B,,\n",
    );
    sandbox.run(&["check"]).is(0).says("attendees.csv:2: the time in this row is over");
    sandbox.run(&["send", "--dry-run"]).is(0).says("attendees.csv:2: the time in this row is over");
    sandbox.run(&["send", "--yes"]).is(3).says("attendees.csv:2: the time in this row is over");
}
