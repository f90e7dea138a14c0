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
/// Of all settings together: a link with more would not survive many mail programs.
const LONGEST: usize = 1000;
/// Browsers count no further without a slip.
const LARGEST: u64 = 1 << 53;
/// Names that mean something else to a browser.
const NOT_NAMES: [&str; 3] = ["__proto__", "constructor", "prototype"];

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
    let length: usize = found.iter().map(|setting| setting.name.len() + setting.json.len()).sum();
    if length > LONGEST {
        let refusal =
            Refusal::new(format!("[jitsi.config] has {length} characters: mail programs cut links that long"));
        let at = table.iter().next().map_or(0, |(key, _)| key.span().start);
        refuse(at, refusal.hint(format!("{LONGEST} at most: set the rest at the server, in its config.js")));
    }
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
        let text = key.get_ref();
        let is_sound = !text.is_empty() && text.bytes().all(is_name) && !NOT_NAMES.contains(&text.as_ref());
        if !is_sound || name.len() > LONGEST_NAME {
            let refusal = Refusal::new("a setting's name in [jitsi.config] has letters, digits and `_` alone");
            refuse(at, refusal.hint("write it as Jitsi's config.js does: startWithAudioMuted = true"));
            continue;
        }
        match value.get_ref() {
            DeValue::Table(inner) if inner.is_empty() => {
                refuse(
                    at,
                    Refusal::new(format!("`{name}` holds nothing")).hint("take it out, or name a setting in it"),
                );
            }
            DeValue::Table(inner) => below(&format!("{name}."), inner, place, refuse, found),
            _ => match json(value) {
                Ok(json) => {
                    found.push(ClientSetting { name, json: json.to_string(), place: place(value.span().start) });
                }
                Err(what) => {
                    let refusal = Refusal::new(format!("`{name}` is {what}, which no link can carry"));
                    let hint = "true, false, a number, a text or a list of these, like: startWithAudioMuted = true";
                    refuse(value.span().start, refusal.hint(hint));
                }
            },
        }
    }
}

fn json(value: &Spanned<DeValue<'_>>) -> Result<Json, &'static str> {
    const LARGE: &str = "a number that browsers cannot count to";
    Ok(match value.get_ref() {
        DeValue::String(text) => Json::from(text.as_ref()),
        DeValue::Boolean(flag) => Json::from(*flag),
        DeValue::Integer(number) => {
            let number = i64::from_str_radix(number.as_str(), number.radix()).map_err(|_| LARGE)?;
            if number.unsigned_abs() > LARGEST {
                return Err(LARGE);
            }
            Json::from(number)
        }
        DeValue::Float(number) => {
            let number: f64 = number.as_str().parse().map_err(|_| LARGE)?;
            if !number.is_finite() {
                return Err(LARGE);
            }
            Json::from(number)
        }
        DeValue::Array(items) => Json::from(items.iter().map(json).collect::<Result<Vec<_>, _>>()?),
        DeValue::Datetime(_) => return Err("a date"),
        DeValue::Table(_) => return Err("a list with a table in it"),
    })
}
