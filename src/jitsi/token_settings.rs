//! What all tokens of an event have in common.
//!
//! Owns: which app ids, audiences and subjects can be signed under. Does not own: where they were
//! configured, or the secret. Known weakness: only the server knows whether they are the right ones.

use super::{
    claims::{Algorithm, ClaimsStyle},
    jaas,
    link::{LinkParts, LinkStyle},
    server::ServerAddress,
};
use crate::model::{Affiliation, Avatar, Features, ForbiddenChar, RoleFeatures, forbidden_char};

/// Who runs the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Provider {
    /// Somebody with a server of their own.
    #[default]
    OwnServer,
    /// 8x8, as Jitsi as a Service.
    Jaas,
}

/// What all tokens of an event have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenSettings {
    /// Who runs the server.
    pub provider: Provider,
    /// Where links lead.
    pub server: ServerAddress,
    /// The server's `app_id`.
    pub app_id: String,
    /// Which of the server's keys verifies (`kid`); none with a secret. With JaaS short, or whole.
    pub key_id: Option<String>,
    /// `aud`; what the provider wants where `None`.
    pub audience: Option<String>,
    /// `sub`; what the provider wants where `None`.
    pub subject: Option<String>,
    /// How tokens are signed.
    pub algorithm: Algorithm,
    /// How much a token says of the person.
    pub claims: ClaimsStyle,
    /// Whether people are moderators whose rows do not say; rows are read by it, tokens are not made by it.
    pub moderator: bool,
    /// What tokens call those whose rights agree with it (`context.user.affiliation`).
    pub affiliation: Option<Affiliation>,
    /// The picture by which the room shows people (`context.user.avatar`).
    pub avatar: Option<Avatar>,
    /// The group of everybody (`context.group`).
    pub group: Option<String>,
    /// What tokens allow; what the provider wants where `None`.
    pub features: RoleFeatures,
    /// Settings of the web client that links carry: name and value as JSON.
    pub config: Vec<(String, String)>,
    /// Where in the link the token stands.
    pub link: LinkStyle,
    /// Which of all this rows may say otherwise.
    pub rows_say: RowsSay,
}

/// Which claims the attendee file has columns for, so that a token of this event may hold other values than its
/// settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RowsSay {
    /// `sub`.
    pub subject: bool,
    /// `aud`.
    pub audience: bool,
    /// The tenant: in the link, in `context.tenant`, and in `sub` where nothing else is said of it.
    pub tenant: bool,
}

/// What JaaS's client asks of every token: for moderators what they could do without a token that says so.
const JAAS_MODERATOR: Features =
    Features::fixed(&[("livestreaming", true), ("outbound-call", true), ("recording", true), ("transcription", true)]);
const JAAS_ATTENDEE: Features = Features::fixed(&[
    ("livestreaming", false),
    ("outbound-call", false),
    ("recording", false),
    ("transcription", false),
]);

impl TokenSettings {
    /// What a server with an `app_secret` wants unless told otherwise.
    #[must_use]
    pub fn usual(server: ServerAddress, app_id: String) -> Self {
        Self {
            provider: Provider::default(),
            server,
            app_id,
            key_id: None,
            audience: None,
            subject: None,
            algorithm: Algorithm::default(),
            claims: ClaimsStyle::default(),
            moderator: false,
            affiliation: None,
            avatar: None,
            group: None,
            features: RoleFeatures::default(),
            config: Vec::new(),
            link: LinkStyle::default(),
            rows_say: RowsSay::default(),
        }
    }

    /// What `iss` says: the app id, or what JaaS wants.
    #[must_use]
    pub fn issuer(&self) -> &str {
        match self.provider {
            Provider::OwnServer => &self.app_id,
            Provider::Jaas => "chat",
        }
    }

    /// What `aud` says: the app id unless the organiser says otherwise, or what JaaS wants.
    #[must_use]
    pub fn audience(&self) -> &str {
        self.audience.as_deref().unwrap_or(match self.provider {
            Provider::OwnServer => &self.app_id,
            Provider::Jaas => "jitsi",
        })
    }

    /// What `sub` says unless the organiser says otherwise: the tenant, or else the host; with JaaS the app id.
    #[must_use]
    pub fn subject(&self) -> &str {
        self.subject.as_deref().unwrap_or_else(|| match self.provider {
            Provider::OwnServer => self.server.subject_default(),
            Provider::Jaas => &self.app_id,
        })
    }

    /// What `kid` says: as JaaS wants it, the app id stands before it.
    #[must_use]
    pub fn key_id(&self) -> Option<String> {
        let key_id = self.key_id.as_ref()?;
        Some(match self.provider {
            Provider::Jaas if !key_id.contains('/') => format!("{}/{key_id}", self.app_id),
            _ => key_id.clone(),
        })
    }

    /// What `context.tenant` says; JaaS knows the tenant by `sub`.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.server.tenant().filter(|_| self.provider == Provider::OwnServer)
    }

    /// Whether a link leads to this server, and to its tenant or a row's; without a link nothing speaks against it.
    pub(super) fn leads(&self, link: Option<&LinkParts>) -> bool {
        link.is_none_or(|link| {
            let tenant = link.tenant.as_deref().unwrap_or_default();
            let is_ours = tenant.eq_ignore_ascii_case(self.server.tenant().unwrap_or_default());
            let is_server = (link.host.as_str(), link.port) == (self.server.host(), self.server.port());
            is_server && (is_ours || self.rows_say.tenant)
        })
    }

    /// What `sub` is expected to say of a link: a row's tenant stands in it.
    pub(super) fn subject_at<'a>(&'a self, link: Option<&'a LinkParts>) -> &'a str {
        let of_row = link.and_then(|link| link.tenant.as_deref());
        of_row.filter(|_| self.rows_say.tenant && self.subject.is_none()).unwrap_or_else(|| self.subject())
    }

    /// What `context.features` says: of the role, or what JaaS wants; `None` where it is left out.
    #[must_use]
    pub fn features(&self, moderator: bool) -> Option<&Features> {
        const JAAS: [&Features; 2] = [&JAAS_ATTENDEE, &JAAS_MODERATOR];
        let set = if moderator { &self.features.moderator } else { &self.features.attendee };
        set.as_ref().or_else(|| (self.provider == Provider::Jaas).then(|| JAAS[usize::from(moderator)]))
    }

    /// What makes links other than those of the usual settings, as text that is equal for equal settings alone;
    /// empty where nothing does. Server and app id are not in it.
    #[must_use]
    pub fn beside_the_usual(&self) -> String {
        let mut text = Vec::new();
        let mut note = |name: &str, value: String| text.push(format!("{name}={value}"));
        for (name, value) in [("audience", &self.audience), ("subject", &self.subject), ("key_id", &self.key_id)] {
            if let Some(value) = value {
                note(name, format!("{value:?}"));
            }
        }
        if self.algorithm != Algorithm::default() {
            note("algorithm", self.algorithm.to_string());
        }
        match self.claims {
            ClaimsStyle::Minimal => note("claims", "minimal".to_owned()),
            ClaimsStyle::Standard => {}
            ClaimsStyle::Full => note("claims", "full".to_owned()),
        }
        if self.link == LinkStyle::Fragment {
            note("link", "fragment".to_owned());
        }
        if self.moderator {
            note("moderators", "all".to_owned());
        }
        if let Some(affiliation) = self.affiliation {
            note("affiliation", affiliation.as_str().to_owned());
        }
        for (name, value) in [("avatar", self.avatar.as_ref().map(Avatar::as_str)), ("group", self.group.as_deref())] {
            if let Some(value) = value {
                note(name, format!("{value:?}"));
            }
        }
        for (role, features) in [("moderator", &self.features.moderator), ("attendee", &self.features.attendee)] {
            if let Some(features) = features {
                note(
                    role,
                    features.iter().map(|(name, allowed)| format!("{name}:{allowed}")).collect::<Vec<_>>().join(","),
                );
            }
        }
        for (name, json) in &self.config {
            note(&format!("config.{name}"), json.clone());
        }
        text.join(" ")
    }

    /// Whether a server could compare what these settings put into a token.
    pub(super) fn check(&self) -> Result<(), SignerProblem> {
        check_claim("app_id", &self.app_id)?;
        check_claim("audience", self.audience())?;
        check_claim("subject", self.subject())?;
        if let Some(key_id) = self.key_id() {
            check_claim("key_id", &key_id)?;
        }
        if self.provider == Provider::Jaas {
            self.check_jaas()?;
        } else if self.server.host() == jaas::HOST || self.server.host().ends_with(&format!(".{}", jaas::HOST)) {
            return Err(SignerProblem::NoProvider);
        }
        let lower = self.subject().to_lowercase();
        if lower == self.subject() { Ok(()) } else { Err(SignerProblem::SubjectCase { suggestion: lower }) }
    }

    fn check_jaas(&self) -> Result<(), SignerProblem> {
        jaas::check_app_id(&self.app_id)?;
        jaas::check_key_id(&self.app_id, self.key_id.as_deref().ok_or(SignerProblem::NoKeyId)?)
    }
}

fn check_claim(setting: &'static str, value: &str) -> Result<(), SignerProblem> {
    if value.trim().is_empty() {
        return Err(SignerProblem::Empty(setting));
    }
    if let Some(found) = forbidden_char(value) {
        return Err(SignerProblem::Forbidden { setting, found });
    }
    if value.trim() == value { Ok(()) } else { Err(SignerProblem::OuterBlank(setting)) }
}

/// Why settings cannot be signed under; each names the setting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignerProblem {
    /// Nothing stands there.
    #[error("`{0}` is empty")]
    Empty(&'static str),
    /// A character that may not travel.
    #[error("`{setting}` contains {found}")]
    Forbidden {
        /// Which setting.
        setting: &'static str,
        /// The character.
        found: ForbiddenChar,
    },
    /// A blank at one end: servers compare character by character.
    #[error("`{0}` begins or ends with a blank")]
    OuterBlank(&'static str),
    /// JaaS finds its key by it.
    #[error("`key_id` is missing: JaaS has to know which of your keys has signed")]
    NoKeyId,
    /// 8x8's address, and tokens as JaaS does not take them.
    #[error("this is the address of 8x8's JaaS, which takes tokens of its own kind")]
    NoProvider,
    /// No app id of JaaS.
    #[error("`app_id` is none of JaaS: these begin with `{}`", jaas::APP_ID)]
    JaasAppId,
    /// A key id of another app.
    #[error("`key_id` is none of this app: it is short, like `4f4910`, or the app id, `/` and that")]
    JaasKeyId,
    /// RSA signs with a private key, HMAC with a secret.
    #[error("`algorithm` is {0}, and what is to sign is {1}")]
    Unfit(Algorithm, &'static str),
    /// A subject with capital letters.
    #[error("`subject` must be in lower case: it is a domain or a tenant")]
    SubjectCase {
        /// The same in lower case.
        suggestion: String,
    },
}

impl SignerProblem {
    /// The setting that is wrong.
    #[must_use]
    pub fn setting(&self) -> &'static str {
        match self {
            Self::Empty(setting) | Self::OuterBlank(setting) | Self::Forbidden { setting, .. } => setting,
            Self::SubjectCase { .. } => "subject",
            Self::NoKeyId | Self::JaasKeyId => "key_id",
            Self::JaasAppId => "app_id",
            Self::NoProvider => "url",
            Self::Unfit(..) => "algorithm",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Empty("app_id") => "it is the Jitsi server's `app_id`; who runs the server knows it".into(),
            Self::Empty(setting) => format!("leave `{setting}` out, or write what the server wants"),
            Self::Forbidden { .. } => "type it anew".into(),
            Self::OuterBlank(_) => "take the blank away".into(),
            Self::SubjectCase { suggestion } => format!("write `{suggestion}`"),
            Self::NoKeyId | Self::JaasKeyId => {
                "copy it from https://jaas.8x8.vc, API Keys: it is shown beside the public key".into()
            }
            Self::NoProvider => "write provider = \"jaas\" under [jitsi] in place of `url`, with app_id, private_key_file and \
                                 key_id from https://jaas.8x8.vc, API Keys"
                .into(),
            Self::JaasAppId => "copy the AppID from https://jaas.8x8.vc, API Keys".into(),
            Self::Unfit(algorithm, _) if algorithm.is_rsa() => {
                "name the private key by `private_key_file`; or take `algorithm` out, where the server has an `app_secret`"
                    .into()
            }
            Self::Unfit(..) => "take `algorithm` out: a private key signs with RS256".into(),
        }
    }
}
