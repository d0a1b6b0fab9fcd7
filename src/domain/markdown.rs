//! Markdown as the reports are written in it.

use crate::text::is_deceptive;

/// Nothing of the text is taken for Markdown or HTML, and a cell stays one cell.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' | '&' => escaped.extend(['\\', c]),
            c if is_deceptive(c) => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
