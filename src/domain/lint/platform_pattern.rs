//! The patterns of platform policies: three dialects that are not the one of
//! `admissionWhitelistPatterns` (`docs/binary-authorization.md`, "Other allowlist dialects").

/// What is wrong with a pattern of an `imageAllowlist`.
///
/// A bare name covers every tag and digest, a tag every digest of it; `*` stops at `/` and `**` may
/// stand only after one; a wildcard needs something in front of it and is not part of a tag.
pub(super) fn allow_pattern_fault(text: &str) -> Option<&'static str> {
    let (literal, stars) = split_stars(text);
    let registry = literal.split('/').next().unwrap_or_default();
    if text.is_empty() {
        return Some("the pattern is empty");
    }
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Some("no image name has white space in it");
    }
    if text.ends_with("[@:]*") {
        return Some("here a name without a tag already covers every tag and digest: leave `[@:]*` out");
    }
    if literal.contains('*') {
        return Some("a wildcard may stand only at the very end");
    }
    match stars {
        0 => None,
        _ if literal.is_empty() || !literal.contains('/') || registry.is_empty() => {
            Some("a wildcard needs a registry and a `/` in front of it")
        }
        _ if is_tag(literal) => Some("no wildcard in a tag or digest: a name without one already covers them all"),
        1 => None,
        2 if literal.ends_with('/') => None,
        2 => Some("`**` may stand only after a `/` here"),
        _ => Some("more than two `*`"),
    }
}

/// Whether the last part of an image's name is already its tag or digest.
fn is_tag(literal: &str) -> bool {
    literal.rsplit('/').next().is_some_and(|part| part.contains([':', '@']))
}

/// What is wrong with a pattern of `trustedDirPatterns`: `registry/path`, in front of it `*` for a
/// label of the host or the start of one that ends with `-`, at the end `/*` or `/**`.
pub(super) fn directory_fault(text: &str) -> Option<&'static str> {
    if text.contains("://") {
        return Some("a directory has no scheme: leave `https://` out");
    }
    let (front, stars) = split_stars(text);
    let literal = front.strip_prefix('*').unwrap_or(front);
    let leading = literal.len() != front.len();
    let host = literal.split('/').next().unwrap_or_default();
    if literal.contains('*') || stars > 2 {
        return Some("`*` may stand in front of the registry's host or at the very end");
    }
    if leading && !host.starts_with(['.', '-']) {
        return Some("`*` in front stands for a part of the host: `*-docker.pkg.dev` or `*.gcr.io`");
    }
    if host.trim_start_matches(['.', '-']).split('.').filter(|label| !label.is_empty()).count() < 2 {
        return Some("the registry's host must be spelt out, as in `us-docker.pkg.dev` or `gcr.io`");
    }
    if stars > 0 && !literal.contains('/') {
        return Some("a wildcard at the end needs a `/` in front of it");
    }
    None
}

/// What is wrong with a pattern of `trustedSourceRepoPatterns`: a URL without its scheme, at the end
/// `/*` or `/**`.
pub(super) fn source_fault(text: &str) -> Option<&'static str> {
    let (literal, stars) = split_stars(text);
    if text.contains("://") {
        Some("a repository is written without its scheme: leave `https://` out")
    } else if text.is_empty() {
        Some("the pattern is empty")
    } else if literal.contains('*') || stars > 2 || (stars > 0 && !literal.ends_with('/')) {
        Some("`*` and `**` may stand only at the very end, after a `/`")
    } else {
        None
    }
}

/// The text before the stars at its end, and how many they are.
fn split_stars(text: &str) -> (&str, usize) {
    let literal = text.trim_end_matches('*');
    (literal, text.len() - literal.len())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("gcr.io/p/app", true)]
    #[case("gcr.io/p/app:v1", true)]
    #[case("gcr.io/p/app@sha256:0123", true)]
    #[case("nginx", true)]
    #[case("gcr.io/p/*", true)]
    #[case("gcr.io/p/app*", true)]
    #[case("gcr.io/p/**", true)]
    #[case("gcr.io/p/app**", false)]
    #[case("gcr.io/p/app:*", false)]
    #[case("gcr.io/p/app@*", false)]
    #[case("gcr.io/p/app@sha256:01*", false)]
    #[case("gcr.io/p/app[@:]*", false)]
    #[case("gcr.io/*/app", false)]
    #[case("*", false)]
    #[case("**", false)]
    #[case("gcr.io*", false)]
    #[case("", false)]
    #[case("a b", false)]
    #[case("gcr.io/p/***", false)]
    fn patterns_of_image_allowlists(#[case] text: &str, #[case] valid: bool) {
        assert_eq!(allow_pattern_fault(text).is_none(), valid);
    }

    #[rstest]
    #[case("gcr.io/my-project/my-repo", true)]
    #[case("*-docker.pkg.dev/my-project/my-repo", true)]
    #[case("*.gcr.io/my-project", true)]
    #[case("gcr.io/my-project/*", true)]
    #[case("gcr.io/my-project/**", true)]
    #[case("gcr.i*", false)]
    #[case("sub*domain.gcr.io/nginx", false)]
    #[case("*pkg.dev/my-project/my-repo", false)]
    #[case("**-docker.pkg.dev", false)]
    #[case("my-project/repo", false)]
    #[case("https://gcr.io/p", false)]
    fn patterns_of_directories(#[case] text: &str, #[case] valid: bool) {
        assert_eq!(directory_fault(text).is_none(), valid);
    }

    #[rstest]
    #[case("github.com/my-project/my-repo", true)]
    #[case("github.com/my-project/*", true)]
    #[case("github.com/**", true)]
    #[case("https://github.com/my-project", false)]
    #[case("github.com/my-pro*", false)]
    #[case("github.com/*/repo", false)]
    #[case("", false)]
    fn patterns_of_repositories(#[case] text: &str, #[case] valid: bool) {
        assert_eq!(source_fault(text).is_none(), valid);
    }
}
