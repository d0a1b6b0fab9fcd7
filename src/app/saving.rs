//! Keeping what is typed: on the disk within half a second, and what is said and asked where that cannot be.

pub mod act;
pub mod choice;
pub mod msg;
pub mod state;

pub use choice::Choice;
pub use msg::{Effect, Msg};
