//! Clusters and the operations on them.

use countersign::domain::admission::Enforcement;
use countersign::wire::container::Cluster;

use super::*;

pub(super) const ZONE: &str = "us-central1-a";
pub(super) const NAME: &str = "binauthz-codelab";

/// Makes the cluster and waits until it runs.
pub(super) async fn make(lab: &Lab) -> Cluster {
    let cluster =
        Cluster { name: NAME.to_owned(), location: ZONE.to_owned(), initial_node_count: Some(1), ..Cluster::default() };
    let operation = lab.client.create_cluster(&project(), cluster).await.unwrap();
    let done = lab.client.wait_for_cluster(&project(), ZONE, operation, |_| {}).await.unwrap();
    assert_eq!((done.status.as_str(), done.operation_type.as_str()), ("DONE", "CREATE_CLUSTER"));
    lab.client.cluster(&project(), ZONE, NAME).await.unwrap()
}

#[tokio::test]
async fn a_cluster_from_creation_to_deletion() {
    let lab = Lab::with_project().await;
    assert!(lab.client.clusters(&project()).await.unwrap().is_empty());
    let made = make(&lab).await;
    assert_eq!((made.status.as_str(), made.enforces_project_policy()), ("RUNNING", false));
    assert_eq!(lab.client.clusters(&project()).await.unwrap(), [made]);
    for (enforcement, enforces) in [(Enforcement::On, true), (Enforcement::Off, false)] {
        let operation = lab.client.set_cluster_enforcement(&project(), ZONE, NAME, enforcement).await.unwrap();
        lab.client.wait_for_cluster(&project(), ZONE, operation, |_| {}).await.unwrap();
        let cluster = lab.client.cluster(&project(), ZONE, NAME).await.unwrap();
        assert_eq!(cluster.enforces_project_policy(), enforces);
    }
    let operation = lab.client.delete_cluster(&project(), ZONE, NAME).await.unwrap();
    lab.client.wait_for_cluster(&project(), ZONE, operation, |_| {}).await.unwrap();
    assert!(lab.client.cluster(&project(), ZONE, NAME).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn a_second_cluster_of_the_name_is_refused() {
    let lab = Lab::with_project().await;
    let made = make(&lab).await;
    let error = lab.client.create_cluster(&project(), made).await.unwrap_err();
    assert!(error.is_conflict() && error.was_not_done(), "{error:?}");
}
