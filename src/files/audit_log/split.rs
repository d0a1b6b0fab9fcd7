//! Where each entry of an export begins and ends: of an array, or of entries one after the other.
//!
//! Nothing is read but brackets and quotes, so that the entries of a large export can be read on all
//! cores; memory holds one entry and the pieces that were not taken yet.

use std::ops::Range;

/// Longer entries are not read: Cloud Logging takes at most 256 KiB of one.
pub const MAX_ENTRY: usize = 1 << 20;

/// A part of an export.
#[derive(Debug, Default)]
pub struct Batch {
    pub bytes: Vec<u8>,
    pub pieces: Vec<Piece>,
}

/// An entry, or what stands in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The line, from 1.
    pub number: usize,
    /// The line on which it begins, from 1.
    pub line: usize,
    /// Its bytes in the batch, or why they are none.
    pub entry: Result<Range<usize>, Broken>,
}

/// Why there is no entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("expected an entry in braces")]
    NoEntry,
    #[error("the entry has no end before the next one")]
    NoEnd,
    #[error("the export ends within the entry")]
    CutOff,
    #[error("the entry has more than the {MAX_ENTRY} bytes that are read")]
    TooLarge,
}

/// Splits an export that comes in pieces of any size.
#[derive(Debug)]
pub struct Splitter {
    entry: Option<Open>,
    /// The bytes of the open entry that have come so far.
    bytes: Vec<u8>,
    /// The line, from 1.
    line: usize,
    /// Bytes since the line began.
    column: usize,
    /// Nothing but blanks stands on the line so far.
    blank: bool,
    number: usize,
    /// What stands between entries was told once for this line.
    told: usize,
    /// The object around a list of entries, as the API lists them.
    envelope: Option<Envelope>,
}

/// An object whose list holds the entries: what follows the list is passed over.
#[derive(Debug, Default)]
struct Envelope {
    /// How deep in it, once the list has ended; 0 within the list.
    depth: usize,
    in_string: bool,
    escaped: bool,
}

/// Fields of objects that hold entries. No entry has them.
const LISTS: [&[u8]; 2] = [b"\"entries\"", b"\"items\""];

/// An entry that has begun.
#[derive(Debug)]
struct Open {
    line: usize,
    column: usize,
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl Default for Splitter {
    fn default() -> Self {
        Self { entry: None, bytes: Vec::new(), line: 1, column: 0, blank: true, number: 0, told: 0, envelope: None }
    }
}

impl Splitter {
    /// Takes the next bytes; what they complete goes to `batch`.
    pub fn push(&mut self, chunk: &[u8], batch: &mut Batch) {
        let mut from = 0;
        for (at, byte) in chunk.iter().enumerate() {
            let begins_line = self.blank && !matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
            // A brace never stands below the one that holds it: there the next entry begins.
            let open = self.entry.as_ref();
            if begins_line && *byte == b'{' && open.is_some_and(|o| o.column == self.column && o.line < self.line) {
                self.end(Err(Broken::NoEnd), batch);
            }
            if self.is_behind_list(*byte) {
                // Nothing there is an entry.
            } else if self.entry.is_some() {
                if *byte == b'[' && self.is_list(chunk.get(from..at).unwrap_or_default()) {
                    self.open_envelope();
                } else if self.inside(*byte) {
                    self.keep(chunk.get(from..=at).unwrap_or_default());
                    self.end(Ok(()), batch);
                }
            } else if *byte == b'{' {
                from = at;
                self.begin();
            } else if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',' | b'[' | b']' | 0xef | 0xbb | 0xbf) {
                self.stray(batch);
            }
            self.go(*byte, begins_line);
        }
        if self.entry.is_some() {
            self.keep(chunk.get(from..).unwrap_or_default());
        }
    }

    /// The export has ended.
    pub fn finish(&mut self, batch: &mut Batch) {
        if self.entry.is_some() {
            self.end(Err(Broken::CutOff), batch);
        }
    }

    /// How many entries have begun.
    pub fn entries(&self) -> usize {
        self.number
    }

    /// Whether a list of entries begins, of which these are the last bytes before it.
    fn is_list(&self, before: &[u8]) -> bool {
        /// A field's name and blanks before its value.
        const NEAR: usize = 64;
        if self.envelope.is_some() || self.entry.as_ref().is_none_or(|open| open.depth != 1 || open.in_string) {
            return false;
        }
        let held = self.bytes.get(self.bytes.len().saturating_sub(NEAR)..).unwrap_or_default();
        let near = [held, before.get(before.len().saturating_sub(NEAR)..).unwrap_or_default()].concat();
        let name = near.trim_ascii_end().strip_suffix(b":").map(<[u8]>::trim_ascii_end);
        name.is_some_and(|near| LISTS.iter().any(|name| near.ends_with(name)))
    }

    /// What was taken for an entry is the object around them.
    fn open_envelope(&mut self) {
        self.entry = None;
        self.bytes.clear();
        self.number = self.number.saturating_sub(1);
        self.envelope = Some(Envelope::default());
    }

    /// Goes over what is behind the list of an object, up to the object's end.
    fn is_behind_list(&mut self, byte: u8) -> bool {
        let is_between = self.entry.is_none();
        let Some(around) = &mut self.envelope else { return false };
        if around.depth == 0 {
            if is_between && byte == b']' {
                around.depth = 1;
            }
            return false;
        }
        match byte {
            _ if around.escaped => around.escaped = false,
            b'\\' if around.in_string => around.escaped = true,
            b'"' => around.in_string = !around.in_string,
            b'{' | b'[' if !around.in_string => around.depth += 1,
            b'}' | b']' if !around.in_string => around.depth -= 1,
            _ => {}
        }
        if around.depth == 0 {
            self.envelope = None;
        }
        true
    }

    fn go(&mut self, byte: u8, begins_line: bool) {
        if byte == b'\n' {
            (self.line, self.column, self.blank) = (self.line + 1, 0, true);
        } else {
            self.column += 1;
            self.blank &= !begins_line;
        }
    }

    fn begin(&mut self) {
        self.number += 1;
        self.bytes.clear();
        let (line, column) = (self.line, self.column);
        self.entry = Some(Open { line, column, depth: 1, in_string: false, escaped: false });
    }

    /// Goes over a byte of the entry; true at its end.
    fn inside(&mut self, byte: u8) -> bool {
        let Some(open) = &mut self.entry else { return false };
        if open.in_string {
            match byte {
                _ if open.escaped => open.escaped = false,
                b'\\' => open.escaped = true,
                b'"' => open.in_string = false,
                _ => {}
            }
            return false;
        }
        match byte {
            b'"' => open.in_string = true,
            b'{' | b'[' => open.depth += 1,
            b'}' | b']' => open.depth -= 1,
            _ => {}
        }
        open.depth == 0
    }

    /// Holds no more than what shows that it is too long.
    fn keep(&mut self, bytes: &[u8]) {
        let room = (MAX_ENTRY + 1).saturating_sub(self.bytes.len());
        self.bytes.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }

    fn end(&mut self, whole: Result<(), Broken>, batch: &mut Batch) {
        let Some(open) = self.entry.take() else { return };
        let start = batch.bytes.len();
        let entry = match whole {
            Ok(()) if self.bytes.len() > MAX_ENTRY => Err(Broken::TooLarge),
            Ok(()) => {
                batch.bytes.extend_from_slice(&self.bytes);
                Ok(start..batch.bytes.len())
            }
            Err(broken) => Err(broken),
        };
        self.bytes.clear();
        batch.pieces.push(Piece { number: self.number, line: open.line, entry });
    }

    /// Something that is no entry: told once for each line.
    fn stray(&mut self, batch: &mut Batch) {
        if self.told != self.line {
            self.told = self.line;
            self.number += 1;
            batch.pieces.push(Piece { number: self.number, line: self.line, entry: Err(Broken::NoEntry) });
        }
    }
}
