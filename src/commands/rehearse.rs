//! `roomkey rehearse`: the same `send`, into a catcher on this computer.

use std::{fs, path::Path};

use super::{
    Desk, browser, calendar, interrupt, mailing,
    opened::{Opened, SecretNeed},
    order::Order,
    preview,
    preview_page::{self, Filed},
    relay::Way,
};
use crate::{
    attendees::AttendeeFile,
    campaign::{Selection, Wanted, words},
    cli::{Look, Rehearse},
    delivery::smtp::{Relay, TlsMode},
    failure::{Failure, Status},
    invitation::Occasion,
    ledger::CampaignKind,
    model::system_words,
    preview::INDEX,
    rehearsal::{Catcher, Script},
};

pub(super) fn run(desk: &Desk<'_>, args: &Rehearse) -> Result<Status, Failure> {
    let mut opened = Opened::open(desk, SecretNeed::OrThrowAway)?;
    let folder = opened.settings.folder.join("rehearsal");
    let prepared = preview::prepared(&folder, true).map_err(|mut failure| {
        for told in &mut failure.problems {
            told.hint =
                Some(format!("move {} away, or copy the event's folder to where you may write", folder.display()));
        }
        failure
    });
    prepared?.sweep().map_err(|problem| preview::folder_failure(&problem))?;
    // An empty ledger each time: the rehearsal says nothing about who was mailed.
    remove_ledger(&folder)?;
    // People see in rehearsal the kind of entry that the event's own mails carry.
    if let Ok((reader, _)) = opened.ledger()
        && let Some(style) = calendar::settled(reader.as_ref())?
    {
        opened.settings.calendar = Some(style);
    }
    opened.settings.folder.clone_from(&folder);
    if !opened.own_secret {
        desk.console.say("no Jitsi secret here: a throw-away one signs, so these links open no room");
    }
    let runtime = interrupt::background_runtime()?;
    let catcher = runtime
        .block_on(async { Catcher::start(Some(&folder), Script::default()).await })
        .map_err(|problem| Failure::unexpected(problem.to_string()))?;
    let address = catcher.address();
    let relay = Relay::new(address.ip().to_string(), address.port(), TlsMode::None);
    let mut way = Way::over(relay, Vec::new(), 4, desk.console)?;
    way.host = format!("the catcher at {address}");
    let order = Order {
        kind: CampaignKind::Send,
        command: "roomkey rehearse".into(),
        selection: Selection::Send,
        wanted: Wanted::default(),
        limit: args.limit,
        to: None,
        note: None,
        yes: true,
        skip_invalid: false,
        accept_change: false,
        wait: true,
        again: false,
    };
    let status = mailing::carry_out(desk, &opened, order, Some(way))?;
    let caught = catcher.counts().mails;
    runtime.block_on(catcher.stop());
    if status != Status::Interrupted {
        show(desk, &opened, &folder, args.look, caught)?;
    }
    Ok(status)
}

/// Makes the page of what was caught, and says where it is.
fn show(desk: &Desk<'_>, opened: &Opened, folder: &Path, look: Look, caught: u64) -> Result<(), Failure> {
    if look.redact {
        // It knows everybody.
        remove_ledger(folder)?;
    }
    let index = preview_page::write(desk, opened, folder, Filed::ByMessageId, (Occasion::Invite, &[]), look)?;
    desk.console.say(&format!(
        "{} caught; nobody got mail. Open {INDEX} in a browser to see them all, or one of the .eml files:",
        words::counted(caught, "mail was", "mails were")
    ));
    desk.console.result_shown(&folder.display().to_string());
    if look.redact {
        desk.console.say("links, addresses and names in it are replaced; look through it before you share it");
    } else if opened.own_secret {
        first_link(desk, opened)?;
    }
    if look.open {
        browser::open(desk, &index);
    }
    Ok(())
}

/// Removes the rehearsal's own ledger.
fn remove_ledger(folder: &Path) -> Result<(), Failure> {
    let ledger = folder.join(".roomkey");
    match fs::remove_dir_all(&ledger) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::unexpected(format!("failed to empty {}: {}", ledger.display(), system_words(&error))))
        }
        _ => Ok(()),
    }
}

/// A link to try, where the organiser's own secret signed it.
fn first_link(desk: &Desk<'_>, opened: &Opened) -> Result<(), Failure> {
    let Ok(file) = AttendeeFile::open(&opened.rules) else { return Ok(()) };
    // Everybody was mailed a moment ago: the first row that is sound is somebody.
    if let Some(first) = file.flatten().next() {
        let link = opened.press.link(&first, &opened.press.user_id(&first.key)).map_err(Failure::bad_input)?;
        desk.console.say(&format!("{}'s link, to try in a browser ({}):", first.name, words::works(&first.window)));
        desk.console.result(link.expose());
    }
    Ok(())
}
