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
    /// back to the nearest boundary. Reads the whole text: for many spans use a [`LineIndex`].
    pub fn in_text(text: &str, bytes: Range<usize>) -> Self {
        LineIndex::new(text).span(text, bytes)
    }
}

/// A stretch of the text, in bytes; half the size of a `Range<usize>`, and [`Copy`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Bytes {
    start: u32,
    end: u32,
}

impl Bytes {
    /// INVARIANT: texts are smaller than 4 GiB ([`crate::document::MAX_BYTES`]), so nothing is cut off.
    pub(crate) fn new(start: usize, end: usize) -> Self {
        let small = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { start: small(start), end: small(end.max(start)) }
    }

    pub fn start(self) -> usize {
        self.start as usize
    }

    pub fn end(self) -> usize {
        self.end as usize
    }

    pub fn len(self) -> usize {
        self.end() - self.start()
    }

    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    pub fn range(self) -> Range<usize> {
        self.start()..self.end()
    }

    /// The span from the start of one to the end of the other.
    #[must_use]
    pub(crate) fn extend_to(self, other: Self) -> Self {
        Self { start: self.start, end: other.end.max(self.start) }
    }
}

/// How far apart the places are where the characters before them are counted once and for all.
const STRIDE: usize = 128;

/// Turns bytes into lines and columns, and back, without reading the text again: a binary search
/// over the lines and at most 128 bytes of counting, however long a line is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LineIndex {
    /// The byte after each line feed.
    starts: Vec<usize>,
    /// The characters before each multiple of [`STRIDE`]; empty where every character is one byte.
    marks: Vec<usize>,
}

impl LineIndex {
    pub fn new(text: &str) -> Self {
        let starts = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1).collect();
        let marks = if text.is_ascii() { Vec::new() } else { character_marks(text) };
        Self { starts, marks }
    }

    /// How many lines the text has; a line feed at the end opens one more, empty, line.
    pub fn lines(&self) -> usize {
        self.starts.len() + 1
    }

    /// The span of `bytes` in the text that this index was made of.
    pub fn span(&self, text: &str, bytes: Range<usize>) -> Span {
        let start = floor_boundary(text, bytes.start);
        let end = floor_boundary(text, bytes.end).max(start);
        Span { bytes: start..end, start: self.position(text, start), end: self.position(text, end) }
    }

    /// The place of the byte `at`, which is on a boundary of the text.
    pub fn position(&self, text: &str, at: usize) -> Position {
        let line = self.starts.partition_point(|start| *start <= at);
        let column = self.characters(text, at) - self.characters(text, self.line_start(line + 1)) + 1;
        Position { line: line + 1, column }
    }

    /// The byte of a place; a column behind the end of its line is that end, a line behind the last
    /// one is the end of the text.
    pub fn offset(&self, text: &str, position: Position) -> usize {
        let bytes = self.line_bytes(text, position.line);
        let line = text.get(bytes.clone()).unwrap_or_default();
        let column = position.column.saturating_sub(1);
        line.char_indices().nth(column).map_or(bytes.end, |(at, _)| bytes.start + at)
    }

    /// The bytes of a line (1-based) without its line break.
    pub fn line_bytes(&self, text: &str, line: usize) -> Range<usize> {
        if line > self.lines() {
            return text.len()..text.len();
        }
        let start = self.line_start(line);
        let next = self.starts.get(line.max(1) - 1).copied();
        let end = next.map_or(text.len(), |next| next - 1);
        let trimmed = text.get(start..end).unwrap_or_default().trim_end_matches('\r');
        start..start + trimmed.len()
    }

    fn line_start(&self, line: usize) -> usize {
        line.checked_sub(2).and_then(|before| self.starts.get(before)).copied().unwrap_or(0)
    }

    /// How many characters start before the byte `at`.
    fn characters(&self, text: &str, at: usize) -> usize {
        let Some(before) = self.marks.get(at / STRIDE) else { return at };
        let tail = text.as_bytes().get(at / STRIDE * STRIDE..at).unwrap_or_default();
        before + tail.iter().filter(|byte| starts_character(**byte)).count()
    }
}

fn character_marks(text: &str) -> Vec<usize> {
    let mut seen = 0;
    let count = |chunk: &[u8]| {
        let before = seen;
        seen += chunk.iter().filter(|byte| starts_character(**byte)).count();
        before
    };
    let mut marks: Vec<usize> = text.as_bytes().chunks(STRIDE).map(count).collect();
    marks.push(seen);
    marks
}

/// Every byte of UTF-8 but a continuation byte.
fn starts_character(byte: u8) -> bool {
    byte & 0b1100_0000 != 0b1000_0000
}

fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn columns_count_characters() {
        let span = Span::in_text("a: é\nb: ü!", 8..10);
        assert_eq!(span.start, Position { line: 2, column: 3 });
    }

    #[test]
    fn out_of_range_bytes_end_at_the_text() {
        let span = Span::in_text("é", 1..99);
        assert_eq!(span.bytes, 0..2);
        assert_eq!(span.end, Position { line: 1, column: 2 });
    }

    #[test]
    fn lines_end_before_their_break() {
        let text = "ab\r\ncd\n";
        let index = LineIndex::new(text);
        assert_eq!(index.lines(), 3);
        assert_eq!(index.line_bytes(text, 1), 0..2);
        assert_eq!(index.line_bytes(text, 2), 4..6);
        assert_eq!(index.line_bytes(text, 3), 7..7);
        assert_eq!(index.line_bytes(text, 9), 7..7);
        assert_eq!(index.offset(text, Position { line: 1, column: 9 }), 2);
    }

    proptest! {
        #[test]
        fn positions_are_those_of_plain_counting(text in "(\\PC|\n|é|[ -~]{1,200}){0,20}", at in 0usize..4000) {
            let index = LineIndex::new(&text);
            let at = floor_boundary(&text, at);
            let (before, _) = text.split_at(at);
            let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
            let expected = Position { line: before.matches('\n').count() + 1, column };
            prop_assert_eq!(index.position(&text, at), expected);
            prop_assert_eq!(index.offset(&text, expected), at);
        }
    }
}
