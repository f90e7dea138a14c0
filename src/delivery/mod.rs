//! Messages go to a relay, or into a folder.
//!
//! Owns: the conversation with a relay, what a reply means, when to try again. Does not own: which
//! mails there are, or what is remembered of them. A [`Mailer`] pulls mails from a [`Desk`], has
//! each claimed before its body's first byte, and reports what became of it as it learns it.

use std::{future::Future, sync::Arc};

use tokio::sync::{Mutex, mpsc, oneshot, watch};

use crate::model::{Mail, Outage, Outcome};

/// One of the two ways a mail can go: over SMTP, or into a folder of previews.
pub trait Mailer: Send + Sync {
    /// Works through the desk's mails on one connection after another, until the desk has no more,
    /// the run stops, or the relay is the trouble.
    ///
    /// Every mail that was taken is reported exactly once before this returns, also on an outage,
    /// except mails whose outcome would be "untouched": those are handed back by
    /// [`Desk::give_back`].
    fn work(&self, desk: &Desk) -> impl Future<Output = Result<(), Outage>> + Send;
}

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
    /// It was never begun: its body's first byte did not leave, and no reply blames its row.
    Untouched(Arc<Mail>),
}

/// Where a mailer gets its mails, has them claimed, and says what became of them.
///
/// Cloned for each worker; all clones share one queue.
#[derive(Debug, Clone)]
pub struct Desk {
    mails: Arc<Mutex<mpsc::Receiver<Arc<Mail>>>>,
    claims: mpsc::Sender<ClaimRequest>,
    reports: mpsc::UnboundedSender<Report>,
    stop: watch::Receiver<bool>,
}

impl Desk {
    /// Makes a desk of the run's channels; `stop` turns true when nothing new may be begun.
    #[must_use]
    pub fn new(
        mails: mpsc::Receiver<Arc<Mail>>,
        claims: mpsc::Sender<ClaimRequest>,
        reports: mpsc::UnboundedSender<Report>,
        stop: watch::Receiver<bool>,
    ) -> Self {
        Self { mails: Arc::new(Mutex::new(mails)), claims, reports, stop }
    }

    /// The next mail; `None` when there are no more, or the run stops.
    pub async fn next(&self) -> Option<Arc<Mail>> {
        let mut stop = self.stop.clone();
        if *stop.borrow() {
            return None;
        }
        let mut mails = tokio::select! {
            mails = self.mails.lock() => mails,
            () = stopped(&mut stop) => return None,
        };
        tokio::select! {
            biased;
            () = stopped(&mut stop) => None,
            mail = mails.recv() => mail,
        }
    }

    /// The next mail if one is ready this moment.
    pub fn try_next(&self) -> Option<Arc<Mail>> {
        if *self.stop.borrow() {
            return None;
        }
        self.mails.try_lock().ok()?.try_recv().ok()
    }

    /// Whether nothing new may be begun.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        *self.stop.borrow()
    }

    /// Has a mail recorded as `sending`, durably; `false` forbids its body to leave.
    pub async fn claim(&self, mail: &Mail) -> bool {
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
