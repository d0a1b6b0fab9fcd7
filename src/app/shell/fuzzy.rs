//! Which of some texts a few typed letters mean.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use unicode_segmentation::UnicodeSegmentation;

/// The numbers of the texts that fit `query`, the best first; all of them, in order, for an empty
/// one. Words may come in any order; a capital counts.
pub fn rank<T: AsRef<str>>(query: &str, texts: impl IntoIterator<Item = T>) -> Vec<usize> {
    let (pattern, mut matcher) = parts(query);
    let mut chars = Vec::new();
    let mut hits: Vec<(u32, usize)> = Vec::new();
    for (at, text) in texts.into_iter().enumerate() {
        if let Some(score) = pattern.score(haystack(text.as_ref(), &mut chars), &mut matcher) {
            hits.push((score, at));
        }
    }
    hits.sort_by_key(|(score, at)| (std::cmp::Reverse(*score), *at));
    hits.into_iter().map(|(_, at)| at).collect()
}

/// Which graphemes of `text` are those that `query` fits to, in order.
pub fn positions(query: &str, text: &str) -> Vec<usize> {
    let (pattern, mut matcher) = parts(query);
    let (mut chars, mut found) = (Vec::new(), Vec::new());
    pattern.indices(haystack(text, &mut chars), &mut matcher, &mut found);
    found.sort_unstable();
    found.dedup();
    found.into_iter().filter_map(|at| usize::try_from(at).ok()).collect()
}

/// The first character of each grapheme. `Utf32Str::new` (0.3.1) takes a text whose graphemes all
/// begin with ASCII for ASCII as a whole, and then counts its bytes.
fn haystack<'a>(text: &'a str, chars: &'a mut Vec<char>) -> Utf32Str<'a> {
    if text.is_ascii() {
        return Utf32Str::Ascii(text.as_bytes());
    }
    chars.clear();
    chars.extend(text.graphemes(true).filter_map(|grapheme| grapheme.chars().next()));
    Utf32Str::Unicode(chars)
}

fn parts(query: &str) -> (Pattern, Matcher) {
    let pattern = Pattern::parse(query, CaseMatching::Smart, Normalization::Smart);
    (pattern, Matcher::new(Config::DEFAULT.match_paths()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXTS: [&str; 4] = ["Import the policy", "Undo", "Choose an image", "Pull image policy"];

    #[test]
    fn the_best_comes_first_and_an_empty_query_keeps_the_order() {
        assert_eq!(rank("", TEXTS), [0, 1, 2, 3]);
        assert_eq!(rank("image", TEXTS).len(), 2);
        assert_eq!(rank("policy imp", TEXTS).first(), Some(&0));
        assert!(rank("zzz", TEXTS).is_empty());
    }

    #[test]
    fn positions_are_those_of_graphemes() {
        assert_eq!(positions("ud", "Undo"), [0, 2]);
        assert_eq!(positions("b", "e\u{301}b"), [1]);
        assert!(positions("", "abc").is_empty());
    }
}
