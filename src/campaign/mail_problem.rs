//! Why somebody's mail cannot be made: the fault of a row, or of a template and then told once for all rows.

use super::words;
use crate::{failure::Told, invitation::RenderProblem, model::Locator};

/// Why somebody's mail cannot be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailProblem {
    /// The row is to blame, or may be.
    Row(Told),
    /// A template is, whatever the row.
    Template(TemplateFault),
}

impl MailProblem {
    /// What a template did wrong, or a row.
    pub(super) fn of(problem: &RenderProblem, at: &Locator) -> Self {
        let (what, hint) = (problem.to_string(), problem.hint().to_owned());
        let fault = TemplateFault { what, hint, at: at.clone(), more: 0 };
        if problem.is_template() { Self::Template(fault) } else { Self::Row(fault.into()) }
    }
}

/// What a template does wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateFault {
    /// Where and what; the same for every row.
    what: String,
    hint: String,
    /// The row it was found with first.
    at: Locator,
    /// How many others it was found with.
    more: u64,
}

impl From<Told> for MailProblem {
    fn from(told: Told) -> Self {
        Self::Row(told)
    }
}

impl From<MailProblem> for Told {
    fn from(problem: MailProblem) -> Self {
        match problem {
            MailProblem::Row(told) => told,
            MailProblem::Template(fault) => fault.into(),
        }
    }
}

impl From<TemplateFault> for Told {
    fn from(TemplateFault { what, hint, at, more }: TemplateFault) -> Self {
        let others = match more {
            0 => String::new(),
            _ => format!(" and {}", words::counted(more, "more row", "more rows")),
        };
        Self::new(format!("{what} (for {at}{others})")).hint(hint)
    }
}

/// What templates do wrong in a file's mails, each fault once.
#[derive(Debug, Default)]
pub(super) struct TemplateProblems(Vec<TemplateFault>);

impl TemplateProblems {
    /// Takes down what one row's mail failed for; the first row found speaks for the others.
    pub(super) fn note(&mut self, fault: TemplateFault) {
        match self.0.iter_mut().find(|known| known.what == fault.what) {
            Some(known) => known.more += 1,
            None => self.0.push(fault),
        }
    }

    /// All of them, in the order in which they were found.
    #[must_use]
    pub(super) fn told(self) -> Vec<Told> {
        self.0.into_iter().map(Told::from).collect()
    }
}
