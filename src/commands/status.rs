//! `roomkey status`.

use super::Desk;
use crate::{
    cli::StatusArgs,
    failure::{Failure, Status},
};

pub(super) fn run(_desk: &Desk<'_>, _args: &StatusArgs) -> Result<Status, Failure> {
    Err(Failure::unexpected("not built yet"))
}
