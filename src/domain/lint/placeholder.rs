//! Parts of a template that nobody filled in.

use crate::diagnostic::Code;

/// Words that stand for a name wherever they are written in capital letters.
const WORDS: [&str; 12] = [
    "ATTESTOR",
    "CLUSTER",
    "IMAGE",
    "LOCATION",
    "NAMESPACE",
    "NOTE",
    "PROJECT",
    "REGION",
    "REGISTRY",
    "REPOSITORY",
    "SERVICE-ACCOUNT",
    "ZONE",
];

/// The part of a name that was to be replaced.
pub(crate) fn placeholder(text: &str) -> Option<(Code, &str)> {
    // No name has these, and most names have nothing else that is looked for here.
    if !text.bytes().any(|byte| byte.is_ascii_uppercase() || matches!(byte, b'$' | b'{' | b'<' | b'[' | b'%')) {
        return None;
    }
    variable(text)
        .or_else(|| enclosed(text, "{{", "}}"))
        .or_else(|| enclosed(text, "${", "}"))
        .or_else(|| enclosed(text, "<", ">"))
        .or_else(|| enclosed(text, "%(", ")s"))
        .or_else(|| enclosed(text, "[", "]").filter(|part| is_words(part)))
        .map(|part| (Code::Placeholder, part))
        .or_else(|| word(text).map(|part| (Code::PlaceholderWord, part)))
}

/// The text from the first `open` to the `close` behind it, both included.
fn enclosed<'t>(text: &'t str, open: &str, close: &str) -> Option<&'t str> {
    let start = text.find(open)?;
    let rest = text.get(start + open.len()..)?;
    let end = start + open.len() + rest.find(close)? + close.len();
    text.get(start..end)
}

/// Whether it is words, and no class of characters, as `[a-z]` and `[@:]` are.
fn is_words(part: &str) -> bool {
    let inner = part.trim_matches(['[', ']']);
    inner.len() > 3 && inner.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '_' | '-' | ' '))
}

/// `$NAME`, as shells have it.
fn variable(text: &str) -> Option<&str> {
    let start = text.match_indices('$').map(|(at, _)| at).find(|at| {
        text.get(at + 1..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
    })?;
    let rest = text.get(start + 1..)?;
    let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    text.get(start..start + 1 + length)
}

/// `PROJECT_ID`, `YOUR-CLUSTER`: capital letters where names have small ones. A tag may have them.
fn word(text: &str) -> Option<&str> {
    let name = text.split(['@', '*']).next().unwrap_or(text);
    let parts = name.split(['/', '.', ':']);
    parts.filter(|part| part.len() > 2).find(|part| {
        let plain = part.bytes().all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'_' | b'-'));
        let known = || WORDS.contains(&part.replace('_', "-").as_str());
        let joined = || {
            part.split(['_', '-']).filter(|word| !word.is_empty()).count() > 1
                && part
                    .split(['_', '-'])
                    .any(|word| WORDS.contains(&word) || matches!(word, "ID" | "NAME" | "YOUR" | "MY" | "NUMBER"))
        };
        plain && (known() || joined())
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("projects/${PROJECT_ID}/attestors/qa", Some("${PROJECT_ID}"))]
    #[case("projects/$PROJECT_ID/attestors/qa", Some("$PROJECT_ID"))]
    #[case("projects/{{ .Values.project }}/attestors/qa", Some("{{ .Values.project }}"))]
    #[case("projects/<project>/attestors/qa", Some("<project>"))]
    #[case("gcr.io/[PROJECT_ID]/*", Some("[PROJECT_ID]"))]
    #[case("projects/PROJECT_ID/attestors/qa", Some("PROJECT_ID"))]
    #[case("gcr.io/YOUR-PROJECT/app", Some("YOUR-PROJECT"))]
    #[case("PROJECT_ID.svc.id.goog/ns/prod/sa/web", Some("PROJECT_ID"))]
    #[case("LOCATION.CLUSTER_NAME", Some("LOCATION"))]
    #[case("gcr.io/p/app[@:]*", None)]
    #[case("gcr.io/p/app:V1_RC", None)]
    #[case("projects/P/attestors/QA", None)]
    #[case("projects/my-project/attestors/QA_LEAD", None)]
    #[case("gcr.io/p/$", None)]
    fn what_was_not_filled_in(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(placeholder(text).map(|(_, part)| part), expected);
    }
}
