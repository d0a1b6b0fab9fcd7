//! What every pane and box is drawn with, and which names no feature.

pub(crate) mod form;
pub(crate) mod frame;
pub(crate) mod list;
pub(crate) mod picker;
pub(crate) mod reader;
