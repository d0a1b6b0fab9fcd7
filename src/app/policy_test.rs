//! The tests beside the draft's file.

pub mod act;
pub mod action;
pub mod state;

pub use action::Action;
