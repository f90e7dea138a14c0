//! Slow, idle and many connections; a live view that takes no news; a file that cannot be written.

use std::os::unix::fs::symlink;

use super::*;

/// Short enough to wait for.
const SOON: Duration = Duration::from_millis(50);

#[tokio::test]
async fn a_head_that_does_not_come_is_not_waited_for() {
    let bed = Bed::within(Limits { head: SOON, ..Limits::default() }).await;
    for begun in ["", "POST /jaas HTTP/1.1\r\nHost:"] {
        let said = bed.said(begun).await;
        assert!(said.is_empty() || status_of(&said) == 408, "{said}");
    }
    let said = bed.said(kept_open(JOINED, &bearer(), EVENT)).await;
    assert_eq!(status_of(&said), 200, "and then it is closed, though nobody asked for it");
    assert_eq!(bed.lines(), [EVENT]);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let bed = Bed::within(Limits { body_time: SOON, ..Limits::default() }).await;
    for (path, headers, status) in
        [(JOINED, bearer(), 408), (JOINED, String::new(), 401), ("/jaas", String::new(), 408)]
    {
        let begun = format!("POST {path} HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: 100\r\n\r\n{{\"a\":");
        assert_eq!(bed.status(begun).await, status, "{path}");
    }
    assert_eq!(bed.lines().len(), 0);
    assert_eq!(bed.receiver.counts(), Counts { unfinished: 2, refused: 1, ..Counts::default() });
}

#[tokio::test]
async fn idle_connections_keep_nobody_out() {
    let bed = Bed::within(Limits { connections: 3, patience: SOON, ..Limits::default() }).await;
    let mut idle = Vec::new();
    for begun in ["", "POST /ja", "POST /jaas HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{", "GET"] {
        let mut stream = bed.connect().await;
        stream.write_all(begun.as_bytes()).await.unwrap();
        idle.push(stream);
    }
    for _ in 0..2 {
        assert_eq!(bed.status(post(JOINED, &bearer(), EVENT)).await, 200);
    }
    assert_eq!(rest(&mut idle[0]).await, "", "the first one had to go");
    assert_eq!(rest(&mut idle[1]).await, "");
    assert_eq!(bed.lines(), [EVENT; 2]);
}

#[tokio::test]
async fn who_has_posted_is_answered_though_the_seat_is_lost() {
    let bed = Bed::within(Limits { connections: 1, patience: Duration::ZERO, ..Limits::default() }).await;
    let address = bed.receiver.address();
    let streams: Vec<_> = (0..20)
        .map(|_| {
            use std::io::Write as _;
            // Nothing of the receiver runs meanwhile: it finds them all at once, each with its post.
            let mut stream = std::net::TcpStream::connect(address).unwrap();
            stream.write_all(post(JOINED, &bearer(), EVENT).as_bytes()).unwrap();
            stream.set_nonblocking(true).unwrap();
            stream
        })
        .collect();
    for stream in streams {
        assert_eq!(status_of(&rest(&mut TcpStream::from_std(stream).unwrap()).await), 200);
    }
    assert_eq!(bed.lines().len(), 20);
}

#[tokio::test]
async fn whoever_takes_no_news_holds_nobody_up() {
    let mut bed = Bed::within(Limits { news: 2, ..Limits::default() }).await;
    for _ in 0..5 {
        assert_eq!(bed.status(post(JOINED, &bearer(), EVENT)).await, 200);
    }
    assert_eq!(bed.lines(), [EVENT; 5]);
    // The writer answers first, and then tells.
    bed.receiver.stop().await.map(|counts| assert_eq!((counts.accepted, counts.missed), (5, 3))).unwrap();
    assert!(bed.news.recv().await.is_some() && bed.news.recv().await.is_some());
    assert_eq!(bed.news.recv().await, None);
}

#[tokio::test]
async fn what_cannot_be_written_is_to_be_sent_again() {
    let mut bed = Bed::new().await;
    assert_eq!(bed.status(post(JOINED, &bearer(), EVENT)).await, 200);
    let (path, moved) = (bed.path(), bed.folder.path().join("moved"));
    fs::rename(&path, &moved).unwrap();
    symlink(&moved, &path).unwrap();
    for _ in 0..2 {
        assert_eq!(bed.status(post(JOINED, &bearer(), EVENT)).await, 503);
    }
    fs::remove_file(&path).unwrap();
    assert_eq!(bed.status(post(JOINED, &bearer(), EVENT)).await, 200);
    assert_eq!(bed.lines(), [EVENT], "the new file says where it begins");
    assert_eq!(fs::read_to_string(&moved).unwrap(), format!("{LISTENING}\n{EVENT}\n"));
    assert_eq!(bed.receiver.counts(), Counts { accepted: 2, failed: 2, ..Counts::default() });
    let mut told = Vec::new();
    while told.len() < 4 {
        told.push(bed.news.recv().await.unwrap());
    }
    let problem = ListenProblem::Unsafe { path, flaw: FileFlaw::SymbolicLink };
    assert_eq!((&told[1], &told[2]), (&News::Failing(problem), &News::Recovered));
    assert!(matches!((&told[0], &told[3]), (News::Stored(_), News::Stored(_))), "{told:?}");
}

#[tokio::test]
async fn a_writer_that_does_not_answer_is_a_case_for_another_try() {
    let (jobs, queue) = mpsc::channel(1);
    let limits = Limits { answer: SOON, connections: 2, ..Limits::default() };
    let counts = Arc::new(Counters::default());
    let secret = Secret::new(SecretString::from(SECRET)).unwrap();
    let desk = Desk::new(secret, jobs, Arc::clone(&counts), limits.clone(), now);
    let listener = connections::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = listener.local_addr().unwrap();
    let (_stop, stopped) = oneshot::channel();
    let seats = Arc::new(Seats::new(limits.connections, limits.patience));
    let _serving = tokio::spawn(connections::serve(listener, desk.routes(), seats, limits, stopped));
    // One that waits in the queue, two that do not get that far, one after the writer's end.
    for _ in 0..3 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(post(JOINED, &bearer(), EVENT).as_bytes()).await.unwrap();
        assert_eq!(status_of(&rest(&mut stream).await), 503);
    }
    drop(queue);
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(post(JOINED, &bearer(), EVENT).as_bytes()).await.unwrap();
    assert_eq!(status_of(&rest(&mut stream).await), 503);
    assert_eq!(counts.read(), Counts { failed: 4, ..Counts::default() });
}
