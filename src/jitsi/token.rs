//! Minting a personal token.
//!
//! Owns: signing with one key under one set of settings. Pure and deterministic: the same person, room and
//! window give the same octets. Does not own: whether a window is over, and the proof of the link.

use std::{fmt, sync::OnceLock};

use jiff::Timestamp;
use jsonwebtoken::{DecodingKey, EncodingKey, Header, encode};

use super::{
    bearer::Bearer,
    claims::{Algorithm, Claims, ClaimsStyle, Context, User},
    keys::SigningKey,
    link::{Place, client_parameters, join_link},
    signing,
    token_settings::{SignerProblem, TokenSettings},
};
use crate::model::{Affiliation, JoinLink, Room, Window};

/// The longest link that the usual web server in front of Jitsi takes, in octets.
const LONGEST_LINK: usize = 8000;

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
            Self::TooLong(_) => "shorten the person's name, or the address of their avatar",
            Self::Signing(_) => "this is a fault of the program: please report it",
        }
    }
}

/// Mints and proves tokens under one secret and one set of settings.
#[derive(Clone)]
pub struct Signer {
    pub(super) settings: TokenSettings,
    pub(super) header: Header,
    /// What stands behind `#` for the web client.
    pub(super) config: String,
    encoding: EncodingKey,
    decoding: DecodingKey,
    /// Keeps a private key where the provider finds it.
    key: SigningKey,
    /// The header that was decoded and found right: all others are compared with it.
    pub(super) proven_header: OnceLock<String>,
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
        Ok(Self {
            config: client_parameters(&settings.config),
            header,
            encoding,
            decoding,
            key: key.clone(),
            settings,
            proven_header: OnceLock::new(),
        })
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
        let is_minimal = settings.claims == ClaimsStyle::Minimal;
        let token = self.sign(&Claims {
            aud: bearer.audience(settings),
            iss: settings.issuer(),
            sub: bearer.subject(settings),
            room: room.as_str(),
            nbf,
            exp,
            context: Context {
                tenant: bearer.tenant_claim(settings),
                user: User {
                    id: &bearer.user_id.0,
                    name: (!is_minimal).then_some(bearer.name),
                    email: (settings.claims == ClaimsStyle::Full).then(|| bearer.email.as_str()),
                    avatar: bearer.avatar(settings).filter(|_| !is_minimal),
                    // It gives rights, or takes them: no style leaves it out.
                    affiliation: bearer.affiliation(settings).map(Affiliation::as_str),
                    moderator: bearer.moderator.then_some(true),
                },
                group: bearer.group(settings).filter(|_| !is_minimal),
                features: bearer.features(settings),
            },
        })?;
        let place = Place { server: &settings.server, tenant: bearer.tenant(settings), room };
        let link = join_link(&place, &token, settings.link, &self.config);
        // What follows `#` for the client, browsers keep to themselves.
        let length = link.expose().len() - self.config.len();
        if length > LONGEST_LINK { Err(MintProblem::TooLong(length)) } else { Ok(link) }
    }

    /// Makes a token for nobody, to see whether a server takes this key: it ends in web logs, so its room is
    /// random, and its name says what it is.
    ///
    /// # Errors
    /// [`MintProblem::Signing`] where the library refuses to sign.
    pub fn probe(&self, room: &Room, nbf: i64, exp: i64) -> Result<String, MintProblem> {
        let settings = &self.settings;
        self.sign(&Claims {
            aud: settings.audience(),
            iss: settings.issuer(),
            sub: settings.subject(),
            room: room.as_str(),
            nbf,
            exp,
            context: Context {
                tenant: settings.tenant(),
                user: User { id: "roomkey-check", name: Some("Roomkey check"), ..User::default() },
                group: None,
                features: settings.features(false),
            },
        })
    }

    fn sign(&self, claims: &Claims<'_>) -> Result<String, MintProblem> {
        encode(&self.header, claims, &self.encoding).map_err(|e| MintProblem::Signing(e.to_string()))
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
