//! The codelab: the current step, its hints, and *do it for me*.

pub mod act;
pub mod deeds;
mod names;
pub mod state;
