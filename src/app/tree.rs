//! Which checks of a trace are open, and which one is selected.
//!
//! A check is named by its path: the index at each level, from the top.

use std::collections::BTreeSet;

use crate::domain::trace::{Check, Trace};

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
}

/// One command to the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreeCommand {
    Up,
    Down,
    First,
    Last,
    /// To the next check that failed or is not known, going round.
    NextProblem,
    /// Closes the selected check, or goes to the one above it.
    Close,
    /// Opens the selected check, or goes to its first child.
    Open,
    Toggle,
    CloseAll,
    OpenAll,
}

impl Tree {
    /// The rows to show, in order.
    pub fn rows<'a>(&self, trace: &'a Trace) -> Vec<TreeRow<'a>> {
        let mut rows = Vec::new();
        self.collect(&trace.checks, &[], &[], &mut rows);
        rows
    }

    fn collect<'a>(&self, checks: &'a [Check], path: &[usize], last: &[bool], rows: &mut Vec<TreeRow<'a>>) {
        for (at, check) in checks.iter().enumerate() {
            let path = [path, &[at]].concat();
            let last = [last, &[at + 1 == checks.len()]].concat();
            let folded = !check.children.is_empty() && self.folded.contains(&path);
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
            TreeCommand::Up => self.select(&rows, at.saturating_sub(1)),
            TreeCommand::Down => self.select(&rows, at + 1),
            TreeCommand::First => self.select(&rows, 0),
            TreeCommand::Last => self.select(&rows, rows.len() - 1),
            TreeCommand::NextProblem => self.next_problem(trace),
            TreeCommand::Close => self.close(&rows, at),
            TreeCommand::Open => self.open(&rows, at),
            TreeCommand::Toggle => self.toggle(&rows, at),
            TreeCommand::CloseAll => self.folded = with_children(trace),
            TreeCommand::OpenAll => self.folded.clear(),
        }
    }

    fn next_problem(&mut self, trace: &Trace) {
        use crate::domain::trace::Status;
        self.folded.clear();
        let rows = self.rows(trace);
        let from = self.selected(&rows).unwrap_or(0);
        let problem = |row: &&TreeRow<'_>| {
            let deepest =
                !row.check.children.iter().any(|child| matches!(child.status, Status::Fail | Status::Unknown));
            deepest && matches!(row.check.status, Status::Fail | Status::Unknown)
        };
        let found = rows.iter().skip(from + 1).chain(rows.iter().take(from + 1)).find(problem);
        if let Some(row) = found {
            self.selected.clone_from(&row.path);
        }
    }

    fn close(&mut self, rows: &[TreeRow<'_>], at: usize) {
        let Some(row) = rows.get(at) else { return };
        if row.folded || row.check.children.is_empty() {
            let above = row.path.split_last().map(|(_, above)| above.to_vec()).filter(|above| !above.is_empty());
            self.selected = above.unwrap_or_else(|| row.path.clone());
        } else {
            self.folded.insert(row.path.clone());
        }
    }

    fn open(&mut self, rows: &[TreeRow<'_>], at: usize) {
        let Some(row) = rows.get(at) else { return };
        if row.folded {
            self.folded.remove(&row.path);
        } else if !row.check.children.is_empty() {
            self.select(rows, at + 1);
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

/// The paths of all checks that have children.
fn with_children(trace: &Trace) -> BTreeSet<Vec<usize>> {
    let all = Tree::default().rows(trace);
    all.into_iter().filter(|row| !row.check.children.is_empty()).map(|row| row.path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::trace::Status;

    fn trace() -> Trace {
        let leaf = |status, label: &str| Check::new(status, label);
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
            format!("{}{}", row.check.label, if Some(at) == selected { "<" } else { "" })
        };
        rows.iter().enumerate().map(row).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_selection_walks_what_is_shown() {
        use TreeCommand::{Close, CloseAll, Down, First, Last, NextProblem, Open, Toggle, Up};
        assert_eq!(run(&[]), "rule< image digest attestor message");
        assert_eq!(run(&[Down, Close]), "rule image< message");
        assert_eq!(run(&[Down, Close, Down, Up, Open, Open]), "rule image digest< attestor message");
        assert_eq!(run(&[Last, Up, Close]), "rule image< digest attestor message");
        assert_eq!(run(&[Last, Down, First, Up]), "rule< image digest attestor message");
        assert_eq!(run(&[CloseAll, NextProblem]), "rule image digest attestor< message");
        assert_eq!(run(&[Last, Up, CloseAll]), "rule image< message");
        assert_eq!(run(&[Down, Toggle, Toggle]), "rule image< digest attestor message");
    }

    #[test]
    fn an_empty_trace_takes_every_command() {
        let mut tree = Tree::default();
        tree.input(&Trace::default(), TreeCommand::NextProblem);
        assert_eq!(tree.selected(&[]), None);
    }
}
