//! The policies that were live, and taking one back.

pub mod act;
pub mod state;
