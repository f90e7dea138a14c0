//! The page and its data files, written mail by mail.
//!
//! Owns: the files' names, forms and modes, and that no half page is ever seen: everything is written
//! under names of its own and takes its place at the end, the page last. Does not own: which mails
//! there are. Of all mails, one data file's worth is in memory.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, BufWriter, Write},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use super::{
    letter::Letter,
    policy::{Sheets, policy},
    record::{Line, Privacy, Record, Row, Told},
    redaction::{Redacted, Redactor},
};
use crate::model::{html_escaped, system_words, write_for_script};

/// The page's name.
pub const INDEX: &str = "index.html";
/// The folder of data files; the page's script knows it too.
const DATA: &str = "index-data";
/// What both are called until they are whole.
const UNFINISHED: [&str; 2] = ["index.html.part", "index-data.part"];
const LIST: &str = "list.js";
/// A data file takes so many mails, or so many octets: what a browser reads in a moment.
const MAILS: u32 = 50;
const OCTETS: usize = 1 << 20;

const PAGE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = concat!(
    include_str!("page/data.js"),
    include_str!("page/list.js"),
    include_str!("page/mail.js"),
    include_str!("page/facts.js"),
    include_str!("page/start.js"),
);

/// Why the page could not be written.
#[derive(Debug, thiserror::Error)]
pub enum PageProblem {
    /// The file system refused.
    #[error("failed to {what} {}: {}", .path.display(), system_words(source))]
    Io {
        /// What was tried.
        what: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// Not a mail.
    #[error("{} holds no mail", .0.display())]
    NoMail(PathBuf),
    /// Something else has the name of the page's data.
    #[error("{} is not roomkey's alone", .0.display())]
    Occupied(PathBuf),
}

impl PageProblem {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Io { .. } => "look whether the disk is full, and whether you may write there",
            Self::NoMail(_) => "run the same command again; if it stays, please report this as a bug",
            Self::Occupied(_) => "move what is in it elsewhere",
        }
    }
}

/// A page in the making. What of it is written goes when it is dropped before its end.
#[derive(Debug)]
pub struct Book {
    folder: PathBuf,
    redactor: Option<Redactor>,
    privacy: Privacy,
    sheets: Sheets,
    list: BufWriter<File>,
    /// The mails of the data file in the making, and how many they are.
    mails: Vec<u8>,
    in_file: u32,
    file: u32,
    count: u64,
    is_whole: bool,
}

impl Book {
    /// Begins a page in a folder of mails.
    ///
    /// # Errors
    /// [`PageProblem::Io`] where its files cannot be made.
    pub fn begin(folder: &Path, privacy: Privacy) -> Result<Self, PageProblem> {
        remove_old(folder)?;
        for name in [DATA, UNFINISHED[1]] {
            let path = folder.join(name);
            if fs::symlink_metadata(&path).is_ok() {
                return Err(PageProblem::Occupied(path));
            }
        }
        let data = folder.join(UNFINISHED[1]);
        told(DirBuilder::new().mode(0o700).create(&data), "create", &data)?;
        let path = data.join(LIST);
        let mut list = BufWriter::new(told(create(&path), "create", &path)?);
        told(list.write_all(b"roomkeyList(["), "write", &path)?;
        Ok(Self {
            folder: folder.to_owned(),
            redactor: (privacy == Privacy::Redacted).then(Redactor::default),
            privacy,
            sheets: Sheets::default(),
            list,
            mails: Vec::with_capacity(OCTETS + OCTETS / 4),
            in_file: 0,
            file: 0,
            count: 0,
            is_whole: false,
        })
    }

    /// Has a redacted page know somebody who may be named in another one's mail. Before the first mail.
    pub fn expect(&mut self, number: u32, name: &str, address: &str) {
        if let Some(redactor) = &mut self.redactor {
            redactor.expect(number, name, address);
        }
    }

    /// Adds the mail in a file of the folder; `explain` puts its link into words.
    ///
    /// In a redacted page the file is replaced by a redacted one of another name.
    ///
    /// # Errors
    /// [`PageProblem`] where the file cannot be read, or nothing can be written.
    pub fn add(&mut self, name: &str, row: &Row, explain: impl FnOnce(&Letter<'_>) -> Told) -> Result<(), PageProblem> {
        let path = self.folder.join(name);
        let bytes = told(fs::read(&path), "read", &path)?;
        let letter = Letter::read(&bytes).ok_or_else(|| PageProblem::NoMail(path.clone()))?;
        let told_of = explain(&letter);
        let Some(redactor) = &mut self.redactor else { return self.enter(name, &letter, row, &told_of) };
        let Redacted { bytes, row, told: words } = redactor.redact(&letter, row, &told_of);
        let name = format!("{:04}-{}.eml", row.number, row.address);
        let new = self.folder.join(&name);
        told(create(&new).and_then(|mut file| file.write_all(&bytes)), "write", &new)?;
        told(fs::remove_file(&path), "remove", &path)?;
        let letter = Letter::read(&bytes).ok_or(PageProblem::NoMail(new))?;
        self.enter(&name, &letter, &row, &words)
    }

    fn enter(&mut self, name: &str, letter: &Letter<'_>, row: &Row, told_of: &Told) -> Result<(), PageProblem> {
        if self.in_file >= MAILS || self.mails.len() >= OCTETS {
            self.end_file()?;
        }
        if let Some(html) = letter.html() {
            self.sheets.note(&html);
        }
        let first = self.in_file == 0;
        if first {
            self.file += 1;
        }
        let line = Line(
            row.number,
            &row.at,
            &row.name,
            &row.address,
            letter.subject(),
            letter.language(),
            &row.zone,
            u8::from(row.moderator),
            told_of.warnings.len(),
            self.file,
            name,
        );
        let gap: &[u8] = if self.count == 0 { b"\n" } else { b",\n" };
        let listed = self.list.write_all(gap).and_then(|()| write_for_script(&mut self.list, &line));
        told(listed, "write", &self.folder.join(UNFINISHED[1]).join(LIST))?;
        let record = Record::of(letter, row, told_of);
        let gap = if first { "" } else { ",\n" };
        // Memory takes whatever is written to it.
        let _ = write!(self.mails, "{gap}\"{}\":", row.number);
        told(write_for_script(&mut self.mails, &record), "write", &self.folder)?;
        self.in_file += 1;
        self.count += 1;
        Ok(())
    }

    /// Writes the data file that is full.
    fn end_file(&mut self) -> Result<(), PageProblem> {
        if self.in_file == 0 {
            return Ok(());
        }
        let path = self.folder.join(UNFINISHED[1]).join(data_file(self.file));
        let written = create(&path).and_then(|mut file| {
            file.write_all(format!("roomkeyMails({},{{\n", self.file).as_bytes())?;
            file.write_all(&self.mails)?;
            file.write_all(b"\n});\n")
        });
        told(written, "write", &path)?;
        self.mails.clear();
        self.in_file = 0;
        Ok(())
    }

    /// Puts everything in its place; answers where the page is.
    ///
    /// # Errors
    /// [`PageProblem::Io`] where the last files cannot be written.
    pub fn finish(mut self, title: &str, when: &str) -> Result<PathBuf, PageProblem> {
        self.end_file()?;
        let list = self.folder.join(UNFINISHED[1]).join(LIST);
        told(self.list.write_all(b"\n]);\n").and_then(|()| self.list.flush()), "write", &list)?;
        let page = self.page(title, when);
        let [unfinished, data] = UNFINISHED.map(|name| self.folder.join(name));
        // Not synced: the disk would have to take all the mails first, and a power cut costs a preview.
        let written = create(&unfinished).and_then(|mut file| file.write_all(page.as_bytes()));
        told(written, "write", &unfinished)?;
        let index = self.folder.join(INDEX);
        told(fs::rename(&data, self.folder.join(DATA)), "rename", &data)?;
        told(fs::rename(&unfinished, &index), "rename", &unfinished)?;
        self.is_whole = true;
        Ok(index)
    }

    /// The page around the mails.
    fn page(&self, title: &str, when: &str) -> String {
        let notice = match self.privacy {
            Privacy::Linkless => "",
            Privacy::Redacted => {
                "<p class=\"notice redacted\"><b>Redacted: made to be shared</b>Links, addresses, names and \
             Message-IDs are replaced. The mails’ own words are not: look at them first.</p>"
            }
            Privacy::Working => {
                "<p class=\"notice\"><b>Working links: do not share this folder</b>Whoever opens a link from here \
             enters the room as that person. To share, run it again with <code>--redact</code>.</p>"
            }
        };
        let policy = html_escaped(&policy(SCRIPT, STYLE, &self.sheets)).replace("&#39;", "'");
        // What comes from outside is put in last, so that nothing in it is taken for a place to fill.
        let page = PAGE.replacen("{{policy}}", &policy, 1).replacen("{{style}}", STYLE, 1);
        let page = page.replacen("{{script}}", SCRIPT, 1).replacen("{{privacy}}", notice, 1);
        page.replacen("{{when}}", &html_escaped(when), 1).replace("{{title}}", &html_escaped(title))
    }
}

impl Drop for Book {
    fn drop(&mut self) {
        if !self.is_whole {
            // Where it cannot be removed either, the next page does it.
            let _ = remove_old(&self.folder);
        }
    }
}

/// Removes the page and the data of an earlier run, whole or not; nothing that others put there.
///
/// # Errors
/// [`PageProblem::Io`] where a file cannot be removed.
pub fn remove_old(folder: &Path) -> Result<(), PageProblem> {
    for name in [INDEX, UNFINISHED[0]] {
        remove(&folder.join(name), |path| fs::remove_file(path))?;
    }
    for name in [DATA, UNFINISHED[1]] {
        let data = folder.join(name);
        // A link is not followed.
        if !fs::symlink_metadata(&data).is_ok_and(|found| found.is_dir()) {
            continue;
        }
        for entry in told(fs::read_dir(&data), "read", &data)? {
            let entry = told(entry, "read", &data)?;
            if is_ours(&entry.file_name().to_string_lossy()) {
                remove(&entry.path(), |path| fs::remove_file(path))?;
            }
        }
        match fs::remove_dir(&data) {
            // Somebody keeps something there.
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {}
            removed => told(removed, "remove", &data)?,
        }
    }
    Ok(())
}

fn is_ours(name: &str) -> bool {
    let number = name.strip_prefix("mails-").and_then(|rest| rest.strip_suffix(".js"));
    name == LIST || number.is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()))
}

fn data_file(number: u32) -> String {
    format!("mails-{number:04}.js")
}

fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

fn remove(path: &Path, how: impl FnOnce(&Path) -> io::Result<()>) -> Result<(), PageProblem> {
    match how(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => told(result, "remove", path),
    }
}

fn told<T>(result: io::Result<T>, what: &'static str, path: &Path) -> Result<T, PageProblem> {
    result.map_err(|source| PageProblem::Io { what, path: path.to_owned(), source })
}

#[cfg(test)]
mod tests;
