//! What signs an event's links: found, held to its rules, and blamed at the line that names it.

use std::path::Path;

use secrecy::ExposeSecret as _;

use super::{
    Desk,
    opened::{SecretNeed, settings_told},
    own_secrets,
};
use crate::{
    failure::Told,
    jitsi::{Algorithm, RsaKey, SigningKey, SigningSecret},
    settings::{self, JitsiProvider, Settings, secrets},
};

/// What signs, and whether it is the organiser's own.
pub(super) fn key(
    desk: &Desk<'_>,
    settings: &Settings,
    need: SecretNeed,
    warnings: &mut Vec<Told>,
) -> Result<(SigningKey, bool), Told> {
    if let Some(path) = &settings.jitsi.private_key_file {
        return private(settings, path).map(|key| (SigningKey::Private(key), true));
    }
    let is_private = is_private(settings);
    if is_private {
        return match need {
            SecretNeed::OrThrowAway => Ok((SigningKey::throw_away(Algorithm::Rs256), false)),
            SecretNeed::Required => Err(missing_private_key(settings)),
        };
    }
    let source = &settings.jitsi.secret;
    let Some(secret) = own_secrets::JITSI.find(desk, settings, source)? else {
        return match need {
            SecretNeed::OrThrowAway => Ok((SigningKey::throw_away(Algorithm::Hs256), false)),
            SecretNeed::Required => {
                Err(Told::new("the Jitsi secret is missing: no link can be signed").hint(hint_for_missing(settings)))
            }
        };
    };
    let blame = |what: String, hint: &str| own_secrets::JITSI.blame(desk, settings, source, &what, hint);
    let (secret, weak) = SigningSecret::accept(secret).map_err(|problem| blame(problem.to_string(), problem.hint()))?;
    warnings.extend(weak.iter().map(|warning| blame(warning.to_string(), warning.hint())));
    Ok((SigningKey::Secret(secret), true))
}

/// Whether a private key signs, and not a secret.
fn is_private(settings: &Settings) -> bool {
    use settings::Algorithm::{Rs256, Rs384, Rs512};
    matches!(settings.jitsi.algorithm, Rs256 | Rs384 | Rs512)
}

/// Where what signs comes from, in words; `None` where nothing names it.
pub(super) fn origin(desk: &Desk<'_>, settings: &Settings) -> Option<String> {
    match &settings.jitsi.private_key_file {
        Some(path) => Some(format!("the private key comes from the file {}", path.display())),
        None if is_private(settings) => None,
        None => {
            let origin = own_secrets::JITSI.origin(desk, settings, &settings.jitsi.secret)?;
            Some(format!("the Jitsi secret comes from {origin}"))
        }
    }
}

/// Reads a private key.
fn private(settings: &Settings, path: &Path) -> Result<RsaKey, Told> {
    private_key_in(path).map_err(|Told { what, hint }| {
        let what = format!("private_key_file: {what}");
        settings_told(&settings.problem("jitsi.private_key_file", &what, hint.as_deref()))
    })
}

/// Reads the private key in a file, or says why it cannot sign, wherever the file is named.
pub(super) fn private_key_in(path: &Path) -> Result<RsaKey, Told> {
    let text = secrets::private_key(path).map_err(|problem| Told::new(problem.to_string()).hint(problem.hint()))?;
    RsaKey::read(text.expose_secret()).map_err(|problem| Told::new(problem.to_string()).hint(problem.hint()))
}

fn missing_private_key(settings: &Settings) -> Told {
    let from = match settings.jitsi.provider {
        JitsiProvider::Jaas => "the one whose public half you gave to JaaS",
        JitsiProvider::OwnServer => "`roomkey keys new DIR` makes one",
    };
    let file = file_of_server(settings);
    Told::new("the private key is missing: no link can be signed")
        .hint(format!("name it in {file} under [jitsi]: private_key_file = \"jitsi.pem\" ({from})"))
}

/// The secret is named in the file that names the server: they belong together.
fn hint_for_missing(settings: &Settings) -> String {
    let file = file_of_server(settings);
    format!(
        "put the server's app_secret into a file of its own and name it in {file} under [jitsi]: \
         secret_file = \"jitsi.secret\" (or set ROOMKEY_JITSI_SECRET)"
    )
}

fn file_of_server(settings: &Settings) -> String {
    settings.position("jitsi.url").map_or_else(|| "event.toml".into(), |at| at.file.to_string())
}
