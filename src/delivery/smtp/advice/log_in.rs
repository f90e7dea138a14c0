//! The way out of a refused log-in, by what large providers say of it.
//!
//! Owns: which of a provider's switches a refusal is about. Does not own: whether anything is tried
//! again. Known weakness: a relay that hides who runs it gets the general words.

use crate::{
    delivery::smtp::{
        auth::{ASKED_FOR, NO_TOKEN, NOT_OFFERED, NOTHING_IN_COMMON, READABLE},
        credentials::{FRESH_TOO, SAME_AGAIN},
    },
    model::Reply,
};

/// What the settings call the mechanisms.
const SETTINGS: [(&str, &str); 4] =
    [("PLAIN", "plain"), ("LOGIN", "login"), ("XOAUTH2", "xoauth2"), ("OAUTHBEARER", "oauthbearer")];

/// What to do about it.
pub(super) fn log_in(reply: &Reply, host: &str) -> String {
    let text = reply.text.to_lowercase();
    if text.contains(READABLE) || text.contains(NOT_OFFERED) {
        return "log-ins are for the ports for sending: 465 (tls = \"implicit\") or 587 (tls = \"starttls\"); if the \
                server wants none, leave `user` out"
            .to_owned();
    }
    if text.contains(NOTHING_IN_COMMON) {
        return no_password_taken(&reply.text);
    }
    if text.contains(ASKED_FOR) {
        return other_mechanism(&reply.text);
    }
    if text.contains(NO_TOKEN) {
        return "with auth = \"xoauth2\" or \"oauthbearer\" the password must be the access token alone: no JSON, no \
                quotes, no `Bearer` before it"
            .to_owned();
    }
    if reply.code == 538 {
        return "the server takes this log-in only over TLS: set tls = \"implicit\" (port 465) or tls = \"starttls\" \
                (port 587)"
            .to_owned();
    }
    if reply.code == 530 {
        return "the server wants a log-in: set `user` in [smtp] and give the password".to_owned();
    }
    if matches!(reply.code, 500 | 502 | 504) {
        return "the server does not know this way to log in, whatever it offers: set another `auth` in [smtp], or \
                delete that line"
            .to_owned();
    }
    let by_token = SETTINGS[2..].iter().any(|(name, _)| reply.text.contains(&format!("({name}")));
    let way_out = if is_google(host, &text) {
        google(by_token)
    } else if is_microsoft(reply, host, &text) {
        microsoft(reply, &text, by_token)
    } else if by_token {
        "the access token has expired, was made for another account than `user`, or lacks the scope for sending by \
         SMTP: have `password_command` print a fresh one with that scope"
    } else {
        "check `user` (often the whole address) and the password; where the account has two-factor log-in, make an app \
         password for it"
    };
    format!("{way_out}; {}", tries(&text))
}

/// What was tried, so that nobody fears for the account, or tries the same again.
fn tries(text: &str) -> &'static str {
    if text.contains(SAME_AGAIN) {
        "`password_command` gave the same once more: run it by hand, and see what it keeps"
    } else if text.contains(FRESH_TOO) {
        "it was tried twice, with what `password_command` gave each time, and is not tried again"
    } else {
        "it was tried once and is not tried again, so that the account is not locked"
    }
}

fn google(by_token: bool) -> &'static str {
    if by_token {
        "the access token has expired, or lacks the scope https://mail.google.com/, or is another account's than \
         `user`: have `password_command` print a fresh one; a Workspace administrator may have to allow the program"
    } else {
        "Google takes an app password here, not the account's own: turn on 2-step verification, make one at \
         myaccount.google.com/apppasswords, and give its 16 letters as the password; a Workspace administrator may \
         have to allow it"
    }
}

fn microsoft(reply: &Reply, text: &str, by_token: bool) -> &'static str {
    let says = |words: &str| text.contains(words);
    if says("locked") && !says("organization") {
        return "Microsoft has locked this account for a while: log in to it in a browser, and find out why, before \
                you run the same command again";
    }
    if says("security defaults") || says("criteria to be authenticated") {
        return "a policy of the organisation (security defaults, Conditional Access) forbids this log-in: its \
                administrator can except this mailbox; or send through another relay";
    }
    let is_off = says("smtpclientauthentication") || (by_token && reply.enhanced == Some((5, 7, 139)));
    if by_token && !is_off {
        return "the access token has expired, or lacks the scope https://outlook.office.com/SMTP.Send, or is another \
                account's than `user`: have `password_command` print a fresh one; SMTP AUTH must be on for the mailbox \
                too";
    }
    if says("credentials were incorrect") {
        return "check `user` (the whole address) and the password; where the account has two-factor log-in, make an \
                app password, or use auth = \"xoauth2\" with an access token";
    }
    if says("basic authentication is d") || (!is_off && reply.enhanced == Some((5, 7, 30))) {
        return "Microsoft takes no passwords from programs here any more: use auth = \"xoauth2\", with a \
                `password_command` that prints an access token for https://outlook.office.com/SMTP.Send; or send \
                through another relay";
    }
    "Microsoft has SMTP AUTH off for this mailbox or organisation: its administrator can turn it on \
     (admin.microsoft.com > Users > Active users > Mail > Manage email apps > Authenticated SMTP; security defaults \
     must allow it); where log-in by password is gone for good, use auth = \"xoauth2\", or send through another relay"
}

fn no_password_taken(text: &str) -> String {
    let tokens = SETTINGS[2..].iter().find(|(name, _)| offers(text, name));
    tokens.map_or_else(
        || "this server takes no password from programs: ask for an app password, or for another relay".to_owned(),
        |(_, setting)| {
            format!(
                "this server takes access tokens, no passwords: set auth = \"{setting}\" in [smtp], and a \
                 `password_command` that prints a token"
            )
        },
    )
}

fn other_mechanism(text: &str) -> String {
    let ours: Vec<_> = SETTINGS.iter().filter(|(name, _)| offers(text, name)).collect();
    if ours.is_empty() {
        return "this server offers no log-in that Roomkey knows: ask its administrator, or use another relay"
            .to_owned();
    }
    let lines: Vec<_> = ours.iter().map(|(_, setting)| format!("auth = \"{setting}\"")).collect();
    let passwords = ours.iter().any(|(name, _)| matches!(*name, "PLAIN" | "LOGIN"));
    let or_none = if passwords { ", or delete the line `auth`, which leaves the choice to Roomkey" } else { "" };
    format!("set {} in [smtp]{or_none}", lines.join(" or "))
}

/// Whether a mechanism stands in the list that ends our own words.
fn offers(text: &str, name: &str) -> bool {
    let list = text.rsplit_once("but by ").or_else(|| text.rsplit_once("offers ")).map_or("", |(_, list)| list);
    list.split(", ").any(|offered| offered == name)
}

fn is_google(host: &str, text: &str) -> bool {
    let host = host.to_ascii_lowercase();
    host.ends_with("gmail.com")
        || host.ends_with("google.com")
        || host.ends_with("googlemail.com")
        || text.contains("support.google.com")
        || text.contains("gsmtp")
}

fn is_microsoft(reply: &Reply, host: &str, text: &str) -> bool {
    let host = host.to_ascii_lowercase();
    host.ends_with("office365.com")
        || host.ends_with("outlook.com")
        || text.contains("smtpclientauthentication")
        || text.contains("outlook.com")
        || matches!(reply.enhanced, Some((5, 7, 139 | 30 | 57)))
}

#[cfg(test)]
mod tests {
    use crate::{
        delivery::smtp::advice,
        model::{Outage, Reply},
    };

    fn told(host: &str, code: u16, enhanced: (u8, u16, u16), text: &str) -> String {
        advice(&Outage::LogInRefused(Reply { code, enhanced: Some(enhanced), text: text.to_owned() }), host)
    }

    fn ours(text: &str) -> String {
        advice(&Outage::LogInRefused(Reply { code: 0, enhanced: None, text: text.to_owned() }), "smtp.example.org")
    }

    #[test]
    fn google_wants_an_app_password() {
        for (code, enhanced, text) in [
            (535, (5, 7, 8), "Username and Password not accepted. https://support.google.com/mail/?p=BadCredentials"),
            (534, (5, 7, 9), "Application-specific password required. gsmtp"),
        ] {
            assert!(told("smtp.gmail.com", code, enhanced, text).contains("app password"));
            assert!(told("relay.example.org", code, enhanced, text).contains("apppasswords"));
        }
    }

    #[test]
    fn microsoft_names_the_switch_that_is_off() {
        for (enhanced, text, expected) in [
            (
                (5, 7, 139),
                "Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.",
                "SMTP AUTH off",
            ),
            ((5, 7, 139), "Authentication unsuccessful, the user credentials were incorrect.", "check `user`"),
            ((5, 7, 139), "Authentication unsuccessful, basic authentication is disabled.", "auth = \"xoauth2\""),
            (
                (5, 7, 139),
                "Authentication unsuccessful, user is locked by your organization's security defaults policy.",
                "a policy",
            ),
            ((5, 7, 139), "Authentication unsuccessful, the user account is locked", "has locked"),
            ((5, 7, 30), "Basic authentication is not supported for Client Submission.", "auth = \"xoauth2\""),
            ((5, 7, 3), "Authentication unsuccessful", "SMTP AUTH off"),
            ((5, 7, 3), "Authentication unsuccessful (XOAUTH2)", "SMTP.Send"),
            (
                (5, 7, 139),
                "Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. (XOAUTH2)",
                "SMTP AUTH off",
            ),
        ] {
            let told = told("smtp.office365.com", 535, enhanced, text);
            assert!(told.contains(expected), "{text}: {told}");
        }
    }

    #[test]
    fn a_refused_token_has_expired_or_lacks_its_scope() {
        for text in ["Username and Password not accepted (XOAUTH2, status 401)", "no (OAUTHBEARER)"] {
            let google = told("smtp.gmail.com", 535, (5, 7, 8), text);
            assert!(google.contains("expired") && google.contains("scope https://mail.google.com/"), "{google}");
            let other = told("smtp.example.org", 535, (5, 7, 8), text);
            assert!(other.contains("expired") && other.contains("scope") && !other.contains("google"), "{other}");
        }
    }

    #[test]
    fn a_wrong_password_elsewhere_is_just_that() {
        let text = "Authentication credentials invalid";
        let once = told("smtp.example.org", 535, (5, 7, 8), text);
        assert!(once.starts_with("check `user`") && once.contains("tried once"), "{once}");
        let same = told("smtp.example.org", 535, (5, 7, 8), &format!("{text} ({})", super::SAME_AGAIN));
        assert!(same.contains("gave the same") && !same.contains("tried once"), "{same}");
        let fresh = told("smtp.example.org", 535, (5, 7, 8), &format!("{text} ({})", super::FRESH_TOO));
        assert!(fresh.contains("tried twice"), "{fresh}");
    }

    #[test]
    fn what_is_offered_is_what_to_set() {
        let told = ours(&format!("{} XOAUTH2, and the relay offers PLAIN, LOGIN, GSSAPI", super::ASKED_FOR));
        assert!(told.starts_with("set auth = \"plain\" or auth = \"login\"") && told.contains("delete"), "{told}");
        let told = ours(&format!("{} PLAIN, and the relay offers XOAUTH2", super::ASKED_FOR));
        assert_eq!(told, "set auth = \"xoauth2\" in [smtp]");
        let told = ours(&format!("{} PLAIN, and the relay offers GSSAPI", super::ASKED_FOR));
        assert!(told.contains("no log-in that Roomkey knows"), "{told}");
        let told = ours(&format!("{}, but by GSSAPI, XOAUTH2", super::NOTHING_IN_COMMON));
        assert!(told.contains("auth = \"xoauth2\""), "{told}");
        let told = ours(&format!("{}, but by GSSAPI", super::NOTHING_IN_COMMON));
        assert!(told.contains("no password from programs"), "{told}");
    }

    #[test]
    fn what_is_no_token_gets_told_what_one_is() {
        assert!(ours(super::NO_TOKEN).contains("access token alone"));
    }
}
