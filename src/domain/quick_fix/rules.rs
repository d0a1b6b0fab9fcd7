//! Fixes of admission rules and of what a policy does.

use super::change::TextChange;
use super::edit::QuickFix;
use super::snippet::Snippet;
use super::spot::{Child, Spot};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{Document, Entry, Value};
use crate::lint::rule_key;
use crate::name::{ClusterKey, is_namespace};

pub(super) fn fixes<'d>(change: TextChange<'d>, spot: &Spot<'d>, problem: &Diagnostic) -> Vec<QuickFix> {
    let at = problem.span.bytes.clone();
    let write = |text: &str| vec![QuickFix::new(format!("Write `{text}`"), vec![change.scalar(at.clone(), text)])];
    let delete = |title: &str| change.delete(spot).map(|edit| QuickFix::new(title, vec![edit])).into_iter().collect();
    match problem.code {
        Code::AttestorsRequired => attestors_required(change, spot),
        Code::AttestorsNotAllowed => attestors_not_allowed(change, spot),
        Code::DuplicateAttestor => delete("Delete the second one"),
        Code::RuleLikeDefault | Code::UnreachableRule => delete("Delete the rule"),
        Code::AttestorMissing | Code::ClusterMissing => suggested(problem).map(write).unwrap_or_default(),
        Code::AllowsAll => write("ALWAYS_DENY"),
        Code::DryRun | Code::DryRunOfNothing => write("ENFORCED_BLOCK_AND_AUDIT_LOG"),
        Code::SystemImages => system_images(change, spot).into_iter().collect(),
        Code::AttestorName
        | Code::ClusterKey
        | Code::NamespaceKey
        | Code::ServiceAccountKey
        | Code::ServiceIdentityKey
        | Code::UnknownLocation
        | Code::NoteName
        | Code::ProjectName => {
            let token = super::token::content(change.slice(at.clone()));
            name(change.document, problem.code, token).map(|text| write(&text)).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// What the problem itself proposes: only the project knows which names there are.
fn suggested(problem: &Diagnostic) -> Option<&str> {
    problem.message.split_once("; did you mean `")?.1.strip_suffix("`?")
}

/// The name that was meant by one of another form.
fn name(document: &Document, code: Code, text: &str) -> Option<String> {
    match code {
        Code::AttestorName => attestor(document, text),
        Code::ClusterKey => cluster(text),
        Code::NamespaceKey => Some(text.to_lowercase()).filter(|lower| is_namespace(lower)),
        Code::ServiceAccountKey => service_account(text),
        Code::ServiceIdentityKey => text.strip_prefix("https://").map(str::to_owned),
        Code::UnknownLocation => {
            let (location, cluster) = text.split_once('.')?;
            Some(format!("{}.{cluster}", rule_key::nearest_location(location)?))
        }
        Code::NoteName => text.contains("/attestors/").then(|| text.replace("/attestors/", "/notes/")),
        Code::ProjectName => {
            let id = text.trim_start_matches('/').trim_end_matches('/').trim_start_matches("projects/");
            let valid = id.parse::<crate::name::ProjectId>().is_ok();
            valid.then(|| format!("projects/{id}"))
        }
        _ => None,
    }
}

/// `qa`, or a note of that name, as an attestor of the project that the policy speaks of.
fn attestor(document: &Document, text: &str) -> Option<String> {
    if text.starts_with("projects/") && text.contains("/notes/") {
        return Some(text.replace("/notes/", "/attestors/"));
    }
    let plain =
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let start = document.text.find("projects/")? + "projects/".len();
    let project = document.text.get(start..)?.split(['/', '\'', '"', '\n']).next()?;
    plain.then(|| format!("projects/{project}/attestors/{text}"))
}

/// The name of a cluster as kubectl, gcloud or the API write it.
fn cluster(text: &str) -> Option<String> {
    let parts: Vec<&str> = match text.strip_prefix("gke_") {
        Some(context) => context.splitn(3, '_').skip(1).collect(),
        None => text
            .split(['/', ':'])
            .filter(|part| !matches!(*part, "projects" | "locations" | "zones" | "clusters"))
            .collect(),
    };
    let [.., location, cluster] = parts.as_slice() else { return None };
    let key = ClusterKey::new(location, cluster).ok()?;
    rule_key::is_location(key.location()).then(|| key.to_string())
}

/// `prod/web`, or what Kubernetes calls the user.
fn service_account(text: &str) -> Option<String> {
    let text = text.strip_prefix("system:serviceaccount:").unwrap_or(text);
    let (namespace, account) = text.split_once([':', '/'])?;
    [namespace, account].into_iter().all(is_namespace).then(|| format!("{namespace}:{account}"))
}

/// The map of the rule around a spot, and the entry of its mode.
fn mode<'d>(spot: &Spot<'d>) -> Option<(Spot<'d>, &'d Entry)> {
    let mut spot = Some(spot.clone());
    while let Some(here) = spot {
        if let Some(entry) = here.parent().entries().iter().find(|entry| &*entry.key.text == "evaluationMode") {
            return Some((here, entry));
        }
        spot = here.up();
    }
    None
}

/// The attestors that another rule asks, or none and nothing admitted.
fn attestors_required<'d>(change: TextChange<'d>, spot: &Spot<'d>) -> Vec<QuickFix> {
    let Some((rule, entry)) = mode(spot) else { return Vec::new() };
    let list = rule.parent().entries().iter().find(|entry| &*entry.key.text == "requireAttestationsBy");
    let known = known_attestors(change.document);
    let ask = (!known.is_empty()).then(|| Snippet::texts(&known)).and_then(|value| match list {
        Some(list) => change.give(&Spot::find(change.document, &list.key.at.range())?, &value),
        None => change
            .append(rule.parent(), "requireAttestationsBy", &value)
            .filter(|_| change.document.policy_is_of_project()),
    });
    let mut deny = vec![change.scalar(entry.value.at.range(), "ALWAYS_DENY")];
    deny.extend(list.and_then(|list| change.delete(&Spot::find(change.document, &list.key.at.range())?)));
    deny.sort_by_key(|edit| edit.bytes.start);
    ask.map(|edit| QuickFix::new("Ask the attestors of the other rules", vec![edit]))
        .into_iter()
        .chain([QuickFix::new("Write `ALWAYS_DENY` until there is an attestor", deny)])
        .collect()
}

/// Every attestor that the text names in a rule, once.
fn known_attestors(document: &Document) -> Vec<&str> {
    let mut known: Vec<&str> = Vec::new();
    let mut open: Vec<_> = document.root.iter().collect();
    while let Some(node) = open.pop() {
        match &node.value {
            Value::Scalar(scalar) => {
                let name: &str = &scalar.text;
                if name.parse::<crate::name::AttestorName>().is_ok() && !known.contains(&name) {
                    known.push(name);
                }
            }
            Value::List(elements) => open.extend(elements.iter().rev()),
            Value::Map(entries) => open.extend(entries.iter().rev().map(|entry| &entry.value)),
        }
    }
    known
}

fn attestors_not_allowed<'d>(change: TextChange<'d>, spot: &Spot<'d>) -> Vec<QuickFix> {
    let require = mode(spot).map(|(_, entry)| {
        let edit = change.scalar(entry.value.at.range(), "REQUIRE_ATTESTATION");
        QuickFix::new("Write `REQUIRE_ATTESTATION`", vec![edit])
    });
    let delete = change.delete(spot).map(|edit| QuickFix::new("Delete the attestors", vec![edit]));
    delete.into_iter().chain(require).collect()
}

fn system_images<'d>(change: TextChange<'d>, spot: &Spot<'d>) -> Option<QuickFix> {
    let name = "globalPolicyEvaluationMode";
    let root = change.document.root.as_ref()?;
    let edit = match spot.child() {
        Child::Entry(entry) if &*entry.key.text == name => change.give(spot, &Snippet::Text("ENABLE"))?,
        _ => change.prepend(root, name, &Snippet::Text("ENABLE"))?,
    };
    Some(QuickFix::new(format!("Write `{name}: ENABLE`"), vec![edit]))
}
