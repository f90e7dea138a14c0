//! One pass over the mails to send: workers, immediate retries, the ledger's bracket, stop rules.
//!
//! Owns: who takes which mail when, and that every outcome is recorded. Does not own: the words on
//! the wire (`delivery`), which rows there are (`plan`), waiting between passes (`passes`).
//! A mail is in exactly one place at a time: the queue, a worker's hands, or the record.

mod claims;
mod crew;
mod feed;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::Instant,
};

use super::{
    Event, Tally,
    book::{Book, Fate},
    flight::{Flight, JobSink},
    journal::Journal,
    weather::Weather,
};
use crate::{
    delivery::{Desk, Handful, Mailer, Report, retry::RetryPolicy, streaks::Halt},
    failure::Told,
    model::{Deferral, Mail, Outage, Outcome, Stage},
};

/// A row whose connection was lost before the final dot goes again at once so many times a pass.
const RETRIES_AT_ONCE: u8 = 3;
/// First refusals that are held back until it is known whose fault they are.
const HELD_BACK: usize = 3;
/// Requests that may wait for an answer.
const WAITING: usize = 64;

/// What a pass needs.
pub struct Pass<M> {
    /// The way out.
    pub mailer: M,
    /// Where claims and outcomes are kept.
    pub journal: Journal,
    /// Workers, and so connections, at most.
    pub connections: usize,
    /// Whether the relay has taken mails in an earlier pass: its trouble is waited out then.
    pub is_proven: bool,
    /// Whether the relay's trouble is waited out for minutes, and an hour's quota for an hour.
    pub is_patient: bool,
    /// When to try again.
    pub retry: RetryPolicy,
    /// The clock.
    pub now: fn() -> Timestamp,
    /// Turns true when nothing new may be begun.
    pub stop: watch::Sender<bool>,
    /// Told everything that happens.
    pub listener: Arc<dyn Fn(&Event) + Send + Sync>,
}

/// How a pass ended.
#[derive(Debug)]
pub struct Ended {
    /// What was done.
    pub tally: Tally,
    /// The relay's trouble, where it stopped the pass.
    pub outage: Option<Outage>,
    /// What went wrong on this side: a row that could not be composed, a ledger that could not be written.
    pub failure: Option<Told>,
}

struct State<M> {
    pass: Pass<M>,
    flights: Mutex<HashMap<u32, Flight>>,
    line: Mutex<claims::Line>,
    weather: Mutex<Weather>,
    outage: Mutex<Option<Outage>>,
    /// How many workers may work; until the relay waits for a message one tries it alone.
    allowed: watch::Sender<usize>,
    ahead: claims::Ahead,
}

impl<M: Mailer + 'static> Pass<M> {
    /// Sends what `produce` composes, on as many workers as there are connections.
    ///
    /// `produce` runs on a thread of its own and gives each mail to the sink.
    pub async fn run<P>(self, total: u64, produce: P) -> Ended
    where
        P: FnOnce(&mut JobSink<'_>) -> Result<(), Told> + Send + 'static,
    {
        let workers = self.connections.max(1).min(usize::try_from(total).unwrap_or(usize::MAX).max(1));
        let (mails_in, mails_out) = mpsc::channel(feed::HANDFULS_AHEAD);
        let (claims_in, claims_out) = mpsc::channel(WAITING);
        let (reports_in, reports_out) = mpsc::unbounded_channel();
        (self.listener)(&Event::Started { total });
        let weather = Weather::fair(workers, self.is_proven, self.is_patient);
        let state = Arc::new(State {
            pass: self,
            flights: Mutex::new(HashMap::new()),
            line: Mutex::new(claims::Line::default()),
            weather: Mutex::new(weather),
            outage: Mutex::new(None),
            allowed: watch::Sender::new(1),
            ahead: claims::Ahead::default(),
        });
        let claimed_ahead = {
            let state = state.clone();
            Arc::new(move |row| state.begins(row))
        };
        let desk = Desk::new(mails_out, claims_in, reports_in, state.pass.stop.subscribe(), claimed_ahead);

        let (composed_in, composed_out) = mpsc::unbounded_channel();
        let composer = state.clone().compose(produce, mails_in.clone(), composed_in);
        let mut crew = JoinSet::new();
        for number in 0..workers {
            crew.spawn(state.clone().take_part(number, desk.clone()));
        }
        drop(desk);
        let claims = tokio::spawn(state.clone().answer_claims(claims_out));
        let mut tally = state.clone().record(reports_out, composed_out, mails_in).await;
        tally.total = total;
        while crew.join_next().await.is_some() {}
        let _ = claims.await;
        state.withdraw_what_was_not_begun();
        let failure = composer.await.unwrap_or_else(|_| Err(broken_down())).err();
        let failure = state.pass.journal.failure().map(|(what, hint)| Told::new(what).hint(hint)).or(failure);
        Ended { tally, outage: lock(&state.outage).take(), failure }
    }
}

impl<M: Mailer + 'static> State<M> {
    /// Records every report; ends when the last worker has ended.
    async fn record(
        self: Arc<Self>,
        mut reports: mpsc::UnboundedReceiver<Report>,
        mut composed: mpsc::UnboundedReceiver<u64>,
        mails: mpsc::Sender<Handful>,
    ) -> Tally {
        let mut queue = Some(mails);
        let (mut composed_total, mut settled) = (None, 0_u64);
        // Each connection may have one more behind the one that it hands over.
        let mut book = Book::of(2 * self.pass.connections);
        loop {
            if composed_total == Some(settled) {
                // Nothing is queued or in anybody's hands: the workers may go home.
                queue = None;
                self.allow_all();
            }
            let report = tokio::select! {
                biased;
                report = reports.recv() => report,
                total = composed.recv(), if composed_total.is_none() => {
                    composed_total = total.or(Some(u64::MAX));
                    continue;
                }
            };
            let (mail, outcome) = match report {
                None => break,
                Some(Report::Done(mail, outcome)) => (mail, outcome),
                Some(Report::TurnedAway(mail, outcome)) if lock(&self.weather).turned_away(mail.row) => (mail, outcome),
                Some(Report::TurnedAway(mail, _)) => {
                    if let Some(flight) = lock(&self.flights).get_mut(&mail.row) {
                        flight.losses = flight.losses.saturating_add(1);
                    }
                    self.untouched(mail, queue.as_ref());
                    continue;
                }
                Some(Report::Untouched(mail)) => {
                    self.untouched(mail, queue.as_ref());
                    continue;
                }
            };
            if outcome.broken_off().is_none() {
                let refused = matches!(outcome, Outcome::Refused { stage: Stage::Recipient, .. });
                let workers = lock(&self.weather).answered(refused, Instant::now());
                self.allow(workers);
            }
            match self.settle(mail, outcome, queue.as_ref()) {
                Some(fate) => {
                    settled += 1;
                    self.enter(&mut book, fate);
                }
                None => settled += u64::from(*self.pass.stop.borrow()),
            }
        }
        if let Some(halt) = book.streaks.close() {
            self.halt(&mut book, halt);
        }
        for fate in std::mem::take(&mut book.held) {
            self.write(&mut book, fate);
        }
        book.tally
    }

    /// Enters a fate, unless it is one of the first refusals: row after row refused alike is the
    /// campaign's fault, and then no row is blamed. They are held back until that is known.
    fn enter(&self, book: &mut Book, fate: Fate) {
        if book.acquits(&fate.outcome) {
            // It was on its way when the others were acquitted, and shares their fate.
            self.pass.journal.withdraw(fate.row);
            return;
        }
        let halt = book.streaks.feed(fate.row, &fate.outcome);
        let refused = matches!(fate.outcome, Outcome::Refused { .. });
        book.only_refusals &= refused;
        book.held.push(fate);
        if let Some(halt) = halt {
            self.halt(book, halt);
        }
        if book.only_refusals && book.held.len() < HELD_BACK && !*self.pass.stop.borrow() {
            return;
        }
        book.only_refusals = false;
        for fate in std::mem::take(&mut book.held) {
            if book.streaks.suspects(fate.row) {
                book.held.push(fate);
            } else {
                self.write(book, fate);
            }
        }
    }

    /// Stops the pass, and lets off those who were blamed in vain.
    fn halt(&self, book: &mut Book, halt: Halt) {
        for acquitted in book.held.extract_if(.., |held| halt.acquitted.contains(&held.row)) {
            self.pass.journal.withdraw(acquitted.row);
        }
        if !halt.acquitted.is_empty() {
            book.campaign_refused = halt.outage.reply().map(|reply| reply.code);
        }
        lock(&self.outage).get_or_insert(halt.outage);
        self.stop();
    }

    /// Writes a fate into the ledger and tells it.
    fn write(&self, book: &mut Book, fate: Fate) {
        let now = (self.pass.now)();
        let Fate { entry, state, outcome, next_attempt, .. } = fate;
        let address = entry.to.clone();
        self.pass.journal.finish(entry, state, now);
        let event = Event::Settled { address, outcome, next_attempt };
        book.tally.add(&event);
        (self.pass.listener)(&event);
    }

    /// A mail came back of which nothing has left: it waits for the next worker, unless the run stops.
    fn untouched(&self, mail: Arc<Mail>, queue: Option<&mpsc::Sender<Handful>>) {
        let claimed = lock(&self.flights).get_mut(&mail.row).is_some_and(Flight::take_claim);
        if claimed {
            self.pass.journal.withdraw(mail.row);
        }
        if !*self.pass.stop.borrow() {
            put_back(mail, queue);
        }
    }

    /// Turns an outcome into the row's fate; `None` where the connection was lost before the final
    /// dot and the mail goes again at once.
    fn settle(&self, mail: Arc<Mail>, outcome: Outcome, queue: Option<&mpsc::Sender<Handful>>) -> Option<Fate> {
        let now = (self.pass.now)();
        let mut flights = lock(&self.flights);
        let flight = flights.get_mut(&mail.row)?;
        if let Outcome::Deferred(Deferral::ConnectionLost { .. }) = &outcome
            && flight.losses < RETRIES_AT_ONCE
        {
            flight.losses += 1;
            if flight.take_claim() {
                // Nothing of it has arrived: the next try is the same line's.
                self.pass.journal.withdraw(mail.row);
            }
            drop(flights);
            (self.pass.listener)(&Event::TriedAgain { address: mail.recipient.clone() });
            if !*self.pass.stop.borrow() {
                put_back(mail, queue);
            }
            return None;
        }
        let mut flight = flights.remove(&mail.row)?;
        drop(flights);
        // Tries at once count as one: they must not make a row wait the longer.
        flight.attempts += 1;
        if matches!(outcome, Outcome::Accepted(_)) {
            lock(&self.weather).accepted();
        }
        let (state, next_attempt) = flight.ending(&outcome, &self.pass.retry, now);
        Some(Fate { row: mail.row, entry: flight.entry, state, outcome, next_attempt })
    }

    fn stop(&self) {
        self.pass.stop.send_replace(true);
    }
}

fn broken_down() -> Told {
    Told::new("the thread that composes mails broke down").hint("nothing is lost: run the same command again")
}

/// Puts a mail back into the queue without waiting for room in it.
fn put_back(mail: Arc<Mail>, queue: Option<&mpsc::Sender<Handful>>) {
    let Some(queue) = queue else { return };
    if let Err(mpsc::error::TrySendError::Full(mails)) = queue.try_send(vec![mail]) {
        let queue = queue.clone();
        tokio::spawn(async move {
            let _ = queue.send(mails).await;
        });
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
