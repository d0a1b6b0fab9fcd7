//! What the ids in a path may be made of, by their place in it. That a resource of the name is there, its
//! API says; here a text is refused that another reader could take for more than one name. Uses nothing of
//! the crate.

/// What a segment of a route's path stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grammar {
    /// Letters, digits and `-`, `_`, `.`, `~`: what all ids of these APIs are made of.
    Id,
    /// An id or a number, or a domain, a colon and an id (`example.com:lab`).
    Project,
    /// The name of an image, whose slashes were escaped.
    Package,
    /// The name of an image and its digest.
    Image,
    /// `sha256:` and its digits.
    Version,
    /// The name of a long-running operation that is none of Kubernetes Engine, whose begin with
    /// `operation-`.
    OtherOperation,
}

/// No id of these APIs is longer.
const MAX: usize = 512;

impl Grammar {
    /// The grammar of a name in a route's path: `{project}`.
    pub(crate) fn of_name(name: &str) -> Self {
        match name {
            "project" => Self::Project,
            "package" => Self::Package,
            "image" => Self::Image,
            "digest" => Self::Version,
            "other_operation" => Self::OtherOperation,
            _ => Self::Id,
        }
    }

    pub(crate) fn accepts(self, text: &str) -> bool {
        let may_hold = |more: &[u8]| {
            !text.is_empty() && text.len() <= MAX && text.bytes().all(|byte| is_plain(byte) || more.contains(&byte))
        };
        match self {
            Self::Id => may_hold(b""),
            Self::Project => may_hold(b":") && is_project(text),
            Self::Package => may_hold(b"/") && text.split('/').all(is_component),
            Self::Image => {
                may_hold(b"/@:") && text.split_once('@').is_some_and(|(name, _)| name.split('/').all(is_component))
            }
            Self::Version => may_hold(b":"),
            Self::OtherOperation => may_hold(b"") && !text.starts_with("operation-"),
        }
    }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~')
}

/// Between two slashes of an image's name stands something, and no dots that lead elsewhere.
fn is_component(text: &str) -> bool {
    !matches!(text, "" | "." | "..")
}

/// One colon at most, and in front of it a domain.
fn is_project(text: &str) -> bool {
    match text.split_once(':') {
        None => true,
        Some((domain, id)) => domain.contains('.') && !id.is_empty() && !id.contains(':'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("project", "binauthz-lab", true)]
    #[case("project", "123456789012", true)]
    #[case("project", "example.com:lab-1", true)]
    #[case("project", "lab:setIamPolicy", false)]
    #[case("project", "example.com:lab:setIamPolicy", false)]
    #[case("project", "a/b", false)]
    #[case("project", "@setIamPolicy", false)]
    #[case("note", "n:setIamPolicy", false)]
    #[case("note", "n@1", false)]
    #[case("note", "qa_note-1", true)]
    #[case("location", "-", true)]
    #[case("package", "team/app", true)]
    #[case("package", "team/../../x", false)]
    #[case("package", "/app", false)]
    #[case("image", "team/app@sha256:ab", true)]
    #[case("image", "team/app", false)]
    #[case("digest", "sha256:ab", true)]
    #[case("digest", "sha256:ab/x", false)]
    #[case("operation", "operation-1", true)]
    #[case("other_operation", "operation-1", false)]
    #[case("service", "binaryauthorization.googleapis.com", true)]
    #[case("note", "né", false)]
    #[case("note", "", false)]
    fn ids(#[case] name: &str, #[case] text: &str, #[case] good: bool) {
        assert_eq!(Grammar::of_name(name).accepts(text), good);
    }
}
