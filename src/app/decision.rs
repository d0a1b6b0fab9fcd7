//! What is decided about what is asked: the request, the policies it is asked under, the tree of checks, tags.

pub mod act;
pub mod action;
pub mod choice;
pub mod form;
pub mod manifest;
pub mod manifest_text;
pub mod registry;
pub mod request;
pub mod settle;
pub mod state;
pub mod subject;
pub mod tags;
pub mod tree;
pub(crate) mod workload;

pub use action::Action;
pub use choice::Choice;
