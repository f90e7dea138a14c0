//! `roomkey send`.

use super::Desk;
use crate::{
    cli::Send,
    failure::{Failure, Status},
};

pub(super) fn run(_desk: &Desk<'_>, _args: &Send) -> Result<Status, Failure> {
    Err(Failure::unexpected("not built yet"))
}
