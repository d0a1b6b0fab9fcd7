//! What every feature stands on and which names none of them: keys, panes, the text editor, fields, forms, texts, remote values.

pub mod action;
pub mod chord;
pub mod editor;
pub mod field;
pub mod form;
pub mod fuzzy;
pub mod notice;
pub mod offset;
pub mod remote;
pub mod report;
pub mod suggestion;
pub mod tab;
pub mod text;
pub mod text_diff;
pub mod timer;
