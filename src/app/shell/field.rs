//! Fields of one line: text, and secrets.
//!
//! Pure. `ratatui-textarea` does not fit here: it draws its own cursor, where ours is the
//! terminal's, and what was typed into it cannot be wiped. A secret must be: its characters live in
//! one allocation that never moves and is overwritten when it is dropped.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use unicode_segmentation::UnicodeSegmentation;
use zeroize::{Zeroize, Zeroizing};

use crate::shell::text::width;

/// The longest text of a field, in bytes: more is refused.
pub const MAX_BYTES: usize = 64 << 10;

/// The longest secret, in bytes; as much is set aside at once, so that it is never moved.
pub const MAX_SECRET_BYTES: usize = 1024;

/// One command to a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldCommand {
    Insert(char),
    /// Inserts a pasted text: line ends become blanks, those at its end go.
    Text(String),
    Backspace,
    Delete,
    DeleteWordLeft,
    DeleteToStart,
    DeleteToEnd,
    Left,
    Right,
    WordLeft,
    WordRight,
    Start,
    End,
    Clear,
}

impl FieldCommand {
    /// What a key means in a field of one line.
    pub(crate) fn of(event: KeyEvent) -> Option<Self> {
        let control = event.modifiers.contains(KeyModifiers::CONTROL);
        let alt = event.modifiers.contains(KeyModifiers::ALT);
        Some(match event.code {
            KeyCode::Char('a') if control => Self::Start,
            KeyCode::Char('e') if control => Self::End,
            KeyCode::Char('u') if control => Self::DeleteToStart,
            KeyCode::Char('k') if control => Self::DeleteToEnd,
            KeyCode::Char('w') if control => Self::DeleteWordLeft,
            KeyCode::Char(c) if !control && !alt => Self::Insert(c),
            KeyCode::Backspace if control || alt => Self::DeleteWordLeft,
            KeyCode::Backspace => Self::Backspace,
            KeyCode::Delete => Self::Delete,
            KeyCode::Left if control => Self::WordLeft,
            KeyCode::Right if control => Self::WordRight,
            KeyCode::Left => Self::Left,
            KeyCode::Right => Self::Right,
            KeyCode::Home => Self::Start,
            KeyCode::End => Self::End,
            _ => return None,
        })
    }
}

/// A text of one line and a cursor in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Field {
    text: String,
    /// The byte that the cursor is before: a grapheme boundary.
    cursor: usize,
}

impl Field {
    /// A field that says `text`, the cursor after it.
    pub fn new(text: &str) -> Self {
        let mut field = Self::default();
        field.input(FieldCommand::Text(text.to_owned()));
        field
    }

    /// Does one command; whether the text is another.
    pub fn input(&mut self, command: FieldCommand) -> bool {
        run(&mut self.text, &mut self.cursor, command, MAX_BYTES)
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The cell that the cursor is at, from 0.
    pub fn cursor_cell(&self) -> usize {
        width(self.text.split_at(self.cursor).0)
    }

    /// Replaces the text; the cursor goes after it.
    pub fn set(&mut self, text: &str) {
        *self = Self::new(text);
    }
}

/// A text that is wiped when it is dropped and that no one prints by accident.
pub struct SecretField {
    text: Zeroizing<String>,
    cursor: usize,
}

impl Default for SecretField {
    fn default() -> Self {
        Self { text: Zeroizing::new(String::with_capacity(MAX_SECRET_BYTES)), cursor: 0 }
    }
}

impl fmt::Debug for SecretField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretField(..)")
    }
}

impl SecretField {
    /// Does one command; whether the secret is another. The text of a pasted command is wiped.
    pub fn input(&mut self, command: FieldCommand) -> bool {
        run(&mut self.text, &mut self.cursor, command, MAX_SECRET_BYTES)
    }

    /// The secret, to be used and not kept.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// Takes the secret out and leaves an empty field.
    pub fn take(&mut self) -> Zeroizing<String> {
        std::mem::take(self).text
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// How many signs stand for the secret.
    pub fn len(&self) -> usize {
        self.text.graphemes(true).count()
    }

    /// How many signs the cursor is after.
    pub fn cursor(&self) -> usize {
        self.text.split_at(self.cursor).0.graphemes(true).count()
    }
}

fn run(text: &mut String, cursor: &mut usize, command: FieldCommand, limit: usize) -> bool {
    match command {
        FieldCommand::Insert('\r' | '\n') => false,
        FieldCommand::Insert(c) => insert(text, cursor, c.encode_utf8(&mut [0; 4]), limit),
        FieldCommand::Text(pasted) => paste(text, cursor, &Zeroizing::new(pasted), limit),
        FieldCommand::Backspace => remove(text, cursor, previous(text, *cursor)),
        FieldCommand::Delete => remove(text, cursor, next(text, *cursor)),
        FieldCommand::DeleteWordLeft => remove(text, cursor, word_start(text, *cursor)),
        FieldCommand::DeleteToStart => remove(text, cursor, 0),
        FieldCommand::DeleteToEnd => remove(text, cursor, text.len()),
        FieldCommand::Left => go(cursor, previous(text, *cursor)),
        FieldCommand::Right => go(cursor, next(text, *cursor)),
        FieldCommand::WordLeft => go(cursor, word_start(text, *cursor)),
        FieldCommand::WordRight => go(cursor, word_end(text, *cursor)),
        FieldCommand::Start => go(cursor, 0),
        FieldCommand::End => go(cursor, text.len()),
        FieldCommand::Clear => clear(text, cursor),
    }
}

fn go(cursor: &mut usize, to: usize) -> bool {
    *cursor = to;
    false
}

fn clear(text: &mut String, cursor: &mut usize) -> bool {
    let changed = !text.is_empty();
    text.clear();
    *cursor = 0;
    changed
}

/// Inserts a text made one line, by way of one allocation that is wiped.
fn paste(text: &mut String, cursor: &mut usize, pasted: &str, limit: usize) -> bool {
    let mut one_line = Zeroizing::new(String::with_capacity(pasted.len()));
    for line in pasted.trim_end_matches(['\r', '\n']).split_inclusive('\n') {
        one_line.extend(line.chars().filter(|c| *c != '\r').map(|c| if c == '\n' { ' ' } else { c }));
    }
    insert(text, cursor, &one_line, limit)
}

fn insert(text: &mut String, cursor: &mut usize, new: &str, limit: usize) -> bool {
    if new.is_empty() || text.len() + new.len() > limit {
        return false;
    }
    text.insert_str(*cursor, new);
    *cursor = boundary_from(text, *cursor + new.len());
    true
}

/// Removes what is between the cursor and `to`.
fn remove(text: &mut String, cursor: &mut usize, to: usize) -> bool {
    let (start, end) = (to.min(*cursor), to.max(*cursor));
    // The bytes that move down leave copies behind, within the one allocation that is wiped.
    text.drain(start..end);
    *cursor = boundary_from(text, start);
    start < end
}

fn boundaries(text: &str) -> impl DoubleEndedIterator<Item = usize> {
    text.grapheme_indices(true).map(|(at, _)| at)
}

fn boundary_from(text: &str, at: usize) -> usize {
    boundaries(text).find(|boundary| *boundary >= at).unwrap_or(text.len())
}

fn previous(text: &str, at: usize) -> usize {
    boundaries(text).rev().find(|boundary| *boundary < at).unwrap_or(0)
}

fn next(text: &str, at: usize) -> usize {
    boundaries(text).find(|boundary| *boundary > at).unwrap_or(text.len())
}

/// The start of the word before a place. Unicode's words may begin within a grapheme (a spacing mark of some
/// scripts is a letter to them), where no cursor can be.
fn word_start(text: &str, at: usize) -> usize {
    let words = text.split_word_bound_indices().filter(|(_, word)| !word.trim().is_empty());
    let start = words.map(|(start, _)| start).take_while(|start| *start < at).last().unwrap_or(0);
    boundaries(text).take_while(|boundary| *boundary <= start).last().unwrap_or(0)
}

fn word_end(text: &str, at: usize) -> usize {
    let words = text.split_word_bound_indices().filter(|(_, word)| !word.trim().is_empty());
    let end = words.map(|(start, word)| start + word.len()).find(|end| *end > at).unwrap_or(text.len());
    boundary_from(text, end)
}

impl Zeroize for SecretField {
    fn zeroize(&mut self) {
        self.text.zeroize();
        self.cursor = 0;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn marked(field: &Field) -> String {
        let (before, after) = field.text.split_at(field.cursor);
        format!("{before}|{after}")
    }

    #[test]
    fn words_are_walked_and_deleted() {
        let mut field = Field::new("us.gcr.io/p img");
        field.input(FieldCommand::WordLeft);
        assert_eq!(marked(&field), "us.gcr.io/p |img");
        assert!(field.input(FieldCommand::DeleteWordLeft));
        assert_eq!(marked(&field), "us.gcr.io/|img");
        field.input(FieldCommand::Start);
        field.input(FieldCommand::WordRight);
        assert_eq!(marked(&field), "us.gcr.io|/img");
        assert!(field.input(FieldCommand::DeleteToEnd));
        assert!(field.input(FieldCommand::DeleteToStart));
        assert_eq!(marked(&field), "|");
    }

    #[test]
    fn pasted_line_ends_become_blanks() {
        let mut field = Field::default();
        field.input(FieldCommand::Text("a\r\nb\nc\n".to_owned()));
        assert_eq!(field.text(), "a b c");
        assert_eq!(field.cursor_cell(), 5);
    }

    #[test]
    fn graphemes_are_whole() {
        let mut field = Field::new("e\u{301}日");
        assert_eq!(field.cursor_cell(), 3);
        field.input(FieldCommand::Left);
        field.input(FieldCommand::Backspace);
        assert_eq!(marked(&field), "|日");
    }

    #[test]
    fn a_secret_is_not_printed_nor_moved() {
        let mut secret = SecretField::default();
        let place = secret.expose().as_ptr();
        secret.input(FieldCommand::Text("hunter2".to_owned()));
        while secret.input(FieldCommand::Insert('x')) {}
        assert_eq!(secret.len(), MAX_SECRET_BYTES);
        assert_eq!(secret.expose().as_ptr(), place);
        assert_eq!(format!("{secret:?}"), "SecretField(..)");
        assert!(secret.take().starts_with("hunter2"));
        assert!(secret.is_empty());
    }

    fn any_command() -> impl Strategy<Value = FieldCommand> {
        let fixed = prop::sample::select(vec![
            FieldCommand::Backspace,
            FieldCommand::Delete,
            FieldCommand::DeleteWordLeft,
            FieldCommand::DeleteToStart,
            FieldCommand::DeleteToEnd,
            FieldCommand::Left,
            FieldCommand::Right,
            FieldCommand::WordLeft,
            FieldCommand::WordRight,
            FieldCommand::Start,
            FieldCommand::End,
            FieldCommand::Clear,
        ]);
        prop_oneof![fixed, any::<char>().prop_map(FieldCommand::Insert), any::<String>().prop_map(FieldCommand::Text)]
    }

    proptest! {
        #[test]
        fn the_cursor_is_always_at_a_boundary(commands in prop::collection::vec(any_command(), 0..30)) {
            let mut field = Field::default();
            for command in commands {
                let before = field.text.clone();
                let changed = field.input(command);
                prop_assert!(boundaries(&field.text).chain([field.text.len()]).any(|at| at == field.cursor));
                prop_assert!(!field.text.contains(['\r', '\n']));
                prop_assert_eq!(changed, before != field.text);
            }
        }
    }
}
