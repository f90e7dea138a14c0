//! A line with a round trip: every octet arrives so much later than it was sent, in order.
//!
//! Threads and not tokio, whose clock is too coarse: a thread wakes some 60 µs late, a tokio timer up
//! to a millisecond. Known weakness: no packet is lost, and nothing slows a line down but its length.

use std::{
    io::{self, Read as _, Write as _},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
    time::{Duration, Instant},
};

/// Pieces on the way, in one direction, at most.
const ON_THE_WAY: usize = 1024;
/// Octets read at once.
const PIECE: usize = 64 * 1024;

/// Octets and when they arrive; no octets for "nothing more".
struct Piece {
    due: Instant,
    octets: Vec<u8>,
}

/// Carries connections to `target` until the process is ended.
pub(crate) fn serve(listener: &TcpListener, target: u16, one_way: Duration) -> io::Result<()> {
    loop {
        let (client, _) = listener.accept()?;
        let due = Instant::now() + one_way * 3;
        thread::spawn(move || carry(&client, target, one_way, due));
    }
}

/// The server learns of a connection with the last packet of TCP's handshake, one and a half round
/// trips after it was asked for; loopback hides that from the client, the greeting's time does not.
fn carry(client: &TcpStream, target: u16, one_way: Duration, due: Instant) -> io::Result<()> {
    sleep_until(due);
    let server = TcpStream::connect((Ipv4Addr::LOCALHOST, target))?;
    for (from, to) in [(client, &server), (&server, client)] {
        to.set_nodelay(true)?;
        let (from, to) = (from.try_clone()?, to.try_clone()?);
        let (sent, arriving) = sync_channel(ON_THE_WAY);
        thread::spawn(move || take(from, &sent, one_way));
        thread::spawn(move || deliver(to, &arriving));
    }
    Ok(())
}

fn take(mut from: TcpStream, sent: &SyncSender<Piece>, one_way: Duration) {
    let mut buffer = vec![0; PIECE];
    loop {
        // A reset is an end as well.
        let length = from.read(&mut buffer).unwrap_or(0);
        let piece = Piece { due: Instant::now() + one_way, octets: buffer[..length].to_vec() };
        if sent.send(piece).is_err() || length == 0 {
            return;
        }
    }
}

fn deliver(mut to: TcpStream, arriving: &Receiver<Piece>) {
    while let Ok(piece) = arriving.recv() {
        sleep_until(piece.due);
        if piece.octets.is_empty() || to.write_all(&piece.octets).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

fn sleep_until(due: Instant) {
    thread::sleep(due.saturating_duration_since(Instant::now()));
}
