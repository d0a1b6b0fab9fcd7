//! Where an image leaves a pattern that it does not match: the character, for people to look at.

use super::{Pattern, Tail};

/// The place at which an image stops matching a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// How many characters agree before it.
    pub agreed: usize,
    /// The first character of the image that the pattern does not take; `None`: the image has ended.
    pub found: Option<char>,
    /// What the pattern has there; `None`: it has ended, or its wildcard does not take the character.
    pub expected: Option<char>,
}

impl Pattern {
    /// Where the image leaves the pattern; `None` where it matches.
    pub fn stop(&self, image: &str) -> Option<Stop> {
        if self.matches(image) {
            return None;
        }
        let (mut literal, mut rest) = (self.literal().chars(), image.chars());
        let mut agreed = 0;
        loop {
            match (literal.next(), rest.next()) {
                (Some(expected), found) if found != Some(expected) => {
                    return Some(Stop { agreed, found, expected: Some(expected) });
                }
                (Some(_), _) => agreed += 1,
                (None, found) => return Some(self.stop_in_rest(agreed, found, rest.as_str())),
            }
        }
    }

    /// The literal part agrees, and `found` and `rest` come after it.
    fn stop_in_rest(&self, agreed: usize, found: Option<char>, rest: &str) -> Stop {
        let begins = self.tail() == Tail::TagOrDigest && matches!(found, Some('@' | ':'));
        if found == Some('/') || !(begins || self.tail() == Tail::Star) {
            return Stop { agreed, found, expected: None };
        }
        // What does not match otherwise has a `/` further on, which no single `*` takes.
        let before = rest.chars().take_while(|c| *c != '/').count();
        Stop { agreed: agreed + 1 + before, found: rest.chars().nth(before), expected: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case::differs("gcr.io/p/app", "gcr.io/p/abc", Some((10, Some('b'), Some('p'))))]
    #[case::registry("us.gcr.io/p/*", "gcr.io/p/app", Some((0, Some('g'), Some('u'))))]
    #[case::image_ends("gcr.io/p/app", "gcr.io/p", Some((8, None, Some('/'))))]
    #[case::image_goes_on("gcr.io/p/app", "gcr.io/p/app:1", Some((12, Some(':'), None)))]
    #[case::star("gcr.io/p/*", "gcr.io/p/team/app", Some((13, Some('/'), None)))]
    #[case::star_at_once("gcr.io/p*", "gcr.io/p/app", Some((8, Some('/'), None)))]
    #[case::class("gcr.io/p/app[@:]*", "gcr.io/p/application", Some((12, Some('l'), None)))]
    #[case::class_ended("gcr.io/p/app[@:]*", "gcr.io/p/app", Some((12, None, None)))]
    #[case::class_slash("gcr.io/p/app[@:]*", "gcr.io/p/app:1/x", Some((14, Some('/'), None)))]
    #[case::characters_not_bytes("gcr.io/ä/x", "gcr.io/ä/y", Some((9, Some('y'), Some('x'))))]
    #[case::case("gcr.io/P/x", "gcr.io/p/x", Some((7, Some('p'), Some('P'))))]
    #[case::matches("gcr.io/p/**", "gcr.io/p/team/app", None)]
    #[case::matches_nothing_more("gcr.io/p/*", "gcr.io/p/", None)]
    fn stops(#[case] pattern: &str, #[case] image: &str, #[case] stop: Option<(usize, Option<char>, Option<char>)>) {
        let found = Pattern::parse(pattern).unwrap().stop(image);
        assert_eq!(found.map(|stop| (stop.agreed, stop.found, stop.expected)), stop);
    }

    proptest::proptest! {
        /// The reading stops exactly where the image could still have gone on to match.
        #[test]
        fn what_agrees_is_the_longest_part_that_could_match(image in "g(/[ab]{0,2}){0,3}", tail in 0..4_usize) {
            let tail = ["", "*", "**", "[@:]*"].get(tail).copied().unwrap_or_default();
            let pattern = Pattern::parse(&format!("g/ab{tail}")).unwrap();
            if let Some(stop) = pattern.stop(&image) {
                proptest::prop_assert!(!pattern.matches(&image));
                proptest::prop_assert_eq!(image.chars().nth(stop.agreed), stop.found);
                proptest::prop_assert!(stop.found.is_none() || stop.found != stop.expected);
                let agreed: String = image.chars().take(stop.agreed).collect();
                proptest::prop_assert!(pattern.literal().starts_with(&agreed) || agreed.starts_with(pattern.literal()));
            } else {
                proptest::prop_assert!(pattern.matches(&image));
            }
        }
    }
}
