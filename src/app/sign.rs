//! Signing: the wizard from the image to the uploaded attestation.

pub mod act;
pub mod action;
pub mod form;
mod overlay;
pub mod state;

pub use action::Action;
