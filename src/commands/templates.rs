//! `roomkey templates`: what templates can show, and the built-in ones written out.

use std::{path::Path, sync::Arc};

use super::{
    Desk,
    opened::{Opened, SecretNeed},
};
use crate::{
    campaign::{Depth, Wanted},
    cli::TemplatesArgs,
    console::visible,
    failure::{Failure, Status, Told},
    invitation::{Variable, export, variables},
    model::{Address, Attendee, AttendeeKey, Locator},
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
    let beside = desk.cli.event.parent().unwrap_or_else(|| Path::new("")).join("templates");
    let same = |a: &Path, b: &Path| a.canonicalize().is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b));
    desk.console.say(&if same(&desk.around.folder.join(folder), &desk.around.folder.join(beside)) {
        "Change what you like and delete the rest: what is left takes the place of the built-in words.".to_owned()
    } else {
        let named = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        format!(
            "Change what you like, delete the rest, and name the folder in event.toml: \
             under [mail], templates = {:?}",
            named.display().to_string()
        )
    });
    desk.console.say("`roomkey templates --variables` lists what templates can show; `roomkey check` tries them.");
    Ok(Status::Done)
}

fn list(desk: &Desk<'_>) -> Result<Status, Failure> {
    let opened = Opened::open(desk, SecretNeed::OrThrowAway)?;
    let roster = opened.roster()?;
    let everybody = Wanted::default();
    let survey = opened.surveyor(&roster, &everybody, desk).survey(Depth::Rows, None);
    let (row, why_not) = match &survey {
        Ok(survey) => (survey.samples.first(), format!("no row of {} is sound", opened.rules.shown_as)),
        Err(problem) => (None, problem.to_string().replace('\n', "; ")),
    };
    let made_up = made_up(&opened)?;
    let attendee = row.unwrap_or(&made_up);
    let press = &opened.press;
    let person = survey.as_ref().ok().and_then(|survey| survey.person(attendee.number));
    let standing = person.and_then(|person| roster.by_id(person));
    let user_id = press.user_id_of(standing, &attendee.key);
    let link = press.link(attendee, &user_id).map_err(Failure::bad_input)?;
    let found = variables(&press.facts(attendee, &link, desk.around.now()));
    for line in table(&found) {
        desk.console.result(&line);
    }
    desk.console.say(&match row {
        Some(row) => format!("The examples are {}'s ({}).", row.name, row.locator),
        None => format!("The examples are made up: {why_not}. With a sound row, `row[\"…\"]` is listed too."),
    });
    Ok(Status::Done)
}

/// Somebody to take examples from, where the file has nobody.
fn made_up(opened: &Opened) -> Result<Attendee, Failure> {
    let email = Address::parse("ada@example.org").map_err(|problem| Failure::unexpected(problem.to_string()))?;
    Ok(Attendee {
        locator: Locator { source: opened.rules.shown_as.clone(), line: 2 },
        number: 1,
        key: AttendeeKey::from_address(&email),
        email,
        name: "Ada Lovelace".into(),
        first_name: "Ada".into(),
        last_name: "Lovelace".into(),
        moderator: opened.rules.moderator,
        room: opened.rules.room.clone(),
        own_room: false,
        window: opened.rules.window.clone(),
        own_window: false,
        own_claims: None,
        timezone: None,
        language: None,
        headers: Arc::default(),
        cells: Vec::new(),
    })
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
