//! What holds of every address that is accepted, and of every text that is offered as one.

use proptest::{collection::vec, prelude::*};

use super::*;

/// A character that stands in no address, or only in some places.
fn any_odd() -> impl Strategy<Value = String> {
    prop_oneof![
        "[!#$%&'*/=?^`{|}~()\\[\\]:;<>,\\\\\"@. ]",
        "[\r\n\t\0\u{7F}\u{85}\u{A0}\u{AD}\u{200B}\u{200D}\u{200F}\u{2028}\u{202E}\u{2060}\u{3000}\u{FEFF}]",
        "[\u{301}\u{94D}\u{2F}\u{3002}\u{FF0E}\u{FF20}\u{1F980}]",
        any::<char>().prop_map(String::from),
    ]
}

/// Texts among which addresses, near misses and injections are likely.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![6 => any_local(), 1 => any_odd(), 1 => "[a-z]{60,66}"];
    let local =
        prop_oneof![5 => vec(piece, 1..4).prop_map(|pieces| pieces.concat()), 1 => "\"[a-z @.,<>\\\\\"]{0,8}\""];
    let label = prop_oneof![8 => any_domain(), 1 => any_odd(), 1 => "xn--[a-z0-9-]{1,8}", 1 => "[a-z]{60,66}\\."];
    let domain = vec(label, 1..4).prop_map(|labels| labels.concat());
    let noise = vec(prop_oneof![3 => any_odd(), 1 => any_local(), 1 => any_domain()], 0..8);
    prop_oneof![
        4 => (local, domain).prop_map(|(local, domain)| format!("{local}@{domain}")),
        1 => noise.prop_map(|pieces| pieces.concat()),
    ]
}

/// A local part that every server knows, or one of RFC 6531.
fn any_local() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]{1,20}(\\.[a-zA-Z0-9+_-]{1,10}){0,3}",
        1 => "[a-zäöüßéжд漢字]{1,16}",
        1 => "(संपर्क|ทดสอบ|测试|نامه‌ها|u\\u{308}ber)[0-9]{0,3}",
        1 => Just("a".repeat(64)),
    ]
}

fn any_domain() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "([a-zA-Z0-9]([a-zA-Z0-9]{0,10}[a-zA-Z0-9])?\\.){1,4}[a-zA-Z]{2,10}",
        2 => "[a-z]{1,6}[äöüßéåñжд漢字]{1,6}[a-z]{1,3}\\.(example|org|münchen)",
        1 => Just(format!("{}.example", "a".repeat(63))),
    ]
}

/// The text without what stands between quotes at its start.
fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|rest| rest.rsplit_once('"')).map_or(text, |(_, after)| after)
}

/// What must hold of an address in an envelope (RFC 5321 §4.1.2, §4.5.3.1), written down apart from the parser.
fn check_accepted(address: &Address) -> Result<(), TestCaseError> {
    let text = address.as_str();
    prop_assert_eq!(format!("{}@{}", address.local(), address.domain()), text);
    prop_assert_eq!(address.to_string(), text);
    prop_assert_eq!(forbidden_char(text), None);
    prop_assert!(!text.contains(['<', '>']), "{text:?} would end the path");
    prop_assert!(!unquoted(text).chars().any(char::is_whitespace), "{text:?} holds a blank");
    prop_assert!(!text.contains(['\u{AD}', '\u{200B}', '\u{A0}', '\u{3000}', '\u{FEFF}']), "{text:?}");
    prop_assert_eq!(unquoted(text).matches('@').count(), 1);

    prop_assert!((1..=64).contains(&address.local().len()) && text.len() <= 254, "{text:?} is too long");
    for label in address.domain().split('.') {
        prop_assert!((1..=63).contains(&label.len()), "{text:?}");
        let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        prop_assert!(label.chars().all(known) && !label.starts_with('-') && !label.ends_with('-'), "{text:?}");
    }
    prop_assert!(address.domain().contains('.'));
    prop_assert_eq!(address.needs_smtputf8(), !text.is_ascii());

    prop_assert_eq!(Address::parse(text), Ok(address.clone()), "it is itself when read again");
    prop_assert_eq!(Address::parse(&format!(" {text}\t ")), Ok(address.clone()));
    prop_assert_eq!(Mailbox::parse(text), Ok(Mailbox { name: None, address: address.clone() }));
    prop_assert_eq!(Mailbox::parse(&format!("Ada <{text}>")).map(|mailbox| mailbox.address), Ok(address.clone()));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn whatever_is_accepted_may_stand_in_an_envelope(text in any_text()) {
        match Address::parse(&text) {
            Ok(address) => check_accepted(&address)?,
            Err(problem) => prop_assert!(!problem.hint().is_empty()),
        }
        if let Ok(mailbox) = Mailbox::parse(&text) {
            check_accepted(&mailbox.address)?;
            prop_assert_eq!(mailbox.name.as_deref().and_then(forbidden_char), None);
        }
    }

    #[test]
    fn what_servers_know_is_accepted_with_its_local_part_as_it_was(local in any_local(), domain in any_domain()) {
        let text = format!("{local}@{domain}");
        let address = Address::parse(&text).map_err(|problem| TestCaseError::fail(format!("{text}: {problem}")))?;
        prop_assert_eq!(address.local(), composed(&local));
        check_accepted(&address)?;
    }

    #[test]
    fn a_domain_is_one_whether_it_is_written_in_letters_or_in_a_labels(domain in any_domain()) {
        let as_given = Address::parse(&format!("a@{domain}")).unwrap();
        let (in_letters, sound) = idna::domain_to_unicode(as_given.domain());
        prop_assert!(sound.is_ok());
        for form in [in_letters, domain.to_uppercase(), as_given.domain().to_uppercase()] {
            // Upper case of ß is SS, another name.
            if !domain.contains('ß') {
                prop_assert_eq!(Address::parse(&format!("a@{form}")), Ok(as_given.clone()));
            }
        }
    }

    #[test]
    fn a_plain_domain_is_what_the_library_makes_of_it(domain in "[a-zA-Z0-9.-]{0,12}|([a-z0-9-]{1,64}\\.){1,4}[a-zA-Z]{2,63}") {
        let by_library = idna::domain_to_ascii_strict(&domain).ok().map(|domain| domain.to_ascii_lowercase());
        prop_assert_eq!(a_labels(&domain), by_library);
    }

    #[test]
    fn two_mailboxes_that_differ_in_case_are_one_when_folded(local in any_local(), domain in any_domain()) {
        let address = Address::parse(&format!("{local}@{domain}")).unwrap();
        let folded = address.folded();
        prop_assert_eq!(Address::parse(&folded).map(|again| again.folded()), Ok(folded.clone()));
        let shouted = Address::parse(&format!("{}@{domain}", local.to_ascii_uppercase())).unwrap();
        prop_assert_eq!(shouted.folded(), folded);
    }
}

#[test]
fn the_limits_of_the_standard_are_the_limits() {
    let label = |octets| "d".repeat(octets);
    let with = |local: usize, domain: &str| Address::parse(&format!("{}@{domain}", "a".repeat(local)));
    assert!(with(64, "example.org").is_ok() && with(65, "example.org").is_err());
    assert!(Address::parse(&format!("{}@example.org", "ü".repeat(32))).is_ok());
    assert!(Address::parse(&format!("{}@example.org", "ü".repeat(33))).is_err(), "octets count, not characters");
    assert!(with(1, &format!("{}.org", label(63))).is_ok() && with(1, &format!("{}.org", label(64))).is_err());
    let longest = format!("{}.{}.{}.{}", label(63), label(63), label(57), "org");
    assert_eq!(longest.len() + 65, 254);
    assert!(with(64, &longest).is_ok());
    assert!(with(64, &format!("d{longest}")).is_err() && with(1, &format!("{}.{longest}", label(63))).is_err());
}
