//! A time limit for each stage: a server that hangs there is left. Before the final dot the mail goes
//! again, after it the mail is in doubt. Each case sets the one limit that is to act; all others are minutes.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use roomkey::{
    model::Stage,
    rehearsal::{Action, Rule, Script, Times},
};
use socket2::{Domain, Socket, Type};

use crate::support::{EventFile, Finished, Sandbox, SmtpServer, each};

const LIMIT: &str = "200ms";
const EVERYBODY: [&str; 3] = ["a1@example.org", "a2@example.org", "a3@example.org"];

fn event(port: u16, limit: &str) -> EventFile {
    EventFile::at(port).raw("smtp", "connections", 1).text("smtp.timeouts", limit, LIMIT)
}

/// Sends to three through a server that once does as told, where it matters to the second of them.
fn send(stage: Stage, action: Action, limit: &str, script: Script) -> (SmtpServer, Sandbox, Finished) {
    let rule = Rule::at(stage, action);
    let rule = if stage < Stage::Recipient { rule } else { rule.recipient("a2@") };
    let server = SmtpServer::start(script.rule(rule.times(Times::First(1))));
    let mut sandbox = Sandbox::with_attendees(3, server.port());
    let mut file = event(server.port(), limit);
    if stage == Stage::LogIn {
        file = file.text("smtp", "user", "workshop@example.org");
        sandbox.set("ROOMKEY_SMTP_PASSWORD", "correct horse");
    }
    // A row that had to wait would wait for an hour.
    file.raw("retry", "delays", r#"["1h"]"#).text("retry", "give_up_after", "4h").write(&sandbox);
    let finished = sandbox.run(&["send", "--yes"]);
    (server, sandbox, finished)
}

#[test]
fn a_server_that_hangs_before_there_is_a_mail_is_tried_again_in_a_second() {
    let table = [
        (Stage::Connect, "greeting"),
        (Stage::Greeting, "greeting"),
        (Stage::Hello, "command"),
        (Stage::LogIn, "command"),
    ];
    each(&table, |(stage, limit)| {
        let mut script = Script::default();
        if *stage == Stage::LogIn {
            script = script.account("workshop@example.org", "correct horse");
        }
        let (server, _, finished) = send(*stage, Action::Stall, limit, script);
        finished.is(0).says("no answer within 0.2 s").says("trying again in 1 s");
        server.mailed_once(&EVERYBODY);
    });
}

#[test]
fn a_server_that_hangs_before_the_dot_has_the_mail_go_again_at_once() {
    for (stage, limit) in [(Stage::Sender, "command"), (Stage::Recipient, "command"), (Stage::Data, "data")] {
        for script in [Script::default(), Script::default().without("PIPELINING")] {
            let (server, _, finished) = send(stage, Action::Stall, limit, script);
            finished.is(0);
            server.mailed_once(&EVERYBODY);
            assert!(server.counts().connections > 1, "{stage}: a connection that hung is not used again");
        }
    }
}

#[test]
fn a_server_that_hangs_after_the_dot_leaves_the_mail_in_doubt() {
    for action in [Action::Stall, Action::AcceptThenStall] {
        for script in [Script::default(), Script::default().without("PIPELINING")] {
            let (server, sandbox, finished) = send(Stage::Final, action.clone(), "final", script);
            finished.is(5).says("after the final dot, no answer within 0.2 s");
            assert_eq!(sandbox.in_state("in_doubt"), ["a2@example.org"]);
            assert_eq!(sandbox.in_state("sent"), ["a1@example.org", "a3@example.org"]);
            let mails = server.counts().mails;
            sandbox.run(&["send", "--yes"]).is(5);
            assert_eq!(server.counts().mails, mails);
        }
    }
}

#[test]
fn a_reply_that_trickles_for_ever_is_no_answer_in_time() {
    // given octets that never stop coming, each well within the limit
    let trickle = || Action::DripReply("250-and so on\n".repeat(500) + "250 done");
    let (server, _, finished) = send(Stage::Recipient, trickle(), "command", Script::default());
    finished.is(0);
    server.mailed_once(&EVERYBODY);
    let (_server, sandbox, finished) = send(Stage::Final, trickle(), "final", Script::default());
    finished.is(5);
    assert_eq!(sandbox.in_state("in_doubt"), ["a2@example.org"]);
}

/// A server whose sockets hold little, and that does as told with each connection; and how many there were.
fn server_of(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> (u16, Arc<AtomicUsize>) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    // The other end's buffer is as many segments.
    socket.set_tcp_mss(536).unwrap();
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
    socket.listen(16).unwrap();
    let listener = TcpListener::from(socket);
    let (port, count, serve) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)), Arc::new(serve));
    let counted = Arc::clone(&count);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            counted.fetch_add(1, Ordering::SeqCst);
            let serve = Arc::clone(&serve);
            std::thread::spawn(move || serve(stream));
        }
    });
    (port, count)
}

/// Answers up to DATA's 354, and then reads nothing any more.
fn hang_at_the_message(mut stream: TcpStream) {
    let mut lines = BufReader::with_capacity(512, stream.try_clone().unwrap());
    let mut say = |text: &str| stream.write_all(text.as_bytes()).is_ok();
    say("220 mx.example.net\r\n");
    let mut line = String::new();
    while lines.read_line(&mut line).is_ok_and(|read| read > 0) {
        if line.starts_with("DATA") {
            say("354 go\r\n");
            std::thread::sleep(std::time::Duration::from_mins(1));
            return;
        }
        say("250 ok\r\n");
        line.clear();
    }
}

#[test]
fn a_server_that_hangs_within_the_message_has_it_go_again_and_never_leaves_a_doubt() {
    let (port, connections) = server_of(hang_at_the_message);
    let sandbox = Sandbox::with_attendees(1, port);
    event(port, "data").write(&sandbox);
    // Large mails: small ones would fit into the sockets whole.
    let filler = "and so on, and on\n".repeat(40_000);
    sandbox.write("templates/invite.txt", &format!("<{{{{ link }}}}>\n{filler}\n"));
    sandbox.write("templates/invite.html", &format!("<a href=\"{{{{ link }}}}\">in</a>\n<p>{filler}</p>\n"));

    sandbox.run(&["send", "--yes", "--no-wait"]).is(4).says("no answer within 0.2 s");

    let row = sandbox.row("a1@example.org");
    assert_eq!((&row["state"], &row["attempts"]), (&"deferred".into(), &1.into()), "{row}");
    assert_eq!(connections.load(Ordering::SeqCst), 4, "once, and three times more at once");
    let server = SmtpServer::obliging();
    EventFile::at(server.port()).write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(0);
    server.mailed_once(&["a1@example.org"]);
}

#[test]
fn a_server_that_hangs_in_the_tls_handshake_is_left_and_nobody_is_touched() {
    let (port, connections) = server_of(|stream| {
        std::thread::sleep(std::time::Duration::from_mins(1));
        drop(stream);
    });
    let sandbox = Sandbox::with_attendees(2, port);
    event(port, "connect").text("smtp", "tls", "implicit").write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(6).says("trying again in 1 s").says("within 0.2 s");
    assert_eq!(sandbox.in_state("pending").len(), 2);
    assert_eq!(connections.load(Ordering::SeqCst), 3);
}
