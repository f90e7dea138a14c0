//! What a Jitsi server's posts must bear: found, held to its rules, and blamed at the line that names it.
//!
//! One secret serves both kinds: it is the bearer token of Prosody's posts, and the key that JaaS signs with.

use secrecy::{ExposeSecret as _, SecretString};

use super::{Desk, own_secrets};
use crate::{failure::Told, jitsi::ATTENDANCE_PLACEHOLDER, settings::Settings};

/// What is shorter can be guessed by whoever may post.
const LEAST: usize = 16;

const MAKE_ONE: &str = "make one: `openssl rand -hex 32 > attendance.secret && chmod 600 attendance.secret`, and have the \
                        server send it; with JaaS it is the `whsec_…` that its console shows of the webhook";

/// Why a secret cannot be borne by posts. No variant holds any of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Unfit {
    #[error("it has {0} bytes, at least {LEAST} are needed: whoever reaches the listener could guess it")]
    TooShort(usize),
    #[error("it holds a blank, or a character that no header holds: letters, digits and signs of ASCII are fine")]
    NoHeader,
    #[error("it is the placeholder that `roomkey server-config` prints: anybody could send events with it")]
    Placeholder,
}

/// Finds the secret, for the command that takes posts in; no other needs one.
///
/// # Errors
/// Where there is none, where its file is not to be read or can be read by others, and where it is no secret: shorter
/// than 16 octets, with a blank or control character in it, or the placeholder of `roomkey server-config`.
pub(super) fn required(desk: &Desk<'_>, settings: &Settings) -> Result<SecretString, Told> {
    found(desk, settings)?.ok_or_else(|| {
        Told::new("the attendance secret is missing: anybody could send events").hint(format!(
            "{MAKE_ONE}; then name the file in event.toml under [attendance]: secret_file = \"attendance.secret\" \
             (or set ROOMKEY_ATTENDANCE_SECRET)"
        ))
    })
}

/// What is wrong with the secret, where one is named; whoever reads logs alone needs none.
#[must_use]
pub(super) fn fault(desk: &Desk<'_>, settings: &Settings) -> Option<Told> {
    found(desk, settings).err()
}

fn found(desk: &Desk<'_>, settings: &Settings) -> Result<Option<SecretString>, Told> {
    let source = settings.attendance_secret();
    let Some(secret) = own_secrets::ATTENDANCE.find(desk, settings, &source)? else { return Ok(None) };
    match unfit(secret.expose_secret()) {
        None => Ok(Some(secret)),
        Some(why) => Err(own_secrets::ATTENDANCE.blame(desk, settings, &source, &why.to_string(), MAKE_ONE)),
    }
}

fn unfit(secret: &str) -> Option<Unfit> {
    if secret == ATTENDANCE_PLACEHOLDER {
        return Some(Unfit::Placeholder);
    }
    if !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Some(Unfit::NoHeader);
    }
    (secret.len() < LEAST).then_some(Unfit::TooShort(secret.len()))
}

#[cfg(all(test, unix))]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    use clap::Parser as _;

    use super::*;
    use crate::{cli::Cli, console::Console, settings::example, surroundings::Surroundings};

    /// What is found where a file holds this, or nothing names one.
    fn required_with(content: Option<&str>, mode: u32) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let event = folder.path().join("event.toml");
        let table = content.map_or("", |_| "\n[attendance]\nsecret_file = \"attendance.secret\"\n");
        fs::write(&event, format!("{}{table}", example::sample())).unwrap();
        if let Some(content) = content {
            let path = folder.path().join("attendance.secret");
            fs::write(&path, content).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        }
        let cli =
            Cli::try_parse_from(["roomkey".as_ref(), "check".as_ref(), "-e".as_ref(), event.as_os_str()]).unwrap();
        let around = Surroundings::read();
        let console = Console::new(&cli, &around);
        let desk = Desk { cli: &cli, around: &around, console: &console };
        let settings = Settings::load(&event, None).unwrap();
        let secret = required(&desk, &settings);
        let shown = |text: String| text.replace(&format!("{}/", folder.path().display()), "");
        secret
            .map(|secret| secret.expose_secret().to_owned())
            .map_err(|told| shown(format!("{}\n{}", told.what, told.hint.unwrap_or_default())))
    }

    #[test]
    fn a_secret_of_sixteen_octets_is_enough() {
        for secret in ["0123456789abcdef", "whsec_9635df66714a4cf088ee9d0979dd3bf6"] {
            assert_eq!(required_with(Some(&format!("{secret}\n")), 0o600).as_deref(), Ok(secret));
        }
    }

    #[test]
    fn what_is_none_is_refused_at_its_line_without_showing_it() {
        for (content, mode, said) in [
            ("pl4nted-s3cret\n", 0o600, "it has 14 bytes, at least 16 are needed"),
            ("pl4nted-s3cret of more than 16", 0o600, "it holds a blank"),
            ("pl4nted-s3cret\u{fc}ber-sechzehn", 0o600, "it holds a blank, or a character that no header holds"),
            ("pl4nted-s3cret\tof-more-than-16", 0o600, "a control character"),
            ("THE-ATTENDANCE-SECRET\n", 0o600, "it is the placeholder"),
            ("pl4nted-s3cret-of-more-than-16", 0o644, "can be read by others than you"),
            ("", 0o600, "is empty"),
        ] {
            let told = required_with(Some(content), mode).unwrap_err();
            assert!(told.starts_with("event.toml:") && told.contains(": the attendance secret: "), "{told}");
            assert!(told.contains(said) && !told.contains("pl4nted") && !told.ends_with('\n'), "{told}");
        }
    }

    #[test]
    fn who_has_none_is_told_how_to_make_one() {
        let told = required_with(None, 0o600).unwrap_err();
        assert!(told.starts_with("the attendance secret is missing"), "{told}");
        for way in ["openssl rand -hex 32", "chmod 600", "secret_file = ", "ROOMKEY_ATTENDANCE_SECRET", "whsec_"] {
            assert!(told.contains(way), "{way}: {told}");
        }
    }
}
