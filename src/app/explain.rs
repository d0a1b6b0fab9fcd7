//! Explaining a refusal from its message.

pub mod act;
pub mod lines;
pub mod state;
