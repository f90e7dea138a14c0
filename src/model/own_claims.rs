//! What a row says of its own token.

use super::{Affiliation, Avatar, Features, Tenant};

/// What a row says of its token otherwise than the event's settings do; of each that is `None`, the event's holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnClaims {
    /// What the token calls its holder (`context.user.affiliation`); agrees with the attendee's moderator's rights.
    pub affiliation: Option<Affiliation>,
    /// The picture by which the room shows them (`context.user.avatar`).
    pub avatar: Option<Avatar>,
    /// The group they belong to (`context.group`); one line of at most [`OwnClaims::LONGEST_GROUP`] octets.
    pub group: Option<String>,
    /// What the token allows (`context.features`), in place of their role's set.
    pub features: Option<Features>,
    /// `sub`; in lower case.
    pub subject: Option<String>,
    /// `aud`.
    pub audience: Option<String>,
    /// The tenant that the link leads to, in place of the server's.
    pub tenant: Option<Tenant>,
}

impl OwnClaims {
    /// The most octets of a group.
    pub const LONGEST_GROUP: usize = 200;
    /// The most octets of a subject or an audience.
    pub const LONGEST_CLAIM: usize = 255;
}
