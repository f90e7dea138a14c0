//! Whether a token is for a room of the event at all: what no server can say, for it has more rooms than one.
//!
//! Owns: which rooms a token names, and the words for those that are not the event's. Does not own: which
//! rooms the event has.

use super::{
    explanation::{Explanation, Finding, Severity},
    inspect_text::cut,
    server::ServerAddress,
};

impl Explanation {
    /// The rooms that token and link are for, each once; not those of a token for many rooms.
    #[must_use]
    pub fn rooms(&self) -> Vec<String> {
        let is_for_many = |room: &&String| *room == "*" || room.is_empty() || self.claims.opens_by_pattern;
        let mut rooms: Vec<String> = self.claims.room.iter().filter(|room| !is_for_many(room)).cloned().collect();
        let of_link = self.link.iter().map(|link| &link.room);
        for room in of_link {
            if !rooms.iter().any(|other| other.eq_ignore_ascii_case(room)) {
                rooms.push(room.clone());
            }
        }
        rooms
    }

    /// Says that a room is none of the event's, which are these.
    pub fn is_for_another_room(&mut self, room: &str, ours: &str) {
        let what = self.called();
        let text = format!("the {what} is for another room than the event's: for `{}`; {ours}", cut(room));
        let hint = "it belongs to another event, or was made before the room was changed: `roomkey link ADDRESS` prints \
                    the link that somebody should have";
        self.add(Severity::Error, text, hint);
    }

    /// Says that nobody could tell whether a room is one of the event's.
    pub fn is_for_an_unknown_room(&mut self, room: &str, ours: &str, why: &str) {
        let room = cut(room);
        let text = format!(
            "`{room}` was not compared with the rooms that rows may name ({why}); apart from these, {ours}, and `{room}` \
             is another"
        );
        self.add(Severity::Warning, text, "mend the attendee file, then look again");
    }

    /// Compares where the link leads with the event's address, for whoever has nothing but that address.
    pub fn compare_address(&mut self, server: &ServerAddress) {
        let other = self.link.as_ref().filter(|link| server.host() != link.host || server.port() != link.port);
        if let Some((text, hint)) = other.map(|link| leads_elsewhere(&link.host, link.port, server)) {
            self.add(Severity::Error, text, hint);
        }
    }

    fn called(&self) -> &'static str {
        if self.link.is_some() { "link" } else { "token" }
    }

    fn add(&mut self, severity: Severity, text: String, hint: &str) {
        self.findings.push(Finding { rule: None, severity, text, hint: Some(hint.to_owned()) });
    }
}

/// What is wrong with a link to another server, and what to do.
pub(super) fn leads_elsewhere(host: &str, port: Option<u16>, server: &ServerAddress) -> (String, &'static str) {
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    (
        format!("the link leads to `{host}{port}`, this event's server is `{server}`"),
        "whoever opens it gives the key to that other server: do not pass this link on",
    )
}
