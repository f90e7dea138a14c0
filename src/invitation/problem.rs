//! What can be wrong with templates, and where.

use std::{fmt, path::PathBuf};

use tera::{Error, ErrorKind};

/// All that is wrong with the organiser's templates: every fault of every file, in file order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateProblem(pub Vec<TemplateFault>);

impl fmt::Display for TemplateProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, fault) in self.0.iter().enumerate() {
            if n > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for TemplateProblem {}

/// One thing that is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TemplateFault {
    /// The file, as the organiser can find it.
    pub file: String,
    /// The line, from 1, where one is known.
    pub line: Option<usize>,
    /// The column in characters, from 1, where one is known.
    pub column: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// The names that could stand there instead; empty where the fault is another.
    pub available: Vec<String>,
    /// The way out.
    pub hint: String,
}

impl fmt::Display for TemplateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        for number in [self.line, self.column].into_iter().flatten() {
            write!(f, ":{number}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl TemplateFault {
    pub(super) fn new(file: &str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: None,
            column: None,
            message: message.into(),
            available: Vec::new(),
            hint: hint.into(),
        }
    }

    pub(super) fn at(mut self, line: usize, column: usize) -> Self {
        (self.line, self.column) = (Some(line), Some(column));
        self
    }
}

/// Why a mail could not be made of templates that looked sound: one fault, in a file or a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderProblem {
    /// What is wrong, and where.
    pub fault: Box<TemplateFault>,
    of_template: bool,
}

impl RenderProblem {
    pub(super) fn new(file: &str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        TemplateFault::new(file, message, hint).into()
    }

    /// Says that the template is to blame, whoever the mail is for.
    pub(super) fn of_template(self, of_template: bool) -> Self {
        Self { of_template, ..self }
    }

    /// Whether no row can help it: the template has to be mended, and one mention is enough. Equal
    /// problems of this kind read the same for every row.
    #[must_use]
    pub fn is_template(&self) -> bool {
        self.of_template
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &str {
        &self.fault.hint
    }
}

impl From<TemplateFault> for RenderProblem {
    fn from(fault: TemplateFault) -> Self {
        Self { fault: Box::new(fault), of_template: false }
    }
}

impl fmt::Display for RenderProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fault.fmt(f)
    }
}

impl std::error::Error for RenderProblem {}

/// Something about the organiser's templates that may not be meant so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateWarning {
    /// Readers see one of text and HTML in the organiser's words, the other in the built-in ones.
    OnlyOne {
        /// The file that is there.
        own: PathBuf,
        /// The file that is not.
        missing: PathBuf,
    },
    /// Readers of a language see one of text and HTML in it, the other as it is for all languages.
    OtherLanguage {
        /// The file that is there.
        own: PathBuf,
        /// Its language.
        language: String,
        /// The file for all languages, which the other half is taken from.
        other: PathBuf,
        /// The file that is not there.
        missing: PathBuf,
    },
    /// A subject of its own, which goes before `[mail] subject`.
    SubjectIgnored {
        /// The file.
        file: PathBuf,
        /// Whom it is for, where not for all.
        language: Option<String>,
    },
    /// A file that no mail uses.
    Unused {
        /// The file.
        file: PathBuf,
        /// The name it may have been meant to have.
        meant: Option<String>,
    },
    /// What strangers wrote goes into the HTML as it is.
    Unescaped {
        /// The file.
        file: PathBuf,
        /// Line and column, from 1.
        place: (usize, usize),
        /// The name that is printed.
        what: String,
    },
}

impl TemplateWarning {
    /// What to do about it, where that is not said already.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        let hint = "take `| safe` out: whoever registers can put links and pictures of theirs into the mail";
        matches!(self, Self::Unescaped { .. }).then_some(hint)
    }
}

impl fmt::Display for TemplateWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OnlyOne { own, missing } => write!(
                f,
                "{}: replaces one half of the mail only; the other half stays the built-in one until there is {}",
                own.display(),
                missing.display()
            ),
            Self::OtherLanguage { own, language, other, missing } => write!(
                f,
                "{}: readers of `{language}` get this half of the mail in their language, the other as {} has it for \
                 all, until there is {}",
                own.display(),
                other.display(),
                missing.display()
            ),
            Self::SubjectIgnored { file, language } => {
                write!(f, "{}: this file is the subject, `subject` under [mail] is ignored", file.display())?;
                language.as_ref().map_or(Ok(()), |language| write!(f, " for readers of `{language}`"))
            }
            Self::Unused { file, meant } => {
                write!(f, "{}: no mail uses this file", file.display())?;
                meant.as_ref().map_or(Ok(()), |name| write!(f, "; did you mean `{name}`?"))
            }
            Self::Unescaped { file, place: (line, column), what } => {
                write!(f, "{}:{line}:{column}: `{what}` goes into the HTML unescaped", file.display())
            }
        }
    }
}

/// Puts Tera's errors into our words; `show` turns a template's name into a path.
pub(super) fn faults_of(error: &Error, show: &dyn Fn(&str) -> String) -> Vec<TemplateFault> {
    let hint = "mend the template, or delete the file to go back to the built-in one";
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
            let (message, available) = split_available(report.message());
            let mut fault = TemplateFault::new(&show(report.filename()), message, hint)
                .at(report.span().start_line, report.span().start_col + 1);
            if !available.is_empty() {
                fault.hint = "use one of the names available".into();
            }
            fault.available = available;
            vec![fault]
        }
        ErrorKind::CircularInclude { tpl, include_chain: chain }
        | ErrorKind::CircularExtend { tpl, inheritance_chain: chain } => {
            let message = format!("the file leads back to itself: {}", chain.join(" -> "));
            vec![TemplateFault::new(&show(tpl), message, "take one of the includes out")]
        }
        ErrorKind::MissingParent { current, parent } => {
            let message = format!("there is no `{parent}` to extend");
            vec![TemplateFault::new(&show(current), message, "files are named from the templates folder on")]
        }
        ErrorKind::Msg(text) => reports(text, show, hint),
        other => vec![TemplateFault::new(&show(""), in_our_voice(&other.to_string()), hint)],
    }
}

/// Takes apart the reports that Tera joins into one text when several references are unknown.
fn reports(text: &str, show: &dyn Fn(&str) -> String, hint: &str) -> Vec<TemplateFault> {
    let mut faults = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(message) = line.strip_prefix("error: ") else { continue };
        let place = lines.next().and_then(|line| line.trim_start().strip_prefix("--> "));
        let mut parts = place.unwrap_or_default().rsplitn(3, ':');
        let (column, line, file) = (parts.next(), parts.next(), parts.next());
        let mut fault = TemplateFault::new(&show(file.unwrap_or_default()), in_our_voice(message), hint);
        fault.line = line.and_then(|n| n.parse().ok());
        fault.column = column.and_then(|n| n.parse().ok());
        faults.push(fault);
    }
    if faults.is_empty() {
        faults.push(TemplateFault::new(&show(""), in_our_voice(text), hint));
    }
    faults
}

/// Splits off the names that Tera lists at the end of a message.
fn split_available(message: &str) -> (String, Vec<String>) {
    for mark in [" Available variables: ", " Available fields: "] {
        if let Some((what, names)) = message.split_once(mark) {
            return (in_our_voice(what), names.split(", ").map(|name| name.trim_matches('"').to_owned()).collect());
        }
    }
    (in_our_voice(message), Vec::new())
}

/// Lower case at the start, no full stop at the end.
fn in_our_voice(message: &str) -> String {
    let message = message.trim().trim_end_matches('.');
    let mut chars = message.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}
