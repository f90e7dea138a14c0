//! `check --dns` asks the name server that the system names.

use std::{net::UdpSocket, process::Command, thread};

use hickory_resolver::proto::{
    op::{Message, ResponseCode},
    rr::{RData, Record, rdata::TXT},
};

use super::skipped;
use crate::support::{EventFile, Sandbox};

/// Nobody else's address on this computer.
const SERVER: &str = "127.0.0.231";

/// Runs a program that finds our name server in `/etc/resolv.conf`.
const UNDER: [&str; 6] =
    ["unshare", "-m", "sh", "-c", "mount --bind resolv.conf /etc/resolv.conf && exec \"$@\"", "sh"];

/// The texts of a workshop whose mails leave through somebody who is not in its SPF record.
fn text(name: &str) -> Option<&'static str> {
    match name {
        "workshop.example.org." => Some("v=spf1 include:_spf.example.org -all"),
        "_spf.example.org." => Some("v=spf1 ip4:192.0.2.0/24 -all"),
        "_dmarc.example.org." => Some("v=DMARC1; p=none; sp=reject"),
        _ => None,
    }
}

fn serve(socket: &UdpSocket) {
    let mut octets = [0; 4096];
    while let Ok((length, from)) = socket.recv_from(&mut octets) {
        let question = Message::from_vec(&octets[..length]).unwrap();
        let query = question.queries[0].clone();
        let mut answer = Message::response(question.id, question.op_code);
        answer.add_query(query.clone());
        match text(&query.name().to_ascii().to_lowercase()) {
            Some(text) => {
                let data = RData::TXT(TXT::new(vec![text.to_owned()]));
                answer.add_answer(Record::from_rdata(query.name().clone(), 60, data));
            }
            None => answer.metadata.response_code = ResponseCode::NXDomain,
        }
        socket.send_to(&answer.to_vec().unwrap(), from).unwrap();
    }
}

#[test]
fn the_systems_name_server_tells_what_receivers_will_conclude() {
    let mounted = Command::new("unshare").args(["-m", "mount", "--bind", "/etc/hosts", "/etc/hosts"]).output();
    let Ok(socket) = UdpSocket::bind((SERVER, 53)) else {
        return skipped("SPF and DMARC by the system's name server", "this user may not listen on port 53");
    };
    if !mounted.is_ok_and(|output| output.status.success()) {
        return skipped("SPF and DMARC by the system's name server", "this user may not mount");
    }
    thread::spawn(move || serve(&socket));
    let mut sandbox = Sandbox::with_attendees(1, 465);
    sandbox.set("ROOMKEY_SMTP_PASSWORD", "correct horse battery staple");
    sandbox.write("resolv.conf", &format!("nameserver {SERVER}\n"));
    EventFile::at(465)
        .text("mail", "from", "ada@workshop.example.org")
        .text("smtp", "host", "smtp.gmail.com")
        .text("smtp", "user", "ada@workshop.example.org")
        .without("smtp", "tls")
        .write(&sandbox);

    let finished = sandbox.run_under(&UNDER, &["check", "--dns"]);

    finished.is(0).says("does not name smtp.gmail.com").says("add include:_spf.google.com");
    finished.says("DMARC of workshop.example.org (at _dmarc.example.org, reject) asks receivers to refuse");
    assert_eq!(finished.stderr.matches("warning: ").count(), 1, "{}", finished.stderr);
}
