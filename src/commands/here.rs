//! `roomkey` alone.

use super::Desk;
use crate::failure::{Failure, Status};

pub(super) fn run(_desk: &Desk<'_>) -> Result<Status, Failure> {
    Err(Failure::unexpected("not built yet"))
}
