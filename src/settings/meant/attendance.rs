//! What `[attendance]` means.

use super::Settings;
use crate::settings::secrets::SecretSource;

/// The environment variable that holds the secret of a server's posts.
pub(in crate::settings) const ATTENDANCE_SECRET: &str = "ROOMKEY_ATTENDANCE_SECRET";

/// How it is recorded who came.
#[derive(Debug, Clone)]
pub struct AttendanceSettings {
    /// Whether the mails say so.
    pub notice: bool,
    /// Where the secret is found that a server's posts must bear.
    pub secret: SecretSource,
}

impl Settings {
    /// Whether the mails say that it is recorded who came.
    #[must_use]
    pub fn tells_of_attendance(&self) -> bool {
        self.attendance.as_ref().is_some_and(|attendance| attendance.notice)
    }

    /// Where the secret is found that a server's posts must bear: the environment alone, where no file has `[attendance]`.
    #[must_use]
    pub fn attendance_secret(&self) -> SecretSource {
        let of_environment =
            || SecretSource { env_name: ATTENDANCE_SECRET, file: None, command: None, folder: self.folder.clone() };
        self.attendance.as_ref().map_or_else(of_environment, |attendance| attendance.secret.clone())
    }
}
