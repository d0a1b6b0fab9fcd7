//! What lies in a sandbox, and what of it a command changed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};

use super::workloads;
use crate::clients::gcloud::Gcloud;
use crate::support::lab::{BA, CA, CRM, GKE, Lab, PROJECT, USAGE};

/// Every value, by its place.
pub(super) type State = BTreeMap<String, String>;

/// Reads all that the commands of the conformance run can change.
pub(super) async fn read(gcloud: &Gcloud) -> State {
    let lab = &gcloud.lab;
    let project = format!("projects/{PROJECT}");
    let mut state = json!({
        "projects": listed(lab, &format!("{CRM}/projects"), "projects").await,
        "services": listed(lab, &format!("{USAGE}/{project}/services?filter=state:ENABLED&pageSize=200"), "services").await,
        "policy": value(lab, &format!("{BA}/v1/{project}/policy")).await,
        "policyIam": value(lab, &format!("{BA}/v1/{project}/policy:getIamPolicy")).await,
        "attestors": listed(lab, &format!("{BA}/v1/{project}/attestors"), "attestors").await,
        "platformPolicies": listed(lab, &format!("{BA}/v1/{project}/platforms/gke/policies"), "platformPolicies").await,
        "continuousValidation": value(lab, &format!("{BA}/v1alpha2/{project}/continuousValidationConfig")).await,
        "notes": listed(lab, &format!("{CA}/v1/{project}/notes"), "notes").await,
        "occurrences": value(lab, &format!("{CA}/v1/{project}/occurrences")).await["occurrences"].take(),
        "clusters": listed(lab, &format!("{GKE}/v1/{project}/locations/-/clusters"), "clusters").await,
    });
    let repositories =
        format!("https://artifactregistry.googleapis.com/v1/{project}/locations/us-central1/repositories");
    state["repositories"] = listed(lab, &repositories, "repositories").await;
    let rings = format!("https://cloudkms.googleapis.com/v1/{project}/locations/global/keyRings");
    state["keyRings"] = listed(lab, &rings, "keyRings").await;
    let kms = format!("https://cloudkms.googleapis.com/v1/{project}/locations/global/keyRings/ring/cryptoKeys/key");
    state["keyVersions"] = listed(lab, &format!("{kms}/cryptoKeyVersions"), "cryptoKeyVersions").await;
    for host in ["gcr.io/binauthz-lab", "us-central1-docker.pkg.dev/binauthz-lab/repo"] {
        let (registry, path) = host.split_once('/').unwrap();
        state[host] = value(lab, &format!("https://{registry}/v2/{path}/hello-world/tags/list")).await["tags"].clone();
    }
    for what in ["attestors", "notes"] {
        let host = if what == "notes" { CA } else { BA };
        let names: Vec<String> = state[what].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
        for name in names {
            let policy = format!("{host}/v1/{project}/{what}/{name}:getIamPolicy");
            let method = if what == "notes" { Method::POST } else { Method::GET };
            state[what][&name]["iam"] = lab.send(method, &policy, Value::Null).await.1["bindings"].clone();
        }
    }
    state["cluster"] = workloads::read(lab).await;
    for file in ["kubeconfig", "docker", "gcloud"] {
        state[file] = written(gcloud, file);
    }
    let mut flat = State::new();
    flatten("", &state, &mut flat);
    flat
}

/// A file that clients write; nothing where they are not told a place of the test's.
fn written(gcloud: &Gcloud, file: &str) -> Value {
    let (variable, below) = match file {
        "kubeconfig" => ("KUBECONFIG", ""),
        "docker" => ("DOCKER_CONFIG", "config.json"),
        _ => ("CLOUDSDK_CONFIG", "configurations/config_default"),
    };
    let Some(value) = gcloud.variable(variable) else { return Value::Null };
    // Of a list the first, which is the one that gcloud writes.
    let first = Path::new(value.split(':').next().unwrap());
    let place = if below.is_empty() { first.to_owned() } else { first.join(below) };
    let text = std::fs::read_to_string(place).unwrap_or_default();
    match file {
        "kubeconfig" => serde_saphyr::from_str(&text).unwrap_or_default(),
        "docker" => serde_json::from_str(&text).unwrap_or_default(),
        _ => text.lines().map(Value::from).collect(),
    }
}

/// What a request is answered; nothing where it is refused.
async fn value(lab: &Lab, url: &str) -> Value {
    let (status, answer) = lab.send(Method::GET, url, Value::Null).await;
    if status.is_success() { answer } else { Value::Null }
}

/// The elements of a list by the last part of their names, without what no command of these sets.
async fn listed(lab: &Lab, url: &str, name: &str) -> Value {
    let answer = value(lab, url).await;
    let elements = answer[name].as_array().cloned().unwrap_or_default();
    let named = elements.into_iter().map(|mut element| {
        let full = ["projectId", "name"].iter().find_map(|name| element[*name].as_str()).unwrap_or_default();
        let short = full.rsplit('/').next().unwrap_or_default().to_owned();
        match name {
            "clusters" => keep(&mut element, &["status", "location", "binaryAuthorization", "currentNodeCount"]),
            "cryptoKeyVersions" => keep(&mut element, &["state", "algorithm"]),
            "repositories" => keep(&mut element, &["format", "mode"]),
            "keyRings" => keep(&mut element, &["name"]),
            "services" => keep(&mut element, &["state"]),
            "projects" => keep(&mut element, &["lifecycleState", "labels"]),
            _ => {}
        }
        (short, element)
    });
    Value::Object(named.collect())
}

fn keep(element: &mut Value, fields: &[&str]) {
    if let Value::Object(map) = element {
        map.retain(|name, _| fields.contains(&name.as_str()));
    }
}

fn flatten(at: &str, value: &Value, flat: &mut State) {
    let below = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}/{name}") };
    match value {
        Value::Null => {}
        Value::Object(map) if map.is_empty() => drop(flat.insert(at.to_owned(), "{}".to_owned())),
        Value::Object(map) => map.iter().for_each(|(name, value)| flatten(&below(name), value, flat)),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(n, value)| flatten(&below(&n.to_string()), value, flat));
        }
        // `updateTime` says that something was written; when is nobody's concern.
        other => drop(flat.insert(at.to_owned(), other.to_string())),
    }
}

/// The lines that went and came.
pub(super) fn changes(before: &State, after: &State) -> String {
    let mut lines = Vec::new();
    let places: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for place in places {
        let (old, new) = (before.get(place), after.get(place));
        if old != new {
            lines.extend(old.map(|old| format!("- {place} = {old}\n")));
            lines.extend(new.map(|new| format!("+ {place} = {new}\n")));
        }
    }
    if lines.is_empty() { "as before".to_owned() } else { lines.concat() }
}
