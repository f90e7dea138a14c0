//! What is known of a token once it was read: what it states, whether its signature holds, and what is to be said of it.
//!
//! Owns: these values alone. Does not own: reading them out of a token (`explain`), judging them (`findings`) or
//! wording them (`inspect_text`). Every string here is as the stranger wrote it: whoever prints it escapes it.

use jiff::Timestamp;
use serde_json::Value;

use super::{claims::Algorithm, jaas, link::LinkParts, verdicts::Rule};

/// A token in words, and what is wrong with it.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// Where the link leads; `None` for a bare token.
    pub link: Option<LinkParts>,
    /// Who made the link into one of their own, from the outermost on; what is said is said of the link inside.
    pub wrapped_by: Vec<&'static str>,
    /// What stands in the link beside the token; empty where nothing does.
    pub beside: String,
    /// What the header says.
    pub header: HeaderFacts,
    /// What the claims say.
    pub claims: ClaimFacts,
    /// Whether the signature is this event's.
    pub signature: SignatureCheck,
    /// Whether this event's own secret or key signed it, whatever it was checked with.
    pub is_of_the_event: bool,
    /// With what it was checked, in words.
    pub checked_with: &'static str,
    /// How the event's tokens are signed; `None` where there is no event to compare with.
    pub expected: Option<Algorithm>,
    /// When it was looked at.
    pub now: Timestamp,
    /// What is to be said about it, in the order of the token's parts.
    pub findings: Vec<Finding>,
}

impl Explanation {
    /// Whether a server could let this token in, now or when its time has come.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity != Severity::Error)
    }

    /// Whether the signature was checked, and holds.
    #[must_use]
    pub fn signature_holds(&self) -> bool {
        self.signature == SignatureCheck::Holds
    }

    /// The person's id, to look up whose token it is.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        self.claims.user.id.as_deref()
    }
}

/// What a header says. What is not a string is shown as JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeaderFacts {
    /// `typ`.
    pub typ: Option<String>,
    /// `alg`.
    pub alg: Option<String>,
    /// `kid`: which key of a key server signed.
    pub kid: Option<String>,
}

impl HeaderFacts {
    /// Whether it says itself that nothing is signed.
    pub(super) fn is_unsigned(&self) -> bool {
        self.alg.as_ref().is_some_and(|alg| alg.eq_ignore_ascii_case("none"))
    }
}

/// What claims say. What should be a string and is not is shown as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimFacts {
    /// `iss`.
    pub iss: Option<String>,
    /// `aud`.
    pub aud: Option<String>,
    /// `sub`.
    pub sub: Option<String>,
    /// `room`.
    pub room: Option<String>,
    /// Whether `room` is a pattern, by `context.room.regex`.
    pub opens_by_pattern: bool,
    /// `nbf`: when it begins to work.
    pub nbf: Moment,
    /// `exp`: when it stops working.
    pub exp: Moment,
    /// `context.tenant`.
    pub tenant: Option<String>,
    /// `context.user`.
    pub user: UserFacts,
    /// `context.group`.
    pub group: Option<String>,
    /// `context.features`, name and value; `None` where it is not there, or no object.
    pub features: Option<Vec<(String, Value)>>,
    /// Claims that no Jitsi server looks at, name and JSON.
    pub others: Vec<(String, String)>,
}

impl ClaimFacts {
    /// Whether it stops working before it begins to, or with the same second.
    pub(super) fn never_works(&self) -> bool {
        matches!((&self.nbf, &self.exp), (Moment::At(nbf), Moment::At(exp)) if nbf >= exp)
    }

    /// Whether it is JaaS's: its tenants are named so, and stand in `sub`.
    pub(super) fn is_jaas(&self) -> bool {
        self.sub.as_ref().is_some_and(|sub| sub.starts_with(jaas::APP_ID))
    }
}

/// What `context.user` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserFacts {
    /// `id`, where it is a string.
    pub id: Option<String>,
    /// `name`, where it is a string.
    pub name: Option<String>,
    /// `email`, where it is a string.
    pub email: Option<String>,
    /// `avatar`.
    pub avatar: Option<String>,
    /// `affiliation`.
    pub affiliation: Option<String>,
    /// Whether it asks for a moderator's rights, as the server reads it.
    pub moderator: bool,
    /// Anything else said of the person, name and JSON.
    pub others: Vec<(String, String)>,
}

/// A time in a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moment {
    /// It is not there.
    Missing,
    /// An instant.
    At(Timestamp),
    /// Not a number; the JSON.
    NotANumber(String),
    /// A number of seconds beyond the year 9999; the JSON.
    BeyondCalendar(String),
}

/// Whether the signature is this event's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureCheck {
    /// It was made with this event's secret.
    Holds,
    /// It was not, or the token was changed since.
    DoesNotHold,
    /// It could not be checked; why.
    NotChecked(&'static str),
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Note,
    /// It works, but perhaps not everywhere, or not as meant.
    Warning,
    /// A server refuses it, or must not be given it.
    Error,
}

/// One thing to be said about a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The server's rule on tokens that it is about; `None` where it is about none.
    pub rule: Option<Rule>,
    /// How much it matters.
    pub severity: Severity,
    /// What is the matter, in plain words.
    pub text: String,
    /// What to do about it.
    pub hint: Option<String>,
}
