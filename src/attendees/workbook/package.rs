//! What a packed file is, and whether it can be unpacked without harm. Pure.
//!
//! Neither `zip` nor calamine bounds what a package unpacks to. So each part is unpacked once into nothing,
//! counted, and its check sum compared, before anything else is read of it.

use std::{
    io::{self, BufReader, Cursor, Read},
    sync::LazyLock,
};

use memchr::memmem::Finder;
use quick_xml::{Reader, events::Event};
use zip::{ZipArchive, result::ZipError};

use super::WorkbookProblem;

/// Octets of all parts together.
const MOST_UNPACKED: u64 = 512 << 20;
/// A part below that may be packed as tightly as it likes.
const HARMLESS: u64 = 10 << 20;
/// How many times its packed size a part may be.
const MOST_RATIO: u64 = 200;
/// Parts of a package.
const MOST_PARTS: usize = 10_000;
/// Octets of a list of parts, or of what says which kind it is.
const MOST_MANIFEST: u64 = 4 << 20;

/// A package in memory.
pub(super) type Package<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// Which kind of workbook a package is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packed {
    OpenDocument,
    OfficeXml,
}

/// Opens a package that is a workbook, and harmless.
pub(super) fn open(bytes: &[u8]) -> Result<(Package<'_>, Packed), WorkbookProblem> {
    check_count(bytes)?;
    let mut package = ZipArchive::new(Cursor::new(bytes)).map_err(|error| problem(&error))?;
    let kind = kind_of(&mut package)?;
    if kind == Packed::OpenDocument && read_small(&mut package, "META-INF/manifest.xml")?.contains("encryption-data") {
        return Err(WorkbookProblem::Password);
    }
    check_sizes(&mut package)?;
    if kind == Packed::OfficeXml {
        check_shared_strings(&mut package)?;
    }
    Ok((package, kind))
}

pub(super) fn problem(error: &ZipError) -> WorkbookProblem {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => {
            WorkbookProblem::Password
        }
        ZipError::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            WorkbookProblem::damaged("it is cut off")
        }
        ZipError::InvalidArchive(_) => WorkbookProblem::damaged("its list of parts is missing or broken"),
        error => WorkbookProblem::damaged(error),
    }
}

/// The list of parts is read into memory as a whole, however long it is: the marks of its entries are counted first.
fn check_count(bytes: &[u8]) -> Result<(), WorkbookProblem> {
    static ENTRY: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"PK\x01\x02"));
    if ENTRY.find_iter(bytes).take(MOST_PARTS + 1).count() > MOST_PARTS {
        return Err(WorkbookProblem::Bomb { what: "more than 10,000 parts".into() });
    }
    Ok(())
}

fn kind_of(package: &mut Package<'_>) -> Result<Packed, WorkbookProblem> {
    let names: Vec<_> = package
        .file_names_raw()
        .map(|name| String::from_utf8_lossy(name).to_ascii_lowercase().replace('\\', "/"))
        .collect();
    let has = |name: &str| names.iter().any(|part| part == name);
    let within = |folder: &str| names.iter().any(|part| part.starts_with(folder));
    let no_workbook = |kind, way_out| Err(WorkbookProblem::NoWorkbook { kind, way_out });
    if has("mimetype") {
        let kind = read_small(package, "mimetype")?;
        return if kind.starts_with("application/vnd.oasis.opendocument.spreadsheet") {
            Ok(Packed::OpenDocument)
        } else {
            no_workbook(
                "another kind of document",
                "copy the attendees into a spreadsheet, and save it as .xlsx or .ods",
            )
        };
    }
    if has("index/document.iwa") || has("index.zip") {
        return no_workbook("a document of Apple's programs", "export it from Numbers as Excel (.xlsx) or as CSV");
    }
    if has("xl/workbook.bin") {
        return no_workbook("a binary workbook of Excel (.xlsb)", "save it as .xlsx");
    }
    match () {
        () if within("word/") || within("ppt/") || within("visio/") => {
            no_workbook("another Office document", "copy the attendees into a spreadsheet, and save it as .xlsx")
        }
        () if has("[content_types].xml") => Ok(Packed::OfficeXml),
        () => no_workbook("a packed file", "unpack it, and name the file within"),
    }
}

/// The text of a part that is never long; empty where there is none.
fn read_small(package: &mut Package<'_>, name: &str) -> Result<String, WorkbookProblem> {
    let part = match package.by_name(name) {
        Ok(part) => part,
        Err(ZipError::FileNotFound) => return Ok(String::new()),
        Err(error) => return Err(problem(&error)),
    };
    let mut text = Vec::new();
    part.take(MOST_MANIFEST).read_to_end(&mut text).map_err(WorkbookProblem::damaged)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn check_sizes(package: &mut Package<'_>) -> Result<(), WorkbookProblem> {
    let mut all = 0_u64;
    for index in 0..package.len() {
        let part = package.by_index(index).map_err(|error| problem(&error))?;
        let (unpacked, packed) = (part.size(), part.compressed_size());
        all = all.saturating_add(unpacked);
        if all > MOST_UNPACKED {
            return Err(WorkbookProblem::Bomb { what: "it unpacks to more than 512 MB".into() });
        }
        if unpacked > HARMLESS && unpacked / packed.max(1) >= MOST_RATIO {
            return Err(WorkbookProblem::Bomb { what: "a part of it is 200 times as large as it is packed".into() });
        }
        // What it says of its size may be wrong.
        let counted = io::copy(&mut part.take(unpacked.saturating_add(1)), &mut io::sink());
        if counted.map_err(WorkbookProblem::damaged)? != unpacked {
            return Err(WorkbookProblem::damaged("a part has another size than it says"));
        }
    }
    Ok(())
}

/// calamine makes room for as many shared strings as the part says that it has.
fn check_shared_strings(package: &mut Package<'_>) -> Result<(), WorkbookProblem> {
    for index in 0..package.len() {
        let part = package.by_index(index).map_err(|error| problem(&error))?;
        let size = part.size();
        if !String::from_utf8_lossy(part.name_raw()).to_ascii_lowercase().ends_with("sharedstrings.xml") {
            continue;
        }
        let mut reader = Reader::from_reader(BufReader::new(part));
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match reader.read_event_into(&mut buffer).map_err(WorkbookProblem::damaged)? {
                Event::Start(start) | Event::Empty(start) if start.local_name().as_ref() == "sst" => {
                    let count = start.try_get_attribute("uniqueCount").map_err(WorkbookProblem::damaged)?;
                    // `<si/>` is the shortest of them.
                    if count.is_some_and(|count| count.value.trim().parse::<u64>().is_ok_and(|count| count > size / 5))
                    {
                        return Err(WorkbookProblem::damaged("it says that it has more texts than it has"));
                    }
                    break;
                }
                Event::Eof => break,
                _ => {}
            }
        }
    }
    Ok(())
}
