//! Letting other programs use the sandbox.

pub mod act;
pub mod action;

pub use action::Action;
