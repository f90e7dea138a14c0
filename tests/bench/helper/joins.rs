//! Joins as `event_sync` posts them, at a given rate, whatever the answers: how long each one takes.
//!
//! Each is timed from the moment it was due, so that a receiver that falls behind cannot hide it.

use std::{
    error::Error,
    fmt::Write as _,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    runtime::Builder,
    task::JoinSet,
    time::{Instant, sleep_until},
};

/// What is posted, how often, and for how long.
pub(crate) struct Load {
    pub(crate) address: SocketAddr,
    pub(crate) secret: String,
    pub(crate) per_second: u32,
    pub(crate) seconds: u32,
    /// Connections that stay open and are used in turn; 0 for a new one each time, as Prosody makes.
    pub(crate) kept: usize,
}

/// Connections that are open already, or none.
type Pool = Arc<Mutex<Vec<TcpStream>>>;

/// Posts them all; gives what is to be printed.
pub(crate) fn post(load: Load) -> Result<String, Box<dyn Error>> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let (times, failures) = runtime.block_on(send(Arc::new(load)))?;
    Ok(told(times, &failures))
}

async fn send(load: Arc<Load>) -> Result<(Vec<Duration>, Vec<String>), Box<dyn Error>> {
    let pool = Pool::default();
    for _ in 0..load.kept {
        let stream = TcpStream::connect(load.address).await?;
        pool.lock().map_err(|_| "a post panicked")?.push(stream);
    }
    let begin = Instant::now();
    let mut posts = JoinSet::new();
    for number in 0..load.per_second * load.seconds {
        let due = begin + Duration::from_secs(1) / load.per_second * number;
        sleep_until(due).await;
        let (load, pool) = (Arc::clone(&load), Arc::clone(&pool));
        posts.spawn(async move {
            let posted = one(&load, &pool, number).await;
            posted.map(|()| due.elapsed()).map_err(|error| error.to_string())
        });
    }
    let (mut times, mut failures) = (Vec::new(), Vec::new());
    while let Some(posted) = posts.join_next().await {
        match posted? {
            Ok(time) => times.push(time),
            Err(error) => failures.push(error),
        }
    }
    Ok((times, failures))
}

async fn one(load: &Load, pool: &Pool, number: u32) -> Result<(), Box<dyn Error + Send + Sync>> {
    let kept = pool.lock().map_err(|_| "a post panicked")?.pop();
    let mut stream = match kept {
        Some(stream) => stream,
        None => TcpStream::connect(load.address).await?,
    };
    stream.set_nodelay(true)?;
    stream.write_all(request(load, number).as_bytes()).await?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut answer).await? == 0 {
            return Err("closed without an answer".into());
        }
    }
    if !answer.starts_with(b"HTTP/1.1 200 ") {
        return Err(String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().into());
    }
    if load.kept > 0 {
        pool.lock().map_err(|_| "a post panicked")?.push(stream);
    }
    Ok(())
}

fn request(load: &Load, number: u32) -> String {
    let body = format!(
        "{{\"event_name\":\"muc-occupant-joined\",\"room_name\":\"rust-workshop\",\"room_jid\":\
         \"rust-workshop@conference.meet.example.org\",\"is_breakout\":false,\"active_occupants_count\":{number},\
         \"occupant\":{{\"id\":\"r-{number:05}\",\"name\":\"Attendee {number}\",\"email\":\
         \"attendee-{number}@example.org\",\"joined_at\":1795504725,\"occupant_jid\":\
         \"3c982000-8ba9-48ae-b4c5-{number:012}@meet.example.org/RwRpDtKRTVHs\"}}}}"
    );
    let connection = if load.kept > 0 { "keep-alive" } else { "close" };
    format!(
        "POST /api/events/occupant/joined HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
         User-Agent: Prosody (0.12.3; posix)\r\nConnection: {connection}\r\nAuthorization: Bearer {}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        load.address,
        load.secret,
        body.len()
    )
}

fn told(mut times: Vec<Duration>, failures: &[String]) -> String {
    times.sort_unstable();
    let mut text = format!("{} answered with 200, {} not", times.len(), failures.len());
    for part in [50.0, 90.0, 99.0, 99.9, 100.0] {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a rank"
        )]
        let rank = (times.len() as f64 * part / 100.0).ceil() as usize;
        if let Some(time) = times.get(rank.saturating_sub(1)) {
            let _ = write!(text, "\n{part:>6} %  {:>8.2} ms", time.as_secs_f64() * 1000.0);
        }
    }
    if let Some(first) = failures.first() {
        let _ = write!(text, "\nfirst failure: {first}");
    }
    text
}
