//! One worker: mails from the desk through one session after another.
//!
//! Owns: the order "taken, offered, claimed, sent, reported", and that every mail taken ends in one
//! report. Does not own: what the relay's words mean. A stop ends whatever is not claimed yet; what
//! is claimed is finished.

use std::{ops::ControlFlow, sync::Arc, time::Duration};

use tokio::time::timeout;

use super::{
    job::{Job, Objection},
    mailer::SmtpMailer,
    session::{Offer, Session, lost},
    turns::{Turn, Turns},
    wire::Broken,
};
use crate::{
    delivery::{Desk, pacing::LONGEST_PAUSE},
    model::{Mail, Outage, Reply, Stage},
};

/// A session that lies still so long is ended: relays close them, and count them.
const IDLE: Duration = Duration::from_secs(20);

enum Next {
    GoOn,
    Stop,
}

type End = Result<Next, Outage>;
type UnderWay = (Session, Job);

pub(super) struct Worker<'a> {
    mailer: &'a SmtpMailer,
    desk: &'a Desk,
    session: Option<Session>,
}

impl<'a> Worker<'a> {
    pub(super) fn new(mailer: &'a SmtpMailer, desk: &'a Desk) -> Self {
        Self { mailer, desk, session: None }
    }

    pub(super) async fn run(mut self) -> Result<(), Outage> {
        let result = loop {
            let Some(job) = self.take().await else { break Ok(()) };
            match self.carry(job).await {
                Ok(Next::GoOn) => {}
                Ok(Next::Stop) => break Ok(()),
                Err(outage) => break Err(outage),
            }
        };
        self.end_session().await;
        result
    }

    async fn take(&mut self) -> Option<Job> {
        loop {
            let mail = self.next_mail().await?;
            if let Some(job) = self.prepare(mail) {
                return Some(job);
            }
        }
    }

    async fn next_mail(&mut self) -> Option<Arc<Mail>> {
        if self.session.is_some() {
            if let Ok(next) = timeout(IDLE, self.desk.next()).await {
                return next;
            }
            self.end_session().await;
        }
        self.desk.next().await
    }

    fn prepare(&self, mail: Arc<Mail>) -> Option<Job> {
        match Job::prepare(mail) {
            Ok(job) => Some(job),
            Err((mail, outcome)) => {
                self.desk.report(mail, outcome);
                None
            }
        }
    }

    async fn carry(&mut self, mut job: Job) -> Result<Next, Outage> {
        let desk = self.desk;
        let ready = tokio::select! {
            biased;
            ready = self.make_ready(&mut job) => ready,
            () = desk.stopped() => {
                desk.give_back(job.mail);
                return Ok(Next::Stop);
            }
        };
        let session = match ready {
            Ok(session) => session,
            Err(outage) => {
                desk.give_back(job.mail);
                return Err(outage);
            }
        };
        match job.objection(&session.capabilities) {
            None => self.drive(session, job).await,
            Some(objection) => {
                self.session = Some(session);
                match objection {
                    Objection::Row(outcome) => desk.report(job.mail, outcome),
                    Objection::Relay(outage) => {
                        desk.give_back(job.mail);
                        return Err(outage);
                    }
                }
                Ok(Next::GoOn)
            }
        }
    }

    async fn make_ready(&mut self, job: &mut Job) -> Result<Session, Outage> {
        if let Some(turns) = self.mailer.turns() {
            job.turn = Some(self.wait_for_turn(turns).await?);
        }
        match self.session.take() {
            Some(session) if self.may_go_on(&session) && session.lay_still() => return Ok(session),
            Some(session) => session.end().await,
            None => {}
        }
        self.mailer.open().await
    }

    async fn wait_for_turn(&mut self, turns: &Turns) -> Result<Turn, Outage> {
        if let Some(turn) = turns.now() {
            return Ok(turn);
        }
        if let Ok(Ok(turn)) = timeout(IDLE, turns.next(IDLE)).await {
            return Ok(turn);
        }
        self.end_session().await;
        turns.next(LONGEST_PAUSE.unsigned_abs()).await.map_err(|wait| Outage::Quota {
            reply: Reply { code: 0, enhanced: None, text: wait.to_string() },
            lasts: None,
        })
    }

    /// Drives a mail, and those whose envelopes travel behind another's message.
    async fn drive(&mut self, session: Session, job: Job) -> Result<Next, Outage> {
        let (mut under_way, mut is_ahead) = ((session, job), false);
        loop {
            let open = match self.offer(under_way, is_ahead).await {
                ControlFlow::Continue(open) => open,
                ControlFlow::Break(end) => return end,
            };
            under_way = match self.send(open).await {
                ControlFlow::Continue(ahead) => ahead,
                ControlFlow::Break(end) => return end,
            };
            is_ahead = true;
        }
    }

    async fn offer(&mut self, (mut session, job): UnderWay, is_ahead: bool) -> ControlFlow<End, UnderWay> {
        let desk = self.desk;
        let offer = tokio::select! {
            biased;
            offer = session.offer(&job, is_ahead) => offer,
            () = desk.stopped() => {
                // Nothing of the message has left, and the session is dropped half-way.
                desk.give_back(job.mail);
                return ControlFlow::Break(Ok(Next::Stop));
            }
        };
        match offer {
            Offer::Open if !desk.is_stopping() && desk.claim(&job.mail).await => ControlFlow::Continue((session, job)),
            Offer::Open => {
                // The relay waits for a message: only closing keeps it from delivering an empty one.
                desk.give_back(job.mail);
                ControlFlow::Break(Ok(Next::Stop))
            }
            Offer::Settled(outcome) => {
                let broken_off = outcome.broken_off();
                if is_ahead && matches!(broken_off, Some(Outage::BreaksOff { stage: Stage::Sender, .. })) {
                    // The relay was done after the mail before it.
                    desk.give_back(job.mail);
                    return ControlFlow::Break(Ok(Next::GoOn));
                }
                desk.report(job.mail, outcome);
                if let Some(outage) = broken_off {
                    return ControlFlow::Break(Err(outage));
                }
                self.keep(session).await;
                ControlFlow::Break(Ok(Next::GoOn))
            }
            Offer::Outage(outage) => {
                desk.give_back(job.mail);
                self.keep(session).await;
                ControlFlow::Break(Err(outage))
            }
            Offer::TurnedAway(outage, outcome) => {
                desk.turned_away(job.mail, outcome);
                self.keep(session).await;
                ControlFlow::Break(Err(outage))
            }
        }
    }

    async fn send(&mut self, (mut session, job): UnderWay) -> ControlFlow<End, UnderWay> {
        let ahead = self.take_ahead(&session);
        let fate = session.message(&job, ahead.as_ref()).await;
        let broken_off = fate.outcome.broken_off();
        if matches!(fate.outage, Some(Outage::Quota { .. } | Outage::SenderRefused(_))) {
            // Not accepted, and for no reason of its own.
            self.desk.give_back(job.mail);
        } else {
            self.desk.report(job.mail, fate.outcome);
        }
        if let Some(outage) = broken_off {
            self.lose(ahead);
            return ControlFlow::Break(Err(outage));
        }
        match (fate.outage, ahead) {
            (Some(outage), Some(ahead)) => {
                // Its envelope may be open: the session is closed, not ended with a QUIT.
                self.desk.give_back(ahead.mail);
                ControlFlow::Break(Err(outage))
            }
            (Some(outage), None) => {
                self.keep(session).await;
                ControlFlow::Break(Err(outage))
            }
            (None, Some(ahead)) if session.is_usable() => ControlFlow::Continue((session, ahead)),
            (None, ahead @ Some(_)) => {
                self.lose(ahead);
                ControlFlow::Break(Ok(Next::GoOn))
            }
            (None, None) => {
                self.keep(session).await;
                ControlFlow::Break(Ok(Next::GoOn))
            }
        }
    }

    /// Reports a mail whose envelope went into a session that the mail before it ended.
    fn lose(&self, ahead: Option<Job>) {
        let Some(ahead) = ahead else { return };
        let broken = Broken::Lost("the mail before it ended it".to_owned());
        self.desk.report(ahead.mail, lost(Stage::Sender, &broken));
    }

    fn take_ahead(&self, session: &Session) -> Option<Job> {
        if !session.capabilities.pipelining || !self.may_go_on(session) {
            return None;
        }
        let turn = match self.mailer.turns() {
            Some(turns) => Some(turns.now()?),
            None => None,
        };
        let Some(mut job) = self.take_ready(session) else {
            if let Some(turn) = turn {
                turn.hand_back();
            }
            return None;
        };
        job.turn = turn;
        Some(job)
    }

    fn take_ready(&self, session: &Session) -> Option<Job> {
        loop {
            let job = self.prepare(self.desk.try_next()?)?;
            match job.objection(&session.capabilities) {
                None => return Some(job),
                Some(Objection::Row(outcome)) => self.desk.report(job.mail, outcome),
                Some(Objection::Relay(_)) => {
                    self.desk.give_back(job.mail);
                    return None;
                }
            }
        }
    }

    fn may_go_on(&self, session: &Session) -> bool {
        let relay = self.mailer.relay();
        session.may_go_on(relay.max_mails_per_connection, relay.max_age)
    }

    async fn keep(&mut self, session: Session) {
        if self.may_go_on(&session) {
            self.session = Some(session);
        } else {
            session.end().await;
        }
    }

    async fn end_session(&mut self) {
        if let Some(session) = self.session.take() {
            session.end().await;
        }
    }
}
