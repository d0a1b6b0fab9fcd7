//! Image manifests and indexes (OCI image-spec 1.1; Docker schema 2 has the same fields).

use bytes::Bytes;
use serde::Deserialize;

use crate::error::Fault;
use domain::image::Digest;
use wire::registry::null_as_default;

/// A manifest or an index, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The digest of `bytes`.
    pub digest: Digest,
    pub media_type: String,
    pub bytes: Bytes,
    /// An image has it, an index has not.
    pub config: Option<Descriptor>,
    /// An image has it, an index has not.
    pub layers: Vec<Descriptor>,
    /// The images of an index, one for each platform.
    pub children: Vec<Descriptor>,
}

/// What a manifest refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Descriptor {
    pub digest: Digest,
    pub media_type: String,
    /// The size in bytes.
    pub size: u64,
    /// `linux/amd64`, `linux/arm/v7`; for the children of an index.
    pub platform: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shape {
    media_type: Option<String>,
    config: Option<DescriptorShape>,
    #[serde(default, deserialize_with = "null_as_default")]
    layers: Vec<DescriptorShape>,
    #[serde(default, deserialize_with = "null_as_default")]
    manifests: Vec<DescriptorShape>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DescriptorShape {
    digest: String,
    #[serde(default)]
    media_type: String,
    #[serde(default)]
    size: u64,
    platform: Option<PlatformShape>,
}

#[derive(Deserialize)]
struct PlatformShape {
    os: String,
    architecture: String,
    variant: Option<String>,
}

impl Manifest {
    /// `content_type` is what the registry said; the manifest's own word counts where it has one.
    pub(super) fn read(digest: Digest, content_type: Option<&str>, bytes: Bytes) -> Result<Self, Fault> {
        let shape: Shape = serde_json::from_slice(&bytes).map_err(|error| Fault::unreadable(&error, &bytes))?;
        let said = content_type.and_then(|text| text.split(';').next()).unwrap_or_default().trim();
        let all = |shapes: Vec<DescriptorShape>| -> Result<Vec<_>, Fault> {
            shapes.into_iter().map(Descriptor::read).collect()
        };
        Ok(Self {
            digest,
            media_type: shape.media_type.unwrap_or_else(|| said.to_owned()),
            config: shape.config.map(Descriptor::read).transpose()?,
            layers: all(shape.layers)?,
            children: all(shape.manifests)?,
            bytes,
        })
    }
}

impl Descriptor {
    fn read(shape: DescriptorShape) -> Result<Self, Fault> {
        let digest = shape.digest.parse().map_err(|error| Fault::unexpected(format!("{error}")))?;
        let platform = shape.platform.map(|p| match p.variant {
            Some(variant) => format!("{}/{}/{variant}", p.os, p.architecture),
            None => format!("{}/{}", p.os, p.architecture),
        });
        Ok(Self { digest, media_type: shape.media_type, size: shape.size, platform })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Blob;

    fn read(json: &str) -> Result<Manifest, Fault> {
        let bytes = Bytes::copy_from_slice(json.as_bytes());
        Manifest::read(Blob::digest_of(&bytes), Some("application/x; charset=utf-8"), bytes)
    }

    #[test]
    fn an_index_names_its_platforms() {
        let digest = format!("sha256:{}", "ab".repeat(32));
        let manifest = read(&format!(
            r#"{{"schemaVersion": 2, "manifests": [
                {{"digest": "{digest}", "mediaType": "m", "size": 7, "platform": {{"os": "linux", "architecture": "amd64"}}}},
                {{"digest": "{digest}", "platform": {{"os": "linux", "architecture": "arm", "variant": "v7"}}}}]}}"#
        ))
        .unwrap();
        let platforms: Vec<_> = manifest.children.iter().filter_map(|child| child.platform.as_deref()).collect();
        assert_eq!(platforms, ["linux/amd64", "linux/arm/v7"]);
        assert_eq!((manifest.media_type.as_str(), manifest.config), ("application/x", None));
    }

    #[test]
    fn lists_may_be_null() {
        let manifest = read(r#"{"layers": null, "manifests": null}"#).unwrap();
        assert!(manifest.layers.is_empty() && manifest.children.is_empty());
    }

    #[rstest::rstest]
    #[case("[]")]
    #[case(r#"{"config": {"digest": "md5:1"}}"#)]
    #[case("<html>")]
    fn what_is_no_manifest_is_refused(#[case] json: &str) {
        assert!(matches!(read(json), Err(Fault::Unreadable { .. })), "{json}");
    }
}
