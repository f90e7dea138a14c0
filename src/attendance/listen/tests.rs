//! The receiver over real sockets: what is answered, and what is in the file by then.

use std::{fs, path::PathBuf};

use aws_lc_rs::hmac;
use data_encoding::BASE64;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::*;

mod endings;
mod limits;

const SECRET: &str = "whsec_9635df66714a4cf088ee9d0979dd3bf6";
const JOINED: &str = "/api/events/occupant/joined";
const EVENT: &str = r#"{"event_name":"muc-occupant-joined","occupant":{"id":"r-0001","name":"Renée"}}"#;
/// The clock stands still.
const NOW: i64 = 1_795_510_800;
const LISTENING: &str = "{\"roomkey\":\"listening\",\"at\":1795510800}";
const STOPPED: &str = "{\"roomkey\":\"stopped\",\"at\":1795510800}";

fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap()
}

/// A receiver with a file of its own.
struct Bed {
    folder: tempfile::TempDir,
    receiver: Receiver,
    news: mpsc::Receiver<News>,
}

impl Bed {
    async fn new() -> Self {
        Self::within(Limits::default()).await
    }

    async fn within(limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (receiver, news) = start(limits, &folder).await.unwrap();
        Self { folder, receiver, news }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("events.jsonl")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.path()).unwrap()
    }

    /// The file's lines after the one that says it listens.
    fn lines(&self) -> Vec<String> {
        let text = self.text();
        assert!(text.ends_with('\n'));
        let mut lines = text.lines().map(str::to_owned);
        assert_eq!(lines.next().as_deref(), Some(LISTENING));
        lines.collect()
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.receiver.address()).await.unwrap()
    }

    /// Sends it on a connection of its own, and gives the status.
    async fn status(&self, request: impl AsRef<[u8]>) -> u16 {
        status_of(&self.said(request).await)
    }

    /// A connection whose post is awaited: its head was read, and nothing of its body sent.
    async fn begun(&self) -> TcpStream {
        let mut stream = self.connect().await;
        let whole = kept_open(JOINED, &format!("{}Expect: 100-continue\r\n", bearer()), EVENT);
        stream.write_all(whole.strip_suffix(EVENT).unwrap().as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            assert!(stream.read_buf(&mut answer).await.unwrap() > 0);
        }
        assert_eq!(status_of(str::from_utf8(&answer).unwrap()), 100);
        stream
    }

    async fn said(&self, request: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect().await;
        stream.write_all(request.as_ref()).await.unwrap();
        rest(&mut stream).await
    }
}

async fn start(limits: Limits, folder: &tempfile::TempDir) -> Result<(Receiver, mpsc::Receiver<News>), ListenProblem> {
    let journal = Journal::open(&folder.path().join("events.jsonl")).unwrap();
    let address = "127.0.0.1:0".parse().unwrap();
    Receiver::start_within(limits, address, SecretString::from(SECRET), journal, now).await
}

/// All that comes until the other side closes; a reset ends it too.
async fn rest(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

fn status_of(answer: &str) -> u16 {
    answer.get(9..12).and_then(|code| code.parse().ok()).unwrap_or_else(|| panic!("no answer: {answer:?}"))
}

fn bearer() -> String {
    format!("Authorization: Bearer {SECRET}\r\n")
}

fn signature(time: i64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let signed = BASE64.encode(hmac::sign(&key, format!("{time}.{body}").as_bytes()).as_ref());
    format!("X-Jaas-Signature: t={time},v1={signed}\r\n")
}

/// A post after which the connection is closed.
fn post(path: &str, headers: &str, body: &str) -> String {
    kept_open(path, &format!("Connection: close\r\n{headers}"), body)
}

fn kept_open(path: &str, headers: &str, body: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

/// The same in chunks of this many octets.
fn chunked(path: &str, headers: &str, body: &str, size: usize) -> String {
    let mut text =
        format!("POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}Transfer-Encoding: chunked\r\n\r\n");
    for chunk in body.as_bytes().chunks(size) {
        text += &format!("{:x}\r\n{}\r\n", chunk.len(), str::from_utf8(chunk).unwrap());
    }
    text + "0\r\n\r\n"
}

/// A JSON object of exactly this many octets.
fn object_of(octets: usize) -> String {
    format!("{{\"a\":\"{}\"}}", "x".repeat(octets - 8))
}

#[tokio::test]
async fn each_event_is_in_the_file_when_it_is_answered() {
    let mut bed = Bed::new().await;
    for (sent, path) in ["room/created", "occupant/joined", "occupant/left", "room/destroyed"].into_iter().enumerate() {
        assert_eq!(bed.status(post(&format!("/api/events/{path}"), &bearer(), EVENT)).await, 200);
        assert_eq!(bed.lines().len(), sent + 1);
    }
    assert_eq!(bed.lines(), [EVENT; 4]);
    assert_eq!(bed.receiver.counts(), Counts { accepted: 4, ..Counts::default() });
    assert_eq!(bed.news.recv().await, Some(News::Stored(Received { at: now(), body: EVENT.to_owned() })));
}

#[tokio::test]
async fn who_has_no_secret_is_refused_and_nothing_is_kept() {
    let bed = Bed::new().await;
    let wrong = format!("Authorization: Bearer {}\r\n", SECRET.replace("bf6", "bf7"));
    for headers in ["", &wrong, "Authorization: Bearer \r\n", "Authorization: Basic Og==\r\n", &signature(NOW, EVENT)] {
        assert_eq!(bed.status(post(JOINED, headers, EVENT)).await, 401, "{headers}");
    }
    for large in [object_of(65_537), "no object".to_owned()] {
        assert_eq!(bed.status(post(JOINED, &wrong, &large)).await, 401, "the secret comes first");
    }
    assert_eq!(bed.lines().len(), 0);
    assert_eq!(bed.receiver.counts(), Counts { refused: 7, ..Counts::default() });
}

#[tokio::test]
async fn jaas_may_sign_or_show_the_secret() {
    let bed = Bed::new().await;
    for headers in [signature(NOW, EVENT), signature(NOW - 300, EVENT), bearer()] {
        assert_eq!(bed.status(post("/jaas", &headers, EVENT)).await, 200, "{headers}");
    }
    let forged = signature(NOW, EVENT).replace("v1=", "v1=A");
    let changed = signature(NOW, &EVENT.replace("r-0001", "r-0002"));
    for headers in ["", &forged, &changed, &signature(NOW - 301, EVENT), &signature(NOW + 301, EVENT)] {
        assert_eq!(bed.status(post("/jaas", headers, EVENT)).await, 401, "{headers}");
    }
    assert_eq!(bed.lines(), [EVENT; 3]);
    assert_eq!(bed.receiver.counts(), Counts { accepted: 3, refused: 5, ..Counts::default() });
}

#[tokio::test]
async fn other_paths_and_methods_are_not_there() {
    let bed = Bed::new().await;
    for path in ["/api/events/", "/api/events", "/api", "/jaas/", "/events/occupant/joined", "/favicon.ico"] {
        assert_eq!(bed.status(post(path, &bearer(), EVENT)).await, 404, "{path}");
    }
    for (method, path) in [("GET", JOINED), ("PUT", JOINED), ("DELETE", "/jaas"), ("POST", "/")] {
        let request = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{}\r\n", bearer());
        assert_eq!(bed.status(request).await, 405, "{method} {path}");
    }
    let said = bed.said("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert!(said.starts_with("HTTP/1.1 200 ") && said.ends_with("\r\n\r\nroomkey is listening\n"), "{said}");
    assert_eq!(bed.status("nonsense\r\n\r\n").await, 400);
    assert_eq!((bed.lines().len(), bed.receiver.counts()), (0, Counts::default()));
}

#[tokio::test]
async fn a_body_may_have_65536_octets_and_not_one_more() {
    let bed = Bed::new().await;
    let (fits, too_large) = (object_of(65_536), object_of(65_537));
    assert_eq!(bed.status(post(JOINED, &bearer(), &fits)).await, 200);
    assert_eq!(bed.status(chunked(JOINED, &bearer(), &fits, 1000)).await, 200);
    assert_eq!(bed.status(post(JOINED, &bearer(), &too_large)).await, 413);
    assert_eq!(bed.status(chunked(JOINED, &bearer(), &too_large, 1000)).await, 413);
    assert_eq!(bed.status(post("/jaas", &signature(NOW, &too_large), &too_large)).await, 413);
    let announced = format!("POST {JOINED} HTTP/1.1\r\nHost: x\r\n{}Content-Length: 9999999999\r\n\r\n", bearer());
    assert_eq!(bed.status(announced).await, 413, "what nobody should send is not waited for");
    assert_eq!(bed.lines(), [fits.as_str(); 2]);
    assert_eq!(bed.receiver.counts(), Counts { accepted: 2, too_large: 4, ..Counts::default() });
}

#[tokio::test]
async fn what_is_no_json_object_is_not_kept() {
    let bed = Bed::new().await;
    for body in ["", "[1]", "{\"a\":", "text", LISTENING] {
        assert_eq!(bed.status(post(JOINED, &bearer(), body)).await, 400, "{body}");
    }
    let head =
        format!("POST {JOINED} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{}Content-Length: 9\r\n\r\n", bearer());
    assert_eq!(bed.status([head.as_bytes(), b"{\"a\":\"\xe9\"}"].concat()).await, 400);
    let cut = format!("POST {JOINED} HTTP/1.1\r\nHost: x\r\n{}Transfer-Encoding: chunked\r\n\r\nzz\r\n{{}}", bearer());
    assert_eq!(bed.status(cut).await, 400);
    assert_eq!(bed.lines().len(), 0);
    assert_eq!(bed.receiver.counts(), Counts { malformed: 6, unfinished: 1, ..Counts::default() });
}

#[tokio::test]
async fn a_body_of_many_lines_is_one_line_in_the_file() {
    let bed = Bed::new().await;
    assert_eq!(bed.status(chunked(JOINED, &bearer(), "{\r\n \"a\": 1,\n \"b\": \"\\n\"}\n", 3)).await, 200);
    assert_eq!(bed.lines(), ["{   \"a\": 1,  \"b\": \"\\n\"} "]);
}

#[tokio::test]
async fn one_connection_may_bring_many_events() {
    let bed = Bed::new().await;
    let mut stream = bed.connect().await;
    for _ in 0..3 {
        stream.write_all(kept_open(JOINED, &bearer(), EVENT).as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            assert!(stream.read_buf(&mut answer).await.unwrap() > 0);
        }
        assert_eq!(status_of(str::from_utf8(&answer).unwrap()), 200);
    }
    let two = kept_open(JOINED, &bearer(), EVENT) + &post(JOINED, "", EVENT);
    stream.write_all(two.as_bytes()).await.unwrap();
    let answers = rest(&mut stream).await;
    assert!(answers.starts_with("HTTP/1.1 200 ") && answers.contains("HTTP/1.1 401 "), "{answers}");
    assert_eq!(bed.lines(), [EVENT; 4]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_connections_at_once_are_all_served() {
    let bed = Bed::new().await;
    let address = bed.receiver.address();
    let mut posts = JoinSet::new();
    for number in 0..200 {
        posts.spawn(async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let body = format!("{{\"number\":{number}}}");
            stream.write_all(post(JOINED, &bearer(), &body).as_bytes()).await.unwrap();
            (status_of(&rest(&mut stream).await), body)
        });
    }
    let mut sent = posts.join_all().await;
    assert!(sent.iter().all(|(status, _)| *status == 200));
    let mut lines = bed.lines();
    lines.sort();
    sent.sort();
    assert_eq!(lines, sent.into_iter().map(|(_, body)| body).collect::<Vec<_>>());
}
