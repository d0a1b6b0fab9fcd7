//! The draft of the policy: its text, its file, problems, completion, search, outline, quick fixes.

pub mod act;
pub mod action;
pub mod choice;
pub mod complete;
pub mod field_help;
pub mod file;
pub mod find;
pub mod form;
pub mod msg;
pub mod outline;
pub mod project_facts;
pub mod quick_fix;
pub mod state;
pub mod template;
pub mod text;

pub use action::Action;
pub use choice::{Choice, Then};
pub use msg::{Effect, Msg};
