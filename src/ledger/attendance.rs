//! What is kept of who came: read whole, and replaced whole.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::{Ledger, LedgerProblem, Reader};
use crate::model::{
    Claimed, Covered, Place, Presence, Refusal, RefusedJoin, RoomAddress, RoomLife, ServerClock, ServerTurn, Stay,
    UnixSeconds, Witness,
};

/// A link that was mailed: to whom, to which room, and when it works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailedLink {
    /// The user id in it.
    pub user_id: String,
    /// The room that it opens.
    pub room: String,
    /// The first second in which it works.
    pub opens: UnixSeconds,
    /// The first second in which it works no more.
    pub closes: UnixSeconds,
}

impl Reader {
    /// What servers told of the event's rooms, as far as it was read; empty in a ledger of an older schema.
    pub fn presence(&self) -> Result<Presence, LedgerProblem> {
        read(self.connection()).map_err(|error| self.problem(&error))
    }

    /// Every link that reached somebody or may have, oldest first; mails that called off hold none that counts.
    pub fn links_mailed(&self) -> Result<Vec<MailedLink>, LedgerProblem> {
        let read = || -> rusqlite::Result<Vec<MailedLink>> {
            let mut statement = self.connection().prepare_cached(
                "SELECT person.user_id, mailing.room, mailing.opens, mailing.closes
                 FROM mailing JOIN person ON person.id = mailing.person JOIN campaign ON campaign.id = mailing.campaign
                 WHERE mailing.state IN ('sending', 'sent', 'in_doubt') AND campaign.kind <> 'cancel'
                 ORDER BY mailing.id",
            )?;
            let link = |row: &Row<'_>| {
                let seconds = |n| row.get::<_, i64>(n).map(|at| at.div_euclid(1000));
                Ok(MailedLink { user_id: row.get(0)?, room: row.get(1)?, opens: seconds(2)?, closes: seconds(3)? })
            };
            statement.query_map([], link)?.collect()
        };
        read().map_err(|error| self.problem(&error))
    }
}

impl Ledger {
    /// Keeps what servers told, in place of what was kept before.
    pub fn keep_presence(&mut self, presence: &Presence) -> Result<(), LedgerProblem> {
        self.write(|step| write(step, presence))
    }
}

fn read(connection: &Connection) -> rusqlite::Result<Presence> {
    // One picture of all tables.
    let _picture = connection.unchecked_transaction()?;
    let known: Option<i64> =
        connection.query_row("SELECT 1 FROM sqlite_schema WHERE name = 'covered'", [], |row| row.get(0)).optional()?;
    if known.is_none() {
        return Ok(Presence::default());
    }
    Ok(Presence {
        stays: all(connection, "SELECT room, breakout, session, joined, left, user_id, name, address FROM stay", stay)?,
        lives: all(connection, "SELECT room, breakout, created, destroyed FROM room_life", |row| {
            let Some(place) = place(row)? else { return Ok(None) };
            Ok(Some(RoomLife { place, created: row.get(2)?, destroyed: row.get(3)? }))
        })?,
        turns: all(connection, "SELECT at, since, is_stop, host FROM server_turn", |row| {
            let host = Some(row.get::<_, String>(3)?).filter(|host| !host.is_empty());
            Ok(Some(ServerTurn { at: row.get(0)?, since: row.get(1)?, is_stop: row.get(2)?, host }))
        })?,
        refusals: all(connection, "SELECT room, at, why, digest, count FROM refused_join", |row| {
            let why = Refusal::named(&row.get::<_, String>(2)?).unwrap_or(Refusal::Other);
            let digest = row.get::<_, i64>(3)?.cast_unsigned();
            Ok(Some(RefusedJoin { room: row.get(0)?, at: row.get(1)?, why, digest, count: row.get(4)? }))
        })?,
        covered: all(
            connection,
            "SELECT witness, room, host, since, until, quiet_first, quiet_last FROM covered",
            |row| {
                let Some(by) = Witness::named(&row.get::<_, String>(0)?) else { return Ok(None) };
                let known = |n| row.get::<_, String>(n).map(|text| Some(text).filter(|text| !text.is_empty()));
                Ok(Some(Covered {
                    by,
                    room: known(1)?,
                    host: known(2)?,
                    from: row.get(3)?,
                    to: row.get(4)?,
                    quiet: (row.get(5)?, row.get(6)?),
                }))
            },
        )?,
        clocks: all(connection, "SELECT at, ahead FROM server_clock", |row| {
            Ok(Some(ServerClock { at: row.get(0)?, ahead: row.get(1)? }))
        })?,
    })
}

fn all<T>(
    connection: &Connection,
    sql: &str,
    read: impl Fn(&Row<'_>) -> rusqlite::Result<Option<T>>,
) -> rusqlite::Result<Vec<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| read(row))?;
    rows.filter_map(Result::transpose).collect()
}

fn place(row: &Row<'_>) -> rusqlite::Result<Option<Place>> {
    let breakout = Some(row.get::<_, String>(1)?).filter(|name| !name.is_empty());
    Ok(RoomAddress::parse(&row.get::<_, String>(0)?).map(|room| Place { room, breakout }))
}

fn stay(row: &Row<'_>) -> rusqlite::Result<Option<Stay>> {
    let Some(place) = place(row)? else { return Ok(None) };
    let who = Claimed { id: row.get(5)?, name: row.get(6)?, email: row.get(7)? };
    Ok(Some(Stay { place, session: row.get(2)?, who, joined: row.get(3)?, left: row.get(4)? }))
}

fn write(step: &Transaction<'_>, presence: &Presence) -> rusqlite::Result<()> {
    for table in ["stay", "room_life", "server_turn", "refused_join", "covered", "server_clock"] {
        step.execute(&format!("DELETE FROM {table}"), [])?;
    }
    let breakout = |place: &Place| place.breakout.clone().unwrap_or_default();
    let mut insert = step.prepare(
        "INSERT INTO stay (room, breakout, session, joined, left, user_id, name, address)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for stay in &presence.stays {
        let (room, who) = (stay.place.room.to_string(), &stay.who);
        let breakout = breakout(&stay.place);
        insert.execute(params![room, breakout, stay.session, stay.joined, stay.left, who.id, who.name, who.email])?;
    }
    let mut insert = step.prepare("INSERT INTO room_life VALUES (?1, ?2, ?3, ?4)")?;
    for life in &presence.lives {
        insert.execute(params![life.place.room.to_string(), breakout(&life.place), life.created, life.destroyed])?;
    }
    let mut insert = step.prepare("INSERT INTO server_turn VALUES (?1, ?2, ?3, ?4)")?;
    for turn in &presence.turns {
        insert.execute(params![turn.at, turn.since, turn.is_stop, turn.host.as_deref().unwrap_or_default()])?;
    }
    let mut insert = step.prepare("INSERT OR REPLACE INTO refused_join VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for join in &presence.refusals {
        insert.execute(params![join.room, join.at, join.why.as_str(), join.digest.cast_signed(), join.count])?;
    }
    let mut insert =
        step.prepare(
        "INSERT INTO covered (witness, room, host, since, until, quiet_first, quiet_last) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for one in &presence.covered {
        let [room, host] = [&one.room, &one.host].map(|text| text.as_deref().unwrap_or_default());
        insert.execute(params![one.by.as_str(), room, host, one.from, one.to, one.quiet.0, one.quiet.1])?;
    }
    let mut insert = step.prepare("INSERT OR REPLACE INTO server_clock VALUES (?1, ?2)")?;
    for clock in &presence.clocks {
        insert.execute([clock.at, clock.ahead])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::samples::{self, entry, failed, resend, sent};

    #[test]
    fn what_was_told_is_read_back_and_replaced_whole() {
        let (_dir, folder) = samples::folder();
        let mut ledger = samples::ledger(&folder);
        assert_eq!(ledger.presence().unwrap(), Presence::default());
        let main = Place::main(RoomAddress::parse("[acme]r@conference.h").unwrap());
        let breakout = Place { breakout: Some("b".into()), ..main.clone() };
        let who = Claimed { id: Some("id".into()), name: Some("Zoë".into()), email: None };
        let told = Presence {
            stays: vec![
                Stay { place: main.clone(), session: "s".into(), who, joined: Some(5), left: None },
                Stay {
                    place: breakout.clone(),
                    session: "s".into(),
                    who: Claimed::default(),
                    joined: None,
                    left: Some(9),
                },
            ],
            lives: vec![RoomLife { place: breakout, created: Some(4), destroyed: None }],
            turns: vec![ServerTurn { at: 7, since: 6, is_stop: false, host: Some("h".into()) }],
            refusals: vec![RefusedJoin { room: "[acme]r".into(), at: 3, why: Refusal::TooEarly, digest: 77, count: 2 }],
            covered: vec![
                Covered { by: Witness::Log, room: None, host: Some("h".into()), from: 1, to: 10, quiet: (5, 6) },
                Covered { by: Witness::Events, room: Some("r".into()), host: None, from: 1, to: 8, quiet: (0, 0) },
            ],
            clocks: vec![ServerClock { at: 1, ahead: 3600 }],
        };
        for _ in 0..2 {
            ledger.keep_presence(&told).unwrap();
            assert_eq!(ledger.presence().unwrap(), told);
        }
        ledger.keep_presence(&Presence::default()).unwrap();
        assert!(ledger.presence().unwrap().is_empty());
    }

    #[test]
    fn links_are_told_oldest_first_and_only_those_that_may_have_arrived() {
        let (_dir, folder) = samples::folder();
        let ledger = samples::ledger(&folder);
        samples::record(&ledger, &entry(1), &sent());
        samples::record(&ledger, &entry(2), &failed());
        samples::record(&ledger, &resend(1), &sent());
        let links = ledger.links_mailed().unwrap();
        let of: Vec<_> = links.iter().map(|link| link.user_id.as_str()).collect();
        assert_eq!(of, ["user1", "user1"]);
        assert!(links[0].opens < links[0].closes && links[0].opens < 10_000_000_000);
    }
}
