//! Who we are at the relay: user, mechanism, and the password or token as it is now.
//!
//! Owns: that one value serves all connections, that a command which prints it runs once for all of
//! them, and that a refused value never goes out again. Does not own: what the command is, or what a
//! reply means. Known weakness: a token's own expiry is not read; its age alone counts.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;

use crate::model::{Outage, Reply};

/// A renewable value this old is renewed before the next log-in: tokens live for an hour.
pub const RENEWED_AFTER: Duration = Duration::from_mins(45);

/// Words added to a refused log-in's reply, by which the advice is chosen.
pub(super) const SAME_AGAIN: &str = "the command printed the same again, which was not tried a second time";
pub(super) const FRESH_TOO: &str = "what the command printed anew was refused as well";

/// Which mechanism logs in (RFC 4954).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Auth {
    /// PLAIN, else LOGIN; never OAuth.
    #[default]
    Auto,
    /// PLAIN (RFC 4616).
    Plain,
    /// LOGIN.
    Login,
    /// XOAUTH2, as Google and Microsoft have it: the password is an access token.
    XOAuth2,
    /// OAUTHBEARER (RFC 7628): the password is an access token.
    OAuthBearer,
}

/// Who we are at a relay, and how that is proved.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The user, as the relay knows it.
    pub user: String,
    /// How it is proved.
    pub auth: Auth,
    /// The password, or the access token.
    pub password: Password,
}

/// Why a password could not be had anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unobtainable {
    /// What happened, in words.
    pub what: String,
    /// What to do about it.
    pub hint: String,
}

/// Gets a password anew; may block for a minute.
type Again = dyn Fn() -> Result<SecretString, Unobtainable> + Send + Sync;

/// A password or token, and where there is a way, how to get it anew. Clones share the value.
#[derive(Clone)]
pub struct Password {
    again: Option<Arc<Again>>,
    max_age: Duration,
    held: Arc<Mutex<Held>>,
}

struct Held {
    value: Value,
    since: Instant,
    /// How the relay refused it, where it did.
    refusal: Option<Reply>,
    /// Whether it was made because another was refused, and has opened nothing yet.
    is_last_try: bool,
}

/// One value of a password; its number tells it from earlier ones.
#[derive(Clone)]
pub(super) struct Value {
    number: u32,
    pub(super) secret: SecretString,
}

impl Password {
    /// One that stays as it is.
    #[must_use]
    pub fn fixed(secret: SecretString) -> Self {
        Self::held(secret, None, Duration::MAX)
    }

    /// One that is got anew by `again` after a refused log-in, and before a log-in once it is `max_age` old.
    #[must_use]
    pub fn renewable(
        secret: SecretString,
        max_age: Duration,
        again: impl Fn() -> Result<SecretString, Unobtainable> + Send + Sync + 'static,
    ) -> Self {
        Self::held(secret, Some(Arc::new(again)), max_age)
    }

    fn held(secret: SecretString, again: Option<Arc<Again>>, max_age: Duration) -> Self {
        let value = Value { number: 0, secret };
        let held = Held { value, since: Instant::now(), refusal: None, is_last_try: false };
        Self { again, max_age, held: Arc::new(Mutex::new(held)) }
    }

    /// The value for a log-in at `now`; got anew where it is old, or was refused.
    pub(super) async fn current(&self, now: Instant) -> Result<Value, Outage> {
        let mut held = self.held.lock().await;
        let is_old = now.saturating_duration_since(held.since) >= self.max_age;
        if let Some(again) = self.again.as_ref().filter(|_| held.refusal.is_some() || is_old) {
            let secret = run(again).await?;
            held.replace(secret, now)?;
        }
        Ok(held.value.clone())
    }

    /// The relay took this value.
    pub(super) async fn accepted(&self, value: &Value) {
        let mut held = self.held.lock().await;
        if held.value.number == value.number {
            held.is_last_try = false;
        }
    }

    /// The relay refused this value: gets another, or gives back why there is nothing left to try.
    pub(super) async fn refused(&self, value: &Value, reply: Reply, now: Instant) -> Result<(), Outage> {
        let mut held = self.held.lock().await;
        if held.value.number != value.number {
            return Ok(());
        }
        if self.again.is_none() {
            return Err(Outage::LogInRefused(reply));
        }
        if held.is_last_try {
            return Err(Outage::LogInRefused(reply.noted(FRESH_TOO)));
        }
        // Should the command fail, the next connection runs it again before it tries anything.
        held.refusal = Some(reply);
        drop(held);
        self.current(now).await.map(drop)
    }
}

impl Held {
    /// Takes a newer value; one that was refused already is not taken again.
    fn replace(&mut self, secret: SecretString, now: Instant) -> Result<(), Outage> {
        let refusal = self.refusal.as_ref();
        if let Some(reply) = refusal.filter(|_| self.value.secret.expose_secret() == secret.expose_secret()) {
            return Err(Outage::LogInRefused(reply.clone().noted(SAME_AGAIN)));
        }
        let is_last_try = refusal.is_some() || self.is_last_try;
        let value = Value { number: self.value.number.wrapping_add(1), secret };
        *self = Self { value, since: now, refusal: None, is_last_try };
        Ok(())
    }
}

impl From<SecretString> for Password {
    fn from(secret: SecretString) -> Self {
        Self::fixed(secret)
    }
}

impl From<&str> for Password {
    fn from(secret: &str) -> Self {
        Self::fixed(secret.into())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Password").field("is_renewable", &self.again.is_some()).finish_non_exhaustive()
    }
}

async fn run(again: &Arc<Again>) -> Result<SecretString, Outage> {
    let again = Arc::clone(again);
    let ran = tokio::task::spawn_blocking(move || again()).await;
    let ran = ran.unwrap_or_else(|_| {
        let what = "what fetches it broke down".to_owned();
        Err(Unobtainable { what, hint: "nothing is lost: run the same command again".to_owned() })
    });
    ran.map_err(|Unobtainable { what, hint }| Outage::NoPassword { detail: what, hint })
}
