//! Flags that go with every command, or that no command's own file is about.

use roomkey::{
    model::Stage,
    rehearsal::{Action, Rule, Script},
};

use crate::support::{EventFile, Sandbox, SmtpServer, attendees};

#[test]
fn quiet_leaves_results_and_problems() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(2, server.port());
    sandbox.run(&["send", "--yes", "--quiet"]).is(0).says_not("to mail").says_not("accepted");
    let link = sandbox.run(&["link", "a1@example.org", "--quiet"]);
    link.is(0).says("jwt=").says_not("link works");
    sandbox.run(&["link", "nobody@example.org", "--quiet"]).is(3).says("nobody@example.org");
}

#[test]
fn verbose_shows_the_conversation_without_the_mail() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(1, server.port());
    sandbox.run(&["send", "--yes", "--verbose"]).is(0).says("RCPT TO:<a1@example.org>").says_not("jwt=");
}

#[test]
fn colour_and_progress_are_as_asked_for() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(1, server.port());
    sandbox.run(&["check", "--event", "none.toml", "--color", "always"]).is(3).says("\u{1b}[");
    sandbox.run(&["check", "--event", "none.toml", "--color", "never"]).is(3).says_not("\u{1b}[");
    sandbox.run(&["send", "--dry-run", "--progress", "none"]).is(0).says_not(" of 1");
    sandbox.run(&["send", "--dry-run", "--progress", "plain"]).is(0).says(" of 1");
}

#[test]
fn of_one_address_the_name_tells_who_is_mailed_and_settled() {
    let lost = Rule::at(Stage::Final, Action::Drop).recipient("family@");
    let server = SmtpServer::start(Script::default().rule(lost));
    let sandbox = Sandbox::new();
    EventFile::at(server.port()).text("attendees", "shared_addresses", "allow").write(&sandbox);
    sandbox.write("attendees.csv", "email,name\nfamily@example.org,Ada\nfamily@example.org,Ben\n");

    sandbox.run(&["send", "--yes", "--only", "family@example.org"]).is(3).says("--name");
    sandbox.run(&["send", "--yes", "--only", "family@example.org", "--name", "Ben"]).is(5);
    sandbox.run(&["settle", "family@example.org", "--arrived", "--name", "Ada"]).is(3);
    sandbox.run(&["settle", "family@example.org", "--arrived", "--name", "Ben"]).is(0);
    assert_eq!(sandbox.in_state("sent"), ["family@example.org"]);
    assert_eq!(sandbox.in_state("pending").len(), 1);
}

#[test]
fn resend_leaves_out_what_is_unsound_and_waits_for_nothing_where_told_so() {
    let later = Rule::at(Stage::Recipient, Action::reply("450 4.2.0 later")).recipient("a2@");
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(2, server.port());
    sandbox.run(&["send", "--yes"]).is(0);
    sandbox.write(
        "attendees.csv",
        "email,name,moderator\na1@example.org,Attendee 1,\na2@example.org,Attendee 2,perhaps\n",
    );

    sandbox.run(&["resend", "--all", "--yes"]).is(3).says("--skip-invalid");
    sandbox.run(&["resend", "--all", "--yes", "--skip-invalid"]).says("left out: a2@example.org").says("1 accepted");
    sandbox.run(&["resend", "a1@example.org", "--dry-run", "--out", "look"]).is(0).says("look");
    assert_eq!(sandbox.eml_files("look").len(), 1);

    sandbox.write("attendees.csv", &attendees(2));
    let greylisting = SmtpServer::start(Script::default().rule(later));
    EventFile::at(greylisting.port()).text("retry", "greylist_wait", "1h").write(&sandbox);
    sandbox.run(&["resend", "a2@example.org", "--no-wait"]).is(4);
}
