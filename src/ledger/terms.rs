//! The terms of a mailing: the event's own values that everybody without values of their own gets.
//!
//! Kept once for all mails that share them, so that a change of the event after mails went out can
//! be told in words.

use aws_lc_rs::digest;
use data_encoding::HEXLOWER;
use jiff::Timestamp;

use crate::model::{Fingerprint, SessionKey};

/// The ledger's integer for terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TermsId(pub i64);

/// The event's values at the time of a mailing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The event's room.
    pub room: String,
    /// When the event starts.
    pub starts: Timestamp,
    /// When the event ends.
    pub ends: Timestamp,
    /// When its links start to work.
    pub opens: Timestamp,
    /// When its links stop working.
    pub closes: Timestamp,
    /// The zone in which the organiser speaks of it (IANA name).
    pub zone: String,
    /// The title.
    pub title: String,
    /// The Jitsi server's address.
    pub url: String,
    /// The application's id at the server.
    pub app_id: String,
    /// Tells whether another signing secret is the same.
    pub secret: Fingerprint,
    /// The session whose values these are; `None` for an event without any.
    pub session: Option<SessionKey>,
    /// What made links beside these, as text: empty for the usual; `None` where an older version recorded none of it.
    pub tokens: Option<String>,
}

impl Terms {
    /// A digest that is equal for equal terms alone, 32 hexadecimal characters; what an older version did not record
    /// counts as usual.
    #[must_use]
    pub fn digest(&self) -> String {
        let times = [self.starts, self.ends, self.opens, self.closes].map(|at| at.as_millisecond().to_string());
        let texts = [&self.room, &self.zone, &self.title, &self.url, &self.app_id, &self.secret.0];
        let mut context = digest::Context::new(&digest::SHA256);
        // Nothing where there is neither, as versions without them had it.
        let session = self.session.as_ref().map(|session| format!("session {session}"));
        let tokens = self.tokens.as_ref().filter(|tokens| !tokens.is_empty()).map(|tokens| format!("tokens {tokens}"));
        for part in texts.into_iter().chain(&times).chain(&session).chain(&tokens) {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part.as_bytes());
        }
        HEXLOWER.encode(&context.finish().as_ref()[..16])
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::terms;
    use crate::model::SessionKey;

    #[test]
    fn every_value_counts_and_none_runs_into_the_next() {
        let base = terms();
        let mut digests = vec![base.digest()];
        for change in [
            |t: &mut super::Terms| t.room.push('x'),
            |t: &mut super::Terms| t.starts = t.ends,
            |t: &mut super::Terms| t.ends = t.starts,
            |t: &mut super::Terms| t.opens = t.starts,
            |t: &mut super::Terms| t.closes = t.ends,
            |t: &mut super::Terms| t.zone = "UTC".into(),
            |t: &mut super::Terms| t.title.clear(),
            |t: &mut super::Terms| t.url.push('/'),
            |t: &mut super::Terms| t.app_id = "other".into(),
            |t: &mut super::Terms| t.secret.0 = "ffff".into(),
            |t: &mut super::Terms| t.session = SessionKey::from_ledger("morning"),
            |t: &mut super::Terms| t.tokens = Some("claims=minimal".into()),
            |t: &mut super::Terms| t.tokens = Some("session morning".into()),
            |t: &mut super::Terms| {
                let first = t.title.remove(0);
                t.zone.push(first);
            },
        ] {
            let mut changed = base.clone();
            change(&mut changed);
            digests.push(changed.digest());
        }
        assert_eq!(base.digest(), base.clone().digest());
        digests.sort();
        digests.dedup();
        assert_eq!(digests.len(), 15);
        assert_eq!(
            super::Terms { tokens: None, ..base.clone() }.digest(),
            base.digest(),
            "as an older version recorded them"
        );
    }
}
