//! Which of the event's sessions a row names. Pure.

use super::Row;
use crate::{
    attendees::{
        Field,
        nearest::{nearest, shortened},
    },
    model::{Session, SessionKey},
};

/// What stands between several sessions in one cell.
const BETWEEN: [char; 5] = [',', ';', '|', '\n', '\r'];

impl<'a> Row<'a> {
    /// The row's sessions, in the event's order; none where the event has none. All of them where no column says
    /// which, as event.toml asks for then.
    pub(super) fn sessions(&mut self) -> Option<Vec<&'a Session>> {
        let all = &self.rules.sessions;
        if self.columns.index(Field::Session).is_none() {
            return Some(all.iter().collect());
        }
        let cell = self.cell(Field::Session);
        if let Some(session) = named(all, cell) {
            return Some(vec![session]);
        }
        let words: Vec<&str> = cell.split(BETWEEN).map(str::trim).filter(|word| !word.is_empty()).collect();
        if words.is_empty() {
            let what = format!("{} is empty", self.label(Field::Session));
            self.note(what, format!("{}; several are separated by `;`", self.known()));
            return None;
        }
        let mut found = Vec::new();
        let mut is_sound = true;
        for word in words {
            if let Some(session) = named(all, word) {
                found.push(&session.key);
                continue;
            }
            is_sound = false;
            let what = format!("{}: event.toml has no session `{}`", self.label(Field::Session), shortened(word));
            let keys = all.iter().map(|session| session.key.as_str());
            let within = keys.filter(|key| word.to_lowercase().split_whitespace().any(|part| part == *key));
            if within.clone().count() > 1 {
                let keys: Vec<_> = within.collect();
                self.note(what, format!("several are separated by `;`: {}", keys.join("; ")));
                continue;
            }
            let near = nearest(word, all.iter().map(|session| session.key.as_str()));
            let hint = near.map_or_else(|| self.known(), |near| format!("did you mean `{near}`?"));
            self.note(what, hint);
        }
        is_sound.then(|| all.iter().filter(|session| found.contains(&&session.key)).collect())
    }

    /// Times of a row's own are those of one session.
    pub(super) fn check_own_times(&mut self, sessions: &[&Session]) {
        if sessions.len() > 1 && !self.cell(Field::Starts).is_empty() {
            let what = format!("{} has a time of its own for several sessions", self.label(Field::Starts));
            self.note(what, "put each session on a row of its own, or leave the times empty".to_owned());
        }
    }

    fn known(&self) -> String {
        let keys: Vec<&str> = self.rules.sessions.iter().map(|session| session.key.as_str()).collect();
        format!("its sessions are {}", keys.join(", "))
    }
}

/// The session of a key or a title, capitals not told apart.
fn named<'s>(all: &'s [Session], text: &str) -> Option<&'s Session> {
    let folded = text.trim().to_lowercase();
    let by_key = all.iter().find(|session| SessionKey::as_str(&session.key) == folded);
    by_key.or_else(|| all.iter().find(|session| session.title.to_lowercase() == folded))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        attendees::{
            RowProblems, Rules,
            row::sample::{only_problem, rows_by},
        },
        model::Attendee,
    };

    const HEADER: &str = "email,name,session,room,starts,ends";

    fn rows(cell: &str, rest: [&str; 3]) -> Result<Vec<Attendee>, Box<RowProblems>> {
        let cells = ["ada@example.org", "Ada", cell, rest[0], rest[1], rest[2]];
        rows_by(Rules::with_sessions(), HEADER, &cells)
    }

    fn keys(cell: &str) -> Vec<String> {
        rows(cell, [""; 3]).unwrap().iter().map(|who| who.key.session_text().to_owned()).collect()
    }

    #[test]
    fn a_row_is_an_invitation_to_each_session_it_names() {
        assert_eq!(keys("morning"), ["morning"]);
        assert_eq!(keys(" Evening "), ["evening"]);
        assert_eq!(keys("evening; MORNING;"), ["morning", "evening"], "in the event's order");
        assert_eq!(keys("first steps, and a coffee"), ["morning"], "a title with a comma in it");
        assert_eq!(keys("morning|morning"), ["morning"]);
        let both = rows("morning,evening", [""; 3]).unwrap();
        let told: Vec<_> = both.iter().map(|who| (who.number, who.room.to_string(), who.window.clone())).collect();
        let sessions = Rules::with_sessions().sessions;
        let wanted = |n: u32| {
            let session = &sessions[n as usize];
            (9 + n, session.room.to_string(), session.window.clone())
        };
        assert_eq!(told, [wanted(0), wanted(1)]);
        assert_eq!(both[0].key.person(), both[1].key.person());
    }

    #[test]
    fn a_session_that_the_event_lacks_is_named_with_the_nearest_one() {
        let problem = only_problem(rows("mornin", [""; 3]).map(|mut rows| rows.remove(0)));
        assert_eq!(problem.what, "`session`: event.toml has no session `mornin`");
        assert_eq!(problem.hint.as_deref(), Some("did you mean `morning`?"));
        let problem = only_problem(rows("morning and evening", [""; 3]).map(|mut rows| rows.remove(0)));
        assert_eq!(problem.hint.as_deref(), Some("several are separated by `;`: morning; evening"));
        let problem = only_problem(rows("", [""; 3]).map(|mut rows| rows.remove(0)));
        assert_eq!(problem.what, "`session` is empty");
        assert_eq!(problem.hint.as_deref(), Some("its sessions are morning, evening; several are separated by `;`"));
    }

    #[test]
    fn a_row_may_have_a_room_of_its_own_and_times_where_it_names_one_session() {
        let own = ["small-room", "2026-12-05T08:00", "2026-12-05T09:00"];
        let ada = rows("morning", own).unwrap().remove(0);
        assert_eq!(ada.room.as_str(), "small-room");
        assert!(ada.own_window && ada.window != Rules::with_sessions().sessions[0].window);
        let both = rows("morning;evening", ["small-room", "", ""]).unwrap();
        assert!(both.iter().all(|who| who.own_room && who.room.as_str() == "small-room"));
        let problem = only_problem(rows("morning;evening", own).map(|mut rows| rows.remove(0)));
        assert_eq!(problem.what, "`starts` has a time of its own for several sessions");
    }

    #[test]
    fn without_a_column_everybody_is_in_all_sessions_where_that_was_said() {
        let mut rules = Rules::with_sessions();
        rules.choices.insert(Field::Session, crate::attendees::ColumnChoice::Ignore);
        let all = rows_by(rules, "email,name", &["ada@example.org", "Ada"]).unwrap();
        assert_eq!(all.len(), 2);
    }
}
