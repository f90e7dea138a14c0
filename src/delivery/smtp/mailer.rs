//! The mailer over SMTP: one relay, shared by all workers of a run.
//!
//! Owns: that the first connection logs in alone, that after a refused log-in one connection alone
//! tries another password, and that the same is not tried again: a few wrong ones lock accounts. Does
//! not own: how many workers there are, or where passwords come from.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use tokio::{
    sync::{MutexGuard, watch},
    time::Duration,
};

use super::{
    auth::Refusal,
    capabilities::Capabilities,
    connect,
    credentials::{Password, Value},
    relay::{Relay, RelayProblem, TlsMode},
    session::Session,
    tls::Trust,
    turns::{Turns, Wait},
    worker::Worker,
};
use crate::{
    delivery::{Desk, Mailer, pacing::Limit},
    model::{Address, Outage, Reply},
};

/// Sends mails through one relay; each [`Mailer::work`] drives one connection at a time.
#[derive(Debug)]
pub struct SmtpMailer {
    relay: Relay,
    trust: Trust,
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
    /// Makes a mailer that keeps to no limits; touches no network.
    ///
    /// # Errors
    /// [`RelayProblem`] where the settings forbid using the relay, or no certificates can be trusted.
    pub fn new(relay: Relay) -> Result<Self, RelayProblem> {
        relay.check()?;
        let trust = match relay.tls {
            TlsMode::Implicit | TlsMode::StartTls => Trust::in_system_and(&relay.extra_roots)?,
            TlsMode::None => Trust::in_nobody()?,
        };
        Ok(Self { relay, trust, turns: None, gate: Gate::default() })
    }

    /// Keeps to these limits, all of them at any time.
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

    /// Opens a session; a refused password is replaced once, where there is a way to another.
    pub(super) async fn open(&self) -> Result<Session, Outage> {
        loop {
            let alone = self.gate.enter().await?;
            let password = self.relay.credentials.as_ref().map(|credentials| &credentials.password);
            let value = match password {
                Some(password) => Some(password.current(Instant::now()).await.inspect_err(|e| self.gate.note(e))?),
                None => None,
            };
            match connect::open(&self.relay, &self.trust, value.as_ref()).await {
                Ok(session) => {
                    if let (Some(password), Some(value)) = (password, &value) {
                        password.accepted(value).await;
                    }
                    self.gate.open();
                    return Ok(session);
                }
                Err(Refusal::Other(outage)) => {
                    self.gate.note(&outage);
                    return Err(outage);
                }
                Err(Refusal::Secret(reply)) => {
                    let (Some(password), Some(value)) = (password, value) else {
                        return Err(Outage::LogInRefused(reply));
                    };
                    self.replace(alone, password, &value, reply).await?;
                }
            }
        }
    }

    /// Has a refused password replaced, behind a closed gate: the others wait for what becomes of it.
    async fn replace(
        &self,
        alone: Option<MutexGuard<'_, ()>>,
        password: &Password,
        value: &Value,
        reply: Reply,
    ) -> Result<(), Outage> {
        self.gate.close();
        let _alone = match alone {
            Some(alone) => alone,
            None => self.gate.door.lock().await,
        };
        if let Some(refused) = self.gate.refused().clone() {
            return Err(refused);
        }
        password.refused(value, reply, Instant::now()).await.inspect_err(|outage| self.gate.note(outage))
    }
}

impl Gate {
    /// Waits for a turn: alone until a log-in has succeeded, then freely.
    async fn enter(&self) -> Result<Option<MutexGuard<'_, ()>>, Outage> {
        let mut alone = None;
        if !self.passed.load(Ordering::Acquire) {
            alone = Some(self.door.lock().await);
            if self.passed.load(Ordering::Acquire) {
                alone = None;
            }
        }
        match self.refused().clone() {
            Some(refused) => Err(refused),
            None => Ok(alone),
        }
    }

    fn open(&self) {
        self.passed.store(true, Ordering::Release);
    }

    fn close(&self) {
        self.passed.store(false, Ordering::Release);
    }

    /// A log-in that was refused for good is refused to all.
    fn note(&self, outage: &Outage) {
        if matches!(outage, Outage::LogInRefused(_)) {
            *self.refused() = Some(outage.clone());
        }
    }

    fn refused(&self) -> std::sync::MutexGuard<'_, Option<Outage>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Mailer for SmtpMailer {
    async fn work(&self, desk: &Desk) -> Result<(), Outage> {
        Worker::new(self, desk).run().await
    }

    fn is_paced(&self) -> bool {
        self.is_limited()
    }
}
