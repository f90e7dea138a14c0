//! `roomkey resend`.

use super::Desk;
use crate::{
    cli::Resend,
    failure::{Failure, Status},
};

pub(super) fn run(_desk: &Desk<'_>, _args: &Resend) -> Result<Status, Failure> {
    Err(Failure::unexpected("not built yet"))
}
