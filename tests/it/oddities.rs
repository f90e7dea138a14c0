//! Servers that speak oddly: what is lawful is understood at every stage, what is no reply is never
//! guessed at. Before the final dot a mail goes again, after it the mail is in doubt.

use std::fmt::Write as _;

use roomkey::{
    model::Stage::{self, Data, Final, Greeting, Hello, Recipient, Sender},
    rehearsal::{Action, Rule, Script, Times},
};

use crate::support::{EventFile, Sandbox, SmtpServer, attendees};

/// An event of so many, mailed over one connection, where a row that has to wait would wait for an hour.
fn event(server: &SmtpServer, count: usize) -> Sandbox {
    let sandbox = Sandbox::with_attendees(count, server.port());
    let file = EventFile::at(server.port()).raw("smtp", "connections", 1).raw("retry", "delays", r#"["1h"]"#);
    file.text("retry", "greylist_wait", "1h").text("retry", "give_up_after", "4h").write(&sandbox);
    sandbox
}

fn everybody(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("a{number}@example.org")).collect()
}

#[track_caller]
fn mailed_once(server: &SmtpServer, recipients: &[String]) {
    server.mailed_once(&recipients.iter().map(String::as_str).collect::<Vec<_>>());
}

/// How a reply is written, of its code and the lines before its last one.
type Form = Box<dyn Fn(u16, &[&str]) -> Action>;

/// Every reply of a conversation, in a form: code, and the keywords that EHLO has to tell.
fn spoken(form: impl Fn(u16, &[&str]) -> Action) -> Script {
    let codes: [(Stage, u16, &[&str]); 6] = [
        (Greeting, 220, &[]),
        (Hello, 250, &["mx.example.net", "PipeLining", "8BITmime", "size 1000000"]),
        (Sender, 250, &[]),
        (Recipient, 250, &[]),
        (Data, 354, &[]),
        (Final, 250, &[]),
    ];
    codes
        .into_iter()
        .fold(Script::default(), |script, (stage, code, keywords)| script.rule(Rule::at(stage, form(code, keywords))))
}

/// A reply's octets: each line, and how the text of the last one follows its code.
fn lines(code: u16, lines: &[&str], last: &str, end: &str) -> String {
    let mut text = String::new();
    for line in lines {
        write!(text, "{code}-{line}{end}").unwrap();
    }
    text + &format!("{code}{last}{end}")
}

#[test]
fn whatever_form_a_lawful_reply_has_it_is_understood_at_every_stage() {
    let long = "x".repeat(900);
    let many: Vec<_> = (1..200).map(|number| format!("line {number}")).collect();
    let forms: [(&str, Form); 7] = [
        ("bare", Box::new(|code, told| Action::Raw(lines(code, told, "", "\r\n").into_bytes()))),
        ("ended by LF alone", Box::new(|code, told| Action::Raw(lines(code, told, " Ok", "\n").into_bytes()))),
        ("a blank and no text", Box::new(|code, told| Action::Raw(lines(code, told, " ", "\r\n").into_bytes()))),
        (
            "Latin-1",
            Box::new(|code, told| {
                let text = lines(code, told, " entgegengenommen für Sie", "\r\n");
                Action::Raw(text.chars().map(|c| u8::try_from(c).unwrap()).collect())
            }),
        ),
        (
            "a long line",
            Box::new(move |code, told| Action::Raw(lines(code, told, &format!(" {long}"), "\r\n").into_bytes())),
        ),
        (
            "200 lines",
            Box::new(move |code, told| {
                let all: Vec<_> = told.iter().copied().chain(many.iter().map(String::as_str)).collect();
                Action::Raw(lines(code, &all, " done", "\r\n").into_bytes())
            }),
        ),
        (
            "one octet at a time",
            Box::new(|code, told| {
                let told: Vec<_> = told.iter().map(|line| format!("{code}-{line}")).collect();
                Action::DripReply([told, vec![format!("{code}-so"), format!("{code} slow")]].concat().join("\n"))
            }),
        ),
    ];
    for (form, reply) in forms {
        let server = SmtpServer::start(spoken(reply).records_commands());
        let sandbox = event(&server, 4);
        let finished = sandbox.run(&["send", "--yes"]);
        assert_eq!(finished.status.code(), Some(0), "{form}\n{}", finished.said());
        mailed_once(&server, &everybody(4));
        let size_declared = |line: &str| line.starts_with("MAIL FROM:<workshop@example.org> SIZE=");
        assert!(server.commands().iter().any(|command| size_declared(&command.line)), "{form}: the keywords are read");
    }
}

#[test]
fn keywords_are_known_whatever_their_case() {
    let keywords = ["PipeLining", "sMtPuTf8", "8bitmime", "Auth login pLaIn", "size 1000000", "x-odd =,="];
    let script = Script::default().ehlo_lines(keywords).account("workshop@example.org", "correct horse");
    let server = SmtpServer::start(script.records_commands());
    let mut sandbox = event(&server, 2);
    EventFile::at(server.port()).text("smtp", "user", "workshop@example.org").write(&sandbox);
    sandbox.set("ROOMKEY_SMTP_PASSWORD", "correct horse");
    let international = "jürgen@example.org,Jürgen\nसंपर्क@डाटामेल.भारत,संपर्क\n";
    sandbox.write("attendees.csv", &format!("{}{international}", attendees(2)));

    sandbox.run(&["send", "--yes"]).is(0);

    server.mailed_once(&[
        "a1@example.org",
        "a2@example.org",
        "jürgen@example.org",
        "संपर्क@xn--c2bd4bq1db8d.xn--h2brj9c",
    ]);
    let said = |words: &str| server.commands().iter().any(|command| command.line.contains(words));
    assert!(said(" SIZE=") && said(" SMTPUTF8") && said("AUTH PLAIN"));
}

/// What no reply is, or none that belongs there; `{code}` is the one that would.
const NO_REPLY: [&str; 12] = [
    "garbage\r\n",
    "\r\n",
    "\0\u{1}\u{2}\r\n",
    "HTTP/1.1 400 Bad Request\r\n\r\n",
    "{code}OK\r\n",
    "{code}0 ok\r\n",
    "25\r\n",
    "050 what\r\n",
    "999 what\r\n",
    "{code}-one\r\n550 two\r\n",
    "{code}-one\r\nand now without a code\r\n",
    "150 wait\r\n",
];

/// The end of the connection in place of a reply.
const NOTHING: &str = "";

fn octets(text: &str, code: &str) -> Action {
    Action::Raw(text.replace("{code}", code).into_bytes())
}

#[test]
fn what_is_no_reply_before_the_dot_costs_the_connection_and_the_mail_goes_again() {
    for (stage, code) in [(Sender, "250"), (Recipient, "250"), (Data, "354")] {
        let mut script = Script::default();
        for (n, text) in
            NO_REPLY.iter().chain(&["354 go on\r\n", "250 ok\r\n"][usize::from(stage == Data)..]).enumerate()
        {
            let rule = Rule::at(stage, octets(text, code));
            script = script.rule(match stage {
                // Whose turn it is, is not told yet. Each rule sees what those before it left: every other one.
                Sender => rule.times(Times::Nth(n as u64 + 2)),
                _ => rule.recipient(format!("a{}@", 2 * n + 2)).times(Times::First(1)),
            });
        }
        for script in [script.clone(), script.without("PIPELINING")] {
            let server = SmtpServer::start(script);
            let sandbox = event(&server, 30);
            let finished = sandbox.run(&["send", "--yes"]);
            assert_eq!(finished.status.code(), Some(0), "{stage}\n{}", finished.said());
            mailed_once(&server, &everybody(30));
            assert!(server.counts().connections > NO_REPLY.len() as u64, "what is out of step is closed");
        }
    }
}

#[test]
fn what_is_no_reply_to_the_dot_leaves_that_mail_in_doubt_and_no_other() {
    let mut script = Script::default();
    let all: Vec<_> = NO_REPLY.into_iter().chain(["354 go on\r\n", NOTHING]).collect();
    for (n, text) in all.iter().enumerate() {
        let action = if *text == NOTHING { Action::Drop } else { octets(text, "250") };
        let rule = Rule::at(Final, action);
        script = script.rule(rule.recipient(format!("a{}@", 3 * n + 2)));
    }
    for script in [script.clone(), script.without("PIPELINING")] {
        let server = SmtpServer::start(script);
        let count = 3 * all.len() + 1;
        let sandbox = event(&server, count);

        sandbox.run(&["send", "--yes"]).is(5).says("in doubt");

        let doubtful: Vec<_> = everybody(count).into_iter().skip(1).step_by(3).collect();
        assert_eq!(sandbox.in_state("in_doubt"), doubtful);
        let others: Vec<_> = everybody(count).into_iter().filter(|who| !doubtful.contains(who)).collect();
        let mut taken = server.deliveries();
        // Some of them begin like a yes, so that the server has the mail: nobody can know.
        taken.retain(|who, _| !doubtful.contains(who));
        assert!(taken.keys().eq(others.iter().collect::<std::collections::BTreeSet<_>>()), "{taken:?}");
        assert!(taken.values().all(|times| *times == 1), "{taken:?}");
        let mails = server.counts().mails;
        sandbox.run(&["send", "--yes"]).is(5);
        assert_eq!(server.counts().mails, mails, "what is in doubt is never sent again by itself");
    }
}

#[test]
fn a_surplus_reply_is_never_taken_for_the_next_mails() {
    // given a server that says yes twice to one mail, and no to the next one
    let twice = Rule::at(Final, Action::Raw(b"250 2.0.0 queued\r\n250 2.0.0 queued\r\n".to_vec())).recipient("a2@");
    let no = Rule::at(Final, Action::reply("554 5.6.0 no")).recipient("a3@");
    for script in [Script::default().rule(twice.clone()).rule(no.clone()), {
        Script::default().rule(twice).rule(no).without("PIPELINING")
    }] {
        let server = SmtpServer::start(script);
        let sandbox = event(&server, 6);
        sandbox.run(&["send", "--yes"]).is(4);
        assert_eq!(sandbox.in_state("failed"), ["a3@example.org"]);
        assert_eq!(server.deliveries().values().sum::<usize>(), 5);
    }
}

#[test]
fn what_speaks_no_smtp_at_all_is_told_so() {
    for stage in [Greeting, Hello] {
        let rule = Rule::at(stage, Action::Raw(b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n".to_vec()));
        let server = SmtpServer::start(Script::default().rule(rule.times(Times::First(1))));
        let sandbox = event(&server, 2);
        sandbox.run(&["send", "--yes"]).is(0).says("no SMTP").says("HTTP/1.1 400").says("trying again in 1 s");
        mailed_once(&server, &everybody(2));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_endless_line_or_reply_is_cut_off_in_bounded_memory() {
    /// Far more than the program takes up, and than sockets hold.
    const ENDLESS: usize = 96 << 20;
    let line = || Action::Raw(vec![b'2'; ENDLESS]);
    let reply = || Action::Raw(b"250-and so on\r\n".repeat(ENDLESS / 15));
    let once = |stage, action| Rule::at(stage, action).times(Times::First(1));
    // given endless words at every stage, and a row that makes the run wait at its end
    let script = Script::default()
        .rule(once(Greeting, line()))
        .rule(once(Hello, reply()))
        .rule(once(Sender, line()))
        .rule(once(Recipient, reply()))
        .rule(Rule::at(Final, line()).recipient("a2@"))
        .rule(Rule::at(Final, reply()).recipient("a4@"))
        .rule(Rule::at(Recipient, Action::reply("450 4.2.0 later")).recipient("a5@"));
    let server = SmtpServer::start(script);
    let sandbox = event(&server, 6);

    let run = sandbox.spawn(&["send", "--yes"]);
    run.wait_until_it_says("mail is deferred");
    let status = std::fs::read_to_string(format!("/proc/{}/status", run.id())).unwrap();
    run.kill();

    assert_eq!(sandbox.in_state("in_doubt"), ["a2@example.org", "a4@example.org"]);
    assert_eq!(sandbox.in_state("sent").len(), 3);
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().trim().trim_end_matches(" kB");
    let peak: usize = peak.parse().unwrap();
    assert!(peak * 1024 < ENDLESS, "{peak} kB at its peak");
}
