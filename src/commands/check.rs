//! `roomkey check`: everything that can be known before a mail leaves.

mod smtp;

use secrecy::SecretString;

use self::smtp::ask_the_relay;
use super::{
    Desk, attendance_secret, calendar, dns, event_change, kept_out, languages, lint, mapping, mx,
    opened::{Opened, SecretNeed, ledger_failure},
    own_secrets,
    own_words::templates_folder,
    report,
    server::{self, Ask},
    signing, who,
};
use crate::{
    campaign::{Depth, Largest, Survey, Wanted, words},
    cli::Check,
    failure::{Failure, Status, Told},
    invitation::{Occasion, Part},
    ledger::RunLock,
    settings::Settings,
};

/// Programs of Microsoft's cut a link off behind about so many characters: Word and Excel at 2,079, Windows itself at
/// 2,083.
const LONG_LINK: usize = 2_000;

pub(super) fn run(desk: &Desk<'_>, args: &Check) -> Result<Status, Failure> {
    let opened = Opened::open(desk, SecretNeed::Required)?;
    let mut warnings = opened.warnings.clone();
    where_from(desk, &opened.settings);
    event_in_words(desk, &opened, &mut warnings);
    let (password, unusable) = match mail_password(desk, &opened.settings) {
        Ok(password) => (password, None),
        Err(told) => (None, Some(told)),
    };
    let roster = opened.roster()?;
    let everybody = Wanted::default();
    let survey = opened
        .surveyor(&roster, &everybody, desk)
        .survey(if args.rows { Depth::Rows } else { Depth::Mails }, None)
        .map_err(|problem| report::file_failure(&problem))?;
    mapping::columns(desk, &opened, &survey, &mut warnings);
    report::say_how_files_are_read(desk, &survey);
    mapping::counts(desk, &opened, &survey);
    if let Some(told) = kept_out::in_words(&opened.suppressed, &survey) {
        desk.console.result_shown(&told);
    }
    warnings.extend(attendance_secret::fault(desk, &opened.settings).map(without_attendance));
    warnings.extend(survey.unmet.iter().cloned());
    warnings.extend(survey.domains.likely_typos());
    warnings.extend(languages::unknown(&opened, &survey, Occasion::Invite));
    warnings.extend(languages::without_cancellation(&opened, &survey));
    let (of_messages, notes) = languages::of_messages(&opened, &survey);
    for note in notes {
        desk.console.say(&format!("note: {note}"));
    }
    warnings.extend(of_messages);
    warnings.extend(who::strangers(&survey, None));
    warnings.extend(survey.longest_link.as_ref().and_then(long_link));
    if !opened.press.event.is_over(desk.around.now()) {
        warnings.extend(report::rows_over(&survey, &survey.rows_over()));
    }
    let reader = opened.reader()?;
    warnings.extend(calendar::changes(&opened, reader.as_ref())?);
    if let Some(reader) = &reader
        && let Some(change) = event_change::look(&opened, reader, &roster, &survey, None)?
    {
        warnings.extend(change.problems());
    }
    warnings.extend(survey.duplicate_warnings());
    let (of_mails, of_cancellations) = lint::warnings(&opened, &survey, desk.around.now());
    warnings.extend(of_mails);
    if args.dns || args.all {
        warnings.extend(dns::warnings(desk, &opened)?);
    }
    if args.mx {
        warnings.extend(mx::warnings(desk, &survey.domains)?);
    }
    let asked = args.server || args.all || args.bosh.is_some() || args.xmpp_domain.is_some();
    let how = Ask { bosh: args.bosh.clone(), xmpp_domain: args.xmpp_domain.clone() };
    let server = if asked { server::report(desk, &opened, &how)? } else { server::Report::default() };
    for note in &server.notes {
        desk.console.result_shown(note);
    }
    warnings.extend(server.warnings);
    if opened.settings.smtp.is_none() {
        warnings.push(Told::new("no mail server is named under [smtp]: `rehearse` works, `send` does not"));
    }
    for warning in &warnings {
        desk.console.warn(warning);
    }
    for told in unusable.iter().chain(survey.faults.iter().map(|fault| &fault.told)) {
        desk.console.problem(told);
    }
    for told in &survey.broken {
        desk.console.problem(told);
    }
    let mut mixed = languages::mixed(&opened, &survey, Occasion::Invite);
    mixed.extend(of_cancellations);
    for told in mixed.iter().chain(&server.errors) {
        desk.console.problem(told);
    }
    refuse_problems(desk, &survey, u64::from(unusable.is_some()) + (mixed.len() + server.errors.len()) as u64)?;
    if let Some(told) = server.unreachable {
        return Err(Failure::of(Status::NotNow, told));
    }
    if args.smtp || args.all && opened.settings.smtp.is_some() {
        ask_the_relay(desk, &opened, password, survey.largest.as_ref())?;
    }
    if args.strict && !warnings.is_empty() {
        return Err(Failure::bad_input(Told::new(format!(
            "{}, and --strict makes them count",
            words::counted(warnings.len() as u64, "warning", "warnings")
        ))));
    }
    if survey.counts.sound == 0 {
        let told = Told::new("nobody would be mailed: every row is left out or kept out");
        desk.console.warn(&told.hint("the notes above say why, and which setting takes them in"));
        return Ok(Status::Done);
    }
    desk.console.say(what_next(args, &opened.settings));
    Ok(Status::Done)
}

fn what_next(args: &Check, settings: &Settings) -> &'static str {
    match (args.rows, settings.smtp.is_some()) {
        (true, _) => "the rows are well; their mails were not tried: `roomkey check` does that",
        (false, true) => "all is well; next: `roomkey send --to YOUR-ADDRESS` for a test, then `roomkey send`",
        (false, false) => {
            "all else is well; next: name your mail server under [smtp], or try it all with `roomkey rehearse`"
        }
    }
}

/// Ends the check where anything keeps mails from leaving; `others` are problems that are no row's.
fn refuse_problems(desk: &Desk<'_>, survey: &Survey, others: u64) -> Result<(), Failure> {
    let more = survey.problems - (survey.faults.len() + survey.broken.len()) as u64;
    if more > 0 {
        let more = words::counted(more, "more problem", "more problems");
        desk.console.problem(
            &Told::new(format!("and {more}")).hint("`roomkey status --state skipped` lists every row concerned"),
        );
    }
    let all = survey.problems + others;
    if all == 0 {
        return Ok(());
    }
    let can_skip = survey.broken.is_empty() && others == 0 && survey.sound_rows().next().is_some();
    Err(Failure::bad_input(Told::new(format!("{} to mend", words::counted(all, "problem", "problems"))).maybe_hint(
        can_skip.then_some("nothing is sent while a problem remains, unless you say `roomkey send --skip-invalid`"),
    )))
}

fn where_from(desk: &Desk<'_>, settings: &Settings) {
    let width = settings.origins().iter().map(|setting| setting.key.len()).max().unwrap_or(0);
    for setting in settings.origins() {
        desk.console.result_shown(&format!("{:width$}  {}  ({})", setting.key, setting.shown, setting.origin));
    }
}

fn event_in_words(desk: &Desk<'_>, opened: &Opened, warnings: &mut Vec<Told>) {
    let event = &opened.press.event;
    let window = &event.window;
    let zone = window.zone().iana_name().unwrap_or("UTC");
    let line = |text: String| desk.console.result_shown(&text);
    line(String::new());
    let server = &opened.press.signer.settings().server;
    line(format!("\"{}\": {} ({zone})", event.title, words::span(window.starts(), window.ends(), window.zone())));
    if event.sessions.is_empty() {
        line(format!("links work {}", words::works(window)));
        line(format!("room {} at {server}", event.room));
    } else {
        line(format!("{} at {server}:", words::counted(event.sessions.len() as u64, "session", "sessions")));
        event.sessions.iter().for_each(|session| line(format!("  {}", words::session(session))));
    }
    if let Some(words) = own_templates(opened) {
        line(words);
    }
    if let Some(origin) = signing::origin(desk, &opened.settings) {
        line(origin);
    }
    let now = desk.around.now();
    for session in event.sessions.iter().filter(|session| session.window.is_over(now) && !event.is_over(now)) {
        line(format!("session `{}` is over: nobody is mailed for it any more", session.key));
    }
    if event.is_over(now) {
        warnings.push(
            Told::new("the event is over: its links work no more").hint("correct `starts` and `ends` in event.toml"),
        );
    }
    if let Ok(Some(folder)) = crate::ledger::LedgerFolder::find(&opened.settings.folder).map_err(|p| ledger_failure(&p))
        && let Some(live) = RunLock::probe(&folder, &event.id)
    {
        let whose = live.note.map_or(String::new(), |note| format!(": `{}`, process {}", note.command, note.pid));
        line(format!("a run is on this moment{whose}"));
    }
}

/// The mail server's password, where it is there; says where it comes from.
fn long_link(longest: &Largest) -> Option<Told> {
    let Largest { octets, at } = longest;
    (*octets > LONG_LINK).then(|| {
        Told::new(format!(
            "{at}: the link is {octets} characters long, and some mail programs cut it off behind {LONG_LINK}"
        ))
        .hint("`claims = \"minimal\"`, fewer [jitsi.features] and [jitsi.config], or a shorter key make it shorter")
    })
}

fn mail_password(desk: &Desk<'_>, settings: &Settings) -> Result<Option<SecretString>, Told> {
    let Some(smtp) = settings.smtp.as_ref().filter(|smtp| smtp.user.is_some()) else { return Ok(None) };
    let password = own_secrets::MAIL.find(desk, settings, &smtp.password)?;
    let origin = own_secrets::MAIL.origin(desk, settings, &smtp.password);
    desk.console.result_shown(&match origin {
        Some(origin) => format!("the mail password comes from {origin}"),
        None => "the mail password is asked for when mails are sent".to_owned(),
    });
    Ok(password)
}

/// The organiser's own templates, and why they count.
fn own_templates(opened: &Opened) -> Option<String> {
    let folder = templates_folder(&opened.settings)?;
    let name = |(language, part): (Option<String>, Part)| {
        language.map_or_else(|| part.file_name().to_owned(), |language| format!("{language}/{}", part.file_name()))
    };
    let parts: Vec<_> = opened.press.templates.own_parts().into_iter().map(name).collect();
    let shown = folder.strip_prefix(&opened.settings.folder).unwrap_or(&folder).display().to_string();
    let why = if opened.settings.mail.templates.is_some() { "" } else { ", found beside event.toml" };
    Some(match &parts[..] {
        [] => format!("no templates of your own in {shown}{why}: the built-in ones are used"),
        parts => format!("templates of your own in {shown}{why}: {}", parts.join(", ")),
    })
}

/// What the attendance secret's fault leads to: mails go out all the same.
fn without_attendance(fault: Told) -> Told {
    Told { what: format!("{}; `roomkey attendance --listen` will not start until it is mended", fault.what), ..fault }
}
