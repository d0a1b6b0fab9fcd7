//! Fixes of a refusal, and breaking the glass.

pub mod act;
pub mod action;
pub mod break_glass;
pub mod choice;
pub mod form;
pub mod mend;
pub mod mend_lines;
pub(crate) mod mending;
pub mod msg;
mod overlay;
pub mod standing;
pub mod state;
pub mod trial;

pub use action::Action;
pub use choice::Then;
pub use msg::{Effect, Msg};
