//! The Attestor's tab: attestors, notes, attestations and the keys of this machine.

pub mod act;
pub mod action;
pub mod choice;
pub mod form;

pub use action::Action;
pub use choice::Choice;
