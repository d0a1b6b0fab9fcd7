//! The policies that were live, and taking one back.

pub mod act;
pub mod action;
pub mod choice;
mod overlay;
pub mod state;

pub use action::Action;
pub use choice::Then;
