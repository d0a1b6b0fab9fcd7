//! A refused workload is mended where it is: the top fix changes the very object that owns the pod, and the box says
//! that it is mended when that object, and no other, is whole.

use countersign::app::fix::mend::MendStage;
use countersign::app::fix::trial::PodTrial;
use countersign::app::overlay::Overlay;
use countersign::client::{Change, Objects};
use countersign::domain::admission::Outcome;
use countersign::domain::fix::FixKind;
use countersign::domain::resource::{WorkloadId, WorkloadKind};
use countersign::wire::kubernetes::{CronJob, DaemonSet, Deployment, Job, Pod, ReplicaSet, StatefulSet};
use crossterm::event::KeyCode;
use serde_json::{Value, json};

use super::bench::Bench;
use super::lab::{Defect, REPOSITORY};
use crate::support::lab::client;

const SHOP: &str = "shop";
const LABEL: &str = "image-policy.k8s.io/break-glass";

fn objects(kind: WorkloadKind) -> Objects<'static> {
    match kind {
        WorkloadKind::Deployment => Objects::of::<Deployment>(SHOP),
        WorkloadKind::StatefulSet => Objects::of::<StatefulSet>(SHOP),
        WorkloadKind::DaemonSet => Objects::of::<DaemonSet>(SHOP),
        WorkloadKind::CronJob => Objects::of::<CronJob>(SHOP),
        WorkloadKind::Job => Objects::of::<Job>(SHOP),
        WorkloadKind::ReplicaSet => Objects::of::<ReplicaSet>(SHOP),
        WorkloadKind::Pod => Objects::of::<Pod>(SHOP),
    }
}

/// A workload named `checkout` of this kind, with what a person would not want to lose.
fn manifest(kind: WorkloadKind, image: &str) -> Value {
    let container = json!({"name": "checkout", "image": image, "env": [{"name": "TILL", "value": "7"}]});
    let spec = json!({"initContainers": [{"name": "migrate", "image": image}], "containers": [container]});
    let template = json!({"metadata": {"labels": {"app": "checkout"}}, "spec": spec});
    let selector = json!({"matchLabels": {"app": "checkout"}});
    let mut once = template.clone();
    once["spec"]["restartPolicy"] = json!("Never");
    let spec = match kind {
        WorkloadKind::Deployment | WorkloadKind::ReplicaSet => {
            json!({"replicas": 3, "selector": selector, "template": template})
        }
        WorkloadKind::StatefulSet => {
            json!({"replicas": 3, "selector": selector, "serviceName": "checkout", "template": template})
        }
        WorkloadKind::DaemonSet => json!({"selector": selector, "template": template}),
        WorkloadKind::Job => json!({"backoffLimit": 3, "template": once}),
        WorkloadKind::CronJob => {
            json!({"schedule": "0 3 * * *", "suspend": true, "jobTemplate": {"spec": {"template": once}}})
        }
        WorkloadKind::Pod => template["spec"].clone(),
    };
    typed(kind, json!({"metadata": {"name": "checkout", "namespace": SHOP}, "spec": spec}))
}

fn typed(kind: WorkloadKind, mut object: Value) -> Value {
    let group = match kind {
        WorkloadKind::Job | WorkloadKind::CronJob => "batch/v1",
        WorkloadKind::Pod => "v1",
        _ => "apps/v1",
    };
    object["apiVersion"] = json!(group);
    object["kind"] = json!(kind.title());
    object
}

/// The pod template of an object.
fn template(kind: WorkloadKind, object: &Value) -> &Value {
    if kind == WorkloadKind::CronJob {
        &object["spec"]["jobTemplate"]["spec"]["template"]
    } else {
        &object["spec"]["template"]
    }
}

impl Bench {
    /// In a box: what it waits for is large.
    fn shop() -> impl Future<Output = Self> {
        Box::pin(async {
            let mut bench = Self::start().await;
            let url = format!("https://{}/api/v1/namespaces", bench.sandbox.addr());
            let body = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SHOP}});
            let token = bench.sandbox.token().expose().to_owned();
            let answer = client(&bench.sandbox).post(&url).bearer_auth(token).json(&body).send().await.unwrap();
            assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
            bench.connect();
            bench
        })
    }

    async fn make(&self, kind: WorkloadKind, object: &Value) -> Value {
        self.lab.api.make(objects(kind), object.to_string(), Change::Kept).await.unwrap()
    }

    async fn object(&self, kind: WorkloadKind) -> Value {
        self.lab.api.object(objects(kind), "checkout").await.unwrap()
    }

    /// A Job that the `CronJob` made, as its controller would at the time of its schedule.
    async fn run_now(&self, name: &str) {
        let cron = self.object(WorkloadKind::CronJob).await;
        let owner = json!({
            "apiVersion": "batch/v1", "kind": "CronJob", "name": "checkout", "uid": cron["metadata"]["uid"],
            "controller": true,
        });
        let meta = json!({"name": name, "namespace": SHOP, "ownerReferences": [owner]});
        let job = json!({"metadata": meta, "spec": cron["spec"]["jobTemplate"]["spec"]});
        self.make(WorkloadKind::Job, &typed(WorkloadKind::Job, job)).await;
    }

    /// Waits until the row is refused, goes there and lists the fixes: no Enter before.
    async fn fixes_of(&mut self, object: &str) {
        let is_refused = |model: &countersign::app::Model| {
            let workloads = model.session.remotes.workloads.items();
            let row = workloads.iter().find(|w| w.namespace == SHOP && w.id().to_string() == object);
            row.is_some_and(|workload| model.is_refused(workload))
        };
        self.until("it is refused", is_refused).await;
        self.key(KeyCode::Char('1'));
        self.key(KeyCode::Tab);
        self.key(KeyCode::Tab);
        for _ in 0..60 {
            if self.model.selected_workload().is_some_and(|w| w.namespace == SHOP && w.id().to_string() == object) {
                break;
            }
            self.key(KeyCode::Down);
        }
        self.key(KeyCode::Char('F'));
        self.until("the fixes are known", |model| {
            let fixes = model.fix.fixes.as_deref();
            let is_resolved = |fixes: &Vec<countersign::domain::fix::Fix>| {
                !fixes.is_empty() && fixes.iter().flat_map(|fix| &fix.steps).all(|step| !step.is_unresolved())
            };
            Self::is_still(model) && fixes.is_some_and(is_resolved)
        })
        .await;
    }

    /// Applies the first fix of a kind.
    fn apply(&mut self, kind: FixKind) {
        let fixes = self.model.fix.fixes.clone().unwrap();
        let at = fixes.iter().position(|fix| fix.kind == kind).unwrap_or_else(|| panic!("no {kind:?} in {fixes:#?}"));
        (0..at).for_each(|_| self.key(KeyCode::Down));
        self.key(KeyCode::Enter);
    }

    fn stage(model: &countersign::app::Model) -> &MendStage {
        let mend = model.overlays.iter().find_map(|overlay| match overlay {
            Overlay::Mend(mend) => Some(mend),
            _ => None,
        });
        &mend.expect("the box is open").stage
    }

    /// Waits until the change was tried and admission said yes, and sends it; what was shown as sent.
    async fn accept(&mut self) -> String {
        self.until("it is tried", |model| !matches!(Self::stage(model), MendStage::Trying(_))).await;
        let MendStage::Tried(trial) = Self::stage(&self.model) else { panic!("{:?}", Self::stage(&self.model)) };
        assert_eq!(trial.pod, PodTrial::Admitted);
        let body = trial.sent.body().to_owned();
        self.key(KeyCode::Enter);
        body
    }

    async fn mended(&mut self) -> String {
        self.until("it is mended", |model| matches!(Self::stage(model), MendStage::Mended { .. })).await;
        let MendStage::Mended { ready, .. } = Self::stage(&self.model) else { panic!() };
        let ready = ready.clone();
        self.until("it is decided again", |model| {
            model.decisions.now.as_ref().is_some_and(|now| now.outcome.admits() == Some(true))
        })
        .await;
        ready
    }
}

/// Each image of the workload becomes the digest; everything else stays; nothing else is made.
#[rstest::rstest]
#[case(WorkloadKind::Deployment, "3/3")]
#[case(WorkloadKind::StatefulSet, "3/3")]
#[case(WorkloadKind::DaemonSet, "1/1")]
#[case(WorkloadKind::ReplicaSet, "3/3")]
#[case(WorkloadKind::Job, "1/1")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tag_becomes_a_digest_in_the_object_that_owns_the_pod(#[case] kind: WorkloadKind, #[case] ready: &str) {
    let mut bench = Bench::shop().await;
    bench.lab.prepare(Defect::Tag, 0).await;
    let tag = format!("{REPOSITORY}:v1");
    bench.make(kind, &manifest(kind, &tag)).await;
    let id = WorkloadId { kind, namespace: SHOP.to_owned(), name: "checkout".to_owned() };
    bench.fixes_of(&id.to_string()).await;
    assert_eq!(bench.model.fix.fixes.as_ref().unwrap()[0].kind, FixKind::DeployByDigest);
    let before: Vec<WorkloadId> = of_people(&bench);
    bench.apply(FixKind::DeployByDigest);
    let sent = bench.accept().await;
    assert!(sent.contains(bench.lab.images[0].as_str()) && !sent.contains("hello-world-signed"), "{sent}");
    assert_eq!(bench.mended().await, ready);

    let object = bench.object(kind).await;
    let pod = template(kind, &object);
    for field in ["containers", "initContainers"] {
        assert_eq!(pod["spec"][field][0]["image"], bench.lab.images[0].as_str(), "{field}");
    }
    assert_eq!(pod["spec"]["containers"][0]["env"], json!([{"name": "TILL", "value": "7"}]));
    assert_eq!(pod["metadata"]["labels"]["app"], "checkout");
    assert_eq!(of_people(&bench), before, "nothing else was made");
    assert_eq!(bench.model.decisions.now.as_ref().unwrap().outcome, Outcome::Admit);
    // What was refused before is told as what was.
    let groups = bench.model.watch.groups();
    assert!(groups.iter().any(|group| group.refused) && groups.iter().all(|group| !group.is_refused_now()));
}

fn of_people(bench: &Bench) -> Vec<WorkloadId> {
    let workloads = bench.model.session.remotes.workloads.items();
    let all = workloads.iter().filter(|workload| workload.controller.is_empty() && workload.namespace == SHOP);
    all.map(countersign::domain::resource::Workload::id).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cron_job_is_mended_when_a_job_of_its_new_template_runs() {
    let kind = WorkloadKind::CronJob;
    let mut bench = Bench::shop().await;
    bench.lab.prepare(Defect::Tag, 0).await;
    bench.make(kind, &manifest(kind, &format!("{REPOSITORY}:v1"))).await;
    bench.run_now("checkout-1").await;
    // The refused row is the Job's; what is changed is the CronJob.
    bench.fixes_of("job/checkout-1").await;
    bench.apply(FixKind::DeployByDigest);
    bench.accept().await;
    bench.until("it is sent", |model| matches!(Bench::stage(model), MendStage::Done(_))).await;
    let object = bench.object(kind).await;
    assert_eq!(template(kind, &object)["spec"]["containers"][0]["image"], bench.lab.images[0].as_str());
    bench.run_now("checkout-2").await;
    assert_eq!(bench.mended().await, "1/1 of checkout-2");
}

/// The emergency door opens on the workload itself, whose pods are told apart by a label of their own.
#[rstest::rstest]
#[case(WorkloadKind::Deployment)]
#[case(WorkloadKind::StatefulSet)]
#[case(WorkloadKind::Job)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_glass_is_broken_on_the_workload_itself(#[case] kind: WorkloadKind) {
    let mut bench = Bench::shop().await;
    bench.lab.prepare(Defect::DefaultDenies, 0).await;
    let image = bench.lab.images[0].to_string();
    bench.make(kind, &manifest(kind, &image)).await;
    bench.fixes_of(&format!("{}/checkout", kind.as_str())).await;
    bench.apply(FixKind::BreakGlass);
    bench.text("outage 42");
    bench.key(KeyCode::Enter);
    let sent: Value = serde_json::from_str(&bench.accept().await).unwrap();
    assert_eq!(template(kind, &sent)["metadata"]["labels"][LABEL], "true");
    bench.mended().await;
    let object = bench.object(kind).await;
    let meta = &template(kind, &object)["metadata"];
    assert_eq!((&meta["labels"]["app"], &meta["labels"][LABEL]), (&json!("checkout"), &json!("true")));
    assert_eq!(meta["annotations"]["justification"], "outage 42");
    assert_eq!(template(kind, &object)["spec"]["containers"][0]["env"][0]["value"], "7");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_label_on_the_deployment_itself_is_noticed_and_moved() {
    let kind = WorkloadKind::Deployment;
    let mut bench = Bench::shop().await;
    bench.lab.prepare(Defect::DefaultDenies, 0).await;
    let mut object = manifest(kind, bench.lab.images[0].as_str());
    object["metadata"]["labels"] = json!({ LABEL: "true", "team": "till" });
    bench.make(kind, &object).await;
    bench.fixes_of("deployment/checkout").await;
    let titles: Vec<String> =
        bench.model.fix.fixes.as_ref().unwrap().iter().map(countersign::domain::fix::Fix::title).collect();
    assert!(
        titles.contains(&"Move the break-glass label from the Deployment to its pod template".to_owned()),
        "{titles:?}"
    );
    bench.apply(FixKind::BreakGlass);
    bench.text("outage 42");
    bench.key(KeyCode::Enter);
    bench.accept().await;
    assert_eq!(bench.mended().await, "3/3");
    let object = bench.object(kind).await;
    assert_eq!(object["metadata"]["labels"], json!({"team": "till"}));
    assert_eq!(template(kind, &object)["metadata"]["labels"][LABEL], "true");
}

/// A grant changes nothing of the workload: its controller tries again by itself, and that is said.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_its_controller_is_not_called_mended() {
    let mut bench = Bench::shop().await;
    bench.lab.prepare(Defect::NoGrant, 0).await;
    let image = bench.lab.images[0].to_string();
    bench.make(WorkloadKind::Deployment, &manifest(WorkloadKind::Deployment, &image)).await;
    bench.fixes_of("deployment/checkout").await;
    bench.apply(FixKind::GrantRole);
    bench.key(KeyCode::Enter);
    bench
        .until("the grant counts", |model| {
            Bench::is_still(model) && model.decisions.now.as_ref().is_some_and(|now| now.outcome == Outcome::Admit)
        })
        .await;
    let workload = bench.model.asked_workload().unwrap().clone();
    let said = bench.model.retry_lines(&workload).join("\n");
    if !workload.is_whole {
        assert!(said.starts_with("deployment/checkout is 0/3: its controller tries again by itself"), "{said}");
        assert!(said.contains("rollout restart deployment/checkout --namespace=shop"), "{said}");
    }
    bench.until("the controller tried again", |model| model.asked_workload().is_some_and(|w| w.is_whole)).await;
    let workload = bench.model.asked_workload().unwrap().clone();
    assert_eq!(bench.model.retry_lines(&workload), ["mended: deployment/checkout is 3/3"]);
}
