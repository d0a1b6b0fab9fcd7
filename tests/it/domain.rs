//! The ring of the domain: properties over random input, brute force and tables, of pure functions.
//!
//! Its tests use the domain alone: no file, no task, no screen. What a single module of the domain does
//! is tested beside that module.
//!
//! `cargo test --test it domain::`

mod decisions;
mod fixes;
mod policies;
mod review;
mod unknown_facts;
