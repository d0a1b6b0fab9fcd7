//! A radix tree over the literal parts of a list of patterns.
//!
//! A lookup walks down the image once, so it costs the length of the image and not the number of
//! patterns. The tree lies in three flat vectors, built breadth first from the sorted literals: no
//! recursion, whatever the patterns are.

use std::collections::VecDeque;
use std::ops::Range;

use super::{Pattern, Tail};

/// No pattern: greater than every index.
const NONE: u32 = u32::MAX;

/// A list of patterns, compiled.
#[derive(Debug, Clone, Default)]
pub struct PatternIndex {
    nodes: Vec<Node>,
    /// The labels of all nodes, one after the other.
    labels: Vec<u8>,
    /// The first bytes of the labels of each node's children, ascending.
    branches: Vec<u8>,
}

#[derive(Debug, Clone)]
struct Node {
    label: Range<usize>,
    branches: Range<usize>,
    /// The node of the first branch; those of the others follow it.
    first_child: usize,
    /// The lowest pattern whose literal ends here, for each [`Tail`].
    ends: [u32; 4],
    /// The lowest pattern here and below.
    lowest: u32,
}

/// The pattern that came closest to matching, and where it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Miss {
    /// Position in the list that was compiled.
    pub index: usize,
    /// How many bytes of the image agree with the pattern's literal part.
    pub agreed: usize,
    pub reason: MissReason,
}

/// Why the closest pattern does not match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissReason {
    /// `*` does not cross the `/` in the rest of the image.
    Slash,
    /// The pattern is exact, and the image goes on.
    ImageGoesOn,
    /// `[@:]*` wants `:` or `@` next, and no `/` after it.
    NoTagOrDigest,
    /// The pattern goes on with other text than the image, which may have ended.
    Differs,
}

impl PatternIndex {
    /// Compiles a list; the indexes that lookups answer count from 0 in its order.
    pub fn new<'a>(patterns: impl IntoIterator<Item = &'a Pattern>) -> Self {
        Self::from_indexed(patterns.into_iter().enumerate())
    }

    /// Compiles patterns that bring their own indexes. An index that does not fit 32 bits is left
    /// out: no text that holds so many patterns is ever read.
    pub fn from_indexed<'a>(patterns: impl IntoIterator<Item = (usize, &'a Pattern)>) -> Self {
        let mut entries: Vec<Entry<'_>> = patterns.into_iter().filter_map(Entry::new).collect();
        entries.sort_unstable_by_key(|entry| (entry.literal, entry.index));
        let mut built = Self::default();
        built.build(&entries);
        built
    }

    /// The index of the first pattern of the list that matches `image`.
    pub fn first_match(&self, image: &str) -> Option<usize> {
        let image = image.as_bytes();
        let last_part = image.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
        let (mut at, mut best) = (0, NONE);
        let mut next = self.nodes.first();
        while let Some(node) = next {
            let label = self.label(node);
            // A pattern further down counts only if it is earlier in the list.
            if node.lowest >= best || !image.get(at..).is_some_and(|rest| rest.starts_with(label)) {
                break;
            }
            at += label.len();
            best = best.min(node.match_at(image.get(at).copied(), at >= last_part));
            next = image.get(at).and_then(|byte| self.child(node, *byte));
        }
        (best != NONE).then_some(best as usize)
    }

    /// The pattern that agrees with the longest part of an image, where none matches it.
    pub fn closest_miss(&self, image: &str) -> Option<Miss> {
        let image = image.as_bytes();
        let (mut at, mut closest) = (0, None);
        let mut next = self.nodes.first();
        while let Some(node) = next {
            let label = self.label(node);
            let agreed = at + common(image.get(at..).unwrap_or_default(), label);
            let entered = agreed == at + label.len();
            let (index, reason) =
                if entered { node.miss_here() } else { None }.unwrap_or((node.lowest, MissReason::Differs));
            closest = Some(Miss { index: index as usize, agreed, reason });
            at = agreed;
            next = image.get(at).filter(|_| entered).and_then(|byte| self.child(node, *byte));
        }
        closest
    }

    fn label(&self, node: &Node) -> &[u8] {
        self.labels.get(node.label.clone()).unwrap_or_default()
    }

    fn child(&self, node: &Node, byte: u8) -> Option<&Node> {
        let branch = self.branches.get(node.branches.clone())?.binary_search(&byte).ok()?;
        self.nodes.get(node.first_child + branch)
    }

    /// Breadth first, so that the children of a node lie side by side.
    fn build(&mut self, entries: &[Entry<'_>]) {
        let mut queue = VecDeque::new();
        let mut queued = usize::from(!entries.is_empty());
        queue.extend((queued == 1).then_some((entries, 0)));
        while let Some((entries, depth)) = queue.pop_front() {
            let (node, children) = self.node(entries, depth, queued);
            queued += children.len();
            queue.extend(children);
            self.nodes.push(node);
        }
    }

    /// The node for entries that agree up to `depth`, and the groups of entries of its children.
    fn node<'e, 'p>(
        &mut self,
        entries: &'e [Entry<'p>],
        depth: usize,
        first_child: usize,
    ) -> (Node, Vec<(&'e [Entry<'p>], usize)>) {
        // They are sorted: what the first and the last share, all share.
        let first = entries.first().map_or(&[][..], |entry| entry.literal);
        let shared = entries.last().map_or(0, |last| common(first, last.literal));
        let label = append(&mut self.labels, first.get(depth..shared).unwrap_or_default());
        let (here, below) = entries.split_at(entries.partition_point(|entry| entry.literal.len() == shared));
        let groups = below.chunk_by(|a, b| a.literal.get(shared) == b.literal.get(shared));
        let children: Vec<_> = groups.map(|group| (group, shared)).collect();
        let bytes: Vec<u8> =
            children.iter().filter_map(|(group, _)| group.first()?.literal.get(shared).copied()).collect();
        let branches = append(&mut self.branches, &bytes);
        let lowest = entries.iter().map(|entry| entry.index).min().unwrap_or(NONE);
        (Node { label, branches, first_child, ends: ends(here), lowest }, children)
    }
}

impl Node {
    /// The lowest pattern that ends here and matches an image whose next byte is `next`;
    /// `last_part` says that no `/` follows.
    fn match_at(&self, next: Option<u8>, last_part: bool) -> u32 {
        let mut best = self.end(Tail::DoubleStar);
        if next.is_none() {
            best = best.min(self.end(Tail::Exact));
        }
        if last_part {
            best = best.min(self.end(Tail::Star));
            if matches!(next, Some(b'@' | b':')) {
                best = best.min(self.end(Tail::TagOrDigest));
            }
        }
        best
    }

    /// The lowest pattern that ends here, and why it does not match an image that was walked to
    /// this node and has no match.
    fn miss_here(&self) -> Option<(u32, MissReason)> {
        let reasons = [
            (Tail::Star, MissReason::Slash),
            (Tail::Exact, MissReason::ImageGoesOn),
            (Tail::TagOrDigest, MissReason::NoTagOrDigest),
        ];
        let ends = reasons.into_iter().map(|(tail, reason)| (self.end(tail), reason));
        ends.filter(|(index, _)| *index != NONE).min_by_key(|(index, _)| *index)
    }

    fn end(&self, tail: Tail) -> u32 {
        let [exact, star, double_star, tag_or_digest] = self.ends;
        match tail {
            Tail::Exact => exact,
            Tail::Star => star,
            Tail::DoubleStar => double_star,
            Tail::TagOrDigest => tag_or_digest,
        }
    }
}

/// A pattern while the tree is built.
#[derive(Debug)]
struct Entry<'p> {
    literal: &'p [u8],
    tail: Tail,
    index: u32,
}

impl<'p> Entry<'p> {
    fn new((index, pattern): (usize, &'p Pattern)) -> Option<Self> {
        let index = u32::try_from(index).ok().filter(|index| *index != NONE)?;
        Some(Self { literal: pattern.literal().as_bytes(), tail: pattern.tail(), index })
    }
}

/// The lowest index for each tail, in the order of [`Node::end`].
fn ends(entries: &[Entry<'_>]) -> [u32; 4] {
    [Tail::Exact, Tail::Star, Tail::DoubleStar, Tail::TagOrDigest]
        .map(|tail| entries.iter().filter(|entry| entry.tail == tail).map(|entry| entry.index).min().unwrap_or(NONE))
}

/// The length of the longest common start.
fn common(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

fn append(bytes: &mut Vec<u8>, more: &[u8]) -> Range<usize> {
    let start = bytes.len();
    bytes.extend_from_slice(more);
    start..bytes.len()
}
