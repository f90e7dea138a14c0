//! No secret, and no link, stands where it does not belong.

use std::{fs, path::Path};

use data_encoding::{BASE32, BASE64, BASE64URL, HEXLOWER};
use roomkey::{
    model::Stage,
    rehearsal::{Action, Rule, Script},
};

use crate::support::{EventFile, ReceivedMail, Sandbox, SmtpServer, mode, token_in};

const SIGNING: &str = "signing/secret+of more&than-32=octets";
const PASSWORD: &str = "mail/password+with odd&octets=";
const TOKEN: &str = "mail/token+with.odd-octets_of~its~own==";
const USER: &str = "workshop@example.org";

/// All the ways in which a secret may be written.
fn spellings(secret: &str) -> Vec<String> {
    let mut spellings = vec![secret.to_owned(), percent_encoded(secret), HEXLOWER.encode(secret.as_bytes())];
    // Base64 of a text that holds it: three alignments, less the characters that its neighbours change.
    for before in 0..3 {
        let padded = [vec![b'x'; before], secret.as_bytes().to_vec()].concat();
        let whole = padded.len() / 3 * 3;
        for encoded in [BASE64.encode(&padded[..whole]), BASE64URL.encode(&padded[..whole])] {
            spellings.push(encoded[if before == 0 { 0 } else { 4 }..].to_owned());
        }
    }
    spellings.push(BASE32.encode(secret.as_bytes()).trim_end_matches('=').to_owned());
    spellings.push(BASE64.encode(format!("\0{USER}\0{secret}").as_bytes()));
    spellings
}

fn percent_encoded(text: &str) -> String {
    let encode = |b: u8| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") };
    text.bytes().map(encode).collect()
}

#[track_caller]
fn is_nowhere_in(secret: &str, what: &str, octets: &[u8]) {
    for spelling in spellings(secret) {
        let found = octets.windows(spelling.len()).any(|window| window.eq_ignore_ascii_case(spelling.as_bytes()));
        assert!(!found, "{what} holds a secret as `{spelling}`");
    }
}

fn files_of(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    paths.map(|path| (path.display().to_string(), fs::read(&path).unwrap())).collect()
}

/// A run with secrets from a command and the environment, and something to say about every row.
fn told_all() -> (SmtpServer, Sandbox) {
    let script = Script::default()
        .account(USER, PASSWORD)
        .rule(Rule::at(Stage::Recipient, Action::reply("550 5.1.1 no")).recipient("a2@"))
        .rule(Rule::at(Stage::Final, Action::AcceptThenDrop).recipient("a4@"));
    let server = SmtpServer::start(script);
    let mut sandbox = Sandbox::with_attendees(6, server.port());
    sandbox.unset("ROOMKEY_JITSI_SECRET");
    sandbox.set("ROOMKEY_SMTP_PASSWORD", PASSWORD);
    EventFile::at(server.port())
        .text("smtp", "user", USER)
        .raw("jitsi", "secret_command", format!("[\"printf\", \"%s\\\\n\", \"{SIGNING}\"]"))
        .write(&sandbox);
    (server, sandbox)
}

#[test]
fn secrets_and_tokens_stand_in_no_output_and_no_ledger() {
    let (server, sandbox) = told_all();
    let runs: [&[&str]; 9] = [
        &["check", "-v"],
        &["check", "--smtp", "-v"],
        &["send", "--dry-run", "-v"],
        &["send", "--yes", "-v"],
        &["resend", "a1@example.org", "-v"],
        &["settle", "a4@example.org", "--arrived", "-v"],
        &["status", "--all"],
        &["status", "--format", "json"],
        &["templates", "--variables"],
    ];
    let mut outputs = Vec::new();
    for arguments in runs {
        outputs.push((arguments.join(" "), sandbox.run(arguments).said()));
    }
    let mails = server.received();
    assert!(mails.len() >= 5);

    let ledger = files_of(&sandbox.path(".roomkey"));
    assert!(ledger.iter().any(|(name, _)| name.ends_with("workshop.sqlite3")));
    let mut secrets = vec![SIGNING.to_owned(), PASSWORD.to_owned()];
    secrets.extend(mails.iter().map(|mail| token_in(&mail.link()).to_owned()));
    for secret in &secrets {
        for (what, output) in &outputs {
            is_nowhere_in(secret, what, output.as_bytes());
        }
        for (what, octets) in &ledger {
            is_nowhere_in(secret, what, octets);
        }
    }
    for (secret, mail) in mails.iter().flat_map(|mail| [(SIGNING, mail), (PASSWORD, mail)]) {
        is_nowhere_in(secret, "a mail", &mail.raw);
    }
}

#[test]
fn an_access_token_stands_in_no_output_and_no_ledger() {
    for auth in ["xoauth2", "oauthbearer"] {
        let mechanism = auth.to_uppercase();
        // given a relay that repeats the token as it came, and one that takes it
        let echo = format!("535 5.7.8 {TOKEN} is no token, {}", BASE64.encode(TOKEN.as_bytes()));
        let echo = Rule::at(Stage::LogIn, Action::reply(echo));
        for script in [Script::default().rule(echo), Script::default()] {
            let server = SmtpServer::start(script.ehlo_lines([format!("AUTH {mechanism}")]).account(USER, TOKEN));
            let mut sandbox = Sandbox::with_attendees(2, server.port());
            sandbox.set("ROOMKEY_SMTP_PASSWORD", TOKEN);
            EventFile::at(server.port()).text("smtp", "user", USER).text("smtp", "auth", auth).write(&sandbox);
            for arguments in [&["check", "--smtp", "-v"][..], &["send", "--yes", "-v"], &["status", "--all"]] {
                let said = sandbox.run(arguments).said();
                is_nowhere_in(TOKEN, &arguments.join(" "), said.as_bytes());
                assert!(arguments[0] == "status" || said.contains(&format!("AUTH {mechanism} …")), "{said}");
            }
            for (what, octets) in files_of(&sandbox.path(".roomkey")) {
                is_nowhere_in(TOKEN, &what, &octets);
            }
        }
    }
}

#[test]
fn nobody_gets_somebody_elses_link() {
    let (server, sandbox) = told_all();
    sandbox.run(&["send", "--dry-run"]).is(0);
    sandbox.run(&["send", "--yes"]);
    let previews: Vec<_> = sandbox.eml_files("preview").iter().map(|path| ReceivedMail::read(path)).collect();
    let mails: Vec<_> = previews.into_iter().chain(server.received()).collect();
    for mail in &mails {
        for other in mails.iter().filter(|other| other.to() != mail.to()) {
            is_nowhere_in(token_in(&other.link()), &mail.to(), &mail.raw);
            is_nowhere_in(token_in(&other.link()), &mail.to(), format!("{}{}", mail.text(), mail.html()).as_bytes());
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn no_secret_stands_in_the_list_of_processes() {
    let server = SmtpServer::start(Script::default().rule(Rule::at(Stage::Final, Action::Stall)));
    let mut sandbox = Sandbox::with_attendees(2, server.port());
    sandbox.set("ROOMKEY_JITSI_SECRET", SIGNING);
    let run = sandbox.spawn(&["send", "--yes"]);
    server.wait_until(|server| server.counts().connections > 0);
    let command_line = fs::read(format!("/proc/{}/cmdline", run.id())).unwrap();
    is_nowhere_in(SIGNING, "the command line", &command_line);
}

#[test]
fn the_ledger_is_its_owners_alone() {
    let (_server, sandbox) = told_all();
    sandbox.run(&["send", "--yes"]);
    assert_eq!(mode(&sandbox.path(".roomkey")), 0o700);
    assert_eq!(sandbox.read(".roomkey/.gitignore").trim(), "*");
    for (name, _) in files_of(&sandbox.path(".roomkey")) {
        assert_eq!(mode(Path::new(&name)), 0o600, "{name}");
    }
}

#[test]
fn a_ledger_folder_that_is_a_link_is_refused() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(2, server.port());
    fs::create_dir(sandbox.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink(sandbox.path("elsewhere"), sandbox.path(".roomkey")).unwrap();
    sandbox.run(&["send", "--yes"]).is(3).says(".roomkey");
    assert_eq!((server.counts().mails, files_of(&sandbox.path("elsewhere")).len()), (0, 0));
}

#[test]
fn a_secret_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut sandbox = Sandbox::with_attendees(2, crate::support::CLOSED_PORT);
    sandbox.unset("ROOMKEY_JITSI_SECRET");
    EventFile::at(crate::support::CLOSED_PORT).text("jitsi", "secret_file", "jitsi.secret").write(&sandbox);
    sandbox.write("jitsi.secret", &format!("{SIGNING}\n"));
    sandbox.run(&["check"]).is(0);
    fs::set_permissions(sandbox.path("jitsi.secret"), fs::Permissions::from_mode(0o644)).unwrap();
    sandbox.run(&["check"]).is(3).says("chmod 600");
}

#[test]
fn a_weak_or_odd_secret_is_refused_and_not_shown() {
    let mut sandbox = Sandbox::with_attendees(1, crate::support::CLOSED_PORT);
    for secret in [
        "short",
        "your_app_secret",
        "changeme",
        " sixteen-and-more-octets-with-a-blank",
        "sixteen-and-more-octets-and-a-blank ",
    ] {
        sandbox.set("ROOMKEY_JITSI_SECRET", secret);
        let finished = sandbox.run(&["check"]);
        finished.is(3);
        assert!(
            secret.contains("app_secret")
                || secret == "changeme"
                || secret == "short"
                || !finished.said().contains(secret.trim())
        );
    }
    sandbox.unset("ROOMKEY_JITSI_SECRET");
    sandbox.run(&["check"]).is(3).says("ROOMKEY_JITSI_SECRET");
}
