//! `roomkey status`: what became of every mail.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};
use unicode_width::UnicodeWidthStr;

use super::{
    Desk, attendance,
    event_change::Change,
    opened::{Opened, SecretNeed},
    status_line::{Line, rfc3339, state_name},
    status_rows::{Picture, picture},
    who,
};
use crate::{
    campaign::{grouped, words},
    cli::{Format, StateName, StatusArgs},
    console::{visible, without_tokens},
    failure::{Failure, Status, Told},
    ledger::LiveRun,
};

/// A column of the table is padded to no more than this; a longer cell pushes its own line only.
const WIDEST: usize = 40;

pub(super) fn run(desk: &Desk<'_>, args: &StatusArgs) -> Result<Status, Failure> {
    let opened = Opened::open(desk, SecretNeed::OrThrowAway)?;
    let Picture { lines, live, change, round, unread, problems, kept_out, .. } = picture(&opened, desk)?;
    if let Some(told) = &unread {
        desk.console.warn(told);
        desk.console.say("Only those who were mailed are listed, as the ledger knows them.");
    }
    let wanted = who::wanted(&[], None, args.session.as_deref())?;
    who::refuse_an_unknown_session(&opened.press.event, &wanted, Some(&opened.roster()?))?;
    let session = wanted.session.map(|session| session.to_string());
    let all = people(&lines);
    let mut lines: Vec<Line> = lines.into_iter().filter(|line| is_meant(line, args, session.as_ref())).collect();
    // Where the file cannot be read, that was said already.
    if unread.is_none()
        && let Some(came) = attendance::came(desk, &opened)?
    {
        for line in &mut lines {
            line.came = came.get(&(line.email.clone(), line.name.clone(), line.session.clone())).copied();
        }
    }
    match args.format {
        Format::Json => desk.console.result_raw(&json(&lines)?),
        Format::Csv => desk.console.result_raw(&csv(&lines)?),
        Format::Table => {
            let zone = opened.settings.event.window.zone();
            let chosen = args.filter.is_some() || args.state.is_some() || args.session.is_some();
            print_counts(desk, &lines, chosen.then_some(all));
            if let Some(told) = told_of_coming(&lines) {
                desk.console.result_shown(&told);
            }
            if let Some(kept_out) = &kept_out {
                desk.console.result_shown(kept_out);
            }
            if let Some(live) = &live {
                desk.console.result_shown(&live_run(live, zone));
            }
            for told in change.iter().flat_map(Change::problems) {
                desk.console.warn(&told);
            }
            if let Some((round, command)) = round.filter(|_| change.is_none()) {
                let told = Told::new(format!("a round of `{round}` was stopped half-way"));
                desk.console.warn(&told.hint(format!("`{command}` goes on with the rest")));
            }
            print_table(desk, &lines, args.all || chosen, zone);
            if problems > 0 {
                desk.console.result_shown("`roomkey check` lists every problem with the rows.");
            }
        }
    }
    Ok(if unread.is_some() { Status::BadInput } else { Status::Done })
}

/// So many people; with sessions, a line is an invitation.
pub(super) fn whom(lines: &[Line], count: usize) -> String {
    if lines.iter().any(|line| line.session.is_some()) {
        words::counted(count as u64, "invitation", "invitations")
    } else {
        words::people(count as u64)
    }
}

fn is_meant(line: &Line, args: &StatusArgs, session: Option<&String>) -> bool {
    let holds = |text: &str, part: &str| text.to_lowercase().contains(part);
    args.state.is_none_or(|state| state == line.state)
        && session.is_none_or(|session| line.session.as_ref() == Some(session))
        && args.filter.as_ref().is_none_or(|filter| {
            let part = filter.to_lowercase();
            holds(&line.name, &part) || holds(&line.email, &part)
        })
}

fn json(lines: &[Line]) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(lines).map_err(|error| Failure::unexpected(error.to_string()))?;
    Ok(escaped(&text) + "\n")
}

/// The same JSON with what could disturb a terminal in its escaped form.
pub(super) fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if c != '\n' && visible(c.encode_utf8(&mut [0; 4])) != c.to_string() {
            text.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            text.push(c);
        }
    }
    text
}

fn csv(lines: &[Line]) -> Result<String, Failure> {
    let is_known = lines.iter().any(|line| line.came.is_some());
    let mut header =
        vec!["email", "name", "state", "attempts", "last_reply", "message_id", "next_attempt", "reason", "session"];
    header.extend(is_known.then_some("came"));
    let row = |line: &Line| {
        let cells = [
            line.email.clone(),
            line.name.clone(),
            state_name(line.state).to_owned(),
            line.attempts.to_string(),
            line.last_reply.clone().unwrap_or_default(),
            line.message_id.clone().unwrap_or_default(),
            line.next_attempt.map(rfc3339).unwrap_or_default(),
            line.reason.clone().unwrap_or_default(),
            line.session.clone().unwrap_or_default(),
        ];
        cells.into_iter().chain(is_known.then(|| line.came.unwrap_or_default().to_owned()))
    };
    written_csv(&header, lines.iter().map(row))
}

/// A table as a spreadsheet reads it; no cell is a formula.
pub(super) fn written_csv<R: IntoIterator<Item = String>>(
    header: &[&str],
    rows: impl Iterator<Item = R>,
) -> Result<String, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::unexpected(format!("failed to write CSV: {error}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).map_err(|error| failed(&error))?;
    for row in rows {
        writer.write_record(row.into_iter().map(|cell| harmless(&cell))).map_err(|error| failed(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(&error))?;
    String::from_utf8(bytes).map_err(|error| failed(&error))
}

/// A cell that no spreadsheet takes for a formula, and no terminal for a command.
fn harmless(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let cell = visible(cell);
    if formula { format!("'{cell}") } else { cell }
}

fn print_counts(desk: &Desk<'_>, lines: &[Line], of: Option<usize>) {
    let told = counts(lines.iter().map(|line| line.state));
    desk.console.result_shown(&totals(lines, of));
    for state in told.keys() {
        desk.console.result_shown(&format!("  {}: {}", in_words(*state), explained(*state)));
    }
}

/// `Came, as far as that was read: 117 of 120; …`
fn told_of_coming(lines: &[Line]) -> Option<String> {
    let known = lines.iter().filter(|line| line.came.is_some()).count();
    let came = lines.iter().filter(|line| line.came == Some("came")).count();
    let told = || {
        format!(
            "Came, as far as that was read: {} of {}; `roomkey attendance` tells more.",
            number(came),
            number(known)
        )
    };
    (known > 0).then(told)
}

/// How many people, and in which states; a row that repeats another one is nobody.
fn totals(lines: &[Line], of: Option<usize>) -> String {
    let mut text = match of {
        None => whom(lines, people(lines)),
        Some(all) => format!("{} of {}", number(people(lines)), whom(lines, all)),
    };
    let sum = sum(&counts(lines.iter().filter(|line| !line.repeats).map(|line| line.state)));
    if !sum.is_empty() {
        text.push_str(&format!(": {sum}"));
    }
    let repeated = lines.iter().filter(|line| line.repeats).count();
    if repeated > 0 {
        let rows = words::counted(repeated as u64, "row that repeats another one", "rows that repeat others");
        text.push_str(&format!("; skipped besides: {rows}"));
    }
    text
}

/// How many people a list holds.
pub(super) fn people(lines: &[Line]) -> usize {
    lines.iter().filter(|line| !line.repeats).count()
}

/// How many are in each state, in the order in which states are shown.
pub(super) fn counts(states: impl Iterator<Item = StateName>) -> BTreeMap<StateName, usize> {
    let mut counts = BTreeMap::new();
    for state in states {
        *counts.entry(state).or_default() += 1;
    }
    counts
}

/// `117 sent, 2 deferred, 1 in doubt`.
pub(super) fn sum(counts: &BTreeMap<StateName, usize>) -> String {
    let parts: Vec<String> =
        counts.iter().map(|(state, count)| format!("{} {}", number(*count), in_words(*state))).collect();
    parts.join(", ")
}

fn number(count: usize) -> String {
    grouped(u64::try_from(count).unwrap_or(u64::MAX))
}

/// A state as people read it.
pub(super) fn in_words(state: StateName) -> String {
    state_name(state).replace('_', " ")
}

fn explained(state: StateName) -> &'static str {
    match state {
        StateName::Pending => "to be mailed; `roomkey send` does it.",
        StateName::Sending => "a run is handing the mail over this moment.",
        StateName::Sent => "the mail server accepted the mail. Whether somebody reads it, it does not say.",
        StateName::Deferred => {
            "not accepted yet: the mail server asked to try later, or the connection was lost before the mail was \
             handed over. `roomkey send` tries again when the time has come; `roomkey cancel` where it is to call off."
        }
        StateName::Failed => {
            "refused for good, for the reason that each line gives. Where it is the address, correct it in the attendee \
             file and run `roomkey send`; `roomkey resend --failed` tries the same address again."
        }
        StateName::InDoubt => {
            "the connection broke, or the run was cut off, while the mail was handed over; nobody knows whether it \
             arrived. Look for the Message-ID in the mail server's log, then `roomkey settle EMAIL --arrived` or `--not-arrived`, or \
             mail it again with `roomkey resend --in-doubt` (a mail that calls off: by `roomkey cancel EMAIL`, once it is \
             settled)."
        }
        StateName::Cancelled => {
            "told that the invitation is called off; `roomkey send` leaves them alone. The link that they have works \
             until its window closes: no link can be called back."
        }
        StateName::Skipped => "left out: the row repeats another one, has a problem, or is kept out by choice.",
        StateName::Removed => {
            "in the ledger, but no longer in the attendee file. A link that was mailed still works until its window closes."
        }
    }
}

fn live_run(live: &LiveRun, zone: &TimeZone) -> String {
    match &live.note {
        Some(note) => {
            format!("A run is on: `{}` (process {}, since {})", note.command, note.pid, local(note.started, zone))
        }
        None => "A run is on.".to_owned(),
    }
}

/// A time on the event's clock.
fn local(time: Timestamp, zone: &TimeZone) -> String {
    time.to_zoned_datetime(zone.clone()).strftime("%a %-d %b %H:%M %Z").to_string()
}

fn print_table(desk: &Desk<'_>, lines: &[Line], everybody: bool, zone: &TimeZone) {
    // Columns that say nothing of anybody are left out.
    let has_sessions = lines.iter().any(|line| line.session.is_some());
    let came_is_known = lines.iter().any(|line| line.came.is_some());
    let shown: Vec<[String; 7]> = lines
        .iter()
        .filter(|line| everybody || line.needs_somebody())
        .map(|line| {
            let cells = [
                in_words(line.state),
                line.email.clone(),
                line.name.clone(),
                line.session.clone().unwrap_or_default(),
                line.came.unwrap_or_default().to_owned(),
                tries(line),
                story(line, zone),
            ];
            cells.map(|cell| visible(&without_tokens(&cell)))
        })
        .collect();
    if shown.is_empty() {
        return;
    }
    let count = shown.len();
    desk.console.result_shown("");
    let header = ["STATE", "EMAIL", "NAME", "SESSION", "CAME", "TRIES", "WHAT HAPPENED"].map(str::to_owned);
    let kept: Vec<usize> =
        (0..header.len()).filter(|n| (has_sessions || *n != 3) && (came_is_known || *n != 4)).collect();
    let pick = |row: &[String; 7]| -> Vec<String> { kept.iter().map(|n| row[*n].clone()).collect() };
    for line in aligned(&pick(&header), &shown.iter().map(pick).collect::<Vec<_>>()) {
        desk.console.result(&line);
    }
    if count < lines.len() {
        desk.console.result_shown("");
        desk.console.result_shown("These need somebody; `roomkey status --all` lists everyone.");
    }
}

fn tries(line: &Line) -> String {
    if line.attempts == 0 { String::new() } else { line.attempts.to_string() }
}

/// Why, what the server said, when it goes on, and what to look for.
fn story(line: &Line, zone: &TimeZone) -> String {
    let mut parts: Vec<String> = line.reason.iter().cloned().collect();
    parts.extend(line.last_reply.iter().filter(|_| line.state != StateName::Removed).cloned());
    parts.extend(line.next_attempt.map(|time| format!("next try {}", local(time, zone))));
    if line.state == StateName::InDoubt {
        parts.extend(line.message_id.iter().map(|id| format!("Message-ID {id}")));
    }
    parts.join("; ")
}

/// Pads all columns but the last to their widest cell, as wide as a terminal shows it.
pub(super) fn aligned<R: AsRef<[String]>>(header: &R, rows: &[R]) -> Vec<String> {
    let mut widths = vec![0; header.as_ref().len()];
    for row in std::iter::once(header).chain(rows) {
        for (width, cell) in widths.iter_mut().zip(row.as_ref()) {
            *width = cell.width().max(*width).min(WIDEST);
        }
    }
    let padded = |(cell, width): (&String, &usize)| format!("{cell}{}", " ".repeat(width.saturating_sub(cell.width())));
    let line = |row: &R| {
        let cells: Vec<String> = row.as_ref().iter().zip(&widths).map(padded).collect();
        cells.join("  ").trim_end().to_owned()
    };
    std::iter::once(header).chain(rows).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=1+1", "+49", "-1", "@x"] {
            assert_eq!(harmless(cell), format!("'{cell}"));
        }
        assert_eq!((harmless("\tx"), harmless("\r=x")), ("'\\tx".into(), "'\\r=x".into()));
        assert_eq!(harmless("Ada = 1"), "Ada = 1");
        assert_eq!(harmless("550 \u{1b}[2J"), "550 \\u{1b}[2J");
    }

    #[test]
    fn json_is_exact_and_disturbs_no_terminal() {
        let odd = "a\u{1b}\u{9b}\u{202e}\u{7f}\u{2028}山\n\"\\";
        let text = escaped(&serde_json::to_string(odd).unwrap());
        assert_eq!(visible(&text), text);
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), odd);
    }

    #[test]
    fn columns_are_as_wide_as_a_terminal_shows_them() {
        let row = |a: &str, b: &str| [a.to_owned(), b.to_owned()];
        assert_eq!(
            aligned(
                &row("NAME", "X"),
                &[row("Zoë Ü", "1"), row("李", "2"), row("山田 太郎", "3"), row("e\u{301}", "4")]
            ),
            ["NAME       X", "Zoë Ü      1", "李         2", "山田 太郎  3", "e\u{301}          4"]
        );
    }

    #[test]
    fn a_row_that_repeats_another_is_nobody() {
        let line = |state, repeats| Line { repeats, ..Line::new("a@example.org", "Ada", state, None) };
        let lines = [line(StateName::Sent, false), line(StateName::Skipped, false), line(StateName::Skipped, true)];
        let told = "2 people: 1 sent, 1 skipped; skipped besides: 1 row that repeats another one";
        assert_eq!(totals(&lines, None), told);
        assert_eq!(totals(&lines[2..], Some(2)), "0 of 2 people; skipped besides: 1 row that repeats another one");
    }

    #[test]
    fn a_sum_names_each_state_once_in_order() {
        use StateName as S;
        let counts = counts([S::InDoubt, S::Sent, S::Sent, S::Deferred].into_iter());
        assert_eq!(sum(&counts), "2 sent, 1 deferred, 1 in doubt");
    }
}
