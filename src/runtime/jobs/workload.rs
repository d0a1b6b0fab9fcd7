//! Jobs on workloads: deployed as `kubectl create deployment` and `kubectl run` do it, and deleted.
//!
//! Uses a client of the cluster's API server.

use std::collections::BTreeMap;

use super::result::{Done, done};
use crate::runtime::backend::Backend;
use crate::runtime::queries::kubernetes;
use domain::name::ClusterId;
use domain::resource::{Deploy, WorkloadKind};
use wire::kubernetes::{
    Container, CronJob, DaemonSet, Deployment, Job, ObjectMeta, Pod, PodSpec, ReplicaSet, StatefulSet,
};

/// Creates what is to be deployed.
pub(super) async fn deploy(backend: &Backend, id: &ClusterId, deploy: &Deploy) -> Done {
    let cluster = kubernetes(backend, id).await?;
    match deploy.kind {
        WorkloadKind::Pod => done(cluster.create(deploy.namespace.as_str(), &pod(deploy)).await),
        WorkloadKind::Deployment
        | WorkloadKind::StatefulSet
        | WorkloadKind::DaemonSet
        | WorkloadKind::CronJob
        | WorkloadKind::Job
        | WorkloadKind::ReplicaSet => done(cluster.create(deploy.namespace.as_str(), &deployment(deploy)).await),
    }
}

pub(super) async fn delete(backend: &Backend, id: &ClusterId, kind: WorkloadKind, namespace: &str, name: &str) -> Done {
    let cluster = kubernetes(backend, id).await?;
    match kind {
        WorkloadKind::Deployment => done(cluster.delete::<Deployment>(namespace, name).await),
        WorkloadKind::StatefulSet => done(cluster.delete::<StatefulSet>(namespace, name).await),
        WorkloadKind::DaemonSet => done(cluster.delete::<DaemonSet>(namespace, name).await),
        WorkloadKind::CronJob => done(cluster.delete::<CronJob>(namespace, name).await),
        WorkloadKind::Job => done(cluster.delete::<Job>(namespace, name).await),
        WorkloadKind::ReplicaSet => done(cluster.delete::<ReplicaSet>(namespace, name).await),
        WorkloadKind::Pod => done(cluster.delete::<Pod>(namespace, name).await),
    }
}

/// The last part of the repository, as `kubectl create deployment` names the container.
fn last_part(deploy: &Deploy) -> String {
    let name = deploy.image.repository().rsplit('/').next().unwrap_or("container");
    name.replace(['_', '.'], "-")
}

fn spec(deploy: &Deploy, container: String) -> PodSpec {
    let container =
        Container { name: container, image: Some(deploy.image.as_str().to_owned()), ..Container::default() };
    let account = deploy.service_account.as_ref().map(ToString::to_string);
    PodSpec { containers: vec![container], service_account_name: account, ..PodSpec::default() }
}

fn annotations(deploy: &Deploy) -> Option<BTreeMap<String, String>> {
    Some(deploy.annotations.clone()).filter(|annotations| !annotations.is_empty())
}

fn pod(deploy: &Deploy) -> Pod {
    let mut labels = BTreeMap::from([("run".to_owned(), deploy.name.to_string())]);
    labels.extend(deploy.labels.clone());
    let name = Some(deploy.name.to_string());
    let metadata = ObjectMeta { name, labels: Some(labels), annotations: annotations(deploy), ..ObjectMeta::default() };
    // `kubectl run` names the container as the pod.
    Pod { metadata, spec: Some(spec(deploy, deploy.name.to_string())), ..Pod::default() }
}

fn deployment(deploy: &Deploy) -> Deployment {
    use k8s_openapi::api::apps::v1::DeploymentSpec;
    use k8s_openapi::api::core::v1::PodTemplateSpec;
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
    let app = BTreeMap::from([("app".to_owned(), deploy.name.to_string())]);
    let mut labels = app.clone();
    labels.extend(deploy.labels.clone());
    let template = PodTemplateSpec {
        metadata: Some(ObjectMeta { labels: Some(labels), annotations: annotations(deploy), ..ObjectMeta::default() }),
        spec: Some(spec(deploy, last_part(deploy))),
    };
    let selector = LabelSelector { match_labels: Some(app.clone()), ..LabelSelector::default() };
    Deployment {
        metadata: ObjectMeta { name: Some(deploy.name.to_string()), labels: Some(app), ..ObjectMeta::default() },
        spec: Some(DeploymentSpec { replicas: Some(1), selector, template, ..DeploymentSpec::default() }),
        ..Deployment::default()
    }
}
