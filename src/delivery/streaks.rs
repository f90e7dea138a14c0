//! What one refusal cannot say and several in a row can: that the campaign is refused, not its rows.
//!
//! Owns: counting; pure. Does not own: the outcomes, or what the run does on a stop. Fed with every
//! outcome in the order in which they are learnt. Known weaknesses: three dead addresses at the head
//! of a file look like a refused sender where the relay gives no enhanced code; and a lone recipient
//! refused by policy looks like one where nobody else is mailed in the same pass.

use crate::model::{Deferral, Outage, Outcome, Reply, Stage};

const FIRST_ROWS: usize = 3;
const CONTENT_IN_A_ROW: u32 = 5;
const POLICY_IN_A_ROW: usize = 3;

/// Why the run must stop, and which rows were blamed in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Halt {
    /// Whose fault it is.
    pub outage: Outage,
    /// Rows reported as refused that are to be pending again: it was not their fault.
    pub acquitted: Vec<u32>,
}

/// Counts refusals that look alike.
#[derive(Debug, Default)]
pub struct Streaks {
    first: Vec<(u32, Stage, Reply)>,
    first_over: bool,
    content: u32,
    /// Recipients refused by policy, of whom it is not known yet whose fault that is.
    suspects: Vec<Suspect>,
    /// Recipients refused by policy since the last one that was taken.
    in_a_row: usize,
    any_taken: bool,
    /// Mails that may have been on their way when another one was refused.
    on_the_way: usize,
}

/// Somebody refused by policy.
#[derive(Debug)]
struct Suspect {
    row: u32,
    reply: Reply,
    /// Mails taken since: those on their way at that moment say nothing of what the relay thinks now.
    taken_since: usize,
}

impl Streaks {
    /// Counts where so many mails may be on their way at a time.
    #[must_use]
    pub fn of(on_the_way: usize) -> Self {
        Self { on_the_way, ..Self::default() }
    }

    /// Takes one row's outcome; answers whether the run must stop.
    pub fn feed(&mut self, row: u32, outcome: &Outcome) -> Option<Halt> {
        match outcome {
            Outcome::Refused { reply, stage } if reply.code != 0 || is_too_large(reply) => {
                self.refused(row, *stage, reply)
            }
            Outcome::Deferred(Deferral::Replied { reply, .. }) if says_no_relaying(reply) => self.suspect(row, reply),
            // Says nothing about the relay's opinion of us.
            Outcome::Refused { .. } | Outcome::Deferred(Deferral::ConnectionLost { .. }) => None,
            Outcome::Accepted(_) | Outcome::Deferred(Deferral::Replied { .. }) | Outcome::InDoubt(_) => {
                self.first_over = true;
                self.content = 0;
                self.taken();
                None
            }
        }
    }

    /// Whether it is still open whose fault a row's refusal is.
    #[must_use]
    pub fn suspects(&self, row: u32) -> bool {
        self.suspects.iter().any(|suspect| suspect.row == row)
    }

    /// To be asked when nothing more comes: where nobody was taken, refusals by policy are the
    /// campaign's, however few.
    pub fn close(&mut self) -> Option<Halt> {
        if self.any_taken { None } else { self.refused_by_policy() }
    }

    fn taken(&mut self) {
        self.any_taken = true;
        self.in_a_row = 0;
        let on_the_way = self.on_the_way;
        self.suspects.retain_mut(|suspect| {
            suspect.taken_since += 1;
            suspect.taken_since <= on_the_way
        });
    }

    fn suspect(&mut self, row: u32, reply: &Reply) -> Option<Halt> {
        self.suspects.push(Suspect { row, reply: reply.clone(), taken_since: 0 });
        self.in_a_row += 1;
        if self.in_a_row < POLICY_IN_A_ROW { None } else { self.refused_by_policy() }
    }

    fn refused_by_policy(&mut self) -> Option<Halt> {
        let outage = Outage::RelayRefused(self.suspects.last()?.reply.clone());
        let acquitted = self.suspects.drain(..).map(|suspect| suspect.row).collect();
        Some(Halt { outage, acquitted })
    }

    fn refused(&mut self, row: u32, stage: Stage, reply: &Reply) -> Option<Halt> {
        if stage == Stage::Recipient
            && is_policy(reply)
            && let Some(halt) = self.suspect(row, reply)
        {
            return Some(halt);
        }
        if matches!(stage, Stage::Data | Stage::Body | Stage::Final) {
            self.taken();
            self.content = if blames_content(reply) { self.content + 1 } else { 0 };
        }
        if self.content >= CONTENT_IN_A_ROW {
            return Some(Halt { outage: Outage::ContentRefused(reply.clone()), acquitted: Vec::new() });
        }
        self.among_the_first(row, stage, reply)
    }

    fn among_the_first(&mut self, row: u32, stage: Stage, reply: &Reply) -> Option<Halt> {
        if self.first_over {
            return None;
        }
        self.first.push((row, stage, reply.clone()));
        if self.first.len() < FIRST_ROWS {
            return None;
        }
        self.first_over = true;
        if self.first.iter().all(|(_, _, reply)| is_too_large(reply)) {
            // What was not even offered to the relay can go when the mails are smaller: no row is blamed.
            let kept_here = |(row, _, reply): &(u32, Stage, Reply)| (reply.code == 0).then_some(*row);
            let acquitted = self.first.iter().filter_map(kept_here).collect();
            return Some(Halt { outage: Outage::ContentRefused(reply.clone()), acquitted });
        }
        let alike = |(_, its_stage, its): &(u32, Stage, Reply)| {
            *its_stage == Stage::Recipient
                && its.code == reply.code
                && its.enhanced == reply.enhanced
                && (its.text == reply.text || !blames_one_address(reply))
        };
        if !self.first.iter().all(alike) {
            return None;
        }
        let acquitted = self.first.iter().map(|(row, ..)| *row).collect();
        Some(Halt { outage: Outage::RelayRefused(reply.clone()), acquitted })
    }
}

// Behind DATA the recipient was accepted: what is refused there is the mail, unless the code names
// an address or a mailbox (RFC 3463 §3.2, §3.3).
fn blames_content(reply: &Reply) -> bool {
    reply.code >= 500 && !matches!(reply.enhanced, Some((_, 1 | 2, _)))
}

// Said of the sender, the client or a policy (RFC 3463 §3.2, §3.8) though asked of a recipient. Postfix
// checks its sender's rights only here; but it is also how one recipient is barred.
fn is_policy(reply: &Reply) -> bool {
    matches!(reply.enhanced, Some((5, 7, _) | (5, 1, 7 | 8))) || says_no_relaying(reply)
}

const RELAYING: &[&str] =
    &["relay access denied", "relaying denied", "relay not permitted", "unable to relay", "not permitted to relay"];

/// Said to everybody where the log-in is missing, and of one domain where the relay will not serve that one.
pub(super) fn says_no_relaying(reply: &Reply) -> bool {
    let text = reply.text.to_lowercase();
    RELAYING.iter().any(|phrase| text.contains(phrase))
}

/// Whether a reply says that the message is too large (RFC 1870 §6).
pub(super) fn is_too_large(reply: &Reply) -> bool {
    reply.enhanced == Some((5, 3, 4)) || (reply.code == 552 && reply.enhanced.is_none())
}

// "No such mailbox" means the sender only where it is said to everybody in the very same words:
// a relay that looks a mailbox up names it.
fn blames_one_address(reply: &Reply) -> bool {
    matches!(reply.enhanced, Some((5, 1, 1 | 3 | 10)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(code: u16, enhanced: (u8, u16, u16)) -> Reply {
        Reply { code, enhanced: (enhanced.0 > 0).then_some(enhanced), text: "no".to_owned() }
    }

    fn refused(stage: Stage, code: u16, enhanced: (u8, u16, u16)) -> Outcome {
        Outcome::Refused { reply: reply(code, enhanced), stage }
    }

    fn feed(outcomes: &[Outcome]) -> Option<(usize, Halt)> {
        let mut streaks = Streaks::default();
        (0u32..).zip(outcomes).enumerate().find_map(|(n, (row, o))| streaks.feed(row, o).map(|halt| (n + 1, halt)))
    }

    #[test]
    fn one_and_the_same_refusal_of_the_first_three_rows_acquits_them() {
        let no = refused(Stage::Recipient, 550, (0, 0, 0));
        let (n, halt) = feed(&[no.clone(), no.clone(), no]).unwrap();
        assert_eq!(n, 3);
        assert!(matches!(halt.outage, Outage::RelayRefused(_)));
        assert_eq!(halt.acquitted, [0, 1, 2]);
    }

    #[test]
    fn one_that_is_accepted_first_clears_the_campaign() {
        let no = refused(Stage::Recipient, 550, (0, 0, 0));
        let yes = Outcome::Accepted(reply(250, (2, 0, 0)));
        assert_eq!(feed(&[yes, no.clone(), no.clone(), no]), None);
    }

    #[test]
    fn unknown_mailboxes_never_stop_a_run() {
        let no = |n: usize| Outcome::Refused {
            reply: Reply { text: format!("<a{n}@example.org>: unknown"), ..reply(550, (5, 1, 1)) },
            stage: Stage::Recipient,
        };
        assert_eq!(feed(&(0..20).map(no).collect::<Vec<_>>()), None);
    }

    #[test]
    fn different_refusals_never_stop_a_run() {
        let no = |code| refused(Stage::Recipient, code, (0, 0, 0));
        assert_eq!(feed(&[no(550), no(553), no(550), no(550), no(550)]), None);
    }

    #[test]
    fn refusals_by_policy_are_the_recipient_s_while_others_are_taken() {
        let no = refused(Stage::Recipient, 554, (5, 7, 1));
        let yes = Outcome::Accepted(reply(250, (2, 0, 0)));
        let unknown = refused(Stage::Recipient, 550, (5, 1, 1));
        let mixed = [no.clone(), yes.clone(), no.clone(), no.clone(), yes.clone(), no.clone()];
        assert_eq!(feed(&mixed), None);
        let in_a_row = [yes, no.clone(), unknown, no.clone(), no.clone()];
        let (n, halt) = feed(&in_a_row).unwrap();
        assert_eq!((n, halt.acquitted), (5, vec![1, 3, 4]));
        assert!(matches!(halt.outage, Outage::RelayRefused(_)));
    }

    #[test]
    fn a_pass_that_ends_with_nobody_taken_acquits_those_refused_by_policy() {
        let no = refused(Stage::Recipient, 554, (5, 7, 1));
        let mut streaks = Streaks::default();
        assert_eq!(streaks.feed(7, &no), None);
        assert!(streaks.suspects(7));
        assert_eq!(streaks.close().map(|halt| halt.acquitted), Some(vec![7]));
        let mut streaks = Streaks::default();
        streaks.feed(1, &Outcome::Accepted(reply(250, (2, 0, 0))));
        streaks.feed(7, &no);
        assert_eq!(streaks.close(), None);
    }

    #[test]
    fn what_was_on_its_way_when_the_relay_turned_clears_nobody() {
        let no = refused(Stage::Recipient, 554, (5, 7, 1));
        let yes = Outcome::Accepted(reply(250, (2, 0, 0)));
        let mut streaks = Streaks::of(2);
        let order = [&no, &yes, &yes, &no, &no, &no];
        let halt = (0..).zip(order).find_map(|(row, outcome)| streaks.feed(row, outcome)).unwrap();
        assert_eq!(halt.acquitted, [0, 3, 4, 5]);
        // One more that was taken was offered after the refusal.
        let mut streaks = Streaks::of(2);
        let order = [&no, &yes, &yes, &yes];
        assert!((0..).zip(order).all(|(row, outcome)| streaks.feed(row, outcome).is_none()));
        assert!(!streaks.suspects(0));
    }

    #[test]
    fn a_relay_that_passes_nothing_on_is_the_campaign_s_trouble_now_and_later() {
        let says = |code| Reply { text: "<a@example.org>: Relay access denied".to_owned(), ..reply(code, (0, 0, 0)) };
        let refused = Outcome::Refused { reply: says(554), stage: Stage::Recipient };
        let deferred = Outcome::Deferred(Deferral::Replied { reply: says(454), greylisted: false });
        for no in [refused, deferred] {
            let yes = Outcome::Accepted(reply(250, (2, 0, 0)));
            assert_eq!(feed(&[yes.clone(), no.clone(), no.clone(), yes.clone()]), None);
            let (n, halt) = feed(&[yes, no.clone(), no.clone(), no]).unwrap();
            assert_eq!((n, halt.acquitted), (4, vec![1, 2, 3]));
        }
    }

    #[test]
    fn refused_content_stops_at_five_in_a_row() {
        let no = refused(Stage::Final, 554, (5, 7, 1));
        let yes = Outcome::Accepted(reply(250, (2, 0, 0)));
        let mut outcomes = vec![no.clone(); 4];
        outcomes.push(yes);
        outcomes.extend(vec![no; 5]);
        let (n, halt) = feed(&outcomes).unwrap();
        assert_eq!(n, 10);
        assert!(matches!(halt.outage, Outage::ContentRefused(_)));
        assert!(halt.acquitted.is_empty());
    }

    #[test]
    fn any_refusal_of_mail_after_mail_behind_data_is_the_content_s() {
        for enhanced in [(0, 0, 0), (5, 6, 0), (5, 5, 0)] {
            let no = refused(Stage::Final, 550, enhanced);
            let unknown = refused(Stage::Recipient, 550, (5, 1, 1));
            let yes = Outcome::Accepted(reply(250, (2, 0, 0)));
            let outcomes = [yes, no.clone(), no.clone(), unknown, no.clone(), no.clone(), no];
            assert_eq!(feed(&outcomes).map(|(n, _)| n), Some(7), "{enhanced:?}");
        }
        let full = vec![refused(Stage::Final, 552, (5, 2, 2)); 9];
        assert_eq!(feed(&full), None, "mailboxes that are full");
    }

    #[test]
    fn too_large_is_the_message_s_fault_when_the_first_ones_all_are() {
        let no = refused(Stage::Final, 552, (5, 3, 4));
        let (n, halt) = feed(&[no.clone(), no.clone(), no]).unwrap();
        assert_eq!(n, 3);
        assert!(matches!(halt.outage, Outage::ContentRefused(_)));
    }

    #[test]
    fn what_says_nothing_of_the_relay_s_opinion_is_passed_over() {
        let lost = Outcome::Deferred(Deferral::ConnectionLost { stage: Stage::Body, detail: String::new() });
        let ours = refused(Stage::Recipient, 0, (0, 0, 0));
        let no = refused(Stage::Recipient, 550, (0, 0, 0));
        let (n, halt) = feed(&[no.clone(), lost, no.clone(), ours, no]).unwrap();
        assert_eq!((n, halt.acquitted), (5, vec![0, 2, 4]));
    }
}
