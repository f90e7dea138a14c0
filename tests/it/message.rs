//! `message_file`: the organiser's own words in every mail, without templates.

use crate::support::{EventFile, ReceivedMail, Sandbox};

const ROWS: &str =
    "email,name,language\nada@example.org,Ada Lovelace,en\njo@example.org,<b>Jo</b>,de-AT\nlu@example.org,Lu,fr\n";

fn event(message: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("attendees.csv", ROWS);
    sandbox.write("message.md", message);
    EventFile::at(2525).text("mail", "message_file", "message.md").write(&sandbox);
    sandbox
}

fn previews(sandbox: &Sandbox) -> Vec<ReceivedMail> {
    sandbox.run(&["send", "--dry-run"]).is(0);
    sandbox.eml_files("preview").iter().map(|file| ReceivedMail::read(file)).collect()
}

#[test]
fn the_words_stand_in_text_and_html_of_every_language() {
    let sandbox = event("Dear {name}, **bring a cup** to {title}.\n\n- [the plan](https://example.org/plan)\n");
    sandbox.write("message.de.md", "Bitte eine Tasse mitbringen.\n");
    let mails = previews(&sandbox);
    assert!(
        mails[0].text().replace("\r\n", "\n").contains(
            "\nDear Ada Lovelace, bring a cup to Rust for Everyone.\n\n  - the plan <https://example.org/plan>\n"
        ),
        "{}",
        mails[0].text()
    );
    assert!(mails[0].html().contains("<bdi>Ada Lovelace</bdi>, <strong>bring a cup</strong>"));
    assert!(mails[0].html().contains("href=\"https://example.org/plan\""));
    // In German for a reader in Austria, in English for one who reads French.
    assert!(mails[1].text().contains("Bitte eine Tasse mitbringen.") && mails[1].html().contains("Bitte eine Tasse"));
    assert!(mails[2].text().contains("Dear Lu,") && mails[2].text().contains("Votre lien"));
}

#[test]
fn a_name_is_text_whatever_it_looks_like() {
    let mails = previews(&event("Hello {first_name}\n"));
    assert!(mails[1].text().contains("Hello <b>Jo</b>"), "{}", mails[1].text());
    assert!(mails[1].html().contains("&lt;b&gt;Jo&lt;/b&gt;") && !mails[1].html().contains("<b>Jo"));
}

#[test]
fn what_cannot_be_shown_is_refused_with_its_line_and_nothing_is_sent() {
    let sandbox = event("Hello\n\n# Agenda\n\n{nmae}\n");
    for arguments in [&["check"][..], &["send", "--yes"]] {
        let told = sandbox.run(arguments);
        told.is(3).says("message.md:3: a heading is not shown in mails").says("message.md:5: `{nmae}` is nothing");
        told.says("only {name}, {first_name} and {title}");
    }
    let missing = event("x");
    EventFile::at(2525).text("mail", "message_file", "words.md").write(&missing);
    missing.run(&["check"]).is(3).says("event.toml:").says("words.md: failed to read the file");
}

#[test]
fn own_templates_that_leave_the_words_out_are_told() {
    let sandbox = event("Hello\n");
    sandbox.write("templates/invite.txt", "{{ link }}\n");
    sandbox.write("templates/invite.html", "{{ message }}<a href=\"{{ link }}\">x</a>");
    let told = sandbox.run(&["check"]);
    told.says("templates/invite.txt does not show the words of `message_file`").says_not("invite.html does not show");
}
