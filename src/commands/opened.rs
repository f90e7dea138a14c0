//! An event, opened: its settings, secret, words and rules as the campaign needs them.

use std::{
    collections::{BTreeMap, HashSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::SignedDuration;

use super::{Desk, kept_out, logo, own_words, piped, relay, server, signing, token_settings::token_settings};
use crate::{
    attendees::{ColumnChoice, EmptyName, Encoding, Field, Rules, SheetChoice, SourceFile, Suppressed},
    campaign::{Parties, Press, Survey, Surveyor, Wanted},
    failure::{Failure, Status, Told},
    invitation::{Occasion, Phrase, Templates},
    jitsi::{self, ServerAddress, Signer},
    ledger::{LedgerFolder, LedgerProblem, LockNote, LockProblem, Reader, Roster, RunLock},
    message::Unsubscribe,
    model::CalendarStyle,
    settings::{self, ColumnSetting, Settings},
};

/// An event that is longer is hardly one.
const A_YEAR: SignedDuration = SignedDuration::from_hours(24 * 366);

/// What to do where the signing secret is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SecretNeed {
    /// It is a problem.
    Required,
    /// Any will do.
    OrThrowAway,
}

/// An event, ready to be worked with.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) settings: Settings,
    pub(super) press: Arc<Press>,
    pub(super) rules: Rules,
    /// Who is to get no mail.
    pub(super) suppressed: Suppressed,
    /// Whether the organiser's own secret signs.
    pub(super) own_secret: bool,
    /// Warnings about settings, secret and templates.
    pub(super) warnings: Vec<Told>,
    /// What was piped in, until the command ends.
    _piped: Option<piped::Piped>,
}

impl Opened {
    /// Opens the event named on the command line.
    pub(super) fn open(desk: &Desk<'_>, need: SecretNeed) -> Result<Self, Failure> {
        let settings = load_settings(desk)?;
        let mut problems = Vec::new();
        let mut warnings = Vec::new();
        let signing = signing::key(desk, &settings, need, &mut warnings).map_err(|told| problems.push(told)).ok();
        let server = parsed(
            &settings,
            "jitsi.url",
            ServerAddress::parse(&settings.jitsi.url),
            |p| Some(p.hint()),
            &mut problems,
        );
        let phrase = |key, text: &Option<String>, problems: &mut Vec<Told>| {
            let text = text.as_ref()?;
            parsed(&settings, key, Phrase::parse(text), |p| Some(p.hint().to_owned()), problems)
        };
        let subject = phrase("mail.subject", &settings.mail.subject, &mut problems);
        let greeting = phrase("mail.greeting", &settings.mail.greeting, &mut problems);
        let unsubscribe = settings.mail.unsubscribe.as_ref().and_then(|text| {
            let read = Unsubscribe::parse(text);
            parsed(&settings, "mail.unsubscribe", read, |p| Some(p.hint().to_owned()), &mut problems)
        });
        let templates =
            match Templates::load_beside(&settings.folder, own_words::templates_folder(&settings).as_deref()) {
                Ok(templates) => Some(templates),
                Err(problem) => {
                    problems
                        .extend(problem.0.iter().map(|fault| Told::new(fault.to_string()).hint(fault.hint.clone())));
                    None
                }
            };
        let messages = own_words::messages(&settings, &mut problems);
        let logo = logo::logo(&settings).unwrap_or_else(|told| {
            problems.push(told);
            None
        });
        let signer = match (server, &signing) {
            (Some(server), Some((key, _))) => {
                let made = Signer::new(token_settings(&settings, server), key);
                let key = made.as_ref().err().map_or("app_id", jitsi::SignerProblem::setting);
                parsed(&settings, &format!("jitsi.{key}"), made, |p| Some(p.hint()), &mut problems)
            }
            _ => None,
        };
        // A rehearsal, and whoever signs nothing, needs no relay.
        if need == SecretNeed::Required {
            problems.extend(relay::roots(&settings).err());
            problems.extend(server::settings_problems(&settings));
        }
        let is_piped = settings.attendees.files.iter().any(|(_, shown)| shown == piped::NAME);
        let kept = is_piped.then(|| piped::keep(&std::env::temp_dir())).transpose().map_err(Failure::bad_input)?;
        let rules = rules(&settings, kept.as_ref().map(piped::Piped::path));
        let suppressed = kept_out::read(&settings, &rules).map_err(|failure| problems.extend(failure.problems)).ok();
        let (Some(signer), Some(templates), Some((key, own_secret)), Some((suppressed, of_lists)), true) =
            (signer, templates, signing, suppressed, problems.is_empty())
        else {
            return Err(Failure { status: Status::BadInput, problems });
        };
        warnings.extend(of_lists);
        warnings.extend(relay::risk(&settings));
        warnings.extend(relay::odd_provider(&settings));
        warnings.extend(server::settings_warnings(&settings, &signer));
        warnings.extend(odd_times(&settings));
        warnings.extend(
            templates.warnings().iter().map(|warning| Told::new(warning.to_string()).maybe_hint(warning.hint())),
        );
        if subject.is_some() {
            warnings.extend(templates.ignored_subjects().iter().map(|warning| Told::new(warning.to_string())));
        }
        warnings.extend(own_words::left_out(messages.as_ref(), logo.as_ref(), &templates));
        warnings.extend(own_words::untold(&settings, &templates));
        if settings.jitsi.claims == settings::Claims::Full {
            warnings.push(
                Told::new(
                    "claims = \"full\": every participant's browser gets the e-mail address of everybody in the room",
                )
                .hint("leave `claims` out, unless your server needs the address"),
            );
        }
        let sessions = settings.event.sessions.iter();
        let press = Press {
            event: settings.event.clone(),
            sessions: sessions.map(|session| (session.key.clone(), settings.event.of_session(session))).collect(),
            signer,
            keys: key.sub_keys(),
            templates,
            from: settings.mail.from.clone(),
            reply_to: settings.mail.reply_to.clone(),
            envelope_from: settings.mail.envelope_from.clone().unwrap_or_else(|| settings.mail.from.address.clone()),
            unsubscribe,
            subject,
            greeting,
            messages,
            logo,
            attendance_notice: settings.tells_of_attendance(),
        };
        Ok(Self { _piped: kept, settings, press: Arc::new(press), rules, suppressed, own_secret, warnings })
    }

    /// The ledger, and everybody it knows.
    pub(super) fn ledger(&self) -> Result<(Option<Reader>, Roster), Failure> {
        let reader = self.reader()?;
        let roster = reader.as_ref().map_or_else(|| Ok(Roster::default()), Reader::roster);
        Ok((reader, roster.map_err(|problem| ledger_failure(&problem))?))
    }

    /// Takes the run lock.
    pub(super) fn lock(&self, desk: &Desk<'_>, folder: &LedgerFolder) -> Result<RunLock, Failure> {
        self.try_lock(desk, folder).map_err(|problem| lock_failure(&problem))
    }

    /// Takes the run lock, for those who can wait for it.
    pub(super) fn try_lock(&self, desk: &Desk<'_>, folder: &LedgerFolder) -> Result<RunLock, LockProblem> {
        let note =
            LockNote { pid: std::process::id(), started: desk.around.now(), command: desk.around.command_line.clone() };
        RunLock::acquire(folder, &self.settings.event.id, &note)
    }

    /// The ledger, to look at; `None` where nobody was ever mailed.
    pub(super) fn reader(&self) -> Result<Option<Reader>, Failure> {
        match LedgerFolder::find(&self.settings.folder).map_err(|problem| ledger_failure(&problem))? {
            Some(folder) => Reader::open(&folder, &self.settings.event.id).map_err(|problem| ledger_failure(&problem)),
            None => Ok(None),
        }
    }

    /// Who was mailed, as far as the ledger knows.
    pub(super) fn roster(&self) -> Result<Roster, Failure> {
        Ok(self.ledger()?.1)
    }

    /// Makes a surveyor of the attendee file.
    pub(super) fn surveyor<'a>(&'a self, roster: &'a Roster, wanted: &'a Wanted, desk: &Desk<'_>) -> Surveyor<'a> {
        Surveyor {
            rules: &self.rules,
            press: &self.press,
            roster,
            terms: HashSet::new(),
            together: !self.settings.mail.per_session,
            wanted,
            suppressed: &self.suppressed,
            most_faults: usize::try_from(self.settings.attendees.max_problems).unwrap_or(usize::MAX),
            stamp: None,
            now: desk.around.now(),
            occasion: Occasion::Invite,
            // Where it is not settled yet, the larger of the two.
            calendar: self.settings.calendar.unwrap_or(CalendarStyle::Request),
        }
    }

    /// Who gets one mail for several sessions.
    pub(super) fn parties(&self, survey: &Survey) -> Arc<Parties> {
        if self.settings.mail.per_session { Arc::default() } else { survey.parties.clone() }
    }

    /// Where previews go unless the organiser says otherwise.
    pub(super) fn preview_folder(&self) -> PathBuf {
        self.settings.folder.join("preview")
    }
}

/// Reads event.toml and the user's config.toml.
pub(super) fn load_settings(desk: &Desk<'_>) -> Result<Settings, Failure> {
    Settings::load(&desk.cli.event, desk.around.config_file().as_deref()).map_err(|problems| Failure {
        status: Status::BadInput,
        problems: problems.into_iter().map(|problem| settings_told(&problem)).collect(),
    })
}

/// A settings problem as it is told.
pub(super) fn settings_told(problem: &settings::SettingsProblem) -> Told {
    Told::new(problem.to_string()).maybe_hint(problem.hint())
}

/// A ledger's problem as a failure: what a person must settle is bad input, a disk's fault is unexpected.
pub(super) fn ledger_failure(problem: &LedgerProblem) -> Failure {
    let status = match problem {
        LedgerProblem::Full { .. }
        | LedgerProblem::Io { .. }
        | LedgerProblem::ReadOnly { .. }
        | LedgerProblem::Closed => Status::Unexpected,
        _ => Status::BadInput,
    };
    Failure::of(status, Told::new(problem.to_string()).hint(problem.hint()))
}

/// Why the run lock is not to be had, as a failure.
pub(super) fn lock_failure(problem: &LockProblem) -> Failure {
    match problem {
        LockProblem::HeldBy { .. } => Failure::of(Status::NotNow, Told::new(problem.to_string()).hint(problem.hint())),
        LockProblem::Ledger(problem) => ledger_failure(problem),
    }
}

/// The folder that a key's path starts from, in words.
pub(super) fn folder_of(settings: &Settings, key: &str) -> String {
    settings.position(key).map_or_else(|| "event.toml's folder".to_owned(), |at| format!("{}'s folder", at.file))
}

fn parsed<T, E: std::fmt::Display>(
    settings: &Settings,
    key: &str,
    read: Result<T, E>,
    hint: impl Fn(&E) -> Option<String>,
    problems: &mut Vec<Told>,
) -> Option<T> {
    read.map_err(|problem| {
        let told = settings.problem(key, &format!("{key}: {problem}"), hint(&problem).as_deref());
        problems.push(settings_told(&told));
    })
    .ok()
}

/// Times that may well be a slip of the year; nothing revokes a link before its end.
fn odd_times(settings: &Settings) -> Vec<Told> {
    let window = &settings.event.window;
    let told = |key, what: String| settings_told(&settings.problem(key, &what, Some("check the year")));
    let mut odd = Vec::new();
    let year = window.starts().to_zoned_datetime(window.zone().clone()).year();
    if year < 2000 {
        odd.push(told("event.starts", format!("starts: the event begins in the year {year}")));
    }
    if window.starts().duration_until(window.ends()) > A_YEAR {
        let what = "ends: the event lasts more than a year; its links work all that time, and nothing revokes them";
        odd.push(told("event.ends", what.to_owned()));
    }
    odd
}

/// The files that a key names.
pub(super) fn files_of(settings: &Settings, key: &str, named: &[(PathBuf, String)]) -> Vec<SourceFile> {
    let relative_to: Arc<str> = folder_of(settings, key).into();
    let file = |(path, shown): &(PathBuf, String)| SourceFile {
        path: path.clone(),
        shown_as: shown.as_str().into(),
        relative_to: relative_to.clone(),
    };
    named.iter().map(file).collect()
}

fn attendee_files(settings: &Settings, piped_in: Option<&Path>) -> Vec<SourceFile> {
    let mut files = files_of(settings, "attendees.file", &settings.attendees.files);
    if let Some(path) = piped_in {
        for file in files.iter_mut().filter(|file| &*file.shown_as == piped::NAME) {
            (file.path, file.shown_as) = (path.to_owned(), piped::SHOWN.into());
        }
    }
    files
}

/// How its attendee files are read.
pub(super) fn rules(settings: &Settings, piped_in: Option<&Path>) -> Rules {
    let ours = &settings.attendees;
    let choice = |setting: &ColumnSetting| match setting {
        ColumnSetting::Header(header) => ColumnChoice::Header(header.clone()),
        ColumnSetting::Position(position) => ColumnChoice::Position(*position),
        ColumnSetting::Ignore => ColumnChoice::Ignore,
    };
    let choices: BTreeMap<Field, ColumnChoice> =
        ours.columns.iter().filter_map(|(key, setting)| Some((Field::from_key(key)?, choice(setting)))).collect();
    Rules {
        files: attendee_files(settings, piped_in),
        shown_as: ours.shown_as().into(),
        encoding: ours.encoding.as_deref().and_then(Encoding::named),
        delimiter: ours.delimiter,
        quote: ours.quote,
        sheet: match &ours.sheet {
            Some(ColumnSetting::Header(name)) => Some(SheetChoice::Name(name.clone())),
            Some(ColumnSetting::Position(number)) => Some(SheetChoice::Number(*number)),
            Some(ColumnSetting::Ignore) | None => None,
        },
        skip_lines: ours.skip_lines,
        only: ours.only.clone(),
        except: ours.except.clone(),
        with_cancelled: ours.with_cancelled,
        choices,
        empty_name: if ours.empty_name_address { EmptyName::UseAddress } else { EmptyName::Refuse },
        shared_addresses: ours.shared_addresses_allow,
        split_addresses: ours.several_addresses_split,
        sessions: settings.event.sessions.clone(),
        moderator: settings.jitsi.moderator,
        room: settings.event.room.clone(),
        window: settings.event.window.clone(),
        opens_before: settings.opens_before,
        closes_after: settings.closes_after,
    }
}
