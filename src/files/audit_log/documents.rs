//! Where each document of a stream of YAML begins and ends, or each item of a list: by its lines alone.

use super::split::{Batch, Broken, MAX_ENTRY, Piece};

/// Splits YAML that comes in pieces of any size.
#[derive(Debug, Default)]
pub(super) struct Documents {
    /// The document so far.
    bytes: Vec<u8>,
    /// The line so far.
    line: Vec<u8>,
    /// How many lines there were.
    lines: usize,
    /// The line on which the document begins.
    begun: usize,
    number: usize,
    /// The document is an item of a list in the field of an object.
    is_item: bool,
    /// What follows the items of an object.
    is_rest: bool,
}

impl Documents {
    pub(super) fn push(&mut self, chunk: &[u8], batch: &mut Batch) {
        for piece in chunk.split_inclusive(|byte| *byte == b'\n') {
            let room = (MAX_ENTRY + 1).saturating_sub(self.line.len());
            self.line.extend_from_slice(piece.get(..room).unwrap_or(piece));
            if piece.ends_with(b"\n") {
                self.end_line(batch);
            }
        }
    }

    pub(super) fn finish(&mut self, batch: &mut Batch) {
        self.end_line(batch);
        self.end(batch);
    }

    fn end_line(&mut self, batch: &mut Batch) {
        let line = std::mem::take(&mut self.line);
        self.lines += 1;
        let text = line.trim_ascii_end();
        let is_outermost = text.first().is_some_and(|byte| !byte.is_ascii_whitespace() && *byte != b'#');
        if text == b"---" || text.starts_with(b"--- ") {
            self.end(batch);
            (self.is_item, self.is_rest) = (false, false);
            return;
        }
        if text.starts_with(b"- ") && !self.is_rest {
            if self.is_list_of_object() {
                self.bytes.clear();
                self.is_item = true;
            } else {
                self.end(batch);
            }
        } else if self.is_item && is_outermost {
            self.end(batch);
            self.is_rest = true;
        }
        if self.bytes.is_empty() {
            self.begun = self.lines;
        }
        let room = (MAX_ENTRY + 1).saturating_sub(self.bytes.len());
        if !self.is_rest && (!self.bytes.is_empty() || !text.is_empty()) {
            self.bytes.extend_from_slice(line.get(..room).unwrap_or(&line));
        }
    }

    /// Whether what came so far is an object that ends in `items:`.
    fn is_list_of_object(&self) -> bool {
        let last = self.bytes.trim_ascii_end().rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        matches!(last, b"items:" | b"entries:")
    }

    fn end(&mut self, batch: &mut Batch) {
        if self.bytes.trim_ascii().is_empty() {
            return self.bytes.clear();
        }
        self.number += 1;
        let start = batch.bytes.len();
        let entry = if self.bytes.len() > MAX_ENTRY {
            Err(Broken::TooLarge)
        } else {
            batch.bytes.extend_from_slice(&self.bytes);
            Ok(start..batch.bytes.len())
        };
        self.bytes.clear();
        batch.pieces.push(Piece { number: self.number, line: self.begun, entry });
    }
}
