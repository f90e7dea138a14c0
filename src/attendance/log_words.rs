//! What the lines of Prosody's log say that matter: Jitsi's `event_sync`, its token plugins, start and stop. Pure.

use std::borrow::Cow;

use aws_lc_rs::digest::{Context, SHA256};
use data_encoding::BASE64URL_NOPAD;
use memchr::memmem;

use super::{log_line::Line, occupant::EPOCHS};
use crate::model::{Refusal, RoomAddress, UnixSeconds};

/// What a line says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said<'a> {
    /// Somebody came, or left.
    Occupant { room: &'a str, json: &'a str, is_end: bool },
    /// A room was made, or destroyed.
    Room { room: &'a str, is_end: bool },
    /// The server stops.
    Stopped,
    /// It has just started, or one of its domains.
    Started { host: Option<&'a str> },
    /// Somebody was let in not.
    Refused { room: Cow<'a, str>, why: Refusal, digest: u64 },
}

impl Said<'_> {
    /// Whether it is `event_sync` that says so.
    pub(super) fn is_event(&self) -> bool {
        matches!(self, Self::Occupant { .. } | Self::Room { .. })
    }
}

/// What a line says, if it matters.
pub(super) fn said<'a>(line: &Line<'a>) -> Option<Said<'a>> {
    let (host, module) = line.source.rsplit_once(':').unwrap_or(("", line.source));
    match module {
        "event_sync_component" if !host.is_empty() => event(line.message),
        "auth_token" if !host.is_empty() => refused_log_in(line),
        "token_verification" if !host.is_empty() => refused_join(line),
        "startup" | "general" | "mod_posix" | "mod_startup" if host.is_empty() => turn(line.message),
        _ => None,
    }
}

fn event(message: &str) -> Option<Said<'_>> {
    for (words, is_end) in [("New occupant in room: ", false), ("Occupant left in room: ", true)] {
        if let Some(rest) = message.strip_prefix(words) {
            // A JID holds no blank.
            let (room, json) = rest.split_once(" - ").unwrap_or((rest, ""));
            return Some(Said::Occupant { room, json, is_end });
        }
    }
    if let Some(room) = message.strip_prefix("Start tracking occupants for ") {
        return Some(Said::Room { room: room.trim_end(), is_end: false });
    }
    // The module is loaded anew when the server is.
    for words in ["Component loaded ", "MUC module loaded for "] {
        if let Some(component) = message.strip_prefix(words) {
            return Some(Said::Started { host: component.trim_end().split_once('.').map(|(_, host)| host) });
        }
    }
    message.strip_prefix("Room destroyed - ").map(|room| Said::Room { room: room.trim_end(), is_end: true })
}

fn turn(message: &str) -> Option<Said<'_>> {
    if message.starts_with("Shutting down") {
        return Some(Said::Stopped);
    }
    message.starts_with("Hello and welcome to Prosody").then_some(Said::Started { host: None })
}

/// The time that a line of `event_sync` is about, without reading all of it.
pub(super) fn epoch(json: &str, is_end: bool) -> Option<UnixSeconds> {
    let key: &[u8] = if is_end { b"\"left_at\":" } else { b"\"joined_at\":" };
    // A quote inside a name has a backslash before it.
    let at = memmem::find(json.as_bytes(), key)? + key.len();
    let digits = json[at..].trim_start();
    // A number at the very end may be half of one.
    let end = digits.find(|c: char| !c.is_ascii_digit())?;
    digits[..end].parse().ok().filter(|epoch| EPOCHS.contains(epoch))
}

/// The session of an occupant, without reading all of it.
pub(super) fn session(json: &str) -> Option<&str> {
    let key = "\"occupant_jid\":\"";
    let at = memmem::find(json.as_bytes(), key.as_bytes())? + key.len();
    json[at..].split('"').next()
}

/// `Error verifying token err:…, reason:… tenant:… room:… user_agent:…`: only what stands before the visitor's own
/// words is read, and of these the room alone.
fn refused_log_in<'a>(line: &Line<'a>) -> Option<Said<'a>> {
    let rest = line.message.strip_prefix("Error verifying token ")?;
    let facts = rest.split(" user_agent:").next().unwrap_or_default();
    let (reason, place) = facts.split_once(" tenant:").or_else(|| facts.split_once(" room:")).unwrap_or((facts, ""));
    let (tenant, room) = place.split_once(" room:").unwrap_or(("", place));
    let room = room.split(' ').next().unwrap_or_default();
    let name = match tenant.trim() {
        "" | "nil" => Cow::Owned(room.to_ascii_lowercase()),
        tenant => Cow::Owned(format!("[{tenant}]{room}").to_ascii_lowercase()),
    };
    Some(Said::Refused { room: name, why: reason_of(reason), digest: digest(line) })
}

/// Why a token was refused, by the words of Jitsi's library.
fn reason_of(text: &str) -> Refusal {
    let text = text.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(&["by nbf", "not before", "not yet"]) {
        Refusal::TooEarly
    } else if says(&["by exp", "expired"]) {
        Refusal::TooLate
    } else if says(&["signature", "incorrect alg", "'kid'", "kid claim", "public key", "pubkey"]) {
        Refusal::Signature
    } else if says(&["'iss'", "issuer", "'aud'", "audience", "'sub'", "sub claim", "domain"]) {
        Refusal::OtherServer
    } else if says(&["room"]) {
        Refusal::OtherRoom
    } else if says(&["token required", "token-required", "empty", "jwt", "format", "segments", "bad request"]) {
        Refusal::NoToken
    } else {
        Refusal::Other
    }
}

/// `Token … not allowed to join: room@conference.host/nick err: … reason: …`, with a whole `<presence to='…'>` in older
/// versions, and `User …` in its place in newer ones. The token in it, where there is one, is looked into and never kept.
fn refused_join<'a>(line: &Line<'a>) -> Option<Said<'a>> {
    let (who, rest) = line.message.split_once(" not allowed to join: ")?;
    // A stanza, or the room's address itself; what follows it is the visitor's own nickname.
    let jid = if rest.starts_with('<') {
        let quoted = ["to='", "to=\""].into_iter().find_map(|key| rest.split_once(key).map(|(_, rest)| rest))?;
        quoted.split(['\'', '"']).next()?
    } else {
        rest.split([' ', ',', ';']).next()?
    };
    let room = RoomAddress::parse(jid)?;
    let token = who.strip_prefix("Token ").or_else(|| line.message.split_once(" token: ").map(|(_, token)| token));
    let why = match token.and_then(room_claim) {
        None if token.is_some_and(|token| token == "nil") => Refusal::NoToken,
        Some(claim) if claim == room.name || claim == "*" => Refusal::OtherServer,
        _ => Refusal::OtherRoom,
    };
    let name = room.tenant.as_ref().map_or_else(|| room.name.clone(), |tenant| format!("[{tenant}]{}", room.name));
    Some(Said::Refused { room: Cow::Owned(name), why, digest: digest(line) })
}

/// The room that a token opens.
fn room_claim(token: &str) -> Option<String> {
    let payload = token.split('.').nth(1)?;
    let claims: serde_json::Value = serde_json::from_slice(&BASE64URL_NOPAD.decode(payload.as_bytes()).ok()?).ok()?;
    Some(claims.get("room")?.as_str()?.to_ascii_lowercase())
}

/// Tells lines of one second apart.
fn digest(line: &Line<'_>) -> u64 {
    let mut context = Context::new(&SHA256);
    context.update(line.source.as_bytes());
    context.update(b"\n");
    context.update(line.message.as_bytes());
    let digest = context.finish();
    let first = digest.as_ref().first_chunk().expect("SHA-256 has 32 octets");
    // The ledger's integers have a sign.
    u64::from_be_bytes(*first) >> 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line<'a>(source: &'a str, message: &'a str) -> Line<'a> {
        Line { date: None, source, level: "info", message }
    }

    fn refusal(source: &str, message: &str) -> (String, Refusal) {
        match said(&line(source, message)) {
            Some(Said::Refused { room, why, .. }) => (room.into_owned(), why),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn refused_log_ins_are_told_by_their_reason() {
        let told = |reason: &str| {
            let message = format!(
                "Error verifying token err:not-allowed, reason:{reason} tenant:nil room:Rust-Workshop user_agent:x room:other Not acceptable by exp"
            );
            refusal("meet.example.org:auth_token", &message)
        };
        for (reason, why) in [
            ("Not acceptable by nbf (1795504580)", Refusal::TooEarly),
            ("Not acceptable by exp (1795504580)", Refusal::TooLate),
            ("Invalid signature", Refusal::Signature),
            ("Invalid or incorrect alg", Refusal::Signature),
            ("'iss' claim is missing", Refusal::OtherServer),
            ("invalid 'aud' claim", Refusal::OtherServer),
            ("token required", Refusal::NoToken),
            ("something new", Refusal::Other),
        ] {
            assert_eq!(told(reason), ("rust-workshop".to_owned(), why), "{reason}");
        }
        let message = "Error verifying token err:x, reason:Not acceptable by exp tenant:Acme room:r user_agent:-";
        assert_eq!(refusal("h:auth_token", message).0, "[acme]r");
    }

    #[test]
    fn a_refused_join_is_told_by_what_its_token_opens() {
        let token =
            |room: &str| format!("e30.{}.sig", BASE64URL_NOPAD.encode(format!("{{\"room\":\"{room}\"}}").as_bytes()));
        let told = |who: &str| {
            let message =
                format!("{who} not allowed to join: <presence to='rust-workshop@conference.h/ada' from='x'/>");
            refusal("conference.h:token_verification", &message)
        };
        assert_eq!(told(&format!("Token {}", token("other"))), ("rust-workshop".to_owned(), Refusal::OtherRoom));
        assert_eq!(told(&format!("Token {}", token("rust-workshop"))).1, Refusal::OtherServer);
        assert_eq!(told("Token nil").1, Refusal::NoToken);
        assert_eq!(told("User x@h/y").1, Refusal::OtherRoom);
        // As the plugins of 2026 write it; the nickname is the visitor's own.
        let message = format!(
            "Token {} not allowed to join: [acme]r@conference.h/x to='y@conference.h/z' err: (nil) reason: x",
            token("other")
        );
        assert_eq!(refusal("conference.h:token_verification", &message), ("[acme]r".to_owned(), Refusal::OtherRoom));
    }

    #[test]
    fn only_event_sync_speaks_of_occupants() {
        let message = "New occupant in room: r@conference.h - {}";
        assert!(said(&line("esync.h:event_sync_component", message)).is_some());
        assert!(said(&line("conference.h:event_sync_component", message)).is_some());
        for source in ["event_sync_component", "h:auth_token", "h:event_sync_component:x", "h"] {
            assert_eq!(said(&line(source, message)), None, "{source}");
        }
        assert_eq!(said(&line("startup", "Shutting down: Received SIGTERM")), Some(Said::Stopped));
        assert_eq!(said(&line("h:x", "Shutting down")), None);
    }

    #[test]
    fn times_and_sessions_are_found_without_reading_all() {
        let json = r#"{"name":"a\"joined_at\":1,","joined_at":1795504725,"occupant_jid":"u@h/r"}"#;
        assert_eq!((epoch(json, false), epoch(json, true), session(json)), (Some(1_795_504_725), None, Some("u@h/r")));
    }
}
