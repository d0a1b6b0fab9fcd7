//! Matching by the patterns of platform policies, whose form the linter has checked
//! (`docs/binary-authorization.md`, "Other allowlist dialects").

use crate::image::ImageRef;

/// Whether a pattern of an `imageAllowlist` covers an image: a bare name covers every tag and digest,
/// a tag every digest of it; `*` stands for anything without `/`, `**` for anything.
pub(super) fn allows(pattern: &str, image: &str) -> bool {
    if pattern.ends_with('*') {
        return wildcard(pattern, image);
    }
    match image.strip_prefix(pattern) {
        Some("") => true,
        Some(rest) if rest.starts_with('@') => true,
        Some(rest) => rest.starts_with(':') && !has_tag(pattern),
        None => false,
    }
}

/// Whether the last part of a name has a tag or a digest.
fn has_tag(name: &str) -> bool {
    name.rsplit('/').next().is_some_and(|last| last.contains([':', '@']))
}

/// Whether a directory of `trustedDirPatterns` holds an image; `*` in front stands for a part of the
/// registry's host.
pub(super) fn holds(pattern: &str, image: &ImageRef) -> bool {
    let Some((directory, _)) = image.name().rsplit_once('/') else { return false };
    let Some(rest) = pattern.strip_prefix('*') else { return wildcard(pattern, directory) };
    let (host, path) = rest.split_once('/').map_or((rest, None), |(host, path)| (host, Some(path)));
    let (registry, inside) = directory.split_once('/').map_or((directory, None), |(a, b)| (a, Some(b)));
    let host_fits = registry.strip_suffix(host).is_some_and(|prefix| !prefix.is_empty());
    host_fits
        && match (path, inside) {
            (None, inside) => inside.is_none(),
            (Some(path), inside) => wildcard(path, inside.unwrap_or_default()),
        }
}

/// Whether a pattern of `trustedSourceRepoPatterns` covers a repository, whatever its scheme.
pub(super) fn is_from(pattern: &str, repository: &str) -> bool {
    let bare = repository.split_once("://").map_or(repository, |(_, bare)| bare);
    // in-toto writes the revision behind the address.
    let (bare, _) = bare.split_once('@').unwrap_or((bare, ""));
    wildcard(pattern, bare) || bare.strip_suffix(".git").is_some_and(|bare| wildcard(pattern, bare))
}

/// Equality, or with `*` or `**` at the end a beginning.
fn wildcard(pattern: &str, text: &str) -> bool {
    if let Some(start) = pattern.strip_suffix("**") {
        return text.starts_with(start);
    }
    match pattern.strip_suffix('*') {
        Some(start) => text.strip_prefix(start).is_some_and(|rest| !rest.contains('/')),
        None => text == pattern,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const DIGEST: &str = "@sha256:37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567";

    #[rstest]
    #[case("gcr.io/p/app", "gcr.io/p/app", true)]
    #[case("gcr.io/p/app", "gcr.io/p/app:v1", true)]
    #[case("gcr.io/p/app", "gcr.io/p/apple", false)]
    #[case("gcr.io/p/app:v1", "gcr.io/p/app:v1", true)]
    #[case("gcr.io/p/app:v1", "gcr.io/p/app:v10", false)]
    #[case("gcr.io/p/app:v1", "gcr.io/p/app:v2", false)]
    #[case("gcr.io/p/*", "gcr.io/p/app:v1", true)]
    #[case("gcr.io/p/*", "gcr.io/p/a/b", false)]
    #[case("gcr.io/p/app*", "gcr.io/p/apple:v1", true)]
    #[case("gcr.io/p/**", "gcr.io/p/a/b:v1", true)]
    #[case("localhost:5000/app", "localhost:5000/app:v1", true)]
    fn allowlists(#[case] pattern: &str, #[case] image: &str, #[case] expected: bool) {
        assert_eq!(allows(pattern, image), expected);
        // By digest it is the same image.
        assert_eq!(allows(pattern, &format!("{image}{DIGEST}")), expected);
    }

    #[rstest]
    #[case("gcr.io/p/r", "gcr.io/p/r/app", true)]
    #[case("gcr.io/p/r", "gcr.io/p/r", false)]
    #[case("gcr.io/p/r", "gcr.io/p/r/s/app", false)]
    #[case("gcr.io/p/*", "gcr.io/p/r/app", true)]
    #[case("gcr.io/p/*", "gcr.io/p/r/s/app", false)]
    #[case("gcr.io/p/**", "gcr.io/p/r/s/app", true)]
    #[case("*-docker.pkg.dev/p/r", "us-docker.pkg.dev/p/r/app", true)]
    #[case("*.gcr.io/p", "us.gcr.io/p/app", true)]
    #[case("*.gcr.io/p", "gcr.io/p/app", false)]
    #[case("*.gcr.io/p/**", "eu.gcr.io/p/a/b/app", true)]
    #[case("gcr.io/p", "nginx", false)]
    fn directories(#[case] pattern: &str, #[case] image: &str, #[case] expected: bool) {
        let image: ImageRef = format!("{image}{DIGEST}").parse().unwrap();
        assert_eq!(holds(pattern, &image), expected);
    }

    #[rstest]
    #[case("github.com/me/app", "https://github.com/me/app", true)]
    #[case("github.com/me/app", "git+ssh://github.com/me/app", true)]
    #[case("github.com/me/app", "git+https://github.com/me/app.git@refs/heads/main", true)]
    #[case("github.com/me/*", "github.com/me/app", true)]
    #[case("github.com/me/*", "https://github.com/other/app", false)]
    #[case("github.com/**", "https://github.com/me/app", true)]
    fn repositories(#[case] pattern: &str, #[case] repository: &str, #[case] expected: bool) {
        assert_eq!(is_from(pattern, repository), expected);
    }
}
