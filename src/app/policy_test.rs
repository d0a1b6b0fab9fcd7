//! The tests beside the draft's file.

pub mod act;
pub mod action;
pub mod choice;
pub mod msg;
mod overlay;
pub mod state;

pub use action::Action;
pub use choice::Then;
pub use msg::{Effect, Msg};
