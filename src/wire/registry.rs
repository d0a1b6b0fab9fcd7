//! The registry's wire (OCI distribution-spec 1.1): media types, errors, lists.

use serde::{Deserialize, Deserializer, Serialize};

/// An image manifest of OCI (image-spec, "Media Types").
pub const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// An image index of OCI: one image for several platforms.
pub const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// An image manifest of Docker (distribution, schema 2).
pub const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
/// A manifest list of Docker: one image for several platforms.
pub const DOCKER_MANIFEST_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";

/// What to ask for, always all four: a registry may answer 404 to an image of a type that was not
/// asked for.
pub const MANIFEST_TYPES: [&str; 4] = [OCI_INDEX, DOCKER_MANIFEST_LIST, OCI_MANIFEST, DOCKER_MANIFEST];

/// `{"errors": [{"code", "message", "detail"}]}`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ErrorBody {
    /// One or more.
    pub errors: Vec<RegistryError>,
}

/// One error of a registry (distribution-spec 1.1, "Error Codes").
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RegistryError {
    /// `MANIFEST_UNKNOWN`, `BLOB_UNKNOWN`, `NAME_UNKNOWN`, `DIGEST_INVALID`, `UNAUTHORIZED`, ….
    pub code: String,
    /// What happened, for people.
    pub message: String,
    /// More about it, of no fixed shape.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<serde_json::Value>,
}

/// `GET /v2/_catalog`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Catalog {
    /// Names, in their order.
    #[serde(deserialize_with = "null_as_default")]
    pub repositories: Vec<String>,
}

/// `GET /v2/NAME/tags/list`; gcr.io adds `child` and `manifest`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TagList {
    /// The repository.
    pub name: String,
    /// `null` in docker-registry where none is left.
    #[serde(deserialize_with = "null_as_default")]
    pub tags: Vec<String>,
    /// The next path components below this repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub child: Option<Vec<String>>,
    /// The manifests by digest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifest: Option<std::collections::BTreeMap<String, ManifestInfo>>,
}

/// What gcr.io says of each manifest of a repository; numbers are decimal strings.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ManifestInfo {
    /// The size of all layers; a number as a string.
    pub image_size_bytes: String,
    /// The media type of the manifest.
    pub media_type: String,
    /// All tags of this manifest.
    pub tag: Vec<String>,
    /// When the image says it was built, in milliseconds since 1970; a number as a string.
    pub time_created_ms: String,
    /// When it was pushed, in milliseconds since 1970; a number as a string.
    pub time_uploaded_ms: String,
}

/// Reads a list that servers written in Go send as `null` when it is empty.
pub fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_lists_may_be_null() {
        let tags: TagList = serde_json::from_str(r#"{"name": "p/i", "tags": null}"#).unwrap();
        let catalog: Catalog = serde_json::from_str(r#"{"repositories": null}"#).unwrap();
        assert!(tags.tags.is_empty() && catalog.repositories.is_empty());
        assert!(serde_json::from_str::<TagList>("{}").unwrap().tags.is_empty());
    }
}
