use super::*;

const DIGEST: &str = "sha256:37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567";

fn patch(kind: WorkloadKind, changes: Vec<PodChange>) -> WorkloadPatch {
    WorkloadPatch { id: WorkloadId { kind, namespace: "shop".into(), name: "checkout".into() }, changes }
}

fn image(container: &str, kind: ContainerKind) -> PodChange {
    let to = format!("gcr.io/p/checkout@{DIGEST}");
    PodChange::Image { container: container.into(), kind, from: "gcr.io/p/checkout:1.0".into(), to }
}

fn label() -> PodChange {
    PodChange::Label { key: BREAK_GLASS_LABEL.into(), value: "true".into() }
}

fn cluster() -> crate::name::ClusterId {
    crate::name::ClusterId { project: "acme-prod".parse().unwrap(), key: "europe-west1.prod".parse().unwrap() }
}

#[rstest::rstest]
#[case(WorkloadKind::Deployment, "deployment")]
#[case(WorkloadKind::StatefulSet, "statefulset")]
#[case(WorkloadKind::DaemonSet, "daemonset")]
#[case(WorkloadKind::ReplicaSet, "replicaset")]
fn images_are_set_in_the_template_of_the_object_that_owns_the_pod(#[case] kind: WorkloadKind, #[case] name: &str) {
    let patch = patch(kind, vec![image("checkout", ContainerKind::Container), image("setup", ContainerKind::Init)]);
    let image = format!("gcr.io/p/checkout@{DIGEST}");
    let wanted = json!({"spec": {"template": {"spec": {
        "containers": [{"name": "checkout", "image": image}],
        "initContainers": [{"name": "setup", "image": image}],
    }}}});
    assert_eq!(serde_json::from_str::<Value>(&patch.body()).unwrap(), wanted);
    assert_eq!(
        patch.command(&cluster()).to_string(),
        format!(
            "kubectl --context=gke_acme-prod_europe-west1_prod set image {name}/checkout checkout={image} setup={image} \
             --namespace=shop"
        )
    );
}

#[test]
fn a_cron_job_has_its_template_in_that_of_its_jobs() {
    let patch = patch(WorkloadKind::CronJob, vec![label()]);
    let labels = json!({ BREAK_GLASS_LABEL: "true" });
    let wanted = json!({"spec": {"jobTemplate": {"spec": {"template": {"metadata": {"labels": labels}}}}}});
    assert_eq!(serde_json::from_str::<Value>(&patch.body()).unwrap(), wanted);
    assert!(patch.command(&cluster()).to_string().contains(" patch cronjob/checkout --namespace=shop --patch='{"));
}

#[test]
fn a_label_that_moves_leaves_the_object_itself() {
    let patch = patch(WorkloadKind::Deployment, vec![label(), PodChange::NoOwnLabel { key: BREAK_GLASS_LABEL.into() }]);
    let body: Value = serde_json::from_str(&patch.body()).unwrap();
    assert_eq!(body["metadata"]["labels"], json!({ BREAK_GLASS_LABEL: null }));
    assert_eq!(body["spec"]["template"]["metadata"]["labels"], json!({ BREAK_GLASS_LABEL: "true" }));
    assert!(patch.breaks_the_glass());
}

#[test]
fn a_job_is_replaced_by_one_without_what_the_server_wrote() {
    let uid = "0b1e";
    let object = json!({
        "apiVersion": "batch/v1", "kind": "Job",
        "metadata": {
            "name": "checkout", "namespace": "shop", "uid": uid, "resourceVersion": "7", "generation": 1,
            "labels": {"team": "a", "controller-uid": uid}, "annotations": {"kept": "yes"},
        },
        "spec": {
            "backoffLimit": 3,
            "selector": {"matchLabels": {"batch.kubernetes.io/controller-uid": uid}},
            "template": {
                "metadata": {"labels": {"app": "checkout", "batch.kubernetes.io/controller-uid": uid, "job-name": "checkout"}},
                "spec": {
                    "initContainers": [{"name": "setup", "image": "gcr.io/p/checkout:1.0"}],
                    "containers": [{"name": "checkout", "image": "gcr.io/p/checkout:1.0", "env": [{"name": "A", "value": "1"}]}],
                    "restartPolicy": "Never",
                },
            },
        },
        "status": {"active": 1},
    });
    let patch = patch(WorkloadKind::Job, vec![image("checkout", ContainerKind::Container), label()]);
    assert_eq!(patch.way(), PatchWay::Replacement);
    let to = format!("gcr.io/p/checkout@{DIGEST}");
    let wanted = json!({
        "apiVersion": "batch/v1", "kind": "Job",
        "metadata": {
            "name": "checkout", "namespace": "shop", "labels": {"team": "a"}, "annotations": {"kept": "yes"},
        },
        "spec": {
            "backoffLimit": 3,
            "template": {
                "metadata": {"labels": {"app": "checkout", BREAK_GLASS_LABEL: "true"}},
                "spec": {
                    "initContainers": [{"name": "setup", "image": "gcr.io/p/checkout:1.0"}],
                    "containers": [{"name": "checkout", "image": to, "env": [{"name": "A", "value": "1"}]}],
                    "restartPolicy": "Never",
                },
            },
        },
    });
    assert_eq!(patch.replaced(&object), wanted);
}

#[test]
fn the_pod_that_is_tried_is_the_one_that_a_controller_would_make() {
    let set = json!({"spec": {
        "volumeClaimTemplates": [{"metadata": {"name": "data"}}],
        "template": {
            "metadata": {"labels": {"app": "db"}},
            "spec": {"containers": [{"name": "db", "image": "db:1"}], "volumes": [{"name": "tmp", "emptyDir": {}}]},
        },
    }});
    let id = WorkloadId { kind: WorkloadKind::StatefulSet, namespace: "shop".into(), name: "db".into() };
    let pod = pod_of(&id, &set).unwrap();
    assert_eq!(pod["metadata"], json!({"generateName": "db-", "namespace": "shop", "labels": {"app": "db"}}));
    assert_eq!(pod["spec"]["volumes"][1], json!({"name": "data", "persistentVolumeClaim": {"claimName": "data-db-0"}}));
}
