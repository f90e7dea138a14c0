//! `cancel` where files are gone, half, or say nothing: people are told all the same, or the organiser is.

use roomkey::{
    model::Stage,
    rehearsal::{Action, Rule, Script, Times},
};

use crate::calendar::{entry, last, mailed};
use crate::support::{EventFile, Sandbox, SmtpServer, attendees};

#[test]
fn a_file_that_is_gone_and_a_secret_that_is_gone_keep_nobody_from_being_told() {
    let (server, mut sandbox) = mailed(2, "request");
    std::fs::remove_file(sandbox.path("attendees.csv")).unwrap();
    sandbox.unset("ROOMKEY_JITSI_SECRET");
    sandbox.run(&["cancel", "a1@example.org"]).is(0).says("Attendee 1 <a1@example.org>");
    sandbox.write("attendees.csv", "no columns that anybody knows\n1\n");
    sandbox.run(&["cancel", "--all", "--yes"]).is(0);
    let mails = server.received();
    let off: Vec<_> = mails[2..].iter().map(|mail| (mail.to(), entry(mail).method.clone())).collect();
    assert_eq!(off, ["a1@example.org", "a2@example.org"].map(|to| (to.to_owned(), "CANCEL".to_owned())));
    // Who was never invited is named still.
    sandbox.run(&["cancel", "a3@example.org"]).is(3);
}

#[test]
fn a_round_of_cancellations_that_was_stopped_is_told_until_it_is_done() {
    let (_server, sandbox) = mailed(3, "request");
    let dying = SmtpServer::start(
        Script::default().rule(Rule::at(Stage::Sender, Action::reply("550 5.7.1 no")).times(Times::After(1))),
    );
    let at = |port| EventFile::at(port).text("calendar", "style", "request").raw("smtp", "connections", 1);
    at(dying.port()).write(&sandbox);
    sandbox.run(&["cancel", "--all", "--yes"]).is(6);
    let half_way = "a round of `roomkey cancel --all` was stopped half-way";
    sandbox.run(&["status"]).is(0).says(half_way).says("`roomkey cancel --all` goes on with the rest");
    sandbox.run(&[]).says(half_way);
    // Inviting somebody in the middle of it is no secret either.
    let server = SmtpServer::obliging();
    at(server.port()).write(&sandbox);
    sandbox.write("attendees.csv", &attendees(4));
    sandbox.run(&["send", "--yes"]).says("this event was called off by `roomkey cancel --all`");
    assert_eq!(last(&server).to(), "a4@example.org");
    sandbox.run(&["cancel", "--all", "--yes", "--wait"]).is(0);
    sandbox.run(&["status"]).is(0).says_not("half-way");
    assert_eq!(sandbox.in_state("cancelled").len(), 4);
}

#[test]
fn the_templates_of_a_cancellation_are_tried_before_they_are_needed() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(0, server.port());
    sandbox.write("attendees.csv", "email,name,Table\na1@example.org,Ada,7\na2@example.org,Ben,8\n");
    sandbox.write("templates/cancel.txt", "Off, {{ attendee.name }}. {{ row.Tabel }}");
    sandbox.run(&["check"]).is(3).says("Tabel").says("cancel.txt");
    // A number that is there for everybody in the file is not for who left it.
    sandbox.write("templates/cancel.txt", "Off, {{ attendee.name }}. {{ row.Table | int }}");
    sandbox.run(&["check"]).is(3).says("cancel.txt");
    sandbox.write("templates/cancel.txt", " \n");
    sandbox.run(&["check"]).is(0).says("the text says nothing (in your cancel.*, for `roomkey cancel`)");
    sandbox.write(
        "templates/cancel.txt",
        "Off, {{ attendee.name }}.{% if row.Table %} Table {{ row.Table }} is free.{% endif %}",
    );
    sandbox.run(&["check"]).is(0).says_not("in your cancel");
    // And whoever left the file is told by them too.
    sandbox.run(&["send", "--yes"]).is(0);
    sandbox.write("attendees.csv", "email,name,Table\na1@example.org,Ada,7\n");
    sandbox.run(&["cancel", "--all", "--yes"]).is(0);
    let mails = server.received();
    let mut said: Vec<_> = mails[2..].iter().map(|mail| mail.text().trim().to_owned()).collect();
    // Several connections keep no order.
    said.sort();
    assert_eq!(said, ["Off, Ada. Table 7 is free.", "Off, Ben."]);
}

#[test]
fn who_is_invited_in_a_language_and_called_off_in_another_is_told_of() {
    let sandbox = Sandbox::with_attendees(0, 9);
    EventFile::at(9).text("mail", "message_file", "message.md").write(&sandbox);
    sandbox.write("attendees.csv", "email,name,language\na1@example.org,Ada,it\n");
    for (file, words) in [
        ("invite.subject.txt", "Invito"),
        ("invite.txt", "Ciao: {{ link }}"),
        ("invite.html", "<p lang=\"it\"><a href=\"{{ link }}\">Ciao</a></p>"),
        ("invite.calendar.txt", "Ciao: {{ link }}"),
    ] {
        sandbox.write(&format!("templates/it/{file}"), words);
    }
    sandbox.write("message.md", "Welcome.\n");
    sandbox.write("message.it.md", "Benvenuti.\n");
    sandbox.write("message.fr.md", "Bienvenue.\n");
    let told = sandbox.run(&["check"]);
    told.is(0).says("in `it`, asked for by 1 row, there are invitations and no cancellation");
    told.says("write it/cancel.subject.txt, it/cancel.txt and it/cancel.html too");
    told.says("nobody reads the words of `message_file` for `fr`").says_not("for `it`: neither");
}
