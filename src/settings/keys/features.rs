//! The keys of `[jitsi.features.moderator]` and `[jitsi.features.attendee]`.

use super::{Group::Server, Key, Kind::Bool, key};

/// The features that a token of each role may name: those of [`crate::model::FEATURES`].
macro_rules! features {
    ($($name:literal)*) => {
        [
            $(key(concat!("jitsi.features.moderator.", $name), Bool, "true").along(Server),)*
            $(key(concat!("jitsi.features.attendee.", $name), Bool, "true").along(Server),)*
        ]
    };
}

pub(super) static FEATURES: [Key; 40] = features![
    "branding" "calendar" "create-polls" "file-upload" "flip" "inbound-call" "list-visitors" "live-translation"
    "livestreaming" "lobby" "moderation" "outbound-call" "recording" "room" "screen-sharing" "send-groupchat"
    "send-private-message" "sip-inbound-call" "sip-outbound-call" "transcription"
];
