//! What several targets share: a sandbox to attack, and the shell that reads what the program writes.

pub mod sandbox;
pub mod shell;
