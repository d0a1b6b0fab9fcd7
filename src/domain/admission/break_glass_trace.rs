//! The checks of breaking the glass: what the pod asked for, and what looks like asking and is none.

use std::collections::BTreeMap;

use super::break_glass::BreakGlass;
use super::check::{BreakGlassCheck, MetadataKind};
use super::request::{Owner, Request};
use super::trace::{Check, Status};

/// The check of breaking the glass; `overrides`: it changed the outcome.
pub(super) fn break_glass_check(request: &Request, used: Option<BreakGlass>, overrides: bool) -> Check {
    match used {
        Some(how) if overrides => Check::new(Status::Pass, BreakGlassCheck::Overrides(how)),
        Some(how) => Check::new(Status::Note, BreakGlassCheck::NotNeeded(how)),
        None => Check::new(Status::Note, BreakGlassCheck::NotAsked).children(near_misses(request)),
    }
}

/// Labels and annotations that were meant to break the glass and do not.
fn near_misses(request: &Request) -> Vec<Check> {
    let of_pod = lookalikes(&request.labels, &request.annotations);
    let ineffective = of_pod.map(|(on, key, value)| BreakGlassCheck::Ineffective {
        platform: request.platform,
        on,
        key: key.to_owned(),
        value: value.to_owned(),
    });
    let of_owner = request.owner.iter().flat_map(owner_misses);
    ineffective.chain(of_owner).map(|check| Check::new(Status::Note, check)).collect()
}

fn owner_misses(owner: &Owner) -> impl Iterator<Item = BreakGlassCheck> {
    lookalikes(&owner.labels, &owner.annotations).map(|(on, key, _)| BreakGlassCheck::OnOwner {
        on,
        key: key.to_owned(),
        owner: owner.kind.clone(),
    })
}

/// The labels and annotations whose keys are about breaking the glass.
fn lookalikes<'m>(
    labels: &'m BTreeMap<String, String>,
    annotations: &'m BTreeMap<String, String>,
) -> impl Iterator<Item = (MetadataKind, &'m str, &'m str)> {
    let labels = labels.iter().map(|entry| (MetadataKind::Label, entry));
    let annotations = annotations.iter().map(|entry| (MetadataKind::Annotation, entry));
    let alike = |key: &str| key.contains("break-glass") || key.contains("breakglass");
    labels
        .chain(annotations)
        .map(|(on, (key, value))| (on, key.as_str(), value.as_str()))
        .filter(move |(_, key, _)| alike(key))
}
