//! What `event_sync` tells of an occupant, as JSON: fields may be missing, null, numbers, or more than are known. Pure.

use std::ops::Range;

use serde_json::{Map, Value};

use crate::model::{Claimed, Place, Stay, UnixSeconds};

/// The longest text that is kept of somebody, in characters.
const LONGEST: usize = 500;

/// Times that a server may tell, in seconds: since 2001, and as far as calendars go.
pub(super) const EPOCHS: Range<UnixSeconds> = 1_000_000_000..100_000_000_000;

/// Reads an occupant as it stands in a log. `None` where it is no JSON, or names no session.
pub(super) fn stay(json: &str, place: Place) -> Option<Stay> {
    of(serde_json::from_str::<Value>(json).ok()?.as_object()?, place)
}

/// Reads an occupant.
pub(super) fn of(occupant: &Map<String, Value>, place: Place) -> Option<Stay> {
    let who =
        Claimed { id: text(occupant.get("id")), name: text(occupant.get("name")), email: text(occupant.get("email")) };
    let session = text(occupant.get("occupant_jid")).or_else(|| session_of(&who))?;
    let (joined, left) = (seconds(occupant.get("joined_at")), seconds(occupant.get("left_at")));
    Some(Stay { place, session, who, joined, left })
}

/// A session for somebody of whom the id alone is told.
pub(super) fn session_of(who: &Claimed) -> Option<String> {
    who.id.as_ref().map(|id| format!("?{id}"))
}

/// A text, or a number as it was written; nothing for what is empty.
pub(super) fn text(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::String(text) => text.chars().take(LONGEST).collect(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(text).filter(|text: &String| !text.is_empty())
}

/// A time in seconds: a number, or a text that is one. What no calendar reaches is none.
pub(super) fn seconds(value: Option<&Value>) -> Option<UnixSeconds> {
    #[expect(clippy::cast_possible_truncation, reason = "what is too large is left out below")]
    let seconds = match value? {
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().map(|seconds| seconds.floor() as i64)),
        Value::String(text) => text.trim().parse::<f64>().ok().map(|seconds| seconds.floor() as i64),
        _ => None,
    };
    // Times of today in milliseconds.
    let seconds = seconds.map(|time| if time >= EPOCHS.end { time.div_euclid(1000) } else { time });
    seconds.filter(|seconds| EPOCHS.contains(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RoomAddress;

    #[test]
    fn odd_fields_are_taken_as_far_as_they_go() {
        let place = || Place::main(RoomAddress::parse("r@conference.h").unwrap());
        let read = |json: &str| stay(json, place());
        let ada = read(
            r#"{"id":17.0,"name":null,"joined_at":"1795504725","left_at":1795504730.9,"occupant_jid":"u@h/r","x":[]}"#,
        );
        let ada = ada.unwrap();
        assert_eq!((ada.who.id.as_deref(), ada.who.name), (Some("17.0"), None));
        assert_eq!((ada.joined, ada.left), (Some(1_795_504_725), Some(1_795_504_730)));
        for odd in ["", "{", "[]", "17", r#"{"name":"a","joined_at":1}"#, r#"{"occupant_jid":""}"#] {
            assert_eq!(read(odd), None, "{odd}");
        }
        let by_id = read(r#"{"id":"a","joined_at":1795504725123}"#).unwrap();
        assert_eq!((by_id.session.as_str(), by_id.joined), ("?a", Some(1_795_504_725)));
        let far = read(r#"{"occupant_jid":"u","joined_at":1e300,"left_at":5}"#).unwrap();
        assert_eq!((far.joined, far.left), (None, None));
    }
}
