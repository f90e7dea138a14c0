//! The workers of a pass: who begins, and what each does when the relay is in trouble.

use std::sync::Arc;

use super::{State, lock};
use crate::{
    campaign::{Event, weather::Advice},
    delivery::{Desk, Mailer},
};

impl<M: Mailer + 'static> State<M> {
    /// The first worker goes ahead; the others follow when the relay has answered a mail, or it has ended.
    pub(super) async fn take_part(self: Arc<Self>, number: usize, desk: Desk) {
        if number == 0 {
            self.work(desk).await;
            self.answered();
            return;
        }
        let (mut is_answered, mut stop) = (self.is_answered.subscribe(), self.pass.stop.subscribe());
        let goes = tokio::select! {
            answered = is_answered.wait_for(|answered| *answered) => answered.is_ok(),
            _ = stop.wait_for(|stop| *stop) => false,
        };
        if goes {
            self.work(desk).await;
        }
    }

    /// Lets the other workers follow.
    pub(super) fn answered(&self) {
        self.is_answered.send_if_modified(|answered| !std::mem::replace(answered, true));
    }

    /// One worker: one connection at a time, until there is nothing left or the weather says stop.
    async fn work(self: &Arc<Self>, desk: Desk) {
        let mut stop = self.pass.stop.subscribe();
        loop {
            let Err(outage) = self.pass.mailer.work(&desk).await else { return };
            if desk.is_stopping() {
                return;
            }
            let (advice, workers) = {
                let mut weather = lock(&self.weather);
                (weather.advise(&outage, (self.pass.now)()), weather.workers())
            };
            match advice {
                Advice::Leave => {
                    (self.pass.listener)(&Event::Slowed { connections: workers });
                    return;
                }
                Advice::Stop => {
                    lock(&self.outage).get_or_insert(outage);
                    self.stop();
                    return;
                }
                Advice::HoldBack(pause) | Advice::WaitToo(pause) => {
                    if matches!(advice, Advice::HoldBack(_)) {
                        let seconds = pause.as_secs() + u64::from(pause.subsec_nanos() > 0);
                        (self.pass.listener)(&Event::Paused { outage, seconds });
                    }
                    tokio::select! {
                        () = tokio::time::sleep(pause) => {}
                        _ = stop.wait_for(|stop| *stop) => return,
                    }
                }
            }
        }
    }
}
