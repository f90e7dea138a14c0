//! What befalls single rows: refused, deferred, lost before the final dot, in doubt after it.

use std::time::Duration;

use roomkey::{
    model::Stage,
    rehearsal::{Action, Rule, Script, Times},
};

use crate::support::{EventFile, Sandbox, SmtpServer, attendees};

const EVERYBODY: [&str; 5] = ["a1@example.org", "a2@example.org", "a3@example.org", "a4@example.org", "a5@example.org"];

/// A server that acts once, at the first moment that matches, and an event of five attendees for it.
fn five_with(rule: Rule) -> (SmtpServer, Sandbox) {
    let server = SmtpServer::start(Script::default().rule(rule));
    let sandbox = Sandbox::with_attendees(5, server.port());
    (server, sandbox)
}

fn to_a3(stage: Stage, action: Action) -> Rule {
    Rule::at(stage, action).recipient("a3@")
}

#[test]
fn a_refused_recipient_fails_alone() {
    for reply in
        ["550 5.1.1 <a3@example.org>: no such user", "553 5.1.3 bad address", "550-5.1.1 no such\n550 5.1.1 user"]
    {
        let (server, sandbox) = five_with(to_a3(Stage::Recipient, Action::reply(reply)));
        sandbox.run(&["send", "--yes"]).is(4).says("a3@example.org");
        server.mailed_once(&["a1@example.org", "a2@example.org", "a4@example.org", "a5@example.org"]);
        let row = sandbox.row("a3@example.org");
        assert_eq!((&row["state"], &row["attempts"]), (&"failed".into(), &1.into()));
        assert!(row["last_reply"].as_str().unwrap().contains("5.1."), "{row}");
    }
}

#[test]
fn after_a_refused_recipient_the_connection_is_in_step() {
    let refused = Rule::at(Stage::Recipient, Action::reply("550 5.1.1 no such user")).times(Times::Nth(3));
    let server = SmtpServer::start(Script::default().rule(refused).records_commands());
    let sandbox = Sandbox::with_attendees(30, server.port());
    EventFile::at(server.port()).raw("smtp", "connections", 1).write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(4);
    assert_eq!(server.deliveries().values().sum::<usize>(), 29, "each with its own recipient");
    assert!(server.commands().iter().any(|command| command.line == "RSET"));
}

#[test]
fn a_refused_message_fails_alone() {
    for reply in ["554 5.7.1 looks like spam", "552 5.3.4 too big", "550 5.6.0 no"] {
        let (server, sandbox) = five_with(to_a3(Stage::Final, Action::reply(reply)));
        sandbox.run(&["send", "--yes"]).is(4).says("a3@example.org");
        assert_eq!(server.counts().mails, 4);
        assert_eq!(sandbox.in_state("failed"), ["a3@example.org"]);
    }
}

#[test]
fn a_deferred_row_waits_and_goes() {
    let greylisted = Action::reply("450 4.2.0 greylisted, come again");
    let full = Action::reply("452 4.2.2 mailbox full");
    let busy = Action::reply("451 4.3.0 local trouble");
    for (stage, action) in [(Stage::Recipient, greylisted), (Stage::Recipient, full), (Stage::Final, busy)] {
        let (server, sandbox) = five_with(to_a3(stage, action).times(Times::First(1)));
        sandbox.run(&["send", "--yes"]).is(0);
        server.mailed_once(&EVERYBODY);
        assert_eq!(sandbox.row("a3@example.org")["attempts"], 2);
    }
}

#[test]
fn everybody_may_be_greylisted_once() {
    let greylisting = Rule::at(Stage::Recipient, Action::reply("450 4.2.0 greylisted")).times(Times::FirstOfEach(1));
    let (server, sandbox) = five_with(greylisting);
    sandbox.run(&["send", "--yes", "--wait"]).is(0);
    server.mailed_once(&EVERYBODY);
}

#[test]
fn without_waiting_a_deferred_row_stays_for_the_next_run() {
    let (server, sandbox) = five_with(to_a3(Stage::Recipient, Action::reply("451 4.3.0 later")).times(Times::First(1)));
    EventFile::at(server.port())
        .raw("retry", "delays", r#"["1h"]"#)
        .text("retry", "give_up_after", "4h")
        .write(&sandbox);
    sandbox.run(&["send", "--yes", "--no-wait"]).is(4);
    let row = sandbox.row("a3@example.org");
    assert_eq!((&row["state"], &row["attempts"]), (&"deferred".into(), &1.into()));
    assert!(row["next_attempt"].as_str().is_some_and(|time| time.ends_with('Z')), "{row}");
    sandbox.run(&["send", "--yes", "--no-wait"]).is(4);
    assert_eq!(server.counts().mails, 4, "it is not due");
}

#[test]
fn a_row_deferred_again_and_again_is_given_up() {
    let (server, sandbox) = five_with(to_a3(Stage::Recipient, Action::reply("451 4.3.0 never")));
    EventFile::at(server.port()).text("retry", "give_up_after", "3s").write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(4).says("a3@example.org");
    assert_eq!(sandbox.state("a3@example.org"), "deferred");
    assert!(sandbox.row("a3@example.org")["attempts"].as_u64().unwrap() >= 2);
    assert_eq!(server.counts().mails, 4);
}

#[test]
fn a_connection_lost_before_the_dot_is_tried_again_at_once() {
    for stage in [Stage::Sender, Stage::Recipient, Stage::Data] {
        let (server, sandbox) = five_with(Rule::at(stage, Action::Drop).times(Times::Nth(2)));
        // A row that had to wait would wait for an hour.
        EventFile::at(server.port())
            .raw("retry", "delays", r#"["1h"]"#)
            .text("retry", "greylist_wait", "1h")
            .write(&sandbox);
        sandbox.run(&["send", "--yes"]).is(0);
        server.mailed_once(&EVERYBODY);
    }
}

#[test]
fn a_mail_that_goes_again_at_once_is_one_line_of_the_ledger() {
    let drops = [20, 40, 60, 80].map(|nth| Rule::at(Stage::Data, Action::Drop).times(Times::Nth(nth)));
    let server = SmtpServer::start(drops.into_iter().fold(Script::default(), Script::rule));
    let sandbox = Sandbox::with_attendees(100, server.port());
    sandbox.run(&["send", "--yes"]).is(0);
    let ledger = rusqlite::Connection::open(sandbox.path(".roomkey/workshop.sqlite3")).unwrap();
    let lines: i64 = ledger.query_row("SELECT count(*) FROM mailing", [], |row| row.get(0)).unwrap();
    assert_eq!((lines, server.deliveries().len()), (100, 100));
}

#[test]
fn a_row_that_loses_every_connection_is_deferred() {
    let (server, sandbox) = five_with(to_a3(Stage::Data, Action::Drop));
    EventFile::at(server.port())
        .raw("retry", "delays", r#"["1h"]"#)
        .text("retry", "greylist_wait", "1h")
        .write(&sandbox);
    sandbox.run(&["send", "--yes", "--no-wait"]).is(4);
    server.mailed_once(&["a1@example.org", "a2@example.org", "a4@example.org", "a5@example.org"]);
    assert_eq!(sandbox.state("a3@example.org"), "deferred");
}

#[test]
fn a_row_that_is_answered_with_goodbye_every_time_is_deferred_after_four_tries() {
    for stage in [Stage::Recipient, Stage::Data] {
        let goodbye = to_a3(stage, Action::reply("421 4.3.2 closing"));
        let server = SmtpServer::start(Script::default().rule(goodbye).records_commands());
        let sandbox = Sandbox::with_attendees(5, server.port());
        EventFile::at(server.port())
            .raw("retry", "delays", r#"["1h"]"#)
            .text("retry", "greylist_wait", "1h")
            .text("retry", "give_up_after", "4h")
            .write(&sandbox);
        sandbox.run(&["send", "--yes", "--no-wait"]).is(4).says("a3@example.org: deferred");
        server.mailed_once(&["a1@example.org", "a2@example.org", "a4@example.org", "a5@example.org"]);
        let row = sandbox.row("a3@example.org");
        assert_eq!((&row["state"], row["next_attempt"].is_string()), (&"deferred".into(), true), "{row}");
        let tries = server.commands().iter().filter(|command| command.line.starts_with("RCPT TO:<a3@")).count();
        assert_eq!(tries, 4, "once, and three times more");
    }
}

#[test]
fn a_connection_lost_after_the_dot_leaves_the_row_in_doubt() {
    let lost = [Action::Drop, Action::AcceptThenDrop, Action::Raw(b"not SMTP at all\r\n".to_vec())];
    for action in lost {
        let (server, sandbox) = five_with(to_a3(Stage::Final, action).times(Times::First(1)));
        sandbox.run(&["send", "--yes"]).is(5).says("a3@example.org");
        let row = sandbox.row("a3@example.org");
        assert_eq!(row["state"], "in_doubt");
        assert!(row["message_id"].as_str().is_some_and(|id| id.contains('@')), "{row}");

        let mails = server.counts().mails;
        sandbox.run(&["send", "--yes"]).is(5);
        assert_eq!(server.counts().mails, mails, "a row in doubt is never sent again by itself");
    }
}

#[test]
fn a_row_in_doubt_is_sent_again_under_its_own_message_id() {
    let (server, sandbox) = five_with(to_a3(Stage::Final, Action::AcceptThenDrop).times(Times::First(1)));
    sandbox.run(&["send", "--yes"]).is(5);
    sandbox.run(&["resend", "--in-doubt", "--yes"]).is(0);
    let mails = server.received();
    let doubles: Vec<_> = mails.iter().filter(|mail| mail.to() == "a3@example.org").collect();
    assert_eq!(doubles.len(), 2);
    assert_eq!(doubles[0].message_id(), doubles[1].message_id(), "so that the mailbox can drop the double");
    assert_eq!(doubles[0].link(), doubles[1].link());
    assert_eq!(sandbox.state("a3@example.org"), "sent");
}

#[test]
fn what_the_organiser_learnt_settles_a_doubt() {
    for (learnt, state, mails) in [("--arrived", "sent", 5), ("--not-arrived", "pending", 6)] {
        let (server, sandbox) = five_with(to_a3(Stage::Final, Action::AcceptThenDrop).times(Times::First(1)));
        sandbox.run(&["send", "--yes"]).is(5);
        sandbox.run(&["settle", "a3@example.org", learnt]).is(0);
        assert_eq!(sandbox.state("a3@example.org"), state);
        sandbox.run(&["send", "--yes"]).is(0);
        assert_eq!(server.counts().mails, mails);
    }
}

#[test]
fn silence_at_the_dot_is_a_doubt_and_silence_before_it_is_not() {
    let (server, sandbox) = five_with(to_a3(Stage::Final, Action::Stall).times(Times::First(1)));
    EventFile::at(server.port()).text("smtp.timeouts", "final", "1s").write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(5);
    assert_eq!(sandbox.in_state("in_doubt"), ["a3@example.org"]);

    let (server, sandbox) = five_with(to_a3(Stage::Recipient, Action::Stall).times(Times::First(1)));
    EventFile::at(server.port()).text("smtp.timeouts", "command", "1s").write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(0);
    server.mailed_once(&EVERYBODY);
}

#[test]
fn odd_but_lawful_servers_are_understood() {
    let drip = |stage, reply: &str| Rule::at(stage, Action::DripReply(reply.to_owned()));
    let scripts = [
        Script::default().without("PIPELINING"),
        Script::default().ehlo_lines(["pipelining", "X-ODD =,=", "8bitmime"]),
        Script::default().ehlo_lines(Vec::<String>::new()),
        Script::default().rule(drip(Stage::Greeting, "220-welcome\n220-to\n220 us")).rule(drip(Stage::Final, "250 Ok")),
        Script::default().rule(Rule::at(Stage::Recipient, Action::Raw(b"250\r\n".to_vec()))),
        Script::default().rule(Rule::at(Stage::Sender, Action::reply("250-2.1.0 one\n250 2.1.0 two"))),
        Script::default().rule(Rule::at(Stage::Final, Action::Delay(Duration::from_millis(50)))),
        Script::default().rule(Rule::at(Stage::Final, Action::Raw(b"250 2.0.0 na\xefve\r\n".to_vec()))),
    ];
    for script in scripts {
        let shown = format!("{script:?}");
        let server = SmtpServer::start(script);
        let sandbox = Sandbox::with_attendees(5, server.port());
        let finished = sandbox.run(&["send", "--yes"]);
        assert_eq!(finished.status.code(), Some(0), "{shown}\n{}", finished.said());
        server.mailed_once(&EVERYBODY);
    }
}

#[test]
fn an_international_address_fails_alone_where_the_relay_cannot_take_it() {
    let server = SmtpServer::start(Script::default().without("SMTPUTF8"));
    let sandbox = Sandbox::with_attendees(0, server.port());
    sandbox.write("attendees.csv", &format!("{}jürgen@example.org,Jürgen\nada@münchen.example,Ada\n", attendees(2)));
    sandbox.run(&["send", "--yes"]).is(4).says("jürgen@example.org");
    server.mailed_once(&["a1@example.org", "a2@example.org", "ada@xn--mnchen-3ya.example"]);

    let server = SmtpServer::obliging();
    EventFile::at(server.port()).write(&sandbox);
    sandbox.run(&["resend", "jürgen@example.org"]).is(0);
    server.mailed_once(&["jürgen@example.org"]);
}

#[test]
fn a_recipient_at_whom_the_relay_always_breaks_off_is_deferred_and_the_others_are_mailed() {
    for reply in ["421 4.3.2 closing", "452 4.3.1 out of storage", "452 4.5.3 too many recipients"] {
        let poison = Rule::at(Stage::Recipient, Action::reply(reply)).recipient("a2@");
        let server = SmtpServer::start(Script::default().rule(poison));
        let sandbox = Sandbox::with_attendees(6, server.port());
        sandbox.run(&["send", "--yes", "--no-wait"]).is(4).says("a2@example.org").says(reply);
        server.mailed_once(&["a1@example.org", "a3@example.org", "a4@example.org", "a5@example.org", "a6@example.org"]);
        assert_eq!(sandbox.state("a2@example.org"), "deferred", "{reply}");
    }
}
