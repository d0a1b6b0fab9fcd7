//! The search in the draft's text.

pub mod act;
pub mod state;
