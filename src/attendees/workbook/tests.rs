use std::{
    io::{Cursor, Write},
    path::Path,
};

use zip::{ZipWriter, write::SimpleFileOptions};

use super::*;

mod damage;
mod guards;

/// A committed file, as another program wrote it: see `.ci/fixtures`.
fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/attendees").join(name)).unwrap()
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

/// The parts of an `.xlsx` with these sheets, each the inside of a `sheetData`.
fn xlsx_parts(sheets: &[&str]) -> Vec<(String, String)> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const OF: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    let (mut listed, mut related) = (String::new(), String::new());
    let mut parts = Vec::new();
    for (n, cells) in sheets.iter().enumerate() {
        let n = n + 1;
        listed += &format!(r#"<sheet name="Sheet{n}" sheetId="{n}" r:id="r{n}"/>"#);
        related += &format!(r#"<Relationship Id="r{n}" Type="{OF}/worksheet" Target="worksheets/sheet{n}.xml"/>"#);
        let sheet = format!(r#"<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>"#);
        parts.push((format!("xl/worksheets/sheet{n}.xml"), sheet));
    }
    let workbook = format!(r#"<workbook xmlns="{MAIN}" xmlns:r="{OF}"><sheets>{listed}</sheets></workbook>"#);
    let relations = |inside: &str| format!(r#"<Relationships xmlns="{PACKAGE}">{inside}</Relationships>"#);
    let root = format!(r#"<Relationship Id="w" Type="{OF}/officeDocument" Target="xl/workbook.xml"/>"#);
    let types = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#;
    let strings = format!(r#"<sst xmlns="{MAIN}" uniqueCount="1"><si><t>shared</t></si></sst>"#);
    parts.extend([
        ("[Content_Types].xml".to_owned(), types.to_owned()),
        ("_rels/.rels".to_owned(), relations(&root)),
        ("xl/workbook.xml".to_owned(), workbook),
        ("xl/_rels/workbook.xml.rels".to_owned(), relations(&related)),
        ("xl/sharedStrings.xml".to_owned(), strings),
    ]);
    parts
}

fn packed(parts: &[(String, String)]) -> Vec<u8> {
    package(&parts.iter().map(|(name, content)| (name.as_str(), content.as_str())).collect::<Vec<_>>())
}

fn xlsx(sheets: &[&str]) -> Vec<u8> {
    packed(&xlsx_parts(sheets))
}

const ODS: &str = "application/vnd.oasis.opendocument.spreadsheet";

/// The content of an `.ods` with one sheet of these rows.
fn ods_content(rows: &str) -> String {
    format!(
        r#"<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body><office:spreadsheet>
        <table:table table:name="Sheet1">{rows}</table:table>
        </office:spreadsheet></office:body></office:document-content>"#
    )
}

fn ods(rows: &str) -> Vec<u8> {
    package(&[("mimetype", ODS), ("META-INF/manifest.xml", "<m/>"), ("content.xml", &ods_content(rows))])
}

fn try_open(bytes: Vec<u8>, choice: Option<SheetChoice>) -> Result<Workbook, WorkbookProblem> {
    let kind = kind_of(&bytes).expect("a workbook by its first octets");
    read(bytes, kind, choice)
}

/// Why it is refused, in words; each with a way out.
fn refused(bytes: Vec<u8>, choice: Option<SheetChoice>) -> String {
    let problem = try_open(bytes, choice).expect_err("it is refused");
    assert!(!problem.hint().is_empty());
    format!("{problem}; {}", problem.hint())
}

fn name(name: &str) -> SheetChoice {
    SheetChoice::Name(name.into())
}

/// All rows, each `number: cell|cell`, faults in braces.
fn rows(mut workbook: Workbook) -> Vec<String> {
    let (mut cells, mut rows) = (Vec::new(), Vec::new());
    while let Some(number) = workbook.next(&mut cells) {
        let cells = cells.iter().map(|cell| match cell {
            Cell::Text(text) => text.clone(),
            Cell::Fault(fault) => {
                assert!(!fault.hint().is_empty());
                format!("{{{fault}}}")
            }
        });
        rows.push(format!("{number}: {}", cells.collect::<Vec<_>>().join("|")));
    }
    rows
}

fn rows_of(bytes: Vec<u8>) -> Vec<String> {
    rows(try_open(bytes, None).unwrap())
}

#[test]
fn libreoffice_says_the_same_in_all_its_formats() {
    for file in ["people.xlsx", "people.ods", "people.xls"] {
        let workbook = try_open(fixture(file), None).unwrap();
        assert_eq!((workbook.sheet_name(), workbook.sheets()), ("people", &["people".to_owned()][..]));
        assert_eq!(
            rows(workbook),
            [
                "1: email|name|id|starts|born|daily|moderator|ratio|failed",
                "2: juergen@example.org|Jürgen Müßig|11211900000|2026-12-05T14:00|1990-02-28|14:30|true|22423800000|\
                 {a formula that failed: #N/A}",
                "4: ada@example.org|Ada\nLovelace|1|2026-12-05T14:00:30|1985-12-10|09:05|false|0.25|\
                 {a formula that failed: #DIV/0!}",
            ],
            "{file}"
        );
    }
}

#[test]
fn the_first_visible_sheet_that_holds_anything_is_read_where_none_is_chosen() {
    let workbook = try_open(fixture("openpyxl.xlsx"), None).unwrap();
    assert_eq!(workbook.sheet_name(), "People & friends");
    assert_eq!(workbook.sheets(), ["Notes", "Secret", "People & friends", "Chart"]);
    assert_eq!(
        rows(workbook),
        [
            "2: email|name|id|sum",
            "3: ada@example.org|Ada|1|{a formula without a value}",
            "4: bob@example.org|Bob|1000000000000000|true",
            "6: merged",
        ]
    );
}

#[test]
fn a_sheet_is_chosen_by_its_name_or_number() {
    let open = |choice| try_open(fixture("openpyxl.xlsx"), choice);
    assert_eq!(open(Some(name(" people & Friends "))).unwrap().sheet_name(), "People & friends");
    assert_eq!(rows(open(Some(SheetChoice::Number(2))).unwrap()), ["1: hidden"]);
    assert!(rows(open(Some(name("Notes"))).unwrap()).is_empty());
    let refused = |choice| refused(fixture("openpyxl.xlsx"), choice);
    assert_eq!(
        refused(Some(name("Guests"))),
        "there is no sheet `Guests`; its sheets are `Notes`, `Secret`, `People & friends`, `Chart`"
    );
    for number in [0, 5] {
        assert!(refused(Some(SheetChoice::Number(number))).starts_with(&format!("there is no sheet number {number};")));
    }
    assert!(refused(Some(name("Chart"))).starts_with("the sheet `Chart` has no cells"));
    for file in ["people.ods", "people.xls"] {
        let told = super::tests::refused(fixture(file), Some(name("Guests")));
        assert_eq!(told, "there is no sheet `Guests`; its only sheet is `people`");
        assert_eq!(rows(try_open(fixture(file), Some(SheetChoice::Number(1))).unwrap()).len(), 3);
    }
}

#[test]
fn dates_count_from_1904_where_the_workbook_says_so() {
    assert_eq!(rows_of(fixture("since-1904.xlsx")), ["1: 2026-12-05T14:00|2026-12-05|14:00|36:30"]);
}

#[test]
fn cells_of_an_xlsx_come_whatever_their_order_and_form() {
    let sheet = r#"
        <row r="3"><c r="C3" t="inlineStr"><is><t>two&#13;&#10;lines</t></is></c><c r="D3"/></row>
        <row r="1"><c t="s"><v>0</v></c><c t="str"><f>A1</f><v></v></c><c><f>A1</f></c><c t="e"><v>#REF!</v></c></row>
        <row r="5"><c r="A5" t="inlineStr"><is><t> </t></is></c><c r="B5"/></row>
        <row r="6"><c r="B6" t="d"><v>2026-12-05T14:00:00</v></c><c r="C6" t="inlineStr"><is><t>=1+1</t></is></c></row>"#;
    assert_eq!(
        rows_of(xlsx(&["", sheet])),
        [
            "1: shared||{a formula without a value}|{a formula that failed: #REF!}",
            "3: ||two\r\nlines",
            "6: |2026-12-05T14:00|=1+1"
        ]
    );
}

#[test]
fn cells_of_an_ods_come_with_what_is_repeated_and_without_what_stands_aside() {
    let sheet = r#"
        <table:table-row table:number-rows-repeated="3"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
        <table:table-row table:number-rows-repeated="2">
          <table:table-cell table:number-columns-repeated="2"/>
          <table:table-cell table:number-columns-repeated="2" table:formula="of:=1" office:value-type="string"><text:p>a<text:s text:c="2"/>&amp;</text:p><text:p>b</text:p></table:table-cell>
          <table:covered-table-cell/>
          <table:table-cell table:formula="of:=1"/>
          <table:table-cell table:formula="of:=1" office:value-type="string"><text:p>#N/A</text:p></table:table-cell>
        </table:table-row>
        <table:table-row><table:table-cell office:value-type="string"><office:annotation><text:p>note</text:p></office:annotation><text:p>seen</text:p>
          <table:table table:name="within"><table:table-row><table:table-cell><text:p>no</text:p></table:table-cell></table:table-row></table:table>
        </table:table-cell></table:table-row>
        <table:table-row><table:table-cell table:formula="of:=TRUE()" office:value-type="float" office:value="1"/></table:table-row>
        <table:table-row table:number-rows-repeated="1048570"><table:table-cell/></table:table-row>"#;
    let twice = "||a  &\nb|a  &\nb||{a formula without a value}|{a formula that failed: #N/A}";
    assert_eq!(rows_of(ods(sheet)), [format!("4: {twice}"), format!("5: {twice}"), "6: seen".into(), "7: true".into()]);
}

#[test]
fn a_workbook_without_any_cell_is_empty() {
    for bytes in [xlsx(&["", "<row/>"]), ods("")] {
        let workbook = try_open(bytes, None).unwrap();
        assert_eq!(workbook.sheet_name(), "Sheet1");
        assert!(rows(workbook).is_empty());
    }
}

#[test]
fn a_file_is_a_workbook_by_its_first_octets() {
    assert_eq!(kind_of(&fixture("people.ods")), Some(Kind::Packed));
    assert_eq!(kind_of(&fixture("people.xls")), Some(Kind::Compound));
    assert_eq!(kind_of(b"email,name\n"), None);
    assert_eq!(rows(open(&fixture("people.xlsx")[..], Kind::Packed, None).unwrap()).len(), 3);
    let endless = std::io::repeat(b'P');
    assert!(matches!(open(endless, Kind::Packed, None), Err(WorkbookProblem::TooLarge)));
}
