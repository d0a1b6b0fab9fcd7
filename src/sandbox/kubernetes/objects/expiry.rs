//! Objects whose time is over, and how long it is remembered what was deleted.

use jiff::{SignedDuration, Timestamp};
use rusqlite::params;

use super::{Cluster, Object, Stored};
use crate::kubernetes::failure::Failure;
use crate::kubernetes::resources::ResourceKind;
use crate::quota::Owner;

/// What was deleted is remembered for this long.
const DELETED_KEPT: SignedDuration = SignedDuration::from_mins(10);

/// How many deleted objects are forgotten in one step, where there are too many.
const FORGOTTEN_AT_ONCE: i64 = 100;

impl Cluster<'_> {
    /// Lets an object be removed by itself at this time.
    pub(in crate::kubernetes) fn expire<T: Object>(self, object: &T, at: Timestamp) -> Result<(), rusqlite::Error> {
        self.tx
            .prepare_cached(
                "UPDATE kubernetes_object SET expires = ?5
                 WHERE cluster = ?1 AND resource = ?2 AND namespace = ?3 AND name = ?4",
            )?
            .execute(params![
                self.row,
                T::OBJECT_KIND.resource().plural,
                object.namespace(),
                object.name(),
                at.as_millisecond(),
            ])?;
        Ok(())
    }

    /// The objects whose time is over, each with its kind.
    fn expired(self) -> Result<Vec<(ResourceKind, Stored)>, rusqlite::Error> {
        let sql = format!(
            "SELECT {}, resource FROM kubernetes_object WHERE cluster = ?1 AND expires IS NOT NULL AND expires <= ?2",
            Stored::COLUMNS
        );
        let mut statement = self.tx.prepare_cached(&sql)?;
        let rows = statement.query_map(params![self.row, self.now.as_millisecond()], |row| {
            Ok((row.get::<_, String>("resource")?, Stored::from_row(row)?))
        })?;
        let mut expired = Vec::new();
        for row in rows {
            let (plural, stored) = row?;
            // Nobody is told of a resource that is no longer served.
            expired.extend(ResourceKind::of_plural(&plural).map(|kind| (kind, stored)));
        }
        Ok(expired)
    }

    /// Forgets the longest deleted objects, as far as there is more than is remembered.
    fn forget_excess(self) -> Result<(), rusqlite::Error> {
        while Owner::Deleted(self.row).is_exceeded(self.tx)? {
            let last: Option<i64> = self.tx.query_row(
                "SELECT max(version) FROM (SELECT version FROM kubernetes_deleted WHERE cluster = ?1
                 ORDER BY version LIMIT ?2)",
                params![self.row, FORGOTTEN_AT_ONCE],
                |row| row.get(0),
            )?;
            let Some(last) = last else { break };
            self.tx.execute(
                "UPDATE kubernetes_cluster SET forgotten = max(forgotten, ?2) WHERE id = ?1",
                [self.row, last],
            )?;
            let gone = self
                .tx
                .execute("DELETE FROM kubernetes_deleted WHERE cluster = ?1 AND version <= ?2", [self.row, last])?;
            if gone == 0 {
                break;
            }
        }
        Ok(())
    }

    /// Removes what has expired, and forgets what was deleted long ago.
    pub(in crate::kubernetes) fn expire_old(self) -> Result<(), Failure> {
        for (kind, stored) in self.expired()? {
            self.remove(kind, &stored)?;
        }
        let before = (self.now - DELETED_KEPT).as_millisecond();
        self.tx.execute(
            "UPDATE kubernetes_cluster SET forgotten = max(forgotten, (SELECT ifnull(max(version), 0)
             FROM kubernetes_deleted WHERE cluster = ?1 AND at < ?2)) WHERE id = ?1",
            params![self.row, before],
        )?;
        self.tx.execute("DELETE FROM kubernetes_deleted WHERE cluster = ?1 AND at < ?2", params![self.row, before])?;
        Ok(self.forget_excess()?)
    }
}
