//! Letting other programs use the sandbox.

pub mod act;
