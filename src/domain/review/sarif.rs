//! A review as SARIF 2.1.0 (OASIS).

use serde_json::{Value, json};

use super::Witness;
use super::changes::PolicyChange;
use super::json::Source;
use super::outcomes::Standing;
use super::report::{Detail, Review};
use crate::inventory::InventoryItem;
use crate::sarif;

/// One run: a result for each change that decides something, and for each item that flips, at the line
/// that does it.
pub fn sarif(review: &Review, sources: [Source<'_>; 2]) -> String {
    let changes = review.comparison.changes.iter().flat_map(|change| change_results(change, sources));
    let items = review.details.iter().filter_map(|detail| item_result(review, detail, sources));
    let results: Vec<Value> = changes.chain(items).collect();
    let rules: Vec<Value> = Standing::ALL
        .into_iter()
        .filter(|standing| *standing != Standing::Unchanged)
        .map(|standing| {
            json!({"id": standing.id(), "shortDescription": {"text": standing.as_str()},
                   "defaultConfiguration": {"level": level(standing)}})
        })
        .collect();
    sarif::log(&rules, &results)
}

fn change_results(change: &PolicyChange, sources: [Source<'_>; 2]) -> Vec<Value> {
    let [old, new] = sources;
    let at = match (new.line(change.new_at.as_ref()), old.line(change.old_at.as_ref())) {
        (Some(line), _) => (new.file, line),
        (None, Some(line)) => (old.file, line),
        (None, None) => (new.file, 1),
    };
    let result = |witness: &Witness| {
        let standing = Some(witness.standing()).filter(|standing| *standing != Standing::Unchanged)?;
        let text = format!("{}: {} {}", change.text, standing.as_str(), witness.text());
        Some(result(standing, &text, at))
    };
    change.effect.witnesses().iter().filter_map(result).collect()
}

fn item_result(review: &Review, detail: &Detail, [_, new]: [Source<'_>; 2]) -> Option<Value> {
    let (item, row) = (review.items.get(detail.item)?, review.rows.get(detail.item)?);
    let text = format!(
        "{} ({}) is {}: {} before, {} now",
        item.title(),
        place(item),
        row.standing.as_str(),
        detail.old.text,
        detail.new.text
    );
    Some(result(row.standing, &text, (new.file, detail.new.line.unwrap_or(1))))
}

fn place(item: &InventoryItem) -> String {
    if item.workload.is_empty() {
        format!("namespace {}", item.namespace())
    } else {
        format!("namespace {}, {}", item.namespace(), item.workload)
    }
}

fn result(standing: Standing, text: &str, (file, line): (&str, usize)) -> Value {
    json!({
        "ruleId": standing.id(),
        "level": level(standing),
        "message": {"text": text},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": sarif::uri(file)},
            "region": {"startLine": line},
        }}],
    })
}

fn level(standing: Standing) -> &'static str {
    match standing {
        Standing::NewlyDenied => "error",
        Standing::NewlyAdmitted | Standing::Undecided => "warning",
        Standing::NewlyLogged | Standing::NoLongerLogged | Standing::Unchanged => "note",
    }
}
