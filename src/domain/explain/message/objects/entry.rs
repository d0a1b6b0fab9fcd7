//! Entries of the audit log (`docs/binary-authorization.md`, "Audit logs"): what was refused, and what
//! was admitted with a mark.

use serde_json::Value;

use super::field::{fill, map, message, text};
use crate::admission::{BREAK_GLASS_ANNOTATION, BREAK_GLASS_LABEL};
use crate::explain::message::assemble::is_vague;
use crate::explain::message::cursor::clipped;
use crate::explain::message::kind::RefusalKind;
use crate::explain::message::reason::{Reason, ReasonKind};
use crate::explain::message::refusal::{Finding, Refusal, Subject, Verdict};

/// What one entry tells: at most one refusal by Binary Authorization.
pub(super) fn cases(entry: &Value) -> Vec<Refusal> {
    let subject = subject(entry);
    for payload in ["/jsonPayload", "/protoPayload"] {
        if let Some(payload) = entry.pointer(payload)
            && (payload.get("podEvent").is_some() || payload.get("configErrorEvent").is_some())
        {
            return continuous(payload, subject);
        }
    }
    let told = text(entry, "/textPayload");
    if !told.is_empty() {
        return message(&told, &subject);
    }
    if let Some(payload) = entry.get("jsonPayload") {
        return super::event::object(payload).into_iter().map(|case| about(case, &subject)).collect();
    }
    audit(entry, subject)
}

fn about(mut case: Refusal, subject: &Subject) -> Refusal {
    fill(&mut case.subject, subject);
    case
}

/// Whom an entry is about, by its fields (`docs/binary-authorization.md`, "Denied pods").
fn subject(entry: &Value) -> Subject {
    let label = |name: &str| text(entry, &format!("/resource/labels/{name}")).into_owned();
    let request = |path: &str| text(entry, &format!("/protoPayload/request/{path}")).into_owned();
    let first = |texts: [String; 3]| texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
    let (namespace, pod) = named_pod(&text(entry, "/protoPayload/resourceName"));
    Subject {
        project: label("project_id"),
        location: label("location"),
        cluster: label("cluster_name"),
        namespace: first([request("metadata/namespace"), namespace, label("namespace_name")]),
        pod: first([request("metadata/name"), pod, request("metadata/generateName")]),
        object: String::new(),
        service_account: first([request("spec/serviceAccountName"), request("spec/serviceAccount"), String::new()]),
        labels: map(entry, "/protoPayload/request/metadata/labels"),
        annotations: map(entry, "/protoPayload/request/metadata/annotations"),
        revision: label("revision_name"),
        service: first([label("service_name"), label("configuration_name"), String::new()]),
        principal: text(entry, "/protoPayload/authenticationInfo/principalEmail").into_owned(),
        time: text(entry, "/timestamp").into_owned(),
        first_time: String::new(),
        images: images(entry),
    }
}

/// `core/v1/namespaces/NS/pods/NAME`.
fn named_pod(resource: &str) -> (String, String) {
    let mut parts = resource.split('/').skip_while(|part| *part != "namespaces");
    let _ = parts.next();
    let namespace = parts.next().unwrap_or_default().to_owned();
    let pod = parts.next().filter(|kind| *kind == "pods").and(parts.next()).unwrap_or_default().to_owned();
    (namespace, pod)
}

fn images(entry: &Value) -> Vec<String> {
    let lists = ["initContainers", "containers", "ephemeralContainers"].into_iter();
    let containers =
        lists.filter_map(|name| entry.pointer(&format!("/protoPayload/request/spec/{name}")).and_then(Value::as_array));
    containers
        .flatten()
        .map(|container| text(container, "/image").into_owned())
        .filter(|image| !image.is_empty())
        .collect()
}

/// An entry about a request: a refusal, or one that was admitted with a mark.
fn audit(entry: &Value, subject: Subject) -> Vec<Refusal> {
    let verdict = mark(entry);
    let response = entry.pointer("/protoPayload/response").unwrap_or(&Value::Null);
    let overridden = label(entry, "overridden-verification-result");
    let mut texts = told(response);
    texts.extend(overridden.clone());
    texts.push(text(entry, "/protoPayload/status/message").into_owned());
    let Some(mut case) = whole(&texts, &subject) else {
        let Some(verdict) = verdict else { return Vec::new() };
        return vec![marked(verdict, subject)];
    };
    if let Some(verdict) = verdict {
        case.verdict = verdict;
    }
    vec![case]
}

/// The refusal that a response of the API server is: a `Status`, or an object with conditions.
pub(super) fn read_refusal(response: &Value, subject: &Subject) -> Option<Refusal> {
    let mut case = whole(&told(response), subject)?;
    // Outside of a log it is what the server said, and no entry.
    if case.kind == RefusalKind::AuditLog {
        case.kind = message(&text(response, "/message"), subject).first().map_or(RefusalKind::Gke, |case| case.kind);
    }
    Some(case)
}

/// Every text of a response that says why.
fn told(response: &Value) -> Vec<String> {
    let mut texts = vec![text(response, "/message").into_owned()];
    let causes = response.pointer("/details/causes").and_then(Value::as_array).into_iter().flatten();
    texts.extend(causes.flat_map(|cause| [text(cause, "/reason").into_owned(), text(cause, "/message").into_owned()]));
    match response.pointer("/status/conditions") {
        Some(Value::Array(list)) => texts.extend(list.iter().map(|one| text(one, "/message").into_owned())),
        Some(one) => texts.push(text(one, "/message").into_owned()),
        None => {}
    }
    texts
}

/// What several texts about the same say together.
fn whole(texts: &[String], subject: &Subject) -> Option<Refusal> {
    let mut cases = texts.iter().flat_map(|text| message(text, subject)).collect::<Vec<_>>();
    cases.sort_by_key(|case| (!case.kind.is_binary_authorization(), is_vague(case)));
    let mut cases = cases.into_iter();
    let mut whole = cases.next()?;
    if !whole.kind.is_binary_authorization() {
        return Some(whole);
    }
    whole.kind = RefusalKind::AuditLog;
    whole.subject.images.clone_from(&subject.images);
    for other in cases.filter(|case| case.kind.is_binary_authorization()) {
        whole.rule = whole.rule.or(other.rule);
        whole.findings.extend(other.findings);
    }
    without_repeats(&mut whole);
    Some(whole)
}

/// One text names the image and another the cause: the fuller of two findings stays.
fn without_repeats(case: &mut Refusal) {
    let mut kept: Vec<Finding> = Vec::new();
    for finding in std::mem::take(&mut case.findings) {
        let same = |other: &Finding| {
            other.attestor == finding.attestor
                && other.reason.kind == finding.reason.kind
                && (other.image == finding.image || other.image.is_none() || finding.image.is_none())
        };
        match kept.iter_mut().find(|other| same(other)) {
            Some(known) if known.image.is_none() => *known = finding,
            Some(_) => {}
            None => kept.push(finding),
        }
    }
    let given = kept.iter().any(|finding| finding.reason.kind != ReasonKind::NotGiven);
    kept.retain(|finding| !given || finding.reason.kind != ReasonKind::NotGiven);
    case.findings = kept;
    let (has_rule, has_reason) = (case.rule.is_some(), given);
    case.unknown.retain(|text| {
        let missing_rule = text.contains("the beginning of the message is missing");
        let missing_cause = text.contains("names no cause") || text.contains("before it says why");
        !(missing_rule && has_rule || missing_cause && has_reason)
    });
}

/// A label of the entry, under any of the prefixes that enforcers write.
fn label(entry: &Value, name: &str) -> Option<String> {
    const PREFIXES: [&str; 3] =
        ["imagepolicywebhook.image-policy.k8s.io/", "image-policy.k8s.io/", "binaryauthorization.googleapis.com/"];
    let labels = entry.get("labels")?.as_object()?;
    PREFIXES.iter().find_map(|prefix| Some(text(labels.get(&format!("{prefix}{name}"))?, "").into_owned()))
}

/// The mark with which the request was admitted (`docs/binary-authorization.md`, "Admitted with a mark", "Distributed
/// Cloud logs" and "Cloud Run logs").
fn mark(entry: &Value) -> Option<Verdict> {
    let is_on = |name: &str| label(entry, name).is_some_and(|value| value == "true");
    let failed_open = entry.pointer("/labels/failed-open.validating.webhook.admission.k8s.io").is_some();
    if is_on("break-glass") {
        Some(Verdict::BreakGlass)
    } else if is_on("dry-run") {
        Some(Verdict::DryRun)
    } else if is_on("failed-open") || failed_open {
        Some(Verdict::FailedOpen)
    } else {
        None
    }
}

/// An entry with a mark and no verdict that it overrode.
fn marked(verdict: Verdict, subject: Subject) -> Refusal {
    let (findings, unknown) = match verdict {
        Verdict::FailedOpen => {
            let reason = Reason { kind: ReasonKind::Unreachable, text: String::new(), is_cut: false };
            (vec![Finding { image: None, attestor: None, reason }], "what the policy would have said")
        }
        _ => (Vec::new(), "whether the policy would have refused it: the entry has no overridden verdict"),
    };
    let text = match asked_for(&subject) {
        Some(how) => format!("{}: {how}", verdict.as_str()),
        None => verdict.as_str().to_owned(),
    };
    Refusal {
        kind: RefusalKind::AuditLog,
        verdict,
        rule: None,
        findings,
        subject,
        relative: None,
        carriers: Vec::new(),
        unknown: vec![unknown.to_owned()],
        times: 1,
        text,
    }
}

/// How the pod asked to be admitted whatever the policy says.
fn asked_for(subject: &Subject) -> Option<String> {
    let has = |map: &[(String, String)], key: &str| map.iter().any(|(name, value)| name == key && value == "true");
    if has(&subject.labels, BREAK_GLASS_LABEL) {
        Some(format!("label {BREAK_GLASS_LABEL}"))
    } else if has(&subject.annotations, BREAK_GLASS_ANNOTATION) {
        Some(format!("annotation {BREAK_GLASS_ANNOTATION}"))
    } else {
        None
    }
}

/// An event of continuous validation (`docs/binary-authorization.md`, "Continuous validation events"):
/// pods that run and would not be admitted.
pub(super) fn continuous(payload: &Value, subject: Subject) -> Vec<Refusal> {
    let (event, error) = (payload.get("podEvent"), text(payload, "/configErrorEvent/description"));
    let mut case = marked(Verdict::Running, subject);
    case.unknown.clear();
    let Some(event) = event else {
        case.text = format!("continuous validation is not configured as it should be: {}", clipped(&error, 300));
        let reason = Reason { kind: ReasonKind::Other, text: error.into_owned(), is_cut: false };
        case.findings = vec![Finding { image: None, attestor: None, reason }];
        return vec![case];
    };
    case.subject.namespace = text(event, "/podNamespace").into_owned();
    case.subject.pod = text(event, "/pod").into_owned();
    let images = event.get("images").and_then(Value::as_array).into_iter().flatten();
    for image in images.filter(|image| text(image, "/result") == "DENY") {
        let (name, told) = (text(image, "/image").into_owned(), text(image, "/description"));
        let checks = image.get("checkResults").and_then(Value::as_array).into_iter().flatten();
        let checks: Vec<String> =
            checks.map(|check| format!("{}: {}", text(check, "/checkType"), text(check, "/explanation"))).collect();
        let words = std::iter::once(told.into_owned()).filter(|t| !t.is_empty()).chain(checks).collect::<Vec<_>>();
        let reason = Reason { kind: ReasonKind::Other, text: words.join("; "), is_cut: false };
        case.findings.push(Finding { image: Some(name), attestor: None, reason });
    }
    if case.findings.is_empty() {
        return Vec::new();
    }
    case.text = format!("{} runs, and policy {} would refuse it", case.subject.pod, text(event, "/policyName"));
    vec![case]
}
