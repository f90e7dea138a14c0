//! A ledger on a disk, or in a folder, that cannot be written.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use super::skipped;
use crate::support::{EventFile, Sandbox, SmtpServer, attendees};

/// A folder of its own file system, which can be made read-only; gone when dropped.
struct Disk(PathBuf);

impl Disk {
    fn at(folder: &Path) -> Option<Self> {
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "mode=0700", "tmpfs"]).arg(folder).output();
        let can = mounted.is_ok_and(|output| output.status.success());
        if !can {
            skipped("a read-only disk", "this user may not mount one");
        }
        can.then(|| Self(folder.to_owned()))
    }

    fn remount(&self, how: &str) {
        let options = format!("remount,{how}");
        let done = Command::new("mount").args(["-o", &options]).arg(&self.0).status();
        assert!(done.is_ok_and(|status| status.success()));
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn on_a_read_only_disk_nothing_is_sent_and_the_way_out_is_told() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::new();
    let Some(disk) = Disk::at(&sandbox.folder()) else { return };
    EventFile::at(server.port()).write(&sandbox);
    sandbox.write("attendees.csv", &attendees(3));

    // Without a ledger.
    disk.remount("ro");
    let refused = sandbox.run(&["send", "--yes"]);
    refused.says("it is read-only").says("to a disk that can be written");
    assert!(matches!(refused.status.code(), Some(1 | 3)), "{refused:?}");
    sandbox.run(&["check"]).is(0);
    assert_eq!(sandbox.in_state("pending").len(), 3);
    assert_eq!(server.counts().mails, 0);

    // With one.
    disk.remount("rw");
    sandbox.run(&["send", "--yes"]).is(0);
    sandbox.write("attendees.csv", &attendees(5));
    disk.remount("ro");
    let again = sandbox.run(&["send", "--yes"]);
    again.says("it is read-only").says("to a disk that can be written");
    assert_eq!(again.status.code(), refused.status.code());
    assert_eq!((sandbox.in_state("sent").len(), sandbox.in_state("pending").len()), (3, 2));
    assert_eq!(server.counts().mails, 3);

    disk.remount("rw");
    sandbox.run(&["send", "--yes"]).is(0);
    assert_eq!(server.deliveries().values().sum::<usize>(), 5);
}

#[test]
fn after_a_cut_off_run_a_read_only_disk_hides_nothing_in_silence() {
    let silent = roomkey::rehearsal::Rule::at(roomkey::model::Stage::Final, roomkey::rehearsal::Action::Stall);
    let server = SmtpServer::start(roomkey::rehearsal::Script::default().rule(silent));
    let sandbox = Sandbox::new();
    let Some(disk) = Disk::at(&sandbox.folder()) else { return };
    EventFile::at(server.port()).write(&sandbox);
    sandbox.write("attendees.csv", &attendees(3));
    let run = sandbox.spawn(&["send", "--yes"]);
    sandbox.wait_until(|sandbox| !sandbox.in_state("sending").is_empty());
    run.kill();
    sandbox.write("attendees.csv", &attendees(5));
    disk.remount("ro");
    sandbox.run(&["send", "--yes"]).is(1).says("read-only").says("copy the event's folder");
    // What the run wrote last can be read where SQLite left a way to it; else that is said.
    let told = sandbox.run(&["status"]);
    match told.status.code() {
        Some(0) => drop(told.says("in doubt").says("the run was cut off while this mail was handed over")),
        _ => drop(told.says("a read-only disk hides what it wrote last").says("copy the event's folder")),
    }
    disk.remount("rw");
    assert!(!sandbox.in_state("in_doubt").is_empty());
}
