//! One line of block YAML: its dashes, its key, and where its value starts.
//!
//! Columns are bytes: whatever stands before the text of a line is blanks and dashes.
//! Not by the reader of `domain::document`, for the reason that [`super::place`] gives.

use std::ops::Range;

/// A line without its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    pub(crate) text: &'a str,
    /// The columns of the dashes that begin it.
    pub(crate) dashes: Vec<usize>,
    /// The column of what comes after blanks and dashes; the line's length where nothing does.
    pub(crate) content: usize,
    pub(crate) key: Option<Key<'a>>,
    /// The column of the `#` of a comment; the line's length where there is none.
    pub(crate) comment: usize,
}

/// The key of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key<'a> {
    /// The name without quotes.
    pub(crate) name: &'a str,
    /// The columns of the name, quotes included.
    pub(crate) at: Range<usize>,
    pub(crate) colon: usize,
    /// The column where the value starts, or would.
    pub(crate) value: usize,
}

impl<'a> Line<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let mut dashes = Vec::new();
        let mut at = blanks_from(bytes, 0);
        while bytes.get(at) == Some(&b'-') && bytes.get(at + 1).is_none_or(|next| *next == b' ') {
            dashes.push(at);
            at = blanks_from(bytes, at + 1);
        }
        let comment = comment_of(text, at);
        let key = key_of(text, at).filter(|key| key.colon < comment);
        Self { text, dashes, content: at.min(comment), key, comment }
    }

    /// Whether it says nothing: blanks, a comment.
    pub(crate) fn is_blank(&self) -> bool {
        self.dashes.is_empty() && self.content >= self.comment
    }

    /// The column of the first thing in it.
    pub(crate) fn first(&self) -> usize {
        self.dashes.first().copied().unwrap_or(self.content)
    }

    /// What stands after the key, without a comment.
    pub(crate) fn value(&self) -> &'a str {
        let from = self.key.as_ref().map_or(self.content, |key| key.value);
        self.text.get(from.min(self.comment)..self.comment).unwrap_or_default().trim_end()
    }
}

fn blanks_from(bytes: &[u8], at: usize) -> usize {
    at + bytes.iter().skip(at).take_while(|byte| **byte == b' ').count()
}

/// The column after a quoted text that starts at `from`, or `None` where it does not end.
pub(crate) fn quoted_end(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let quote = *bytes.get(from)?;
    let mut at = from + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if quote == b'"' => at += 1,
            byte if *byte == quote && quote == b'\'' && bytes.get(at + 1) == Some(&quote) => at += 1,
            byte if *byte == quote => return Some(at + 1),
            _ => {}
        }
        at += 1;
    }
    None
}

/// Where a comment starts at or after `from`: a `#` that begins the text or follows a blank, and is
/// not in quotes that begin a value.
fn comment_of(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut before) = (from, b' ');
    while let Some(byte) = bytes.get(at) {
        let after_blank = matches!(before, b' ' | b'\t');
        let opens = after_blank || matches!(before, b'{' | b'[' | b',' | b':');
        if *byte == b'#' && after_blank {
            return at;
        }
        at = match byte {
            b'"' | b'\'' if opens => quoted_end(text, at).unwrap_or(text.len()),
            _ => at + 1,
        };
        before = bytes.get(at.saturating_sub(1)).copied().unwrap_or(b' ');
    }
    text.len()
}

fn key_of(text: &str, from: usize) -> Option<Key<'_>> {
    let bytes = text.as_bytes();
    let first = *bytes.get(from)?;
    let (name, end) = match first {
        b'"' | b'\'' => {
            let end = quoted_end(text, from)?;
            (text.get(from + 1..end - 1)?, end)
        }
        b'{' | b'[' | b'|' | b'>' | b'#' => return None,
        _ => {
            let end = (from..bytes.len()).find(|at| is_colon(bytes, *at))?;
            (text.get(from..end)?.trim_end(), end)
        }
    };
    let colon = blanks_from(bytes, end);
    let at = from..if first == b'"' || first == b'\'' { end } else { from + name.len() };
    is_colon(bytes, colon).then(|| Key { name, at, colon, value: blanks_from(bytes, colon + 1) })
}

/// Whether there is a colon that ends a key: a blank or the line's end follows it.
fn is_colon(bytes: &[u8], at: usize) -> bool {
    bytes.get(at) == Some(&b':') && bytes.get(at + 1).is_none_or(|next| matches!(next, b' ' | b'\t'))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("a: 1", &[], Some(("a", 3)), 4)]
    #[case("  - - key: v # x", &[2, 4], Some(("key", 11)), 13)]
    #[case("- gcr.io/a:b", &[0], None, 12)]
    #[case("\"a b\": 'x # y' # z", &[], Some(("a b", 7)), 15)]
    #[case("# a: b", &[], None, 0)]
    #[case("key:", &[], Some(("key", 4)), 4)]
    #[case("-", &[0], None, 1)]
    #[case("-x: 1", &[], Some(("-x", 4)), 5)]
    #[case("a#b: it's # c", &[], Some(("a#b", 5)), 10)]
    fn lines_are_read(
        #[case] text: &str,
        #[case] dashes: &[usize],
        #[case] key: Option<(&str, usize)>,
        #[case] comment: usize,
    ) {
        let line = Line::new(text);
        assert_eq!(line.dashes, dashes);
        assert_eq!(line.key.as_ref().map(|key| (key.name, key.value)), key);
        assert_eq!(line.comment, comment);
    }
}
