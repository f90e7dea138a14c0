//! Killed at random moments, again and again, until all is done: the relay's own record is the judge.
//!
//! A seed decides everything but the machine's own timing. Five seeds run with the other tests;
//! `ROOMKEY_SOAK_SEEDS=200` runs so many, and `ROOMKEY_SOAK_SEED=17` runs that one alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Mutex,
    time::{Duration, Instant},
};

use fastrand::Rng;
use roomkey::{
    model::Stage,
    rehearsal::{Action, Caught, Rule, Script, Times},
};

use crate::support::{EventFile, Sandbox, SmtpServer, variable};

const SEEDS: u64 = 5;
const AT_ONCE: usize = 3;
/// Of the rows of so many seeds, at least so many in a hundred end as sent. Of a few seeds, one kill of sixteen
/// connections weighs much.
const SENT_PERCENT: [(u64, usize); 3] = [(50, 90), (5, 75), (1, 0)];
/// No delay of the script is longer: a relay that was silent so long has come to rest.
const LONGEST_DELAY: Duration = Duration::from_millis(150);

/// What the relay does with a row, and how many in a thousand have it so. The name is part of the address.
const TEMPERS: [(&str, u32); 9] = [
    ("unknown", 8),  // refused at the recipient
    ("misspelt", 5), // refused there in other words
    ("refused", 7),  // refused after the dot
    ("grey", 10),    // told to come again, once
    ("busy", 10),    // told so after the dot, once
    ("slow", 30),    // answered late
    ("lost", 3),     // cut off before the body, once
    ("silent", 2),   // taken and cut off without a word, once
    ("plain", 0),
];
/// Tempers whose rows can only end as failed.
const REFUSED: [&str; 3] = ["unknown", "misspelt", "refused"];

/// All that a seed decides.
#[derive(Debug)]
struct Plan {
    rows: Vec<String>,
    connections: usize,
    script: Script,
    kills: Vec<Moment>,
}

/// When a run is killed, unless it has ended before.
#[derive(Debug)]
enum Moment {
    /// So long after its start.
    After(Duration),
    /// When so many more mails were taken, and a little later.
    Mails(u64, Duration),
}

impl Plan {
    fn of(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let count = rng.usize(60..=400);
        let rows = (1..=count).map(|number| format!("{}-{number}@example.org", temper(&mut rng))).collect();
        let connections = rng.usize(1..=16);
        let script = script(&mut rng);
        let kills = (0..[1, 1, 1, 2, 2, 3][rng.usize(0..6)]).map(|_| Moment::of(&mut rng, count)).collect();
        Self { rows, connections, script, kills }
    }

    fn most_in_doubt(&self) -> usize {
        (2 * self.connections).max(16)
    }
}

fn temper(rng: &mut Rng) -> &'static str {
    let mut throw = rng.u32(0..1000);
    for (temper, share) in TEMPERS {
        if throw < share {
            return temper;
        }
        throw -= share;
    }
    "plain"
}

fn script(rng: &mut Rng) -> Script {
    let to = |temper: &str, stage, action| Rule::at(stage, action).recipient(format!("{temper}-"));
    let once = |temper: &str, stage, action| to(temper, stage, action).times(Times::FirstOfEach(1));
    let script = Script::default()
        .rule(to("unknown", Stage::Recipient, Action::reply("550 5.1.1 no such user")))
        .rule(to("misspelt", Stage::Recipient, Action::reply("553 5.1.3 bad address")))
        .rule(to("refused", Stage::Final, Action::reply("550 5.6.0 not this")))
        .rule(once("grey", Stage::Recipient, Action::reply("450 4.2.0 greylisted")))
        .rule(once("busy", Stage::Final, Action::reply("451 4.3.0 local trouble")))
        .rule(to("slow", Stage::Final, Action::Delay(LONGEST_DELAY)))
        .rule(once("lost", Stage::Data, Action::Drop))
        .rule(once("silent", Stage::Final, Action::AcceptThenDrop));
    let stages = [
        Stage::Connect,
        Stage::Greeting,
        Stage::Hello,
        Stage::Sender,
        Stage::Recipient,
        Stage::Data,
        Stage::Body,
        Stage::Final,
    ];
    // One stage that takes its time, so that the kills of all seeds fall at every one of them.
    let slow = Rule::at(stages[rng.usize(0..stages.len())], Action::Delay(Duration::from_millis(rng.u64(1..=30))));
    let script = if rng.bool() { script.rule(slow) } else { script };
    if rng.u32(0..4) == 0 { script.without("PIPELINING") } else { script }
}

impl Moment {
    fn of(rng: &mut Rng, rows: usize) -> Self {
        match rng.u32(0..4) {
            0 => Self::After(Duration::from_millis(rng.u64(0..600))),
            _ => Self::Mails(rng.u64(1..=rows as u64), Duration::from_micros(rng.u64(0..20_000))),
        }
    }
}

/// What came of a seed, or of all of them.
#[derive(Debug, Default)]
struct Sum {
    rows: usize,
    states: BTreeMap<String, usize>,
    kills: usize,
    most_in_doubt: usize,
}

/// Kills, restarts until done, and judges.
fn soak(seed: u64) -> Sum {
    let plan = Plan::of(seed);
    let server = SmtpServer::start(plan.script.clone());
    let sandbox = Sandbox::new();
    let event = EventFile::at(server.port()).raw("smtp", "connections", plan.connections);
    event.text("retry", "give_up_after", "1h").write(&sandbox);
    let mut file = String::from("email,name\n");
    for row in &plan.rows {
        writeln!(file, "{row},Somebody").unwrap();
    }
    sandbox.write("attendees.csv", &file);

    let mut sum = Sum { rows: plan.rows.len(), ..Sum::default() };
    for moment in &plan.kills {
        let before = in_doubt(&sandbox);
        kill_at(moment, &server, &sandbox);
        sum.kills += 1;
        let now = in_doubt(&sandbox);
        assert!(now.is_superset(&before), "a doubt went away by itself: {before:?}, then {now:?}");
        // What the relay cut off without a word is in doubt whether the run is killed or not.
        let by_the_kill = now.difference(&before).filter(|who| !who.starts_with("silent-")).count();
        assert!(by_the_kill <= plan.most_in_doubt(), "{by_the_kill} in doubt after one kill: {now:?}");
        sum.most_in_doubt = sum.most_in_doubt.max(by_the_kill);
    }
    run_to_the_end(&sandbox);
    let rested = |server: &SmtpServer| {
        let mails = server.counts().mails;
        std::thread::sleep(2 * LONGEST_DELAY);
        mails == server.counts().mails
    };
    server.wait_until(rested);
    judge(&plan, &sandbox, &server.caught(), &mut sum);
    sum
}

fn in_doubt(sandbox: &Sandbox) -> BTreeSet<String> {
    sandbox.in_state("in_doubt").into_iter().collect()
}

fn kill_at(moment: &Moment, server: &SmtpServer, sandbox: &Sandbox) {
    let taken = server.counts().mails;
    let started = Instant::now();
    let mut run = sandbox.spawn(&["send", "--yes"]);
    let has_come = || match moment {
        Moment::After(time) => started.elapsed() >= *time,
        Moment::Mails(mails, _) => server.counts().mails >= taken + mails,
    };
    while !has_come() && !run.has_ended() {
        std::thread::sleep(Duration::from_micros(200));
    }
    if let Moment::Mails(_, later) = moment {
        std::thread::sleep(*later);
    }
    run.kill();
}

fn run_to_the_end(sandbox: &Sandbox) {
    let mut last = None;
    for _ in 0..5 {
        let finished = sandbox.run(&["send", "--yes"]);
        match finished.status.code() {
            Some(0 | 4 | 5) => return,
            // The first rows that were left are refused alike: the campaign's fault, it seems.
            Some(6) => last = Some(finished),
            _ => panic!("it does not end well: {finished:?}"),
        }
    }
    panic!("it does not come to an end: {last:?}");
}

fn judge(plan: &Plan, sandbox: &Sandbox, caught: &[Caught], sum: &mut Sum) {
    let mut deliveries: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for mail in caught {
        assert_eq!(mail.recipients.len(), 1, "{mail:?}");
        assert!(plan.rows.contains(&mail.recipients[0]), "nobody of the file: {mail:?}");
        deliveries.entry(&mail.recipients[0]).or_default().push(&mail.message_id);
    }
    let rows = sandbox.rows();
    assert_eq!(rows.len(), plan.rows.len(), "each row is in one state");
    for row in &rows {
        let (who, state) = (row["email"].as_str().unwrap(), row["state"].as_str().unwrap());
        let delivered = deliveries.get(who).map_or(&[][..], Vec::as_slice);
        let refused = REFUSED.iter().any(|temper| who.starts_with(temper));
        let is_true = match state {
            "sent" => delivered.len() == 1 && row["message_id"].as_str().unwrap().contains(delivered[0]) && !refused,
            "failed" => delivered.is_empty() && refused,
            "in_doubt" => delivered.len() <= 1,
            _ => false,
        };
        assert!(is_true, "delivered {} times: {row}", delivered.len());
        *sum.states.entry(state.to_owned()).or_default() += 1;
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "a seed that fails must be known, to be run alone")]
fn killed_at_any_moment_nobody_is_mailed_twice_or_forgotten() {
    let number = |name: &str| variable(name).map(|text| text.parse::<u64>().unwrap_or_else(|e| panic!("{name}: {e}")));
    let (first, last) = match number("ROOMKEY_SOAK_SEED") {
        Some(seed) => (seed, seed),
        None => (1, number("ROOMKEY_SOAK_SEEDS").unwrap_or(SEEDS)),
    };
    let seeds = Mutex::new(first..=last);
    let (total, failed) = (Mutex::new(Sum::default()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(seed) = { seeds.lock().unwrap().next() } {
                    if let Ok(sum) = catch_unwind(AssertUnwindSafe(|| soak(seed))) {
                        total.lock().unwrap().add(sum);
                    } else {
                        eprintln!("FAILED: seed {seed}; alone: ROOMKEY_SOAK_SEED={seed} cargo test --test it soak::");
                        failed.lock().unwrap().push(seed);
                    }
                }
            });
        }
    });
    let (total, mut failed) = (total.into_inner().unwrap(), failed.into_inner().unwrap());
    failed.sort_unstable();
    eprintln!("soak: seeds {first} to {last}, failed: {failed:?}; {total}");
    assert!(failed.is_empty(), "failed seeds: {failed:?}");
    let sent = total.states.get("sent").copied().unwrap_or_default();
    let count = last - first + 1;
    let share = SENT_PERCENT.iter().find(|(seeds, _)| count >= *seeds).map_or(0, |(_, share)| *share);
    assert!(sent * 100 >= total.rows * share, "all in doubt is no answer: {total}");
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.kills += other.kills;
        self.most_in_doubt = self.most_in_doubt.max(other.most_in_doubt);
        for (state, count) in other.states {
            *self.states.entry(state).or_default() += count;
        }
    }
}

impl std::fmt::Display for Sum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { rows, states, kills, most_in_doubt } = self;
        write!(f, "{rows} rows, {kills} kills, at most {most_in_doubt} in doubt by one; in the end {states:?}")
    }
}
