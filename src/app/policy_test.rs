//! The tests beside the draft's file.

pub mod act;
pub mod state;
