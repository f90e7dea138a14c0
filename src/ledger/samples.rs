//! An event, its folder and its people, for the tests of this module.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{
    CampaignId, CampaignKind, Ending, Entry, Ledger, LedgerFolder, LockNote, MailingId, OwnValues, PersonIdentity,
    RunLock, Terms, TermsId,
    book::{self, Claims},
};
use crate::model::{Address, AttendeeKey, EventId, Fingerprint, MessageId, Room, SessionKey, UserId};

/// `seconds` after nine o'clock.
pub(crate) fn at(seconds: i64) -> Timestamp {
    let nine: Timestamp = "2026-11-24T09:00:00Z".parse().unwrap();
    nine + SignedDuration::from_secs(seconds)
}

pub(crate) fn event() -> EventId {
    EventId::parse("rust-workshop").unwrap()
}

pub(crate) fn folder() -> (tempfile::TempDir, LedgerFolder) {
    let dir = tempfile::tempdir().unwrap();
    let folder = LedgerFolder::prepare(dir.path()).unwrap();
    (dir, folder)
}

pub(crate) fn lock(folder: &LedgerFolder) -> RunLock {
    let note = LockNote { pid: 41, started: at(0), command: "roomkey send".into() };
    RunLock::acquire(folder, &event(), &note).unwrap()
}

pub(crate) fn terms() -> Terms {
    Terms {
        room: "rust-workshop".into(),
        starts: at(3600),
        ends: at(7200),
        opens: at(1800),
        closes: at(14_400),
        zone: "Europe/Berlin".into(),
        title: "Rust for Everyone".into(),
        url: "https://meet.example.org".into(),
        app_id: "workshop".into(),
        secret: Fingerprint("5ec4e7".into()),
        session: None,
        tokens: Some(String::new()),
    }
}

/// An open ledger with one campaign and one set of terms, each with the integer 1.
pub(crate) fn ledger(folder: &LedgerFolder) -> Ledger {
    let mut ledger = Ledger::open(lock(folder)).unwrap();
    if ledger.campaign(CampaignId(1)).unwrap().is_none() {
        ledger.campaign_begin(CampaignKind::Send, "everybody", None, at(0)).unwrap();
        ledger.terms_id(&terms(), at(0)).unwrap();
    }
    ledger
}

/// The first mail to person number `row`.
pub(crate) fn entry(row: u32) -> Entry {
    let address = Address::parse(&format!("Person.{row}@example.org")).unwrap();
    Entry {
        row,
        person: PersonIdentity {
            known: None,
            key: AttendeeKey::from_address(&address),
            name: format!("Person {row}"),
            address: address.clone(),
            user_id: UserId(format!("user{row}")),
            calendar_uid: format!("uid{row}"),
        },
        mailing: None,
        campaign: CampaignId(1),
        terms: TermsId(1),
        to: address,
        message_id: MessageId(format!("first{row}@example.org")),
        room: Room::parse("rust-workshop").unwrap(),
        opens: at(1800),
        closes: at(14_400),
        title: "Rust for Everyone".into(),
        link: Fingerprint(format!("{row:016x}")),
        sequence: 0,
        own: OwnValues::default(),
        with: Vec::new(),
    }
}

/// The same mail, for two sessions of person number `row`; the second is claimed as `row + 1`.
pub(crate) fn entry_of_two(row: u32) -> Entry {
    let of = |row, key: &str| {
        let mut entry = Entry { row, ..entry(row) };
        entry.person.key = entry.person.key.clone().of_session(SessionKey::from_ledger(key));
        entry.person.user_id.0.push_str(key);
        entry
    };
    let mut second = of(row, "evening");
    second.row = row + 1;
    Entry { with: vec![second], ..of(row, "morning") }
}

/// A deliberate second mail to that person.
pub(crate) fn resend(row: u32) -> Arc<Entry> {
    Arc::new(Entry { message_id: MessageId(format!("second{row}@example.org")), ..entry(row) })
}

/// Records what became of a mail, without a writer.
pub(crate) fn record(ledger: &Ledger, entry: &Entry, ending: &Ending) -> MailingId {
    book::finish(ledger.connection(), &mut Claims::new(), entry, ending, at(10)).unwrap()
}

/// Claims a mail ten seconds after nine and leaves it so, as a run that is cut off does.
pub(crate) fn claim(ledger: &Ledger, entry: &Entry) -> MailingId {
    book::begin(ledger.connection(), &mut Claims::new(), entry, at(10)).unwrap()
}

pub(crate) fn sent() -> Ending {
    Ending::Sent { reply: "250 2.0.0 queued as 4bX".into() }
}

pub(crate) fn failed() -> Ending {
    Ending::Failed { reply: "550 5.1.1 no such user".into() }
}

pub(crate) fn deferred() -> Ending {
    Ending::Deferred { reply: "450 4.2.0 greylisted".into(), next_attempt: Some(at(300)) }
}

pub(crate) fn in_doubt() -> Ending {
    Ending::InDoubt { detail: "connection lost after the final dot".into() }
}
