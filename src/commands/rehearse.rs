//! `roomkey rehearse`.

use super::Desk;
use crate::{
    cli::Rehearse,
    failure::{Failure, Status},
};

pub(super) fn run(_desk: &Desk<'_>, _args: &Rehearse) -> Result<Status, Failure> {
    Err(Failure::unexpected("not built yet"))
}
