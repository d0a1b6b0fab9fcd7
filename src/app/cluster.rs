//! The cluster of the Deployer's tab: setting it up, what runs in it, its events, deploying.

pub mod act;
pub mod action;
pub mod choice;
pub mod form;
pub mod msg;
pub mod setup;
pub mod state;
pub mod watch;

pub use action::Action;
pub use choice::Then;
pub use msg::{Effect, Msg};
