//! One session with a relay: envelopes and messages, and how far each mail has come.
//!
//! Owns: pipelining (RFC 2920), RSET after a refusal, and the line between "safe to try again" and
//! "in doubt". Does not own: which mail comes next, or claims. Where PIPELINING is advertised the
//! next mail's MAIL, RCPT and DATA travel behind this one's final dot: replies come in order, and a
//! mail whose message has not begun stays safe. A 354 where no 354 belongs, or any reply too many,
//! ends the session.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    capabilities::Capabilities,
    job::{Job, joined, mail_command},
    relay::Timeouts,
    verdict::{Verdict, closes, judge},
    wire::{Broken, HandOver, Wire},
};
use crate::model::{Address, Deferral, Doubt, Outage, Outcome, Reply, Stage};

/// What became of an envelope.
#[derive(Debug)]
pub(super) enum Offer {
    /// The relay waits for the message.
    Open,
    /// The row is settled without its message.
    Settled(Outcome),
    /// No row is to blame.
    Outage(Outage),
    /// The relay broke off at this recipient: its own trouble, or a recipient it cannot stand.
    TurnedAway(Outage, Outcome),
}

/// What became of a message.
#[derive(Debug)]
pub(super) struct Fate {
    pub(super) outcome: Outcome,
    /// Said by the same reply, of the account or the server.
    pub(super) outage: Option<Outage>,
}

#[derive(Debug)]
pub(super) struct Session {
    wire: Wire,
    pub(super) capabilities: Capabilities,
    pub(super) tls: Option<&'static str>,
    timeouts: Timeouts,
    reset_due: bool,
    usable: bool,
    begun: u32,
    born: Instant,
}

type Step<T> = Result<T, (Stage, Broken)>;

impl Session {
    pub(super) fn new(wire: Wire, capabilities: Capabilities, tls: Option<&'static str>, timeouts: Timeouts) -> Self {
        let born = Instant::now();
        Self { wire, capabilities, tls, timeouts, reset_due: false, usable: true, begun: 0, born }
    }

    /// Whether another mail may be begun on it.
    pub(super) fn may_go_on(&self, mails: u32, age: Duration) -> bool {
        self.usable && self.begun < mails && self.born.elapsed() < age
    }

    /// Whether replies and commands still belong together.
    pub(super) fn is_usable(&self) -> bool {
        self.usable
    }

    /// Whether it lay still since the last reply: neither closed by the other end nor out of step.
    pub(super) fn lay_still(&self) -> bool {
        self.wire.is_quiet()
    }

    /// Ends it: with a QUIT where one can be understood, else by closing.
    pub(super) async fn end(self) {
        if self.usable {
            self.wire.quit().await;
        }
    }

    /// Offers a sender, and takes the offer back.
    pub(super) async fn try_sender(&mut self, sender: &Address) -> Result<(), Outage> {
        let unreachable = |(stage, broken): (Stage, Broken)| Outage::Unreachable { stage, detail: broken.to_string() };
        let reply = self.exchange(Stage::Sender, &mail_command(sender, Vec::new())).await.map_err(unreachable)?;
        match judge(Stage::Sender, &reply) {
            Verdict::Good => {}
            Verdict::Outage(outage) => {
                self.usable = !closes(&reply);
                return Err(outage);
            }
            Verdict::Row(_) | Verdict::Stray => return Err(Outage::SenderRefused(reply)),
        }
        self.exchange(Stage::Sender, &joined(true, &[])).await.map(drop).map_err(unreachable)
    }

    /// Offers a mail's envelope, or reads what became of one that went with the mail before.
    ///
    /// Dropped half-way, the session must be dropped too.
    pub(super) async fn offer(&mut self, job: &Job, is_under_way: bool) -> Offer {
        let result = if self.capabilities.pipelining {
            self.offer_at_once(job, is_under_way).await
        } else {
            self.offer_in_turn(job).await
        };
        result.unwrap_or_else(|(stage, broken)| {
            self.usable = false;
            Offer::Settled(lost(stage, &broken))
        })
    }

    /// Sends the message that an open offer waits for, and `ahead`'s envelope behind it.
    pub(super) async fn message(&mut self, job: &Job, ahead: Option<&Job>) -> Fate {
        let then = ahead.map_or_else(String::new, |ahead| {
            self.begun += 1;
            joined(false, &ahead.commands(&self.capabilities))
        });
        match self.wire.hand_over(job.message(), &then, self.timeouts.data).await {
            HandOver::Whole => {}
            // The reply may have come all the same.
            HandOver::MessageOnly => self.usable = false,
            HandOver::Part(broken) => {
                self.usable = false;
                return Fate { outcome: lost(Stage::Body, &broken), outage: None };
            }
        }
        match self.reply(Stage::Final, self.timeouts.final_).await {
            Ok(reply) => self.fate(reply),
            Err((_, broken)) => {
                self.usable = false;
                let detail = format!("after the final dot, {broken}");
                Fate { outcome: Outcome::InDoubt(Doubt { detail }), outage: None }
            }
        }
    }

    fn fate(&mut self, reply: Reply) -> Fate {
        let verdict = judge(Stage::Final, &reply);
        if closes(&reply) || matches!(verdict, Verdict::Row(Outcome::InDoubt(_))) {
            self.usable = false;
        }
        match verdict {
            Verdict::Row(outcome) => Fate { outcome, outage: None },
            Verdict::Outage(outage) => Fate {
                outcome: Outcome::Deferred(Deferral::Replied { reply, greylisted: false }),
                outage: Some(outage),
            },
            Verdict::Good | Verdict::Stray => {
                self.usable = false;
                Fate { outcome: Outcome::InDoubt(Doubt { detail: reply.to_string() }), outage: None }
            }
        }
    }

    async fn offer_at_once(&mut self, job: &Job, is_under_way: bool) -> Step<Offer> {
        if !is_under_way {
            self.begun += 1;
            let group = joined(self.reset_due, &job.commands(&self.capabilities));
            self.say(Stage::Sender, &group).await?;
            self.take_reset().await?;
        }
        let command = self.timeouts.command;
        let sender = self.reply(Stage::Sender, command).await?;
        if closes(&sender) {
            return self.turned(Stage::Sender, &sender);
        }
        let recipient = self.reply(Stage::Recipient, command).await?;
        if closes(&recipient) {
            return self.turned(Stage::Recipient, &recipient);
        }
        let data = self.reply(Stage::Data, self.timeouts.data).await?;
        let sender_good = judge(Stage::Sender, &sender) == Verdict::Good;
        if sender_good && judge(Stage::Recipient, &recipient) == Verdict::Good {
            return self.opened(&data);
        }
        let (stage, refusal) = if sender_good { (Stage::Recipient, recipient) } else { (Stage::Sender, sender) };
        let turned = self.turned(stage, &refusal)?;
        if data.code == 354 {
            self.leave_data(sender_good).await;
        }
        Ok(turned)
    }

    async fn offer_in_turn(&mut self, job: &Job) -> Step<Offer> {
        self.begun += 1;
        if self.reset_due {
            self.say(Stage::Sender, &joined(true, &[])).await?;
            self.take_reset().await?;
        }
        let [mail, rcpt, data] = job.commands(&self.capabilities);
        for (stage, line) in [(Stage::Sender, mail), (Stage::Recipient, rcpt)] {
            let reply = self.exchange(stage, &line).await?;
            if judge(stage, &reply) != Verdict::Good {
                return self.turned(stage, &reply);
            }
        }
        let reply = self.exchange(Stage::Data, &data).await?;
        self.opened(&reply)
    }

    fn opened(&mut self, data: &Reply) -> Step<Offer> {
        if judge(Stage::Data, data) != Verdict::Good {
            return self.turned(Stage::Data, data);
        }
        if !self.wire.is_in_step() {
            // What lies here already would be taken for the reply to the final dot.
            return Err((Stage::Data, Broken::out_of_step()));
        }
        Ok(Offer::Open)
    }

    fn turned(&mut self, stage: Stage, reply: &Reply) -> Step<Offer> {
        self.reset_due = true;
        if closes(reply) {
            self.usable = false;
        }
        match judge(stage, reply) {
            Verdict::Row(outcome) => Ok(Offer::Settled(outcome)),
            Verdict::Outage(outage @ (Outage::ServerTrouble(_) | Outage::Throttled(_))) if stage != Stage::Sender => {
                let deferral = Deferral::ConnectionLost { stage, detail: reply.to_string() };
                Ok(Offer::TurnedAway(outage, Outcome::Deferred(deferral)))
            }
            Verdict::Outage(outage) => Ok(Offer::Outage(outage)),
            Verdict::Good | Verdict::Stray => Err((stage, Broken::Stray(reply.to_string()))),
        }
    }

    // The relay waits for a message to nobody. With a sender but no recipient a lone dot ends that and
    // delivers nothing; after a refused sender nobody knows whose envelope it is.
    async fn leave_data(&mut self, no_recipient: bool) {
        self.usable = no_recipient && self.exchange(Stage::Data, ".\r\n").await.is_ok_and(|reply| !closes(&reply));
    }

    async fn take_reset(&mut self) -> Step<()> {
        if !self.reset_due {
            return Ok(());
        }
        let reply = self.reply(Stage::Sender, self.timeouts.command).await?;
        if !(200..300).contains(&reply.code) {
            return Err((Stage::Sender, Broken::Lost(format!("RSET was answered {reply}"))));
        }
        self.reset_due = false;
        Ok(())
    }

    async fn exchange(&mut self, stage: Stage, line: &str) -> Step<Reply> {
        self.say(stage, line).await?;
        let limit = if stage == Stage::Data { self.timeouts.data } else { self.timeouts.command };
        self.reply(stage, limit).await
    }

    async fn say(&mut self, stage: Stage, lines: &str) -> Step<()> {
        self.wire.say(lines, lines, self.timeouts.command).await.map_err(|broken| (stage, broken))
    }

    async fn reply(&mut self, stage: Stage, limit: Duration) -> Step<Reply> {
        let raw = self.wire.reply(limit).await.map_err(|broken| (stage, broken))?;
        Ok(raw.to_reply(&self.wire.veiled))
    }
}

/// The outcome of a mail whose connection ended before its final dot was handed over.
pub(super) fn lost(stage: Stage, broken: &Broken) -> Outcome {
    Outcome::Deferred(Deferral::ConnectionLost { stage, detail: broken.to_string() })
}
