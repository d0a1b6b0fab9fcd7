//! Writing a case: what a refusal or a decision stands on, as a file that others can read.

pub mod act;
pub mod action;
pub mod form;

pub use action::Action;
