//! Requests to a cluster's API server: the permission that each needs, and the words of its refusal.

use rusqlite::Transaction;

use super::grants::{has, has_everywhere};
use crate::kubernetes::call::Call;
use crate::kubernetes::resources::{Resource, ResourceKind};
use crate::kubernetes::verb::Verb;
use crate::people::Person;
use crate::state::State;
use crate::store::StoreError;

/// Whether the person may do this in a cluster of the project; if not, the message of the API server. Who speaks for
/// another needs a right to that, and then has the rights of that other alone.
pub(crate) async fn kubernetes(
    state: &State,
    person: &'static Person,
    project: &str,
    call: &Call,
) -> Result<(), String> {
    let impersonates = call.caller.impersonates;
    let target = &call.target;
    let part = target.subresource.map(|row| row.name);
    let needed = if impersonates {
        Some(IMPERSONATE.to_owned())
    } else {
        permission_in_cluster(target.resource, call.verb, part)
    };
    let Some(permission) = needed else { return Ok(()) };
    if has_everywhere(person, &permission) {
        return Ok(());
    }
    let (asked, on) = (permission.clone(), format!("projects/{project}"));
    match state.store.read(move |tx| has(tx, person, &asked, &on)).await {
        Ok(true) => Ok(()),
        Ok(false) if impersonates => Err(format!(
            "users {:?} is forbidden: User {:?} cannot impersonate resource \"users\" in API group \"\" at the \
             cluster scope: requires one of [\"{permission}\"] permission(s).",
            call.caller.user, person.email
        )),
        Ok(false) => Err(refusal(call, person, &permission)),
        Err(error) => {
            tracing::error!(%error, "the sandbox's store failed");
            Err("the sandbox could not read its store; its log says why".to_owned())
        }
    }
}

/// What it needs to speak for another user.
const IMPERSONATE: &str = "container.clusters.impersonate";

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

/// The permission that a verb on a resource (and a part of it) needs; none where everybody may: what one may
/// do oneself, everybody may ask.
pub(crate) fn permission_in_cluster(resource: &Resource, verb: Verb, part: Option<&str>) -> Option<String> {
    let is_open = resource.kind == ResourceKind::Review;
    (!is_open).then(|| permission((verb.as_str(), resource.plural, part)))
}

fn refusal(call: &Call, person: &Person, permission: &str) -> String {
    let (target, resource) = (&call.target, call.target.resource);
    let (plural, group) = (resource.plural, resource.group);
    let whole = target.subresource.map_or_else(|| plural.to_owned(), |row| format!("{plural}/{}", row.name));
    let dotted = if group.is_empty() { plural.to_owned() } else { format!("{plural}.{group}") };
    let what = target.name.as_ref().map_or_else(|| dotted.clone(), |name| format!("{dotted} \"{name}\""));
    let place = target
        .namespace
        .as_ref()
        .map_or_else(|| " at the cluster scope".to_owned(), |namespace| format!(" in the namespace \"{namespace}\""));
    format!(
        "{what} is forbidden: User \"{}\" cannot {} resource \"{whole}\" in API group \"{group}\"{place}: requires one \
         of [\"{permission}\"] permission(s).",
        person.email, call.verb
    )
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

    fn call(method: &str, uri: &str) -> Call {
        let request = axum::http::Request::builder().method(method).uri(uri).body(()).unwrap();
        Call::read(&request.into_parts().0, Person::owner()).unwrap()
    }

    #[test]
    fn what_an_api_server_says() {
        let newcomer = Person::from_name("newcomer").unwrap();
        let permission_of = |call: &Call| {
            let part = call.target.subresource.map(|row| row.name);
            permission_in_cluster(call.target.resource, call.verb, part).unwrap()
        };
        let pods = call("GET", "/api/v1/namespaces/default/pods");
        assert_eq!(permission_of(&pods), "container.pods.list");
        assert_eq!(
            refusal(&pods, newcomer, "container.pods.list"),
            "pods is forbidden: User \"newcomer@example.com\" cannot list resource \"pods\" in API group \"\" in the \
             namespace \"default\": requires one of [\"container.pods.list\"] permission(s)."
        );
        let set = call("PATCH", "/apis/apps/v1/namespaces/n/replicasets/x");
        assert_eq!(permission_of(&set), "container.replicaSets.update");
        assert!(refusal(&set, newcomer, "p").starts_with("replicasets.apps \"x\" is forbidden: "));
        assert_eq!(permission_of(&call("GET", "/api/v1/namespaces?watch=1")), "container.namespaces.list");
        assert_eq!(permission_of(&call("DELETE", "/api/v1/namespaces/x")), "container.namespaces.delete");
        assert_eq!(permission_of(&call("GET", "/api/v1/namespaces/n/pods/p/log")), "container.pods.getLogs");
    }
}
