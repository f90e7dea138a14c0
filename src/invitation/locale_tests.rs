//! How languages write dates, by Unicode's CLDR; and that whatever ICU writes may stand in a mail.

use std::sync::LazyLock;

use jiff::{Timestamp, tz::TimeZone};
use proptest::prelude::*;

use super::*;

static LOCALES: LazyLock<Locales> = LazyLock::new(Locales::default);

fn at(text: &str) -> ZonedDateTime {
    text.parse::<Timestamp>().unwrap().to_zoned_datetime(TimeZone::get("Europe/Berlin").unwrap())
}

fn locale(tag: &str) -> Arc<Locale> {
    LOCALES.of(tag, "en")
}

#[test]
fn each_language_writes_dates_its_own_way() {
    let at = at("2026-12-05T13:00:00Z");
    // Language, the long form, the short one, weekday, time.
    let table = [
        ("en", "Saturday, 5 December 2026", "Sat, 5 Dec 2026", "Saturday", "14:00"),
        ("de", "Samstag, 5. Dezember 2026", "Sa., 05.12.2026", "Samstag", "14:00"),
        ("fr", "samedi 5 décembre 2026", "sam. 5 déc. 2026", "samedi", "14:00"),
        ("es", "sábado, 5 de diciembre de 2026", "sáb, 5 dic 2026", "sábado", "14:00"),
        ("pt", "sábado, 5 de dezembro de 2026", "sáb., 5 de dez. de 2026", "sábado", "14:00"),
        ("tr", "5 Aralık 2026 Cumartesi", "5 Ara 2026 Cmt", "Cumartesi", "14:00"),
        ("pl", "sobota, 5 grudnia 2026", "sob., 5 gru 2026", "sobota", "14:00"),
        ("ja", "2026年12月5日土曜日", "2026/12/05(土)", "土曜日", "14:00"),
        ("ar", "السبت، 5 ديسمبر 2026", "السبت، 5 ديسمبر 2026", "السبت", "2:00 م"),
        ("ru", "суббота, 5 декабря 2026 г.", "сб, 5 дек. 2026 г.", "суббота", "14:00"),
    ];
    for (tag, long, short, weekday, time) in table {
        let locale = locale(tag);
        let found = [locale.date(&at), locale.short_date(&at), locale.weekday(&at), locale.time(&at)];
        assert_eq!(found, [long, short, weekday, time], "{tag}");
    }
}

#[test]
fn the_first_of_a_month_is_an_ordinal_in_french() {
    let french = locale("fr-CA");
    let first = at("2026-12-01T13:00:00Z");
    assert_eq!(french.date(&first), "mardi 1er décembre 2026");
    assert!(french.date_time(&first).starts_with("mardi 1er décembre 2026 à "), "{}", french.date_time(&first));
    assert_eq!(french.date(&at("2026-12-11T13:00:00Z")), "vendredi 11 décembre 2026");
    assert_eq!(locale("en").date(&first), "Tuesday, 1 December 2026");
}

#[test]
fn the_region_decides_order_digits_and_clock() {
    let (at, january) = (at("2027-03-01T12:05:00Z"), at("2027-01-01T12:00:00Z"));
    let table = [
        ("en", "Monday, 1 March 2027", "13:05"),
        ("en-GB", "Monday, 1 March 2027", "13:05"),
        ("en-US", "Monday, March 1, 2027", "1:05 PM"),
        ("en-AU", "Monday 1 March 2027", "1:05 pm"),
        ("de-AT", "Montag, 1. März 2027", "13:05"),
        ("pt-BR", "segunda-feira, 1 de março de 2027", "13:05"),
        ("pt-PT", "segunda-feira, 1 de março de 2027", "13:05"),
        ("fr-CA", "lundi 1er mars 2027", "13 h 05"),
        ("es-MX", "lunes, 1 de marzo de 2027", "01:05 p.m."),
        ("ar-EG", "الاثنين، ١ مارس ٢٠٢٧", "١:٠٥ م"),
        ("ar-MA", "الاثنين، 1 مارس 2027", "13:05"),
    ];
    for (tag, date, time) in table {
        assert_eq!((locale(tag).date(&at).as_str(), locale(tag).time(&at).as_str()), (date, time), "{tag}");
    }
    assert_eq!(locale("de-AT").date(&january), "Freitag, 1. Jänner 2027");
}

#[test]
fn days_are_counted_in_words() {
    let table = [
        ("en", ["yesterday", "today", "tomorrow", "in 9 days"]),
        ("de", ["gestern", "heute", "morgen", "in 9 Tagen"]),
        ("fr", ["hier", "aujourd’hui", "demain", "dans 9 jours"]),
        ("es", ["ayer", "hoy", "mañana", "dentro de 9 días"]),
        ("pt", ["ontem", "hoje", "amanhã", "em 9 dias"]),
        ("tr", ["dün", "bugün", "yarın", "9 gün sonra"]),
        ("pl", ["wczoraj", "dzisiaj", "jutro", "za 9 dni"]),
        ("ja", ["昨日", "今日", "明日", "9 日後"]),
        ("ar", ["أمس", "اليوم", "غدًا", "خلال 9 أيام"]),
    ];
    for (tag, expected) in table {
        assert_eq!([-1, 0, 1, 9].map(|days| locale(tag).in_days(days)), expected, "{tag}");
    }
}

#[test]
fn an_unknown_language_gives_way_to_the_next() {
    let at = at("2026-12-05T13:00:00Z");
    let date = |wanted, otherwise| LOCALES.of(wanted, otherwise).date(&at);
    assert_eq!(date("xx", "de-AT"), "Samstag, 5. Dezember 2026");
    assert_eq!(date("xx", "qq"), "Saturday, 5 December 2026");
    assert_eq!(date("", "de"), "Samstag, 5. Dezember 2026");
    // Tags that ICU does not read (an extended language, too long a variant) keep their language.
    assert_eq!(date("fr-abc", "de"), "samedi 5 décembre 2026");
    assert_eq!(date("fr-abcd-abcd-12", "de"), "samedi 5 décembre 2026");
    assert_eq!(date("en-DE", "de"), "Saturday, 5 December 2026");
}

#[test]
fn ways_are_shared_made_once_and_told_apart() {
    fn shared<T: Send + Sync>(_: &T) {}
    let locales = Locales::default();
    let (french, german) = (locales.of("fr", "en"), locales.of("de", "en"));
    shared(&french);
    assert!(Arc::ptr_eq(&french, &locales.of("fr", "en")));
    assert_ne!(french.number, german.number);
    for n in 0..2 * KEPT {
        locales.of(&format!("xx-{n}"), "en");
    }
    let again = locales.of("fr", "en");
    assert!(again.number != french.number && again.number != german.number);
}

const ZONES: [&str; 8] = [
    "UTC",
    "Europe/Berlin",
    "Europe/Dublin",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
];

const TAGS: [&str; 34] = [
    "en", "en-US", "en-AU", "de", "de-AT", "de-CH", "fr", "fr-CA", "es", "es-MX", "pt", "pt-PT", "tr", "pl", "ja",
    "ar", "ar-EG", "ar-MA", "fa", "he", "ur", "hi", "bn", "my", "th", "vi", "zh", "zh-Hant", "ko", "ru", "uk",
    "sr-Latn", "sw", "xx",
];

proptest! {
    #[test]
    fn whatever_is_written_may_stand_in_a_mail(
        second in 0_i64..7_258_118_400,
        days in -100_000_i32..100_000,
        zone in prop::sample::select(&ZONES[..]),
        tag in prop::sample::select(&TAGS[..]),
    ) {
        let zone = TimeZone::get(zone).unwrap();
        let at = Timestamp::from_second(second).unwrap().to_zoned_datetime(zone);
        let locale = locale(tag);
        let written = [
            locale.date(&at), locale.short_date(&at), locale.weekday(&at), locale.time(&at),
            locale.date_time(&at), locale.short_date_time(&at), locale.in_days(days),
        ];
        for text in written {
            prop_assert!(!text.is_empty());
            prop_assert!(!text.contains(|c: char| c.is_control() || is_blank(c) || is_mark(c)), "{tag}: {text:?}");
            prop_assert!(!tag.starts_with("en") || text.is_ascii(), "{text:?}");
        }
    }
}
