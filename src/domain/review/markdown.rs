//! A review as Markdown (with GitHub's tables), for a pull request or a ticket.

use crate::document::Document;

use super::changes::{Effect, PolicyChange};
use super::outcomes::Standing;
use super::report::{Detail, Review};
use crate::markdown::escape;

/// The whole review; `documents` are the old and the new policy as they are written, for the lines.
pub fn markdown(review: &Review, documents: [Option<&Document>; 2]) -> String {
    let mut text = String::from("# Review of a Binary Authorization policy\n\n");
    for line in review.summary() {
        text.push_str(&format!("{}\n\n", escape(&line)));
    }
    text.push_str("## What changes in the policy\n\n");
    if review.comparison.changes.is_empty() {
        text.push_str("Nothing.\n\n");
    }
    for change in &review.comparison.changes {
        text.push_str(&change_text(change, documents));
    }
    for standing in Standing::ALL.into_iter().filter(|standing| *standing != Standing::Unchanged) {
        section(review, standing, &mut text);
    }
    refused_again(review, &mut text);
    text
}

/// The reschedule check.
fn refused_again(review: &Review, text: &mut String) {
    let Some([old, new]) = review.not_rescheduled() else { return };
    text.push_str("## Running pods, admitted again this minute\n\n");
    text.push_str(&format!("Refused by the old policy: {old}. Refused by the new policy: {new}.\n\n"));
    if review.refused_again.is_empty() {
        return;
    }
    text.push_str("| pod | image | old | new |\n|---|---|---|---|\n");
    for detail in &review.refused_again {
        text.push_str(&format!("| {} {}", escape(&review.place(detail)), row(review, detail)));
    }
    text.push('\n');
}

fn change_text(change: &PolicyChange, documents: [Option<&Document>; 2]) -> String {
    let mut text = format!("- {}{}\n", escape(&change.text), place(change, documents));
    match &change.effect {
        Effect::Nothing(why) => text.push_str(&format!("  - changes no decision: {}\n", escape(why))),
        Effect::NotKnown(why) => text.push_str(&format!("  - undecided: {}\n", escape(why))),
        Effect::Decides(witnesses) => {
            for witness in witnesses {
                text.push_str(&format!("  - {}: {}\n", witness.standing().as_str(), escape(&witness.text())));
            }
        }
    }
    text.push('\n');
    text
}

fn place(change: &PolicyChange, [old, new]: [Option<&Document>; 2]) -> String {
    let line = |document: Option<&Document>, path: Option<&crate::path::Path>| {
        Some(document?.span_of(path?)?.best().start.line)
    };
    match (line(old, change.old_at.as_ref()), line(new, change.new_at.as_ref())) {
        (_, Some(line)) => format!(" (line {line})"),
        (Some(line), None) => format!(" (line {line} of the old policy)"),
        (None, None) => String::new(),
    }
}

fn section(review: &Review, standing: Standing, text: &mut String) {
    let count = review.count(standing);
    if count == 0 {
        return;
    }
    let title = standing.as_str();
    let capital: String = title.chars().take(1).flat_map(char::to_uppercase).chain(title.chars().skip(1)).collect();
    text.push_str(&format!("## {capital}: {count}\n\n"));
    let mut told = 0;
    for (group, details) in review.groups(standing) {
        text.push_str(&format!("### {}\n\n", escape(&group.title())));
        text.push_str("| image | old | new |\n|---|---|---|\n");
        for detail in &details {
            text.push_str(&row(review, detail));
        }
        text.push('\n');
        for unknown in details.iter().flat_map(|detail| &detail.missing).take(5) {
            text.push_str(&format!("- not known: {}\n", escape(unknown)));
        }
        told += details.len();
    }
    if told < count {
        text.push_str(&format!("…and {} more.\n\n", count - told));
    }
}

fn row(review: &Review, detail: &Detail) -> String {
    let title = review.items.get(detail.item).map(crate::inventory::InventoryItem::title).unwrap_or_default();
    let outcome = |old: bool| {
        let row = review.rows.get(detail.item);
        row.map_or("", |row| if old { row.old.as_str() } else { row.new.as_str() })
    };
    let cell = |outcome: &str, because: &super::Because| format!("{outcome}: {}", escape(&because.with_line()));
    let (old, new) = (cell(outcome(true), &detail.old), cell(outcome(false), &detail.new));
    format!("| {} | {old} | {new} |\n", escape(&title))
}
