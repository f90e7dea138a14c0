//! Whatever happens to a file on its way: rows or a problem, never a panic, and never without end.

use proptest::{collection::vec, prelude::*, sample::select};

use super::*;

/// Reads it to its end, whatever comes; what is refused has a way out.
fn survives(bytes: Vec<u8>) {
    let Some(kind) = kind_of(&bytes) else { return };
    match read(bytes, kind, None) {
        Ok(workbook) => drop(rows(workbook)),
        Err(problem) => {
            assert!(!problem.hint().is_empty() && !problem.to_string().contains(['\n', '\0']), "{problem:?}");
        }
    }
}

fn whole() -> impl Strategy<Value = Vec<u8>> {
    select(["people.xlsx", "people.ods", "people.xls", "openpyxl.xlsx", "password.xlsx"].map(fixture).to_vec())
}

/// Changes of single octets, to values that mean something in these formats.
fn changes() -> impl Strategy<Value = Vec<(prop::sample::Index, u8)>> {
    vec((any::<prop::sample::Index>(), prop_oneof![any::<u8>(), select(vec![0, 1, 0x7F, 0x80, 0xFE, 0xFF])]), 1..6)
}

fn changed(mut bytes: Vec<u8>, changes: &[(prop::sample::Index, u8)]) -> Vec<u8> {
    for (at, value) in changes {
        let at = at.index(bytes.len());
        bytes[at] = *value;
    }
    bytes
}

/// The parts of a package, to be changed before they are packed again: else their check sums catch it all.
fn parts_of(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let mut content = Vec::new();
        part.read_to_end(&mut content).unwrap();
        parts.push((part.name().unwrap().into_owned(), content));
    }
    parts
}

#[test]
fn a_file_that_is_cut_off_is_damaged() {
    for file in ["people.xlsx", "people.ods", "people.xls"] {
        let whole = fixture(file);
        for part in [8, 100, 600, whole.len() / 2, whole.len() - 700] {
            let told = refused(whole[..part].to_vec(), None);
            assert!(told.starts_with("this workbook is damaged"), "{file} up to {part}: {told}");
        }
    }
}

#[test]
fn a_panic_of_the_reader_is_a_problem_of_the_file() {
    let mut bytes = fixture("people.xls");
    // The length of the formula `=C2*2`, in front of its first token.
    let length = bytes.windows(4).position(|four| four == b"\x09\0\x44\x01").unwrap();
    bytes[length..length + 2].copy_from_slice(&[0xFF, 0xFF]);
    let told = refused(bytes, None);
    assert!(told.starts_with("this workbook holds something that cannot be read here; open it in a spread"), "{told}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_octets_behind_a_signature_survive(
        start in select(vec![&b"PK\x03\x04"[..], b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"]),
        bytes in vec(any::<u8>(), 0..2000),
    ) {
        survives([start, &bytes].concat());
    }

    #[test]
    fn a_file_with_octets_changed_or_cut_survives(whole in whole(), changes in changes(), cut in any::<prop::sample::Index>(), cuts in any::<bool>()) {
        let mut bytes = changed(whole, &changes);
        if cuts {
            bytes.truncate(cut.index(bytes.len()));
        }
        survives(bytes);
    }

    #[test]
    fn an_old_workbook_with_its_records_changed_survives(changes in changes()) {
        // Behind its header, so that it is not the container alone that catches it.
        let whole = fixture("people.xls");
        let records = changed(whole[512..].to_vec(), &changes);
        survives([&whole[..512], &records].concat());
    }

    #[test]
    fn a_package_with_parts_changed_or_cut_survives(
        file in select(vec!["people.xlsx", "people.ods", "openpyxl.xlsx"]),
        which in any::<prop::sample::Index>(),
        changes in changes(),
        cut in any::<prop::sample::Index>(),
        cuts in any::<bool>(),
    ) {
        let mut parts = parts_of(&fixture(file));
        let which = which.index(parts.len());
        let content = parts[which].1.clone();
        if content.is_empty() {
            return Ok(());
        }
        let mut content = changed(content, &changes);
        if cuts {
            content.truncate(cut.index(content.len()));
        }
        parts[which].1 = content;
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in &parts {
            writer.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
        survives(writer.finish().unwrap().into_inner());
    }
}
