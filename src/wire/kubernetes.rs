//! The Kubernetes types that both sides use, and the `Status` of errors.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

pub use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, ReplicaSet, StatefulSet};
pub use k8s_openapi::api::batch::v1::{CronJob, Job};
pub use k8s_openapi::api::core::v1::{Container, Event, Namespace, Pod, PodSpec, PodTemplateSpec};
pub use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, Status, StatusCause, StatusDetails};

/// The reason of a denial by the admission webhook; kubectl prints it in parentheses.
pub const VIOLATES_POLICY: &str = "VIOLATES_POLICY";

/// The webhook that refuses pods on GKE; the start of each of its messages.
pub const WEBHOOK: &str = "imagepolicywebhook.image-policy.k8s.io";

/// A failure `Status` with this HTTP code and reason.
pub fn failure(code: u16, reason: &str, message: impl Into<String>) -> Status {
    Status {
        status: Some("Failure".to_owned()),
        message: Some(message.into()),
        reason: Some(reason.to_owned()),
        code: Some(i32::from(code)),
        ..Status::default()
    }
}

/// An object, read from whatever it is written in by way of JSON's values.
///
/// The readers of Kubernetes' types are large, and there is one of each for every format that they are
/// read from: this way there is one in all.
#[derive(Debug, Clone, PartialEq)]
pub struct Typed<T>(pub T);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Typed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        typed(&value, &mut |_| {}).map(Self).map_err(D::Error::custom)
    }
}

/// The object as JSON, by way of its value: what writes a type is as large as what reads it.
pub fn text<T: Serialize>(object: &T) -> Result<String, serde_json::Error> {
    Ok(serde_json::to_value(object)?.to_string())
}

/// The most unknown fields of one object that are told of: as many as API servers list
/// (`sigs.k8s.io/json`, `UnmarshalStrict`).
const MAX_UNKNOWN: usize = 100;

/// The longest path of a field that is written down, in bytes: names have no limit of their own.
const MAX_PATH_BYTES: usize = 1000;

/// The object that this value is; `unknown` is told the paths of the fields that its type does not have,
/// as API servers write them (`spec.containers[0].imag`), of the first hundred.
pub fn typed<T: DeserializeOwned>(value: &Value, unknown: &mut dyn FnMut(String)) -> Result<T, serde_json::Error> {
    serde_ignored::deserialize(value, telling(unknown))
}

// Apart from the generic function above: a closure that is made there is another one for each type that is
// read, and with it comes another reader of all that the types have in common.
fn telling(unknown: &mut dyn FnMut(String)) -> impl FnMut(serde_ignored::Path<'_>) + '_ {
    let mut told = 0;
    move |path| {
        if told < MAX_UNKNOWN {
            told += 1;
            let mut text = String::new();
            write(&path, &mut text);
            unknown(text);
        }
    }
}

/// Writes a path, up to the limit of its length.
fn write(path: &serde_ignored::Path<'_>, out: &mut String) {
    use serde_ignored::Path;
    match path {
        Path::Root => {}
        Path::Seq { parent, index } => {
            write(parent, out);
            push(out, &format!("[{index}]"));
        }
        Path::Map { parent, key } => {
            write(parent, out);
            if !out.is_empty() {
                push(out, ".");
            }
            push(out, key);
        }
        Path::Some { parent } | Path::NewtypeStruct { parent } | Path::NewtypeVariant { parent } => {
            write(parent, out);
        }
    }
}

fn push(out: &mut String, text: &str) {
    let left = MAX_PATH_BYTES.saturating_sub(out.len());
    let end = (0..=left.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    out.push_str(text.get(..end.unwrap_or(0)).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_read_and_what_its_type_does_not_have_is_told() {
        let text = r#"{"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "imag": "x"}]}, "more": 1}"#;
        let Typed(pod): Typed<Pod> = serde_json::from_str(text).unwrap();
        assert_eq!(pod.metadata.name.as_deref(), Some("p"));
        let mut unknown = Vec::new();
        let again: Pod = typed(&serde_json::from_str(text).unwrap(), &mut |path| unknown.push(path)).unwrap();
        assert_eq!((again, unknown), (pod, vec!["spec.containers[0].imag".to_owned(), "more".to_owned()]));
        assert!(serde_json::from_str::<Typed<Pod>>(r#"{"spec": {"containers": 1}}"#).is_err());
    }

    /// Each path would be as long as the body.
    #[test]
    fn of_many_unknown_fields_below_a_long_name_few_are_told_and_shortly() {
        let mut container: serde_json::Map<String, Value> =
            (0..50_000).map(|n| (format!("k{n}"), Value::from(1))).collect();
        container.insert("name".to_owned(), "c".into());
        let long = "ä".repeat(500_000);
        let pod = serde_json::json!({ long: 1, "spec": { "containers": [container] } });
        let mut unknown = Vec::new();
        typed::<Pod>(&pod, &mut |path| unknown.push(path)).unwrap();
        assert_eq!(unknown.len(), MAX_UNKNOWN);
        assert_eq!(unknown[0], "ä".repeat(500));
        assert_eq!(unknown[1], "spec.containers[0].k0");
    }
}
