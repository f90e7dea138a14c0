//! The mailer over SMTP: one relay, shared by all workers of a run.
//!
//! Owns: that the first connection logs in alone, and that a refused log-in is not tried again: a few
//! wrong ones at once lock accounts. Does not own: how many workers there are.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use rustls::ClientConfig;
use tokio::{sync::watch, time::Duration};

use super::{
    capabilities::Capabilities,
    connect,
    relay::{Relay, RelayProblem, TlsMode},
    session::Session,
    tls,
    turns::{Turns, Wait},
    worker::Worker,
};
use crate::{
    delivery::{
        Desk, Mailer,
        pacing::{Limit, Rate},
    },
    model::{Address, Outage},
};

/// Sends mails through one relay; each [`Mailer::work`] drives one connection at a time.
#[derive(Debug)]
pub struct SmtpMailer {
    relay: Relay,
    config: Arc<ClientConfig>,
    turns: Option<Turns>,
    gate: Gate,
}

/// Until one log-in has succeeded, only one connection may be opening.
#[derive(Debug, Default)]
struct Gate {
    passed: AtomicBool,
    door: tokio::sync::Mutex<()>,
    refused: Mutex<Option<Outage>>,
}

/// What a relay says it allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayReport {
    /// The TLS version agreed on; `None` for plaintext.
    pub tls: Option<&'static str>,
    /// Whether there was a log-in, and it succeeded.
    pub logged_in: bool,
    /// What EHLO advertised, after TLS where there is TLS.
    pub capabilities: Capabilities,
}

impl SmtpMailer {
    /// Makes a mailer; touches no network.
    ///
    /// # Errors
    /// [`RelayProblem`] where the settings forbid using the relay, or no certificates can be trusted.
    pub fn new(relay: Relay, rate: Option<Rate>) -> Result<Self, RelayProblem> {
        relay.check()?;
        let config = match relay.tls {
            TlsMode::Implicit | TlsMode::StartTls => tls::client_config(&relay.extra_roots)?,
            TlsMode::None => tls::trusts_nobody()?,
        };
        let limit = |rate| Limit { rate, name: format!("the rate of {rate}") };
        let turns = rate.map(|rate| Turns::new(vec![limit(rate)]));
        Ok(Self { relay, config, turns, gate: Gate::default() })
    }

    /// Keeps to these limits, all of them at any time, and to no others.
    #[must_use]
    pub fn with_limits(mut self, limits: Vec<Limit>) -> Self {
        self.turns = (!limits.is_empty()).then(|| Turns::new(limits));
        self
    }

    /// Whether there is any limit to keep to.
    #[must_use]
    pub fn is_limited(&self) -> bool {
        self.turns.is_some()
    }

    /// Counts the mails that are over already, and no others: how long ago each of them was. For
    /// when no mail is on its way.
    pub fn remember(&self, ages: &[Duration]) {
        if let Some(turns) = &self.turns {
            turns.remember(ages);
        }
    }

    /// Hears of each long wait that the limits demand; `None` without limits.
    #[must_use]
    pub fn waits(&self) -> Option<watch::Receiver<Option<Wait>>> {
        self.turns.as_ref().map(Turns::waits)
    }

    /// Connects, logs in, offers the sender, and takes it back: nothing is sent.
    ///
    /// # Errors
    /// [`Outage`] where any of this fails.
    pub async fn check(&self, sender: &Address) -> Result<RelayReport, Outage> {
        let mut session = self.open().await?;
        let tried = session.try_sender(sender).await;
        let report = RelayReport {
            tls: session.tls,
            logged_in: self.relay.credentials.is_some(),
            capabilities: session.capabilities.clone(),
        };
        session.end().await;
        tried.map(|()| report)
    }

    /// The relay it sends through.
    #[must_use]
    pub fn relay(&self) -> &Relay {
        &self.relay
    }

    pub(super) fn turns(&self) -> Option<&Turns> {
        self.turns.as_ref()
    }

    pub(super) async fn open(&self) -> Result<Session, Outage> {
        let mut alone = None;
        if !self.gate.passed.load(Ordering::Acquire) {
            alone = Some(self.gate.door.lock().await);
            if self.gate.passed.load(Ordering::Acquire) {
                alone = None;
            }
        }
        if let Some(refused) = self.gate.refused().clone() {
            return Err(refused);
        }
        let opened = connect::open(&self.relay, Arc::clone(&self.config)).await;
        match &opened {
            Ok(_) => self.gate.passed.store(true, Ordering::Release),
            Err(outage @ Outage::LogInRefused(_)) => *self.gate.refused() = Some(outage.clone()),
            Err(_) => {}
        }
        drop(alone);
        opened
    }
}

impl Gate {
    fn refused(&self) -> std::sync::MutexGuard<'_, Option<Outage>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Mailer for SmtpMailer {
    async fn work(&self, desk: &Desk) -> Result<(), Outage> {
        Worker::new(self, desk).run().await
    }
}
