//! A line of an inventory of JSON lines.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::defaults::Defaults;
use domain::admission::{Platform, Request, RequestImage};
use domain::image::Digest;
use domain::inventory::{InventoryItem, Origin, owner_of};
use domain::name::AttestorName;

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
        let request = Request {
            platform: match self.platform {
                Some(LinePlatform::CloudRun) => Platform::CloudRun,
                Some(LinePlatform::Gke) => Platform::Gke,
                None => pod.platform,
            },
            cluster: self.cluster.or(pod.cluster),
            namespace: self.namespace.unwrap_or(pod.namespace),
            service_account: self.service_account.unwrap_or(pod.service_account),
            service_identity: self.service_identity.or(pod.service_identity),
            labels,
            annotations: self.annotations.unwrap_or(pod.annotations),
            images: names.into_iter().map(image).collect(),
            ..Request { enforcement: pod.enforcement, ..Request::default() }
        };
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
