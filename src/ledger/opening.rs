//! How a ledger's file is made, opened and brought up to date.
//!
//! A new ledger is built under another name and renamed once it is whole: a file under the ledger's
//! own name that is empty or has no schema was damaged, and is never taken for a new one.

use std::{
    fmt::Write as _,
    fs::{self, File},
    io,
    path::Path,
    time::Duration,
};

use rusqlite::{
    Connection, ErrorCode, OpenFlags, OptionalExtension, Transaction, TransactionBehavior,
    backup::{Backup, StepResult},
    config::DbConfig,
};

use super::{
    LedgerProblem,
    folder::{beside, close_to_others, create_private, sync_folder, trust_file},
};
use crate::model::EventId;

/// The schema's steps, in order; `PRAGMA user_version` counts those a ledger has taken.
///
/// All that a ledger lacks are taken in one transaction: after a crash it is the old one or the new one,
/// whole. Foreign keys are off meanwhile, so that a step may rebuild a table, and are checked at its end.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("schema/001.sql"),
    include_str!("schema/002.sql"),
    include_str!("schema/003.sql"),
    include_str!("schema/004.sql"),
    include_str!("schema/005.sql"),
];

/// `PRAGMA application_id` of every ledger: "room".
const APPLICATION: i32 = 0x726F_6F6D;

/// How long to wait for another connection's commit or checkpoint.
const PATIENCE: Duration = Duration::from_secs(5);

/// Opens the ledger to write; makes it where there is none. The caller holds the run lock.
pub(super) fn open_to_write(path: &Path, event: &EventId, migrations: &[&str]) -> Result<Connection, LedgerProblem> {
    if !is_there(path)? {
        create(path, event, migrations)?;
    }
    for part in ["", "-wal", "-shm"] {
        close_to_others(&beside(path, part), 0o600)?;
    }
    let fail = |error: rusqlite::Error| LedgerProblem::sqlite(path, &error);
    let connection = connect(path).map_err(fail)?;
    let version = check_identity(&connection, path, event, migrations)?;
    check_integrity(&connection, path)?;
    make_durable(&connection).map_err(fail)?;
    if version < migrations.len() {
        let step = Transaction::new_unchecked(&connection, TransactionBehavior::Immediate).map_err(fail)?;
        migrate(&step, version, migrations).and_then(|()| step.commit()).map_err(fail)?;
    }
    connection.pragma_update(None, "foreign_keys", true).map_err(fail)?;
    Ok(connection)
}

/// Opens the ledger to read; `None` where there is none. Changes nothing of what it says.
pub(super) fn open_to_read(
    path: &Path,
    event: &EventId,
    migrations: &[&str],
) -> Result<Option<Connection>, LedgerProblem> {
    if !is_there(path)? {
        return Ok(None);
    }
    let fail = |error: rusqlite::Error| LedgerProblem::sqlite(path, &error);
    // Not SQLITE_OPEN_READ_ONLY: the last connection to close could not clear -wal and -shm away.
    let connection = match connect(path) {
        Err(error) if for_want_of_writing(&error) && is_empty_or_missing(&beside(path, "-wal")) => connect_frozen(path),
        Err(error) if for_want_of_writing(&error) => return Err(LedgerProblem::Unmerged { path: path.to_owned() }),
        Err(error) if for_want_of_room(&error) => connect_without_index(path).map_err(|_| error),
        other => other,
    };
    let mut connection = connection.map_err(fail)?;
    let version = check_identity(&connection, path, event, migrations)?;
    if version < migrations.len() {
        // An older ledger is read through the new schema: as a copy, since a change to it, even one that is
        // never committed, would keep others from writing.
        connection = copied(&connection).map_err(fail)?;
        migrate(&connection, version, migrations).map_err(fail)?;
    }
    connection.pragma_update(None, "query_only", true).map_err(fail)?;
    Ok(Some(connection))
}

/// Whether there is a ledger; its parts without it are refused, as SQLite would take them for parts
/// of the next one, and as somebody was mailed whom a new ledger would not know.
fn is_there(path: &Path) -> Result<bool, LedgerProblem> {
    for part in ["-wal", "-shm"] {
        trust_file(&beside(path, part))?;
    }
    let there = trust_file(path)?;
    let log = beside(path, "-wal");
    if !there && !is_empty_or_missing(&log) {
        return Err(LedgerProblem::Orphaned { path: log });
    }
    Ok(there)
}

fn create(path: &Path, event: &EventId, migrations: &[&str]) -> Result<(), LedgerProblem> {
    let draft = beside(path, ".new");
    for leftover in [&draft, &beside(&draft, "-journal"), &beside(path, "-wal"), &beside(path, "-shm")] {
        remove(leftover)?;
    }
    drop(create_private(&draft)?);
    build(&draft, event, migrations).map_err(|error| LedgerProblem::sqlite(&draft, &error))?;
    File::open(&draft)
        .and_then(|file| file.sync_all())
        .and_then(|()| fs::rename(&draft, path))
        .map_err(|error| LedgerProblem::io("create the ledger", path, &error))?;
    path.parent().map_or(Ok(()), sync_folder)
}

fn build(draft: &Path, event: &EventId, migrations: &[&str]) -> rusqlite::Result<()> {
    let connection = connect(draft)?;
    let step = Transaction::new_unchecked(&connection, TransactionBehavior::Immediate)?;
    migrate(&step, 0, migrations)?;
    step.execute("INSERT INTO meta (key, value) VALUES ('event', ?1)", [event.as_str()])?;
    step.commit()?;
    connection.close().map_err(|(_, error)| error)
}

fn migrate(connection: &Connection, from: usize, migrations: &[&str]) -> rusqlite::Result<()> {
    for step in &migrations[from..] {
        connection.execute_batch(step)?;
    }
    let orphan = connection.query_row("PRAGMA foreign_key_check", [], |row| row.get::<_, String>(0)).optional()?;
    if let Some(table) = orphan {
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY);
        let detail = format!("a line of `{table}` names one that is not there");
        return Err(rusqlite::Error::SqliteFailure(code, Some(detail)));
    }
    connection.pragma_update(None, "user_version", newest(migrations))
}

/// The number of the newest schema.
fn newest(migrations: &[&str]) -> u32 {
    u32::try_from(migrations.len()).expect("a handful of steps")
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    look_inside(open(path)?)
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)
}

/// Opens a file that cannot change, on a disk where SQLite's own small files cannot be made.
fn connect_frozen(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' => uri.push(char::from(*byte)),
            other => write!(uri, "%{other:02X}").expect("a String takes everything"),
        }
    }
    uri.push_str("?immutable=1");
    look_inside(Connection::open_with_flags(uri, flags)?)
}

/// Opens a ledger on a disk that has no room for the index of its log: the index is kept in memory, and
/// nothing is written. No run can be on then that could write what this misses.
fn connect_without_index(path: &Path) -> rusqlite::Result<Connection> {
    let connection = open(path)?;
    connection.pragma_update_and_check(None, "locking_mode", "EXCLUSIVE", |_| Ok(()))?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    look_inside(connection)
}

/// A ledger as it is now, in a file that has no name and goes with the connection.
fn copied(ledger: &Connection) -> rusqlite::Result<Connection> {
    let mut copy = Connection::open("")?;
    let taken = Backup::new(ledger, &mut copy)?.step(-1)?;
    match taken {
        StepResult::Done => look_inside(copy),
        _ => Err(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY), None)),
    }
}

/// SQLite opens lazily: only a first read shows whether the file can be used.
fn look_inside(connection: Connection) -> rusqlite::Result<Connection> {
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(32);
    // The library is built with them on.
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

/// A commit outlasts a power cut: a claim that is lost means a mail that goes out twice, unseen.
fn make_durable(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // Without it, macOS leaves what was synced in the drive's own memory; elsewhere it means nothing.
    connection.pragma_update(None, "fullfsync", true)
}

/// Checks that the file is a ledger, of a schema known here, of this event; says how many steps of
/// the schema it has taken.
fn check_identity(
    connection: &Connection,
    path: &Path,
    event: &EventId,
    migrations: &[&str],
) -> Result<usize, LedgerProblem> {
    let fail = |error: rusqlite::Error| LedgerProblem::sqlite(path, &error);
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0)).map_err(fail);
    let version = u32::try_from(pragma("user_version")?).unwrap_or(0);
    if pragma("application_id")? != APPLICATION || version == 0 {
        return Err(LedgerProblem::damaged(path, "it is empty, or no ledger of Roomkey's"));
    }
    let known = newest(migrations);
    if version > known {
        return Err(LedgerProblem::Newer { path: path.to_owned(), found: version, known });
    }
    let found: Option<String> = connection
        .query_row("SELECT value FROM meta WHERE key = 'event'", [], |row| row.get(0))
        .optional()
        .map_err(|error| match error {
            rusqlite::Error::SqliteFailure(failure, detail) if failure.code == ErrorCode::Unknown => {
                LedgerProblem::damaged(path, detail.unwrap_or_default())
            }
            other => fail(other),
        })?;
    match found {
        Some(found) if found == event.as_str() => Ok(version as usize),
        Some(found) => {
            Err(LedgerProblem::OtherEvent { path: path.to_owned(), found, expected: event.as_str().to_owned() })
        }
        None => Err(LedgerProblem::damaged(path, "it names no event")),
    }
}

fn check_integrity(connection: &Connection, path: &Path) -> Result<(), LedgerProblem> {
    let verdict: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(|error| LedgerProblem::sqlite(path, &error))?;
    if verdict == "ok" { Ok(()) } else { Err(LedgerProblem::damaged(path, verdict.replace('\n', " "))) }
}

fn for_want_of_writing(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied))
}

fn for_want_of_room(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure))
}

fn is_empty_or_missing(path: &Path) -> bool {
    fs::symlink_metadata(path).map_or(true, |found| found.len() == 0)
}

fn remove(path: &Path) -> Result<(), LedgerProblem> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(LedgerProblem::io("remove", path, &error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod upgrades;
