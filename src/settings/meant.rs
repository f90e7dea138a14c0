//! The settings as meant: typed, merged, checked. Holds no secret, only where secrets are found.

mod attendance;
mod attendees;
mod relay;

use std::{path::PathBuf, sync::Arc};

use jiff::SignedDuration;

pub use self::relay::{Auth, Rate, RetrySettings, SmtpSettings, Timeouts, Tls};
use super::{
    origin::Setting,
    problem::{Place, SettingsProblem},
    secrets::SecretSource,
};
pub(super) use attendance::ATTENDANCE_SECRET;
pub use attendance::AttendanceSettings;
pub use attendees::{AttendeeSettings, ColumnSetting};

use crate::model::{Address, Affiliation, Avatar, CalendarStyle, Event, Mailbox, RoleFeatures};

/// Everything an event's files say, checked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The folder of the event's file, absolute.
    pub folder: PathBuf,
    /// The event.
    pub event: Event,
    /// How long before the start links begin to work; at most 31 days.
    pub opens_before: SignedDuration,
    /// How long after the end links stop working; at most 31 days.
    pub closes_after: SignedDuration,
    /// The Jitsi server.
    pub jitsi: JitsiSettings,
    /// The attendee file.
    pub attendees: AttendeeSettings,
    /// The mail's own words and addresses.
    pub mail: MailSettings,
    /// How mails bring the event into calendars; `None` where it depends on how many people there are.
    pub calendar: Option<CalendarStyle>,
    /// How it is recorded who came; `None` where no file has the table.
    pub attendance: Option<AttendanceSettings>,
    /// The relay; `None` where no file names one (a rehearsal needs none).
    pub smtp: Option<SmtpSettings>,
    /// When to try again.
    pub retry: RetrySettings,
    pub(super) shown_file: Arc<str>,
    /// Where `[smtp]` stands, or would be added.
    pub(super) smtp_place: Place,
    pub(super) origins: Vec<Setting>,
}

impl Settings {
    /// The relay, for commands that need one.
    ///
    /// # Errors
    /// [`SettingsProblem`] where no file names a mail server; its hint says what to add.
    pub fn require_smtp(&self) -> Result<&SmtpSettings, SettingsProblem> {
        self.smtp.as_ref().ok_or_else(|| {
            SettingsProblem::new(
                self.shown_file.clone(),
                Some(self.smtp_place),
                "no mail server is named: [smtp] has no `host`",
                Some("add: [smtp], and under it: host = \"smtp.example.org\", port = 465, user = \"you@example.org\""),
            )
        })
    }
}

/// How a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// HMAC with SHA-256: the usual.
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
    /// RSA with SHA-256: the usual with a private key.
    Rs256,
    /// RSA with SHA-384.
    Rs384,
    /// RSA with SHA-512.
    Rs512,
}

/// What a run asks the Jitsi server first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerCheck {
    /// Whether it takes the links; where it does not answer, the run goes on.
    Warn,
    /// The same, and it must answer.
    Require,
    /// Nothing.
    Off,
}

/// Who runs the Jitsi server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JitsiProvider {
    /// Somebody with a server of their own.
    OwnServer,
    /// 8x8: Jitsi as a Service.
    Jaas,
}

/// What a token says of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claims {
    /// The id alone.
    Minimal,
    /// Id and name.
    Standard,
    /// The e-mail address too: every participant's browser then gets it.
    Full,
}

/// Where in the link the token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkStyle {
    /// `?jwt=…`: every server understands it.
    Query,
    /// `#jwt=…`: stays out of web logs, newer servers only.
    Fragment,
}

/// The Jitsi server and how its tokens are made.
#[derive(Debug, Clone)]
pub struct JitsiSettings {
    /// Who runs it.
    pub provider: JitsiProvider,
    /// The address as given; its form is the link maker's to judge.
    pub url: String,
    /// The issuer (`iss`).
    pub app_id: String,
    /// The audience (`aud`), where it is not the issuer.
    pub audience: Option<String>,
    /// The subject (`sub`), where it is not the host or tenant.
    pub subject: Option<String>,
    /// How tokens are signed.
    pub algorithm: Algorithm,
    /// What tokens say of a person.
    pub claims: Claims,
    /// Whether people are moderators whose rows do not say.
    pub moderator: bool,
    /// What tokens call their holders; agrees with `moderator`.
    pub affiliation: Option<Affiliation>,
    /// The picture by which the room shows people.
    pub avatar: Option<Avatar>,
    /// The group of everybody.
    pub group: Option<String>,
    /// Settings of the web client that links carry: name (`startWithAudioMuted`) and value as JSON.
    pub config: Vec<(String, String)>,
    /// What tokens allow, by role.
    pub features: RoleFeatures,
    /// Where in the link the token stands.
    pub link: LinkStyle,
    /// Which of the server's keys verifies (`kid`).
    pub key_id: Option<String>,
    /// Where the signing secret is found.
    pub secret: SecretSource,
    /// The private key that signs instead, absolute.
    pub private_key_file: Option<PathBuf>,
    /// Certificates to trust beside the system's, absolute.
    pub ca_file: Option<PathBuf>,
    /// Where its BOSH is, where its config.js does not tell; its form is the asker's to judge.
    pub bosh: Option<String>,
    /// Its XMPP domain, where its config.js does not tell; its form is the asker's to judge.
    pub xmpp_domain: Option<String>,
    /// What a run asks it first.
    pub server_check: ServerCheck,
}

/// The mail's own words and addresses.
#[derive(Debug, Clone)]
pub struct MailSettings {
    /// The sender shown.
    pub from: Mailbox,
    /// The subject, with `{name}`, `{first_name}` and `{title}` not yet filled in.
    pub subject: Option<String>,
    /// The greeting, likewise.
    pub greeting: Option<String>,
    /// Where answers go.
    pub reply_to: Option<Mailbox>,
    /// The envelope sender, where it is not `from`.
    pub envelope_from: Option<Address>,
    /// A `mailto:` or `https:` address for `List-Unsubscribe`.
    pub unsubscribe: Option<String>,
    /// The file of the organiser's own words for all mails, absolute.
    pub message_file: Option<PathBuf>,
    /// The file of the organiser's logo, absolute.
    pub logo: Option<PathBuf>,
    /// The folder of own templates that is named, absolute; where none is, one beside the event may be meant.
    pub templates: Option<PathBuf>,
    /// Whether somebody in several sessions gets a mail for each, and not one for all.
    pub per_session: bool,
}
