use std::sync::Arc;

use super::*;

fn cluster_id() -> ClusterId {
    ClusterId { project: "p".to_owned(), location: "l".to_owned(), name: "c".to_owned() }
}

#[tokio::test]
async fn objects_of_any_kind_expire_as_what_they_are() {
    let dir = tempfile::tempdir().unwrap();
    let store = crate::open_store(&dir.path().join("s.db")).unwrap();
    let id = Arc::new(cluster_id());
    let write = move |tx: &Transaction<'_>| {
        let now = Timestamp::UNIX_EPOCH;
        let admissions = Admissions::default();
        let cluster = Cluster::make(tx, &id, now, &admissions)?;
        let metadata =
            ObjectMeta { name: Some("x".to_owned()), namespace: Some("n".to_owned()), ..ObjectMeta::default() };
        let mut pod = Pod { metadata: metadata.clone(), ..Pod::default() };
        let mut account = ServiceAccount { metadata, ..ServiceAccount::default() };
        cluster.create(&mut pod)?;
        cluster.create(&mut account)?;
        cluster.expire(&pod, now)?;
        cluster.expire_old()?;
        assert!(cluster.get::<Pod>("n", "x")?.is_none());
        assert!(cluster.get::<ServiceAccount>("n", "x")?.is_some());
        let gone: String = tx.query_row("SELECT resource FROM kubernetes_deleted", [], |row| row.get(0))?;
        assert_eq!(gone, "pods");
        Ok::<_, Failure>(())
    };
    assert!(store.write(write).await.is_ok());
}
