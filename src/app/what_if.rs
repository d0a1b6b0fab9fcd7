//! What is assumed about a request that is not so.

pub mod act;
pub mod state;
