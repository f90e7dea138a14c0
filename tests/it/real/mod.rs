//! Runs against real servers and disks, where they are installed and running.
//!
//! `.ci/run` starts them and says so by `ROOMKEY_REAL=1`; then they are mandatory.

mod aiosmtpd;
mod durability;
mod greylisting;
mod postfix;
mod small_disk;
