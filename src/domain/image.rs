//! Image references and digests. Parsing is the only constructor.
//!
//! The grammar is that of the distribution project. The text is kept as it was typed: the
//! cluster compares patterns with it and echoes it in its messages, without any
//! `docker.io/library/` expansion.

mod digest;
mod grammar;

pub use self::digest::{Digest, ImageError};

use self::digest::{MAX_BYTES, excerpt};

use std::fmt;
use std::str::FromStr;

/// An image reference as typed: `[registry/]repository[:tag][@digest]`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ImageRef {
    text: String,
    /// Bytes of `text` before the tag or digest.
    name_len: usize,
    registry: Option<usize>,
    tag: Option<String>,
    digest: Option<Digest>,
}

impl ImageRef {
    /// A repository has at most 255 bytes, a tag 128; the rest is room for the digest.
    pub const MAX_BYTES: usize = MAX_BYTES;

    /// The whole reference, as typed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Registry and repository as typed, without tag and digest.
    pub fn name(&self) -> &str {
        self.text.get(..self.name_len).unwrap_or(&self.text)
    }

    /// The registry host, if one was typed (`us.gcr.io`, `localhost:5000`).
    pub fn registry(&self) -> Option<&str> {
        self.registry.and_then(|len| self.text.get(..len))
    }

    /// The path in the registry, as typed.
    pub fn repository(&self) -> &str {
        match self.registry {
            Some(len) => self.name().get(len + 1..).unwrap_or_default(),
            None => self.name(),
        }
    }

    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// The repository by this digest, as an image is deployed.
    #[must_use]
    pub fn with_digest(&self, digest: &Digest) -> Self {
        Self {
            text: format!("{}@{digest}", self.name()),
            name_len: self.name_len,
            registry: self.registry,
            tag: None,
            digest: Some(digest.clone()),
        }
    }
}

impl FromStr for ImageRef {
    type Err = ImageError;

    fn from_str(text: &str) -> Result<Self, ImageError> {
        if text.is_empty() {
            return Err(ImageError::Empty);
        }
        if text.len() > Self::MAX_BYTES {
            return Err(ImageError::TooLong { text: excerpt(text) });
        }
        grammar::check(text)
            .map_err(|error| ImageError::Reference { text: excerpt(text), reason: error.to_string() })?;
        let (before_digest, digest) = match text.split_once('@') {
            Some((before, digest)) => (before, Some(digest.parse()?)),
            None => (text, None),
        };
        let last_slash = before_digest.rfind('/').map_or(0, |at| at + 1);
        let tag_at = before_digest.get(last_slash..).and_then(|last| last.find(':')).map(|at| last_slash + at);
        let tag = tag_at.and_then(|at| before_digest.get(at + 1..)).map(str::to_owned);
        let name_len = tag_at.unwrap_or(before_digest.len());
        Ok(Self { text: text.to_owned(), name_len, registry: registry_len(text, name_len), tag, digest })
    }
}

/// The first component is a registry if it could not be a path on Docker Hub
/// (`distribution/reference`, `splitDockerDomain`).
fn registry_len(text: &str, name_len: usize) -> Option<usize> {
    let (first, _) = text.get(..name_len)?.split_once('/')?;
    let host = first.contains(['.', ':']) || first == "localhost" || first.chars().any(|c| c.is_ascii_uppercase());
    host.then_some(first.len())
}

impl fmt::Display for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567";

    #[rstest::rstest]
    #[case("nginx", None, "nginx", None)]
    #[case("nginx:1.27", None, "nginx", Some("1.27"))]
    #[case("library/nginx", None, "library/nginx", None)]
    #[case("us.gcr.io/p/hello-world:v1", Some("us.gcr.io"), "p/hello-world", Some("v1"))]
    #[case("localhost:5000/x", Some("localhost:5000"), "x", None)]
    #[case("localhost/x:t", Some("localhost"), "x", Some("t"))]
    fn parts(#[case] text: &str, #[case] registry: Option<&str>, #[case] repository: &str, #[case] tag: Option<&str>) {
        let image: ImageRef = text.parse().unwrap();
        assert_eq!((image.registry(), image.repository(), image.tag()), (registry, repository, tag));
        assert_eq!(image.as_str(), text);
    }

    #[test]
    fn a_tag_and_a_digest_together() {
        let image: ImageRef = format!("gcr.io/p/i:t@sha256:{HEX}").parse().unwrap();
        assert_eq!((image.name(), image.tag()), ("gcr.io/p/i", Some("t")));
        assert_eq!(image.digest().map(Digest::hex), Some(HEX));
        let digest = image.digest().unwrap().clone();
        assert_eq!(image.with_digest(&digest).as_str(), format!("gcr.io/p/i@sha256:{HEX}"));
    }

    #[rstest::rstest]
    #[case("")]
    #[case("gcr.io/UPPER/case")]
    #[case("gcr.io/p/i@sha256:abc")]
    #[case("gcr.io/p/i@md5:abc")]
    #[case("gcr.io/p/i:")]
    #[case("https://gcr.io/p/i")]
    #[case("gcr.io/p/i @")]
    fn refused(#[case] text: &str) {
        assert!(text.parse::<ImageRef>().is_err(), "{text}");
    }

    #[test]
    fn digests_are_lower_case_sha256() {
        assert!(format!("sha256:{HEX}").parse::<Digest>().is_ok());
        assert!(format!("sha256:{}", HEX.to_uppercase()).parse::<Digest>().is_err());
        assert!(format!("sha512:{HEX}").parse::<Digest>().is_err());
    }
}
