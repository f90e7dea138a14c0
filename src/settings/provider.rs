//! Presets of mail providers: where they listen and what they allow, as data.
//!
//! Owns: the table, and which provider a host's name belongs to. Does not own: laying a preset under
//! what the files say ([`super::relay`]). A limit that a provider's documentation does not give, or
//! gives by plan, is left out: the mail server itself then says when it is reached. Known weakness:
//! providers change their limits; each number names the page it comes from.

use super::{meant::Tls, problem::Refusal, values};

/// A mail provider whose ways are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// Gmail, an account at gmail.com.
    Gmail,
    /// Google Workspace, an account at a domain of one's own.
    Workspace,
    /// Microsoft 365, Exchange Online.
    Office365,
    /// Amazon Simple Email Service.
    Ses,
    /// Postmark.
    Postmark,
    /// Twilio `SendGrid`.
    SendGrid,
    /// Mailgun, by Sinch.
    Mailgun,
    /// Fastmail.
    Fastmail,
}

/// What holds for a provider where no file says otherwise.
#[derive(Debug)]
pub(super) struct Preset {
    pub(super) provider: Provider,
    /// As it stands in a file.
    pub(super) name: &'static str,
    /// `None` where each customer has another one.
    pub(super) host: Option<&'static str>,
    pub(super) port: u16,
    pub(super) tls: Tls,
    /// `None` where nothing but the usual is known.
    pub(super) connections: Option<u32>,
    /// As it would stand in a file.
    pub(super) rate: Option<&'static str>,
    /// Mails in any 24 hours.
    pub(super) daily_limit: Option<u32>,
}

const fn preset(provider: Provider, name: &'static str, host: &'static str) -> Preset {
    Preset {
        provider,
        name,
        host: Some(host),
        port: 465,
        tls: Tls::Implicit,
        connections: None,
        rate: None,
        daily_limit: None,
    }
}

/// The table, in the order in which the names are told.
static PRESETS: [Preset; 8] = [
    // Host and port: Gmail Help, "Add Gmail to another email client". 500 a day: Gmail Help, "Limits
    // for sending & getting mail".
    Preset { daily_limit: Some(500), ..preset(Provider::Gmail, "gmail", "smtp.gmail.com") },
    // 2,000 a day: Google Workspace Admin Help, "Gmail sending limits in Google Workspace" (trial
    // accounts: 500).
    Preset { daily_limit: Some(2000), ..preset(Provider::Workspace, "workspace", "smtp.gmail.com") },
    // 3 connections, 30 a minute, 10,000 recipients a day: Microsoft Learn, "Message storage and
    // concurrent connection throttling for SMTP Authenticated Submission" and "Exchange Online
    // limits". Port 587: "How to set up a multifunction device or application to send email".
    Preset {
        port: 587,
        tls: Tls::StartTls,
        connections: Some(3),
        rate: Some("30/min"),
        daily_limit: Some(10_000),
        ..preset(Provider::Office365, "office365", "smtp.office365.com")
    },
    // One host a region: Amazon SES Developer Guide, "Connecting to an Amazon SES SMTP endpoint". Rate
    // and quota are each account's own ("Managing your Amazon SES sending limits"): 1 a second is the
    // least, what the sandbox gives. The sandbox's 200 a day are not taken for everybody's: it mails
    // only addresses that were verified one by one, and SES says itself when a quota is used up.
    Preset { host: None, rate: Some("1/s"), ..preset(Provider::Ses, "ses", "") },
    // Ports 25, 2525 and 587 with STARTTLS, at most 10 connections: Postmark, "Send email with SMTP".
    Preset {
        port: 587,
        tls: Tls::StartTls,
        connections: Some(10),
        ..preset(Provider::Postmark, "postmark", "smtp.postmarkapp.com")
    },
    // Ports, 5,000 messages a connection (one is replaced long before), 10,000 connections: Twilio
    // SendGrid, "Integrating with the SMTP API". What a day allows depends on the plan.
    preset(Provider::SendGrid, "sendgrid", "smtp.sendgrid.net"),
    // Ports and regions: Mailgun, "Sending messages: SMTP". What a day allows depends on the plan.
    preset(Provider::Mailgun, "mailgun", "smtp.mailgun.org"),
    // Host and port: Fastmail Help, "Server names and ports". What a day allows depends on the plan:
    // Fastmail Help, "Account limits".
    preset(Provider::Fastmail, "fastmail", "smtp.fastmail.com"),
];

impl Provider {
    /// As it stands in a file: `gmail`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.preset().name
    }

    pub(super) fn preset(self) -> &'static Preset {
        let found = PRESETS.iter().find(|preset| preset.provider == self);
        found.unwrap_or_else(|| unreachable!("every provider has its line in the table"))
    }

    /// The provider that a host, as [`super::hosts::host`] gives it, belongs to; Google's by the
    /// log-in name's domain.
    pub(super) fn of_host(host: &str, user: Option<&str>) -> Option<Self> {
        match host {
            "smtp.gmail.com" => Some(google(user)),
            "smtp.eu.mailgun.org" => Some(Self::Mailgun),
            _ if is_ses(host) => Some(Self::Ses),
            _ => PRESETS.iter().find(|preset| preset.host == Some(host)).map(|preset| preset.provider),
        }
    }
}

/// Reads a provider's name.
pub(super) fn named(given: &str) -> Result<Provider, Refusal> {
    let choices: Vec<_> = PRESETS.iter().map(|preset| (preset.name, preset.provider)).collect();
    values::choice(given, &choices)
}

/// A domain of one's own means Workspace. Without any, the log-in is taken for a private account:
/// its limits are the lower ones.
fn google(user: Option<&str>) -> Provider {
    match user.and_then(|user| user.rsplit_once('@')) {
        Some((_, domain)) if !["gmail.com", "googlemail.com"].contains(&domain.to_ascii_lowercase().as_str()) => {
            Provider::Workspace
        }
        _ => Provider::Gmail,
    }
}

/// `email-smtp.eu-west-1.amazonaws.com`, its FIPS form, and China's regions.
fn is_ses(host: &str) -> bool {
    let own = host.strip_prefix("email-smtp.").or_else(|| host.strip_prefix("email-smtp-fips."));
    let region =
        own.and_then(|rest| rest.strip_suffix(".amazonaws.com").or_else(|| rest.strip_suffix(".amazonaws.com.cn")));
    region.is_some_and(|region| !region.is_empty() && !region.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::hosts;

    #[test]
    fn every_line_of_the_table_could_stand_in_a_file() {
        for preset in &PRESETS {
            assert_eq!(named(preset.name), Ok(preset.provider));
            assert_eq!(preset.provider.name(), preset.name);
            assert_eq!(preset.host.map(hosts::host), preset.host.map(|host| Ok(host.to_owned())), "{}", preset.name);
            assert!(preset.rate.is_none_or(|rate| values::rate(rate).is_ok_and(|rate| rate.is_some())));
            assert!(preset.connections.is_none_or(|most| (1..=64).contains(&most)));
            assert_ne!(preset.daily_limit, Some(0));
            // The port alone tells the protection, so that either can be set without the other.
            assert_eq!(preset.tls, if preset.port == 465 { Tls::Implicit } else { Tls::StartTls });
        }
        assert_eq!(named("gmial").unwrap_err().hint.as_deref(), Some("did you mean \"gmail\"?"));
    }

    #[test]
    fn a_provider_is_known_by_its_host() {
        use Provider::{Fastmail, Mailgun, Office365, Postmark, SendGrid, Ses};
        for (host, provider) in [
            ("smtp.office365.com", Some(Office365)),
            ("email-smtp.eu-west-1.amazonaws.com", Some(Ses)),
            ("email-smtp-fips.us-east-1.amazonaws.com", Some(Ses)),
            ("email-smtp.cn-north-1.amazonaws.com.cn", Some(Ses)),
            ("smtp.postmarkapp.com", Some(Postmark)),
            ("smtp.sendgrid.net", Some(SendGrid)),
            ("smtp.mailgun.org", Some(Mailgun)),
            ("smtp.eu.mailgun.org", Some(Mailgun)),
            ("smtp.fastmail.com", Some(Fastmail)),
            ("smtp.example.org", None),
            ("email-smtp.amazonaws.com", None),
            ("email-smtp.a.b.amazonaws.com", None),
            ("s3.eu-west-1.amazonaws.com", None),
            ("smtp.gmail.com.example.org", None),
            ("127.0.0.1", None),
        ] {
            assert_eq!(Provider::of_host(host, None), provider, "{host}");
        }
    }

    #[test]
    fn google_is_told_apart_by_the_log_in() {
        for (user, provider) in [
            (Some("ada@gmail.com"), Provider::Gmail),
            (Some("Ada@GoogleMail.com"), Provider::Gmail),
            (Some("ada@example.org"), Provider::Workspace),
            (Some("ada@gmail.com.example.org"), Provider::Workspace),
            (Some("ada"), Provider::Gmail),
            (None, Provider::Gmail),
        ] {
            assert_eq!(Provider::of_host("smtp.gmail.com", user), Some(provider), "{user:?}");
        }
    }
}
