//! What is assumed about a request that is not so.

pub mod act;
pub mod action;
pub mod assumption;
pub mod choice;
pub mod form;
pub mod state;

pub use action::Action;
pub use choice::Choice;
