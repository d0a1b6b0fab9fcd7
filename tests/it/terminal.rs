//! The ring of the terminal: the real program in a pseudo terminal, by its keys and what its screen shows.
//!
//! Its tests use everything: a data directory of their own, the sandbox that the program starts in it, and
//! files. A test waits for a text on the screen, with a deadline
//! ([`Workbench`](crate::support::pty::Workbench)).
//!
//! `cargo test --test it terminal::`

mod codelab;
mod editor;
mod explain;
mod foreign_image;
mod import;
mod input;
mod lifecycle;
mod replay;
mod saving;
mod signals;
mod watch;
