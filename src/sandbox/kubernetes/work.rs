//! The controllers' queue: which objects are to be looked at again, and when.
//!
//! Nothing runs by itself: what is due is done inside the next request to the cluster.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension, params};

use super::objects::{Cluster, Object};
use super::resources::ResourceKind;

/// An entry of the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Work {
    pub(super) namespace: String,
    pub(super) name: String,
    /// How often it was tried in vain.
    pub(super) attempts: u32,
}

impl Cluster<'_> {
    /// Puts an object on the queue, instead of an entry that it has.
    pub(super) fn enqueue<T: Object>(self, object: &T, attempts: u32, due: Timestamp) -> Result<(), rusqlite::Error> {
        self.tx
            .prepare_cached(
                "INSERT INTO kubernetes_work (cluster, resource, namespace, name, attempts, due)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT DO UPDATE SET attempts = excluded.attempts, due = excluded.due",
            )?
            .execute(params![
                self.row,
                T::OBJECT_KIND.resource().plural,
                object.namespace(),
                object.name(),
                attempts,
                due.as_millisecond(),
            ])?;
        Ok(())
    }

    /// Takes an object off the queue.
    pub(super) fn dequeue<T: Object>(self, object: &T) -> Result<(), rusqlite::Error> {
        self.tx
            .prepare_cached(
                "DELETE FROM kubernetes_work WHERE cluster = ?1 AND resource = ?2 AND namespace = ?3 AND name = ?4",
            )?
            .execute(params![self.row, T::OBJECT_KIND.resource().plural, object.namespace(), object.name()])?;
        Ok(())
    }

    /// The object's entry: how often it was tried, and whether it is due.
    pub(super) fn queued<T: Object>(self, object: &T) -> Result<Option<(u32, bool)>, rusqlite::Error> {
        self.tx
            .prepare_cached(
                "SELECT attempts, due <= ?5 FROM kubernetes_work
                 WHERE cluster = ?1 AND resource = ?2 AND namespace = ?3 AND name = ?4",
            )?
            .query_row(
                params![
                    self.row,
                    T::OBJECT_KIND.resource().plural,
                    object.namespace(),
                    object.name(),
                    self.now.as_millisecond(),
                ],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()
    }

    /// What is due of a kind.
    pub(super) fn due(self, kind: ResourceKind) -> Result<Vec<Work>, rusqlite::Error> {
        let mut statement = self.tx.prepare_cached(
            "SELECT namespace, name, attempts FROM kubernetes_work WHERE cluster = ?1 AND resource = ?2 AND due <= ?3
             ORDER BY due",
        )?;
        let rows = statement
            .query_map(params![self.row, kind.resource().plural, self.now.as_millisecond()], |row| {
                Ok(Work { namespace: row.get(0)?, name: row.get(1)?, attempts: row.get(2)? })
            })?;
        rows.collect()
    }

    /// Whether anything is due, so that a read has to do it first.
    pub(super) fn is_anything_due(self) -> Result<bool, rusqlite::Error> {
        self.tx
            .prepare_cached("SELECT 1 FROM kubernetes_work WHERE cluster = ?1 AND due <= ?2")?
            .exists(params![self.row, self.now.as_millisecond()])
    }
}

/// `base`, doubled for each attempt before, but never more than `max`.
pub(super) fn backoff(base: SignedDuration, attempts: u32, max: SignedDuration) -> SignedDuration {
    let factor = 1_i32.checked_shl(attempts.min(30)).unwrap_or(i32::MAX);
    base.checked_mul(factor).map_or(max, |delay| delay.min(max))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_doubles_up_to_its_limit() {
        let delay = |attempts| backoff(SignedDuration::from_millis(5), attempts, SignedDuration::from_secs(1000));
        assert_eq!(delay(0).as_millis(), 5);
        assert_eq!(delay(3).as_millis(), 40);
        assert_eq!(delay(17).as_millis(), 655_360);
        assert_eq!(delay(18), SignedDuration::from_secs(1000));
        assert_eq!(delay(u32::MAX), SignedDuration::from_secs(1000));
    }
}
