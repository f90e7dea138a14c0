//! Whom the organiser keeps out of every mail of an event: `.roomkey/<event id>.suppressed`, one address a line.
//!
//! It stands beside the ledger and not in it: it can be read and written by hand, outlives a ledger that is moved
//! away, and is there before anybody was mailed. It is replaced whole, never written into. A lock of its own keeps two
//! commands from losing each other's changes; a run's lock would make somebody wait for hours who asks for no mails.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::PathBuf,
};

use super::{
    LedgerFolder, LedgerProblem,
    folder::{beside, create_private, private_file, sync_folder, trust_file},
};
use crate::model::{Address, EventId};

/// The list of one event.
#[derive(Debug)]
pub struct Suppression {
    path: PathBuf,
    folder: PathBuf,
    /// Those on it, in the order in which they came.
    pub addresses: Vec<Address>,
    lock: Option<File>,
}

impl Suppression {
    /// Reads the list; empty where nobody was put on it.
    ///
    /// # Errors
    /// [`LedgerProblem`] where it cannot be trusted or read, or holds a line that is no address.
    pub fn read(folder: &LedgerFolder, event: &EventId) -> Result<Self, LedgerProblem> {
        let path = folder.path().join(format!("{event}.suppressed"));
        let text = if trust_file(&path)? {
            fs::read_to_string(&path).map_err(|error| LedgerProblem::io("read", &path, &error))?
        } else {
            String::new()
        };
        let mut addresses = Vec::new();
        for (line, text) in (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty()) {
            let address = Address::parse(text);
            addresses.push(address.map_err(|_| LedgerProblem::NotAnAddress { path: path.clone(), line })?);
        }
        Ok(Self { path, folder: folder.path().to_owned(), addresses, lock: None })
    }

    /// Reads the list to change it; another command that wants to waits for this one's end.
    ///
    /// # Errors
    /// As [`Suppression::read`], and where no lock is to be had.
    pub fn lock(folder: &LedgerFolder, event: &EventId) -> Result<Self, LedgerProblem> {
        let path = folder.path().join(format!("{event}.suppressed-lock"));
        trust_file(&path)?;
        let failed = |error: &io::Error| LedgerProblem::io("lock", &path, error);
        let file = private_file().read(true).write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(|error| failed(&error))?;
        file.lock().map_err(|error| failed(&error))?;
        Ok(Self { lock: Some(file), ..Self::read(folder, event)? })
    }

    /// Whether an address is on it.
    #[must_use]
    pub fn holds(&self, address: &Address) -> bool {
        self.addresses.iter().any(|known| known.folded() == address.folded())
    }

    /// Writes it, so that it outlives a crash: the old one stays until the new one is on the disk.
    ///
    /// # Errors
    /// [`LedgerProblem`] where the disk refuses, or the list was not locked.
    pub fn save(&self) -> Result<(), LedgerProblem> {
        if self.lock.is_none() {
            return Err(LedgerProblem::Misuse("a list was to be written that was not locked".into()));
        }
        let new = beside(&self.path, "-new");
        // What an earlier command left that was cut off.
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(LedgerProblem::io("replace", &new, &error));
            }
            _ => {}
        }
        let text: String = self.addresses.iter().flat_map(|address| [address.as_str(), "\n"]).collect();
        let mut file = create_private(&new)?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .and_then(|()| fs::rename(&new, &self.path))
            .map_err(|error| LedgerProblem::io("write", &self.path, &error))?;
        sync_folder(&self.folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::samples;

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    #[test]
    fn what_is_saved_is_read_again_in_order_and_by_nobody_else() {
        let (_dir, folder) = samples::folder();
        let event = samples::event();
        assert!(Suppression::read(&folder, &event).unwrap().addresses.is_empty());
        let mut list = Suppression::lock(&folder, &event).unwrap();
        list.addresses = vec![address("Zoe@example.org"), address("ada@m\u{FC}ller.example")];
        list.save().unwrap();
        drop(list);
        let read = Suppression::read(&folder, &event).unwrap();
        assert_eq!(read.addresses[0].as_str(), "Zoe@example.org");
        assert!(read.holds(&address("zoe@EXAMPLE.org")) && !read.holds(&address("ada@example.org")));
        assert!(matches!(read.save(), Err(LedgerProblem::Misuse(_))), "it was not locked");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&read.path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(names.iter().all(|name| !name.to_string_lossy().ends_with("-new")), "{names:?}");
    }

    #[test]
    fn a_line_that_is_no_address_is_refused_and_named() {
        let (_dir, folder) = samples::folder();
        let event = samples::event();
        let path = folder.path().join(format!("{event}.suppressed"));
        fs::write(&path, "ada@example.org\n\nnobody\n").unwrap();
        let problem = Suppression::read(&folder, &event).unwrap_err();
        assert!(problem.to_string().contains("line 3") && problem.hint().contains("one address a line"), "{problem}");
    }

    #[test]
    fn two_who_change_it_at_once_lose_nothing() {
        let (_dir, folder) = samples::folder();
        let event = samples::event();
        std::thread::scope(|scope| {
            for n in 0..8 {
                let (folder, event) = (&folder, &event);
                scope.spawn(move || {
                    let mut list = Suppression::lock(folder, event).unwrap();
                    list.addresses.push(address(&format!("a{n}@example.org")));
                    list.save().unwrap();
                });
            }
        });
        assert_eq!(Suppression::read(&folder, &event).unwrap().addresses.len(), 8);
    }
}
