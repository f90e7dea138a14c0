//! Whose the address is, the name is too: nobody is mailed under another's name.

use super::{Found, Header};
use crate::attendees::{
    Field, FoundBy, Problem,
    exporters::Exporter,
    names::{self, Kind, Meaning, Owner, Rank},
    nearest::shortened,
};

fn is_name(meaning: Option<Meaning>) -> bool {
    meaning.is_some_and(|it| matches!(it.kind, Kind::Name | Kind::FirstName | Kind::LastName))
}

/// Whether a line names somebody as a whole.
fn is_whole(meanings: &[Option<Meaning>]) -> bool {
    let has = |kind| meanings.iter().flatten().any(|it| it.kind == kind);
    has(Kind::Name) || has(Kind::FirstName) && has(Kind::LastName)
}

impl Header<'_> {
    /// What headers mean for one owner; those of others mean nothing.
    fn meanings_of(&self, owner: &Owner) -> Vec<Option<Meaning>> {
        let headers: Vec<&str> = self.headers.iter().map(String::as_str).collect();
        names::meanings_of(owner, &headers)
    }

    /// Lets names mean something only where they are of the owner of the address, if they are there as a whole.
    pub(super) fn follow_owner(&mut self, email: Found) {
        // Exporters' own columns are known; pretix mails at the order's address where an attendee has none.
        let Some((index, by)) = email.filter(|_| matches!(self.exporter, None | Some(Exporter::TicketShop))) else {
            return;
        };
        let Some(owner) = names::owner(&self.headers[index]) else { return };
        let is_chosen = matches!(by, FoundBy::ChosenHeader | FoundBy::ChosenPosition);
        let has_others = || self.meanings.iter().flatten().any(|it| it.kind == Kind::Email && it.rank == Rank::Own);
        // Beside a mere `Email`, `Attendee name` may be of the same person.
        let is_said = is_chosen || owner == Owner::Buyer || has_others();
        let of_owner = self.meanings_of(&owner);
        if !is_said || !is_whole(&of_owner) {
            return;
        }
        for (meaning, own) in self.meanings.iter_mut().zip(&of_owner) {
            if is_name(*meaning) || is_name(*own) {
                *meaning = own.filter(|_| is_name(*own));
            }
        }
        self.follows_owner = is_chosen;
    }

    /// Whether a column of addresses has names of the same owner beside it, whom its header tells from others.
    pub(super) fn has_names_of_its_own(&self, index: usize) -> bool {
        let owner = names::owner(&self.headers[index]).filter(|owner| *owner != Owner::Nobody);
        owner.is_some_and(|owner| is_whole(&self.meanings_of(&owner)))
    }

    /// A name that may be another's: it stands beside the attendee's address, and so does an address that is nobody's in
    /// particular, as the name is.
    pub(super) fn warn_of_anothers_name(&mut self, found: &[Found; Field::ALL.len()]) {
        let owner = |index: usize| names::owner(&self.headers[index]);
        let of = |field: Field| found[field as usize];
        let Some((email, _)) = of(Field::Email).filter(|(email, _)| owner(*email) == Some(Owner::Attendee)) else {
            return;
        };
        let Some((name, FoundBy::KnownHeader)) = of(Field::Name).or(of(Field::LastName)) else { return };
        let says_email = |index: usize| names::says_email(&self.headers[index]) && owner(index) == Some(Owner::Nobody);
        let other =
            (0..self.headers.len()).find(|index| *index != email && says_email(*index) && self.is_filled(*index));
        let is_form = self.exporter.is_some_and(Exporter::is_form);
        let Some(other) = other.filter(|_| !is_form && names::is_nobodys_name(&self.headers[name])) else { return };
        let [name, other, email] = [name, other, email].map(|index| shortened(&self.headers[index]));
        self.warnings.push(Problem {
            at: self.at.clone(),
            what: format!(
                "`name` is taken from `{name}`, which may be the name of whom `{other}` is, and not `{email}`"
            ),
            hint: Some(format!(
                "if it is, add a column with the attendees' names; or name = false under [attendees.columns] and \
                 empty_name = \"address\" under [attendees]; if it is right: name = \"{name}\""
            )),
        });
    }
}
