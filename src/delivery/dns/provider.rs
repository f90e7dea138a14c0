//! What providers of mail servers want to have in a sender's SPF record, after their own help pages.

/// A provider of mail servers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Provider {
    /// What its mail servers' names end with.
    hosts: &'static [&'static str],
    /// The record to include.
    pub(super) include: &'static str,
    /// Whether mails leave under an envelope of its own: SPF then speaks of that one.
    pub(super) own_envelope: bool,
}

static PROVIDERS: [Provider; 9] = [
    // Google Workspace Admin Help, "Set up SPF".
    Provider { hosts: &["gmail.com", "google.com"], include: "_spf.google.com", own_envelope: false },
    // Microsoft Learn, "Set up SPF to identify valid email sources for your custom cloud domains".
    Provider { hosts: &["office365.com", "outlook.com"], include: "spf.protection.outlook.com", own_envelope: false },
    // Mailgun Help, "Domain verification setup guide".
    Provider { hosts: &["mailgun.org"], include: "mailgun.org", own_envelope: false },
    // Fastmail Help, "Manual DNS configuration".
    Provider { hosts: &["fastmail.com"], include: "spf.messagingengine.com", own_envelope: false },
    // Mailjet, "Authenticating domains with SPF and DKIM".
    Provider { hosts: &["mailjet.com"], include: "spf.mailjet.com", own_envelope: false },
    // Amazon SES Developer Guide, "Using a custom MAIL FROM domain": otherwise it is amazonses.com.
    Provider { hosts: &["amazonaws.com", "amazonaws.com.cn"], include: "amazonses.com", own_envelope: true },
    // Postmark, "What is a custom Return-Path?"
    Provider { hosts: &["postmarkapp.com"], include: "spf.mtasv.net", own_envelope: true },
    // Twilio SendGrid, "How to set up domain authentication".
    Provider { hosts: &["sendgrid.net"], include: "sendgrid.net", own_envelope: true },
    // SMTP2GO, "Sender domains".
    Provider { hosts: &["smtp2go.com"], include: "spf.smtp2go.com", own_envelope: true },
];

/// The provider that a mail server belongs to.
pub(super) fn of(host: &str) -> Option<&'static Provider> {
    let is_under = |end: &str| host.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    PROVIDERS.iter().find(|provider| provider.hosts.iter().any(|end| is_under(end)))
}
