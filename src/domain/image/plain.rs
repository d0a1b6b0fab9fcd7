//! The references that nearly everybody types, told without the general grammar.
//!
//! The grammar's library compiles a regular expression of some 40 ms and 18 MiB on its first use,
//! which the first frame and every short command would wait for. What is plain is certainly a
//! reference; whatever is not plain is for the library to judge.

/// Whether this is `host/path[:tag][@sha256:digest]` in lower case, of one separator at a time.
pub(super) fn is_plain(text: &str) -> bool {
    let (before, digest) = text.split_once('@').map_or((text, None), |(before, digest)| (before, Some(digest)));
    let Some((host, rest)) = before.split_once('/') else { return false };
    let (path, tag) = rest.split_once(':').map_or((rest, None), |(path, tag)| (path, Some(tag)));
    is_host(host) && is_path(path) && tag.is_none_or(is_tag) && digest.is_none_or(is_digest)
}

fn is_host(text: &str) -> bool {
    text.contains('.') && text.split('.').all(|label| is_separated(label, |b| b == b'-'))
}

fn is_path(text: &str) -> bool {
    text.len() <= 255 && text.split('/').all(|part| is_separated(part, |b| matches!(b, b'.' | b'_' | b'-')))
}

/// Lower-case letters and digits, with single separators between them.
fn is_separated(text: &str, separator: impl Fn(u8) -> bool) -> bool {
    let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    // A separator comes only behind a letter or digit, and is not the last.
    let end = text.bytes().try_fold(false, |inside, b| match (alphanumeric(b), inside) {
        (true, _) => Some(true),
        (false, true) if separator(b) => Some(false),
        (false, _) => None,
    });
    end == Some(true)
}

fn is_tag(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    (1..=128).contains(&text.len())
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|b| word(b) || matches!(b, b'.' | b'-'))
}

fn is_digest(text: &str) -> bool {
    text.parse::<super::digest::Digest>().is_ok()
}

#[cfg(test)]
mod tests {
    use oci_spec::distribution::Reference;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_people_type_is_plain() {
        let digest = "sha256:37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567";
        for text in ["us.gcr.io/p/hello-world", "us-docker.pkg.dev/p/r/a_b.c:v1.2-3", "gcr.io/p/i"] {
            assert!(is_plain(text) && is_plain(&format!("{text}@{digest}")), "{text}");
        }
    }

    #[test]
    fn what_is_refused_is_not_plain() {
        for text in [
            "",
            "gcr.io/",
            "gcr.io/P",
            "gcr.io/p:",
            "gcr.io/p@sha256:0",
            "g..io/p",
            "gcr.io/-p",
            "gcr.io/p-",
            "gcr.io/p:-",
        ] {
            assert!(!is_plain(text), "{text}");
        }
    }

    /// Texts of the pieces that references are made of, right and wrong.
    fn pieces() -> impl Strategy<Value = String> {
        let hex = "[0-9a-f]{64}".prop_map(|hex| format!("@sha256:{hex}"));
        let piece = prop_oneof!["[a-z0-9]{1,4}", "[-._/:@]", "[A-Z_]", "[é ]", hex];
        prop_oneof![
            proptest::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat()),
            "[a-z0-9.-]{1,6}\\.[a-z0-9.-]{1,4}/[a-z0-9._/-]{1,12}(:[a-zA-Z0-9_.-]{1,6})?(@sha256:[0-9a-f]{63,65})?",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn the_library_takes_what_is_plain(text in pieces()) {
            prop_assert!(!is_plain(&text) || text.parse::<Reference>().is_ok(), "{}", text);
        }
    }
}
