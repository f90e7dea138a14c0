//! `roomkey link`.

use super::Desk;
use crate::{
    cli::Link,
    failure::{Failure, Status},
};

pub(super) fn run(_desk: &Desk<'_>, _args: &Link) -> Result<Status, Failure> {
    Err(Failure::unexpected("not built yet"))
}
