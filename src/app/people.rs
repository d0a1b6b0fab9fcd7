//! The people of the sandbox, and acting as one of them.

pub mod act;
pub mod action;
pub mod choice;
pub mod msg;
pub mod state;

pub use action::Action;
pub use choice::Choice;
pub use msg::{Effect, Msg};
