//! Rooms, tokens, links: what a Jitsi server checks.
//!
//! Owns: a server's address, which secrets are fit to sign with, the claims of a personal token,
//! the link that carries it, the proof that both say what was meant, and the explanation of any
//! token somebody holds. Does not own: room names (`model::Room`), who gets which user id
//! (`model::SubKeys`), or asking a server anything over the network.
//!
//! Known weakness: of public-key signatures RSA alone (RS256, RS384, RS512): Jitsi knows no others.

mod bearer;
mod claims;
mod explain;
mod explanation;
mod findings;
mod findings_context;
mod findings_link;
mod findings_room;
mod findings_times;
mod inspect;
mod inspect_text;
pub mod jaas;
mod json_object;
mod keys;
mod link;
pub mod login;
mod placeholder;
mod proof;
mod rsa;
mod server;
mod server_config;
mod signing;
mod token;
mod token_settings;
mod verdicts;
mod verifying;
mod wrapped;

pub use bearer::Bearer;
pub use claims::{Algorithm, AlgorithmProblem, ClaimsStyle};
pub use explain::explain;
pub use explanation::{ClaimFacts, Explanation, Finding, HeaderFacts, Moment, Severity, SignatureCheck, UserFacts};
pub use inspect::{Extracted, InspectProblem, extract_token};
pub use keys::{SecretProblem, SecretWarning, SigningKey, SigningSecret};
pub use link::{LinkParts, LinkProblem, LinkStyle};
pub use proof::VerifyProblem;
pub use rsa::{RsaBits, RsaKey, RsaKeyProblem, asap_file_name};
pub use server::{ServerAddress, ServerAddressProblem};
pub use server_config::{ATTENDANCE_PLACEHOLDER, Installation, server_config};
pub use token::{MintProblem, Signer};
pub use token_settings::{Provider, RowsSay, SignerProblem, TokenSettings};
pub use verdicts::{Rule, Ruling, Verdict};
pub use verifying::{VerifyingKey, VerifyingKeyProblem};
