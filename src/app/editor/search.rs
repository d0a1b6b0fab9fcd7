//! Finding text: as it is written, and without regard to case where the query has no capital.

use std::ops::Range;

use crate::app::editor::command::Outcome;
use crate::app::editor::{Editor, lines};

/// Which way to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Forward,
    Backward,
}

impl Editor {
    /// Selects the next place that says `query`, going round at the text's end.
    pub fn find(&mut self, query: &str, direction: Direction) -> Outcome {
        let found = matches(&self.text(), query);
        let selection = self.selection().unwrap_or(self.caret.cursor..self.caret.cursor);
        let next = match direction {
            Direction::Forward => found.iter().find(|m| m.start >= selection.end).or_else(|| found.first()),
            Direction::Backward => found.iter().rev().find(|m| m.end <= selection.start).or_else(|| found.last()),
        };
        match next {
            Some(found) => {
                let (start, end) = (lines::snap(&self.text, found.start), lines::snap(&self.text, found.end));
                self.select(start..end)
            }
            None => Outcome::Nothing,
        }
    }
}

/// The places, in characters and not overlapping, where `text` says `query`.
pub fn matches(text: &str, query: &str) -> Vec<Range<usize>> {
    let exact = query.chars().any(char::is_uppercase);
    let fold = |c: char| if exact { c } else { c.to_lowercase().next().unwrap_or(c) };
    let wanted: Vec<char> = query.chars().map(fold).collect();
    let text: Vec<char> = text.chars().map(fold).collect();
    let mut found: Vec<Range<usize>> = Vec::new();
    if wanted.is_empty() {
        return found;
    }
    for (at, window) in text.windows(wanted.len()).enumerate() {
        if window == wanted && found.last().is_none_or(|last| at >= last.end) {
            found.push(at..at + wanted.len());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_counts_only_where_the_query_has_a_capital() {
        assert_eq!(matches("Ab ab AB", "ab"), [0..2, 3..5, 6..8]);
        assert_eq!(matches("Ab ab AB", "Ab").first(), Some(&(0..2)));
        assert_eq!(matches("aaa", "aa").first(), Some(&(0..2)));
        assert_eq!(matches("é ü", "ü").first(), Some(&(2..3)));
        assert!(matches("a", "").is_empty());
    }

    #[test]
    fn searching_goes_round() {
        let mut editor = Editor::new("one two one");
        let mut next = |direction| {
            editor.find("one", direction);
            editor.selection().unwrap()
        };
        assert_eq!(next(Direction::Forward), 0..3);
        assert_eq!(next(Direction::Forward), 8..11);
        assert_eq!(next(Direction::Forward), 0..3);
        assert_eq!(next(Direction::Backward), 8..11);
    }
}
