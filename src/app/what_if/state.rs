//! The pod that is asked about and what is known of it, as they would be with what is assumed.
//!
//! Decisions are made about these; what people chose is in [`crate::decision::subject`] and stays as it is.

use std::collections::BTreeMap;

use crate::session::Session;
use domain::admission::{Evidence, Platform, Request};
use domain::image::{Digest, ImageRef};
use domain::registry_image::RegistryImage;
use domain::what_if::World;

impl Session {
    /// The pod as it is decided about: what is asked, with what is assumed of it.
    pub fn assumed_request(&self) -> Option<Request> {
        let asked = self.request()?;
        if self.assumptions.is_empty() {
            return Some(asked);
        }
        let digests: BTreeMap<String, Digest> = self
            .registry_manifests()
            .map(|(image, registered)| (image.to_owned(), registered.digest.clone()))
            .collect();
        let world = World { digests: &digests, enforcement: &|cluster| self.enforcement_of(cluster) };
        Some(self.assumptions.request(asked, world))
    }

    /// What is known of it, with what is assumed.
    pub fn assumed_evidence(&self) -> Evidence {
        let mut evidence = self.remotes.evidence.value().map(|evidence| (**evidence).clone()).unwrap_or_default();
        if self.subject.platform == Platform::CloudRun {
            let resolved = self.registry_manifests().filter_map(|(image, registered)| {
                registered.for_cloud_run().map(|digest| (image.to_owned(), digest.clone()))
            });
            evidence.resolved.extend(resolved);
        }
        self.assumptions.evidence(evidence)
    }

    /// What registries have for references, as far as that is known.
    pub fn registry_manifests(&self) -> impl Iterator<Item = (&str, &RegistryImage)> {
        let all = self.remotes.registry.value().into_iter().flatten();
        all.filter_map(|(image, found)| Some((image.as_str(), found.as_ref().ok()?)))
    }

    /// The references that registries are asked about: what is asked about by tag, or at all where the
    /// platform resolves it, and what is looked at.
    pub fn registry_images(&self) -> Vec<String> {
        let resolves = self.subject.platform == Platform::CloudRun;
        let unknown = |image: &String| {
            let reference = image.parse::<ImageRef>();
            reference.is_ok_and(|image| image.registry().is_some() && (resolves || image.digest().is_none()))
        };
        let asked = self.images().into_iter().map(|image| image.image).filter(unknown);
        let mut images: Vec<String> = asked.chain(self.inspected.iter().cloned()).collect();
        images.sort();
        images.dedup();
        images
    }

    /// The images about which the attestors are asked; `None` while none is chosen and none looked at.
    pub fn evidence_images(&self) -> Option<Vec<String>> {
        let request = self.assumed_request();
        if request.is_none() && self.inspected.is_empty() {
            return None;
        }
        let known: BTreeMap<&str, &RegistryImage> = self.registry_manifests().collect();
        let asked = request.iter().flat_map(|request| &request.images).map(|image| &image.image);
        let mut images = Vec::new();
        for image in asked.chain(&self.inspected) {
            images.push(image.clone());
            if let (Some(registered), Ok(reference)) = (known.get(image.as_str()), image.parse::<ImageRef>()) {
                images.extend(registered.digests().map(|digest| reference.with_digest(digest).as_str().to_owned()));
            }
        }
        images.sort();
        images.dedup();
        Some(images)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::remote::Remote;
    use domain::admission::{Enforcement, RequestImage};
    use domain::registry_image::Child;
    use domain::resource::Cluster;
    use domain::what_if::Assumption;

    fn digest(byte: u8) -> Digest {
        Digest::from_sha256(&[byte; 32])
    }

    /// `gcr.io/p/app:1` is an index of two images.
    fn session() -> Session {
        let mut session = Session::default();
        let image = RequestImage { image: "gcr.io/p/app:1".into(), ..RequestImage::default() };
        session.ask(Request { images: vec![image], ..Request::default() });
        let child = |byte, platform: &str| Child {
            digest: digest(byte),
            platform: Some(platform.into()),
            media_type: String::new(),
            size: 0,
        };
        let children = vec![child(1, "linux/arm64"), child(2, "linux/amd64")];
        let index = RegistryImage { digest: digest(9), media_type: String::new(), children };
        let registry = [("gcr.io/p/app:1".to_owned(), Ok(index))].into();
        session.remotes.registry = Remote::ready(registry, jiff::Timestamp::UNIX_EPOCH);
        session
    }

    #[test]
    fn by_digest_is_by_what_the_tag_means() {
        let mut session = session();
        assert_eq!(session.registry_images(), ["gcr.io/p/app:1"]);
        assert_eq!(session.assumed_request(), session.request());
        session.assumptions.assume(Assumption::ByDigest);
        let images = session.assumed_request().map(|request| request.images).unwrap_or_default();
        assert_eq!(images[0].image, format!("gcr.io/p/app@{}", digest(9)));
        assert_eq!(session.request().unwrap().images[0].image, "gcr.io/p/app:1", "what is asked stays");
    }

    #[test]
    fn cloud_run_resolves_to_its_platform() {
        let mut session = session();
        assert!(session.assumed_evidence().resolved.is_empty());
        session.subject.platform = Platform::CloudRun;
        assert_eq!(session.assumed_evidence().resolved.get("gcr.io/p/app:1"), Some(&digest(2)));
        assert!(session.evidence_images().unwrap().contains(&format!("gcr.io/p/app@{}", digest(2))));
    }

    #[test]
    fn nothing_is_enforced_in_a_cluster_that_is_assumed_and_does_not() {
        let mut session = session();
        let lax = Cluster {
            location: "us-east1".into(),
            name: "lax".into(),
            status: "RUNNING".into(),
            enforced: false,
            evaluation_mode: "DISABLED".into(),
            version: String::new(),
            endpoint: String::new(),
        };
        session.remotes.clusters = Remote::ready(vec![lax], jiff::Timestamp::UNIX_EPOCH);
        session.assumptions.assume(Assumption::Cluster("us-east1.lax".into()));
        assert_eq!(session.assumed_request().map(|request| request.enforcement), Some(Enforcement::Off));
    }
}
