//! The search in the draft's text.

pub mod act;
pub mod action;
pub mod state;

pub use action::Action;
