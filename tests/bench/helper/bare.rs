//! Our own session alone: what the whole job could reach if everything but the socket were free.
//!
//! The same mailer over the same channels as a run's, fed with one canned mail; every claim is granted
//! at once and nothing is recorded.

use std::{error::Error, fs, path::Path, sync::Arc};

use roomkey::{
    delivery::{
        Desk, Mailer as _, Report,
        smtp::{Relay, SmtpMailer, TlsMode},
    },
    model::{Address, Mail, MessageId, Outcome},
};
use tokio::{
    runtime::Builder,
    sync::{mpsc, watch},
    task::JoinSet,
};

/// Handfuls made ahead of the workers, as in a run.
const AHEAD: usize = 4;
/// Mails that come to the workers together.
const HANDFUL: usize = 32;

/// Sends the mail of a file `count` times; an error where the sink did not accept each.
pub(crate) fn send(port: u16, connections: usize, count: usize, eml: &Path) -> Result<(), Box<dyn Error>> {
    let mail = Arc::new(Mail {
        row: 1,
        sender: Address::parse("workshop@example.org")?,
        recipient: Address::parse("attendee-1@example.org")?,
        message_id: MessageId("canned@example.org".into()),
        bytes: fs::read(eml)?,
    });
    let mailer = SmtpMailer::new(Relay::new("127.0.0.1", port, TlsMode::None))?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let (accepted, outages) = runtime.block_on(work(Arc::new(mailer), connections, count, mail));
    if accepted == count && outages.is_empty() {
        return Ok(());
    }
    Err(format!("{accepted} of {count} accepted {}", outages.join("; ")).into())
}

async fn work(mailer: Arc<SmtpMailer>, connections: usize, count: usize, mail: Arc<Mail>) -> (usize, Vec<String>) {
    let (mails_in, mails) = mpsc::channel(AHEAD);
    let (claims, _) = mpsc::channel(1);
    let (reports_in, mut reports) = mpsc::unbounded_channel();
    let (_stop, stopped) = watch::channel(false);
    let desk = Desk::new(mails, claims, reports_in, stopped, Arc::new(|_| true));
    tokio::spawn(async move {
        let mut left = count;
        while left > 0 {
            let handful = vec![mail.clone(); left.min(HANDFUL)];
            left -= handful.len();
            if mails_in.send(handful).await.is_err() {
                return;
            }
        }
    });
    let mut crew = JoinSet::new();
    for _ in 0..connections {
        let (mailer, desk) = (mailer.clone(), desk.clone());
        crew.spawn(async move { mailer.work(&desk).await });
    }
    drop(desk);
    let mut accepted = 0;
    while let Some(report) = reports.recv().await {
        accepted += usize::from(matches!(report, Report::Done(_, Outcome::Accepted(_))));
    }
    let ended = crew.join_all().await;
    (accepted, ended.into_iter().filter_map(Result::err).map(|outage| format!("{outage:?}")).collect())
}
