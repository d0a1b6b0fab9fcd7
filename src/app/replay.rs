//! Replaying audit log entries under the draft.

pub mod act;
pub mod state;
