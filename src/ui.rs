//! What a person sees.
//!
//! Reads `app` and `domain`; draws into a buffer, and keeps only offsets of its own.

pub mod highlight;
pub mod styles;
pub mod text;
pub mod theme;
pub mod widgets;
