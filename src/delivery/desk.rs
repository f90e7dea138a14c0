//! The desk between a run and its mailers: mails go one way, claims and reports the other.
//!
//! Owns: the channels, and the order "nothing new after a stop". Does not own: what a claim means to
//! the ledger, nor how a mail is sent. Mails come in handfuls, since each arrival may wake a thread.
//! Known weakness: one queue under one lock; an idle worker that waits for a mail holds it, so that
//! [`Desk::try_next`] then says "none", which is what is true.

use std::{collections::VecDeque, fmt, sync::Arc};

use tokio::sync::{Mutex, mpsc, oneshot, watch};

use crate::model::{Mail, Outcome};

/// A request that a mail be recorded as `sending`; answered once that is durable.
#[derive(Debug)]
pub struct ClaimRequest {
    /// The mail's row number.
    pub row: u32,
    /// Answered with whether the mail may go.
    pub answer: oneshot::Sender<bool>,
}

/// What a mailer says of a mail it took.
#[derive(Debug)]
pub enum Report {
    /// What became of it.
    Done(Arc<Mail>, Outcome),
    /// It was never begun: its body's first byte did not leave, and no reply blames its row. It may
    /// have been claimed (a folder of previews that is full), and is to be as if it had not.
    Untouched(Arc<Mail>),
    /// The relay broke off at its recipient: the relay's own trouble, or a recipient it cannot stand.
    /// Nothing of it has left.
    TurnedAway(Arc<Mail>, Outcome),
}

/// Answers at once whether a row's mail is recorded as `sending` already, and takes note that it begins.
pub type ClaimedAhead = Arc<dyn Fn(u32) -> bool + Send + Sync>;

/// Mails that come together.
pub type Handful = Vec<Arc<Mail>>;

/// Mails that wait for a worker.
#[derive(Debug)]
struct Queue {
    ready: VecDeque<Arc<Mail>>,
    coming: mpsc::Receiver<Handful>,
}

impl Queue {
    async fn next(&mut self) -> Option<Arc<Mail>> {
        loop {
            if let Some(mail) = self.ready.pop_front() {
                return Some(mail);
            }
            self.ready.extend(self.coming.recv().await?);
        }
    }

    fn try_next(&mut self) -> Option<Arc<Mail>> {
        if self.ready.is_empty() {
            self.ready.extend(self.coming.try_recv().ok()?);
        }
        self.ready.pop_front()
    }
}

/// Where a mailer gets its mails, has them claimed, and says what became of them.
///
/// Cloned for each worker; all clones share one queue.
#[derive(Clone)]
pub struct Desk {
    mails: Arc<Mutex<Queue>>,
    claims: mpsc::Sender<ClaimRequest>,
    reports: mpsc::UnboundedSender<Report>,
    stop: watch::Receiver<bool>,
    claimed_ahead: ClaimedAhead,
    seat: Option<Seat>,
}

/// A worker's place among those who may work.
#[derive(Debug, Clone)]
struct Seat {
    number: usize,
    allowed: watch::Receiver<usize>,
}

impl Seat {
    fn is_taken_away(&self) -> bool {
        self.number >= *self.allowed.borrow()
    }

    async fn taken_away(&mut self) {
        let number = self.number;
        if self.allowed.wait_for(|allowed| number >= *allowed).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").finish_non_exhaustive()
    }
}

impl Desk {
    /// Makes a desk of the run's channels; `stop` turns true when nothing new may be begun, and
    /// `claimed_ahead` knows the mails that need not be asked for.
    #[must_use]
    pub fn new(
        mails: mpsc::Receiver<Handful>,
        claims: mpsc::Sender<ClaimRequest>,
        reports: mpsc::UnboundedSender<Report>,
        stop: watch::Receiver<bool>,
        claimed_ahead: ClaimedAhead,
    ) -> Self {
        let queue = Queue { ready: VecDeque::new(), coming: mails };
        Self { mails: Arc::new(Mutex::new(queue)), claims, reports, stop, claimed_ahead, seat: None }
    }

    /// The desk of one worker: it gives no mails while no more than `number` workers are allowed.
    #[must_use]
    pub fn of_worker(&self, number: usize, allowed: watch::Receiver<usize>) -> Self {
        Self { seat: Some(Seat { number, allowed }), ..self.clone() }
    }

    /// Whether its worker is one too many at the moment.
    #[must_use]
    pub fn is_seat_taken_away(&self) -> bool {
        self.seat.as_ref().is_some_and(Seat::is_taken_away)
    }

    /// The next mail; `None` when there are no more, the run stops, or its worker is one too many.
    pub async fn next(&self) -> Option<Arc<Mail>> {
        let mut stop = self.stop.clone();
        if *stop.borrow() || self.is_seat_taken_away() {
            return None;
        }
        let mut seat = self.seat.clone();
        let dismissed = async {
            match &mut seat {
                Some(seat) => seat.taken_away().await,
                None => std::future::pending().await,
            }
        };
        let next = async { self.mails.lock().await.next().await };
        tokio::select! {
            biased;
            () = stopped(&mut stop) => None,
            () = dismissed => None,
            mail = next => mail,
        }
    }

    /// The next mail if one is ready this moment.
    pub fn try_next(&self) -> Option<Arc<Mail>> {
        if *self.stop.borrow() || self.is_seat_taken_away() {
            return None;
        }
        self.mails.try_lock().ok()?.try_next()
    }

    /// Waits until nothing new may be begun; for ever where nobody can say so any more.
    pub async fn stopped(&self) {
        stopped(&mut self.stop.clone()).await;
    }

    /// Whether nothing new may be begun.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        *self.stop.borrow()
    }

    /// Has a mail recorded as `sending`, durably; `false` forbids its body to leave.
    pub async fn claim(&self, mail: &Mail) -> bool {
        if (self.claimed_ahead)(mail.row) {
            return true;
        }
        let (answer, answered) = oneshot::channel();
        if self.claims.send(ClaimRequest { row: mail.row, answer }).await.is_err() {
            return false;
        }
        answered.await.unwrap_or(false)
    }

    /// Says what became of a mail.
    pub fn report(&self, mail: Arc<Mail>, outcome: Outcome) {
        // The run outlives its mailers; a closed channel means that it was torn down already.
        let _ = self.reports.send(Report::Done(mail, outcome));
    }

    /// Hands a mail back at whose recipient the relay broke off, with what that means for the row if it
    /// is the row's doing.
    pub fn turned_away(&self, mail: Arc<Mail>, outcome: Outcome) {
        let _ = self.reports.send(Report::TurnedAway(mail, outcome));
    }

    /// Hands a mail back of which nothing has left and which no reply blames.
    pub fn give_back(&self, mail: Arc<Mail>) {
        let _ = self.reports.send(Report::Untouched(mail));
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}
