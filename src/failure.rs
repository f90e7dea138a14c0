//! What went wrong, as the person at the keyboard is told it: what, a way out, and an exit status.
//!
//! Leaf modules have errors of their own; this is what they become on the way up.

use std::fmt;

/// How the program ends. The numbers are a promise to scripts; the README documents them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Done; for `send` and `resend`: every row concerned is sent.
    Done,
    /// Unexpected: a bug, a full disk.
    Unexpected,
    /// The command line was not understood.
    Usage,
    /// Bad input, a declined question, a person unknown; nothing was sent.
    BadInput,
    /// Some failed, given up, still deferred, or left out by `--skip-invalid`.
    SomeFailed,
    /// Some in doubt; outranks [`Status::SomeFailed`].
    SomeInDoubt,
    /// Not now: relay or server unreachable, log-in or sender refused, quota, another run.
    NotNow,
    /// Interrupted by Ctrl-C.
    Interrupted,
}

impl Status {
    /// The number the shell sees.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Unexpected => 1,
            Self::Usage => 2,
            Self::BadInput => 3,
            Self::SomeFailed => 4,
            Self::SomeInDoubt => 5,
            Self::NotNow => 6,
            Self::Interrupted => 130,
        }
    }
}

/// An error on its way to the terminal: one or more lines, each with its own way out.
#[derive(Debug)]
pub struct Failure {
    /// How the program ends.
    pub status: Status,
    /// The problems, in the order in which they are shown.
    pub problems: Vec<Told>,
}

/// One problem and the way out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Where and what, on one line.
    pub what: String,
    /// What to do, on one line.
    pub hint: Option<String>,
}

impl Told {
    /// A problem without a way out of its own.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), hint: None }
    }

    /// Adds the way out.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the way out where there is one.
    #[must_use]
    pub fn maybe_hint(mut self, hint: Option<impl Into<String>>) -> Self {
        self.hint = hint.map(Into::into);
        self
    }
}

impl Failure {
    /// One problem that ends the program with `status`.
    #[must_use]
    pub fn of(status: Status, told: Told) -> Self {
        Self { status, problems: vec![told] }
    }

    /// Bad input: one problem.
    #[must_use]
    pub fn bad_input(told: Told) -> Self {
        Self::of(Status::BadInput, told)
    }

    /// Something nobody can be blamed for: a bug, a full disk.
    pub fn unexpected(what: impl Into<String>) -> Self {
        Self::of(Status::Unexpected, Told::new(what))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for told in &self.problems {
            if !first {
                f.write_str("; ")?;
            }
            f.write_str(&told.what)?;
            first = false;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}
