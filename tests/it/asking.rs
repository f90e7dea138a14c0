//! Asking the Jitsi server: what is said where it is not asked, and where what answers is none.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    thread,
};

use crate::support::{CLOSED_PORT, EventFile, Sandbox, SmtpServer};

/// Answers every connection in one way; where it can be reached.
fn answering(answer: impl Fn(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || listener.incoming().flatten().for_each(answer));
    address.to_string()
}

/// Says this to whoever asks.
fn saying(text: String) -> String {
    answering(move |mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(text.as_bytes());
    })
}

/// What `check --server` has to say of a server that cannot be asked.
fn told(url: &str) -> String {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    EventFile::at(CLOSED_PORT).text("jitsi", "url", url).write(&sandbox);
    let finished = sandbox.run(&["check", "--server"]);
    finished.is(6).says("hint: ").says_not("os error");
    finished.said()
}

#[test]
fn who_demands_an_answer_is_told_that_nobody_was_asked() {
    let said = "The Jitsi server was not asked, though server_check = \"require\": ";
    for (way, url, why) in [
        ("require", "https://meet.example.org", Some("meet.example.org is kept for examples and tests")),
        ("require", "https://127.0.0.1:8443", Some("127.0.0.1 is this computer")),
        ("warn", "https://meet.example.org", None),
        ("off", "https://meet.example.org", None),
    ] {
        let server = SmtpServer::obliging();
        let sandbox = Sandbox::with_attendees(1, server.port());
        EventFile::at(server.port()).text("jitsi", "server_check", way).text("jitsi", "url", url).write(&sandbox);
        let finished = sandbox.run(&["send", "--yes"]);
        finished.is(0);
        match why {
            Some(why) => finished.says(&format!("{said}{why}")),
            None => finished.says_not("was not asked"),
        };
    }
}

#[test]
fn nobody_follows_a_server_to_what_is_no_web_address() {
    for (to, words) in [
        ("file:///etc/passwd", "leads on to an address that is none of the web (`file:`), and nobody follows there"),
        ("javascript:alert(1)", "leads on to an address that is none of the web (`javascript:`)"),
        ("https://meet.example.net/", "leads on to meet.example.net, another server"),
    ] {
        let at =
            saying(format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        let told = told(&format!("http://{at}"));
        assert!(told.contains(words) && !told.contains("passwd") && !told.contains("alert"), "{told}");
    }
}

#[test]
fn a_server_that_hangs_up_is_told_in_plain_words() {
    // Once the first words of TLS have come, so that they are not answered by a reset.
    let at = answering(|mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.shutdown(Shutdown::Both);
    });
    let encrypted = told(&format!("https://{at}"));
    assert!(encrypted.contains("127.0.0.1: it closed the connection before it was encrypted (TLS)"), "{encrypted}");
    assert!(!encrypted.contains("handshake"), "{encrypted}");
    let plain = told(&format!("http://{at}"));
    assert!(plain.contains("127.0.0.1 does not answer: it closed the connection without an answer"), "{plain}");
    let other = told(&format!("http://{}", saying("220 mail.example.org ESMTP\r\n".to_owned())));
    assert!(other.contains("what answers speaks no HTTP"), "{other}");
    let nobody = told("http://127.0.0.1:9");
    assert!(nobody.contains("127.0.0.1 does not answer"), "{nobody}");
}
