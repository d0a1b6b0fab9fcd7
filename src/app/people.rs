//! The people of the sandbox, and acting as one of them.

pub mod act;
pub mod state;
