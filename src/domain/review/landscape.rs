//! Where images can part ways: from the literal parts of all patterns of two policies to texts of
//! which every kind that the patterns tell apart has one.
//!
//! A pattern looks at an image in three ways: whether it begins with the literal part, what character
//! comes next, and whether a `/` is in the rest. So two images are alike to all patterns if they leave
//! the tree of the literals at the same place, with the same kind of next character, and both or
//! neither with a `/` behind each place on the way. An image that leaves the tree in the middle of an
//! edge is like one that leaves it at the edge's first or second character. That makes a finite list:
//! the ends and the branching points of the literals, each of these with one character more, and at
//! each place the few ways of [`Landscape::continuations`].

use crate::image::ImageRef;
use crate::pattern::Pattern;

/// The literal parts of patterns, and the places in them where images can differ.
#[derive(Debug)]
pub(super) struct Landscape<'p> {
    /// Sorted, each once.
    literals: Vec<&'p str>,
    /// Beginnings of the literals, sorted, each once.
    places: Vec<&'p str>,
}

/// Where a digest begins: images that differ only in it part ways behind this.
const DIGEST: &str = "@sha256:";
const HEX: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

impl<'p> Landscape<'p> {
    pub(super) fn new(patterns: impl Iterator<Item = &'p Pattern>) -> Self {
        let mut literals: Vec<&str> = patterns.map(Pattern::literal).collect();
        literals.sort_unstable();
        literals.dedup();
        let mut places = Vec::with_capacity(literals.len() * 6);
        for (at, literal) in literals.iter().enumerate() {
            let neighbours = [at.checked_sub(1), Some(at + 1)].into_iter().flatten();
            let shared = neighbours.filter_map(|other| literals.get(other)).map(|other| common(literal, other));
            let digest = literal.find(DIGEST).map(|at| at + DIGEST.len());
            for length in shared.chain(digest).chain([literal.len()]) {
                let rest = literal.get(length..).unwrap_or_default();
                let one_more = length + rest.chars().next().map_or(0, char::len_utf8);
                places.extend([length, one_more].into_iter().filter_map(|end| literal.get(..end)));
            }
        }
        places.sort_unstable();
        places.dedup();
        Self { literals, places }
    }

    /// Images that the pattern covers: of every kind that the patterns tell apart at least one.
    pub(super) fn covered_examples<'s>(&'s self, pattern: &'s Pattern) -> impl Iterator<Item = String> + 's {
        let literal = pattern.literal();
        let first = self.places.partition_point(|place| *place < literal);
        let below = self.places.iter().skip(first).take_while(move |place| place.starts_with(literal));
        below.flat_map(|place| self.continuations(place)).filter(|image| pattern.matches(image))
    }

    /// Ways to go on from a place: at its end, with each kind of next character, with and without a
    /// `/`; and such that the whole can be an image reference, where that is possible. Made one by one,
    /// as the first often serves.
    fn continuations<'s>(&'s self, place: &'s str) -> impl Iterator<Item = String> + 's {
        (0..).map_while(move |number| self.continuation(place, number))
    }

    fn continuation(&self, place: &str, number: usize) -> Option<String> {
        let next = || self.free(place, "");
        let after = |separator: &str| self.free(place, separator);
        let way = match number {
            0 => String::new(),
            1 => format!(":{}", after(":")),
            2 => format!("{DIGEST}{HEX}"),
            3 => next().to_string(),
            4 => format!("{}:v1", next()),
            5 => format!("{}{DIGEST}{HEX}", next()),
            6 => format!("/{}", after("/")),
            7 => format!("/{}:v1", after("/")),
            8 => format!("/{}{DIGEST}{HEX}", after("/")),
            9 => format!("{}/app", next()),
            10 => format!("{}/app:v1", next()),
            11 => format!("{}/app{DIGEST}{HEX}", next()),
            12 => format!(":{}{DIGEST}{HEX}", after(":")),
            13 => self.rest_of_digest(place).unwrap_or_default(),
            // No image references, but texts that a pod can have.
            14 => format!(":{}/x", after(":")),
            15 => format!("@{}", after("@")),
            16 => format!("@{}/x", after("@")),
            _ => return None,
        };
        Some(format!("{place}{way}"))
    }

    /// What makes a begun digest whole, and another than those of the literals where there is one.
    fn rest_of_digest(&self, place: &str) -> Option<String> {
        let begun = place.get(place.rfind('@')?..)?;
        if let Some(missing) = DIGEST.strip_prefix(begun).filter(|missing| !missing.is_empty()) {
            return Some(format!("{missing}{HEX}"));
        }
        let missing = HEX.len().checked_sub(begun.strip_prefix(DIGEST)?.len())?;
        let first = "0123456789abcdef".chars().find(|digit| !self.goes_on(place, *digit)).unwrap_or('0');
        Some(first.to_string().repeat(missing))
    }

    /// A character with which no literal goes on behind `place` and `separator`: a letter or digit
    /// where one is free.
    fn free(&self, place: &str, separator: &str) -> char {
        let stem = format!("{place}{separator}");
        let usual = "xyzwvutsrqponmlkjihgfedcba0123456789_-.XYZWVUTSRQPONMLKJIHGFEDCBA".chars();
        // There are more characters than any list of patterns has.
        let others = ('\u{100}'..).filter(|c| !c.is_whitespace() && !c.is_control());
        usual.chain(others).find(|c| !self.goes_on(&stem, *c)).unwrap_or('x')
    }

    fn goes_on(&self, stem: &str, next: char) -> bool {
        let longer = format!("{stem}{next}");
        let at = self.literals.partition_point(|literal| *literal < longer.as_str());
        self.literals.get(at).is_some_and(|literal| literal.starts_with(&longer))
    }
}

/// Whether some node could pull it.
pub(super) fn is_reference(image: &str) -> bool {
    image.parse::<ImageRef>().is_ok()
}

/// The length in bytes of what two texts begin with.
fn common(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn patterns(texts: &[String]) -> Vec<Pattern> {
        texts.iter().filter_map(|text| Pattern::parse(text).ok()).collect()
    }

    /// Which of the patterns cover an image.
    fn signature(patterns: &[Pattern], image: &str) -> Vec<bool> {
        patterns.iter().map(|pattern| pattern.matches(image)).collect()
    }

    #[test]
    fn a_covered_image_can_be_a_reference() {
        let patterns = patterns(&["gcr.io/p/app@*".into(), "gcr.io/p/app@sha256:0*".into(), "gcr.io/p/**".into()]);
        let landscape = Landscape::new(patterns.iter());
        let real: Vec<String> =
            landscape.covered_examples(&patterns[0]).filter(|i| is_reference(i) && !patterns[1].matches(i)).collect();
        assert!(!real.is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        /// Whatever image there is, one that the patterns do not tell from it is in the list.
        #[test]
        fn every_kind_of_covered_image_is_there(
            texts in proptest::collection::vec("h/[ab/:@]{0,4}(\\*|\\*\\*|\\[@:\\]\\*)?", 1..6),
            images in proptest::collection::vec("h/[abc/:@]{0,6}", 30),
        ) {
            let patterns = patterns(&texts);
            let landscape = Landscape::new(patterns.iter());
            for image in &images {
                let wanted = signature(&patterns, image);
                for pattern in patterns.iter().filter(|pattern| pattern.matches(image)) {
                    let found = landscape.covered_examples(pattern).any(|other| signature(&patterns, &other) == wanted);
                    prop_assert!(found, "{image} of {texts:?}");
                }
            }
        }
    }
}
