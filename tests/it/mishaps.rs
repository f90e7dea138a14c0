//! The relay dies and returns, the program is frozen: nothing is lost, and nobody is mailed twice in silence.

use std::{collections::BTreeMap, fs, time::Duration};

use roomkey::{
    model::Stage,
    rehearsal::{Action, Rule, Script},
};

use crate::support::{EventFile, Sandbox, SmtpServer, sandbox::Running};

const ATTENDEES: usize = 40;
const CONNECTIONS: usize = 4;

/// A relay that takes a little time for each mail, so that some are on their way at any moment.
fn unhurried() -> Script {
    Script::default().rule(Rule::at(Stage::Final, Action::Delay(Duration::from_millis(30))))
}

fn sandbox(server: &SmtpServer) -> Sandbox {
    let sandbox = Sandbox::with_attendees(ATTENDEES, server.port());
    event(server).write(&sandbox);
    sandbox
}

fn event(server: &SmtpServer) -> EventFile {
    EventFile::at(server.port()).raw("smtp", "connections", CONNECTIONS)
}

/// Demands that each row is sent and was delivered once, or is in doubt and was delivered once at most.
fn nobody_twice_nobody_lost(sandbox: &Sandbox, delivered: impl IntoIterator<Item = String>) -> usize {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for who in delivered {
        *times.entry(who).or_default() += 1;
    }
    let mut doubtful = 0;
    for row in sandbox.rows() {
        let times = times.remove(row["email"].as_str().unwrap()).unwrap_or_default();
        match row["state"].as_str().unwrap() {
            "sent" => assert_eq!(times, 1, "{row}"),
            "in_doubt" => assert!(times <= 1, "{row}"),
            _ => panic!("{row}"),
        }
        doubtful += usize::from(row["state"] == "in_doubt");
    }
    assert!(times.is_empty(), "{times:?}");
    assert!(doubtful <= CONNECTIONS, "no more than was on its way: {doubtful}");
    doubtful
}

fn recipients(server: &SmtpServer) -> Vec<String> {
    server.caught().into_iter().flat_map(|mail| mail.recipients).collect()
}

/// A run whose relay died when it had taken ten mails or more; it waits.
struct Bereft {
    sandbox: Sandbox,
    run: Running,
    port: u16,
    delivered: Vec<String>,
}

fn bereft() -> Bereft {
    let relay = SmtpServer::start(unhurried());
    let sandbox = sandbox(&relay);
    let run = sandbox.spawn(&["send", "--yes"]);
    relay.wait_for_mails(10);
    let port = relay.port();
    let delivered = relay.die();
    run.wait_until_it_says("trying again in");
    Bereft { sandbox, run, port, delivered }
}

#[test]
fn a_relay_that_dies_and_returns_is_waited_for() {
    let Bereft { sandbox, run, port, mut delivered } = bereft();
    let second = SmtpServer::start_on(port, unhurried());

    let finished = run.wait();

    delivered.extend(recipients(&second));
    let doubtful = nobody_twice_nobody_lost(&sandbox, delivered);
    finished.is(if doubtful == 0 { 0 } else { 5 }).says("trying again in").says("127.0.0.1");
}

#[test]
fn a_relay_that_stays_away_can_be_left_for_later() {
    let Bereft { sandbox, run, port, mut delivered } = bereft();
    run.interrupt();
    run.wait().is(130).says("roomkey send");
    assert!(sandbox.in_state("pending").len() + sandbox.in_state("deferred").len() > ATTENDEES / 2);

    let second = SmtpServer::start_on(port, unhurried());
    sandbox.run(&["send", "--yes"]);

    delivered.extend(recipients(&second));
    nobody_twice_nobody_lost(&sandbox, delivered);
}

/// Freezes a run for longer than it waits for a reply.
fn frozen(meanwhile: impl FnOnce(SmtpServer) -> (Vec<String>, SmtpServer)) -> (Sandbox, Vec<String>, i32) {
    let server = SmtpServer::start(unhurried());
    let sandbox = sandbox(&server);
    let limits = ["connect", "greeting", "command", "data", "final"];
    let event = limits.iter().fold(event(&server), |event, limit| event.text("smtp.timeouts", limit, "1s"));
    event.write(&sandbox);
    let run = sandbox.spawn(&["send", "--yes"]);
    server.wait_for_mails(10);
    run.freeze();
    let (mut delivered, server) = meanwhile(server);
    std::thread::sleep(Duration::from_millis(1500));
    run.thaw();
    let finished = run.wait();
    delivered.extend(recipients(&server));
    (sandbox, delivered, finished.status.code().unwrap())
}

#[test]
fn a_run_that_was_frozen_while_the_relay_closed_goes_on() {
    let (sandbox, delivered, status) = frozen(|server| {
        let port = server.port();
        (server.die(), SmtpServer::start_on(port, unhurried()))
    });
    let doubtful = nobody_twice_nobody_lost(&sandbox, delivered);
    assert_eq!(status, if doubtful == 0 { 0 } else { 5 });
}

#[test]
fn a_run_that_was_frozen_reads_what_the_relay_said_meanwhile() {
    let (sandbox, delivered, status) = frozen(|server| (Vec::new(), server));
    assert_eq!((nobody_twice_nobody_lost(&sandbox, delivered), status), (0, 0), "every reply had come in time");
}

#[test]
fn a_ledger_that_is_taken_away_stops_the_run_before_the_next_mail() {
    let relay = SmtpServer::start(unhurried());
    let sandbox = sandbox(&relay);
    let run = sandbox.spawn(&["send", "--yes"]);
    relay.wait_for_mails(5);
    fs::rename(sandbox.path(".roomkey"), sandbox.path("elsewhere")).unwrap();

    run.wait().is(1).says("deleted or replaced during this run").says("would mail everybody again");

    let mailed = relay.counts().mails;
    assert!(mailed < ATTENDEES as u64, "{mailed} were mailed");
    // Put back, it still knows what it was told.
    fs::rename(sandbox.path("elsewhere"), sandbox.path(".roomkey")).unwrap();
    assert!(sandbox.in_state("sent").len() + sandbox.in_state("in_doubt").len() >= 5);
}
