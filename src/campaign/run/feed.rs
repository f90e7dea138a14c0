//! Mails on their way from the thread that makes them to the workers, a handful at a time.
//!
//! Owns: how many go together. A thread that waits is woken for each handful, and waking one costs
//! more than making a mail; the first handfuls are small, so that the first mail leaves at once.

use std::sync::Arc;

use tokio::{
    sync::mpsc::{self, error::SendError},
    task::JoinHandle,
};

use super::{State, lock};
use crate::{
    campaign::{
        Job,
        flight::{Flight, JobSink},
    },
    delivery::{Handful, Mailer},
    failure::Told,
    model::Mail,
};

/// Handfuls made ahead of the workers.
pub(super) const HANDFULS_AHEAD: usize = 4;
/// Mails in a handful at most.
const LARGEST: usize = 32;

/// What is filled before it is handed over.
struct Hand {
    filled: Vec<(Arc<Mail>, Flight)>,
    size: usize,
    given: u64,
}

impl<M: Mailer + 'static> State<M> {
    /// Composes mails on a thread of its own, and says how many there were in the end.
    pub(super) fn compose<P>(
        self: Arc<Self>,
        produce: P,
        mails: mpsc::Sender<Handful>,
        composed: mpsc::UnboundedSender<u64>,
    ) -> JoinHandle<Result<(), Told>>
    where
        P: FnOnce(&mut JobSink<'_>) -> Result<(), Told> + Send + 'static,
    {
        tokio::task::spawn_blocking(move || {
            let mut hand = Hand { filled: Vec::new(), size: 1, given: 0 };
            let result = produce(&mut |job: Job| {
                hand.filled.push(Flight::of(job));
                hand.filled.len() < hand.size || self.hand_over(&mut hand, &mails)
            });
            self.hand_over(&mut hand, &mails);
            let _ = composed.send(hand.given);
            result
        })
    }

    /// Gives the workers what is filled; `false` where they take no more.
    fn hand_over(&self, hand: &mut Hand, mails: &mpsc::Sender<Handful>) -> bool {
        if hand.filled.is_empty() {
            return true;
        }
        let handful: Handful = hand.filled.iter().map(|(mail, _)| mail.clone()).collect();
        {
            let mut flights = lock(&self.flights);
            let mut line = lock(&self.line);
            for (mail, flight) in hand.filled.drain(..) {
                flights.insert(mail.row, flight);
                line.push(mail.row);
            }
        }
        hand.size = (hand.size * 2).min(LARGEST);
        let count = handful.len() as u64;
        let Err(SendError(refused)) = mails.blocking_send(handful) else {
            hand.given += count;
            return true;
        };
        let mut flights = lock(&self.flights);
        for mail in refused {
            flights.remove(&mail.row);
        }
        false
    }
}
