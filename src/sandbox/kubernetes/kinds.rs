//! What is special about each kind when it is made or changed.

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Event, Namespace, Pod, ServiceAccount};

use super::failure::{Failure, FieldError};
use super::names::{NameForm, check_labels, check_meta};
use super::objects::{Cluster, Object};
use super::{deployments, namespaces, pods};

/// A kind that clients may make and change.
pub(super) trait Editable: Object {
    /// Completes, checks and stores a new object.
    fn create(cluster: Cluster<'_>, object: Self) -> Result<Self, Failure>;

    /// Completes and checks a changed object, and keeps what clients may not change.
    fn check_update(cluster: Cluster<'_>, old: &Self, new: &mut Self) -> Result<(), Failure>;
}

impl Editable for Pod {
    fn create(cluster: Cluster<'_>, object: Self) -> Result<Self, Failure> {
        pods::create(cluster, object)
    }

    fn check_update(cluster: Cluster<'_>, old: &Self, new: &mut Self) -> Result<(), Failure> {
        new.status.clone_from(&old.status);
        pods::check_update(cluster, old, new)
    }
}

impl Editable for Deployment {
    fn create(cluster: Cluster<'_>, object: Self) -> Result<Self, Failure> {
        deployments::create(cluster, object)
    }

    fn check_update(_: Cluster<'_>, old: &Self, new: &mut Self) -> Result<(), Failure> {
        deployments::check_update(old, new)
    }
}

impl Editable for Namespace {
    fn create(cluster: Cluster<'_>, mut object: Self) -> Result<Self, Failure> {
        refuse_if_any(&object, check_meta(&object.metadata, NameForm::Label))?;
        namespaces::complete(&mut object);
        namespaces::create(cluster, &mut object)?;
        Ok(object)
    }

    fn check_update(_: Cluster<'_>, _: &Self, new: &mut Self) -> Result<(), Failure> {
        namespaces::complete(new);
        refuse_if_any(new, check_labels("metadata.labels", &new.metadata))
    }
}

impl Editable for ServiceAccount {
    fn create(cluster: Cluster<'_>, mut object: Self) -> Result<Self, Failure> {
        refuse_if_any(&object, check_meta(&object.metadata, NameForm::Subdomain))?;
        cluster.create(&mut object)?;
        Ok(object)
    }

    fn check_update(_: Cluster<'_>, _: &Self, new: &mut Self) -> Result<(), Failure> {
        refuse_if_any(new, check_labels("metadata.labels", &new.metadata))
    }
}

impl Editable for Event {
    fn create(cluster: Cluster<'_>, mut object: Self) -> Result<Self, Failure> {
        let mut errors = check_meta(&object.metadata, NameForm::Subdomain);
        if object.involved_object.namespace.as_deref().unwrap_or("default") != object.namespace() {
            let detail = "does not match event.namespace";
            errors.push(FieldError::invalid("involvedObject.namespace", &object.involved_object.namespace, detail));
        }
        refuse_if_any(&object, errors)?;
        cluster.create(&mut object)?;
        cluster.expire(&object, cluster.now + super::events::KEPT)?;
        Ok(object)
    }

    fn check_update(_: Cluster<'_>, _: &Self, new: &mut Self) -> Result<(), Failure> {
        refuse_if_any(new, check_labels("metadata.labels", &new.metadata))
    }
}

/// Fails with these faults of an object, if there are any.
pub(super) fn refuse_if_any<T: Object>(object: &T, errors: Vec<FieldError>) -> Result<(), Failure> {
    if errors.is_empty() { Ok(()) } else { Err(Failure::invalid(T::OBJECT_KIND.resource(), object.name(), errors)) }
}
