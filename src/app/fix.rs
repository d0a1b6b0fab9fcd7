//! Fixes of a refusal, and breaking the glass.

pub mod act;
pub mod action;
pub mod break_glass;
pub mod state;

pub use action::Action;
