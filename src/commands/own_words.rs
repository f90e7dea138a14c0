//! The organiser's own words: where they lie, and what is wrong with them.

use std::path::{Path, PathBuf};

use super::opened::settings_told;
use crate::{
    failure::Told,
    invitation::{self, MessageProblem, Messages, Templates},
    model::Picture,
    settings::Settings,
};

/// The folder of own templates: the one that is named, else `templates` beside event.toml, where mails lie in it.
pub(super) fn templates_folder(settings: &Settings) -> Option<PathBuf> {
    let beside = settings.folder.join("templates");
    settings.mail.templates.clone().or_else(|| invitation::holds_parts(&beside).then_some(beside))
}

/// Reads `message_file` and those beside it; adds what is wrong with them to the problems.
pub(super) fn messages(settings: &Settings, problems: &mut Vec<Told>) -> Option<Messages> {
    let path = settings.mail.message_file.as_deref()?;
    Messages::load(path)
        .map_err(|found| problems.extend(found.iter().map(|(path, problem)| told(settings, path, problem))))
        .ok()
}

/// At its line; where there is no such file, at the setting.
fn told(settings: &Settings, path: &Path, problem: &MessageProblem) -> Told {
    let shown = path.strip_prefix(&settings.folder).unwrap_or(path).display();
    if problem.line.is_none() && settings.mail.message_file.as_deref() == Some(path) {
        let what = format!("message_file: {shown}: {problem}");
        return settings_told(&settings.problem("mail.message_file", &what, Some(problem.hint)));
    }
    let place = problem.line.map_or_else(|| shown.to_string(), |line| format!("{shown}:{line}"));
    Told::new(format!("{place}: {problem}")).hint(problem.hint)
}

/// Own templates that leave the words of `message_file` out, or the logo.
pub(super) fn left_out(messages: Option<&Messages>, logo: Option<&Picture>, templates: &Templates) -> Vec<Told> {
    let message = |file: &String| {
        Told::new(format!("{file} does not show the words of `message_file`"))
            .hint("put {{ message }} where they belong")
    };
    let picture = |file: &String| {
        Told::new(format!("{file} does not show the logo")).hint(
            "put <img src=\"{{ logo.src }}\" width=\"{{ logo.width }}\" height=\"{{ logo.height }}\" \
             alt=\"{{ logo.alt }}\"> where it belongs",
        )
    };
    let messages = messages.iter().flat_map(|_| templates.without_message()).map(message);
    messages.chain(logo.iter().flat_map(|_| templates.without_logo()).map(picture)).collect()
}

/// Own templates that do not say that it is recorded who came, where mails are to say so.
pub(super) fn untold(settings: &Settings, templates: &Templates) -> Vec<Told> {
    let notice = |file: &String| {
        Told::new(format!("{file} does not say that it is recorded who came"))
            .hint("put {{ attendance_notice }} where it belongs, or write notice = false under [attendance]")
    };
    templates.without_notice().iter().filter(|_| settings.tells_of_attendance()).map(notice).collect()
}
