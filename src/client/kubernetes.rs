//! A cluster's API server.

mod follow;
mod objects;
mod watch;

pub use follow::{Follow, Told};
pub use objects::{Change, Objects};
pub use watch::{Watch, WatchChange};

use base64::Engine as _;
use k8s_openapi::{ListableResource, NamespaceResourceScope, Resource};
use reqwest::{Method, Url};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Client;
use super::error::{Error, Fault};
use super::google::{self, Page, with_query};
use super::request::{Auth, Request, Trust};
use wire::container::Cluster;
use wire::kubernetes::{Namespace, Typed};
use wire::registry::null_as_default;

/// How many objects one page of a list has.
const PAGE_SIZE: &str = "500";

/// Calls to one cluster, as `gke-gcloud-auth-plugin` makes them: with the connection's token.
#[derive(Debug, Clone)]
pub struct Kubernetes {
    client: Client,
    authority: String,
    trust: Trust,
}

/// As much of a list as every kind has.
#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct List<T> {
    #[serde(default, deserialize_with = "null_as_default")]
    items: Vec<Typed<T>>,
    #[serde(default)]
    metadata: ListMeta,
}

#[derive(Default, Deserialize)]
struct ListMeta {
    #[serde(default, rename = "continue")]
    next: Option<String>,
    #[serde(default, rename = "resourceVersion")]
    version: Option<String>,
}

/// All objects of a kind, and the version of the cluster's state that they are from.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed<T> {
    pub items: Vec<T>,
    /// Opaque; where a watch goes on.
    pub version: String,
}

impl Client {
    /// The API server of `cluster`: by its DNS name under the connection's trust, or else by its address
    /// under the cluster's own authority and no other.
    pub fn kubernetes(&self, cluster: &Cluster) -> Result<Kubernetes, Error> {
        if let Some(name) = cluster.dns_endpoint() {
            return Ok(Kubernetes { client: self.clone(), authority: name.to_owned(), trust: Trust::Connection });
        }
        let refuse = |reason: &str| Error {
            method: Method::GET.to_string(),
            url: format!("https://{}", cluster.endpoint),
            fault: Fault::Request { reason: format!("cluster {}: {reason}", cluster.name) },
        };
        if cluster.endpoint.is_empty() {
            return Err(refuse("it has no endpoint yet"));
        }
        let certificate = cluster.master_auth.as_ref().map_or("", |auth| auth.cluster_ca_certificate.as_str());
        let pem = base64::engine::general_purpose::STANDARD
            .decode(certificate)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .filter(|pem| !pem.is_empty())
            .ok_or_else(|| refuse("it has neither a DNS endpoint nor a readable certificate authority"))?;
        Ok(Kubernetes { client: self.clone(), authority: cluster.endpoint.clone(), trust: Trust::Authority(pem) })
    }
}

impl Kubernetes {
    pub async fn namespaces(&self) -> Result<Vec<Namespace>, Error> {
        self.pages(google::url(&self.authority, &["api", "v1", "namespaces"])?).await
    }

    /// The objects of a kind (`Pod`, `Deployment`, `ReplicaSet`, `Event`) in a namespace, or in all.
    pub async fn list<T>(&self, namespace: Option<&str>) -> Result<Vec<T>, Error>
    where
        T: ListableResource<Scope = NamespaceResourceScope> + DeserializeOwned,
    {
        self.pages(self.url::<T>(namespace, None)?).await
    }

    /// Lists the objects, with the version that a [`Kubernetes::watch`] goes on from.
    pub async fn list_with_version<T>(&self, namespace: Option<&str>) -> Result<Listed<T>, Error>
    where
        T: ListableResource<Scope = NamespaceResourceScope> + DeserializeOwned,
    {
        let url = with_query(self.url::<T>(namespace, None)?, &[("limit", PAGE_SIZE)]);
        let pages = self.client.pages::<VersionedPage<T>>(&self.request(Method::GET, url), "continue").await?;
        // Every page is of the version of the first.
        let version = pages.first().map(|page| page.version.clone()).unwrap_or_default();
        Ok(Listed { items: pages.into_iter().flat_map(|page| page.items).collect(), version })
    }

    pub async fn get<T>(&self, namespace: &str, name: &str) -> Result<T, Error>
    where
        T: Resource<Scope = NamespaceResourceScope> + DeserializeOwned,
    {
        let request = self.request(Method::GET, self.url::<T>(Some(namespace), Some(name))?);
        Ok(self.client.fetch::<Typed<T>>(request).await?.0)
    }

    /// Creates an object. A bare pod that admission refuses is an error with the cluster's own reason
    /// and message; a Deployment is taken, and its ReplicaSet gets events.
    pub async fn create<T>(&self, namespace: &str, object: &T) -> Result<T, Error>
    where
        T: Resource<Scope = NamespaceResourceScope> + Serialize + DeserializeOwned,
    {
        let url = self.url::<T>(Some(namespace), None)?;
        let request = Request::json(Method::POST, url, object)?.trust(self.trust.clone());
        Ok(self.client.fetch::<Typed<T>>(request).await?.0)
    }

    /// Deletes an object and, in the background, what it owns.
    pub async fn delete<T>(&self, namespace: &str, name: &str) -> Result<(), Error>
    where
        T: Resource<Scope = NamespaceResourceScope>,
    {
        let url = self.url::<T>(Some(namespace), Some(name))?;
        let options = serde_json::json!({"propagationPolicy": "Background"});
        self.client.send(&Request::json(Method::DELETE, url, &options)?.trust(self.trust.clone())).await?;
        Ok(())
    }

    /// `major.minor` and the rest, as the server reports it (`v1.34.1-gke.1000`).
    pub async fn version(&self) -> Result<String, Error> {
        #[derive(Deserialize)]
        struct Version {
            #[serde(rename = "gitVersion")]
            git_version: String,
        }
        let url = google::url(&self.authority, &["version"])?;
        Ok(self.client.fetch::<Version>(self.request(Method::GET, url)).await?.git_version)
    }

    fn request(&self, method: Method, url: Url) -> Request {
        Request::new(method, url).accept("application/json").auth(Auth::Connection).trust(self.trust.clone())
    }

    fn url<T: Resource>(&self, namespace: Option<&str>, name: Option<&str>) -> Result<Url, Error> {
        let mut segments = if T::GROUP.is_empty() { vec!["api"] } else { vec!["apis", T::GROUP] };
        segments.push(T::VERSION);
        if let Some(namespace) = namespace {
            segments.extend(["namespaces", namespace]);
        }
        segments.push(T::URL_PATH_SEGMENT);
        segments.extend(name);
        google::url(&self.authority, &segments)
    }

    async fn pages<T: DeserializeOwned>(&self, url: Url) -> Result<Vec<T>, Error> {
        let first = self.request(Method::GET, with_query(url, &[("limit", PAGE_SIZE)]));
        self.client.pages::<List<T>>(&first, "continue").await
    }
}

impl<T: DeserializeOwned> Page for List<T> {
    type Item = T;

    fn into_parts(self) -> (Vec<T>, Option<String>) {
        (self.items.into_iter().map(|Typed(item)| item).collect(), self.metadata.next)
    }
}

/// A page of a list that is kept together with its version.
#[derive(Deserialize)]
#[serde(transparent, bound = "T: DeserializeOwned")]
struct VersionedPage<T>(List<T>);

impl<T: DeserializeOwned> Page for VersionedPage<T> {
    type Item = Listed<T>;

    fn into_parts(self) -> (Vec<Listed<T>>, Option<String>) {
        let ListMeta { next, version } = self.0.metadata;
        let items = self.0.items.into_iter().map(|Typed(item)| item).collect();
        (vec![Listed { items, version: version.unwrap_or_default() }], next)
    }
}
