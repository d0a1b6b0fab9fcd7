use std::fmt::Write as _;

use rstest::rstest;

use super::*;

const POD: &str = "
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: prod
  labels: {app: web, image-policy.k8s.io/break-glass: \"true\"}
spec:
  serviceAccountName: runner
  initContainers:
  - name: setup
    image: gcr.io/p/setup:1
  - name: proxy
    image: gcr.io/p/proxy:1
    restartPolicy: Always
  containers:
  - name: web
    image: gcr.io/p/web:1
    ports: [{containerPort: 80}]
  ephemeralContainers:
  - name: debug
    image: busybox
  volumes: null
";

fn one(text: &str) -> PodManifest {
    let mut pods = pods(text).unwrap();
    assert_eq!(pods.len(), 1, "{pods:?}");
    pods.remove(0)
}

#[test]
fn a_pod_with_every_kind_of_container() {
    let request = one(POD).into_request();
    assert_eq!(
        (request.name.as_str(), request.namespace.as_str(), request.service_account.as_str()),
        ("web", "prod", "runner")
    );
    assert_eq!(request.labels["image-policy.k8s.io/break-glass"], "true");
    assert_eq!(request.owner, None);
    let images: Vec<_> = request.images.iter().map(|image| (image.container.as_str(), image.kind)).collect();
    assert_eq!(
        images,
        [
            ("setup", ContainerKind::Init),
            ("proxy", ContainerKind::Sidecar),
            ("web", ContainerKind::Container),
            ("debug", ContainerKind::Ephemeral)
        ]
    );
}

#[rstest]
#[case("Deployment")]
#[case("ReplicaSet")]
#[case("StatefulSet")]
#[case("DaemonSet")]
#[case("Job")]
#[case("ReplicationController")]
#[case("Rollout")]
fn a_workload_makes_pods_of_its_template(#[case] kind: &str) {
    let text = format!(
        "kind: {kind}
metadata: {{name: web, namespace: prod, labels: {{own: \"1\"}}, annotations: {{a: b}}}}
spec:
  replicas: 2
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers: [{{name: web, image: nginx}}]
"
    );
    let pod = one(&text);
    let owner = Owner {
        kind: kind.to_owned(),
        labels: [("own".to_owned(), "1".to_owned())].into(),
        annotations: [("a".to_owned(), "b".to_owned())].into(),
    };
    assert_eq!((pod.owner.as_ref(), pod.namespace.as_deref()), (Some(&owner), Some("prod")));
    assert_eq!((pod.labels, pod.annotations.len()), ([("app".to_owned(), "web".to_owned())].into(), 0));
    assert_eq!(pod.images[0].image, "nginx");
}

#[test]
fn a_cron_job_has_it_one_level_deeper() {
    let text = "kind: CronJob
metadata: {name: nightly}
spec:
  schedule: '0 0 * * *'
  jobTemplate:
    spec:
      template:
        metadata: {annotations: {a: b}}
        spec: {containers: [{name: job, image: busybox}], serviceAccount: old}
";
    let pod = one(text);
    assert_eq!((pod.images[0].image.as_str(), pod.annotations["a"].as_str()), ("busybox", "b"));
    assert_eq!(pod.service_account.as_deref(), Some("old"));
}

#[test]
fn a_cloud_run_job_has_the_template_of_its_tasks_in_that_of_its_executions() {
    let text = "apiVersion: run.googleapis.com/v1
kind: Job
metadata: {name: nightly, annotations: {run.googleapis.com/binary-authorization: default}}
spec:
  template:
    spec:
      taskCount: 2
      template: {spec: {serviceAccountName: a@p.iam.gserviceaccount.com, containers: [{image: gcr.io/p/job:1}]}}
";
    let job = one(text);
    assert_eq!((job.title().as_str(), job.platform), ("Job/nightly", Platform::CloudRun));
    assert_eq!(job.images.iter().map(|image| image.image.as_str()).collect::<Vec<_>>(), ["gcr.io/p/job:1"]);
    let request = job.into_request();
    assert!(request.knows(Fact::Enforcement));
    assert_eq!(request.service_account, "a@p.iam.gserviceaccount.com");
}

#[test]
fn a_cloud_run_service_has_its_own_annotations() {
    let text = "apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: web, annotations: {run.googleapis.com/binary-authorization-breakglass: because}}
spec: {template: {metadata: {annotations: {a: b}}, spec: {containers: [{image: gcr.io/p/web}]}}}
";
    let request = one(text).into_request();
    assert_eq!((request.platform, request.annotations.len()), (Platform::CloudRun, 1));
    assert_eq!(request.annotations["run.googleapis.com/binary-authorization-breakglass"], "because");
}

#[test]
fn json_and_lists_and_streams() {
    let pod =
        r#"{"kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": [{"name": "c", "image": "nginx"}]}}"#;
    assert_eq!(one(pod).name, "a");
    let list = format!("{{\"kind\": \"List\", \"items\": [{pod}, {{\"kind\": \"Service\"}}, {pod}]}}");
    assert_eq!(pods(&list).unwrap().len(), 2);
    let stream = format!("---\n{POD}\n---\nkind: ConfigMap\ndata: {{a: b}}\n---\n---\n{pod}\n");
    assert_eq!(pods(&stream).unwrap().len(), 2);
}

#[rstest]
#[case::empty("", "the manifest is empty: expected a Pod, or a workload with a pod template")]
#[case::comment("# nothing\n", "the manifest is empty: expected a Pod, or a workload with a pod template")]
#[case::no_pod(
    "kind: Service\nspec: {ports: []}\n---\nkind: ConfigMap\n",
    "no Pod, and no workload with a pod template, among: Service, ConfigMap"
)]
#[case::no_containers("kind: Pod\nmetadata: {name: a}\nspec: {}\n", "Pod \"a\" has no containers")]
#[case::no_image(
    "kind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c}]}\n",
    "container \"c\" of Pod \"a\" has no image"
)]
#[case::a_boolean_label(
    "kind: Pod\nmetadata:\n  labels:\n    a: true\n",
    "line 4, column 8: `true` is no text here: put it in quotes"
)]
#[case::a_wrong_type("kind: Pod\nspec:\n  containers: 3\n", "line 3, column 15: expected a list")]
#[case::a_wrong_type_in_json(
    "{\"kind\": \"Pod\",\n \"spec\": 3}",
    "line 2, column 10: invalid type: integer `3`, expected a map"
)]
#[case::twice("kind: Pod\nkind: Pod\n", "line 2, column 1: duplicate mapping key `kind` is not allowed here")]
#[case::not_yaml("a: [\n", "line 1, column 4: unclosed bracket '['")]
#[case::a_list("- a\n", "line 1, column 1: expected a map")]
fn refused(#[case] text: &str, #[case] message: &str) {
    assert_eq!(pods(text).unwrap_err().to_string(), message);
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut text = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in b'b'..=b'k' {
        let (this, last) = (char::from(level), char::from(level - 1));
        let _ = writeln!(text, "{this}: &{this} [{}]", vec![format!("*{last}"); 10].join(", "));
    }
    text.push_str("kind: Pod\n");
    assert!(pods(&text).is_err());
}

#[test]
fn size_and_depth_are_bounded() {
    assert!(matches!(pods(&" ".repeat(MAX_BYTES + 1)), Err(ManifestError::TooLarge { .. })));
    assert!(pods(&format!("spec: {}", "[".repeat(100_000))).is_err());
    assert!(pods(&"{\"items\":[".repeat(50_000)).is_err());
    let deep = format!("{}{}", "{\"spec\":{\"template\":".repeat(200), "}}".repeat(200));
    assert!(pods(&deep).is_err());
}

proptest::proptest! {
    #[test]
    fn never_panics(text in "(kind: Pod\n|spec:|  |\n|containers:|- |\\{|\\}|image: x|\\[|\\]|&a|\\*a|<<: |---\n|\"|'|\\||\\PC){0,40}") {
        let _ = pods(&text);
    }
}
