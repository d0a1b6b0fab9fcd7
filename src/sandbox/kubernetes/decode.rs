//! Request bodies: from JSON or Kubernetes' protobuf to the types, and what unknown fields become.
//! YAML, which server-side apply may send, is read by serde like JSON: no place in it is pointed at.

use serde_json::Value;

use super::call::{Call, FieldValidation};
use super::failure::Failure;
use super::objects::Object;
use super::protobuf;
use crate::values;
use wire::kubernetes::typed;

/// What a body may be.
const ACCEPTED: &str = "application/json, application/vnd.kubernetes.protobuf";

/// An object that was sent, and what the client is to be warned of.
#[derive(Debug, Clone)]
pub(super) struct Decoded<T> {
    pub(super) object: T,
    pub(super) warnings: Vec<String>,
}

/// The body's JSON. kubectl sends some objects as protobuf, which is translated.
pub(super) fn value(call: &Call, body: &[u8]) -> Result<Value, Failure> {
    match call.content_type.as_str() {
        "application/json" | "" | "application/x-www-form-urlencoded" => {
            check_values(body)?;
            serde_json::from_slice(body).map_err(|error| Failure::bad_request(format!("the body is not JSON: {error}")))
        }
        "application/vnd.kubernetes.protobuf" => {
            protobuf::decode(body).map_err(|error| Failure::bad_request(error.to_string()))
        }
        _ => Err(Failure::unsupported_media_type(ACCEPTED)),
    }
}

/// Refuses a JSON text of more values than a request may have.
pub(super) fn check_values(body: &[u8]) -> Result<(), Failure> {
    if values::are_few(body) {
        return Ok(());
    }
    Err(Failure::entity_too_large(&format!("the sandbox reads at most {} values of a request", values::MAX_VALUES)))
}

/// The object that a client applies: YAML, of which JSON is a part.
pub(super) fn applied(body: &[u8]) -> Result<Value, Failure> {
    let unreadable = |error: &dyn std::fmt::Display| Failure::bad_request(format!("error decoding YAML: {error}"));
    check_values(body)?;
    if let Ok(value) = serde_json::from_slice(body) {
        return Ok(value);
    }
    let text = std::str::from_utf8(body).map_err(|error| unreadable(&error))?;
    // What JSON's commas and brackets show before, YAML's lines show only as they are read.
    let options = serde_saphyr::options! { budget: serde_saphyr::budget! { max_nodes: values::MAX_VALUES } };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| unreadable(&error))
}

/// The object that this JSON says, which must be of the type that the path is for.
pub(super) fn object<T: Object>(value: &Value, validation: FieldValidation) -> Result<Decoded<T>, Failure> {
    check_type::<T>(value)?;
    let mut unknown = Vec::new();
    let object = typed(value, &mut |path| unknown.push(format!("unknown field {path:?}")))
        .map_err(|error| cannot_be_handled::<T>(&error.to_string()))?;
    match validation {
        FieldValidation::Strict if !unknown.is_empty() => {
            Err(cannot_be_handled::<T>(&format!("strict decoding error: {}", unknown.join(", "))))
        }
        FieldValidation::Warn => Ok(Decoded { object, warnings: unknown }),
        FieldValidation::Strict | FieldValidation::Ignore => Ok(Decoded { object, warnings: Vec::new() }),
    }
}

fn check_type<T: Object>(value: &Value) -> Result<(), Failure> {
    let (kind, version) =
        (value["kind"].as_str().unwrap_or_default(), value["apiVersion"].as_str().unwrap_or_default());
    if kind.is_empty() {
        return Err(Failure::bad_request("Object 'Kind' is missing in the body of the request"));
    }
    if (kind, version) != (T::KIND, T::API_VERSION) {
        return Err(Failure::bad_request(format!(
            "the object provided is unrecognized (must be of type {} in version {:?}): it is {kind:?} in {version:?}",
            T::KIND,
            T::API_VERSION
        )));
    }
    Ok(())
}

fn cannot_be_handled<T: Object>(why: &str) -> Failure {
    let message = format!("{} in version {:?} cannot be handled as a {}: {why}", T::KIND, T::VERSION, T::KIND);
    Failure::bad_request(message)
}
