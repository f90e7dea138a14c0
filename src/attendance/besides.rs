//! What the sources had besides the event: told, and left out. Pure.

use std::collections::BTreeSet;

use crate::model::UnixSeconds;

/// Clocks that differ by more seconds than these are spoken of.
pub(super) const CLOCKS_MAY_DIFFER: UnixSeconds = 4;
/// What there was besides.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Besides {
    /// Joins of other rooms.
    pub other_rooms: u64,
    /// Joins of this event's rooms at other times.
    pub other_times: u64,
    /// Lines or events of the right kind that could not be read.
    pub unreadable: u64,
    /// So many seconds two clocks are apart at most; 0 where they agree.
    pub clocks_apart: UnixSeconds,
    /// So many seconds the server's clock was set back at most.
    pub set_back: UnixSeconds,
    /// Whether there is a log whose zone nobody knows.
    pub without_zone: bool,
    /// Rooms of the same name that are not the event's: another server's, or another tenant's.
    pub namesakes: BTreeSet<String>,
    /// Other servers whose logs tell nothing of this event, by their XMPP domains.
    pub other_servers: BTreeSet<String>,
}

impl Besides {
    /// Both together.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.namesakes.extend(other.namesakes);
        self.other_servers.extend(other.other_servers);
        Self {
            other_rooms: self.other_rooms + other.other_rooms,
            // Stays that were kept are counted in each of them.
            other_times: self.other_times.max(other.other_times),
            unreadable: self.unreadable + other.unreadable,
            clocks_apart: self.clocks_apart.max(other.clocks_apart),
            set_back: self.set_back.max(other.set_back),
            without_zone: self.without_zone || other.without_zone,
            namesakes: self.namesakes,
            other_servers: self.other_servers,
        }
    }
}
