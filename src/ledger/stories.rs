//! What runs do to their ledger, and what of it is left after a crash, a full disk or a second thought.

use std::sync::Arc;

use super::{
    Ledger, LedgerFolder, LedgerProblem, MailingId, Reader, State, Unrecorded, Writer, WriterHandle,
    samples::{self, at, deferred, entry, event, failed, in_doubt, resend, sent},
};
use crate::model::{Address, PersonId, UserId};

/// A ledger in its writer's hands.
fn run(folder: &LedgerFolder) -> (Writer, WriterHandle) {
    let writer = Writer::start(samples::ledger(folder)).unwrap();
    let handle = writer.handle();
    (writer, handle)
}

fn state(ledger: &Reader, mailing: MailingId) -> State {
    ledger.mailing(mailing).unwrap().unwrap().state
}

#[tokio::test]
async fn a_claim_is_seen_by_others_once_answered_and_a_result_replaces_it() {
    let (_dir, folder) = samples::folder();
    let (writer, handle) = run(&folder);
    let mail = Arc::new(entry(1));
    let id = handle.begin(Arc::clone(&mail), at(1)).await.unwrap();
    let onlooker = Reader::open(&folder, &event()).unwrap().unwrap();
    assert_eq!(state(&onlooker, id), State::Sending);
    assert_eq!(onlooker.roster().unwrap().by_id(PersonId(1)).unwrap().state, State::Sending);
    assert_eq!(handle.finish(mail, sent(), at(2)).await, Ok(id));
    assert_eq!(state(&onlooker, id), State::Sent);
    let told = onlooker.mailing(id).unwrap().unwrap();
    assert_eq!((told.first_attempt, told.last_attempt, told.ended), (at(1), at(1), Some(at(2))));
    writer.close().unwrap();
}

#[tokio::test]
async fn what_a_crash_left_in_the_air_is_in_doubt_and_everything_else_as_recorded() {
    let (_dir, folder) = samples::folder();
    let (writer, handle) = run(&folder);
    for row in 1..=3 {
        handle.begin(Arc::new(entry(row)), at(1)).await.unwrap();
    }
    handle.finish(Arc::new(entry(2)), sent(), at(2)).await.unwrap();
    drop(writer);
    let reader = Reader::open(&folder, &event()).unwrap().unwrap();
    assert_eq!(state(&reader, MailingId(1)), State::Sending, "a reader judges nothing");
    let ledger = samples::ledger(&folder);
    assert_eq!(ledger.recovered(), 2);
    let states = [1, 2, 3].map(|id| state(&ledger, MailingId(id)));
    assert_eq!(states, [State::InDoubt, State::Sent, State::InDoubt]);
    assert_eq!(ledger.tries_since(at(1), at(3)).unwrap(), [at(2), at(3), at(3)]);
    drop(ledger);
    assert_eq!(samples::ledger(&folder).recovered(), 0);
}

#[tokio::test]
async fn requests_that_come_together_are_all_answered_in_order() {
    let (_dir, folder) = samples::folder();
    let (writer, handle) = run(&folder);
    let claims: Vec<_> = (1..=600).map(|row| handle.begin(Arc::new(entry(row)), at(1))).collect();
    let mut ids = Vec::new();
    for claim in claims {
        ids.push(claim.await.unwrap());
    }
    assert!(ids.iter().zip(1..).all(|(id, n)| *id == MailingId(n)), "integers in file order");
    for row in 1..=600 {
        drop(handle.finish(Arc::new(entry(row)), sent(), at(2)));
    }
    // Nobody waited for these answers: closing writes them all the same.
    let ledger = writer.close().unwrap();
    assert_eq!(ledger.tries_since(at(2), at(3)).unwrap().len(), 600);
}

#[tokio::test]
async fn a_deferred_mail_goes_on_as_the_same_mail() {
    let (_dir, folder) = samples::folder();
    let (writer, handle) = run(&folder);
    let id = handle.begin(Arc::new(entry(1)), at(1)).await.unwrap();
    handle.finish(Arc::new(entry(1)), deferred(), at(2)).await.unwrap();
    let again = Arc::new(entry(1).again(id));
    assert_eq!(handle.begin(Arc::clone(&again), at(400)).await, Ok(id));
    let reader = Reader::open(&folder, &event()).unwrap().unwrap();
    let told = reader.mailing(id).unwrap().unwrap();
    assert_eq!((told.attempts, told.reply, told.next_attempt), (2, None, None));
    assert_eq!((told.first_attempt, told.last_attempt), (at(1), at(400)));
    handle.finish(again, sent(), at(401)).await.unwrap();
    let ledger = writer.close().unwrap();
    assert_eq!(ledger.roster().unwrap().by_id(PersonId(1)).unwrap().mailings, 1);
}

#[tokio::test]
async fn a_mail_refused_before_its_body_is_recorded_without_a_claim() {
    let (_dir, folder) = samples::folder();
    let (writer, handle) = run(&folder);
    let id = handle.finish(Arc::new(entry(1)), failed(), at(2)).await.unwrap();
    let deferral = handle.finish(Arc::new(entry(2)), deferred(), at(2)).await.unwrap();
    handle.finish(Arc::new(entry(2).again(deferral)), failed(), at(400)).await.unwrap();
    let ledger = writer.close().unwrap();
    let told = ledger.mailing(id).unwrap().unwrap();
    assert_eq!((told.state, told.attempts, told.ended), (State::Failed, 1, Some(at(2))));
    assert_eq!(ledger.mailing(deferral).unwrap().unwrap().attempts, 2);
}

#[tokio::test]
async fn a_claim_withdrawn_leaves_everything_as_it_was() {
    let (_dir, folder) = samples::folder();
    let (writer, handle) = run(&folder);
    let id = handle.finish(Arc::new(entry(1)), deferred(), at(2)).await.unwrap();
    let reader = Reader::open(&folder, &event()).unwrap().unwrap();
    let (mail_before, person_before) = (reader.mailing(id).unwrap(), reader.person(PersonId(1)).unwrap());
    let mut corrected = entry(1).again(id);
    corrected.person.address = Address::parse("corrected@example.org").unwrap();
    corrected.to = corrected.person.address.clone();
    handle.begin(Arc::new(corrected), at(400)).await.unwrap();
    assert_ne!(reader.person(PersonId(1)).unwrap(), person_before);
    handle.begin(Arc::new(entry(2)), at(400)).await.unwrap();
    handle.withdraw(1).await.unwrap();
    handle.withdraw(2).await.unwrap();
    handle.withdraw(3).await.unwrap();
    assert_eq!((reader.mailing(id).unwrap(), reader.person(PersonId(1)).unwrap()), (mail_before, person_before));
    assert_eq!(reader.roster().unwrap().people().len(), 1, "person 2 was never mailed");
    // The row is free again, and nothing is left in the air.
    handle.begin(Arc::new(entry(1).again(id)), at(500)).await.unwrap();
    handle.withdraw(1).await.unwrap();
    drop(writer.close().unwrap());
    assert_eq!(samples::ledger(&folder).recovered(), 0);
}

#[tokio::test]
async fn what_would_make_the_ledger_untrue_is_refused_and_the_rest_goes_on() {
    let (_dir, folder) = samples::folder();
    let (writer, handle) = run(&folder);
    let sent_one = handle.finish(Arc::new(entry(1)), sent(), at(1)).await.unwrap();
    let doubtful = handle.finish(Arc::new(entry(2)), in_doubt(), at(1)).await.unwrap();
    handle.begin(Arc::new(entry(3)), at(1)).await.unwrap();
    let mut stranger = entry(4);
    stranger.person.known = Some(PersonId(99));
    let mut other_id = entry(1);
    other_id.person.user_id = UserId("made under another secret".into());
    let wrong = [
        ("claimed twice", entry(3)),
        ("gone out already", entry(1).again(sent_one)),
        ("another person's mail", entry(5).again(doubtful)),
        ("no such mail", entry(2).again(MailingId(99))),
        ("another Message-ID", resend(2).again(doubtful)),
        ("no such person", stranger),
        ("another user id", other_id),
    ];
    for (why, entry) in wrong {
        let answer = handle.begin(Arc::new(entry), at(2)).await;
        assert!(matches!(answer, Err(LedgerProblem::Misuse(_))), "{why}: {answer:?}");
    }
    assert_eq!(handle.failure(), None);
    handle.begin(Arc::new(entry(2).again(doubtful)), at(3)).await.unwrap();
    let ledger = writer.close().unwrap();
    assert_eq!(ledger.roster().unwrap().people().len(), 3);
}

#[tokio::test]
async fn a_full_disk_stops_new_mails_and_what_was_answered_stays() {
    let (_dir, folder) = samples::folder();
    let ledger = samples::ledger(&folder);
    ledger.fill_the_disk();
    let writer = Writer::start(ledger).unwrap();
    let handle = writer.handle();
    let mut claimed = Vec::new();
    let problem = loop {
        let row = u32::try_from(claimed.len()).unwrap() + 1;
        match handle.begin(Arc::new(entry(row)), at(1)).await {
            Ok(id) => claimed.push(id),
            Err(problem) => break problem,
        }
    };
    assert_eq!(problem, LedgerProblem::Full { path: folder.ledger_path(&event()) });
    assert_eq!(handle.failure(), Some(problem.clone()));
    assert!(!claimed.is_empty(), "there was room for a few");
    // A result still gets through, where its page has room; no claim is granted any more, though it would need none.
    let mut told = None;
    for (row, id) in (1..).zip(&claimed) {
        if handle.finish(Arc::new(entry(row)), crate::ledger::Ending::Sent { reply: String::new() }, at(2)).await
            == Ok(*id)
        {
            told = Some((row, *id));
            break;
        }
    }
    let (row, told) = told.expect("an empty reply fits somewhere");
    assert_eq!(handle.begin(Arc::new(entry(row).again(told)), at(3)).await, Err(problem.clone()));
    assert_eq!(writer.close().unwrap_err(), problem);
    let ledger = samples::ledger(&folder);
    assert_eq!(ledger.roster().unwrap().people().len(), claimed.len());
    assert_eq!(ledger.recovered(), claimed.len() - 1);
    assert_eq!(state(&ledger, told), State::Sent);
}

#[tokio::test]
async fn results_that_cannot_be_written_are_remembered() {
    let (_dir, folder) = samples::folder();
    let ledger = samples::ledger(&folder);
    ledger.fill_the_disk();
    let writer = Writer::start(ledger).unwrap();
    let handle = writer.handle();
    let mut row = 0;
    let problem = loop {
        row += 1;
        if let Err(problem) = handle.finish(Arc::new(entry(row)), sent(), at(2)).await {
            break problem;
        }
    };
    assert_eq!(problem, LedgerProblem::Full { path: folder.ledger_path(&event()) });
    assert_eq!(handle.unrecorded(), [Unrecorded { to: entry(row).to, ending: sent() }]);
    assert_eq!(writer.close().unwrap_err(), problem);
}

#[tokio::test]
async fn a_closed_writer_refuses() {
    let (_dir, folder) = samples::folder();
    let (writer, handle) = run(&folder);
    drop(writer.close().unwrap());
    assert_eq!(handle.begin(Arc::new(entry(1)), at(1)).await, Err(LedgerProblem::Closed));
}

#[tokio::test]
async fn the_lock_is_held_until_the_ledger_is_gone() {
    let (_dir, folder) = samples::folder();
    let (writer, _handle) = run(&folder);
    assert!(super::RunLock::probe(&folder, &event()).is_some());
    let ledger: Ledger = writer.close().unwrap();
    assert!(super::RunLock::probe(&folder, &event()).is_some());
    drop(ledger);
    assert!(super::RunLock::probe(&folder, &event()).is_none());
}
