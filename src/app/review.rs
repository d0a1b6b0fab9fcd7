//! What the draft lets in and locks out: the preview of an inventory and the review of all of it.

pub mod act;
pub mod action;
pub mod ask;
pub mod form;
pub mod inventory;
pub mod msg;
pub mod preview;
pub mod state;

pub use action::Action;
pub use msg::{Effect, Msg};
