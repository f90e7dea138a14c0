//! `roomkey check`.

use super::Desk;
use crate::{
    cli::Check,
    failure::{Failure, Status},
};

pub(super) fn run(_desk: &Desk<'_>, _args: &Check) -> Result<Status, Failure> {
    Err(Failure::unexpected("not built yet"))
}
