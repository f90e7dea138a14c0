//! Whom an event invites, or invited: the rows of today's file and the people of the ledger, each with the id in their
//! tokens.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::{
    attendance::{Hours, Invited, Link, Scope},
    attendees::{AttendeeFile, Unsound},
    campaign::{Depth, RowKind, Survey, Wanted, removed, was_mailed, words},
    commands::{
        Desk, event_change,
        opened::{Opened, ledger_failure},
    },
    failure::{Failure, Told},
    jitsi::Provider,
    ledger::{MailedLink, Reader, Roster, Standing},
    model::{Attendee, PersonId, UnixSeconds, Window},
};

/// Everybody, and what belongs to the event.
pub(super) struct Guests {
    pub(super) scope: Scope,
    pub(super) invited: Vec<Invited>,
    /// What is odd about the attendee file, and about event.toml beside what was mailed.
    pub(super) warnings: Vec<Told>,
}

impl Guests {
    /// Finds them; `is_warned` where what is odd about file and event is looked for too.
    pub(super) fn of(desk: &Desk<'_>, opened: &Opened, is_warned: bool) -> Result<Self, Failure> {
        let (reader, roster) = opened.ledger()?;
        let links = reader.as_ref().map_or_else(|| Ok(Vec::new()), Reader::links_mailed);
        let mut teller = Teller {
            opened,
            reader: reader.as_ref(),
            roster: &roster,
            links: by_id(links.map_err(|problem| ledger_failure(&problem))?),
            listed: HashSet::new(),
            addresses: HashSet::new(),
            tenants: HashSet::new(),
            is_warned,
            warnings: Vec::new(),
        };
        let mut invited = Vec::new();
        let is_read = teller.rows(desk, &mut invited);
        if let Err(told) = &is_read {
            desk.console.warn(told);
            desk.console.say("Only those who were mailed are known, as the ledger knows them.");
        }
        teller.others(is_read.is_ok(), &mut invited)?;
        let scope = scope(opened, &invited, &teller.tenants);
        Ok(Self { scope, invited, warnings: teller.warnings })
    }

    /// A time near to the event, for logs that name no year.
    pub(super) fn near(&self, now: UnixSeconds) -> UnixSeconds {
        self.scope.whole().map_or(now, |whole| whole.starts.min(now.max(whole.opens)))
    }
}

fn by_id(links: Vec<MailedLink>) -> HashMap<String, Vec<Link>> {
    let mut of_person: HashMap<String, Vec<Link>> = HashMap::new();
    for MailedLink { user_id, room, opens, closes } in links {
        of_person.entry(user_id).or_default().push(Link { room, opens, closes });
    }
    of_person
}

/// The rooms of the event, of its sessions, of rows that name one, and of links that were mailed before.
fn scope(opened: &Opened, invited: &[Invited], tenants: &HashSet<String>) -> Scope {
    let event = &opened.settings.event;
    let token = opened.press.signer.settings();
    let tenant = if token.provider == Provider::Jaas { Some(token.app_id.as_str()) } else { token.server.tenant() };
    let mut scope = Scope::new(tenant, token.server.host(), event.window.zone().clone());
    for tenant in tenants {
        scope.add_tenant(tenant);
    }
    for session in &event.sessions {
        scope.add(session.room.as_str(), hours(&session.window));
    }
    if event.sessions.is_empty() {
        scope.add(event.room.as_str(), hours(&event.window));
    }
    // After all hours, by which links are known.
    let mut links = BTreeSet::new();
    for one in invited {
        scope.add(&one.room, one.hours);
        for link in &one.links {
            links.insert((&link.room, link.opens, link.closes));
        }
    }
    for (room, opens, closes) in links {
        scope.add_link(room, opens, closes);
    }
    scope
}

pub(super) fn hours(window: &Window) -> Hours {
    Hours {
        opens: window.opens().as_second(),
        starts: window.starts().as_second(),
        ends: window.ends().as_second(),
        closes: window.closes().as_second(),
    }
}

struct Teller<'a> {
    opened: &'a Opened,
    reader: Option<&'a Reader>,
    roster: &'a Roster,
    links: HashMap<String, Vec<Link>>,
    /// People of the ledger who are some row.
    listed: HashSet<PersonId>,
    /// All addresses of rows, folded.
    addresses: HashSet<String>,
    /// Tenants that rows name for themselves.
    tenants: HashSet<String>,
    /// Whether what is odd is to be told.
    is_warned: bool,
    warnings: Vec<Told>,
}

impl Teller<'_> {
    /// The sound rows of the file; why it could not be read otherwise.
    fn rows(&mut self, desk: &Desk<'_>, invited: &mut Vec<Invited>) -> Result<(), Told> {
        let told = |problem: crate::attendees::FileProblem| {
            Told::new(problem.to_string().replace('\n', "; ")).maybe_hint(problem.hint())
        };
        let wanted = Wanted::default();
        let survey = self.opened.surveyor(self.roster, &wanted, desk).survey(Depth::Rows, None).map_err(told)?;
        if self.is_warned {
            self.warn(&survey);
        }
        let file = AttendeeFile::again(&self.opened.rules, survey.stamp.as_ref());
        for ((number, note), row) in (1..).zip(&survey.rows).zip(file.map_err(told)?) {
            match row {
                Ok(attendee) => {
                    self.addresses.insert(attendee.email.folded());
                    if note.kind == RowKind::Sound {
                        invited.push(self.row(&survey, number, &attendee));
                    }
                }
                Err(Unsound::Row(row)) => self.addresses.extend(row.address.map(|address| address.folded())),
                Err(Unsound::LeftOut(row)) => {
                    self.addresses.insert(row.email.to_lowercase());
                }
                Err(Unsound::File(problem)) => return Err(told(problem)),
            }
        }
        Ok(())
    }

    /// Tells of what people hold and event.toml does not say any more, and of rows that cannot be used.
    fn warn(&mut self, survey: &Survey) {
        self.warnings.extend(self.changes(survey));
        let faults = survey.faults.len() as u64;
        if faults > 0 {
            let rows = words::counted(faults, "row of the attendee file is", "rows of the attendee file are");
            self.warnings.push(
                Told::new(format!("{rows} not usable: who is in there is known only if they were mailed"))
                    .hint("`roomkey check` says what is wrong, and where"),
            );
        }
    }

    /// What people hold mails of, and event.toml does not tell of now.
    fn changes(&self, survey: &Survey) -> Vec<Told> {
        // What cannot be read of the ledger was told where it was opened.
        let look = |reader| event_change::look(self.opened, reader, self.roster, survey, None).ok().flatten();
        let Some(change) = self.reader.and_then(look).filter(|change| !change.is_settled) else { return Vec::new() };
        let mut told = change.problems();
        if let Some(last) = told.last_mut() {
            last.hint = Some(
                "who came is told by today's event.toml: put the old values back to judge by what was mailed"
                    .to_owned(),
            );
        }
        told
    }

    fn row(&mut self, survey: &Survey, number: u32, attendee: &Attendee) -> Invited {
        let standing = survey.person(number).and_then(|person| self.roster.by_id(person));
        self.tenants.extend(attendee.own_tenant().map(ToString::to_string));
        self.listed.extend(standing.map(|standing| standing.person));
        let id = match standing {
            Some(standing) => standing.user_id().0,
            // A throw-away secret gives ids that nobody has.
            None if self.opened.own_secret => self.opened.press.user_id(&attendee.key).0,
            None => String::new(),
        };
        Invited {
            email: attendee.email.as_str().to_owned(),
            name: attendee.name.clone(),
            session: attendee.key.session().map(ToString::to_string),
            room: attendee.room.as_str().to_owned(),
            hours: hours(&attendee.window),
            mailed: standing.is_some_and(|standing| standing.held.is_some()),
            called_off: standing.is_some_and(is_called_off),
            in_file: true,
            links: self.links.get(&id).cloned().unwrap_or_default(),
            id,
        }
    }

    /// Those whom no row is any more, or whose row cannot be read.
    fn others(&self, file_was_read: bool, invited: &mut Vec<Invited>) -> Result<(), Failure> {
        for standing in removed(self.roster, &self.listed).filter(|standing| was_mailed(standing)) {
            let in_file = !file_was_read || self.addresses.contains(&standing.address().to_lowercase());
            let id = standing.user_id().0;
            let Some((room, hours)) = self.held(standing)? else { continue };
            invited.push(Invited {
                email: standing.address().to_owned(),
                name: standing.name().to_owned(),
                session: standing.session().map(|session| session.to_string()),
                room,
                hours,
                mailed: standing.held.is_some(),
                called_off: is_called_off(standing),
                in_file,
                links: self.links.get(&id).cloned().unwrap_or_default(),
                id,
            });
        }
        Ok(())
    }

    /// The room and hours of the mail that somebody holds.
    fn held(&self, standing: &Standing) -> Result<Option<(String, Hours)>, Failure> {
        let Some(reader) = self.reader else { return Ok(None) };
        let failed = |problem| ledger_failure(&problem);
        let mailing = standing.held.as_ref().map_or(standing.last.id, |held| held.mailing);
        let Some(mailing) = reader.mailing(mailing).map_err(failed)? else { return Ok(None) };
        let (opens, closes) = (mailing.opens.as_second(), mailing.closes.as_second());
        let terms = reader.terms(mailing.terms).map_err(failed)?;
        let (starts, ends) = terms.map_or((opens, closes), |terms| (terms.starts.as_second(), terms.ends.as_second()));
        let hours = Hours { opens, starts: starts.clamp(opens, closes), ends: ends.clamp(opens, closes), closes };
        Ok(Some((mailing.room, hours)))
    }
}

/// Whether the last mail that reached somebody called the invitation off.
fn is_called_off(standing: &Standing) -> bool {
    standing.held.as_ref().is_some_and(|held| held.is_cancellation)
}
