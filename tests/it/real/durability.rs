//! What a kill cannot show: that a claim was on the disk before its mail's first octet left.

use std::{collections::HashSet, process::Command};

use super::skipped_for_want_of;
use crate::support::{EventFile, Sandbox, SmtpServer};

const ROWS: usize = 60;
const CALLS: &str = "trace=write,writev,pwrite64,pwritev,sendto,sendmsg,fsync,fdatasync";

/// Whether system calls can be watched here; where they cannot, that is said, and in CI it is a failure.
fn calls_can_be_watched() -> bool {
    let watched = Command::new("strace").args(["-f", "-y", "-o", "/dev/null", "true"]).output();
    let can = watched.is_ok_and(|output| output.status.success());
    if !can {
        skipped_for_want_of("strace", "claims durable before their mails");
    }
    can
}

/// What strace saw so far, as far as it matters: which mails' claims were written, and are on the disk.
struct Watch<'a> {
    message_ids: &'a [String],
    written: HashSet<&'a str>,
    /// A thread that is in a sync of the write-ahead log, and what had been written when it began.
    syncing: Vec<(&'a str, HashSet<&'a str>)>,
    durable: HashSet<&'a str>,
    left: Vec<&'a str>,
    left_too_early: Vec<&'a str>,
}

impl<'a> Watch<'a> {
    fn new(message_ids: &'a [String]) -> Self {
        let none = HashSet::new;
        let (left, left_too_early) = (Vec::new(), Vec::new());
        Self { message_ids, written: none(), syncing: Vec::new(), durable: none(), left, left_too_early }
    }

    fn named_in(&self, line: &str) -> impl Iterator<Item = &'a str> {
        self.message_ids.iter().map(String::as_str).filter(move |id| line.contains(id))
    }

    /// One line: `process call(descriptor<file>, …) = result`, perhaps in two halves.
    fn see(&mut self, line: &'a str) {
        let (process, call) = line.split_once(' ').unwrap_or_default();
        let (call, of_log) = (call.trim_start(), line.contains("-wal>"));
        if ["fsync(", "fdatasync("].iter().any(|sync| call.starts_with(sync)) {
            if of_log && call.ends_with("<unfinished ...>") {
                self.syncing.push((process, self.written.clone()));
            } else if of_log && call.ends_with("= 0") {
                self.durable.extend(&self.written);
            }
        } else if call.starts_with("<... fsync") || call.starts_with("<... fdatasync") {
            if let Some(at) = self.syncing.iter().position(|(syncing, _)| *syncing == process) {
                let (_, written) = self.syncing.remove(at);
                if call.ends_with("= 0") {
                    self.durable.extend(written);
                }
            }
        } else if of_log {
            let named: Vec<_> = self.named_in(line).collect();
            self.written.extend(named);
        } else if call.contains("<socket:") || call.contains("<TCP") {
            let named: Vec<_> = self.named_in(line).collect();
            self.left_too_early.extend(named.iter().filter(|id| !self.durable.contains(**id)));
            self.left.extend(named);
        }
    }
}

#[test]
fn each_claim_is_on_the_disk_before_its_mails_first_octet_leaves() {
    if !calls_can_be_watched() {
        return;
    }
    for connections in [1, 8] {
        let server = SmtpServer::obliging();
        let sandbox = Sandbox::with_attendees(ROWS, server.port());
        EventFile::at(server.port()).raw("smtp", "connections", connections).write(&sandbox);
        let watching = ["strace", "-f", "-y", "-s", "200000", "-e", CALLS, "-o", "calls"];
        sandbox.run_under(&watching, &["send", "--yes"]).is(0);

        let inner = |id: &str| id.trim_matches(['<', '>']).to_owned();
        let message_ids: Vec<_> = sandbox.rows().iter().map(|row| inner(row["message_id"].as_str().unwrap())).collect();
        let calls = String::from_utf8_lossy(&std::fs::read(sandbox.path("calls")).unwrap()).into_owned();
        let mut watch = Watch::new(&message_ids);
        calls.lines().for_each(|line| watch.see(line));
        assert_eq!(watch.left.len(), ROWS, "strace saw each message leave, once");
        assert!(
            watch.left_too_early.is_empty(),
            "left before their claims were on the disk: {:?}",
            watch.left_too_early
        );
    }
}

#[test]
fn the_watch_tells_early_from_late() {
    let ids = ["one@x".to_owned(), "two@x".to_owned(), "three@x".to_owned()];
    let mut watch = Watch::new(&ids);
    for line in [
        r#"7  pwrite64(12</e/w.sqlite3-wal>, "\0 one@x \0", 4096, 0) = 4096"#,
        "7  fdatasync(12</e/w.sqlite3-wal> <unfinished ...>",
        r#"8  pwrite64(12</e/w.sqlite3-wal>, "\0 two@x \0", 4096, 0 <unfinished ...>"#,
        "7  <... fdatasync resumed>)              = 0",
        r#"9  sendto(14<socket:[1]>, "Message-ID: <one@x>", 20, 0, NULL, 0) = 20"#,
        r#"9  sendto(14<socket:[1]>, "Message-ID: <two@x>", 20, 0, NULL, 0) = 20"#,
        "7  fsync(13</e/w.sqlite3-wal>) = -1 EIO (Input/output error)",
        "7  fsync(13</e/w.sqlite3>) = 0",
        r#"9  sendto(14<TCP:[1]>, "Message-ID: <three@x>", 20, 0, NULL, 0 <unfinished ...>"#,
    ] {
        watch.see(line);
    }
    assert_eq!(watch.left, ["one@x", "two@x", "three@x"]);
    assert_eq!(watch.left_too_early, ["two@x", "three@x"]);
}
