//! A disk that fills up in the middle of a run.

use std::{path::Path, process::Command};

use super::skipped;
use crate::support::{EventFile, Sandbox, SmtpServer, attendees, variable};

/// A file system of this size at a folder, until dropped.
struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    /// Mounts one; `None`, and loudly so, where this machine has no real parts or this user may not.
    fn at(folder: &'a Path, size: &str) -> Option<Self> {
        if variable("ROOMKEY_REAL").as_deref() != Some("1") {
            skipped("a disk that fills up", "needs root; `.ci/run` sets ROOMKEY_REAL=1");
            return None;
        }
        let option = format!("size={size},mode=0700");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &option, "tmpfs"]).arg(folder).status();
        if !mounted.is_ok_and(|status| status.success()) {
            skipped("a disk that fills up", "this machine lets nobody mount a small one");
            return None;
        }
        Some(Self(folder))
    }

    /// Leaves no room at all, as another program might.
    fn fill(&self) {
        let mut file = std::fs::File::create(self.0.join("filler")).unwrap();
        let octets = [0_u8; 512];
        while std::io::Write::write_all(&mut file, &octets).is_ok() {}
    }

    fn grow(&self, size: &str) {
        let option = format!("remount,size={size}");
        let grown = Command::new("mount").args(["-o", &option]).arg(self.0).status();
        assert!(grown.is_ok_and(|status| status.success()), "the small disk could not be made larger");
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0).status();
    }
}

#[test]
fn a_disk_that_fills_up_leaves_nobody_in_doubt() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::new();
    let folder = sandbox.folder();
    let Some(disk) = SmallDisk::at(&folder, "1200k") else { return };
    EventFile::at(server.port()).write(&sandbox);
    sandbox.write("attendees.csv", &attendees(5000));

    sandbox.run(&["send", "--yes"]).is(1).says("the disk is full").says("run the same command again");
    let sent = sandbox.in_state("sent").len();
    assert_eq!(sent as u64, server.counts().mails, "each mail that left is recorded");
    assert_eq!(sandbox.in_state("pending").len(), 5000 - sent);

    disk.grow("50m");
    sandbox.run(&["send", "--yes"]).is(0);
    assert!(server.deliveries().values().all(|times| *times == 1));
    assert_eq!(sandbox.in_state("sent").len(), 5000);
}

#[test]
fn on_a_disk_without_any_room_what_was_sent_can_still_be_seen() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::new();
    let folder = sandbox.folder();
    let Some(disk) = SmallDisk::at(&folder, "2m") else { return };
    EventFile::at(server.port()).write(&sandbox);
    sandbox.write("attendees.csv", &attendees(50));
    sandbox.run(&["send", "--yes"]).is(0);
    disk.fill();
    sandbox.run(&["status"]).is(0).says("50 sent");
    sandbox.run(&[]).says("50 sent");
    sandbox.run(&["resend", "a1@example.org", "--yes"]).is(1).says("the disk is full");
}

#[test]
fn a_disk_without_room_for_a_ledger_sends_nothing() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::new();
    let folder = sandbox.folder();
    let Some(_disk) = SmallDisk::at(&folder, "300k") else { return };
    EventFile::at(server.port()).write(&sandbox);
    sandbox.write("attendees.csv", &attendees(3));
    sandbox.run(&["send", "--yes"]).is(1).says("the disk is full");
    assert_eq!(server.counts().mails, 0);
}
