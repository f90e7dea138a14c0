//! A relay's name that stops resolving in the middle of a run.

use std::{io::Write as _, net::TcpListener, process::Command, thread};

use super::skipped;
use crate::support::{EventFile, Sandbox, SmtpServer};

const NAME: &str = "relay.roomkey.example";

/// Runs a program where names come from two files of the working folder alone.
const UNDER: [&str; 6] = [
    "unshare",
    "-m",
    "sh",
    "-c",
    "mount --bind hosts /etc/hosts && mount --bind nsswitch.conf /etc/nsswitch.conf && exec \"$@\"",
    "sh",
];

fn names_can_be_taken_away() -> bool {
    let mounted = Command::new("unshare").args(["-m", "mount", "--bind", "/etc/hosts", "/etc/hosts"]).output();
    let can = mounted.is_ok_and(|output| output.status.success());
    if !can {
        skipped("a name that stops resolving", "this user may not mount");
    }
    can
}

#[test]
fn a_name_that_stops_resolving_in_the_middle_is_waited_for() {
    if !names_can_be_taken_away() {
        return;
    }
    let first = SmtpServer::obliging();
    let port = first.port();
    let sandbox = Sandbox::with_attendees(300, port);
    EventFile::at(port).text("smtp", "host", NAME).raw("smtp", "allow_plaintext", true).write(&sandbox);
    sandbox.write("nsswitch.conf", "hosts: files\n");
    let there = format!("127.0.0.1 {NAME}\n");
    sandbox.write("hosts", &there);
    let run = sandbox.spawn_under(&UNDER, &["send", "--yes"]);
    first.wait_for_mails(10);
    // Written over in place, as the mount shows this very file.
    std::fs::write(sandbox.path("hosts"), "127.0.0.1 localhost\n").unwrap();
    let mut delivered = first.die();
    let second = SmtpServer::start_on(port, roomkey::rehearsal::Script::default());
    run.wait_until_it_says("trying again in");
    assert_eq!(second.counts().connections, 0);
    std::fs::write(sandbox.path("hosts"), &there).unwrap();

    let finished = run.wait();

    let doubtful = sandbox.in_state("in_doubt");
    finished.is(if doubtful.is_empty() { 0 } else { 5 }).says(NAME);
    assert_eq!(sandbox.in_state("sent").len() + doubtful.len(), 300);
    delivered.extend(second.caught().into_iter().flat_map(|mail| mail.recipients));
    delivered.retain(|who| !doubtful.contains(who));
    delivered.sort();
    let mut sent = sandbox.in_state("sent");
    sent.sort();
    assert_eq!(delivered, sent, "each once");
}

#[test]
fn an_address_that_serves_nobody_is_passed_over_for_the_next() {
    if !names_can_be_taken_away() {
        return;
    }
    let healthy = SmtpServer::obliging();
    let port = healthy.port();
    let useless = TcpListener::bind(("::1", port)).unwrap();
    thread::spawn(move || {
        for connection in useless.incoming() {
            let _ = connection.unwrap().write_all(b"554 5.7.1 not here\r\n");
        }
    });
    let sandbox = Sandbox::with_attendees(5, port);
    EventFile::at(port).text("smtp", "host", NAME).raw("smtp", "allow_plaintext", true).write(&sandbox);
    sandbox.write("nsswitch.conf", "hosts: files\n");
    sandbox.write("hosts", &format!("::1 {NAME}\n127.0.0.1 {NAME}\n"));

    sandbox.spawn_under(&UNDER, &["send", "--yes"]).wait().is(0);

    assert_eq!(healthy.counts().mails, 5);
}
