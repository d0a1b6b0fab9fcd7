//! A review as JSON and as SARIF 2.1.0 (OASIS).

use serde_json::{Value, json};

use crate::domain::document::{Document, Path};
use crate::domain::inventory::Item;

use super::changes::{Change, Effect};
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
    fn line(self, path: Option<&Path>) -> Option<usize> {
        Some(self.document?.span_of(path?)?.best().start.line)
    }
}

/// `{old, new, equivalent, difference, changes, summary, running, items}`; lines count from 1. Items
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
        "changes": changes,
        "summary": counts,
        "running": running,
        "items": review.details.iter().filter_map(|detail| item(review, detail)).collect::<Vec<Value>>(),
    });
    format!("{value:#}\n")
}

fn change(change: &Change, [old, new]: [Source<'_>; 2]) -> Value {
    let (decides, nothing) = match &change.effect {
        Effect::Decides(witnesses) => (witnesses.iter().map(witness).collect::<Vec<Value>>(), None),
        Effect::Nothing(why) => (Vec::new(), Some(why)),
    };
    json!({
        "kind": change.kind.as_str(),
        "text": change.text,
        "oldLine": old.line(change.old_at.as_ref()),
        "newLine": new.line(change.new_at.as_ref()),
        "decides": decides,
        "changesNothingBecause": nothing,
    })
}

fn witness(witness: &Witness) -> Value {
    let request = &witness.request;
    json!({
        "flip": witness.flip().map(|flip| Standing::from(flip).id()),
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

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

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
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "countersign", "version": env!("CARGO_PKG_VERSION"), "rules": rules}},
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn change_results(change: &Change, sources: [Source<'_>; 2]) -> Vec<Value> {
    let [old, new] = sources;
    let at = match (new.line(change.new_at.as_ref()), old.line(change.old_at.as_ref())) {
        (Some(line), _) => (new.file, line),
        (None, Some(line)) => (old.file, line),
        (None, None) => (new.file, 1),
    };
    let result = |witness: &Witness| {
        let standing = witness.flip().map(Standing::from)?;
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

fn place(item: &Item) -> String {
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
            "artifactLocation": {"uri": uri(file)},
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

/// A path as a URI reference (RFC 3986): what is not unreserved is escaped.
pub fn uri(path: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    path.bytes().map(byte).collect()
}

impl Flip {
    /// In kebab case, for exports.
    pub fn id(self) -> &'static str {
        Standing::from(self).id()
    }
}
