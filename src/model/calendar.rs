//! What kind of calendar entry an event's mails carry.

use std::fmt;

/// How a mail brings the event into its reader's calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CalendarStyle {
    /// An invitation that the reader's calendar can answer (iTIP REQUEST, RFC 5546 §3.2.2).
    Request,
    /// An entry to take over, with nobody asked to answer (iTIP PUBLISH, RFC 5546 §3.2.1).
    Publish,
    /// No entry.
    None,
}

impl CalendarStyle {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Request, Self::Publish, Self::None];
    /// So many people may be asked for an answer where nobody said otherwise; more would bury the organiser.
    pub const MOST_ASKED: usize = 50;

    /// The name, as in event.toml and the ledger.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Publish => "publish",
            Self::None => "none",
        }
    }

    /// The style of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|style| style.as_str() == name)
    }

    /// What fits so many people.
    #[must_use]
    pub fn for_people(people: usize) -> Self {
        if people <= Self::MOST_ASKED { Self::Request } else { Self::Publish }
    }
}

impl fmt::Display for CalendarStyle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
