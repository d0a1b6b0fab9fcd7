//! The state of the workbench and how it changes.
//!
//! May use `domain` and `codelab`; no IO, no clock, no terminal.

pub mod editor;
pub mod field;
pub mod text;
