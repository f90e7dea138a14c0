//! `check --dns`: what receivers will conclude from the sender's records in DNS.

use super::{Desk, interrupt, opened::Opened};
use crate::{
    delivery::dns::{Conclusion, Names, Records, Resolver, Unanswered, conclude},
    failure::{Failure, Told},
};

/// Asks, prints what is well, and gives what is not.
pub(super) fn warnings(desk: &Desk<'_>, opened: &Opened) -> Result<Vec<Told>, Failure> {
    let smtp = opened.settings.smtp.as_ref().filter(|smtp| !smtp.is_loopback());
    let names = Names {
        from: opened.press.from.address.domain(),
        envelope: opened.press.envelope_from.domain(),
        relay: smtp.map(|smtp| smtp.host.as_str()),
    };
    let records = interrupt::answer(ask(&names))?;
    let (warnings, notes): (Vec<_>, Vec<_>) = conclude(&names, &records).into_iter().partition(Conclusion::is_warning);
    for note in notes {
        desk.console.result_shown(&note.to_string());
    }
    Ok(warnings.iter().map(|one| Told::new(one.to_string()).maybe_hint(one.hint())).collect())
}

async fn ask(names: &Names<'_>) -> Records {
    match Resolver::of_system() {
        Ok(resolver) => resolver.records(names).await,
        Err(why) => unknown(names, &why),
    }
}

/// What is known where nobody can be asked.
fn unknown(names: &Names<'_>, why: &Unanswered) -> Records {
    Records {
        spf: vec![(names.envelope.to_owned(), Err(why.clone()))],
        dmarc: vec![(names.from.to_owned(), Err(why.clone()))],
        relay: Vec::new(),
        unknown: Vec::new(),
    }
}
