//! From `[smtp]` to a mailer: certificates read, password found or asked for.

use std::{
    fs,
    io::{self, Read as _},
    path::Path,
};

use jiff::SignedDuration;
use rustls::pki_types::CertificateDer;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::mpsc;

use super::{
    Desk, interrupt, limits,
    opened::{Opened, folder_of, settings_told},
    own_secrets,
};
use crate::{
    console::{Console, Hidden},
    delivery::{
        pacing::Limit,
        retry::RetryPolicy,
        smtp::{
            Auth, Credentials, Password, RENEWED_AFTER, Relay, RelayProblem, SmtpMailer, Timeouts, TlsMode,
            Unobtainable, advice, read_roots,
        },
    },
    failure::{Failure, Status, Told},
    model::{Outage, system_words},
    settings::{self, Provider, RetrySettings, Settings, SmtpSettings, Tls},
};

/// More than any file of certificates holds: 16 MiB.
const MOST_CERTIFICATES: u64 = 16 << 20;

/// A way out, and what a run should know of it.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) mailer: SmtpMailer,
    pub(super) host: String,
    pub(super) connections: usize,
    /// Lines of the conversation, for `-v`.
    pub(super) trace: Option<mpsc::UnboundedReceiver<String>>,
}

impl Way {
    /// Makes the mailer that `[smtp]` describes.
    pub(super) fn of(desk: &Desk<'_>, opened: &Opened) -> Result<Self, Failure> {
        Self::with(desk, opened, None)
    }

    /// The same, where the password may be known already: a command for it runs once.
    pub(super) fn with(desk: &Desk<'_>, opened: &Opened, known: Option<SecretString>) -> Result<Self, Failure> {
        let smtp = opened.settings.require_smtp().map_err(|problem| Failure::bad_input(settings_told(&problem)))?;
        let tls = match smtp.tls {
            Tls::Implicit => TlsMode::Implicit,
            Tls::StartTls => TlsMode::StartTls,
            Tls::Plaintext => TlsMode::None,
        };
        let mut relay = Relay::new(&smtp.host, smtp.port, tls);
        relay.extra_roots = roots(&opened.settings).map_err(Failure::bad_input)?;
        relay.credentials = credentials(desk, &opened.settings, smtp, known)?;
        relay.helo.clone_from(&smtp.helo);
        relay.allow_plaintext = smtp.allow_plaintext;
        relay.timeouts = Timeouts {
            connect: smtp.timeouts.connect,
            greeting: smtp.timeouts.greeting,
            command: smtp.timeouts.command,
            data: smtp.timeouts.data,
            final_: smtp.timeouts.last_reply,
        };
        let connections = usize::try_from(smtp.connections).unwrap_or(1);
        Self::over(relay, limits::limits(&opened.settings), connections, desk.console)
    }

    /// Makes a mailer for a relay that is known whole.
    pub(super) fn over(
        mut relay: Relay,
        limits: Vec<Limit>,
        connections: usize,
        console: &Console,
    ) -> Result<Self, Failure> {
        let host = relay.host.clone();
        let mut trace = None;
        if console.is_verbose() {
            let (lines, heard) = mpsc::unbounded_channel();
            relay.trace = Some(lines);
            trace = Some(heard);
        }
        let mailer = SmtpMailer::new(relay).map_err(|problem| relay_failure(&problem))?.with_limits(limits);
        Ok(Self { mailer, host, connections, trace })
    }
}

/// Does something, and prints the conversation meanwhile where `-v` asks for it, to its last line.
pub(super) async fn traced<T>(
    mut trace: Option<mpsc::UnboundedReceiver<String>>,
    console: &Console,
    work: impl Future<Output = T>,
) -> T {
    let print = async {
        if let Some(lines) = &mut trace {
            while let Some(line) = lines.recv().await {
                console.detail(&line);
            }
        }
    };
    let done = beside(work, print).await;
    while let Some(line) = trace.as_mut().and_then(|lines| lines.try_recv().ok()) {
        console.detail(&line);
    }
    done
}

/// Does something, and something else on the side as long as that takes.
pub(super) async fn beside<T>(work: impl Future<Output = T>, aside: impl Future<Output = ()>) -> T {
    let for_ever = async {
        aside.await;
        std::future::pending().await
    };
    tokio::select! {
        done = work => done,
        done = for_ever => done,
    }
}

/// The retry policy of `[retry]`.
pub(super) fn retry_policy(retry: &RetrySettings) -> RetryPolicy {
    RetryPolicy {
        delays: retry.delays.clone(),
        greylist_wait: retry.greylist_wait,
        give_up_after: retry.give_up_after,
        ..RetryPolicy::default()
    }
}

/// What an outage is, and the way out of it.
pub(super) fn outage_told(outage: &Outage, host: &str) -> Told {
    let what = match outage {
        Outage::Unreachable { stage, detail } => format!("failed to reach {host}, at {stage}: {detail}"),
        Outage::Tls { detail } => format!("failed to talk to {host} safely: {detail}"),
        Outage::LogInRefused(reply) if reply.code == 0 => format!("failed to log in to {host}: {reply}"),
        Outage::LogInRefused(reply) => format!("{host} refused the log-in: {reply}"),
        Outage::LogInNotNow(reply) => format!("{host} cannot check the log-in now: {reply}"),
        Outage::NoPassword { detail, .. } => format!("failed to log in to {host} anew: {detail}"),
        Outage::SenderRefused(reply) => format!("{host} refused the sender: {reply}"),
        Outage::RelayRefused(reply) => format!("{host} refuses to pass mails on: {reply}"),
        Outage::Quota { reply, .. } if reply.code == 0 => reply.text.clone(),
        Outage::Quota { reply, .. } => format!("{host} says that the quota is used up: {reply}"),
        Outage::Throttled(reply) => format!("{host} asks to slow down: {reply}"),
        Outage::ServerTrouble(reply) => format!("{host} is in trouble: {reply}"),
        Outage::ContentRefused(reply) => format!("{host} refuses the mails' content, one after the other: {reply}"),
        Outage::BreaksOff { stage, detail } => {
            format!("{host} breaks off in the middle of a mail, at {stage}: {detail}")
        }
        Outage::Protocol { stage, detail } => format!("{host} answered no SMTP, at {stage}: {detail}"),
    };
    Told::new(what).hint(advice(outage, host))
}

/// How long a wait is, for people.
pub(super) fn length(time: SignedDuration) -> String {
    let time = time.unsigned_abs();
    // Minutes are rounded, not begun: five minutes and a moment are five.
    let minutes = std::time::Duration::from_mins(time.as_secs().saturating_add(30) / 60);
    crate::campaign::rough_time(if time.as_secs() < 100 { time } else { minutes })
}

fn relay_failure(problem: &RelayProblem) -> Failure {
    Failure::bad_input(Told::new(problem.to_string()).hint(problem.hint()))
}

/// The certificates of `ca_file`; what is wrong with it is told at its line.
pub(super) fn roots(settings: &Settings) -> Result<Vec<CertificateDer<'static>>, Told> {
    let path = settings.smtp.as_ref().and_then(|smtp| smtp.ca_file.as_deref());
    roots_of(settings, "smtp.ca_file", path)
}

/// The certificates in a file that a key names; none where it names none.
pub(super) fn roots_of(
    settings: &Settings,
    key: &'static str,
    path: Option<&Path>,
) -> Result<Vec<CertificateDer<'static>>, Told> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let told =
        |what: String, hint: &str| settings_told(&settings.problem(key, &format!("ca_file: {what}"), Some(hint)));
    let pem = read_pem(path).map_err(|error| {
        let hint = format!("check the path: it is relative to {}", folder_of(settings, key));
        told(format!("failed to read {}: {}", path.display(), system_words(&error)), &hint)
    })?;
    read_roots(&pem).map_err(|problem| {
        let hint =
            "it must be a PEM file with certificates of those who sign for the server (`-----BEGIN CERTIFICATE-----`)";
        told(format!("{}: {problem}", path.display()), hint)
    })
}

/// Reads a file of certificates; a pipe would be waited for, and no such file is endless.
fn read_pem(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("this is not a regular file"));
    }
    let mut pem = Vec::new();
    fs::File::open(path)?.take(MOST_CERTIFICATES).read_to_end(&mut pem)?;
    Ok(pem)
}

/// What an organiser should know who sends without TLS over a network.
pub(super) fn risk(settings: &Settings) -> Option<Told> {
    let smtp = settings.smtp.as_ref().filter(|smtp| smtp.tls == Tls::Plaintext && !smtp.is_loopback())?;
    let what = format!(
        "allow_plaintext: mails to {} travel without TLS; whoever is on the way can read each personal link and enter under that name",
        smtp.host
    );
    let hint = "use tls = \"starttls\" or \"implicit\" where the server offers one of them";
    Some(settings_told(&settings.problem("smtp.allow_plaintext", &what, Some(hint))))
}

/// What cannot be right about a provider and what stands beside it.
pub(super) fn odd_provider(settings: &Settings) -> Option<Told> {
    let smtp = settings.smtp.as_ref()?;
    let (named, told) = (smtp.provider?, smtp.provider_of_host()?);
    let warning = |key, what: String, hint: &str| settings_told(&settings.problem(key, &what, Some(hint)));
    let google = |provider| matches!(provider, Provider::Gmail | Provider::Workspace);
    if named != told && !(google(named) && google(told)) {
        let what = format!("provider: {} is {}'s mail server, not {}'s", smtp.host, told.name(), named.name());
        return Some(warning("smtp.provider", what, "take one of the two lines out: each tells the other"));
    }
    smtp.user.is_none().then(|| {
        let what = format!("{} sends only for those who log in, and [smtp] names no `user`", named.name());
        warning("smtp.host", what, "add: user = \"you@example.org\" (the provider's help page says what it is there)")
    })
}

fn credentials(
    desk: &Desk<'_>,
    settings: &Settings,
    smtp: &SmtpSettings,
    known: Option<SecretString>,
) -> Result<Option<Credentials>, Failure> {
    let Some(user) = smtp.user.clone() else { return Ok(None) };
    let found = match known {
        Some(known) => Some(known),
        None => own_secrets::MAIL.find(desk, settings, &smtp.password).map_err(Failure::bad_input)?,
    };
    let password = match (found, own_secrets::MAIL.again(desk, &smtp.password)) {
        (Some(first), Some(again)) => Password::renewable(first, RENEWED_AFTER, move || {
            again().map_err(|told| Unobtainable { what: told.what, hint: told.hint.unwrap_or_default() })
        }),
        (Some(password), None) => password.into(),
        (None, _) => asked(desk, &user, smtp)?.into(),
    };
    let auth = match smtp.auth {
        settings::Auth::Auto => Auth::Auto,
        settings::Auth::Plain => Auth::Plain,
        settings::Auth::Login => Auth::Login,
        settings::Auth::XOAuth2 => Auth::XOAuth2,
        settings::Auth::OAuthBearer => Auth::OAuthBearer,
    };
    Ok(Some(Credentials { user, auth, password }))
}

const INTERRUPTED: &str = "interrupted: nothing was sent";

fn asked(desk: &Desk<'_>, user: &str, smtp: &SmtpSettings) -> Result<SecretString, Failure> {
    let host = &smtp.host;
    let (what, prompt, hint) = if smtp.auth.takes_a_token() {
        ("access token", "Access token", "name a command that prints one under [smtp]: password_command = [\"…\"]")
    } else {
        (
            "password",
            "Password",
            "set ROOMKEY_SMTP_PASSWORD, or name a file that holds it under [smtp]: password_file = \"smtp.password\"",
        )
    };
    let missing = || {
        let told = Told::new(format!("the {what} of {user} at {host} is missing")).hint(hint);
        Failure::of(Status::BadInput, told)
    };
    if !desk.console.can_ask() {
        return Err(missing());
    }
    let _listening = interrupt::while_asked(INTERRUPTED)?;
    match desk.console.ask_hidden(&format!("{prompt} of {user} at {host}: ")) {
        Hidden::Answer(password) if !password.expose_secret().is_empty() => Ok(password),
        Hidden::Interrupted => Err(Failure::of(Status::Interrupted, Told::new(INTERRUPTED))),
        Hidden::Answer(_) | Hidden::NoMore => Err(missing()),
    }
}
