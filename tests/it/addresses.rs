//! What attendee files hold in their column of addresses: several in a cell, slips of the finger, very many problems.

use crate::support::{CLOSED_PORT, EventFile, Sandbox, SmtpServer};

fn splitting(port: u16, people: &str) -> Sandbox {
    let sandbox = Sandbox::with_attendees(0, port);
    EventFile::at(port).text("attendees", "several_addresses", "split").write(&sandbox);
    sandbox.write("attendees.csv", people);
    sandbox
}

#[test]
fn a_cell_with_two_addresses_is_refused_or_an_invitation_to_each() {
    let server = SmtpServer::obliging();
    let people =
        "email,name\n\"a@example.org; b@example.org\",Ada\nc@example.org,Cora\n\"d@example.org\ne@example.org\",Dan\n";
    let sandbox = splitting(server.port(), people);
    EventFile::at(server.port()).write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(3).says("holds more than one address").says("several_addresses = \"split\"");
    EventFile::at(server.port()).text("attendees", "several_addresses", "split").write(&sandbox);
    sandbox.run(&["check"]).is(0).says("5 people in 3 rows");
    sandbox.run(&["send", "--yes"]).is(0);
    let all = ["a@example.org", "b@example.org", "c@example.org", "d@example.org", "e@example.org"];
    server.mailed_once(&all);
    let mails = server.received();
    let link = |to: &str| mails.iter().find(|mail| mail.to() == to).unwrap().text();
    assert!(link("b@example.org").contains("Ada") && link("a@example.org") != link("b@example.org"));
    assert_eq!(sandbox.in_state("sent"), all);
    sandbox.run(&["send", "--yes"]).is(0);
    sandbox.run(&["resend", "b@example.org"]).is(0);
    assert_eq!(server.deliveries()["b@example.org"], 2);
    assert_eq!(server.counts().mails, 6);
}

#[test]
fn with_an_id_each_address_is_somebody_also_when_one_comes_later() {
    let server = SmtpServer::obliging();
    let sandbox = splitting(server.port(), "email,name,id\na@example.org,Ada,7\nc@example.org,Cora,8\n");
    sandbox.run(&["send", "--yes"]).is(0);
    sandbox.write("attendees.csv", "email,name,id\n\"b@example.org; a@example.org\",Ada,7\nc@example.org,Cora,8\n");
    sandbox.run(&["send", "--yes"]).is(0);
    server.mailed_once(&["a@example.org", "b@example.org", "c@example.org"]);
    sandbox.write("attendees.csv", "email,name,id\na@example.org,Ada,7\nc@example.org,Cora,8\n");
    sandbox.run(&["send", "--yes"]).is(0);
    server.mailed_once(&["a@example.org", "b@example.org", "c@example.org"]);
    assert_eq!((sandbox.state("a@example.org"), sandbox.state("b@example.org")), ("sent".into(), "removed".into()));
}

#[test]
fn a_likely_slip_is_told_once_a_domain_and_never_refused() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(0, server.port());
    let people = "email,name\nada@gmail.com,Ada\nben@gmial.com,Ben\ncora@example.con,Cora\ndan@gmial.com,Dan\n";
    sandbox.write("attendees.csv", people);
    let told = "attendees.csv:3: `gmial.com` looks like a slip of `gmail.com` (2 people)";
    let checked = sandbox.run(&["check"]);
    checked.is(0).says(told).says("attendees.csv:4: `example.con` looks like a slip of `example.com` (1 person)");
    assert_eq!(checked.stderr.matches("looks like a slip").count(), 2, "{}", checked.stderr);
    sandbox.run(&["send"]).is(3).says(told);
    sandbox.run(&["send", "--yes"]).is(0).says(told);
    assert_eq!(server.counts().mails, 4);
}

#[test]
fn of_many_slips_ten_are_named() {
    let sandbox = Sandbox::with_attendees(0, CLOSED_PORT);
    let mut people = "email,name\n".to_owned();
    for n in 0..25 {
        people.push_str(&format!("a@x{n}.con,Attendee\n"));
    }
    sandbox.write("attendees.csv", &people);
    let checked = sandbox.run(&["check"]);
    checked.is(0).says("and 15 more domains that look like slips");
    assert_eq!(checked.stderr.matches("looks like a slip").count(), 10);
}

#[test]
fn so_many_problems_are_listed_as_was_said() {
    let sandbox = Sandbox::with_attendees(0, CLOSED_PORT);
    let mut people = "email,name\nok@example.org,Ok\n".to_owned();
    for n in 0..1237 {
        people.push_str(&format!("nobody{n},Attendee\n"));
    }
    sandbox.write("attendees.csv", &people);
    EventFile::at(CLOSED_PORT).raw("attendees", "max_problems", 3).write(&sandbox);
    for command in [&["check"][..], &["send", "--yes"]] {
        let refused = sandbox.run(command);
        refused.is(3).says("and 1,234 more problems").says("1,237 problems");
        assert_eq!(refused.stderr.matches("is not an e-mail address").count(), 3);
    }
    assert_eq!(sandbox.in_state("skipped").len(), 1237, "each is told by status");
    for wrong in [0, 10_001] {
        EventFile::at(CLOSED_PORT).raw("attendees", "max_problems", wrong).write(&sandbox);
        sandbox.run(&["check"]).is(3).says("is not between 1 and 10000");
    }
}
