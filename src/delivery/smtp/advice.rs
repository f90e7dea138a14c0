//! The way out of an outage, in plain words for an organiser who is no programmer.
//!
//! Owns: what large providers' refusals mean to a person. Does not own: what happened (the outage
//! tells that). Known weakness: providers move their pages; what is named here is what they call it.

mod log_in;

use self::log_in::log_in;
use super::{
    connect::NO_STARTTLS,
    dial::{REFUSED, SILENCE, UNKNOWN_HOST},
    tls::{EXPIRED, INTERFERENCE, NO_TLS, NOT_YET, OTHER_NAME, OWN_AUTHORITY, UNKNOWN_ISSUER},
};
use crate::{
    delivery::streaks::is_too_large,
    model::{Outage, Reply, Stage},
};

/// What to do about an outage of the relay `host`.
#[must_use]
pub fn advice(outage: &Outage, host: &str) -> String {
    match outage {
        Outage::Unreachable { stage, detail } => unreachable(*stage, detail, host),
        Outage::Tls { detail } => tls(detail, host),
        Outage::LogInRefused(reply) => log_in(reply, host),
        Outage::LogInNotNow(_) => {
            "the mail server cannot check log-ins just now: wait some minutes and run the same command again".to_owned()
        }
        Outage::NoPassword { hint, .. } => hint.clone(),
        Outage::SenderRefused(reply) if reply.text.to_lowercase().contains("email address is not verified") => {
            "Amazon SES takes mails only from addresses or domains that are verified there, and from a new account (its \
             \"sandbox\") only to such: look which address the reply names; if it is an attendee's, ask Amazon for \
             production access"
                .to_owned()
        }
        Outage::SenderRefused(reply) if reply.text.to_lowercase().contains("bad outbound sender") => {
            "Microsoft has stopped this account from sending, as it sent too much or what looked like spam: its \
             administrator can let it go under \"Restricted entities\" in Microsoft Defender; then run the same \
             command again"
                .to_owned()
        }
        Outage::SenderRefused(_) => format!(
            "{host} does not let this account send from this address: set `from` (or `envelope_from`) in [mail] to an \
             address that belongs to the account, or have the address added to it as an alias"
        ),
        Outage::RelayRefused(reply) if reply.text.to_lowercase().contains("relay") => format!(
            "{host} sends to others only for people who log in: set `user` in [smtp], and use the port for sending \
             (465 or 587), not 25; if it is about one address only, take that row out of the file"
        ),
        Outage::RelayRefused(_) => format!(
            "by all signs {host} refuses this sender or this computer, not single recipients: check `from` and `user`, \
             and ask the mail server's administrator what the reply means; if it is about one address after all, take \
             that row out of the file and run the same command again"
        ),
        Outage::Quota { reply, lasts } => quota(reply, host, if lasts.is_some() { "the next hour" } else { "the next day" }),
        Outage::Throttled(_) => {
            "the mail server wants fewer mails at a time: set `rate` (such as \"30/min\") and `connections = 1` in \
             [smtp], then run the same command again: nobody is mailed twice"
                .to_owned()
        }
        Outage::ServerTrouble(_) => {
            "the mail server is in trouble of its own: wait some minutes and run the same command again; nobody is \
             mailed twice"
                .to_owned()
        }
        Outage::ContentRefused(reply) if is_too_large(reply) => {
            "these mails are larger than the mail server takes: make the texts shorter or leave pictures out, or ask its \
             administrator for a larger limit; then run the same command again"
                .to_owned()
        }
        Outage::ContentRefused(_) => {
            "the mail server takes these mails for spam: send one to yourself with `--to`, look at \
             texts and attachments, and ask the mail server's administrator; then run the same command again"
                .to_owned()
        }
        Outage::BreaksOff { stage: Stage::Final, .. } => format!(
            "{host} takes mails and does not say what becomes of them: look whether they arrived (`roomkey status` lists \
             those in doubt), tell the mail server's administrator, then run the same command again"
        ),
        Outage::BreaksOff { .. } => format!(
            "{host} answers, but takes no mail to its end: wait some minutes and run the same command again; where that \
             does not help, its administrator must look (nobody is mailed twice)"
        ),
        Outage::Protocol { stage: Stage::Connect | Stage::Greeting | Stage::Hello, .. } => format!(
            "what answers is no mail server, or none that speaks on this port: check `host` ({host}) and `port`"
        ),
        Outage::Protocol { stage, .. } => format!(
            "{host} answers as a mail server at first, and at {stage} as none does: wait some minutes and run the same \
             command again; where that does not help, tell its administrator (`-v` shows the conversation)"
        ),
    }
}

fn unreachable(stage: Stage, detail: &str, host: &str) -> String {
    if detail.contains(UNKNOWN_HOST) {
        return format!("check the spelling of `{host}`, and whether this computer is connected to the internet");
    }
    if detail.contains(REFUSED) {
        return format!(
            "nothing listens there: check `port`: most mail servers listen on 465 (tls = \"implicit\") or 587 \
             (tls = \"starttls\"); does {host} run?"
        );
    }
    if stage == Stage::Greeting && detail.contains(SILENCE) {
        return "the server waits for something else: port 465 needs tls = \"implicit\", 587 and 25 need \
                tls = \"starttls\""
            .to_owned();
    }
    if detail.contains(SILENCE) && stage > Stage::Greeting {
        return format!(
            "{host} answered at first, and then no more: wait some minutes and run the same command again; where it is \
             slow every time, raise the limits under [smtp.timeouts], or tell its administrator"
        );
    }
    if detail.contains(SILENCE) {
        return "a firewall may swallow it, as many do with port 25: try port 587 (tls = \"starttls\") or another network"
            .to_owned();
    }
    "check the connection, wait some minutes, and run the same command again; nobody is mailed twice".to_owned()
}

fn tls(detail: &str, host: &str) -> String {
    let says = |words: &str| detail.contains(words);
    if says(OTHER_NAME) {
        return format!(
            "set `host` to the name that the certificate is for, as your provider writes it; `{host}` may be an alias"
        );
    }
    if says(UNKNOWN_ISSUER) {
        return "if the server is your own, set `ca_file` to the certificate of the authority that signed it; if it is a \
                provider's, this network may be listening in: do not send from here"
            .to_owned();
    }
    if says(OWN_AUTHORITY) {
        return "its administrator must make one for a server: `openssl req -x509` does with \
                `-addext basicConstraints=critical,CA:FALSE`; then set `ca_file` to it"
            .to_owned();
    }
    if says(EXPIRED) {
        return "the server's administrator must renew it; check this computer's date as well".to_owned();
    }
    if says(NOT_YET) {
        return "check this computer's date and time".to_owned();
    }
    if says(NO_TLS) {
        return "this port begins without TLS: set tls = \"starttls\" (587, 25), or port = 465".to_owned();
    }
    if says(NO_STARTTLS) {
        return "try port 465 with tls = \"implicit\"; if the server offers TLS elsewhere, this network may be hiding it: \
                do not send from here"
            .to_owned();
    }
    if says(INTERFERENCE) {
        return "do not send from this network; port 465 with tls = \"implicit\" leaves no such gap".to_owned();
    }
    "try another port (465 with tls = \"implicit\", 587 with tls = \"starttls\"), or ask the server's administrator"
        .to_owned()
}

fn quota(reply: &Reply, host: &str, end: &str) -> String {
    if reply.code == 0 {
        return "run the same command again then: it goes on where it stopped".to_owned();
    }
    format!(
        "{host} lets this account send no more for now, often until {end}: run the same command again then; it \
         goes on where it stopped, and nobody is mailed twice"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_s_trouble_names_the_setting() {
        let at =
            |stage, detail: &str| advice(&Outage::Unreachable { stage, detail: detail.to_owned() }, "mx.example.org");
        assert!(at(Stage::Connect, &format!("{UNKNOWN_HOST}: x")).contains("spelling of `mx.example.org`"));
        assert!(at(Stage::Connect, &format!("192.0.2.1:25: {REFUSED}")).contains("`port`"));
        assert!(at(Stage::Connect, &format!("192.0.2.1:25: {SILENCE} 30 s")).contains("firewall"));
        assert!(at(Stage::Greeting, &format!("{SILENCE} 300 s")).contains("implicit"));
        assert!(at(Stage::LogIn, &format!("{SILENCE} 300 s")).contains("no more"));
    }

    #[test]
    fn a_certificate_s_trouble_names_the_setting() {
        let with = |detail: &str| advice(&Outage::Tls { detail: detail.to_owned() }, "mx.example.org");
        assert!(with(OTHER_NAME).contains("set `host`"));
        assert!(with(UNKNOWN_ISSUER).contains("`ca_file`"));
        assert!(with(EXPIRED).contains("renew"));
        assert!(with(NO_STARTTLS).contains("port 465"));
        assert!(with(NO_TLS).contains("starttls"));
    }
}
