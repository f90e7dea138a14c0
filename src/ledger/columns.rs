//! How the ledger's values stand in SQLite's columns.

use jiff::Timestamp;
use rusqlite::{
    Row, ToSql,
    types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef},
};

use super::{Campaign, CampaignId, CampaignKind, Mailing, MailingId, OwnValues, PersonRecord, State, Terms, TermsId};
use crate::model::{Address, AttendeeKey, Fingerprint, MessageId, PersonId, SessionKey, UserId};

/// An instant as unix milliseconds.
pub(super) struct Millis(pub(super) Timestamp);

impl ToSql for Millis {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_millisecond().into())
    }
}

impl FromSql for Millis {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let millis = value.as_i64()?;
        Timestamp::from_millisecond(millis).map(Self).map_err(|_| FromSqlError::OutOfRange(millis))
    }
}

impl ToSql for State {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_str().into())
    }
}

impl FromSql for State {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let name = value.as_str()?;
        Self::ALL.into_iter().find(|state| state.as_str() == name).ok_or_else(|| unknown("state", name))
    }
}

impl ToSql for CampaignKind {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_str().into())
    }
}

impl FromSql for CampaignKind {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let name = value.as_str()?;
        Self::ALL.into_iter().find(|kind| kind.as_str() == name).ok_or_else(|| unknown("campaign", name))
    }
}

struct StoredAddress(Address);

impl FromSql for StoredAddress {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Address::parse(value.as_str()?).map(Self).map_err(FromSqlError::other)
    }
}

fn unknown(what: &str, name: &str) -> FromSqlError {
    FromSqlError::Other(format!("unknown {what} `{name}`").into())
}

pub(super) fn time(row: &Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    Ok(row.get::<_, Millis>(column)?.0)
}

pub(super) fn optional_time(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<Millis>>(column)?.map(|at| at.0))
}

pub(super) fn mailing(row: &Row<'_>) -> rusqlite::Result<Mailing> {
    Ok(Mailing {
        id: MailingId(row.get("id")?),
        person: PersonId(row.get("person")?),
        campaign: CampaignId(row.get("campaign")?),
        terms: TermsId(row.get("terms")?),
        address: row.get::<_, StoredAddress>("address")?.0,
        message_id: MessageId(row.get("message_id")?),
        state: row.get("state")?,
        attempts: row.get("attempts")?,
        reply: row.get("reply")?,
        next_attempt: optional_time(row, "next_attempt")?,
        first_attempt: time(row, "first_attempt")?,
        last_attempt: time(row, "last_attempt")?,
        ended: optional_time(row, "ended")?,
        settled: optional_time(row, "settled")?,
        room: row.get("room")?,
        opens: time(row, "opens")?,
        closes: time(row, "closes")?,
        title: row.get("title")?,
        link: Fingerprint(row.get("link")?),
        sequence: row.get("sequence")?,
        own: OwnValues { timezone: row.get("timezone")?, language: row.get("language")? },
    })
}

pub(super) fn person(row: &Row<'_>) -> rusqlite::Result<PersonRecord> {
    Ok(PersonRecord {
        id: PersonId(row.get("id")?),
        key: AttendeeKey::from_ledger(row.get("key")?, session(row)?),
        name: row.get("name")?,
        address: row.get::<_, StoredAddress>("address")?.0,
        user_id: UserId(row.get("user_id")?),
        calendar_uid: row.get("calendar_uid")?,
    })
}

pub(super) fn campaign(row: &Row<'_>) -> rusqlite::Result<Campaign> {
    Ok(Campaign {
        id: CampaignId(row.get("id")?),
        kind: row.get("kind")?,
        selection: row.get("selection")?,
        note: row.get("note")?,
        started: time(row, "started")?,
        finished: optional_time(row, "finished")?,
    })
}

pub(super) fn terms(row: &Row<'_>) -> rusqlite::Result<Terms> {
    Ok(Terms {
        room: row.get("room")?,
        starts: time(row, "starts")?,
        ends: time(row, "ends")?,
        opens: time(row, "opens")?,
        closes: time(row, "closes")?,
        zone: row.get("zone")?,
        title: row.get("title")?,
        url: row.get("url")?,
        app_id: row.get("app_id")?,
        secret: Fingerprint(row.get("secret")?),
        session: session(row)?,
        tokens: row.get("tokens")?,
    })
}

fn session(row: &Row<'_>) -> rusqlite::Result<Option<SessionKey>> {
    Ok(SessionKey::from_ledger(row.get_ref("session")?.as_str()?))
}
