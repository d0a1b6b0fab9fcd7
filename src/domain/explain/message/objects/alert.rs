//! What tells of a refusal and does not have its message: alerts, and rollouts of Cloud Deploy. It is said where the
//! message is.

use serde_json::Value;

use super::field::text;
use super::messages::messages;
use crate::explain::message::assemble::merge_refusals;
use crate::explain::message::refusal::{Refusal, Subject};

/// The entries of refusals in the log (`docs/binary-authorization.md`, "Admitted with a mark").
const FILTER: &str = "resource.type=\"k8s_cluster\" protoPayload.response.reason=\"VIOLATES_POLICY\"";

/// What it says that has no message: the sender, and where to look.
pub(super) struct Pointer {
    pub(super) cases: Vec<Refusal>,
    pub(super) unknown: String,
}

/// Reads an alert or a rollout, if it is one.
pub(super) fn read(value: &Value) -> Option<Pointer> {
    rollout(value).or_else(|| alert(value))
}

/// A rollout of Cloud Deploy: what failed is in the log of the build that deployed.
fn rollout(value: &Value) -> Option<Pointer> {
    let failed = ["deployFailureCause", "verifyFailureCause"].iter().any(|name| value.get(*name).is_some());
    if !failed {
        return None;
    }
    let build = ["/deployingBuild", "/deployingJobRun", "/phases/0/deploymentJobs/deployJob/job/jobRun"]
        .iter()
        .map(|at| text(value, at))
        .find(|text| !text.is_empty());
    let unknown = match build {
        Some(build) => format!("why the rollout failed: that is in the log of {build}"),
        None => "why the rollout failed: that is in the log of the build of its job run".to_owned(),
    };
    Some(Pointer { cases: told(value, &Subject::default()), unknown })
}

/// An alert of Cloud Monitoring, Alertmanager or `PagerDuty`.
fn alert(value: &Value) -> Option<Pointer> {
    let (sender, labels) = if let Some(incident) =
        value.get("incident").filter(|i| i.get("condition_name").is_some() || i.get("policy_name").is_some())
    {
        ("Cloud Monitoring", incident.pointer("/resource/labels"))
    } else if value.get("alerts").is_some_and(Value::is_array) {
        ("Alertmanager", value.get("commonLabels").or_else(|| value.pointer("/alerts/0/labels")))
    } else if is_pager_duty(value) {
        ("PagerDuty", details(value))
    } else {
        return None;
    };
    let label = |names: &[&str]| {
        let found = names.iter().find_map(|name| labels?.get(*name)?.as_str());
        found.unwrap_or_default().to_owned()
    };
    let subject = Subject {
        project: label(&["project_id", "project"]),
        location: label(&["location", "zone", "region"]),
        cluster: label(&["cluster_name", "cluster"]),
        namespace: label(&["namespace_name", "namespace"]),
        pod: label(&["pod_name", "pod"]),
        ..Subject::default()
    };
    let cases = told(value, &subject);
    let of_cluster = match subject.cluster.as_str() {
        "" => String::new(),
        cluster => format!(" resource.labels.cluster_name=\"{cluster}\""),
    };
    let time = ["/incident/started_at", "/alerts/0/startsAt", "/event/occurred_at", "/payload/timestamp"];
    let time = time.iter().map(|at| text(value, at)).find(|text| !text.is_empty());
    let when = time.map_or_else(String::new, |time| format!(", at {time}"));
    let unknown = format!(
        "what was refused: an alert of {sender} has not the message. The log has it{when}: {FILTER}{of_cluster}"
    );
    Some(Pointer { cases, unknown })
}

fn is_pager_duty(value: &Value) -> bool {
    let is_event = |at: &str| text(value, at).starts_with("incident.");
    let is_sent = value.get("routing_key").is_some() && value.get("event_action").is_some();
    is_event("/event/event_type") || is_event("/messages/0/event") || is_sent
}

fn details(value: &Value) -> Option<&Value> {
    ["/payload/custom_details", "/event/data/body/details", "/messages/0/incident/body/details"]
        .iter()
        .find_map(|at| value.pointer(at))
}

/// The refusals whose messages are in it after all.
fn told(value: &Value, subject: &Subject) -> Vec<Refusal> {
    let mut told = Vec::new();
    messages(value, subject, &mut told);
    told.retain(|case| case.relative.is_none() && case.is_explained());
    merge_refusals(told)
}
