//! A repository and its addresses.

use reqwest::Url;

use crate::error::Error;
use crate::google;
use domain::image::ImageRef;

/// The header in which a registry says the digest of a manifest.
pub(super) const CONTENT_DIGEST: &str = "docker-content-digest";

/// A repository on its host, as the registry's API names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Repository {
    pub(super) host: String,
    pub(super) path: String,
}

impl Repository {
    pub(super) fn from_image(image: &ImageRef) -> Self {
        match image.registry() {
            Some("docker.io" | "index.docker.io") | None => {
                let path = image.repository();
                let path = if path.contains('/') { path.to_owned() } else { format!("library/{path}") };
                Self { host: "registry-1.docker.io".to_owned(), path }
            }
            Some(host) => Self { host: host.to_owned(), path: image.repository().to_owned() },
        }
    }

    /// Whether a URL leads to this registry and no other server.
    pub(super) fn is_at(&self, url: &Url) -> bool {
        Url::parse(&format!("https://{}/", self.host)).is_ok_and(|own| own.origin() == url.origin())
    }

    /// `https://HOST/v2/PATH/REST…`.
    pub(super) fn url(&self, rest: &[&str]) -> Result<Url, Error> {
        let mut segments = vec!["v2"];
        segments.extend(self.path.split('/'));
        segments.extend(rest);
        google::url(&self.host, &segments)
    }

    pub(super) fn pull(&self) -> String {
        format!("repository:{}:pull", self.path)
    }

    pub(super) fn push(&self) -> String {
        format!("repository:{}:pull,push", self.path)
    }

    pub(super) fn delete(&self) -> String {
        format!("repository:{}:pull,delete", self.path)
    }
}

/// What follows `manifests/`.
pub(super) fn reference(image: &ImageRef) -> String {
    match image.digest() {
        Some(digest) => digest.to_string(),
        None => image.tag().unwrap_or("latest").to_owned(),
    }
}
