//! What a personal token says: header and claims, as types.
//!
//! Two shapes on purpose: [`Claims`] is what is written, [`ReadClaims`] what is read back before a
//! mail leaves, so that a slip in the one is caught by the other.

use std::{borrow::Cow, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// How a token is signed: HMAC with SHA-2 (RFC 7518 §3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Algorithm {
    /// HMAC with SHA-256: what a Jitsi server with an `app_secret` wants unless told otherwise.
    #[default]
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
}

/// Why a text names no algorithm that can be signed with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an algorithm: HS256, HS384 or HS512")]
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
        match given {
            "HS256" => Ok(Self::Hs256),
            "HS384" => Ok(Self::Hs384),
            "HS512" => Ok(Self::Hs512),
            other => Err(AlgorithmProblem(other.to_owned())),
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
        })
    }
}

impl From<Algorithm> for jsonwebtoken::Algorithm {
    fn from(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Hs256 => Self::HS256,
            Algorithm::Hs384 => Self::HS384,
            Algorithm::Hs512 => Self::HS512,
        }
    }
}

/// How much a token says of the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ClaimsStyle {
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
}

/// `context.user` as it is written: what is unknown is left out, a `null` can break the client.
#[derive(Serialize)]
pub(super) struct User<'a> {
    pub id: &'a str,
    pub name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<&'a str>,
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
}

/// `context.user` as it is read back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadUser<'a> {
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    pub email: Option<String>,
    pub moderator: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_algorithm_is_named_exactly() {
        for (name, algorithm) in [("HS256", Algorithm::Hs256), ("HS384", Algorithm::Hs384), ("HS512", Algorithm::Hs512)]
        {
            assert_eq!(name.parse(), Ok(algorithm));
            assert_eq!(algorithm.to_string(), name);
        }
        for name in ["hs256", "RS256", "none", "", " HS256"] {
            assert!(name.parse::<Algorithm>().is_err(), "{name}");
        }
    }
}
