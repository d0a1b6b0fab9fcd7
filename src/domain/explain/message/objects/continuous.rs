//! Events of continuous validation (`docs/binary-authorization.md`, "Continuous validation events"): what is found of
//! pods that run, by a platform policy that is not the one that admits. Nothing is ever blocked by it.

use serde_json::Value;

use super::field::text;
use crate::explain::message::cursor::clipped;
use crate::explain::message::kind::RefusalKind;
use crate::explain::message::reason::{Reason, ReasonKind};
use crate::explain::message::refusal::{Finding, Refusal, Subject, Verdict};
use crate::explain::message::watch::not_watched;

/// How much of an explanation is kept.
const LONGEST: usize = 600;

/// What an event tells: pods that do not pass their checks, or that a cluster is not watched.
pub(super) fn cases(payload: &Value, subject: Subject) -> Vec<Refusal> {
    match payload.get("podEvent") {
        Some(event) => pod(event, subject).into_iter().collect(),
        None => vec![not_watched(&text(payload, "/configErrorEvent/description"), subject)],
    }
}

fn pod(event: &Value, subject: Subject) -> Option<Refusal> {
    let mut case = Refusal::new(RefusalKind::AuditLog, Verdict::Running, subject, String::new());
    case.subject.namespace = text(event, "/podNamespace").into_owned();
    case.subject.pod = text(event, "/pod").into_owned();
    if case.subject.time.is_empty() {
        case.subject.time = text(event, "/endTime").into_owned();
    }
    let images = event.get("images").and_then(Value::as_array).into_iter().flatten();
    for image in images.filter(|image| text(image, "/result") == "DENY") {
        let name = Some(text(image, "/image").into_owned()).filter(|name| !name.is_empty());
        let told = text(image, "/description").into_owned();
        let checks = image.get("checkResults").and_then(Value::as_array).into_iter().flatten().map(check);
        let words: Vec<String> = std::iter::once(told).chain(checks).filter(|text| !text.is_empty()).collect();
        case.findings.push(finding(name, ReasonKind::Check, clipped(&words.join("; "), LONGEST)));
    }
    if case.findings.is_empty() {
        return None;
    }
    let (pod, policy) = (&case.subject.pod, text(event, "/policyName"));
    case.text = format!("{pod} runs, and does not pass the checks of policy {policy}");
    case.unknown.push(format!("what the policy that admits says of it: these are the checks of {policy}"));
    Some(case)
}

/// `check set production, check built (SimpleSigningAttestationCheck): no attestation`.
fn check(check: &Value) -> String {
    let or = |name: &str, index: &str| {
        Some(text(check, name)).filter(|text| !text.is_empty()).unwrap_or_else(|| text(check, index)).into_owned()
    };
    let (set, name) = (or("/checkSetName", "/checkSetIndex"), or("/checkName", "/checkIndex"));
    let (kind, why) = (text(check, "/checkType"), text(check, "/explanation"));
    format!("check set {set}, check {name} ({kind}): {why}")
}

fn finding(image: Option<String>, kind: ReasonKind, text: String) -> Finding {
    Finding { image, attestor: None, reason: Reason { kind, text, is_cut: false } }
}
