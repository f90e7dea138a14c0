//! Attendee files that hold what nobody wants: each is told by where, what and the way out, or read as it is meant;
//! and nothing is sent.

use std::{
    fs,
    io::{Cursor, Write as _},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use zip::{ZipWriter, write::SimpleFileOptions};

use crate::support::{EventFile, Finished, Sandbox, SmtpServer};

/// An event with an attendee file of these octets, and the server that nothing is to reach.
struct Bad {
    sandbox: Sandbox,
    server: SmtpServer,
    file: &'static str,
}

impl Bad {
    /// An event whose attendees are in a file of this name, which is not there yet.
    fn event(file: &'static str) -> Self {
        let server = SmtpServer::obliging();
        let sandbox = Sandbox::new();
        EventFile::at(server.port()).text("attendees", "file", file).write(&sandbox);
        Self { sandbox, server, file }
    }

    fn file(content: impl AsRef<[u8]>) -> Self {
        let bad = Self::event("attendees.csv");
        fs::write(bad.sandbox.path(bad.file), content).unwrap();
        bad
    }

    fn workbook(content: impl AsRef<[u8]>) -> Self {
        let bad = Self::event("attendees.xlsx");
        fs::write(bad.sandbox.path(bad.file), content).unwrap();
        bad
    }

    fn fixture(name: &str) -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/attendees");
        Self::workbook(fs::read(format!("{folder}/{name}")).unwrap())
    }

    /// Demands that the file is refused in these words, each with a way out, and that nothing leaves.
    #[track_caller]
    fn is_refused(&self, told: &[(&str, &str)]) -> Finished {
        let check = self.sandbox.run(&["check"]);
        check.is(3);
        for (what, way_out) in told {
            let what = format!("error: {}{what}", self.file);
            let lines = check.stderr.lines().skip_while(|line| !line.starts_with(&what)).skip(1);
            let hint = lines.take(1).find(|line| line.starts_with("  hint: ")).unwrap_or_default();
            assert!(hint.contains(way_out), "`{what}` with `{way_out}` is not said:\n{}", check.said());
        }
        let control = |letter: char| letter.is_control() && letter != '\n';
        assert!(!check.said().contains(control), "{:?}", check.said());
        assert!(check.stderr.len() < 20_000, "a message is no copy of the file: {} octets", check.stderr.len());
        self.sandbox.run(&["send", "--yes"]).is(3);
        assert_eq!(self.server.counts().mails, 0);
        check
    }

    /// Demands that these people are read, `address name`.
    #[track_caller]
    fn is_read(&self, people: &[&str]) -> Finished {
        let check = self.sandbox.run(&["check"]);
        check.is(0);
        let rows = self.sandbox.rows();
        let found: Vec<_> = rows
            .iter()
            .map(|row| format!("{} {}", row["email"].as_str().unwrap(), row["name"].as_str().unwrap()))
            .collect();
        assert_eq!(found, people);
        check
    }
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn utf16_that_was_cut_off_is_told_wherever_the_cut_is() {
    let whole = wide("\u{FEFF}email,name\r\njuergen@example.org,Jürgen\r\nzoe@example.net,Zoë\r\n");
    for cut in [1, 3, 5, 9] {
        Bad::file(&whole[..whole.len() - cut])
            .is_refused(&[(": half a character stands at the file's end: it was cut off", "fetch the file anew")]);
    }
    // A pair of which one half is missing.
    let mut halved = whole.clone();
    halved.extend(0xD83D_u16.to_le_bytes());
    Bad::file(halved).is_refused(&[(":4: ", "")]);
    Bad::file(whole).is_read(&["juergen@example.org Jürgen", "zoe@example.net Zoë"]);
}

/// Names in octets of old, and the word by which a guess can be judged.
#[test]
fn what_is_not_utf8_is_read_by_how_its_names_read() {
    for (own, content, people, said) in [
        (
            "windows-1252",
            &b"Name,E-mail\nH\xE9l\xE8ne Martin,h@example.org\nIr\xE8ne Leroy,i@example.org\n"[..],
            ["h@example.org H\u{E9}l\u{E8}ne Martin", "i@example.org Ir\u{E8}ne Leroy"],
            "as in \"H\u{E9}l\u{E8}ne\"; ",
        ),
        (
            "macintosh",
            b"Name,E-mail\nRen\x8E Dupont,r@example.org\nPat O\xD5Brien,p@example.org\n",
            ["r@example.org Ren\u{E9} Dupont", "p@example.org Pat O\u{2019}Brien"],
            "read as Mac Roman (\"Western European (Macintosh)\"), as in \"Ren\u{E9}\"; ",
        ),
        (
            "cp850",
            b"Name;E-mail\nJ\x81rgen M\x81ller;j@example.org\nJ\x94rg Gro\xE1;g@example.org\n",
            ["j@example.org J\u{FC}rgen M\u{FC}ller", "g@example.org J\u{F6}rg Gro\u{DF}"],
            "read as cp850 (\"Western European (DOS)\"), as in \"J\u{FC}rgen\"; ",
        ),
    ] {
        let bad = Bad::file(content);
        let check = bad.is_read(&people);
        // The way out leads to another one.
        check.says(said).says("say encoding = \"").says_not(&format!("\"{own}\""));
    }
}

#[test]
fn an_encoding_may_be_said_as_people_write_it() {
    let bad = Bad::file(b"Name,E-mail\nS\x9Bren,s@example.org\n");
    for (written, name) in [("CP 850", "S\u{F8}ren"), ("macroman", "S\u{F5}ren"), ("ansi", "S\u{203A}ren")] {
        let event = EventFile::at(bad.server.port()).text("attendees", "file", bad.file);
        event.text("attendees", "encoding", written).write(&bad.sandbox);
        bad.is_read(&[&format!("s@example.org {name}")]).says_not("read as");
    }
    let event = EventFile::at(bad.server.port()).text("attendees", "file", bad.file);
    event.text("attendees", "encoding", "ebcdic").write(&bad.sandbox);
    bad.sandbox.run(&["check"]).is(3).says("`ebcdic` is no encoding that is known").says("macintosh or cp850");
}

#[test]
fn damaged_and_garbled_letters_are_told_by_their_line() {
    let damaged = ":3: this line holds a damaged character (near `Ren\u{FFFD}`)";
    let half = Bad::file(b"name,email\nJ\xC3\xBCrgen,j@example.org\nRen\xE9,r@example.org\n");
    half.is_refused(&[(damaged, "type the characters on that line anew")]);
    EventFile::at(half.server.port())
        .text("attendees", "file", half.file)
        .text("attendees", "encoding", "utf8")
        .write(&half.sandbox);
    half.is_refused(&[(damaged, "type the characters on that line anew")]);

    // What no octet of the encoding is.
    let gap = Bad::file(b"name,email\nRen\x81,r@example.org\n");
    EventFile::at(gap.server.port())
        .text("attendees", "file", gap.file)
        .text("attendees", "encoding", "latin1")
        .write(&gap.sandbox);
    gap.is_refused(&[(":2: `name` holds a character that cannot be read", "`encoding` under [attendees]")]);
    let header = Bad::file("name,email,Stra\u{FFFD}e\nAda,a@example.org,x\n");
    header.is_refused(&[(
        ":1: the header of column 3 holds a character that cannot be read (`\u{FFFD}`)",
        "`encoding` under [attendees]",
    )]);

    let garbled = Bad::file("name,email\nJ\u{C3}\u{BC}rgen,j@example.org\n");
    garbled
        .is_read(&["j@example.org J\u{C3}\u{BC}rgen"])
        .says("attendees.csv:2: `J\u{C3}\u{BC}rgen` looks like `J\u{FC}rgen`, read in a wrong encoding")
        .says("export it anew");
    Bad::file("name,email\nJ?rgen,j@example.org\n")
        .is_read(&["j@example.org J?rgen"])
        .says("attendees.csv:2: `J?rgen` looks as if a letter was lost");
}

#[test]
fn nul_octets_are_found_wherever_they_stand() {
    for (content, told, way_out) in [
        ("email,name\nada\0@example.org,Ada\n", ":2: `email` contains a control character (U+0000)", "type it anew"),
        ("email,name\nada@example.org,A\0da\n", ":2: `name` contains a control character (U+0000)", "type it anew"),
        ("email,name,Note\nada@example.org,Ada,\0\n", ":2: `Note` contains a control character (U+0000)", "type it"),
        (
            "email,name,No\0te\nada@example.org,Ada,\n",
            ":1: the header of column 3 contains a control",
            "type that header",
        ),
        (
            "email,name\nada@example.org,Ada\n\0\0\0\0\0\0\n",
            ":3: this row has 1 field, the header has 2",
            "add what is",
        ),
    ] {
        Bad::file(content).is_refused(&[(told, way_out)]);
    }
}

#[test]
fn a_cell_of_ten_megabytes_is_refused_and_not_repeated() {
    let long = "x".repeat(10 << 20);
    let hint = "check its line breaks";
    Bad::file(format!("email,name,Note\nada@example.org,Ada,\nben@example.org,Ben,{long}\n"))
        .is_refused(&[(":3: this row is longer than 1 MB", hint)]);
    Bad::file(format!("email,name,Note\nada@example.org,Ada,\nben@example.org,Ben,\"{long}\"\n"))
        .is_refused(&[(":3: ", "")]);
    Bad::file(format!("{long},email,name\n,ada@example.org,Ada\n"))
        .is_refused(&[(":1: this row is longer than 1 MB", hint)]);
    let row = |name: &str| format!("<row>{}</row>", ["ada@example.org", name].map(text_cell).concat());
    Bad::workbook(xlsx(&(row_of(&["email", "name"]) + &row(&random(10 << 20)))))
        .is_refused(&[(":2: `name` is longer than 1000 octets", "shorten it")]);
}

#[test]
fn five_thousand_columns_are_many_and_no_harm() {
    let headers: Vec<_> = (1..=4998).map(|number| format!("Question {number}")).collect();
    let row = |email: &str, name: &str| format!("{email},{name}{}\n", ",yes".repeat(4998));
    let head = format!("email,name,{}\n", headers.join(","));
    let content = format!("{head}{}{}", row("ada@example.org", "Ada"), row("ben@example.org", "Ben"));
    Bad::file(&content).is_read(&["ada@example.org Ada", "ben@example.org Ben"]);
    Bad::file(format!("{content}carl@example.org,Carl,yes\n")).is_read(&[
        "ada@example.org Ada",
        "ben@example.org Ben",
        "carl@example.org Carl",
    ]);
    Bad::file(format!("{content}carl@example.org\n"))
        .is_refused(&[(":4: this row has 1 field, the header has 5000", "add what is missing")]);
}

#[test]
fn a_header_that_stands_there_twice_is_settled_or_warned_of() {
    let refused = Bad::file("Email,name,EMAIL\nada@example.org,Ada,a@example.com\n");
    refused.is_refused(&[(":1: several columns could be `email`: 1 (`Email`), 3 (`EMAIL`)", "email = 1")]);
    let noted = Bad::file("email,name,Note,Note\nada@example.org,Ada,1,2\n");
    noted.is_read(&["ada@example.org Ada"]).says("warning: attendees.csv:1: `Note` is the header of columns 3 and 4");
}

#[test]
fn what_holds_no_rows_is_told_so() {
    let way_out = "its first line names the columns";
    for nothing in ["", "\n\n\n", "\u{FEFF}", " , ,\n,,\n"] {
        Bad::file(nothing).is_refused(&[(": the file is empty", way_out)]);
    }
    for header in ["email,name", "email,name\n", "sep=;\nemail;name\n\n;\n", "Report\n\nemail,name\n"] {
        let told = ": the file has a header line but no rows below it";
        Bad::file(header).is_refused(&[(told, "add one line a person below the header")]);
    }
    Bad::workbook(xlsx("")).is_refused(&[(": the file is empty", way_out)]);
    Bad::workbook(xlsx(&row_of(&["email", "name"]))).is_refused(&[(": the file has a header line", "add one line")]);
}

#[test]
fn what_is_no_file_is_told_so() {
    let folder = Bad::event("people");
    fs::create_dir(folder.sandbox.path("people")).unwrap();
    folder.is_refused(&[(": this is a folder, not a file", "name the file itself")]);
    Bad::event("people.csv").is_refused(&[(": there is no such file", "it was looked for at /")]);
    let pipe = Bad::event("/dev/null");
    pipe.is_refused(&[(": this is not a regular file", "save the rows to a file")]);
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_are_told_so() {
    let circle = Bad::event("a.csv");
    std::os::unix::fs::symlink("b.csv", circle.sandbox.path("a.csv")).unwrap();
    std::os::unix::fs::symlink("a.csv", circle.sandbox.path("b.csv")).unwrap();
    circle.is_refused(&[(": this is a link that leads back to itself", "name the file that it should lead to")]);
    fs::remove_file(circle.sandbox.path("b.csv")).unwrap();
    circle.is_refused(&[(": there is no such file", "it was looked for at")]);
    circle.sandbox.write("b.csv", "email,name\nada@example.org,Ada\n");
    circle.is_read(&["ada@example.org Ada"]);
}

#[test]
fn workbooks_that_cannot_be_opened_are_told_so() {
    Bad::fixture("password.xlsx")
        .is_refused(&[(": this workbook is protected by a password", "save it without a password")]);
    let bomb = package(&[
        ("[Content_Types].xml", "<Types/>"),
        ("xl/workbook.xml", "<workbook/>"),
        ("xl/worksheets/sheet1.xml", &" ".repeat(64 << 20)),
    ]);
    assert!(bomb.len() < 1 << 20);
    Bad::workbook(&bomb).is_refused(&[(": this workbook is packed in a suspicious way", "save it anew")]);
    Bad::workbook(&bomb[..bomb.len() / 2]).is_refused(&[(": this workbook is damaged", "fetch it anew")]);
}

#[test]
fn formulas_and_failures_numbers_and_dates_of_a_workbook_are_told_row_by_row() {
    let bad = Bad::fixture("traps.xlsx");
    let way_out = "spreadsheets count days so: show the column as date and time";
    let check = bad.is_refused(&[
        (":3: `starts`: `49648.58333333334`", way_out),
        (":3: `ends`: `49648.625`", way_out),
        (":4: `name` holds a formula without a value", "open the file in a spreadsheet program and save it"),
        (":5: `name` holds a formula that failed: #REF!", "put the value in its place"),
        (":6: `id`: `1.0` is what programs make of an id that is a number", "write `1`, as it was"),
    ]);
    check.says("5 problems").says_not("attendees.xlsx:2:").says_not("attendees.xlsx:7:");

    // The others are sound, and a number is its id.
    bad.sandbox.run(&["send", "--yes", "--skip-invalid"]).is(4);
    assert_eq!(bad.sandbox.in_state("sent"), ["juergen@example.org", "li@example.net"]);
    let ids = [("juergen@example.org", "1", "Jürgen Müßig"), ("li@example.net", "11211900000", "李雷")];
    let text = ids.map(|(email, id, name)| format!("{email},{name},{id}\n")).concat();
    bad.sandbox.write("attendees.csv", &format!("email,name,id\n{text}"));
    EventFile::at(bad.server.port()).text("attendees", "file", "attendees.csv").write(&bad.sandbox);
    assert_eq!(bad.sandbox.in_state("sent"), ids.map(|(email, ..)| email), "the same people, known by the same ids");
    assert_eq!(bad.server.counts().mails, 2);
}

#[test]
fn formulas_and_numbers_of_a_text_file_are_told_too() {
    Bad::file("email,name,id\nada@example.org,\"=HYPERLINK(\"\"https://example.org\"\",\"\"Ada\"\")\",1\n")
        .is_refused(&[(":2: `name` holds a formula, not its value: `=HYPERLINK(", "put the value in its place")]);
    Bad::file("email,name,id\n=A1,Ada,1\n").is_refused(&[(":2: ", "")]);
    Bad::file("email,name,id\nada@example.org,Ada,1.0\nben@example.org,Ben,1.12E+10\n").is_refused(&[
        (":2: `id`: `1.0` is what programs make", "write `1`, as it was"),
        (":3: `id`: `1.12E+10` is what programs make", "its last digits are lost"),
    ]);
    Bad::file("email,name,starts,ends\nada@example.org,Ada,49648.58,49648.625\n")
        .is_refused(&[(":2: `starts`: `49648.58`", "spreadsheets count days so")]);
    // Text that was kept from being taken for a number is that text.
    Bad::file("email,name,id\nada@example.org,=\"Ada\",=\"007\"\n").is_read(&["ada@example.org Ada"]);
}

#[test]
fn a_quote_that_is_never_closed_is_named_by_the_line_that_opened_it() {
    let rows = |count: usize| (0..count).map(|n| format!("x{n}@example.org,X\n")).collect::<Vec<_>>().concat();
    for before in [1, 3000] {
        let line = before + 2;
        let file = |row: &str| Bad::file(format!("email,name\n{}{row}{}", rows(before), rows(before)));
        file("ada@example.org,\"Ada\n").is_refused(&[(
            &format!(":{line}: a quote opens on this line and is never closed"),
            "add the closing quote",
        )]);
        file("ada@example.org,\"Ada\nben@example.org,\"Ben\"\n").is_refused(&[(
            &format!(":{line}: a quote opens on this line and meets the next one in the middle of a value on line"),
            "close the quote where its value ends",
        )]);
    }
    Bad::file("email,\"name\nada@example.org,Ada\n").is_refused(&[(":1: a quote opens on this line", "closing quote")]);
}

#[test]
fn mixed_line_ends_are_read_or_told() {
    let people = ["ada@example.org Ada", "ben@example.org Ben", "carl@example.org Carl"];
    for ends in [["\n", "\r\n", "\n", "\r\n"], ["\r\n", "\n", "\n", "\r\n"], ["\r", "\n", "\r\n", "\r"], ["\r\r\n"; 4]]
    {
        let lines = ["email,name", "ada@example.org,Ada", "ben@example.org,Ben", "carl@example.org,Carl"];
        let content = lines.iter().zip(ends).flat_map(|(line, end)| [*line, end]).collect::<Vec<_>>().concat();
        let bad = Bad::file(&content);
        let check = bad.sandbox.run(&["check"]);
        assert_eq!(check.status.code(), Some(0), "{content:?}\n{}", check.said());
        bad.is_read(&people);
    }
    Bad::file("email,name\nada@example.org,Ada\rben@example.org,Ben\rcarl@example.org,Carl\n").is_refused(&[(
        ":2: this row has 4 fields, the header has 2",
        "lines end in several ways here, this one as on old Macs",
    )]);
}

#[test]
fn a_file_that_changes_while_it_is_read_is_refused() {
    let rows = (0..5_000).map(|n| format!("x{n}@example.org,Somebody {n}\n")).collect::<Vec<_>>().concat();
    let bad = Bad::file(format!("email,name\n{rows}"));
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let path = bad.sandbox.path("attendees.csv");
            let mut file = fs::OpenOptions::new().append(true).open(path).unwrap();
            for number in 0.. {
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
                writeln!(file, "y{number}@example.org,Late").unwrap();
                thread::sleep(Duration::from_millis(1));
            }
        });
        let runs = [&["check"][..], &["send", "--yes"]].map(|arguments| bad.sandbox.run(arguments));
        is_over.store(true, Ordering::Relaxed);
        for run in runs {
            run.is(3).says("attendees.csv: the file changed while it was being read");
            run.says("hint: wait until nobody writes to it, then start again");
        }
    });
    assert_eq!(bad.server.counts().mails, 0);
}

/// A package of these parts.
fn package(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// An `.xlsx` of one sheet with these rows.
fn xlsx(rows: &str) -> Vec<u8> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const OF: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    let relation = |kind: &str, target: &str| {
        format!(
            r#"<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{OF}/{kind}" Target="{target}"/></Relationships>"#
        )
    };
    package(&[
        ("[Content_Types].xml", r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#),
        ("_rels/.rels", &relation("officeDocument", "xl/workbook.xml")),
        ("xl/_rels/workbook.xml.rels", &relation("worksheet", "worksheets/sheet1.xml")),
        (
            "xl/workbook.xml",
            &format!(
                r#"<workbook xmlns="{MAIN}" xmlns:r="{OF}"><sheets><sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>"#
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            &format!(r#"<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>"#),
        ),
    ])
}

fn text_cell(text: &str) -> String {
    format!(r#"<c t="inlineStr"><is><t>{text}</t></is></c>"#)
}

fn row_of(cells: &[&str]) -> String {
    format!("<row>{}</row>", cells.iter().map(|text| text_cell(text)).collect::<String>())
}

/// Letters that cannot be packed away.
fn random(octets: usize) -> String {
    (0..octets).map(|_| fastrand::alphabetic()).collect()
}

#[test]
fn formulas_and_what_stands_in_a_names_place_reach_nobody() {
    let link = "\"=HYPERLINK(\"\"mailto:a@example.net\"\",\"\"a@example.net\"\")\"";
    let values_only = "paste it as values only";
    Bad::file(format!("email,First Name,Last Name\n{link},Ada,L\n#WERT!,Ben,B\nc@example.org,=A1&B1,C\n")).is_refused(
        &[
            (":2: `email` holds a formula, not its value", values_only),
            (":3: `email` holds a formula, not its value: `#WERT!`", values_only),
            (":4: `First Name` holds a formula, not its value: `=A1&B1`", values_only),
        ],
    );
    let requested = "email,First Name,Last Name\na@example.org,Info Requested,Info Requested\nb@example.org,Bea,N/A\n";
    Bad::file(requested).is_refused(&[
        (":2: `First Name`: `Info Requested` names nobody", "fill it in, or set empty_name"),
        (":3: `Last Name`: `N/A` names nobody", "fill it in, or set empty_name"),
    ]);
}
