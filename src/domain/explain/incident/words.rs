//! An incident in words: its headline, and names in as many lines as there is room for.

use std::collections::BTreeSet;

use super::{Cause, Incident, Standing};
use crate::explain::change::stamp;

fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

impl Incident {
    /// How much is refused, where, since when, by how many causes: `60 workloads refused in 5 namespaces since …, by 2
    /// causes`.
    pub fn headline(&self) -> String {
        let (all, nameless) = (self.count(), self.nameless());
        let what = match (all - nameless, nameless) {
            (0, 0) => return "nothing refused by Binary Authorization".to_owned(),
            (0, nameless) => counted(nameless, "pod refused", "pods refused"),
            (named, 0) => counted(named, "workload refused", "workloads refused"),
            (named, nameless) => {
                format!("{} and {nameless} without a name refused", counted(named, "workload", "workloads"))
            }
        };
        let since = self.since().map_or_else(String::new, |since| format!(" since {}", stamp(since)));
        format!("{what}{}{since}, by {}", self.place(), counted(self.refused().count(), "cause", "causes"))
    }

    /// The same in one row of a screen, with the causes: `60 refused in 5 namespaces since 18:42: 40 × no digest, …`.
    pub fn row(&self) -> String {
        let since = self.since().map_or_else(String::new, |since| format!(" since {}", since.strftime("%H:%M")));
        let causes: Vec<String> =
            self.refused().map(|cause| format!("{} × {}", cause.count(), cause.key.title())).collect();
        format!("{} refused{}{since}: {}", self.count(), self.place(), causes.join(", "))
    }

    fn place(&self) -> String {
        let namespaces = self.namespaces();
        match namespaces.first() {
            None => String::new(),
            Some(only) if namespaces.len() == 1 => format!(" in namespace {only}"),
            Some(_) => format!(" in {} namespaces", namespaces.len()),
        }
    }

    /// How much else is told, which Binary Authorization did not refuse; empty where nothing is.
    pub fn besides(&self) -> String {
        let told = self.causes.iter().filter(|cause| cause.key.standing != Standing::Refused);
        let parts: Vec<String> = told.map(|cause| format!("{} × {}", cause.count(), cause.key.title())).collect();
        parts.join(", ")
    }
}

/// The room that there is for lists of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Cells of a line.
    pub columns: usize,
    /// Lines of one list.
    pub rows: usize,
}

impl Cause {
    /// The names of what was refused, a line for each namespace, the one with most of them first.
    pub fn lists(&self, layout: Layout) -> Vec<String> {
        let mut namespaces: Vec<(&String, &BTreeSet<String>)> = self.names.iter().collect();
        namespaces.sort_by_key(|(_, names)| std::cmp::Reverse(names.len()));
        let all = namespaces.len();
        let shown = if all > layout.rows { layout.rows.saturating_sub(1) } else { all };
        let line = |(namespace, names): &(&String, &BTreeSet<String>)| list(namespace, names, layout.columns);
        let mut lines: Vec<String> = namespaces.iter().take(shown).map(line).collect();
        let rest: usize = namespaces.iter().skip(shown).map(|(_, names)| names.len()).sum();
        if rest > 0 {
            lines.push(format!("and {rest} in {}", counted(all - shown, "more namespace", "more namespaces")));
        }
        if self.nameless > 0 {
            lines.push(if lines.is_empty() {
                "the text does not say of what".to_owned()
            } else {
                format!("and {} of which the text does not say what it is", self.nameless)
            });
        }
        lines
    }
}

/// `shop (12): api, batch, … and 4 more`, as many names as the line takes; at least one.
fn list(namespace: &str, names: &BTreeSet<String>, columns: usize) -> String {
    let place = if namespace.is_empty() { "a namespace that is not told" } else { namespace };
    let mut line = format!("{place} ({}): ", names.len());
    for (number, name) in names.iter().enumerate() {
        let left = names.len() - number;
        let separator = if number == 0 { "" } else { ", " };
        let more = if left == 1 { String::new() } else { format!(" and {} more", left - 1) };
        let longer = line.chars().count() + separator.len() + name.chars().count() + more.len();
        if number > 0 && longer > columns {
            return format!("{line} and {left} more");
        }
        line.push_str(separator);
        line.push_str(name);
    }
    line
}
