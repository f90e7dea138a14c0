//! A server's reason for a refusal, and the setting to change, here or there. Pure.
//!
//! Owns: the words of Prosody's token plugins over the years. What is not known is told as it is.

use super::ask::NO_ANSWER;
use crate::jitsi::{TokenSettings, asap_file_name};

/// What a refusal of the event's own token means, and what to do.
pub(super) fn meaning(reason: &str, settings: &TokenSettings) -> (String, String) {
    let plain = reason.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| plain.contains(word));
    let app_id = &settings.app_id;
    if says(&["not-authorized"]) && plain.len() < 20 {
        return (
            "the server refused the event's token without a reason".into(),
            "whoever runs the server finds the reason in Prosody's log".into(),
        );
    }
    if says(&["'iss'", "iss claim", "issuer"]) {
        return (
            format!("the server's app_id is not `{}`: it refused `iss`", settings.issuer()),
            format!(
                "write the server's `app_id` into event.toml, letter for letter; or have `{}` added to the server's \
                 `asap_accepted_issuers`",
                settings.issuer()
            ),
        );
    }
    if says(&["'aud'", "aud claim", "audience"]) {
        return (
            format!("the server does not accept the audience `{}`: it refused `aud`", settings.audience()),
            "set `audience` under [jitsi] to one of the server's `asap_accepted_audiences`".into(),
        );
    }
    if says(&["by exp", "expired", "'exp'"]) {
        return (
            "for the server a token of this minute is over already: its clock is ahead, or this computer's is behind"
                .into(),
            "set both clocks by the network (`timedatectl set-ntp true`): links would open and close at the wrong time"
                .into(),
        );
    }
    if says(&["by nbf", "not yet", "'nbf'"]) {
        return (
            "for the server the time of a token of this minute has not come: its clock is behind, or this computer's is \
             ahead"
                .into(),
            "set both clocks by the network (`timedatectl set-ntp true`): links would open and close at the wrong time"
                .into(),
        );
    }
    if plain == NO_ANSWER {
        return of_silence(settings);
    }
    if says(&["public key", "pubkey", "'kid'", "kid claim"]) {
        return of_key_server(settings);
    }
    if says(&["signature"]) {
        return if settings.algorithm.is_rsa() {
            (
                "the server has the public half of another key: it refused the signature".into(),
                format!(
                    "give the server the public half of this key{} (`roomkey keys show`)",
                    settings.key_id().map(|kid| format!(", as {}", asap_file_name(&kid))).unwrap_or_default()
                ),
            )
        } else {
            (
                "the server's secret is another one: it refused the signature".into(),
                "compare the secret here with the server's `app_secret`, octet for octet; after a change there Prosody \
                 must be started anew"
                    .into(),
            )
        };
    }
    if says(&["alg"]) {
        return of_algorithm(settings);
    }
    if says(&["'sub'", "sub claim", "subject"]) {
        return (
            format!("the server does not accept the subject `{}`: it refused `sub`", settings.subject()),
            "set `subject` under [jitsi]: the server's domain, the tenant, or `*`".into(),
        );
    }
    if says(&["tenant"]) {
        return (
            "the server knows another tenant than the address says".into(),
            "`url` under [jitsi] ends with the tenant, as in a meeting's address: https://host/tenant".into(),
        );
    }
    if says(&["token required", "empty"]) {
        return (
            "the server did not see the token that was sent".into(),
            "the web server before Prosody must pass the whole query of /http-bind on (`proxy_pass` with `$args`)"
                .into(),
        );
    }
    let said = if reason.is_empty() { "no reason was given" } else { reason };
    (
        format!("the server refused the event's token: {said}"),
        format!(
            "compare app_id (`{app_id}`), secret and algorithm with the server's; its reason stands in Prosody's log"
        ),
    )
}

fn of_algorithm(settings: &TokenSettings) -> (String, String) {
    let what = format!("the server wants another signature than {}: it refused `alg`", settings.algorithm);
    let hint = if settings.algorithm.is_rsa() {
        "this event signs with a private key. Where the server has an `app_secret`, name that by `secret_file` in place of \
         `private_key_file`; where it has a key server, set `algorithm` under [jitsi] to its `signature_algorithm`"
    } else {
        "this event signs with a secret. Where the server has a key server, sign with `private_key_file` and `key_id`; where \
         it has an `app_secret`, set `algorithm` under [jitsi] to its `signature_algorithm` (HS256 without one)"
    };
    (what, hint.into())
}

/// What it means where a server answers a log-in without a token, and breaks one with a token off.
fn of_silence(settings: &TokenSettings) -> (String, String) {
    let kid = settings.key_id().unwrap_or_default();
    (
        format!("the server probably finds no public key for `{kid}`: it breaks the log-in off without an answer"),
        "the JWKS at its `cache_keys_url` must hold that key (`roomkey keys show --jwks` prints it); Prosody reads it again \
         within 6 hours, or when it is started anew"
            .into(),
    )
}

fn of_key_server(settings: &TokenSettings) -> (String, String) {
    if !settings.algorithm.is_rsa() {
        return (
            "the server checks tokens by a key server, and this event signs with a secret".into(),
            "sign with a private key: `private_key_file` and `key_id` under [jitsi] (`roomkey keys new DIR`); or have \
             `asap_key_server` taken out of the server's configuration"
                .into(),
        );
    }
    match settings.key_id() {
        Some(kid) => (
            format!("the server finds no public key for `{kid}`"),
            format!(
                "its key server must serve the public key as {} (`roomkey keys show` prints it: save it under that name); a \
                 server with `cache_keys_url` takes what `roomkey keys show --jwks` prints",
                asap_file_name(&kid)
            ),
        ),
        None => (
            "the server wants to know which key has signed (`kid`)".into(),
            "set `key_id` under [jitsi] to the name under which the server finds the public key".into(),
        ),
    }
}
