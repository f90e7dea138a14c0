//! A relay that is ill in the middle of mails: it is looked after by pauses and one connection, and a
//! whole list is neither failed nor put in doubt for it.

use roomkey::{
    model::Stage,
    rehearsal::{Action, Rule, Script},
};

use crate::support::{Sandbox, SmtpServer};

const EVERYBODY: usize = 60;

fn meets(stage: Stage, action: Action) -> (SmtpServer, Sandbox) {
    let server = SmtpServer::start(Script::default().rule(Rule::at(stage, action)));
    let sandbox = Sandbox::with_attendees(EVERYBODY, server.port());
    (server, sandbox)
}

#[test]
fn a_relay_that_never_answers_the_dot_puts_a_few_in_doubt_and_not_the_list() {
    for action in [Action::AcceptThenDrop, Action::Raw(b"hello\r\n".to_vec()), Action::reply("354 go on")] {
        let (server, sandbox) = meets(Stage::Final, action);
        sandbox.run(&["send", "--yes"]).is(6).says("at the final dot").says("in doubt");
        let doubtful = sandbox.in_state("in_doubt").len();
        assert!(doubtful <= 16, "{doubtful} in doubt");
        assert_eq!(sandbox.in_state("pending").len(), EVERYBODY - doubtful);
        assert!(server.counts().connections <= 20, "{:?}", server.counts());
    }
}

#[test]
fn a_relay_that_breaks_off_before_the_message_is_not_hammered_and_nobody_waits_for_it() {
    for (stage, action) in [
        (Stage::Sender, Action::Drop),
        (Stage::Sender, Action::Raw(b"garbage\r\n".to_vec())),
        (Stage::Data, Action::reply("250 ok")),
    ] {
        let (server, sandbox) = meets(stage, action);
        sandbox.run(&["send", "--yes"]).is(6).says("breaks off").says("trying again in");
        assert!(server.counts().connections <= 20, "{:?}", server.counts());
        assert!(sandbox.in_state("pending").len() >= EVERYBODY - 5);
        assert_eq!(server.counts().mails, 0);
    }
}

#[test]
fn mail_after_mail_refused_at_the_dot_stops_the_run_whatever_the_words() {
    for reply in ["550 Message rejected", "550 5.6.0 Invalid message content", "554 no"] {
        let (_server, sandbox) = meets(Stage::Final, Action::reply(reply));
        sandbox.run(&["send", "--yes"]).is(6).says("content");
        let failed = sandbox.in_state("failed").len();
        assert!((5..=16).contains(&failed), "{failed} failed");
    }
    let (_server, sandbox) = meets(Stage::Final, Action::reply("550 5.1.8 Access denied, bad outbound sender"));
    sandbox.run(&["send", "--yes"]).is(6).says("refused the sender");
    assert_eq!(sandbox.in_state("failed").len(), 0);
}
