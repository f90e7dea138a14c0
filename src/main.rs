//! The `roomkey` program.
fn main() {}
