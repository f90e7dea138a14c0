//! `roomkey keys`: makes a key pair for a server with a key server, and says what the server needs of one.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use super::{
    Desk,
    opened::{Opened, SecretNeed},
};
use crate::{
    cli::{Keys, KeysAction},
    failure::{Failure, Status, Told},
    jitsi::{Algorithm, RsaBits, RsaKey, SigningKey, asap_file_name},
    model::system_words,
};

const PRIVATE: &str = "private.pem";
const JWKS: &str = "jwks.json";

pub(super) fn run(desk: &Desk<'_>, args: &Keys) -> Result<Status, Failure> {
    match (args.action, &args.folder) {
        (KeysAction::New, _) if args.jwks => Err(Failure::of(
            Status::Usage,
            Told::new("--jwks goes with `roomkey keys show`").hint("`roomkey keys new` writes jwks.json anyway"),
        )),
        (KeysAction::New, Some(folder)) => new(desk, folder, args),
        (KeysAction::New, None) => Err(Failure::of(
            Status::Usage,
            Told::new("`roomkey keys new` needs a folder for the keys").hint("for example: `roomkey keys new keys`"),
        )),
        (KeysAction::Show, None) => show(desk, args),
        (KeysAction::Show, Some(_)) => Err(Failure::of(
            Status::Usage,
            Told::new("`roomkey keys show` shows the key that event.toml names, and takes no folder")
                .hint("leave the folder out"),
        )),
    }
}

fn new(desk: &Desk<'_>, folder: &Path, args: &Keys) -> Result<Status, Failure> {
    let given = args.key_id.as_deref();
    if given.is_some_and(|id| id.is_empty() || id.trim() != id || id.chars().any(char::is_control)) {
        return Err(Failure::bad_input(
            Told::new("--key-id: it is empty, has a blank at its end, or a character that nobody sees")
                .hint("a word is enough: `--key-id workshop-2026`"),
        ));
    }
    let shown = folder.display().to_string();
    let folder = desk.around.folder.join(folder);
    let key = RsaKey::generate(match args.bits {
        4096 => RsaBits::B4096,
        3072 => RsaBits::B3072,
        _ => RsaBits::B2048,
    });
    let key_id = given.map_or_else(|| usual_id(&key), str::to_owned);
    let public = asap_file_name(&key_id);
    let jwks = jwks(&key, &key_id, "RS256")?;
    for name in [PRIVATE, &public, JWKS] {
        if fs::symlink_metadata(folder.join(name)).is_ok() {
            return Err(Failure::bad_input(
                Told::new(format!("{shown}/{name} is there already; nothing was written"))
                    .hint("name another folder: links signed with a key that is lost cannot be made again"),
            ));
        }
    }
    DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(|error| unwritable(&shown, &error))?;
    let files: [(&str, u32, &str); 3] =
        [(PRIVATE, 0o600, &key.private_pem()), (&public, 0o644, &key.public_pem()), (JWKS, 0o644, &jwks)];
    for (at, (name, mode, text)) in files.iter().enumerate() {
        if let Err(error) = create(&folder.join(name), *mode, text) {
            for (name, ..) in &files[..at] {
                // Half a pair is of no use.
                let _ = fs::remove_file(folder.join(name));
            }
            return Err(unwritable(&format!("{shown}/{name}"), &error));
        }
    }
    // Where there is one already, it is the organiser's.
    let _ = create(&folder.join(".gitignore"), 0o644, &format!("{PRIVATE}\n"));
    let line = |text: String| desk.console.result_shown(&text);
    line(format!("{shown}/{PRIVATE}  the private key ({} bits): it signs, and stays with you", key.bits()));
    line(format!("{shown}/{public}  the public key, for the server that `asap_key_server` names"));
    line(format!("{shown}/{JWKS}  the public key, for the address that `cache_keys_url` names"));
    let private = from_event(desk, &folder).join(PRIVATE);
    desk.console.say(&format!(
        "in event.toml under [jitsi]: private_key_file = \"{}\", key_id = \"{key_id}\"; for JaaS, upload the public key in \
         its console and take the key id that it shows",
        private.display()
    ));
    Ok(Status::Done)
}

/// The id of a key that was given none: made of the key.
pub(super) fn usual_id(key: &RsaKey) -> String {
    format!("roomkey-{}", &key.fingerprint()[..12])
}

/// What is said of an event that has a private key and no key id.
pub(super) fn no_key_id() -> Told {
    Told::new("no `key_id` is set: a server with a key server cannot find the public key")
        .hint("set it under [jitsi] to the name under which the server finds it; `roomkey keys show` then prints the file's name")
}

/// A set of one key (RFC 7517 §5), a line each.
fn jwks(key: &RsaKey, key_id: &str, algorithm: &str) -> Result<String, Failure> {
    let set = serde_json::json!({ "keys": [key.jwk(key_id, algorithm)] });
    Ok(serde_json::to_string_pretty(&set).map_err(|error| Failure::unexpected(error.to_string()))? + "\n")
}

fn show(desk: &Desk<'_>, args: &Keys) -> Result<Status, Failure> {
    let opened = Opened::open(desk, SecretNeed::Required)?;
    let signer = &opened.press.signer;
    let algorithm = signer.settings().algorithm;
    let SigningKey::Private(key) = signer.key() else {
        return Err(Failure::bad_input(
            Told::new(format!("this event signs with a secret ({algorithm}): there is no key to show"))
                .hint("for a server with a key server, `roomkey keys new DIR` makes one"),
        ));
    };
    if args.jwks {
        let key_id = signer.settings().key_id().ok_or_else(|| Failure::bad_input(no_key_id()))?;
        desk.console.result_raw(&jwks(key, &key_id, algorithm.as_str())?);
        return Ok(Status::Done);
    }
    let line = |name: &str, value: &str| desk.console.result_shown(&format!("{name:12} {value}"));
    line("algorithm", Algorithm::as_str(algorithm));
    line("bits", &key.bits().to_string());
    line("fingerprint", &format!("SHA256:{}", key.fingerprint()));
    match signer.settings().key_id() {
        Some(key_id) => {
            line("kid", &key_id);
            line("asap file", &asap_file_name(&key_id));
        }
        None => desk.console.warn(&no_key_id()),
    }
    desk.console.result_raw(&key.public_pem());
    Ok(Status::Done)
}

/// The folder as event.toml is to name it: from its own folder where it lies below that, else whole.
fn from_event(desk: &Desk<'_>, folder: &Path) -> PathBuf {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let event = desk.around.folder.join(&desk.cli.event);
    let event = whole(event.parent().unwrap_or(&event));
    let folder = whole(folder);
    folder.strip_prefix(&event).map(Path::to_owned).unwrap_or(folder)
}

fn create(path: &Path, mode: u32, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn unwritable(what: &str, error: &io::Error) -> Failure {
    Failure::bad_input(
        Told::new(format!("failed to write {what}: {}", system_words(error)))
            .hint("name a folder that you may write to"),
    )
}
