//! The change as the command that a person would type.

use super::{PatchWay, PodChange, WorkloadPatch};
use crate::command::line::{Command, Line};
use crate::command::workload::kubectl;
use crate::name::ClusterId;

impl WorkloadPatch {
    /// kubectl at this cluster.
    pub fn command(&self, cluster: &ClusterId) -> Line {
        match self.way() {
            PatchWay::InPlace => self.in_place(cluster).into(),
            PatchWay::Replacement => self.replacement(cluster),
        }
    }

    /// The same, only tried; `kubectl replace --force` cannot be.
    pub fn trial(&self, cluster: &ClusterId) -> Option<Command> {
        match self.way() {
            PatchWay::InPlace => Some(self.in_place(cluster).arg("--dry-run=server")),
            PatchWay::Replacement => None,
        }
    }

    fn in_place(&self, cluster: &ClusterId) -> Command {
        let object = self.id.to_string();
        let images: Option<Vec<String>> = self.changes.iter().map(image).collect();
        match images {
            Some(images) => kubectl(cluster)
                .args(&["set", "image", object.as_str()])
                .args(&images)
                .flag("--namespace", self.id.namespace.as_str()),
            None => kubectl(cluster)
                .args(&["patch", object.as_str()])
                .flag("--namespace", self.id.namespace.as_str())
                .flag("--patch", self.body()),
        }
    }

    fn replacement(&self, cluster: &ClusterId) -> Line {
        let get = kubectl(cluster)
            .args(&["get", self.id.to_string().as_str()])
            .flag("--namespace", self.id.namespace.as_str())
            .args(&["-o", "json"]);
        let patch = Command::new("kubectl patch --local -f - --type=strategic -p")
            .arg(self.local_patch().to_string())
            .args(&["-o", "json"]);
        let replace = kubectl(cluster).args(&["replace", "--force", "-f", "-"]);
        Line::from(get).pipe(patch).pipe(replace)
    }
}

/// `CONTAINER=IMAGE`, where the change is one of an image.
fn image(change: &PodChange) -> Option<String> {
    match change {
        PodChange::Image { container, to, .. } => Some(format!("{container}={to}")),
        PodChange::Label { .. } | PodChange::Annotation { .. } | PodChange::NoOwnLabel { .. } => None,
    }
}
