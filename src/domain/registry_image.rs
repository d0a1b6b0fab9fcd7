//! What a registry has for an image reference: one image, or an index with an image for each platform;
//! and what of it was attested. Pure; uses the rest of the domain.
//!
//! Source: OCI image-spec 1.1 (image index); `docs/binary-authorization.md`, "Digests" and "Open
//! questions".

use crate::attestation::{self, Attestation};
use crate::image::{Digest, ImageRef};

/// The manifest that a reference names now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryImage {
    pub digest: Digest,
    pub media_type: String,
    /// The images of an index; empty for one image.
    pub children: Vec<Child>,
}

/// One image of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    pub digest: Digest,
    /// `linux/amd64`, `linux/arm/v7`; `None` where the index does not say.
    pub platform: Option<String>,
    pub media_type: String,
    /// Bytes of its manifest; 0 where the index does not say.
    pub size: u64,
}

/// The platform that Cloud Run runs on (its container contract: Linux, 64 bits, x86).
pub const CLOUD_RUN_PLATFORM: &str = "linux/amd64";

impl RegistryImage {
    pub fn is_index(&self) -> bool {
        !self.children.is_empty()
    }

    /// Every digest: its own, and those of its images.
    pub fn digests(&self) -> impl Iterator<Item = &Digest> {
        std::iter::once(&self.digest).chain(self.children.iter().map(|child| &child.digest))
    }

    /// The digest that Cloud Run asks the policy about: an index becomes its image for the platform
    /// (`docs/binary-authorization.md`, "Digests"). That this is [`CLOUD_RUN_PLATFORM`], and that it is
    /// so as well where the index is named by its digest, is inferred. `None` where an index has no
    /// such image.
    pub fn for_cloud_run(&self) -> Option<&Digest> {
        if !self.is_index() {
            return Some(&self.digest);
        }
        let runs = |child: &&Child| child.platform.as_deref() == Some(CLOUD_RUN_PLATFORM);
        self.children.iter().find(runs).map(|child| &child.digest)
    }
}

/// The digest that GKE asks the policy about for this reference: the one that is written in the pod,
/// literally, also where it is an index's (inferred: `docs/binary-authorization.md`, "Open questions").
/// `None` for a tag, which GKE does not resolve.
pub fn for_gke(image: &ImageRef) -> Option<&Digest> {
    image.digest()
}

/// Whether what a tag means now was attested, or something that it meant before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moved<'a> {
    /// There are attestations of the digest that it means now.
    No,
    /// There are attestations of the repository, and none of them is for this digest: the latest.
    Since(&'a Attestation),
    /// Nothing of the repository was attested.
    NeverAttested,
}

/// Compares what a reference means now with the attestations on an attestor's note. Whether any of
/// them counts is not asked here. Of an index also its images count.
pub fn find_move<'a>(image: &ImageRef, now: &RegistryImage, attestations: &'a [Attestation]) -> Moved<'a> {
    let is_for = |attestation: &Attestation| now.digests().any(|d| attestation::is_for(&attestation.resource_uri, d));
    if attestations.iter().any(is_for) {
        return Moved::No;
    }
    let of_repository = attestations.iter().filter(|attestation| is_of(&attestation.resource_uri, image));
    of_repository.max_by_key(|attestation| attestation.create_time.clone()).map_or(Moved::NeverAttested, Moved::Since)
}

/// Whether a resource is an image of the reference's repository.
pub fn is_of(resource_uri: &str, image: &ImageRef) -> bool {
    let bare = resource_uri.strip_prefix("https://").or_else(|| resource_uri.strip_prefix("http://"));
    let bare = bare.unwrap_or(resource_uri);
    bare.strip_prefix(image.name()).is_some_and(|rest| rest.starts_with('@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(byte: u8) -> Digest {
        Digest::from_sha256(&[byte; 32])
    }

    fn child(byte: u8, platform: Option<&str>) -> Child {
        Child { digest: digest(byte), platform: platform.map(str::to_owned), media_type: String::new(), size: 7 }
    }

    fn index() -> RegistryImage {
        let children = vec![child(1, Some("linux/arm64")), child(2, Some("linux/amd64")), child(3, None)];
        RegistryImage { digest: digest(9), media_type: "index".into(), children }
    }

    fn attestation(uri: String, time: &str) -> Attestation {
        Attestation {
            name: "projects/p/occurrences/1".into(),
            note: "projects/p/notes/n".parse().unwrap(),
            kind: "ATTESTATION".into(),
            resource_uri: uri,
            payload: Vec::new(),
            signatures: Vec::new(),
            jwts: 0,
            create_time: Some(time.into()),
        }
    }

    #[test]
    fn each_platform_asks_about_its_own() {
        let index = index();
        let by_tag: ImageRef = "gcr.io/p/app:1".parse().unwrap();
        assert_eq!(index.for_cloud_run(), Some(&digest(2)));
        assert_eq!(for_gke(&by_tag), None);
        assert_eq!(for_gke(&by_tag.with_digest(&digest(9))), Some(&digest(9)));
        let image = RegistryImage { children: Vec::new(), ..index.clone() };
        assert_eq!(image.for_cloud_run(), Some(&digest(9)));
        let foreign = RegistryImage { children: vec![child(1, Some("windows/amd64"))], ..index };
        assert_eq!(foreign.for_cloud_run(), None);
    }

    #[test]
    fn a_tag_that_moved() {
        let image: ImageRef = "gcr.io/p/app:1".parse().unwrap();
        let old = attestation(format!("https://gcr.io/p/app@{}", digest(5)), "2026-01-01T00:00:00Z");
        let newer = attestation(format!("gcr.io/p/app@{}", digest(6)), "2026-01-02T00:00:00Z");
        let other = attestation(format!("gcr.io/p/app-2@{}", digest(7)), "2026-01-03T00:00:00Z");
        let list = [newer.clone(), old, other.clone()];
        assert_eq!(find_move(&image, &index(), &list), Moved::Since(&newer));
        assert_eq!(find_move(&image, &index(), std::slice::from_ref(&other)), Moved::NeverAttested);
        let of_child = attestation(format!("gcr.io/p/app@{}", digest(2)), "2025-01-01T00:00:00Z");
        assert_eq!(find_move(&image, &index(), &[newer, of_child]), Moved::No);
    }
}
