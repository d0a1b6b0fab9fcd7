//! One test binary, in folders by ring: what the tests of a ring use grows from ring to ring.
//!
//! The first lines of each ring say what belongs to it, what it may use, and how it is run alone, which
//! is always `cargo test --test it RING::`. Within a ring a file is named after the feature that it is
//! about, with the same name in every ring.

#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a test that panics has failed, which is what it is for")]

mod support;

mod app;
mod client;
mod clients;
mod command_line;
mod domain;
mod repository;
mod sandbox;
mod screens;
mod terminal;
mod workbench;
