//! Whether people read their mails in the language they asked for, and in one alone.

use super::opened::Opened;
use crate::{
    campaign::{Survey, words},
    failure::Told,
    invitation::Occasion,
    model::{CalendarStyle, Language},
};

/// Languages that mails are asked for in and the templates do not speak.
pub(super) fn unknown(opened: &Opened, survey: &Survey, occasion: Occasion) -> Vec<Told> {
    let of_event = &opened.press.event.language;
    let templates = &opened.press.templates;
    let speaks = |tag: &str| Language::parse(tag).is_ok_and(|tag| templates.speaks(occasion, &tag, of_event));
    let others = called(templates.spoken_to(of_event, of_event));
    let rows = survey.counts.languages.iter().map(|(tag, count)| (tag.as_str(), Some(*count)));
    rows.chain([(of_event.as_str(), None)])
        .filter(|(tag, _)| !speaks(tag))
        .map(|(tag, count)| {
            let hint = if Language::parse(tag).is_ok() {
                format!("write your own: `roomkey templates --export templates`, then a folder `{tag}` in there")
            } else {
                "that is no language tag: write `en` for English, `de` for German, `pt-BR` for Portuguese of Brazil"
                    .into()
            };
            let who = asked_by(count);
            Told::new(format!("no words in `{tag}`, asked for by {who}: these mails are in {others}")).hint(hint)
        })
        .collect()
}

/// Languages in which people are invited, and would be told in another one that it is off.
pub(super) fn without_cancellation(opened: &Opened, survey: &Survey) -> Vec<Told> {
    let of_event = &opened.press.event.language;
    let templates = &opened.press.templates;
    let lacks = |language: &Language| {
        templates.speaks(Occasion::Invite, language, of_event)
            && !templates.speaks(Occasion::Cancel, language, of_event)
    };
    let told = |(language, count): (Language, Option<u32>)| {
        let what =
            format!("in `{language}`, asked for by {}, there are invitations and no cancellation", asked_by(count));
        Told::new(what).hint(format!(
            "write {language}/cancel.subject.txt, {language}/cancel.txt and {language}/cancel.html too, in case you need them"
        ))
    };
    asked_for(opened, survey).filter(|(language, _)| lacks(language)).map(told).collect()
}

/// Languages that the organiser's own templates speak in some parts of the mail only.
pub(super) fn mixed(opened: &Opened, survey: &Survey, occasion: Occasion) -> Vec<Told> {
    let press = &opened.press;
    let of_event = &press.event.language;
    let has_calendar = opened.settings.calendar != Some(CalendarStyle::None);
    asked_for(opened, survey)
        .filter_map(|(language, count)| {
            let lacking = press.templates.lacking(occasion, &language, of_event);
            let counts = |(file, _): &(&str, &str)| match *file {
                "invite.calendar.txt" => has_calendar,
                "invite.subject.txt" => press.subject.is_none(),
                _ => true,
            };
            let lacking: Vec<_> = lacking.into_iter().filter(counts).collect();
            let (_, other) = lacking.first()?;
            let files: Vec<_> = lacking.iter().map(|(file, _)| format!("{language}/{file}")).collect();
            let (who, other, files) = (asked_by(count), called(other), files.join(", "));
            let what = format!(
                "your templates say a part of the mail in `{language}`, asked for by {who}, and the rest is in {other}"
            );
            Some(Told::new(what).hint(format!(
                "write {files} as well; `roomkey templates --export FOLDER` writes the built-in ones to start from"
            )))
        })
        .collect()
}

/// Words of `message_file` in another language than the mail around them: for readers of one that has a file of
/// its own, warnings; for those of others, who may well read both, notes.
pub(super) fn of_messages(opened: &Opened, survey: &Survey) -> (Vec<Told>, Vec<String>) {
    let press = &opened.press;
    let of_event = &press.event.language;
    let Some(messages) = &press.messages else { return <_>::default() };
    let (mut warnings, mut notes) = (Vec::new(), Vec::new());
    for (language, count) in asked_for(opened, survey) {
        let around = press.templates.spoken_to(&language, of_event);
        let (who, shown) = (asked_by(count), called(around));
        match messages.language_for(&language) {
            Some(own) if !is_same(own, around) => warnings.push(
                Told::new(format!("the words of `message_file` for `{own}`, read by {who}, stand in mails in {shown}"))
                    .hint(format!(
                        "there are no built-in words in `{own}`: write yours with `roomkey templates --export FOLDER`, or \
                         rename the file"
                    )),
            ),
            None if !is_same(of_event.as_str(), around) => notes.push(format!(
                "mails in {shown} hold the words of `message_file` in `{of_event}`; a file message.{around}.md beside it \
                 would be taken for them"
            )),
            _ => {}
        }
    }
    notes.dedup();
    let asked: Vec<_> = asked_for(opened, survey).map(|(language, _)| language).collect();
    notes.extend(messages.unread(&asked).into_iter().map(|tag| {
        format!(
            "nobody reads the words of `message_file` for `{tag}`: neither a row nor event.toml asks for that language"
        )
    }));
    (warnings, notes)
}

/// The event's language and those of rows, each with the number of its rows.
fn asked_for<'a>(opened: &Opened, survey: &'a Survey) -> impl Iterator<Item = (Language, Option<u32>)> + 'a {
    let rows = survey.counts.languages.iter();
    let rows = rows.filter_map(|(tag, count)| Some((Language::parse(tag).ok()?, Some(*count))));
    let of_event = opened.press.event.language.clone();
    let others = rows.filter({
        let of_event = of_event.clone();
        move |(language, _)| *language != of_event
    });
    std::iter::once((of_event, None)).chain(others)
}

fn asked_by(rows: Option<u32>) -> String {
    rows.map_or("event.toml".to_owned(), |count| words::counted(count.into(), "row", "rows"))
}

fn called(tag: &str) -> String {
    if tag == "en" { "English".to_owned() } else { format!("`{tag}`") }
}

/// Whether two tags name one language, in whatever form.
fn is_same(a: &str, b: &str) -> bool {
    let first = |tag: &str| tag.split('-').next().map(str::to_owned);
    first(a) == first(b)
}
