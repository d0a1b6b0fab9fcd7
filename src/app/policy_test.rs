//! The tests beside the draft's file.

pub mod act;
pub mod action;
pub mod choice;
mod overlay;
pub mod state;

pub use action::Action;
pub use choice::Then;
