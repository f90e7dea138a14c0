//! A tenant of a Jitsi server: what stands between host and room.

use std::fmt;

/// A tenant's name, in the one spelling that clients and servers agree on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Tenant(String);

/// A tenant that clients and servers would spell differently.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not a tenant: up to 63 of a-z, 0-9, `-` and `_`, without `-` at either end")]
pub struct TenantProblem {
    /// What was given.
    pub given: String,
    /// The spelling that servers know, where that is all that is wrong.
    pub suggestion: Option<String>,
}

impl TenantProblem {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match &self.suggestion {
            Some(plain) => format!("write `{plain}`: so servers know it, in lower case and without dots"),
            None => "copy the tenant from the address bar of a meeting, between host and room".into(),
        }
    }
}

impl Tenant {
    /// Reads a tenant as it stands in an address.
    ///
    /// # Errors
    /// [`TenantProblem`] for all but its own spelling.
    pub fn parse(given: &str) -> Result<Self, TenantProblem> {
        if is_tenant(given) {
            return Ok(Self(given.to_owned()));
        }
        // As Jitsi's own web client writes a dot.
        let plain = given.to_ascii_lowercase().replace('.', "_");
        Err(TenantProblem {
            given: given.to_owned(),
            suggestion: Some(plain)
                .filter(|plain| is_tenant(plain) && plain.contains(|c: char| c.is_ascii_alphanumeric())),
        })
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The tenant becomes a label of the conference's domain: hence the length, and no `-` at its ends.
fn is_tenant(text: &str) -> bool {
    let safe = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
    (1..=63).contains(&text.len()) && text.bytes().all(safe) && !text.starts_with('-') && !text.ends_with('-')
}
