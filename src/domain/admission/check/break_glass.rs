//! Whether a pod breaks the glass, and what was meant to and does not.

use super::Words;
use crate::admission::break_glass::BreakGlass;
use crate::admission::request::Platform;
use crate::break_glass::{BREAK_GLASS_ANNOTATION, BREAK_GLASS_LABEL, CLOUD_RUN_BREAK_GLASS_ANNOTATION};
use crate::text::clip;

/// A check about breaking the glass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BreakGlassCheck {
    NotAsked,
    /// The label admits a pod that would not be admitted otherwise.
    Overrides(BreakGlass),
    /// The pod is admitted without it.
    NotNeeded(BreakGlass),
    /// Metadata of the pod that looks like it and does nothing.
    Ineffective {
        platform: Platform,
        on: MetadataKind,
        key: String,
        value: String,
    },
    /// Metadata that stands on the workload and not on the pod; `owner` is the workload's kind.
    OnOwner {
        on: MetadataKind,
        key: String,
        owner: String,
    },
}

/// One of the two maps of an object's metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MetadataKind {
    Label,
    Annotation,
}

impl MetadataKind {
    fn noun(self) -> &'static str {
        match self {
            Self::Label => "label",
            Self::Annotation => "annotation",
        }
    }
}

impl BreakGlassCheck {
    pub(super) fn words(&self) -> Words {
        match self {
            Self::NotAsked => Words::new("break-glass").with_found("not asked for"),
            Self::Overrides(how) => Words::new("break-glass overrides the policy").with_found(text(*how)),
            Self::NotNeeded(how) => {
                Words::new("break-glass was not needed, and is logged all the same").with_found(text(*how))
            }
            Self::Ineffective { platform, on, key, value } => {
                Words::new(format!("{} {} does not break the glass", on.noun(), clip(key)))
                    .with_found(format!("{:?}", clip(value)))
                    .with_expected(effective(*platform))
            }
            Self::OnOwner { on, key, owner } => {
                let owner = if owner.is_empty() { "workload" } else { owner };
                Words::new(format!("{} {} on the {owner} itself has no effect", on.noun(), clip(key)))
                    .with_expected("it in spec.template.metadata, so that the pod has it")
            }
        }
    }
}

fn text(how: BreakGlass) -> String {
    match how {
        BreakGlass::Label => format!("label {BREAK_GLASS_LABEL}: \"true\""),
        BreakGlass::Annotation => format!("annotation {BREAK_GLASS_ANNOTATION}: \"true\" (the legacy form)"),
        BreakGlass::CloudRun => format!("annotation {CLOUD_RUN_BREAK_GLASS_ANNOTATION}"),
    }
}

/// What would break the glass.
fn effective(platform: Platform) -> String {
    match platform {
        Platform::Gke => format!("label {BREAK_GLASS_LABEL}: \"true\""),
        Platform::CloudRun => format!("annotation {CLOUD_RUN_BREAK_GLASS_ANNOTATION} with a justification"),
    }
}
