//! The workers of a pass: who works, and what each does when the relay is in trouble.

use std::sync::Arc;

use tokio::time::{Duration, Instant, sleep};

use super::{State, lock};
use crate::{
    campaign::{
        Event,
        weather::{AFTER_COMPLAINT, Advice},
    },
    delivery::{Desk, Mailer},
    model::Outage,
};

impl<M: Mailer + 'static> State<M> {
    /// A worker works while it is among those allowed. The first one always is: the others follow when
    /// the relay has answered it.
    pub(super) async fn take_part(self: Arc<Self>, number: usize, desk: Desk) {
        let desk = desk.of_worker(number, self.allowed.subscribe());
        let (mut allowed, mut stop) = (self.allowed.subscribe(), self.pass.stop.subscribe());
        loop {
            let may_work = tokio::select! {
                allowed = allowed.wait_for(|allowed| number < *allowed) => allowed.is_ok(),
                _ = stop.wait_for(|stop| *stop) => false,
            };
            if !may_work {
                return;
            }
            self.work(&desk).await;
            if desk.is_stopping() || !desk.is_seat_taken_away() {
                break;
            }
        }
        if number == 0 {
            self.allow_all();
        }
    }

    /// Lets all workers look for mails, of which there may be none any more.
    pub(super) fn allow_all(&self) {
        self.allowed.send_replace(usize::MAX);
    }

    /// Lets so many workers work where that changes, unless all are to go home.
    pub(super) fn allow(&self, workers: Option<usize>) {
        let Some(workers) = workers else { return };
        self.allowed
            .send_if_modified(|allowed| *allowed != usize::MAX && std::mem::replace(allowed, workers) != workers);
    }

    /// One worker: one connection at a time, until there is nothing left, it is one too many, or the
    /// weather says stop.
    async fn work(&self, desk: &Desk) {
        let mut stop = self.pass.stop.subscribe();
        loop {
            let Err(outage) = self.pass.mailer.work(desk).await else { return };
            if desk.is_stopping() {
                return;
            }
            let Some(pause) = self.heed(outage) else { return };
            let mut all_done = self.allowed.subscribe();
            tokio::select! {
                () = sleep(pause) => {}
                _ = stop.wait_for(|stop| *stop) => return,
                // The others did what there was to do meanwhile.
                _ = all_done.wait_for(|allowed| *allowed == usize::MAX) => return,
            }
            if desk.is_seat_taken_away() {
                return;
            }
        }
    }

    /// Does what an outage demands, and tells it; answers how long to hold back, `None` to go home.
    fn heed(&self, outage: Outage) -> Option<Duration> {
        let advice = lock(&self.weather).advise(&outage, (self.pass.now)(), Instant::now());
        match advice {
            Advice::Fewer(workers) => {
                self.allow(Some(workers));
                (self.pass.listener)(&Event::Slowed { connections: workers });
                Some(AFTER_COMPLAINT)
            }
            Advice::GoOn => Some(Duration::ZERO),
            Advice::Stop => {
                lock(&self.outage).get_or_insert(outage);
                self.stop();
                None
            }
            Advice::HoldBack(pause) | Advice::Alone(pause) => {
                if matches!(advice, Advice::Alone(_)) {
                    self.allow(Some(1));
                }
                let seconds = pause.as_secs() + u64::from(pause.subsec_nanos() > 0);
                (self.pass.listener)(&Event::Paused { outage, seconds });
                Some(pause)
            }
            Advice::WaitToo(pause) => Some(pause),
        }
    }
}
