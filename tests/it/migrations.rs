//! Ledgers of other versions: an older one is taken over whole and gone on with, a newer one is left alone.

use std::fs;

use roomkey::rehearsal::Script;
use rusqlite::Connection;

use crate::support::{EventFile, Sandbox, SmtpServer, attendees};

/// What the program wrote under the first schema: `a1` sent, `a2` failed, `a3` deferred, `a4` in doubt,
/// `a5` cut off in the air, `a6` sent and deferred in a second round; `a7` was never mailed.
const FIRST: &str = include_str!("../../src/ledger/schema/fixtures/001-workshop.sql");
const LEDGER: &str = ".roomkey/workshop.sqlite3";

/// An event of seven whose ledger an older program left.
fn left_by_the_first_version(port: u16) -> Sandbox {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::with_attendees(7, port);
    fs::create_dir(sandbox.path(".roomkey")).unwrap();
    fs::set_permissions(sandbox.path(".roomkey"), fs::Permissions::from_mode(0o700)).unwrap();
    sandbox.write(LEDGER, "");
    Connection::open(sandbox.path(LEDGER)).unwrap().execute_batch(FIRST).unwrap();
    sandbox
}

fn version(sandbox: &Sandbox) -> u32 {
    let connection = Connection::open(sandbox.path(LEDGER)).unwrap();
    connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

fn states(sandbox: &Sandbox) -> Vec<String> {
    sandbox.rows().iter().map(|row| row["state"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_older_ledger_keeps_every_state_and_send_goes_on_from_it_without_a_double() {
    let server = SmtpServer::start(Script::default().records_commands());
    let sandbox = left_by_the_first_version(server.port());
    let before = ["sent", "failed", "deferred", "in_doubt", "in_doubt", "deferred", "pending"];
    let bytes = fs::read(sandbox.path(LEDGER)).unwrap();
    assert_eq!(states(&sandbox), before);
    sandbox.run(&["status"]).is(0).says("550 5.1.1 no such user").says("450 4.2.0 greylisted");
    assert_eq!(fs::read(sandbox.path(LEDGER)).unwrap(), bytes, "who only looks changes nothing");

    sandbox.run(&["send", "--yes"]).is(5).says("in doubt");

    assert_eq!(states(&sandbox), ["sent", "failed", "sent", "in_doubt", "in_doubt", "sent", "sent"]);
    server.mailed_once(&["a3@example.org", "a6@example.org", "a7@example.org"]);
    let mails = server.received();
    let id = |who: &str| mails.iter().find(|mail| mail.to() == who).unwrap().message_id().to_owned();
    assert_eq!(id("a3@example.org"), "p7fjo5xjxi7apysnox3fbeblfd@example.org", "the same mail, so the same id");
    assert_eq!(id("a6@example.org"), "ioyggznsx4s64orlgufpvawf7o@example.org");

    sandbox.run(&["send", "--yes"]).is(5);
    assert_eq!(server.counts().mails, 3);
    sandbox.run(&["settle", "a4@example.org", "--arrived"]).is(0);
    sandbox.run(&["resend", "--in-doubt", "--yes"]).is(0);
    assert_eq!(server.received().pop().unwrap().message_id(), "vot3e5gy4xf7yzf6ikymtitpgz@example.org");
    sandbox.run(&["resend", "--failed", "--yes"]).is(0);
    assert_eq!(sandbox.in_state("sent").len(), 7);
}

#[test]
fn an_older_ledger_with_its_newest_part_not_merged_yet_is_taken_over_whole() {
    // given a program killed by a power cut: what it wrote last lies beside the ledger
    let server = SmtpServer::obliging();
    let sandbox = left_by_the_first_version(server.port());
    let path = sandbox.path(LEDGER);
    let writer = Connection::open(&path).unwrap();
    writer.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())).unwrap();
    writer.execute("UPDATE mailing SET state = 'sent', reply = '250 at the last moment' WHERE id = 8", []).unwrap();
    let parts = ["", "-wal"].map(|part| sandbox.path(&format!("{LEDGER}{part}")));
    let copies = parts.each_ref().map(|part| fs::read(part).unwrap());
    drop(writer);
    for (part, copy) in parts.iter().zip(copies) {
        fs::write(part, copy).unwrap();
    }

    assert_eq!(sandbox.state("a5@example.org"), "sent");
    sandbox.run(&["send", "--yes"]).is(5);
    server.mailed_once(&["a3@example.org", "a6@example.org", "a7@example.org"]);
    assert_eq!(sandbox.row("a5@example.org")["last_reply"], "250 at the last moment");
}

#[test]
fn a_newer_ledger_is_refused_with_a_way_out_and_left_as_it_is() {
    let server = SmtpServer::obliging();
    let sandbox = left_by_the_first_version(server.port());
    let newer = version(&sandbox) + 1000;
    Connection::open(sandbox.path(LEDGER)).unwrap().pragma_update(None, "user_version", newer).unwrap();
    let bytes = fs::read(sandbox.path(LEDGER)).unwrap();

    for command in [
        &["send", "--yes"][..],
        &["send", "--dry-run"],
        &["status"],
        &["status", "--format", "json"],
        &["resend", "--failed", "--yes"],
        &["settle", "a4@example.org", "--arrived"],
        &[],
    ] {
        let finished = sandbox.run(command);
        assert!(!matches!(finished.status.code(), Some(0 | 130)), "{command:?}\n{}", finished.said());
        finished.says("workshop.sqlite3").says("a newer Roomkey wrote it").says("use the newer Roomkey for this event");
    }

    assert_eq!(server.counts().connections, 0);
    assert_eq!(fs::read(sandbox.path(LEDGER)).unwrap(), bytes);
    assert_eq!(version(&sandbox), newer);
}

#[test]
fn an_older_ledger_is_never_taken_for_another_events() {
    let server = SmtpServer::obliging();
    let sandbox = left_by_the_first_version(server.port());
    EventFile::at(server.port()).text("event", "id", "another").write(&sandbox);
    fs::rename(sandbox.path(LEDGER), sandbox.path(".roomkey/another.sqlite3")).unwrap();
    sandbox.write("attendees.csv", &attendees(7));
    let finished = sandbox.run(&["send", "--yes"]);
    assert!(matches!(finished.status.code(), Some(1 | 3)), "{}", finished.said());
    finished.says("it belongs to event `workshop`, not to `another`");
    assert_eq!(server.counts().connections, 0);
}
