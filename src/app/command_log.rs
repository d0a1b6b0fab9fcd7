//! The command log: what was done, as the commands that a person would have typed, and as a script.

pub mod action;
pub mod again;
pub mod commands;
pub mod entry;
mod etag;
pub mod export;
pub mod form;
pub mod script;
pub mod state;

pub use action::Action;
