//! What the verbs and the subresources share: to find an object, and to store a changed one.

use serde_json::Value;

use super::call::Call;
use super::decode::{self, Decoded};
use super::failure::Failure;
use super::objects::{Cluster, Object, Stored};
use super::resources::ResourceKind;
use super::{managed, patch};
use crate::quota::Owner;
use wire::kubernetes::text;

/// The largest object that a client may make: etcd's limit for a request (`--max-request-bytes`). A real cluster
/// counts the object's protobuf, which is somewhat shorter than its JSON that is counted here.
const MAX_OBJECT_BYTES: usize = 3 << 19;

/// An answer that is no failure.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) code: u16,
    pub(super) body: Value,
    /// The body where it is written already: a list, which as a value would be many times as large.
    pub(super) text: Option<String>,
    /// Texts for `Warning` headers, which kubectl prints.
    pub(super) warnings: Vec<String>,
}

impl Reply {
    pub(super) fn ok(body: Value) -> Self {
        Self::new(200, body, Vec::new())
    }

    pub(super) fn new(code: u16, body: Value, warnings: Vec<String>) -> Self {
        Self { code, body, text: None, warnings }
    }

    /// One whose body is written already.
    pub(super) fn written(text: String) -> Self {
        Self { text: Some(text), ..Self::ok(Value::Null) }
    }
}

/// The object that the path names.
pub(super) fn existing<T: Object>(cluster: Cluster<'_>, call: &Call) -> Result<T, Failure> {
    let (namespace, name) = (call.target.namespace(), call.target.name());
    cluster.get::<T>(namespace, name)?.ok_or_else(|| Failure::not_found(T::OBJECT_KIND.resource(), name))
}

pub(super) fn stored(cluster: Cluster<'_>, kind: ResourceKind, namespace: &str, name: &str) -> Result<Stored, Failure> {
    cluster.stored(kind, namespace, name)?.ok_or_else(|| Failure::not_found(kind.resource(), name))
}

/// The object that a patch makes of a stored one.
pub(super) fn patched<T: Object>(call: &Call, old: &T, body: &[u8]) -> Result<Decoded<T>, Failure> {
    let kind = patch::Kind::from_content_type(&call.content_type)?;
    let mut value = serde_json::to_value(old)?;
    patch::apply(&mut value, kind, body)?;
    decode::object::<T>(&value, call.field_validation()?)
}

/// Stores a changed object if `check` lets it.
pub(super) fn update<T: Object>(
    cluster: Cluster<'_>,
    call: &Call,
    old: &T,
    new: Decoded<T>,
    check: impl FnOnce(Cluster<'_>, &T, &mut T) -> Result<(), Failure>,
) -> Result<Reply, Failure> {
    check_same(call, old, &new.object)?;
    let mut new = new;
    let before = old.metadata().managed_fields.clone();
    // A client may take the record over, as kubectl does when it turns to server-side apply.
    let sent = new.object.metadata_mut().managed_fields.take().filter(|entries| !entries.is_empty());
    if let Some(entries) = sent.or(before) {
        let (was, is) = (serde_json::to_value(old)?, serde_json::to_value(&new.object)?);
        new.object.metadata_mut().managed_fields = Some(writer::<T>(cluster, call).after_update(entries, &was, &is));
    }
    store(cluster, old, new, check)
}

/// Stores a changed object, with what no client may change.
pub(super) fn store<T: Object>(
    cluster: Cluster<'_>,
    old: &T,
    new: Decoded<T>,
    check: impl FnOnce(Cluster<'_>, &T, &mut T) -> Result<(), Failure>,
) -> Result<Reply, Failure> {
    let Decoded { mut object, warnings } = new;
    let (meta, before) = (object.metadata_mut(), old.metadata());
    meta.name.clone_from(&before.name);
    meta.namespace.clone_from(&before.namespace);
    meta.uid.clone_from(&before.uid);
    meta.creation_timestamp.clone_from(&before.creation_timestamp);
    meta.generation = before.generation;
    meta.generate_name.clone_from(&before.generate_name);
    meta.self_link = None;
    check_size(&object)?;
    check(cluster, old, &mut object)?;
    cluster.update(&mut object)?;
    check_space(cluster)?;
    Ok(Reply::new(200, serde_json::to_value(object)?, warnings))
}

/// A client may change only the object that it means, and only as it knows it.
pub(super) fn check_same<T: Object>(call: &Call, old: &T, new: &T) -> Result<(), Failure> {
    let resource = call.target.resource;
    let (meta, before) = (new.metadata(), old.metadata());
    let given = |field: &Option<String>| field.clone().filter(|text| !text.is_empty());
    if let Some(name) = given(&meta.name).filter(|name| *name != old.name()) {
        let asked = old.name();
        let message = format!("the name of the object ({name}) does not match the name on the URL ({asked})");
        return Err(Failure::bad_request(message));
    }
    check_namespace(call, meta.namespace.as_deref())?;
    if given(&meta.uid).is_some_and(|uid| uid != old.uid()) {
        let detail =
            format!("Precondition failed: UID in precondition: {}, UID in object meta: {}", new.uid(), old.uid());
        return Err(Failure::conflict(resource, old.name(), &detail));
    }
    if given(&meta.resource_version).is_some_and(|version| Some(version) != before.resource_version) {
        return Err(Failure::modified(resource, old.name()));
    }
    Ok(())
}

/// What a client writes has to fit into etcd.
pub(super) fn check_size<T: Object>(object: &T) -> Result<(), Failure> {
    if text(object)?.len() > MAX_OBJECT_BYTES { Err(Failure::object_too_large()) } else { Ok(()) }
}

/// What a client has written has to fit into what the sandbox keeps of a cluster.
pub(super) fn check_space(cluster: Cluster<'_>) -> Result<(), Failure> {
    if Owner::Objects(cluster.row).is_exceeded(cluster.tx)? { Err(Failure::no_space()) } else { Ok(()) }
}

pub(super) fn check_namespace(call: &Call, given: Option<&str>) -> Result<(), Failure> {
    let given = given.filter(|namespace| !namespace.is_empty());
    if given.is_some_and(|given| call.target.namespace.as_deref() != Some(given)) {
        let message = "the namespace of the provided object does not match the namespace sent on the request";
        return Err(Failure::bad_request(message));
    }
    Ok(())
}

pub(super) fn writer<'c, T: Object>(cluster: Cluster<'_>, call: &'c Call) -> managed::Writer<'c> {
    managed::Writer { manager: &call.manager, api_version: T::API_VERSION, now: cluster.time() }
}
