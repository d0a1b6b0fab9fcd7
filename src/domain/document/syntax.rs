//! Problems of the text before it is read as a tree.

use crate::diagnostic::{Code, Problems};
use crate::path::Path;
use crate::span::Bytes;

/// Characters that no YAML text has (`Reader.NON_PRINTABLE` of ruamel.yaml), and those that end a line
/// in one version of YAML and not in the other; the first of each line.
pub(crate) fn check_characters(text: &str, problems: &mut Problems<'_>) {
    // Most texts have no bytes that could begin one.
    let suspicious = |byte: u8| (byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0x7f || byte >= 0xc2;
    if !text.bytes().any(suspicious) {
        return;
    }
    for line in Lines::new(text) {
        let found = line.text.char_indices().find_map(|(at, c)| Some((at, c, fault(c)?)));
        let Some((at, character, (code, what))) = found else { continue };
        let at = line.start + at;
        let message = format!("{what} U+{:04X}", u32::from(character));
        problems.push(code, Bytes::new(at, at + character.len_utf8()), Path::default(), message);
    }
}

/// Whether gcloud's YAML reader refuses a character wherever it stands.
pub(crate) fn is_unprintable(c: char) -> bool {
    matches!(fault(c), Some((Code::ControlCharacter, _)))
}

fn fault(c: char) -> Option<(Code, &'static str)> {
    match c {
        '\u{85}' | '\u{2028}' | '\u{2029}' => Some((Code::LineSeparator, "the line separator")),
        '\t' | '\n' | '\r' | ' '..='~' | '\u{a0}'..='\u{fffd}' | '\u{10000}'.. => None,
        _ => Some((Code::ControlCharacter, "the unprintable character")),
    }
}

/// Tabs outside quotes, block scalars and comments: gcloud's reader takes none, although YAML 1.2
/// allows some. The first of each line; `quoted` is in the order of the text.
pub(crate) fn check_tabs(text: &str, quoted: &[Bytes], problems: &mut Problems<'_>) {
    if !text.contains('\t') {
        return;
    }
    let mut quoted = quoted.iter().peekable();
    for line in Lines::new(text) {
        let mut after_space = true;
        for (at, byte) in line.text.bytes().enumerate() {
            let here = line.start + at;
            while quoted.next_if(|quote| quote.end() <= here).is_some() {}
            let in_quotes = quoted.peek().is_some_and(|quote| quote.start() <= here);
            match byte {
                _ if in_quotes => {}
                b'#' if after_space => break,
                b'\t' => {
                    let message = "a tab outside of quotes".to_owned();
                    problems.push(Code::Tab, Bytes::new(here, here + 1), Path::default(), message);
                    break;
                }
                _ => {}
            }
            after_space = byte == b' ' && !in_quotes;
        }
    }
}

/// Whether `text` is JSON by the grammar, as the `.json` files of gcloud must be.
pub(crate) fn check_json(text: &str, problems: &mut Problems<'_>) {
    if text.starts_with('\u{feff}') {
        let message = "a byte order mark in front of the JSON text".to_owned();
        problems.push(Code::ByteOrderMark, Bytes::new(0, '\u{feff}'.len_utf8()), Path::default(), message);
        return;
    }
    let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) else { return };
    // serde_json counts the bytes of a line from 1; at the end of the text the column may be 0.
    let line = Lines::new(text).nth(error.line().saturating_sub(1));
    let line_start = line.map_or(text.len(), |line| line.start);
    let at = (line_start + error.column().saturating_sub(1)).min(text.len());
    let full = error.to_string();
    let (message, _) = full.rsplit_once(" at line ").unwrap_or((&full, ""));
    problems.push(Code::Syntax, Bytes::new(at, at + 1), Path::default(), format!("not JSON: {message}"));
}

struct Lines<'t> {
    rest: &'t str,
    start: usize,
}

/// A line with its break, and the byte where it starts.
struct Line<'t> {
    text: &'t str,
    start: usize,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str) -> Self {
        Self { rest: text, start: 0 }
    }
}

impl<'t> Iterator for Lines<'t> {
    type Item = Line<'t>;

    fn next(&mut self) -> Option<Line<'t>> {
        if self.rest.is_empty() {
            return None;
        }
        let end = self.rest.find('\n').map_or(self.rest.len(), |newline| newline + 1);
        let (text, rest) = self.rest.split_at(end);
        let line = Line { text, start: self.start };
        self.rest = rest;
        self.start += end;
        Some(line)
    }
}
