//! Digests, and why a text is no digest or image reference.

use std::fmt;
use std::str::FromStr;

/// A repository has at most 255 bytes, a tag 128; the rest is room for the digest.
pub(super) const MAX_BYTES: usize = 512;

/// A sha256 digest, `sha256:` and 64 lower-case hexadecimal digits (OCI image-spec, descriptor).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(String);

impl Digest {
    /// How many digits it has.
    pub const HEX_LENGTH: usize = 64;

    /// The digest with its `sha256:` in front.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The 64 digits without the algorithm.
    pub fn hex(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, hex)| hex)
    }

    /// The first `n` digits, to show where there is little room.
    pub fn short(&self, n: usize) -> &str {
        self.hex().get(..n).unwrap_or_else(|| self.hex())
    }

    /// The digest with these 32 bytes.
    pub fn from_sha256(bytes: &[u8; 32]) -> Self {
        Self(format!("sha256:{}", hex::encode(bytes)))
    }
}

/// Why a text is no image reference or digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    #[error("an image reference is missing")]
    Empty,
    #[error("{text:?} is not an image reference: {reason}")]
    Reference { text: String, reason: String },
    #[error("{text:?} is not a digest: it must be `sha256:` and 64 lower-case hexadecimal digits")]
    Digest { text: String },
    #[error("{text:?} is too long: an image reference has at most {max} bytes", max = MAX_BYTES)]
    TooLong { text: String },
}

impl FromStr for Digest {
    type Err = ImageError;

    fn from_str(text: &str) -> Result<Self, ImageError> {
        let hex = text.strip_prefix("sha256:").unwrap_or_default();
        let lower_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if hex.len() == Self::HEX_LENGTH && hex.bytes().all(lower_hex) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ImageError::Digest { text: excerpt(text) })
        }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Cuts a text to a line at most, so that a message stays readable whatever was pasted.
pub(super) fn excerpt(text: &str) -> String {
    let mut short: String = text.chars().take(80).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
