//! The codelab: the current step, its hints, and *do it for me*.

pub mod act;
pub mod action;
pub mod choice;
pub mod deeds;
mod facts;
mod names;
mod seen;
pub mod state;
pub mod suggestion;

pub use action::Action;
pub use choice::Then;
pub use codelab::Seen;
