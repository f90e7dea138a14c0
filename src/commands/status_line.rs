//! One line of `status`, for people and for programs.

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::cli::StateName;

/// One row or person, as programs are told of them. The order of the fields is a promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Line {
    pub(super) email: String,
    pub(super) name: String,
    #[serde(serialize_with = "state_text")]
    pub(super) state: StateName,
    pub(super) attempts: u32,
    pub(super) last_reply: Option<String>,
    pub(super) message_id: Option<String>,
    #[serde(serialize_with = "time_text")]
    pub(super) next_attempt: Option<Timestamp>,
    pub(super) reason: Option<String>,
    /// The key of the session that it is about, where the event has some.
    pub(super) session: Option<String>,
    /// Whether they came: `came`, `absent` or `unknown`; left out as long as nothing is known of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) came: Option<&'static str>,
    /// Whether its row keeps mails from leaving.
    #[serde(skip)]
    pub(super) problem: bool,
    /// Whether it is an invitation to a session that is over, never mailed.
    #[serde(skip)]
    pub(super) over: bool,
    /// Whether a mail after the first one failed, or the address is another now.
    #[serde(skip)]
    pub(super) attention: bool,
    /// Whether it repeats another row, and so is nobody of its own.
    #[serde(skip)]
    pub(super) repeats: bool,
}

/// A state's name in JSON and CSV.
pub(super) fn state_name(state: StateName) -> &'static str {
    match state {
        StateName::Pending => "pending",
        StateName::Sending => "sending",
        StateName::Sent => "sent",
        StateName::Deferred => "deferred",
        StateName::Failed => "failed",
        StateName::InDoubt => "in_doubt",
        StateName::Skipped => "skipped",
        StateName::Cancelled => "cancelled",
        StateName::Removed => "removed",
    }
}

/// A time for programs: RFC 3339, UTC, whole seconds.
pub(super) fn rfc3339(time: Timestamp) -> String {
    Timestamp::from_second(time.as_second()).unwrap_or(time).to_string()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn state_text<S: Serializer>(state: &StateName, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(state_name(*state))
}

#[expect(clippy::ref_option, reason = "serde asks for a reference")]
fn time_text<S: Serializer>(time: &Option<Timestamp>, to: S) -> Result<S::Ok, S::Error> {
    time.map(rfc3339).serialize(to)
}

impl Line {
    pub(super) fn new(email: &str, name: &str, state: StateName, reason: Option<String>) -> Self {
        Self {
            email: email.to_owned(),
            name: name.to_owned(),
            state,
            attempts: 0,
            last_reply: None,
            message_id: None,
            next_attempt: None,
            reason,
            session: None,
            came: None,
            problem: false,
            over: false,
            attention: false,
            repeats: false,
        }
    }

    pub(super) fn skipped(email: &str, name: &str, reason: String, problem: bool) -> Self {
        Self { problem, ..Self::new(email, name, StateName::Skipped, Some(reason)) }
    }

    /// Whether somebody has to look at it.
    pub(super) fn needs_somebody(&self) -> bool {
        use StateName as S;
        self.problem || self.attention || matches!(self.state, S::Deferred | S::Failed | S::InDoubt | S::Removed)
    }
}
