//! Texts that are no policy: a policy inside something else, and files of other tools.
//!
//! One clear error stands in for the flood of unknown keys that such a text would give.

use super::node::{Entry, Node, Value};
use crate::diagnostic::{Code, Problems, excerpt};
use crate::path::{Path, Segment};
use crate::schema::POLICY;
use crate::span::Bytes;

/// Fields by which a policy is known wherever it stands.
const MARKS: [&str; 7] = [
    "defaultAdmissionRule",
    "default_admission_rule",
    "admissionWhitelistPatterns",
    "gkePolicy",
    "cloudRunPolicy",
    "gke_policy",
    "cloud_run_policy",
];

/// What a text is, if it is no policy.
#[derive(Debug)]
struct Found {
    code: Code,
    at: Bytes,
    key: Option<String>,
    message: String,
}

/// Reports that the first line is one of a language that is neither YAML nor JSON; whether it is.
pub(crate) fn check_text(text: &str, problems: &mut Problems<'_>) -> bool {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        if !content.is_empty() && !content.starts_with('#') && !content.starts_with("//") {
            let Some((code, message)) = other_language(content) else { return false };
            let at = start + (line.len() - line.trim_start().len());
            problems.push(code, Bytes::new(at, at + content.len()), Path::default(), message.to_owned());
            return true;
        }
        start += line.len();
    }
    false
}

fn other_language(line: &str) -> Option<(Code, &'static str)> {
    let block = line.ends_with('{') || line.contains("\" {");
    if block && line.starts_with("resource \"google_binary_authorization_policy\"") {
        return Some((Code::WrappedPolicy, "a policy in Terraform's language: gcloud reads YAML or JSON"));
    }
    let terraform = ["resource ", "data ", "module ", "provider ", "variable ", "locals ", "terraform "];
    if block && terraform.iter().any(|word| line.starts_with(word)) {
        return Some((Code::OtherTool, "this is Terraform's language, not a policy in YAML or JSON"));
    }
    let module = line.strip_prefix("package ")?;
    let plain = module.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'));
    plain.then_some((Code::OtherTool, "this is Rego, a policy of the Open Policy Agent"))
}

/// Reports that the tree is no policy; whether it is none.
pub(crate) fn check_tree(root: &Node, problems: &mut Problems<'_>) -> bool {
    let found = match &root.value {
        Value::Map(entries) => in_map(entries),
        Value::List(elements) => in_list(root, elements),
        Value::Scalar(_) => None,
    };
    let Some(Found { code, at, key, message }) = found else { return false };
    problems.push(code, at, Path(key.into_iter().map(Segment::Field).collect()), message);
    true
}

fn in_list(root: &Node, elements: &[Node]) -> Option<Found> {
    let policies = elements.iter().filter(|element| is_policy(element)).count();
    let message = match (policies, elements.len()) {
        (0, _) => return None,
        (1, 1) => "the policy stands in a list".to_owned(),
        (count, _) => format!("a list of {count} policies: a file has one"),
    };
    Some(Found { code: Code::WrappedPolicy, at: dash_or_bracket(root), key: None, message })
}

fn dash_or_bracket(list: &Node) -> Bytes {
    Bytes::new(list.at.start(), list.at.start() + 1)
}

fn in_map(entries: &[Entry]) -> Option<Found> {
    let own = |entry: &Entry| MARKS.contains(&&*entry.key.text);
    if entries.iter().any(own) {
        return None;
    }
    let entry = |name: &str| entries.iter().find(|entry| &*entry.key.text == name);
    let found = |entry: &Entry, code, message: String| {
        Some(Found { code, at: entry.key.at, key: Some(entry.key.text.to_string()), message })
    };
    if let (Some(version), Some(kind)) = (entry("apiVersion"), entry("kind")) {
        let (code, message) = kubernetes(text_of(&version.value), text_of(&kind.value), entries);
        return found(kind, code, message);
    }
    if let Some((entry, what)) = OTHERS.iter().find_map(|(name, what)| Some((entry(name)?, what))) {
        return found(entry, Code::OtherTool, (*what).to_owned());
    }
    let wrapper = entries.iter().find(|entry| holds_policy(&entry.value, 3));
    if let Some(entry) = wrapper.filter(|entry| POLICY.field(&entry.key.text).is_none()) {
        let what = match &*entry.key.text {
            "resource" => "a policy in Terraform's JSON: its fields have other names".to_owned(),
            "platformPolicies" => "a list of platform policies, as the API answers it: a file has one".to_owned(),
            key => format!("the policy stands inside `{key}`"),
        };
        return found(entry, Code::WrappedPolicy, what);
    }
    None
}

/// Keys of files that are something else.
const OTHERS: [(&str, &str); 5] = [
    ("imagePolicy", "this is the configuration of Kubernetes' ImagePolicyWebhook, not a policy"),
    ("transports", "this is the policy.json of containers (podman, skopeo), not of Binary Authorization"),
    ("userOwnedGrafeasNote", "this is an attestor, not a policy"),
    ("userOwnedDrydockNote", "this is an attestor, not a policy"),
    ("bindings", "this is an IAM policy, not one of Binary Authorization"),
];

/// An object for Kubernetes, told by its kind and the group of its API.
fn kubernetes(version: &str, kind: &str, entries: &[Entry]) -> (Code, String) {
    let group = version.split('/').next().unwrap_or_default();
    let other = |what: &str| (Code::OtherTool, format!("this is {what}, not a policy of Binary Authorization"));
    match (group, kind) {
        (_, "BinaryAuthorizationPolicy") => {
            (Code::WrappedPolicy, "a policy for Config Connector: its fields have other names".to_owned())
        }
        ("v1", "ConfigMap") if entries.iter().any(|entry| in_config_map(&entry.value)) => {
            (Code::WrappedPolicy, "the policy stands as a text in a ConfigMap".to_owned())
        }
        ("kyverno.io" | "policies.kyverno.io", _) => other("a policy of Kyverno"),
        ("templates.gatekeeper.sh" | "constraints.gatekeeper.sh", _) => other("an object of Gatekeeper"),
        ("policy.sigstore.dev", _) => other("a policy of Sigstore's policy-controller"),
        ("kritis.grafeas.io", _) => other("an object of Kritis"),
        ("apiserver.config.k8s.io", _) => other("a configuration of Kubernetes' API server"),
        ("binaryauthorization.cnrm.cloud.google.com", _) => other("an object for Config Connector"),
        _ => other(&format!("a Kubernetes object ({})", excerpt(kind))),
    }
}

fn in_config_map(data: &Node) -> bool {
    data.entries().iter().any(|entry| {
        let text = text_of(&entry.value);
        MARKS.iter().any(|mark| text.contains(&format!("{mark}:")) || text.contains(&format!("\"{mark}\"")))
    })
}

/// Whether a value is a policy, or has one within this many levels.
fn holds_policy(node: &Node, levels: usize) -> bool {
    let below = |node: &Node| levels > 0 && holds_policy(node, levels - 1);
    match &node.value {
        Value::Map(entries) => is_policy(node) || entries.iter().any(|entry| below(&entry.value)),
        Value::List(elements) => elements.iter().any(below),
        Value::Scalar(_) => false,
    }
}

/// Whether a map has a field that only a policy has.
fn is_policy(node: &Node) -> bool {
    node.entries().iter().any(|entry| MARKS.contains(&&*entry.key.text))
}

fn text_of(node: &Node) -> &str {
    match &node.value {
        Value::Scalar(scalar) => &scalar.text,
        Value::List(_) | Value::Map(_) => "",
    }
}
