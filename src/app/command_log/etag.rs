//! The etag in the text of a policy that a command imports.

use crate::import::written::with_value;
use domain::document::{Dialect, Document};

/// The text of a policy with the etag that goes along, so that the command is refused where ours is.
pub(crate) fn with_etag(text: &str, etag: Option<&str>) -> String {
    let Some(etag) = etag else { return text.to_owned() };
    let document = Document::parse(text, Dialect::Gcloud);
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let has_one = document.policy.as_ref().is_some_and(|policy| policy.etag.is_some());
    let changed = if has_one {
        with_value(text, "etag", Some(etag))
    } else {
        // JSON's strings are also YAML's.
        format!("{text}{end}etag: {}\n", serde_json::Value::from(etag))
    };
    let policy = Document::parse(&changed, Dialect::Gcloud).policy;
    let is_same = policy.as_ref().zip(document.policy.as_ref()).is_some_and(|(a, b)| a.says_the_same_as(b));
    let carries = policy.is_some_and(|policy| policy.etag.as_deref() == Some(etag));
    if is_same && carries { changed } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_etag_goes_along_whatever_the_text_has() {
        let rule =
            "defaultAdmissionRule: {evaluationMode: ALWAYS_DENY, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}\n";
        assert_eq!(with_etag(rule, Some("\"a\"")), format!("{rule}etag: \"\\\"a\\\"\"\n"));
        assert_eq!(
            with_etag(&format!("etag: old # mine\n{rule}"), Some("new")),
            format!("etag: \"new\" # mine\n{rule}")
        );
        assert_eq!(with_etag(rule, None), rule);
        assert_eq!(with_etag("{", Some("a")), "{");
    }
}
