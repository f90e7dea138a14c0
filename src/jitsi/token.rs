//! Minting a personal token, and proving it before it is mailed.
//!
//! Owns: signing with one key under one set of settings, and the proof the other way round: the
//! finished link is taken apart, its signature checked, and its claims, decoded by another set of
//! types, are compared with what was meant. Both are pure and deterministic: the same person, room
//! and window give the same octets. Does not own: whether a window is over. Known weakness: what is
//! proved is that the link says what was meant, not that the server holds the same secret.

use std::{fmt, sync::OnceLock};

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use jsonwebtoken::{DecodingKey, EncodingKey, Header, decode_header, encode};

use super::{
    claims::{Algorithm, Claims, ClaimsStyle, Context, ReadClaims, User},
    keys::SigningKey,
    link::{LinkParts, LinkProblem, LinkStyle, join_link, take_apart},
    signing,
    token_settings::{SignerProblem, TokenSettings},
};
use crate::model::{Address, JoinLink, Room, UserId, Window};

/// The longest link that the usual web server in front of Jitsi takes, in octets.
const LONGEST_LINK: usize = 8000;

/// Who gets a token.
#[derive(Debug, Clone, Copy)]
pub struct Bearer<'a> {
    /// What ties the person in the room to a row of the file.
    pub user_id: &'a UserId,
    /// The name shown in the room.
    pub name: &'a str,
    /// The e-mail address; in the token only under [`ClaimsStyle::Full`].
    pub email: &'a Address,
    /// Whether the token asks for a moderator's rights.
    pub moderator: bool,
}

/// Why a token cannot be minted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MintProblem {
    /// No whole second lies between opening and closing.
    #[error("failed to mint a token: its window is shorter than a second")]
    Window,
    /// The person has no name.
    #[error("failed to mint a token: the person has no name")]
    NoName,
    /// Web servers would refuse the link.
    #[error("failed to mint a token: the link would be {0} bytes long, web servers take {LONGEST_LINK}")]
    TooLong(usize),
    /// The library refused to sign.
    #[error("failed to sign a token: {0}")]
    Signing(String),
}

impl MintProblem {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Window => "let the event end later than it starts",
            Self::NoName => "give the row a name",
            Self::TooLong(_) => "shorten the person's name",
            Self::Signing(_) => "this is a fault of the program: please report it",
        }
    }
}

/// What a finished link says otherwise than was meant. No variant holds any of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyProblem {
    /// The link cannot be taken apart.
    #[error("failed to prove the link: {0}")]
    Link(#[from] LinkProblem),
    /// A part of the link is another.
    #[error("failed to prove the link: its {0} is not the one meant")]
    Part(&'static str),
    /// Three parts of base64url JSON with the expected claims: it is not.
    #[error("failed to prove the token: it cannot be decoded")]
    Undecodable,
    /// The signature is not the secret's.
    #[error("failed to prove the token: its signature does not hold")]
    Signature,
    /// `typ`, `alg`, or more than these.
    #[error("failed to prove the token: its header is not the one meant")]
    Header,
    /// A claim is another.
    #[error("failed to prove the token: its `{0}` is not the one meant")]
    Claim(&'static str),
}

impl VerifyProblem {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        "nothing was sent with this link; this is a fault of the program: please report it"
    }
}

/// Mints and proves tokens under one secret and one set of settings.
#[derive(Clone)]
pub struct Signer {
    settings: TokenSettings,
    header: Header,
    encoding: EncodingKey,
    decoding: DecodingKey,
    /// Keeps a private key where the provider finds it.
    key: SigningKey,
    /// The header that was decoded and found right: all others are compared with it.
    proven_header: OnceLock<String>,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Signer {
    /// Prepares keys and header once for all tokens.
    ///
    /// # Errors
    /// [`SignerProblem`] where app id, audience, subject or key id is empty, has outer blanks or holds a
    /// character that may not travel, the subject is not in lower case, JaaS could not take them, or the key
    /// does not fit the algorithm.
    pub fn new(settings: TokenSettings, key: &SigningKey) -> Result<Self, SignerProblem> {
        signing::install();
        settings.check()?;
        let (encoding, decoding) = match key {
            SigningKey::Secret(_) if settings.algorithm.is_rsa() => {
                return Err(SignerProblem::Unfit(settings.algorithm, "a secret"));
            }
            SigningKey::Private(_) if !settings.algorithm.is_rsa() => {
                return Err(SignerProblem::Unfit(settings.algorithm, "a private key"));
            }
            SigningKey::Secret(secret) => {
                (EncodingKey::from_secret(secret.as_bytes()), DecodingKey::from_secret(secret.as_bytes()))
            }
            SigningKey::Private(key) => (signing::encoding_key(key), DecodingKey::from_rsa_der(key.public_der())),
        };
        let header = Header { kid: settings.key_id(), ..Header::new(settings.algorithm.into()) };
        Ok(Self { header, encoding, decoding, key: key.clone(), settings, proven_header: OnceLock::new() })
    }

    /// The settings under which tokens are minted.
    #[must_use]
    pub fn settings(&self) -> &TokenSettings {
        &self.settings
    }

    /// What signs.
    #[must_use]
    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    /// Whether a private key signs, and not a secret that the server knows as well.
    #[must_use]
    pub fn is_private(&self) -> bool {
        matches!(self.key, SigningKey::Private(_))
    }

    /// Makes a person's link. The same arguments give the same octets.
    ///
    /// # Errors
    /// [`MintProblem`] where no whole second lies in the window, the name is blank, or the link
    /// grows beyond what web servers take.
    pub fn mint(&self, bearer: &Bearer<'_>, room: &Room, window: &Window) -> Result<JoinLink, MintProblem> {
        let (nbf, exp) = (first_second(window.opens()), last_second(window.closes()));
        if nbf >= exp {
            return Err(MintProblem::Window);
        }
        if bearer.name.trim().is_empty() {
            return Err(MintProblem::NoName);
        }
        let settings = &self.settings;
        let claims = Claims {
            aud: settings.audience(),
            iss: settings.issuer(),
            sub: settings.subject(),
            room: room.as_str(),
            nbf,
            exp,
            context: Context {
                tenant: settings.tenant(),
                user: User {
                    id: &bearer.user_id.0,
                    name: bearer.name,
                    email: (settings.claims == ClaimsStyle::Full).then(|| bearer.email.as_str()),
                    moderator: bearer.moderator.then_some(true),
                },
            },
        };
        let token = encode(&self.header, &claims, &self.encoding).map_err(|e| MintProblem::Signing(e.to_string()))?;
        let link = join_link(&settings.server, room, &token, settings.link);
        let length = link.expose().len();
        if length > LONGEST_LINK { Err(MintProblem::TooLong(length)) } else { Ok(link) }
    }

    /// Proves that a finished link leads where it should and says of this person what it should,
    /// for this room and this window. For every link, before it is mailed.
    ///
    /// # Errors
    /// [`VerifyProblem`] names the first part that differs.
    pub fn verify(
        &self,
        link: &JoinLink,
        bearer: &Bearer<'_>,
        room: &Room,
        window: &Window,
    ) -> Result<(), VerifyProblem> {
        let apart = take_apart(link.expose())?;
        self.verify_place(&apart.parts, room)?;
        if !apart.alone || !apart.quoted_right || !self.has_exact_text(link, room, &apart.token) {
            return Err(VerifyProblem::Part("text"));
        }
        let (message, signature) = apart.token.rsplit_once('.').ok_or(VerifyProblem::Undecodable)?;
        let (header, claims) = message.split_once('.').ok_or(VerifyProblem::Undecodable)?;
        self.verify_header(header)?;
        if !self.holds(message, signature, self.settings.algorithm) {
            return Err(VerifyProblem::Signature);
        }
        let claims = BASE64URL_NOPAD.decode(claims.as_bytes()).map_err(|_| VerifyProblem::Undecodable)?;
        let claims: ReadClaims = serde_json::from_slice(&claims).map_err(|_| VerifyProblem::Undecodable)?;
        self.verify_claims(&claims, room, window)?;
        self.verify_user(&claims, bearer)
    }

    /// Decodes the first header; one that is spelt like it says the same.
    fn verify_header(&self, header: &str) -> Result<(), VerifyProblem> {
        if self.proven_header.get().is_some_and(|proven| proven == header) {
            return Ok(());
        }
        let read = decode_header(format!("{header}..")).map_err(|_| VerifyProblem::Undecodable)?;
        if read != self.header {
            return Err(VerifyProblem::Header);
        }
        // Another thread may have been faster.
        let _ = self.proven_header.set(header.to_owned());
        Ok(())
    }

    fn verify_place(&self, parts: &LinkParts, room: &Room) -> Result<(), VerifyProblem> {
        let server = &self.settings.server;
        let part = if parts.host != server.host() || parts.port != server.port() {
            "host"
        } else if parts.tenant.as_deref() != server.tenant() {
            "tenant"
        } else if parts.room != room.as_str() {
            "room"
        } else if parts.style != self.settings.link {
            "style"
        } else {
            return Ok(());
        };
        Err(VerifyProblem::Part(part))
    }

    /// Whether nothing stands in the link but server, room and token, each spelt as it was meant.
    fn has_exact_text(&self, link: &JoinLink, room: &Room, token: &str) -> bool {
        let (before, after) = match self.settings.link {
            LinkStyle::Query => ("?jwt=", ""),
            LinkStyle::Fragment => ("#jwt=%22", "%22"),
        };
        let inner = link.expose().strip_prefix(self.settings.server.as_str()).and_then(|rest| rest.strip_prefix('/'));
        let inner = inner.and_then(|rest| rest.strip_prefix(room.as_str())).and_then(|rest| rest.strip_prefix(before));
        inner.and_then(|rest| rest.strip_suffix(after)) == Some(token)
    }

    fn verify_claims(&self, claims: &ReadClaims, room: &Room, window: &Window) -> Result<(), VerifyProblem> {
        let settings = &self.settings;
        let is_at = |second: i64, from: Timestamp, to: Timestamp| {
            Timestamp::from_second(second).is_ok_and(|at| from <= at && at <= to)
        };
        let second = jiff::SignedDuration::from_nanos(999_999_999);
        let late = window.opens().checked_add(second).unwrap_or(Timestamp::MAX);
        let early = window.closes().checked_sub(second).unwrap_or(Timestamp::MIN);
        let claim = if claims.iss != settings.issuer() {
            "iss"
        } else if claims.aud != settings.audience() {
            "aud"
        } else if claims.sub != settings.subject() {
            "sub"
        } else if claims.room != room.as_str() {
            "room"
        } else if !is_at(claims.nbf, window.opens(), late) {
            "nbf"
        } else if !is_at(claims.exp, early, window.closes()) || claims.exp <= claims.nbf {
            "exp"
        } else if claims.context.tenant.as_deref() != settings.tenant() {
            "context.tenant"
        } else {
            return Ok(());
        };
        Err(VerifyProblem::Claim(claim))
    }

    fn verify_user(&self, claims: &ReadClaims, bearer: &Bearer<'_>) -> Result<(), VerifyProblem> {
        let user = &claims.context.user;
        let email = (self.settings.claims == ClaimsStyle::Full).then(|| bearer.email.as_str());
        let claim = if user.id != bearer.user_id.0 {
            "context.user.id"
        } else if user.name != bearer.name {
            "context.user.name"
        } else if user.email.as_deref() != email {
            "context.user.email"
        } else if user.moderator.unwrap_or(false) != bearer.moderator {
            "context.user.moderator"
        } else {
            return Ok(());
        };
        Err(VerifyProblem::Claim(claim))
    }

    /// Whether a signature over `message` is this key's, under any algorithm of its kind.
    pub(super) fn holds(&self, message: &str, signature: &str, algorithm: Algorithm) -> bool {
        jsonwebtoken::crypto::verify(signature, message.as_bytes(), &self.decoding, algorithm.into()).unwrap_or(false)
    }
}

const NANOS: i128 = 1_000_000_000;

/// The first whole second at or after an instant.
fn first_second(at: Timestamp) -> i64 {
    i64::try_from(-(-at.as_nanosecond()).div_euclid(NANOS)).unwrap_or(i64::MAX)
}

/// The last whole second at or before an instant.
fn last_second(at: Timestamp) -> i64 {
    i64::try_from(at.as_nanosecond().div_euclid(NANOS)).unwrap_or(i64::MIN)
}

#[cfg(test)]
#[path = "token_tests.rs"]
mod tests;
