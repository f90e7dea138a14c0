//! `[jitsi.config]`: settings of Jitsi's web client that a link carries, by the client's own names.
//!
//! Owns: which names and values can travel in a link. Does not own: their place in it. Known weakness: the client
//! takes only the settings that it lets links override, and which these are depends on its version.

use serde_json::Value as Json;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::problem::{Place, Refusal};

/// Names are longer in no version of the client.
const LONGEST_NAME: usize = 100;

/// One setting of the client.
#[derive(Debug, Clone)]
pub(super) struct ClientSetting {
    /// `startWithAudioMuted`; in tables `toolbarConfig.alwaysVisible`.
    pub(super) name: String,
    /// The value as JSON.
    pub(super) json: String,
    pub(super) place: Place,
}

/// Reads the table and those in it.
pub(super) fn read(
    table: &DeTable<'_>,
    place: &impl Fn(usize) -> Place,
    refuse: &mut impl FnMut(usize, Refusal),
) -> Vec<ClientSetting> {
    let mut found = Vec::new();
    below("", table, place, refuse, &mut found);
    found
}

fn below(
    prefix: &str,
    table: &DeTable<'_>,
    place: &impl Fn(usize) -> Place,
    refuse: &mut impl FnMut(usize, Refusal),
    found: &mut Vec<ClientSetting>,
) {
    for (key, value) in table {
        let (name, at) = (format!("{prefix}{}", key.get_ref()), key.span().start);
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if key.get_ref().is_empty() || !key.get_ref().bytes().all(is_name) || name.len() > LONGEST_NAME {
            let refusal = Refusal::new("a setting's name in [jitsi.config] has letters, digits and `_` alone");
            refuse(at, refusal.hint("write it as Jitsi's config.js does: startWithAudioMuted = true"));
        } else if let DeValue::Table(inner) = value.get_ref() {
            below(&format!("{name}."), inner, place, refuse, found);
        } else if let Some(json) = json(value) {
            found.push(ClientSetting { name, json: json.to_string(), place: place(value.span().start) });
        } else {
            let what = format!("`{name}` must be true, false, a number, a text or a list of these");
            refuse(value.span().start, Refusal::new(what).hint("write it like: startWithAudioMuted = true"));
        }
    }
}

fn json(value: &Spanned<DeValue<'_>>) -> Option<Json> {
    Some(match value.get_ref() {
        DeValue::String(text) => Json::from(text.as_ref()),
        DeValue::Boolean(flag) => Json::from(*flag),
        DeValue::Integer(number) => Json::from(i64::from_str_radix(number.as_str(), number.radix()).ok()?),
        DeValue::Float(number) => Json::from(number.as_str().parse::<f64>().ok().filter(|number| number.is_finite())?),
        DeValue::Array(items) => Json::from(items.iter().map(json).collect::<Option<Vec<_>>>()?),
        DeValue::Datetime(_) | DeValue::Table(_) => return None,
    })
}
