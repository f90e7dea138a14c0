//! Opening a page in the system's browser.

use std::{
    path::Path,
    process::{Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::Desk;
use crate::{failure::Told, model::system_words};

/// A program that has found a browser may stay until it is closed: nobody waits so long.
const PATIENCE: Duration = Duration::from_secs(3);
const BLINK: Duration = Duration::from_millis(20);

/// Opens a page; where there is no browser, says so and where the page is.
pub(super) fn open(desk: &Desk<'_>, page: &Path) {
    let opener = opener();
    let problem = match started(opener, page) {
        Ok(None) => return,
        Ok(Some(status)) if status.success() => return,
        Ok(Some(_)) => format!("{} found no browser", opener[0]),
        Err(problem) if problem.kind() == std::io::ErrorKind::NotFound => {
            format!("{} is not installed: no browser can be opened from here", opener[0])
        }
        Err(problem) => format!("failed to start {}: {}", opener[0], system_words(&problem)),
    };
    desk.console.warn(&Told::new(problem).hint(format!("open {} in a browser yourself", page.display())));
}

/// What opens a page here.
fn opener() -> &'static [&'static str] {
    match std::env::consts::OS {
        "macos" => &["open"],
        // The first quoted word would be the window's title.
        "windows" => &["cmd", "/C", "start", ""],
        _ => &["xdg-open"],
    }
}

/// How it ended; `None` where it has not, and so has something to show.
fn started(opener: &[&str], page: &Path) -> std::io::Result<Option<ExitStatus>> {
    let mut command = Command::new(opener[0]);
    command.args(&opener[1..]).arg(page).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // Its business are no secrets of ours.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("ROOMKEY_") {
            command.env_remove(name);
        }
    }
    let mut child = command.spawn()?;
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        thread::sleep(BLINK);
    }
    Ok(None)
}
