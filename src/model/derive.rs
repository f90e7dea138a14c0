//! Identifiers that are stable and tell strangers nothing: each an HMAC under a sub-key of its own.
//!
//! The sub-keys come from the signing secret by HKDF (RFC 5869), one label each, so that no value
//! that is sent or stored helps to guess another or lets a third party test who attends.

use std::fmt;

use aws_lc_rs::{hkdf, hmac};
use data_encoding::{BASE32_NOPAD, HEXLOWER};

use super::{AttendeeKey, EventId, JoinLink, MessageId};

/// What a token says of a person (`context.user.id`): 26 base32 characters in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UserId(pub String);

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A short keyed digest of a value that must not be stored itself: 16 hexadecimal characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub String);

/// The labelled sub-keys of one signing secret.
#[derive(Clone)]
pub struct SubKeys {
    user_id: hmac::Key,
    message_id: hmac::Key,
    calendar_uid: hmac::Key,
    fingerprint: hmac::Key,
}

impl fmt::Debug for SubKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SubKeys([redacted])")
    }
}

impl SubKeys {
    /// Derives the sub-keys of a signing secret.
    #[must_use]
    pub fn of(secret: &[u8]) -> Self {
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"roomkey/1");
        let root = salt.extract(secret);
        let sub_key = |label: &str| {
            let info = [label.as_bytes()];
            let okm = root.expand(&info, hmac::HMAC_SHA256).expect("32 octets are within HKDF's limit");
            hmac::Key::from(okm)
        };
        Self {
            user_id: sub_key("user-id"),
            message_id: sub_key("message-id"),
            calendar_uid: sub_key("calendar-uid"),
            fingerprint: sub_key("fingerprint"),
        }
    }

    /// The user id of a person at an event: the same on every run, opaque, unguessable.
    #[must_use]
    pub fn user_id(&self, event: &EventId, person: &AttendeeKey) -> UserId {
        UserId(short_base32(&sign(&self.user_id, &parts(event, person))))
    }

    /// The Message-ID of a person's mail number `revision` (from 0) for an event.
    #[must_use]
    pub fn message_id(&self, event: &EventId, person: &AttendeeKey, revision: u32, domain: &str) -> MessageId {
        let revision = revision.to_string();
        let mut parts = parts(event, person);
        // Before the session, where versions without sessions have it.
        parts.insert(2, &revision);
        MessageId(format!("{}@{domain}", short_base32(&sign(&self.message_id, &parts))))
    }

    /// The UID of a person's calendar entry for an event.
    #[must_use]
    pub fn calendar_uid(&self, event: &EventId, person: &AttendeeKey) -> String {
        short_base32(&sign(&self.calendar_uid, &parts(event, person)))
    }

    /// A digest that shows whether two links are the same.
    #[must_use]
    pub fn link_fingerprint(&self, link: &JoinLink) -> Fingerprint {
        short_hex(&sign(&self.fingerprint, &["link", link.expose()]))
    }

    /// A digest that shows whether two runs used the same signing secret.
    #[must_use]
    pub fn secret_fingerprint(&self) -> Fingerprint {
        short_hex(&sign(&self.fingerprint, &["secret"]))
    }
}

/// What an invitation is known by: event and person, and the session where there is one.
fn parts<'a>(event: &'a EventId, person: &'a AttendeeKey) -> Vec<&'a str> {
    let session = person.session().map(super::SessionKey::as_str);
    [event.as_str(), person.person()].into_iter().chain(session).collect()
}

/// HMAC over parts, each led by its length, so that no two lists of parts look alike.
fn sign(key: &hmac::Key, parts: &[&str]) -> hmac::Tag {
    let mut context = hmac::Context::with_key(key);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    }
    context.sign()
}

fn short_base32(tag: &hmac::Tag) -> String {
    // 20 octets make 32 characters.
    let mut text = BASE32_NOPAD.encode(&tag.as_ref()[..20]);
    text.truncate(26);
    text.make_ascii_lowercase();
    text
}

fn short_hex(tag: &hmac::Tag) -> Fingerprint {
    Fingerprint(HEXLOWER.encode(&tag.as_ref()[..8]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SessionKey;

    fn event(id: &str) -> EventId {
        EventId::parse(id).unwrap()
    }

    #[test]
    fn user_ids_are_stable_and_differ_by_event_person_and_secret() {
        let ada = AttendeeKey::from_id("1");
        let keys = SubKeys::of(b"0123456789abcdef");
        let id = keys.user_id(&event("a"), &ada);
        assert_eq!(id.0.len(), 26);
        assert_eq!(id, SubKeys::of(b"0123456789abcdef").user_id(&event("a"), &ada));
        assert_ne!(id, keys.user_id(&event("b"), &ada));
        assert_ne!(id, keys.user_id(&event("a"), &AttendeeKey::from_id("2")));
        assert_ne!(id, SubKeys::of(b"fedcba9876543210").user_id(&event("a"), &ada));
    }

    #[test]
    fn each_session_has_ids_of_its_own() {
        let keys = SubKeys::of(b"0123456789abcdef");
        let whole = AttendeeKey::from_id("1");
        let of = |key: &str| whole.clone().of_session(SessionKey::from_ledger(key));
        let mut ids: Vec<_> = [whole.clone(), of("morning"), of("evening"), of("0")]
            .iter()
            .flat_map(|who| {
                let (a, domain) = (event("a"), "example.org");
                [keys.user_id(&a, who).0, keys.message_id(&a, who, 0, domain).0, keys.calendar_uid(&a, who)]
            })
            .collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 12);
    }

    #[test]
    fn every_label_has_its_own_key() {
        let keys = SubKeys::of(b"0123456789abcdef");
        let ada = AttendeeKey::from_id("1");
        let uid = keys.calendar_uid(&event("a"), &ada);
        assert_ne!(keys.user_id(&event("a"), &ada).0, uid);
        assert!(!keys.message_id(&event("a"), &ada, 0, "example.org").0.contains(&uid));
    }

    #[test]
    fn each_revision_has_a_message_id_of_its_own() {
        let keys = SubKeys::of(b"0123456789abcdef");
        let ada = AttendeeKey::from_id("1");
        let first = keys.message_id(&event("a"), &ada, 0, "example.org");
        assert_ne!(first, keys.message_id(&event("a"), &ada, 1, "example.org"));
        assert!(first.0.ends_with("@example.org"));
    }
}
