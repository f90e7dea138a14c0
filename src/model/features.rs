//! What a token allows in the room beyond talking: recording, streaming, telephoning.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

/// The features that Jitsi's client knows; any other is shown to the attendee as a fault.
pub const FEATURES: [&str; 20] = [
    "branding",
    "calendar",
    "create-polls",
    "file-upload",
    "flip",
    "inbound-call",
    "list-visitors",
    "live-translation",
    "livestreaming",
    "lobby",
    "moderation",
    "outbound-call",
    "recording",
    "room",
    "screen-sharing",
    "send-groupchat",
    "send-private-message",
    "sip-inbound-call",
    "sip-outbound-call",
    "transcription",
];

/// Features by name, and whether each is allowed (`context.features`). Where a token names any, what a moderator
/// could do by default no longer counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Features(Cow<'static, [(&'static str, bool)]>);

impl Features {
    /// The same for every event.
    #[must_use]
    pub const fn fixed(features: &'static [(&'static str, bool)]) -> Self {
        Self(Cow::Borrowed(features))
    }

    /// Each with its name and whether it is allowed.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&'static str, bool)> {
        self.0.iter().copied()
    }
}

impl FromIterator<(&'static str, bool)> for Features {
    fn from_iter<I: IntoIterator<Item = (&'static str, bool)>>(features: I) -> Self {
        Self(features.into_iter().collect())
    }
}

impl Serialize for Features {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// The features of moderators and of everybody else; `None` where their tokens name none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleFeatures {
    /// Of moderators.
    pub moderator: Option<Features>,
    /// Of everybody else.
    pub attendee: Option<Features>,
}
