//! The Jitsi server, asked before anything is mailed: whether it takes this event's links, and nobody else's.

use super::{
    Desk, interrupt,
    opened::{Opened, folder_of, settings_told},
    relay,
};
use crate::{
    failure::{Failure, Status, Told},
    jitsi::{
        Severity, Signer,
        login::{Answers, BoshAddress, Login, PlaceProblem, Target, Unreachable, ask, findings, xmpp_domain},
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
    let jitsi = &opened.settings.jitsi;
    let target = Target {
        server: signer.settings().server.clone(),
        bosh: place(
            &opened.settings,
            ("--bosh", how.bosh.as_deref()),
            BOSH,
            jitsi.bosh.as_deref(),
            BoshAddress::parse,
        )?,
        xmpp_domain: place(
            &opened.settings,
            ("--xmpp-domain", how.xmpp_domain.as_deref()),
            DOMAIN,
            jitsi.xmpp_domain.as_deref(),
            xmpp_domain,
        )?,
        extra_roots: relay::roots_of(&opened.settings, KEY, jitsi.ca_file.as_deref()).map_err(Failure::bad_input)?,
    };
    desk.console.say(&format!("asking the Jitsi server {} …", target.server.host()));
    Ok(match interrupt::answer(ask(&target, signer, crate::surroundings::now))? {
        Ok(answers) => {
            desk.console.detail(&in_detail(&answers));
            of_answers(opened, &answers)
        }
        Err(problem) => Report { unreachable: Some(told(&opened.settings, &problem)), ..Report::default() },
    })
}

/// Where the certificates of its authority are named.
const KEY: &str = "jitsi.ca_file";
const BOSH: &str = "jitsi.bosh";
const DOMAIN: &str = "jitsi.xmpp_domain";

/// Where to ask: what the command line says goes before the settings.
fn place<T>(
    settings: &Settings,
    (flag, given): (&str, Option<&str>),
    key: &str,
    set: Option<&str>,
    parse: fn(&str) -> Result<T, PlaceProblem>,
) -> Result<Option<T>, Failure> {
    if let Some(text) = given {
        let read = parse(text).map_err(|problem| Told::new(format!("{flag}: {problem}")).hint(problem.hint()));
        return read.map(Some).map_err(|told| Failure::of(Status::Usage, told));
    }
    let read = set.map(parse).transpose();
    read.map_err(|problem| Failure::bad_input(place_told(settings, key, &problem)))
}

fn place_told(settings: &Settings, key: &str, problem: &PlaceProblem) -> Told {
    let name = key.trim_start_matches("jitsi.");
    settings_told(&settings.problem(key, &format!("{name}: {problem}"), Some(problem.hint())))
}

/// What a server will hardly take, whatever it answers.
pub(super) fn settings_warnings(settings: &Settings, signer: &Signer) -> Vec<Told> {
    let mut warnings = Vec::new();
    if signer.settings().server.host() == "meet.jit.si" {
        let what = "url: meet.jit.si takes nobody's own tokens: whoever has a link to it needs none";
        let hint = "personal links need a Jitsi server of your own, or 8x8's JaaS (provider = \"jaas\")";
        warnings.push(settings_told(&settings.problem("jitsi.url", what, Some(hint))));
    }
    if signer.settings().algorithm.is_rsa() && signer.settings().key_id().is_none() {
        warnings.push(super::keys::no_key_id());
    }
    warnings
}

/// What can be said of the settings for asking without asking.
pub(super) fn settings_problems(settings: &Settings) -> Vec<Told> {
    let jitsi = &settings.jitsi;
    let bosh = jitsi.bosh.as_deref().and_then(|text| BoshAddress::parse(text).err());
    let domain = jitsi.xmpp_domain.as_deref().and_then(|text| xmpp_domain(text).err());
    let of_places = [(BOSH, bosh), (DOMAIN, domain)];
    let told = of_places.into_iter().filter_map(|(key, problem)| Some(place_told(settings, key, &problem?)));
    told.chain(relay::roots_of(settings, KEY, jitsi.ca_file.as_deref()).err()).collect()
}

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
        Login::OffersNothing => "no log-in at all".to_owned(),
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
