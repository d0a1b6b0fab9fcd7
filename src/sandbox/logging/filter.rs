//! The Logging query language, as far as its documentation defines it without functions
//! (cloud.google.com/logging/docs/view/logging-query-language).
//!
//! `NOT` (and `-`) binds closest, then `OR`, then `AND`; comparisons next to each other are joined by
//! `AND`. Texts are compared without case, regular expressions with it.

use serde_json::Value;

use super::compare::{Operator, any_contains, compare};
use crate::filter::{self, And, Comparator, Dialect, Expression};

/// Bytes of one filter (`ListLogEntriesRequest.filter`).
const MAX_BYTES: usize = 20_000;

static DIALECT: Dialect = Dialect {
    and: And::Optional,
    functions: &[],
    max_depth: 32,
    expected_field: "a field or a value",
    expected_value: "a field or a value",
};

/// What an entry has to be.
#[derive(Debug)]
pub(super) struct Filter(Term);

#[derive(Debug)]
enum Term {
    All(Vec<Term>),
    Any(Vec<Term>),
    Not(Box<Term>),
    /// A field, by its path, compared with a value.
    Compare(Vec<String>, Operator),
    /// A text anywhere in the entry.
    Anywhere(String),
}

impl Filter {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.len() > MAX_BYTES {
            return Err(format!("it has more than {MAX_BYTES} characters"));
        }
        filter::parse(text, &DIALECT).and_then(Term::from_expression).map(Self)
    }

    pub(super) fn accepts(&self, entry: &Value) -> bool {
        self.0.accepts(entry)
    }
}

impl Term {
    /// Reads the values of an expression; an error where one is none, of a time or of a regular expression.
    fn from_expression(expression: Expression) -> Result<Self, String> {
        let each = |parts: Vec<Expression>| parts.into_iter().map(Self::from_expression).collect::<Result<Vec<_>, _>>();
        match expression {
            Expression::All(parts) => each(parts).map(Self::All),
            Expression::Any(parts) => each(parts).map(Self::Any),
            Expression::Not(part) => Self::from_expression(*part).map(|part| Self::Not(Box::new(part))),
            Expression::Compare { path, comparator, value } => {
                let operator = Operator::new(comparator, &value)?;
                operator.fits(&path)?;
                let term = Self::Compare(path, operator);
                Ok(match comparator {
                    Comparator::NotEqual | Comparator::MatchesNot => Self::Not(Box::new(term)),
                    Comparator::Equal
                    | Comparator::Less
                    | Comparator::LessOrEqual
                    | Comparator::Greater
                    | Comparator::GreaterOrEqual
                    | Comparator::Has
                    | Comparator::Matches => term,
                })
            }
            Expression::Call { function, .. } => Err(format!("there is no function {function}")),
            Expression::Anywhere(path) => Ok(Self::Anywhere(path.join("."))),
        }
    }

    fn accepts(&self, entry: &Value) -> bool {
        match self {
            Self::All(terms) => terms.iter().all(|term| term.accepts(entry)),
            Self::Any(terms) => terms.iter().any(|term| term.accepts(entry)),
            Self::Not(term) => !term.accepts(entry),
            Self::Compare(path, operator) => compare(entry, path, operator),
            Self::Anywhere(text) => any_contains(entry, text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry() -> Value {
        json!({
            "logName": "projects/p/logs/cloudaudit.googleapis.com%2Factivity",
            "timestamp": "2026-11-23T12:00:00Z",
            "resource": {"type": "k8s_cluster", "labels": {"cluster_name": "c"}},
            "labels": {"imagepolicywebhook.image-policy.k8s.io/dry-run": "true"},
            "protoPayload": {
                "methodName": "io.k8s.core.v1.pods.create",
                "response": {"reason": "VIOLATES_POLICY", "code": 400},
                "request": {"spec": {"containers": [{"image": "gcr.io/p/a"}, {"image": "gcr.io/p/b"}]}},
            },
        })
    }

    #[rstest::rstest]
    // The queries of the documentation (`docs/binary-authorization.md`, "Admitted with a mark").
    #[case("resource.type=\"k8s_cluster\"\nprotoPayload.response.reason=\"VIOLATES_POLICY\"")]
    #[case(
        "logName:\"cloudaudit.googleapis.com%2Factivity\" (protoPayload.methodName=\"io.k8s.core.v1.pods.create\" OR protoPayload.methodName=\"io.k8s.core.v1.pods.update\")\n labels.\"imagepolicywebhook.image-policy.k8s.io/dry-run\"=\"true\""
    )]
    #[case("")]
    #[case("-- a comment\nresource.type = k8s_cluster")]
    // What gcloud adds.
    #[case("resource.type=k8s_cluster AND timestamp>=\"2026-11-22T12:00:00.000000Z\"")]
    #[case("timestamp<\"2026-11-23T13:00:00+01:00\" OR timestamp=\"2026-11-23T13:00:00+01:00\"")]
    #[case("protoPayload.response.code>=400 protoPayload.response.code<401")]
    #[case("protoPayload.response.reason=(\"Forbidden\" OR \"violates_policy\")")]
    #[case("protoPayload.request.spec.containers.image=\"gcr.io/p/b\"")]
    #[case("protoPayload.methodName=~\"pods\\\\.(create|update)$\"")]
    #[case("protoPayload.methodName!~\"PODS\"")]
    #[case("\"gcr.io/p/b\" NOT gcr.io/p/c")]
    #[case("protoPayload.response:*")]
    #[case("-protoPayload.authenticationInfo:*")]
    #[case("resource.type=x OR resource.type=k8s_cluster AND labels:*")]
    #[case("resource.labels.cluster_name!=d")]
    fn accepted(#[case] text: &str) {
        assert!(Filter::parse(text).unwrap().accepts(&entry()), "{text}");
    }

    #[rstest::rstest]
    #[case("resource.type=\"k8s_pod\"")]
    #[case("NOT resource.type:k8s")]
    #[case("resource.type=k8s_cluster OR resource.type=x AND resource.type=x")]
    #[case("protoPayload.response.code>400")]
    #[case("timestamp>\"2026-11-23T12:00:00Z\"")]
    #[case("protoPayload.request.spec.containers.image=\"gcr.io/p\"")]
    #[case("protoPayload.status.code=3")]
    fn not_accepted(#[case] text: &str) {
        assert!(!Filter::parse(text).unwrap().accepts(&entry()), "{text}");
    }

    #[rstest::rstest]
    #[case("a=", "found the end")]
    #[case("(a=b", "a parenthesis is not closed")]
    #[case("a=b)", "unexpected )")]
    #[case("a=()", "there is no value in the parentheses")]
    #[case("AND a=b", "there is nothing before AND")]
    #[case("a=\"b", "is not closed")]
    #[case("a=~\"(\"", "is no regular expression")]
    #[case("timestamp>=yesterday", "is no time")]
    fn refused(#[case] text: &str, #[case] why: &str) {
        let error = Filter::parse(text).unwrap_err();
        assert!(error.contains(why), "{text}: {error}");
    }

    #[test]
    fn depth_is_bounded() {
        assert!(Filter::parse(&"(".repeat(10_000)).is_err());
        assert!(Filter::parse(&"NOT ".repeat(4_000)).is_err());
        assert!(Filter::parse(&"a ".repeat(300)).is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
            if let Ok(filter) = Filter::parse(&text) {
                filter.accepts(&entry());
            }
        }
    }
}
