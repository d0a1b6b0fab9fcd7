//! Requests to a cluster's API server: the permission that each needs, and the words of its refusal.

use axum::http::Method;
use rusqlite::Transaction;

use super::grants::has;
use crate::kubernetes::verb::Verb;
use crate::people::Person;
use crate::state::State;
use crate::store::StoreError;

/// Whether the person may do this in a cluster of the project; if not, the message of the API server.
/// Discovery is everybody's, as in every cluster.
pub(crate) async fn kubernetes(
    state: &State,
    person: &'static Person,
    project: &str,
    (method, path, watch): (&Method, &str, bool),
) -> Result<(), String> {
    let Some(call) = KubernetesCall::from_request(method, path, watch) else { return Ok(()) };
    let (permission, on) = (call.permission(), format!("projects/{project}"));
    let asked = permission.clone();
    match state.store.read(move |tx| has(tx, person, &asked, &on)).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(call.refusal(person, &permission)),
        Err(error) => Err(format!("the sandbox could not read its store: {error}")),
    }
}

/// Whether the person may use this verb on this resource (and subresource) in the clusters of a project,
/// which is what `kubectl auth can-i` asks.
pub(crate) fn may_in_cluster(
    tx: &Transaction<'_>,
    person: &Person,
    project: &str,
    action: (&str, &str, Option<&str>),
) -> Result<bool, StoreError> {
    has(tx, person, &permission(action), &format!("projects/{project}"))
}

/// IAM's permission for a verb on a resource (Kubernetes Engine, "IAM and RBAC").
fn permission((verb, resource, subresource): (&str, &str, Option<&str>)) -> String {
    let verb = match (verb, subresource) {
        ("get", Some("log")) => "getLogs",
        ("watch", _) => "list",
        ("patch", _) => "update",
        ("deletecollection", _) => "delete",
        (verb, _) => verb,
    };
    format!("container.{}.{verb}", container_resource(resource))
}

/// What a request to an API server does, as its authorizer sees it.
struct KubernetesCall<'a> {
    verb: Verb,
    group: &'a str,
    resource: &'a str,
    subresource: Option<&'a str>,
    namespace: Option<&'a str>,
    name: Option<&'a str>,
}

impl<'a> KubernetesCall<'a> {
    fn from_request(method: &Method, path: &'a str, watch: bool) -> Option<Self> {
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let (group, rest) = match parts.as_slice() {
            ["api", "v1", rest @ ..] => ("", rest),
            ["apis", group, _, rest @ ..] => (*group, rest),
            _ => return None,
        };
        let (namespace, rest) = match rest {
            ["namespaces", namespace, rest @ ..] if !rest.is_empty() => (Some(*namespace), rest),
            rest => (None, rest),
        };
        let (resource, rest) = rest.split_first()?;
        // What one may do oneself, everybody may ask.
        if group == "authorization.k8s.io" || group == "authentication.k8s.io" {
            return None;
        }
        let (name, subresource) = (rest.first().copied(), rest.get(1).copied());
        let verb = match (method.as_str(), name) {
            ("GET" | "HEAD", None) if watch => Verb::Watch,
            ("GET" | "HEAD", None) => Verb::List,
            ("GET" | "HEAD", _) => Verb::Get,
            ("POST", _) => Verb::Create,
            ("PUT", _) => Verb::Update,
            ("PATCH", _) => Verb::Patch,
            ("DELETE", None) => Verb::DeleteCollection,
            _ => Verb::Delete,
        };
        Some(Self { verb, group, resource, subresource, namespace, name })
    }

    fn permission(&self) -> String {
        permission((self.verb.as_str(), self.resource, self.subresource))
    }

    fn refusal(&self, person: &Person, permission: &str) -> String {
        let resource = match self.subresource {
            Some(subresource) => format!("{}/{subresource}", self.resource),
            None => self.resource.to_owned(),
        };
        let dotted =
            if self.group.is_empty() { self.resource.to_owned() } else { format!("{}.{}", self.resource, self.group) };
        let what = self.name.map_or_else(|| dotted.clone(), |name| format!("{dotted} \"{name}\""));
        let place = self.namespace.map_or_else(
            || " at the cluster scope".to_owned(),
            |namespace| format!(" in the namespace \"{namespace}\""),
        );
        format!(
            "{what} is forbidden: User \"{}\" cannot {} resource \"{resource}\" in API group \"{}\"{place}: requires \
             one of [\"{permission}\"] permission(s).",
            person.email, self.verb, self.group
        )
    }
}

/// `replicasets` as `replicaSets`, which is how IAM spells what has two words.
fn container_resource(plural: &str) -> &str {
    const SPELT: [(&str, &str); 8] = [
        ("replicasets", "replicaSets"),
        ("statefulsets", "statefulSets"),
        ("daemonsets", "daemonSets"),
        ("cronjobs", "cronJobs"),
        ("serviceaccounts", "serviceAccounts"),
        ("configmaps", "configMaps"),
        ("controllerrevisions", "controllerRevisions"),
        ("replicationcontrollers", "replicationControllers"),
    ];
    SPELT.iter().find(|(plain, _)| *plain == plural).map_or(plural, |(_, spelt)| spelt)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_api_server_says() {
        let deployer = Person::from_name("newcomer").unwrap();
        let pods = KubernetesCall::from_request(&Method::GET, "/api/v1/namespaces/default/pods", false).unwrap();
        assert_eq!(pods.permission(), "container.pods.list");
        assert_eq!(
            pods.refusal(deployer, "container.pods.list"),
            "pods is forbidden: User \"newcomer@example.com\" cannot list resource \"pods\" in API group \"\" in the \
             namespace \"default\": requires one of [\"container.pods.list\"] permission(s)."
        );
        let set =
            KubernetesCall::from_request(&Method::PATCH, "/apis/apps/v1/namespaces/n/replicasets/x", false).unwrap();
        assert_eq!(set.permission(), "container.replicaSets.update");
        assert!(set.refusal(deployer, "p").starts_with("replicasets.apps \"x\" is forbidden: "));
        for free in ["/api", "/apis", "/apis/apps/v1", "/version", "/openapi/v2"] {
            assert!(KubernetesCall::from_request(&Method::GET, free, false).is_none(), "{free}");
        }
        let namespaces = KubernetesCall::from_request(&Method::GET, "/api/v1/namespaces", true).unwrap();
        assert_eq!((namespaces.verb, namespaces.namespace), (Verb::Watch, None));
        let namespace = KubernetesCall::from_request(&Method::DELETE, "/api/v1/namespaces/x", false).unwrap();
        assert_eq!((namespace.resource, namespace.name), ("namespaces", Some("x")));
    }
}
