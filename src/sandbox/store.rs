//! The sandbox's store: one SQLite file, WAL, one writer at a time.
//!
//! A write is one immediate transaction: whole or absent, whenever the process dies. All state is
//! here and none in memory, so two processes may serve the same file.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use crate::blocking::blocking;

/// Readers that are kept open; more are opened when all are in use, and closed again.
const IDLE_READERS: usize = 4;

/// How long a write waits for another process's transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the sandbox's store, sandbox.db: {}", explained(.0))]
    Sqlite(#[from] rusqlite::Error),
    #[error("the sandbox's store, sandbox.db, holds something that cannot be read: {0}; {RESET}")]
    Content(#[from] serde_json::Error),
    #[error("the sandbox's store was made by a newer version (schema {found}, this one knows {known})")]
    Newer { found: i64, known: i64 },
    /// What was asked for would take more than a request may: what is too much, and what to do.
    #[error("{0}")]
    TooMuch(&'static str),
    #[error("a task of the sandbox's store ended early: {0}")]
    Task(#[from] tokio::task::JoinError),
}

/// What helps where the store's own file is at fault.
const RESET: &str = "`countersign sandbox reset` begins anew, with nothing in it";

/// What happened, and what can be done about it.
fn explained(error: &rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => {
            "its disk is full: nothing of this request was kept; free some space, then try again".to_owned()
        }
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            format!("it cannot be written ({error}): let its owner write the file and its directory, then try again")
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => format!("it is damaged ({error}): {RESET}"),
        Some(ErrorCode::CannotOpen | ErrorCode::SystemIoFailure) => {
            format!(
                "it cannot be opened or read ({error}): see whether it is there, and whether its disk is full or failing"
            )
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another process has held it for too long: try again".to_owned()
        }
        _ => error.to_string(),
    }
}

/// Some tables as SQL, and the version of the store since which they are there.
pub(crate) type Schema = (i64, &'static str);

#[derive(Debug, Clone)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: std::path::PathBuf,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

impl Store {
    /// Opens the file, making it and those of the tables that are missing.
    pub(crate) fn open(path: &Path, schemas: &[Schema]) -> Result<Self, StoreError> {
        let known = schemas.iter().map(|(since, _)| *since).max().unwrap_or(0);
        let mut writer = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        writer.pragma_update(None, "journal_mode", "WAL")?;
        // A power cut may lose the last transactions, never damage the file; a killed process loses none.
        writer.pragma_update(None, "synchronous", "NORMAL")?;
        writer.pragma_update(None, "foreign_keys", true)?;
        let found: i64 = writer.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if found > known {
            return Err(StoreError::Newer { found, known });
        }
        if found < known {
            let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for (_, schema) in schemas.iter().filter(|(since, _)| *since > found) {
                tx.execute_batch(schema)?;
            }
            tx.pragma_update(None, "user_version", known)?;
            tx.commit()?;
        }
        Ok(Self(Arc::new(Inner { path: path.to_owned(), writer: Mutex::new(writer), readers: Mutex::new(Vec::new()) })))
    }

    /// Runs a read on a thread that may block. It sees one state of the store throughout.
    pub async fn read<T, E>(&self, read: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let store = self.clone();
        blocking(move || store.read_now(read)).await.map_err(StoreError::from)?
    }

    /// Runs a write on a thread that may block; an error takes all of it back.
    pub async fn write<T, E>(
        &self,
        write: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let store = self.clone();
        blocking(move || store.write_now(write)).await.map_err(StoreError::from)?
    }

    /// A number that another process's writes change and this one's do not, all of which go through one connection
    /// (SQLite, `PRAGMA data_version`).
    pub(crate) async fn version_of_others(&self) -> Result<i64, StoreError> {
        let store = self.clone();
        blocking(move || {
            let writer = store.0.writer.lock().unwrap_or_else(PoisonError::into_inner);
            Ok(writer.pragma_query_value(None, "data_version", |row| row.get(0))?)
        })
        .await?
    }

    fn read_now<T, E: From<StoreError>>(&self, read: impl FnOnce(&Transaction<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut reader = self.take_reader()?;
        let result = {
            let tx = reader.transaction().map_err(StoreError::from)?;
            read(&tx)
        };
        self.keep_reader(reader);
        result
    }

    fn take_reader(&self) -> Result<Connection, StoreError> {
        let idle = self.0.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| connect(&self.0.path, OpenFlags::SQLITE_OPEN_READ_WRITE), Ok)
    }

    fn keep_reader(&self, reader: Connection) {
        let mut readers = self.0.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < IDLE_READERS {
            readers.push(reader);
        }
    }

    fn write_now<T, E: From<StoreError>>(&self, write: impl FnOnce(&Transaction<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut writer = self.0.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(StoreError::from)?;
        let value = write(&tx)?;
        tx.commit().map_err(StoreError::from)?;
        Ok(value)
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMAS: &[Schema] = &[(1, "CREATE TABLE a (x);"), (2, "CREATE TABLE b (x);")];

    #[tokio::test]
    async fn a_failed_write_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("s.db"), SCHEMAS).unwrap();
        store.write(|tx| Ok::<_, StoreError>(tx.execute_batch("CREATE TABLE t (x)")?)).await.unwrap();
        let failed: Result<(), StoreError> = store
            .write(|tx| {
                tx.execute("INSERT INTO t VALUES (1)", [])?;
                tx.execute_batch("not sql")?;
                Ok(())
            })
            .await;
        assert!(failed.is_err());
        let count: i64 = store
            .read(|tx| Ok::<_, StoreError>(tx.query_row("SELECT count(*) FROM t", [], |row| row.get(0))?))
            .await
            .unwrap();
        assert_eq!(count, 0);
    }

    #[tokio::test]
    async fn what_another_process_writes_is_told_apart_from_what_this_one_does() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s.db");
        let (here, there) = (Store::open(&path, SCHEMAS).unwrap(), Store::open(&path, SCHEMAS).unwrap());
        let write = |store: Store| async move {
            store.write(|tx| Ok::<_, StoreError>(tx.execute("INSERT INTO a VALUES (1)", [])?)).await.unwrap();
        };
        let before = here.version_of_others().await.unwrap();
        write(here.clone()).await;
        assert_eq!(here.version_of_others().await.unwrap(), before);
        write(there).await;
        assert_ne!(here.version_of_others().await.unwrap(), before);
    }

    #[test]
    fn a_newer_store_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s.db");
        drop(Store::open(&path, SCHEMAS).unwrap());
        Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(Store::open(&path, SCHEMAS), Err(StoreError::Newer { found: 99, known: 2 })));
    }

    #[test]
    fn an_older_store_gets_the_tables_that_it_lacks() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s.db");
        drop(Store::open(&path, &SCHEMAS[..1]).unwrap());
        drop(Store::open(&path, SCHEMAS).unwrap());
        let connection = Connection::open(&path).unwrap();
        connection.execute_batch("SELECT x FROM a; SELECT x FROM b").unwrap();
    }
}
