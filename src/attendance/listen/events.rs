//! What goes into the file: bodies as they came, on one line each, and a few lines of our own. Pure.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::ListenProblem;

/// The key by which our own lines are told from a server's.
const OWN_KEY: &str = "roomkey";

/// What whoever shows the event as it goes is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// An event is in the file.
    Stored(Received),
    /// The file cannot be written; said once until it can be again.
    Failing(ListenProblem),
    /// The file can be written again.
    Recovered,
}

/// An event as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// When it was written, by our clock; events tell their own times by the server's.
    pub at: Timestamp,
    /// Its line, without the line's end.
    pub body: String,
}

/// A line that the receiver writes about itself.
#[derive(Debug, Clone, Copy)]
pub(super) enum OwnLine {
    /// It starts.
    Listening,
    /// It is alive.
    Heartbeat,
    /// It ends, and takes no more.
    Stopped,
}

impl OwnLine {
    /// The line with its end; the time is in whole Unix seconds, as in a server's events.
    pub(super) fn at(self, now: Timestamp) -> String {
        let word = match self {
            Self::Listening => "listening",
            Self::Heartbeat => "heartbeat",
            Self::Stopped => "stopped",
        };
        format!("{{\"{OWN_KEY}\":\"{word}\",\"at\":{}}}\n", now.as_second())
    }
}

/// A body as one line without its end; `None` where it is no JSON object, or would pass for a line of ours.
///
/// Line breaks become spaces: JSON has them between its values alone, where both mean nothing (RFC 8259 §2).
pub(super) fn line_of(body: Vec<u8>) -> Option<String> {
    let text = String::from_utf8(body).ok()?;
    // Read in full, as the file's readers will: what is kept can be read.
    let object: Map<String, Value> = serde_json::from_str(&text).ok()?;
    if object.contains_key(OWN_KEY) {
        return None;
    }
    Some(if text.contains(['\r', '\n']) { text.replace(['\r', '\n'], " ") } else { text })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(body: &str) -> Option<String> {
        line_of(body.as_bytes().to_vec())
    }

    #[test]
    fn a_body_stays_as_it_came_but_for_line_breaks() {
        let body = " {\"id\":17.0,\"name\":\"Ren\\u00e9e\\n\u{2028}李\",\"id\":1.50}\t";
        assert_eq!(line(body).as_deref(), Some(body));
        assert_eq!(line("{\r\n  \"a\": [1,\n2]\r}\n").as_deref(), Some("{    \"a\": [1, 2] } "));
    }

    #[test]
    fn what_is_no_json_object_is_no_line() {
        for body in
            ["", " ", "[]", "7", "null", "\"text\"", "{", "{} {}", "{\"a\":\"\n\"}", "\u{feff}{}", "{\"a\":1e999}"]
        {
            assert_eq!(line(body), None, "{body:?}");
        }
        assert_eq!(line(&format!("{{\"a\":{}1{}}}", "[".repeat(200), "]".repeat(200))), None);
        assert_eq!(line_of(b"{\"name\":\"Ren\xe9e\"}".to_vec()), None);
    }

    #[test]
    fn nobody_else_writes_our_own_lines() {
        let own = OwnLine::Stopped.at("2026-11-24T09:00:00.7Z".parse().unwrap());
        assert_eq!(own, "{\"roomkey\":\"stopped\",\"at\":1795510800}\n");
        assert_eq!(line(&own), None);
        assert_eq!(line("{\"room\\u006bey\":1}"), None);
        assert!(line("{\"a\":{\"roomkey\":1}}").is_some());
    }
}
