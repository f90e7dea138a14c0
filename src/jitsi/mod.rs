//! Rooms, tokens, links: what a Jitsi server checks.
//!
//! Owns: a server's address, which secrets are fit to sign with, the claims of a personal token,
//! the link that carries it, the proof that both say what was meant, and the explanation of any
//! token somebody holds. Does not own: room names (`model::Room`), who gets which user id
//! (`model::SubKeys`), or asking a server anything over the network.
//!
//! Known weakness: HMAC signatures only (HS256, HS384, HS512). A server that wants RS256, JaaS among
//! them, is explained by `inspect` but cannot be signed for.

mod claims;
mod explain;
mod findings;
mod findings_context;
mod findings_link;
mod inspect;
mod inspect_text;
mod json_object;
mod keys;
mod link;
mod placeholder;
mod server;
mod token;
mod token_settings;

pub use claims::{Algorithm, AlgorithmProblem, ClaimsStyle};
pub use explain::explain;
pub use inspect::{
    ClaimFacts, Explanation, Extracted, Finding, HeaderFacts, InspectProblem, Moment, Severity, SignatureCheck,
    UserFacts, extract_token,
};
pub use keys::{SecretProblem, SecretWarning, SigningSecret};
pub use link::{LinkParts, LinkProblem, LinkStyle};
pub use server::{ServerAddress, ServerAddressProblem};
pub use token::{Bearer, MintProblem, Signer, VerifyProblem};
pub use token_settings::{SignerProblem, TokenSettings};
