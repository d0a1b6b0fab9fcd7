//! What the API server says of itself: its version, its groups and resources, and no schemas.

use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, body::Body};
use serde_json::{Value, json};

use crate::cluster_version::GIT_VERSION;

use super::resources::{GROUPS, RESOURCES, Resource, Scope, SubresourceRow, group_version};

/// kubectl needs an answer here before it sends a file (`apply -f`, `create -f`), and takes an empty
/// one: no schemas, so no checks on its side. With `@` in the type it would fail to read it.
const OPENAPI_V2: &str = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

/// The answer, if the path is one of these.
pub(super) fn answer(parts: &Parts) -> Option<Response> {
    if parts.method != Method::GET {
        return None;
    }
    let answer = match parts.uri.path().trim_end_matches('/') {
        "/version" => Json(version()).into_response(),
        "/healthz" | "/livez" | "/readyz" => "ok".into_response(),
        "/api" => legacy_group(parts),
        "/apis" => groups(parts),
        "/api/v1" => Json(resources("")).into_response(),
        "/openapi/v2" => (StatusCode::OK, [(CONTENT_TYPE, OPENAPI_V2)], Body::empty()).into_response(),
        path => Json(of_one_group(path.strip_prefix("/apis/")?)?).into_response(),
    };
    Some(answer)
}

/// `GROUP` or `GROUP/v1`.
fn of_one_group(path: &str) -> Option<Value> {
    let (name, version) = path.split_once('/').map_or((path, None), |(name, version)| (name, Some(version)));
    let name = GROUPS.into_iter().find(|group| *group == name)?;
    match version {
        None => Some(group(name, true)),
        Some("v1") => Some(resources(name)),
        Some(_) => None,
    }
}

fn version() -> Value {
    json!({
        "major": "1",
        "minor": "32",
        "gitVersion": GIT_VERSION,
        "gitCommit": "",
        "gitTreeState": "clean",
        "buildDate": "2025-05-01T00:00:00Z",
        "goVersion": "",
        "compiler": "",
        "platform": "linux/amd64",
    })
}

/// `/api`: the core group.
fn legacy_group(parts: &Parts) -> Response {
    aggregated(parts, &[""]).unwrap_or_else(|| {
        Json(json!({ "kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [] })).into_response()
    })
}

/// `/apis`: the other groups.
fn groups(parts: &Parts) -> Response {
    aggregated(parts, &GROUPS).unwrap_or_else(|| {
        let groups = GROUPS.map(|name| group(name, false));
        Json(json!({ "kind": "APIGroupList", "apiVersion": "v1", "groups": groups })).into_response()
    })
}

/// Everything in one answer, where the client takes that.
fn aggregated(parts: &Parts, groups: &[&str]) -> Option<Response> {
    let accept = parts.headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges: Vec<&str> = accept.flat_map(|line| line.split(',')).collect();
    let version = ["v2", "v2beta1"].into_iter().find(|version| {
        let wanted = format!("v={version}");
        let has = |range: &&&str, parameter: &str| range.split(';').any(|part| part.trim() == parameter);
        ranges.iter().any(|range| has(&range, &wanted) && has(&range, "as=APIGroupDiscoveryList"))
    })?;
    let items: Vec<Value> = groups.iter().map(|group| aggregated_group(group)).collect();
    let list = json!({ "kind": "APIGroupDiscoveryList", "apiVersion": format!("apidiscovery.k8s.io/{version}"),
        "metadata": {}, "items": items });
    let type_ = format!("application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList");
    Some(([(CONTENT_TYPE, type_)], list.to_string()).into_response())
}

/// A group's name and versions; alone it says its own type.
fn group(name: &str, is_alone: bool) -> Value {
    let version = json!({ "groupVersion": group_version(name), "version": "v1" });
    let mut group = json!({ "name": name, "versions": [version], "preferredVersion": version });
    if is_alone {
        group["kind"] = "APIGroup".into();
        group["apiVersion"] = "v1".into();
    }
    group
}

fn of_group(group: &str) -> impl Iterator<Item = &'static Resource> {
    RESOURCES.iter().filter(move |resource| resource.group == group)
}

fn aggregated_group(group: &str) -> Value {
    let metadata = if group.is_empty() { json!({}) } else { json!({ "name": group }) };
    let resources: Vec<Value> = of_group(group).map(aggregated_resource).collect();
    json!({ "metadata": metadata, "versions": [{ "version": "v1", "freshness": "Current", "resources": resources }] })
}

fn aggregated_resource(resource: &Resource) -> Value {
    let kind = |group: &str, kind: &str| json!({ "group": group, "version": "v1", "kind": kind });
    let mut row = json!({
        "resource": resource.plural,
        "responseKind": kind(resource.group, resource.kind_name),
        "scope": if resource.scope == Scope::Namespaced { "Namespaced" } else { "Cluster" },
        "singularResource": resource.singular,
        "verbs": resource.verbs,
        "shortNames": resource.short_names,
    });
    if resource.in_all {
        row["categories"] = json!(["all"]);
    }
    if !resource.subresources.is_empty() {
        let of = |row: &SubresourceRow| json!({ "subresource": row.name, "responseKind": kind(row.group, row.kind_name), "verbs": row.verbs });
        row["subresources"] = resource.subresources.iter().map(of).collect();
    }
    row
}

fn resources(group: &str) -> Value {
    let group_version = group_version(group);
    let rows: Vec<Value> = of_group(group).flat_map(rows_of).collect();
    json!({ "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": rows })
}

/// The row of a resource and those of its subresources.
fn rows_of(resource: &Resource) -> Vec<Value> {
    let namespaced = resource.scope == Scope::Namespaced;
    let mut row = json!({
        "name": resource.plural,
        "singularName": resource.singular,
        "namespaced": namespaced,
        "kind": resource.kind_name,
        "verbs": resource.verbs,
        "shortNames": resource.short_names,
    });
    if resource.in_all {
        row["categories"] = json!(["all"]);
    }
    let part = |row: &SubresourceRow| {
        let name = format!("{}/{}", resource.plural, row.name);
        let mut value = json!({ "name": name, "singularName": "", "namespaced": namespaced, "kind": row.kind_name,
            "verbs": row.verbs });
        if row.group != resource.group {
            value["group"] = row.group.into();
            value["version"] = "v1".into();
        }
        value
    };
    std::iter::once(row).chain(resource.subresources.iter().map(part)).collect()
}
