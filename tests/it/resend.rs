//! `resend`: the same link once more, to those who are named.

use std::collections::BTreeMap;

use roomkey::{
    model::Stage,
    rehearsal::{Action, Rule, Script, Times},
};

use crate::support::{CLOSED_PORT, EventFile, Sandbox, SmtpServer, attendees};

/// The Message-ID that `status` tells of a row, as a mail's reader has it.
fn message_id(sandbox: &Sandbox, who: &str) -> String {
    let row = sandbox.row(who);
    row["message_id"].as_str().unwrap().trim_matches(['<', '>']).to_owned()
}

fn all_mailed(count: usize) -> (SmtpServer, Sandbox) {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(count, server.port());
    sandbox.run(&["send", "--yes"]).is(0);
    (server, sandbox)
}

#[test]
fn a_named_person_gets_the_same_link_in_a_new_mail() {
    let (server, sandbox) = all_mailed(3);
    sandbox.run(&["resend", "A2@example.org"]).is(0);
    let mails = server.received();
    let (again, all) = mails.split_last().unwrap();
    let first = all.iter().find(|mail| mail.to() == "a2@example.org").unwrap();
    assert_eq!((mails.len(), again.to().as_str()), (4, "a2@example.org"));
    assert_eq!(again.link(), first.link());
    assert_ne!(again.message_id(), first.message_id(), "mailboxes drop doubles");
}

#[test]
fn somebody_unknown_or_never_mailed_is_said_so() {
    let (server, sandbox) = all_mailed(1);
    sandbox.write("attendees.csv", &attendees(2));
    sandbox.run(&["resend", "nobody@example.org"]).is(3).says("nobody@example.org");
    sandbox.run(&["resend", "a2@example.org"]).is(3).says("a2@example.org");
    assert_eq!(server.counts().mails, 1);
}

#[test]
fn a_mail_may_go_to_another_address_of_the_same_person() {
    let (server, sandbox) = all_mailed(2);
    sandbox.run(&["resend", "a2@example.org", "--to", "private@example.net"]).is(0);
    let mails = server.received();
    assert_eq!(mails[2].to(), "private@example.net");
    let first = mails.iter().find(|mail| mail.to() == "a2@example.org").unwrap();
    assert_eq!(mails[2].claims(), first.claims(), "same person, same key");
    sandbox.run(&["send", "--yes"]).is(0);
    assert_eq!(server.counts().mails, 3);
}

#[test]
fn a_note_stands_in_both_parts() {
    let (server, sandbox) = all_mailed(1);
    sandbox.run(&["resend", "a1@example.org", "--note", "The clock of the <first> mail was wrong."]).is(0);
    let mail = server.received().pop().unwrap();
    assert!(mail.text().contains("The clock of the <first> mail was wrong."), "{}", mail.text());
    assert!(mail.html().contains("The clock of the &lt;first&gt; mail was wrong."), "{}", mail.html());
}

#[test]
fn failed_rows_are_tried_again_where_asked_for() {
    let refused = Rule::at(Stage::Recipient, Action::reply("550 5.1.1 no")).recipient("a2@").times(Times::First(1));
    let server = SmtpServer::start(Script::default().rule(refused));
    let sandbox = Sandbox::with_attendees(4, server.port());
    sandbox.run(&["send", "--yes"]).is(4);
    sandbox.run(&["resend", "--failed"]).is(3).says("--yes");
    sandbox.run(&["resend", "--failed", "--yes", "--wait"]).is(0);
    server.mailed_once(&["a1@example.org", "a2@example.org", "a3@example.org", "a4@example.org"]);
}

#[test]
fn a_resend_that_fails_does_not_erase_that_it_was_sent() {
    let (_server, sandbox) = all_mailed(2);
    let refusing =
        SmtpServer::start(Script::default().rule(Rule::at(Stage::Recipient, Action::reply("550 5.1.1 gone"))));
    EventFile::at(refusing.port()).write(&sandbox);
    assert_ne!(sandbox.run(&["resend", "a1@example.org"]).status.code(), Some(0));
    assert_eq!(sandbox.state("a1@example.org"), "sent");
}

#[test]
fn a_campaign_to_all_stopped_half_way_goes_on_with_the_rest() {
    let (_server, sandbox) = all_mailed(12);
    let to_all = ["resend", "--all", "--note", "New time", "--yes"];
    // The sixth mail and all after it get no answer to MAIL, so none of them has begun.
    let stalling =
        SmtpServer::start(Script::default().rule(Rule::at(Stage::Sender, Action::Stall).times(Times::After(5))));
    EventFile::at(stalling.port()).raw("smtp", "connections", 1).write(&sandbox);
    let run = sandbox.spawn(&to_all);
    stalling.wait_for_mails(5);
    run.kill();

    let server = SmtpServer::obliging();
    EventFile::at(server.port()).write(&sandbox);
    sandbox.run(&to_all);

    let mut noted: BTreeMap<_, _> = stalling.deliveries();
    noted.extend(
        server
            .deliveries()
            .into_iter()
            .map(|(who, times)| (who.clone(), times + stalling.deliveries().get(&who).unwrap_or(&0))),
    );
    assert!(noted.values().all(|times| *times == 1), "nobody twice: {noted:?}");
    let doubtful = sandbox.in_state("in_doubt").len();
    // Killed between the relay's 2xx and its record, a mail is both: delivered, and in doubt.
    assert!((12..=12 + 16).contains(&(noted.len() + doubtful)), "and nobody left out: {noted:?}");
    assert!(server.received().iter().all(|mail| mail.text().contains("New time")));
}

#[test]
fn a_finished_campaign_is_repeated_only_where_asked_for() {
    let (server, sandbox) = all_mailed(3);
    let to_all = ["resend", "--all", "--note", "New time", "--yes"];
    sandbox.run(&to_all).is(0);
    assert_eq!(server.counts().mails, 6);
    sandbox.run(&to_all).is(0);
    assert_eq!(server.counts().mails, 6);
    sandbox.run(&["resend", "--all", "--note", "New time", "--yes", "--again"]).is(0);
    assert_eq!(server.counts().mails, 9);
}

#[test]
fn a_moved_event_reaches_all_with_new_links() {
    let (server, sandbox) = all_mailed(2);
    let starts = EventFile::at(server.port()).text("event", "starts", "2036-12-06T14:00");
    starts.text("event", "ends", "2036-12-06T17:00").write(&sandbox);
    sandbox.run(&["resend", "--all", "--note", "New time", "--yes"]).is(0);
    let mails = server.received();
    let exp = |at: usize| mails[at].claims()["exp"].as_u64().unwrap();
    assert_eq!((mails.len(), exp(3) - exp(0)), (4, 24 * 60 * 60));
    sandbox.run(&["send", "--yes"]).is(0);
    assert_eq!(server.counts().mails, 4, "all know of the new time now");
}

#[test]
fn a_dry_run_shows_and_mails_nothing() {
    let (server, sandbox) = all_mailed(2);
    sandbox.run(&["resend", "a1@example.org", "--dry-run"]).is(0);
    assert_eq!((sandbox.eml_files("preview").len(), server.counts().mails), (1, 2));
}

#[test]
fn two_people_of_one_address_are_told_apart_by_name() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(0, server.port());
    EventFile::at(server.port()).text("attendees", "shared_addresses", "allow").write(&sandbox);
    sandbox.write("attendees.csv", "email,name\nhome@example.org,Ada\nhome@example.org,Ben\n");
    sandbox.run(&["send", "--yes"]).is(0);
    sandbox.run(&["resend", "home@example.org"]).is(3).says("Ada").says("Ben").says("--name");
    sandbox.run(&["resend", "home@example.org", "--name", "Ben"]).is(0);
    assert_eq!(server.received().last().unwrap().to_name().as_deref(), Some("Ben"));
}

#[test]
fn whoever_is_not_there_any_more_or_never_was_mailed_stops_all_who_are_named() {
    let (server, sandbox) = all_mailed(2);
    sandbox.write("attendees.csv", "email,name\na2@example.org,Attendee 2\nnew@example.org,New\n");
    sandbox.run(&["resend", "a1@example.org"]).is(3).says("was mailed, but is no longer in attendees.csv");
    sandbox.run(&["resend", "nobody@example.org"]).is(3).says("nobody@example.org is not in attendees.csv");
    for arguments in [&["resend", "a2@example.org", "new@example.org"][..], &["resend", "new@example.org", "--dry-run"]]
    {
        let refused = sandbox.run(arguments);
        refused.is(3).says("new@example.org was never mailed").says("roomkey send --only new@example.org");
        assert!(!refused.said().contains("a2@example.org was never"), "{}", refused.said());
    }
    assert_eq!((server.counts().mails, sandbox.path("preview").exists()), (2, false));
}

#[test]
fn a_note_that_no_reader_would_see_is_refused() {
    let (server, sandbox) = all_mailed(1);
    sandbox.write("templates/invite.txt", "Dear {{ attendee.name }}, <{{ link }}>\n");
    let event = EventFile::at(server.port()).text("mail", "templates", "templates");
    event.write(&sandbox);
    for arguments in [&["resend", "a1@example.org", "--note", "Hear"][..], &["resend", "--all", "--yes", "--note", "x"]]
    {
        sandbox.run(arguments).is(3).says("note");
        sandbox.run(&[arguments, &["--dry-run"]].concat()).is(3).says("note");
    }
    assert_eq!(server.counts().mails, 1);
    sandbox.run(&["resend", "a1@example.org"]).is(0);
    sandbox.write("templates/invite.txt", "{{ note }} Dear {{ attendee.name }}, <{{ link }}>\n");
    sandbox.run(&["resend", "a1@example.org", "--note", "Hear"]).is(0);
    assert!(server.received()[2].text().starts_with("Hear Dear"));
}

/// Two attendees mailed; the last mail to `doubt@` is in doubt, sent by these arguments.
fn in_doubt_after(arguments: &[&str]) -> (SmtpServer, Sandbox) {
    let doubt = Rule::at(Stage::Final, Action::AcceptThenDrop).recipient("doubt@").times(Times::First(1));
    let server = SmtpServer::start(Script::default().rule(doubt));
    let sandbox = Sandbox::with_attendees(0, server.port());
    sandbox.write("attendees.csv", "email,name\na@example.org,Ada\ndoubt@example.org,Ben\n");
    sandbox.run(&["send", "--yes"]);
    sandbox.run(arguments);
    (server, sandbox)
}

#[test]
fn a_row_in_doubt_keeps_its_message_id_unless_something_else_is_said() {
    for (again, keeps) in [
        (&["resend", "--in-doubt", "--yes"][..], true),
        (&["resend", "doubt@example.org"], true),
        (&["resend", "--all", "--yes"], true),
        (&["resend", "doubt@example.org", "--note", "A word more"], false),
        (&["resend", "--all", "--note", "A word more", "--yes"], false),
        (&["resend", "doubt@example.org", "--to", "home@example.net"], false),
    ] {
        let (server, sandbox) = in_doubt_after(&["status"]);
        let first = message_id(&sandbox, "doubt@example.org");
        sandbox.run(again).is(0);
        // A round mails Ada too, on a connection of her own: she may come last.
        let mail = server.received().into_iter().rfind(|mail| mail.to() != "a@example.org").unwrap();
        assert_eq!(mail.message_id() == first, keeps, "{again:?}");
        assert_eq!(mail.text().contains("A word more"), again.contains(&"--note"), "{again:?}");
        assert_eq!(sandbox.state("doubt@example.org"), "sent");
    }
}

#[test]
fn what_did_not_arrive_goes_where_and_with_what_is_said_now() {
    let (server, sandbox) = in_doubt_after(&["settle", "doubt@example.org", "--not-arrived"]);
    sandbox.run(&["resend", "doubt@example.org", "--to", "home@example.net", "--note", "A word more"]).is(0);
    let mail = server.received().pop().unwrap();
    assert_eq!((mail.to().as_str(), mail.text().contains("A word more")), ("home@example.net", true));
}

#[test]
fn a_named_address_is_where_it_goes_after_a_doubt_elsewhere() {
    let (server, sandbox) = in_doubt_after(&["resend", "a@example.org", "--to", "away@example.net"]);
    let doubt = Rule::at(Stage::Final, Action::AcceptThenDrop).recipient("away@").times(Times::First(1));
    let doubting = SmtpServer::start(Script::default().rule(doubt));
    EventFile::at(doubting.port()).write(&sandbox);
    sandbox.run(&["resend", "a@example.org", "--to", "away@example.net"]).is(5);
    sandbox.run(&["resend", "a@example.org"]).is(0);
    assert_eq!(doubting.received()[1].to(), "a@example.org");
    assert_eq!(server.counts().mails, 3);
}

#[test]
fn a_round_that_meets_a_doubt_counts_it_as_reached() {
    let (server, sandbox) = in_doubt_after(&["status"]);
    for _ in 0..2 {
        sandbox.run(&["resend", "--all", "--yes"]).is(0);
        assert_eq!(server.counts().mails, 4, "nobody twice in one round");
    }
}

#[test]
fn what_a_cut_off_run_left_on_its_way_is_in_doubt_for_resend_too() {
    let stalling = SmtpServer::start(Script::default().rule(Rule::at(Stage::Final, Action::Stall)));
    let sandbox = Sandbox::with_attendees(1, stalling.port());
    let run = sandbox.spawn(&["send", "--yes"]);
    sandbox.wait_until(|sandbox| sandbox.state("a1@example.org") == "sending");
    let id = message_id(&sandbox, "a1@example.org");
    run.kill();

    let server = SmtpServer::obliging();
    EventFile::at(server.port()).write(&sandbox);
    sandbox.run(&["resend", "--in-doubt", "--yes"]).is(0);
    assert_eq!(server.received()[0].message_id(), id);
}

#[test]
fn deferred_rows_of_a_round_keep_note_and_message_id() {
    let (_server, sandbox) = all_mailed(2);
    let later = Rule::at(Stage::Final, Action::reply("451 4.3.0 later")).recipient("a1@").times(Times::First(1));
    let server = SmtpServer::start(Script::default().rule(later));
    let event = EventFile::at(server.port()).text("retry", "give_up_after", "4h");
    let to_all = ["resend", "--all", "--note", "New time", "--yes", "--no-wait"];
    event.write(&sandbox);
    sandbox.run(&to_all).is(4).says("roomkey resend --all --note");
    let id = message_id(&sandbox, "a1@example.org");
    sandbox.wait_until(|sandbox| {
        // Any command that goes on with it takes it up once it is due.
        sandbox.run(&["send", "--yes", "--no-wait"]).status.code() == Some(0)
    });
    let mail = server.received().pop().unwrap();
    assert_eq!((mail.to().as_str(), mail.message_id()), ("a1@example.org", id.as_str()));
    assert!(mail.text().contains("New time"));
    sandbox.run(&to_all).is(0);
    assert_eq!(server.counts().mails, 2, "it is reached");
}

#[test]
fn a_round_stopped_half_way_wants_the_same_note() {
    let (_server, sandbox) = all_mailed(3);
    let refusing = Rule::at(Stage::Sender, Action::reply("550 5.7.1 not yours")).times(Times::After(1));
    let server = SmtpServer::start(Script::default().rule(refusing));
    EventFile::at(server.port()).raw("smtp", "connections", 1).write(&sandbox);
    sandbox.run(&["resend", "--all", "--note", "New time", "--yes"]).is(6);
    assert_eq!(server.counts().mails, 1);

    let rest = SmtpServer::obliging();
    EventFile::at(rest.port()).write(&sandbox);
    sandbox.run(&["resend", "--all", "--note", "Another time", "--yes"]).is(3).says("New time").says("--again");
    sandbox.run(&["resend", "--all", "--yes"]).is(3).says("New time");
    assert_eq!(rest.counts().mails, 0);
    sandbox.run(&["resend", "--all", "--note", "New time", "--yes"]).is(0);
    assert_eq!(rest.counts().mails, 2);
    sandbox.run(&["resend", "--all", "--note", "Another time", "--yes", "--again"]).is(0);
    assert_eq!(rest.counts().mails, 5);
}

#[test]
fn one_address_never_gets_everybodys_links() {
    let (server, sandbox) = all_mailed(2);
    for whom in [&["--all"][..], &["--failed"], &["--in-doubt"]] {
        let arguments = [&["resend", "--to", "me@example.net", "--yes"], whom].concat();
        sandbox.run(&arguments).is(2);
    }
    sandbox.run(&["resend", "a1@example.org", "a2@example.org", "--to", "me@example.net"]).is(3).says("one person");
    assert_eq!(server.counts().mails, 2);
}

#[test]
fn rows_with_problems_are_left_out_and_count_as_left_out() {
    let (server, sandbox) = all_mailed(2);
    sandbox.write("attendees.csv", "email,name\na1@example.org,Ada\na2@example.org,\n");
    sandbox.run(&["resend", "--all", "--yes"]).is(3);
    sandbox.run(&["resend", "--all", "--yes", "--skip-invalid"]).is(4).says("left out: a2@example.org");
    assert_eq!(server.deliveries()["a1@example.org"], 2);
    let finished = sandbox.run(&["resend", "a1@example.org", "a2@example.org", "--skip-invalid"]);
    finished.is(4).says("left out: a2@example.org");
    assert_eq!(server.counts().mails, 4);
}

#[test]
fn named_people_are_gone_on_with_by_name() {
    let (_server, sandbox) = all_mailed(2);
    EventFile::at(CLOSED_PORT).write(&sandbox);
    let finished = sandbox.run(&["resend", "a1@example.org", "a2@example.org", "--note", "It's new"]);
    finished.is(6).says("`roomkey resend a1@example.org a2@example.org --note \"It's new\"` goes on with the rest");
}

#[test]
fn a_refusal_elsewhere_is_told_once_and_leaves_the_first_mail_standing() {
    let refuse = Rule::at(Stage::Recipient, Action::reply("550 5.1.1 no such user")).recipient("private@");
    let server = SmtpServer::start(Script::default().rule(refuse));
    let sandbox = Sandbox::with_attendees(1, server.port());
    sandbox.run(&["send", "--yes"]).is(0);
    let finished = sandbox.run(&["resend", "a1@example.org", "--to", "private@example.net"]);
    finished.is(4).says("1 refused").says("a1@example.org, mailed to private@example.net").says("--to");
    assert!(!sandbox.run(&["send", "--yes"]).is(0).said().contains("refused"));
}

#[test]
fn nobody_in_a_state_is_said_so() {
    let (_server, sandbox) = all_mailed(1);
    sandbox.run(&["resend", "--failed", "--yes"]).is(0).says("nobody's mail has failed");
    sandbox.run(&["resend", "--in-doubt", "--yes"]).is(0).says("nobody's mail is in doubt");
}
