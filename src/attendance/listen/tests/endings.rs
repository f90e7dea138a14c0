//! How a receiver begins, lives on and ends, and what its file says of it.

use super::*;

#[tokio::test]
async fn the_file_says_when_it_was_listened_and_when_no_more() {
    let bed = Bed::new().await;
    let address = bed.receiver.address();
    assert_eq!(bed.status(post(JOINED, &bearer(), EVENT)).await, 200);
    let Bed { folder, receiver, mut news } = bed;
    assert_eq!(receiver.stop().await, Ok(Counts { accepted: 1, ..Counts::default() }));
    let path = folder.path().join("events.jsonl");
    assert_eq!(fs::read_to_string(&path).unwrap(), format!("{LISTENING}\n{EVENT}\n{STOPPED}\n"));
    assert!(TcpStream::connect(address).await.is_err());
    assert!(news.recv().await.is_some() && news.recv().await.is_none());

    let (again, _news) = start(Limits::default(), &folder).await.unwrap();
    again.stop().await.unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text, format!("{LISTENING}\n{EVENT}\n{STOPPED}\n{LISTENING}\n{STOPPED}\n"));
}

#[tokio::test]
async fn what_is_under_way_at_the_end_is_answered_and_who_is_idle_is_let_go() {
    let bed = Bed::within(Limits { grace: Duration::from_mins(1), ..Limits::default() }).await;
    let (mut idle, mut begun) = (bed.connect().await, bed.begun().await);
    let Bed { folder, receiver, .. } = bed;
    let stopping = tokio::spawn(receiver.stop());
    assert_eq!(rest(&mut idle).await, "");
    begun.write_all(EVENT.as_bytes()).await.unwrap();
    assert_eq!(status_of(&rest(&mut begun).await), 200);
    assert_eq!(stopping.await.unwrap().unwrap().accepted, 1);
    let text = fs::read_to_string(folder.path().join("events.jsonl")).unwrap();
    assert_eq!(text, format!("{LISTENING}\n{EVENT}\n{STOPPED}\n"));
}

#[tokio::test]
async fn a_slow_one_does_not_hold_up_the_end() {
    let bed = Bed::within(Limits { grace: Duration::from_millis(20), ..Limits::default() }).await;
    let mut slow = bed.begun().await;
    slow.write_all(&EVENT.as_bytes()[..20]).await.unwrap();
    assert_eq!(bed.status(post(JOINED, &bearer(), EVENT)).await, 200);
    let Bed { folder, receiver, .. } = bed;
    receiver.stop().await.unwrap();
    assert_eq!(rest(&mut slow).await, "");
    let text = fs::read_to_string(folder.path().join("events.jsonl")).unwrap();
    assert_eq!(text, format!("{LISTENING}\n{EVENT}\n{STOPPED}\n"));
}

#[tokio::test]
async fn one_that_is_dropped_leaves_whole_lines_and_its_file_free() {
    let bed = Bed::new().await;
    for _ in 0..3 {
        assert_eq!(bed.status(post(JOINED, &bearer(), EVENT)).await, 200);
    }
    let Bed { folder, receiver, mut news } = bed;
    drop(receiver);
    // The writer's end.
    while news.recv().await.is_some() {}
    let text = fs::read_to_string(folder.path().join("events.jsonl")).unwrap();
    assert_eq!(text, format!("{LISTENING}\n{EVENT}\n{EVENT}\n{EVENT}\n"));
}

#[tokio::test]
async fn a_half_line_that_a_crash_left_stays_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    drop(Journal::open(&path).unwrap());
    fs::write(&path, format!("{EVENT}\n{}", &EVENT[..20])).unwrap();
    let (receiver, _news) = start(Limits::default(), &folder).await.unwrap();
    receiver.stop().await.unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text, format!("{EVENT}\n{}\n{LISTENING}\n{STOPPED}\n", &EVENT[..20]));
}

#[tokio::test]
async fn a_quiet_receiver_says_that_it_is_alive() {
    let bed = Bed::within(Limits { beat: Duration::from_millis(5), ..Limits::default() }).await;
    let beat = "{\"roomkey\":\"heartbeat\",\"at\":1795510800}";
    while bed.text().lines().filter(|line| *line == beat).count() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let Bed { folder, receiver, .. } = bed;
    receiver.stop().await.unwrap();
    let text = fs::read_to_string(folder.path().join("events.jsonl")).unwrap();
    assert!(text.ends_with(&format!("{beat}\n{STOPPED}\n")), "{text}");
}

#[tokio::test]
async fn an_address_in_use_is_told_and_the_file_says_nothing_of_it() {
    let bed = Bed::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    let start = |address, secret: &str| {
        let journal = Journal::open(&path).unwrap();
        Receiver::start(address, SecretString::from(secret.to_owned()), journal, now)
    };
    let address = bed.receiver.address();
    let problem = start(address, SECRET).await.unwrap_err();
    assert_eq!(problem, ListenProblem::AddressInUse(address));
    assert!(problem.hint().contains("another `roomkey attendance --listen`"));
    let elsewhere = "192.0.2.1:8731".parse().unwrap();
    assert_eq!(start(elsewhere, SECRET).await.unwrap_err(), ListenProblem::AddressElsewhere(elsewhere));
    let short = start("127.0.0.1:0".parse().unwrap(), "short").await.unwrap_err();
    assert!(matches!(short, ListenProblem::Secret(_)));
    assert_eq!(fs::read_to_string(&path).unwrap(), "");
}

#[tokio::test]
async fn the_secret_is_told_to_nobody() {
    let mut bed = Bed::new().await;
    let mut said = bed.said(post(JOINED, &bearer(), EVENT)).await;
    said += &bed.said(post(JOINED, &format!("{}Authorization: Bearer x\r\n", bearer()), "no object")).await;
    said += &bed.said(post("/jaas", &signature(0, EVENT), EVENT)).await;
    said += &format!("{:?}{:?}{:?}", bed.receiver, bed.news.recv().await, bed.receiver.counts());
    said += &bed.text();
    assert!(!said.contains("9635df66"), "{said}");
}
