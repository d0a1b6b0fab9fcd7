//! The state of the workbench and how it changes.
//!
//! May use `domain` and `codelab`; no IO, no clock, no terminal.

pub mod editor;
pub mod field;
pub mod fuzzy;
pub mod text;
pub mod text_diff;
pub mod tree;
