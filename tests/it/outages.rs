//! What befalls the relay, the account or the campaign: the run stops, and no attendee is blamed.

use roomkey::{
    model::Stage,
    rehearsal::{Action, Rule, Script, Times},
};

use crate::support::{CLOSED_PORT, EventFile, Sandbox, SmtpServer};

/// Sends to five attendees through a server of this script; demands that all was left as it was.
fn all_untouched(script: Script) -> (SmtpServer, Sandbox) {
    let shown = format!("{script:?}");
    let server = SmtpServer::start(script);
    let sandbox = Sandbox::with_attendees(5, server.port());
    let finished = sandbox.run(&["send", "--yes"]);
    assert_eq!(finished.status.code(), Some(6), "{shown}\n{}", finished.said());
    assert_eq!(server.counts().mails, 0);
    assert_eq!(sandbox.in_state("pending").len(), 5, "{shown}\n{:?}", sandbox.rows());
    (server, sandbox)
}

fn always(stage: Stage, reply: &str) -> Script {
    Script::default().rule(Rule::at(stage, Action::reply(reply)))
}

#[test]
fn a_sender_that_is_refused_stops_all() {
    all_untouched(always(Stage::Sender, "550 5.7.1 sender not yours"));
    all_untouched(always(Stage::Sender, "553 5.7.1 not owned by user"));
}

#[test]
fn relaying_that_is_denied_stops_all() {
    all_untouched(always(Stage::Recipient, "554 5.7.1 <a@example.org>: Relay access denied"));
    all_untouched(always(Stage::Recipient, "550 Relaying denied"));
    all_untouched(always(Stage::Recipient, "550 5.1.8 sender address rejected: domain not found"));
}

#[test]
fn the_same_refusal_of_everybody_is_the_campaigns_fault() {
    all_untouched(always(Stage::Recipient, "550 5.1.1 unknown"));
}

#[test]
fn a_quota_pauses_the_run_and_fails_nobody() {
    all_untouched(always(Stage::Sender, "550 5.4.5 Daily user sending limit exceeded"));
    all_untouched(always(Stage::Recipient, "550 5.4.5 Daily user sending quota exceeded"));
}

#[test]
fn a_quota_met_half_way_keeps_what_was_sent() {
    let quota = Rule::at(Stage::Recipient, Action::reply("452 4.5.3 daily limit reached")).times(Times::After(2));
    let server = SmtpServer::start(Script::default().rule(quota));
    let sandbox = Sandbox::with_attendees(5, server.port());
    EventFile::at(server.port()).raw("smtp", "connections", 1).write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(6);
    assert_eq!((sandbox.in_state("sent").len(), sandbox.in_state("failed").len()), (2, 0));
}

#[test]
fn nobody_there_is_said_within_seconds() {
    let sandbox = Sandbox::with_attendees(2, CLOSED_PORT);
    sandbox.run(&["send", "--yes"]).is(6).says("127.0.0.1");
    assert_eq!(sandbox.in_state("pending").len(), 2);

    EventFile::at(465)
        .text("smtp", "host", "no-such-host.invalid")
        .raw("smtp", "allow_plaintext", true)
        .write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(6).says("no-such-host.invalid");
}

#[test]
fn a_server_that_hangs_up_or_speaks_no_smtp_is_unreachable() {
    for stage in [Stage::Connect, Stage::Greeting, Stage::Hello] {
        all_untouched(Script::default().rule(Rule::at(stage, Action::Drop)));
    }
    all_untouched(always(Stage::Greeting, "554 5.3.2 no SMTP service here"));
    all_untouched(
        Script::default().rule(Rule::at(Stage::Greeting, Action::Raw(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()))),
    );
}

#[test]
fn a_silent_server_is_given_its_time_and_no_more() {
    let server = SmtpServer::start(Script::default().rule(Rule::at(Stage::Connect, Action::Stall)));
    let sandbox = Sandbox::with_attendees(2, server.port());
    EventFile::at(server.port()).text("smtp.timeouts", "greeting", "1s").write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(6);
    assert_eq!(sandbox.in_state("pending").len(), 2);
}

#[test]
fn a_relay_that_breaks_off_at_everybody_blames_nobody() {
    all_untouched(always(Stage::Recipient, "421 4.3.2 shutting down"));
    all_untouched(always(Stage::Recipient, "452 4.3.1 out of storage"));
}

#[test]
fn a_relay_that_turns_from_everybody_half_way_blames_nobody_and_is_soon_left_where_nobody_is_to_wait() {
    let turned = Rule::at(Stage::Recipient, Action::reply("421 4.3.2 shutting down")).times(Times::After(2));
    let server = SmtpServer::start(Script::default().rule(turned));
    let sandbox = Sandbox::with_attendees(6, server.port());
    sandbox.run(&["send", "--yes", "--no-wait"]).is(6);
    assert_eq!((sandbox.in_state("sent").len(), sandbox.in_state("pending").len()), (2, 4), "{:?}", sandbox.rows());
}

#[test]
fn an_hours_quota_is_waited_out_and_told_by_who_is_not_to_wait() {
    let hourly = "550 Domain example.org has exceeded the max emails per hour (200/200 (100%)) allowed.";
    let server = SmtpServer::start(always(Stage::Recipient, hourly));
    let sandbox = Sandbox::with_attendees(5, server.port());
    let run = sandbox.spawn(&["send", "--yes"]);
    run.wait_until_it_says("trying again in 60 min ");
    run.interrupt();
    run.wait().is(130);
    let told = sandbox.run(&["send", "--yes", "--no-wait"]);
    told.is(6).says(" at the latest: it goes on");
    assert_eq!(sandbox.in_state("pending").len(), 5);
}

#[test]
fn a_busy_moment_passes() {
    for stage in [Stage::Greeting, Stage::Sender, Stage::Recipient] {
        let busy = Rule::at(stage, Action::reply("421 4.3.2 too busy")).times(Times::First(1));
        let server = SmtpServer::start(Script::default().rule(busy));
        let sandbox = Sandbox::with_attendees(3, server.port());
        sandbox.run(&["send", "--yes"]).is(0);
        server.mailed_once(&["a1@example.org", "a2@example.org", "a3@example.org"]);
    }
}

/// A server that wants a log-in, and a sandbox that logs in with this password.
fn with_log_in(script: Script, password: &str) -> (SmtpServer, Sandbox) {
    let server = SmtpServer::start(script.account("workshop@example.org", "correct horse"));
    let mut sandbox = Sandbox::with_attendees(5, server.port());
    EventFile::at(server.port()).text("smtp", "user", "workshop@example.org").write(&sandbox);
    sandbox.set("ROOMKEY_SMTP_PASSWORD", password);
    (server, sandbox)
}

#[test]
fn a_right_password_opens_the_relay() {
    let ways = [
        Script::default(),
        Script::default().ehlo_lines(["AUTH LOGIN"]),
        Script::default().ehlo_lines(["AUTH=LOGIN", "AUTH login", "PIPELINING"]),
    ];
    for script in ways {
        let (server, sandbox) = with_log_in(script, "correct horse");
        sandbox.run(&["send", "--yes"]).is(0);
        assert_eq!(server.counts().mails, 5);
        assert!(server.log_ins().iter().all(|log_in| log_in.right));
    }
}

#[test]
fn a_wrong_password_is_tried_once_and_no_row_is_touched() {
    let (server, sandbox) = with_log_in(Script::default(), "wrong donkey");
    let finished = sandbox.run(&["send", "--yes"]);
    finished.is(6);
    assert!(!finished.said().contains("donkey"));
    assert_eq!(server.log_ins().len(), 1, "four wrong log-ins at once lock accounts");
    assert_eq!(sandbox.in_state("pending").len(), 5);
}

#[test]
fn what_providers_say_of_a_refused_log_in_is_explained() {
    let gmail = "534-5.7.9 Application-specific password required.\n534 5.7.9 For more information, go to help";
    let microsoft = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.";
    for (reply, explained) in [(gmail, "app password"), (microsoft, "SMTP AUTH")] {
        let script = Script::default().rule(Rule::at(Stage::LogIn, Action::reply(reply)));
        let (_server, sandbox) = with_log_in(script, "correct horse");
        sandbox.run(&["send", "--yes"]).is(6).says(explained);
        assert_eq!(sandbox.in_state("pending").len(), 5);
    }
}

#[test]
fn a_relay_that_wants_a_log_in_is_not_argued_with() {
    let server = SmtpServer::start(Script::default().account("workshop@example.org", "correct horse"));
    let sandbox = Sandbox::with_attendees(5, server.port());
    sandbox.run(&["send", "--yes"]).is(6);
    assert_eq!(sandbox.in_state("pending").len(), 5);
}

#[test]
fn a_missing_starttls_is_an_outage_and_no_reason_to_go_without() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(5, server.port());
    EventFile::at(server.port()).text("smtp", "tls", "starttls").write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(6).says("STARTTLS");
    assert_eq!(server.counts().mails, 0);
    assert_eq!(sandbox.in_state("pending").len(), 5);
}

#[test]
fn check_asks_the_relay_and_sends_nothing() {
    let (server, sandbox) = with_log_in(Script::default().records_commands(), "correct horse");
    sandbox.run(&["check", "--smtp"]).is(0);
    let seen: Vec<_> = server.commands().into_iter().map(|command| command.line).collect();
    assert!(seen.iter().any(|line| line.starts_with("MAIL FROM:<workshop@example.org>")), "{seen:?}");
    assert!(!seen.iter().any(|line| line.starts_with("DATA")), "{seen:?}");
    assert_eq!(server.counts().mails, 0);

    let (_server, sandbox) = with_log_in(Script::default(), "wrong donkey");
    sandbox.run(&["check", "--smtp"]).is(6);
}

#[test]
fn one_connection_tries_a_relay_that_lets_nobody_in() {
    let (server, sandbox) =
        with_log_in(always(Stage::LogIn, "454 4.7.0 temporary authentication failure"), "correct horse");
    sandbox.run(&["send", "--yes"]).is(6);
    assert!(server.log_ins().len() <= 3, "{:?}", server.log_ins());
}

#[test]
fn mails_too_large_for_the_relay_stop_the_run() {
    let server = SmtpServer::start(Script::default().ehlo_lines(["SIZE 500", "PIPELINING"]));
    let sandbox = Sandbox::with_attendees(10, server.port());
    sandbox.run(&["send", "--yes"]).is(6).says("SIZE");
    assert_eq!(sandbox.in_state("pending").len(), 10, "what was never offered is nobody's fault");
}

#[test]
fn a_relay_that_wants_fewer_at_a_time_gets_half_the_connections_and_everybody_one_mail() {
    let slower = |nth| Rule::at(Stage::Sender, Action::reply("421 4.7.0 too many connections")).times(Times::Nth(nth));
    let server = SmtpServer::start(Script::default().rule(slower(150)).rule(slower(151)));
    let sandbox = Sandbox::with_attendees(400, server.port());
    EventFile::at(server.port()).raw("smtp", "connections", 2).write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(0).says("asks to slow down: one connection from now on");
    assert!(server.deliveries().values().all(|times| *times == 1));
    assert_eq!(server.deliveries().len(), 400);
}
