//! `[attendance]`: whoever records who came says so in the mails.

use crate::support::{CLOSED_PORT, EventFile, ReceivedMail, Sandbox, SmtpServer, attendees};

const SENTENCE: &str = "Rust Workshop uses the personal links to record who joins and leaves, and when.";

fn previews(sandbox: &Sandbox) -> Vec<ReceivedMail> {
    sandbox.run(&["send", "--dry-run"]).is(0);
    sandbox.eml_files("preview").iter().map(|path| ReceivedMail::read(path)).collect()
}

fn undated(sandbox: &Sandbox) -> Vec<String> {
    previews(sandbox).iter().map(ReceivedMail::without_date).collect()
}

/// The sandbox's event.toml with more at its end.
fn append(sandbox: &Sandbox, more: &str) {
    sandbox.write("event.toml", &format!("{}{more}", sandbox.read("event.toml")));
}

fn says_it(mail: &ReceivedMail) -> [bool; 2] {
    let [text, html] = [mail.text(), mail.html()].map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "));
    [text.contains(SENTENCE), html.replace("<bdi>", "").replace("</bdi>", "").contains(SENTENCE)]
}

#[test]
fn mails_say_it_where_the_table_stands_and_are_else_as_they_were() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    let without = undated(&sandbox);
    assert_eq!(says_it(&previews(&sandbox)[0]), [false, false]);
    append(&sandbox, "[attendance]\n");
    assert_eq!(says_it(&previews(&sandbox)[0]), [true, true]);
    sandbox.run(&["check"]).is(0).says("attendance.notice").says_not("does not say");
    sandbox.run(&["templates", "--variables"]).is(0).says("attendance_notice").says("Rust Workshop uses the personal");
    append(&sandbox, "notice = false\n");
    assert_eq!(undated(&sandbox), without);
}

#[test]
fn it_is_said_once_in_a_mail_about_several_sessions_and_not_in_a_cancellation() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::new();
    sandbox.write("attendees.csv", "email,name,session\nada@example.org,Ada,morning; evening\n");
    EventFile::at(server.port()).write(&sandbox);
    let session = |key: &str, hour: u32| {
        format!(
            "[[session]]\nkey = \"{key}\"\ntitle = \"{key}\"\nstarts = \"2036-12-05T{hour}:00\"\n\
             ends = \"2036-12-05T{hour}:30\"\n"
        )
    };
    append(&sandbox, &format!("[attendance]\n{}{}", session("morning", 14), session("evening", 16)));
    sandbox.run(&["send", "--yes"]).is(0);
    sandbox.run(&["cancel", "--all", "--yes"]).is(0);
    let mails = server.received();
    let [invitation, cancellations @ ..] = &mails[..] else { panic!("no mail") };
    assert!(says_it(invitation) == [true, true] && !cancellations.is_empty());
    assert!(cancellations.iter().all(|mail| says_it(mail) == [false, false]));
    assert_eq!(invitation.text().matches("uses the").count(), 1);
}

#[test]
fn to_say_it_later_changes_no_link_and_holds_no_mail_up() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(2, server.port());
    sandbox.run(&["send", "--yes"]).is(0);
    append(&sandbox, "[attendance]\n");
    sandbox.write("attendees.csv", &attendees(3));
    sandbox.run(&["check"]).is(0).says_not("event.toml now says");
    sandbox.run(&["send", "--yes"]).is(0).says("1 accepted");
    let mails = server.received();
    assert_eq!(mails.iter().map(|mail| says_it(mail)[0]).collect::<Vec<_>>(), [false, false, true]);
    let first = mails.iter().find(|mail| mail.to() == "a1@example.org").unwrap();
    sandbox.run(&["resend", "a1@example.org", "--yes"]).is(0);
    let again = server.received().pop().unwrap();
    assert_eq!((again.link(), says_it(&again)), (first.link(), [true, true]));
}

#[test]
fn own_templates_that_do_not_say_it_are_told() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    sandbox.write("templates/invite.txt", "{{ link }}\n");
    sandbox.write("templates/invite.html", "{{ attendance_notice }}<a href=\"{{ link }}\">x</a>");
    sandbox.run(&["check"]).says_not("recorded");
    append(&sandbox, "[attendance]\n");
    let told = sandbox.run(&["check"]);
    told.says("templates/invite.txt does not say that it is recorded who came")
        .says("{{ attendance_notice }}")
        .says_not("invite.html does not say");
    append(&sandbox, "notice = false\n");
    sandbox.run(&["check"]).says_not("recorded");
}

#[test]
fn who_does_not_listen_needs_no_secret() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(1, server.port());
    append(&sandbox, "[attendance]\nsecret_file = \"attendance.secret\"\n");
    for arguments in [&["send", "--yes"][..], &["status"], &["server-config"], &["rehearse"]] {
        sandbox.run(arguments).is(0).says_not("attendance secret");
    }
}

#[test]
fn the_server_is_told_to_record_where_the_table_stands_and_no_secret_is_shown() {
    const COMPONENT: &str = "\nComponent \"esync.meet.example.org\" \"event_sync_component\"\n";
    let mut sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    sandbox.set("ROOMKEY_ATTENDANCE_SECRET", "an-attendance-secret-of-32-octets");
    let off = sandbox.run(&["server-config"]);
    off.is(0).says("`roomkey attendance --log FILE`").says("\n-- Component \"esync.").says_not(COMPONENT);
    off.says("\nXMPP_MUC_MODULES=token_affiliation\n");
    append(&sandbox, "[attendance]\n");
    let on = sandbox.run(&["server-config"]);
    on.is(0).says(COMPONENT).says("Bearer THE-ATTENDANCE-SECRET").says("| roomkey attendance --log -");
    on.says("\nXMPP_MUC_MODULES=token_affiliation,event_sync_component\n").says_not("an-attendance-secret");
    // Whatever else is printed stays as it is.
    let kept = |said: &str| said.lines().filter(|line| !line.contains("MUC")).map(str::to_owned).collect::<Vec<_>>();
    let (off, on) = (kept(&off.stdout), kept(&on.stdout));
    assert_eq!(off.len(), on.len());
    let changed = off.iter().zip(&on).filter(|(off, on)| off != on);
    assert!(changed.clone().all(|(off, on)| *off == format!("-- {on}")), "{:?}", changed.collect::<Vec<_>>());
}

#[test]
fn check_warns_of_a_secret_that_the_receiver_would_refuse() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    append(&sandbox, "[attendance]\nsecret_file = \"attendance.secret\"\n");
    let warned = "`roomkey attendance --listen` will not start";
    sandbox.run(&["check"]).is(0).says("warning: event.toml:").says("attendance.secret").says(warned);
    sandbox.write("attendance.secret", "pl4nted-short\n");
    sandbox.run(&["check"]).is(0).says("at least 16 are needed").says(warned).says_not("pl4nted");
    sandbox.write("attendance.secret", "long-enough-for-anybody\n");
    sandbox.run(&["check"]).is(0).says_not("warning: event.toml:").says_not(warned);
}
