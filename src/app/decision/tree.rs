//! Which checks of a trace are open, and which one is selected.
//!
//! A check is named by its path: the index at each level, from the top.

use std::collections::BTreeSet;

use domain::admission::trace::{Check, Status, Trace};

/// One row of a trace as it is unfolded now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeRow<'a> {
    pub path: Vec<usize>,
    pub check: &'a Check,
    /// Whether its children are hidden; a check without any is never folded.
    pub folded: bool,
    /// Whether it is the last of its siblings, and so for each check above it, from the top.
    pub last: Vec<bool>,
}

/// What of a trace is folded and selected.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tree {
    folded: BTreeSet<Vec<usize>>,
    selected: Vec<usize>,
    /// Words in lower case: only checks that have each of them are shown, with those above them.
    words: Vec<String>,
}

/// Whether it is why the checks above it failed or are not known.
fn is_deepest_problem(check: &Check) -> bool {
    let problem = |check: &Check| matches!(check.status, Status::Fail | Status::Unknown);
    problem(check) && !check.children.iter().any(problem)
}

/// Whether any check failed or is not known.
pub fn has_problem(trace: &Trace) -> bool {
    Tree::default().rows(trace).iter().any(|row| is_deepest_problem(row.check))
}

/// One command to the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreeCommand {
    /// Goes this many rows down, or up where it is negative.
    By(isize),
    First,
    Last,
    /// Goes to the next check that failed or is not known, around the ends; opens what hides it.
    NextProblem,
    /// Folds or unfolds the selected check.
    Toggle,
    FoldAll,
    UnfoldAll,
}

/// Whether the check itself has every word.
fn has(check: &Check, words: &[String]) -> bool {
    let text = check.text().to_lowercase();
    words.iter().all(|word| text.contains(word.as_str()))
}

/// Whether it or anything below it has every word.
fn leads_to(check: &Check, words: &[String]) -> bool {
    words.is_empty() || has(check, words) || check.children.iter().any(|child| leads_to(child, words))
}

impl Tree {
    /// The rows to show, in order.
    pub fn rows<'a>(&self, trace: &'a Trace) -> Vec<TreeRow<'a>> {
        let mut rows = Vec::new();
        self.collect(&trace.checks, &[], &[], &mut rows);
        rows
    }

    fn collect<'a>(&self, checks: &'a [Check], path: &[usize], last: &[bool], rows: &mut Vec<TreeRow<'a>>) {
        let shown: Vec<(usize, &Check)> =
            checks.iter().enumerate().filter(|(_, check)| leads_to(check, &self.words)).collect();
        for (number, (at, check)) in shown.iter().enumerate() {
            let path = [path, &[*at]].concat();
            let last = [last, &[number + 1 == shown.len()]].concat();
            // What is searched for is shown also where it was folded.
            let folded = self.words.is_empty() && !check.children.is_empty() && self.folded.contains(&path);
            rows.push(TreeRow { path: path.clone(), check, folded, last: last.clone() });
            if !folded {
                self.collect(&check.children, &path, &last, rows);
            }
        }
    }

    /// Which of the rows is selected: the one that was, or the nearest shown one above it.
    pub fn selected(&self, rows: &[TreeRow<'_>]) -> Option<usize> {
        (0..rows.len())
            .rev()
            .find(|at| rows.get(*at).is_some_and(|row| row.path <= self.selected))
            .or((!rows.is_empty()).then_some(0))
    }

    /// Selects one of the rows.
    pub fn select(&mut self, rows: &[TreeRow<'_>], at: usize) {
        if let Some(row) = rows.get(at) {
            self.selected.clone_from(&row.path);
        }
    }

    /// Does one command.
    pub fn input(&mut self, trace: &Trace, command: TreeCommand) {
        let rows = self.rows(trace);
        let Some(at) = self.selected(&rows) else { return };
        match command {
            TreeCommand::By(by) => self.select(&rows, at.saturating_add_signed(by).min(rows.len() - 1)),
            TreeCommand::First => self.select(&rows, 0),
            TreeCommand::Last => self.select(&rows, rows.len() - 1),
            TreeCommand::NextProblem => self.next_problem(trace),
            TreeCommand::Toggle => self.toggle(&rows, at),
            TreeCommand::FoldAll => {
                let all = Self::default().rows(trace);
                self.folded =
                    all.into_iter().filter(|row| !row.check.children.is_empty()).map(|row| row.path).collect();
            }
            TreeCommand::UnfoldAll => self.folded.clear(),
        }
    }

    /// Shows only the checks that have each of the words, and goes to the first of them.
    pub fn search(&mut self, trace: &Trace, text: &str) {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        if self.words == words {
            return;
        }
        self.words = words;
        if !self.words.is_empty() {
            let first = self.rows(trace).into_iter().find(|row| has(row.check, &self.words)).map(|row| row.path);
            self.selected = first.unwrap_or_default();
        }
    }

    /// How many checks have what is searched for.
    pub fn count_found(&self, trace: &Trace) -> usize {
        self.rows(trace).iter().filter(|row| has(row.check, &self.words)).count()
    }

    fn next_problem(&mut self, trace: &Trace) {
        let shown = self.rows(trace);
        let selected = self.selected(&shown).and_then(|at| shown.get(at)).map(|row| &row.path);
        let all = Self { words: self.words.clone(), ..Self::default() }.rows(trace);
        let from = all.iter().position(|row| Some(&row.path) == selected).unwrap_or(0);
        let found =
            all.iter().skip(from + 1).chain(all.iter().take(from + 1)).find(|row| is_deepest_problem(row.check));
        if let Some(row) = found {
            self.folded.retain(|folded| *folded == row.path || !row.path.starts_with(folded));
            self.selected.clone_from(&row.path);
        }
    }

    fn toggle(&mut self, rows: &[TreeRow<'_>], at: usize) {
        match rows.get(at) {
            Some(row) if row.folded => drop(self.folded.remove(&row.path)),
            Some(row) if !row.check.children.is_empty() => drop(self.folded.insert(row.path.clone())),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::admission::check::AttestationCheck;

    use super::*;

    fn trace() -> Trace {
        let leaf = |status, label: &str| Check::new(status, AttestationCheck::Warning(label.to_owned()));
        let image =
            leaf(Status::Fail, "image").children(vec![leaf(Status::Pass, "digest"), leaf(Status::Fail, "attestor")]);
        Trace { checks: vec![leaf(Status::Pass, "rule"), image, leaf(Status::Note, "message")] }
    }

    fn run(commands: &[TreeCommand]) -> String {
        let trace = trace();
        let mut tree = Tree::default();
        for command in commands {
            tree.input(&trace, *command);
        }
        let rows = tree.rows(&trace);
        let selected = tree.selected(&rows);
        let row = |(at, row): (usize, &TreeRow<'_>)| {
            format!("{}{}", row.check.words().label, if Some(at) == selected { "<" } else { "" })
        };
        rows.iter().enumerate().map(row).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_selection_walks_what_is_shown() {
        use TreeCommand::{By, First, Last, NextProblem, Toggle};
        assert_eq!(run(&[]), "rule< image digest attestor message");
        assert_eq!(run(&[By(1), Toggle]), "rule image< message");
        assert_eq!(run(&[By(1), Toggle, By(1), By(-1), Toggle, By(1)]), "rule image digest< attestor message");
        assert_eq!(run(&[Last, By(9), First, By(-9), By(3)]), "rule image digest attestor< message");
        assert_eq!(run(&[By(1), Toggle, NextProblem]), "rule image digest attestor< message");
        assert_eq!(run(&[NextProblem, NextProblem]), "rule image digest attestor< message");
        assert_eq!(run(&[By(1), Toggle, Toggle]), "rule image< digest attestor message");
        assert_eq!(run(&[Toggle]), "rule< image digest attestor message");
    }

    #[test]
    fn every_check_can_be_folded_at_once() {
        use TreeCommand::{FoldAll, NextProblem, UnfoldAll};
        assert_eq!(run(&[FoldAll]), "rule< image message");
        assert_eq!(run(&[FoldAll, UnfoldAll]), "rule< image digest attestor message");
        assert_eq!(run(&[FoldAll, NextProblem]), "rule image digest attestor< message");
    }

    #[test]
    fn what_is_searched_for_is_shown_with_what_is_above_it() {
        let trace = trace();
        let mut tree = Tree::default();
        tree.input(&trace, TreeCommand::FoldAll);
        tree.search(&trace, "attest");
        let labels = |tree: &Tree| -> Vec<String> { tree.rows(&trace).iter().map(|row| row.check.text()).collect() };
        assert_eq!(labels(&tree), ["image", "attestor"]);
        assert_eq!((tree.selected(&tree.rows(&trace)), tree.count_found(&trace)), (Some(1), 1));
        assert_eq!(tree.rows(&trace)[1].last, [true, true], "no line leads to what is not shown");
        tree.search(&trace, "no such words");
        assert!(labels(&tree).is_empty());
        tree.search(&trace, "");
        assert_eq!(labels(&tree), ["rule", "image", "message"]);
    }

    #[test]
    fn an_empty_trace_takes_every_command() {
        let mut tree = Tree::default();
        tree.input(&Trace::default(), TreeCommand::NextProblem);
        assert_eq!(tree.selected(&[]), None);
        assert!(!has_problem(&Trace::default()) && has_problem(&trace()));
    }
}
