//! The grammar of image references, of the distribution project (`reference/regexp.go`), which `oci-spec`
//! has as one regular expression. Compiling that costs some 40 ms and 18 MiB in every short command, so the
//! grammar is read here by hand, in one pass; properties hold it to the library.
//!
//! The one difference: the library's `\w` takes letters of any script in a tag, which no registry does.

/// `NameTotalLengthMax` of the distribution project: the longest repository, in bytes.
const MAX_REPOSITORY: usize = 255;
/// Where Docker Hub keeps a repository of one component; it counts in the length.
const DOCKER_HUB_LIBRARY: &str = "library/";

/// Why a text is no reference, in the library's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum GrammarError {
    #[error("invalid reference format")]
    Format,
    #[error("repository name must not be more than {MAX_REPOSITORY} characters")]
    NameTooLong,
    #[error("invalid checksum digest length")]
    DigestLength,
    #[error("unsupported digest algorithm")]
    DigestAlgorithm,
}

/// Checks `[host[:port]/]path[:tag][@digest]`.
pub(super) fn check(text: &str) -> Result<(), GrammarError> {
    let (before, digest) = text.split_once('@').map_or((text, None), |(before, digest)| (before, Some(digest)));
    // A tag has no slash, and a port is always before one.
    let last = before.rfind('/').map_or(0, |at| at + 1);
    let tag_at = before.bytes().skip(last).position(|b| b == b':').map(|at| last + at);
    let (name, tag) =
        tag_at.and_then(|at| Some((before.get(..at)?, Some(before.get(at + 1..)?)))).unwrap_or((before, None));
    if !is_name(name) || !tag.is_none_or(is_tag) || !digest.is_none_or(is_digest) {
        return Err(GrammarError::Format);
    }
    if repository_len(name) > MAX_REPOSITORY {
        return Err(GrammarError::NameTooLong);
    }
    digest.map_or(Ok(()), check_digest_length)
}

/// A path, or a host and a path; a first component that can be both is either.
fn is_name(name: &str) -> bool {
    let is_path = |path: &str| path.split('/').all(is_path_component);
    is_path(name) || name.split_once('/').is_some_and(|(host, path)| is_host(host) && is_path(path))
}

/// `[a-z0-9]+((\.|_|__|-*)[a-z0-9]+)*`
fn is_path_component(text: &str) -> bool {
    let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let mut rest = text.as_bytes();
    loop {
        let word = rest.iter().take_while(|b| alphanumeric(**b)).count();
        rest = rest.get(word..).unwrap_or_default();
        let separator = separator_len(rest);
        match (word, rest.is_empty()) {
            (0, _) => return false,
            (_, true) => return true,
            _ if separator == 0 => return false,
            _ => rest = rest.get(separator..).unwrap_or_default(),
        }
    }
}

/// Bytes of the separator that a rest begins with.
fn separator_len(rest: &[u8]) -> usize {
    match rest {
        [b'_', b'_', ..] => 2,
        [b'.' | b'_', ..] => 1,
        _ => rest.iter().take_while(|b| **b == b'-').count(),
    }
}

/// Labels of letters, digits and inner hyphens, joined by dots, and a port.
fn is_host(text: &str) -> bool {
    let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    host.split('.').all(is_label) && port.is_none_or(is_port)
}

fn is_label(text: &str) -> bool {
    let inner = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    !text.is_empty() && text.bytes().all(inner) && !text.starts_with('-') && !text.ends_with('-')
}

/// `[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}`
fn is_tag(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    (1..=128).contains(&text.len())
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|b| word(b) || matches!(b, b'.' | b'-'))
}

/// An algorithm of words that begin with a letter, a colon, and 32 or more hexadecimal digits.
fn is_digest(text: &str) -> bool {
    let Some((algorithm, hex)) = text.split_once(':') else { return false };
    let is_word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_alphabetic()) && word.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    algorithm.split(['-', '_', '+', '.']).all(is_word) && hex.len() >= 32 && hex.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The registered algorithms have digests of one length (OCI image-spec, descriptor).
fn check_digest_length(digest: &str) -> Result<(), GrammarError> {
    let length = match digest.split_once(':') {
        Some(("sha256", hex)) => hex.len() == 64,
        Some(("sha384", hex)) => hex.len() == 96,
        Some(("sha512", hex)) => hex.len() == 128,
        _ => return Err(GrammarError::DigestAlgorithm),
    };
    if length { Ok(()) } else { Err(GrammarError::DigestLength) }
}

/// Bytes of the repository, as Docker Hub writes it where no registry is named (`splitDockerDomain`).
fn repository_len(name: &str) -> usize {
    match name.split_once('/') {
        Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => {
            let is_docker_hub = matches!(host, "docker.io" | "index.docker.io");
            let library = if is_docker_hub && !path.contains('/') { DOCKER_HUB_LIBRARY.len() } else { 0 };
            library + path.len()
        }
        Some(_) => name.len(),
        None => DOCKER_HUB_LIBRARY.len() + name.len(),
    }
}

#[cfg(test)]
mod tests {
    use oci_spec::distribution::Reference;
    use proptest::prelude::*;

    use super::*;

    /// What the library says, in its words.
    fn library(text: &str) -> Result<(), String> {
        text.parse::<Reference>().map(drop).map_err(|error| error.to_string())
    }

    fn ours(text: &str) -> Result<(), String> {
        check(text).map_err(|error| error.to_string())
    }

    /// A digest: of a registered algorithm or another, of its length or one more or less.
    fn digests() -> impl Strategy<Value = String> {
        let algorithm = prop_oneof![
            4 => Just("sha256".to_owned()), 1 => Just("sha384".to_owned()), 1 => Just("sha512".to_owned()),
            1 => "[A-Za-z0-9+._-]{1,8}",
        ];
        let length = prop_oneof![30_usize..34, 63_usize..66, 95_usize..98, 127_usize..130];
        (algorithm, length, "[0-9a-fA-Fg]").prop_map(|(algorithm, n, digit)| format!("{algorithm}:{}", digit.repeat(n)))
    }

    /// Texts of the pieces that references are made of, right and wrong.
    fn pieces() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            "[a-z0-9]{1,4}",
            "[a-z0-9]{1,4}",
            "[-._/:@]",
            "__",
            "--",
            "[A-Z_ \n]",
            digests().prop_map(|digest| format!("@{digest}")),
        ];
        proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    /// Texts that are nearly always references.
    fn references() -> impl Strategy<Value = String> {
        let host = prop_oneof!["[a-zA-Z0-9.-]{1,8}(:[0-9]{0,5})?/", Just("docker.io/".to_owned()), Just(String::new())];
        let path = "[a-z0-9]{1,3}((/|\\.|_|__|-{1,3})[a-z0-9]{1,3}){0,4}";
        let tag = "(:[a-zA-Z0-9_.-]{1,6})?";
        let digest = proptest::option::of(digests().prop_map(|digest| format!("@{digest}")));
        (host, path, tag, digest).prop_map(|(h, p, t, d)| format!("{h}{p}{t}{}", d.unwrap_or_default()))
    }

    #[test]
    fn lengths_are_the_librarys() {
        for host in ["", "a/", "gcr.io/", "docker.io/", "index.docker.io/", "localhost/", "docker.io/a/"] {
            for n in 240..260 {
                let text = format!("{host}{}", "a".repeat(n));
                assert_eq!(ours(&text), library(&text), "{host} and {n} more");
            }
        }
        for n in 126..131 {
            let text = format!("a:{}", "t".repeat(n));
            assert_eq!(ours(&text), library(&text), "a tag of {n}");
        }
    }

    #[test]
    fn letters_of_other_scripts_are_no_tag() {
        assert_eq!(check("a:é"), Err(GrammarError::Format));
        assert!(library("a:é").is_ok());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn pieces_are_judged_as_by_the_library(text in pieces()) {
            // The empty text has its own error before the grammar is asked.
            prop_assume!(!text.is_empty());
            prop_assert_eq!(ours(&text), library(&text), "{:?}", text);
        }

        #[test]
        fn references_are_judged_as_by_the_library(text in references()) {
            prop_assert_eq!(ours(&text), library(&text), "{:?}", text);
        }

        #[test]
        fn any_text_is_judged_as_by_the_library(text in "[ -~]{1,40}") {
            prop_assert_eq!(ours(&text), library(&text), "{:?}", text);
        }
    }
}
