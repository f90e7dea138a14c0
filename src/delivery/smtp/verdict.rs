//! What a reply means, and whose fault it is: one pure function of stage and reply.
//!
//! Owns: the table of codes, enhanced codes and providers' wordings. Does not own: what several
//! replies in a row say ([`crate::delivery::streaks`]), or what is done about it. Blame goes as
//! wide as the reply reaches: account, campaign, server, and a row only where it is about that row.
//! Known weakness: some providers tell a quota only in words, and words change.

use jiff::SignedDuration;

use crate::{
    delivery::streaks::says_no_relaying,
    model::{Deferral, Doubt, Outage, Outcome, Reply, Stage},
};

/// What one reply says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The conversation goes on.
    Good,
    /// The row's fate is known, or known to be unknown.
    Row(Outcome),
    /// No row is to blame. At [`Stage::Final`] it also says that the mail was not accepted.
    Outage(Outage),
    /// No reply that belongs here: the connection is out of step and must be given up.
    Stray,
}

/// Judges the reply that came at a stage.
#[must_use]
pub fn judge(stage: Stage, reply: &Reply) -> Verdict {
    if is_success(stage, reply.code) {
        return match stage {
            Stage::Final => Verdict::Row(Outcome::Accepted(reply.clone())),
            _ => Verdict::Good,
        };
    }
    if !(400..600).contains(&reply.code) {
        return match stage {
            Stage::Final => {
                let detail = format!("the relay's reply to the final dot says neither yes nor no: {reply}");
                Verdict::Row(Outcome::InDoubt(Doubt { detail }))
            }
            _ => Verdict::Stray,
        };
    }
    account_wide(stage, reply).map_or_else(|| by_stage(stage, reply), Verdict::Outage)
}

/// Whether the connection is over after this reply (421: RFC 5321 §3.8).
#[must_use]
pub(super) fn closes(reply: &Reply) -> bool {
    reply.code == 421
}

fn is_success(stage: Stage, code: u16) -> bool {
    match stage {
        Stage::Connect | Stage::Greeting | Stage::Tls => code == 220,
        Stage::LogIn => code == 235,
        Stage::Data | Stage::Body => code == 354,
        Stage::Hello | Stage::Sender | Stage::Recipient | Stage::Final => (200..300).contains(&code),
    }
}

fn account_wide(stage: Stage, reply: &Reply) -> Option<Outage> {
    let text = reply.text.to_lowercase();
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| text.contains(phrase));
    let owned = || reply.clone();
    if reply.code == 530 && text.contains("starttls") {
        return Some(Outage::Tls { detail: format!("the relay wants TLS first: {reply}") });
    }
    if matches!(reply.code, 530 | 534 | 535 | 538) || reply.enhanced == Some((5, 7, 30)) {
        return Some(Outage::LogInRefused(owned()));
    }
    if is_quota(stage, reply, &text) {
        let lasts = says(HOURLY).then_some(SignedDuration::from_hours(1));
        return Some(Outage::Quota { reply: owned(), lasts });
    }
    if stage == Stage::Recipient && says(SENDERS) {
        // A sender that cannot be looked up now may be found later.
        let trouble = if reply.code < 500 { Outage::ServerTrouble } else { Outage::RelayRefused };
        return Some(trouble(owned()));
    }
    let too_fast = says(TOO_FAST) && (says(OURS) || !matches!(reply.enhanced, Some((_, 2, _))));
    if reply.code == 432 || (reply.code == 452 && reply.enhanced == Some((4, 5, 3))) || too_fast {
        return Some(Outage::Throttled(owned()));
    }
    let relays_not = stage == Stage::Recipient && says_no_relaying(reply);
    if reply.code == 454
        && !relays_not
        && matches!(stage, Stage::Sender | Stage::Recipient | Stage::Data | Stage::Final)
    {
        return Some(Outage::Throttled(owned()));
    }
    if closes(reply) || (reply.code < 500 && reply.enhanced == Some((4, 3, 1))) {
        return Some(Outage::ServerTrouble(owned()));
    }
    let banned = matches!(reply.enhanced, Some((5, 1, 7 | 8) | (5, 7, 60 | 501..=503 | 708 | 750))) || says(SENDING_AS);
    (stage == Stage::Final && banned).then(|| Outage::SenderRefused(owned()))
}

const SENDERS: &[&str] = &["not owned by", "sender address rejected"];

const SENDING_AS: &[&str] = &[
    "sendasdenied",
    "not allowed to send as",
    "permissions to send as this sender",
    "email address is not verified",
    "sending paused for this account",
    "sending suspended for this account",
];

const TOO_FAST: &[&str] = &[
    "maximum sending rate",
    "throttling failure",
    "too many concurrent",
    "concurrent connections limit",
    "too many connections",
    "sender thread limit",
    "rate limit",
    "rate-limit",
    "unusual rate",
    "peak smtp relay limit",
    "too much mail from",
    "too many messages",
    "slow down",
];

/// Said of the account, though under the enhanced code of a recipient's mailbox.
const OURS: &[&str] = &["smtp relay limit"];

const QUOTAS: &[&str] = &[
    "daily user sending",
    "daily sending",
    "daily message quota",
    "daily smtp relay",
    "daily limit",
    "daily quota",
    "hourly limit",
    "hourly quota",
    "sending limit",
    "sending quota",
    "submissionquotaexceeded",
    "messages per day",
    "messages per hour",
    "monthly limit",
    "credits exceeded",
    "not enough credits",
    "max emails per hour",
    "max defers and failures per hour",
    "messaging limits",
    "mail send limit",
    "unusual sending activity",
];

const HOURLY: &[&str] = &["hourly", "per hour"];

// "Quota exceeded" alone is as often said of the recipient's full mailbox.
fn is_quota(stage: Stage, reply: &Reply, text: &str) -> bool {
    match reply.enhanced {
        // Microsoft's own: recipients a day, a tenant's external recipients, a tenant's threshold.
        Some((5, 4, 5) | (5, 1, 90) | (5, 7, 232 | 233 | 705)) => return true,
        Some((_, 2, 1 | 2)) => return false,
        _ => {}
    }
    // At the recipient it may be about too many of them in one mail.
    let of_a_day = stage == Stage::Final && text.contains("recipient limit exceeded");
    let ours = of_a_day || QUOTAS.iter().any(|phrase| text.contains(phrase));
    let vague = text.contains("quota") && text.contains("exceeded");
    let theirs = ["mailbox", "recipient", "user", "disk", "storage"].iter().any(|word| text.contains(word));
    ours || (vague && (stage < Stage::Recipient || !theirs))
}

fn by_stage(stage: Stage, reply: &Reply) -> Verdict {
    let temporary = reply.code < 500;
    let owned = reply.clone();
    Verdict::Outage(match stage {
        Stage::LogIn if temporary => Outage::LogInNotNow(owned),
        Stage::LogIn => Outage::LogInRefused(owned),
        Stage::Recipient | Stage::Data | Stage::Body | Stage::Final => return about_the_row(stage, reply),
        Stage::Sender if reply.enhanced == Some((5, 3, 4)) => return refused(stage, reply),
        _ if temporary => Outage::ServerTrouble(owned),
        Stage::Sender => Outage::SenderRefused(owned),
        Stage::Tls => Outage::Tls { detail: format!("the relay refused STARTTLS: {reply}") },
        Stage::Connect | Stage::Greeting | Stage::Hello => Outage::RelayRefused(owned),
    })
}

fn about_the_row(stage: Stage, reply: &Reply) -> Verdict {
    if reply.code < 500 {
        let greylisted = matches!(reply.code, 450 | 451) || matches!(reply.enhanced, Some((4, 2, _) | (4, 7, 1)));
        return Verdict::Row(Outcome::Deferred(Deferral::Replied { reply: reply.clone(), greylisted }));
    }
    match (stage, reply.enhanced) {
        // After an accepted RCPT a relay cannot honestly call DATA out of sequence.
        (Stage::Data | Stage::Body, _) if reply.code == 503 => Verdict::Stray,
        (Stage::Data | Stage::Body, Some((5, 5, 1))) => Verdict::Stray,
        _ => refused(stage, reply),
    }
}

fn refused(stage: Stage, reply: &Reply) -> Verdict {
    Verdict::Row(Outcome::Refused { reply: reply.clone(), stage })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::smtp::reply::ReplyReader;

    fn reply(line: &str) -> Reply {
        let mut reader = ReplyReader::default();
        reader.push(format!("{line}\r\n").as_bytes());
        reader.next().unwrap().unwrap().to_reply(&[])
    }

    fn verdict(stage: Stage, line: &str) -> String {
        match judge(stage, &reply(line)) {
            Verdict::Good => "good".to_owned(),
            Verdict::Stray => "stray".to_owned(),
            Verdict::Row(Outcome::Accepted(_)) => "accepted".to_owned(),
            Verdict::Row(Outcome::Refused { .. }) => "refused".to_owned(),
            Verdict::Row(Outcome::InDoubt(_)) => "in doubt".to_owned(),
            Verdict::Row(Outcome::Deferred(Deferral::Replied { greylisted: true, .. })) => "greylisted".to_owned(),
            Verdict::Row(Outcome::Deferred(_)) => "deferred".to_owned(),
            Verdict::Outage(outage) => {
                let name = format!("{outage:?}");
                name.split(['(', ' ']).next().unwrap_or_default().to_owned()
            }
        }
    }

    fn holds(table: &[(Stage, &str, &str)]) {
        for &(stage, line, expected) in table {
            assert_eq!(verdict(stage, line), expected, "{stage}: {line}");
        }
    }

    #[test]
    fn only_a_2xx_to_the_dot_is_success_and_what_is_no_answer_is_doubt() {
        holds(&[
            (Stage::Final, "250 2.0.0 Ok: queued", "accepted"),
            (Stage::Final, "251 will forward", "accepted"),
            (Stage::Final, "354 go on", "in doubt"),
            (Stage::Final, "150 what", "in doubt"),
            (Stage::Sender, "250 ok", "good"),
            (Stage::Recipient, "251 will forward", "good"),
            (Stage::Recipient, "354 go on", "stray"),
            (Stage::Data, "354 go on", "good"),
            (Stage::Data, "250 ok", "stray"),
            (Stage::Data, "503 5.5.1 need RCPT", "stray"),
            (Stage::LogIn, "250 ok", "stray"),
        ]);
    }

    #[test]
    fn what_is_about_the_recipient_blames_the_row() {
        holds(&[
            (Stage::Recipient, "550 5.1.1 no such user", "refused"),
            (Stage::Recipient, "553 5.1.3 bad address", "refused"),
            (Stage::Recipient, "556 5.1.10 null MX", "refused"),
            (Stage::Recipient, "550 no such user", "refused"),
            // Of the sender, if others hear it too: see `streaks`.
            (Stage::Recipient, "554 5.7.1 <a@b.example>: Recipient address rejected: Access denied", "refused"),
            (Stage::Recipient, "550 5.1.8 sender domain", "refused"),
            (Stage::Recipient, "552 5.2.2 mailbox full, quota exceeded", "refused"),
            (Stage::Recipient, "450 4.2.0 greylisted", "greylisted"),
            (Stage::Recipient, "451 try again", "greylisted"),
            (Stage::Recipient, "452 4.2.2 over quota", "greylisted"),
            (Stage::Recipient, "450 4.2.1 this user gets too many messages", "greylisted"),
            (Stage::Recipient, "452 user quota exceeded", "deferred"),
            (Stage::Recipient, "447 4.4.7 slow", "deferred"),
            (Stage::Final, "451 4.3.0 queue file write error", "greylisted"),
            (Stage::Final, "554 5.7.1 spam", "refused"),
            (Stage::Final, "552 5.3.4 too large", "refused"),
            (Stage::Sender, "552 5.3.4 too large", "refused"),
            (Stage::Data, "554 5.7.1 no", "refused"),
        ]);
    }

    #[test]
    fn what_is_about_the_account_blames_no_row() {
        holds(&[
            (Stage::LogIn, "535 5.7.8 bad credentials", "LogInRefused"),
            (Stage::LogIn, "534 5.7.9 application-specific password required", "LogInRefused"),
            (Stage::LogIn, "501 5.5.2 cannot decode", "LogInRefused"),
            (Stage::LogIn, "454 4.7.0 temporary authentication failure", "LogInNotNow"),
            (Stage::LogIn, "432 4.3.2 concurrent connections limit exceeded", "Throttled"),
            (Stage::Sender, "530 5.7.0 authentication required", "LogInRefused"),
            (Stage::Sender, "530 5.7.0 Must issue a STARTTLS command first", "Tls"),
            (Stage::Final, "550 5.7.30 basic authentication is not supported", "LogInRefused"),
            (Stage::Final, "550 5.4.5 Daily user sending limit exceeded", "Quota"),
            (Stage::LogIn, "451 Authentication failed: Maximum credits exceeded", "Quota"),
            (Stage::Sender, "454 Throttling failure: Daily message quota exceeded.", "Quota"),
            (
                Stage::Recipient,
                "550 \"Domain example.org has exceeded the max emails per hour (150/150 (100%)) allowed. Message discarded.\"",
                "Quota",
            ),
            (Stage::Final, "451 You have exceeded your messaging limits", "Quota"),
            (Stage::Recipient, "450 Mail send limit exceeded", "Quota"),
            (Stage::Final, "550 5.4.6 Unusual sending activity detected", "Quota"),
            (Stage::Final, "550 5.7.1 not enough credits to send", "Quota"),
            (Stage::Final, "554 Throttling failure: Daily message quota exceeded.", "Quota"),
            (Stage::Final, "454 Throttling failure: Maximum sending rate exceeded.", "Throttled"),
            (Stage::Final, "554 5.2.0 STOREDRV; SubmissionQuotaExceededException", "Quota"),
            (Stage::Recipient, "452 4.5.3 too many recipients", "Throttled"),
            (Stage::Final, "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", "Throttled"),
            (Stage::Sender, "452 quota exceeded for user", "Quota"),
            (Stage::Final, "550 5.7.233 your tenant exceeded its tenant external recipient rate limit", "Quota"),
            (Stage::Recipient, "550 5.7.705 Access denied, tenant has exceeded threshold", "Quota"),
            (Stage::Recipient, "450 4.2.1 Peak SMTP relay limit exceeded for customer.", "Throttled"),
            (Stage::Final, "421 4.7.28 an unusual rate of unsolicited mail from your IP address", "Throttled"),
        ]);
    }

    #[test]
    fn what_is_about_the_campaign_blames_no_row() {
        holds(&[
            (Stage::Sender, "550 5.7.1 not allowed", "SenderRefused"),
            (Stage::Sender, "553 sender unknown", "SenderRefused"),
            (Stage::Recipient, "553 Sender address rejected: not owned by user x", "RelayRefused"),
            (Stage::Final, "554 5.2.252 SendAsDenied; a not allowed to send as b", "SenderRefused"),
            (Stage::Final, "550 5.1.8 Access denied, bad outbound sender", "SenderRefused"),
            (Stage::Final, "550 5.7.501 Access denied, spam abuse detected", "SenderRefused"),
            (
                Stage::Final,
                "554 Message rejected: Email address is not verified. identities a@example.org",
                "SenderRefused",
            ),
            (Stage::Greeting, "554 5.7.1 your address is blocked", "RelayRefused"),
        ]);
    }

    #[test]
    fn a_server_in_trouble_blames_no_row() {
        holds(&[
            (Stage::Greeting, "421 come back later", "ServerTrouble"),
            (Stage::Greeting, "421 4.7.0 too many connections from 192.0.2.1", "Throttled"),
            (Stage::Sender, "421 4.3.2 shutting down", "ServerTrouble"),
            (Stage::Recipient, "421 4.3.2 shutting down", "ServerTrouble"),
            (Stage::Final, "421 4.3.2 shutting down", "ServerTrouble"),
            (Stage::Recipient, "450 4.1.8 Sender address rejected: Domain not found", "ServerTrouble"),
            (Stage::Recipient, "452 4.3.1 insufficient storage", "ServerTrouble"),
            (Stage::Sender, "451 4.3.0 local error", "ServerTrouble"),
            (Stage::Sender, "451 4.4.5 Mail system congestion", "ServerTrouble"),
            (Stage::Recipient, "421 4.4.5 Server busy", "ServerTrouble"),
            (Stage::Tls, "454 TLS not available", "ServerTrouble"),
            (Stage::Tls, "502 no", "Tls"),
        ]);
    }
}
