//! Explaining a refusal from its message.

pub mod act;
pub mod action;
pub mod causes;
pub mod form;
pub mod line;
pub mod lines;
mod overlay;
mod overview;
mod past;
pub mod state;

pub use action::Action;
