//! `roomkey server-config`: what the Jitsi server needs, to paste.

use super::{
    Desk,
    opened::{Opened, SecretNeed},
};
use crate::{
    cli::{ServerConfig, ServerKind},
    failure::{Failure, Status, Told},
    jitsi::{Installation, server_config},
};

pub(super) fn run(desk: &Desk<'_>, args: &ServerConfig) -> Result<Status, Failure> {
    let opened = Opened::open(desk, SecretNeed::OrThrowAway)?;
    let settings = opened.press.signer.settings();
    let kinds: &[Installation] = match args.format {
        ServerKind::Prosody => &[Installation::Packages],
        ServerKind::Docker => &[Installation::Docker],
        ServerKind::All => &[Installation::Packages, Installation::Docker],
    };
    let is_recorded = opened.settings.attendance.is_some();
    for (at, kind) in kinds.iter().enumerate() {
        let Some(text) = server_config(settings, *kind, is_recorded) else {
            return Err(Failure::bad_input(Told::new("8x8 runs this server: there is nothing to set up").hint(
                "upload the public key at https://jaas.8x8.vc, API Keys; to see who came, name there, under \
                         Webhooks, https://YOUR-HOST/jaas: a public HTTPS address in front of `roomkey attendance \
                         --listen 127.0.0.1:8731`",
            )));
        };
        if at > 0 {
            desk.console.result("");
        }
        desk.console.result_raw(&text);
    }
    desk.console.say(
        "whoever runs the server adds these lines; then `roomkey check --server` shows whether it takes the links",
    );
    Ok(Status::Done)
}
