//! The steps of a fix as a change of the workload whose pod was refused.

use super::step::FixStep;
use crate::admission::Platform;
use crate::break_glass::BREAK_GLASS_LABEL;
use crate::container::RequestImage;
use crate::resource::Workload;
use crate::workload_patch::{PodChange, WorkloadPatch};

/// What of the steps is done to the workload; `None` where nothing is.
pub fn patch(steps: &[FixStep], workload: &Workload) -> Option<WorkloadPatch> {
    let changes: Vec<PodChange> = steps.iter().flat_map(|step| changes(step, workload)).collect();
    (!changes.is_empty()).then(|| WorkloadPatch { id: workload.id(), changes })
}

fn changes(step: &FixStep, workload: &Workload) -> Vec<PodChange> {
    match step {
        FixStep::UseDigest { .. } if step.is_unresolved() => Vec::new(),
        FixStep::UseDigest { from, to } => {
            let containers = workload.images.iter().filter(|image| image.image == *from);
            let change = |image: &RequestImage| PodChange::Image {
                container: image.container.clone(),
                kind: image.kind,
                from: from.clone(),
                to: to.clone(),
            };
            containers.map(change).collect()
        }
        FixStep::BreakGlass { platform: Platform::Gke, .. } => {
            let key = BREAK_GLASS_LABEL.to_owned();
            let is_misplaced = workload.own_labels.contains_key(BREAK_GLASS_LABEL);
            let own = is_misplaced.then(|| PodChange::NoOwnLabel { key: key.clone() });
            std::iter::once(PodChange::Label { key, value: "true".to_owned() }).chain(own).collect()
        }
        FixStep::BreakGlass { platform: Platform::CloudRun, .. }
        | FixStep::AllowPattern { .. }
        | FixStep::SetRule { .. }
        | FixStep::AddKey { .. }
        | FixStep::CreateNote { .. }
        | FixStep::CreateAttestor { .. }
        | FixStep::Grant { .. }
        | FixStep::CorrectKeyId { .. }
        | FixStep::CopyAttestation { .. }
        | FixStep::Attest { .. } => Vec::new(),
    }
}
