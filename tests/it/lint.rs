//! What `check` says of mails that could be sent, and had better not be as they are.

use super::check::copy_sample;
use crate::support::{CLOSED_PORT, EventFile, Sandbox, SmtpServer};

/// Rows in both languages of ours, a moderator, a zone of one's own.
const EVERYBODY: &str = "email,name,moderator,language,timezone\na@example.org,Ada,yes,,\nb@example.com,Jürgen,,de,\n\
                         c@example.net,Keiko,,,Asia/Tokyo\nd@example.org,Dora,yes,de-AT,\n";

/// An event as somebody has it who sends through a provider.
fn through(host: &str, from: &str) -> EventFile {
    EventFile::at(587).text("smtp", "host", host).text("smtp", "tls", "starttls").text("mail", "from", from).text(
        "smtp",
        "user",
        "somebody@example.org",
    )
}

#[test]
fn every_planted_fault_of_mails_and_sender_is_found_by_its_words_and_no_other() {
    let mut sandbox = Sandbox::new();
    sandbox.set("ROOMKEY_SMTP_PASSWORD", "correct horse battery staple");
    copy_sample("broken", &sandbox);
    // The second table of the sample's README: `| where | planted | words |`.
    let readme = sandbox.read("README.md");
    let rows = readme.lines().filter(|line| line.starts_with("| `"));
    let planted: Vec<&str> = rows.filter_map(|line| line.split(" | ").nth(2)?.strip_suffix(" |")).collect();
    assert!(planted.len() >= 14, "{planted:?}");

    let finished = sandbox.run(&["check"]);

    finished.is(3);
    let mut warnings: Vec<&str> = finished.stderr.lines().filter(|line| line.starts_with("warning: ")).collect();
    for words in planted {
        let at = warnings.iter().position(|warning| warning.contains(words));
        warnings.remove(at.unwrap_or_else(|| panic!("nobody says `{words}`:\n{}", finished.said())));
    }
    // The row that is there twice.
    assert!(matches!(&warnings[..], [one] if one.contains("attendees.csv:16")), "{warnings:?}");
    let hints = finished.stderr.split("\nerror: ").next().unwrap().matches("\n  hint: ").count();
    assert_eq!(hints, 14, "each has a way out:\n{}", finished.stderr);
}

#[test]
fn ordinary_events_are_left_in_peace() {
    let mut sandbox = Sandbox::new();
    sandbox.set("ROOMKEY_SMTP_PASSWORD", "correct horse battery staple");
    sandbox.write("attendees.csv", EVERYBODY);
    for event in [
        through("smtp.example.org", "Rust Workshop <workshop@example.org>"),
        through("smtp.gmail.com", "Ada <ada@gmail.com>").text("jitsi", "url", "https://meet.jitsi.example"),
        through("mail.gmx.net", "Ada <ada@gmx.at>"),
        through("smtp.gmail.com", "workshop@mail.example.org")
            .text("mail", "envelope_from", "bounces@example.org")
            .text("event", "organizer", "Rust Workshop <workshop@mail.example.org>"),
        through("email-smtp.eu-west-1.amazonaws.com", "no-reply@example.org")
            .text("mail", "reply_to", "questions@example.com")
            .text("event", "description", "See https://www.example.org/program."),
    ] {
        event.write(&sandbox);
        sandbox.run(&["check", "--strict"]).is(0).says_not("warning");
    }
}

#[test]
fn a_finding_is_told_with_its_place_and_keeps_no_mail_from_leaving() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::new();
    sandbox.write("attendees.csv", EVERYBODY);
    EventFile::at(server.port())
        .text("mail", "subject", "YOUR LINK FOR {title}")
        .text("event", "title", "RUST")
        .text("event", "organizer", "ada@example.org")
        .text("event", "description", "See https://rust-lang.org and http://www.example.org/a?b=c.")
        .write(&sandbox);

    let checked = sandbox.run(&["check"]);

    checked.is(0).says("warning: the subject is all capitals\n  hint: write it in small letters");
    checked.says("warning: event.toml:").says("organizer: ada@example.org invites, workshop@example.org sends");
    checked.says("a link or picture leads to rust-lang.org").says("http://www.example.org/a is a link without");
    sandbox.run(&["check", "--strict"]).is(3).says("4 warnings").says("--strict");
    sandbox.run(&["send", "--yes"]).is(0).says_not("capitals");
    assert_eq!(server.counts().mails, 4);
}

#[test]
fn what_strangers_wrote_is_told_where_it_is_printed_as_it_is() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    let html = "<p>{{ greeting }}\n{% for cell in [attendee.name] %}{{ cell | safe }}{% endfor %}\n\
                <a href=\"{{ link }}\">Enter</a>";
    sandbox.write("templates/invite.html", html);
    sandbox.write("templates/invite.txt", "{{ attendee.name | safe }}\n<{{ link }}>\n");
    let finished = sandbox.run(&["check"]);
    finished
        .is(0)
        .says("warning: templates/invite.html:2:37: `cell` goes into the HTML unescaped\n  hint: take `| safe`");
    finished.says_not("invite.txt:");
}

#[test]
fn without_dns_or_with_it_a_domain_that_nobody_has_is_a_warning() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    EventFile::at(CLOSED_PORT).text("mail", "from", "workshop@roomkey.invalid").write(&sandbox);
    // Where no name server can be asked it says so, elsewhere that there is no such domain.
    let told = sandbox.run(&["check", "--dns"]);
    told.is(0).says("warning: ").says("roomkey.invalid").says("  hint: ");
    let unasked = told.said().contains("SPF of roomkey.invalid is not known");
    assert!(unasked || told.said().contains("there is no domain roomkey.invalid"), "{}", told.said());
    sandbox.run(&["check", "--dns", "--strict"]).is(3).says(if unasked { "2 warnings" } else { "1 warning" });
    sandbox.run(&["check", "--strict"]).is(0).says_not("SPF");
}
