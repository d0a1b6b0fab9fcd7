//! What lies in the cluster that the commands of kubectl change.

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::given;
use crate::support::lab::Lab;

/// Kinds, and what of an object is its state; who wrote which fields is in `managers`.
const KINDS: [(&str, &[&str]); 3] = [
    (
        "apis/apps/v1/namespaces/default/deployments",
        &["/metadata/labels", "/spec/replicas", "/spec/template/spec/containers", "/status/readyReplicas"],
    ),
    ("apis/apps/v1/namespaces/default/replicasets", &["/spec/replicas", "/status/readyReplicas"]),
    ("api/v1/namespaces/default/pods", &["/metadata/labels/run", "/spec/containers", "/status/phase"]),
];

/// Every object by its kind and name, and the events by what they are about. Nothing where there is no
/// cluster.
pub(super) async fn read(lab: &Lab) -> Value {
    let Some(server) = given::server(lab).await else { return Value::Null };
    let mut state = Map::new();
    for (path, fields) in KINDS {
        let kind = path.rsplit('/').next().unwrap();
        for object in list(lab, &server, path).await {
            let name = object["metadata"]["name"].as_str().unwrap();
            state.insert(format!("{kind}/{name}"), cut(&object, fields));
        }
    }
    let events = list(lab, &server, "api/v1/namespaces/default/events").await;
    // When an image is asked for again is a matter of time.
    for event in events.iter().filter(|event| event["reason"] != "BackOff") {
        let about = &event["involvedObject"];
        let words = [&about["kind"], &about["name"], &event["reason"]].map(|word| word.as_str().unwrap());
        state.insert(format!("events/{}", words.join("/")), event["message"].clone());
    }
    Value::Object(state)
}

async fn list(lab: &Lab, server: &str, path: &str) -> Vec<Value> {
    let (_, mut answer) = lab.send(Method::GET, &format!("{server}/{path}"), Value::Null).await;
    match answer["items"].take() {
        Value::Array(items) => items,
        other => panic!("{path}: {other}"),
    }
}

/// These fields of an object, each under its last name.
fn cut(object: &Value, fields: &[&str]) -> Value {
    let field = |at: &&str| Some((at.rsplit('/').next()?.to_owned(), object.pointer(at)?.clone()));
    let mut kept: Map<String, Value> = fields.iter().filter_map(field).collect();
    for container in kept.get_mut("containers").and_then(Value::as_array_mut).into_iter().flatten() {
        *container = container["image"].take();
    }
    let managers = object["metadata"]["managedFields"].as_array().into_iter().flatten();
    let named = managers.filter(|entry| entry["subresource"].is_null());
    let words = named.map(|entry| json!(format!("{} {}", entry["operation"], entry["manager"]).replace('"', "")));
    kept.insert("managers".to_owned(), words.collect());
    Value::Object(kept)
}
