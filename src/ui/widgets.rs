//! The parts that views are built of.
//!
//! A widget borrows what it shows and is drawn by `Widget for &X`; those that scroll are drawn by
//! `StatefulWidget for &X` with a [`Scroll`](scroll::Scroll) that lives with the caller. None keeps
//! state of its own, each clips itself to the buffer, and none panics at any size.

pub mod busy;
pub mod code;
pub mod completions;
pub mod confirm;
pub mod diff;
pub mod editor;
pub mod facts;
pub mod field;
pub mod footer;
pub mod form;
pub mod hex;
pub mod overlay;
pub mod pane;
pub mod paragraph;
pub mod picker;
pub mod placeholder;
pub mod scroll;
pub mod stack;
pub mod tab_bar;
pub mod table;
pub mod trace_tree;
