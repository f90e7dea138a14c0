//! `check --mx`: whether the domains of the attendees' addresses take mail.

use std::time::Duration;

use super::{Desk, interrupt};
use crate::{
    campaign::{Domains, OfDomain, grouped, words},
    delivery::dns::{MailHost, Resolver},
    failure::{Failure, Told},
};

/// Domains that are asked about at the same time.
const AT_ONCE: usize = 16;
/// How long all questions together may take.
const PATIENCE: Duration = Duration::from_mins(2);
/// So many domains are named; the rest is counted.
const NAMED: usize = 20;

/// Asks about each domain once; prints what is well, and gives what is not.
pub(super) fn warnings(desk: &Desk<'_>, domains: &Domains) -> Result<Vec<Told>, Failure> {
    let all = domains.all();
    let names: Vec<String> = all.iter().map(|(domain, _)| (*domain).to_owned()).collect();
    let resolver = match Resolver::of_system() {
        Ok(resolver) => resolver,
        Err(why) => return Ok(vec![Told::new(format!("no domain was looked up: {why}"))]),
    };
    let answers = interrupt::answer(resolver.mail_hosts(&names, AT_ONCE, PATIENCE))?;
    let well = answers.iter().filter(|answer| **answer == MailHost::Takes).count();
    let count = words::counted(all.len() as u64, "domain", "domains");
    desk.console.result_shown(&format!("{} of {count} take mail, as far as DNS tells", grouped(well as u64)));
    Ok(told(&all, &answers, domains.others))
}

/// What is to be said of the answers.
fn told(all: &[(&str, &OfDomain)], answers: &[MailHost], others: u64) -> Vec<Told> {
    let denied = answers.iter().filter(|answer| **answer == MailHost::NoDomain).count();
    if denied > 1 && denied == answers.len() {
        let what = format!("the name server says of all {denied} domains that they do not exist: it seems not to work");
        return vec![Told::new(what).hint("ask again from another network; `roomkey send` does not ask")];
    }
    let mut warnings = Vec::new();
    let (mut more, mut unknown, mut unknown_people) = (0, 0_u64, others);
    for ((domain, of), answer) in all.iter().zip(answers) {
        let why = match answer {
            MailHost::Takes => continue,
            MailHost::Unknown => {
                unknown += 1;
                unknown_people += of.people;
                continue;
            }
            MailHost::NoDomain => "there is no such domain",
            MailHost::TakesNone => "the domain says that it takes no mail (null MX)",
            MailHost::NoHost => "the domain names no host that takes mail",
        };
        if warnings.len() == NAMED {
            more += 1;
            continue;
        }
        let told = Told::new(format!("{}: `{domain}`: {why} ({})", of.at, words::people(of.people)));
        warnings.push(told.hint("correct the address, or take the row out: mails there come to nothing"));
    }
    if more > 0 {
        let domains = words::counted(more, "more domain", "more domains");
        warnings.push(Told::new(format!("and {domains} that take no mail")));
    }
    if unknown_people > 0 {
        let domains = words::counted(unknown, "domain", "domains");
        let what = format!(
            "no answer about {domains} ({}): nobody knows whether they take mail",
            words::people(unknown_people)
        );
        warnings.push(Told::new(what).hint("try again later; `roomkey send` does not ask"));
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_domain_that_takes_none_is_a_warning_and_what_did_not_answer_is_one_for_all() {
        let of = |n: u64| OfDomain::at(format!("attendees.csv:{n}"), n);
        let people: Vec<OfDomain> = (2..8).map(of).collect();
        let names = ["a.org", "b.org", "c.org", "d.org", "e.org", "f.org"];
        let all: Vec<_> = names.into_iter().zip(&people).collect();
        let answers = [
            MailHost::Takes,
            MailHost::NoDomain,
            MailHost::TakesNone,
            MailHost::NoHost,
            MailHost::Unknown,
            MailHost::Unknown,
        ];
        let told: Vec<String> = told(&all, &answers, 0).into_iter().map(|told| told.what).collect();
        assert_eq!(
            told,
            [
                "attendees.csv:3: `b.org`: there is no such domain (3 people)",
                "attendees.csv:4: `c.org`: the domain says that it takes no mail (null MX) (4 people)",
                "attendees.csv:5: `d.org`: the domain names no host that takes mail (5 people)",
                "no answer about 2 domains (13 people): nobody knows whether they take mail",
            ]
        );
    }

    #[test]
    fn a_name_server_that_denies_everything_is_told_and_no_domain_is() {
        let of = OfDomain::at("attendees.csv:2".into(), 1);
        let told = told(&[("a.org", &of), ("b.org", &of)], &[MailHost::NoDomain, MailHost::NoDomain], 0);
        assert_eq!(told.len(), 1);
        assert!(told[0].what.contains("it seems not to work"), "{told:?}");
    }

    #[test]
    fn of_very_many_the_first_are_named() {
        let of = OfDomain::at("attendees.csv:2".into(), 1);
        let all = vec![("a.org", &of); 1026];
        let mut answers = vec![MailHost::NoDomain; 1026];
        answers[0] = MailHost::Takes;
        let told = told(&all, &answers, 0);
        assert_eq!(told.len(), NAMED + 1);
        assert_eq!(told[NAMED].what, "and 1,005 more domains that take no mail");
    }
}
