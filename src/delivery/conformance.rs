//! What every mailer owes its desk, whichever way the mails go.

use tokio::sync::watch;

use super::{
    Mailer,
    eml_folder::EmlFolder,
    smtp::{
        SmtpMailer,
        scripted::{Act, hello, mail, relay, script, work, work_until},
    },
};
use crate::model::Outcome;

async fn each_mail_is_claimed_and_reported_once(mailer: &impl Mailer, arrived: impl Fn() -> usize) {
    let ran = work(mailer, (1..=10).map(mail).collect(), |_| true).await;
    assert_eq!(ran.result, Ok(()));
    assert!((1..=10).all(|row| matches!(ran.outcome(row), Some(Outcome::Accepted(_)))), "{ran:?}");
    assert_eq!(ran.claimed, (1..=10).collect::<Vec<_>>());
    assert_eq!(arrived(), 10);
}

async fn a_refused_claim_keeps_the_message_here(mailer: &impl Mailer, arrived: impl Fn() -> usize) {
    let before = arrived();
    let ran = work(mailer, (21..=29).map(mail).collect(), |row| row < 23).await;
    assert_eq!(ran.result, Ok(()));
    assert_eq!(ran.outcome(23), None);
    assert_eq!(arrived() - before, 2);
}

async fn after_a_stop_nothing_new_begins(mailer: &impl Mailer, arrived: impl Fn() -> usize) {
    let before = arrived();
    let (stop, stopped) = watch::channel(false);
    // The stop comes while the second mail is claimed: that one is finished, no other begun.
    let grant = |row| {
        if row == 42 {
            stop.send_replace(true);
        }
        true
    };
    let ran = work_until(mailer, (41..=49).map(mail).collect(), grant, stopped).await;
    assert_eq!(ran.result, Ok(()));
    assert!((41..=42).all(|row| matches!(ran.outcome(row), Some(Outcome::Accepted(_)))), "{ran:?}");
    assert_eq!(ran.claimed, [41, 42]);
    assert_eq!(arrived() - before, 2);
}

async fn all(mailer: &impl Mailer, arrived: impl Fn() -> usize) {
    each_mail_is_claimed_and_reported_once(mailer, &arrived).await;
    a_refused_claim_keeps_the_message_here(mailer, &arrived).await;
    after_a_stop_nothing_new_begins(mailer, &arrived).await;
}

#[tokio::test]
async fn the_smtp_mailer_conforms() {
    for keywords in [&[][..], &["PIPELINING"]] {
        let (relay, heard) = relay(vec![script(&[hello(keywords), vec![Act::Serve]])]).await;
        all(&SmtpMailer::new(relay).unwrap(), || heard.messages()).await;
    }
}

#[tokio::test]
async fn the_folder_conforms() {
    let home = tempfile::tempdir().unwrap();
    let folder = EmlFolder::prepare(&home.path().join("preview"), true).unwrap();
    let files = || {
        let names = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        names.filter(|name| name.to_string_lossy().ends_with(".eml")).count()
    };
    all(&folder, files).await;
    let kept = std::fs::read(folder.path().join("0001-row1@example.org.eml")).unwrap();
    assert_eq!(kept, mail(1).bytes);
}
