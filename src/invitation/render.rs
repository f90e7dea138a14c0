//! A person's facts become the words of their mail, and what must hold of these is checked.

use std::io;

use tera::ErrorKind;

use super::{
    Facts, Occasion, Part, RenderProblem, TemplateFault, Templates,
    choice::Choice,
    context::{Words, escaped},
    filters::words,
    folder::MOST,
    problem::faults_of,
};
use crate::model::{Invitation, Language, forbidden_char};

/// A mail's words.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// The mail; its calendar part is still to be made.
    pub invitation: Invitation,
    /// The words for the calendar entry, where they were wanted.
    pub description: Option<String>,
}

/// The most a subject may take on its way, encoded.
const LONGEST_SUBJECT: usize = 900;
/// How many octets of a link's end are looked for.
const LINKS_END: usize = 16;
/// What is wrong where a part lacks the link.
const NO_LINK: &str = "the mail would not hold the reader's link";
/// Where a subject from the settings comes from.
const SUBJECT_SETTING: &str = "event.toml, [mail] subject";

impl Templates {
    /// Renders a mail's subject, text and HTML, and the words for the calendar where they are wanted.
    ///
    /// # Errors
    /// [`RenderProblem`] where a template asks for a column that the file does not have, fails,
    /// prints over 1 MB, gives no one-line subject of at most 900 octets, or leaves the link out of
    /// the text, the HTML or the words for the calendar.
    pub fn render(&self, facts: &Facts) -> Result<Rendered, RenderProblem> {
        let [subject, text, html] =
            Part::of_mail(facts.occasion).map(|part| (part, self.choose(part, facts.language, &facts.event.language)));
        let mut words = Words::new(facts, self.rare);
        let subject = self.subject(facts, &mut words, subject)?;
        let text_part = self.linked(facts, &mut words, &text)?;
        let html_part = self.linked(facts, &mut words, &html)?;
        let description = if facts.calendar && facts.occasion == Occasion::Invite {
            let choice = self.choose(Part::Calendar, facts.language, &facts.event.language);
            Some(self.linked(facts, &mut words, &(Part::Calendar, choice))?)
        } else {
            None
        };
        let language = spoken(text.1.language, facts);
        let invitation = Invitation { subject, text: text_part, html: html_part, calendars: Vec::new(), language };
        Ok(Rendered { invitation, description })
    }

    /// Renders the words for one calendar entry alone.
    ///
    /// # Errors
    /// As [`Templates::render`].
    pub fn describe(&self, facts: &Facts) -> Result<String, RenderProblem> {
        let choice = self.choose(Part::Calendar, facts.language, &facts.event.language);
        self.linked(facts, &mut Words::new(facts, self.rare), &(Part::Calendar, choice))
    }

    /// A part that must hold the reader's links, where there are any.
    fn linked(&self, facts: &Facts, words: &mut Words, part: &(Part, Choice)) -> Result<String, RenderProblem> {
        let (part, choice) = part;
        let text = self.part(facts, words, *part, choice)?;
        let Some(first) = facts.link else { return Ok(text) };
        let links = std::iter::once(first).chain(facts.further.iter().map(|visit| visit.link));
        for (n, link) in links.enumerate() {
            let link = link.expose();
            let holds = if part.is_html() { holds_link(&text, &escaped(link)) } else { holds_link(&text, link) };
            if holds {
                continue;
            }
            let (what, hint) = match (n, part.is_html()) {
                (0, true) => (NO_LINK, "write `<a href=\"{{ link }}\">`, without filters"),
                (0, false) => (NO_LINK, "write `<{{ link }}>` on a line of its own, without filters"),
                _ => (
                    "the mail would not hold the links of all sessions",
                    "write `{% for session in sessions %} … {{ session.link }} … {% endfor %}`, or per = \"session\" \
                     under [mail]",
                ),
            };
            return Err(RenderProblem::new(&self.shown(choice.name), what, hint).of_template(true));
        }
        Ok(text)
    }

    fn subject(
        &self,
        facts: &Facts,
        words: &mut Words,
        (part, choice): (Part, Choice),
    ) -> Result<String, RenderProblem> {
        let phrase = facts.subject_line.filter(|_| !choice.own && part == Part::Subject);
        let line = match phrase {
            Some(phrase) => phrase.fill(facts.attendee, facts.event),
            None => self.part(facts, words, part, &choice)?,
        };
        let file = || phrase.map_or_else(|| self.shown(choice.name), |_| SUBJECT_SETTING.to_owned());
        let line = on_one_line(&line);
        if line.is_empty() {
            let problem = RenderProblem::new(&file(), "the subject is empty", "write at least `{{ event.title }}`");
            return Err(problem.of_template(self.is_alike_for_all(&choice)));
        }
        if let Some(found) = forbidden_char(&line) {
            let hint = "take it out of the template, or out of the row";
            let problem = RenderProblem::new(&file(), format!("the subject contains {found}"), hint);
            return Err(problem.of_template(self.is_alike_for_all(&choice)));
        }
        let length = encoded_length(&line);
        if length > LONGEST_SUBJECT {
            let message = format!("the subject takes {length} octets, more than {LONGEST_SUBJECT}");
            let problem = RenderProblem::new(&file(), message, "make it shorter: readers see some 60 characters");
            return Err(problem.of_template(self.is_alike_for_all(&choice)));
        }
        Ok(line)
    }

    /// Whether a template looks at nothing that differs from person to person.
    fn is_alike_for_all(&self, choice: &Choice) -> bool {
        let personal = ["attendee", "row", "greeting"];
        choice.own
            && self
                .tera
                .get_template_variables(choice.name)
                .is_ok_and(|names| personal.iter().all(|name| !names.contains(name)))
    }

    fn part(&self, facts: &Facts, words: &mut Words, part: Part, choice: &Choice) -> Result<String, RenderProblem> {
        self.require_columns(facts, choice)?;
        let context = words.turn(part, choice.language, &self.memory);
        let mut page = Page { bytes: Vec::with_capacity(usual_size(part)), full: false };
        match self.tera.render_to(choice.name, context, &mut page) {
            Ok(()) => {}
            Err(_) if page.full => return Err(self.too_large(choice)),
            Err(error) => return Err(self.failed(&error, facts, choice)),
        }
        String::from_utf8(page.bytes).map_err(|_| {
            RenderProblem::new(&self.shown(choice.name), "the part is no text", "take filters that cut bytes out")
        })
    }

    fn require_columns(&self, facts: &Facts, choice: &Choice) -> Result<(), RenderProblem> {
        let headers = &facts.attendee.headers.0;
        let needed = self.needed_columns(choice.name);
        let Some((file, column)) = needed.iter().find(|(_, column)| !headers.contains(&column.header)) else {
            return Ok(());
        };
        let message = format!("`row[\"{}\"]`: {} has no such column", column.header, facts.attendee.locator.source);
        let hint = super::lint::nearest(&column.header, headers.iter().map(String::as_str))
            .map_or_else(|| format!("columns: {}", headers.join(", ")), |near| format!("did you mean `{near}`?"));
        let mut fault = TemplateFault::new(file, message, hint).at(column.place.0, column.place.1);
        fault.available.clone_from(headers);
        Err(RenderProblem::from(fault).of_template(true))
    }

    fn too_large(&self, choice: &Choice) -> RenderProblem {
        let hint = "mails should be small: link to large things, and look for a loop that never ends";
        RenderProblem::new(&self.shown(choice.name), "the part grows larger than 1 MB", hint)
            .of_template(self.is_alike_for_all(choice))
    }

    fn failed(&self, error: &tera::Error, facts: &Facts, choice: &Choice) -> RenderProblem {
        let show = |name: &str| self.shown(if name.is_empty() { choice.name } else { name });
        let mut of_template = self.is_alike_for_all(choice);
        let mut fault = match error.kind() {
            ErrorKind::Msg(_) => TemplateFault::new(&show(""), error.to_string(), "mend the template"),
            ErrorKind::RenderingError(report) if report.message().ends_with("undefined") => {
                // Every row has the same columns: what one does not have, none has.
                of_template = true;
                let fault = faults_of(error, &show).swap_remove(0);
                let span = self.source(report.filename()).and_then(|source| source.get(report.span().range.clone()));
                span.map_or_else(|| fault.clone(), |span| undefined(fault.clone(), span, &facts.attendee.headers.0))
            }
            _ => faults_of(error, &show).swap_remove(0),
        };
        // A template may well throw the link at us; it is no one else's to read.
        for link in facts.link.into_iter().chain(facts.further.iter().map(|visit| visit.link)) {
            fault.message = fault.message.replace(link.expose(), "[link]");
        }
        RenderProblem::from(fault).of_template(of_template)
    }
}

/// Names what was undefined, and what could be meant where it was a column.
fn undefined(mut fault: TemplateFault, span: &str, headers: &[String]) -> TemplateFault {
    // Tera leaves the last bracket out.
    let closing = if span.matches('[').count() > span.matches(']').count() { "]" } else { "" };
    fault.message = format!("`{span}{closing}` is not defined");
    if span.starts_with("row") {
        fault.hint = format!("columns: {}", headers.join(", "));
        fault.available = headers.to_vec();
    }
    fault
}

/// Whether a part holds the whole link, with nothing behind it that would be taken for more of it.
///
/// Looks for the link's end, the signature, which stands nowhere else: a short text is found the faster.
fn holds_link(part: &str, link: &str) -> bool {
    let end = link.len().saturating_sub(LINKS_END);
    let end = link.get(end..).filter(|end| !end.is_empty()).unwrap_or(link);
    memchr::memmem::find_iter(part.as_bytes(), end)
        .map(|at| at + end.len())
        .any(|to| part[..to].ends_with(link) && !part[to..].starts_with(continues_a_link))
}

/// Whether a character right after a link would be taken for a part of it.
fn continues_a_link(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '%' | '=' | '+' | '/' | '#' | '?' | '~')
}

/// The octets a subject takes: itself in ASCII, else encoded words of 45 octets each (RFC 2047).
fn encoded_length(line: &str) -> usize {
    if line.is_ascii() { line.len() } else { line.len().div_ceil(45) * 75 }
}

/// The language that a template is written in, as a tag.
fn spoken(tag: &str, facts: &Facts) -> Language {
    let known = [facts.language, &facts.event.language].into_iter().find(|language| language.as_str() == tag).cloned();
    known.or_else(|| Language::parse(tag).ok()).unwrap_or_else(|| facts.event.language.clone())
}

/// A text without line breaks, and with no more blanks than its words need.
fn on_one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in words(text) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// What a part seldom exceeds, in octets; powers of two are had fastest.
fn usual_size(part: Part) -> usize {
    match part {
        Part::Subject | Part::CancelSubject => 256,
        Part::Calendar => 2 * 1024,
        Part::Text | Part::CancelText => 4 * 1024,
        Part::Html | Part::CancelHtml => 8 * 1024,
    }
}

/// Takes what a template prints, up to 1 MB.
struct Page {
    bytes: Vec<u8>,
    full: bool,
}

impl io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > MOST {
            self.full = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
