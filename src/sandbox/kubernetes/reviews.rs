//! Who the client is, and what it may do: `kubectl auth can-i` and `kubectl auth whoami`.
//!
//! Who holds the owner's token is a cluster administrator; another of the sandbox's people may do what
//! its roles say (`access`). Whoever one speaks for with `--as` has no rights, as nobody is bound to any
//! role here, but for members of `system:masters`.

use serde_json::{Value, json};

use super::call::Call;
use super::caller::Caller;
use super::decode;
use super::failure::Failure;
use super::objects::Cluster;
use super::resources::{RESOURCES, Resource, ResourceKind};
use crate::access::may_in_cluster;
use crate::people::Person;

/// The question with its answer.
pub(super) fn answer(cluster: Cluster<'_>, call: &Call, body: &[u8]) -> Result<Value, Failure> {
    let resource = call.target.resource;
    let mut review = decode::value(call, body)?;
    check_type(resource, &review)?;
    let caller = &call.caller;
    review["status"] = match resource.kind_name {
        "SelfSubjectReview" => json!({ "userInfo": { "username": caller.user, "groups": caller.groups } }),
        "SelfSubjectRulesReview" => rules(cluster, caller)?,
        _ => access(cluster, caller, &review["spec"])?,
    };
    Ok(review)
}

fn check_type(resource: &Resource, review: &Value) -> Result<(), Failure> {
    if review["kind"] == resource.kind_name && review["apiVersion"] == resource.api_version().as_str() {
        return Ok(());
    }
    let message = format!(
        "the object provided is unrecognized (must be of type {}): it is {}",
        resource.kind_name, review["kind"]
    );
    Err(Failure::bad_request(message))
}

fn access(cluster: Cluster<'_>, caller: &Caller, spec: &Value) -> Result<Value, Failure> {
    let (on_resource, on_path) = (&spec["resourceAttributes"], &spec["nonResourceAttributes"]);
    if on_resource.is_object() == on_path.is_object() {
        let message = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
        return Err(Failure::bad_request(message));
    }
    let is_review = matches!(on_resource["group"].as_str(), Some("authorization.k8s.io" | "authentication.k8s.io"))
        && on_resource["verb"] == "create";
    let allowed = caller.may_do_everything() || is_review || (on_path["verb"] == "get" && is_open(&on_path["path"]));
    let Some(person) = caller.person.filter(|_| !allowed && on_resource.is_object()) else {
        return Ok(json!({ "allowed": allowed }));
    };
    let text = |field: &str| on_resource[field].as_str().unwrap_or_default();
    let subresource = Some(text("subresource")).filter(|name| !name.is_empty());
    let action = (text("verb"), text("resource"), subresource);
    Ok(json!({ "allowed": may_in_cluster(cluster.tx, person, &cluster.id.project, action)? }))
}

/// The paths that every authenticated client may read (`system:discovery`).
const OPEN: [&str; 9] =
    ["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi/*", "/readyz", "/version"];

fn is_open(path: &Value) -> bool {
    let path = path.as_str().unwrap_or_default();
    OPEN.iter().any(|open| match open.strip_suffix('*') {
        Some(front) => path.starts_with(front),
        None => path == *open,
    })
}

/// A rule for each resource of which the person may do anything.
fn rules_of(cluster: Cluster<'_>, person: &Person) -> Result<Vec<Value>, Failure> {
    let mut rules = Vec::new();
    for resource in RESOURCES.iter().filter(|resource| resource.kind != ResourceKind::Review) {
        let whole = (None, resource.verbs);
        let parts = resource.subresources.iter().map(|row| (Some(row.name), row.verbs));
        for (subresource, verbs) in std::iter::once(whole).chain(parts) {
            let mut held = Vec::new();
            for verb in verbs {
                let action = (verb.as_str(), resource.plural, subresource);
                if may_in_cluster(cluster.tx, person, &cluster.id.project, action)? {
                    held.push(*verb);
                }
            }
            let name =
                subresource.map_or_else(|| resource.plural.to_owned(), |name| format!("{}/{name}", resource.plural));
            if !held.is_empty() {
                rules.push(json!({ "verbs": held, "apiGroups": [resource.group], "resources": [name] }));
            }
        }
    }
    Ok(rules)
}

fn rules(cluster: Cluster<'_>, caller: &Caller) -> Result<Value, Failure> {
    let everything = json!({ "verbs": ["*"], "apiGroups": ["*"], "resources": ["*"] });
    let review =
        |group: &str, resources: &[&str]| json!({ "verbs": ["create"], "apiGroups": [group], "resources": resources });
    let mut on_resources = vec![
        review("authorization.k8s.io", &["selfsubjectaccessreviews", "selfsubjectrulesreviews"]),
        review("authentication.k8s.io", &["selfsubjectreviews"]),
    ];
    let mut on_paths = vec![json!({ "verbs": ["get"], "nonResourceURLs": OPEN })];
    if caller.may_do_everything() {
        on_resources.insert(0, everything);
        on_paths.insert(0, json!({ "verbs": ["*"], "nonResourceURLs": ["*"] }));
    }
    if let Some(person) = caller.person {
        on_resources.extend(rules_of(cluster, person)?);
    }
    Ok(json!({ "resourceRules": on_resources, "nonResourceRules": on_paths, "incomplete": false }))
}
