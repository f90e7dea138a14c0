//! The table `[attendance]` becomes what it means.
//!
//! It is there or it is not, and an empty one is there: whoever records who came says so in the mails, unless
//! `notice` is switched off.

use super::{
    layers::Layers,
    meant::{ATTENDANCE_SECRET, AttendanceSettings},
    secrets::SecretSource,
};

const TABLE: &str = "attendance";
const NOTICE: &str = "attendance.notice";
const SECRET_FILE: &str = "attendance.secret_file";

/// Reads `[attendance]`; `None` where no file has it.
pub(super) fn attendance(layers: &mut Layers<'_>) -> Option<AttendanceSettings> {
    if !layers.any_has_table(TABLE) {
        return None;
    }
    layers.derive(NOTICE, "true");
    let notice = !layers.says(NOTICE) || layers.switch(NOTICE);
    let (file, folder) = (layers.path(SECRET_FILE), layers.folder(SECRET_FILE));
    Some(AttendanceSettings {
        notice,
        secret: SecretSource { env_name: ATTENDANCE_SECRET, file, command: None, folder },
    })
}
