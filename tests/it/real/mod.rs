//! Runs against real servers and disks, where they are installed and running.
//!
//! `.ci/run` starts them and says so by `ROOMKEY_REAL=1`; then they are mandatory.

mod aiosmtpd;
mod clock;
mod durability;
mod greylisting;
mod names;
mod postfix;
mod read_only_disk;
mod small_disk;
