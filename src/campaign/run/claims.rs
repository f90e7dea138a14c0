//! Claims: a mail is recorded as `sending`, durably, before its body's first byte leaves.
//!
//! Owns: which mails are claimed before a worker asks. Only what will begin within some milliseconds
//! is, and never more than a crash may leave in doubt: on a slow relay nothing is claimed ahead, on a
//! quick one a commit of the ledger's serves many mails.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{Notify, mpsc, oneshot},
    time::Instant,
};

use super::{State, lock};
use crate::{
    campaign::flight::{Claim, Flight},
    delivery::{ClaimRequest, Mailer},
};

/// What will begin within this time may be claimed now.
const SOON: Duration = Duration::from_millis(10);
/// As many mails may be in doubt after a crash, or twice the connections.
const DOUBTFUL: usize = 16;

/// Rows composed and not yet claimed, in the order in which workers will take them.
#[derive(Debug, Default)]
pub(super) struct Line(VecDeque<u32>);

impl Line {
    pub(super) fn push(&mut self, row: u32) {
        self.0.push_back(row);
    }
}

/// What was claimed before a worker asked, in numbers.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    /// Claims that no worker has come to.
    left: AtomicUsize,
    /// At so many left, more are wanted.
    low: AtomicUsize,
    /// Mails begun on them since that was looked at last.
    begun: AtomicU32,
    run_low: Notify,
}

/// How fast mails are begun.
#[derive(Debug)]
struct Pace {
    last: Option<Instant>,
    /// Between two mails, on the average of the last few.
    interval: Duration,
}

impl Pace {
    fn unknown() -> Self {
        Self { last: None, interval: SOON }
    }

    fn begun(&mut self, mails: u32, now: Instant) {
        if let Some(last) = self.last.replace(now) {
            let each = now.duration_since(last) / mails.max(1);
            self.interval = (self.interval * 7 + each) / 8;
        }
    }

    /// How many mails will begin soon.
    fn soon(&self) -> usize {
        let interval = self.interval.max(Duration::from_micros(1));
        usize::try_from(SOON.as_micros() / interval.as_micros().max(1)).unwrap_or(usize::MAX)
    }
}

impl<M: Mailer + 'static> State<M> {
    /// Answers the workers' requests; the ledger's writer groups what is claimed at the same time.
    pub(super) async fn answer_claims(self: Arc<Self>, mut claims: mpsc::Receiver<ClaimRequest>) {
        let most = DOUBTFUL.max(2 * self.pass.connections);
        let mut pace = Pace::unknown();
        loop {
            let mut requests = tokio::select! {
                request = claims.recv() => match request {
                    Some(request) => vec![request],
                    None => return,
                },
                () = self.ahead.run_low.notified() => Vec::new(),
            };
            while let Ok(request) = claims.try_recv() {
                requests.push(request);
            }
            let workers = lock(&self.weather).opened(Instant::now());
            self.allow(workers);
            let begun = self.ahead.begun.swap(0, Ordering::Relaxed);
            pace.begun(u32::try_from(requests.len()).unwrap_or(u32::MAX).saturating_add(begun), Instant::now());
            let mut wanted = Vec::new();
            self.take_requests(requests, &mut wanted);
            self.look_ahead(pace.soon(), most, &mut wanted);
            self.claim(wanted);
        }
    }

    /// Whether a mail is claimed already; it begins then.
    pub(super) fn begins(&self, row: u32) -> bool {
        let mut flights = lock(&self.flights);
        let Some(flight) = flights.get_mut(&row).filter(|flight| flight.claim == Claim::Durable && !flight.in_hand)
        else {
            return false;
        };
        flight.in_hand = true;
        drop(flights);
        let ahead = &self.ahead;
        ahead.begun.fetch_add(1, Ordering::Relaxed);
        let left = ahead.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| Some(left.saturating_sub(1)));
        if left.unwrap_or(0) <= ahead.low.load(Ordering::Relaxed) + 1 {
            ahead.run_low.notify_one();
        }
        true
    }

    /// Answers what is claimed already; the others are wanted.
    fn take_requests(&self, requests: Vec<ClaimRequest>, wanted: &mut Vec<Wanted>) {
        let mut flights = lock(&self.flights);
        for ClaimRequest { row, answer } in requests {
            let Some(flight) = flights.get_mut(&row) else {
                let _ = answer.send(false);
                continue;
            };
            flight.in_hand = true;
            match flight.claim {
                Claim::Durable => drop(answer.send(true)),
                Claim::Asked => flight.waiting = Some(answer),
                Claim::None => {
                    flight.waiting = Some(answer);
                    wanted.push(self.ask(row, flight));
                }
            }
        }
    }

    /// Wants more mails, where those that were claimed ahead run low.
    fn look_ahead(&self, soon: usize, most: usize, wanted: &mut Vec<Wanted>) {
        if *self.pass.stop.borrow() || self.pass.mailer.is_paced() {
            return;
        }
        let mut flights = lock(&self.flights);
        let mut line = lock(&self.line);
        let ahead = flights.values().filter(|flight| flight.claim != Claim::None && !flight.in_hand).count();
        // Each connection may have one more on its way that was not claimed ahead.
        let open = self.pass.journal.open().max(ahead + self.pass.connections);
        let room = most.saturating_sub(open).min(soon.saturating_sub(ahead));
        // The fewer are left when more are asked for, the more go into one commit; so many that workers
        // need not wait for it.
        let low = soon.min(most.saturating_sub(self.pass.connections)) / 3;
        self.ahead.low.store(low, Ordering::Relaxed);
        self.ahead.left.store(ahead, Ordering::Relaxed);
        if ahead > low {
            return;
        }
        let asked_for = wanted.len();
        while wanted.len() - asked_for < room
            && let Some(row) = line.0.pop_front()
        {
            if let Some(flight) = flights.get_mut(&row).filter(|flight| flight.claim == Claim::None && !flight.in_hand)
            {
                wanted.push(self.ask(row, flight));
            }
        }
        self.ahead.left.store(ahead + wanted.len() - asked_for, Ordering::Relaxed);
    }

    /// Asks the ledger for a claim. With the flights' lock held, so that nothing that ends the mail can be
    /// asked for before it.
    fn ask(&self, row: u32, flight: &mut Flight) -> Wanted {
        let (request, entry) = flight.ask();
        Wanted { row, request, durable: Box::pin(self.pass.journal.begin(entry, (self.pass.now)())) }
    }

    /// Waits until mails are recorded, and answers who waits for them.
    fn claim(self: &Arc<Self>, wanted: Vec<Wanted>) {
        if wanted.is_empty() {
            return;
        }
        let state = self.clone();
        tokio::spawn(async move {
            for Wanted { row, request, durable } in wanted {
                let granted = durable.await;
                if !granted {
                    state.stop();
                }
                if let Some(waiting) = state.claimed(row, request, granted) {
                    let _ = waiting.send(granted);
                }
            }
        });
    }

    fn claimed(&self, row: u32, request: u32, granted: bool) -> Option<oneshot::Sender<bool>> {
        let mut flights = lock(&self.flights);
        let flight = flights.get_mut(&row).filter(|flight| flight.asked == request && flight.claim == Claim::Asked)?;
        flight.claim = if granted { Claim::Durable } else { Claim::None };
        flight.waiting.take()
    }

    /// Takes back, at the end of a pass, the claims of mails that no worker came to.
    pub(super) fn withdraw_what_was_not_begun(&self) {
        for (row, flight) in lock(&self.flights).iter_mut() {
            if !flight.in_hand && flight.take_claim() {
                self.pass.journal.withdraw(*row);
            }
        }
    }
}

/// A mail whose claim the ledger was asked for.
struct Wanted {
    row: u32,
    /// Which of the row's requests this is.
    request: u32,
    durable: Pin<Box<dyn Future<Output = bool> + Send>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_claimed_ahead_on_a_slow_relay_and_much_on_a_quick_one() {
        let start = Instant::now();
        let after = |interval: Duration| {
            let mut pace = Pace::unknown();
            for step in 0..100 {
                pace.begun(1, start + interval * step);
            }
            pace.soon()
        };
        assert_eq!(after(Duration::from_millis(200)), 0);
        assert_eq!(after(Duration::from_millis(20)), 0);
        assert!((4..=5).contains(&after(Duration::from_millis(2))));
        assert!(after(Duration::from_micros(100)) > 50);
    }
}
