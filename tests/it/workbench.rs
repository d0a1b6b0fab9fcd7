//! The ring of the whole workbench in this process: model, updates, the real runtime and a real sandbox,
//! without a terminal.
//!
//! Its tests use the crates as the program puts them together, and a data directory of their own; what the
//! program does between two keys is waited for, never slept.
//!
//! `cargo test --test it workbench::`

mod event_loop;
mod faults;
mod scenarios;
#[cfg(target_os = "linux")]
mod secrets;
mod uploads;
