//! The path of a request, taken apart once: its segments, percent-decoded one by one, and the custom method
//! behind the last (`:setIamPolicy`, AIP-136). Uses nothing of the crate.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The segments of a path, and where its custom method may begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address<'a> {
    /// All of them, the last as it stands.
    pub(crate) segments: Vec<Cow<'a, str>>,
    /// The last one before its last colon, and what stands behind that. Which of both is meant is the
    /// table's to say: `projects/example.com:lab` has no method.
    pub(crate) split: Option<(Cow<'a, str>, &'a str)>,
}

impl<'a> Address<'a> {
    /// None where the path names nothing: an escape that is none, a segment that is empty, dots, a delimiter
    /// of another language, or what was encoded twice. A slash at the end does not count (the codelab posts
    /// to `…/notes/?noteId=n`).
    pub(crate) fn parse(path: &'a str) -> Option<Self> {
        let path = path.strip_prefix('/')?;
        let path = path.strip_suffix('/').unwrap_or(path);
        let (front, last) = path.rsplit_once('/').unwrap_or(("", path));
        let mut segments = Vec::with_capacity(12);
        if !front.is_empty() || path.starts_with('/') {
            for segment in front.split('/') {
                segments.push(decoded(segment)?);
            }
        }
        // The colon of a method is written as such: an escaped one is part of a name.
        let split = last.rsplit_once(':').and_then(|(name, method)| Some((decoded(name)?, method)));
        segments.push(decoded(last)?);
        Some(Self { segments, split })
    }
}

/// A segment as it is meant. A slash in it was escaped, which names of images hold (`grammar`).
fn decoded(segment: &str) -> Option<Cow<'_, str>> {
    let text = percent_decode_str(segment).decode_utf8().ok()?;
    let is_name = !matches!(&*text, "" | "." | "..") && !text.contains(|c: char| c == '%' || c.is_control());
    is_name.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("/v1/projects/p/notes/", &["v1", "projects", "p", "notes"], None)]
    #[case("/v1/projects/p/notes/n:setIamPolicy", &["v1", "projects", "p", "notes", "n:setIamPolicy"], Some(("n", "setIamPolicy")))]
    #[case("/v1/projects/example.com:p:undelete", &["v1", "projects", "example.com:p:undelete"], Some(("example.com:p", "undelete")))]
    #[case("/v1/%70rojects/%50", &["v1", "projects", "P"], None)]
    #[case("/v1/team%2Fapp", &["v1", "team/app"], None)]
    #[case("/v1/p%3AsetIamPolicy", &["v1", "p:setIamPolicy"], None)]
    #[case("/v1/:setIamPolicy", &["v1", ":setIamPolicy"], None)]
    #[case("/v1", &["v1"], None)]
    fn paths(#[case] path: &str, #[case] segments: &[&str], #[case] split: Option<(&str, &str)>) {
        let address = Address::parse(path).unwrap();
        assert_eq!(address.segments, segments);
        assert_eq!(address.split.as_ref().map(|(name, method)| (&**name, *method)), split);
    }

    #[rstest::rstest]
    #[case("/v1/projects/%2570")]
    #[case("/v1/projects/%zz")]
    #[case("/v1/projects/p%00")]
    #[case("/v1/projects/p%ff")]
    #[case("/v1//projects/p")]
    #[case("//v1/projects/p")]
    #[case("/v1/projects/p/../q")]
    #[case("/v1/projects/p/%2e%2E/q")]
    #[case("/v1/projects/p/.")]
    #[case("/")]
    #[case("v1")]
    fn paths_of_nothing(#[case] path: &str) {
        assert_eq!(Address::parse(path), None);
    }
}
