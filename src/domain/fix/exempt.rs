//! Patterns for the allowlist that cover the denied images: this image, its repository, its registry.

use super::case::{FixFacts, denied};
use super::kind::FixKind;
use super::step::{FixStep, by_digest, digest_of};
use crate::admission::Decision;
use crate::image::ImageRef;
use crate::pattern::Pattern;

/// The candidates for the denied images.
#[derive(Debug, Default)]
pub(super) struct Exempt {
    /// Exactly the image, by digest.
    images: Vec<FixStep>,
    /// The steps by which images that are named by tag are deployed by digest.
    use_digests: Vec<FixStep>,
    /// Exactly the image, by its tag or without one.
    tags: Vec<FixStep>,
    repositories: Vec<FixStep>,
    /// Any tag and any digest, for repositories of which the pod has both.
    whole_repositories: Vec<FixStep>,
    registries: Vec<FixStep>,
}

impl Exempt {
    pub(super) fn of(decision: &Decision, known: &FixFacts<'_>) -> Self {
        let mut exempt = Self::default();
        for image in denied(decision) {
            exempt.add(&image.image, known);
        }
        exempt
    }

    fn add(&mut self, image: &str, known: &FixFacts<'_>) {
        let digest = known.digests.and_then(|digests| digests.get(image));
        if digest_of(image).is_some() {
            self.images.extend(allow(image.to_owned()));
        } else {
            self.tags.extend(allow(image.to_owned()));
            // By a digest that is not known nothing can be written.
            if let Some(to) = digest.and_then(|digest| by_digest(image, Some(digest))) {
                self.images.extend(allow(to.clone()));
                self.use_digests.push(FixStep::UseDigest { from: image.to_owned(), to });
            }
        }
        let Ok(reference) = image.parse::<ImageRef>() else { return };
        let name = reference.name();
        if let Some(next) = image.get(name.len()..).and_then(|rest| rest.chars().next()) {
            self.repositories.extend(allow(format!("{name}{next}*")));
            self.whole_repositories.extend(allow(format!("{name}[@:]*")));
        }
        self.registries.extend(registry(&reference).and_then(|registry| allow(format!("{registry}/**"))));
    }

    /// What the kind is made of, and what may be needed besides for images that it does not fit.
    pub(super) fn candidates(&self, kind: FixKind) -> (Vec<FixStep>, Vec<FixStep>) {
        let list =
            |lists: &[&Vec<FixStep>]| lists.iter().flat_map(|list| list.iter().cloned()).collect::<Vec<FixStep>>();
        match kind {
            FixKind::AllowImage => (self.images.clone(), list(&[&self.use_digests])),
            FixKind::AllowTag => (self.tags.clone(), list(&[&self.images])),
            FixKind::AllowRepository => {
                (list(&[&self.repositories, &self.whole_repositories]), list(&[&self.images, &self.tags]))
            }
            FixKind::AllowRegistry => (self.registries.clone(), list(&[&self.images, &self.tags])),
            FixKind::DeployByDigest
            | FixKind::DeployAttested
            | FixKind::CopyAttestation
            | FixKind::GrantRole
            | FixKind::RestoreNote
            | FixKind::RestoreAttestor
            | FixKind::CorrectKeyId
            | FixKind::Resign
            | FixKind::Attest
            | FixKind::AddKey
            | FixKind::ServiceIdentityRule
            | FixKind::ServiceAccountRule
            | FixKind::NamespaceRule
            | FixKind::ClusterRule
            | FixKind::DryRun
            | FixKind::BreakGlass => (Vec::new(), Vec::new()),
        }
    }
}

/// The step, if the text is a pattern that the service takes.
fn allow(pattern: String) -> Option<FixStep> {
    Pattern::parse(&pattern).is_ok().then_some(FixStep::AllowPattern { pattern })
}

/// What people call the registry of an image: in Container Registry the host and the project, in
/// Artifact Registry the host, the project and the repository (their own documents' terms), elsewhere
/// the host.
fn registry(image: &ImageRef) -> Option<String> {
    let host = image.registry()?;
    let levels = if host == "gcr.io" || host.ends_with(".gcr.io") {
        1
    } else if host.ends_with("-docker.pkg.dev") {
        2
    } else {
        0
    };
    let parts: Vec<&str> = image.repository().split('/').collect();
    let own = parts.get(..levels).filter(|_| parts.len() > levels)?;
    Some(std::iter::once(host).chain(own.iter().copied()).collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("us.gcr.io/p/team/app:v1", Some("us.gcr.io/p"))]
    #[case("gcr.io/app", None)]
    #[case("us-docker.pkg.dev/p/repo/app", Some("us-docker.pkg.dev/p/repo"))]
    #[case("quay.io/org/app", Some("quay.io"))]
    #[case("nginx", None)]
    fn registries(#[case] image: &str, #[case] expected: Option<&str>) {
        assert_eq!(registry(&image.parse().unwrap()).as_deref(), expected);
    }
}
