//! Claims: a mail is recorded as `sending`, durably, before its body's first byte leaves.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::{State, lock};
use crate::delivery::ClaimRequest;

impl<M: crate::delivery::Mailer + 'static> State<M> {
    /// Has each claimed mail recorded as `sending`; the ledger's writer groups them.
    pub(super) async fn answer_claims(self: Arc<Self>, mut claims: mpsc::Receiver<ClaimRequest>) {
        while let Some(ClaimRequest { row, answer }) = claims.recv().await {
            let entry = lock(&self.flights).get(&row).map(|flight| flight.entry.clone());
            let Some(entry) = entry else {
                let _ = answer.send(false);
                continue;
            };
            let state = self.clone();
            let durable = self.pass.journal.begin(entry, (self.pass.now)());
            tokio::spawn(async move {
                let granted = durable.await;
                if granted {
                    if let Some(flight) = lock(&state.flights).get_mut(&row) {
                        flight.claimed = true;
                    }
                } else {
                    state.stop();
                }
                let _ = answer.send(granted);
            });
        }
    }
}
