//! What an image is made of, with its digests.

use bytes::Bytes;

use domain::image::Digest;

/// A blob with its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    digest: Digest,
    bytes: Bytes,
}

impl Blob {
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self { digest: Self::digest_of(&bytes), bytes }
    }

    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The sha256 digest of some bytes.
    pub fn digest_of(bytes: &[u8]) -> Digest {
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
        let mut array = [0; 32];
        array.copy_from_slice(hash.as_ref());
        Digest::from_sha256(&array)
    }
}

/// All of an image that is to be pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageContent {
    /// Its config and layers.
    pub blobs: Vec<Blob>,
    /// Byte for byte.
    pub manifest: Bytes,
    pub media_type: String,
}

impl ImageContent {
    /// The digest by which the image will be known.
    pub fn digest(&self) -> Digest {
        Blob::digest_of(&self.manifest)
    }
}
