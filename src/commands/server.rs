//! The Jitsi server, asked before anything is mailed: whether it takes this event's links, and nobody else's.

use super::{
    Desk, interrupt,
    opened::{Opened, folder_of, settings_told},
    relay,
};
use crate::{
    failure::{Failure, Status, Told},
    jitsi::{
        Severity,
        login::{Answers, Login, Target, Unreachable, ask, findings},
    },
    settings::{ServerCheck, Settings},
};

/// Where to ask, where that is said on the command line.
#[derive(Debug, Default)]
pub(super) struct Ask {
    pub(super) bosh: Option<String>,
    pub(super) xmpp_domain: Option<String>,
}

/// What a server had to say.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) notes: Vec<String>,
    pub(super) warnings: Vec<Told>,
    pub(super) errors: Vec<Told>,
    /// Why it could not be asked.
    pub(super) unreachable: Option<Told>,
}

/// Asks it.
pub(super) fn report(desk: &Desk<'_>, opened: &Opened, how: &Ask) -> Result<Report, Failure> {
    let signer = &opened.press.signer;
    let target = Target {
        server: signer.settings().server.clone(),
        bosh: how.bosh.clone(),
        xmpp_domain: how.xmpp_domain.clone(),
        extra_roots: relay::roots_of(&opened.settings, KEY, opened.settings.jitsi.ca_file.as_deref())
            .map_err(Failure::bad_input)?,
    };
    let runtime = interrupt::runtime()?;
    let answer = runtime.block_on(async {
        tokio::select! {
            // First, so that it listens before anything is asked.
            biased;
            () = interrupt::signal() => None,
            answer = ask(&target, signer, crate::surroundings::now) => Some(answer),
        }
    });
    let Some(answer) = answer else {
        return Err(Failure::of(Status::Interrupted, Told::new("interrupted: nothing was sent")));
    };
    Ok(match answer {
        Ok(answers) => {
            desk.console.detail(&in_detail(&answers));
            of_answers(opened, &answers)
        }
        Err(problem) => Report { unreachable: Some(told(&opened.settings, &problem)), ..Report::default() },
    })
}

/// Where the certificates of its authority are named.
const KEY: &str = "jitsi.ca_file";

fn of_answers(opened: &Opened, answers: &Answers) -> Report {
    let host = opened.press.signer.settings().server.host();
    let mut report = Report::default();
    for finding in findings(answers, opened.press.signer.settings()) {
        let text = format!("{host}: {}", finding.text);
        match finding.severity {
            Severity::Error => report.errors.push(Told::new(text).maybe_hint(finding.hint)),
            Severity::Warning => report.warnings.push(Told::new(text).maybe_hint(finding.hint)),
            Severity::Note => report.notes.push(text),
        }
    }
    report
}

fn told(settings: &Settings, problem: &Unreachable) -> Told {
    let words = format!("the Jitsi server cannot be asked: {problem}");
    let hint = match problem {
        Unreachable::Tls { hint, .. } if hint.contains("ca_file") => {
            format!("{hint}; its path starts from {}", folder_of(settings, "jitsi.url"))
        }
        other => other.hint().to_owned(),
    };
    match problem {
        Unreachable::NoName(_) => settings_told(&settings.problem("jitsi.url", &words, Some(&hint))),
        _ => Told::new(words).hint(hint),
    }
}

/// How each log-in ended, for `-v`.
fn in_detail(answers: &Answers) -> String {
    let word = |login: &Login| match login {
        Login::Accepted => "accepted".to_owned(),
        Login::Refused { reason } => format!("refused ({reason})"),
        Login::WantsPassword => "no log-in by token".to_owned(),
    };
    let Answers { bosh, domain, ours, without, forged, expired, early, .. } = answers;
    format!(
        "asked {bosh} for {domain}: this event's token {}, none {}, forged {}, late {}, early {}",
        word(ours),
        word(without),
        word(forged),
        word(expired),
        word(early)
    )
}

/// Asks before a run, as `server_check` has it; says what there is to say.
///
/// # Errors
/// Where links would be refused or keep nobody out; under `require`, where nobody answers.
pub(super) fn ask_before_a_run(desk: &Desk<'_>, opened: &Opened) -> Result<(), Failure> {
    let way = opened.settings.jitsi.server_check;
    let server = &opened.press.signer.settings().server;
    if way == ServerCheck::Off {
        return Ok(());
    }
    if let Some(why) = server.why_nobodys() {
        // Whoever demands an answer must not take silence for one.
        if way == ServerCheck::Require {
            let host = server.host();
            desk.console.say(&format!(
                "The Jitsi server was not asked, though server_check = \"require\": {host} is {why} \
                 (`roomkey check --server` asks it all the same)."
            ));
        }
        return Ok(());
    }
    let report = report(desk, opened, &Ask::default())?;
    for warning in &report.warnings {
        desk.console.warn(warning);
    }
    if !report.errors.is_empty() {
        let mut problems = report.errors;
        let last = Told::new("nothing was sent: these links would not work, or keep nobody out");
        problems.push(
            last.hint("`roomkey check --server` asks again; `server_check = \"off\"` under [jitsi] does not ask"),
        );
        return Err(Failure { status: Status::BadInput, problems });
    }
    match report.unreachable {
        Some(told) if way == ServerCheck::Require => {
            let told = Told::new(format!("nothing was sent: {}", told.what)).maybe_hint(told.hint);
            return Err(Failure::of(Status::NotNow, told));
        }
        Some(told) => desk.console.warn(&told),
        None => report.notes.iter().for_each(|note| desk.console.say(note)),
    }
    Ok(())
}
