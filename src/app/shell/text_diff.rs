//! Two texts line by line: what was removed, what was added, and which part of a line it was.

use std::ops::Range;

use similar::{Algorithm, ChangeTag, TextDiff};
use unicode_segmentation::UnicodeSegmentation;

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineChange {
    Kept,
    Added,
    Removed,
}

/// One line of a unified diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffLine {
    pub change: LineChange,
    /// Its number in the old text, from 1.
    pub old: Option<usize>,
    /// Its number in the new text, from 1.
    pub new: Option<usize>,
    pub text: String,
    /// The bytes that differ from the line's counterpart; empty where there is none.
    pub strong: Range<usize>,
}

/// Lines that follow each other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hunk {
    pub lines: Vec<DiffLine>,
    /// How many kept lines are left out before it.
    pub skipped: usize,
}

/// A unified diff.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diff {
    pub hunks: Vec<Hunk>,
    /// How many kept lines are left out at the end.
    pub skipped: usize,
    pub added: usize,
    pub removed: usize,
}

impl Diff {
    /// Compares two texts and keeps `context` lines around each change.
    pub fn new(old: &str, new: &str, context: usize) -> Self {
        // Patience looks at lines that occur once, and so stays fast on texts that differ much.
        let diff = TextDiff::configure().algorithm(Algorithm::Patience).diff_lines(old, new);
        let mut out = Self::default();
        let mut seen = 0;
        for group in diff.grouped_ops(context) {
            let start = group.first().map_or(0, |op| op.old_range().start);
            let changes = group.iter().flat_map(|op| diff.iter_changes(op));
            let mut lines: Vec<DiffLine> = changes.map(|change| line(&change)).collect();
            mark_pairs(&mut lines);
            out.hunks.push(Hunk { lines, skipped: start - seen });
            seen = group.last().map_or(seen, |op| op.old_range().end);
        }
        out.skipped = old.lines().count().saturating_sub(seen);
        out.added = out.count(LineChange::Added);
        out.removed = out.count(LineChange::Removed);
        out
    }

    pub fn is_empty(&self) -> bool {
        self.hunks.is_empty()
    }

    fn count(&self, change: LineChange) -> usize {
        self.hunks.iter().flat_map(|hunk| &hunk.lines).filter(|line| line.change == change).count()
    }
}

fn line(change: &similar::Change<&str>) -> DiffLine {
    let text = change.value().trim_end_matches(['\n', '\r']).to_owned();
    let kind = match change.tag() {
        ChangeTag::Equal => LineChange::Kept,
        ChangeTag::Delete => LineChange::Removed,
        ChangeTag::Insert => LineChange::Added,
    };
    let number = |index: Option<usize>| index.map(|index| index + 1);
    DiffLine { change: kind, old: number(change.old_index()), new: number(change.new_index()), text, strong: 0..0 }
}

/// Pairs removed lines with the added ones right after them, and marks what differs.
fn mark_pairs(lines: &mut [DiffLine]) {
    let mut at = 0;
    while at < lines.len() {
        let run = |from: usize, change| lines.iter().skip(from).take_while(|line| line.change == change).count();
        let removed = run(at, LineChange::Removed);
        let added = run(at + removed, LineChange::Added);
        for pair in 0..removed.min(added) {
            mark_pair(lines, at + pair, at + removed + pair);
        }
        at += (removed + added).max(1);
    }
}

fn mark_pair(lines: &mut [DiffLine], old: usize, new: usize) {
    let (Some(a), Some(b)) = (lines.get(old), lines.get(new)) else { return };
    let (first, second) = differing(&a.text, &b.text);
    for (at, range) in [(old, first), (new, second)] {
        if let Some(line) = lines.get_mut(at) {
            line.strong = range;
        }
    }
}

/// The bytes of each text between what both begin and end with; nothing where they share little.
fn differing(a: &str, b: &str) -> (Range<usize>, Range<usize>) {
    let same = |(x, y): &(&str, &str)| x == y;
    let start: usize = a.graphemes(true).zip(b.graphemes(true)).take_while(same).map(|(x, _)| x.len()).sum();
    let (rest_a, rest_b) = (a.split_at(start).1, b.split_at(start).1);
    let tail = rest_a.graphemes(true).rev().zip(rest_b.graphemes(true).rev()).take_while(same);
    let end: usize = tail.map(|(x, _)| x.len()).sum();
    if a.trim().len().min(b.trim().len()) > 3 * (start + end) {
        return (0..0, 0..0);
    }
    (start..a.len() - end, start..b.len() - end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(diff: &Diff) -> Vec<String> {
        let line = |line: &DiffLine| {
            let sign = match line.change {
                LineChange::Kept => ' ',
                LineChange::Added => '+',
                LineChange::Removed => '-',
            };
            format!("{sign}{}", line.text)
        };
        diff.hunks.iter().flat_map(|hunk| hunk.lines.iter().map(line)).collect()
    }

    #[test]
    fn a_changed_value_is_marked() {
        let diff = Diff::new("a: 1\nmode: ALLOW\nb: 2\n", "a: 1\nmode: DENY\nb: 2\n", 1);
        assert_eq!(plain(&diff), [" a: 1", "-mode: ALLOW", "+mode: DENY", " b: 2"]);
        assert_eq!((diff.added, diff.removed), (1, 1));
        let strong: Vec<_> =
            diff.hunks.iter().flat_map(|hunk| hunk.lines.iter().map(|line| line.strong.clone())).collect();
        assert_eq!(strong, [0..0, 6..11, 6..10, 0..0]);
    }

    #[test]
    fn what_is_left_out_is_counted() {
        let old = (0..20).fold(String::new(), |text, n| format!("{text}line {n}\n"));
        let new = old.replace("line 9\n", "").replace("line 17\n", "");
        let diff = Diff::new(&old, &new, 2);
        assert_eq!(diff.hunks.iter().map(|hunk| hunk.skipped).collect::<Vec<_>>(), [7, 3]);
        assert_eq!(diff.skipped, 0);
        assert!(Diff::new(&old, &old, 3).is_empty());
    }

    proptest! {
        #[test]
        fn the_new_text_can_be_read_off(old in "[abc\n]{0,30}", new in "[abc\n]{0,30}") {
            let diff = Diff::new(&old, &new, usize::MAX / 4);
            let of = |not: LineChange| -> Vec<String> {
                let lines = diff.hunks.iter().flat_map(|hunk| &hunk.lines).filter(|line| line.change != not);
                lines.map(|line| line.text.clone()).collect()
            };
            if old != new && !diff.is_empty() {
                prop_assert_eq!(of(LineChange::Removed), new.lines().collect::<Vec<_>>());
                prop_assert_eq!(of(LineChange::Added), old.lines().collect::<Vec<_>>());
            }
        }
    }
}
