//! The application: the model, what can happen to it, and `update`, the only place where it changes.
//!
//! May use `domain` and `codelab`. Does no input or output: what it wants done it returns as
//! [`effect::Effect`]s. Of the terminal's libraries it uses key events only.

pub mod attestor;
pub mod case;
pub mod cluster;
pub mod command_log;
pub mod decision;
pub mod draft;
pub mod explain;
pub mod fix;
pub mod guide;
pub mod history;
pub mod import;
pub mod people;
pub mod policy_test;
pub mod replay;
pub mod review;
pub mod saving;
pub mod serving;
pub mod shell;
pub mod sign;
pub mod what_if;

pub mod action;
pub mod boxes;
pub mod effect;
pub mod job;
pub mod keymap;
pub mod model;
pub mod msg;
pub mod overlay;
pub mod query;
mod reads;
pub mod remotes;
pub mod rows;
pub mod session;
pub mod submission;
pub mod update;
pub mod work;

pub use model::Model;
pub use update::update;
