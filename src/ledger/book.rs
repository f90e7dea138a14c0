//! The lines that a run writes: a claim, its ending, or its withdrawal.
//!
//! Each is checked whole before its first change, so that a request that is wrong leaves no trace
//! in the transaction it shares with others.

use std::{collections::HashMap, sync::Arc};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    Ending, Entry, Mailing, MailingId, PersonIdentity, PersonRecord, State,
    columns::{self, Millis},
};
use crate::model::PersonId;

/// What a claim changed, so that it can be withdrawn: a line for each session that the mail is about.
#[derive(Debug)]
pub(super) struct Claim(Vec<Line>);

#[derive(Debug)]
struct Line {
    mailing: MailingId,
    mailing_before: Option<Mailing>,
    person: PersonId,
    person_before: Option<PersonRecord>,
}

/// The claims that have not ended, by row.
pub(super) type Claims = HashMap<u32, Arc<Claim>>;

/// Why a line was not written.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It would make the ledger untrue; nothing was changed.
    Misuse(String),
    /// The store failed; the transaction is lost.
    Store(rusqlite::Error),
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error)
    }
}

fn misuse<T>(entry: &Entry, why: &str) -> Result<T, Trouble> {
    Err(Trouble::Misuse(format!("row {} ({}): {why}", entry.row, entry.to)))
}

/// Claims a mail: from here on its body may leave.
pub(super) fn begin(
    connection: &Connection,
    claims: &mut Claims,
    entry: &Entry,
    now: Timestamp,
) -> Result<MailingId, Trouble> {
    if claims.contains_key(&entry.row) {
        return misuse(entry, "it is claimed already");
    }
    let claim = open(connection, entry, now)?;
    let mailing = claim.first();
    claims.insert(entry.row, Arc::new(claim));
    Ok(mailing)
}

/// Records what became of a mail, claimed or (refused before its body) not.
pub(super) fn finish(
    connection: &Connection,
    claims: &mut Claims,
    entry: &Entry,
    ending: &Ending,
    now: Timestamp,
) -> Result<MailingId, Trouble> {
    let claim = match claims.remove(&entry.row) {
        Some(claim) => claim,
        None => Arc::new(open(connection, entry, now)?),
    };
    let mut statement = connection
        .prepare_cached("UPDATE mailing SET state = ?2, reply = ?3, next_attempt = ?4, ended = ?5 WHERE id = ?1")?;
    for line in &claim.0 {
        statement.execute(params![
            line.mailing.0,
            ending.state(),
            ending.words(),
            ending.next_attempt().map(Millis),
            Millis(now)
        ])?;
    }
    Ok(claim.first())
}

/// Takes a claim back of which nothing has left; gives the mail that stands again as before, if any.
pub(super) fn withdraw(connection: &Connection, claims: &mut Claims, row: u32) -> Result<Option<MailingId>, Trouble> {
    let Some(claim) = claims.remove(&row) else { return Ok(None) };
    for line in &claim.0 {
        if let Some(before) = &line.mailing_before {
            write_line(connection, Some(before.id), before)?;
        } else {
            connection.prepare_cached("DELETE FROM mailing WHERE id = ?1")?.execute([line.mailing.0])?;
        }
        match &line.person_before {
            Some(before) => update_person(connection, before.id, &before.name, before.address.as_str())?,
            None => forget_person(connection, line.person)?,
        }
    }
    Ok(claim.0.first().and_then(|line| line.mailing_before.as_ref()).map(|before| before.id))
}

impl Claim {
    /// The line of the session that the mail is known by.
    fn first(&self) -> MailingId {
        self.0.first().map_or(MailingId(0), |line| line.mailing)
    }
}

fn open(connection: &Connection, entry: &Entry, now: Timestamp) -> Result<Claim, Trouble> {
    let mut found = Vec::with_capacity(1 + entry.with.len());
    for part in entry.parts() {
        let person = find_person(connection, part)?;
        let mailing = find_mailing(connection, part, person.as_ref())?;
        found.push((part, person, mailing));
    }
    // Whatever could be wrong with the request has been found by now.
    let lines = found.into_iter().map(|(part, person, mailing)| open_line(connection, part, person, mailing, now));
    lines.collect::<rusqlite::Result<_>>().map(Claim).map_err(Trouble::Store)
}

fn open_line(
    connection: &Connection,
    entry: &Entry,
    person_before: Option<PersonRecord>,
    mailing_before: Option<Mailing>,
    now: Timestamp,
) -> rusqlite::Result<Line> {
    let person = match &person_before {
        Some(known) => {
            if known.name != entry.person.name || known.address != entry.person.address {
                update_person(connection, known.id, &entry.person.name, entry.person.address.as_str())?;
            }
            known.id
        }
        None => insert_person(connection, &entry.person)?,
    };
    let line = line_of(entry, person, mailing_before.as_ref(), now);
    let mailing = write_line(connection, entry.mailing, &line)?;
    Ok(Line { mailing, mailing_before, person, person_before })
}

fn find_person(connection: &Connection, entry: &Entry) -> Result<Option<PersonRecord>, Trouble> {
    let found = match entry.person.known {
        Some(id) => connection
            .prepare_cached("SELECT * FROM person WHERE id = ?1")?
            .query_row([id.0], columns::person)
            .optional()?,
        None => connection
            .prepare_cached("SELECT * FROM person WHERE key = ?1 AND session = ?2")?
            .query_row([entry.person.key.person(), entry.person.key.session_text()], columns::person)
            .optional()?,
    };
    match &found {
        None if entry.person.known.is_some() => misuse(entry, "the ledger knows no such person"),
        Some(person) if person.user_id != entry.person.user_id => {
            misuse(entry, "the person's user id is another one in the ledger")
        }
        _ => Ok(found),
    }
}

fn find_mailing(
    connection: &Connection,
    entry: &Entry,
    person: Option<&PersonRecord>,
) -> Result<Option<Mailing>, Trouble> {
    let Some(id) = entry.mailing else { return Ok(None) };
    let found = connection
        .prepare_cached("SELECT * FROM mailing WHERE id = ?1")?
        .query_row([id.0], columns::mailing)
        .optional()?;
    match found {
        None => misuse(entry, "the ledger knows no such mail"),
        Some(mailing) if person.is_none_or(|p| p.id != mailing.person) => misuse(entry, "the mail is another person's"),
        Some(mailing) if !mailing.state.may_continue() => misuse(entry, "the mail has gone out already"),
        Some(mailing) if mailing.message_id != entry.message_id => {
            misuse(entry, "another attempt keeps its Message-ID")
        }
        Some(mailing) => Ok(Some(mailing)),
    }
}

/// The line of a mail whose attempt begins; a continued one keeps its campaign and its first attempt.
fn line_of(entry: &Entry, person: PersonId, before: Option<&Mailing>, now: Timestamp) -> Mailing {
    Mailing {
        id: entry.mailing.unwrap_or(MailingId(0)),
        person,
        campaign: before.map_or(entry.campaign, |b| b.campaign),
        terms: entry.terms,
        address: entry.to.clone(),
        message_id: entry.message_id.clone(),
        state: State::Sending,
        attempts: before.map_or(0, |b| b.attempts).saturating_add(1),
        reply: None,
        next_attempt: None,
        first_attempt: before.map_or(now, |b| b.first_attempt),
        last_attempt: now,
        ended: None,
        settled: None,
        room: entry.room.as_str().to_owned(),
        opens: entry.opens,
        closes: entry.closes,
        title: entry.title.clone(),
        link: entry.link.clone(),
        sequence: entry.sequence,
        own: entry.own.clone(),
    }
}

/// Writes a whole line, over the one with that id, or as a new one.
fn write_line(connection: &Connection, id: Option<MailingId>, line: &Mailing) -> rusqlite::Result<MailingId> {
    let mut statement = connection.prepare_cached(
        "REPLACE INTO mailing (id, person, campaign, terms, address, message_id, state, attempts, reply, next_attempt,
                               first_attempt, last_attempt, ended, settled, room, opens, closes, title, link, sequence,
                               timezone, language)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)",
    )?;
    statement
        .insert(params![
            id.map(|id| id.0),
            line.person.0,
            line.campaign.0,
            line.terms.0,
            line.address.as_str(),
            line.message_id.0,
            line.state,
            line.attempts,
            line.reply,
            line.next_attempt.map(Millis),
            Millis(line.first_attempt),
            Millis(line.last_attempt),
            line.ended.map(Millis),
            line.settled.map(Millis),
            line.room,
            Millis(line.opens),
            Millis(line.closes),
            line.title,
            line.link.0,
            line.sequence,
            line.own.timezone,
            line.own.language,
        ])
        .map(MailingId)
}

fn insert_person(connection: &Connection, person: &PersonIdentity) -> rusqlite::Result<PersonId> {
    connection
        .prepare_cached(
            "INSERT INTO person (key, session, name, address, user_id, calendar_uid) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .insert(params![
            person.key.person(),
            person.key.session_text(),
            person.name,
            person.address.as_str(),
            person.user_id.0,
            person.calendar_uid
        ])
        .map(PersonId)
}

fn update_person(connection: &Connection, id: PersonId, name: &str, address: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE person SET name = ?2, address = ?3 WHERE id = ?1")?
        .execute(params![id.0, name, address])
        .map(drop)
}

/// Removes a person who was never mailed after all: their user id is not to outlast a new secret.
fn forget_person(connection: &Connection, id: PersonId) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM person WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM mailing WHERE person = ?1)")?
        .execute([id.0])
        .map(drop)
}
