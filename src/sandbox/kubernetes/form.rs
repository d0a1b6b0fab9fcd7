//! An object in the form that the client wants.

use serde_json::{Value, json};

use super::call::{Call, Form};
use super::failure::Failure;
use super::objects::Cluster;
use super::table::{Include, table};

/// An object in the form that the client wants.
pub(super) fn formed(cluster: Cluster<'_>, call: &Call, object: Value) -> Result<Value, Failure> {
    match call.form {
        Form::Object => Ok(object),
        Form::Table => {
            let metadata = json!({ "resourceVersion": object["metadata"]["resourceVersion"] });
            let include = Include::parse(call.options.include_object.as_deref())?;
            table(call.target.resource.kind, &[object], &metadata, include, cluster.now)
        }
    }
}
