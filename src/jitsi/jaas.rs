//! What JaaS (8x8's Jitsi as a Service) is named by: an `AppID`, and the id of one of its keys.

use super::token_settings::SignerProblem;

/// Where 8x8 serves it.
pub(super) const HOST: &str = "8x8.vc";
/// What an `AppID` begins with.
pub const APP_ID: &str = "vpaas-magic-cookie-";

/// Whether a text can be an `AppID`.
///
/// # Errors
/// [`SignerProblem::JaasAppId`] where it cannot.
pub fn check_app_id(app_id: &str) -> Result<(), SignerProblem> {
    let is_named = |rest: &str| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if app_id.strip_prefix(APP_ID).is_some_and(is_named) { Ok(()) } else { Err(SignerProblem::JaasAppId) }
}

/// Whether a text can be the id of one of an app's keys: short, or the `AppID`, `/` and that.
///
/// # Errors
/// [`SignerProblem::JaasKeyId`] where it cannot.
pub fn check_key_id(app_id: &str, key_id: &str) -> Result<(), SignerProblem> {
    let short = key_id.strip_prefix(app_id).and_then(|rest| rest.strip_prefix('/')).unwrap_or(key_id);
    if short.is_empty() || short.contains('/') { Err(SignerProblem::JaasKeyId) } else { Ok(()) }
}
