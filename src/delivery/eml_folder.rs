//! Previews: a folder with one `.eml` file a mail.
//!
//! Owns: the folder's rules (its mode, its marker, what is emptied) and the files' names and modes.
//! Does not own: which mails are shown. A preview holds a working link: the folder is for its owner
//! alone. Known weakness: another program of the same user may still change the folder meanwhile.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use rustix::fs::OFlags;

use super::{Desk, Mailer};
use crate::model::{Mail, Outage, Outcome, Reply, Stage, system_words};

const MARKER: &str = ".roomkey-preview";
const MARKER_TEXT: &str = "The .eml files, index.html and index-data of this folder were written by roomkey; its next preview replaces them.\n";
const NAME_AT_MOST: usize = 100;

/// A folder that takes mails as files.
#[derive(Debug, Clone)]
pub struct EmlFolder {
    path: PathBuf,
}

/// Why a folder cannot take previews.
#[derive(Debug, thiserror::Error)]
pub enum FolderProblem {
    /// It is a symbolic link.
    #[error("{} is a symbolic link", .0.display())]
    Link(PathBuf),
    /// It is there, and no folder.
    #[error("{} is no folder", .0.display())]
    NoFolder(PathBuf),
    /// Somebody else's.
    #[error("{} belongs to another user", .0.display())]
    Foreign(PathBuf),
    /// Others may write to it.
    #[error("{} can be written to by others", .0.display())]
    Writable(PathBuf),
    /// It holds what roomkey did not write.
    #[error("{} is not empty, and no preview folder", .path.display())]
    Occupied {
        /// The folder.
        path: PathBuf,
        /// Whether it is roomkey's own default place.
        ours: bool,
    },
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
}

impl FolderProblem {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Link(_) | Self::NoFolder(_) | Self::Foreign(_) => "name a folder of your own with --out".to_owned(),
            Self::Writable(_) => "name a folder of your own, that others may not write to".to_owned(),
            Self::Occupied { ours: true, .. } => {
                "move what is in it elsewhere, or name another folder with --out".to_owned()
            }
            Self::Occupied { ours: false, .. } => "name an empty folder, or one that does not exist yet".to_owned(),
            Self::Io { .. } => "name a folder that you may write to with --out".to_owned(),
        }
    }
}

impl EmlFolder {
    /// Makes the folder, or takes one that is empty or a preview folder already, whose `.eml` files are emptied.
    ///
    /// They are there to be written anew: a file system that has just let go of thousands of files is slow to
    /// give new ones. [`EmlFolder::sweep`] takes away those that were not.
    ///
    /// `ours` says that it is roomkey's default place rather than one named with `--out`.
    ///
    /// # Errors
    /// [`FolderProblem`]; then nothing in the folder was changed, unless the file system failed half-way.
    pub fn prepare(path: &Path, ours: bool) -> Result<Self, FolderProblem> {
        // A final slash would make a symbolic link look like what it points to.
        let path: PathBuf = path.components().collect();
        match fs::symlink_metadata(&path) {
            Ok(found) => take_over(&path, &found, ours)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => make(&path)?,
            Err(source) => return Err(FolderProblem::Io { what: "look at", path, source }),
        }
        write_new(&path, MARKER, MARKER_TEXT.as_bytes())?;
        write_new(&path, ".gitignore", b"*\n")?;
        Ok(Self { path })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the empty `.eml` files away: those of an earlier preview that none of this one took the place of.
    ///
    /// # Errors
    /// [`FolderProblem::Io`].
    pub fn sweep(&self) -> Result<(), FolderProblem> {
        for name in list(&self.path)?.iter().filter(|name| is_mail(name)) {
            let path = self.path.join(name);
            let is_empty = fs::symlink_metadata(&path).is_ok_and(|found| found.is_file() && found.len() == 0);
            if is_empty {
                fs::remove_file(&path).map_err(|source| FolderProblem::Io { what: "remove", path, source })?;
            }
        }
        Ok(())
    }

    fn write(&self, mail: &Mail) -> Result<String, FolderProblem> {
        let name = file_name(mail.row, mail.recipient.as_str());
        let path = self.path.join(&name);
        let result = create_or_reuse(&path).and_then(|mut file| file.write_all(&mail.bytes));
        result.map(|()| name).map_err(|source| {
            if source.kind() != io::ErrorKind::AlreadyExists {
                // Half a preview would mislead.
                let _ = fs::remove_file(&path);
            }
            FolderProblem::Io { what: "write", path, source }
        })
    }
}

impl Mailer for EmlFolder {
    async fn work(&self, desk: &Desk) -> Result<(), Outage> {
        while let Some(mail) = desk.next().await {
            if desk.is_stopping() || !desk.claim(&mail).await {
                desk.give_back(mail);
                return Ok(());
            }
            match self.write(&mail) {
                Ok(name) => {
                    let reply = Reply { code: 250, enhanced: None, text: format!("written to {name}") };
                    desk.report(mail, Outcome::Accepted(reply));
                }
                Err(problem) => {
                    desk.give_back(mail);
                    return Err(Outage::Unreachable { stage: Stage::Body, detail: problem.to_string() });
                }
            }
        }
        Ok(())
    }
}

fn take_over(path: &Path, found: &fs::Metadata, ours: bool) -> Result<(), FolderProblem> {
    let owned = || path.to_owned();
    if found.is_symlink() {
        return Err(FolderProblem::Link(owned()));
    }
    if !found.is_dir() {
        return Err(FolderProblem::NoFolder(owned()));
    }
    if found.uid() != rustix::process::geteuid().as_raw() {
        return Err(FolderProblem::Foreign(owned()));
    }
    if found.mode() & 0o022 != 0 {
        return Err(FolderProblem::Writable(owned()));
    }
    let names = list(path)?;
    let is_marked = fs::symlink_metadata(path.join(MARKER)).is_ok_and(|marker| marker.is_file());
    if !is_marked && !names.is_empty() {
        return Err(FolderProblem::Occupied { path: owned(), ours });
    }
    let closed = fs::Permissions::from_mode(0o700);
    fs::set_permissions(path, closed).map_err(|source| FolderProblem::Io { what: "close", path: owned(), source })?;
    for name in names.iter().filter(|name| is_mail(name)) {
        let old = path.join(name);
        // What is no plain file of ours alone is nothing to write into.
        if open_alone(&old).and_then(|file| file.set_len(0)).is_err() {
            fs::remove_file(&old).map_err(|source| FolderProblem::Io { what: "remove", path: old, source })?;
        }
    }
    Ok(())
}

fn is_mail(name: &OsStr) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "eml")
}

fn list(path: &Path) -> Result<Vec<OsString>, FolderProblem> {
    fs::read_dir(path)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.file_name())).collect())
        .map_err(|source| FolderProblem::Io { what: "read", path: path.to_owned(), source })
}

fn make(path: &Path) -> Result<(), FolderProblem> {
    let mut builder = fs::DirBuilder::new();
    builder.mode(0o700).recursive(true);
    builder.create(path).map_err(|source| FolderProblem::Io { what: "create", path: path.to_owned(), source })
}

fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Makes a file, or takes an empty one that an earlier preview left.
fn create_or_reuse(path: &Path) -> io::Result<File> {
    match create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let file = open_alone(path)?;
            if file.metadata()?.len() == 0 { Ok(file) } else { Err(error) }
        }
        result => result,
    }
}

/// Opens a plain file of this user that has no second name and that others may not read.
fn open_alone(path: &Path) -> io::Result<File> {
    let no_link = OFlags::NOFOLLOW.bits().cast_signed();
    let file = OpenOptions::new().write(true).custom_flags(no_link).open(path)?;
    let found = file.metadata()?;
    let is_ours = found.is_file() && found.nlink() == 1 && found.uid() == rustix::process::geteuid().as_raw();
    if is_ours && found.mode() & 0o777 == 0o600 { Ok(file) } else { Err(io::ErrorKind::InvalidInput.into()) }
}

fn write_new(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), FolderProblem> {
    let path = folder.join(name);
    match create(&path).and_then(|mut file| file.write_all(bytes)) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        result => result.map_err(|source| FolderProblem::Io { what: "write", path, source }),
    }
}

// The number leads, so that names sort and never clash; what a shell or a terminal could mistake goes.
fn file_name(row: u32, address: &str) -> String {
    const END: &str = ".eml";
    let mut name = format!("{row:04}-");
    let room = NAME_AT_MOST - name.len() - END.len();
    let safe = |c: char| if c.is_ascii_alphanumeric() || "@._+-".contains(c) { c } else { '_' };
    name.extend(address.chars().map(safe).take(room));
    name + END
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o777
    }

    fn with_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn names_are_safe_short_and_led_by_the_number() {
        assert_eq!(file_name(7, "ada@example.org"), "0007-ada@example.org.eml");
        assert_eq!(file_name(12_345, "\"a/../b\"@x.org"), "12345-_a_.._b_@x.org.eml");
        assert_eq!(file_name(1, "jürgen|x@y.org"), "0001-j_rgen_x@y.org.eml");
        assert_eq!(file_name(1, &"a".repeat(300)).len(), 100);
        assert_eq!(file_name(u32::MAX, &"ü".repeat(300)).len(), 100);
    }

    #[test]
    fn a_new_folder_is_closed_and_marked() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("preview");
        let folder = EmlFolder::prepare(&path, true).unwrap();
        assert_eq!(mode(folder.path()), 0o700);
        assert_eq!(mode(&path.join(MARKER)), 0o600);
        assert_eq!(fs::read_to_string(path.join(".gitignore")).unwrap(), "*\n");
    }

    #[test]
    fn a_preview_folder_is_emptied_of_mails_alone() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("preview");
        EmlFolder::prepare(&path, true).unwrap();
        fs::write(path.join("0001-old@example.org.eml"), "old").unwrap();
        fs::write(path.join("notes.txt"), "mine").unwrap();
        fs::write(path.join("0002-shown@example.org.eml"), "shown to others").unwrap();
        with_mode(&path.join("0001-old@example.org.eml"), 0o600);
        with_mode(&path.join("0002-shown@example.org.eml"), 0o644);
        let folder = EmlFolder::prepare(&path, false).unwrap();
        assert_eq!(fs::read_to_string(path.join("0001-old@example.org.eml")).unwrap(), "", "no old mail is left");
        assert!(!path.join("0002-shown@example.org.eml").exists());
        folder.sweep().unwrap();
        assert!(!path.join("0001-old@example.org.eml").exists());
        assert!(path.join("notes.txt").exists());
    }

    #[test]
    fn a_file_is_written_anew_only_where_it_is_empty_and_ours_alone() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        create(&at("empty")).unwrap();
        assert!(create_or_reuse(&at("empty")).is_ok() && create_or_reuse(&at("new")).is_ok());
        create(&at("full")).unwrap().write_all(b"x").unwrap();
        create(&at("aim")).unwrap();
        symlink(at("aim"), at("link")).unwrap();
        fs::hard_link(at("aim"), at("second")).unwrap();
        for name in ["full", "link", "second", "aim"] {
            assert!(create_or_reuse(&at(name)).is_err(), "{name}");
        }
    }

    #[test]
    fn a_folder_with_other_things_is_left_alone() {
        let home = tempfile::tempdir().unwrap();
        with_mode(home.path(), 0o755);
        fs::write(home.path().join("0001-mine.eml"), "mine").unwrap();
        let found = EmlFolder::prepare(home.path(), false);
        assert!(matches!(found, Err(FolderProblem::Occupied { ours: false, .. })));
        assert!(home.path().join("0001-mine.eml").exists());
        assert_eq!(mode(home.path()), 0o755);
    }

    #[test]
    fn an_empty_folder_is_taken_and_closed() {
        let home = tempfile::tempdir().unwrap();
        with_mode(home.path(), 0o755);
        EmlFolder::prepare(home.path(), false).unwrap();
        assert_eq!(mode(home.path()), 0o700);
    }

    #[test]
    fn links_files_and_open_folders_are_refused() {
        let home = tempfile::tempdir().unwrap();
        let real = home.path().join("real");
        fs::create_dir(&real).unwrap();
        symlink(&real, home.path().join("link")).unwrap();
        fs::write(home.path().join("file"), "").unwrap();
        let at = |name: &str| EmlFolder::prepare(&home.path().join(name), false);
        assert!(matches!(at("link"), Err(FolderProblem::Link(_))));
        assert!(matches!(at("link/"), Err(FolderProblem::Link(_))));
        assert!(matches!(at("file"), Err(FolderProblem::NoFolder(_))));
        with_mode(&real, 0o770);
        assert!(matches!(at("real"), Err(FolderProblem::Writable(_))));
    }

    #[test]
    fn a_marker_that_is_a_link_marks_nothing() {
        let home = tempfile::tempdir().unwrap();
        with_mode(home.path(), 0o700);
        symlink("/etc/hostname", home.path().join(MARKER)).unwrap();
        assert!(matches!(EmlFolder::prepare(home.path(), false), Err(FolderProblem::Occupied { .. })));
    }
}
