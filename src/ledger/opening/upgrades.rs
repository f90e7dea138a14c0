//! From one schema to the next: whole or not at all, whatever happens in between. The next step is made up.

use super::{tests::old_ledger, *};
use crate::ledger::{Reader, State, samples::event};

const FIRST: &[&str] = &[MIGRATIONS[0]];

/// A step that a later schema might take: it adds.
const ADDS: &str = "ALTER TABLE person ADD COLUMN note TEXT NOT NULL DEFAULT 'none';";

/// A step that rebuilds a table which others refer to, as SQLite's way of changing a column is.
const REBUILDS: &str = "
    CREATE TABLE person_new (
        id           INTEGER PRIMARY KEY,
        key          TEXT NOT NULL,
        session      TEXT NOT NULL DEFAULT '',
        name         TEXT NOT NULL CHECK (name <> ''),
        address      TEXT NOT NULL,
        user_id      TEXT NOT NULL UNIQUE,
        calendar_uid TEXT NOT NULL,
        UNIQUE (key, session)
    ) STRICT;
    INSERT INTO person_new SELECT id, key, session, name, address, user_id, calendar_uid FROM person;
    DROP TABLE person;
    ALTER TABLE person_new RENAME TO person;";

fn version(path: &Path) -> i64 {
    Connection::open(path).unwrap().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

fn note(connection: &Connection) -> String {
    connection.query_row("SELECT note FROM person WHERE id = 1", [], |row| row.get(0)).unwrap()
}

fn count(connection: &Connection, table: &str) -> i64 {
    connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

#[test]
fn an_older_ledger_is_brought_up_to_date_to_write_and_only_seen_so_to_read() {
    let (_dir, _folder, path) = old_ledger();
    let newer = [FIRST[0], ADDS];
    let reading = open_to_read(&path, &event(), &newer).unwrap().unwrap();
    assert_eq!(note(&reading), "none");
    drop(reading);
    assert_eq!(version(&path), 1);
    assert_eq!(note(&open_to_write(&path, &event(), &newer).unwrap()), "none");
    assert_eq!(version(&path), 2);
    let problem = open_to_write(&path, &event(), FIRST).unwrap_err();
    assert_eq!(problem, LedgerProblem::Newer { path: path.clone(), found: 2, known: 1 });
    assert_eq!(open_to_read(&path, &event(), FIRST).unwrap_err(), problem);
}

#[test]
fn every_step_that_is_lacking_is_taken_in_order_and_a_second_opening_takes_none() {
    let (_dir, _folder, path) = old_ledger();
    let steps = [FIRST[0], ADDS, "UPDATE person SET note = note || ' yet';", "UPDATE person SET note = note || '!';"];
    for newer in [&steps[..2], &steps, &steps] {
        drop(open_to_write(&path, &event(), newer).unwrap());
    }
    assert_eq!(note(&open_to_write(&path, &event(), &steps).unwrap()), "none yet!");
    assert_eq!(version(&path), 4);
}

#[test]
fn a_step_may_rebuild_a_table_and_every_state_is_kept() {
    let (_dir, _folder, path) = old_ledger();
    let picture = |connection: Connection| {
        let reader = Reader::over(connection, path.clone());
        let roster = reader.roster().unwrap();
        let person = |standing: &crate::ledger::Standing| {
            (standing.name().to_owned(), standing.state, standing.ever_sent, standing.mailings)
        };
        roster.people().iter().map(person).collect::<Vec<_>>()
    };
    let before = picture(open_to_read(&path, &event(), FIRST).unwrap().unwrap());
    assert!(before.iter().any(|(_, state, ..)| *state == State::Deferred), "{before:?}");
    let newer = [FIRST[0], REBUILDS];
    assert_eq!(picture(open_to_read(&path, &event(), &newer).unwrap().unwrap()), before);
    assert_eq!(picture(open_to_write(&path, &event(), &newer).unwrap()), before);
    assert_eq!(picture(open_to_read(&path, &event(), &newer).unwrap().unwrap()), before);

    // when it is open, what refers to nothing is refused again
    let open = open_to_write(&path, &event(), &newer).unwrap();
    assert!(open.execute("DELETE FROM person WHERE id = 1", []).is_err());
}

#[test]
fn a_step_that_fails_or_loses_something_leaves_the_older_ledger_whole() {
    let broken = format!("{ADDS} ALTER TABLE nothing ADD COLUMN x;");
    for step in [broken.as_str(), "DELETE FROM person WHERE id = 1;", "DROP TABLE campaign;", "no SQL at all"] {
        let (_dir, _folder, path) = old_ledger();
        let newer = [FIRST[0], ADDS, step];
        assert!(open_to_write(&path, &event(), &newer).is_err(), "{step}");
        assert!(open_to_read(&path, &event(), &newer).is_err(), "{step}");
        assert_eq!(version(&path), 1, "{step}");
        let old = open_to_write(&path, &event(), FIRST).unwrap();
        assert_eq!((count(&old, "person"), count(&old, "mailing"), count(&old, "campaign")), (2, 3, 2), "{step}");
        assert!(old.prepare("SELECT note FROM person").is_err(), "{step}");
    }
}

#[test]
fn a_crash_at_any_moment_leaves_the_old_ledger_or_the_new_one() {
    // given a migration that writes many pages, all still in the log when the power fails
    const PEOPLE: i64 = 302;
    let (dir, _folder, path) = old_ledger();
    let fill = "WITH RECURSIVE n (i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 302)
        INSERT INTO person SELECT i, 'id:x' || i, '', 'Person ' || i, 'x' || i || '@example.org', 'u' || i, 'c' || i FROM n";
    assert_eq!(Connection::open(&path).unwrap().execute(fill, []).unwrap(), 300);
    let newer = [FIRST[0], REBUILDS, ADDS, "UPDATE person SET note = 'a note of some length for ' || name;"];
    let migrated = open_to_write(&path, &event(), &newer).unwrap();
    let (ledger, log) = (fs::read(&path).unwrap(), fs::read(beside(&path, "-wal")).unwrap());
    drop(migrated);

    let crashed = dir.path().join("crashed.sqlite3");
    let frame = 4096 + 24;
    assert!(log.len() > 10 * frame, "{} octets", log.len());
    let mut versions = Vec::new();
    // when the log ends after any frame, within one, or is torn in the middle of the last one
    let whole = log.len();
    let ends = (0..=whole).step_by(frame / 2).map(|end| (end, false));
    for (end, torn) in ends.chain([(whole - 1, false), (whole, true), (whole, false)]) {
        fs::write(&crashed, &ledger).unwrap();
        let mut rest = log[..end].to_vec();
        if torn {
            rest[end - frame / 2..].fill(0);
        }
        fs::write(beside(&crashed, "-wal"), rest).unwrap();
        remove(&beside(&crashed, "-shm")).unwrap();
        // then each opening sees one of the two, with everybody in it
        let found = version(&crashed);
        let reading = open_to_read(&crashed, &event(), &newer).unwrap().unwrap();
        assert_eq!((count(&reading, "person"), count(&reading, "mailing")), (PEOPLE, 3), "{end}");
        drop(reading);
        let opened = open_to_write(&crashed, &event(), &newer).unwrap();
        assert_eq!(note(&opened), "a note of some length for Ada Lovelace", "{end}");
        assert_eq!((count(&opened, "person"), count(&opened, "mailing")), (PEOPLE, 3), "{end}");
        versions.push(found);
    }
    assert!(versions.iter().all(|found| [1, 4].contains(found)), "{versions:?}");
    assert_eq!((versions[0], versions.last()), (1, Some(&4)));
    assert_eq!(versions.iter().filter(|found| **found == 1).count(), versions.len() - 1, "{versions:?}");
}
