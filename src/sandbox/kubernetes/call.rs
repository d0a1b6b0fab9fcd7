//! A request, read: what it is about, what it wants done, and in which form it wants the answer.

use axum::extract::Query;
use axum::http::request::Parts;
use axum::http::{Method, Uri, header};
use serde::Deserialize;

use super::caller::Caller;
use super::failure::Failure;
use super::resources::Scope;
use super::target::Target;
use super::verb::Verb;
use crate::people::Person;

/// What stands behind `?`. Unknown parameters are ignored, as the API server does.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Options {
    pub(super) label_selector: String,
    pub(super) field_selector: String,
    limit: Option<String>,
    #[serde(rename = "continue")]
    pub(super) continue_: String,
    watch: Option<String>,
    pub(super) resource_version: String,
    timeout_seconds: Option<String>,
    dry_run: Option<String>,
    field_validation: Option<String>,
    field_manager: Option<String>,
    force: Option<String>,
    pub(super) include_object: Option<String>,
    pub(super) propagation_policy: Option<String>,
    pub(super) container: Option<String>,
}

impl Options {
    fn is_watch(&self) -> bool {
        matches!(self.watch.as_deref(), Some("1" | "true"))
    }
}

/// Whether a request asks to be told of changes. One whose parameters cannot be read asks for nothing: it is
/// refused later.
pub(crate) fn is_watch(uri: &Uri) -> bool {
    Query::<Options>::try_from_uri(uri).is_ok_and(|Query(options)| options.is_watch())
}

/// What becomes of fields that a kind does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FieldValidation {
    Ignore,
    Warn,
    Strict,
}

/// The form in which the client wants an object or a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Object,
    /// `as=Table`: what `kubectl get` prints.
    Table,
}

/// A request about a resource, read once: the access rules and what answers it have this very value.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(super) method: Method,
    pub(crate) verb: Verb,
    pub(crate) target: Target,
    pub(super) options: Options,
    pub(super) form: Form,
    /// The content type without parameters, in lower case.
    pub(super) content_type: String,
    pub(crate) caller: Caller,
    /// What the client calls itself: `fieldManager`, or the front of `User-Agent`.
    pub(super) manager: String,
}

impl Call {
    /// Reads a request of this person; fails where nothing is served so.
    pub(crate) fn read(parts: &Parts, person: &'static Person) -> Result<Self, Failure> {
        let target = Target::parse(parts.uri.path()).ok_or_else(Failure::no_such_path)?;
        let options =
            Query::<Options>::try_from_uri(&parts.uri).map_err(|error| Failure::bad_request(error.to_string()))?.0;
        let verb = verb_of(&parts.method, &target, options.is_watch()).ok_or_else(Failure::method_not_allowed)?;
        let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default();
        let content_type = content_type.trim().to_ascii_lowercase();
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("unknown");
        let agent = agent.split('/').next().unwrap_or_default().to_owned();
        Ok(Self {
            method: parts.method.clone(),
            verb,
            target,
            form: form(parts),
            content_type,
            caller: Caller::read(&parts.headers, person),
            manager: options.field_manager.clone().filter(|name| !name.is_empty()).unwrap_or(agent),
            options,
        })
    }

    /// Whether the changes are only tried: `dryRun=All`.
    pub(super) fn is_dry_run(&self) -> Result<bool, Failure> {
        match self.options.dry_run.as_deref() {
            None | Some("") => Ok(false),
            Some("All") => Ok(true),
            Some(other) => Err(Failure::bad_request(format!(
                "Invalid value for query parameter dryRun: {other:?}: supported values: \"All\""
            ))),
        }
    }

    pub(super) fn field_validation(&self) -> Result<FieldValidation, Failure> {
        match self.options.field_validation.as_deref() {
            Some("Ignore") => Ok(FieldValidation::Ignore),
            None | Some("" | "Warn") => Ok(FieldValidation::Warn),
            Some("Strict") => Ok(FieldValidation::Strict),
            Some(other) => Err(Failure::bad_request(format!(
                "Invalid value for query parameter fieldValidation: {other:?}: supported values: \"Ignore\", \"Strict\", \"Warn\""
            ))),
        }
    }

    /// The most objects that a page may hold; none means all.
    pub(super) fn limit(&self) -> Result<Option<usize>, Failure> {
        let limit = number(self.options.limit.as_deref(), "limit")?;
        Ok(limit.and_then(|limit| usize::try_from(limit).ok()).filter(|limit| *limit > 0))
    }

    /// Whether server-side apply takes fields from others.
    pub(super) fn is_forced(&self) -> bool {
        matches!(self.options.force.as_deref(), Some("1" | "true"))
    }

    /// Whether the client says in which name it sets fields.
    pub(super) fn names_its_manager(&self) -> bool {
        self.options.field_manager.as_deref().is_some_and(|name| !name.is_empty())
    }

    /// Whether the body is a patch of server-side apply.
    pub(super) fn is_apply(&self) -> bool {
        self.method == Method::PATCH && self.content_type == "application/apply-patch+yaml"
    }

    /// How long a watch may last, in seconds.
    pub(super) fn timeout_seconds(&self) -> Result<Option<u64>, Failure> {
        number(self.options.timeout_seconds.as_deref(), "timeoutSeconds")
    }
}

/// What a method does with what a path names; none where it has no such verb. Objects of a namespace are
/// made, changed and deleted in it alone.
fn verb_of(method: &Method, target: &Target, is_watch: bool) -> Option<Verb> {
    let verb = match (method.as_str(), target.name.is_some()) {
        ("GET", true) => Verb::Get,
        ("GET", false) if is_watch => Verb::Watch,
        ("GET", false) => Verb::List,
        ("POST", false) => Verb::Create,
        ("POST", true) if target.subresource.is_some() => Verb::Create,
        ("PUT", true) => Verb::Update,
        ("PATCH", true) => Verb::Patch,
        ("DELETE", true) => Verb::Delete,
        ("DELETE", false) => Verb::DeleteCollection,
        _ => return None,
    };
    let verbs = target.subresource.map_or(target.resource.verbs, |row| row.verbs);
    let is_placed = matches!(verb, Verb::List | Verb::Watch)
        || target.resource.scope == Scope::Cluster
        || target.namespace.is_some();
    (verbs.contains(&verb) && is_placed).then_some(verb)
}

fn number(text: Option<&str>, what: &str) -> Result<Option<u64>, Failure> {
    match text {
        None | Some("") => Ok(None),
        Some(text) => match text.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(Failure::bad_request(format!("query parameter {what} must be a whole number, not {text:?}"))),
        },
    }
}

/// The first form in `Accept` that is known. Protobuf is not answered; every client takes JSON too.
fn form(parts: &Parts) -> Form {
    let lines = parts.headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let asked = lines.flat_map(|line| line.split(',')).find(|range| {
        let media_type = range.split(';').next().unwrap_or_default().trim();
        matches!(media_type, "application/json" | "*/*" | "application/*")
    });
    let wants_table = |range: &str| {
        let mut parameters = range.split(';').map(str::trim);
        parameters.clone().any(|p| p == "as=Table") && parameters.any(|p| p == "v=v1")
    };
    if asked.is_some_and(wants_table) { Form::Table } else { Form::Object }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(method: &str, uri: &str) -> Option<Verb> {
        let request = axum::http::Request::builder().method(method).uri(uri).body(()).unwrap();
        Call::read(&request.into_parts().0, Person::owner()).ok().map(|call| call.verb)
    }

    #[rstest::rstest]
    #[case("GET", "/api/v1/pods?watch=true", Some(Verb::Watch))]
    #[case("GET", "/api/v1/pods?limit=5&watch=1", Some(Verb::Watch))]
    #[case("GET", "/api/v1/pods?watch=false", Some(Verb::List))]
    #[case("GET", "/api/v1/pods?labelSelector=watch%3Dtrue", Some(Verb::List))]
    #[case("GET", "/api/v1/pods?fieldSelector=x&notwatch=true", Some(Verb::List))]
    #[case("GET", "/api/v1/pods", Some(Verb::List))]
    #[case("GET", "/api/v1/namespaces/n/pods/p?watch=1", Some(Verb::Get))]
    #[case("GET", "/api/v1/namespaces/n/pods/p/log", Some(Verb::Get))]
    #[case("POST", "/api/v1/namespaces/n/pods", Some(Verb::Create))]
    #[case("POST", "/api/v1/namespaces/n/pods/p/exec", Some(Verb::Create))]
    #[case("POST", "/api/v1/namespaces/n/pods/p", None)]
    #[case("POST", "/api/v1/pods", None)]
    #[case("DELETE", "/api/v1/pods", None)]
    #[case("DELETE", "/api/v1/namespaces/n/pods", Some(Verb::DeleteCollection))]
    #[case("DELETE", "/api/v1/namespaces", None)]
    #[case("HEAD", "/api/v1/pods", None)]
    #[case("PUT", "/api/v1/namespaces/n/pods/p/status", None)]
    #[case("GET", "//api/v1/pods", None)]
    #[case("GET", "/api/v1//pods", None)]
    fn verbs(#[case] method: &str, #[case] uri: &str, #[case] verb: Option<Verb>) {
        assert_eq!(read(method, uri), verb);
    }
}
