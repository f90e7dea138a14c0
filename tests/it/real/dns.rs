//! `check --dns` and `check --mx` ask the name server that the system names.

use std::{net::UdpSocket, process::Command, thread};

use hickory_resolver::proto::{
    op::{Message, ResponseCode},
    rr::{
        Name, RData, Record, RecordType,
        rdata::{A, MX, TXT},
    },
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

/// Where mails to some domains go, if anywhere; `None` where the domain is none of these.
fn mail_host(name: &str, of: RecordType) -> Option<Vec<RData>> {
    match (name, of) {
        ("mailed.example.org.", RecordType::MX) => {
            Some(vec![RData::MX(MX::new(10, Name::from_ascii("mx.example.org.").unwrap()))])
        }
        ("null.example.org.", RecordType::MX) => Some(vec![RData::MX(MX::new(0, Name::root()))]),
        ("web.example.org.", RecordType::A) => Some(vec![RData::A(A::new(192, 0, 2, 7))]),
        ("web.example.org." | "nothing.example.org.", _) => Some(Vec::new()),
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
        let name = query.name().to_ascii().to_lowercase();
        if name == "silent.example.org." {
            continue;
        }
        if let Some(data) = mail_host(&name, query.query_type()) {
            answer.add_answers(data.into_iter().map(|data| Record::from_rdata(query.name().clone(), 60, data)));
            socket.send_to(&answer.to_vec().unwrap(), from).unwrap();
            continue;
        }
        match text(&name) {
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

    // And of the attendees' domains, which take mail.
    sandbox.write(
        "attendees.csv",
        "email,name\na@mailed.example.org,A\nb@null.example.org,B\nc@web.example.org,C\nd@nothing.example.org,D\n\
         e@gone.example.org,E\nf@silent.example.org,F\nf2@gone.example.org,F\n",
    );
    let finished = sandbox.run_under(&UNDER, &["check", "--mx"]);
    finished.is(0).says("2 of 6 domains take mail, as far as DNS tells");
    finished.says("attendees.csv:3: `null.example.org`: the domain says that it takes no mail (null MX) (1 person)");
    finished.says("attendees.csv:5: `nothing.example.org`: the domain names no host that takes mail (1 person)");
    finished.says("attendees.csv:6: `gone.example.org`: there is no such domain (2 people)");
    finished.says("no answer about 1 domain (1 person)");
    assert_eq!(finished.stderr.matches("warning: ").count(), 4, "{}", finished.stderr);
}
