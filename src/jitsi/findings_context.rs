//! What Jitsi's client and server make of `context`: the person and their rights.

use serde_json::{Map, Value};

use super::{
    findings::{Judge, kind},
    verdicts::Rule,
};
use crate::model::{Affiliation, FEATURES};

impl<'a> Judge<'a> {
    pub(super) fn context(&mut self) {
        let given = self.given;
        match given.claims.get("context") {
            Some(Value::Object(context)) => {
                self.user(context);
                self.features(context);
            }
            Some(other) => self.error(format!("`context` is {}, a server wants an object", kind(other)), ""),
            None => self.warn("`context` is missing: the person enters without a name and without an id", ""),
        }
    }

    fn user(&mut self, context: &'a Map<String, Value>) {
        let user = match context.get("user") {
            Some(Value::Object(user)) => user,
            Some(other) => {
                return self.error(format!("`context.user` is {}, a server wants an object", kind(other)), "");
            }
            None => {
                return self.warn("`context.user` is missing: the person enters without a name and without an id", "");
            }
        };
        for name in ["id", "name", "email", "avatar"] {
            if let Some(value) = user.get(name).filter(|value| !value.is_string()) {
                self.error(
                    format!("`context.user.{name}` is {}: all but a string can break the client", kind(value)),
                    "what is unknown is left out",
                );
            }
        }
        if !user.contains_key("id") {
            self.warn("`context.user.id` is missing: nothing tells whose token it is", "");
        }
        if user.get("name").is_none_or(|name| name.as_str().is_some_and(|name| name.trim().is_empty())) {
            self.warn("`context.user.name` is missing or empty: the person enters without a name", "");
        }
        if user.get("email").is_some_and(Value::is_string) {
            self.note("`context.user.email` is shown to the browser of everybody in the room");
        }
        self.rights(user);
    }

    fn rights(&mut self, user: &'a Map<String, Value>) {
        self.rule = Some(Rule::Moderator);
        self.affiliation(user);
        let read = |flag: &Value| flag.is_boolean() || matches!(flag.as_str(), Some("true" | "false"));
        let is_jaas = self.facts.is_jaas();
        if self.facts.user.moderator && is_jaas {
            self.note("the token asks for a moderator's rights");
        } else if self.facts.user.moderator {
            self.note(
                "the token asks for a moderator's rights: servers without `token_affiliation` do not look at that",
            );
        } else if let Some(flag) = user.get("moderator").filter(|flag| !read(flag)) {
            self.warn(
                format!("`context.user.moderator` is {flag}: servers read all but `true` and `\"true\"` as no"),
                "write `true`",
            );
        }
    }

    fn affiliation(&mut self, user: &'a Map<String, Value>) {
        let Some(affiliation) = user.get("affiliation") else { return };
        let known = Affiliation::ALL.into_iter().find(|known| Some(known.as_str()) == affiliation.as_str());
        let flag = user.get("moderator").map(|flag| flag == true || flag.as_str() == Some("true"));
        if known.is_none() {
            self.warn(
                format!("`context.user.affiliation` is {affiliation}: a server takes it for a plain member's"),
                "owner, moderator and teacher are moderators; all others are members",
            );
        } else if flag.zip(known).is_some_and(|(flag, known)| flag != known.is_moderator()) {
            self.warn(
                format!("`context.user.affiliation` is {affiliation} and `moderator` is not: either makes a moderator"),
                "let the two agree: servers differ in which of them they look at",
            );
        }
    }

    fn features(&mut self, context: &'a Map<String, Value>) {
        self.rule = Some(Rule::Features);
        let features = match context.get("features") {
            Some(Value::Object(features)) => features,
            Some(other) => {
                return self.error(format!("`context.features` is {}, the client wants an object", kind(other)), "");
            }
            None => return,
        };
        for (name, value) in features {
            if !FEATURES.contains(&name.as_str()) {
                self.warn(format!("the client does not know the feature `{name}` and shows that to the attendee"), "");
            } else if !value.is_boolean() && !matches!(value.as_str(), Some("true" | "false")) {
                self.warn(format!("the feature `{name}` is {value}: the client wants `true` or `false`"), "");
            }
        }
    }
}
