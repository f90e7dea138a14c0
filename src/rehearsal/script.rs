//! What the catcher shall do other than take every mail.
//!
//! Owns: the rules, and which one acts at a moment. Does not own: the conversation they disturb.
//! Rules are tried in order; the first that matches and whose turn it is acts, alone.

use std::{collections::HashMap, fmt, time::Duration};

use crate::model::Stage;

/// What a rule does in place of the usual reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Gives this reply; several lines are divided by `\n`, each complete with its code. A 2xx or 3xx
    /// goes on as if the usual reply had been given, 421 closes, and so does a greeting of 4xx or 5xx.
    Reply(String),
    /// Writes these octets as they are; the first three digits decide as for [`Action::Reply`].
    Raw(Vec<u8>),
    /// Gives this reply one octet at a time.
    DripReply(String),
    /// Waits, then gives the usual reply.
    Delay(Duration),
    /// Closes the connection without a word.
    Drop,
    /// Neither reads nor writes any more until the catcher is stopped.
    Stall,
    /// At [`Stage::Final`]: takes the mail, then closes without a reply, so that the sender cannot
    /// know. Elsewhere the same as [`Action::Drop`].
    AcceptThenDrop,
    /// At [`Stage::Final`]: takes the mail, then stalls. Elsewhere the same as [`Action::Stall`].
    AcceptThenStall,
}

impl Action {
    /// A reply of one line.
    pub fn reply(line: impl Into<String>) -> Self {
        Self::Reply(line.into())
    }

    /// Whether a mail counts as taken when this is done at its final dot.
    pub(super) fn takes_the_mail(&self) -> bool {
        match self {
            Self::Reply(text) | Self::DripReply(text) => is_positive(text.as_bytes()),
            Self::Raw(bytes) => is_positive(bytes),
            Self::Delay(_) | Self::AcceptThenDrop | Self::AcceptThenStall => true,
            Self::Drop | Self::Stall => false,
        }
    }
}

/// Whether a reply's code is 2xx or 3xx.
pub(super) fn is_positive(reply: &[u8]) -> bool {
    matches!(reply, [b'2' | b'3', b'0'..=b'9', b'0'..=b'9', ..])
}

/// Which of the moments that match a rule it acts at; they are counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// At all.
    Always,
    /// At the first so many.
    First(u64),
    /// At this one alone.
    Nth(u64),
    /// At all after so many.
    After(u64),
    /// At the first so many of each recipient.
    FirstOfEach(u64),
}

/// When to misbehave, and how.
#[derive(Debug, Clone)]
pub struct Rule {
    stage: Stage,
    recipient: Option<String>,
    times: Times,
    action: Action,
}

impl Rule {
    /// A rule that acts whenever a conversation comes to `stage`.
    ///
    /// [`Stage::Connect`] is before the greeting; [`Stage::Body`] is when the first octets of a
    /// message have come. A sender that hands a whole message to its socket at once has sent the
    /// dot by then.
    #[must_use]
    pub fn at(stage: Stage, action: Action) -> Self {
        Self { stage, recipient: None, times: Times::Always, action }
    }

    /// Only where a recipient of the mail contains this text; of use from [`Stage::Recipient`] on.
    #[must_use]
    pub fn recipient(mut self, part: impl Into<String>) -> Self {
        self.recipient = Some(part.into());
        self
    }

    /// Only at some of the moments that match.
    #[must_use]
    pub fn times(mut self, times: Times) -> Self {
        self.times = times;
        self
    }

    fn matches(&self, stage: Stage, recipients: &[String]) -> bool {
        self.stage == stage
            && self.recipient.as_ref().is_none_or(|part| recipients.iter().any(|r| r.contains(part.as_str())))
    }
}

/// Everything that makes a catcher other than an obliging one; the default takes every mail.
#[derive(Clone)]
pub struct Script {
    pub(super) rules: Vec<Rule>,
    pub(super) keywords: Vec<String>,
    pub(super) account: Option<Account>,
    pub(super) counts_only: bool,
    pub(super) records_commands: bool,
}

/// The one account that may log in.
#[derive(Clone)]
pub(super) struct Account {
    pub(super) user: String,
    pub(super) password: String,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("user", &self.user).field("password", &"[redacted]").finish()
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script")
            .field("rules", &self.rules)
            .field("keywords", &self.keywords)
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

impl Default for Script {
    fn default() -> Self {
        let size = format!("SIZE {}", super::incoming::MAX_MESSAGE);
        let keywords = ["PIPELINING", &size, "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"];
        Self {
            rules: Vec::new(),
            keywords: keywords.map(str::to_owned).into(),
            account: None,
            counts_only: false,
            records_commands: false,
        }
    }
}

impl Script {
    /// Adds a rule after those there are.
    #[must_use]
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Leaves one keyword out of the reply to EHLO. Without `PIPELINING`, a sender that pipelines
    /// all the same is refused and cut off, as careful relays do.
    #[must_use]
    pub fn without(mut self, keyword: &str) -> Self {
        self.keywords.retain(|line| !first_word(line).eq_ignore_ascii_case(keyword));
        self
    }

    /// Replaces the lines that follow the first one in the reply to EHLO, given without their code.
    #[must_use]
    pub fn ehlo_lines<I: IntoIterator<Item = S>, S: Into<String>>(mut self, lines: I) -> Self {
        self.keywords = lines.into_iter().map(Into::into).collect();
        self
    }

    /// Demands a log-in before MAIL, and takes this account alone. PLAIN and LOGIN are offered, unless
    /// the keywords offer others: XOAUTH2 and OAUTHBEARER take the password as an access token.
    #[must_use]
    pub fn account(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.account = Some(Account { user: user.into(), password: password.into() });
        if !self.keywords.iter().any(|line| first_word(line).eq_ignore_ascii_case("AUTH")) {
            self.keywords.push("AUTH PLAIN LOGIN".to_owned());
        }
        self
    }

    /// Keeps numbers alone, no record of each mail: memory stays the same however many come.
    #[must_use]
    pub fn counts_only(mut self) -> Self {
        self.counts_only = true;
        self
    }

    /// Also keeps each command line, without what AUTH carries.
    #[must_use]
    pub fn records_commands(mut self) -> Self {
        self.records_commands = true;
        self
    }

    pub(super) fn pipelines(&self) -> bool {
        self.keywords.iter().any(|line| first_word(line).eq_ignore_ascii_case("PIPELINING"))
    }
}

fn first_word(line: &str) -> &str {
    line.split([' ', '=']).next().unwrap_or_default()
}

/// How often each rule has matched so far.
#[derive(Debug, Default)]
pub(super) struct Turns {
    matched: HashMap<usize, u64>,
    matched_by_recipient: HashMap<(usize, String), u64>,
}

impl Turns {
    /// What the script wants done at this moment; `None` for the usual reply.
    pub(super) fn action(&mut self, rules: &[Rule], stage: Stage, recipients: &[String]) -> Option<Action> {
        for (index, rule) in rules.iter().enumerate() {
            if rule.matches(stage, recipients) && self.is_turn(index, rule.times, recipients) {
                return Some(rule.action.clone());
            }
        }
        None
    }

    fn is_turn(&mut self, index: usize, times: Times, recipients: &[String]) -> bool {
        let count = match times {
            Times::FirstOfEach(_) => {
                let whose = (index, recipients.last().cloned().unwrap_or_default());
                self.matched_by_recipient.entry(whose).or_default()
            }
            _ => self.matched.entry(index).or_default(),
        };
        *count += 1;
        match times {
            Times::Always => true,
            Times::First(limit) | Times::FirstOfEach(limit) => *count <= limit,
            Times::Nth(number) => *count == number,
            Times::After(limit) => *count > limit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acts(turns: &mut Turns, rules: &[Rule], stage: Stage, recipient: &str) -> bool {
        turns.action(rules, stage, &[recipient.to_owned()]).is_some()
    }

    #[test]
    fn a_rule_acts_at_its_stage_and_recipient_alone() {
        let rules = [Rule::at(Stage::Recipient, Action::reply("550 no")).recipient("bob")];
        let mut turns = Turns::default();
        assert!(acts(&mut turns, &rules, Stage::Recipient, "bob@example.org"));
        assert!(!acts(&mut turns, &rules, Stage::Recipient, "ada@example.org"));
        assert!(!acts(&mut turns, &rules, Stage::Data, "bob@example.org"));
    }

    #[test]
    fn turns_are_counted_over_all_or_for_each_recipient() {
        let history = |times| {
            let rules = [Rule::at(Stage::Recipient, Action::Drop).times(times)];
            let mut turns = Turns::default();
            ["a", "b", "a", "b"].map(|who| acts(&mut turns, &rules, Stage::Recipient, who))
        };
        assert_eq!(history(Times::Always), [true, true, true, true]);
        assert_eq!(history(Times::First(1)), [true, false, false, false]);
        assert_eq!(history(Times::Nth(2)), [false, true, false, false]);
        assert_eq!(history(Times::After(2)), [false, false, true, true]);
        assert_eq!(history(Times::FirstOfEach(1)), [true, true, false, false]);
    }

    #[test]
    fn the_first_rule_whose_turn_it_is_acts_alone() {
        let rules = [
            Rule::at(Stage::Final, Action::Drop).times(Times::First(1)),
            Rule::at(Stage::Final, Action::Stall).times(Times::First(1)),
        ];
        let mut turns = Turns::default();
        let mut next = || turns.action(&rules, Stage::Final, &[]);
        assert_eq!([next(), next(), next()], [Some(Action::Drop), Some(Action::Stall), None]);
    }

    #[test]
    fn the_password_is_in_no_debug_text() {
        let script = Script::default().account("ada", "correct horse");
        assert!(format!("{script:?}").contains("ada"));
        assert!(!format!("{script:?}").contains("horse"));
    }

    #[test]
    fn keywords_can_be_left_out_or_replaced() {
        assert!(Script::default().pipelines());
        assert!(!Script::default().without("pipelining").pipelines());
        assert!(!Script::default().ehlo_lines(["STARTTLS"]).pipelines());
    }
}
