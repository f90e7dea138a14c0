//! `roomkey templates`: what templates can show, and the built-in ones written out.

use std::path::Path;

use super::{
    Desk,
    opened::{Opened, SecretNeed},
    report::file_failure,
};
use crate::{
    campaign::{Depth, Wanted},
    cli::TemplatesArgs,
    console::visible,
    failure::{Failure, Status, Told},
    invitation::{Facts, Variable, export, variables},
};

/// Examples are cut at so many characters.
const LONGEST_EXAMPLE: usize = 60;

pub(super) fn run(desk: &Desk<'_>, args: &TemplatesArgs) -> Result<Status, Failure> {
    match &args.export {
        Some(folder) => write_out(desk, folder),
        None => list(desk),
    }
}

fn write_out(desk: &Desk<'_>, folder: &Path) -> Result<Status, Failure> {
    let written = export(&desk.around.folder.join(folder)).map_err(|problem| {
        let why = std::error::Error::source(&problem).map(|source| format!(": {source}")).unwrap_or_default();
        Failure::bad_input(Told::new(format!("{problem}{why}")).hint(problem.hint()))
    })?;
    for path in &written {
        let shown = path.strip_prefix(&desk.around.folder).unwrap_or(path);
        desk.console.result_shown(&shown.display().to_string());
    }
    let named = folder.display().to_string();
    desk.console.say(&format!(
        "Change what you like, delete the rest, and name the folder in event.toml, relative to event.toml's folder: \
         under [mail], templates = {named:?}"
    ));
    desk.console.say("`roomkey templates --variables` lists what templates can show; `roomkey check` tries them.");
    Ok(Status::Done)
}

fn list(desk: &Desk<'_>) -> Result<Status, Failure> {
    let opened = Opened::open(desk, SecretNeed::OrThrowAway)?;
    let roster = opened.roster()?;
    let everybody = Wanted::default();
    let survey = opened
        .surveyor(&roster, None, &everybody, desk)
        .survey(Depth::Rows, None)
        .map_err(|problem| file_failure(&problem))?;
    let Some(attendee) = survey.samples.first() else {
        let what = format!("{}: no row is sound: there is nobody to take examples from", opened.rules.shown_as);
        return Err(Failure::bad_input(Told::new(what).hint("put a row right: `roomkey check` lists the problems")));
    };
    let press = &opened.press;
    let standing = survey.person(attendee.number).and_then(|person| roster.by_id(person));
    let user_id = press.user_id_of(standing, &attendee.key);
    let link = press.link(attendee, &user_id).map_err(Failure::bad_input)?;
    let found = variables(&Facts {
        attendee,
        event: &press.event,
        language: press.language(attendee),
        link: &link,
        note: None,
        subject_line: press.subject.as_ref(),
        greeting: press.greeting.as_ref(),
    });
    for line in table(&found) {
        desk.console.result(&line);
    }
    desk.console.say(&format!("The examples are {}'s ({}).", attendee.name, attendee.locator));
    Ok(Status::Done)
}

/// Names in one column, examples in the next.
fn table(found: &[Variable]) -> Vec<String> {
    let names: Vec<String> = found.iter().map(|variable| visible(&variable.name)).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let line = |(name, variable): (&String, &Variable)| {
        let blanks = width - name.chars().count();
        format!("{name}{:blanks$}  {}", "", cut(&visible(&variable.example))).trim_end().to_owned()
    };
    names.iter().zip(found).map(line).collect()
}

fn cut(example: &str) -> String {
    if example.chars().count() <= LONGEST_EXAMPLE {
        return example.to_owned();
    }
    example.chars().take(LONGEST_EXAMPLE - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_foreign_examples_stay_on_their_line() {
        let variable = |name: &str, example: &str| Variable { name: name.into(), example: example.into() };
        let lines =
            table(&[variable("link", &"ü".repeat(61)), variable("row[\"Größe\"]", "a\nb"), variable("note", "")]);
        assert_eq!(lines[0], format!("link          {}…", "ü".repeat(59)));
        assert_eq!(lines[1], "row[\"Größe\"]  a\\nb");
        assert_eq!(lines[2], "note");
    }
}
