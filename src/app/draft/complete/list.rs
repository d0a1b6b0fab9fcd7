//! The list of proposals beside the cursor, while it is open.

use crate::draft::complete::Completion;
use crate::draft::complete::proposal::Proposal;
use crate::shell::fuzzy;

/// What opened a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenedBy {
    Key,
    Typing,
}

/// An open list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalList {
    completion: Completion,
    /// The numbers of the proposals that fit what is typed, best first; never empty.
    shown: Vec<usize>,
    selected: usize,
    opened_by: OpenedBy,
    /// The selection was moved.
    moved: bool,
}

impl ProposalList {
    /// The list of a completion; `None` where nothing fits. What opens by itself shows only what
    /// begins like the word, and nothing that is typed already.
    pub fn new(completion: Completion, opened_by: OpenedBy) -> Option<Self> {
        let by_hand = opened_by == OpenedBy::Key;
        let labels = completion.proposals.iter().map(|proposal| proposal.label.as_str());
        let typed = completion.typed.as_str();
        let shown = if by_hand {
            fuzzy::rank(&escaped(typed), labels)
        } else {
            let begins = |label: &str| starts_alike(label, typed) && label != typed;
            labels.enumerate().filter(|(_, label)| begins(label)).map(|(at, _)| at).collect()
        };
        let opens = !shown.is_empty() && (by_hand || !typed.is_empty());
        opens.then_some(Self { completion, shown, selected: 0, opened_by, moved: false })
    }

    /// The list of what goes on from a proposal that was taken: also where nothing is typed, but not
    /// in the way of Enter.
    pub fn offer(completion: Completion) -> Option<Self> {
        Some(Self { opened_by: OpenedBy::Typing, ..Self::new(completion, OpenedBy::Key)? })
    }

    /// The list for what stands at the cursor now, the selection kept where its proposal is.
    pub fn renew(&self, completion: Completion) -> Option<Self> {
        let kept = self.selected().map(|proposal| proposal.label.clone()).filter(|_| self.moved);
        let mut list = Self::new(completion, self.opened_by)?;
        let at = list.items().position(|proposal| Some(&proposal.label) == kept.as_ref());
        (list.selected, list.moved) = (at.unwrap_or(0), at.is_some());
        Some(list)
    }

    /// The proposals that are shown, in their order.
    pub fn items(&self) -> impl Iterator<Item = &Proposal> {
        self.shown.iter().filter_map(|at| self.completion.proposals.get(*at))
    }

    pub fn selected(&self) -> Option<&Proposal> {
        self.items().nth(self.selected)
    }

    /// The number of the selected one among those shown.
    pub fn position(&self) -> usize {
        self.selected
    }

    /// How many characters of the word are before the cursor.
    pub fn typed(&self) -> &str {
        &self.completion.typed
    }

    pub fn word(&self) -> std::ops::Range<usize> {
        self.completion.word.clone()
    }

    /// Whether Enter takes the selected one: not where the list came by itself and nothing was chosen.
    pub fn is_chosen(&self) -> bool {
        self.opened_by == OpenedBy::Key || self.moved
    }

    /// Moves the selection by this many, around the ends.
    pub fn move_by(&mut self, by: isize) {
        let count = self.shown.len().max(1);
        let by = by % isize::try_from(count).unwrap_or(1);
        self.selected = (self.selected + count).saturating_add_signed(by) % count;
        self.moved = true;
    }

    /// Selects one of those shown.
    pub fn select(&mut self, at: usize) {
        self.selected = at.min(self.shown.len().saturating_sub(1));
        self.moved = true;
    }
}

/// Whether `text` begins with `start`, whatever the case.
fn starts_alike(text: &str, start: &str) -> bool {
    let mut chars = text.chars().flat_map(char::to_lowercase);
    start.chars().flat_map(char::to_lowercase).all(|c| chars.next() == Some(c))
}

/// What is typed is a word, not a query with signs of its own.
fn escaped(typed: &str) -> String {
    typed
        .chars()
        .flat_map(|c| if c.is_alphanumeric() || "_/.:@-".contains(c) { vec![c] } else { vec!['\\', c] })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completion(typed: &str) -> Completion {
        let proposal = |label: &str| Proposal {
            label: label.into(),
            detail: String::new(),
            doc: String::new(),
            insert: label.into(),
            cursor: label.len(),
            goes_on: false,
        };
        let proposals = ["ALWAYS_ALLOW", "REQUIRE_ATTESTATION", "ALWAYS_DENY"].map(proposal).to_vec();
        Completion { word: 0..typed.len(), typed: typed.into(), proposals }
    }

    fn labels(list: &ProposalList) -> Vec<&str> {
        list.items().map(|proposal| proposal.label.as_str()).collect()
    }

    #[test]
    fn by_itself_it_shows_what_begins_alike() {
        let list = ProposalList::new(completion("alw"), OpenedBy::Typing).unwrap();
        assert_eq!(labels(&list), ["ALWAYS_ALLOW", "ALWAYS_DENY"]);
        assert!(!list.is_chosen());
        assert_eq!(ProposalList::new(completion(""), OpenedBy::Typing), None);
        assert_eq!(ProposalList::new(completion("DENY"), OpenedBy::Typing), None);
        assert_eq!(ProposalList::new(completion("REQUIRE_ATTESTATION"), OpenedBy::Typing), None);
    }

    #[test]
    fn by_hand_any_letters_narrow_it_down() {
        let list = ProposalList::new(completion("deny"), OpenedBy::Key).unwrap();
        assert_eq!((labels(&list), list.is_chosen()), (vec!["ALWAYS_DENY"], true));
        assert_eq!(labels(&ProposalList::new(completion(""), OpenedBy::Key).unwrap()).len(), 3);
    }

    #[test]
    fn the_selection_goes_round_and_stays_with_its_proposal() {
        let mut list = ProposalList::new(completion(""), OpenedBy::Key).unwrap();
        list.move_by(-1);
        let chosen = list.selected().unwrap().label.clone();
        assert_eq!(list.renew(completion("A")).unwrap().selected().map(|p| p.label.clone()), Some(chosen));
        list.move_by(1);
        assert_eq!(list.position(), 0);
    }
}
