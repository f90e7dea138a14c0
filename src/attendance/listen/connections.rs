//! The connections: how many at once, how long each may take, and who has to go for the next one.
//!
//! When all seats are taken, whoever has shown no secret for longest loses theirs: slow or idle
//! connections, however many, cannot keep a server's posts out, which take milliseconds.

use std::{
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body};
use hyper::{Request, body::Incoming, server::conn::http1, service::Service as _};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Notify, oneshot, watch},
    task::JoinSet,
    time::{sleep, timeout},
};

use super::Limits;

/// How long to wait after the system had no more sockets or memory to give.
const BREATH: Duration = Duration::from_millis(50);
/// The turn of a connection that is at work.
const AT_WORK: u64 = 0;

/// The seats, and who has them.
#[derive(Debug)]
pub(super) struct Seats {
    most: usize,
    taken: Mutex<Vec<Arc<Seat>>>,
    turns: Arc<Turns>,
}

/// Numbers the moments at which connections were last of use.
#[derive(Debug)]
struct Turns {
    next: AtomicU64,
    /// A seat was left, or its connection is not at work any more.
    changed: Notify,
}

/// A connection's place.
#[derive(Debug)]
pub(super) struct Seat {
    /// When it was last of use; the lowest has to go first. [`AT_WORK`] while an event of it is kept.
    turn: AtomicU64,
    turns: Arc<Turns>,
    lost: Notify,
}

impl Seat {
    /// Keeps the seat until the guard is dropped; for who has shown the secret.
    pub(super) fn work(&self) -> Work<'_> {
        self.turn.store(AT_WORK, Ordering::Relaxed);
        Work(self)
    }
}

/// Work for one who has shown the secret.
#[derive(Debug)]
pub(super) struct Work<'a>(&'a Seat);

impl Drop for Work<'_> {
    fn drop(&mut self) {
        self.0.turn.store(self.0.turns.next(), Ordering::Relaxed);
        self.0.turns.changed.notify_one();
    }
}

impl Turns {
    fn next(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }
}

impl Seats {
    pub(super) fn new(most: usize) -> Self {
        let turns = Turns { next: AtomicU64::new(AT_WORK + 1), changed: Notify::new() };
        Self { most, taken: Mutex::default(), turns: Arc::new(turns) }
    }

    /// A seat for a new connection; waits while all are at work.
    async fn take(&self) -> Arc<Seat> {
        loop {
            if let Some(seat) = self.take_now() {
                return seat;
            }
            self.turns.changed.notified().await;
        }
    }

    fn take_now(&self) -> Option<Arc<Seat>> {
        let mut taken = self.taken();
        if taken.len() >= self.most {
            let turn = |at: &usize| taken[*at].turn.load(Ordering::Relaxed);
            let idlest = (0..taken.len()).filter(|at| turn(at) != AT_WORK).min_by_key(turn)?;
            taken.swap_remove(idlest).lost.notify_one();
        }
        let turn = AtomicU64::new(self.turns.next());
        let seat = Arc::new(Seat { turn, turns: Arc::clone(&self.turns), lost: Notify::new() });
        taken.push(Arc::clone(&seat));
        Some(seat)
    }

    fn leave(&self, seat: &Arc<Seat>) {
        self.taken().retain(|taken| !Arc::ptr_eq(taken, seat));
        self.turns.changed.notify_one();
    }

    fn taken(&self) -> MutexGuard<'_, Vec<Arc<Seat>>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes connections until the other end of `stopped` is dropped, then lets open requests end.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    seats: Arc<Seats>,
    limits: Limits,
    stopped: oneshot::Receiver<()>,
) {
    let (stop, stopping) = watch::channel(());
    let mut guests = JoinSet::new();
    tokio::pin!(stopped);
    loop {
        tokio::select! {
            biased;
            _ = &mut stopped => break,
            (stream, seat) = next(&listener, &seats) => {
                let place = Place { seat, seats: Arc::clone(&seats) };
                let guest = Guest { place, router: router.clone(), head: limits.head, stopping: stopping.clone() };
                guests.spawn(guest.serve(stream));
            }
        }
        while guests.try_join_next().is_some() {}
    }
    drop((listener, stop));
    let ended = async { while guests.join_next().await.is_some() {} };
    if timeout(limits.grace, ended).await.is_err() {
        guests.shutdown().await;
    }
}

/// The next connection, once there is a seat for it.
async fn next(listener: &TcpListener, seats: &Seats) -> (TcpStream, Arc<Seat>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, seats.take().await),
            Err(error) if is_of_one_connection(&error) => {}
            // Out of sockets, say: others give some back.
            Err(_) => sleep(BREATH).await,
        }
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// A seat that is left whatever becomes of its connection.
struct Place {
    seat: Arc<Seat>,
    seats: Arc<Seats>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.seats.leave(&self.seat);
    }
}

/// A connection and what it needs.
struct Guest {
    place: Place,
    router: Router,
    head: Duration,
    stopping: watch::Receiver<()>,
}

impl Guest {
    /// Serves it until it ends, loses its seat, or all is to stop.
    async fn serve(self, stream: TcpStream) {
        let Self { place, router, head, mut stopping } = self;
        // Answers are short; nothing is gained by waiting for more of them.
        let _ = stream.set_nodelay(true);
        let router = TowerToHyperService::new(router);
        let seat = Arc::clone(&place.seat);
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(Arc::clone(&seat));
            router.call(request)
        });
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(head);
        let connection = http.serve_connection(TokioIo::new(stream), service);
        tokio::pin!(connection);
        tokio::select! {
            _ = connection.as_mut() => return,
            () = place.seat.lost.notified() => return,
            _ = stopping.changed() => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_lost(seat: &Seat) -> bool {
        use std::{
            future::Future as _,
            pin::pin,
            task::{Context, Waker},
        };
        pin!(seat.lost.notified()).poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn who_has_been_of_no_use_for_longest_has_to_go() {
        let seats = Seats::new(3);
        let [first, second, third] = [(); 3].map(|()| seats.take_now().unwrap());
        drop(first.work());
        let _at_work = second.work();
        let _fourth = seats.take_now().unwrap();
        assert_eq!([&first, &second, &third].map(|seat| is_lost(seat)), [false, false, true]);
        let _fifth = seats.take_now().unwrap();
        assert_eq!([&first, &second].map(|seat| is_lost(seat)), [true, false]);
    }

    #[test]
    fn nobody_has_to_go_while_all_are_at_work() {
        let seats = Seats::new(2);
        let [first, second] = [(); 2].map(|()| seats.take_now().unwrap());
        let (work, _other) = (first.work(), second.work());
        assert!(seats.take_now().is_none());
        drop(work);
        assert!(seats.take_now().is_some() && is_lost(&first) && !is_lost(&second));
    }

    #[test]
    fn a_seat_that_was_left_is_free() {
        let seats = Seats::new(1);
        let first = seats.take_now().unwrap();
        let _work = first.work();
        seats.leave(&first);
        assert!(seats.take_now().is_some());
    }
}
