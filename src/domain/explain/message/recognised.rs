//! What stands in a text that is not understood: names by their form alone, and nothing about what the
//! text says of them.

use crate::image::ImageRef;
use crate::name::AttestorName;

use super::kind::is_binary_authorization;

/// How many of each kind are kept; more of them in one text are left out.
const MOST: usize = 20;

/// The names in a text, each once, in its order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recognised {
    /// As the text has them: the digest of one may be cut off.
    pub images: Vec<String>,
    /// `projects/P/attestors/A`.
    pub attestors: Vec<String>,
    /// Names of admission webhooks.
    pub webhooks: Vec<String>,
}

impl Recognised {
    pub fn is_empty(&self) -> bool {
        self.images.is_empty() && self.attestors.is_empty() && self.webhooks.is_empty()
    }

    /// Each with what it is.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let kinds = [("image", &self.images), ("attestor", &self.attestors), ("webhook", &self.webhooks)];
        kinds.into_iter().flat_map(|(what, names)| names.iter().map(move |name| (what, name.as_str())))
    }
}

/// Whether the end of an image that was recognised is missing.
pub fn is_whole(image: &str) -> bool {
    image.parse::<ImageRef>().is_ok()
}

/// Reads in time that grows with the length of the text.
pub(super) fn read(text: &str) -> Recognised {
    let mut found = Recognised::default();
    let mut before = "";
    for word in text.split(|c: char| c.is_whitespace() || c.is_control() || "\"'`,;()<>[]{}\\|=".contains(c)) {
        let word = word.trim_matches(['.', ':', '!', '?', '*']);
        if word.is_empty() {
            continue;
        }
        let after = |names: &[&str]| names.iter().any(|name| before.eq_ignore_ascii_case(name));
        if is_binary_authorization(word) || after(&["webhook"]) && is_host(word) {
            add(&mut found.webhooks, word);
        } else if let Some(attestor) = attestor(word) {
            add(&mut found.attestors, &attestor);
        } else if is_image(word, after(&["image", "images", "container"])) {
            add(&mut found.images, word);
        }
        before = word;
    }
    found
}

fn add(names: &mut Vec<String>, name: &str) {
    if names.len() < MOST && names.iter().all(|known| known != name) {
        names.push(name.to_owned());
    }
}

fn is_host(word: &str) -> bool {
    word.contains('.') && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':'))
}

fn attestor(word: &str) -> Option<String> {
    let (_, name) = word.split_once("projects/")?;
    format!("projects/{name}").parse::<AttestorName>().ok().map(|name| name.to_string())
}

/// A reference with a registry, and with a tag, a digest, or the word for it in front. Names of API groups
/// and labels look alike otherwise (`image-policy.k8s.io/break-glass`).
fn is_image(word: &str, is_called_so: bool) -> bool {
    let (name, digest) = word.split_once('@').map_or((word, None), |(name, digest)| (name, Some(digest)));
    let Some((registry, path)) = name.split_once('/') else { return false };
    let has_registry = is_host(registry) || registry.starts_with("localhost");
    let has_more = path.contains(':')
        || digest.is_some_and(|digest| "sha256:".starts_with(digest) || digest.starts_with("sha256:"));
    has_registry && (is_called_so || has_more) && name.parse::<ImageRef>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("denied the request: Image gcr.io/p/app@sha256:abc den", "image gcr.io/p/app@sha256:abc")]
    #[case("Image gcr.io/p/app:v1 den", "image gcr.io/p/app:v1")]
    #[case(
        "…ssion webhook \"imagepolicywebhook.image-policy.k8s.io\" den",
        "webhook imagepolicywebhook.image-policy.k8s.io"
    )]
    #[case("failed calling webhook \"gate.example.org\"", "webhook gate.example.org")]
    #[case("d by projects/p/attestors/qa: No attes", "attestor projects/p/attestors/qa")]
    #[case("Image us.gcr.io/p/a, Image us.gcr.io/p/a", "image us.gcr.io/p/a")]
    #[case("container image 'localhost:5000/x/y'", "image localhost:5000/x/y")]
    #[case("the label image-policy.k8s.io/break-glass of apps/v1 at https://x.org/a:1", "")]
    #[case("the Image was denied; see docs.google.com/binary", "")]
    #[case("", "")]
    fn by_their_form(#[case] text: &str, #[case] names: &str) {
        let found: Vec<String> = read(text).iter().map(|(what, name)| format!("{what} {name}")).collect();
        assert_eq!(found.join("; "), names);
    }

    #[test]
    fn there_are_not_more_than_people_read() {
        let text: String = (0..100).map(|n| format!("Image gcr.io/p/a{n} ")).collect();
        assert_eq!(read(&text).images.len(), MOST);
    }
}
