//! Drives the real `roomkey` as an organiser would, in a hermetic folder, against a scripted server.
//!
//! A file a command, and one for each promise that spans them. `real` runs against real servers,
//! where they are installed.

mod support;

mod addresses;
mod architecture;
mod asking;
mod attendance;
mod attendance_notice;
mod bad_files;
mod built_in;
mod calendar;
mod cancel;
mod cancel_mishaps;
mod check;
mod columns;
mod crash;
mod doubts;
mod event_change;
mod exit_codes;
mod exporters;
mod faults;
mod flags;
mod here;
mod identity;
mod ill_relay;
mod init;
mod inspect;
mod limits;
mod link;
mod lint;
mod log_in;
mod logo;
mod message;
mod migrations;
mod mishaps;
mod oddities;
mod outages;
mod preview;
mod preview_page;
mod readme;
mod real;
mod rehearse;
mod replies;
mod resend;
mod row_claims;
mod rows;
mod secrets;
mod send;
mod sessions;
mod settle;
mod signing;
mod soak;
mod status;
mod suppress;
mod templates;
mod timeouts;
