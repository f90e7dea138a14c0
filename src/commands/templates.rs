//! `roomkey templates`.

use super::Desk;
use crate::{
    cli::TemplatesArgs,
    failure::{Failure, Status},
};

pub(super) fn run(_desk: &Desk<'_>, _args: &TemplatesArgs) -> Result<Status, Failure> {
    Err(Failure::unexpected("not built yet"))
}
