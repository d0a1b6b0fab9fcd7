//! The application: the model, what can happen to it, and `update`, the only place where it changes.
//!
//! May use `domain` and `codelab`. Does no input or output: what it wants done it returns as
//! [`effect::Effect`]s. Of the terminal's libraries it uses key events only.

pub mod action;
pub mod acts;
pub mod asked;
pub mod assumed;
pub mod break_glass;
pub mod chord;
pub mod commands;
pub mod complete;
pub mod completing;
pub mod conflict;
pub mod decisions;
pub mod describe;
pub mod draft;
pub mod editor;
pub mod effect;
pub mod explaining;
pub mod field;
pub mod file;
pub mod finder;
pub mod fixing;
pub mod form;
pub mod fuzzy;
pub mod guide;
pub mod history;
pub mod inventory;
pub mod job;
pub mod log;
pub mod merge;
pub mod model;
pub mod msg;
pub mod notice;
pub mod outline;
pub mod overlay;
pub mod people;
pub mod policy_tests;
pub mod preview;
pub mod project_facts;
pub mod query;
pub mod registry_view;
pub mod remote;
pub mod replaying;
pub mod report;
pub mod reviewing;
pub mod rows;
pub mod session;
pub mod tab;
pub mod templates;
pub mod text;
pub mod text_diff;
pub mod tree;
pub mod update;
pub mod watching;
pub mod wizard;
pub mod work;

pub use model::Model;
pub use update::update;
