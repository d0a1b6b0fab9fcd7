//! What the registry needs to know of a manifest (image-spec, `manifest.md` and `image-index.md`;
//! Docker's schema 2 is alike).

use std::collections::HashMap;

use oci_spec::image::{Descriptor, ImageConfiguration, ImageIndex, ImageManifest};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use domain::image::{Digest, ImageError};
use wire::registry::{DOCKER_MANIFEST, DOCKER_MANIFEST_LIST, MANIFEST_TYPES, OCI_INDEX, OCI_MANIFEST};

use super::error::Failure;

/// A manifest or an index, read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Manifest {
    pub(super) media_type: String,
    pub(super) config: Option<Digest>,
    /// The configuration and the layers that a registry must hold, with their sizes.
    pub(super) blobs: Vec<(Digest, u64)>,
    /// The manifests of an index.
    pub(super) children: Vec<Digest>,
    pub(super) subject: Option<Digest>,
    pub(super) artifact_type: Option<String>,
    /// As JSON.
    pub(super) annotations: Option<String>,
    /// The size of all layers, in bytes.
    pub(super) image_size: u64,
}

/// The fields by which the kind of a manifest is told.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    schema_version: u32,
    media_type: Option<String>,
    #[serde(default)]
    manifests: Option<serde::de::IgnoredAny>,
}

impl Manifest {
    /// Reads a manifest that was sent as `declared`, the `Content-Type`.
    pub(super) fn parse(body: &[u8], declared: Option<&str>) -> Result<Self, Failure> {
        let invalid = |reason: String| Failure::ManifestInvalid(reason);
        let envelope: Envelope =
            serde_json::from_slice(body).map_err(|error| invalid(format!("it is not a manifest's JSON: {error}")))?;
        if envelope.schema_version != 2 {
            return Err(invalid(format!("schema version {} is not supported", envelope.schema_version)));
        }
        let fallback = if envelope.manifests.is_some() { OCI_INDEX } else { OCI_MANIFEST };
        let media_type = envelope.media_type.as_deref().or(declared).unwrap_or(fallback);
        if declared.is_some_and(|declared| declared != media_type) {
            return Err(invalid(format!("it says that it is {media_type}, and the Content-Type something else")));
        }
        let mut manifest = match media_type {
            OCI_INDEX | DOCKER_MANIFEST_LIST => Self::of_index(&read(body)?),
            OCI_MANIFEST | DOCKER_MANIFEST => Self::of_image(&read(body)?),
            other => Err(invalid(format!("{other:?} is none of {}", MANIFEST_TYPES.join(", ")))),
        }?;
        media_type.clone_into(&mut manifest.media_type);
        Ok(manifest)
    }

    fn of_image(image: &ImageManifest) -> Result<Self, Failure> {
        let config = digest(image.config())?;
        let mut blobs = vec![(config.clone(), image.config().size())];
        for layer in image.layers().iter().filter(|layer| !is_elsewhere(layer)) {
            blobs.push((digest(layer)?, layer.size()));
        }
        let artifact_type = image.artifact_type().as_ref().unwrap_or(image.config().media_type()).to_string();
        Ok(Self {
            config: Some(config),
            blobs,
            subject: image.subject().as_ref().map(digest).transpose()?,
            artifact_type: Some(artifact_type),
            annotations: json_of(image.annotations().as_ref()),
            image_size: image.layers().iter().map(Descriptor::size).fold(0, u64::saturating_add),
            ..Self::default()
        })
    }

    fn of_index(index: &ImageIndex) -> Result<Self, Failure> {
        Ok(Self {
            children: index.manifests().iter().map(digest).collect::<Result<_, _>>()?,
            subject: index.subject().as_ref().map(digest).transpose()?,
            artifact_type: index.artifact_type().as_ref().map(ToString::to_string),
            annotations: json_of(index.annotations().as_ref()),
            ..Self::default()
        })
    }
}

/// `created` of an image's configuration, if that is what these bytes are.
pub(super) fn created_of_config(bytes: &[u8]) -> Option<jiff::Timestamp> {
    let config: ImageConfiguration = serde_json::from_slice(bytes).ok()?;
    config.created().as_ref()?.parse().ok()
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(body).map_err(|error| Failure::ManifestInvalid(error.to_string()))
}

fn digest(descriptor: &Descriptor) -> Result<Digest, Failure> {
    let text = descriptor.digest().to_string();
    text.parse().map_err(|error: ImageError| Failure::ManifestInvalid(error.to_string()))
}

/// Layers that registries do not hold: they are fetched from their `urls`.
fn is_elsewhere(layer: &Descriptor) -> bool {
    let media_type = layer.media_type().to_string();
    media_type.contains(".foreign.") || media_type.contains(".nondistributable.")
}

fn json_of(annotations: Option<&HashMap<String, String>>) -> Option<String> {
    serde_json::to_string(annotations?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn descriptor(byte: &str, media_type: &str) -> String {
        format!(r#"{{"mediaType":"{media_type}","digest":"sha256:{}","size":7}}"#, byte.repeat(32))
    }

    #[test]
    fn a_manifest_names_its_blobs() {
        let text = format!(
            r#"{{"schemaVersion":2,"config":{},"layers":[{},{}]}}"#,
            descriptor("aa", "application/vnd.oci.image.config.v1+json"),
            descriptor("bb", "application/vnd.oci.image.layer.v1.tar+gzip"),
            descriptor("cc", "application/vnd.oci.image.layer.nondistributable.v1.tar"),
        );
        let manifest = Manifest::parse(text.as_bytes(), None).unwrap();
        assert_eq!(manifest.media_type, OCI_MANIFEST);
        assert_eq!(manifest.blobs.len(), 2);
        assert_eq!(manifest.image_size, 14);
        let again = Manifest::parse(text.as_bytes(), Some(DOCKER_MANIFEST)).unwrap();
        assert_eq!(again.media_type, DOCKER_MANIFEST);
    }

    #[rstest::rstest]
    #[case("", None)]
    #[case("{}", None)]
    #[case(r#"{"schemaVersion":1,"name":"x"}"#, Some("application/vnd.docker.distribution.manifest.v1+json"))]
    #[case(r#"{"schemaVersion":2,"config":{},"layers":[]}"#, None)]
    #[case(
        r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"#,
        Some(OCI_MANIFEST)
    )]
    #[case(r#"{"schemaVersion":2,"manifests":[]}"#, Some("text/plain"))]
    fn refused(#[case] body: &str, #[case] declared: Option<&str>) {
        assert!(matches!(Manifest::parse(body.as_bytes(), declared), Err(Failure::ManifestInvalid(_))), "{body}");
    }
}
