//! The file of the draft: opening, saving, changes from outside, the person's own editor.

pub mod act;
pub mod choice;
pub mod form;
pub mod msg;
pub mod state;

pub use choice::{Choice, Then};
pub use msg::{Effect, Msg};
