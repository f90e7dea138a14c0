//! What all tokens of an event have in common.
//!
//! Owns: which app ids, audiences and subjects can be signed under. Does not own: where they were
//! configured, or the secret. Known weakness: only the server knows whether they are the right ones.

use super::{
    claims::{Algorithm, ClaimsStyle},
    link::LinkStyle,
    server::ServerAddress,
};
use crate::model::{ForbiddenChar, forbidden_char};

/// What all tokens of an event have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenSettings {
    /// Where links lead.
    pub server: ServerAddress,
    /// `iss`: the server's `app_id`.
    pub app_id: String,
    /// `aud`; the app id where `None`.
    pub audience: Option<String>,
    /// `sub`; the tenant, or else the host, where `None`.
    pub subject: Option<String>,
    /// How tokens are signed.
    pub algorithm: Algorithm,
    /// How much a token says of the person.
    pub claims: ClaimsStyle,
    /// Where in the link the token stands.
    pub link: LinkStyle,
}

impl TokenSettings {
    /// What `aud` says.
    #[must_use]
    pub fn audience(&self) -> &str {
        self.audience.as_deref().unwrap_or(&self.app_id)
    }

    /// What `sub` says.
    #[must_use]
    pub fn subject(&self) -> &str {
        self.subject.as_deref().unwrap_or_else(|| self.server.subject_default())
    }

    /// Whether a server could compare what these settings put into a token.
    pub(super) fn check(&self) -> Result<(), SignerProblem> {
        check_claim("app_id", &self.app_id)?;
        check_claim("audience", self.audience())?;
        check_claim("subject", self.subject())?;
        let lower = self.subject().to_lowercase();
        if lower == self.subject() { Ok(()) } else { Err(SignerProblem::SubjectCase { suggestion: lower }) }
    }
}

fn check_claim(setting: &'static str, value: &str) -> Result<(), SignerProblem> {
    if value.trim().is_empty() {
        return Err(SignerProblem::Empty(setting));
    }
    if let Some(found) = forbidden_char(value) {
        return Err(SignerProblem::Forbidden { setting, found });
    }
    if value.trim() == value { Ok(()) } else { Err(SignerProblem::OuterBlank(setting)) }
}

/// Why settings cannot be signed under; each names the setting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignerProblem {
    /// Nothing stands there.
    #[error("`{0}` is empty")]
    Empty(&'static str),
    /// A character that may not travel.
    #[error("`{setting}` contains {found}")]
    Forbidden {
        /// Which setting.
        setting: &'static str,
        /// The character.
        found: ForbiddenChar,
    },
    /// A blank at one end: servers compare character by character.
    #[error("`{0}` begins or ends with a blank")]
    OuterBlank(&'static str),
    /// A subject with capital letters.
    #[error("`subject` must be in lower case: it is a domain or a tenant")]
    SubjectCase {
        /// The same in lower case.
        suggestion: String,
    },
}

impl SignerProblem {
    /// The setting that is wrong: `app_id`, `audience` or `subject`.
    #[must_use]
    pub fn setting(&self) -> &'static str {
        match self {
            Self::Empty(setting) | Self::OuterBlank(setting) | Self::Forbidden { setting, .. } => setting,
            Self::SubjectCase { .. } => "subject",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Empty("app_id") => "it is the Jitsi server's `app_id`; who runs the server knows it".into(),
            Self::Empty(setting) => format!("leave `{setting}` out, or write what the server wants"),
            Self::Forbidden { .. } => "type it anew".into(),
            Self::OuterBlank(_) => "take the blank away".into(),
            Self::SubjectCase { suggestion } => format!("write `{suggestion}`"),
        }
    }
}
