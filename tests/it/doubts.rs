//! What is told of mails in doubt, and of every other state: what to look for, and what to do.

use roomkey::{
    model::Stage,
    rehearsal::{Action, Rule, Script, Times},
};

use crate::support::{EventFile, Sandbox, SmtpServer, attendees};

/// Two rows in doubt: of `a2` nothing was heard, and the reply to `a3` is none that belongs there.
fn two_in_doubt() -> (SmtpServer, Sandbox) {
    let at_the_dot = |who: &str, action| Rule::at(Stage::Final, action).recipient(who).times(Times::First(1));
    let odd = Action::reply("354 2.0.0 Ok: queued as 4XkT2z1b");
    let script = Script::default().rule(at_the_dot("a2@", Action::AcceptThenDrop)).rule(at_the_dot("a3@", odd));
    let server = SmtpServer::start(script);
    let sandbox = Sandbox::with_attendees(4, server.port());
    sandbox.run(&["send", "--yes"]).is(5);
    assert_eq!(sandbox.in_state("in_doubt"), ["a2@example.org", "a3@example.org"]);
    (server, sandbox)
}

fn message_id(sandbox: &Sandbox, who: &str) -> String {
    sandbox.row(who)["message_id"].as_str().unwrap().to_owned()
}

#[test]
fn mailing_doubts_again_shows_what_to_look_for_and_asks() {
    let (server, sandbox) = two_in_doubt();
    let mails = server.counts().mails;
    let (second, third) = (message_id(&sandbox, "a2@example.org"), message_id(&sandbox, "a3@example.org"));

    let unasked = sandbox.run(&["resend", "--in-doubt"]);
    unasked.is(3).says("--yes").says(&second).says(&third).says("queued as 4XkT2z1b").says("the connection was lost");
    unasked.says("the mail server's log").says("roomkey settle").says_not("a1@example.org");
    assert_eq!(server.counts().mails, mails);

    let mut terminal = sandbox.in_terminal(&["resend", "--in-doubt"]);
    terminal.expect(&third).expect("Go ahead? [y/N]").types("n").ends_with(3);
    assert_eq!((server.counts().mails, sandbox.in_state("in_doubt").len()), (mails, 2));

    sandbox.run(&["resend", "--in-doubt", "--yes"]).is(0).says(&second);
    let ids: Vec<_> = server.received().iter().map(|mail| format!("<{}>", mail.message_id())).collect();
    assert_eq!(ids.iter().filter(|id| **id == second).count(), 2, "mailboxes can drop the double");
}

#[test]
fn somebody_named_whose_mail_is_in_doubt_is_told_of_too() {
    let (_server, sandbox) = two_in_doubt();
    let third = message_id(&sandbox, "a3@example.org");
    sandbox.run(&["resend", "a3@example.org"]).is(0).says(&third).says("queued as 4XkT2z1b");
    sandbox.run(&["resend", "a1@example.org"]).is(0).says_not("in doubt");
}

#[test]
fn a_run_that_was_cut_off_says_so_of_its_doubts() {
    let server = SmtpServer::start(Script::default().rule(Rule::at(Stage::Final, Action::Stall)));
    let sandbox = Sandbox::with_attendees(2, server.port());
    let run = sandbox.spawn(&["send", "--yes"]);
    sandbox.wait_until(|sandbox| !sandbox.in_state("sending").is_empty());
    run.kill();
    let who = sandbox.in_state("in_doubt").remove(0);
    let finished = sandbox.run(&["resend", "--in-doubt"]);
    finished.is(3).says(&message_id(&sandbox, &who)).says("the run was cut off while it was handed over");
}

#[test]
fn status_explains_each_state_in_a_sentence() {
    let to = |who: &str, stage, reply: &str| Rule::at(stage, Action::reply(reply)).recipient(who);
    let script = Script::default()
        .rule(to("a1@", Stage::Recipient, "550 5.1.1 no such user"))
        .rule(to("a2@", Stage::Recipient, "451 4.3.0 later"))
        .rule(Rule::at(Stage::Final, Action::AcceptThenDrop).recipient("a3@"))
        .rule(Rule::at(Stage::Final, Action::Stall).recipient("a6@"));
    let server = SmtpServer::start(script);
    let sandbox = Sandbox::with_attendees(5, server.port());
    let event = EventFile::at(server.port()).raw("retry", "delays", r#"["1h"]"#).text("retry", "give_up_after", "4h");
    event.write(&sandbox);
    sandbox.run(&["send", "--yes", "--no-wait"]).is(5);
    // a5 is gone, a1 stands twice, a7 is new, and a6 is on its way.
    let file = attendees(7).replace("a5@example.org,Attendee 5\n", "");
    sandbox.write("attendees.csv", &format!("{file}a1@example.org,Attendee 1\n"));
    let run = sandbox.spawn(&["send", "--only", "a6@example.org", "--yes", "--no-wait"]);
    sandbox.wait_until(|sandbox| !sandbox.in_state("sending").is_empty());

    let status = sandbox.run(&["status"]);

    for (state, sentence) in [
        ("pending", "to be mailed; `roomkey send"),
        ("sending", "a run is handing the mail over this moment."),
        ("sent", "the mail server accepted the mail."),
        ("deferred", "the mail server asked to try later"),
        ("failed", "refused for good, for the reason that each line gives."),
        ("in doubt", "nobody knows whether it arrived. Look for the Message-ID in the mail server's log"),
        ("skipped", "left out: the row repeats another one, has a problem, or is kept out by choice."),
        ("removed", "in the ledger, but no longer in the attendee file."),
    ] {
        let lines: Vec<_> = status.stdout.lines().filter(|line| line.starts_with(&format!("  {state}: "))).collect();
        assert!(lines.len() == 1 && lines[0].contains(sentence), "{state}: {}", status.stdout);
    }
    status.says(&message_id(&sandbox, "a3@example.org"));
    run.kill();
}
