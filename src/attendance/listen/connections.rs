//! The connections: how many at once, how long each may take, and who has to go for the next one.
//!
//! When all seats are taken, whoever has shown no secret for longest loses theirs, if that is long enough:
//! slow or idle connections, however many, cannot keep a server's posts out, and a crowd of honest ones
//! only waits for its turn.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::{Router, body::Body};
use hyper::{Request, body::Incoming, server::conn::http1, service::Service as _};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{Notify, oneshot, watch},
    task::JoinSet,
    time::{sleep, timeout, timeout_at},
};

use super::Limits;

/// How long to wait after the system had no more sockets or memory to give.
const BREATH: Duration = Duration::from_millis(50);
/// Connections that the system holds until there is a seat; more would be lost, and tried again a second later.
const WAITING: u32 = 4096;

/// The seats, and who has them.
#[derive(Debug)]
pub(super) struct Seats {
    most: usize,
    /// How long nobody loses a seat; a busy machine takes its time to read what has come, and to answer.
    patience: Duration,
    taken: Mutex<Vec<Arc<Seat>>>,
    /// A seat was left, or its connection is not at work any more.
    changed: Arc<Notify>,
}

/// A connection's place.
#[derive(Debug)]
pub(super) struct Seat {
    /// When its connection began, or was last at work; none while it is.
    idle: Mutex<Option<Instant>>,
    lost: Notify,
    changed: Arc<Notify>,
}

impl Seat {
    /// Keeps the seat until the guard is dropped; for who has shown the secret.
    pub(super) fn work(&self) -> Work<'_> {
        self.set_idle(None);
        Work(self)
    }

    fn idle(&self) -> Option<Instant> {
        *self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_idle(&self, since: Option<Instant>) {
        *self.idle.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }
}

/// Work for one who has shown the secret.
#[derive(Debug)]
pub(super) struct Work<'a>(&'a Seat);

impl Drop for Work<'_> {
    fn drop(&mut self) {
        self.0.set_idle(Some(Instant::now()));
        self.0.changed.notify_one();
    }
}

/// Why there is no seat.
#[derive(Debug, PartialEq, Eq)]
enum Full {
    /// All are at work.
    AtWork,
    /// Somebody has to go at this time.
    Until(Instant),
}

impl Seats {
    pub(super) fn new(most: usize, patience: Duration) -> Self {
        Self { most, patience, taken: Mutex::default(), changed: Arc::default() }
    }

    /// A seat for a new connection, as soon as there is one.
    async fn take(&self) -> Arc<Seat> {
        loop {
            match self.take_at(Instant::now()) {
                Ok(seat) => return seat,
                Err(Full::AtWork) => self.changed.notified().await,
                Err(Full::Until(time)) => {
                    let _ = timeout_at(time.into(), self.changed.notified()).await;
                }
            }
        }
    }

    fn take_at(&self, now: Instant) -> Result<Arc<Seat>, Full> {
        let mut taken = self.taken();
        if taken.len() >= self.most {
            let idle = taken.iter().enumerate().filter_map(|(at, seat)| Some((seat.idle()?, at)));
            let (since, at) = idle.min().ok_or(Full::AtWork)?;
            if now < since + self.patience {
                return Err(Full::Until(since + self.patience));
            }
            taken.swap_remove(at).lost.notify_one();
        }
        let (idle, changed) = (Mutex::new(Some(now)), Arc::clone(&self.changed));
        let seat = Arc::new(Seat { idle, lost: Notify::new(), changed });
        taken.push(Arc::clone(&seat));
        Ok(seat)
    }

    fn leave(&self, seat: &Arc<Seat>) {
        self.taken().retain(|taken| !Arc::ptr_eq(taken, seat));
        self.changed.notify_one();
    }

    fn taken(&self) -> MutexGuard<'_, Vec<Arc<Seat>>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Listens there, at once also where another program listened until just now.
pub(super) fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // On Windows it would share a port that is in use.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(WAITING)
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
            // What has come is looked at first: a post that was sent in time is answered, seat or not.
            biased;
            _ = connection.as_mut() => return,
            () = place.seat.lost.notified() => if place.seat.idle().is_some() { return },
            _ = stopping.changed() => {}
        }
        connection.as_mut().graceful_shutdown();
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

    const PATIENCE: Duration = Duration::from_millis(500);

    /// A moment that is certainly past everybody's patience.
    fn later(by: u32) -> Instant {
        Instant::now() + PATIENCE * 100 * by
    }

    #[test]
    fn who_has_been_of_no_use_for_longest_has_to_go() {
        let seats = Seats::new(3, PATIENCE);
        let [first, second, third] = [(); 3].map(|()| seats.take_at(Instant::now()).unwrap());
        drop(first.work());
        let _at_work = second.work();
        let _fourth = seats.take_at(later(1)).unwrap();
        assert_eq!([&first, &second, &third].map(|seat| is_lost(seat)), [false, false, true]);
        let _fifth = seats.take_at(later(2)).unwrap();
        assert_eq!([&first, &second].map(|seat| is_lost(seat)), [true, false]);
    }

    #[test]
    fn nobody_has_to_go_before_their_time() {
        let seats = Seats::new(2, PATIENCE);
        let begin = Instant::now();
        let [first, second] = [0, 1].map(|at| seats.take_at(begin + PATIENCE / 10 * at).unwrap());
        let early = begin + PATIENCE / 2;
        assert_eq!(seats.take_at(early).unwrap_err(), Full::Until(begin + PATIENCE));
        assert!(seats.take_at(begin + PATIENCE).is_ok() && is_lost(&first) && !is_lost(&second));
    }

    #[test]
    fn nobody_has_to_go_while_all_are_at_work() {
        let seats = Seats::new(2, PATIENCE);
        let [first, second] = [(); 2].map(|()| seats.take_at(Instant::now()).unwrap());
        let (work, _other) = (first.work(), second.work());
        assert_eq!(seats.take_at(later(1)).unwrap_err(), Full::AtWork);
        drop(work);
        assert!(matches!(seats.take_at(Instant::now()), Err(Full::Until(_))), "its answer is still on the way");
        assert!(seats.take_at(later(1)).is_ok() && is_lost(&first) && !is_lost(&second));
    }

    #[test]
    fn a_seat_that_was_left_is_free() {
        let seats = Seats::new(1, PATIENCE);
        let first = seats.take_at(Instant::now()).unwrap();
        let _work = first.work();
        seats.leave(&first);
        assert!(seats.take_at(Instant::now()).is_ok());
    }
}
