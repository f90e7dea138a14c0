//! The folder of caught mails: one `NNNN-address.eml` each.
//!
//! Owns: that the folder is private to its owner, and the files' names and modes. Does not own:
//! emptying the folder of an earlier rehearsal's mails; a name already taken is an error.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use crate::model::system_words;

/// The longest name of a file, in octets.
const MAX_NAME: usize = 100;

/// Why a folder cannot hold caught mails.
#[derive(Debug, thiserror::Error)]
pub enum SpoolProblem {
    /// It is a symbolic link: its mails, links to the room among them, could end up anywhere.
    #[error("the folder {} is a symbolic link", .0.display())]
    Link(PathBuf),
    /// Something else has its name.
    #[error("{} is no folder", .0.display())]
    NoFolder(PathBuf),
    /// Others could read or replace what is written there.
    #[error("the folder {} belongs to somebody else, or others may write there", .0.display())]
    NotPrivate(PathBuf),
    /// The system refused.
    #[error("failed to write in the folder {}: {}", .folder.display(), system_words(cause))]
    Io {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

impl SpoolProblem {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Link(folder) | Self::NoFolder(folder) => format!("remove {} and try again", folder.display()),
            Self::NotPrivate(folder) => {
                format!("remove {}, or make it yours alone: chmod go-w {0}", folder.display())
            }
            Self::Io { .. } => "look whether the disk is full, and whether you may write there".to_owned(),
        }
    }
}

/// A private folder that mails are written into.
#[derive(Debug)]
pub(super) struct Spool {
    folder: PathBuf,
}

impl Spool {
    /// Opens the folder, made with mode 0700 where there is none, and keeps it out of git.
    ///
    /// # Errors
    /// [`SpoolProblem`] where it is a symbolic link, somebody else's, or open to others' writing.
    pub(super) fn open(folder: &Path) -> Result<Self, SpoolProblem> {
        let failed = |cause| SpoolProblem::Io { folder: folder.to_owned(), cause };
        match fs::symlink_metadata(folder) {
            Ok(found) if found.is_symlink() => return Err(SpoolProblem::Link(folder.to_owned())),
            Ok(found) if !found.is_dir() => return Err(SpoolProblem::NoFolder(folder.to_owned())),
            Ok(found) if !is_private(&found) => return Err(SpoolProblem::NotPrivate(folder.to_owned())),
            Ok(_) => {}
            Err(_) => make_private_folder(folder).map_err(failed)?,
        }
        match write_private(&folder.join(".gitignore"), b"*\n") {
            Err(cause) if cause.kind() != io::ErrorKind::AlreadyExists => Err(failed(cause)),
            _ => Ok(Self { folder: folder.to_owned() }),
        }
    }

    /// Writes a mail into a new file of mode 0600.
    pub(super) fn write(&self, number: u64, recipient: &str, bytes: &[u8]) -> io::Result<PathBuf> {
        let path = self.folder.join(eml_name(number, recipient));
        write_private(&path, bytes)?;
        Ok(path)
    }
}

/// `NNNN-address.eml` of `[A-Za-z0-9@._+-]`, 100 octets at most; every other character becomes `_`.
fn eml_name(number: u64, recipient: &str) -> String {
    let mut name = format!("{number:04}-");
    let room = MAX_NAME - ".eml".len() - name.len();
    let safe = |c: char| if c.is_ascii_alphanumeric() || "@._+-".contains(c) { c } else { '_' };
    name.extend(recipient.chars().map(safe).take(room));
    name.push_str(".eml");
    name
}

/// Writes a file that did not exist; a link in its place is not followed.
fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
}

fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(unix)]
fn is_private(found: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    found.uid() == rustix::process::geteuid().as_raw() && found.mode() & 0o022 == 0
}

#[cfg(not(unix))]
fn is_private(_: &fs::Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_whatever_the_recipient() {
        assert_eq!(eml_name(7, "ada+rust@example.org"), "0007-ada+rust@example.org.eml");
        assert_eq!(eml_name(12_345, "a@example.org"), "12345-a@example.org.eml");
        assert_eq!(eml_name(1, "../../etc/passwd"), "0001-.._.._etc_passwd.eml");
        assert_eq!(eml_name(1, "jürgen\0@example.org"), "0001-j_rgen_@example.org.eml");
        assert_eq!(eml_name(1, &"x".repeat(300)).len(), MAX_NAME);
    }

    #[cfg(unix)]
    #[test]
    fn folder_and_files_are_private_from_the_start() {
        use std::os::unix::fs::PermissionsExt as _;
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("rehearsal");
        let file = Spool::open(&folder).unwrap().write(1, "ada@example.org", b"body").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&file), mode(&folder.join(".gitignore"))), (0o700, 0o600, 0o600));
        assert_eq!(fs::read(folder.join(".gitignore")).unwrap(), b"*\n");
        Spool::open(&folder).expect("opening it a second time is fine");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_a_file_and_a_folder_open_to_others_are_refused() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let root = tempfile::tempdir().unwrap();
        let [link, file, open] = ["link", "file", "open"].map(|name| root.path().join(name));
        symlink(root.path(), &link).unwrap();
        fs::write(&file, "").unwrap();
        fs::create_dir(&open).unwrap();
        fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).unwrap();
        assert!(matches!(Spool::open(&link), Err(SpoolProblem::Link(_))));
        assert!(matches!(Spool::open(&file), Err(SpoolProblem::NoFolder(_))));
        assert!(matches!(Spool::open(&open), Err(SpoolProblem::NotPrivate(_))));
    }

    #[cfg(unix)]
    #[test]
    fn a_planted_link_is_not_written_through() {
        let root = tempfile::tempdir().unwrap();
        let victim = root.path().join("victim");
        fs::write(&victim, "mine").unwrap();
        let folder = root.path().join("rehearsal");
        let spool = Spool::open(&folder).unwrap();
        std::os::unix::fs::symlink(&victim, folder.join("0001-ada@example.org.eml")).unwrap();
        assert!(spool.write(1, "ada@example.org", b"body").is_err());
        assert_eq!(fs::read(&victim).unwrap(), b"mine");
    }
}
