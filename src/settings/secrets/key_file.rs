//! A file that holds a private key: text of several lines, as secret as a secret.

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString, zeroize::Zeroizing};

use super::{MAX_BYTES, SecretProblem, for_shell, read_file};

/// Why a file with a private key cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileProblem {
    /// It is not there, no file, open to others, or the system refuses.
    #[error("{}", .0.to_string().replace("secret file", "file"))]
    File(SecretProblem),
    /// Nothing in it.
    #[error("{} is empty", .0.display())]
    Empty(PathBuf),
    /// Longer than 64 kB.
    #[error("{} is longer than 64 kB: no key is", .0.display())]
    TooLong(PathBuf),
    /// No text: DER form, an archive of keys (PKCS#12), or something else.
    #[error("{} is not text: a key in PEM form is", .0.display())]
    Binary(PathBuf),
}

impl KeyFileProblem {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::File(SecretProblem::NotAFile(_)) => "name the file that holds the private key".into(),
            Self::File(problem) => problem.hint(),
            Self::Empty(_) | Self::TooLong(_) => {
                "name the file whose first line is `-----BEGIN PRIVATE KEY-----`; `roomkey keys new DIR` makes one"
                    .into()
            }
            Self::Binary(path) => format!(
                "one in DER form: `openssl pkey -inform DER -in {0} -out KEY.pem`; one in PKCS#12 (.p12, .pfx): `openssl \
                 pkcs12 -in {0} -nocerts -nodes -out KEY.pem`",
                for_shell(path)
            ),
        }
    }
}

/// Reads a file that holds a private key: text of several lines, which nobody else may read either. A byte-order mark
/// and UTF-16, as editors of Windows write them, are taken.
///
/// # Errors
/// [`KeyFileProblem`] where it is not there, open to others, empty, longer than 64 kB, or no text.
pub fn private_key(path: &Path) -> Result<SecretString, KeyFileProblem> {
    let bytes = read_file(path).map_err(KeyFileProblem::File)?;
    if bytes.len() > MAX_BYTES {
        return Err(KeyFileProblem::TooLong(path.to_owned()));
    }
    let text = match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => utf_16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf_16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] | rest => std::str::from_utf8(rest).ok().map(SecretString::from),
    };
    let text = text.filter(|text| !text.expose_secret().contains('\0'));
    let text = text.ok_or_else(|| KeyFileProblem::Binary(path.to_owned()))?;
    if text.expose_secret().trim().is_empty() {
        return Err(KeyFileProblem::Empty(path.to_owned()));
    }
    Ok(text)
}

/// Text in UTF-16, in memory that is wiped.
fn utf_16(bytes: &[u8], order: fn([u8; 2]) -> u16) -> Option<SecretString> {
    let (pairs, []) = bytes.as_chunks::<2>() else { return None };
    // With the room reserved at once, no half-read copy stays behind in freed memory.
    let mut text = Zeroizing::new(String::with_capacity(bytes.len() * 2));
    for c in char::decode_utf16(pairs.iter().map(|pair| order(*pair))) {
        text.push(c.ok()?);
    }
    Some(SecretString::from(text.as_str()))
}
