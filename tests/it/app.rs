//! The ring of the workbench's model: keys, the mouse and answers go in; effects and what the screen
//! says come out.
//!
//! Its tests use a [`Stage`](crate::support::stage::Stage), which has neither a terminal nor a runtime: an
//! effect is looked at, or answered by hand. What a screen looks like is in `screens`, which starts from the
//! stages that are prepared here.
//!
//! `cargo test --test it app::`

pub(crate) mod case;
pub(crate) mod editor;
pub(crate) mod explain;
pub(crate) mod fixes;
mod forms;
pub(crate) mod history;
pub(crate) mod import;
mod interaction;
mod panes;
pub(crate) mod people;
pub(crate) mod policy_tests;
pub(crate) mod replay;
pub(crate) mod review;
pub(crate) mod saving;
mod serving;
pub(crate) mod session_script;
pub(crate) mod simulate;
pub(crate) mod watch;
