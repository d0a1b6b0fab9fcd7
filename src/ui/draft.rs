//! The panes of the draft: the editor with its problems, the search bar, the field under the cursor.

pub(crate) mod described;
pub(crate) mod find;
pub(crate) mod view;
