//! Takes what a Prosody posts about who comes and goes, and keeps it.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// One request.
#[derive(Clone, Debug)]
pub(super) struct Posted {
    pub(super) path: String,
    pub(super) authorization: String,
    pub(super) body: String,
}

/// A server that says yes to everything but the first post of a room's beginning.
pub(super) struct Sink {
    port: u16,
    kept: Arc<Mutex<Vec<Posted>>>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Sink {
    /// Listens on a port; that `room` has begun is answered with 503, and comes again.
    pub(super) fn on(port: u16, room: &str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).expect("nobody else listens to the posts");
        let (kept, is_over) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (its_kept, its_end, room) = (Arc::clone(&kept), Arc::clone(&is_over), room.to_owned());
        let thread = thread::spawn(move || {
            let mut is_first = true;
            for stream in listener.incoming() {
                if its_end.load(Ordering::Relaxed) {
                    break;
                }
                // Whoever connects and says nothing is nobody.
                let Some((stream, posted)) = stream.ok().and_then(read) else { continue };
                let is_refused = is_first && posted.path.ends_with("/room/created") && posted.body.contains(&room);
                is_first &= !is_refused;
                its_kept.lock().unwrap().push(posted);
                answer(stream, if is_refused { "503 Service Unavailable" } else { "200 OK" });
            }
        });
        Self { port, kept, is_over, thread: Some(thread) }
    }

    /// Waits until what was posted suffices, and gives it; fails where it never does.
    pub(super) fn wait_for(&self, suffices: impl Fn(&[Posted]) -> bool) -> Vec<Posted> {
        let deadline = Instant::now() + Duration::from_mins(1);
        loop {
            let kept = self.kept.lock().unwrap().clone();
            if suffices(&kept) {
                return kept;
            }
            assert!(Instant::now() < deadline, "that is all: {kept:#?}");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // It waits for one more.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn read(stream: TcpStream) -> Option<(TcpStream, Posted)> {
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let (mut authorization, mut length) = (String::new(), 0);
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "authorization" => value.clone_into(&mut authorization),
            "content-length" => length = value.parse().ok()?,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8(body).expect("posts are UTF-8");
    Some((reader.into_inner(), Posted { path, authorization, body }))
}

fn answer(mut stream: TcpStream, status: &str) {
    // It may be gone.
    let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}
