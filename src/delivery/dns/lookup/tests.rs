//! A small name server on loopback, and what is asked of it.

use std::{
    collections::HashMap,
    net::UdpSocket,
    sync::{Arc, Mutex},
    thread,
};

use hickory_resolver::proto::{
    op::{Message, ResponseCode},
    rr::{Record, rdata::TXT},
};

use super::{super::conclude, *};

/// Answers from a table of texts; what is not in it does not exist. Questions are kept.
fn serve(table: &[(&'static str, &'static str)]) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let mut texts: HashMap<String, Vec<String>> = HashMap::new();
    for (name, text) in table {
        texts.entry(format!("{name}.")).or_default().push((*text).to_owned());
    }
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heard = asked.clone();
    thread::spawn(move || {
        let mut octets = [0; 4096];
        while let Ok((length, from)) = socket.recv_from(&mut octets) {
            let question = Message::from_vec(&octets[..length]).unwrap();
            let query = question.queries[0].clone();
            let name = query.name().to_ascii().to_lowercase();
            heard.lock().unwrap().push(name.clone());
            let mut answer = Message::response(question.id, question.op_code);
            answer.add_query(query.clone());
            match texts.get(&name) {
                _ if name.starts_with("broken.") => answer.metadata.response_code = ResponseCode::ServFail,
                Some(texts) => {
                    for text in texts {
                        // In two pieces, as long ones come.
                        let (first, second) = text.split_at(text.len() / 2);
                        let data = RData::TXT(TXT::new(vec![first.to_owned(), second.to_owned()]));
                        answer.add_answer(Record::from_rdata(query.name().clone(), 60, data));
                    }
                }
                None => answer.metadata.response_code = ResponseCode::NXDomain,
            }
            socket.send_to(&answer.to_vec().unwrap(), from).unwrap();
        }
    });
    (address, asked)
}

fn records_at(server: SocketAddr, from: &str, relay: Option<&str>) -> Records {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let names = Names { from, envelope: from, relay };
    runtime.block_on(async { Resolver::at(server).unwrap().records(&names).await })
}

#[test]
fn spf_is_followed_and_dmarc_sought_upwards() {
    let (server, asked) = serve(&[
        ("a.example.org", "some-verification=1"),
        ("a.example.org", "v=spf1 include:_spf.example.org include:a.example.org -all"),
        ("_spf.example.org", "v=spf1 include:_spf.google.com include:%{i}.example.org -all"),
        ("_dmarc.example.org", "v=DMARC1; p=reject; sp=quarantine"),
    ]);
    let records = records_at(server, "a.example.org", Some("192.0.2.7"));
    let spf: Vec<&str> = records.spf.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(spf, ["a.example.org", "_spf.example.org", "_spf.google.com"]);
    assert_eq!(records.spf[0].1.as_ref().unwrap().len(), 2);
    assert_eq!(records.spf[2].1, Ok(Vec::new()));
    let dmarc: Vec<&str> = records.dmarc.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(dmarc, ["a.example.org", "example.org"]);
    assert_eq!(records.relay, ["192.0.2.7".parse::<IpAddr>().unwrap()]);
    assert!(asked.lock().unwrap().iter().all(|name| name != "_dmarc.org."), "a domain of one label is nobody's");
    let names = Names { from: "a.example.org", envelope: "a.example.org", relay: Some("smtp.gmail.com") };
    let told: Vec<String> = conclude(&names, &records).iter().map(ToString::to_string).collect();
    assert!(told[0].contains("pass SPF") && told[1].contains("(at _dmarc.example.org, quarantine)"), "{told:?}");
}

#[test]
fn a_chain_of_records_without_end_is_left() {
    let (server, asked) = serve(&[]);
    let records = records_at(server, "nothing.example.org", None);
    assert_eq!(records.spf, [("nothing.example.org".to_owned(), Ok(Vec::new()))]);
    assert!(asked.lock().unwrap().len() >= 3);
    // That there is no such domain is another thing than that it has no record.
    let names = Names { from: "nothing.example.org", envelope: "nothing.example.org", relay: None };
    let told: Vec<String> = conclude(&names, &records).iter().map(ToString::to_string).collect();
    assert!(told.len() == 1 && told[0].starts_with("there is no domain nothing.example.org"), "{told:?}");

    let chain: Vec<(&'static str, &'static str)> = (0..30)
        .map(|n| (&*format!("s{n}.example.org").leak(), &*format!("v=spf1 include:s{}.example.org -all", n + 1).leak()))
        .collect();
    let (server, _) = serve(&chain);
    assert_eq!(records_at(server, "s0.example.org", None).spf.len(), MOST_RECORDS);
}

#[test]
fn what_goes_wrong_is_no_answer() {
    let (server, _) = serve(&[]);
    let failed = records_at(server, "broken.example.org", None);
    assert!(failed.spf[0].1.as_ref().unwrap_err().0.contains("name server"), "{failed:?}");
    // Nobody listens there any more.
    let closed = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let silent = records_at(closed, "example.org", Some("smtp.example.org"));
    assert!(silent.spf[0].1.is_err() && silent.dmarc[0].1.is_err(), "{silent:?}");
    assert!(silent.relay.is_empty());
}
