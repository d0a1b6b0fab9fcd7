//! The clusters' objects in the store: what etcd is to an API server.
//!
//! Each object is its JSON with the version that it got at its last change; versions count up over
//! the whole store. What was deleted leaves its last state for a while, so that watches can tell.

mod expiry;
mod schema;

use std::ops::ControlFlow;

use jiff::Timestamp;
use k8s_openapi::Metadata;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, Time};
use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::admissions::Admissions;
use crate::state::ClusterId;
use crate::store::StoreError;
use wire::kubernetes::{Typed, text};

use super::failure::Failure;
use super::resources::ResourceKind;
use super::suffix;

pub(crate) use self::schema::SCHEMA;

/// A kind of object with its place in the table of resources.
pub(super) trait Object: Metadata<Ty = ObjectMeta> + Serialize + DeserializeOwned + Clone {
    const OBJECT_KIND: ResourceKind;

    fn name(&self) -> &str {
        self.metadata().name.as_deref().unwrap_or_default()
    }

    /// Empty for what has no namespace.
    fn namespace(&self) -> &str {
        self.metadata().namespace.as_deref().unwrap_or_default()
    }

    fn uid(&self) -> &str {
        self.metadata().uid.as_deref().unwrap_or_default()
    }
}

macro_rules! objects {
    ($($kind:ident),*) => {
        $(impl Object for $kind { const OBJECT_KIND: ResourceKind = ResourceKind::$kind; })*
    };
}

use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::{Event, Namespace, Pod, ReplicationController, Service, ServiceAccount};
objects!(
    Pod,
    Event,
    Namespace,
    Service,
    ServiceAccount,
    ReplicationController,
    Deployment,
    ReplicaSet,
    StatefulSet,
    DaemonSet,
    Job,
    CronJob
);

/// An object as it is stored.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) created: i64,
    pub(super) version: i64,
    pub(super) body: String,
}

impl Stored {
    pub(super) const COLUMNS: &str = "namespace, name, created, version, body";

    pub(super) fn from_row(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            namespace: row.get(0)?,
            name: row.get(1)?,
            created: row.get(2)?,
            version: row.get(3)?,
            body: row.get(4)?,
        })
    }

    pub(super) fn value(&self) -> Result<Value, StoreError> {
        Ok(serde_json::from_str(&self.body)?)
    }

    pub(super) fn object<T: Object>(&self) -> Result<T, StoreError> {
        Ok(serde_json::from_str::<Typed<T>>(&self.body)?.0)
    }
}

/// Forgets all that a cluster held, when the cluster itself is deleted.
pub fn delete_cluster(tx: &Transaction<'_>, id: &ClusterId) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM kubernetes_cluster WHERE project = ?1 AND location = ?2 AND name = ?3",
        [&id.project, &id.location, &id.name],
    )?;
    Ok(())
}

/// One cluster's objects, in one transaction, at one moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cluster<'t> {
    pub(super) tx: &'t Transaction<'t>,
    pub(super) id: &'t ClusterId,
    pub(super) row: i64,
    pub(super) now: Timestamp,
    /// What the admissions of this transaction share.
    pub(super) admissions: &'t Admissions,
}

impl<'t> Cluster<'t> {
    /// The cluster, if anybody ever spoke to it.
    pub(super) fn find(
        tx: &'t Transaction<'t>,
        id: &'t ClusterId,
        now: Timestamp,
        admissions: &'t Admissions,
    ) -> Result<Option<Self>, rusqlite::Error> {
        let row = tx
            .prepare_cached("SELECT id FROM kubernetes_cluster WHERE project = ?1 AND location = ?2 AND name = ?3")?
            .query_row([&id.project, &id.location, &id.name], |row| row.get(0))
            .optional()?;
        Ok(row.map(|row| Self { tx, id, row, now, admissions }))
    }

    /// A cluster to which nobody spoke before; nothing is in it yet.
    pub(super) fn make(
        tx: &'t Transaction<'t>,
        id: &'t ClusterId,
        now: Timestamp,
        admissions: &'t Admissions,
    ) -> Result<Self, rusqlite::Error> {
        tx.execute(
            "INSERT INTO kubernetes_cluster (project, location, name) VALUES (?1, ?2, ?3)",
            [&id.project, &id.location, &id.name],
        )?;
        Ok(Self { tx, id, row: tx.last_insert_rowid(), now, admissions })
    }

    /// The present in the form of objects, to the second.
    pub(super) fn time(self) -> Time {
        Time(self.now)
    }

    /// The version of the last change in the store.
    pub(super) fn version(self) -> Result<i64, rusqlite::Error> {
        self.tx.query_row("SELECT value FROM kubernetes_version", [], |row| row.get(0))
    }

    fn next_version(self) -> Result<i64, rusqlite::Error> {
        self.tx.query_row("UPDATE kubernetes_version SET value = value + 1 RETURNING value", [], |row| row.get(0))
    }

    pub(super) fn stored(
        self,
        kind: ResourceKind,
        namespace: &str,
        name: &str,
    ) -> Result<Option<Stored>, rusqlite::Error> {
        let sql = format!(
            "SELECT {} FROM kubernetes_object WHERE cluster = ?1 AND resource = ?2 AND namespace = ?3 AND name = ?4",
            Stored::COLUMNS
        );
        self.tx
            .prepare_cached(&sql)?
            .query_row(params![self.row, kind.resource().plural, namespace, name], Stored::from_row)
            .optional()
    }

    /// All of a kind, of one namespace or of all, in the order of their names, after `after`.
    pub(super) fn all_stored(
        self,
        kind: ResourceKind,
        namespace: Option<&str>,
        after: (&str, &str),
        limit: usize,
    ) -> Result<Vec<Stored>, rusqlite::Error> {
        let sql = format!(
            "SELECT {} FROM kubernetes_object WHERE cluster = ?1 AND resource = ?2
             AND (?3 IS NULL OR namespace = ?3) AND (namespace, name) > (?4, ?5) ORDER BY namespace, name LIMIT ?6",
            Stored::COLUMNS
        );
        let mut statement = self.tx.prepare_cached(&sql)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let key = params![self.row, kind.resource().plural, namespace, after.0, after.1, limit];
        statement.query_map(key, Stored::from_row)?.collect()
    }

    /// Shows all of a kind, of one namespace or of all, in the order of their names, after `after`, one by one until
    /// one says that it was the last.
    pub(super) fn for_each(
        self,
        kind: ResourceKind,
        namespace: Option<&str>,
        after: (&str, &str),
        mut show: impl FnMut(Stored) -> Result<ControlFlow<()>, Failure>,
    ) -> Result<(), Failure> {
        let sql = format!(
            "SELECT {} FROM kubernetes_object WHERE cluster = ?1 AND resource = ?2
             AND (?3 IS NULL OR namespace = ?3) AND (namespace, name) > (?4, ?5) ORDER BY namespace, name",
            Stored::COLUMNS
        );
        let mut statement = self.tx.prepare_cached(&sql)?;
        let key = params![self.row, kind.resource().plural, namespace, after.0, after.1];
        for stored in statement.query_map(key, Stored::from_row)? {
            if show(stored?)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// The names of a namespace's objects that begin with `front`, which ends with a dot, in their order.
    pub(super) fn names_below(
        self,
        kind: ResourceKind,
        namespace: &str,
        front: &str,
    ) -> Result<Vec<String>, rusqlite::Error> {
        // The character behind the dot is the slash, which is in no name.
        let behind = format!("{}/", front.trim_end_matches('.'));
        let mut statement = self.tx.prepare_cached(
            "SELECT name FROM kubernetes_object WHERE cluster = ?1 AND resource = ?2 AND namespace = ?3
             AND name > ?4 AND name < ?5 ORDER BY name",
        )?;
        let key = params![self.row, kind.resource().plural, namespace, front, behind];
        statement.query_map(key, |row| row.get(0))?.collect()
    }

    pub(super) fn get<T: Object>(self, namespace: &str, name: &str) -> Result<Option<T>, StoreError> {
        self.stored(T::OBJECT_KIND, namespace, name)?.map(|stored| stored.object()).transpose()
    }

    pub(super) fn list<T: Object>(self, namespace: Option<&str>) -> Result<Vec<T>, StoreError> {
        self.all_stored(T::OBJECT_KIND, namespace, ("", ""), usize::MAX)?.iter().map(Stored::object).collect()
    }

    /// The objects that the one with this `uid` controls.
    pub(super) fn owned<T: Object>(self, uid: &str) -> Result<Vec<T>, StoreError> {
        let sql = format!(
            "SELECT {} FROM kubernetes_object WHERE cluster = ?1 AND owner = ?2 AND resource = ?3
             ORDER BY created",
            Stored::COLUMNS
        );
        let mut statement = self.tx.prepare_cached(&sql)?;
        let rows = statement.query_map(params![self.row, uid, T::OBJECT_KIND.resource().plural], Stored::from_row)?;
        rows.map(|stored| stored?.object()).collect()
    }

    /// The objects of a namespace that nothing controls.
    pub(super) fn unowned<T: Object>(self, namespace: &str) -> Result<Vec<T>, StoreError> {
        let sql = format!(
            "SELECT {} FROM kubernetes_object WHERE cluster = ?1 AND resource = ?2 AND namespace = ?3
             AND owner IS NULL ORDER BY created",
            Stored::COLUMNS
        );
        let mut statement = self.tx.prepare_cached(&sql)?;
        let rows =
            statement.query_map(params![self.row, T::OBJECT_KIND.resource().plural, namespace], Stored::from_row)?;
        rows.map(|stored| stored?.object()).collect()
    }

    pub(super) fn count(self, kind: ResourceKind, namespace: &str) -> Result<i64, rusqlite::Error> {
        self.tx
            .prepare_cached(
                "SELECT count(*) FROM kubernetes_object WHERE cluster = ?1 AND resource = ?2 AND namespace = ?3",
            )?
            .query_row(params![self.row, kind.resource().plural, namespace], |row| row.get(0))
    }

    /// Whether the object's name is free, if need be after generating it again, as often as API servers
    /// do it (`RetryGenerateName`, Kubernetes 1.30).
    fn name_is_free<T: Object>(self, object: &mut T) -> Result<bool, Failure> {
        const ATTEMPTS: usize = 8;
        for _ in 0..ATTEMPTS {
            if self.stored(T::OBJECT_KIND, object.namespace(), object.name())?.is_none() {
                return Ok(true);
            }
            let generated = object.metadata().generate_name.clone().filter(|front| object.name().starts_with(front));
            let Some(front) = generated else { return Ok(false) };
            object.metadata_mut().name = Some(format!("{front}{}", suffix::random()));
        }
        Ok(false)
    }

    /// Stores a new object, which gets its `uid`, version and time of creation here; and another name
    /// where its own was generated and is taken.
    pub(super) fn create<T: Object>(self, object: &mut T) -> Result<(), Failure> {
        if !self.name_is_free(object)? {
            return Err(Failure::already_exists(T::OBJECT_KIND.resource(), object.name()));
        }
        let version = self.next_version()?;
        let meta = object.metadata_mut();
        meta.uid = Some(uuid::Uuid::new_v4().to_string());
        meta.creation_timestamp = Some(self.time());
        meta.resource_version = Some(version.to_string());
        self.tx
            .prepare_cached(
                "INSERT INTO kubernetes_object (cluster, resource, namespace, name, owner, created, version, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7)",
            )?
            .execute(params![
                self.row,
                T::OBJECT_KIND.resource().plural,
                object.namespace(),
                object.name(),
                controller(object.metadata()),
                version,
                text(object)?,
            ])?;
        Ok(())
    }

    /// Stores an object's new state, under a new version if anything in it is new. Says whether.
    pub(super) fn update<T: Object>(self, object: &mut T) -> Result<bool, Failure> {
        let Some(old) = self.stored(T::OBJECT_KIND, object.namespace(), object.name())? else {
            return Err(Failure::not_found(T::OBJECT_KIND.resource(), object.name()));
        };
        object.metadata_mut().resource_version = Some(old.version.to_string());
        if text(object)? == old.body {
            return Ok(false);
        }
        let version = self.next_version()?;
        object.metadata_mut().resource_version = Some(version.to_string());
        self.tx
            .prepare_cached(
                "UPDATE kubernetes_object SET owner = ?5, version = ?6, body = ?7
                 WHERE cluster = ?1 AND resource = ?2 AND namespace = ?3 AND name = ?4",
            )?
            .execute(params![
                self.row,
                T::OBJECT_KIND.resource().plural,
                object.namespace(),
                object.name(),
                controller(object.metadata()),
                version,
                text(object)?,
            ])?;
        Ok(true)
    }

    /// Removes an object; its last state stays for the watches.
    pub(super) fn remove(self, kind: ResourceKind, stored: &Stored) -> Result<(), Failure> {
        let version = self.next_version()?;
        let mut body = stored.value()?;
        body["metadata"]["resourceVersion"] = version.to_string().into();
        let key = params![self.row, kind.resource().plural, stored.namespace, stored.name];
        for table in ["kubernetes_object", "kubernetes_work"] {
            let sql =
                format!("DELETE FROM {table} WHERE cluster = ?1 AND resource = ?2 AND namespace = ?3 AND name = ?4");
            self.tx.prepare_cached(&sql)?.execute(key)?;
        }
        self.tx
            .prepare_cached(
                "INSERT INTO kubernetes_deleted (cluster, resource, namespace, version, at, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                self.row,
                kind.resource().plural,
                stored.namespace,
                version,
                self.now.as_millisecond(),
                body.to_string(),
            ])?;
        Ok(())
    }
}

/// The `uid` of the object that controls this one (`controller: true`), as the garbage collector and
/// the controllers see it.
fn controller(meta: &ObjectMeta) -> Option<&str> {
    let owners = meta.owner_references.as_deref().unwrap_or_default();
    owners.iter().find(|owner| owner.controller == Some(true)).map(|owner| owner.uid.as_str())
}

#[cfg(test)]
mod tests;
