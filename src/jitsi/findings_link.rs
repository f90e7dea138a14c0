//! Where the link leads that a token came in.

use std::collections::BTreeSet;

use super::{
    explanation::SignatureCheck, findings::Judge, findings_room::leads_elsewhere, inspect_text::cut,
    link::client_settings, server::is_loopback, verdicts::Rule,
};

impl Judge<'_> {
    pub(super) fn link(&mut self) {
        let given = self.given;
        let Some(link) = &given.link else {
            if let Some(signer) = self.signer.filter(|signer| !signer.settings().rows_say.tenant) {
                self.tenant(signer.settings().server.tenant(), "this event's links lead to");
            }
            return;
        };
        if !given.quoted_right {
            self.error(
                "the quotes around the token are wrong: after `?jwt=` there are none, after `#jwt=` there must be `%22`",
                "",
            );
        }
        if !link.secure && !is_loopback(&link.host) {
            self.warn("the link begins with `http://`: the token travels unencrypted", "write `https://`");
        }
        let server = self.signer.map(|signer| &signer.settings().server);
        if let Some(server) = server.filter(|server| server.host() != link.host || server.port() != link.port) {
            let (text, hint) = leads_elsewhere(&link.host, link.port, server);
            self.error(text, hint);
        } else if let Some(server) = server.filter(|server| !same_tenant(server.tenant(), link.tenant.as_deref()))
            && !self.signer.is_some_and(|signer| signer.settings().rows_say.tenant)
        {
            self.error(
                format!("the link does not lead to a room below `{server}`: its path is another"),
                "compare the path with the link that was mailed",
            );
        }
        self.tenant(link.tenant.as_deref(), "the link leads to");
    }

    /// Compares what a link of this event sets of the client with what the event's links set now.
    pub(super) fn client(&mut self, signature: SignatureCheck) {
        let given = self.given;
        let is_ours = given.link.is_some() && signature == SignatureCheck::Holds;
        let Some(signer) = self.signer.filter(|signer| is_ours && signer.settings().leads(given.link.as_ref())) else {
            return;
        };
        let now = client_settings(&signer.config);
        let names: BTreeSet<&str> = given.client.keys().chain(now.keys()).map(String::as_str).collect();
        let other: Vec<&str> = names.into_iter().filter(|name| given.client.get(*name) != now.get(*name)).collect();
        if !other.is_empty() {
            self.note(format!(
                "the link sets the client otherwise than this event's links do now ({}): it is from a mail before                  `[jitsi.config]` changed, or somebody changed the link",
                cut(&other.join(", "))
            ));
        }
    }

    /// Compares `context.tenant` with where links lead, in lower case as servers do.
    fn tenant(&mut self, expected: Option<&str>, leads: &str) {
        self.rule = Some(Rule::Tenant);
        if let Some(tenant) = self.facts.tenant.as_ref().filter(|tenant| !same_tenant(expected, Some(tenant))) {
            let place = expected.map_or("no tenant".into(), |tenant| format!("the tenant `{tenant}`"));
            self.error(
                format!("`context.tenant` is `{tenant}`, {leads} {place}"),
                "servers note that in their log (\"Tenant differs\"), and refuse it where a room wants a token of everybody",
            );
        }
    }
}

/// Servers compare tenants in lower case.
fn same_tenant(ours: Option<&str>, given: Option<&str>) -> bool {
    ours.unwrap_or_default().eq_ignore_ascii_case(given.unwrap_or_default())
}
