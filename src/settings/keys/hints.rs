//! What to say of a key or table that nobody knows.

use super::{FEATURES_BY_ROLE, SESSION, TABLES, all, is_table, split};

/// What to say of a key or table that nobody knows.
pub(in crate::settings) fn hint_for_unknown(table: &str, given: &str) -> String {
    let wanted = given.to_lowercase().replace(['-', ' '], "_");
    if let Some(near) = nearest(&wanted, children(table)) {
        return format!("did you mean {}?", shown(table, near));
    }
    if let Some(hint) = hint_for_secret(&wanted, table) {
        return hint;
    }
    let elsewhere: Vec<String> = TABLES
        .iter()
        .copied()
        .chain(all().map(|key| key.name))
        .filter(|name| split(name).1 == wanted && split(name).0 != SESSION)
        .filter(|name| split(name).0 != "attendees.columns" || table == "attendees")
        // What stands in there goes by role: no other table was meant.
        .filter(|name| table != FEATURES_BY_ROLE || split(name).0.starts_with(FEATURES_BY_ROLE))
        .map(|name| if is_table(name) { format!("[{name}]") } else { format!("`{wanted}` under [{}]", split(name).0) })
        .collect();
    if !elsewhere.is_empty() {
        return format!("did you mean {}?", elsewhere.join(" or "));
    }
    let known: Vec<&str> = children(table).collect();
    if table.is_empty() {
        format!("the tables are {}", known.iter().map(|name| format!("[{name}]")).collect::<Vec<_>>().join(" "))
    } else {
        format!("[{table}] knows {}", known.join(", "))
    }
}

/// Names a child of a table as it would be written.
fn shown(table: &str, child: &str) -> String {
    let whole = if table.is_empty() { child.to_owned() } else { format!("{table}.{child}") };
    if is_table(&whole) { format!("[{whole}]") } else { format!("`{child}`") }
}

/// The keys and tables directly under a table.
fn children(table: &str) -> impl Iterator<Item = &'static str> {
    let names = all().map(|key| key.name).chain(TABLES);
    names.filter(move |name| split(name).0 == table).map(|name| split(name).1)
}

/// The one of some names that was most likely meant.
pub(in crate::settings) fn nearest<'a>(given: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = given.to_lowercase();
    names
        .map(|name| (strsim::damerau_levenshtein(&wanted, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= (wanted.chars().count().min(name.chars().count()) / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Somebody wrote a secret into the file: the way to keep it out.
fn hint_for_secret(wanted: &str, table: &str) -> Option<String> {
    let has = |words: &[&str]| words.iter().any(|word| wanted.contains(word));
    if !has(&["secret", "password", "passwort", "passwd", "passphrase", "token"])
        && wanted != "key"
        && !wanted.ends_with("_key")
    {
        return None;
    }
    let smtp = table.starts_with("smtp") || has(&["smtp", "pass"]);
    let (file, variable) = if table == "attendance" {
        ("secret_file = \"attendance.secret\" under [attendance]", "ROOMKEY_ATTENDANCE_SECRET")
    } else if smtp {
        ("password_file = \"smtp.password\" under [smtp]", "ROOMKEY_SMTP_PASSWORD")
    } else {
        ("secret_file = \"jitsi.secret\" under [jitsi]", "ROOMKEY_JITSI_SECRET")
    };
    Some(format!(
        "secrets do not stand in this file: write it alone into a file that only you can read and name that \
         with {file}, or set {variable} in the environment"
    ))
}
