//! What a personal token says: header and claims, as types.
//!
//! Two shapes on purpose: [`Claims`] is what is written, [`ReadClaims`] what is read back before a
//! mail leaves, so that a slip in the one is caught by the other.

use std::{borrow::Cow, collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::model::Features;

/// How a token is signed: HMAC (RFC 7518 §3.2) or RSA (§3.3) with SHA-2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Algorithm {
    /// HMAC with SHA-256: what a Jitsi server with an `app_secret` wants unless told otherwise.
    #[default]
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
    /// RSASSA-PKCS1-v1_5 with SHA-256: what a Jitsi server with a key server wants unless told otherwise.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Hs256, Self::Hs384, Self::Hs512, Self::Rs256, Self::Rs384, Self::Rs512];

    /// Whether it signs with a private key, and not with a secret that both sides know.
    #[must_use]
    pub fn is_rsa(self) -> bool {
        matches!(self, Self::Rs256 | Self::Rs384 | Self::Rs512)
    }

    /// Its name (RFC 7518 §3.1).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
        }
    }
}

/// Why a text names no algorithm that can be signed with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an algorithm: HS256, HS384, HS512, RS256, RS384 or RS512")]
pub struct AlgorithmProblem(pub String);

impl AlgorithmProblem {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        "leave `algorithm` out, unless the server's `signature_algorithm` says something else than HS256"
    }
}

impl FromStr for Algorithm {
    type Err = AlgorithmProblem;

    fn from_str(given: &str) -> Result<Self, AlgorithmProblem> {
        let found = Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == given);
        found.ok_or_else(|| AlgorithmProblem(given.to_owned()))
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<Algorithm> for jsonwebtoken::Algorithm {
    fn from(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Hs256 => Self::HS256,
            Algorithm::Hs384 => Self::HS384,
            Algorithm::Hs512 => Self::HS512,
            Algorithm::Rs256 => Self::RS256,
            Algorithm::Rs384 => Self::RS384,
            Algorithm::Rs512 => Self::RS512,
        }
    }
}

/// How much a token says of the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ClaimsStyle {
    /// The id alone and what gives rights, for short links: the name is what the person types.
    Minimal,
    /// Id and name.
    #[default]
    Standard,
    /// Id, name and e-mail address; every participant's browser gets to see the address.
    Full,
}

/// The claims as they are written, in this order.
#[derive(Serialize)]
pub(super) struct Claims<'a> {
    pub aud: &'a str,
    pub iss: &'a str,
    pub sub: &'a str,
    pub room: &'a str,
    pub nbf: i64,
    pub exp: i64,
    pub context: Context<'a>,
}

/// `context` as it is written.
#[derive(Serialize)]
pub(super) struct Context<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<&'a str>,
    pub user: User<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<&'a Features>,
}

/// `context.user` as it is written: what is unknown is left out, a `null` can break the client.
#[derive(Serialize, Default)]
pub(super) struct User<'a> {
    pub id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub affiliation: Option<&'static str>,
    /// Present for moderators alone: a token without it makes a plain member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moderator: Option<bool>,
}

/// The claims as they are read back: nothing may be missing, nothing more may be there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadClaims<'a> {
    #[serde(borrow)]
    pub iss: Cow<'a, str>,
    #[serde(borrow)]
    pub aud: Cow<'a, str>,
    #[serde(borrow)]
    pub sub: Cow<'a, str>,
    #[serde(borrow)]
    pub room: Cow<'a, str>,
    pub nbf: i64,
    pub exp: i64,
    #[serde(borrow)]
    pub context: ReadContext<'a>,
}

/// `context` as it is read back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadContext<'a> {
    pub tenant: Option<String>,
    #[serde(borrow)]
    pub user: ReadUser<'a>,
    pub group: Option<String>,
    pub features: Option<BTreeMap<String, bool>>,
}

/// `context.user` as it is read back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadUser<'a> {
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    pub name: Option<String>,
    pub email: Option<String>,
    pub avatar: Option<String>,
    pub affiliation: Option<String>,
    pub moderator: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_algorithm_is_named_exactly() {
        for algorithm in Algorithm::ALL {
            assert_eq!(algorithm.to_string().parse(), Ok(algorithm));
        }
        for name in ["hs256", "PS256", "none", "", " HS256"] {
            assert!(name.parse::<Algorithm>().is_err(), "{name}");
        }
    }
}
