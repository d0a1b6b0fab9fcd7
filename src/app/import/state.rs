//! An import that met another one: what they changed, what the draft changes, and what becomes of it.
//!
//! The three texts are written as gcloud exports a policy; the draft as it is typed, wherever that can
//! be merged as well, so that its comments and its order are kept.

use std::cmp::Ordering;

use crate::draft::state::Draft;
use crate::import::merge::{Chunk, Merge, Origin, Take};
use crate::import::written::{units, with_value, written_as};
use crate::shell::offset::Offset;
use domain::document::{self, Dialect, Document};
use domain::name::ProjectId;
use domain::policy::Policy;

/// The box with the three-way difference.
#[derive(Debug, Clone)]
pub struct Conflict {
    pub project: ProjectId,
    /// The project's policy now, which the draft was not compared with.
    pub theirs: Policy,
    pub merge: Merge,
    /// Which of the changed chunks is selected.
    pub selected: usize,
    /// The merged text is written as gcloud exports it, without the draft's comments and order.
    pub rewritten: bool,
    pub scroll: Offset,
}

/// One row of the box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConflictRow<'a> {
    /// The row in front of a changed chunk: its number, from 1.
    Head(usize, &'a Chunk),
    Line(Side, Sign, &'a str),
    /// The row that stands for this many lines that nobody changed.
    Alike(usize),
}

/// Whose line it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Nobody,
    Base,
    Theirs,
    Mine,
    Both,
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    Kept,
    Removed,
    Added,
}

/// Lines around a change that are shown too.
const CONTEXT: usize = 2;

impl Conflict {
    /// Compares the draft and the policy that is live now with what the draft was made from.
    pub fn new(project: ProjectId, base: &Policy, theirs: Policy, draft: &Draft) -> Self {
        let (merge, rewritten) = merged(base, &theirs, draft);
        let mut conflict = Self { project, theirs, merge, selected: 0, rewritten, scroll: Offset::default() };
        conflict.go_to_open();
        conflict
    }

    /// The chunk that is selected.
    pub fn chunk_mut(&mut self) -> Option<&mut Chunk> {
        let number = *self.merge.changed_chunks().get(self.selected)?;
        self.merge.chunks.get_mut(number)
    }

    /// Selects the change `by` further on, around the ends, and shows it.
    pub fn go(&mut self, by: isize) {
        let count = self.merge.changed_chunks().len().max(1);
        self.selected = (self.selected + count).saturating_add_signed(by) % count;
        let wanted = self.selected + 1;
        let head = self.rows().iter().position(|row| matches!(row, ConflictRow::Head(number, _) if *number == wanted));
        self.scroll.rows = head.unwrap_or(0).saturating_sub(CONTEXT);
    }

    /// Decides the selected change; then the next conflict that is open is selected.
    pub fn decide(&mut self, take: Take) {
        if let Some(chunk) = self.chunk_mut() {
            chunk.take = Some(take);
        }
        self.go_to_open();
    }

    /// Selects the next conflict that is not decided, if there is one, from the selected change on.
    fn go_to_open(&mut self) {
        let changed = self.merge.changed_chunks();
        let chunk = |number: usize| changed.get(number).and_then(|at| self.merge.chunks.get(*at));
        let mut from_here = (self.selected..changed.len()).chain(0..self.selected);
        if let Some(next) = from_here.find(|number| chunk(*number).is_some_and(|chunk| chunk.take.is_none())) {
            self.selected = next;
        }
        self.go(0);
    }

    /// The merged text, once every conflict is decided; an etag and a time in it are those of the policy
    /// that is live now.
    pub fn text(&self) -> Option<String> {
        let text = self.merge.text()?;
        let text = with_value(&text, "etag", self.theirs.etag.as_deref());
        Some(with_value(&text, "updateTime", self.theirs.update_time.as_deref()))
    }

    /// All rows, in the order of the text.
    pub fn rows(&self) -> Vec<ConflictRow<'_>> {
        let mut rows = Vec::new();
        let mut number = 0;
        let last = self.merge.chunks.len().saturating_sub(1);
        for (at, chunk) in self.merge.chunks.iter().enumerate() {
            if chunk.origin == Origin::Nobody {
                kept(&mut rows, &chunk.base, at > 0, at < last);
            } else {
                number += 1;
                rows.push(ConflictRow::Head(number, chunk));
                changed(&mut rows, chunk);
            }
        }
        rows
    }
}

/// The lines next to a change, and how many there are between.
fn kept<'a>(rows: &mut Vec<ConflictRow<'a>>, lines: &'a [String], after_change: bool, before_change: bool) {
    let head = if after_change { CONTEXT.min(lines.len()) } else { 0 };
    let tail = if before_change { CONTEXT.min(lines.len() - head) } else { 0 };
    let hidden = lines.len() - head - tail;
    let line = |line: &'a String| ConflictRow::Line(Side::Nobody, Sign::Kept, bare(line));
    rows.extend(lines.iter().take(head).map(line));
    if hidden > 0 {
        rows.push(ConflictRow::Alike(hidden));
    }
    rows.extend(lines.iter().skip(head + hidden).map(line));
}

fn changed<'a>(rows: &mut Vec<ConflictRow<'a>>, chunk: &'a Chunk) {
    let mut push = |side: Side, sign: Sign, lines: &'a [String]| {
        rows.extend(lines.iter().map(|line| ConflictRow::Line(side, sign, bare(line))));
    };
    match chunk.origin {
        Origin::Nobody => {}
        Origin::Theirs => {
            push(Side::Theirs, Sign::Removed, &chunk.base);
            push(Side::Theirs, Sign::Added, &chunk.theirs);
        }
        Origin::Mine => {
            push(Side::Mine, Sign::Removed, &chunk.base);
            push(Side::Mine, Sign::Added, &chunk.mine);
        }
        Origin::Both => {
            push(Side::Both, Sign::Removed, &chunk.base);
            push(Side::Both, Sign::Added, &chunk.mine);
        }
        Origin::Conflict => {
            push(Side::Base, Sign::Removed, &chunk.base);
            push(Side::Theirs, Sign::Added, &chunk.theirs);
            push(Side::Mine, Sign::Added, &chunk.mine);
        }
    }
}

fn bare(line: &str) -> &str {
    line.trim_end_matches(['\n', '\r'])
}

/// The merge of the draft as it is typed where that comes out as well as that of the draft as gcloud
/// would export it; whether it is the latter.
fn merged(base: &Policy, theirs: &Policy, draft: &Draft) -> (Merge, bool) {
    let Some(mine) = draft.policy() else {
        let (base, theirs) = (document::emit(&base.said()), document::emit(&theirs.said()));
        return (Merge::by_units(&base, &theirs, &draft.editor.text(), &units(&base)), false);
    };
    let typed = {
        let write = |policy: &Policy| written_as(&with_fields_of(mine, policy), &draft.document);
        let base = write(base);
        Merge::by_units(&base, &write(theirs), &draft.editor.text(), &units(&base))
    };
    let [base, theirs, mine] = [base, theirs, mine].map(|policy| document::emit(&policy.said()));
    let exported = Merge::by_units(&base, &theirs, &mine, &units(&base));
    if is_as_good(&typed, &exported) { (typed, false) } else { (exported, true) }
}

/// The policy with the fields that only the server sets as the draft has them: nobody means to change those.
fn with_fields_of(draft: &Policy, policy: &Policy) -> Policy {
    let (name, etag, update_time) = (draft.name.clone(), draft.etag.clone(), draft.update_time.clone());
    Policy { name, update_time, etag, ..policy.clone() }
}

/// Lines alone do not know what a text means: whoever wins all the conflicts, both have to say the
/// same policy (or both none); of a merge with fewer conflicts it is enough that it says one.
fn is_as_good(typed: &Merge, exported: &Merge) -> bool {
    let said = |merge: &Merge, take: Take| {
        let mut merge = merge.clone();
        merge.chunks.iter_mut().filter(|chunk| chunk.take.is_none()).for_each(|chunk| chunk.take = Some(take));
        let policy = merge.text().and_then(|text| Document::parse(&text, Dialect::Gcloud).policy);
        policy.map(|policy| policy.said())
    };
    let sides = [Take::Theirs, Take::Mine];
    match typed.conflicts().cmp(&exported.conflicts()) {
        Ordering::Less => sides.into_iter().all(|take| said(typed, take).is_some()),
        Ordering::Equal => sides.into_iter().all(|take| said(typed, take) == said(exported, take)),
        Ordering::Greater => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "\
admissionWhitelistPatterns:
- namePattern: gcr.io/a/*
defaultAdmissionRule:
  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
  evaluationMode: ALWAYS_DENY
globalPolicyEvaluationMode: ENABLE
";

    fn policy(text: &str) -> Policy {
        Document::parse(text, Dialect::Gcloud).policy.unwrap()
    }

    fn conflict(theirs: &str, mine: &str) -> Conflict {
        let draft = Draft::new(Some(mine.to_owned()));
        Conflict::new("project-1".parse().unwrap(), &policy(BASE), policy(theirs), &draft)
    }

    #[test]
    fn the_drafts_comments_are_kept() {
        let theirs = BASE.replace("ENABLE", "DISABLE");
        let mine = BASE.replace("gcr.io/a/*\n", "gcr.io/a/* # ours\n- namePattern: gcr.io/b/*\n");
        let conflict = conflict(&theirs, &mine);
        assert!(!conflict.rewritten);
        let text = conflict.merge.text().unwrap();
        assert!(text.contains("gcr.io/a/* # ours\n- namePattern: gcr.io/b/*\n") && text.contains("DISABLE"), "{text}");
    }

    #[test]
    fn a_draft_in_another_order_is_merged_as_it_would_be_exported() {
        let theirs = BASE.replace("gcr.io/a/*\n", "gcr.io/a/*\n- namePattern: gcr.io/b/*\n");
        let mine = "\
globalPolicyEvaluationMode: DISABLE # off
defaultAdmissionRule: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}
admissionWhitelistPatterns: [{namePattern: gcr.io/a/*}]
";
        let conflict = conflict(&theirs, mine);
        assert!(conflict.rewritten);
        let merged = policy(&conflict.merge.text().unwrap());
        assert_eq!(merged.admission_whitelist_patterns.len(), 2);
        assert_eq!(merged.global_policy_evaluation_mode, policy(mine).global_policy_evaluation_mode);
    }

    #[test]
    fn a_rule_is_taken_whole_and_in_the_drafts_order() {
        let theirs = BASE.replace("ALWAYS_DENY", "ALWAYS_ALLOW");
        let mine = "\
admissionWhitelistPatterns:
- namePattern: gcr.io/a/* # the base images
defaultAdmissionRule:
  evaluationMode: REQUIRE_ATTESTATION
  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
  requireAttestationsBy:
  - projects/p/attestors/qa
globalPolicyEvaluationMode: ENABLE
";
        let mut conflict = conflict(&theirs, mine);
        assert!(!conflict.rewritten);
        assert_eq!(conflict.merge.count_undecided(), 1);
        conflict.decide(Take::Mine);
        assert_eq!(conflict.merge.text().as_deref(), Some(mine));
        let number = conflict.merge.chunks.iter().position(|chunk| chunk.origin == Origin::Conflict).unwrap();
        conflict.merge.chunks[number].take = Some(Take::Theirs);
        let text = conflict.merge.text().unwrap();
        assert!(policy(&text).says_the_same_as(&policy(&theirs)) && text.contains("# the base images"), "{text}");
    }

    #[test]
    fn what_only_the_server_sets_is_nobodys_change() {
        let served = |text: &str, etag: &str| {
            policy(&format!("{text}etag: {etag}\nname: projects/p/policy\nupdateTime: '2026-01-01T00:00:00Z'\n"))
        };
        let (base, theirs) = (served(BASE, "one"), served(&BASE.replace("gcr.io/a/*", "gcr.io/t/*"), "two"));
        let mine = document::emit(&base).replace("ENABLE", "DISABLE # off");
        let conflict = Conflict::new("project-1".parse().unwrap(), &base, theirs.clone(), &Draft::new(Some(mine)));
        assert_eq!((conflict.rewritten, conflict.merge.changed_chunks().len()), (false, 2));
        let text = conflict.text().unwrap();
        assert!(text.contains("DISABLE # off") && text.contains("gcr.io/t/*"), "{text}");
        assert_eq!(policy(&text).etag, theirs.etag);
    }

    #[test]
    fn deciding_goes_on_to_the_next_conflict() {
        let theirs = BASE.replace("gcr.io/a/*", "gcr.io/t/*").replace("ENABLE", "DISABLE");
        let mine = BASE.replace("gcr.io/a/*", "gcr.io/m/*").replace("globalPolicyEvaluationMode: ENABLE\n", "");
        let mut conflict = conflict(&theirs, &mine);
        assert_eq!((conflict.merge.count_undecided(), conflict.selected), (2, 0));
        conflict.decide(Take::Theirs);
        assert_eq!((conflict.merge.count_undecided(), conflict.selected), (1, 1));
        conflict.decide(Take::Mine);
        let merged = conflict.merge.text().unwrap();
        assert!(merged.contains("gcr.io/t/*") && !merged.contains("globalPolicy"), "{merged}");
        let heads = conflict.rows().iter().filter(|row| matches!(row, ConflictRow::Head(..))).count();
        assert_eq!(heads, 2);
    }
}
