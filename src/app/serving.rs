//! Letting other programs use the sandbox.

pub mod act;
pub mod action;
pub mod msg;

pub use action::Action;
pub use msg::{Effect, Msg};
