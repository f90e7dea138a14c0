//! When a token begins to work, and when it stops.

use jiff::SignedDuration;

use super::{explanation::Moment, findings::Judge, inspect_text::utc, verdicts::Rule};

/// A window longer than this is worth a word: nothing revokes a token.
const LONG_WINDOW: SignedDuration = SignedDuration::from_hours(24 * 366);

impl Judge<'_> {
    pub(super) fn begin(&mut self) {
        match &self.facts.nbf {
            Moment::Missing => self.note("`nbf` is missing: the token works from the moment it was made"),
            Moment::NotANumber(json) => self.error(format!("`nbf` is {json}, a server wants a number of seconds"), ""),
            Moment::BeyondCalendar(json) => self.error(
                format!("`nbf` is {json}, which lies beyond the year 9999: the token never begins to work"),
                "it counts seconds since 1970, not milliseconds",
            ),
            Moment::At(nbf) if self.now < *nbf && !self.facts.never_works() => {
                self.note(format!("the token does not work yet: servers refuse it until {}", utc(*nbf)));
            }
            Moment::At(_) => {}
        }
    }

    pub(super) fn end(&mut self) {
        let exp = match &self.facts.exp {
            Moment::At(exp) => *exp,
            Moment::Missing => {
                self.error(
                    "`exp` is missing: a server lets this token in for ever",
                    "let whoever makes the tokens add it",
                );
                return;
            }
            Moment::NotANumber(json) => {
                self.error(format!("`exp` is {json}, a server wants a number of seconds (\"exp must be number\")"), "");
                return;
            }
            Moment::BeyondCalendar(json) => {
                self.error(
                    format!("`exp` is {json}, which lies beyond the year 9999: a server lets this token in for ever"),
                    "it counts seconds since 1970, not milliseconds",
                );
                return;
            }
        };
        let nbf = if let Moment::At(nbf) = self.facts.nbf { Some(nbf) } else { None };
        if self.facts.never_works() {
            if nbf.is_some_and(|nbf| self.now < nbf) {
                self.rule = Some(Rule::Nbf);
            }
            self.error(
                "the token never works: it stops (`exp`) no later than it begins (`nbf`), so servers refuse it at any time",
                "let whoever makes the tokens look at the two times",
            );
        } else if self.now >= exp {
            self.error(
                format!(
                    "the token has stopped working: servers refuse it since {} (\"Not acceptable by exp\")",
                    utc(exp)
                ),
                "a link with a later end is a new link: change the end in the event's settings, then send it again",
            );
        } else if nbf.unwrap_or(self.now).duration_until(exp) > LONG_WINDOW {
            self.warn("the token works for more than a year, and nothing revokes it before", "");
        }
    }
}
