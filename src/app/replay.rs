//! Replaying audit log entries under the draft.

pub mod act;
pub mod action;
pub mod form;
pub mod msg;
pub mod state;

pub use action::Action;
pub use msg::{Effect, Msg};
