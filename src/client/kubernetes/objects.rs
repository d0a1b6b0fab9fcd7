//! Objects as they are, whatever their kind: what is changed in one keeps every field that it has, also those that no
//! type here knows.

use k8s_openapi::{NamespaceResourceScope, Resource};
use reqwest::{Method, Url};
use serde_json::{Value, json};

use super::Kubernetes;
use crate::error::Error;
use crate::google::{self, with_query};
use crate::request::Request;

/// Where objects of a kind are, in a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Objects<'a> {
    group: &'static str,
    version: &'static str,
    plural: &'static str,
    namespace: &'a str,
}

/// Whether a change is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Kept,
    /// `dryRun=All`: everything is decided, admission included, and nothing is kept.
    Tried,
}

impl<'a> Objects<'a> {
    /// Those of a type.
    pub fn of<T: Resource<Scope = NamespaceResourceScope>>(namespace: &'a str) -> Self {
        Self { group: T::GROUP, version: T::VERSION, plural: T::URL_PATH_SEGMENT, namespace }
    }
}

impl Kubernetes {
    /// The object, with all that the API server has of it.
    pub async fn object(&self, of: Objects<'_>, name: &str) -> Result<Value, Error> {
        let url = self.url_of(of, Some(name), Change::Kept)?;
        self.client.fetch(self.request(Method::GET, url)).await
    }

    /// Changes an object by a strategic merge patch; what comes back is the object with it.
    pub async fn patch(&self, of: Objects<'_>, name: &str, patch: String, change: Change) -> Result<Value, Error> {
        let url = self.url_of(of, Some(name), change)?;
        let request = self.request(Method::PATCH, url);
        self.client.fetch(request.body("application/strategic-merge-patch+json", patch.into())).await
    }

    /// Makes an object of a text.
    pub async fn make(&self, of: Objects<'_>, object: String, change: Change) -> Result<Value, Error> {
        let url = self.url_of(of, None, change)?;
        self.client.fetch(self.request(Method::POST, url).body("application/json", object.into())).await
    }

    /// Deletes the object if it is still the one, and as it was; what it owns goes in the background.
    pub async fn delete_same(&self, of: Objects<'_>, name: &str, uid: &str, version: &str) -> Result<(), Error> {
        let url = self.url_of(of, Some(name), Change::Kept)?;
        let options = json!({
            "propagationPolicy": "Background",
            "preconditions": {"uid": uid, "resourceVersion": version},
        });
        self.client.send(&Request::json(Method::DELETE, url, &options)?.trust(self.trust.clone())).await?;
        Ok(())
    }

    fn url_of(&self, of: Objects<'_>, name: Option<&str>, change: Change) -> Result<Url, Error> {
        let mut segments = if of.group.is_empty() { vec!["api"] } else { vec!["apis", of.group] };
        segments.extend([of.version, "namespaces", of.namespace, of.plural]);
        segments.extend(name);
        let url = google::url(&self.authority, &segments)?;
        Ok(match change {
            Change::Kept => url,
            Change::Tried => with_query(url, &[("dryRun", "All")]),
        })
    }
}
