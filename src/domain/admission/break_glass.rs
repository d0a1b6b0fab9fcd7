//! Break-glass: a pod that asks to be admitted whatever the policy says.
//!
//! Source: `docs/binary-authorization.md`, "Break-glass" (*using break-glass* page; the Kubernetes
//! documentation of `ImagePolicyWebhook` for the annotation).

use std::collections::BTreeMap;

use super::request::{Platform, Request};
use crate::trace::{Check, Status, clipped};

/// The label of today, on the pod.
pub const BREAK_GLASS_LABEL: &str = "image-policy.k8s.io/break-glass";
/// The annotation of 2018, on the pod; still honoured.
pub const BREAK_GLASS_ANNOTATION: &str = "alpha.image-policy.k8s.io/break-glass";
/// Cloud Run's annotation, on the service; its value is the justification.
pub const CLOUD_RUN_BREAK_GLASS_ANNOTATION: &str = "run.googleapis.com/binary-authorization-breakglass";

/// How a pod breaks the glass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BreakGlass {
    Label,
    Annotation,
    CloudRun,
}

impl BreakGlass {
    pub(super) fn of(request: &Request) -> Option<Self> {
        let label = |key| request.labels.get(key);
        let annotation = |key| request.annotations.get(key);
        match request.platform {
            Platform::Gke if label(BREAK_GLASS_LABEL).is_some_and(|value| is_yes(value)) => Some(Self::Label),
            Platform::Gke if annotation(BREAK_GLASS_ANNOTATION).is_some_and(|value| is_yes(value)) => {
                Some(Self::Annotation)
            }
            Platform::CloudRun if annotation(CLOUD_RUN_BREAK_GLASS_ANNOTATION).is_some_and(|text| is_reason(text)) => {
                Some(Self::CloudRun)
            }
            Platform::Gke | Platform::CloudRun => None,
        }
    }

    fn text(self) -> String {
        match self {
            Self::Label => format!("label {BREAK_GLASS_LABEL}: \"true\""),
            Self::Annotation => format!("annotation {BREAK_GLASS_ANNOTATION}: \"true\" (the legacy form)"),
            Self::CloudRun => format!("annotation {CLOUD_RUN_BREAK_GLASS_ANNOTATION}"),
        }
    }
}

/// Only `true` is documented; that other values do nothing is inferred.
fn is_yes(value: &str) -> bool {
    value == "true"
}

/// Cloud Run takes any text as the justification; that an empty one does nothing is inferred.
fn is_reason(value: &str) -> bool {
    !value.is_empty()
}

/// What the pod asked for, and what looks like asking and is none. `overrides`: it changed the
/// outcome.
pub(super) fn trace(request: &Request, used: Option<BreakGlass>, overrides: bool) -> Check {
    let check = match used {
        Some(how) if overrides => Check::new(Status::Pass, "break-glass overrides the policy").found(how.text()),
        Some(how) => {
            Check::new(Status::Note, "break-glass was not needed, and is logged all the same").found(how.text())
        }
        None => Check::new(Status::Note, "break-glass").found("not asked for"),
    };
    let near = if used.is_none() { near_misses(request) } else { Vec::new() };
    check.children(near)
}

/// Labels and annotations that were meant to break the glass and do not.
fn near_misses(request: &Request) -> Vec<Check> {
    let own = [("label", &request.labels), ("annotation", &request.annotations)];
    let mut checks: Vec<Check> = own
        .into_iter()
        .flat_map(|(what, map)| lookalikes(map).map(move |(key, value)| own_miss(request.platform, what, key, value)))
        .collect();
    if let Some(owner) = &request.owner {
        let kind = if owner.kind.is_empty() { "workload" } else { &owner.kind };
        let labels = lookalikes(&owner.labels).map(|(key, _)| ("label", key));
        let annotations = lookalikes(&owner.annotations).map(|(key, _)| ("annotation", key));
        checks.extend(labels.chain(annotations).map(|(what, key)| {
            Check::new(Status::Note, format!("{what} {} on the {kind} itself has no effect", clipped(key)))
                .expected("it in spec.template.metadata, so that the pod has it")
        }));
    }
    checks
}

fn lookalikes(map: &BTreeMap<String, String>) -> impl Iterator<Item = (&str, &str)> {
    let alike = |key: &str| key.contains("break-glass") || key.contains("breakglass");
    map.iter().map(|(key, value)| (key.as_str(), value.as_str())).filter(move |(key, _)| alike(key))
}

fn own_miss(platform: Platform, what: &str, key: &str, value: &str) -> Check {
    let expected = match platform {
        Platform::Gke => format!("label {BREAK_GLASS_LABEL}: \"true\""),
        Platform::CloudRun => format!("annotation {CLOUD_RUN_BREAK_GLASS_ANNOTATION} with a justification"),
    };
    Check::new(Status::Note, format!("{what} {} does not break the glass", clipped(key)))
        .found(format!("{:?}", clipped(value)))
        .expected(expected)
}
