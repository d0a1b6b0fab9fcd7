//! Who the client is, and what it may do: `kubectl auth can-i` and `kubectl auth whoami`.
//!
//! Who holds the sandbox's token is a cluster administrator. Whoever that one speaks for with
//! `--as` has no rights, as nobody is bound to any role here, but for members of `system:masters`.

use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::call::Call;
use super::decode;
use super::failure::Failure;
use super::resources::Resource;

/// The name of who holds the token.
const ADMINISTRATOR: &str = "sandbox@example.com";
const MASTERS: &str = "system:masters";

/// Whom a request is from, impersonation included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Caller {
    pub(super) user: String,
    groups: Vec<String>,
}

impl Caller {
    pub(super) fn read(headers: &HeaderMap) -> Self {
        let text = |value: &axum::http::HeaderValue| value.to_str().ok().map(str::to_owned);
        let user = headers.get("impersonate-user").and_then(text);
        let groups = |user: Option<&str>| {
            let mut groups: Vec<String> = headers.get_all("impersonate-group").iter().filter_map(text).collect();
            let account = user.and_then(|user| user.strip_prefix("system:serviceaccount:"));
            if let Some((namespace, _)) = account.and_then(|account| account.split_once(':')) {
                groups.push("system:serviceaccounts".to_owned());
                groups.push(format!("system:serviceaccounts:{namespace}"));
            }
            groups.push("system:authenticated".to_owned());
            groups
        };
        match user {
            Some(user) => Self { groups: groups(Some(&user)), user },
            None => Self {
                user: ADMINISTRATOR.to_owned(),
                groups: vec![MASTERS.to_owned(), "system:authenticated".to_owned()],
            },
        }
    }

    fn may_do_everything(&self) -> bool {
        self.groups.iter().any(|group| group == MASTERS)
    }

    /// Fails where the caller has no right to the request. Everybody may ask what it may do.
    pub(super) fn check(&self, call: &Call, verb: &str) -> Result<(), Failure> {
        let resource = call.target.resource;
        if self.may_do_everything() || resource.kind == super::resources::Kind::Review {
            return Ok(());
        }
        let subresource = call.target.subresource.map_or(String::new(), |row| format!("/{}", row.name));
        let place = match &call.target.namespace {
            Some(namespace) => format!("in the namespace {namespace:?}"),
            None => "at the cluster scope".to_owned(),
        };
        let detail = format!(
            "User {:?} cannot {verb} resource \"{}{subresource}\" in API group {:?} {place}",
            self.user, resource.plural, resource.group
        );
        Err(Failure::forbidden_at(resource, call.target.name.as_deref(), &detail))
    }
}

/// The question with its answer.
pub(super) fn answer(call: &Call, body: &[u8]) -> Result<Value, Failure> {
    let resource = call.target.resource;
    let mut review = decode::value(call, body)?;
    check_type(resource, &review)?;
    let caller = &call.caller;
    review["status"] = match resource.kind_name {
        "SelfSubjectReview" => json!({ "userInfo": { "username": caller.user, "groups": caller.groups } }),
        "SelfSubjectRulesReview" => rules(caller),
        _ => access(caller, &review["spec"])?,
    };
    Ok(review)
}

fn check_type(resource: &Resource, review: &Value) -> Result<(), Failure> {
    if review["kind"] == resource.kind_name && review["apiVersion"] == resource.api_version().as_str() {
        return Ok(());
    }
    let message = format!(
        "the object provided is unrecognized (must be of type {}): it is {}",
        resource.kind_name, review["kind"]
    );
    Err(Failure::bad_request(message))
}

fn access(caller: &Caller, spec: &Value) -> Result<Value, Failure> {
    let (on_resource, on_path) = (&spec["resourceAttributes"], &spec["nonResourceAttributes"]);
    if on_resource.is_object() == on_path.is_object() {
        let message = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
        return Err(Failure::bad_request(message));
    }
    let is_review = matches!(on_resource["group"].as_str(), Some("authorization.k8s.io" | "authentication.k8s.io"))
        && on_resource["verb"] == "create";
    let allowed = caller.may_do_everything() || is_review || (on_path["verb"] == "get" && is_open(&on_path["path"]));
    Ok(json!({ "allowed": allowed }))
}

/// The paths that every authenticated client may read (`system:discovery`).
const OPEN: [&str; 9] =
    ["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi/*", "/readyz", "/version"];

fn is_open(path: &Value) -> bool {
    let path = path.as_str().unwrap_or_default();
    OPEN.iter().any(|open| match open.strip_suffix('*') {
        Some(front) => path.starts_with(front),
        None => path == *open,
    })
}

fn rules(caller: &Caller) -> Value {
    let everything = json!({ "verbs": ["*"], "apiGroups": ["*"], "resources": ["*"] });
    let review =
        |group: &str, resources: &[&str]| json!({ "verbs": ["create"], "apiGroups": [group], "resources": resources });
    let mut on_resources = vec![
        review("authorization.k8s.io", &["selfsubjectaccessreviews", "selfsubjectrulesreviews"]),
        review("authentication.k8s.io", &["selfsubjectreviews"]),
    ];
    let mut on_paths = vec![json!({ "verbs": ["get"], "nonResourceURLs": OPEN })];
    if caller.may_do_everything() {
        on_resources.insert(0, everything);
        on_paths.insert(0, json!({ "verbs": ["*"], "nonResourceURLs": ["*"] }));
    }
    json!({ "resourceRules": on_resources, "nonResourceRules": on_paths, "incomplete": false })
}
