//! Saved events, a JSON object a line: what `event_sync` posts, what JaaS's webhooks post, and what Roomkey's own
//! receiver notes between them.
//!
//! A line may also be a whole saved request, with the posted text as its `body`. Order means nothing.

use std::io::{BufRead, Read as _};

use serde_json::{Map, Value};

use super::{
    gathered::Gathered,
    occupant::{self, seconds, text},
};
use crate::model::{Claimed, Covered, Place, RoomAddress, RoomLife, Stay, UnixSeconds, Witness};

/// Roomkey's receiver gives a sign of life every half minute; a pause longer than this, in seconds, is a gap.
pub(super) const SILENCE: UnixSeconds = 90;
/// The domain under which rooms of JaaS are kept.
const JAAS: &str = "conference.8x8.vc";
/// A line may be so long, in octets: a room's end tells of everybody who was there.
const LONGEST: u64 = 64 << 20;

/// What saved events turned out to be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PostsRead {
    /// Lines.
    pub lines: u64,
    /// Events that were understood.
    pub events: u64,
    /// Lines that were not: the first ones, by their numbers.
    pub odd_lines: Vec<u64>,
    /// How many such lines there are.
    pub odd: u64,
}

/// Reads saved events.
///
/// # Errors
/// What the source answers.
pub fn read_posts(mut from: impl BufRead, gathered: &mut Gathered<'_>) -> std::io::Result<PostsRead> {
    let mut read = PostsRead::default();
    let mut span = Span::default();
    let mut line = Vec::new();
    gathered.source();
    loop {
        line.clear();
        if from.by_ref().take(LONGEST).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        read.lines += 1;
        let is_whole = line.ends_with(b"\n");
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            continue;
        }
        if event(text, gathered, &mut span) {
            read.events += 1;
        } else if is_whole || read.events == 0 {
            // A half line at the end is what a crash leaves.
            read.odd += 1;
            if read.odd_lines.len() < 3 {
                read.odd_lines.push(read.lines);
            }
        }
    }
    gathered.unreadable(read.odd);
    span.tell(gathered);
    Ok(read)
}

/// Reads one event as it was posted, for those who watch.
pub fn read_post(body: &str, gathered: &mut Gathered<'_>) -> bool {
    event(body, gathered, &mut Span::default())
}

/// When an event that was just posted happened, on the server's clock; `None` where it does not tell.
#[must_use]
pub fn time_of_post(body: &str) -> Option<UnixSeconds> {
    let event: Value = serde_json::from_str(body).ok()?;
    if let Some(at) = event.get("timestamp").and_then(milliseconds) {
        return Some(at);
    }
    let occupant = event.get("occupant").unwrap_or(&event);
    let times = ["destroyed_at", "left_at", "joined_at", "created_at"];
    times.into_iter().find_map(|key| seconds(occupant.get(key)))
}

/// What time the events cover.
#[derive(Default)]
struct Span {
    /// Of each room: its first event, its last, and its last end.
    rooms: std::collections::BTreeMap<String, (UnixSeconds, UnixSeconds, Option<UnixSeconds>)>,
    /// The receiver's signs of life, in the order in which they were written.
    receiver: Vec<Covered>,
    /// Whether the receiver runs, by the last line of its own.
    is_on: bool,
}

impl Span {
    fn event(&mut self, room: &RoomAddress, at: UnixSeconds) {
        let known = self.rooms.entry(room.name.clone()).or_insert((at, at, None));
        (known.0, known.1) = (known.0.min(at), known.1.max(at));
    }

    fn end(&mut self, room: &RoomAddress, at: UnixSeconds) {
        self.event(room, at);
        if let Some(known) = self.rooms.get_mut(&room.name) {
            known.2 = known.2.max(Some(at));
        }
    }

    fn receiver(&mut self, sign: &str, at: UnixSeconds) {
        match self.receiver.last_mut() {
            Some(last) if self.is_on && sign != "listening" && at >= last.to && at - last.to <= SILENCE => last.to = at,
            _ => self.receiver.push(Covered::of(Witness::Receiver, at, at)),
        }
        self.is_on = sign != "stopped";
    }

    fn tell(self, gathered: &mut Gathered<'_>) {
        // Whom the server never reached, or with a wrong secret, tells nothing by waiting.
        if !self.receiver.is_empty() && self.rooms.is_empty() {
            return;
        }
        if !self.receiver.is_empty() {
            return self.receiver.into_iter().for_each(|covered| gathered.covers(covered));
        }
        for (room, (from, to, end)) in self.rooms {
            let to = end.unwrap_or(to);
            gathered.covers(Covered { room: Some(room), ..Covered::of(Witness::Events, from, to.max(from)) });
        }
    }
}

fn event(text: &str, gathered: &mut Gathered<'_>, span: &mut Span) -> bool {
    let Ok(Value::Object(event)) = serde_json::from_str::<Value>(text) else { return false };
    if let Some(Value::String(body)) = event.get("body") {
        let Ok(Value::Object(inner)) = serde_json::from_str::<Value>(body) else { return false };
        return understood(&inner, gathered, span);
    }
    match event.get("body") {
        Some(Value::Object(inner)) => understood(inner, gathered, span),
        _ => understood(&event, gathered, span),
    }
}

fn understood(event: &Map<String, Value>, gathered: &mut Gathered<'_>, span: &mut Span) -> bool {
    if let Some(Value::String(sign)) = event.get("roomkey") {
        let at = seconds(event.get("at"));
        if let Some(at) = at {
            span.receiver(sign, at);
        }
        return at.is_some();
    }
    if event.contains_key("eventType") {
        return jaas(event, gathered, span);
    }
    event_sync(event, gathered, span).unwrap_or(false)
}

fn event_sync(event: &Map<String, Value>, gathered: &mut Gathered<'_>, span: &mut Span) -> Option<bool> {
    let name = event.get("event_name")?.as_str()?;
    let room = RoomAddress::parse(event.get("room_jid")?.as_str()?)?;
    let is_breakout = event.get("is_breakout") == Some(&Value::Bool(true));
    let breakout = text(event.get("breakout_room_id")).filter(|_| is_breakout);
    let place = Place { room, breakout: breakout.map(|name| name.to_ascii_lowercase()) };
    let ours = gathered.scope().has_room(&place.room);
    let mut take = |occupant: &Value| {
        let stay = occupant.as_object().and_then(|occupant| occupant::of(occupant, place.clone()));
        let Some(stay) = stay else { return false };
        for at in [stay.joined, stay.left].into_iter().flatten().filter(|_| ours) {
            span.event(&place.room, at);
        }
        gathered.stay(stay);
        true
    };
    match name {
        "muc-occupant-joined" | "muc-occupant-left" => return Some(take(event.get("occupant")?)),
        "muc-room-created" | "muc-room-destroyed" => {}
        // What a later version may post besides.
        _ => return Some(true),
    }
    let mut knows_who = name == "muc-room-created";
    for occupant in event.get("all_occupants").and_then(Value::as_array).into_iter().flatten() {
        knows_who |= take(occupant);
    }
    let (created, destroyed) = (seconds(event.get("created_at")), seconds(event.get("destroyed_at")));
    if ours && place.breakout.is_none() {
        // An end that tells of nobody says when the room began, and not that what follows is all.
        if let Some(at) = created.filter(|_| knows_who) {
            span.event(&place.room, at);
        }
        if let Some(at) = destroyed {
            span.end(&place.room, at);
        }
    }
    gathered.life(RoomLife { place, created, destroyed });
    Some(created.or(destroyed).is_some())
}

/// A webhook of JaaS: `fqn` is the app's id and the room, times are in milliseconds.
fn jaas(event: &Map<String, Value>, gathered: &mut Gathered<'_>, span: &mut Span) -> bool {
    let Some(room) = event.get("fqn").and_then(Value::as_str).and_then(jaas_room) else { return false };
    let Some(at) = event.get("timestamp").and_then(milliseconds) else { return false };
    let nothing = Map::new();
    let data = event.get("data").and_then(Value::as_object).unwrap_or(&nothing);
    let is_breakout = matches!(data.get("isBreakout"), Some(Value::Bool(true)))
        || data.get("isBreakout").and_then(Value::as_str) == Some("true");
    let breakout = text(data.get("breakoutRoomId")).filter(|_| is_breakout);
    let place = Place { room, breakout };
    let kind = event.get("eventType").and_then(Value::as_str).unwrap_or_default();
    let ours = gathered.scope().has_room(&place.room);
    let is_main = ours && place.breakout.is_none();
    match kind {
        "PARTICIPANT_JOINED" | "PARTICIPANT_LEFT" => {
            let who =
                Claimed { id: text(data.get("id")), name: text(data.get("name")), email: text(data.get("email")) };
            let session = text(data.get("participantJid")).or_else(|| text(data.get("participantId")));
            let Some(session) = session.or_else(|| occupant::session_of(&who)) else { return false };
            if ours {
                span.event(&place.room, at);
            }
            let (joined, left) = if kind == "PARTICIPANT_JOINED" { (Some(at), None) } else { (None, Some(at)) };
            gathered.stay(Stay { place, session, who, joined, left });
        }
        "ROOM_CREATED" => {
            if is_main {
                span.event(&place.room, at);
            }
            gathered.life(RoomLife { place, created: Some(at), destroyed: None });
        }
        "ROOM_DESTROYED" => {
            if is_main {
                span.end(&place.room, at);
            }
            gathered.life(RoomLife { place, created: None, destroyed: Some(at) });
        }
        // Recordings, chat, lobby: nobody comes or goes.
        _ => {}
    }
    true
}

fn jaas_room(fqn: &str) -> Option<RoomAddress> {
    let (tenant, name) = fqn.split_once('/')?;
    let (tenant, name) = (Some(tenant.to_ascii_lowercase()), name.to_ascii_lowercase());
    (!name.is_empty()).then(|| RoomAddress { tenant, name, domain: JAAS.into() })
}

fn milliseconds(value: &Value) -> Option<UnixSeconds> {
    #[expect(clippy::cast_possible_truncation, reason = "what is too large is left out below")]
    let milliseconds =
        value.as_i64().or_else(|| value.as_f64().map(|ms| ms as i64)).or_else(|| value.as_str()?.parse().ok())?;
    Some(milliseconds.div_euclid(1000)).filter(|at| occupant::EPOCHS.contains(at))
}
