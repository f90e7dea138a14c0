//! Messages go to a relay, or into a folder.
//!
//! Owns: the conversation with a relay, what a reply means, when to try again, and what receivers find
//! in DNS of the sender. Does not own: which mails there are, or what is remembered of them. A
//! [`Mailer`] pulls mails from a [`Desk`], has each claimed before its body's first byte, and reports
//! what became of it as it learns it.

use std::{future::Future, sync::Arc};

use crate::model::Outage;

mod desk;
pub mod dns;
pub mod eml_folder;
pub mod pacing;
pub mod retry;
pub mod smtp;
pub mod streaks;

#[cfg(test)]
mod conformance;

pub use desk::{ClaimRequest, ClaimedAhead, Desk, Handful, Report};

/// One of the two ways a mail can go: over SMTP, or into a folder of previews.
pub trait Mailer: Send + Sync {
    /// Works through the desk's mails on one connection after another, until the desk has no more,
    /// the run stops, or the relay is the trouble.
    ///
    /// Every mail that was taken is reported exactly once before this returns, also on an outage:
    /// by [`Desk::report`] where it has an outcome, by [`Desk::give_back`] where it is untouched.
    /// Where a reply to the final dot blames the account and not the row, the row is reported as
    /// deferred, or handed back where a quota is used up, and the outage is returned. Where the relay broke off at the recipient, the mail is
    /// handed back by [`Desk::turned_away`] and the outage is returned.
    fn work(&self, desk: &Desk) -> impl Future<Output = Result<(), Outage>> + Send;

    /// Whether a mail may have to wait for its turn though a worker is free: nothing is claimed before
    /// its turn has come then.
    fn is_paced(&self) -> bool {
        false
    }
}

/// One mailer that several passes share.
impl<M: Mailer> Mailer for Arc<M> {
    fn work(&self, desk: &Desk) -> impl Future<Output = Result<(), Outage>> + Send {
        M::work(self, desk)
    }

    fn is_paced(&self) -> bool {
        M::is_paced(self)
    }
}
