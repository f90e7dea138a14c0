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

    /// How much longer than others' they may make a token, roughly: the octets of all that is free text.
    #[must_use]
    pub fn octets(&self) -> usize {
        let texts = [&self.group, &self.subject, &self.audience].map(|text| text.as_ref().map_or(0, String::len));
        texts.iter().sum::<usize>() + self.avatar.as_ref().map_or(0, |avatar| avatar.as_str().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_free_text_counts() {
        let own = OwnClaims {
            avatar: Avatar::parse("https://e.org").ok(),
            group: Some("ü".into()),
            subject: Some("*".into()),
            audience: Some("jitsi".into()),
            ..OwnClaims::default()
        };
        assert_eq!((own.octets(), OwnClaims::default().octets()), (21, 0));
    }
}
