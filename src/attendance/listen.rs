//! A receiver of what a Jitsi server posts: who enters and leaves, kept in a file before it is answered.
//!
//! Owns: the listener with its limits, who may post (a bearer token, or JaaS's signature), and the
//! file of one JSON object a line. Does not own: what the events mean, or what is shown of them.
//!
//! Prosody's `event_sync` never tries again after a timeout: each post is answered at once, with 200
//! only when it is on the disk, and with 503 (which is tried again) where it cannot be.
//!
//! Known weaknesses: plain HTTP, so that off loopback a proxy must end TLS; whoever holds the secret
//! may post anything; an event that is tried again may stand in the file twice.

mod connections;
mod counts;
mod events;
mod journal;
mod post;
mod problem;
mod secret;
mod shown;
mod writer;

use std::{
    io,
    net::SocketAddr,
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use jiff::Timestamp;
use secrecy::SecretString;
use tokio::{
    sync::{mpsc, oneshot},
    task::{self, JoinSet},
    time::MissedTickBehavior,
};

use connections::Seats;
use counts::Counters;
use events::OwnLine;
use post::Desk;
use secret::Secret;
use writer::{Job, Writer};

pub use counts::Counts;
pub use events::{News, Received};
pub use journal::Journal;
pub use problem::{FileFlaw, ListenProblem};
pub use shown::ShownPage;

/// What a receiver puts up with.
#[derive(Debug, Clone)]
struct Limits {
    /// Octets of a body.
    body: usize,
    /// Connections at once; beyond it, whoever has been idle longest has to go.
    connections: usize,
    /// How long nobody has to go.
    patience: Duration,
    /// How long a request's head may take, and how long a connection may be idle.
    head: Duration,
    /// How long a body may take.
    body_time: Duration,
    /// How long the file may take; below the 20 s after which Prosody gives up for good.
    answer: Duration,
    /// How long open requests may take once it is to stop.
    grace: Duration,
    /// How often the file says that the receiver is alive.
    beat: Duration,
    /// Events that wait for the file.
    queue: usize,
    /// News that wait for whoever shows them.
    news: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 64 * 1024,
            connections: 512,
            patience: Duration::from_millis(500),
            head: Duration::from_secs(5),
            body_time: Duration::from_secs(10),
            answer: Duration::from_secs(15),
            grace: Duration::from_secs(3),
            beat: Duration::from_secs(30),
            queue: 512,
            news: 1024,
        }
    }
}

/// A running receiver. Dropped without [`Receiver::stop`] it ends too, but does not say so in its file.
#[derive(Debug)]
pub struct Receiver {
    address: SocketAddr,
    counts: Arc<Counters>,
    jobs: mpsc::Sender<Job>,
    writer: JoinHandle<Result<(), ListenProblem>>,
    /// Dropped, it ends the listening.
    stop: oneshot::Sender<()>,
    listening: task::JoinHandle<()>,
    /// The heartbeat; it ends when this is dropped.
    beating: JoinSet<()>,
}

impl Receiver {
    /// Starts one; port 0 stands for any that is free. `secret` is both the bearer token and JaaS's key
    /// (`whsec_…`), `now` the clock by which signatures are judged.
    ///
    /// The news are for whoever shows them: where nobody takes them they are dropped and counted.
    /// Needs a tokio runtime with I/O and time.
    ///
    /// # Errors
    /// [`ListenProblem`] where the secret can be guessed, the address cannot be had, or the file not written.
    pub async fn start(
        address: SocketAddr,
        secret: SecretString,
        journal: Journal,
        now: fn() -> Timestamp,
    ) -> Result<(Self, mpsc::Receiver<News>), ListenProblem> {
        Self::start_within(Limits::default(), address, secret, journal, now).await
    }

    async fn start_within(
        limits: Limits,
        address: SocketAddr,
        secret: SecretString,
        journal: Journal,
        now: fn() -> Timestamp,
    ) -> Result<(Self, mpsc::Receiver<News>), ListenProblem> {
        let secret = Secret::new(secret)?;
        let refused = |error: io::Error| ListenProblem::listen(address, &error);
        let listener = connections::bind(address).map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let journal = begin(journal, now).await?;

        let counts = Arc::new(Counters::default());
        let (jobs, queue) = mpsc::channel(limits.queue);
        let (news, told) = mpsc::channel(limits.news);
        let writer = Writer::new(journal, queue, news, Arc::clone(&counts), now);
        let writer = thread::Builder::new()
            .name("attendance".to_owned())
            .spawn(move || writer.run())
            .map_err(|error| ListenProblem::listen(address, &error))?;
        let mut beating = JoinSet::new();
        beating.spawn(beat(jobs.clone(), limits.beat));
        let seats = Arc::new(Seats::new(limits.connections, limits.patience));
        let desk = Desk::new(secret, jobs.clone(), Arc::clone(&counts), limits.clone(), now);
        let (stop, stopped) = oneshot::channel();
        let listening = tokio::spawn(connections::serve(listener, desk.routes(), seats, limits, stopped));
        Ok((Self { address, counts, jobs, writer, stop, listening, beating }, told))
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What happened so far, in numbers.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts.read()
    }

    /// Takes no more, answers what is under way, and ends the file with a line that says so.
    ///
    /// # Errors
    /// [`ListenProblem`] where that line cannot be written; all that was answered with 200 is in the file.
    pub async fn stop(self) -> Result<Counts, ListenProblem> {
        let Self { counts, jobs, writer, stop, listening, mut beating, .. } = self;
        drop(stop);
        beating.abort_all();
        // A listener that panicked has stopped too.
        let _ = listening.await;
        // A writer that is gone says why below.
        let _ = jobs.send(Job::Stop).await;
        drop(jobs);
        let ended = task::spawn_blocking(|| writer.join()).await;
        match ended {
            Ok(Ok(written)) => written.map(|()| counts.read()),
            _ => Err(ListenProblem::Ended),
        }
    }
}

/// Says in the file that a receiver starts.
async fn begin(mut journal: Journal, now: fn() -> Timestamp) -> Result<Journal, ListenProblem> {
    let written = task::spawn_blocking(move || {
        journal.append(OwnLine::Listening.at(now()).as_bytes())?;
        Ok(journal)
    });
    written.await.unwrap_or(Err(ListenProblem::Ended))
}

/// Has the file say from time to time that the receiver is alive.
async fn beat(jobs: mpsc::Sender<Job>, every: Duration) {
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first one is at once, and the file has just been begun.
    ticks.tick().await;
    loop {
        ticks.tick().await;
        // With a full queue there is other life in it.
        let _ = jobs.try_send(Job::Beat);
    }
}

#[cfg(test)]
mod tests;
