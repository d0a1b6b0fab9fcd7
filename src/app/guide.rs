//! The codelab: the current step, its hints, and *do it for me*.

pub mod act;
pub mod action;
pub mod choice;
pub mod deeds;
mod names;
pub mod state;

pub use action::Action;
pub use choice::Then;
