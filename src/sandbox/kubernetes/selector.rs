//! Selectors: which objects a list, or a controller, means.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use serde_json::Value;

use super::failure::Failure;
use super::names::is_label_key;

/// No selector has more terms: each is looked at for each object.
const MAX_TERMS: usize = 100;

/// The `labelSelector` and `fieldSelector` of a list, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Selector {
    labels: Vec<Term>,
    fields: Vec<(String, String, Sign)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Equal,
    NotEqual,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Term {
    In(String, Vec<String>),
    /// Holds too where the label is missing.
    NotIn(String, Vec<String>),
    Exists(String),
    Missing(String),
}

impl Selector {
    pub(super) fn parse(labels: &str, fields: &str) -> Result<Self, Failure> {
        let bad = |text: &str| Failure::bad_request(format!("unable to parse requirement: {text:?}"));
        let labels: Vec<Term> =
            terms(labels).map(|text| Term::parse(text).ok_or_else(|| bad(text))).collect::<Result<_, _>>()?;
        let fields: Vec<_> = terms(fields)
            .map(|text| {
                let (key, sign, value) = equality(text).ok_or_else(|| bad(text))?;
                check_field(key)?;
                Ok((key.to_owned(), value.to_owned(), sign))
            })
            .collect::<Result<_, Failure>>()?;
        if labels.len() + fields.len() > MAX_TERMS {
            return Err(Failure::bad_request(format!("a selector may have at most {MAX_TERMS} terms")));
        }
        Ok(Self { labels, fields })
    }

    /// Whether an object's JSON is meant.
    pub(super) fn matches(&self, object: &Value) -> bool {
        let label = |key: &str| object["metadata"]["labels"][key].as_str();
        let field = |path: &str| path.split('.').fold(object, |value, key| &value[key]).as_str().unwrap_or_default();
        self.labels.iter().all(|term| term.holds(label))
            && self.fields.iter().all(|(path, value, sign)| (field(path) == value) == (*sign == Sign::Equal))
    }
}

/// Whether a controller's selector means an object with these labels. One without terms means all;
/// an unknown operator means none.
pub(super) fn selects(selector: &LabelSelector, labels: Option<&BTreeMap<String, String>>) -> bool {
    let label = |key: &str| labels.and_then(|labels| labels.get(key)).map(String::as_str);
    let equal = selector.match_labels.iter().flatten().all(|(key, value)| label(key) == Some(value));
    equal
        && selector.match_expressions.iter().flatten().all(|expression| {
            let (key, values) = (expression.key.clone(), expression.values.clone().unwrap_or_default());
            match expression.operator.as_str() {
                "In" => Term::In(key, values).holds(label),
                "NotIn" => Term::NotIn(key, values).holds(label),
                "Exists" => Term::Exists(key).holds(label),
                "DoesNotExist" => Term::Missing(key).holds(label),
                _ => false,
            }
        })
}

/// A selector as a text: `app=web,tier in (a,b)`; empty for one without terms.
pub(super) fn written(selector: &LabelSelector) -> String {
    let equal = selector.match_labels.iter().flatten().map(|(key, value)| format!("{key}={value}"));
    let others = selector.match_expressions.iter().flatten().map(|expression| {
        let values = expression.values.clone().unwrap_or_default().join(",");
        match expression.operator.as_str() {
            "In" => format!("{} in ({values})", expression.key),
            "NotIn" => format!("{} notin ({values})", expression.key),
            "DoesNotExist" => format!("!{}", expression.key),
            _ => expression.key.clone(),
        }
    });
    equal.chain(others).collect::<Vec<_>>().join(",")
}

/// The fields by which the sandbox selects: those of every object, of events and of pods.
fn check_field(path: &str) -> Result<(), Failure> {
    const FIELDS: [&str; 16] = [
        "metadata.name",
        "metadata.namespace",
        "involvedObject.kind",
        "involvedObject.namespace",
        "involvedObject.name",
        "involvedObject.uid",
        "involvedObject.apiVersion",
        "involvedObject.resourceVersion",
        "involvedObject.fieldPath",
        "reason",
        "type",
        "reportingComponent",
        "spec.nodeName",
        "spec.restartPolicy",
        "spec.serviceAccountName",
        "status.phase",
    ];
    if FIELDS.contains(&path) {
        Ok(())
    } else {
        Err(Failure::bad_request(format!("field label not supported: {path}")))
    }
}

/// Splits at commas that are not within parentheses.
fn terms(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    let split = text.split(move |c| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        c == ',' && depth == 0
    });
    split.map(str::trim).filter(|term| !term.is_empty())
}

fn equality(text: &str) -> Option<(&str, Sign, &str)> {
    let (key, sign, value) = if let Some((key, value)) = text.split_once("!=") {
        (key, Sign::NotEqual, value)
    } else {
        let (key, value) = text.split_once('=')?;
        (key, Sign::Equal, value.strip_prefix('=').unwrap_or(value))
    };
    Some((key.trim(), sign, value.trim())).filter(|(key, ..)| !key.is_empty())
}

impl Term {
    fn parse(text: &str) -> Option<Self> {
        Self::read(text).filter(|term| is_label_key(term.key()))
    }

    fn key(&self) -> &str {
        match self {
            Self::In(key, _) | Self::NotIn(key, _) | Self::Exists(key) | Self::Missing(key) => key,
        }
    }

    /// A term by its signs, whose key may be anything.
    fn read(text: &str) -> Option<Self> {
        if let Some((key, sign, value)) = equality(text) {
            let (key, values) = (key.to_owned(), vec![value.to_owned()]);
            return Some(if sign == Sign::Equal { Self::In(key, values) } else { Self::NotIn(key, values) });
        }
        if let Some(key) = text.strip_prefix('!') {
            return Some(Self::Missing(key.trim().to_owned()));
        }
        let Some((front, list)) = text.split_once('(') else {
            return Some(Self::Exists(text.to_owned()));
        };
        let values = list.strip_suffix(')')?.split(',').map(|value| value.trim().to_owned()).collect();
        match front.split_whitespace().collect::<Vec<_>>().as_slice() {
            [key, "in"] => Some(Self::In((*key).to_owned(), values)),
            [key, "notin"] => Some(Self::NotIn((*key).to_owned(), values)),
            _ => None,
        }
    }

    fn holds<'l>(&self, label: impl Fn(&str) -> Option<&'l str>) -> bool {
        let among = |key: &str, values: &[String]| label(key).is_some_and(|found| values.iter().any(|v| v == found));
        match self {
            Self::In(key, values) => among(key, values),
            Self::NotIn(key, values) => !among(key, values),
            Self::Exists(key) => label(key).is_some(),
            Self::Missing(key) => label(key).is_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[rstest::rstest]
    #[case("", "", true)]
    #[case("app=web", "", true)]
    #[case("app==web,tier!=back", "", true)]
    #[case("app in (web, api),!gone", "", true)]
    #[case("app notin (web)", "", false)]
    #[case("app", "", true)]
    #[case("gone", "", false)]
    #[case("", "metadata.name=p,status.phase!=Failed", true)]
    #[case("", "metadata.name=q", false)]
    fn selecting(#[case] labels: &str, #[case] fields: &str, #[case] meant: bool) {
        let pod = json!({ "metadata": { "name": "p", "labels": { "app": "web" } }, "status": { "phase": "Running" } });
        assert_eq!(Selector::parse(labels, fields).unwrap().matches(&pod), meant);
    }

    #[rstest::rstest]
    #[case("a in b", "")]
    #[case("a in (b", "")]
    #[case("=a", "")]
    #[case("a b", "")]
    #[case("!a/b/c", "")]
    #[case("-a in (b)", "")]
    #[case("", "metadata.name")]
    #[case("", "spec.secret=x")]
    fn refused(#[case] labels: &str, #[case] fields: &str) {
        assert!(Selector::parse(labels, fields).is_err());
    }
}
