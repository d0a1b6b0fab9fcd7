//! Finding text, and replacing it: as it is written or by a regular expression, with regard to case
//! or without.
//!
//! A plain query is a regular expression whose signs are escaped, so that case is folded by the rules
//! of Unicode in both. Expressions take linear time, and their size is limited.

use std::ops::Range;

use regex::{Captures, Regex, RegexBuilder};

use crate::shell::editor::Editor;
use crate::shell::editor::command::EditOutcome;

/// Which way to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Forward,
    Backward,
}

/// The most places that are looked for.
pub const MAX_MATCHES: usize = 100_000;

/// The largest expression, compiled, in bytes.
const MAX_PATTERN: usize = 1 << 20;

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    pub text: String,
    /// Case counts; otherwise only where the query has a capital.
    pub case: bool,
    /// The text is a regular expression; `^` and `$` stand for the ends of lines.
    pub regex: bool,
}

/// A regular expression that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadPattern(String);

impl Query {
    /// Makes it ready to look with; `None` for an empty one.
    ///
    /// # Errors
    /// If it is a regular expression and cannot be read, or would be too large.
    pub fn compile(&self) -> Result<Option<Search>, BadPattern> {
        if self.text.is_empty() {
            return Ok(None);
        }
        let pattern = if self.regex { self.text.clone() } else { regex::escape(&self.text) };
        let exact = self.case || self.text.chars().any(char::is_uppercase);
        let built = RegexBuilder::new(&pattern)
            .case_insensitive(!exact)
            .multi_line(true)
            .crlf(true)
            .size_limit(MAX_PATTERN)
            .build();
        match built {
            Ok(pattern) => Ok(Some(Search { pattern, literal: !self.regex })),
            Err(error) => Err(BadPattern(in_one_line(&error))),
        }
    }
}

/// The parser draws a picture over several lines; the last one says what is wrong.
fn in_one_line(error: &regex::Error) -> String {
    let text = error.to_string();
    text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

/// A query that is ready.
#[derive(Debug, Clone)]
pub struct Search {
    pattern: Regex,
    /// What replaces is meant as it is, without `$1`.
    literal: bool,
}

impl Search {
    /// The places (in bytes, in order and apart) that fit; at most [`MAX_MATCHES`].
    pub fn places(&self, text: &str) -> Vec<Range<usize>> {
        let found = self.pattern.find_iter(text).map(|found| found.range());
        found.filter(|range| !range.is_empty()).take(MAX_MATCHES).collect()
    }

    /// The places that fit, each with what replaces it.
    fn replacements(&self, text: &str, with: &str) -> Vec<(Range<usize>, String)> {
        let found = self.pattern.captures_iter(text).filter_map(|captures| {
            let range = captures.get(0)?.range();
            Some((range, self.expanded(&captures, with)))
        });
        found.filter(|(range, _)| !range.is_empty()).take(MAX_MATCHES).collect()
    }

    fn expanded(&self, captures: &Captures<'_>, with: &str) -> String {
        if self.literal {
            return with.to_owned();
        }
        let mut text = String::new();
        captures.expand(with, &mut text);
        text
    }
}

impl Editor {
    /// Selects the next of some places (in bytes, in order), going round at the text's end.
    pub fn find(&mut self, places: &[Range<usize>], direction: Direction) -> EditOutcome {
        let here = self.selected_bytes();
        let next = match direction {
            Direction::Forward => {
                let at = places.partition_point(|place| place.start < here.end.max(here.start));
                places.get(at).or(places.first())
            }
            Direction::Backward => {
                let at = places.partition_point(|place| place.end <= here.start);
                at.checked_sub(1).and_then(|at| places.get(at)).or(places.last())
            }
        };
        next.map_or(EditOutcome::Nothing, |place| self.select_bytes(place.clone()))
    }

    /// Replaces the selection, if it is one of the places that fit, as one undo step.
    pub fn replace_selected(&mut self, search: &Search, with: &str) -> EditOutcome {
        let here = self.selected_bytes();
        let text = self.text();
        let found = search.replacements(&text, with).into_iter().find(|(range, _)| *range == here);
        found.map_or(EditOutcome::Nothing, |(range, text)| self.replace(range, &text))
    }

    /// Replaces every place that fits, as one undo step; how many there were.
    pub fn replace_all(&mut self, search: &Search, with: &str) -> (usize, EditOutcome) {
        let places = search.replacements(&self.text(), with);
        let outcome = self.replace_each(&places);
        (if outcome == EditOutcome::Changed { places.len() } else { 0 }, outcome)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;
    use crate::shell::editor::EditorCommand;

    fn query(text: &str, case: bool, regex: bool) -> Search {
        Query { text: text.to_owned(), case, regex }.compile().unwrap().unwrap()
    }

    #[rstest]
    #[case("Ab ab AB", "ab", false, false, &[(0, 2), (3, 5), (6, 8)])]
    #[case("Ab ab AB", "Ab", false, false, &[(0, 2)])]
    #[case("Ab ab AB", "ab", true, false, &[(3, 5)])]
    #[case("aaa", "aa", false, false, &[(0, 2)])]
    #[case("é ü É", "é", false, false, &[(0, 2), (6, 8)])]
    #[case("a.b axb", "a.b", false, false, &[(0, 3)])]
    #[case("a.b axb", "a.b", false, true, &[(0, 3), (4, 7)])]
    #[case("a: 1\r\nb: 2", "\\d$", false, true, &[(3, 4), (9, 10)])]
    #[case("aab", "x*", false, true, &[])]
    fn places(
        #[case] text: &str,
        #[case] wanted: &str,
        #[case] case: bool,
        #[case] regex: bool,
        #[case] expected: &[(usize, usize)],
    ) {
        let found: Vec<_> = query(wanted, case, regex).places(text).iter().map(|r| (r.start, r.end)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_no_expression_is_told_in_one_line() {
        let bad = |text: &str| Query { text: text.to_owned(), case: false, regex: true }.compile().unwrap_err();
        assert_eq!(bad("a(").to_string(), "unclosed group");
        assert!(!bad("\\w{1000000}").to_string().contains('\n'));
        assert!(Query::default().compile().unwrap().is_none());
    }

    #[test]
    fn searching_goes_round() {
        let mut editor = Editor::new("one two one");
        let places = query("one", false, false).places(&editor.text());
        let mut next = |direction| {
            editor.find(&places, direction);
            editor.selected_bytes()
        };
        assert_eq!(next(Direction::Forward), 0..3);
        assert_eq!(next(Direction::Forward), 8..11);
        assert_eq!(next(Direction::Forward), 0..3);
        assert_eq!(next(Direction::Backward), 8..11);
    }

    #[test]
    fn all_is_replaced_in_one_step_and_the_cursor_stays_in_its_text() {
        let mut editor = Editor::new("prod-1, prod-2, prod-3 end");
        editor.go_to_byte(17);
        let search = query("prod-(\\d)", false, true);
        assert_eq!(editor.replace_all(&search, "p$1$1"), (3, EditOutcome::Changed));
        assert_eq!(editor.text(), "p11, p22, p33 end");
        assert_eq!(editor.cursor_byte(), 13);
        editor.input(EditorCommand::Undo);
        assert_eq!((editor.text().as_str(), editor.cursor_byte()), ("prod-1, prod-2, prod-3 end", 17));
        editor.input(EditorCommand::Redo);
        assert_eq!(editor.text(), "p11, p22, p33 end");
    }

    #[test]
    fn only_a_selected_place_is_replaced() {
        let mut editor = Editor::new("a$ a$");
        let search = query("a$", false, false);
        assert_eq!(editor.replace_selected(&search, "$0"), EditOutcome::Nothing);
        editor.find(&search.places("a$ a$"), Direction::Forward);
        assert_eq!(editor.replace_selected(&search, "$0"), EditOutcome::Changed);
        assert_eq!(editor.text(), "$0 a$");
    }

    proptest! {
        #[test]
        fn replacing_all_is_what_the_expression_does(text in "[ab\n]{0,20}", wanted in "[ab]{1,3}", with in "[xy]{0,3}", at in 0usize..20) {
            let mut editor = Editor::new(&text);
            editor.go_to_byte(at);
            editor.replace_all(&query(&wanted, true, false), &with);
            prop_assert_eq!(editor.text(), text.replace(&wanted, &with));
        }
    }
}
