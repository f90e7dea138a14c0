//! What may do harm, or is no workbook, is told from what is damaged.

use super::*;

fn strings(count: &str) -> Vec<u8> {
    let mut parts = xlsx_parts(&["<row><c t=\"s\"><v>0</v></c></row>"]);
    let (_, content) = parts.iter_mut().find(|(name, _)| name == "xl/sharedStrings.xml").unwrap();
    *content = content.replace("uniqueCount=\"1\"", &format!("uniqueCount=\"{count}\""));
    packed(&parts)
}

#[test]
fn what_a_password_protects_is_told_so() {
    let manifest = "<m><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></m>";
    let ods = package(&[("mimetype", ODS), ("META-INF/manifest.xml", manifest), ("content.xml", "\u{1}\u{2}")]);
    for bytes in [fixture("password.xlsx"), ods] {
        let told = refused(bytes, None);
        assert_eq!(told, "this workbook is protected by a password; open it, and save it without a password");
    }
    assert!(matches!(biff::check(b"\x2F\0\x06\0\x01\0\0\0\0\0"), Err(WorkbookProblem::Password)));
}

#[test]
fn what_would_fill_the_memory_is_refused() {
    let zeros = "0".repeat(11 << 20);
    let mut parts = xlsx_parts(&["<row><c><v>1</v></c></row>"]);
    parts.push(("xl/media/image1.png".into(), zeros));
    assert!(refused(packed(&parts), None).contains("200 times as large"));
    let names: Vec<_> = (0..10_001).map(|n| (format!("part{n}"), String::new())).collect();
    assert!(refused(packed(&names), None).contains("more than 10,000 parts"));
    let cell = "<table:table-cell table:number-columns-repeated=\"16384\"><text:p>x</text:p></table:table-cell>";
    let row = format!("<table:table-row table:number-rows-repeated=\"400\">{cell}</table:table-row>");
    assert!(refused(ods(&row), None).contains("spans more than 5 million cells"));
    let far = (1..=400).map(|row| format!("<row r=\"{row}\"><c r=\"XFD{row}\"><v>1</v></c></row>"));
    assert!(refused(xlsx(&[&far.collect::<String>()]), None).contains("spans more than 5 million cells"));
    assert!(refused(xlsx(&["<row><c r=\"XFE1\"><v>1</v></c></row>"]), None).contains("damaged"));
    assert!(refused(xlsx(&["<row r=\"1048577\"><c><v>1</v></c></row>"]), None).contains("damaged"));
    assert_eq!(rows_of(strings("1")), ["1: shared"]);
    assert!(refused(strings("99999999999"), None).contains("more texts than it has"));
    let blanks = "<table:table-row><table:table-cell><text:p>a<text:s text:c=\"4000000000\"/>b</text:p></table:table-cell></table:table-row>";
    assert_eq!(rows_of(ods(blanks))[0].len(), 1005);
}

#[test]
fn a_size_that_is_not_true_is_noticed() {
    // Four octets, 24 behind the mark of an entry in the list, are its size unpacked.
    let mut bytes = xlsx(&["<row><c><v>1</v></c></row>"]);
    let entry = bytes.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    bytes[entry + 24..entry + 28].copy_from_slice(&10_u32.to_le_bytes());
    assert!(refused(bytes, None).contains("damaged"));
}

#[test]
fn what_is_no_workbook_is_named() {
    let types = ("[Content_Types].xml", "<Types/>");
    for (parts, expected) in [
        (vec![types, ("word/document.xml", "<d/>")], "this is another Office document"),
        (vec![types, ("xl/workbook.bin", "x")], "this is a binary workbook of Excel (.xlsb)"),
        (vec![("Index/Document.iwa", "x")], "this is a document of Apple's programs"),
        (vec![("mimetype", "application/vnd.oasis.opendocument.text")], "this is another kind of document"),
        (vec![("people.csv", "email,name")], "this is a packed file"),
    ] {
        let told = refused(package(&parts), None);
        assert!(told.starts_with(expected) && told.contains(", not a workbook"), "{told}");
    }
}

#[test]
fn parts_that_end_in_their_midst_are_damage() {
    let whole =
        ods_content("<table:table-row><table:table-cell><text:p>x</text:p></table:table-cell></table:table-row>");
    let halves = ["</table:table>", "</text:p>", "</office:spreadsheet>", "<text:p>"];
    for content in halves.map(|mark| &whole[..whole.find(mark).unwrap()]) {
        let told = refused(package(&[("mimetype", ODS), ("content.xml", content)]), None);
        assert!(told.starts_with("this workbook is damaged: its content ends in its midst"), "{told}");
    }
    let told = refused(
        xlsx(&["<row r=\"7\"><c r=\"A7\"><v>1</v></c></row><row r=\"8\"><c r=\"?8\"><v>1</v></c></row>"]),
        None,
    );
    assert!(told.contains("behind row 7"), "{told}");
}

#[test]
fn a_chain_of_sectors_that_bites_its_tail_is_noticed() {
    let mut bytes = fixture("people.xls");
    let at = |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let (directory, table) = (at(&bytes, 48), at(&bytes, 76));
    let entry = (table as usize + 1) * 512 + 4 * directory as usize;
    bytes[entry..entry + 4].copy_from_slice(&directory.to_le_bytes());
    assert!(refused(bytes, None).contains("its list of streams is broken"));
}

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &u16::try_from(data.len()).unwrap().to_le_bytes(), data].concat()
}

/// An old workbook with one shared text, cut into two records, and these records in its sheets, which all lie at
/// one place.
fn old_workbook(sheets: usize, cells: &[Vec<u8>]) -> Vec<u8> {
    let shared = |data: &[u8]| [&[1, 0, 0, 0, 1, 0, 0, 0, 0x20, 0x4E, 0][..], data].concat();
    let sheet = |start: u32| record(0x85, &[&start.to_le_bytes()[..], b"\0\0\x01\0S"].concat());
    // 20,000 characters: some of one octet, the others of two, behind flags of their own.
    let texts = [
        record(0xFC, &shared(&[b'x'; 8000])),
        record(0x3C, &[&[1][..], &[b'x', 0].repeat(4000)].concat()),
        record(0x3C, &[&[0][..], &[b'x'; 8000]].concat()),
    ];
    let begin = record(0x809, &[0, 6, 5, 0]);
    let globals = |start| [begin.clone(), sheet(start).repeat(sheets), texts.concat(), record(0x0A, b"")].concat();
    let start = u32::try_from(globals(0).len()).unwrap();
    [globals(start), record(0x809, &[0, 6, 0x10, 0]), cells.concat(), record(0x0A, b"")].concat()
}

#[test]
fn an_old_workbook_is_counted_before_it_is_read() {
    let told =
        |sheets, cells: &[Vec<u8>]| biff::check(&old_workbook(sheets, cells)).map_err(|problem| problem.to_string());
    let text = |row: u16| record(0xFD, &[&row.to_le_bytes()[..], &[0; 8]].concat());
    let number =
        |row: u16, column: u16| record(0x203, &[&row.to_le_bytes()[..], &column.to_le_bytes(), &[0; 10]].concat());
    assert_eq!(told(1, &(0..4000).map(text).collect::<Vec<_>>()), Ok(()));
    let much = told(1, &(0..5000).map(text).collect::<Vec<_>>());
    assert_eq!(much, Err("the sheet `S` holds more than 256 MB of text".into()));
    assert_eq!(told(1, &[number(0, 0), number(9, 9)]), Ok(()));
    let far = told(1, &[number(0, 0), number(65_535, 255)]);
    assert_eq!(far, Err("the sheet `S` spans more than 5 million cells".into()));
    let twice = told(2, &vec![number(0, 0); 2000]);
    assert_eq!(twice, Err("this workbook is damaged: its sheets lie in one another".into()));
    let wide = told(1, &[record(0x200, &[0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1, 0, 0, 0])]);
    assert_eq!(wide, Err("this workbook is damaged: a sheet says that it is larger than any".into()));
    let backwards = told(1, &[record(0x200, &[9, 0, 0, 0, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0])]);
    assert_eq!(backwards, Err("this workbook is damaged: a sheet says that it is larger than any".into()));
}
