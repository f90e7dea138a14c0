//! What a Jitsi server would answer to a token, rule by rule.
//!
//! Owns: the judgement of header, claims and link. Does not own: the facts themselves, or their
//! layout. Known weakness: what only the server's settings decide (audiences it accepts, whether it
//! compares `sub`) is a warning unless the event's own settings decide it.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{
    claims::Algorithm,
    explanation::{ClaimFacts, Finding, Severity, SignatureCheck},
    inspect::Extracted,
    token::Signer,
    token_settings::Provider,
    verdicts::Rule,
};

/// Tokens longer than this make links that some servers and mail programs cut, in octets.
const LONG_TOKEN: usize = 4096;
/// Collects findings about one token.
pub(super) struct Judge<'a> {
    pub(super) given: &'a Extracted,
    pub(super) facts: &'a ClaimFacts,
    pub(super) signer: Option<&'a Signer>,
    pub(super) now: Timestamp,
    /// The rule that is applied.
    pub(super) rule: Option<Rule>,
    findings: Vec<Finding>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(given: &'a Extracted, facts: &'a ClaimFacts, signer: Option<&'a Signer>, now: Timestamp) -> Self {
        Self { given, facts, signer, now, rule: None, findings: Vec::new() }
    }

    /// Applies every rule, in the order of the token's parts.
    pub(super) fn judge(mut self, signature: SignatureCheck, checked_with: &str) -> Vec<Finding> {
        for name in &self.given.twice {
            self.error(
                format!("`{name}` stands twice: servers and programs differ in which of the two they take"),
                "let whoever makes the tokens say it once",
            );
        }
        let signed = |judge: &mut Self| judge.signature(signature, checked_with);
        let dressed = |judge: &mut Self| judge.client(signature);
        for (rule, apply) in [
            (Some(Rule::Typ), &Self::typ as &dyn Fn(&mut Self)),
            (Some(Rule::Alg), &Self::alg),
            (Some(Rule::Signature), &signed),
            (Some(Rule::Iss), &Self::issuer),
            (Some(Rule::Aud), &Self::audience),
            (Some(Rule::Sub), &Self::subject),
            (Some(Rule::Room), &Self::room),
            (Some(Rule::Nbf), &Self::begin),
            (Some(Rule::Exp), &Self::end),
            (Some(Rule::User), &Self::context),
            (Some(Rule::Kid), &Self::jaas),
            (None, &Self::link),
            (None, &dressed),
            (None, &Self::length),
        ] {
            self.rule = rule;
            apply(&mut self);
        }
        self.findings
    }

    pub(super) fn error(&mut self, text: impl Into<String>, hint: impl Into<String>) {
        self.say(Severity::Error, text.into(), hint.into());
    }

    pub(super) fn warn(&mut self, text: impl Into<String>, hint: impl Into<String>) {
        self.say(Severity::Warning, text.into(), hint.into());
    }

    pub(super) fn note(&mut self, text: impl Into<String>) {
        self.say(Severity::Note, text.into(), String::new());
    }

    fn say(&mut self, severity: Severity, text: String, hint: String) {
        let rule = self.rule;
        self.findings.push(Finding { rule, severity, text, hint: (!hint.is_empty()).then_some(hint) });
    }

    /// A claim that must be a string; says so where it is missing or is not.
    fn string_claim(&mut self, name: &str, what: &str) -> Option<&'a str> {
        let given = self.given;
        match given.claims.get(name) {
            Some(Value::String(text)) => return Some(text),
            Some(other) => self.error(format!("`{name}` is {}, a server wants a string", kind(other)), ""),
            None => self.error(format!("`{name}` is missing: {what}"), "let whoever makes the tokens add it"),
        }
        None
    }

    fn typ(&mut self) {
        let given = self.given;
        let wrong = match given.header.get("typ") {
            Some(Value::String(typ)) if typ == "JWT" => return,
            Some(Value::String(typ)) => format!("the header's `typ` is `{typ}`"),
            Some(other) => format!("the header's `typ` is {}", kind(other)),
            None => "the header has no `typ`".into(),
        };
        self.error(format!("{wrong}: a Jitsi server refuses all but exactly `JWT` (\"Invalid typ\")"), "");
    }

    fn alg(&mut self) {
        let given = self.given;
        let Some(alg) = given.header.get("alg").and_then(Value::as_str) else {
            self.error("the header does not say how the token is signed (`alg`)", "");
            return;
        };
        let own = self.signer.map(|signer| signer.settings().algorithm);
        match (alg, own) {
            (alg, _) if alg.eq_ignore_ascii_case("none") => {
                self.error(
                    "the token is not signed (`alg` is `none`): anybody could have written it, every server refuses it",
                    "",
                );
            }
            (alg, Some(own)) if alg.parse::<Algorithm>().is_ok() && own.as_str() != alg => {
                let kind = |is_rsa| if is_rsa { "a private key" } else { "a shared secret" };
                let (theirs, ours) = (kind(alg.starts_with("RS")), kind(own.is_rsa()));
                if theirs == ours {
                    self.error(
                        format!(
                            "the token is signed with {alg}, this event's settings say {own}: a server takes one of them \
                             alone"
                        ),
                        "compare `algorithm` with the server's `signature_algorithm`",
                    );
                } else {
                    self.error(
                        format!("the token is signed with {theirs} ({alg}), this event's settings say {ours} ({own})"),
                        "it was made for another server, or by another program",
                    );
                }
            }
            ("RS256" | "RS384" | "RS512", _) if !given.header.contains_key("kid") => {
                self.rule = Some(Rule::Kid);
                self.warn(
                    "the header does not say which key signed (`kid`): a server with a key server refuses that",
                    "",
                );
            }
            (alg, _) if alg.parse::<Algorithm>().is_ok() => {}
            (alg, _) => {
                self.error(
                    format!("no Jitsi server knows the algorithm `{alg}`"),
                    "servers know HS256 to HS512 and RS256 to RS512, in capitals",
                );
            }
        }
    }

    fn signature(&mut self, check: SignatureCheck, checked_with: &str) {
        let alg = self.given.header.get("alg").and_then(Value::as_str).unwrap_or_default();
        if check == SignatureCheck::DoesNotHold && !alg.eq_ignore_ascii_case("none") {
            let other = if alg.starts_with("RS") { "another private key" } else { "another secret" };
            self.error(
                format!("the signature does not hold: {other} signed the token, or it was changed or cut off since"),
                format!("copy the whole link again; if it still does not hold, it was not made with {checked_with}"),
            );
        }
    }

    fn issuer(&mut self) {
        let Some(iss) = self.string_claim("iss", "a server refuses a token that does not say whose it is") else {
            return;
        };
        let settings = self.signer.map(Signer::settings);
        if let Some(settings) = settings.filter(|settings| settings.issuer() != iss) {
            let wanted = match settings.provider {
                Provider::OwnServer => format!("this event's `app_id` is `{}`", settings.app_id),
                Provider::Jaas => "JaaS wants `chat`".to_owned(),
            };
            self.error(
                format!("`iss` is `{iss}`, {wanted} (\"invalid 'iss' claim\")"),
                "`app_id` must be the server's, letter for letter",
            );
        }
    }

    fn audience(&mut self) {
        let given = self.given;
        if given.claims.get("aud").is_some_and(Value::is_array) {
            self.warn("`aud` is a list: only a server that accepts every audience takes it", "make it a single string");
            return;
        }
        let Some(aud) = self.string_claim("aud", "a server refuses that (\"'aud' claim is missing\")") else { return };
        let Some(settings) = self.signer.map(Signer::settings).filter(|settings| settings.audience() != aud) else {
            return;
        };
        let text = format!("`aud` is `{aud}`, this event's tokens say `{}`", settings.audience());
        if settings.rows_say.audience {
            self.note(format!("{text} unless a row says otherwise"));
        } else if settings.audience.is_some() {
            self.error(format!("{text} (\"invalid 'aud' claim\")"), "");
        } else {
            self.warn(format!("{text}: a server with `asap_accepted_audiences` may refuse it"), "");
        }
    }

    fn subject(&mut self) {
        let Some(sub) = self.string_claim("sub", "a server that compares domains refuses that") else { return };
        let link = self.given.link.as_ref();
        // The server puts the claim into lower case before it compares.
        if sub == "*" {
            self.note("`sub` is `*`: it fits every domain and tenant of the server");
        } else if let Some(settings) = self.signer.map(Signer::settings).filter(|settings| settings.leads(link)) {
            let (expected, rows) = (settings.subject_at(link), settings.rows_say);
            let text = format!("`sub` is `{sub}`, this event's tokens say `{expected}`");
            if sub.eq_ignore_ascii_case(expected) {
                return;
            }
            if rows.subject || rows.tenant && link.is_none() {
                self.note(format!("{text} unless a row says otherwise"));
            } else {
                self.error(text, "`sub` is the host's name, or the tenant in addresses like `https://host/tenant`");
            }
        } else if let Some(link) = link {
            let expected = link.tenant.as_deref().unwrap_or(&link.host);
            if !sub.eq_ignore_ascii_case(expected) {
                self.warn(
                    format!(
                        "`sub` is `{sub}`, the link leads to `{expected}`: a server that compares them refuses the join"
                    ),
                    "Prosody compares them unless `enable_domain_verification` is off",
                );
            }
        }
    }

    fn room(&mut self) {
        let Some(room) = self.string_claim("room", "a server lets nobody into any room with it") else { return };
        if room == "*" {
            let text = "`room` is `*`: the token opens every room of the server";
            // With an event at hand it is one of ours, or would pass for one.
            if self.signer.is_some() {
                self.error(text, "an attendee's key opens one room: keep this token to yourself");
            } else {
                self.warn(text, "");
            }
            return;
        }
        if self.facts.opens_by_pattern {
            let text =
                format!("`room` is a pattern (`context.room.regex`): the token opens every room that fits `{room}`");
            return self.error(text, "an attendee's key opens one room: keep this token to yourself");
        }
        let lower = room.to_ascii_lowercase();
        let safe = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        if room.is_empty() {
            self.error("`room` is empty: no room has that name", "");
        } else if let Some(link) = self.given.link.as_ref().filter(|link| link.room.to_lowercase() != lower) {
            self.error(
                format!("`room` is `{room}`, the link leads to the room `{}`: the join is refused", link.room),
                "use the token with the room it was made for",
            );
        } else if !room.bytes().all(safe) {
            self.warn(
                format!("the room's name `{room}` may be spelt otherwise by the client than by the server"),
                "safe names have a-z, 0-9, `-`, `_` and `.` alone",
            );
        }
    }

    /// JaaS compares some claims with one another (its tenants are named `vpaas-magic-cookie-…`).
    fn jaas(&mut self) {
        let given = self.given;
        let string = |from: &'a Map<String, Value>, name: &str| from.get(name).and_then(Value::as_str).unwrap_or("");
        let sub = string(&given.claims, "sub");
        if !self.facts.is_jaas() {
            return;
        }
        let kid = string(&given.header, "kid");
        if kid.split_once('/').is_none_or(|(tenant, _)| tenant != sub) {
            self.error("JaaS wants a `kid` that begins with the token's `sub` and a `/`", "");
        }
        if string(&given.header, "alg") != "RS256" {
            self.rule = Some(Rule::Alg);
            self.error("JaaS takes RS256 alone", "");
        }
        for (rule, name, wanted) in [(Rule::Iss, "iss", "chat"), (Rule::Aud, "aud", "jitsi")] {
            self.rule = Some(rule);
            if string(&given.claims, name) != wanted {
                self.error(format!("JaaS wants `{name}` to be `{wanted}`"), "");
            }
        }
    }

    fn length(&mut self) {
        let length = self.given.token.len();
        if length > LONG_TOKEN {
            self.warn(format!("the token is {length} bytes long: some servers and mail programs cut such links"), "");
        }
    }
}

/// What kind of JSON a value is, in words.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
