//! `settle`: what the organiser learnt about mails in doubt, all of it or nothing.

use roomkey::{
    model::Stage,
    rehearsal::{Action, Rule, Script},
};

use crate::support::{EventFile, Sandbox, SmtpServer};

/// A server that takes the mails to `doubt…` addresses without saying so.
fn doubtful() -> SmtpServer {
    SmtpServer::start(Script::default().rule(Rule::at(Stage::Final, Action::AcceptThenDrop).recipient("doubt")))
}

/// An event of these people, all of them mailed; those at `doubt…` addresses are in doubt.
fn mailed(people: &str) -> (SmtpServer, Sandbox) {
    let server = doubtful();
    let sandbox = Sandbox::with_attendees(0, server.port());
    EventFile::at(server.port()).text("attendees", "shared_addresses", "allow").write(&sandbox);
    sandbox.write("attendees.csv", &format!("email,name\n{people}"));
    sandbox.run(&["send", "--yes"]).is(5);
    (server, sandbox)
}

const THREE: &str = "doubt1@example.org,Ada\ndoubt2@example.org,Ben\nsent@example.org,Cora\n";

#[test]
fn what_arrived_counts_as_sent_and_what_did_not_is_mailed_again() {
    let (server, sandbox) = mailed(THREE);
    sandbox.run(&["settle", "DOUBT1@example.org", "--arrived"]).is(0).says("doubt1@example.org (Ada)").says("sent");
    sandbox.run(&["settle", "doubt2@example.org", "--not-arrived"]).is(0).says("roomkey send");
    assert_eq!(sandbox.state("doubt1@example.org"), "sent");
    assert_eq!(sandbox.state("doubt2@example.org"), "pending");

    let id = sandbox.row("doubt2@example.org")["message_id"].clone();
    sandbox.run(&["send", "--yes"]).is(5);
    assert_eq!((server.counts().mails, sandbox.in_state("in_doubt")), (4, vec!["doubt2@example.org".to_owned()]));
    assert_eq!(sandbox.row("doubt2@example.org")["message_id"], id, "so that a mailbox can drop a double");
}

#[test]
fn several_are_settled_together_or_none_of_them() {
    let (_server, sandbox) = mailed(THREE);
    for wrong in ["sent@example.org", "nobody@example.org", "not an address"] {
        for arguments in
            [["doubt1@example.org", "doubt2@example.org", wrong], [wrong, "doubt1@example.org", "doubt2@example.org"]]
        {
            let refused = sandbox.run(&[&["settle"], &arguments[..], &["--arrived"]].concat());
            refused.is(3).says(wrong);
            assert_eq!(sandbox.in_state("in_doubt").len(), 2, "{wrong}");
        }
    }
    sandbox.run(&["settle", "doubt1@example.org", "doubt2@example.org", "doubt1@example.org", "--arrived"]).is(0);
    assert_eq!(sandbox.in_state("sent").len(), 3);
}

#[test]
fn a_row_not_in_doubt_is_said_so_and_left_alone() {
    let (_server, sandbox) = mailed(THREE);
    sandbox.run(&["settle", "sent@example.org", "--not-arrived"]).is(3).says("is not in doubt but sent");
    assert_eq!(sandbox.state("sent@example.org"), "sent");
    sandbox.run(&["settle", "doubt1@example.org", "--arrived"]).is(0);
    sandbox.run(&["settle", "doubt1@example.org", "--not-arrived"]).is(3).says("sent");
    assert_eq!(sandbox.state("doubt1@example.org"), "sent");
}

#[test]
fn somebody_never_mailed_is_said_so() {
    let (_server, sandbox) = mailed(THREE);
    sandbox.write("attendees.csv", &format!("email,name\n{THREE}new@example.org,New\n"));
    for who in ["new@example.org", "nobody@example.org"] {
        sandbox.run(&["settle", who, "--arrived"]).is(3).says(who).says("never mailed");
    }
    let fresh = Sandbox::with_attendees(1, crate::support::CLOSED_PORT);
    fresh.run(&["settle", "a1@example.org", "--arrived"]).is(3).says("nobody was mailed yet");
    assert!(!fresh.path(".roomkey").exists(), "and no ledger is made");
}

#[test]
fn one_of_the_two_outcomes_must_be_given() {
    let (_server, sandbox) = mailed(THREE);
    sandbox.run(&["settle", "doubt1@example.org"]).is(2);
    sandbox.run(&["settle", "doubt1@example.org", "--arrived", "--not-arrived"]).is(2);
    sandbox.run(&["settle", "--arrived"]).is(2);
    assert_eq!(sandbox.in_state("in_doubt").len(), 2);
}

#[test]
fn several_people_of_one_address_are_told_apart_by_name() {
    let (_server, sandbox) = mailed("doubt@example.org,Ada\ndoubt@example.org,Ben\n");
    sandbox.run(&["settle", "doubt@example.org", "--arrived"]).is(3).says("Ada").says("Ben").says("--name");
    sandbox.run(&["settle", "doubt@example.org", "--name", "Cora", "--arrived"]).is(3).says("Cora");
    assert_eq!(sandbox.in_state("in_doubt").len(), 2);
    sandbox.run(&["settle", "doubt@example.org", "--name", "ben", "--arrived"]).is(0).says("Ben");
    let state = |name: &str| sandbox.rows().iter().find(|row| row["name"] == name).unwrap()["state"].clone();
    assert_eq!((state("Ada"), state("Ben")), ("in_doubt".into(), "sent".into()));
}

#[test]
fn todays_name_and_todays_address_are_understood_too() {
    let server = doubtful();
    let sandbox = Sandbox::with_attendees(0, server.port());
    sandbox.write("attendees.csv", "id,email,name\n1,doubt@example.org,Ada\n");
    sandbox.run(&["send", "--yes"]).is(5);
    sandbox.write("attendees.csv", "id,email,name\n1,corrected@example.org,Lady Ada\n");
    sandbox.run(&["settle", "corrected@example.org", "--name", "Lady Ada", "--arrived"]).is(0);
    assert_eq!(sandbox.in_state("sent").len(), 1);
}

#[test]
fn a_mail_that_went_to_another_address_is_settled_by_either() {
    for named in ["a@example.org", "doubt@example.net"] {
        let server = doubtful();
        let sandbox = Sandbox::with_attendees(0, server.port());
        sandbox.write("attendees.csv", "email,name\na@example.org,Ada\nb@example.org,Ben\n");
        sandbox.run(&["send", "--yes"]).is(0);
        sandbox.run(&["resend", "a@example.org", "--to", "doubt@example.net"]).is(5);
        sandbox.run(&["status"]).is(0).says("doubt@example.net");
        sandbox.run(&["settle", named, "--not-arrived"]).is(0).says("another one did");
        assert_eq!(sandbox.state("a@example.org"), "sent");
        sandbox.run(&["send", "--yes"]).is(0);
        assert_eq!(server.counts().mails, 3);
    }
}

#[test]
fn somebody_no_longer_in_the_file_can_be_settled() {
    let (_server, sandbox) = mailed(THREE);
    sandbox.write("attendees.csv", "email,name\nsent@example.org,Cora\n");
    sandbox.run(&["settle", "doubt1@example.org", "--arrived"]).is(0);
    std::fs::remove_file(sandbox.path("attendees.csv")).unwrap();
    sandbox.run(&["settle", "doubt2@example.org", "--arrived"]).is(0);
}

#[test]
fn what_a_cut_off_run_left_on_its_way_can_be_settled_at_once() {
    let server = SmtpServer::start(Script::default().rule(Rule::at(Stage::Final, Action::Stall)));
    let sandbox = Sandbox::with_attendees(1, server.port());
    let run = sandbox.spawn(&["send", "--yes"]);
    sandbox.wait_until(|sandbox| sandbox.state("a1@example.org") == "sending");

    sandbox.run(&["settle", "a1@example.org", "--arrived"]).is(6).says(&run.id().to_string());
    assert_eq!(sandbox.state("a1@example.org"), "sending", "under another run's lock nothing is changed");
    run.kill();
    assert_eq!(sandbox.state("a1@example.org"), "in_doubt");
    sandbox.run(&["settle", "a1@example.org", "--arrived"]).is(0);
    assert_eq!(sandbox.state("a1@example.org"), "sent");
}
