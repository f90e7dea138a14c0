//! Which file a value comes from.

use super::*;

const CONFIG: &str = r#"[event]
timezone = "Europe/Berlin"
language = "de"

[jitsi]
url = "https://meet.example.net"
app_id = "house"
secret_file = "jitsi.secret"
algorithm = "HS512"
subject = "meet.jitsi"
audience = "jitsi"
claims = "full"
link = "fragment"

[mail]
from = "House <house@example.net>"
templates = "templates"

[smtp]
host = "smtp.example.net"
port = 587
user = "house"
password_file = "smtp.password"
connections = 2
rate = "30/min"
ca_file = "ca.pem"
helo = "house.example.net"

[smtp.timeouts]
connect = "7s"
"#;

/// What an event needs when the configuration holds the rest.
const TEN_LINES: &str = r#"[event]
id = "x"
title = "X"
room = "x"
starts = "2035-12-05T14:00"
ends = "2035-12-05T17:00"
"#;

#[test]
fn the_next_event_needs_ten_lines() {
    let desk = Desk::with(TEN_LINES).and_config(CONFIG);
    let settings = desk.settings();
    assert_eq!(settings.event.language.as_str(), "de");
    assert_eq!(settings.jitsi.app_id, "house");
    assert_eq!(settings.jitsi.secret.file, Some(desk.path("config/jitsi.secret")));
    assert_eq!(settings.mail.templates, Some(desk.path("config/templates")));
    let smtp = settings.smtp.as_ref().unwrap();
    assert_eq!((smtp.host.as_str(), smtp.port, smtp.connections), ("smtp.example.net", 587, 2));
    assert_eq!(smtp.password.file, Some(desk.path("config/smtp.password")));
    assert_eq!(settings.attendees.files[0].0, desk.path("attendees.csv"));
    assert!(matches!(settings.origin("smtp.host"), Origin::ConfigFile(at) if at.line == 20 && at.column == 8));
    assert!(matches!(settings.origin("event.title"), Origin::EventFile(at) if (at.line, at.column) == (3, 9)));
    assert_eq!(settings.origin("event.opens_before"), Origin::Default);
    assert_eq!(settings.position("event.opens_before"), None);
}

#[test]
fn what_belongs_together_is_inherited_together_or_not_at_all() {
    let event = format!(
        "{TEN_LINES}[jitsi]\nurl = \"https://meet.example.org\"\napp_id = \"own\"\n[smtp]\nhost = \"smtp.example.org\"\n"
    );
    let settings = Desk::with(&event).and_config(CONFIG).settings();
    // The other server's secret, user and password stay with the other server.
    assert_eq!(settings.jitsi.secret.file, None);
    // And so does what its tokens say, and how it is talked to.
    let jitsi = &settings.jitsi;
    assert_eq!((jitsi.audience.as_deref(), jitsi.subject.as_deref()), (None, None));
    assert_eq!((jitsi.algorithm, jitsi.claims, jitsi.link), (Algorithm::Hs256, Claims::Standard, LinkStyle::Query));
    let smtp = settings.smtp.as_ref().unwrap();
    assert_eq!((smtp.port, &smtp.user, &smtp.password.file, smtp.connections), (465, &None, &None, 4));
    assert_eq!((smtp.rate, &smtp.ca_file, &smtp.helo), (None, &None, &None));
    assert_eq!(smtp.timeouts.connect.as_secs(), 7, "patience is not the relay's");
    assert_eq!(settings.origin("jitsi.subject"), Origin::Default);
}

#[test]
fn an_inherited_server_may_be_spoken_of_in_one_point() {
    let event = format!("{TEN_LINES}[jitsi]\nsubject = \"acme\"\n[smtp]\nca_file = \"own.pem\"\nconnections = 1\n");
    let desk = Desk::with(&event).and_config(CONFIG);
    let settings = desk.settings();
    let jitsi = &settings.jitsi;
    assert_eq!((jitsi.app_id.as_str(), jitsi.algorithm), ("house", Algorithm::Hs512));
    assert_eq!((jitsi.subject.as_deref(), jitsi.audience.as_deref()), (Some("acme"), Some("jitsi")));
    let smtp = settings.smtp.as_ref().unwrap();
    assert_eq!((smtp.host.as_str(), smtp.connections), ("smtp.example.net", 1));
    assert_eq!(smtp.ca_file, Some(desk.path("own.pem")));
    assert_eq!(smtp.helo.as_deref(), Some("house.example.net"));
}

#[test]
fn what_tokens_say_of_people_parts_no_event_from_its_server() {
    let config = CONFIG.replace("claims = \"full\"", "claims = \"full\"\nmoderator = true\ngroup = \"house\"");
    let inherited = Desk::with(TEN_LINES).and_config(&config).settings().jitsi;
    assert_eq!((inherited.moderator, inherited.group.as_deref()), (true, Some("house")));
    let own = "moderator = false\naffiliation = \"member\"\navatar = \"https://example.org/a.png\"\ngroup = \"own\"\n";
    let event = format!("{TEN_LINES}[jitsi]\n{own}");
    let jitsi = Desk::with(&event).and_config(&config).settings().jitsi;
    assert_eq!((jitsi.app_id.as_str(), jitsi.subject.as_deref()), ("house", Some("meet.jitsi")));
    assert_eq!((jitsi.moderator, jitsi.affiliation), (false, Some(Affiliation::Member)));
    assert_eq!(jitsi.avatar.unwrap().as_str(), "https://example.org/a.png");
    assert_eq!(jitsi.group.as_deref(), Some("own"));
    // And what was written for people at another server stays there.
    let event = format!("{TEN_LINES}[jitsi]\nurl = \"https://meet.example.org\"\napp_id = \"own\"\n");
    let other = Desk::with(&event).and_config(&config).settings().jitsi;
    assert_eq!((other.moderator, other.group), (false, None));
}

#[test]
fn an_affiliation_tells_whether_everybody_is_a_moderator() {
    for (affiliation, moderator) in [("owner", true), ("moderator", true), ("teacher", true), ("member", false)] {
        let event = format!("{TEN_LINES}[jitsi]\naffiliation = \"{affiliation}\"\n");
        let settings = Desk::with(&event).and_config(CONFIG).settings();
        assert_eq!(settings.jitsi.moderator, moderator, "{affiliation}");
        let shown = settings.origins().iter().find(|setting| setting.key == "jitsi.moderator").unwrap();
        assert_eq!((shown.shown.as_str(), &shown.origin), (&*moderator.to_string(), &Origin::Default), "{affiliation}");
    }
}

#[test]
fn half_a_group_says_why_the_other_half_is_not_inherited() {
    let event = format!("{TEN_LINES}[jitsi]\napp_id = \"own\"\n[smtp]\nport = 465\n");
    let said = Desk::with(&event).and_config(CONFIG).refusal();
    assert!(said.contains("event.toml:7:1: `url` is missing in [jitsi]"), "{said}");
    assert!(
        said.contains("sets `app_id`, so `url` is not taken from config/config.toml: they belong together"),
        "{said}"
    );
    assert!(said.contains("event.toml:9:1: `host` is missing in [smtp]"), "{said}");
}

#[test]
fn the_configuration_cannot_name_an_event() {
    for key in ["id", "title", "room", "starts", "ends"] {
        let said = Desk::with(WHOLE).and_config(&format!("[event]\n{key} = \"x\"\n")).refusal();
        assert!(said.starts_with(&format!("config/config.toml:2:1: `{key}` cannot be shared by all events")), "{said}");
    }
}

#[test]
fn moderators_and_affiliations_that_contradict_each_other_are_refused_across_files() {
    let config = CONFIG.replace("claims = \"full\"", "claims = \"full\"\naffiliation = \"member\"");
    let said = Desk::with(&format!("{TEN_LINES}[jitsi]\nmoderator = true\n")).and_config(&config).refusal();
    let what = "affiliation: it does not make a moderator of everybody, and `moderator` says true";
    assert!(said.contains(what) && said.contains("config/config.toml:"), "{said}");
    assert!(said.contains("set the two alike, or take one out"), "{said}");
    let said = Desk::with(&format!("{TEN_LINES}[jitsi]\nmoderator = false\naffiliation = \"owner\"\n"));
    let said = said.and_config(CONFIG).refusal();
    assert!(
        said.contains("event.toml:9:15: affiliation: it makes a moderator of everybody, and `moderator` says false"),
        "{said}"
    );
}

#[test]
fn what_tokens_say_of_people_is_held_to_its_rules() {
    let octets = "ü".repeat(101);
    for (line, says) in [
        ("moderator = \"yes\"", "`moderator` must be true or false, not a text"),
        (
            "affiliation = \"admin\"",
            "affiliation: `admin` is none of \"owner\", \"moderator\", \"teacher\", \"member\"",
        ),
        ("affiliation = \"onwer\"", "did you mean \"owner\"?"),
        ("avatar = \"http://example.org/a.png\"", "avatar: the address of the picture does not begin with `https://`"),
        ("avatar = \"data:image/png;base64,AA\"", "put the picture on a web server"),
        ("group = \"\"", "group: it is empty"),
        (&*format!("group = \"{octets}\""), "group: it is 202 octets long\n  hint: shorten it to 200"),
    ] {
        let said = Desk::with(&format!("{TEN_LINES}[jitsi]\n{line}\n")).and_config(CONFIG).refusal();
        assert!(said.starts_with("event.toml:8:") && said.contains(says), "{line}: {said}");
    }
}

#[test]
fn jaas_has_no_column_of_tenants() {
    let event = |column: &str| {
        let jaas = "[jitsi]\nprovider = \"jaas\"\napp_id = \"vpaas-magic-cookie-1\"\nkey_id = \"1\"\n";
        Desk::with(&format!("{TEN_LINES}{jaas}[attendees.columns]\ntenant = {column}\n")).and_config(CONFIG)
    };
    let said = event("\"Tenant\"").refusal();
    assert!(said.contains("event.toml:12:10: tenant: with JaaS everybody's tenant is the app id"), "{said}");
    assert!(said.contains("tenant = false"), "{said}");
    event("false").settings();
}

#[test]
fn who_records_at_every_event_says_so_at_every_event() {
    let config = format!("{CONFIG}[attendance]\nsecret_file = \"attendance.secret\"\n");
    let desk = Desk::with(TEN_LINES).and_config(&config);
    let settings = desk.settings();
    assert!(settings.tells_of_attendance());
    assert_eq!(settings.attendance_secret().file, Some(desk.path("config/attendance.secret")));
    let quiet = Desk::with(&format!("{TEN_LINES}[attendance]\nnotice = false\n")).and_config(&config);
    assert!(!quiet.settings().tells_of_attendance());
    assert_eq!(quiet.settings().attendance_secret().file, Some(quiet.path("config/attendance.secret")));
}
