//! The container of old Office files (MS-CFB), as far as it tells what lies within and whether that can be read.
//! Pure.
//!
//! calamine follows a chain of sectors for ever where it bites its own tail. So all chains are followed here first.

use super::WorkbookProblem;

/// Chain entries from here on are no sectors (MS-CFB 2.1).
const NO_SECTOR: u32 = 0xFFFF_FFFA;
const END_OF_CHAIN: u32 = 0xFFFF_FFFE;
/// Streams below that live in the mini stream (MS-CFB 2.2).
const SHORTEST_STREAM: u64 = 4096;
const MINI_SECTOR: usize = 64;
const SIGNATURE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// What lies within.
#[derive(Debug)]
pub(super) enum Content {
    /// The records of an old workbook (MS-XLS).
    Workbook(Vec<u8>),
    /// A newer workbook under a password (MS-OFFCRYPTO 2.3.4.4).
    Encrypted,
    /// Something else.
    Other,
}

/// Reads the container.
pub(super) fn read(bytes: &[u8]) -> Result<Content, WorkbookProblem> {
    let broken = |what: &'static str| move || WorkbookProblem::damaged(what);
    let container = Container::open(bytes).ok_or_else(broken("its container is broken"))?;
    let streams = container.streams().filter(|streams| !streams.is_empty());
    let streams = streams.ok_or_else(broken("its list of streams is broken"))?;
    let is = |stream: &Stream, name: &str| stream.name.eq_ignore_ascii_case(name);
    if streams.iter().any(|stream| is(stream, "EncryptedPackage")) {
        return Ok(Content::Encrypted);
    }
    let of_cells = |name| streams.iter().find(|stream| is(stream, name));
    let Some(stream) = of_cells("Workbook").or_else(|| of_cells("Book")) else { return Ok(Content::Other) };
    let mini = Mini::of(&container, &streams[0]);
    let content = mini.and_then(|mini| container.content(stream, &mini));
    let content = content.ok_or_else(broken("it is cut off, or its sectors are in disorder"))?;
    Ok(Content::Workbook(content))
}

struct Container<'a> {
    bytes: &'a [u8],
    sector: usize,
    chains: Vec<u32>,
}

struct Stream {
    name: String,
    start: u32,
    length: u64,
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.chunks_exact(4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
}

impl<'a> Container<'a> {
    fn open(bytes: &'a [u8]) -> Option<Self> {
        let header = bytes.get(..512).filter(|header| header.starts_with(SIGNATURE))?;
        let sector = match u16_at(header, 30)? {
            9 => 512,
            12 => 4096,
            _ => return None,
        };
        let mut container = Self { bytes, sector, chains: Vec::new() };
        // Which sectors hold the table of chains: the first 109 stand in the header, the others in a chain of their own.
        let mut tables: Vec<u32> = numbers(&header[76..]).collect();
        let (mut further, mut followed) = (u32_at(header, 68)?, 0);
        while further < NO_SECTOR {
            followed += 1;
            let more = container.at(further).filter(|_| followed <= container.count())?;
            tables.extend(numbers(&more[..more.len() - 4]));
            further = u32_at(more, more.len() - 4)?;
        }
        // A table that is named twice would fill the memory as well.
        let tables: Vec<_> = tables.into_iter().filter(|table| *table < NO_SECTOR).collect();
        if tables.len() > container.count() {
            return None;
        }
        for table in tables {
            let entries = numbers(container.at(table)?);
            container.chains.extend(entries);
        }
        Some(container)
    }

    fn count(&self) -> usize {
        self.bytes.len() / self.sector
    }

    /// A sector; the last one may be cut off.
    fn at(&self, sector: u32) -> Option<&'a [u8]> {
        let from = (sector as usize).checked_add(1)?.checked_mul(self.sector)?;
        self.bytes.get(from..self.bytes.len().min(from + self.sector)).filter(|found| found.len() >= 4)
    }

    /// The sectors of a chain, which ends.
    fn chain(&self, start: u32) -> Option<Vec<u32>> {
        let mut sectors = Vec::new();
        let mut sector = start;
        while sector != END_OF_CHAIN {
            self.at(sector)?;
            sectors.push(sector);
            if sectors.len() > self.count() {
                return None;
            }
            sector = *self.chains.get(sector as usize)?;
        }
        Some(sectors)
    }

    /// The octets of a chain.
    fn joined(&self, start: u32) -> Option<Vec<u8>> {
        let sectors = self.chain(start)?;
        Some(sectors.into_iter().filter_map(|sector| self.at(sector)).flatten().copied().collect())
    }

    /// The directory: storages and streams alike, the root first.
    fn streams(&self) -> Option<Vec<Stream>> {
        let mut streams = Vec::new();
        for sector in self.chain(u32_at(self.bytes, 48)?)? {
            for entry in self.at(sector)?.chunks_exact(128) {
                let name = entry[..64].chunks_exact(2).map(|two| u16::from_le_bytes([two[0], two[1]]));
                let name: Vec<_> = name.take_while(|unit| *unit != 0).collect();
                let high = if self.sector == 512 { 0 } else { u64::from(u32_at(entry, 124)?) };
                streams.push(Stream {
                    name: String::from_utf16_lossy(&name),
                    start: u32_at(entry, 116)?,
                    length: high << 32 | u64::from(u32_at(entry, 120)?),
                });
            }
        }
        Some(streams)
    }

    fn content(&self, stream: &Stream, mini: &Mini) -> Option<Vec<u8>> {
        let length = usize::try_from(stream.length).ok().filter(|length| *length <= self.bytes.len())?;
        let mut content =
            if stream.length < SHORTEST_STREAM { mini.joined(stream.start)? } else { self.joined(stream.start)? };
        content.truncate(length);
        (content.len() == length).then_some(content)
    }
}

/// Short streams, in small sectors within a stream of their own, whose start stands at the root.
struct Mini {
    bytes: Vec<u8>,
    chains: Vec<u32>,
}

impl Mini {
    fn of(container: &Container<'_>, root: &Stream) -> Option<Self> {
        if u32_at(container.bytes, 64)? == 0 {
            return Some(Self { bytes: Vec::new(), chains: Vec::new() });
        }
        let chains = container.joined(u32_at(container.bytes, 60)?)?;
        Some(Self { bytes: container.joined(root.start)?, chains: numbers(&chains).collect() })
    }

    fn joined(&self, start: u32) -> Option<Vec<u8>> {
        let (mut content, mut sector) = (Vec::new(), start);
        while sector != END_OF_CHAIN {
            let from = (sector as usize).checked_mul(MINI_SECTOR)?;
            content.extend_from_slice(self.bytes.get(from..self.bytes.len().min(from + MINI_SECTOR))?);
            if content.len() > self.bytes.len() {
                return None;
            }
            sector = *self.chains.get(sector as usize)?;
        }
        Some(content)
    }
}
