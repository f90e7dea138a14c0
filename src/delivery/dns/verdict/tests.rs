//! Records as domains have them, and what is concluded.

use super::{
    super::{Answer, Unanswered},
    *,
};

const WORKSHOP: Names<'_> = Names { from: "workshop.example.org", envelope: "workshop.example.org", relay: None };
const POLICY: &str = "v=DMARC1; p=none";

fn through(relay: &str) -> Names<'_> {
    Names { relay: Some(relay), ..WORKSHOP }
}

fn texts(of: &[(&str, &[&str])]) -> Vec<(String, Answer)> {
    let owned = |texts: &[&str]| Ok(texts.iter().map(|text| (*text).to_owned()).collect());
    of.iter().map(|(name, texts)| ((*name).to_owned(), owned(texts))).collect()
}

fn records(spf: &[(&str, &[&str])], dmarc: &[(&str, &[&str])], relay: &[&str]) -> Records {
    let relay = relay.iter().map(|address| address.parse().unwrap()).collect();
    Records { spf: texts(spf), dmarc: texts(dmarc), relay, unknown: Vec::new() }
}

/// What is concluded of an SPF record, from a mail server at an address.
fn of_spf(names: &Names<'_>, found: &[&str], relay: &[&str]) -> String {
    let records = records(&[(names.envelope, found)], &[(names.from, &[POLICY])], relay);
    conclude(names, &records)[0].to_string()
}

fn of_dmarc(names: &Names<'_>, found: &[(&str, &[&str])]) -> Vec<String> {
    let records = records(&[(names.envelope, &["v=spf1 mx ~all"])], found, &[]);
    conclude(names, &records)[1..].iter().map(ToString::to_string).collect()
}

#[test]
fn a_domain_without_sound_spf_is_told_what_to_do() {
    let own = through("smtp.example.org");
    for (found, words) in [
        (&[][..], "has no SPF record"),
        (&["v=verify 1"], "has no SPF record"),
        (&["v=spf1 mx -all", "v=spf1 a ~all"], "several SPF records"),
        (&["v=spf1 mx ipv4:192.0.2.1 -all"], "cannot be read at `ipv4:192.0.2.1`"),
        (&["v=spf1 -all"], "says that nobody sends"),
        (&["v=spf1 mx +all"], "lets everybody send"),
    ] {
        let told = of_spf(&own, found, &["192.0.2.7"]);
        assert!(told.contains(words), "{found:?}: {told}");
    }
    let hint = |names: &Names<'_>, relay: &[&str]| {
        let records = records(&[(names.envelope, &[])], &[(names.from, &[POLICY])], relay);
        conclude(names, &records)[0].hint().unwrap()
    };
    assert!(hint(&own, &[]).ends_with("\"v=spf1 a:smtp.example.org ~all\""));
    assert!(hint(&through("smtp.gmail.com"), &[]).contains("include:_spf.google.com"));
    assert!(hint(&through("192.0.2.7"), &["192.0.2.7"]).contains("ip4:192.0.2.7"));
}

#[test]
fn a_mail_server_is_found_in_spf_or_missed() {
    let gmail = through("smtp.gmail.com");
    assert!(of_spf(&gmail, &["v=spf1 include:_spf.google.com ~all"], &[]).contains("pass SPF"));
    assert!(of_spf(&gmail, &["v=spf1 a mx ip4:192.0.2.1 ~all"], &[]).contains("does not name smtp.gmail.com"));
    let own = through("smtp.example.org");
    assert!(of_spf(&own, &["v=spf1 ip4:192.0.2.0/24 -all"], &["192.0.2.7"]).contains("pass SPF"));
    assert!(of_spf(&own, &["v=spf1 ip4:192.0.2.0/24 -all"], &["198.51.100.7"]).contains("other addresses"));
    assert!(of_spf(&own, &["v=spf1 a:smtp.example.org -all"], &[]).contains("pass SPF"));
    // Where a receiver alone can tell, nobody is alarmed.
    for open in ["v=spf1 mx -all", "v=spf1 include:_spf.example.net -all", "v=spf1 exists:%{i}.example.org -all"] {
        let told = of_spf(&own, &[open], &["198.51.100.7"]);
        assert!(told.contains("only receivers can tell"), "{open}: {told}");
    }
    assert!(of_spf(&own, &["v=spf1 ip4:192.0.2.0/24 -all"], &[]).contains("only receivers can tell"));
    assert_eq!(of_spf(&WORKSHOP, &["v=spf1 mx -all"], &[]), "workshop.example.org has an SPF record");
    assert!(of_spf(&through("email-smtp.eu-west-1.amazonaws.com"), &[], &[]).contains("an envelope of its own"));
}

#[test]
fn records_that_are_taken_in_count() {
    let names = through("smtp.gmail.com");
    let outer = ("workshop.example.org", &["v=spf1 include:_spf.example.org -all"][..]);
    let with = |inner: &[&str]| {
        let records = records(&[outer, ("_spf.example.org", inner)], &[("workshop.example.org", &[POLICY])], &[]);
        conclude(&names, &records)[0].clone()
    };
    assert!(matches!(with(&["v=spf1 include:_spf.google.com -all"]), Conclusion::SpfNamesRelay { .. }));
    assert!(matches!(with(&["v=spf1 ip4:192.0.2.1 -all"]), Conclusion::SpfLacksRelay { .. }));
}

#[test]
fn the_policy_is_told_and_where_it_stands() {
    let at = |policy: &str| of_dmarc(&WORKSHOP, &[("workshop.example.org", &[policy])]).concat();
    assert!(at("v=DMARC1; p=none").contains("(at _dmarc.workshop.example.org, none) asks receivers to treat"));
    assert!(at("v=DMARC1; p=quarantine").contains("into spam"));
    assert!(at("v=DMARC1; p=reject").contains("to refuse"));
    let above =
        |policy: &str| of_dmarc(&WORKSHOP, &[("workshop.example.org", &[]), ("example.org", &[policy])]).concat();
    assert!(above("v=DMARC1; p=none; sp=reject").contains("(at _dmarc.example.org, reject)"));
    assert!(above("v=DMARC1; p=quarantine").contains("(at _dmarc.example.org, quarantine)"));
    assert!(
        of_dmarc(&WORKSHOP, &[("workshop.example.org", &[]), ("example.org", &[])])
            .concat()
            .contains("no DMARC record")
    );
    assert!(
        of_dmarc(&WORKSHOP, &[("workshop.example.org", &[POLICY, POLICY])]).concat().contains("several DMARC records")
    );
    assert!(at("v=DMARC1; p=blocked").contains("no sound policy (p=blocked)"));
}

#[test]
fn an_envelope_that_does_not_speak_for_from_is_told() {
    let under = |envelope: &'static str, policy: &str| {
        of_dmarc(&Names { envelope, ..WORKSHOP }, &[("workshop.example.org", &[policy])]).len()
    };
    assert_eq!(under("example.org", POLICY), 1);
    assert_eq!(under("example.org", "v=DMARC1; p=reject; aspf=s"), 2);
    assert_eq!(under("workshop.example.org", "v=DMARC1; p=reject; aspf=s"), 1);
    assert_eq!(under("example.net", POLICY), 2);
}

#[test]
fn without_an_answer_nothing_is_concluded() {
    let silent = || Err(Unanswered("no name server answers".into()));
    let records = Records {
        spf: vec![("workshop.example.org".into(), silent())],
        dmarc: vec![("workshop.example.org".into(), silent())],
        relay: Vec::new(),
        unknown: Vec::new(),
    };
    let conclusions = conclude(&through("smtp.example.org"), &records);
    assert_eq!(conclusions.len(), 2);
    for conclusion in conclusions {
        assert!(matches!(conclusion, Conclusion::Unanswered { .. }) && conclusion.is_warning(), "{conclusion}");
        assert!(conclusion.hint().is_some_and(|hint| hint.contains("online")));
    }
}

#[test]
fn only_what_can_be_mended_is_a_warning() {
    let domain = || "example.org".to_owned();
    for (one, is_warning) in [
        (Conclusion::DomainUnknown { domain: domain() }, true),
        (Conclusion::SpfSeveral { domain: domain() }, true),
        (Conclusion::SpfEverybody { domain: domain() }, true),
        (Conclusion::DmarcSeveral { at: domain() }, true),
        (Conclusion::DmarcMissing { domain: domain() }, true),
        (Conclusion::SpfUnclear { domain: domain(), relay: None }, false),
        (Conclusion::SpfOtherAddresses { domain: domain(), relay: domain() }, false),
        (Conclusion::SpfNamesRelay { domain: domain(), relay: domain() }, false),
        (Conclusion::Dmarc { domain: domain(), at: domain(), policy: "none".into(), fate: "" }, false),
    ] {
        assert_eq!(one.is_warning(), is_warning, "{one}");
    }
}
