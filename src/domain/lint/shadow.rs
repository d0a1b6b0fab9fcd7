//! Patterns that other patterns of the list cover whole.
//!
//! Sorted by their literal parts, a pattern stands behind every one whose literal is the start of its
//! own; a stack of those is kept, so that the whole takes the time of sorting.

use crate::pattern::Pattern;
use crate::pattern::Tail;
use crate::span::Bytes;

/// A pattern of the list, and where it stands.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) pattern: Pattern,
    pub(crate) at: Bytes,
    /// Its number in the text's list.
    pub(crate) index: usize,
}

/// The patterns whose literals begin the present one, the longest last.
#[derive(Debug, Default)]
pub(crate) struct Shadows<'l> {
    stack: Vec<Level<'l>>,
    found: Vec<(&'l Listed, &'l Listed)>,
}

/// A wildcard pattern, and the innermost of each kind up to it.
#[derive(Debug, Clone, Copy)]
struct Level<'l> {
    literal: &'l str,
    double_star: Option<&'l Listed>,
    star: Option<&'l Listed>,
    tag_or_digest: Option<&'l Listed>,
}

impl<'l> Shadows<'l> {
    /// Each covered pattern with one that covers it.
    pub(crate) fn find(listed: &'l [Listed]) -> Vec<(&'l Listed, &'l Listed)> {
        let mut sorted: Vec<(&'l str, u8, &'l Listed)> =
            listed.iter().map(|entry| (entry.pattern.literal(), width(entry.pattern.tail()), entry)).collect();
        sorted.sort_unstable_by_key(|(literal, width, entry)| (*literal, *width, entry.index));
        let mut shadows = Self::default();
        for (literal, _, entry) in sorted {
            shadows.next(literal, entry);
        }
        shadows.found
    }

    fn next(&mut self, literal: &'l str, entry: &'l Listed) {
        while self.stack.pop_if(|level| !literal.starts_with(level.literal)).is_some() {}
        let above = self.stack.last().copied();
        if let Some(by) = above.and_then(|level| level.covers(literal, entry.pattern.tail())) {
            self.found.push((entry, by));
        }
        let mut level = Level { literal, ..above.unwrap_or(Level::EMPTY) };
        match entry.pattern.tail() {
            Tail::Exact => return,
            Tail::DoubleStar => level.double_star = Some(entry),
            Tail::Star => level.star = Some(entry),
            Tail::TagOrDigest => level.tag_or_digest = Some(entry),
        }
        self.stack.push(level);
    }
}

impl<'l> Level<'l> {
    const EMPTY: Self = Self { literal: "", double_star: None, star: None, tag_or_digest: None };

    /// The pattern that covers everything which `literal` and `tail` do.
    fn covers(&self, literal: &str, tail: Tail) -> Option<&'l Listed> {
        let rest = |by: &Listed| literal.strip_prefix(by.pattern.literal()).map(str::to_owned).unwrap_or_default();
        let star = |by: &&Listed| tail != Tail::DoubleStar && !rest(by).contains('/');
        let tag = |by: &&Listed| {
            let rest = rest(by);
            let behind = rest.starts_with([':', '@']) && !rest.contains('/');
            behind && matches!(tail, Tail::Exact | Tail::Star)
        };
        // A single pattern that is the widest is named, where several cover this one.
        self.double_star.or_else(|| self.star.filter(star)).or_else(|| self.tag_or_digest.filter(tag))
    }
}

/// Orders patterns with one literal: those that cover others come first.
fn width(tail: Tail) -> u8 {
    match tail {
        Tail::DoubleStar => 0,
        Tail::Star => 1,
        Tail::TagOrDigest => 2,
        Tail::Exact => 3,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn listed(texts: &[&str]) -> Vec<Listed> {
        let entry = |(index, text): (usize, &&str)| Listed {
            pattern: Pattern::parse(text).unwrap(),
            at: Bytes::new(0, 0),
            index,
        };
        texts.iter().enumerate().map(entry).collect()
    }

    fn shadowed(texts: &[&str]) -> Vec<(usize, usize)> {
        let listed = listed(texts);
        let mut found: Vec<(usize, usize)> = Shadows::find(&listed).iter().map(|(a, b)| (a.index, b.index)).collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn what_covers_is_found_wherever_it_stands() {
        assert_eq!(shadowed(&["r/p/a*", "r/p/**"]), [(0, 1)]);
        assert_eq!(shadowed(&["r/p/*", "r/p/a:1", "r/p/t/a"]), [(1, 0)]);
        assert_eq!(shadowed(&["r/p/*", "r/p/**"]), [(0, 1)]);
        assert_eq!(shadowed(&["r/p/a[@:]*", "r/p/a:v*", "r/p/a", "r/p/ab"]), [(1, 0)]);
        assert_eq!(shadowed(&["r/p/a*", "r/p/a[@:]*", "r/p/a@*"]), [(1, 0), (2, 0)]);
        assert_eq!(shadowed(&["r/a/*", "r/a/b/*", "r/a/b/c"]), [(2, 1)]);
        assert!(shadowed(&["r/a/**", "r/ab/**", "r/a"]).is_empty());
    }

    proptest! {
        /// What is said to be covered is: whatever the covered one matches, the other matches.
        #[test]
        fn the_covered_match_nothing_else(
            texts in prop::collection::vec("r/[ab/:@]{0,5}(\\*|\\*\\*|\\[@:\\]\\*|)", 1..12),
            rest in "[ab/:@]{0,4}",
        ) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).filter(|t| Pattern::parse(t).is_ok()).collect();
            let listed = listed(&texts);
            for (covered, by) in Shadows::find(&listed) {
                let image = format!("{}{rest}", covered.pattern.literal());
                prop_assert!(!covered.pattern.matches(&image) || by.pattern.matches(&image), "{covered:?} {by:?}");
            }
        }
    }
}
