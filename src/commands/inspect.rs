//! `roomkey inspect`.

use super::Desk;
use crate::{
    cli::Inspect,
    failure::{Failure, Status},
};

pub(super) fn run(_desk: &Desk<'_>, _args: &Inspect) -> Result<Status, Failure> {
    Err(Failure::unexpected("not built yet"))
}
