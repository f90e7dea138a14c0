//! Whether a domain takes mail: MX, null MX (RFC 7505), and without MX the domain's own address (RFC 5321 §5.1).

use std::time::Duration;

use hickory_resolver::proto::rr::RData;
use tokio::{
    task::JoinSet,
    time::{Instant, timeout_at},
};

use super::Resolver;

/// What DNS tells of a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailHost {
    /// It names a host that takes mail, or is one.
    Takes,
    /// It says that it takes none.
    TakesNone,
    /// It names no host, and is none.
    NoHost,
    /// There is no such domain.
    NoDomain,
    /// No answer, or none in time.
    Unknown,
}

impl Resolver {
    /// Asks about each domain, so many at a time, and all of them for no longer than that.
    pub async fn mail_hosts(&self, domains: &[String], at_once: usize, patience: Duration) -> Vec<MailHost> {
        let mut answers = vec![MailHost::Unknown; domains.len()];
        let deadline = Instant::now() + patience;
        let mut waiting = domains.iter().cloned().enumerate();
        let mut asked = JoinSet::new();
        loop {
            while asked.len() < at_once
                && let Some((at, domain)) = waiting.next()
            {
                let resolver = self.clone();
                asked.spawn(async move { (at, resolver.mail_host(&domain).await) });
            }
            match timeout_at(deadline, asked.join_next()).await {
                Ok(Some(Ok((at, answer)))) => answers[at] = answer,
                Ok(Some(Err(_))) => {}
                // Those still asked are given up with the set.
                Ok(None) | Err(_) => return answers,
            }
        }
    }

    async fn mail_host(&self, domain: &str) -> MailHost {
        // The dot keeps the machine's own search list out of it.
        match self.0.mx_lookup(format!("{domain}.")).await {
            Ok(found) => {
                let mut hosts = found.answers().iter().filter_map(|record| match &record.data {
                    RData::MX(mx) => Some(mx.exchange.is_root()),
                    _ => None,
                });
                match hosts.next() {
                    Some(true) if hosts.all(|is_root| is_root) => MailHost::TakesNone,
                    Some(_) => MailHost::Takes,
                    None => self.is_host(domain).await,
                }
            }
            Err(error) if error.is_nx_domain() => MailHost::NoDomain,
            Err(error) if error.is_no_records_found() => self.is_host(domain).await,
            Err(_) => MailHost::Unknown,
        }
    }

    async fn is_host(&self, domain: &str) -> MailHost {
        match self.0.lookup_ip(format!("{domain}.")).await {
            Ok(found) if found.iter().next().is_some() => MailHost::Takes,
            Ok(_) => MailHost::NoHost,
            Err(error) if error.is_nx_domain() => MailHost::NoDomain,
            Err(error) if error.is_no_records_found() => MailHost::NoHost,
            Err(_) => MailHost::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        net::{SocketAddr, UdpSocket},
        sync::{Arc, Mutex},
        thread,
    };

    use hickory_resolver::proto::{
        op::{Message, ResponseCode},
        rr::{
            Name, Record, RecordType,
            rdata::{A, MX},
        },
    };

    use super::*;

    /// Answers by what a name begins with; `silent` is never answered.
    fn serve() -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heard = asked.clone();
        thread::spawn(move || {
            let mut octets = [0; 4096];
            while let Ok((length, from)) = socket.recv_from(&mut octets) {
                let question = Message::from_vec(&octets[..length]).unwrap();
                let query = question.queries[0].clone();
                let name = query.name().to_ascii().to_lowercase();
                heard.lock().unwrap().push(format!("{} {name}", query.query_type()));
                let mut answer = Message::response(question.id, question.op_code);
                answer.add_query(query.clone());
                let mut mx = |host: &str| {
                    let data = RData::MX(MX::new(0, Name::from_ascii(host).unwrap()));
                    answer.add_answer(Record::from_rdata(query.name().clone(), 60, data));
                };
                match (name.split('.').next().unwrap(), query.query_type()) {
                    ("silent", _) => continue,
                    ("mailed", RecordType::MX) => mx("mx.example.org."),
                    ("null", RecordType::MX) => mx("."),
                    ("web", RecordType::A) => {
                        let data = RData::A(A::new(192, 0, 2, 7));
                        answer.add_answer(Record::from_rdata(query.name().clone(), 60, data));
                    }
                    ("web" | "nothing" | "mailed" | "null", _) => {}
                    ("broken", _) => answer.metadata.response_code = ResponseCode::ServFail,
                    _ => answer.metadata.response_code = ResponseCode::NXDomain,
                }
                socket.send_to(&answer.to_vec().unwrap(), from).unwrap();
            }
        });
        (address, asked)
    }

    fn ask(server: SocketAddr, domains: &[&str], patience: Duration) -> Vec<MailHost> {
        let domains: Vec<String> = domains.iter().map(|domain| format!("{domain}.example.org")).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { Resolver::at(server).unwrap().mail_hosts(&domains, 3, patience).await })
    }

    #[test]
    fn a_domain_takes_mail_by_mx_or_by_its_own_address_and_each_is_asked_once() {
        let (server, asked) = serve();
        let domains = ["mailed", "null", "web", "nothing", "gone", "broken"];
        let answers = ask(server, &domains, Duration::from_mins(1));
        let known = [MailHost::Takes, MailHost::TakesNone, MailHost::Takes, MailHost::NoHost, MailHost::NoDomain];
        assert_eq!((&answers[..5], answers[5]), (&known[..], MailHost::Unknown));
        let asked = asked.lock().unwrap();
        for name in ["mailed", "null", "gone"] {
            let times = asked.iter().filter(|question| question.contains(&format!(" {name}."))).count();
            assert_eq!(times, 1, "{asked:?}");
        }
    }

    #[test]
    fn what_does_not_answer_in_time_is_unknown_and_the_others_are_told() {
        let (server, _) = serve();
        let started = std::time::Instant::now();
        let answers = ask(server, &["silent", "silent2", "mailed"], Duration::from_millis(600));
        assert_eq!((answers[0], answers[2]), (MailHost::Unknown, MailHost::Takes));
        assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    }
}
