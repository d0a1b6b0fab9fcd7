//! Places in a text: byte ranges and 1-based lines and columns.

use std::ops::Range;

/// A place in a text, 1-based; columns count Unicode scalar values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

/// A stretch of a text: its bytes, and where it starts and ends (the end is exclusive).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Span {
    pub bytes: Range<usize>,
    pub start: Position,
    pub end: Position,
}

impl Span {
    /// The span of `bytes` in `text`; bytes outside the text, or inside a character, are moved
    /// back to the nearest boundary.
    pub fn of(text: &str, bytes: Range<usize>) -> Self {
        let start = floor_boundary(text, bytes.start);
        let end = floor_boundary(text, bytes.end).max(start);
        Self { bytes: start..end, start: position(text, start), end: position(text, end) }
    }
}

fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn position(text: &str, at: usize) -> Position {
    let (before, _) = text.split_at(at);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let (head, tail) = before.split_at(line_start);
    Position { line: head.matches('\n').count() + 1, column: tail.chars().count() + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let span = Span::of("a: é\nb: ü!", 8..10);
        assert_eq!(span.start, Position { line: 2, column: 3 });
    }

    #[test]
    fn out_of_range_bytes_end_at_the_text() {
        let span = Span::of("é", 1..99);
        assert_eq!(span.bytes, 0..2);
        assert_eq!(span.end, Position { line: 1, column: 2 });
    }
}
