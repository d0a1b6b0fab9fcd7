//! Entries of the audit log (`docs/binary-authorization.md`, "Audit logs"): what was refused, and what
//! was admitted with a mark.

use serde_json::Value;

use super::bigquery::column;
use super::continuous;
use super::field::{fill, map, message, text};
use crate::admission::{BREAK_GLASS_ANNOTATION, BREAK_GLASS_LABEL};
use crate::explain::message::assemble::is_vague;
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
            return continuous::cases(payload, subject);
        }
    }
    let told = text(entry, "/textPayload");
    if !told.is_empty() {
        return message(&told, &subject);
    }
    if let Some(payload) = entry.get("jsonPayload") {
        return super::event::object(payload).into_iter().map(|case| about(case, &subject)).collect();
    }
    let mut cases = audit(entry, subject);
    if is_of_cloud_run(entry) {
        cases.iter_mut().for_each(of_cloud_run);
    }
    cases
}

fn is_of_cloud_run(entry: &Value) -> bool {
    text(entry, "/resource/type").starts_with("cloud_run_")
        || text(entry, "/protoPayload/serviceName") == "run.googleapis.com"
}

/// Cloud Run's entries have its own words, and no cluster and no namespace.
fn of_cloud_run(case: &mut Refusal) {
    if case.kind == RefusalKind::AuditLog {
        case.kind = RefusalKind::CloudRun;
    }
    case.subject.namespace.clear();
    case.subject.cluster.clear();
    if !case.carriers.contains(&ENTRY) {
        case.carriers.insert(0, ENTRY);
    }
}

/// What an entry is called where it is told what is around a message.
const ENTRY: &str = "an audit log entry";

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
        object: super::owner::of_pod(entry.pointer("/protoPayload/request").unwrap_or(&Value::Null)),
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
    let of_pod = lists.map(|name| format!("/protoPayload/request/spec/{name}"));
    let of_run = super::run::CONTAINERS.iter().map(|path| format!("/protoPayload/response/spec{path}"));
    let containers = of_pod.chain(of_run).filter_map(|path| entry.pointer(&path).and_then(Value::as_array));
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
    if is_of_cloud_run(entry) {
        let reasons = response.pointer("/status/conditions").and_then(Value::as_array).into_iter().flatten();
        texts.extend(reasons.map(|one| text(one, "/reason").into_owned()));
    }
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
    let value = |label: &str| labels.get(label).or_else(|| labels.get(&column(label)));
    PREFIXES.iter().find_map(|prefix| Some(text(value(&format!("{prefix}{name}"))?, "").into_owned()))
}

/// The mark with which the request was admitted (`docs/binary-authorization.md`, "Admitted with a mark", "Distributed
/// Cloud logs" and "Cloud Run logs").
fn mark(entry: &Value) -> Option<Verdict> {
    let is_on = |name: &str| label(entry, name).is_some_and(|value| value == "true");
    let failed_open =
        ["failed-open.validating.webhook.admission.k8s.io", "failed_open_validating_webhook_admission_k8s_io"]
            .iter()
            .any(|name| entry.pointer(&format!("/labels/{name}")).is_some());
    let told = |words: &[&str]| is_of_cloud_run(entry) && says_any(entry, words);
    if is_on("break-glass") || told(&["breakglass", "break-glass"]) {
        Some(Verdict::BreakGlass)
    } else if is_on("dry-run") || told(&["dry run"]) {
        Some(Verdict::DryRun)
    } else if is_on("failed-open") || failed_open {
        Some(Verdict::FailedOpen)
    } else {
        None
    }
}

/// Cloud Run tells it in the message of a condition (`docs/binary-authorization.md`, "Cloud Run logs").
fn says_any(entry: &Value, words: &[&str]) -> bool {
    let response = entry.pointer("/protoPayload/response").unwrap_or(&Value::Null);
    let mut texts = told(response);
    texts.push(text(entry, "/protoPayload/status/message").into_owned());
    texts.iter().map(|text| text.to_lowercase()).any(|text| words.iter().any(|words| text.contains(words)))
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
    let mut case = Refusal::new(RefusalKind::AuditLog, verdict, subject, text);
    case.findings = findings;
    case.unknown = vec![unknown.to_owned()];
    case
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
