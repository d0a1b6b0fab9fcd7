use super::*;

#[test]
fn what_an_api_server_says() {
    let deployer = Person::named("newcomer").unwrap();
    let pods = KubernetesCall::of(&Method::GET, "/api/v1/namespaces/default/pods", false).unwrap();
    assert_eq!(pods.permission(), "container.pods.list");
    assert_eq!(
        pods.refusal(deployer, "container.pods.list"),
        "pods is forbidden: User \"newcomer@example.com\" cannot list resource \"pods\" in API group \"\" in the \
         namespace \"default\": requires one of [\"container.pods.list\"] permission(s)."
    );
    let set = KubernetesCall::of(&Method::PATCH, "/apis/apps/v1/namespaces/n/replicasets/x", false).unwrap();
    assert_eq!(set.permission(), "container.replicaSets.update");
    assert!(set.refusal(deployer, "p").starts_with("replicasets.apps \"x\" is forbidden: "));
    for free in ["/api", "/apis", "/apis/apps/v1", "/version", "/openapi/v2"] {
        assert!(KubernetesCall::of(&Method::GET, free, false).is_none(), "{free}");
    }
    let namespaces = KubernetesCall::of(&Method::GET, "/api/v1/namespaces", true).unwrap();
    assert_eq!((namespaces.verb, namespaces.namespace), ("watch", None));
    let namespace = KubernetesCall::of(&Method::DELETE, "/api/v1/namespaces/x", false).unwrap();
    assert_eq!((namespace.resource, namespace.name), ("namespaces", Some("x")));
}

#[test]
fn attestors_that_are_new_to_a_policy() {
    let body = serde_json::json!({
        "defaultAdmissionRule": {"requireAttestationsBy": ["projects/p/attestors/a", "projects/p/attestors/b"]},
        "cluster_admission_rules": {"x": {"require_attestations_by": ["projects/q/attestors/c"]}},
    });
    let mut found: Vec<String> =
        new_attestors(&body, &["projects/p/attestors/a".to_owned()]).into_iter().map(|need| need.resource).collect();
    found.sort();
    assert_eq!(found, ["projects/p/attestors/b", "projects/q/attestors/c"]);
}

#[test]
fn notes_of_one_occurrence_and_of_many() {
    let one = serde_json::json!({"note_name": "projects/p/notes/n"});
    let many = serde_json::json!({"occurrences": [{"noteName": "projects/p/notes/n"}, {}]});
    for body in [one, many] {
        let needs = attached_notes(&body);
        assert_eq!(needs, [Need::new("containeranalysis.notes.attachOccurrence", "projects/p/notes/n")]);
    }
}
