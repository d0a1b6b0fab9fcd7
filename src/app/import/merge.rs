//! Two changed versions of one text: what only one side changed, what both changed alike, and where
//! they contradict each other.
//!
//! Works on lines, as diff3 does: changes that overlap or touch are one chunk, so that nothing is
//! joined that was not written side by side. Pure.

use std::ops::Range;

use similar::{Algorithm, DiffTag, TextDiff};

/// Who changed a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    Nobody,
    Theirs,
    Mine,
    /// Both, and to the same text.
    Both,
    /// Both, and differently.
    Conflict,
}

/// What of a changed chunk goes into the merged text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Take {
    Theirs,
    Mine,
    /// Theirs, and then mine.
    Both,
}

/// Lines that belong together, in each of the three texts; each line with its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    pub origin: Origin,
    pub base: Vec<String>,
    pub theirs: Vec<String>,
    pub mine: Vec<String>,
    /// `None`: a conflict that is not decided yet.
    pub take: Option<Take>,
}

/// Three texts, chunk by chunk.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Merge {
    pub chunks: Vec<Chunk>,
}

impl Merge {
    pub fn new(base: &str, theirs: &str, mine: &str) -> Self {
        Self::by_units(base, theirs, mine, &[])
    }

    /// Merges where lines of the base that have the same number in `units` belong together: changes of them are one
    /// chunk, however far apart they are, and those of others are not, however near.
    pub fn by_units(base: &str, theirs: &str, mine: &str, units: &[usize]) -> Self {
        let (base, theirs, mine) = (lines(base), lines(theirs), lines(mine));
        let (their_changes, my_changes) = (changes(&base, &theirs), changes(&base, &mine));
        let regions = regions(&their_changes, &my_changes, units);
        let (mut theirs, mut mine) = (SideOf::new(theirs, their_changes), SideOf::new(mine, my_changes));
        let mut chunks = Vec::new();
        let mut at = 0;
        for Region { range, theirs: their_count, mine: my_count } in regions {
            push_kept(&mut chunks, &base, at..range.start);
            at = range.end;
            let (theirs, mine) = (theirs.take(&range, their_count), mine.take(&range, my_count));
            chunks.push(Chunk::changed(owned(&base, range), theirs, mine));
        }
        push_kept(&mut chunks, &base, at..base.len());
        Self { chunks }
    }

    /// How many conflicts there are.
    pub fn conflicts(&self) -> usize {
        self.chunks.iter().filter(|chunk| chunk.origin == Origin::Conflict).count()
    }

    /// How many conflicts are not decided.
    pub fn count_undecided(&self) -> usize {
        self.chunks.iter().filter(|chunk| chunk.take.is_none()).count()
    }

    /// The numbers of the chunks that somebody changed.
    pub fn changed_chunks(&self) -> Vec<usize> {
        let numbered = self.chunks.iter().enumerate();
        numbered.filter(|(_, chunk)| chunk.origin != Origin::Nobody).map(|(number, _)| number).collect()
    }

    /// The merged text, once every conflict is decided.
    pub fn text(&self) -> Option<String> {
        let mut out = String::new();
        for chunk in &self.chunks {
            let (first, second): (&[String], &[String]) = match chunk.take? {
                Take::Theirs => (&chunk.theirs, &[]),
                Take::Mine => (&chunk.mine, &[]),
                Take::Both => (&chunk.theirs, &chunk.mine),
            };
            for line in first.iter().chain(second) {
                // A line without an end is the last of its text, and may not be that here.
                if !out.is_empty() && !out.ends_with('\n') {
                    out.push('\n');
                }
                out.push_str(line);
            }
        }
        Some(out)
    }
}

impl Chunk {
    fn changed(base: Vec<String>, theirs: Vec<String>, mine: Vec<String>) -> Self {
        let (origin, take) = match (theirs == base, mine == base) {
            _ if theirs == mine => (Origin::Both, Some(Take::Mine)),
            (true, _) => (Origin::Mine, Some(Take::Mine)),
            (_, true) => (Origin::Theirs, Some(Take::Theirs)),
            (false, false) => (Origin::Conflict, None),
        };
        Self { origin, base, theirs, mine, take }
    }
}

fn push_kept(chunks: &mut Vec<Chunk>, base: &[&str], range: Range<usize>) {
    let kept = owned(base, range);
    if !kept.is_empty() {
        let (theirs, mine) = (kept.clone(), kept.clone());
        chunks.push(Chunk { origin: Origin::Nobody, base: kept, theirs, mine, take: Some(Take::Mine) });
    }
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

fn owned(lines: &[&str], range: Range<usize>) -> Vec<String> {
    lines.get(range).unwrap_or_default().iter().map(|line| (*line).to_owned()).collect()
}

/// Lines of the base that became other lines.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Change {
    old: Range<usize>,
    new: Range<usize>,
}

/// What lies between the lines that both have. Only what the diff says is equal is relied on.
fn changes(base: &[&str], changed: &[&str]) -> Vec<Change> {
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).diff_slices(base, changed);
    let equal = diff.ops().iter().filter(|op| op.tag() == DiffTag::Equal);
    let mut changes = Vec::new();
    let (mut old, mut new) = (0, 0);
    for (next_old, next_new) in
        equal.map(|op| (op.old_range(), op.new_range())).chain([(base.len()..base.len(), changed.len()..changed.len())])
    {
        if old < next_old.start || new < next_new.start {
            changes.push(Change { old: old..next_old.start, new: new..next_new.start });
        }
        (old, new) = (next_old.end, next_new.end);
    }
    changes
}

/// A part of the base that somebody changed, and how many changes of each side are in it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Region {
    range: Range<usize>,
    theirs: usize,
    mine: usize,
}

/// The parts of the base that either side changed; those that overlap are one, and those of one unit.
/// Without units those that touch are.
fn regions(theirs: &[Change], mine: &[Change], units: &[usize]) -> Vec<Region> {
    let region = |change: &Change, theirs, mine| Region { range: change.old.clone(), theirs, mine };
    let their_regions = theirs.iter().map(|change| region(change, 1, 0));
    let mut all: Vec<Region> = their_regions.chain(mine.iter().map(|change| region(change, 0, 1))).collect();
    all.sort_by_key(|region| (region.range.start, region.range.end));
    let mut merged: Vec<Region> = Vec::new();
    for next in all {
        match merged.last_mut() {
            Some(last) if joined(&last.range, &next.range, units) => {
                last.range.end = last.range.end.max(next.range.end);
                last.theirs += next.theirs;
                last.mine += next.mine;
            }
            _ => merged.push(next),
        }
    }
    merged
}

/// Whether two parts belong together. What is put between two lines belongs to the first of them.
fn joined(last: &Range<usize>, next: &Range<usize>, units: &[usize]) -> bool {
    let first_line = if next.is_empty() { next.start.max(1) - 1 } else { next.start };
    let alike = units.get(last.end.max(1) - 1).zip(units.get(first_line)).map(|(a, b)| a == b);
    next.start < last.end || alike.unwrap_or(next.start == last.end)
}

/// One changed text while its regions are gone through in order.
struct SideOf<'a> {
    lines: Vec<&'a str>,
    changes: std::vec::IntoIter<Change>,
    /// How far a line of the base has moved here, after the changes that are gone through: the end of
    /// the last one, in both texts.
    moved: (usize, usize),
}

impl<'a> SideOf<'a> {
    fn new(lines: Vec<&'a str>, changes: Vec<Change>) -> Self {
        Self { lines, changes: changes.into_iter(), moved: (0, 0) }
    }

    /// What became of a region with the next `count` changes in it.
    fn take(&mut self, region: &Range<usize>, count: usize) -> Vec<String> {
        let here = |(old, new): (usize, usize), at: usize| new + (at - old);
        let start = here(self.moved, region.start);
        if let Some(last) = self.changes.by_ref().take(count).last() {
            self.moved = (last.old.end, last.new.end);
        }
        owned(&self.lines, start..here(self.moved, region.end))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `T`, `M`, `=`, `!` for each changed chunk, in order.
    fn origins(merge: &Merge) -> String {
        let sign = |chunk: &Chunk| match chunk.origin {
            Origin::Nobody => None,
            Origin::Theirs => Some('T'),
            Origin::Mine => Some('M'),
            Origin::Both => Some('='),
            Origin::Conflict => Some('!'),
        };
        merge.chunks.iter().filter_map(sign).collect()
    }

    #[test]
    fn changes_apart_from_each_other_are_joined() {
        let merge = Merge::new("a\nb\nc\nd\ne\n", "a\nB\nc\nd\ne\n", "a\nb\nc\nD\ne\nf\n");
        assert_eq!((origins(&merge).as_str(), merge.conflicts()), ("TMM", 0));
        assert_eq!(merge.text().as_deref(), Some("a\nB\nc\nD\ne\nf\n"));
    }

    #[test]
    fn a_conflict_is_decided_by_the_user() {
        let mut merge = Merge::new("a\nb\nc\n", "a\nthey\nc\n", "a\nI\nc\n");
        assert_eq!((merge.count_undecided(), merge.text()), (1, None));
        let number = merge.changed_chunks()[0];
        for (take, expected) in
            [(Take::Theirs, "a\nthey\nc\n"), (Take::Mine, "a\nI\nc\n"), (Take::Both, "a\nthey\nI\nc\n")]
        {
            merge.chunks[number].take = Some(take);
            assert_eq!(merge.text().as_deref(), Some(expected));
        }
    }

    #[test]
    fn neighbours_are_a_conflict_and_the_same_is_none() {
        assert_eq!(origins(&Merge::new("a\nb\n", "A\nb\n", "a\nB\n")), "!");
        assert_eq!(origins(&Merge::new("a\nb\n", "a\n", "a\n")), "=");
        assert_eq!(origins(&Merge::new("a\n", "a\nx\n", "a\ny\n")), "!");
    }

    #[test]
    fn lines_of_one_unit_belong_together() {
        let (base, theirs, mine) = ("a\nb\nc\nd\n", "A\nb\nc\nd\n", "a\nb\nC\nd\n");
        assert_eq!(origins(&Merge::new(base, theirs, mine)), "TM");
        assert_eq!(origins(&Merge::by_units(base, theirs, mine, &[0, 0, 0, 1])), "!");
        assert_eq!(origins(&Merge::by_units(base, theirs, mine, &[0, 0, 1, 1])), "TM");
        let added = "a\nb\nc\nx\nd\n";
        assert_eq!(origins(&Merge::by_units(base, theirs, added, &[0, 0, 0, 1])), "!");
    }

    #[test]
    fn a_last_line_without_an_end_stays_a_line_of_its_own() {
        let mut merge = Merge::new("a\n", "a\nx", "a\ny");
        let number = merge.changed_chunks()[0];
        merge.chunks[number].take = Some(Take::Both);
        assert_eq!(merge.text().as_deref(), Some("a\nx\ny"));
    }

    /// Texts of few different lines, so that there is a lot to match.
    fn any_text() -> impl Strategy<Value = String> {
        proptest::collection::vec("[abc]{0,1}", 0..14)
            .prop_map(|lines| lines.iter().map(|l| format!("{l}\n")).collect())
    }

    proptest! {
        #[test]
        fn what_one_side_changed_alone_is_taken(base in any_text(), changed in any_text()) {
            prop_assert_eq!(Merge::new(&base, &changed, &base).text(), Some(changed.clone()));
            prop_assert_eq!(Merge::new(&base, &base, &changed).text(), Some(changed.clone()));
            prop_assert_eq!(Merge::new(&base, &changed, &changed).text(), Some(changed));
        }

        #[test]
        fn sides_are_alike(base in any_text(), a in any_text(), b in any_text()) {
            let (one, other) = (Merge::new(&base, &a, &b), Merge::new(&base, &b, &a));
            prop_assert_eq!(one.chunks.len(), other.chunks.len());
            for (x, y) in one.chunks.iter().zip(&other.chunks) {
                prop_assert_eq!((&x.theirs, &x.mine), (&y.mine, &y.theirs));
            }
            if one.conflicts() == 0 {
                prop_assert_eq!(one.text(), other.text());
            }
        }

        #[test]
        fn every_text_can_be_read_off_the_chunks(
            base in any_text(),
            theirs in any_text(),
            mine in any_text(),
            unit in 1usize..6,
        ) {
            let units: Vec<usize> = (0..base.lines().count()).map(|line| line / unit).collect();
            let merge = Merge::by_units(&base, &theirs, &mine, &units);
            let read = |of: fn(&Chunk) -> &[String]| merge.chunks.iter().flat_map(of).cloned().collect::<String>();
            prop_assert_eq!(read(|chunk| &chunk.base), base.clone());
            prop_assert_eq!(read(|chunk| &chunk.theirs), theirs.clone());
            prop_assert_eq!(read(|chunk| &chunk.mine), mine.clone());
            let all = |take: Take| {
                let mut merge = merge.clone();
                merge.chunks.iter_mut().for_each(|chunk| chunk.take = Some(take));
                merge.text()
            };
            prop_assert_eq!((all(Take::Theirs), all(Take::Mine)), (Some(theirs), Some(mine)));
        }
    }
}
