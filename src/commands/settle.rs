//! `roomkey settle`.

use super::Desk;
use crate::{
    cli::Settle,
    failure::{Failure, Status},
};

pub(super) fn run(_desk: &Desk<'_>, _args: &Settle) -> Result<Status, Failure> {
    Err(Failure::unexpected("not built yet"))
}
