//! Values that look sound at a glance, and files that cannot be parsed.

use super::{refusals::Row, *};

const SLIPS: &[Row] = &[
    ("\"rust-workshop\"", "\"\"", "event.toml:4:8: room: the room has no name\n  hint: write a-z"),
    ("\"rust-workshop\"", "\".\"", "event.toml:4:8: room: `.` is no room's name: browsers take dots alone"),
    (
        "\"rust-workshop\"",
        "\"..\"",
        "event.toml:4:8: room: `..` is no room's name: browsers take dots alone for a folder\n  hint: write a-z",
    ),
    (
        "\"rust-workshop\"",
        "\"!!!\"",
        "event.toml:4:8: room: `!!!` is not a safe room name: letters a-z, digits, `-`, `_` and `.` only\n  hint: write a-z",
    ),
    (
        "\"2026-12-05T14:00\"",
        "\"2026-12-05T14:00:60\"",
        "event.toml:5:10: starts: `2026-12-05T14:00:60` has a 60th second\n  hint: seconds go from 00",
    ),
    ("\"2026-12-05T14:00\"", "\"1960-12-05T14:00\"", "event.toml:5:10: starts: its links would work from before 1970"),
    (
        "Rust Workshop <workshop",
        "A <a@b.de>, B <workshop",
        "event.toml:14:8: from: `A <a@b.de>, B <workshop@example.org>` holds more than one address\n  hint: name one",
    ),
    (
        "[jitsi]",
        "organizer = \"A <a@b.de>, B <c@d.de>\"\n[jitsi]",
        "event.toml:9:13: organizer: `A <a@b.de>, B <c@d.de>` holds more than one address",
    ),
    (
        "[smtp]",
        "envelope_from = \"A <a@b.de>, B <c@d.de>\"\n[smtp]",
        "event.toml:16:17: envelope_from: `A <a@b.de>, B <c@d.de>` holds more than the bare address",
    ),
    ("[smtp]", "reply_to = \"a@1.2.3.4\"\n[smtp]", "event.toml:16:12: reply_to: `a@1.2.3.4` has a number for a domain"),
    (
        "\"workshop\"",
        "\"w\\n\"",
        "event.toml:11:10: app_id: it begins or ends with a line break\n  hint: write `w` alone",
    ),
    (
        "\"workshop\"",
        "\" workshop\"",
        "event.toml:11:10: app_id: it begins or ends with a blank\n  hint: write `workshop`",
    ),
    (
        "user = ",
        "tls = \"none\"\nallow_plaintext = true\nuser = ",
        "event.toml:20:8: user: a log-in without TLS: the password is never sent that way",
    ),
];

#[test]
fn what_looks_sound_is_refused_with_a_way_out() {
    for (old, new, said) in SLIPS {
        let all = Desk::with(&with_line(old, new)).refusal();
        assert!(all.starts_with(said) && all.contains("\n  hint: "), "{new}\nwanted {said}\ngot    {all}");
    }
}

#[test]
fn a_file_that_cannot_be_parsed_is_told_alone() {
    let bare = "[event]\nid = \"x\"\nfoo = 1\n";
    let said = Desk::with(bare).and_config("[smtp\nhost = \"x\"\n").refusal();
    assert!(said.starts_with("config/config.toml:1:") && !said.contains("event.toml"), "{said}");
    assert!(said.contains("stands in brackets"), "{said}");
    let said = Desk::with("[event\n").and_config("[smtp]\nhots = \"x\"\n").refusal();
    assert!(said.starts_with("event.toml:1:") && !said.contains("hots"), "{said}");
    let said = Desk::with("[event\n").and_config("[smtp\n").refusal();
    assert!(said.starts_with("event.toml:1:") && said.contains("config/config.toml:1:"), "{said}");
}

#[test]
fn an_endless_room_gets_a_way_out() {
    let said = Desk::with(&with_line("\"rust-workshop\"", &format!("\"{}\"", "a".repeat(300)))).refusal();
    assert!(said.contains("longer than 200 characters\n  hint: shorten it"), "{said}");
}
