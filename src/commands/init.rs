//! `roomkey init`.

use super::Desk;
use crate::{
    cli::Init,
    failure::{Failure, Status},
};

pub(super) fn run(_desk: &Desk<'_>, _args: &Init) -> Result<Status, Failure> {
    Err(Failure::unexpected("not built yet"))
}
