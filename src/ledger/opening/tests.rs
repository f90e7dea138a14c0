use std::path::PathBuf;

use super::*;
use crate::{
    ledger::{
        CampaignKind, Flaw, Ledger, LedgerFolder, MailingId, Reader, State,
        samples::{self, entry, event, sent},
    },
    model::AttendeeKey,
};

fn open(folder: &LedgerFolder) -> Result<Ledger, LedgerProblem> {
    Ledger::open(samples::lock(folder))
}

fn read(folder: &LedgerFolder) -> Result<Option<Reader>, LedgerProblem> {
    Reader::open(folder, &event())
}

/// A folder with the ledger that schema 1 left.
pub(super) fn old_ledger() -> (tempfile::TempDir, LedgerFolder, PathBuf) {
    let (dir, folder) = samples::folder();
    let path = folder.ledger_path(&event());
    let old = Connection::open(&path).unwrap();
    old.execute_batch(include_str!("../schema/fixtures/001.sql")).unwrap();
    (dir, folder, path)
}

fn names(folder: &LedgerFolder) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn looking_for_a_ledger_creates_nothing_and_looking_into_one_leaves_nothing() {
    let (_dir, folder) = samples::folder();
    assert!(read(&folder).unwrap().is_none());
    assert_eq!(names(&folder), [".gitignore"]);
    drop(samples::ledger(&folder));
    let before = names(&folder);
    assert_eq!(before, [".gitignore", "rust-workshop.lock", "rust-workshop.sqlite3"]);
    assert!(read(&folder).unwrap().unwrap().roster().unwrap().is_empty());
    assert_eq!(names(&folder), before);
}

#[cfg(unix)]
#[test]
fn every_file_is_private_from_the_start_and_made_so_again() {
    use std::os::unix::fs::PermissionsExt;
    let (_dir, folder) = samples::folder();
    let ledger = samples::ledger(&folder);
    samples::record(&ledger, &entry(1), &sent());
    assert_eq!(names(&folder).len(), 5, "lock, ledger, -wal and -shm: {:?}", names(&folder));
    for name in names(&folder) {
        let mode = fs::metadata(folder.path().join(&name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    drop(ledger);
    let path = folder.ledger_path(&event());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o664)).unwrap();
    let _ledger = samples::ledger(&folder);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[cfg(unix)]
#[test]
fn a_ledger_that_is_a_symbolic_link_is_refused() {
    let (dir, folder) = samples::folder();
    let path = folder.ledger_path(&event());
    for part in ["", "-wal", "-shm"] {
        let link = beside(&path, part);
        std::os::unix::fs::symlink(dir.path().join("elsewhere"), &link).unwrap();
        let refused = LedgerProblem::Unsafe { path: link.clone(), flaw: Flaw::SymbolicLink };
        assert_eq!(open(&folder).unwrap_err(), refused);
        assert_eq!(read(&folder).unwrap_err(), refused);
        fs::remove_file(link).unwrap();
    }
    assert!(!dir.path().join("elsewhere").exists());
}

#[test]
fn a_ledger_of_another_event_is_refused_and_left_alone() {
    let (_dir, folder) = samples::folder();
    drop(samples::ledger(&folder));
    let other = EventId::parse("other").unwrap();
    fs::copy(folder.ledger_path(&event()), folder.ledger_path(&other)).unwrap();
    let problem = Reader::open(&folder, &other).unwrap_err();
    assert!(problem.to_string().ends_with("it belongs to event `rust-workshop`, not to `other`"), "{problem}");
    let path = folder.ledger_path(&other);
    let before = fs::read(&path).unwrap();
    assert_eq!(open_to_write(&path, &other, MIGRATIONS).unwrap_err(), problem);
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_damaged_ledger_is_never_taken_for_a_new_one() {
    let (_dir, folder) = samples::folder();
    let ledger = samples::ledger(&folder);
    for row in 1..200 {
        samples::record(&ledger, &entry(row), &sent());
    }
    drop(ledger);
    let path = folder.ledger_path(&event());
    let sound = fs::read(&path).unwrap();
    let mut scratched = sound.clone();
    scratched[4096 * 5..4096 * 6].fill(0xA5);
    let damages = [
        ("empty", Vec::new()),
        ("garbage", b"garbage ".repeat(1000)),
        ("cut within the first page", sound[..1000].to_vec()),
        ("cut in the middle", sound[..sound.len() / 2 / 4096 * 4096].to_vec()),
        ("a page overwritten", scratched),
    ];
    for (how, bytes) in damages {
        fs::write(&path, &bytes).unwrap();
        let problem = open(&folder).unwrap_err();
        assert!(matches!(problem, LedgerProblem::Damaged { .. }), "{how}: {problem}");
        assert!(problem.hint().contains("would mail everybody again"));
        assert_eq!(fs::read(&path).unwrap(), bytes, "{how}: kept as it was");
        // A reader does not search for damage, but tells no half of a truth.
        match read(&folder).and_then(|reader| reader.unwrap().roster()) {
            Ok(roster) => assert_eq!(roster.people().len(), 199, "{how}"),
            Err(problem) => assert!(matches!(problem, LedgerProblem::Damaged { .. }), "{how}: {problem}"),
        }
    }
    fs::write(&path, sound).unwrap();
    assert_eq!(open(&folder).unwrap().roster().unwrap().people().len(), 199);
}

#[test]
fn a_database_of_another_program_is_refused() {
    let (_dir, folder) = samples::folder();
    Connection::open(folder.ledger_path(&event())).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    assert!(matches!(open(&folder), Err(LedgerProblem::Damaged { .. })));
}

#[test]
fn parts_of_a_missing_ledger_are_refused() {
    let (_dir, folder) = samples::folder();
    let log = beside(&folder.ledger_path(&event()), "-wal");
    fs::write(&log, "what a crash left").unwrap();
    assert_eq!(open(&folder).unwrap_err(), LedgerProblem::Orphaned { path: log.clone() });
    assert_eq!(read(&folder).unwrap_err(), LedgerProblem::Orphaned { path: log.clone() });
    fs::write(&log, "").unwrap();
    assert!(read(&folder).unwrap().is_none());
    open(&folder).unwrap();
}

#[test]
fn a_draft_left_by_a_crash_is_made_anew() {
    let (_dir, folder) = samples::folder();
    let draft = beside(&folder.ledger_path(&event()), ".new");
    fs::write(&draft, "half a ledger").unwrap();
    assert!(read(&folder).unwrap().is_none());
    open(&folder).unwrap();
    assert!(!draft.exists());
}

#[test]
fn a_ledger_of_schema_1_opens() {
    let (_dir, folder, _) = old_ledger();
    let ledger = open(&folder).unwrap();
    assert_eq!(ledger.recovered(), 1);
    let roster = ledger.roster().unwrap();
    let ada = &roster.people()[0];
    assert_eq!((ada.name(), ada.state, ada.ever_sent, ada.mailings), ("Ada Lovelace", State::InDoubt, true, 2));
    let grace = roster.by_key(&AttendeeKey::from_id("17")).unwrap();
    assert_eq!((grace.state, grace.last.attempts), (State::Deferred, 2));
    let unfinished = ledger.campaign_unfinished(CampaignKind::ResendAll).unwrap().unwrap();
    assert_eq!(unfinished.note.as_deref(), Some("New time"));
    let mail = ledger.mailing(MailingId(2)).unwrap().unwrap();
    assert_eq!(mail.reply.as_deref(), Some("450 4.2.0 greylisted"));
    assert_eq!(ledger.terms(mail.terms).unwrap().unwrap().zone, "Europe/Berlin");
}

#[test]
fn the_first_schema_is_what_it_was() {
    let schema = |sql: &str| -> Vec<String> {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(sql).unwrap();
        let mut statement = connection.prepare("SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY name").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    for fixture in [include_str!("../schema/fixtures/001.sql"), include_str!("../schema/fixtures/001-workshop.sql")] {
        assert_eq!(schema(MIGRATIONS[0]), schema(fixture));
    }
}

#[test]
fn a_ledger_is_read_where_nothing_can_be_written() {
    let dir = tempfile::tempdir().unwrap();
    let odd = dir.path().join("50% off? #1 ü");
    fs::create_dir(&odd).unwrap();
    let folder = LedgerFolder::prepare(&odd).unwrap();
    drop(samples::ledger(&folder));
    let frozen = connect_frozen(&folder.ledger_path(&event())).unwrap();
    let id: String = frozen.query_row("SELECT value FROM meta", [], |row| row.get(0)).unwrap();
    assert_eq!(id, "rust-workshop");
    assert!(frozen.execute("DELETE FROM meta", []).is_err());
}

#[test]
fn a_reader_cannot_write() {
    let (_dir, folder) = samples::folder();
    drop(samples::ledger(&folder));
    let reader = open_to_read(&folder.ledger_path(&event()), &event(), MIGRATIONS).unwrap().unwrap();
    assert!(reader.execute("DELETE FROM meta", []).is_err());
}

#[test]
fn claims_outlast_a_power_cut() {
    let (_dir, folder) = samples::folder();
    let path = folder.ledger_path(&event());
    let connection = open_to_write(&path, &event(), MIGRATIONS).unwrap();
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    let synchronous: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0)).unwrap();
    assert_eq!((mode.as_str(), synchronous), ("wal", 2), "2 is FULL");
}
