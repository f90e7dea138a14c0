//! What a token calls its holder in the room.

/// Affiliations that the server's `token_affiliation` knows (`context.user.affiliation`). Whatever else is written
/// there, `admin` too, it takes for a plain member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Affiliation {
    /// Owner of the room: a moderator.
    Owner,
    /// The same.
    Moderator,
    /// The same.
    Teacher,
    /// No moderator.
    Member,
}

impl Affiliation {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Moderator, Self::Teacher, Self::Member];

    /// As it stands in the token.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Moderator => "moderator",
            Self::Teacher => "teacher",
            Self::Member => "member",
        }
    }

    /// Whether the server makes a moderator of it.
    #[must_use]
    pub fn is_moderator(self) -> bool {
        self != Self::Member
    }
}
