//! What a command wants done, and which rows that comes to.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::removed::Removed;
use crate::{
    attendees::Suppressed,
    campaign::{Fate, Invited, Parties, Reason, Selection, Survey, Wanted, words},
    cli::Going,
    console::shell_word,
    failure::Told,
    invitation::Occasion,
    ledger::{CampaignId, CampaignKind},
    model::{Address, CalendarStyle},
};

/// What a command wants done.
#[derive(Debug, Clone)]
pub(super) struct Order {
    /// Which command.
    pub(super) kind: CampaignKind,
    /// The command, to be given as the way to go on.
    pub(super) command: String,
    /// Whom it means.
    pub(super) selection: Selection,
    /// Named people; nobody means everybody.
    pub(super) wanted: Wanted,
    /// At most so many.
    pub(super) limit: Option<u32>,
    /// Where the mails go instead.
    pub(super) to: Option<Address>,
    /// Words on top.
    pub(super) note: Option<String>,
    /// Whether the question was answered on the command line.
    pub(super) yes: bool,
    /// Whether to leave out rows with problems.
    pub(super) skip_invalid: bool,
    /// Whether new people are mailed although the event changed.
    pub(super) accept_change: bool,
    /// Whether to wait for what is deferred.
    pub(super) wait: bool,
    /// For `resend --all`: a new round, though the last one can be gone on with.
    pub(super) again: bool,
}

/// The way to go on: a command, with what was said about it.
pub(super) fn with_flags(command: &str, said: &[(&str, &Option<String>)], going: &Going) -> String {
    let mut command = command.to_owned();
    for (flag, value) in said {
        if let Some(value) = value {
            command.push_str(&format!(" {flag} {}", shell_word(value)));
        }
    }
    if going.skip_invalid {
        command.push_str(" --skip-invalid");
    }
    command
}

impl Order {
    /// What its mails are sent for.
    pub(super) fn occasion(&self) -> Occasion {
        match self.kind {
            CampaignKind::Cancel => Occasion::Cancel,
            CampaignKind::Send | CampaignKind::Resend | CampaignKind::ResendAll => Occasion::Invite,
        }
    }

    /// What the later passes of its run mean by their rows.
    pub(super) fn of_later_passes(&self) -> Selection {
        match self.kind {
            CampaignKind::Cancel => Selection::Cancel { asked: false },
            CampaignKind::Send | CampaignKind::Resend | CampaignKind::ResendAll => Selection::Due,
        }
    }
}

impl Order {
    /// The command with everybody in it whom it names.
    pub(super) fn same_again(&self) -> String {
        self.naming(&self.wanted.addresses.iter().collect::<Vec<_>>())
    }

    /// The command with these people in the place of those whom it names.
    pub(super) fn naming(&self, people: &[&Address]) -> String {
        let named: Vec<_> = people.iter().map(|address| shell_word(address.as_str())).collect();
        self.command.replacen("EMAIL", &named.join(" "), 1)
    }
}

/// An order, looked at: which rows it comes to.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) order: Order,
    pub(super) survey: Survey,
    pub(super) fates: Vec<Fate>,
    /// Rows the order speaks of, for the exit status.
    pub(super) concerned: HashSet<u32>,
    /// Whom somebody must decide about before a plain `send`.
    pub(super) strangers: Vec<Told>,
    /// The round it goes on with.
    pub(super) round: Option<CampaignId>,
    /// People of the file who were mailed before, or may have been.
    pub(super) mailed_before: u64,
    /// What kind of calendar entry the mails carry.
    pub(super) calendar: CalendarStyle,
    /// For a cancellation: what people were invited to, by row.
    pub(super) invited: HashMap<u32, Invited>,
    /// Whom these name as organiser.
    pub(super) organizer: Address,
    /// People behind the file's last row.
    pub(super) removed: Vec<Removed>,
    /// Who gets one mail for several sessions.
    pub(super) parties: Arc<Parties>,
    /// Who is to get no mail, where the lists changed since the event was opened.
    pub(super) suppressed: Option<Suppressed>,
}

impl Planned {
    /// Mails to send now.
    pub(super) fn to_go(&self) -> u64 {
        self.mails(|fate| matches!(fate, Fate::Go(_)))
    }

    /// Mails to wait for.
    pub(super) fn waiting(&self) -> u64 {
        self.mails(|fate| matches!(fate, Fate::Left(Reason::NotDue(_))))
    }

    /// How many mails there are to those of some fate.
    fn mails(&self, counts: impl Fn(&Fate) -> bool) -> u64 {
        let counts = |number: u32| self.fates.get(number as usize - 1).is_some_and(&counts);
        let rows = (1..).zip(&self.fates).map(|(number, _)| number).filter(|number| counts(*number));
        rows.filter(|number| self.parties.leads(*number, counts)).count() as u64
    }

    /// So many mails, in words: as many people, where there are no sessions.
    pub(super) fn whom(&self, mails: u64) -> String {
        if self.survey.counts.sessions.is_empty() {
            words::people(mails)
        } else {
            words::counted(mails, "mail", "mails")
        }
    }

    /// Rows this run takes up: those to mail now, and those to wait for.
    pub(super) fn taken(&self) -> HashSet<u32> {
        (1..)
            .zip(&self.fates)
            .filter(|(_, fate)| matches!(fate, Fate::Go(_) | Fate::Left(Reason::NotDue(_))))
            .map(|(row, _)| row)
            .collect()
    }
}
