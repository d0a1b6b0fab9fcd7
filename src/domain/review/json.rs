//! A review as JSON.

use serde_json::{Value, json};

use crate::admission::Fact;
use crate::document::Document;
use crate::path::Path;

use super::changes::{Effect, PolicyChange};
use super::outcomes::Standing;
use super::report::{Detail, Review};
use super::{Because, Flip, Witness};

/// A policy as it is written, and the name of its file.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    pub file: &'a str,
    pub document: Option<&'a Document>,
}

impl Source<'_> {
    pub(super) fn line(self, path: Option<&Path>) -> Option<usize> {
        Some(self.document?.span_of(path?)?.best().start.line)
    }
}

/// `{old, new, equivalent, difference, notKnown, changes, summary, running, items}`; lines count from 1. Items
/// that stay as they are are only counted.
pub fn json(review: &Review, [old, new]: [Source<'_>; 2]) -> String {
    let changes: Vec<Value> = review.comparison.changes.iter().map(|c| change(c, [old, new])).collect();
    let counts: serde_json::Map<String, Value> =
        Standing::ALL.iter().map(|standing| (camel(standing.id()), json!(review.count(*standing)))).collect();
    let refused: Vec<Value> = review.refused_again.iter().filter_map(|detail| item(review, detail)).collect();
    let running = review
        .not_rescheduled()
        .map(|[old, new]| json!({"deniedByOld": old, "deniedByNew": new, "refusedAgain": refused}));
    let value = json!({
        "old": old.file,
        "new": new.file,
        "equivalent": review.comparison.is_equivalent(),
        "difference": review.comparison.difference.as_deref().map(witness),
        "notKnown": review.comparison.open.iter().map(Fact::id).collect::<Vec<_>>(),
        "changes": changes,
        "summary": counts,
        "running": running,
        "items": review.details.iter().filter_map(|detail| item(review, detail)).collect::<Vec<Value>>(),
    });
    format!("{value:#}\n")
}

fn change(change: &PolicyChange, [old, new]: [Source<'_>; 2]) -> Value {
    let decides: Vec<Value> = change.effect.witnesses().iter().map(witness).collect();
    let (nothing, not_known) = match &change.effect {
        Effect::Decides(_) => (None, None),
        Effect::Nothing(why) => (Some(why), None),
        Effect::NotKnown(why) => (None, Some(why)),
    };
    json!({
        "kind": change.kind.as_str(),
        "text": change.text,
        "oldLine": old.line(change.old_at.as_ref()),
        "newLine": new.line(change.new_at.as_ref()),
        "decides": decides,
        "changesNothingBecause": nothing,
        "notKnown": not_known,
    })
}

fn witness(witness: &Witness) -> Value {
    let request = &witness.request;
    json!({
        "flip": Some(witness.standing()).filter(|standing| *standing != Standing::Unchanged).map(Standing::id),
        "image": witness.image(),
        "isImageReference": witness.is_reference(),
        "cluster": request.cluster,
        "namespace": request.namespace,
        "serviceAccount": request.service_account,
        "serviceIdentity": request.service_identity,
        "attestedBy": witness.attested_by.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "old": witness.old.as_str(),
        "new": witness.new.as_str(),
    })
}

fn item(review: &Review, detail: &Detail) -> Option<Value> {
    let (item, row) = (review.items.get(detail.item)?, review.rows.get(detail.item)?);
    let decided =
        |outcome: &str, because: &Because| json!({"outcome": outcome, "because": because.text, "line": because.line});
    let images: Vec<&str> = item.request.images.iter().map(|image| image.image.as_str()).collect();
    Some(json!({
        "standing": row.standing.id(),
        "images": images,
        "origin": item.origin.as_str(),
        "cluster": item.request.cluster,
        "namespace": item.namespace(),
        "workload": none_if_empty(&item.workload),
        "owner": none_if_empty(&item.owner),
        "old": decided(row.old.as_str(), &detail.old),
        "new": decided(row.new.as_str(), &detail.new),
        "missing": detail.missing,
    }))
}

fn none_if_empty(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// `newly-denied` as `newlyDenied`.
fn camel(kebab: &str) -> String {
    let mut parts = kebab.split('-');
    let first = parts.next().unwrap_or_default().to_owned();
    let capital =
        |part: &str| part.chars().take(1).flat_map(char::to_uppercase).chain(part.chars().skip(1)).collect::<String>();
    parts.fold(first, |camel, part| camel + &capital(part))
}

impl Flip {
    /// The name in kebab case, for exports.
    pub fn id(self) -> &'static str {
        Standing::from(self).id()
    }
}
