//! Providers of free mail, and whose mail servers may send for their addresses.

/// A provider: domains of its addresses, and the ends of its mail servers' names.
struct Provider {
    /// Whole domains; one that ends with a dot stands for all that begin with it: `yahoo.`.
    domains: &'static [&'static str],
    relays: &'static [&'static str],
}

/// The widespread ones, after their own help pages on SMTP.
static PROVIDERS: [Provider; 15] = [
    Provider { domains: &["gmail.com", "googlemail.com"], relays: &["gmail.com", "googlemail.com", "google.com"] },
    Provider {
        domains: &["outlook.", "hotmail.", "live.com", "live.co.uk", "live.de", "live.fr", "live.nl", "msn.com"],
        relays: &["outlook.com", "office365.com", "live.com", "hotmail.com"],
    },
    Provider {
        domains: &["yahoo.", "ymail.com", "rocketmail.com", "myyahoo.com", "aol.", "aim.com"],
        relays: &["yahoo.com", "aol.com", "yahoo.co.jp"],
    },
    Provider { domains: &["gmx."], relays: &["gmx.net", "gmx.com", "gmx.de"] },
    Provider { domains: &["web.de", "email.de"], relays: &["web.de"] },
    Provider { domains: &["icloud.com", "me.com", "mac.com"], relays: &["me.com", "icloud.com", "apple.com"] },
    Provider { domains: &["proton.me", "protonmail.com", "pm.me"], relays: &["protonmail.ch", "proton.me"] },
    Provider { domains: &["t-online.de", "magenta.de"], relays: &["t-online.de"] },
    Provider { domains: &["freenet.de"], relays: &["freenet.de"] },
    Provider { domains: &["orange.fr", "wanadoo.fr"], relays: &["orange.fr"] },
    Provider { domains: &["free.fr"], relays: &["free.fr"] },
    Provider { domains: &["laposte.net"], relays: &["laposte.net"] },
    Provider { domains: &["yandex.", "ya.ru"], relays: &["yandex.ru", "yandex.com", "yandex.net"] },
    Provider { domains: &["mail.ru", "bk.ru", "inbox.ru", "list.ru"], relays: &["mail.ru"] },
    Provider { domains: &["qq.com", "foxmail.com"], relays: &["qq.com"] },
];

/// Whether a domain is a provider's and a mail server is another's.
pub(super) fn is_foreign(domain: &str, relay: &str) -> bool {
    let is_under = |end: &&str| relay.strip_suffix(*end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    PROVIDERS
        .iter()
        .find(|provider| provider.domains.iter().any(|own| is_one_of(domain, own)))
        .is_some_and(|provider| !provider.relays.iter().any(is_under))
}

/// `yahoo.` stands for `yahoo.com`, `yahoo.co.uk` and so on, but not for `yahoo.example.org`.
fn is_one_of(domain: &str, own: &str) -> bool {
    if !own.ends_with('.') {
        return domain == own;
    }
    let rest: Vec<&str> = domain.strip_prefix(own).map(|rest| rest.split('.').collect()).unwrap_or_default();
    match rest[..] {
        [top] => top.len() == 2 || matches!(top, "com" | "net"),
        [second, top] => top.len() == 2 && matches!(second, "co" | "com"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_sends_for_its_own_domains() {
        for (domain, relay, foreign) in [
            ("gmail.com", "smtp.gmail.com", false),
            ("googlemail.com", "smtp-relay.gmail.com", false),
            ("gmail.com", "smtp.sendgrid.net", true),
            ("gmail.com", "smtp.notgmail.com", true),
            ("gmx.de", "mail.gmx.net", false),
            ("gmx.at", "smtp.example.org", true),
            ("yahoo.co.uk", "smtp.mail.yahoo.com", false),
            ("yahoo.co.uk", "smtp.gmail.com", true),
            ("outlook.de", "smtp-mail.outlook.com", false),
            ("hotmail.com", "smtp.office365.com", false),
            ("example.org", "smtp.gmail.com", false),
            ("gmail.com.example.org", "smtp.example.org", false),
            ("yahoo.example.org", "smtp.example.org", false),
            ("gmx.events", "smtp.example.org", false),
            ("aol.com", "smtp.example.org", true),
        ] {
            assert_eq!(is_foreign(domain, relay), foreign, "{domain} by {relay}");
        }
    }
}
