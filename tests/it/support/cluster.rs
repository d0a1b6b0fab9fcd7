//! Waiting for what happens in a cluster: its watch tells it, so nothing is slept.

use std::fmt::Debug;
use std::time::Duration;

use countersign::client::{Kubernetes, Told};
use countersign::wire::kubernetes::ObjectMeta;
use k8s_openapi::{ListableResource, Metadata, NamespaceResourceScope};
use serde::de::DeserializeOwned;

/// The namespace of all that the tests put into a cluster.
pub(crate) const NAMESPACE: &str = "default";

/// Watches the objects of a kind until `find` finds something in all that there are; after half a minute
/// there is an error: the objects that there were.
pub(crate) async fn until<T, R>(api: &Kubernetes, find: impl Fn(&[T]) -> Option<R>) -> Result<R, Vec<T>>
where
    T: ListableResource<Scope = NamespaceResourceScope> + Metadata<Ty = ObjectMeta> + DeserializeOwned + Debug,
{
    let mut follow = api.follow::<T>(Some(NAMESPACE));
    let mut objects: Vec<T> = Vec::new();
    let search = async {
        loop {
            match follow.next().await {
                Told::All(all) => objects = all,
                Told::Set(object) => {
                    objects.retain(|other| other.metadata().uid != object.metadata().uid);
                    objects.push(*object);
                }
                Told::Gone(object) => objects.retain(|other| other.metadata().uid != object.metadata().uid),
                Told::Live => {}
                Told::Lost(error) | Told::Polled(error) => panic!("the watch failed: {error:?}"),
            }
            if let Some(found) = find(&objects) {
                return found;
            }
        }
    };
    let found = tokio::time::timeout(Duration::from_secs(30), search).await;
    found.or(Err(objects))
}
