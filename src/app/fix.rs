//! Fixes of a refusal, and breaking the glass.

pub mod act;
pub mod break_glass;
pub mod state;
