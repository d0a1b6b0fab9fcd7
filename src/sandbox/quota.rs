//! What the sandbox keeps in all, by whom it is counted, and the most that it keeps: nobody fills the disk, and what
//! is read at once stays small.
//!
//! The store counts by itself: triggers add and take away what each row is long, so that no request adds up rows,
//! and no part of the program can forget to. May use `store` alone.

use rusqlite::{OptionalExtension as _, Transaction};

/// A row counts this much at least: with its indexes it takes a part of a page of the file, and very many small ones
/// are as bad as a few large ones.
macro_rules! least {
    () => {
        "512"
    };
}

/// A blob counts a page of the file at least, and so does an upload that has not begun to send.
macro_rules! page {
    () => {
        "4096"
    };
}

/// Triggers that keep the counter of a table: its owner and its length are expressions of one row, written with
/// `NEW.` and with `OLD.`.
macro_rules! counted {
    ($table:literal, $column:literal, ($new_owner:expr, $new_bytes:expr), ($old_owner:expr, $old_bytes:expr)) => {
        concat!(
            "CREATE TRIGGER quota_",
            $table,
            "_insert AFTER INSERT ON ",
            $table,
            " BEGIN
                INSERT INTO quota_usage (owner, bytes) VALUES (",
            $new_owner,
            ", ",
            $new_bytes,
            ")
                ON CONFLICT DO UPDATE SET bytes = bytes + excluded.bytes;
            END;
            CREATE TRIGGER quota_",
            $table,
            "_delete AFTER DELETE ON ",
            $table,
            " BEGIN
                UPDATE quota_usage SET bytes = bytes - ",
            $old_bytes,
            " WHERE owner = ",
            $old_owner,
            ";
            END;
            CREATE TRIGGER quota_",
            $table,
            "_update AFTER UPDATE OF ",
            $column,
            " ON ",
            $table,
            " BEGIN
                UPDATE quota_usage SET bytes = bytes - ",
            $old_bytes,
            " + ",
            $new_bytes,
            " WHERE owner = ",
            $new_owner,
            ";
            END;
            INSERT INTO quota_usage (owner, bytes)
                SELECT ",
            $new_owner,
            ", sum(",
            $new_bytes,
            ") FROM ",
            $table,
            " NEW GROUP BY 1 HAVING count(*) > 0
                ON CONFLICT DO UPDATE SET bytes = bytes + excluded.bytes;
            "
        )
    };
}

/// The counters. To be made after the tables that they count.
pub(crate) const SCHEMA: &str = concat!(
    "CREATE TABLE quota_usage (owner TEXT PRIMARY KEY, bytes INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    ",
    counted!(
        "kubernetes_object",
        "body",
        ("'objects of cluster ' || NEW.cluster", concat!("(octet_length(NEW.body) + ", least!(), ")")),
        ("'objects of cluster ' || OLD.cluster", concat!("(octet_length(OLD.body) + ", least!(), ")"))
    ),
    counted!(
        "kubernetes_deleted",
        "body",
        ("'deleted objects of cluster ' || NEW.cluster", concat!("(octet_length(NEW.body) + ", least!(), ")")),
        ("'deleted objects of cluster ' || OLD.cluster", concat!("(octet_length(OLD.body) + ", least!(), ")"))
    ),
    counted!(
        "kubernetes_audit",
        "entry",
        ("'log of cluster ' || NEW.cluster", concat!("(octet_length(NEW.entry) + ", least!(), ")")),
        ("'log of cluster ' || OLD.cluster", concat!("(octet_length(OLD.entry) + ", least!(), ")"))
    ),
    counted!(
        "notes",
        "body",
        ("'notes of ' || NEW.project", concat!("(octet_length(NEW.body) + ", least!(), ")")),
        ("'notes of ' || OLD.project", concat!("(octet_length(OLD.body) + ", least!(), ")"))
    ),
    counted!(
        "occurrences",
        "body",
        ("'notes of ' || NEW.project", concat!("(octet_length(NEW.body) + ", least!(), ")")),
        ("'notes of ' || OLD.project", concat!("(octet_length(OLD.body) + ", least!(), ")"))
    ),
    counted!(
        "registry_content",
        "size",
        ("'registry'", concat!("max(NEW.size, ", page!(), ")")),
        ("'registry'", concat!("max(OLD.size, ", page!(), ")"))
    ),
    counted!(
        "registry_manifest",
        "body",
        ("'registry'", concat!("(octet_length(NEW.body) + ", page!(), ")")),
        ("'registry'", concat!("(octet_length(OLD.body) + ", page!(), ")"))
    ),
    counted!("registry_tag", "digest", ("'registry'", least!()), ("'registry'", least!())),
    counted!("registry_link", "linked", ("'registry'", least!()), ("'registry'", least!())),
    counted!("registry_reference", "target", ("'registry'", least!()), ("'registry'", least!())),
    counted!("registry_repository", "name", ("'repositories'", "1"), ("'repositories'", "1")),
);

/// What is counted together, and has a limit of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner<'o> {
    /// The objects of the cluster with this row.
    Objects(i64),
    /// What is remembered of the cluster's deleted objects.
    Deleted(i64),
    /// The cluster's audit log.
    Log(i64),
    /// The notes and occurrences of the project with this id.
    Notes(&'o str),
    /// All that was pushed.
    Registry,
    /// The names of repositories, not bytes.
    Repositories,
}

impl Owner<'_> {
    /// The most that is kept, in bytes as they are counted here; of repositories their number.
    pub(crate) fn limit(self) -> i64 {
        match self {
            // The 1,500 pods that a namespace may have take a half of it. Controllers and lists read all of a kind.
            Self::Objects(_) | Self::Deleted(_) => 16 << 20,
            // The 10,000 entries that are kept have this at 6 KB each, which is more than usual.
            Self::Log(_) => 64 << 20,
            Self::Notes(_) => 128 << 20,
            // More than the images of any lesson, and less than a disk.
            Self::Registry => 8 << 30,
            Self::Repositories => 10_000,
        }
    }

    fn key(self) -> String {
        match self {
            Self::Objects(cluster) => format!("objects of cluster {cluster}"),
            Self::Deleted(cluster) => format!("deleted objects of cluster {cluster}"),
            Self::Log(cluster) => format!("log of cluster {cluster}"),
            Self::Notes(project) => format!("notes of {project}"),
            Self::Registry => "registry".to_owned(),
            Self::Repositories => "repositories".to_owned(),
        }
    }

    /// What there is.
    pub(crate) fn used(self, tx: &Transaction<'_>) -> Result<i64, rusqlite::Error> {
        let sql = "SELECT bytes FROM quota_usage WHERE owner = ?1";
        Ok(tx.prepare_cached(sql)?.query_row([self.key()], |row| row.get(0)).optional()?.unwrap_or(0))
    }

    /// Whether there is more than may be: to be asked after a write, which is then taken back.
    pub(crate) fn is_exceeded(self, tx: &Transaction<'_>) -> Result<bool, rusqlite::Error> {
        Ok(self.used(tx)? > self.limit())
    }
}

#[cfg(test)]
pub(crate) fn set_used(tx: &Transaction<'_>, owner: Owner<'_>, bytes: i64) {
    tx.execute("INSERT OR REPLACE INTO quota_usage (owner, bytes) VALUES (?1, ?2)", (owner.key(), bytes))
        .expect("the counters are there");
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    /// What the counters say, and what a count of all rows comes to.
    fn both(tx: &Transaction<'_>) -> (i64, i64) {
        let sum = "SELECT coalesce(sum(max(size, 4096)), 0) + (SELECT count(*) * 512 FROM registry_link)
            FROM registry_content";
        (Owner::Registry.used(tx).unwrap(), tx.query_row(sum, [], |row| row.get(0)).unwrap())
    }

    #[test]
    fn counters_follow_the_rows() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s.db");
        drop(crate::open_store(&path).unwrap());
        let mut connection = Connection::open(&path).unwrap();
        connection.pragma_update(None, "foreign_keys", true).unwrap();
        let tx = connection.transaction().unwrap();
        tx.execute_batch(
            "INSERT INTO registry_repository (id, host, name) VALUES (1, 'gcr.io', 'p/x');
             INSERT INTO registry_content (id, size) VALUES (1, 0), (2, 10000);
             INSERT INTO registry_blob VALUES ('sha256:1', 2);
             INSERT INTO registry_link VALUES (1, 'sha256:1', 0);
             UPDATE registry_content SET size = size + 5000 WHERE id = 1;
             UPDATE registry_link SET linked = 7;",
        )
        .unwrap();
        assert_eq!(both(&tx), (5000 + 10_000 + 512, 5000 + 10_000 + 512));
        assert_eq!(Owner::Repositories.used(&tx).unwrap(), 1);
        tx.execute_batch("DELETE FROM registry_content WHERE id = 1").unwrap();
        assert_eq!(both(&tx), (10_000 + 512, 10_000 + 512));
        tx.execute_batch(
            "INSERT INTO kubernetes_cluster (id, project, location, name) VALUES (1, 'p', 'l', 'c');
             INSERT INTO kubernetes_object (cluster, resource, namespace, name, created, version, body)
                VALUES (1, 'pods', 'default', 'p', 1, 1, 'äb');",
        )
        .unwrap();
        assert_eq!(Owner::Objects(1).used(&tx).unwrap(), 3 + 512);
        tx.execute_batch("DELETE FROM kubernetes_cluster").unwrap();
        assert_eq!(Owner::Objects(1).used(&tx).unwrap(), 0, "what goes with its cluster is counted as gone");
    }
}
