//! What a Jitsi server tells of who was in a room: stays, rooms' lives, refused joins, and what the source covers.
//!
//! All times are whole Unix seconds of the server's clock, as the server writes them.

use std::fmt;

/// Seconds since 1970-01-01 00:00 UTC.
pub type UnixSeconds = i64;

/// A room as a server addresses it: `[tenant]name@conference.host`, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RoomAddress {
    /// The tenant; none where the room belongs to the whole server.
    pub tenant: Option<String>,
    /// The name.
    pub name: String,
    /// The domain of the component that keeps it.
    pub domain: String,
}

impl RoomAddress {
    /// Reads a room's JID (RFC 7622 §3.1); a resource behind a `/` is left out. `None` for anything else.
    #[must_use]
    pub fn parse(jid: &str) -> Option<Self> {
        let bare = jid.split('/').next().unwrap_or_default();
        let (node, domain) = bare.split_once('@')?;
        let (tenant, name) = match node.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((tenant, name)) => (Some(tenant), name),
            None => (None, node),
        };
        if name.is_empty() || domain.is_empty() || tenant.is_some_and(str::is_empty) {
            return None;
        }
        Some(Self {
            tenant: tenant.map(str::to_ascii_lowercase),
            name: name.to_ascii_lowercase(),
            domain: domain.to_ascii_lowercase(),
        })
    }

    /// What stands before the first dot of the domain: `conference`, `muc`, `breakout`.
    #[must_use]
    pub fn component(&self) -> &str {
        self.domain.split('.').next().unwrap_or_default()
    }

    /// The server's XMPP domain: the component's without its first part.
    #[must_use]
    pub fn host(&self) -> &str {
        self.domain.split_once('.').map_or("", |(_, host)| host)
    }
}

impl fmt::Display for RoomAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(tenant) = &self.tenant {
            write!(f, "[{tenant}]")?;
        }
        write!(f, "{}@{}", self.name, self.domain)
    }
}

/// What a token says of whoever came; nothing of it where they came without one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claimed {
    /// `context.user.id`.
    pub id: Option<String>,
    /// `context.user.name`: a hint, never who it is.
    pub name: Option<String>,
    /// `context.user.email`: a hint, never who it is.
    pub email: Option<String>,
}

/// Where somebody stays: a room, or a breakout room of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The main room.
    pub room: RoomAddress,
    /// The breakout room's own name; `None` in the main room.
    pub breakout: Option<String>,
}

impl Place {
    /// The main room itself.
    #[must_use]
    pub fn main(room: RoomAddress) -> Self {
        Self { room, breakout: None }
    }
}

/// One uninterrupted stay of one session in one place. A session is one page load (`occupant_jid`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    /// Where.
    pub place: Place,
    /// The session.
    pub session: String,
    /// What its token says.
    pub who: Claimed,
    /// When it began; `None` where only its end is known.
    pub joined: Option<UnixSeconds>,
    /// When it ended; `None` where nobody said.
    pub left: Option<UnixSeconds>,
}

/// The life of a room: from its first occupant to its last.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RoomLife {
    /// Which.
    pub place: Place,
    /// When it was made; `None` where only its end is known.
    pub created: Option<UnixSeconds>,
    /// When it was destroyed; `None` where nobody said.
    pub destroyed: Option<UnixSeconds>,
}

/// Why a server let somebody in not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Refusal {
    /// The token does not work yet (`nbf`).
    TooEarly,
    /// The token works no more (`exp`).
    TooLate,
    /// The signature is not by the server's key, or not by its algorithm.
    Signature,
    /// There is no token, or no whole one.
    NoToken,
    /// The token is for another room.
    OtherRoom,
    /// The token is for another app, audience or domain.
    OtherServer,
    /// Anything else.
    Other,
}

impl Refusal {
    /// All, in the order in which they are counted up.
    pub const ALL: [Self; 7] = [
        Self::TooEarly,
        Self::TooLate,
        Self::Signature,
        Self::NoToken,
        Self::OtherRoom,
        Self::OtherServer,
        Self::Other,
    ];

    /// In words, as reports and the ledger have it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TooEarly => "before opening",
            Self::TooLate => "after closing",
            Self::Signature => "wrong signature",
            Self::NoToken => "no token",
            Self::OtherRoom => "token for another room",
            Self::OtherServer => "token for another server",
            Self::Other => "other reasons",
        }
    }

    /// The one of these words.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|refusal| refusal.as_str() == text)
    }
}

/// So many refused joins at one moment that read alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedJoin {
    /// The room's name; the tenant's before it, in brackets, where there is one.
    pub room: String,
    /// When.
    pub at: UnixSeconds,
    /// Why.
    pub why: Refusal,
    /// Tells lines apart; no token can be got out of it.
    pub digest: u64,
    /// How many.
    pub count: u32,
}

/// What kind of source covers a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Witness {
    /// The server's log: its first to its last line.
    Log,
    /// Roomkey's own receiver: its start to its last sign of life.
    Receiver,
    /// Events that somebody else saved: the first room's making to the last one's end.
    Events,
}

impl Witness {
    /// As the ledger has it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Receiver => "receiver",
            Self::Events => "events",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        [Self::Log, Self::Receiver, Self::Events].into_iter().find(|witness| witness.as_str() == text)
    }
}

/// A stretch of time of which a source tells everything.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Covered {
    /// By which kind of source.
    pub by: Witness,
    /// Of which room alone, by its name; `None` where of all.
    pub room: Option<String>,
    /// Of which server alone, by its XMPP domain; `None` where the source does not tell.
    pub host: Option<String>,
    /// From when, included.
    pub from: UnixSeconds,
    /// To when, included.
    pub to: UnixSeconds,
    /// Of a log: how long it was without a line at most, near its beginning and near its end, in seconds.
    pub quiet: (UnixSeconds, UnixSeconds),
}

impl Covered {
    /// A stretch of which a source tells everything, of whatever room and server.
    #[must_use]
    pub fn of(by: Witness, from: UnixSeconds, to: UnixSeconds) -> Self {
        Self { by, room: None, host: None, from, to, quiet: (0, 0) }
    }
}

/// A line that tells of a server's stop or start.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServerTurn {
    /// When.
    pub at: UnixSeconds,
    /// When the line before was written: the last sign of life before a start.
    pub since: UnixSeconds,
    /// Whether it stopped.
    pub is_stop: bool,
    /// Which of the domains on it was started; `None` where the line is about all of it.
    pub host: Option<String>,
}

/// What a server's clock showed: how many seconds it was ahead of UTC at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServerClock {
    /// When.
    pub at: UnixSeconds,
    /// How far it was ahead.
    pub ahead: UnixSeconds,
}

/// All that servers told of an event's rooms.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Presence {
    /// Who stayed where.
    pub stays: Vec<Stay>,
    /// When rooms were there.
    pub lives: Vec<RoomLife>,
    /// When the server stopped and started.
    pub turns: Vec<ServerTurn>,
    /// Whom it let in not.
    pub refusals: Vec<RefusedJoin>,
    /// What time the sources cover.
    pub covered: Vec<Covered>,
    /// In which zone the server's log is, for pieces of it that do not tell.
    pub clocks: Vec<ServerClock>,
}

impl Presence {
    /// Whether nothing at all was told.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.stays.is_empty() && self.lives.is_empty() && self.refusals.is_empty() && self.covered.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rooms_address_is_read_with_and_without_a_tenant() {
        let parse = |jid: &str| RoomAddress::parse(jid);
        let plain = parse("Rust-Workshop@conference.meet.example.org").unwrap();
        assert_eq!((plain.tenant.as_deref(), plain.name.as_str()), (None, "rust-workshop"));
        assert_eq!((plain.component(), plain.host()), ("conference", "meet.example.org"));
        let tenant = parse("[acme]rust-workshop@conference.meet.example.org/ada").unwrap();
        assert_eq!(tenant.tenant.as_deref(), Some("acme"));
        assert_eq!(tenant.to_string(), "[acme]rust-workshop@conference.meet.example.org");
        for odd in ["", "room", "@host", "room@", "[]room@host", "[acme]@host"] {
            assert_eq!(parse(odd), None, "{odd}");
        }
    }

    #[test]
    fn words_of_the_ledger_are_read_back() {
        for refusal in Refusal::ALL {
            assert_eq!(Refusal::named(refusal.as_str()), Some(refusal));
        }
        for witness in [Witness::Log, Witness::Receiver, Witness::Events] {
            assert_eq!(Witness::named(witness.as_str()), Some(witness));
        }
    }
}
