//! The ring of the command line: the real binary as a child process, by its arguments, its exit code and
//! what it prints.
//!
//! Its tests use files in directories of their own. No terminal, and no other program that has to be
//! installed: those are in `terminal` and `clients`.
//!
//! `cargo test --test it command_line::`

mod arguments;
mod case;
mod check;
mod explain;
mod incident;
mod policy_tests;
pub(crate) mod replay;
mod review;
mod sandbox;
mod simulate;
