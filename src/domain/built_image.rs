//! An image that was built, as it is pushed. Uses digests alone.

use std::fmt;

use crate::image::Digest;

/// A blob of the image with its digest.
#[derive(Clone, PartialEq, Eq)]
pub struct Blob {
    pub digest: Digest,
    pub bytes: Vec<u8>,
}

/// Its bytes would fill a log.
impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({}, {} bytes)", self.digest, self.bytes.len())
    }
}

/// An image ready to push: first the blobs, then the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltImage {
    /// The layer, a gzipped tar archive.
    pub layer: Blob,
    /// The configuration, JSON.
    pub config: Blob,
    /// The manifest, JSON; its digest is the image's.
    pub manifest: Blob,
}

impl BuiltImage {
    /// The media type under which the manifest is pushed.
    pub const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";

    /// The digest by which the image is deployed, signed and attested.
    pub fn digest(&self) -> &Digest {
        &self.manifest.digest
    }

    /// What has to be pushed before the manifest.
    pub fn blobs(&self) -> [&Blob; 2] {
        [&self.layer, &self.config]
    }
}
