//! What is known of a mail provider, and what the file says over it.

use super::*;

fn with_smtp(lines: &str) -> Desk {
    let smtp = WHOLE.find("[smtp]").unwrap();
    Desk::with(&format!("{}[smtp]\n{lines}\n", &WHOLE[..smtp]))
}

fn told(settings: &Settings, key: &str) -> String {
    let found = settings.origins().iter().find(|setting| setting.key == key);
    found.map_or_else(|| "nothing".to_owned(), |setting| format!("{} ({})", setting.shown, setting.origin))
}

#[test]
fn a_provider_s_name_stands_for_all_that_is_known_of_it() {
    for (name, whole) in [
        ("gmail", "smtp.gmail.com 465 Implicit 4 None Some(500)"),
        ("workspace", "smtp.gmail.com 465 Implicit 4 None Some(2000)"),
        ("office365", "smtp.office365.com 587 StartTls 3 Some(30) Some(10000)"),
        ("postmark", "smtp.postmarkapp.com 587 StartTls 10 None None"),
        ("sendgrid", "smtp.sendgrid.net 465 Implicit 4 None None"),
        ("mailgun", "smtp.mailgun.org 465 Implicit 4 None None"),
        ("fastmail", "smtp.fastmail.com 465 Implicit 4 None None"),
    ] {
        let smtp = with_smtp(&format!("provider = \"{name}\"")).settings().smtp.unwrap();
        let rate = smtp.rate.map(|rate| rate.mails);
        let found =
            format!("{} {} {:?} {} {rate:?} {:?}", smtp.host, smtp.port, smtp.tls, smtp.connections, smtp.daily_limit);
        assert_eq!(found, whole, "{name}");
        assert_eq!(smtp.provider.map(Provider::name), Some(name));
    }
}

#[test]
fn the_host_alone_tells_the_provider_and_where_each_value_came_from() {
    let settings = with_smtp("host = \"smtp.office365.com\"\nuser = \"ada@example.org\"").settings();
    for (key, shown) in [
        ("smtp.provider", "office365 (told by smtp.host)"),
        ("smtp.port", "587 (preset of office365)"),
        ("smtp.tls", "starttls (preset of office365)"),
        ("smtp.connections", "3 (preset of office365)"),
        ("smtp.rate", "30/min (preset of office365)"),
        ("smtp.daily_limit", "10000 (preset of office365)"),
        ("smtp.timeouts.data", "2m (default)"),
    ] {
        assert_eq!(told(&settings, key), shown);
    }
    let other = with_smtp("host = \"smtp.example.org\"").settings();
    assert_eq!(told(&other, "smtp.provider"), "nothing");
    assert_eq!(told(&other, "smtp.port"), "465 (default)");
}

#[test]
fn whose_google_it_is_tells_the_log_in() {
    for (user, limit) in [("ada@gmail.com", 500), ("ada@example.org", 2000)] {
        let smtp = with_smtp(&format!("host = \"smtp.gmail.com\"\nuser = \"{user}\"")).settings().smtp.unwrap();
        assert_eq!(smtp.daily_limit, Some(limit), "{user}");
    }
    let said = with_smtp("provider = \"gmail\"\nuser = \"ada@example.org\"").settings().smtp.unwrap();
    assert_eq!(said.daily_limit, Some(500), "what the file says holds");
}

#[test]
fn each_value_of_a_preset_gives_way_to_its_own_key() {
    let settings = with_smtp(
        "provider = \"office365\"\nhost = \"relay.example.org\"\nport = 465\nconnections = 1\nrate = \"5/min\"\n\
         daily_limit = 90",
    )
    .settings();
    let smtp = settings.smtp.as_ref().unwrap();
    assert_eq!((smtp.host.as_str(), smtp.port, smtp.tls), ("relay.example.org", 465, Tls::Implicit));
    assert_eq!((smtp.connections, smtp.rate.map(|rate| rate.mails), smtp.daily_limit), (1, Some(5), Some(90)));
    assert!(told(&settings, "smtp.daily_limit").contains("event.toml:"));
    assert_eq!(told(&settings, "smtp.tls"), "implicit (default)", "it follows from the port");

    let lifted = with_smtp("provider = \"office365\"\nrate = \"none\"\ndaily_limit = 0").settings().smtp.unwrap();
    assert_eq!((lifted.rate, lifted.daily_limit), (None, None));
    let tls = with_smtp("provider = \"sendgrid\"\ntls = \"starttls\"").settings().smtp.unwrap();
    assert_eq!((tls.port, tls.tls), (587, Tls::StartTls));
    let loopback = with_smtp("provider = \"gmail\"\nhost = \"127.0.0.1\"\nport = 2600\ntls = \"none\"").settings();
    assert_eq!(loopback.smtp.unwrap().daily_limit, Some(500));
}

#[test]
fn amazon_s_region_must_be_named() {
    let said = with_smtp("provider = \"ses\"").refusal();
    assert!(said.contains("event.toml:17:12: provider: ses has a mail server in each region"), "{said}");
    assert!(said.contains("hint: add a line like host = \"email-smtp.eu-west-1.amazonaws.com\""), "{said}");
    assert!(!said.contains("missing"), "{said}");
    for lines in [
        "provider = \"ses\"\nhost = \"email-smtp.eu-west-1.amazonaws.com\"",
        "host = \"email-smtp.eu-west-1.amazonaws.com\"",
    ] {
        let smtp = with_smtp(lines).settings().smtp.unwrap();
        assert_eq!((smtp.provider, smtp.rate.map(|rate| rate.mails)), (Some(Provider::Ses), Some(1)));
    }
}

#[test]
fn a_slip_in_the_name_is_told_once() {
    let said = with_smtp("provider = \"gmial\"").refusal();
    assert!(said.contains("did you mean \"gmail\"?") && !said.contains("missing"), "{said}");
    let said = with_smtp("provider = \"gmail\"\ndaily_limit = -1").refusal();
    assert!(said.contains("daily_limit: -1 is not between 0 and") && said.contains("daily_limit = 500"), "{said}");
}

#[test]
fn a_preset_is_inherited_with_its_relay_or_not_at_all() {
    let smtp = WHOLE.find("[smtp]").unwrap();
    let shared = "[smtp]\nprovider = \"gmail\"\nuser = \"ada@gmail.com\"\n";
    let inherited = Desk::with(&WHOLE[..smtp]).and_config(shared).settings();
    assert_eq!(told(&inherited, "smtp.daily_limit"), "500 (preset of gmail)");
    let in_one_point = Desk::with(&format!("{}[smtp]\ndaily_limit = 50\n", &WHOLE[..smtp])).and_config(shared);
    let in_one_point = in_one_point.settings().smtp.unwrap();
    assert_eq!((in_one_point.host.as_str(), in_one_point.daily_limit), ("smtp.gmail.com", Some(50)));
    let own = Desk::with(WHOLE).and_config(shared).settings();
    assert_eq!((told(&own, "smtp.provider").as_str(), own.smtp.unwrap().daily_limit), ("nothing", None));
}
