//! Importing the draft where somebody else changed the policy meanwhile: the three-way merge.

pub mod act;
pub mod action;
pub mod merge;
mod overlay;
pub mod refusal;
pub mod state;
pub mod written;

pub use action::Action;
