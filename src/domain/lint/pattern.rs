//! What a single pattern covers, next to what was probably meant.

use crate::diagnostic::Code;
use crate::pattern::{Pattern, PatternErrorKind, Tail};

/// Registries to which anybody can push, under a name of their own.
const OPEN_REGISTRIES: [&str; 8] = [
    "docker.io",
    "index.docker.io",
    "registry-1.docker.io",
    "quay.io",
    "ghcr.io",
    "public.ecr.aws",
    "registry.gitlab.com",
    "mirror.gcr.io",
];

/// Registries whose images lie at several depths.
const DEEP_REGISTRIES: [&str; 5] =
    ["k8s.gcr.io", "registry.k8s.io", "docker.io", "index.docker.io", "mcr.microsoft.com"];

/// Tags that are moved to other images as a matter of course.
const MOVING_TAGS: [&str; 14] = [
    "latest",
    "stable",
    "edge",
    "nightly",
    "main",
    "master",
    "dev",
    "develop",
    "test",
    "staging",
    "prod",
    "production",
    "release",
    "current",
];

/// The first thing that a careful reviewer would say to a pattern.
pub(crate) fn advice(pattern: &Pattern) -> Option<(Code, String)> {
    let literal = pattern.literal();
    let host = host(literal);
    host.and_then(|(host, path)| by_registry(pattern.tail(), host, path))
        .or_else(|| match pattern.tail() {
            Tail::Exact => exact(literal),
            _ => None,
        })
        .or_else(|| host.is_none().then(|| unqualified(literal)))
}

/// The host of a registry and what follows it; an image without one is looked up by the node.
fn host(literal: &str) -> Option<(&str, &str)> {
    let (host, path) = literal.split_once('/')?;
    (host.contains(['.', ':']) || host == "localhost").then_some((host, path))
}

fn is_google_registry(host: &str) -> bool {
    matches!(host, "gcr.io" | "us.gcr.io" | "eu.gcr.io" | "asia.gcr.io")
}

fn is_artifact_registry(host: &str) -> bool {
    host.ends_with("-docker.pkg.dev")
}

fn is_shared(host: &str) -> bool {
    is_google_registry(host) || is_artifact_registry(host) || OPEN_REGISTRIES.contains(&host)
}

fn by_registry(tail: Tail, host: &str, path: &str) -> Option<(Code, String)> {
    let depth = path.matches('/').count();
    match tail {
        Tail::DoubleStar if path.is_empty() && is_shared(host) => {
            Some((Code::OpenRegistry, format!("anybody can push to {host}, and all of it is exempt")))
        }
        Tail::DoubleStar if depth == 0 && !path.is_empty() && is_shared(host) => {
            Some((Code::LeakyPrefix, format!("this covers also `{host}/{path}-other/…`, which may be somebody else's")))
        }
        Tail::DoubleStar => None,
        _ if is_artifact_registry(host) && depth < 2 => {
            let text = format!("no image of {host} is that short: they are `PROJECT/REPOSITORY/IMAGE`");
            Some((Code::PatternTooShallow, text))
        }
        Tail::Star if path.is_empty() && DEEP_REGISTRIES.contains(&host) => {
            Some((Code::StarStopsAtSlash, format!("`*` stops at `/`, and {host} has images below that")))
        }
        Tail::Star if depth == 0 && (is_google_registry(host) || matches!(host, "quay.io" | "ghcr.io")) => {
            Some((Code::StarStopsAtSlash, format!("`*` stops at `/`, and images of {host} have one in their path")))
        }
        Tail::Star | Tail::Exact | Tail::TagOrDigest => None,
    }
}

/// A pattern without a wildcard is compared with the whole reference (inferred:
/// `docs/binary-authorization.md`, "Open questions").
fn exact(literal: &str) -> Option<(Code, String)> {
    let name = literal.rsplit('/').next().unwrap_or(literal);
    if name.contains('@') {
        return None;
    }
    match name.split_once(':') {
        Some((_, tag)) if MOVING_TAGS.contains(&tag) => {
            Some((Code::MutableTag, format!("whoever can move the tag `{tag}` decides what runs")))
        }
        Some(_) => None,
        None if host(literal).is_none() => None,
        None => Some((Code::BareName, "this covers only the image written without tag and digest".to_owned())),
    }
}

fn unqualified(literal: &str) -> (Code, String) {
    let text = format!("no registry: this covers what a pod calls `{literal}`, wherever the node gets it from");
    (Code::UnqualifiedImage, text)
}

/// The code of what keeps a text from being a pattern.
pub(crate) fn fault_code(fault: PatternErrorKind) -> Code {
    match fault {
        PatternErrorKind::Empty => Code::PatternEmpty,
        PatternErrorKind::WildcardNotAtEnd | PatternErrorKind::TooManyStars => Code::PatternWildcard,
        PatternErrorKind::WildcardInRegistry | PatternErrorKind::WildcardWithoutRegistry => Code::PatternRegistry,
        PatternErrorKind::Bracket => Code::PatternBracket,
        PatternErrorKind::Blank => Code::PatternBlank,
    }
}

/// Projects as their images' names begin behind the registry: with a `/` at the end, in order.
#[derive(Debug)]
pub(crate) struct Projects(Vec<String>);

impl Projects {
    /// An id of a domain has a `:`, which registries write as `/`.
    pub(crate) fn from_ids<'p>(ids: impl IntoIterator<Item = &'p str>) -> Self {
        let mut names: Vec<String> = ids.into_iter().map(|id| format!("{}/", id.replace(':', "/"))).collect();
        names.sort_unstable();
        Self(names)
    }

    /// The project all of whose images in a registry the pattern covers.
    pub(crate) fn swallowed_by(&self, pattern: &Pattern) -> Option<&str> {
        let (host, path) = host(pattern.literal())?;
        let first = self.0.get(self.0.partition_point(|name| name.as_str() < path))?;
        let covered = match pattern.tail() {
            Tail::DoubleStar => {
                let known = is_google_registry(host) || is_artifact_registry(host);
                known && !path.is_empty() && first.starts_with(path)
            }
            Tail::Star => is_google_registry(host) && first == path,
            Tail::Exact | Tail::TagOrDigest => false,
        };
        covered.then(|| first.trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("gcr.io/my-project**", Some(Code::LeakyPrefix))]
    #[case("us-docker.pkg.dev/my-project**", Some(Code::LeakyPrefix))]
    #[case("docker.io/my-org**", Some(Code::LeakyPrefix))]
    #[case("gcr.io/my-project/**", None)]
    #[case("gcr.io/my-project/nginx**", None)]
    #[case("registry.example.com/team**", None)]
    #[case("docker.io/**", Some(Code::OpenRegistry))]
    #[case("us-docker.pkg.dev/**", Some(Code::OpenRegistry))]
    #[case("k8s.gcr.io/**", None)]
    #[case("us-docker.pkg.dev/my-project/*", Some(Code::PatternTooShallow))]
    #[case("us-docker.pkg.dev/my-project/app", Some(Code::PatternTooShallow))]
    #[case("us-docker.pkg.dev/my-project/repo/*", None)]
    #[case("us-docker.pkg.dev/my-project/repo/app[@:]*", None)]
    #[case("k8s.gcr.io/*", Some(Code::StarStopsAtSlash))]
    #[case("registry.k8s.io/*", Some(Code::StarStopsAtSlash))]
    #[case("gcr.io/*", Some(Code::StarStopsAtSlash))]
    #[case("gcr.io/google_containers/*", None)]
    #[case("gcr.io/google-containers/*", None)]
    #[case("gke.gcr.io/*", None)]
    #[case("docker.io/istio/*", None)]
    #[case("gcr.io/p/app:latest", Some(Code::MutableTag))]
    #[case("nginx:latest", Some(Code::MutableTag))]
    #[case("gcr.io/p/app:v1.2", None)]
    #[case("gcr.io/p/app:latest*", None)]
    #[case("gcr.io/p/app:latest@sha256:00", None)]
    #[case("gcr.io/p/app", Some(Code::BareName))]
    #[case("localhost:5000/app", Some(Code::BareName))]
    #[case("gcr.io/p/app@*", None)]
    #[case("nginx", Some(Code::UnqualifiedImage))]
    #[case("curlimages/curl[@:]*", Some(Code::UnqualifiedImage))]
    fn what_a_reviewer_would_say(#[case] text: &str, #[case] expected: Option<Code>) {
        assert_eq!(advice(&Pattern::parse(text).unwrap()).map(|(code, _)| code), expected);
    }

    #[rstest]
    #[case("gcr.io/my-project/*", true)]
    #[case("gcr.io/my-project/**", true)]
    #[case("gcr.io/my**", true)]
    #[case("eu.gcr.io/my-project/**", true)]
    #[case("us-docker.pkg.dev/my-project/**", true)]
    #[case("us-docker.pkg.dev/my-project/*", false)]
    #[case("us-docker.pkg.dev/my-project/base/**", false)]
    #[case("gcr.io/my-project/app*", false)]
    #[case("gcr.io/my-project-2/**", false)]
    #[case("registry.example.com/my-project/**", false)]
    #[case("gcr.io/my-project/app", false)]
    fn whole_projects(#[case] text: &str, #[case] expected: bool) {
        let projects = Projects::from_ids(["my-project", "a-project", "z-project"]);
        assert_eq!(projects.swallowed_by(&Pattern::parse(text).unwrap()).is_some(), expected);
    }
}
