//! Objects of Cloud Run: services, revisions and jobs of its two APIs, whose conditions may have no message.

use serde_json::Value;

use super::field::text;
use super::messages::messages;
use crate::explain::message::assemble::merge_refusals;
use crate::explain::message::kind::RefusalKind;
use crate::explain::message::reason::{Reason, ReasonKind};
use crate::explain::message::refusal::{Finding, Refusal, Subject, Verdict};

/// Where its objects have their containers, below `spec` in v1 and at the top in v2.
pub(super) const CONTAINERS: [&str; 4] =
    ["/template/spec/containers", "/containers", "/template/containers", "/template/template/containers"];

/// The reasons with which it says that an image is not authorized, of v1 and v2, and that it could not ask.
const UNAUTHORIZED: [&str; 2] = ["ContainerImageUnauthorized", "CONTAINER_IMAGE_UNAUTHORIZED"];
const NOT_ASKED: [&str; 2] = ["ContainerImageAuthorizationCheckFailed", "CONTAINER_IMAGE_AUTHORIZATION_CHECK_FAILED"];

/// Whether it is one of Cloud Run's v2 API: its name is a path.
pub(super) fn is_v2(value: &Value) -> bool {
    let name = text(value, "/name");
    let is_named = ["/services/", "/revisions/", "/jobs/", "/executions/"].iter().any(|part| name.contains(part));
    let has_conditions = value.get("terminalCondition").is_some() || value.get("conditions").is_some();
    has_conditions && (name.is_empty() || name.starts_with("projects/") && is_named)
}

/// Who it is, by the path that is its name.
pub(super) fn subject(value: &Value) -> Subject {
    let name = text(value, "/name").into_owned();
    let part = |kind: &str| {
        let mut parts = name.split('/').skip_while(|part| *part != kind).skip(1);
        parts.next().unwrap_or_default().to_owned()
    };
    let first = |one: String, other: String| if one.is_empty() { other } else { one };
    let (job, execution) = (part("jobs"), part("executions"));
    Subject {
        project: part("projects"),
        location: part("locations"),
        service: part("services"),
        revision: part("revisions"),
        object: if job.is_empty() { String::new() } else { format!("job/{}", first(execution, job)) },
        images: images(value),
        ..Subject::default()
    }
}

/// The images of one of its objects.
pub(super) fn images(value: &Value) -> Vec<String> {
    let lists = CONTAINERS.iter().flat_map(|path| [value.pointer(path), value.pointer(&format!("/spec{path}"))]);
    let containers = lists.flatten().filter_map(Value::as_array).flatten();
    let mut images: Vec<String> = containers.map(|container| text(container, "/image").into_owned()).collect();
    images.retain(|image| !image.is_empty());
    images.dedup();
    images
}

/// The refusal that its conditions tell by their reason alone; `about` is whom it is about.
pub(super) fn by_reason(value: &Value, about: &Subject) -> Option<Refusal> {
    let lists = ["/status/conditions", "/conditions"].into_iter().filter_map(|path| value.pointer(path)?.as_array());
    let conditions: Vec<&Value> = value.get("terminalCondition").into_iter().chain(lists.flatten()).collect();
    let says = |reasons: &[&str]| {
        conditions.iter().any(|one| {
            ["/reason", "/revisionReason", "/executionReason"].iter().any(|at| reasons.contains(&&*text(one, at)))
        })
    };
    let (kind, unknown) = if says(&UNAUTHORIZED) {
        (ReasonKind::NotGiven, "the condition has a reason and no message: the revision's log may have it")
    } else if says(&NOT_ASKED) {
        (ReasonKind::Unreachable, "what the policy would have said")
    } else {
        return None;
    };
    let images = if about.images.is_empty() { images(value) } else { about.images.clone() };
    let only = match images.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    };
    let subject = Subject { images, ..about.clone() };
    let text = UNAUTHORIZED.first().copied().unwrap_or_default().to_owned();
    let mut case = Refusal::new(RefusalKind::CloudRun, Verdict::Denied, subject, text);
    let reason = Reason { kind, text: String::new(), is_cut: false };
    case.findings = vec![Finding { image: only, attestor: None, reason }];
    case.carriers.push("Cloud Run");
    case.unknown.push(unknown.to_owned());
    Some(case)
}

/// What an object of its v2 API tells: by its messages, or by a reason alone.
pub(super) fn cases(value: &Value) -> Vec<Refusal> {
    let about = subject(value);
    let mut told = Vec::new();
    messages(value, &about, &mut told);
    told.retain(Refusal::is_explained);
    if told.is_empty() {
        told.extend(by_reason(value, &about));
    }
    let mut cases = merge_refusals(told);
    for case in &mut cases {
        case.times = 1;
    }
    cases
}
