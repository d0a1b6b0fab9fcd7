//! The panes of the draft: the editor with its problems, the search bar, the field under the cursor.

pub(crate) mod field_help;
pub(crate) mod find;
pub(crate) mod view;
