//! Which allowlist patterns the service takes.
//!
//! Sources: the policy YAML reference and `resources.proto`, message `AdmissionWhitelistPattern`
//! (the facts' section 2.1).

use crate::domain::lint::Code;
use crate::domain::lint::decode::shown;

/// What is wrong with a pattern, in one sentence.
pub(super) fn fault(pattern: &str) -> Option<(Code, String)> {
    if pattern.is_empty() {
        return Some((Code::PatternEmpty, "the pattern is empty".to_owned()));
    }
    let base = pattern.strip_suffix("**").or_else(|| pattern.strip_suffix('*')).unwrap_or(pattern);
    if base.chars().all(|c| c == '*') {
        let text = format!("`{}` would exempt every image of every registry", shown(pattern));
        return Some((Code::PatternRegistry, text));
    }
    let wildcard_at = base.find('*').or_else(|| (base.len() < pattern.len()).then_some(base.len()))?;
    let (before, _) = pattern.split_at_checked(wildcard_at)?;
    if !before.contains('/') {
        let text = format!("the wildcard in `{}` stands in the registry's name", shown(pattern));
        return Some((Code::PatternRegistry, text));
    }
    let misplaced = wildcard_at < base.len();
    misplaced.then(|| {
        let text = format!("the wildcard in `{}` does not stand at the end", shown(pattern));
        (Code::PatternWildcard, text)
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("gcr.io/my-project/nginx*", None)]
    #[case("gcr.io/my-project/nginx**", None)]
    #[case("gcr.io/my-project/**", None)]
    #[case("gcr.io/example-project/helloworld@*", None)]
    #[case("gcr.io/example-project/helloworld:v1.*", None)]
    #[case("gcr.io/nginx[@:]*", None)]
    #[case("asia.gcr.io/google-containers/addon-resizer:*", None)]
    #[case("curlimages/curl[@:]*", None)]
    #[case("nginx", None)]
    #[case("gcr.io/p/helloworld", None)]
    #[case("", Some(Code::PatternEmpty))]
    #[case("*", Some(Code::PatternRegistry))]
    #[case("**", Some(Code::PatternRegistry))]
    #[case("***", Some(Code::PatternRegistry))]
    #[case("gcr.io*", Some(Code::PatternRegistry))]
    #[case("*.gcr.io/x", Some(Code::PatternRegistry))]
    #[case("*.gcr.io/x/*", Some(Code::PatternRegistry))]
    #[case("gcr.io/my-project/n*x", Some(Code::PatternWildcard))]
    #[case("gcr.io/*/nginx*", Some(Code::PatternWildcard))]
    #[case("gcr.io/p/***", Some(Code::PatternWildcard))]
    fn the_rule(#[case] pattern: &str, #[case] expected: Option<Code>) {
        assert_eq!(fault(pattern).map(|(code, _)| code), expected, "{pattern}");
    }
}
