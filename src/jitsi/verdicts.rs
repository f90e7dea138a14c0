//! The verdict of each of a server's rules on a token, one line each, with what the server would answer.
//!
//! Owns: the list of rules, in the order in which a server applies them, and the wording of verdicts. Does not own:
//! the judging, which is `findings`': a verdict is the gravest finding of a rule. Pure. Known weakness: some servers
//! word their answers otherwise; the reasons are those of Jitsi's plugins as of August 2026.

use super::{
    claims::Algorithm,
    explanation::{Explanation, Moment, Severity, SignatureCheck},
    inspect_text::utc,
};

/// A rule of a Jitsi server, or of its web client, on a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// `typ` is `JWT`.
    Typ,
    /// `alg` is the server's `signature_algorithm`.
    Alg,
    /// `kid` names a key that the server can fetch.
    Kid,
    /// The signature is of the server's secret or key.
    Signature,
    /// `iss` is the server's `app_id`, or one of `asap_accepted_issuers`.
    Iss,
    /// `aud` is there, and one of `asap_accepted_audiences`.
    Aud,
    /// `exp` lies ahead.
    Exp,
    /// `nbf` lies behind.
    Nbf,
    /// `room` is the room that is entered.
    Room,
    /// `sub` is the domain, the tenant or `*`.
    Sub,
    /// `context.tenant` is the address's.
    Tenant,
    /// `context.user` holds strings.
    User,
    /// Who becomes a moderator.
    Moderator,
    /// `context.features` holds features that the client knows.
    Features,
}

/// What a rule makes of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    /// The token is let in.
    Accepted,
    /// The token is refused.
    Refused,
    /// The server's settings decide, or nothing here can tell.
    Depends,
}

impl Ruling {
    /// Its name for people and programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Depends => "depends",
        }
    }
}

/// A rule's verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The rule.
    pub rule: Rule,
    /// What it makes of the token.
    pub ruling: Ruling,
    /// On what, in words; empty where there is no more to say.
    pub what: String,
    /// What the server would answer, where it refuses, or may: its own words.
    pub answer: Option<&'static str>,
}

impl Rule {
    /// All that a server or its client looks at, in the server's order: the first eight as the browser logs in, the
    /// rest as it enters the room; whether `sub` and `room` are there at all, as it logs in.
    pub const ALL: [Self; 14] = [
        Self::Kid,
        Self::Typ,
        Self::Alg,
        Self::Signature,
        Self::Exp,
        Self::Nbf,
        Self::Iss,
        Self::Aud,
        Self::Sub,
        Self::Room,
        Self::Tenant,
        Self::User,
        Self::Moderator,
        Self::Features,
    ];

    /// The name of the token's part.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Typ => "typ",
            Self::Alg => "alg",
            Self::Kid => "kid",
            Self::Signature => "signature",
            Self::Iss => "iss",
            Self::Aud => "aud",
            Self::Exp => "exp",
            Self::Nbf => "nbf",
            Self::Room => "room",
            Self::Sub => "sub",
            Self::Tenant => "tenant",
            Self::User => "user",
            Self::Moderator => "moderator",
            Self::Features => "features",
        }
    }

    /// What a server answers where it refuses by this rule; `None` where only the browser minds.
    fn answer(self, fault: Fault) -> Option<&'static str> {
        Some(match (self, fault) {
            (Self::Typ, _) => "Invalid typ",
            (Self::Alg, _) => "Invalid or incorrect alg",
            (Self::Kid, Fault::Missing) => "'kid' claim is missing",
            (Self::Kid, _) => "could not obtain public key",
            (Self::Signature, _) => "Invalid signature",
            (Self::Iss, Fault::Missing) => "'iss' claim is missing",
            (Self::Iss, _) => "invalid 'iss' claim",
            (Self::Aud, Fault::Missing) => "'aud' claim is missing",
            (Self::Aud, _) => "invalid 'aud' claim",
            (Self::Exp, Fault::NotANumber) => "exp must be number",
            (Self::Exp, _) => "Not acceptable by exp",
            (Self::Nbf, Fault::NotANumber) => "nbf must be number",
            (Self::Nbf, _) => "Not acceptable by nbf",
            (Self::Sub, Fault::Missing) => "sub claim is missing",
            (Self::Room, Fault::Missing) => "room claim is missing",
            (Self::Room | Self::Sub, _) => "Room and token mismatched",
            // Noted in the server's log; refused only where the room lets in nobody without a token.
            (Self::Tenant | Self::User | Self::Moderator | Self::Features, _) => return None,
        })
    }
}

/// In what way a part is not as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Missing,
    NotANumber,
    Other,
}

impl Explanation {
    /// The verdict of every rule, in the order in which a server applies them.
    #[must_use]
    pub fn verdicts(&self) -> Vec<Verdict> {
        Rule::ALL.into_iter().map(|rule| self.verdict(rule)).collect()
    }

    fn verdict(&self, rule: Rule) -> Verdict {
        // Of several, the first.
        let of_rule = self.findings.iter().rev().filter(|finding| finding.rule == Some(rule));
        let worst = of_rule.max_by_key(|finding| finding.severity);
        let (ruling, what) = match (worst, &self.claims.nbf) {
            (Some(finding), _) if finding.severity == Severity::Error => (self.refusal(rule), finding.text.clone()),
            (_, Moment::At(nbf)) if rule == Rule::Nbf && self.now < *nbf => {
                (Ruling::Refused, format!("until {}", utc(*nbf)))
            }
            // Over before it begins: that is told of the beginning.
            _ if rule == Rule::Exp && self.is_over() => (Ruling::Refused, String::new()),
            (Some(finding), _) if finding.severity == Severity::Warning => (self.doubt(rule), finding.text.clone()),
            _ => self.otherwise(rule),
        };
        let is_against = ruling == Ruling::Refused || rule == Rule::Sub && ruling == Ruling::Depends;
        let answer = is_against.then(|| rule.answer(self.fault(rule))).flatten();
        Verdict { rule, ruling, what, answer }
    }

    fn is_over(&self) -> bool {
        matches!(self.claims.exp, Moment::At(exp) if self.now >= exp)
    }

    /// What is an error here and no refusal there: servers let for ever in what never ends, and everywhere what
    /// opens every room.
    fn refusal(&self, rule: Rule) -> Ruling {
        match rule {
            Rule::Exp if matches!(self.claims.exp, Moment::Missing | Moment::BeyondCalendar(_)) => Ruling::Accepted,
            Rule::Room if self.claims.room.as_deref() == Some("*") => Ruling::Accepted,
            Rule::Room if self.claims.opens_by_pattern => Ruling::Accepted,
            Rule::Sub if self.claims.sub.is_none() => Ruling::Refused,
            Rule::Sub | Rule::Tenant | Rule::User | Rule::Features => Ruling::Depends,
            _ => Ruling::Refused,
        }
    }

    /// What is a warning here, and nothing that a server minds.
    fn doubt(&self, rule: Rule) -> Ruling {
        match rule {
            Rule::Exp | Rule::Moderator | Rule::User => Ruling::Accepted,
            Rule::Room if self.claims.room.as_deref() == Some("*") => Ruling::Accepted,
            _ => Ruling::Depends,
        }
    }

    /// A rule that nothing was found against.
    fn otherwise(&self, rule: Rule) -> (Ruling, String) {
        use Ruling::{Accepted, Depends};
        let said = |value: &Option<String>| value.clone().unwrap_or_default();
        let alg = said(&self.header.alg);
        let none = |(ruling, text): (Ruling, &str)| (ruling, text.to_owned());
        match rule {
            Rule::Alg if self.expected.is_some() => (Accepted, format!("{alg}, as this event's settings say")),
            Rule::Alg => (Depends, format!("the server's `signature_algorithm` must be {alg}")),
            Rule::Kid => match &self.header.kid {
                // Without an event, the token alone tells what kind of server it is for.
                _ if !self.expected.map_or(alg.starts_with("RS"), Algorithm::is_rsa) => {
                    none((Accepted, "a server with a shared secret asks for none"))
                }
                Some(kid) => (Depends, format!("the server must find the key `{kid}`")),
                None => none((Depends, "a server with a key server asks for one")),
            },
            Rule::Signature => match self.signature {
                SignatureCheck::DoesNotHold => none((Ruling::Refused, "the token is not signed")),
                SignatureCheck::NotChecked(why) => (Depends, format!("not checked: {why}")),
                SignatureCheck::Holds => (Accepted, format!("where the server holds {}", self.checked_with)),
            },
            Rule::Iss | Rule::Aud if self.claims.is_jaas() => none((Accepted, "as JaaS wants it")),
            Rule::Iss if self.expected.is_some() => {
                (Accepted, format!("where the server's `app_id` is `{}`", said(&self.claims.iss)))
            }
            Rule::Iss => (Depends, format!("the server's `app_id` must be `{}`", said(&self.claims.iss))),
            Rule::Aud => none((Accepted, "unless the server lists others in `asap_accepted_audiences`")),
            Rule::Room => (Accepted, format!("in `{}` alone", said(&self.claims.room))),
            Rule::Sub if self.claims.sub.as_deref() == Some("*") => none((Accepted, "everywhere")),
            Rule::Sub if self.claims.is_jaas() => none((Accepted, "as JaaS wants it")),
            Rule::Sub => {
                let sub = said(&self.claims.sub).to_ascii_lowercase();
                (Accepted, format!("where the domain or tenant is `{sub}`"))
            }
            Rule::Tenant if self.claims.tenant.is_none() => none((Accepted, "none is named")),
            Rule::Moderator if self.claims.user.moderator && self.claims.is_jaas() => none((Accepted, "as moderator")),
            Rule::Moderator if self.claims.user.moderator => {
                none((Depends, "owner of the room, where the server loads `token_affiliation`"))
            }
            Rule::Moderator => none((Accepted, "as no moderator, unless the server makes everybody one")),
            Rule::Features => none((
                Accepted,
                match &self.claims.features {
                    None => "not said: the server's defaults hold",
                    Some(all) if all.is_empty() => "none, not even a moderator's defaults",
                    Some(_) => "these alone",
                },
            )),
            Rule::Typ | Rule::Exp | Rule::Nbf | Rule::Tenant | Rule::User => (Accepted, String::new()),
        }
    }

    fn fault(&self, rule: Rule) -> Fault {
        let claims = &self.claims;
        let is_missing = match rule {
            Rule::Kid => self.header.kid.is_none(),
            Rule::Iss => claims.iss.is_none(),
            Rule::Aud => claims.aud.is_none(),
            Rule::Sub => claims.sub.is_none(),
            Rule::Room => claims.room.is_none(),
            _ => false,
        };
        let moment = match rule {
            Rule::Exp => Some(&claims.exp),
            Rule::Nbf => Some(&claims.nbf),
            _ => None,
        };
        match moment {
            _ if is_missing => Fault::Missing,
            Some(Moment::NotANumber(_)) => Fault::NotANumber,
            _ => Fault::Other,
        }
    }

    /// The verdicts in words, one line each. Strings of the token stand there as they are: escape the lines before
    /// printing them.
    #[must_use]
    pub fn verdict_lines(&self) -> Vec<String> {
        let told = |verdict: Verdict| {
            let Verdict { rule, ruling, what, answer } = verdict;
            // What is wrong stands among the findings, with what to do about it.
            let what = match answer {
                Some(answer) if ruling == Ruling::Depends => {
                    format!(": \"{answer}\" where the server compares domains (`enable_domain_verification`)")
                }
                Some(answer) if !what.starts_with("until") => format!(": \"{answer}\""),
                Some(answer) => format!(" {what}: \"{answer}\""),
                None if what.is_empty() => what,
                None => format!(", {what}"),
            };
            format!("  {:<10} {}{what}", rule.as_str(), ruling.as_str())
        };
        let head = "what a server answers, rule by rule (the first that refuses speaks):".to_owned();
        std::iter::once(head).chain(self.verdicts().into_iter().map(told)).collect()
    }
}
