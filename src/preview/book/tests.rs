//! The files of a page, looked at as a browser would.

use std::os::unix::fs::{MetadataExt as _, symlink};

use jiff::{SignedDuration, tz::TimeZone};
use serde_json::Value;

use super::*;
use crate::model::{Window, policy_hash as hash};

fn row(number: u32) -> Row {
    let at = |text: &str| text.parse().unwrap();
    let (starts, ends) = (at("2036-12-05T13:00:00Z"), at("2036-12-05T16:00:00Z"));
    Row {
        number,
        at: format!("attendees.csv:{}", number + 1),
        name: format!("Ada </script> {number}"),
        first_name: "Ada".into(),
        last_name: String::new(),
        address: format!("a{number}@example.org"),
        zone: "Europe/Berlin".into(),
        moderator: number == 1,
        window: Window::new(starts, ends, SignedDuration::ZERO, SignedDuration::ZERO, TimeZone::UTC).unwrap(),
        works: "on Friday".into(),
    }
}

/// A folder with a page of so many mails, each with so many octets of text.
fn page_of(count: u32, octets: usize) -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let mut book = Book::begin(home.path(), Privacy::Working).unwrap();
    for number in 1..=count {
        let name = format!("{number:04}-a.eml");
        let text = format!("To: <a{number}@example.org>\r\nSubject: S{number}\r\n\r\n{}\r\n", "<x".repeat(octets / 2));
        fs::write(home.path().join(&name), text).unwrap();
        let warnings = if number == 2 { vec!["odd".into()] } else { Vec::new() };
        book.add(&name, &row(number), |_| Told { warnings, ..Told::default() }).unwrap();
    }
    let index = book.finish("A </title> & B", "{{title}}").unwrap();
    (home, index)
}

/// What a data file calls its function with.
fn arguments(path: &Path, function: &str) -> Value {
    let text = fs::read_to_string(path).unwrap();
    let inner = text.trim().strip_prefix(&format!("{function}(")).unwrap().strip_suffix(");").unwrap();
    serde_json::from_str(&format!("[{inner}]").replace("{\n", "{")).unwrap()
}

#[test]
fn mails_are_spread_over_files_that_the_list_names() {
    let (home, _) = page_of(MAILS * 2 + 1, 10);
    let data = home.path().join(DATA);
    let list = arguments(&data.join(LIST), "roomkeyList");
    let lines = list[0].as_array().unwrap();
    assert_eq!(lines.len(), 101);
    for line in lines {
        let (number, file) = (line[0].as_u64().unwrap(), line[9].as_u64().unwrap());
        assert_eq!(file, (number - 1) / u64::from(MAILS) + 1);
        let mails = arguments(&data.join(data_file(u32::try_from(file).unwrap())), "roomkeyMails");
        assert_eq!(mails[0].as_u64(), Some(file));
        let source = mails[1][number.to_string()]["source"].as_array().unwrap();
        let whole: String = source.iter().map(|piece| piece.as_str().unwrap()).collect();
        assert_eq!(whole, fs::read_to_string(home.path().join(line[10].as_str().unwrap())).unwrap());
    }
    assert_eq!(lines[1][8].as_u64(), Some(1), "how many warnings");
    assert_eq!((lines[0][7].as_u64(), lines[1][7].as_u64()), (Some(1), Some(0)), "who is a moderator");
}

#[test]
fn large_mails_get_files_of_their_own() {
    let (home, _) = page_of(4, OCTETS);
    let files = fs::read_dir(home.path().join(DATA)).unwrap().count();
    assert_eq!(files, 1 + 4);
}

#[test]
fn nothing_in_the_data_looks_like_a_tag() {
    let (home, _) = page_of(3, 100);
    for entry in fs::read_dir(home.path().join(DATA)).unwrap() {
        assert!(!fs::read_to_string(entry.unwrap().path()).unwrap().contains('<'));
    }
}

#[test]
fn the_page_is_allowed_its_own_script_and_sheet_and_shows_the_title_as_text() {
    let (_home, index) = page_of(1, 10);
    let page = fs::read_to_string(index).unwrap();
    let between = |open: &str, close: &str| page.split(open).nth(1).unwrap().split(close).next().unwrap().to_owned();
    let policy = between("Content-Security-Policy\" content=\"", "\"");
    assert!(policy.contains(&hash(&between("<script>", "</script>"))), "{policy}");
    assert!(policy.contains(&hash(&between("<style>", "</style>"))), "{policy}");
    assert_eq!(between("<bdi>", "</bdi>"), "A &lt;/title&gt; &amp; B");
    assert_eq!(page.matches("<script").count(), 1);
    assert!(
        !page.contains(" onclick=")
            && !page.contains("http:")
            && !page.contains("https:")
            && page.contains("do not share")
    );
    // A time that looks like a place to fill is filled with what is harmless.
    assert!(page.contains("<p class=\"when\">A &lt;/title&gt; &amp; B</p>"));
}

#[test]
fn files_are_their_owners_and_no_half_page_is_left() {
    let (home, index) = page_of(1, 10);
    let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
    assert_eq!((mode(&index), mode(&home.path().join(DATA))), (0o600, 0o700));
    assert_eq!(mode(&home.path().join(DATA).join(data_file(1))), 0o600);

    let mut book = Book::begin(home.path(), Privacy::Working).unwrap();
    assert!(!index.exists(), "the old page would show mails that are gone");
    book.add("0001-a.eml", &row(1), |_| Told::default()).unwrap();
    assert!(matches!(book.add("0009-gone.eml", &row(9), |_| Told::default()), Err(PageProblem::Io { .. })));
    drop(book);
    let left: Vec<_> = fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["0001-a.eml"]);
}

#[test]
fn what_others_keep_there_is_not_removed_nor_followed() {
    let (home, _) = page_of(1, 10);
    let data = home.path().join(DATA);
    for name in ["notes.js", "mails-x.js"] {
        fs::write(data.join(name), "mine").unwrap();
    }
    assert!(matches!(Book::begin(home.path(), Privacy::Working), Err(PageProblem::Occupied(path)) if path == data));
    assert_eq!(fs::read_dir(&data).unwrap().count(), 2);

    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join(LIST), "mine").unwrap();
    fs::remove_dir_all(&data).unwrap();
    symlink(elsewhere.path(), &data).unwrap();
    assert!(matches!(Book::begin(home.path(), Privacy::Working), Err(PageProblem::Occupied(_))));
    assert!(elsewhere.path().join(LIST).exists());
}

#[test]
fn a_redacted_mail_takes_the_place_of_the_real_one() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("0007-ada@example.org.eml"), "To: <a7@example.org>\r\n\r\nHello a7@example.org\r\n")
        .unwrap();
    let mut book = Book::begin(home.path(), Privacy::Redacted).unwrap();
    book.add("0007-ada@example.org.eml", &row(7), |_| Told::default()).unwrap();
    let page = fs::read_to_string(book.finish("T", "W").unwrap()).unwrap();
    let mut left: Vec<_> = fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["0007-person-7@example.invalid.eml", DATA, INDEX]);
    let mail = fs::read_to_string(home.path().join("0007-person-7@example.invalid.eml")).unwrap();
    assert_eq!(mail, "To: person-7@example.invalid\r\n\r\nHello person-7@example.invalid\r\n");
    assert!(page.contains("Redacted") && !page.contains("do not share"));
}
