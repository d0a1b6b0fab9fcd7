//! A line of an inventory of JSON lines.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::defaults::Defaults;
use domain::admission::{Fact, NO_IDENTITY, Platform, Request, RequestImage};
use domain::image::Digest;
use domain::inventory::{InventoryItem, Origin, owner_of};
use domain::name::{AttestorName, ClusterKey};

/// A line of JSON: the request of `countersign simulate`, by the names of its flags.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(super) struct Line {
    image: Option<String>,
    images: Option<Vec<String>>,
    platform: Option<LinePlatform>,
    cluster: Option<String>,
    namespace: Option<String>,
    service_account: Option<String>,
    service_identity: Option<String>,
    labels: Option<BTreeMap<String, String>>,
    annotations: Option<BTreeMap<String, String>>,
    attested_by: Option<Vec<String>>,
    resolved_digest: Option<String>,
    workload: Option<String>,
    owner: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum LinePlatform {
    Gke,
    CloudRun,
}

impl Line {
    /// The pod that the line asks about.
    pub(super) fn into_item(self, defaults: &Defaults) -> Result<InventoryItem, String> {
        let names: Vec<String> = self.image.into_iter().chain(self.images.unwrap_or_default()).collect();
        if names.is_empty() || names.iter().any(String::is_empty) {
            return Err("expected `image`, or `images` with at least one".to_owned());
        }
        let image = |image: String| RequestImage { image, ..RequestImage::default() };
        let attested = self.attested_by.map(|names| names.iter().map(|name| attestor(name, defaults)).collect());
        let digest = |text: String| text.parse::<Digest>().map_err(|error| error.to_string());
        let pod = defaults.pod.clone();
        let labels = self.labels.unwrap_or(pod.labels);
        let owner = self.owner.unwrap_or_else(|| owner_of(&labels).to_owned());
        let cluster = said(self.cluster).map(|text| text.parse::<ClusterKey>()).transpose();
        let cluster = cluster.map_err(|error| format!("`cluster`: {error}"))?.map(|key| key.to_string());
        let (namespace, account) = (said(self.namespace), said(self.service_account));
        let identity = said(self.service_identity);
        let not_known = [
            (Fact::Cluster, cluster.is_some()),
            (Fact::Namespace, namespace.is_some()),
            (Fact::ServiceAccount, account.is_some()),
            (Fact::ServiceIdentity, identity.is_some()),
        ];
        let not_known = not_known.into_iter().filter(|(_, is_said)| !is_said).map(|(fact, _)| fact).collect();
        let mut request = Request {
            not_known,
            platform: match self.platform {
                Some(LinePlatform::CloudRun) => Platform::CloudRun,
                Some(LinePlatform::Gke) => Platform::Gke,
                None => pod.platform,
            },
            cluster,
            namespace: namespace.unwrap_or_default(),
            service_account: account.unwrap_or_default(),
            service_identity: identity.filter(|identity| identity != NO_IDENTITY),
            labels,
            annotations: self.annotations.unwrap_or(pod.annotations),
            images: names.into_iter().map(image).collect(),
            enforcement: pod.enforcement,
            ..Request::default()
        };
        request.complete(&defaults.pod);
        Ok(InventoryItem {
            request,
            origin: Origin::List,
            workload: self.workload.unwrap_or_default(),
            owner,
            attested_by: attested.transpose()?,
            resolved_digest: self.resolved_digest.map(digest).transpose()?,
        })
    }
}

/// An empty text says nothing.
fn said(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// A whole name, or the id of an attestor that one of the policies names.
fn attestor(text: &str, defaults: &Defaults) -> Result<AttestorName, String> {
    if let Ok(name) = text.parse() {
        return Ok(name);
    }
    let mut known = defaults.attestors.iter().filter(|name| name.id() == text);
    match (known.next(), known.next()) {
        (Some(only), None) => Ok(only.clone()),
        (None, _) => Err(format!("no policy names an attestor {text:?}: write projects/PROJECT/attestors/{text}")),
        (Some(_), Some(_)) => {
            Err(format!("several attestors are called {text:?}: write projects/PROJECT/attestors/{text}"))
        }
    }
}
