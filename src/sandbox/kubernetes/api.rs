//! The verbs: get, list, create, update, patch, delete, deletecollection.

use std::ops::ControlFlow;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::{Event, Namespace, Pod, ReplicationController, Service, ServiceAccount};
use serde_json::{Value, json};

use super::call::{Call, Form};
use super::decode::{self, Decoded};
use super::editing::{
    Reply, check_namespace, check_same, check_size, check_space, existing, patched, store, stored, update, writer,
};
use super::failure::Failure;
use super::form::formed;
use super::kinds::Editable;
use super::objects::Cluster;
use super::removal::{self, Wish};
use super::resources::{ResourceKind, Subresource};
use super::selector::Selector;
use super::table::{Include, row, table};
use super::verb::Verb;
use super::{patch, reviews, subresources};
use wire::kubernetes::typed;

/// Answers a `GET`.
pub(super) fn read(cluster: Cluster<'_>, call: &Call) -> Result<Reply, Failure> {
    let target = &call.target;
    call.caller.check(target, call.verb)?;
    let Some(name) = &target.name else { return list(cluster, call).map(Reply::written) };
    match target.subresource.map(|row| row.subresource) {
        None | Some(Subresource::Status | Subresource::EphemeralContainers) => {
            let object = stored(cluster, target.resource.kind, target.namespace(), name)?.value()?;
            formed(cluster, call, object).map(Reply::ok)
        }
        Some(Subresource::Scale) => subresources::scale(cluster, call).map(Reply::ok),
        Some(Subresource::Log) => subresources::log(cluster, call).map(Reply::ok),
        Some(Subresource::Inside) => subresources::inside(cluster, call),
    }
}

/// Does what any other method asks for.
pub(super) fn write(cluster: Cluster<'_>, call: &Call, body: &[u8]) -> Result<Reply, Failure> {
    let target = &call.target;
    call.caller.check(target, call.verb)?;
    if let Some(row) = target.subresource {
        return subresources::write(cluster, call, row.subresource, body);
    }
    match call.verb {
        Verb::Delete => delete(cluster, call, body).map(Reply::ok),
        Verb::DeleteCollection => delete_all(cluster, call, body).map(Reply::ok),
        Verb::Create => edit_kind(cluster, call, Edit::Create, body),
        Verb::Update => edit_kind(cluster, call, Edit::Update, body),
        Verb::Patch => edit_kind(cluster, call, Edit::Patch, body),
        Verb::Get | Verb::List | Verb::Watch => Err(Failure::method_not_allowed()),
    }
}

/// The verbs that write an object.
#[derive(Debug, Clone, Copy)]
enum Edit {
    Create,
    Update,
    Patch,
}

fn edit_kind(cluster: Cluster<'_>, call: &Call, edit: Edit, body: &[u8]) -> Result<Reply, Failure> {
    match call.target.resource.kind {
        ResourceKind::Pod => write_object::<Pod>(cluster, call, edit, body),
        ResourceKind::Event => write_object::<Event>(cluster, call, edit, body),
        ResourceKind::Namespace => write_object::<Namespace>(cluster, call, edit, body),
        ResourceKind::ServiceAccount => write_object::<ServiceAccount>(cluster, call, edit, body),
        ResourceKind::Service => write_object::<Service>(cluster, call, edit, body),
        ResourceKind::ReplicationController => write_object::<ReplicationController>(cluster, call, edit, body),
        ResourceKind::Deployment => write_object::<Deployment>(cluster, call, edit, body),
        ResourceKind::ReplicaSet => write_object::<ReplicaSet>(cluster, call, edit, body),
        ResourceKind::StatefulSet => write_object::<StatefulSet>(cluster, call, edit, body),
        ResourceKind::DaemonSet => write_object::<DaemonSet>(cluster, call, edit, body),
        ResourceKind::Job => write_object::<Job>(cluster, call, edit, body),
        ResourceKind::CronJob => write_object::<CronJob>(cluster, call, edit, body),
        ResourceKind::Review => Ok(Reply::new(201, reviews::answer(cluster, call, body)?, Vec::new())),
    }
}

fn write_object<T: Editable>(cluster: Cluster<'_>, call: &Call, edit: Edit, body: &[u8]) -> Result<Reply, Failure> {
    match edit {
        Edit::Create => create::<T>(cluster, call, body),
        Edit::Update => {
            let new = decode::object::<T>(&decode::value(call, body)?, call.field_validation()?)?;
            let old = existing::<T>(cluster, call)?;
            update(cluster, call, &old, new, T::check_update)
        }
        Edit::Patch if call.is_apply() => apply::<T>(cluster, call, body),
        Edit::Patch => {
            // Before the question whether the object is there.
            patch::Kind::from_content_type(&call.content_type)?;
            let old = existing::<T>(cluster, call)?;
            let new = patched(call, &old, body)?;
            update(cluster, call, &old, new, T::check_update)
        }
    }
}

fn create<T: Editable>(cluster: Cluster<'_>, call: &Call, body: &[u8]) -> Result<Reply, Failure> {
    let value = decode::value(call, body)?;
    let mut new = decode::object::<T>(&value, call.field_validation()?)?;
    new.object.metadata_mut().managed_fields = Some(writer::<T>(cluster, call).of_new(&value));
    store_new(cluster, call, new)
}

fn store_new<T: Editable>(cluster: Cluster<'_>, call: &Call, new: Decoded<T>) -> Result<Reply, Failure> {
    let Decoded { mut object, warnings } = new;
    let meta = object.metadata_mut();
    if meta.resource_version.as_ref().is_some_and(|version| !version.is_empty()) {
        return Err(Failure::bad_request("resourceVersion should not be set on objects to be created"));
    }
    check_namespace(call, meta.namespace.as_deref())?;
    meta.namespace.clone_from(&call.target.namespace);
    if let (None | Some(""), Some(front)) = (meta.name.as_deref(), meta.generate_name.as_deref()) {
        meta.name = Some(format!("{front}{}", super::suffix::random()));
    }
    (meta.uid, meta.generation, meta.self_link) = (None, None, None);
    if let Some(namespace) = &call.target.namespace {
        super::namespaces::check(cluster, namespace)?;
    }
    check_size(&object)?;
    let object = T::create(cluster, object)?;
    check_space(cluster)?;
    Ok(Reply::new(201, serde_json::to_value(object)?, warnings))
}

/// Server-side apply: makes the object, or puts into it what the client says.
fn apply<T: Editable>(cluster: Cluster<'_>, call: &Call, body: &[u8]) -> Result<Reply, Failure> {
    if !call.names_its_manager() {
        let message =
            "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch";
        return Err(Failure::new(422, "Invalid", message));
    }
    let applied = decode::applied(body)?;
    let sent = decode::object::<T>(&applied, call.field_validation()?)?;
    if sent.object.metadata().managed_fields.is_some() {
        return Err(Failure::bad_request("metadata.managedFields must be nil"));
    }
    let writer = writer::<T>(cluster, call);
    let name = call.target.name();
    let Some(old) = cluster.get::<T>(call.target.namespace(), name)? else {
        let mut new = sent;
        let given = new.object.metadata_mut().name.get_or_insert_with(|| name.to_owned());
        if given != name {
            let message = format!("the name of the object ({given}) does not match the name on the URL ({name})");
            return Err(Failure::bad_request(message));
        }
        new.object.metadata_mut().managed_fields = Some(writer.create(&applied).entries);
        return store_new(cluster, call, new);
    };
    check_same(call, &old, &sent.object)?;
    let entries = old.metadata().managed_fields.clone();
    let done = writer.apply(&serde_json::to_value(&old)?, &applied, entries, call.is_forced())?;
    let mut object = typed::<T>(&done.object, &mut |_| {})?;
    object.metadata_mut().managed_fields = Some(done.entries);
    store(cluster, &old, Decoded { object, warnings: sent.warnings }, T::check_update)
}

fn delete(cluster: Cluster<'_>, call: &Call, body: &[u8]) -> Result<Value, Failure> {
    let target = &call.target;
    let stored = stored(cluster, target.resource.kind, target.namespace(), target.name())?;
    let object = removal::delete(cluster, target.resource.kind, &stored, &Wish::read(call, body)?)?;
    let mut details = json!({ "name": stored.name, "kind": target.resource.plural, "uid": object["metadata"]["uid"] });
    if !target.resource.group.is_empty() {
        details["group"] = target.resource.group.into();
    }
    Ok(json!({ "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details }))
}

fn delete_all(cluster: Cluster<'_>, call: &Call, body: &[u8]) -> Result<Value, Failure> {
    let (wish, kind) = (Wish::read(call, body)?, call.target.resource.kind);
    let selector = Selector::parse(&call.options.label_selector, &call.options.field_selector)?;
    let mut deleted = Vec::new();
    for stored in cluster.all_stored(kind, call.target.namespace.as_deref(), ("", ""), usize::MAX)? {
        if selector.matches(&stored.value()?) {
            deleted.push(removal::delete(cluster, kind, &stored, &wish)?);
        }
    }
    let metadata = json!({ "resourceVersion": cluster.version()?.to_string() });
    Ok(list_of(kind, &deleted, &metadata))
}

/// The text of a list: its elements are written as they are read, so that no more than the text itself is held.
fn list(cluster: Cluster<'_>, call: &Call) -> Result<String, Failure> {
    let (options, kind) = (&call.options, call.target.resource.kind);
    let selector = Selector::parse(&options.label_selector, &options.field_selector)?;
    let after = continued(&options.continue_)?;
    let limit = call.limit()?.unwrap_or(usize::MAX);
    let mut metadata = json!({ "resourceVersion": cluster.version()?.to_string() });
    let include = Include::parse(options.include_object.as_deref())?;
    let (mut elements, mut count) = (String::new(), 0);
    let mut last = (String::new(), String::new());
    cluster.for_each(kind, call.target.namespace.as_deref(), (&after.0, &after.1), |stored| {
        let object = stored.value()?;
        if !selector.matches(&object) {
            return Ok(ControlFlow::Continue(()));
        }
        if count == limit {
            metadata["continue"] = URL_SAFE_NO_PAD.encode(json!([last.0, last.1]).to_string()).into();
            return Ok(ControlFlow::Break(()));
        }
        if count > 0 {
            elements.push(',');
        }
        match call.form {
            Form::Object => elements.push_str(&stored.body),
            Form::Table => elements.push_str(&row(kind, &object, include, cluster.now)?.to_string()),
        }
        count += 1;
        last = (stored.namespace, stored.name);
        Ok(ControlFlow::Continue(()))
    })?;
    let (envelope, field) = match call.form {
        Form::Object => (list_of(kind, &[], &metadata), "items"),
        Form::Table => (table(kind, &[], &metadata, include, cluster.now)?, "rows"),
    };
    with_elements(envelope, field, &elements)
}

/// A list's text with these elements, in the place of its empty field.
fn with_elements(mut envelope: Value, field: &str, elements: &str) -> Result<String, Failure> {
    if let Some(fields) = envelope.as_object_mut() {
        fields.shift_remove(field);
    }
    let text = serde_json::to_string(&envelope)?;
    let front = text.strip_suffix('}').unwrap_or(&text);
    Ok(format!("{front},\"{field}\":[{elements}]}}"))
}

/// The place after which a list goes on: the namespace and the name.
fn continued(token: &str) -> Result<(String, String), Failure> {
    if token.is_empty() {
        return Ok(Default::default());
    }
    let bytes = URL_SAFE_NO_PAD.decode(token).ok();
    let place = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    place.ok_or_else(|| Failure::bad_request("continue key is not valid: it is not one that was given out here"))
}

fn list_of(kind: ResourceKind, items: &[Value], metadata: &Value) -> Value {
    let resource = kind.resource();
    let name = format!("{}List", resource.kind_name);
    json!({ "kind": name, "apiVersion": resource.api_version(), "metadata": metadata, "items": items })
}
